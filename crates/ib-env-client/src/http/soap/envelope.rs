//! What a SOAP call looks like on the wire.

use bytes::Bytes;
use quick_xml::escape::escape;
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use zeroize::Zeroizing;

use super::super::settings::SoapVersion;
use super::Question;
use crate::http::dialect::Input;

/// Namespace of every payload.
const PAYLOAD: &str = "http://www.outsystems.com";

/// The headers that go with an envelope.
pub(super) fn headers(version: SoapVersion, question: &Question<'_>) -> HeaderMap {
    let mut headers = HeaderMap::new();
    let content_type = match version {
        SoapVersion::V11 => "text/xml; charset=utf-8",
        SoapVersion::V12 => "application/soap+xml; charset=utf-8",
    };
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    let action = format!("\"http://ServiceCenter/{}/{}\"", question.service.name(), question.method);
    if let (SoapVersion::V11, Ok(action)) = (version, HeaderValue::from_str(&action)) {
        headers.insert(HeaderName::from_static("soapaction"), action);
    }
    headers
}

/// The envelope, up to where the package stands and from there on; without a package it is all in the first.
/// Passwords are in it, so what it is made of is wiped from memory as soon as it was sent.
pub(super) fn envelope(version: SoapVersion, question: &Question<'_>) -> (Bytes, Bytes) {
    let namespace = match version {
        SoapVersion::V11 => "http://schemas.xmlsoap.org/soap/envelope/",
        SoapVersion::V12 => "http://www.w3.org/2003/05/soap-envelope",
    };
    let method = question.method;
    let opening = format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?><s:Envelope xmlns:s=\"{namespace}\"><s:Body><{method} xmlns=\"{PAYLOAD}\">"
    );
    let mut halves = [vec![Zeroizing::new(opening)], Vec::new()];
    let mut half = 0;
    for (name, input) in &question.inputs {
        halves[half].push(Zeroizing::new(format!("<{name}>")));
        match input {
            Input::Text(text) => halves[half].push(Zeroizing::new(escape(*text).into_owned())),
            Input::Package => half = 1,
        }
        halves[half].push(Zeroizing::new(format!("</{name}>")));
    }
    halves[half].push(Zeroizing::new(format!("</{method}></s:Body></s:Envelope>")));
    let [head, tail] = halves.map(|parts| {
        // Joined at once: a text that grew would leave copies of itself behind.
        let parts: Vec<&str> = parts.iter().map(|part| part.as_str()).collect();
        Bytes::from_owner(Zeroizing::new(parts.concat().into_bytes()))
    });
    (head, tail)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::Service;
    use super::*;

    #[test]
    fn an_envelope_is_escaped_and_names_its_payload() {
        let question = Question {
            service: Service::Solutions,
            method: "TestLogin",
            inputs: vec![
                ("username", Input::Text("a<b>&\"c'")),
                ("File", Input::Package),
                ("TwoStep", Input::Text("true")),
            ],
            limit: Duration::from_secs(1),
            max_bytes: 1,
        };
        let (head, tail) = envelope(SoapVersion::V12, &question);
        let xml = str::from_utf8(&head).unwrap();
        assert!(xml.ends_with("</username><File>"), "{xml}");
        assert_eq!(tail, "</File><TwoStep>true</TwoStep></TestLogin></s:Body></s:Envelope>");
        assert!(xml.contains("<TestLogin xmlns=\"http://www.outsystems.com\">"), "{xml}");
        assert!(xml.contains("<username>a&lt;b&gt;&amp;&quot;c&apos;</username>"), "{xml}");
        assert!(xml.contains("http://www.w3.org/2003/05/soap-envelope"));
        assert!(headers(SoapVersion::V12, &question).get("soapaction").is_none());
        let action = headers(SoapVersion::V11, &question).remove("soapaction").unwrap();
        assert_eq!(action, "\"http://ServiceCenter/Solutions/TestLogin\"");
    }
}
