//! The steps at which a person has to do something.

use ib_api::setup::SetupDocument;
use ib_domain::reason::Reason;
use ib_domain::text::{REMOTE_TEXT_LIMIT, harmless};
use ib_setup::{ActivationCode, CodeShape};
use secrecy::{ExposeSecret as _, SecretString};

use super::super::desk::{Act, Refused};
use super::super::page;
use super::{ANSWERS, Flow, Next};
use crate::asking::secret::{CODE_WAYS, PASSWORD_WAYS};

impl Flow<'_> {
    /// One attempt, and for a person who is there another one after a refusal.
    pub(super) async fn log_in(&mut self, document: &SetupDocument) -> Result<Next, Refused> {
        let again = self.did.log_ins > 0;
        if again && !(self.person.is_present && self.did.log_ins < ANSWERS && is_wrong_password(document)) {
            return Ok(Next::End(None));
        }
        self.introduce(document, again);
        let Some(username) = self.username(document).await else {
            let missing = format!("the log-in needs --username USER, and a password: {PASSWORD_WAYS}");
            return Ok(Next::End(Some(missing)));
        };
        let Some(password) = self.password(document, &username, again).await else {
            let missing = format!("the log-in needs the password: {PASSWORD_WAYS}");
            return Ok(Next::End(Some(missing)));
        };
        self.did.log_ins += 1;
        self.act(document, Act::LogIn { username: &username, password: &password }).await
    }

    /// Before anything secret is typed: who gets it, or why it is asked for again.
    fn introduce(&mut self, document: &SetupDocument, again: bool) {
        if !self.person.is_present {
            return;
        }
        if again {
            return self.teller.trouble(document);
        }
        let (host, shown) = (page::host(document), self.given.address.display_host());
        let host = if shown == self.given.address.host() { host } else { format!("{host} ({shown})") };
        let version = document.environment.as_ref().map(|environment| harmless(&environment.version, 60));
        let version = version.map(|version| format!(" (Platform Server {version})")).unwrap_or_default();
        self.teller.say(&format!("Log in to {host}{version}. Your password goes there and nowhere else."));
    }

    /// The user who was named, or else whom the person names. After a refusal the name may be what was wrong.
    async fn username(&self, document: &SetupDocument) -> Option<String> {
        if let Some(given) = &self.given.username {
            return Some(given.clone());
        }
        let typed = &document.typed.username;
        if typed.is_empty() || !self.person.is_present {
            return self.person.ask("User name: ").await;
        }
        let shown = harmless(typed, 60);
        Some(self.person.ask(&format!("User name [{shown}]: ")).await.unwrap_or_else(|| typed.clone()))
    }

    async fn password(&self, document: &SetupDocument, username: &str, again: bool) -> Option<SecretString> {
        if let Some(given) = self.given.password.as_ref().filter(|_| !again) {
            return Some(given.clone());
        }
        let (user, host) = (harmless(username, 60), page::host(document));
        self.person.ask_secret(&format!("Password of {user} at {host}: ")).await
    }

    /// The disclaimer is shown to whoever has not accepted its current version.
    pub(super) async fn accept(&mut self, document: &SetupDocument) -> Result<Next, Refused> {
        let current = document.disclaimer.clone();
        if self.given.accepted.as_ref() == Some(&current) {
            return self.act(document, Act::Disclaimer(&current)).await;
        }
        let disclaimer = self.desk.disclaimer().await?;
        let version = harmless(&disclaimer.version, 60);
        self.teller.say(&format!("\nDisclaimer, version {version}\n"));
        for paragraph in disclaimer.text.split("\n\n") {
            self.teller.paragraph(paragraph);
            self.teller.say("");
        }
        if let Some(outdated) = &self.given.accepted {
            let outdated = harmless(outdated, 60);
            return Ok(Next::End(Some(format!(
                "the disclaimer's version is {version}, not {outdated}; read it and give --accept-disclaimer {version}"
            ))));
        }
        if !self.person.is_present {
            return Ok(Next::End(Some(format!(
                "the disclaimer has to be accepted; read it and give --accept-disclaimer {version}"
            ))));
        }
        match self.person.ask("Type accept to accept it: ").await {
            Some(answer) if answer.eq_ignore_ascii_case("accept") => {
                self.act(document, Act::Disclaimer(&disclaimer.version)).await
            }
            _ => Ok(Next::End(Some("the disclaimer was not accepted".to_owned()))),
        }
    }

    /// The activation code that was given, or else the one that the person types.
    pub(super) async fn enter_code(&mut self, document: &SetupDocument) -> Result<Next, Refused> {
        let first = self.did.codes == 0;
        if let Some(code) = self.given.code.clone().filter(|_| first) {
            self.did.codes += 1;
            return self.act(document, Act::Code(&code)).await;
        }
        if !first && !self.person.is_present {
            return Ok(Next::End(None));
        }
        if !first || document.stop.is_some() {
            self.teller.trouble(document);
        }
        let place = format!("https://{}/ServiceCenter, Administration, Licensing", page::host(document));
        while self.did.codes < ANSWERS {
            let Some(code) = self.person.ask_secret(&format!("Activation Code (in {place}): ")).await else {
                break;
            };
            self.did.codes += 1;
            match objection(&code) {
                Some(objection) => self.teller.say(&objection),
                None => return self.act(document, Act::Code(&code)).await,
            }
        }
        let missing =
            format!("the infrastructure needs its Activation Code, which stands in {place}: {CODE_WAYS}");
        Ok(Next::End(Some(missing)))
    }
}

/// Why a code that a person typed is not worth submitting.
fn objection(code: &SecretString) -> Option<String> {
    match ActivationCode::parse(code.expose_secret()) {
        Err(error) => Some(error.to_string()),
        Ok(code) => match code.shape() {
            shape @ CodeShape::SerialNumber => shape.hint().map(str::to_owned),
            _ => None,
        },
    }
}

/// Whether the log-in was refused for a reason that another answer can mend. A user who is locked out gains
/// nothing by trying again.
fn is_wrong_password(document: &SetupDocument) -> bool {
    let wrong = [Reason::LoginRefused, Reason::LoginRefusedExternal].map(|reason| reason.entry().code);
    let findings = document.targets.iter().flat_map(|target| &target.findings);
    let mut codes = findings.filter_map(|finding| finding.code.as_deref());
    document.stop.as_ref().is_some_and(|stop| stop.id == "log_in.refused")
        && codes.any(|code| wrong.contains(&harmless(code, REMOTE_TEXT_LIMIT).as_str()))
}
