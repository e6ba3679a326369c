//! `ib.setup/1`: where a set-up stands, as one document.

use std::collections::BTreeMap;

use ib_domain::address::EnvironmentAddress;
use ib_domain::environment::{Purpose, Role};
use ib_domain::reason::Reason;
use ib_setup::environment::Trouble;
use ib_setup::registration::{Action, LogInStop, Step, StepStatus, StepView, Stop, View};
use ib_setup::{Found, InfrastructureId, SetupId, Status, Target};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::check::{LimitedFeature, role, word};
use crate::exit::Exit;
use crate::waiver::WaiverDocument;

/// Name and version of the document.
pub const SCHEMA: &str = "ib.setup/1";

/// Where a set-up stands, what is in the way, and what can be done next.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[non_exhaustive]
pub struct SetupDocument {
    /// Always `ib.setup/1`.
    pub schema: String,
    /// The set-up's id; empty where an infrastructure is known to be registered, and no set-up of it.
    pub id: String,
    /// The open step: `address`, `log-in`, `welcome`, `disclaimer`, `check`, `activation-code` or `registered`.
    pub step: String,
    /// Every step, in order.
    pub steps: Vec<StepDocument>,
    /// What the person typed so far.
    pub typed: TypedDocument,
    /// The environment that was recognised; its address is the host that gets the credentials.
    pub environment: Option<EnvironmentDocument>,
    /// What is in the way of the open step.
    pub stop: Option<StopDocument>,
    /// What was found, by address.
    pub targets: Vec<TargetFindings>,
    /// What to tell the person about the activation code that was entered.
    pub code_hint: Option<String>,
    /// The version of the disclaimer that has to be accepted.
    pub disclaimer: String,
    /// What can be done next, the foremost first: `enter_address`, `log_in`, `choose_set_up`,
    /// `accept_disclaimer`, `check_again`, `enter_code`.
    pub actions: Vec<String>,
    /// The id of the infrastructure, once registered.
    pub infrastructure: Option<String>,
    /// The exit code of a command that ends with this document.
    pub exit: u8,
}

/// A step, and how far it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[non_exhaustive]
pub struct StepDocument {
    /// The step's id.
    pub step: String,
    /// `done`, `open`, `running`, `stopped`, `ahead` or `not_needed`.
    pub status: String,
}

/// What the person typed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[non_exhaustive]
pub struct TypedDocument {
    /// The address, as it was typed.
    pub address: String,
    /// The user name.
    pub username: String,
}

/// The development environment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[non_exhaustive]
pub struct EnvironmentDocument {
    /// Its address.
    pub address: String,
    /// Its Platform Server version.
    pub version: String,
}

/// What is in the way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[non_exhaustive]
pub struct StopDocument {
    /// The stable dotted id, such as `log_in.refused`.
    pub id: String,
    /// Why, where none of the targets' findings says so.
    pub finding: Option<FindingDocument>,
}

/// What was found about one address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[non_exhaustive]
pub struct TargetFindings {
    /// The address.
    pub address: String,
    /// `development`, `test`, `production`, another purpose as LifeTime names it, or `lifetime`.
    pub role: String,
    /// One per check, in the order of the layers.
    pub findings: Vec<FindingDocument>,
}

/// The answer to one check, as it was recorded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[non_exhaustive]
pub struct FindingDocument {
    /// The check's stable id, such as `net.tls`.
    pub check: String,
    /// What is looked at, in a few words.
    pub title: String,
    /// `passed`, `warning`, `failed`, `unknown`, `skipped` (somebody decided to live with it), `not_applicable` or
    /// `not_evaluated`.
    pub status: String,
    /// The stable code of the reason, such as `SETUP-TLS-001`.
    pub code: Option<String>,
    /// The stable dotted name of the reason, such as `net.tls.expired`.
    pub reason: Option<String>,
    /// What was seen, as a sentence.
    pub message: String,
    /// What usually lies behind it.
    pub cause: Option<String>,
    /// The features that it limits.
    pub impact: Vec<LimitedFeature>,
    /// What to do.
    pub action: Option<String>,
    /// Who can do it: `you`, `environment_administrator`, `lifetime_administrator`,
    /// `network_administrator` or `operator`.
    pub who: Option<String>,
    /// `retryable`, `final` or `never_automatic`.
    pub retry: Option<String>,
    /// What it rests on, by name.
    pub evidence: BTreeMap<String, String>,
    /// The decision to live with it, where there is one that counts: of the findings of an environment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waiver: Option<WaiverDocument>,
}

