//! Writing SOAP replies, faults and the help page.

use std::fmt::Write as _;

use http::{Response, StatusCode};

use super::value::Gathered;
use super::{Blame, Dialect, Fault, Method, PAYLOAD, Service, Value, Version, escaped};
use crate::reply::{self, Body};

/// The reply of a method: its outputs in order, inside the response wrapper.
pub(crate) fn respond(
    version: Version,
    method: &Method,
    dialect: Dialect,
    mut outputs: Vec<Value>,
) -> Response<Body> {
    if dialect == Dialect::Other {
        outputs.push(Value::Int(0));
    }
    let small = outputs.iter().all(Value::is_small);
    let (head, tail) = envelope(version);
    let wrapper = format!("{}Response", method.name);
    let open = format!("{head}<{wrapper} xmlns=\"{PAYLOAD}\">");
    let close = format!("</{wrapper}>{tail}");
    let elements = dialect.outputs(method).into_iter().zip(outputs);
    let inner = elements.flat_map(|((name, _), value)| value.pieces(&name));
    let pieces = std::iter::once(open).chain(inner).chain(std::iter::once(close));
    if small {
        return reply::text(StatusCode::OK, version.content_type(), pieces.collect::<String>());
    }
    reply::streamed(StatusCode::OK, version.content_type(), Gathered(pieces))
}

fn envelope(version: Version) -> (String, &'static str) {
    let head = format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?><soap:Envelope xmlns:soap=\"{}\" \
         xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\">\
         <soap:Body>",
        version.envelope()
    );
    (head, "</soap:Body></soap:Envelope>")
}

/// A fault with the status that ASMX sends: 500, and 400 where the request could not be read.
pub(crate) fn fault(version: Version, fault: &Fault) -> Response<Body> {
    let unreadable =
        fault.blame == Blame::Caller && fault.text.starts_with("Server was unable to read request");
    let status = if unreadable { StatusCode::BAD_REQUEST } else { StatusCode::INTERNAL_SERVER_ERROR };
    let (head, tail) = envelope(version);
    let text = escaped(&fault.text);
    let code = code(version, fault.blame);
    let inner = match version {
        Version::V11 => {
            format!("<faultcode>soap:{code}</faultcode><faultstring>{text}</faultstring><detail />")
        }
        Version::V12 => format!(
            "<soap:Code><soap:Value>soap:{code}</soap:Value></soap:Code>\
             <soap:Reason><soap:Text xml:lang=\"en\">{text}</soap:Text></soap:Reason><soap:Detail />"
        ),
    };
    reply::text(status, version.content_type(), format!("{head}<soap:Fault>{inner}</soap:Fault>{tail}"))
}

fn code(version: Version, blame: Blame) -> &'static str {
    match (version, blame) {
        (_, Blame::Version) => "VersionMismatch",
        (Version::V11, Blame::Caller) => "Client",
        (Version::V11, Blame::Service) => "Server",
        (Version::V12, Blame::Caller) => "Sender",
        (Version::V12, Blame::Service) => "Receiver",
    }
}

/// The page that ASMX shows to a browser.
pub(crate) fn html_help(service: &Service) -> String {
    let name = service.name;
    let mut page = format!(
        "<html><head><title>{name} Web Service</title></head><body><h1>{name}</h1>\
         <p>The following operations are supported. For a formal definition, please review the \
         <a href=\"{name}.asmx?WSDL\">Service Description</a>.</p><ul>"
    );
    for method in service.methods {
        let _ = write!(page, "<li>{}</li>", method.name);
    }
    page.push_str("</ul></body></html>");
    page
}
