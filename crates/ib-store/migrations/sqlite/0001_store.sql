create table history (
    -- The kind, a hyphen, and 32 hexadecimal digits.
    id text primary key,
    sequence integer not null,
    due_at integer,
    leased_until integer,
    -- Of the last lease; it only rises.
    lease_token integer not null default 0,
    -- Of a set-up alone, as the next two.
    address text,
    username text,
    infrastructure text,
    -- Counts up with every change of any history.
    changed integer not null
) strict;

create index history_due on history (due_at) where due_at is not null;
create index history_unfinished on history (address, username)
    where address is not null and infrastructure is null;
create index history_registered on history (infrastructure, username) where infrastructure is not null;
create index history_changed on history (changed);
create index history_leased on history (leased_until) where leased_until is not null;

-- Apart from the rest, which is written anew with every lease and must be short for it.
create table snapshot (
    history text primary key references history (id),
    state text not null
) strict;

create table event (
    history text not null references history (id),
    number integer not null,
    event text not null,
    primary key (history, number)
) strict, without rowid;

create table infrastructure (
    -- The order in which they were registered.
    number integer primary key,
    id text not null unique,
    serial text
) strict;

create table infrastructure_address (
    address text not null,
    infrastructure text not null references infrastructure (id),
    primary key (address, infrastructure)
) strict, without rowid;

create index infrastructure_address_of on infrastructure_address (infrastructure);

create table secret (
    setup text not null,
    kind text not null,
    sealed blob not null,
    until integer not null,
    primary key (setup, kind)
) strict, without rowid;

create index secret_until on secret (until);

create table key_check (
    id integer primary key check (id = 1),
    sealed blob not null
) strict;

create table shelf (
    -- It never comes twice, also not after what had it is gone.
    version integer primary key autoincrement,
    key text not null unique,
    value text not null,
    until integer not null
) strict;

create index shelf_until on shelf (until);
