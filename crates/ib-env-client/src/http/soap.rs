//! SOAP calls, in version 1.1 or 1.2 (`service-center-soap.md` 1).

mod envelope;

use ib_domain::address::EnvironmentAddress;
use reqwest::header::{CONTENT_LENGTH, HeaderMap};
use reqwest::{Method, StatusCode};
use std::time::Duration;

use super::certificate::Certificate;
use super::dialect::Input;
use super::page::{self, Page};
use super::settings::SoapVersion;
use super::transport::{Call, Caller, Deadline, Reply, Transport};
use super::upload;
use super::xml::{Element, Spare, Xml, XmlError};
use crate::{Obstacle, Package};
use envelope::{envelope, headers};

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

/// What a call says. It holds passwords, so it has no `Debug`.
pub(super) struct Question<'a> {
    pub(super) service: Service,
    pub(super) method: &'a str,
    /// Element names with what stands in them.
    pub(super) inputs: Vec<(&'a str, Input<'a>)>,
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

    /// Hands each item of the list `name` to `each`, one at a time and with those children alone that are `wanted`;
    /// the other outputs are what is left.
    pub(super) async fn each(
        mut self,
        name: &str,
        wanted: &[&str],
        mut each: impl FnMut(&Element) + Send,
    ) -> Result<Element, Obstacle> {
        let deadline = self.deadline;
        let xml = &mut self.xml;
        deadline
            .read(async move {
                let (mut rest, mut spare) = (Element::default(), Spare::default());
                let wanted = |child: &str| wanted.iter().any(|name| child.eq_ignore_ascii_case(name));
                while let Some(child) = xml.next_child().await? {
                    if child.eq_ignore_ascii_case(name) {
                        while let Some(item) = xml.next_child().await? {
                            let item = xml.element_with(&item, wanted, &mut spare).await?;
                            each(&item);
                            spare.take(item);
                        }
                    } else {
                        rest.children.push(xml.element(child).await?);
                    }
                }
                xml.finish().await?;
                Ok::<_, XmlError>(rest)
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
        let version = self.soap_version(address);
        let (head, _) = envelope(version, question);
        let answer = self.post(address, question, headers(version, question), head.into()).await?;
        if self.refuses(version, address, &answer) {
            // Refused before it was looked at: the other version is worth a try.
            let (head, _) = envelope(SoapVersion::V12, question);
            return self.post(address, question, headers(SoapVersion::V12, question), head.into()).await;
        }
        Ok(answer)
    }

    /// Makes one SOAP call with a package inside, once and never again: the package can be read only once.
    /// Where the SOAP version is refused, the next call is made in the other one.
    pub(super) async fn upload(
        &self,
        address: &EnvironmentAddress,
        question: &Question<'_>,
        package: Package,
    ) -> Result<Answer, Obstacle> {
        let version = self.soap_version(address);
        let (head, tail) = envelope(version, question);
        let mut headers = headers(version, question);
        // Some servers take no body whose length is not announced.
        headers.insert(CONTENT_LENGTH, upload::length(&head, package.size(), &tail).into());
        let body = reqwest::Body::wrap_stream(upload::pieces(head, package, tail));
        let answer = self.post(address, question, headers, body).await?;
        self.refuses(version, address, &answer);
        Ok(answer)
    }

    /// The version to speak: the settings' one, unless the environment refused it lately.
    fn soap_version(&self, address: &EnvironmentAddress) -> SoapVersion {
        let learnt = self.learnt.about(address).soap((self.settings.clock)());
        learnt.unwrap_or(self.settings.soap)
    }

    /// Whether the answer refuses version 1.1, which is remembered.
    fn refuses(&self, version: SoapVersion, address: &EnvironmentAddress, answer: &Answer) -> bool {
        let refused = version == SoapVersion::V11
            && matches!(answer, Answer::Page(page) if page.status == StatusCode::UNSUPPORTED_MEDIA_TYPE);
        if refused {
            self.learnt.about(address).learn_soap((self.settings.clock)(), SoapVersion::V12);
        }
        refused
    }

    async fn post(
        &self,
        address: &EnvironmentAddress,
        question: &Question<'_>,
        headers: HeaderMap,
        body: reqwest::Body,
    ) -> Result<Answer, Obstacle> {
        let path = question.service.path();
        let call = Call {
            method: Method::POST,
            path: &path,
            headers,
            body: Some(body),
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

/// Opens the envelope and the first child of its body.
pub(super) async fn open(reply: Reply) -> Result<Answer, Obstacle> {
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
        Some(name) if name == "Envelope" => {}
        _ => return Ok(None),
    }
    while let Some(name) = xml.next_child().await? {
        if name == "Body" {
            return xml.next_child().await;
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
}
