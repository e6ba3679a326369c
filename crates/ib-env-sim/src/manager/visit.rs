//! One visit to the service: the proof that is due, the configuration, the report.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use http::Method;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::call::{Call, Service};
use super::installed::version;
use super::link::{Challenge, INFRASTRUCTURE, Introduction, Secret};
use super::sign::{self, Signing};
use crate::scenario::{Environment, ManagerBehaviour, Scenario};
use crate::state::World;

/// What came of a visit: the status of each answer, and nothing for what was not asked.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[non_exhaustive]
pub struct ManagerVisit {
    /// Of the proof.
    pub proof: Option<u16>,
    /// Of the question for the configuration.
    pub configuration: Option<u16>,
    /// What the service calls the environment.
    pub environment: Option<String>,
    /// Of the report.
    pub status: Option<u16>,
    /// Of the same report, sent again byte for byte.
    pub replay: Option<u16>,
    /// Why the service could not be called, where it could not.
    pub trouble: Option<String>,
}

/// What the service answers to a right proof.
#[derive(Deserialize)]
struct Proved {
    secret: Challenge,
    generation: u32,
}

struct Visitor<'a> {
    world: &'a Arc<World>,
    environment: &'a Environment,
    behaviour: ManagerBehaviour,
    service: Service,
    came: ManagerVisit,
}

pub(super) async fn visit(
    world: &Arc<World>,
    scenario: &Scenario,
    environment: &Environment,
) -> ManagerVisit {
    let behaviour = environment.integration_manager.behaviour;
    let service = Service::new(&scenario.service, &scenario.service_authority);
    let Some(service) = service.filter(|_| behaviour != ManagerBehaviour::Silent) else {
        return ManagerVisit::default();
    };
    let mut visitor = Visitor { world, environment, behaviour, service, came: ManagerVisit::default() };
    if let Err(error) = visitor.go().await {
        visitor.came.trouble = Some(error.to_string());
    }
    visitor.came
}

impl Visitor<'_> {
    async fn go(&mut self) -> std::io::Result<()> {
        if let Some(introduction) = self.due() {
            self.prove(introduction).await?;
        }
        let Some(secret) = self.world.manager(&self.environment.host, |manager| manager.secret.clone())
        else {
            return Ok(());
        };
        let (status, body) = self.signed(&secret, Method::GET, "configuration", Bytes::new()).await?;
        self.came.configuration = Some(status);
        let told: Option<Value> = serde_json::from_slice(&body).ok();
        self.came.environment = told.and_then(|told| Some(told.get("environment")?.as_str()?.to_owned()));
        self.came.status = Some(self.signed(&secret, Method::PUT, "status", self.report()).await?.0);
        Ok(())
    }

    /// The introduction that is to be proved now.
    fn due(&self) -> Option<Introduction> {
        let now = self.world.clock.now();
        self.world.manager(&self.environment.host, |manager| {
            let waits = self.behaviour == ManagerBehaviour::Late
                && manager.pending.as_ref().is_some_and(|pending| pending.expires_at >= now);
            if waits { None } else { manager.pending.take() }
        })
    }

    async fn prove(&mut self, introduction: Introduction) -> std::io::Result<()> {
        let link = match self.behaviour {
            ManagerBehaviour::WrongEnvironment => another(&introduction.link),
            _ => introduction.link.clone(),
        };
        let body = json!({ "challenge": introduction.challenge.0, "version": version(self.environment) });
        let path = path(&link, "proof");
        let call = Call { method: Method::POST, path, authorization: None, body: body.to_string().into() };
        let (status, answer) = self.service.send(call).await?;
        self.came.proof = Some(status);
        if let Some(secret) = self.secret(introduction.link, &answer) {
            self.world.manager(&self.environment.host, |manager| manager.secret = Some(secret));
        }
        Ok(())
    }

    fn secret(&self, link: String, answer: &[u8]) -> Option<Secret> {
        let proved = serde_json::from_slice::<Proved>(answer).ok()?;
        let mut bytes: [u8; 32] = URL_SAFE_NO_PAD.decode(proved.secret.0).ok()?.try_into().ok()?;
        if self.behaviour == ManagerBehaviour::WrongSecret {
            bytes[0] ^= 1;
        }
        Some(Secret { link, generation: proved.generation, bytes })
    }

    async fn signed(
        &mut self,
        secret: &Secret,
        method: Method,
        what: &str,
        body: Bytes,
    ) -> std::io::Result<(u16, Bytes)> {
        let time = self.world.clock.now().as_millisecond();
        let host = &self.environment.host;
        let number = self.world.manager(host, |manager| {
            manager.signed += 1;
            manager.signed
        });
        let (path, nonce) = (path(&secret.link, what), sign::nonce(host, number, time));
        let signing = Signing {
            method: method.as_str(),
            path: &path,
            body: &body,
            generation: secret.generation,
            time,
            nonce: &nonce,
        };
        let authorization = Some(sign::authorization(&secret.bytes, &signing));
        let call = Call { method, path, authorization, body };
        let answer = self.service.send(call.clone()).await?;
        if self.behaviour == ManagerBehaviour::Replay && call.method == Method::PUT {
            self.came.replay = Some(self.service.send(call).await?.0);
        }
        Ok(answer)
    }

    /// Which integrations are there, and whether they have a connection.
    fn report(&self) -> Bytes {
        let suffixes = ["_DRV", "_IS"];
        let mut names: Vec<String> = self
            .environment
            .all_modules()
            .filter_map(|module| {
                suffixes.iter().find_map(|end| module.name.strip_suffix(end).map(str::to_owned))
            })
            .collect();
        names.sort();
        names.dedup();
        let connected = &self.environment.integration_manager.connections;
        let has_connection = |name: &String| connected.iter().any(|known| known == name || known == "*");
        let integrations: Vec<_> = names
            .iter()
            .map(|name| json!({ "name": name, "has_connection": has_connection(name) }))
            .collect();
        let report = json!({ "version": version(self.environment), "integrations": integrations });
        report.to_string().into()
    }
}

fn path(link: &str, what: &str) -> String {
    format!("/api/v1/integration-managers/{link}/{what}")
}

/// The link of another environment of the same infrastructure.
fn another(link: &str) -> String {
    let (infrastructure, number) = link.split_at(INFRASTRUCTURE);
    let number = u32::from_str_radix(number, 16).unwrap_or_default();
    format!("{infrastructure}{:08x}", if number == 1 { 2 } else { 1 })
}
