//! Faults performed: bodies and scripts that are wrong in exactly one way.

use std::convert::Infallible;
use std::io::Write as _;
use std::time::Duration;

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use futures_util::StreamExt as _;
use futures_util::stream;
use http::header::{CONTENT_ENCODING, CONTENT_LENGTH, RETRY_AFTER, TRANSFER_ENCODING};
use http::{HeaderValue, Response, StatusCode};
use http_body_util::{BodyExt as _, StreamBody};
use hyper::body::Frame;
use tokio::time::sleep;

use super::io::Script;
use crate::reply::{self, Body};
use crate::scenario::Action;
use crate::soap::{self, Version};

/// Size of the pieces of bodies without end.
const PIECE: usize = 16 * 1024;
/// What the bomb becomes: 128 MiB.
const BOMB_MIB: usize = 128;
/// How deep the nested XML is.
const DEPTH: usize = 200_000;

/// An answer after a fault.
pub(super) struct Disturbed {
    pub(super) response: Response<Body>,
    pub(super) script: Option<Script>,
    reaches_client: bool,
}

impl Disturbed {
    /// An answer that nothing happened to.
    fn not(response: Response<Body>) -> Self {
        Self { response, script: None, reaches_client: true }
    }

    /// The status, if the client gets to see it.
    pub(super) fn seen_status(&self) -> Option<StatusCode> {
        self.reaches_client.then(|| self.response.status())
    }

    /// No answer: the connection ends.
    pub(super) fn lost() -> Self {
        Self::hidden(Script::Limit(0))
    }

    /// An answer that never leaves as such.
    fn hidden(script: Script) -> Self {
        Self { response: reply::empty(StatusCode::OK), script: Some(script), reaches_client: false }
    }
}

/// Performs a fault, if there is one; `normal` makes the answer that would have been given.
pub(super) async fn perform(
    action: Option<Action>,
    version: Option<Version>,
    normal: impl FnOnce() -> Response<Body>,
) -> Disturbed {
    let Some(action) = action else {
        return Disturbed::not(normal());
    };
    match action {
        Action::Delay(ms) => {
            sleep(Duration::from_millis(ms)).await;
            Disturbed::not(normal())
        }
        Action::Reset => Disturbed::hidden(Script::Reset),
        Action::Garbage => {
            Disturbed::hidden(Script::Replace(Bytes::from_static(b"\x00\x01\x02 220 ready\r\n\xff\xfe\r\n")))
        }
        Action::SlowDrip(ms) => Disturbed::not(dripping(normal(), ms).await),
        Action::LengthTooLong => wrong_length(normal(), |length| length + 1000).await,
        Action::LengthTooShort => wrong_length(normal(), |length| length / 2).await,
        Action::DropAfter(bytes) => {
            Disturbed { script: Some(Script::Limit(bytes)), ..Disturbed::not(normal()) }
        }
        other => Disturbed::not(wrong_answer(other, version, normal)),
    }
}

fn wrong_answer(
    action: Action,
    version: Option<Version>,
    normal: impl FnOnce() -> Response<Body>,
) -> Response<Body> {
    let xml = version.map_or("text/xml; charset=utf-8", Version::content_type);
    match action {
        Action::Endless => reply::streamed(StatusCode::OK, xml, endless()),
        Action::Bomb => bomb(xml),
        Action::Status(code) => {
            let title = format!("{code} - Error");
            reply::page(status(code), &title, "The request could not be completed.")
        }
        Action::TooManyRequests(seconds) => {
            let mut response = reply::page(StatusCode::TOO_MANY_REQUESTS, "429", "Too many requests.");
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
            response
        }
        Action::Redirect { status: code, location } => reply::redirect(status(code), &location),
        Action::MalformedXml => {
            reply::text(StatusCode::OK, xml, format!("{}<soap:Body><a></b></soap:", open(version)))
        }
        Action::XmlEntities => reply::text(StatusCode::OK, xml, entities(version)),
        Action::DeepNesting => reply::streamed(StatusCode::OK, xml, nested()),
        Action::SoapFault(text) => soap::fault(version.unwrap_or(Version::V11), &soap::Fault::service(text)),
        Action::Verbatim { status: code, content_type, body } => {
            reply::text(status(code), &content_type, body)
        }
        _ => normal(),
    }
}