impl SetupDocument {
    /// Puts a view on the wire.
    ///
    /// ```
    /// use ib_api::setup::SetupDocument;
    /// use ib_setup::registration::{State, view};
    /// use ib_setup::SetupId;
    ///
    /// let document = SetupDocument::new(SetupId::new(1), &view(&State::default()));
    /// assert_eq!((document.step.as_str(), document.actions[0].as_str()), ("address", "enter_address"));
    /// ```
    pub fn new(id: SetupId, view: &View) -> Self {
        Self {
            schema: SCHEMA.to_owned(),
            id: id.to_string(),
            step: view.open.id().to_owned(),
            steps: view.steps.iter().map(StepDocument::from).collect(),
            typed: TypedDocument {
                address: view.typed.address.clone(),
                username: view.typed.username.clone(),
            },
            environment: view.environment.as_ref().map(|environment| EnvironmentDocument {
                address: environment.address.authority(),
                version: environment.version.to_string(),
            }),
            stop: view.stop.map(|stop| StopDocument::new(stop, view)),
            targets: view.findings.iter().map(TargetFindings::from).collect(),
            code_hint: view.code.and_then(|shape| shape.hint().map(str::to_owned)),
            disclaimer: view.disclaimer.clone(),
            actions: view.actions.iter().map(|action| action_id(*action).to_owned()).collect(),
            infrastructure: view.infrastructure.map(|id| id.to_string()),
            exit: exit(view).code(),
        }
    }

    /// An infrastructure that is known to be registered at `address`, without the set-up that did it.
    ///
    /// ```
    /// use ib_api::setup::SetupDocument;
    /// use ib_domain::address::EnvironmentAddress;
    /// use ib_setup::InfrastructureId;
    ///
    /// let address = EnvironmentAddress::parse("dev.acme.example")?;
    /// let document = SetupDocument::registered(&address, InfrastructureId::new(1));
    /// assert_eq!((document.step.as_str(), document.exit), ("registered", 0));
    /// # Ok::<(), ib_domain::address::AddressError>(())
    /// ```
    pub fn registered(address: &EnvironmentAddress, infrastructure: InfrastructureId) -> Self {
        let step = |step: Step| StepDocument {
            step: step.id().to_owned(),
            status: StepStatus::Done.id().to_owned(),
        };
        Self {
            schema: SCHEMA.to_owned(),
            id: String::new(),
            step: Step::Registered.id().to_owned(),
            steps: Step::ALL.map(step).to_vec(),
            typed: TypedDocument { address: address.authority(), username: String::new() },
            environment: None,
            stop: None,
            targets: Vec::new(),
            code_hint: None,
            disclaimer: String::new(),
            actions: Vec::new(),
            infrastructure: Some(infrastructure.to_string()),
            exit: Exit::Passed.code(),
        }
    }

    /// How far `step` is; `ahead` for one that is not known.
    pub fn status(&self, step: &str) -> &str {
        self.steps.iter().find(|known| known.step == step).map_or("ahead", |known| &known.status)
    }

    /// Whether the world works on the open step, so that asking again soon tells more.
    pub fn is_running(&self) -> bool {
        self.status(&self.step) == StepStatus::Running.id()
    }

    /// The JSON schema of this document (draft 2020-12), as published in `docs/schemas`.
    pub fn json_schema() -> serde_json::Value {
        schemars::schema_for!(Self).to_value()
    }
}

