//! Where a person's request came from.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

/// Where a person's request came from: kept beside what it led to, as evidence and never as identity.
///
/// ```
/// use ib_setup::{Face, RequestSource};
///
/// let page = RequestSource { face: Face::Page, client: "192.0.2.7".parse().ok() };
/// assert_eq!(page.face.id(), "page");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct RequestSource {
    /// What they used.
    pub face: Face,
    /// The address that they came from, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client: Option<IpAddr>,
}

/// What somebody used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Face {
    /// A page of the service.
    Page,
    /// The service's API.
    Api,
    /// A program that this library is part of, such as the command line.
    Program,
}

impl Face {
    /// Its stable name.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Page => "page",
            Self::Api => "api",
            Self::Program => "program",
        }
    }
}
