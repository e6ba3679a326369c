//! Reading a SOAP request: any prefixes, but the right namespaces.

use http::HeaderMap;
use http::header::CONTENT_TYPE;
use quick_xml::NsReader;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesRef, Event};
use quick_xml::name::ResolveResult;

use super::{Blame, Fault, PAYLOAD, Version};

/// Deeper elements are refused.
const DEPTH_LIMIT: usize = 64;

/// A call: which method, with which inputs. It holds passwords, so it has no `Debug`.
pub(crate) struct Call {
    pub(crate) version: Version,
    pub(crate) action: Option<String>,
    pub(crate) method: String,
    pub(crate) arguments: Vec<(String, String)>,
}

impl Call {
    /// Who the call says it comes from, by the usual names of the first input.
    pub(crate) fn username(&self) -> Option<&str> {
        let is_name = |name: &str| name.eq_ignore_ascii_case("username") || name == "In1";
        let given = self.arguments.iter().find(|(name, _)| is_name(name));
        given.map(|(_, value)| value.as_str()).filter(|name| !name.is_empty() && name.len() <= 250)
    }
}

/// Why a request is no call.
#[derive(Debug)]
pub(crate) enum Unreadable {
    /// The content type is not one of the two: 415.
    MediaType,
    /// A fault in the version that the content type announced.
    Fault(Version, Fault),
}

/// Reads the call that a POST carries.
pub(crate) fn read(headers: &HeaderMap, body: &[u8]) -> Result<Call, Unreadable> {
    let content_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let version = Version::announced(content_type).ok_or(Unreadable::MediaType)?;
    let action = action(headers, content_type, version);
    let (method, arguments) = payload(version, body).map_err(|fault| {
        let fault = match (&fault.blame, &action) {
            (Blame::Caller, Some(action)) if fault.text.is_empty() => not_recognised(action),
            (Blame::Caller, None) if fault.text.is_empty() => not_recognised(""),
            _ => fault,
        };
        Unreadable::Fault(version, fault)
    })?;
    Ok(Call { version, action, method, arguments })
}

/// What ASMX says to a body or action that it does not know.
pub(crate) fn not_recognised(action: &str) -> Fault {
    Fault::caller(format!("Server did not recognize the value of HTTP Header SOAPAction: {action}."))
}

fn action(headers: &HeaderMap, content_type: &str, version: Version) -> Option<String> {
    let raw = match version {
        Version::V11 => headers.get("soapaction")?.to_str().ok()?,
        Version::V12 => content_type.split(';').find_map(|part| part.trim().strip_prefix("action="))?,
    };
    let text = raw.trim().trim_matches('"');
    (!text.is_empty()).then(|| text.chars().take(250).collect())
}

fn malformed(detail: &str) -> Fault {
    Fault::caller(format!("Server was unable to read request. ---> {detail}"))
}

/// Where the reader is inside the envelope.
struct Payload {
    version: Version,
    depth: usize,
    in_body: bool,
    method: Option<String>,
    done: bool,
    arguments: Vec<(String, String)>,
}

fn payload(version: Version, body: &[u8]) -> Result<(String, Vec<(String, String)>), Fault> {
    let text =
        std::str::from_utf8(body).map_err(|_| malformed("Invalid character in the given encoding."))?;
    let text = text.trim_start_matches('\u{feff}');
    let mut reader = NsReader::from_str(text);
    let mut payload =
        Payload { version, depth: 0, in_body: false, method: None, done: false, arguments: Vec::new() };
    loop {
        let (namespace, event) =
            reader.read_resolved_event().map_err(|_| malformed("The XML is not well-formed."))?;
        match event {
            Event::Eof => break,
            Event::DocType(_) => return Err(malformed("For security reasons DTD is prohibited.")),
            Event::Start(tag) => payload.open(&namespace, tag.local_name().into_inner())?,
            Event::Empty(tag) => {
                payload.open(&namespace, tag.local_name().into_inner())?;
                payload.close();
            }
            Event::End(_) => payload.close(),
            Event::Text(text) => payload.text(&text.xml10_content()),
            Event::CData(text) => payload.text(&text.xml10_content()),
            Event::GeneralRef(reference) => payload.text(&resolved(&reference)?),
            _ => {}
        }
    }
    if payload.depth != 0 {
        return Err(malformed("Unexpected end of file."));
    }
    let method = payload.method.ok_or_else(|| Fault::caller(""))?;
    Ok((method, payload.arguments))
}

fn resolved(reference: &BytesRef<'_>) -> Result<String, Fault> {
    if let Ok(Some(character)) = reference.resolve_char_ref() {
        return Ok(character.to_string());
    }
    let known = resolve_predefined_entity(&reference.xml10_content()).map(str::to_owned);
    known.ok_or_else(|| malformed("Reference to undeclared entity."))
}

