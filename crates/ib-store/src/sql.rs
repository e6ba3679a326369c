//! Statements that both databases read alike.

pub(crate) const TOKEN: &str = "select lease_token from history where id = $1";

pub(crate) const RENEW: &str = "update history set leased_until = $3 where id = $1 and lease_token = $2";

pub(crate) const EVENTS: &str = "
    select event from event where history = $1 and number > $2
    order by number limit $3";

pub(crate) const UNFINISHED: &str = "
    select id from history
    where address = $1 and (cast($2 as text) is null or username = $2) and infrastructure is null
    order by changed desc";

pub(crate) const REGISTERED: &str = "
    select id from history
    where infrastructure = $1 and (cast($2 as text) is null or username = $2)
    order by changed desc";

pub(crate) const INFRASTRUCTURE: &str = "
    select i.id, i.serial, a.address
    from infrastructure i join infrastructure_address a on a.infrastructure = i.id
    where i.id = $1";

pub(crate) const ENTER_INFRASTRUCTURE: &str = "
    insert into infrastructure (id, serial) values ($1, $2)
    on conflict (id) do update set serial = excluded.serial";

pub(crate) const ENTER_ADDRESS: &str = "
    insert into infrastructure_address (address, infrastructure) values ($1, $2)
    on conflict do nothing";
