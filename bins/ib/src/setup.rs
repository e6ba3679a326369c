//! What every command about an infrastructure needs: who keeps set-ups, the way through the steps, the way in to what
//! is registered, the work on it, and what is told.
//!
//! [`Desk`](desk::Desk) is the one seam: set-ups are kept [on this machine](embedded) or [by a
//! server](remote), and everything above it is the same for both.

pub(crate) mod again;
pub(crate) mod clean;
pub(crate) mod desk;
pub(crate) mod embedded;
pub(crate) mod entrance;
pub(crate) mod flow;
pub(crate) mod folder;
pub(crate) mod page;
pub(crate) mod person;
pub(crate) mod place;
pub(crate) mod remote;
pub(crate) mod sessions;
pub(crate) mod teller;
pub(crate) mod worker;