impl Payload {
    fn open(&mut self, namespace: &ResolveResult<'_>, name: &str) -> Result<(), Fault> {
        let bound = match namespace {
            ResolveResult::Bound(namespace) => namespace.into_inner(),
            _ => "",
        };
        self.depth += 1;
        match self.depth {
            1 => self.envelope(bound, name)?,
            2 => self.in_body = bound == self.version.envelope() && name == "Body",
            3 if self.in_body && self.method.is_none() => {
                if bound != PAYLOAD {
                    return Err(Fault::caller(""));
                }
                self.method = Some(name.to_owned());
            }
            4 if self.takes_arguments() => {
                // An element of a foreign namespace is no parameter; ASMX leaves it out as well.
                let name = if bound == PAYLOAD { name.to_owned() } else { String::new() };
                self.arguments.push((name, String::new()));
            }
            depth if depth > DEPTH_LIMIT => return Err(malformed("The XML is nested too deeply.")),
            _ => {}
        }
        Ok(())
    }

    fn envelope(&self, namespace: &str, name: &str) -> Result<(), Fault> {
        if name == "Envelope" && namespace == self.version.envelope() {
            return Ok(());
        }
        let text = "Possible SOAP version mismatch: the envelope namespace was unexpected.";
        Err(Fault { blame: Blame::Version, text: text.to_owned() })
    }

    fn takes_arguments(&self) -> bool {
        self.in_body && self.method.is_some() && !self.done
    }

    fn close(&mut self) {
        if self.depth == 3 && self.in_body {
            self.done = true;
        }
        self.depth = self.depth.saturating_sub(1);
    }

    fn text(&mut self, text: &str) {
        if self.depth == 4
            && self.takes_arguments()
            && let Some((_, value)) = self.arguments.last_mut()
        {
            value.push_str(text);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    const ENVELOPE: &str = "http://schemas.xmlsoap.org/soap/envelope/";

    fn headers(content_type: &str) -> HeaderMap {
        HeaderMap::from_iter([(CONTENT_TYPE, content_type.parse().unwrap())])
    }

    fn fault_of(body: &str) -> Fault {
        match read(&headers("text/xml"), body.as_bytes()) {
            Err(Unreadable::Fault(Version::V11, fault)) => fault,
            Err(Unreadable::MediaType) => panic!("media type"),
            Err(Unreadable::Fault(..)) => panic!("wrong version"),
            Ok(_) => panic!("no fault"),
        }
    }

    #[rstest]
    #[case(format!("<s:Envelope xmlns:s='{ENVELOPE}'><s:Header><a/></s:Header><s:Body><m xmlns='{PAYLOAD}'><x>a &lt;&#98;<![CDATA[&c]]></x><y/></m></s:Body></s:Envelope>"))]
    #[case(format!("\u{feff}<?xml version='1.0'?><Envelope xmlns='{ENVELOPE}'><Body><o:m xmlns:o='{PAYLOAD}'><o:x>a &lt;b&amp;c</o:x><o:y></o:y></o:m></Body></Envelope>"))]
    fn prefixes_do_not_matter(#[case] body: String) {
        let Ok(call) = read(&headers("text/xml; charset=utf-8"), body.as_bytes()) else {
            panic!("unreadable")
        };
        assert_eq!(call.method, "m");
        let expected = [("x".to_owned(), "a <b&c".to_owned()), ("y".to_owned(), String::new())];
        assert_eq!(call.arguments, expected);
    }

    #[rstest]
    #[case(format!("<s:Envelope xmlns:s='{ENVELOPE}'><s:Body><m xmlns='urn:other'/></s:Body></s:Envelope>"), Blame::Caller, "SOAPAction")]
    #[case(format!("<s:Envelope xmlns:s='{ENVELOPE}'><s:Body/></s:Envelope>"), Blame::Caller, "SOAPAction")]
    #[case("<Envelope/>".to_owned(), Blame::Version, "version mismatch")]
    #[case(format!("<s:Envelope xmlns:s='{ENVELOPE}'><s:Body>"), Blame::Caller, "unable to read")]
    #[case("<a></b>".to_owned(), Blame::Version, "version")]
    #[case(format!("<!DOCTYPE a><s:Envelope xmlns:s='{ENVELOPE}'/>"), Blame::Caller, "DTD")]
    fn what_is_no_call(#[case] body: String, #[case] blame: Blame, #[case] text: &str) {
        let fault = fault_of(&body);
        assert_eq!(fault.blame, blame);
        assert!(fault.text.contains(text), "{}", fault.text);
    }

    #[test]
    fn the_media_type_must_be_one_of_two() {
        assert!(matches!(read(&headers("application/json"), b""), Err(Unreadable::MediaType)));
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(body in proptest::collection::vec(any::<u8>(), 0..400)) {
            let _ = read(&headers("text/xml"), &body);
        }

        #[test]
        fn no_xml_like_text_makes_it_panic(body in "[<>/a-z:='&;#! \\[\\]-]{0,120}") {
            let _ = read(&headers("application/soap+xml"), body.as_bytes());
        }
    }
}
