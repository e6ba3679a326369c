//! What is true about setting up Integration Builder on an OutSystems 11 infrastructure.
//!
//! This crate decides and never acts: it has no I/O, no clock, no async and no HTTP type. It knows
//!
//! - what an environment's [address] may look like,
//! - which Platform Server [version]s can be set up, and which need an activation code,
//! - what an IT user may do: the platform's whole [permission] model,
//! - the five applications that integrations need ([dependency]), and what single [integration]s need of their own,
//! - every [`check`] that can be made, every [`reason`] why one can fail, and what each of them costs
//!   ([`feature`]) and asks of whom,
//! - how single [`finding`]s roll up into a [`report`] and its [`verdict`].
//!
//! # Example
//!
//! ```
//! use ib_domain::address::EnvironmentAddress;
//! use ib_domain::reason::Reason;
//!
//! let address = EnvironmentAddress::parse(" https://Dev.Acme.example/ServiceCenter ")?;
//! assert_eq!(address.host(), "dev.acme.example");
//!
//! let entry = Reason::NameNotFound.entry();
//! assert_eq!(entry.code, "SETUP-ENV-002");
//! # Ok::<(), ib_domain::address::AddressError>(())
//! ```
//!
//! With the `serde` feature the types serialise, and are validated on the way in.

pub mod address;
pub mod certificate;
pub mod check;
pub mod declaration;
pub mod dependency;
pub mod environment;
pub mod feature;
pub mod finding;
pub mod integration;
pub mod permission;
pub mod reason;
pub mod report;
pub mod text;
pub mod verdict;
pub mod version;
pub mod waiver;

/// The example of the README is a test.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
