//! What `ib dependencies` and `ib integrations` need: who publishes, the way in, the course of a command, and what is told.
//!
//! [`Workshop`](workshop::Workshop) is the one seam: dependencies are published [from this machine](embedded) or [by
//! a server](remote), and everything above it is the same for both.

pub(crate) mod again;
pub(crate) mod choice;
pub(crate) mod course;
pub(crate) mod embedded;
pub(crate) mod page;
mod progress;
pub(crate) mod remote;
pub(crate) mod task;
pub(crate) mod teller;
pub(crate) mod verdict;
pub(crate) mod workshop;
