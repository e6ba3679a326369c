//! Does what the world owes, through the traits.

use std::sync::Arc;
use std::time::SystemTime;

use ib_domain::address::EnvironmentAddress;
use ib_domain::permission::user::Username;
use ib_env_client::Credentials;
use ib_env_client::check::{Checker, Examined, Told};

use crate::found::{Found, Target};
use crate::id::{InfrastructureId, SetupId};
use crate::infrastructure::{Identity, Serial};
use crate::ports::{Secret, SecretKind};
use crate::registration::{self, Effect, EffectResult};
use crate::setup::{Setup, SetupError};
use crate::throttle::LogInAttempt;

/// The environment's own word, and everything found about it.
type Seen = (Option<registration::Environment>, Vec<Found>);

impl Setup {
    /// Does `effect`; `None` where somebody else was first.
    pub(crate) async fn perform(
        &self,
        setup: SetupId,
        effect: &Effect,
    ) -> Result<Option<EffectResult>, SetupError> {
        Ok(Some(match effect {
            Effect::Diagnose { address, .. } => {
                let (environment, findings) = self.look(address, None).await;
                EffectResult::Diagnosed { environment, findings }
            }
            Effect::LogIn { turn, address, username } => {
                let (address, username, turn) = (address.clone(), username.clone(), *turn);
                return self.log_in_once(setup, LogInAttempt { address, username, turn }).await;
            }
            Effect::GiveUpLogIn { .. } => EffectResult::LogInGivenUp,
            Effect::CheckInfrastructure { address, .. } => self.check(address).await,
            Effect::SubmitCode { identity, .. } => {
                match self.ports.vault.open(setup, SecretKind::Code).await? {
                    Some(Secret::Code(code)) => {
                        EffectResult::CodeAnswered(self.ports.authority.verify(identity, &code).await)
                    }
                    _ => EffectResult::NotInVault,
                }
            }
            Effect::Register { identity, .. } => self.register(identity).await?,
        }))
    }

    /// Sends the credentials, unless that was or may be done by somebody else.
    async fn log_in_once(
        &self,
        setup: SetupId,
        attempt: LogInAttempt,
    ) -> Result<Option<EffectResult>, SetupError> {
        let Some(credentials) = self.credentials(setup, &attempt.username).await? else {
            return Ok(Some(EffectResult::NotInVault));
        };
        // It waited too long, and the same user may be logging in through another set-up: a person asks again.
        if !self.keep_in_flight(setup, &attempt).await? {
            return Ok(Some(EffectResult::NotInVault));
        }
        // Recorded before anything is sent: whoever finds it recorded does not send it again.
        if !self.start_log_in(setup, attempt.turn).await? {
            return Ok(None);
        }
        self.send(&attempt.address, credentials).await.map(Some)
    }

    /// The credentials of `username`, if the vault still has them.
    pub(crate) async fn credentials(
        &self,
        setup: SetupId,
        username: &Username,
    ) -> Result<Option<Credentials>, SetupError> {
        Ok(match self.ports.vault.open(setup, SecretKind::Credentials).await? {
            // Two people may have logged in at the same moment: only the one who was recorded is sent.
            Some(Secret::Credentials(credentials))
                if Username::parse(credentials.username()).as_ref() == Ok(username) =>
            {
                Some(credentials)
            }
            _ => None,
        })
    }

    /// Sends the credentials, once.
    async fn send(
        &self,
        address: &EnvironmentAddress,
        credentials: Credentials,
    ) -> Result<EffectResult, SetupError> {
        let (environment, findings) = self.look(address, Some(credentials)).await;
        let known = match &environment {
            Some(environment) => self.ports.store.find(&environment.identity()).await?,
            None => None,
        };
        Ok(EffectResult::LoggedIn { environment, findings, known })
    }

    async fn register(&self, identity: &Identity) -> Result<EffectResult, SetupError> {
        let proposed = InfrastructureId::new(self.ports.ids.next());
        let infrastructure = self.ports.store.claim(identity, proposed).await?;
        Ok(EffectResult::Claimed { infrastructure })
    }

    /// Looks at the development environment alone. With credentials, LifeTime is asked too, for it may know
    /// the user's permissions.
    pub(crate) async fn look(&self, address: &EnvironmentAddress, credentials: Option<Credentials>) -> Seen {
        let mut checker = self.checker();
        if let Some(credentials) = credentials {
            checker = self.with_lifetime(checker, address).credentials(credentials);
        }
        let inventory = checker.inventory().await;
        let (mut told, mut findings) = (None, Vec::new());
        // The named address comes first; the others are for the check of the infrastructure.
        for target in checker.targets(&[address.authority()], &inventory).iter().take(1) {
            let examined = checker.examine(target, &inventory).await;
            let report = &examined.report;
            findings.extend(report.findings.iter().map(|finding| Found::record(finding, &report.address)));
            told = examined.told;
        }
        // Where LifeTime cannot be asked, that is why permissions are not known.
        if let Some(report) = inventory.report() {
            let found = report.findings.iter().map(|finding| Found::record(finding, &report.address));
            findings.extend(found.filter(|found| found.status.stops()));
        }
        (told.map(|told| environment(address, &told)), findings)
    }

    /// Checks every environment that is known.
    async fn check(&self, address: &EnvironmentAddress) -> EffectResult {
        let checker = self.with_lifetime(self.checker(), address);
        let mut told = None;
        let done = |examined: &Examined| {
            if examined.report.address == address.authority() {
                told.clone_from(&examined.told);
            }
        };
        let report = checker.check(&[address.authority()], done).await;
        let targets = report.targets.iter().map(Target::record).collect();
        EffectResult::Checked { environment: told.map(|told| environment(address, &told)), targets }
    }

    pub(crate) fn checker(&self) -> Checker {
        let clock = Arc::clone(&self.ports.clock);
        Checker::new(Arc::clone(&self.ports.connect)).clock(Arc::new(move || SystemTime::from(clock.now())))
    }

    pub(crate) fn with_lifetime(&self, checker: Checker, address: &EnvironmentAddress) -> Checker {
        match self.ports.lifetimes.access(address) {
            Some((lifetime, token)) => checker.lifetime(lifetime, token),
            None => checker,
        }
    }
}

/// The environment at `address`, as it told about itself.
fn environment(address: &EnvironmentAddress, told: &Told) -> registration::Environment {
    let serial = told.serial.as_deref().and_then(Serial::read);
    registration::Environment {
        address: address.clone(),
        version: told.version,
        serial,
        names: told.names.clone(),
    }
}
