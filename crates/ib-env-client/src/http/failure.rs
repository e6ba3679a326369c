//! What went wrong with a request, named by its one cause.

use std::error::Error;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use ib_domain::reason::Reason;

use super::body::TooLong;
use super::settings::seconds;
use super::tls::{self, Presented};
use super::upload::Unreadable;
use super::xml::XmlError;
use crate::Obstacle;

/// Every error in the chain, outermost first, and the ones that an I/O error wraps.
fn chain<'e>(error: &'e (dyn Error + 'static)) -> impl Iterator<Item = &'e (dyn Error + 'static)> {
    std::iter::successors(Some(error), |error| next(*error))
}

fn next<'e>(error: &'e (dyn Error + 'static)) -> Option<&'e (dyn Error + 'static)> {
    // The XML library shares its I/O errors, and an I/O error does not name what it wraps as its source.
    if let Some(shared) = error.downcast_ref::<Arc<io::Error>>() {
        return Some(shared.as_ref());
    }
    match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
        Some(wrapped) => Some(wrapped),
        None => error.source(),
    }
}

fn find<'e, E: Error + 'static>(error: &'e (dyn Error + 'static)) -> Option<&'e E> {
    chain(error).find_map(|error| error.downcast_ref::<E>())
}

/// Why a request got no answer. Where a connection failed without saying at which layer, TLS is named.
pub(super) fn sending(
    error: &reqwest::Error,
    presented: Option<&Presented>,
    limit: Duration,
    connect_limit: Duration,
) -> Obstacle {
    if let Some(tls) = find::<rustls::Error>(error) {
        return tls::obstacle(tls, presented);
    }
    if let Some(unreadable) = find::<Unreadable>(error) {
        return Obstacle::new(Reason::PackageUnreadable).observed(unreadable.to_string());
    }
    let kind = chain(error).filter_map(|error| error.downcast_ref::<io::Error>()).map(io::Error::kind).last();
    if error.is_connect() {
        return connecting(error, kind, connect_limit);
    }
    if error.is_timeout() {
        return Obstacle::new(Reason::HttpNoAnswer).expected(seconds(limit));
    }
    match find::<hyper::Error>(error) {
        Some(http) if http.is_parse() => Reason::HttpNotSpoken.into(),
        _ => Reason::HttpReset.into(),
    }
}

fn connecting(error: &reqwest::Error, kind: Option<io::ErrorKind>, limit: Duration) -> Obstacle {
    use io::ErrorKind::{ConnectionRefused, HostUnreachable, NetworkUnreachable, TimedOut};
    let seen = |reason, kind: io::ErrorKind| Obstacle::new(reason).observed(kind.to_string());
    match kind {
        _ if error.is_timeout() => Obstacle::new(Reason::TlsTimedOut).expected(seconds(limit)),
        Some(TimedOut) => Obstacle::new(Reason::TlsTimedOut).expected(seconds(limit)),
        Some(ConnectionRefused) => Reason::ConnectRefused.into(),
        Some(kind @ (HostUnreachable | NetworkUnreachable)) => seen(Reason::ConnectUnreachable, kind),
        Some(kind) => seen(Reason::TlsBrokenOff, kind),
        None => Obstacle::new(Reason::TlsBrokenOff).observed("the connection could not be made"),
    }
}

/// What went wrong while an answer was read.
#[derive(Debug)]
pub(super) enum Reading {
    Io(io::Error),
    Xml(XmlError),
}

impl From<io::Error> for Reading {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl From<XmlError> for Reading {
    fn from(error: XmlError) -> Self {
        match error {
            XmlError::Io(error) => Self::Io(error),
            other => Self::Xml(other),
        }
    }
}

impl Reading {
    /// Names the cause, given how many bytes were allowed.
    pub(super) fn obstacle(&self, max_bytes: u64) -> Obstacle {
        match self {
            Self::Xml(XmlError::Forbidden(what)) => Obstacle::new(Reason::HttpForbiddenXml).observed(*what),
            Self::Xml(error) => Obstacle::new(Reason::HttpMalformedXml).observed(error.to_string()),
            Self::Io(error) => match find::<TooLong>(error) {
                Some(TooLong { compressed: true }) => {
                    Obstacle::new(Reason::HttpBomb).expected(bytes(max_bytes))
                }
                Some(TooLong { compressed: false }) => {
                    Obstacle::new(Reason::HttpTooLarge).expected(bytes(max_bytes))
                }
                None => Reason::HttpCutShort.into(),
            },
        }
    }
}

fn bytes(count: u64) -> String {
    format!("{} MiB", count >> 20)
}
