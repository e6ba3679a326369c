//! What goes over the wire, within limits.

use std::time::Duration;

use reqwest::Response;
use reqwest::header::{CONTENT_TYPE, HeaderValue, RETRY_AFTER};
use secrecy::{ExposeSecret as _, SecretString};

use super::ClientError;
use crate::problem::{MEDIA_TYPE, Problem};

/// Largest answer that is read, in bytes: hundreds of items, each with a finding.
const BODY_LIMIT: usize = 8 << 20;
const CONNECT_LIMIT: Duration = Duration::from_secs(10);
/// For a whole request; longer than the service waits at most.
const REQUEST_LIMIT: Duration = Duration::from_secs(40);
/// How long nothing may move while a file is on its way. The whole of it may take as long as it takes.
pub(super) const IDLE_LIMIT: Duration = Duration::from_mins(1);

/// The answer to a request that was done.
pub(super) async fn done(response: Response) -> Result<Response, ClientError> {
    if response.status().is_success() { Ok(response) } else { Err(refused(response).await?) }
}

/// The problem that an answer tells.
async fn refused(response: Response) -> Result<ClientError, ClientError> {
    let status = response.status().as_u16();
    let text = |name| response.headers().get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    let is_problem = text(CONTENT_TYPE).is_some_and(|kind| kind.starts_with(MEDIA_TYPE));
    let retry_after = text(RETRY_AFTER).and_then(|seconds| seconds.parse::<u32>().ok());
    let bytes = read(response).await?;
    let problem = serde_json::from_slice::<Problem>(&bytes).ok().filter(|_| is_problem);
    Ok(match problem {
        Some(mut problem) => {
            if let (Some(seconds), None) = (retry_after, &problem.retry_at) {
                problem.detail = format!("{} Try again in {seconds} s.", problem.detail);
            }
            ClientError::Problem(Box::new(problem))
        }
        None => ClientError::Foreign { status },
    })
}

pub(super) async fn read(mut response: Response) -> Result<Vec<u8>, ClientError> {
    let status = response.status().as_u16();
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(unreachable)? {
        if bytes.len() + chunk.len() > BODY_LIMIT {
            return Err(ClientError::Foreign { status });
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

pub(super) fn bearer(token: &SecretString) -> Result<HeaderValue, ClientError> {
    let text = SecretString::from(format!("Bearer {}", token.expose_secret()));
    let value = HeaderValue::from_str(text.expose_secret());
    let mut value = value.map_err(|_| ClientError::Client("the session's token is damaged".to_owned()))?;
    value.set_sensitive(true);
    Ok(value)
}

/// What a person can do something about, without the URL.
pub(super) fn unreachable(error: reqwest::Error) -> ClientError {
    let error = error.without_url();
    if error.is_timeout() {
        return ClientError::Unreachable("it took too long".to_owned());
    }
    let mut deepest: &dyn std::error::Error = &error;
    while let Some(source) = deepest.source() {
        deepest = source;
    }
    ClientError::Unreachable(deepest.to_string())
}

/// For everything but files.
pub(super) fn http(config: rustls::ClientConfig) -> Result<reqwest::Client, ClientError> {
    built(builder(config).timeout(REQUEST_LIMIT))
}

/// For files: whoever uses it keeps to [`IDLE_LIMIT`].
pub(super) fn http_of_files(config: rustls::ClientConfig) -> Result<reqwest::Client, ClientError> {
    built(builder(config))
}

#[expect(clippy::disallowed_methods, reason = "our own service is no environment: no address policy applies")]
fn builder(config: rustls::ClientConfig) -> reqwest::ClientBuilder {
    reqwest::Client::builder()
        .tls_backend_preconfigured(config)
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .referer(false)
        .http1_only()
        .user_agent(concat!("ib/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(CONNECT_LIMIT)
}

fn built(builder: reqwest::ClientBuilder) -> Result<reqwest::Client, ClientError> {
    builder.build().map_err(|error| ClientError::Client(error.to_string()))
}
