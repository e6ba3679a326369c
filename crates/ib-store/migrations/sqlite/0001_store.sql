create table setup (
    id text primary key,
    sequence integer not null,
    snapshot text not null,
    due_at integer,
    leased_until integer,
    lease_token integer not null default 0,
    address text,
    username text,
    infrastructure text,
    -- Counts up with every change of any set-up.
    changed integer not null
) strict;

create index setup_due on setup (due_at) where due_at is not null;
create index setup_unfinished on setup (address, username) where infrastructure is null;
create index setup_changed on setup (changed);

create table event (
    setup text not null references setup (id),
    number integer not null,
    event text not null,
    primary key (setup, number)
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
