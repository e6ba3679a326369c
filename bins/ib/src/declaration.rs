//! Infrastructures that a file declares.

pub(crate) mod ground;
pub(crate) mod journal;
pub(crate) mod page;
pub(crate) mod source;
