//! What `ib environments` and `ib features` need: who watches, the course of a command, and the pages.
//!
//! [`Watcher`](watcher::Watcher) is the one seam: environments are watched [from this machine](embedded) or [by a
//! server](remote), and everything above it is the same for both.

pub(crate) mod course;
pub(crate) mod embedded;
pub(crate) mod features;
pub(crate) mod page;
pub(crate) mod remote;
pub(crate) mod task;
pub(crate) mod watcher;
