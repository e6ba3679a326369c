//! SOAP calls, in version 1.1 or 1.2 (`service-center-soap.md` 1).

use ib_domain::address::EnvironmentAddress;
use quick_xml::escape::escape;
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Method, StatusCode};
use std::time::Duration;

use super::certificate::Certificate;
use super::page::{self, Page};
use super::settings::SoapVersion;
use super::transport::{Call, Caller, Deadline, Reply, Transport};
use super::xml::{Element, Xml, XmlError};
use crate::Obstacle;

/// Namespace of every payload.
const PAYLOAD: &str = "http://www.outsystems.com";
/// A service of Service Center.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Service {
    OutSystemsPlatform,
    Solutions,
    PlatformServices,
}

impl Service {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::OutSystemsPlatform => "OutSystemsPlatform",
            Self::Solutions => "Solutions",
            Self::PlatformServices => "PlatformServices_v8_0_0",
        }
    }

    /// Where it answers.
    pub(super) fn path(self) -> String {
        format!("/ServiceCenter/{}.asmx", self.name())
    }
}

/// What a call says.
pub(super) struct Question<'a> {
    pub(super) service: Service,
    pub(super) method: &'a str,
    /// Element names with their text. Base64 is text too.
    pub(super) inputs: Vec<(String, String)>,
    pub(super) limit: Duration,
    pub(super) max_bytes: u64,
}

/// What came back.
pub(super) enum Answer {
    /// The response wrapper, opened.
    Outputs(Outputs),
    /// A fault, with its text.
    Fault(String),
    /// No SOAP at all.
    Page(Page),
}

/// A response wrapper whose children have not been read yet.
pub(super) struct Outputs {
    /// What the host proved itself with.
    pub(super) certificate: Option<Certificate>,
    xml: Xml,
    deadline: Deadline,
}

impl Outputs {
    /// All outputs at once, for answers that are small.
    pub(super) async fn all(mut self) -> Result<Element, Obstacle> {
        let deadline = self.deadline;
        let reading = async {
            let response = self.xml.element("Response".to_owned()).await?;
            self.xml.finish().await?;
            Ok::<_, XmlError>(response)
        };
        deadline.read(reading).await
    }

    /// Hands each item of the list `name` to `each`, one at a time.
    pub(super) async fn each(
        mut self,
        name: &str,
        mut each: impl FnMut(Element) + Send,
    ) -> Result<(), Obstacle> {
        let deadline = self.deadline;
        let xml = &mut self.xml;
        deadline
            .read(async move {
                while let Some((child, _)) = xml.next_child().await? {
                    if child.eq_ignore_ascii_case(name) {
                        while let Some((item, _)) = xml.next_child().await? {
                            each(xml.element(item).await?);
                        }
                    } else {
                        xml.skip().await?;
                    }
                }
                xml.finish().await
            })
            .await
    }
}

impl Transport {
    /// Makes one SOAP call, once.
    pub(super) async fn soap(
        &self,
        address: &EnvironmentAddress,
        question: &Question<'_>,
    ) -> Result<Answer, Obstacle> {
        let version = self.settings.soap;
        let answer = self.soap_in(version, address, question).await?;
        match (version, answer) {
            // Refused before it was looked at: the other version is worth a try.
            (SoapVersion::V11, Answer::Page(page)) if page.status == StatusCode::UNSUPPORTED_MEDIA_TYPE => {
                self.soap_in(SoapVersion::V12, address, question).await
            }
            (_, answer) => Ok(answer),
        }
    }

    async fn soap_in(
        &self,
        version: SoapVersion,
        address: &EnvironmentAddress,
        question: &Question<'_>,
    ) -> Result<Answer, Obstacle> {
        let path = question.service.path();
        let call = Call {
            method: Method::POST,
            path: &path,
            headers: headers(version, question),
            body: Some(envelope(version, question).into_bytes()),
            caller: Caller::Nobody,
            limit: question.limit,
            max_bytes: question.max_bytes,
        };
        let reply = self.send(address, call).await?;
        page::refuse_stand_ins(reply.status)?;
        let may_be_soap = reply.status == StatusCode::OK
            || reply.status.is_client_error()
            || reply.status.is_server_error();
        if may_be_soap && reply.content_type.contains("xml") && !reply.content_type.contains("html") {
            open(reply).await
        } else {
            Page::read(reply).await.map(Answer::Page)
        }
    }
}

