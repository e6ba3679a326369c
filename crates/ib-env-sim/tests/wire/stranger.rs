//! A client that resolves every host to the simulator and trusts its CA.

use ib_env_sim::{Scenario, Simulator};
use quick_xml::events::Event;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE};
use serde_json::Value;

pub(crate) const DEV: &str = "dev.acme.example";
pub(crate) const LIFETIME: &str = "lifetime.acme.example";
pub(crate) const MARIA: [(&str, &str); 2] = [("Username", "maria"), ("Password", "maria-Pass-1")];
pub(crate) const TOKEN: &str = "acme-lifetime-token-7c1d0f";

pub(crate) struct Stranger {
    pub(crate) simulator: Simulator,
    pub(crate) http: reqwest::Client,
}

/// Status, content type and body of an answer.
#[derive(Debug)]
pub(crate) struct Seen {
    pub(crate) status: u16,
    pub(crate) content_type: String,
    pub(crate) text: String,
}

impl Seen {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    /// The texts of all elements with that local name.
    pub(crate) fn elements(&self, name: &str) -> Vec<String> {
        let mut reader = quick_xml::Reader::from_str(&self.text);
        let (mut found, mut inside) = (Vec::new(), false);
        loop {
            match reader.read_event().unwrap() {
                Event::Eof => return found,
                Event::Start(tag) if tag.local_name().into_inner() == name => {
                    inside = true;
                    found.push(String::new());
                }
                Event::Empty(tag) if tag.local_name().into_inner() == name => found.push(String::new()),
                Event::Text(text) if inside => found.last_mut().unwrap().push_str(&text.xml10_content()),
                Event::End(tag) if tag.local_name().into_inner() == name => inside = false,
                _ => {}
            }
        }
    }

    pub(crate) fn element(&self, name: &str) -> String {
        self.elements(name).first().unwrap_or_else(|| panic!("no {name} in {}", self.text)).clone()
    }
}

pub(crate) async fn seen(response: reqwest::Response) -> Seen {
    let status = response.status().as_u16();
    let header = response.headers().get(CONTENT_TYPE).map(|value| value.to_str().unwrap().to_owned());
    Seen { status, content_type: header.unwrap_or_default(), text: response.text().await.unwrap() }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Soap {
    V11,
    V12,
}

impl Stranger {
    pub(crate) async fn new() -> Self {
        Self::at(Scenario::acme()).await
    }

    pub(crate) async fn changed(change: impl FnOnce(&mut Scenario)) -> Self {
        let stranger = Self::new().await;
        stranger.simulator.update(change);
        stranger
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "a stranger has no address policy, and reaches 127.0.0.1 only"
    )]
    pub(crate) async fn at(scenario: Scenario) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let simulator = Simulator::builder().scenario(scenario).start().await.unwrap();
        let ca = reqwest::Certificate::from_pem(simulator.ca_pem().as_bytes()).unwrap();
        let mut builder = reqwest::Client::builder()
            .tls_certs_only([ca])
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none());
        for host in simulator.hosts() {
            builder = builder.resolve(&host.host, simulator.address());
        }
        Self { http: builder.build().unwrap(), simulator }
    }

    pub(crate) fn url(&self, host: &str, path: &str) -> String {
        format!("https://{host}:{}{path}", self.simulator.address().port())
    }

    pub(crate) async fn get(&self, host: &str, path: &str) -> Seen {
        seen(self.http.get(self.url(host, path)).send().await.unwrap()).await
    }

    pub(crate) async fn lifetime(&self, path: &str) -> Seen {
        let url = self.url(LIFETIME, &format!("/lifetimeapi/rest/v2{path}"));
        seen(self.http.get(url).header(AUTHORIZATION, format!("Bearer {TOKEN}")).send().await.unwrap()).await
    }

    /// Calls a method with inputs by name.
    pub(crate) async fn call(
        &self,
        version: Soap,
        service: &str,
        method: &str,
        inputs: &[(&str, &str)],
    ) -> Seen {
        seen(self.calling(version, service, method, inputs).send().await.unwrap()).await
    }

    /// The call, not sent yet.
    pub(crate) fn calling(
        &self,
        version: Soap,
        service: &str,
        method: &str,
        inputs: &[(&str, &str)],
    ) -> reqwest::RequestBuilder {
        let inner = inputs.iter().map(|(name, value)| format!("<o:{name}>{value}</o:{name}>"));
        let inner = inner.collect::<Vec<_>>().concat();
        let payload = format!("<o:{method} xmlns:o=\"http://www.outsystems.com\">{inner}</o:{method}>");
        let path = format!("/ServiceCenter/{service}.asmx");
        self.posting(version, &path, &format!("http://ServiceCenter/{service}/{method}"), &payload)
    }

    /// Posts a payload in an envelope.
    pub(crate) async fn post(&self, version: Soap, path: &str, action: &str, payload: &str) -> Seen {
        seen(self.posting(version, path, action, payload).send().await.unwrap()).await
    }

    fn posting(&self, version: Soap, path: &str, action: &str, payload: &str) -> reqwest::RequestBuilder {
        let (namespace, content_type) = match version {
            Soap::V11 => ("http://schemas.xmlsoap.org/soap/envelope/", "text/xml; charset=utf-8"),
            Soap::V12 => ("http://www.w3.org/2003/05/soap-envelope", "application/soap+xml; charset=utf-8"),
        };
        let body = format!("<e:Envelope xmlns:e=\"{namespace}\"><e:Body>{payload}</e:Body></e:Envelope>");
        let request = self.http.post(self.url(DEV, path)).header(CONTENT_TYPE, content_type).body(body);
        match version {
            Soap::V11 => request.header("SOAPAction", format!("\"{action}\"")),
            Soap::V12 => request,
        }
    }

    /// The version that dev says it has, or the error of a client that does not get that far.
    pub(crate) async fn platform_version(&self) -> Result<String, reqwest::Error> {
        let body = "<e:Envelope xmlns:e=\"http://schemas.xmlsoap.org/soap/envelope/\"><e:Body>\
            <GetPlatformInfo xmlns=\"http://www.outsystems.com\"/></e:Body></e:Envelope>";
        let request = self
            .http
            .post(self.url(DEV, "/ServiceCenter/OutSystemsPlatform.asmx"))
            .header(CONTENT_TYPE, "text/xml")
            .body(body);
        Ok(seen(request.send().await?.error_for_status()?).await.element("Version"))
    }
}
