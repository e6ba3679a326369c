//! What every command needs that asks environments: the client, the secrets, and what `-v` shows.

pub(crate) mod client;
pub(crate) mod secret;
pub(crate) mod trace;