/// The exit code of a command that ends where `view` stands.
pub fn exit(view: &View) -> Exit {
    match view.stop {
        Some(Stop::Address | Stop::Check) => of_findings(&view.findings),
        Some(Stop::LogIn(stop)) => of_log_in(stop, &view.findings),
        Some(Stop::Code(_)) => match view.stop.and_then(Stop::reason) {
            Some(Reason::CodeUnavailable) => Exit::CouldNotTell,
            _ => Exit::UserAction,
        },
        Some(_) => Exit::CouldNotTell,
        None => of_step(view),
    }
}

fn of_step(view: &View) -> Exit {
    match view.open {
        Step::Registered if view.infrastructure.is_some() => Exit::Passed,
        step if view.status(step) == StepStatus::Running => Exit::CouldNotTell,
        Step::LogIn => Exit::Login,
        Step::Welcome | Step::Disclaimer | Step::ActivationCode => Exit::UserAction,
        _ => Exit::CouldNotTell,
    }
}

fn of_log_in(stop: LogInStop, findings: &[Target]) -> Exit {
    match stop {
        LogInStop::Refused | LogInStop::Unanswered | LogInStop::Forgotten => Exit::Login,
        LogInStop::OtherEnvironment => Exit::Failed,
        _ => of_findings(findings),
    }
}

/// What failed weighs more than what could not be told. Elsewhere than on an environment nothing weighs.
fn of_findings(targets: &[Target]) -> Exit {
    let failed = |target: &Target| target.findings.iter().any(|found| found.status == Status::Failed);
    if targets.iter().filter(|target| target.stops()).any(failed) { Exit::Failed } else { Exit::CouldNotTell }
}

const fn action_id(action: Action) -> &'static str {
    match action {
        Action::EnterAddress => "enter_address",
        Action::LogIn => "log_in",
        Action::ChooseSetUp => "choose_set_up",
        Action::AcceptDisclaimer => "accept_disclaimer",
        Action::CheckAgain => "check_again",
        Action::EnterCode => "enter_code",
        _ => "",
    }
}

impl From<&StepView> for StepDocument {
    fn from(view: &StepView) -> Self {
        Self { step: view.step.id().to_owned(), status: view.status.id().to_owned() }
    }
}

impl StopDocument {
    fn new(stop: Stop, view: &View) -> Self {
        let host = view.environment.as_ref().map(|environment| environment.address.authority());
        let host = host.unwrap_or_else(|| view.typed.address.clone());
        Self {
            id: stop.id().to_owned(),
            finding: stop
                .reason()
                .map(|reason| FindingDocument::new(&Found::of_reason(reason, &host), &development())),
        }
    }
}

const fn development() -> Role {
    Role::Environment(Purpose::Development)
}

impl From<&Target> for TargetFindings {
    fn from(target: &Target) -> Self {
        let seen_as = target.purpose.clone().map_or(Role::LifeTime, Role::Environment);
        Self {
            address: target.address.clone(),
            role: role(&seen_as),
            findings: target.findings.iter().map(|found| FindingDocument::new(found, &seen_as)).collect(),
        }
    }
}

impl FindingDocument {
    /// Puts a finding about something with that role on the wire.
    pub fn new(found: &Found, role: &Role) -> Self {
        let entry = found.reason.map(Reason::entry);
        Self {
            check: found.check.id().to_owned(),
            title: found.check.title().to_owned(),
            status: word(&found.status),
            code: entry.map(|entry| entry.code.to_owned()),
            reason: entry.map(|entry| entry.id.to_owned()),
            message: found.message.clone(),
            cause: entry.map(|entry| entry.cause.to_owned()),
            impact: entry
                .map(|entry| entry.impact.features(role).iter().copied().map(LimitedFeature::from).collect())
                .unwrap_or_default(),
            action: found.action.clone(),
            who: entry.map(|entry| word(&entry.who)),
            retry: entry.map(|entry| word(&entry.retry)),
            evidence: found.evidence.clone(),
            waiver: None,
        }
    }