fn status(code: u16) -> StatusCode {
    StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

fn open(version: Option<Version>) -> String {
    let namespace = version.unwrap_or(Version::V11).envelope();
    format!("<?xml version=\"1.0\" encoding=\"utf-8\"?><soap:Envelope xmlns:soap=\"{namespace}\">")
}

/// A document whose entities grow from one to a billion.
fn entities(version: Option<Version>) -> String {
    let mut types = String::from("<!ENTITY e0 \"lol\">");
    for level in 1..10 {
        let references = format!("&e{};", level - 1).repeat(10);
        types.push_str(&format_entity(level, &references));
    }
    let namespace = version.unwrap_or(Version::V11).envelope();
    format!(
        "<?xml version=\"1.0\"?><!DOCTYPE soap:Envelope [{types}<!ENTITY file SYSTEM \"file:///etc/passwd\">]>\
         <soap:Envelope xmlns:soap=\"{namespace}\"><soap:Body>\
         <GetPlatformInfoResponse xmlns=\"{}\"><Version>&e9;&file;</Version></GetPlatformInfoResponse>\
         </soap:Body></soap:Envelope>",
        soap::PAYLOAD
    )
}

fn format_entity(level: usize, references: &str) -> String {
    format!("<!ENTITY e{level} \"{references}\">")
}

fn endless() -> impl Iterator<Item = Bytes> + Send {
    let head = Bytes::from(format!("{}<soap:Body>", open(None)));
    std::iter::once(head).chain(std::iter::repeat(Bytes::from(vec![b' '; PIECE])))
}

fn nested() -> impl Iterator<Item = Bytes> + Send {
    let levels = |tag: &'static str| std::iter::repeat_n(Bytes::from(tag.repeat(1000)), DEPTH / 1000);
    levels("<a>").chain(levels("</a>"))
}

fn bomb(content_type: &str) -> Response<Body> {
    let mut response = reply::streamed(StatusCode::OK, content_type, compressed_blanks());
    response.headers_mut().insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    response
}

/// Blanks, compressed a mebibyte at a time while they are sent.
fn compressed_blanks() -> impl Iterator<Item = Bytes> + Send {
    let mut encoder = Some(GzEncoder::new(Vec::new(), Compression::best()));
    let block = vec![b' '; 1024 * 1024];
    (0..=BOMB_MIB).map(move |number| {
        let produced = if number == BOMB_MIB {
            encoder.take().and_then(|encoder| encoder.finish().ok())
        } else {
            encoder.as_mut().and_then(|encoder| {
                encoder.write_all(&block).ok()?;
                Some(std::mem::take(encoder.get_mut()))
            })
        };
        Bytes::from(produced.unwrap_or_default())
    })
}

/// The whole body of an answer; it cannot fail.
async fn collected(body: Body) -> Bytes {
    match body.collect().await {
        Ok(collected) => collected.to_bytes(),
        Err(never) => match never {},
    }
}

async fn dripping(response: Response<Body>, ms: u64) -> Response<Body> {
    let (mut head, body) = response.into_parts();
    let content = collected(body).await;
    head.headers.insert(CONTENT_LENGTH, HeaderValue::from(content.len()));
    let drops = stream::iter(0..content.len()).then(move |at| {
        let drop = content.slice(at..=at);
        async move {
            sleep(Duration::from_millis(ms)).await;
            Ok::<_, Infallible>(Frame::data(drop))
        }
    });
    Response::from_parts(head, StreamBody::new(drops).boxed_unsync())
}

/// The answer as bytes with another `Content-Length` than is true.
async fn wrong_length(response: Response<Body>, length: impl FnOnce(usize) -> usize) -> Disturbed {
    let (mut head, body) = response.into_parts();
    let content = collected(body).await;
    head.headers.remove(TRANSFER_ENCODING);
    head.headers.insert(CONTENT_LENGTH, HeaderValue::from(length(content.len())));
    let mut raw = format!("HTTP/1.1 {}\r\n", head.status).into_bytes();
    for (name, value) in &head.headers {
        raw.extend([name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"].concat());
    }
    raw.extend(b"\r\n");
    raw.extend(&content);
    let response = reply::empty(head.status);
    Disturbed { response, script: Some(Script::Replace(Bytes::from(raw))), reaches_client: true }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read as _;

    #[test]
    fn the_bomb_is_small_and_becomes_more_than_100_mib() {
        let small: Vec<u8> = compressed_blanks().flatten().collect();
        assert!(small.len() < 1024 * 1024, "{}", small.len());
        let large =
            std::io::copy(&mut flate2::read::GzDecoder::new(&small[..]).take(1 << 30), &mut std::io::sink());
        assert_eq!(large.unwrap(), 128 * 1024 * 1024);
    }
}
