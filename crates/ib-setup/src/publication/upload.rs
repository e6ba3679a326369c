//! The packages of integrations that people uploaded.

use std::collections::BTreeSet;

use ib_domain::dependency::digest::Sha256Digest;
use ib_domain::integration::{IntegrationKind, IntegrationName};
use ib_domain::permission::user::Username;
use serde::{Deserialize, Serialize};

use crate::found::Found;
use crate::time::Timestamp;

/// A package, as it was uploaded.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct UploadedPackage {
    /// The integration that it holds.
    pub integration: IntegrationName,
    /// Which system that leads to.
    pub kind: IntegrationKind,
    /// What the file was called. Untrusted text, without control characters.
    pub file: String,
    /// Its digest.
    pub digest: Sha256Digest,
    /// Its length in bytes.
    pub size: u64,
    /// The names of its modules.
    pub modules: BTreeSet<String>,
}

/// What is known of an integration whose package was uploaded.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Upload {
    /// The package that was uploaded last.
    pub package: UploadedPackage,
    /// Who uploaded it.
    pub by: Username,
    /// When.
    pub at: Timestamp,
    /// The package that was published last, whether or not it is the same.
    pub published: Option<PublishedPackage>,
    pub(super) marking: Marking,
}

/// A package that was published.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PublishedPackage {
    /// Its digest.
    pub digest: Sha256Digest,
    /// When.
    pub at: Timestamp,
    /// Whether somebody published it by hand, and its modules were found there (B12).
    pub is_by_hand: bool,
}

/// Whether somebody says that they published a package by hand.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub(super) enum Marking {
    #[default]
    Idle,
    /// Somebody does, and what is there is being looked at.
    Wanted,
    /// It is not there.
    Refused(Box<Found>),
}

impl Upload {
    /// A package that nobody published yet.
    pub(super) const fn new(package: UploadedPackage, by: Username, at: Timestamp) -> Self {
        Self { package, by, at, published: None, marking: Marking::Idle }
    }

    /// Whether the package that was uploaded last is the one that was published last.
    pub(crate) fn is_published(&self) -> bool {
        self.published.is_some_and(|published| published.digest == self.package.digest)
    }

    /// Whether what is there is being looked at, because somebody published it by hand.
    pub fn is_being_confirmed(&self) -> bool {
        self.marking == Marking::Wanted
    }

    /// Why what somebody published by hand does not count.
    pub fn not_confirmed(&self) -> Option<&Found> {
        match &self.marking {
            Marking::Refused(found) => Some(found),
            _ => None,
        }
    }

    pub(super) fn publish(&mut self, digest: Sha256Digest, at: Timestamp, is_by_hand: bool) {
        self.published = Some(PublishedPackage { digest, at, is_by_hand });
        self.marking = Marking::Idle;
    }
}
