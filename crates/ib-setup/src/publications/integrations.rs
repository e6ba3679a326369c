//! Integrations: what an embedder calls.

use std::collections::BTreeSet;
use std::time::Duration;

use ib_domain::integration::{Content, IntegrationKind, IntegrationName, NoIntegration};
use ib_domain::text::harmless;
use ib_env_client::Package;

use super::{Publications, PublicationsError, Result};
use crate::id::{InfrastructureId, SetupId};
use crate::ports::{Depot, DepotError, PackageError, Pieces, Stored};
use crate::publication::{Command, Holder, UploadedPackage, View, view};

/// Longest name of a file that is kept, in characters.
const FILE_NAME: usize = 150;
/// How long a package that nobody refers to is kept: somebody may be about to.
const UNWANTED: Duration = Duration::from_hours(1);

/// What a person says about a package that they upload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UploadRequest {
    /// Which system the integration leads to.
    pub kind: IntegrationKind,
    /// What the file is called. It is only shown, never used as a path.
    pub file: String,
}

/// Why a package was not taken.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum UploadError {
    /// There is no place where packages are kept.
    #[error("this service keeps no packages of integrations")]
    NoDepot,
    /// The file is no package, or did not arrive.
    #[error(transparent)]
    Depot(#[from] DepotError),
    /// The package is not the one of an integration.
    #[error("the package is not the one of an integration: {0}")]
    NoIntegration(#[from] NoIntegration),
    /// It was not asked rightly, or what lies behind it failed.
    #[error(transparent)]
    Publications(#[from] PublicationsError),
}

/// Why there is no package to download.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DownloadError {
    /// There is no package of that integration.
    #[error("no package of the integration was uploaded")]
    NotUploaded,
    /// It is not there any more, or not as it was.
    #[error(transparent)]
    Package(#[from] PackageError),
    /// It was not asked rightly, or what lies behind it failed.
    #[error(transparent)]
    Publications(#[from] PublicationsError),
}

impl Publications {
    /// A person uploads the package of an integration, in place of an earlier one. What arrives is looked at before
    /// anything is recorded: nothing is kept of what is no package, is cut off, or holds no integration.
    ///
    /// # Errors
    ///
    /// [`UploadError`].
    pub async fn upload(
        &self,
        setup: SetupId,
        request: UploadRequest,
        pieces: Pieces<'_>,
    ) -> std::result::Result<(View, IntegrationName), UploadError> {
        let (infrastructure, by) = self.way_in(setup).await?;
        let depot = self.depot.as_deref().ok_or(UploadError::NoDepot)?;
        self.sweep(depot, infrastructure).await?;
        let Stored { digest, size, modules } = depot.put(infrastructure, pieces).await?;
        let Content { name, modules, .. } = Content::of_modules(modules)?;
        let file = harmless(&request.file, FILE_NAME);
        let package =
            UploadedPackage { integration: name.clone(), kind: request.kind, file, digest, size, modules };
        let state = self.record(infrastructure, Command::Upload { package, by: by.username }).await?;
        Ok((view(&state), name))
    }

    /// The package of an integration, to be published by hand (B12).
    ///
    /// # Errors
    ///
    /// [`DownloadError`].
    pub async fn download(
        &self,
        setup: SetupId,
        integration: &IntegrationName,
    ) -> std::result::Result<(UploadedPackage, Package), DownloadError> {
        let (infrastructure, _) = self.way_in(setup).await?;
        let (state, _) = self.load(infrastructure).await?;
        let upload = state.upload(integration).ok_or(DownloadError::NotUploaded)?;
        let depot = self.depot.as_deref().ok_or(DownloadError::NotUploaded)?;
        let package = depot.open(infrastructure, &upload.package.digest).await?;
        Ok((upload.package.clone(), package))
    }

    /// A person has the package of an integration forgotten. What is published stays.
    ///
    /// # Errors
    ///
    /// [`PublicationsError`].
    pub async fn discard(&self, setup: SetupId, integration: IntegrationName) -> Result<View> {
        let command = |by: Holder| Command::Discard { integration, by: by.username };
        self.command(setup, command).await
    }

    /// A person wants integrations published, as they stood in that `edition`; the dependencies that are missing come
    /// first. One whose package was uploaded is published from that, another one again as it is.
    ///
    /// # Errors
    ///
    /// [`PublicationsError`]; [`Rejection::SeveralCatalogs`](crate::publication::Rejection::SeveralCatalogs) where
    /// integrations are published by hand.
    pub async fn publish(
        &self,
        setup: SetupId,
        edition: u32,
        integrations: BTreeSet<IntegrationName>,
    ) -> Result<View> {
        self.command(setup, |by| Command::Publish { by, edition, integrations }).await
    }

    /// A person says that they published the package of an integration by hand (B12): its modules are read back.
    ///
    /// # Errors
    ///
    /// [`PublicationsError`].
    pub async fn mark(&self, setup: SetupId, integration: IntegrationName) -> Result<View> {
        self.command(setup, |by| Command::Mark { by, integration }).await
    }

    /// Makes room: what nobody refers to any more, for it was replaced, discarded, or never recorded.
    async fn sweep(
        &self,
        depot: &dyn Depot,
        infrastructure: InfrastructureId,
    ) -> std::result::Result<(), UploadError> {
        let (state, _) = self.load(infrastructure).await?;
        let wanted: BTreeSet<_> = state.uploads().map(|upload| upload.package.digest).collect();
        let before = self.now().minus(UNWANTED);
        Ok(depot.sweep(infrastructure, &wanted, before).await?)
    }
}