fn headers(version: SoapVersion, question: &Question<'_>) -> HeaderMap {
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

fn envelope(version: SoapVersion, question: &Question<'_>) -> String {
    let namespace = match version {
        SoapVersion::V11 => "http://schemas.xmlsoap.org/soap/envelope/",
        SoapVersion::V12 => "http://www.w3.org/2003/05/soap-envelope",
    };
    let size: usize = question.inputs.iter().map(|(_, text)| text.len() + 64).sum();
    let mut xml = String::with_capacity(size + 256);
    xml.push_str("<?xml version=\"1.0\" encoding=\"utf-8\"?><s:Envelope xmlns:s=\"");
    xml.push_str(namespace);
    xml.push_str("\"><s:Body><");
    xml.push_str(question.method);
    xml.push_str(" xmlns=\"");
    xml.push_str(PAYLOAD);
    xml.push_str("\">");
    for (name, text) in &question.inputs {
        for part in ["<", name, ">", &escape(text), "</", name, ">"] {
            xml.push_str(part);
        }
    }
    for part in ["</", question.method, "></s:Body></s:Envelope>"] {
        xml.push_str(part);
    }
    xml
}

/// Opens the envelope and the first child of its body.
async fn open(reply: Reply) -> Result<Answer, Obstacle> {
    let (status, deadline, certificate) = (reply.status, reply.deadline, reply.certificate);
    let mut xml = Xml::new(reply.body);
    let found = deadline.read(async { find_payload(&mut xml).await }).await?;
    match found {
        Some(name) if name == "Fault" => {
            let fault = deadline.read(async { xml.element(name).await }).await?;
            Ok(Answer::Fault(fault_text(&fault)))
        }
        Some(_) if status == StatusCode::OK => Ok(Answer::Outputs(Outputs { certificate, xml, deadline })),
        _ => {
            let kind = "XML that is no SOAP answer";
            Ok(Answer::Page(Page { status, says_closed: false, elsewhere: None, kind, text: String::new() }))
        }
    }
}

/// Goes to the first child of `Body`; `None` where the document is no envelope.
async fn find_payload(xml: &mut Xml) -> Result<Option<String>, XmlError> {
    match xml.next_child().await? {
        Some((name, _)) if name == "Envelope" => {}
        _ => return Ok(None),
    }
    while let Some((name, _)) = xml.next_child().await? {
        if name == "Body" {
            return Ok(xml.next_child().await?.map(|(name, _)| name));
        }
        xml.skip().await?;
    }
    Ok(None)
}

/// The text of a fault of either version.
fn fault_text(fault: &Element) -> String {
    let v11 = fault.text_of("faultstring");
    let v12 = fault.child("Reason").map_or("", |reason| reason.text_of("Text"));
    if v11.is_empty() { v12.to_owned() } else { v11.to_owned() }
}

/// What a fault means (`service-center-soap.md` 1.1), decided by its text in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FaultMeaning {
    Locked,
    BadCredentials,
    Forbidden,
    Other,
}

impl FaultMeaning {
    pub(super) fn of(text: &str) -> Self {
        let text = text.to_lowercase();
        let has = |part| text.contains(part);
        if has("too many failed login attempts") {
            Self::Locked
        } else if (has("invalid") && (has("username") || has("password") || has("login")))
            || has("not authenticated")
        {
            Self::BadCredentials
        } else if has("permission") || has("not allowed") || has("not authorized") {
            Self::Forbidden
        } else {
            Self::Other
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::super::body::Body;
    use super::*;

    #[rstest]
    #[case("Too many failed login attempts. Invalid password.", FaultMeaning::Locked)]
    #[case("Invalid username or password.", FaultMeaning::BadCredentials)]
    #[case("INVALID LOGIN", FaultMeaning::BadCredentials)]
    #[case("The user is not authenticated", FaultMeaning::BadCredentials)]
    #[case("You do not have permission", FaultMeaning::Forbidden)]
    #[case("You are not allowed to create an Application", FaultMeaning::Forbidden)]
    #[case("Object reference not set", FaultMeaning::Other)]
    #[case("", FaultMeaning::Other)]
    fn a_fault_is_classified_by_its_text(#[case] text: &str, #[case] meaning: FaultMeaning) {
        assert_eq!(FaultMeaning::of(text), meaning);
    }

    const REPLY: &str = "<s:Envelope xmlns:s='x'><s:Header/><s:Body><s:Fault><faultstring>Invalid \
        username or password.</faultstring><s:Reason><s:Text>r</s:Text></s:Reason></s:Fault></s:Body></s:Envelope>";

    /// The first child of the body, whole; nothing where there is none.
    fn payload(text: &str) -> Option<Element> {
        let body = Body::from_reader(std::io::Cursor::new(text.as_bytes().to_vec()), 1 << 20);
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let mut xml = Xml::new(body);
            let name = find_payload(&mut xml).await.ok()??;
            xml.element(name).await.ok()
        })
    }

    #[test]
    fn the_payload_is_found_behind_a_header_and_a_fault_is_read_in_both_versions() {
        assert_eq!(fault_text(&payload(REPLY).unwrap()), "Invalid username or password.");
        let v12 = REPLY.replace("faultstring", "other");
        assert_eq!(fault_text(&payload(&v12).unwrap()), "r");
        assert_eq!(payload("<html><Body/></html>"), None);
    }

    proptest! {
        #[test]
        fn no_mutation_of_an_answer_panics(at in 0..REPLY.len(), with in "[<>/a-zA-Z=:' ]{0,6}", cut in any::<bool>()) {
            let mut text = REPLY.to_owned();
            text.insert_str(at, &with);
            if cut {
                text.truncate(at);
            }
            if let Some(element) = payload(&text) {
                drop(fault_text(&element));
                drop(super::super::service_center::platform_info(&element));
                drop(super::super::service_center::identity_provider(&element));
            }
        }
    }

    #[test]
    fn an_envelope_is_escaped_and_names_its_payload() {
        let question = Question {
            service: Service::Solutions,
            method: "TestLogin",
            inputs: vec![("username".to_owned(), "a<b>&\"c'".to_owned())],
            limit: Duration::from_secs(1),
            max_bytes: 1,
        };
        let xml = envelope(SoapVersion::V12, &question);
        assert!(xml.contains("<TestLogin xmlns=\"http://www.outsystems.com\">"), "{xml}");
        assert!(xml.contains("<username>a&lt;b&gt;&amp;&quot;c&apos;</username>"), "{xml}");
        assert!(xml.contains("http://www.w3.org/2003/05/soap-envelope"));
        assert!(headers(SoapVersion::V12, &question).get("soapaction").is_none());
        let action = headers(SoapVersion::V11, &question).remove("soapaction").unwrap();
        assert_eq!(action, "\"http://ServiceCenter/Solutions/TestLogin\"");
    }
}
