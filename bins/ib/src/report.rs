//! What `ib report` needs: who makes the report, and where it goes.

pub(crate) mod embedded;
pub(crate) mod file;
pub(crate) mod remote;
