//! The packages of dependencies.

use std::error::Error;

use async_trait::async_trait;
use ib_domain::dependency::Dependency;
use ib_domain::dependency::digest::Sha256Digest;
use ib_env_client::Package;

/// Why there is no package to send.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PackageError {
    /// There is no such file.
    #[error("the package {file} is not there")]
    Missing {
        /// The file's name, as the catalogue gives it.
        file: String,
    },
    /// The file is not the one that was described, or put there.
    #[error("the package {file} is not the one that is wanted")]
    Altered {
        /// The file's name, as the catalogue gives it.
        file: String,
        /// The digest that it should have.
        expected: Sha256Digest,
        /// The digest of what is there.
        found: Sha256Digest,
    },
    /// The file cannot be read.
    #[error("the package {file} cannot be read")]
    Unreadable {
        /// The file's name, as the catalogue gives it.
        file: String,
        /// Why.
        #[source]
        source: Box<dyn Error + Send + Sync>,
    },
}

/// Gives the packages of dependencies.
#[async_trait]
pub trait Packages: Send + Sync {
    /// Makes sure that the package of `dependency` is there and is the one that the catalogue describes.
    ///
    /// # Errors
    ///
    /// [`PackageError`].
    async fn verify(&self, dependency: &Dependency) -> Result<(), PackageError>;

    /// The package of `dependency`, verified. Where its bytes change while they are sent, they end with an error
    /// before the last piece.
    ///
    /// # Errors
    ///
    /// [`PackageError`].
    async fn open(&self, dependency: &Dependency) -> Result<Package, PackageError>;
}
