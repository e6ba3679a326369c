//! What `ib setup`, `ib status` and `ib dependencies` need: who keeps set-ups, the way through the steps, and what is told.
//!
//! [`Desk`](desk::Desk) is the one seam: set-ups are kept [on this machine](embedded) or [by a
//! server](remote), and everything above it is the same for both.

pub(crate) mod clean;
pub(crate) mod desk;
pub(crate) mod embedded;
pub(crate) mod flow;
pub(crate) mod folder;
pub(crate) mod page;
pub(crate) mod person;
pub(crate) mod place;
pub(crate) mod remote;
pub(crate) mod sessions;
pub(crate) mod teller;
