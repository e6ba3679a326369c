//! The packages of integrations that people upload.

use std::collections::BTreeSet;
use std::error::Error;
use std::io;

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::stream::BoxStream;
use ib_domain::dependency::digest::Sha256Digest;
use ib_domain::integration::ModuleFile;
use ib_env_client::Package;

use super::PackageError;
use crate::id::InfrastructureId;
use crate::time::Timestamp;

/// The pieces of a package on its way in.
pub type Pieces<'a> = BoxStream<'a, io::Result<Bytes>>;

/// What was put into a depot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// The digest of all of it.
    pub digest: Sha256Digest,
    /// Its length in bytes.
    pub size: u64,
    /// The modules in it.
    pub modules: BTreeSet<ModuleFile>,
}

/// Why a package was not put into a depot. Nothing of it is kept.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DepotError {
    /// It is too long.
    #[error("the file is longer than {limit} bytes")]
    TooLarge {
        /// How many bytes it may have.
        limit: u64,
    },
    /// It did not arrive as a whole.
    #[error("the file did not arrive as a whole")]
    Interrupted(#[source] io::Error),
    /// It is no package.
    #[error("the file is no package: {0}")]
    NoPackage(PackageFlaw),
    /// The depot cannot be used now.
    #[error("packages cannot be kept")]
    Unavailable(#[source] Box<dyn Error + Send + Sync>),
}

/// What is wrong with a file that is no package. No text repeats what is in the file, but for a path in it, which is
/// without control characters.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PackageFlaw {
    /// There is nothing in it.
    #[error("it is empty")]
    Empty,
    /// It does not begin as an archive does.
    #[error("it does not begin as an .oap or .osp file does")]
    OtherKind,
    /// It ends early, or is damaged in another way.
    #[error("it is damaged, or was cut off")]
    Damaged,
    /// A path in it leads out of the package.
    #[error("the path {0} in it leads out of the package")]
    Path(String),
    /// A file in it is encrypted, or compressed in a way that packages are not.
    #[error("{0} in it is encrypted, or compressed in an unusual way")]
    Unreadable(String),
    /// There are too many files in it.
    #[error("it holds more than {limit} files")]
    TooManyFiles {
        /// How many there may be.
        limit: usize,
    },
    /// Unpacked it would be too large.
    #[error("unpacked it would be larger than {limit} bytes")]
    Inflates {
        /// How many bytes there may be.
        limit: u64,
    },
}

/// Keeps the packages of integrations, each infrastructure's apart from all others.
#[async_trait]
pub trait Depot: Send + Sync {
    /// Takes a package in, piece by piece, and makes sure that it is one. Nothing is kept of what is none, or does not
    /// arrive as a whole. Putting the same in again keeps it longer.
    ///
    /// # Errors
    ///
    /// [`DepotError`].
    async fn put(&self, infrastructure: InfrastructureId, pieces: Pieces<'_>) -> Result<Stored, DepotError>;

    /// A package, from its beginning. Where its bytes are not those of the digest, they end with an error before the
    /// last piece.
    ///
    /// # Errors
    ///
    /// [`PackageError`].
    async fn open(
        &self,
        infrastructure: InfrastructureId,
        digest: &Sha256Digest,
    ) -> Result<Package, PackageError>;

    /// Forgets every package of the infrastructure that is not among `wanted` and was put in before `before`.
    ///
    /// # Errors
    ///
    /// [`DepotError::Unavailable`].
    async fn sweep(
        &self,
        infrastructure: InfrastructureId,
        wanted: &BTreeSet<Sha256Digest>,
        before: Timestamp,
    ) -> Result<(), DepotError>;
}
