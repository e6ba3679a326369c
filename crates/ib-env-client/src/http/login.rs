//! Logging in: one attempt, and a positive proof (`service-center-soap.md` 3 and 4.4,
//! `it-user-permissions.md` 6).

use ib_domain::reason::Reason;
use reqwest::StatusCode;

use super::dialect::Input;
use super::dialect::Method;
use super::environment::HttpEnvironment;
use super::page::Page;
use super::service_center::{UnexpectedAnswer, outputs};
use super::soap::{FaultMeaning, Question, Service};
use super::transport::{Call, Caller};
use crate::environment::IdentityProvider;
use crate::{Credentials, Obstacle};

/// What `TestLogin` says, when it says anything.
enum Word {
    /// No objection.
    Accepted,
    /// The method is not there: somebody else has to say.
    NotThere,
}

impl HttpEnvironment {
    /// Two calls with the same credentials, the second only after the first raised no objection: the
    /// platform counts one attempt, and it succeeded.
    pub(super) async fn prove(&self, credentials: &Credentials) -> Result<(), Obstacle> {
        // Before anything secret is sent it is known that the services have a known form.
        let dialect = self.dialect().await?;
        let word = self.test_login(credentials).await?;
        let limit = self.transport.settings.limits.request;
        let proof = self.call(&dialect, Method::ModulesGet, credentials, &[], limit).await;
        match (proof, word) {
            // The wrapper is the proof. The list behind it may be long and is not read.
            (Ok(Ok(_)), _) => Ok(()),
            (Ok(Err(UnexpectedAnswer::Fault(text))), _) => Err(self.refusal(&text)),
            (Ok(Err(UnexpectedAnswer::Page(page))), word) => Err(unproven(&word, page_obstacle(&page))),
            (Err(obstacle), word) => Err(unproven(&word, trouble(&obstacle))),
        }
    }

    async fn test_login(&self, credentials: &Credentials) -> Result<Word, Obstacle> {
        let question = Question {
            service: Service::Solutions,
            method: "TestLogin",
            inputs: vec![
                ("username", Input::Text(credentials.username())),
                ("password", Input::Text(credentials.password().expose())),
            ],
            limit: self.transport.settings.limits.request,
            max_bytes: self.transport.settings.limits.probe_bytes,
        };
        let answer =
            self.transport.soap(&self.address, &question).await.map_err(|obstacle| trouble(&obstacle))?;
        match outputs(answer) {
            Ok(outputs) => {
                let response = outputs.all().await.map_err(|obstacle| trouble(&obstacle))?;
                match response.text_of("status") {
                    "" => Ok(Word::Accepted),
                    status if status.eq_ignore_ascii_case("ok") => Ok(Word::Accepted),
                    status => Err(self.refusal(status)),
                }
            }
            Err(UnexpectedAnswer::Fault(text)) if text.to_lowercase().contains("soapaction") => {
                Ok(Word::NotThere)
            }
            Err(UnexpectedAnswer::Fault(text)) => Err(self.refusal(&text)),
            Err(UnexpectedAnswer::Page(page)) if page.status == StatusCode::NOT_FOUND => Ok(Word::NotThere),
            Err(UnexpectedAnswer::Page(page)) => Err(page_obstacle(&page)),
        }
    }

    /// What a refusing text means. A text that is not known is the environment's own trouble: it says
    /// nothing about the password.
    fn refusal(&self, text: &str) -> Obstacle {
        let external = matches!(self.identity_provider(), Some(IdentityProvider::External(_)));
        match FaultMeaning::of(text) {
            FaultMeaning::Locked => {
                Obstacle::new(Reason::LoginLocked).observed(text).detail("wait", wait_in(text))
            }
            FaultMeaning::BadCredentials if external => Reason::LoginRefusedExternal.into(),
            FaultMeaning::BadCredentials => Reason::LoginRefused.into(),
            FaultMeaning::Forbidden => Obstacle::new(Reason::LoginForbidden).observed(text),
            FaultMeaning::Other => Obstacle::new(Reason::LoginTrouble).observed(text),
        }
    }

    /// The direct permission route; a 404 means that it is not offered.
    pub(super) async fn direct_answer(
        &self,
        credentials: &Credentials,
    ) -> Result<Option<serde_json::Value>, Obstacle> {
        let settings = &self.transport.settings;
        let call = Call::get(&settings.permission_path, settings.limits.request, settings.limits.probe_bytes)
            .by(Caller::User(credentials));
        let reply = self.transport.send(&self.address, call).await?;
        let not_understood = |what: String| Obstacle::new(Reason::PermissionsNotUnderstood).observed(what);
        match reply.status {
            StatusCode::NOT_FOUND => Ok(None),
            StatusCode::OK if reply.content_type.contains("json") => {
                let bytes = reply.deadline.read(reply.body.collect()).await?;
                let value = serde_json::from_slice(&bytes);
                value.map(Some).map_err(|_| not_understood("it is no JSON".to_owned()))
            }
            StatusCode::OK => Err(not_understood("it is no JSON".to_owned())),
            status => Err(not_understood(format!("status {}", status.as_u16()))),
        }
    }
}

/// How long to wait, as the platform's own text says.
fn wait_in(text: &str) -> &'static str {
    if text.contains("60 minutes") { "60 minutes" } else { "a few minutes" }
}

/// A page where a word about the log-in was due.
fn page_obstacle(page: &Page) -> Obstacle {
    let closed = page.says_closed || matches!(page.status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN);
    let reason = if closed { Reason::ClosedToUs } else { Reason::LoginTrouble };
    Obstacle::new(reason).observed(page.describe())
}

/// Trouble on the way is no answer about the credentials.
fn trouble(obstacle: &Obstacle) -> Obstacle {
    Obstacle::new(Reason::LoginTrouble).observed(obstacle.reason.entry().title)
}

/// The first word was good, and the proof did not come.
fn unproven(word: &Word, obstacle: Obstacle) -> Obstacle {
    match (word, obstacle.reason) {
        (Word::Accepted, Reason::LoginTrouble) => {
            Obstacle::new(Reason::LoginUnproven).observed(obstacle.evidence.observed.unwrap_or_default())
        }
        _ => obstacle,
    }
}
