//! Answers of every kind.

use std::convert::Infallible;

use bytes::Bytes;
use futures_util::stream;
use http::header::{CONTENT_TYPE, LOCATION, WWW_AUTHENTICATE};
use http::{HeaderValue, Response, StatusCode};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt as _, Full, StreamBody};
use hyper::body::Frame;

/// A body that is complete or still being made.
pub(crate) type Body = UnsyncBoxBody<Bytes, Infallible>;

pub(crate) const HTML: &str = "text/html; charset=utf-8";
pub(crate) const JSON: &str = "application/json; charset=utf-8";
pub(crate) const PLAIN: &str = "text/plain; charset=utf-8";

/// A body in memory.
pub(crate) fn whole(bytes: impl Into<Bytes>) -> Body {
    Full::new(bytes.into()).boxed_unsync()
}

/// An answer without a body.
pub(crate) fn empty(status: StatusCode) -> Response<Body> {
    with_body(status, None, whole(Bytes::new()))
}

/// An answer in memory.
pub(crate) fn text(status: StatusCode, content_type: &str, content: impl Into<Bytes>) -> Response<Body> {
    with_body(status, Some(content_type), whole(content))
}

/// An answer made piece by piece, as fast as the client reads.
pub(crate) fn streamed(
    status: StatusCode,
    content_type: &str,
    pieces: impl Iterator<Item = Bytes> + Send + 'static,
) -> Response<Body> {
    with_body(status, Some(content_type), lazily(pieces))
}

/// A body made piece by piece.
pub(crate) fn lazily(pieces: impl Iterator<Item = Bytes> + Send + 'static) -> Body {
    let frames = stream::iter(pieces.map(|piece| Ok(Frame::data(piece))));
    StreamBody::new(frames).boxed_unsync()
}

fn with_body(status: StatusCode, content_type: Option<&str>, body: Body) -> Response<Body> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    if let Some(value) = content_type.and_then(|text| HeaderValue::from_str(text).ok()) {
        response.headers_mut().insert(CONTENT_TYPE, value);
    }
    response
}

/// A page with a title and a sentence, as IIS and ASP.NET write them.
pub(crate) fn page(status: StatusCode, title: &str, sentence: &str) -> Response<Body> {
    let html = format!(
        "<!DOCTYPE html><html><head><title>{title}</title></head><body><h1>{title}</h1><p>{sentence}</p></body></html>"
    );
    text(status, HTML, html)
}

/// The page of a path that does not exist.
pub(crate) fn not_found() -> Response<Body> {
    page(StatusCode::NOT_FOUND, "404 - File or directory not found.", "The resource cannot be found.")
}

/// JSON.
pub(crate) fn json(status: StatusCode, value: &serde_json::Value) -> Response<Body> {
    text(status, JSON, value.to_string())
}

/// A redirect.
pub(crate) fn redirect(status: StatusCode, location: &str) -> Response<Body> {
    let mut response = page(status, "Object moved", "The object has moved.");
    if let Ok(value) = HeaderValue::from_str(location) {
        response.headers_mut().insert(LOCATION, value);
    }
    response
}

/// The body of an error of LifeTime and of exposed REST methods (`lifetime-api.md` 1.1).
pub(crate) fn exception(status: StatusCode, message: &str) -> Response<Body> {
    json(status, &serde_json::json!({ "Errors": [message], "StatusCode": status.as_u16() }))
}

/// A 401 that names the scheme.
pub(crate) fn unauthorized(scheme: &'static str, message: &str) -> Response<Body> {
    let mut response = exception(StatusCode::UNAUTHORIZED, message);
    response.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static(scheme));
    response
}
