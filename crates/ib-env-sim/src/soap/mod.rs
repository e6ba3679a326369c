//! SOAP 1.1 and 1.2 as ASP.NET's `.asmx` services speak it (`service-center-soap.md` 1).

mod reply;
mod request;
mod service;
mod value;
mod wsdl;

pub(crate) use reply::{fault, html_help, respond};
pub(crate) use request::{Call, Unreadable, not_recognised, read};
pub(crate) use service::{Arguments, Dialect, Field, KindOf, Method, Service, Structure};
pub(crate) use value::{Value, escaped};
pub(crate) use wsdl::wsdl;

/// Namespace of every payload element, of every service.
pub(crate) const PAYLOAD: &str = "http://www.outsystems.com";

/// The two versions that share one URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Version {
    V11,
    V12,
}

impl Version {
    pub(crate) fn envelope(self) -> &'static str {
        match self {
            Self::V11 => "http://schemas.xmlsoap.org/soap/envelope/",
            Self::V12 => "http://www.w3.org/2003/05/soap-envelope",
        }
    }

    pub(crate) fn content_type(self) -> &'static str {
        match self {
            Self::V11 => "text/xml; charset=utf-8",
            Self::V12 => "application/soap+xml; charset=utf-8",
        }
    }

    /// The version that a request's `Content-Type` announces.
    fn announced(content_type: &str) -> Option<Self> {
        let media = content_type.split(';').next().unwrap_or_default().trim();
        [(Self::V11, "text/xml"), (Self::V12, "application/soap+xml")]
            .into_iter()
            .find(|(_, name)| media.eq_ignore_ascii_case(name))
            .map(|(version, _)| version)
    }
}

/// Whose mistake a fault is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Blame {
    /// The caller's: `soap:Client`, `soap:Sender`.
    Caller,
    /// The service's: `soap:Server`, `soap:Receiver`.
    Service,
    /// `soap:VersionMismatch`.
    Version,
}

/// A fault before it is written down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) blame: Blame,
    pub(crate) text: String,
}

impl Fault {
    pub(crate) fn service(text: impl Into<String>) -> Self {
        Self { blame: Blame::Service, text: text.into() }
    }

    pub(crate) fn caller(text: impl Into<String>) -> Self {
        Self { blame: Blame::Caller, text: text.into() }
    }
}

/// Outputs by position, or a fault.
pub(crate) type Outputs = Result<Vec<Value>, Fault>;