    /// Puts what is not as it should be with an environment of that role on the wire.
    pub(crate) fn of_trouble(trouble: &Trouble, role: &Role) -> Self {
        Self { waiver: trouble.waiver.as_ref().map(WaiverDocument::from), ..Self::new(&trouble.found, role) }
    }

    /// Whether it is neither passed nor without an answer because of something else.
    pub fn is_trouble(&self) -> bool {
        matches!(self.status.as_str(), "failed" | "unknown" | "warning")
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;
    use std::sync::Arc;

    use ib_env_client::{Credentials, Password};
    use ib_setup::registration::Rules;
    use ib_setup::testing::{Scripted, ports};
    use ib_setup::{ActivationCode, Setup};
    use rstest::rstest;

    use super::*;

    /// Goes as far as the script lets it, and no further than `last`.
    async fn walk(scripted: Scripted, last: Step) -> SetupDocument {
        let setup = Setup::new(ports(Arc::new(scripted)), Rules::new("1"));
        let id = setup.begin().await.unwrap();
        for _ in 0..20 {
            let view = setup.drive(id).await.unwrap();
            if view.open == last || view.stop.is_some() || view.infrastructure.is_some() {
                return SetupDocument::new(id, &view);
            }
            let done = match view.open {
                Step::Address => setup.enter_address(id, "dev.acme.example").await,
                Step::LogIn => {
                    let password = Password::new("correct horse".to_owned()).unwrap();
                    setup.log_in(id, Credentials::new("maria", password).unwrap()).await
                }
                Step::Welcome => setup.choose_set_up(id).await,
                Step::Disclaimer => setup.accept_disclaimer(id, "1").await,
                _ => setup.enter_code(id, ActivationCode::parse("A-B-C").unwrap()).await,
            };
            done.unwrap();
        }
        unreachable!("every step is left")
    }

    fn at(last: Step, change: impl FnOnce(&mut ib_setup::testing::Script)) -> SetupDocument {
        let scripted = Scripted::default();
        change(&mut scripted.script());
        walk(scripted, last).now_or_never().unwrap()
    }

    #[rstest]
    #[case(Step::Address, 5)]
    #[case(Step::LogIn, 6)]
    #[case(Step::Welcome, 7)]
    #[case(Step::Disclaimer, 7)]
    #[case(Step::Registered, 0)]
    fn an_open_step_has_an_exit_code(#[case] step: Step, #[case] exit: u8) {
        let document = at(step, |_| ());
        assert_eq!((document.step.as_str(), document.exit), (step.id(), exit));
    }

    #[test]
    fn what_is_in_the_way_has_an_exit_code() {
        let old = at(Step::Registered, |script| script.version = "11.5.0.100".to_owned());
        assert_eq!((old.step.as_str(), old.exit), ("address", 3));
        let silent = at(Step::Registered, |script| script.broken = Some(Reason::HttpNoAnswer));
        assert_eq!((silent.step.as_str(), silent.exit), ("address", 5));
        let refused = at(Step::Registered, |script| script.refuses = Some(Reason::LoginRefused));
        assert_eq!((refused.stop.unwrap().id.as_str(), refused.exit), ("log_in.refused", 6));
        let code = at(Step::Registered, |script| script.version = "11.7.3.100".to_owned());
        assert_eq!((code.step.as_str(), code.exit), ("registered", 0));
    }

    #[test]
    fn a_document_satisfies_its_schema_and_is_read_back() {
        let schema = jsonschema::validator_for(&SetupDocument::json_schema()).unwrap();
        for step in Step::ALL {
            let document = at(step, |_| ());
            let text = serde_json::to_value(&document).unwrap();
            assert!(schema.is_valid(&text), "{text:#}");
            assert_eq!(serde_json::from_value::<SetupDocument>(text).unwrap(), document);
        }
    }

    #[test]
    fn nothing_that_was_typed_in_secret_is_on_the_wire() {
        let document = serde_json::to_string(&at(Step::Registered, |_| ())).unwrap();
        assert!(document.contains("maria") && !document.contains("correct horse"));
    }
}
