//! Integrations and their packages.

use std::fmt;
use std::future::Future;
use std::io;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::StreamExt as _;
use futures_util::stream::{self, BoxStream};
use ib_domain::integration::{IntegrationKind, IntegrationName};
use reqwest::header::{CONTENT_LENGTH, CONTENT_TYPE};
use reqwest::{Body, Method, RequestBuilder, Response};
use serde::Serialize;
use tokio::sync::Notify;
use tokio::time::timeout;

use super::wire::{IDLE_LIMIT, done, read, unreachable};
use super::{Client, ClientError, NOTHING, WAIT, plain, segment};
use crate::integrations::IntegrationsDocument;
use crate::request::{Nothing, PublishIntegration};

/// Longest piece of a package that is handed over, in bytes.
const PIECE: usize = 64 << 10;

/// A package on its way from the service.
pub struct Download {
    /// How many bytes it has.
    pub size: u64,
    /// Its pieces, in order and none of them long. What does not arrive as a whole ends with an error.
    pub pieces: BoxStream<'static, io::Result<Bytes>>,
}

impl fmt::Debug for Download {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Download").field("size", &self.size).finish_non_exhaustive()
    }
}

impl Client {
    /// The integrations of the infrastructure that a set-up leads to, and how each stands.
    ///
    /// # Errors
    ///
    /// [`ClientError`], as for every request.
    pub async fn integrations(&self, id: &str) -> Result<IntegrationsDocument, ClientError> {
        self.json(Method::GET, &at(id, ""), NOTHING).await
    }

    /// The same as soon as nothing is under way, or after 20 seconds.
    ///
    /// # Errors
    ///
    /// [`ClientError`].
    pub async fn settled_integrations(&self, id: &str) -> Result<IntegrationsDocument, ClientError> {
        self.json(Method::GET, &at(id, &format!("?wait={WAIT}")), NOTHING).await
    }

    /// A person uploads the package of an integration, `size` bytes in `pieces`, from a file that is called `file`.
    /// The answer's [`uploaded`](IntegrationsDocument::uploaded) names the integration.
    ///
    /// # Errors
    ///
    /// [`ClientError`]; also where nothing moves for a minute, or the pieces end early, late, or with an error.
    pub async fn upload_integration(
        &self,
        id: &str,
        kind: IntegrationKind,
        file: &str,
        size: u64,
        pieces: BoxStream<'static, io::Result<Bytes>>,
    ) -> Result<IntegrationsDocument, ClientError> {
        let path = at(id, &format!("?kind={}&file={}", segment(kind.id()), segment(file)));
        let request = self.request(&self.files, Method::POST, &path)?;
        let request = request.header(CONTENT_TYPE, "application/octet-stream").header(CONTENT_LENGTH, size);
        let response = done(sent(request, pieces).await?).await?;
        let status = response.status().as_u16();
        let bytes = moving(read(response)).await??;
        serde_json::from_slice(&bytes).map_err(|_| ClientError::Foreign { status })
    }

    /// The package of an integration, as it was uploaded last.
    ///
    /// # Errors
    ///
    /// [`ClientError`]; a problem where none was uploaded.
    pub async fn download_integration(
        &self,
        id: &str,
        name: &IntegrationName,
    ) -> Result<Download, ClientError> {
        let request = self.request(&self.files, Method::GET, &named(id, name, "/package"))?;
        let response = done(moving(request.send()).await?.map_err(unreachable)?).await?;
        // Without its length nobody could tell the whole from a part.
        let foreign = ClientError::Foreign { status: response.status().as_u16() };
        let size = response.content_length().ok_or(foreign)?;
        Ok(Download { size, pieces: pieces(response) })
    }

    /// A person has the package of an integration forgotten. What is published stays.
    ///
    /// # Errors
    ///
    /// [`ClientError`].
    pub async fn forget_integration(
        &self,
        id: &str,
        name: &IntegrationName,
    ) -> Result<IntegrationsDocument, ClientError> {
        self.json(Method::DELETE, &named(id, name, "/package"), NOTHING).await
    }

    /// A person wants an integration published, as it stood in that `edition`.
    ///
    /// # Errors
    ///
    /// [`ClientError`].
    pub async fn publish_integration(
        &self,
        id: &str,
        name: &IntegrationName,
        edition: u32,
    ) -> Result<IntegrationsDocument, ClientError> {
        self.wish(&named(id, name, "/publish"), &PublishIntegration { edition }).await
    }

    /// A person says that they published an integration by hand.
    ///
    /// # Errors
    ///
    /// [`ClientError`].
    pub async fn mark_integration(
        &self,
        id: &str,
        name: &IntegrationName,
    ) -> Result<IntegrationsDocument, ClientError> {
        self.wish(&named(id, name, "/mark-published"), &Nothing {}).await
    }

    async fn wish(&self, path: &str, body: &impl Serialize) -> Result<IntegrationsDocument, ClientError> {
        self.json(Method::POST, path, Some(body)).await
    }
}

/// Sends a file, as long as something of it moves.
async fn sent(
    request: RequestBuilder,
    pieces: BoxStream<'static, io::Result<Bytes>>,
) -> Result<Response, ClientError> {
    let moved = Arc::new(Notify::new());
    let taken = Arc::clone(&moved);
    let pieces = pieces.inspect(move |_| taken.notify_one());
    let mut sending = std::pin::pin!(request.body(Body::wrap_stream(pieces)).send());
    loop {
        tokio::select! {
            response = &mut sending => return response.map_err(unreachable),
            waited = moving(moved.notified()) => waited?,
        }
    }
}

/// What follows of an answer, in pieces.
fn pieces(response: Response) -> BoxStream<'static, io::Result<Bytes>> {
    let next = |state: Option<(Response, Bytes)>| async move {
        let (mut response, mut left) = state?;
        if left.is_empty() {
            left = match moving(response.chunk()).await {
                Ok(Ok(None)) => return None,
                Ok(Ok(Some(chunk))) => chunk,
                Ok(Err(error)) => return Some((Err(io::Error::other(unreachable(error))), None)),
                Err(error) => return Some((Err(io::Error::other(error)), None)),
            };
        }
        let piece = left.split_to(left.len().min(PIECE));
        Some((Ok(piece), Some((response, left))))
    };
    stream::unfold(Some((response, Bytes::new())), next).boxed()
}

/// What comes of it, unless it takes so long that nothing moves any more.
async fn moving<T>(future: impl Future<Output = T>) -> Result<T, ClientError> {
    let waited = timeout(IDLE_LIMIT, future).await;
    waited.map_err(|_| ClientError::Unreachable("nothing of the file moved for a minute".to_owned()))
}

fn at(id: &str, rest: &str) -> String {
    format!("setups/{}/integrations{rest}", plain(id))
}

fn named(id: &str, name: &IntegrationName, rest: &str) -> String {
    at(id, &format!("/{}{rest}", segment(name.as_str())))
}
