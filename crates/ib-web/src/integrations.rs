//! Integrations of the infrastructure that a set-up leads to, for the API and the pages alike.

use std::io;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::HeaderValue;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use futures_util::stream::{BoxStream, Stream};
use futures_util::{StreamExt, stream};
use ib_api::integrations::IntegrationsDocument;
use ib_api::problem::{Problem, ProblemKind};
use ib_domain::integration::{IntegrationKind, IntegrationName};
use ib_setup::{PublicationsError, RequestSource, SetupId, UploadRequest};
use tokio::time::timeout;

use crate::app::{Answer, App};
use crate::session::Session;

/// How long a package may take to arrive.
pub(crate) const UPLOAD: Duration = Duration::from_mins(30);
/// How long nothing of it may arrive.
const PAUSE: Duration = Duration::from_secs(30);
/// How much more of a package that is refused is let come, in bytes.
const REST: usize = 64 << 20;

/// What a person asks of an integration.
pub(crate) enum Wish {
    /// Publish it, as it stood in that edition.
    Publish(u32),
    /// It was published by hand; look for it.
    Mark,
    /// Forget its package.
    Discard,
}

impl Wish {
    /// What tells it from others under an idempotency key.
    fn name(&self) -> String {
        match self {
            Self::Publish(edition) => format!("publish {edition}"),
            Self::Mark => "mark".to_owned(),
            Self::Discard => "discard".to_owned(),
        }
    }
}

impl App {
    /// Which integrations there are, and how each stands.
    pub(crate) async fn integrations(&self, setup: SetupId) -> Answer<IntegrationsDocument> {
        let seen = self.publications()?.seen_by(setup).await;
        let (view, holder) = seen.map_err(|error| self.refuse_publication(&error))?;
        let environments = self.environments.seen_by(setup).await;
        let (environments, _) =
            environments.map_err(|error| self.told(Problem::of_environments(&error, ""), &error))?;
        Ok(IntegrationsDocument::new(&view, &holder).with_reports(&environments))
    }

    /// The same once nothing is under way, or when `limit` has passed.
    pub(crate) async fn settled_integrations(
        &self,
        setup: SetupId,
        limit: Duration,
    ) -> Answer<IntegrationsDocument> {
        let look = || async {
            let document = self.integrations(setup).await?;
            let is_settled = !document.is_under_way();
            Ok((document, is_settled))
        };
        self.driver.until(limit, look).await
    }

    /// Takes the package of an integration in, piece by piece.
    pub(crate) async fn upload(
        &self,
        from: RequestSource,
        setup: SetupId,
        kind: &str,
        file: String,
        mut pieces: impl Stream<Item = io::Result<Bytes>> + Send + Unpin,
    ) -> Answer<IntegrationName> {
        let kind: IntegrationKind = kind.parse().map_err(|_| {
            let ids = IntegrationKind::ALL.map(IntegrationKind::id).join(", ");
            Problem::new(ProblemKind::Unusable, format!("Choose a kind: one of {ids}.")).field("kind")
        })?;
        let request = UploadRequest { kind, file };
        let uploaded = self.publications_for(from)?.upload(setup, request, unstalled(&mut pieces)).await;
        if uploaded.is_err() {
            let_go(pieces).await;
        }
        let (_, name) = uploaded.map_err(|error| self.told(Problem::of_upload(&error), &error))?;
        Ok(name)
    }

    /// The package of an integration, as a file to keep.
    pub(crate) async fn download(&self, setup: SetupId, integration: &str) -> Answer<Response> {
        let name = named(integration)?;
        let downloaded = self.publications()?.download(setup, &name).await;
        let (known, package) = downloaded.map_err(|error| self.told(Problem::of_download(&error), &error))?;
        let ending = if known.file.to_ascii_lowercase().ends_with(".osp") { "osp" } else { "oap" };
        let size = package.size();
        let mut response = Body::from_stream(package.into_pieces()).into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
        headers.insert(CONTENT_LENGTH, size.into());
        let encoded: String = url::form_urlencoded::byte_serialize(name.as_str().as_bytes()).collect();
        let disposition = format!("attachment; filename*=UTF-8''{encoded}.{ending}");
        let disposition = HeaderValue::try_from(disposition);
        headers.insert(CONTENT_DISPOSITION, disposition.unwrap_or(HeaderValue::from_static("attachment")));
        Ok(response)
    }

    /// Asks what a person wants, once for each key.
    pub(crate) async fn integration_wish(
        &self,
        from: RequestSource,
        session: &Session,
        key: Option<&str>,
        setup: SetupId,
        integration: &str,
        wish: Wish,
    ) -> Answer<()> {
        let request = format!("{setup} integration {integration} {}", wish.name());
        let name = named(integration)?;
        self.once(session, key, &request, setup, self.grant_integration(from, setup, name, wish))
            .await
            .map(drop)
    }

    async fn grant_integration(
        &self,
        from: RequestSource,
        setup: SetupId,
        name: IntegrationName,
        wish: Wish,
    ) -> Answer<()> {
        let publications = self.publications_for(from)?;
        let done: Result<_, PublicationsError> = match wish {
            Wish::Publish(edition) => publications.publish(setup, edition, [name].into()).await,
            Wish::Mark => publications.mark(setup, name).await,
            Wish::Discard => publications.discard(setup, name).await,
        };
        done.map_err(|error| self.refuse_publication(&error))?;
        Ok(())
    }
}

/// The integration of that name. A name that none can have is no integration's.
fn named(text: &str) -> Answer<IntegrationName> {
    let detail = "There is no integration of that name.";
    Ok(text.parse().map_err(|_| Problem::new(ProblemKind::NotFound, detail))?)
}

/// Lets whoever is still sending come to an end: they hear why it is refused only once they have. What comes is dropped,
/// and whoever sends much more is cut off.
async fn let_go(mut pieces: impl Stream<Item = io::Result<Bytes>> + Unpin) {
    let mut left = REST;
    let end = async {
        while let Some(Ok(piece)) = pieces.next().await {
            left = left.saturating_sub(piece.len());
            if left == 0 {
                break;
            }
        }
    };
    // Whoever stops to send is not waited for.
    let _ = timeout(PAUSE, end).await;
}

/// The same pieces; whoever stops to send breaks off.
fn unstalled<'a, S>(pieces: S) -> BoxStream<'a, io::Result<Bytes>>
where
    S: Stream<Item = io::Result<Bytes>> + Send + Unpin + 'a,
{
    let stalled = || io::Error::new(io::ErrorKind::TimedOut, "nothing arrived for a while");
    let next = move |pieces: Option<S>| async move {
        let mut pieces = pieces?;
        match timeout(PAUSE, pieces.next()).await {
            Ok(Some(piece)) => Some((piece, Some(pieces))),
            Ok(None) => None,
            Err(_) => Some((Err(stalled()), None)),
        }
    };
    stream::unfold(Some(pieces), next).boxed()
}
