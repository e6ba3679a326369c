-- Counts up with every change of any history.
create sequence history_change;

create table history (
    -- The kind, a hyphen, and 32 hexadecimal digits.
    id text primary key,
    sequence bigint not null,
    snapshot text not null,
    due_at bigint,
    leased_until bigint,
    -- Of the last lease; it only rises.
    lease_token bigint not null default 0,
    -- Of a set-up alone, as the next two.
    address text,
    username text,
    infrastructure text,
    changed bigint not null
);

create index history_due on history (due_at) where due_at is not null;
create index history_unfinished on history (address, username)
    where address is not null and infrastructure is null;
create index history_registered on history (infrastructure, username) where infrastructure is not null;

create table event (
    history text not null references history (id),
    number bigint not null,
    event text not null,
    primary key (history, number)
);

create table infrastructure (
    -- The order in which they were registered.
    number bigint generated always as identity primary key,
    id text not null unique,
    serial text
);

create table infrastructure_address (
    address text not null,
    infrastructure text not null references infrastructure (id),
    primary key (address, infrastructure)
);

create index infrastructure_address_of on infrastructure_address (infrastructure);

create table secret (
    setup text not null,
    kind text not null,
    sealed bytea not null,
    until bigint not null,
    primary key (setup, kind)
);

create index secret_until on secret (until);

create table key_check (
    id integer primary key check (id = 1),
    sealed bytea not null
);

-- A version never comes twice, also not after what had it is gone.
create sequence shelf_version;

create table shelf (
    key text primary key,
    value text not null,
    version bigint not null,
    until bigint not null
);

create index shelf_until on shelf (until);
