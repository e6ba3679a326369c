//! `ib.plan/1`: what would change to have an infrastructure as a file declares it, and `ib.apply/1`: what came of it.

use ib_domain::address::EnvironmentAddress;
use ib_domain::dependency::DependencyId;
use ib_domain::environment::EnvironmentName;
use ib_domain::reason::Reason;
use ib_setup::Timestamp;
use ib_setup::declaration::{DeclaredEnvironment, DeclaredWaiver, Present, PresentEnvironment, Step};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::check::timestamp;
use crate::declaration::InfrastructureFile;
use crate::dependencies::DependenciesDocument;
use crate::environments::{EnvironmentRow, EnvironmentsDocument};
use crate::exit::Exit;
use crate::waiver::{Until, WaiverRow};

/// Name and version of a plan.
pub const SCHEMA: &str = "ib.plan/1";
/// Name and version of what came of one.
pub const APPLY_SCHEMA: &str = "ib.apply/1";

/// What would change, with the file that it follows from. It holds no secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct PlanDocument {
    /// Always `ib.plan/1`.
    pub schema: String,
    /// When it was made, in RFC 3339.
    pub made_at: String,
    /// What the file is called.
    pub file: String,
    /// What the file said.
    pub declaration: InfrastructureFile,
    /// Everything that would change, in order; nothing where all is as declared.
    pub steps: Vec<StepDocument>,
    /// The exit code of a command that ends with this document: 7 where something would change.
    pub exit: u8,
}

/// Something that would change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct StepDocument {
    /// What it is, as a sentence.
    pub text: String,
    /// The same for programs.
    #[serde(flatten)]
    pub change: Change,
}

/// What a step changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "step", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Change {
    /// Register the infrastructure.
    Register {
        /// The development environment's address.
        development: String,
    },
    /// Install or update dependencies.
    Install {
        /// Their ids.
        dependencies: Vec<String>,
    },
    /// Remove an environment.
    Remove {
        /// The environment.
        environment: Place,
    },
    /// Have an environment there.
    Put {
        /// The environment.
        environment: Place,
        /// How it is, where it has another name or address.
        was: Option<Place>,
    },
    /// End a waiver.
    EndWaiver {
        /// The environment.
        environment: String,
        /// The code of the reason.
        code: String,
    },
    /// Live with a finding.
    Waive {
        /// The environment.
        environment: String,
        /// The code of the reason.
        code: String,
        /// Who answers for it.
        owner: String,
        /// Why it can be lived with.
        why: String,
        /// Until when, in RFC 3339.
        until: String,
    },
}

/// An environment, by name and address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct Place {
    /// What it is called.
    pub name: String,
    /// Its address.
    pub address: String,
}

/// What came of applying a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct ApplyDocument {
    /// Always `ib.apply/1`.
    pub schema: String,
    /// What the file is called.
    pub file: String,
    /// What was done, now or by an earlier run.
    pub done: Vec<StepDocument>,
    /// What failed.
    pub failed: Vec<FailedStep>,
    /// What was not started, or not ended.
    pub not_started: Vec<StepDocument>,
    /// The exit code of the command.
    pub exit: u8,
}

/// A step that failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct FailedStep {
    /// The step.
    #[serde(flatten)]
    pub step: StepDocument,
    /// Why, and what to do.
    pub why: String,
}

/// A plan that cannot be read: it was changed, or made by another version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("it is no plan that this program made; make a new one with ib plan")]
pub struct PlanError;

impl PlanDocument {
    /// Puts a plan on the wire.
    pub fn new(declaration: &InfrastructureFile, file: &str, steps: &[Step], now: Timestamp) -> Self {
        Self {
            schema: SCHEMA.to_owned(),
            made_at: timestamp(now.into()),
            file: file.to_owned(),
            declaration: declaration.clone(),
            steps: steps.iter().map(StepDocument::from).collect(),
            exit: if steps.is_empty() { Exit::Passed } else { Exit::UserAction }.code(),
        }
    }

    /// Reads a plan that was kept.
    ///
    /// # Errors
    ///
    /// [`PlanError`].
    pub fn parse(text: &str) -> Result<Self, PlanError> {
        let read: Self = serde_json::from_str(text).map_err(|_| PlanError)?;
        if read.schema == SCHEMA && read.declaration.schema == crate::declaration::SCHEMA {
            Ok(read)
        } else {
            Err(PlanError)
        }
    }

    /// The steps.
    ///
    /// # Errors
    ///
    /// [`PlanError`].
    pub fn steps(&self) -> Result<Vec<Step>, PlanError> {
        self.steps.iter().map(|step| step.change.read().ok_or(PlanError)).collect()
    }

    /// The JSON schema of this document (draft 2020-12), as published in `docs/schemas`.
    pub fn json_schema() -> serde_json::Value {
        schemars::schema_for!(Self).to_value()
    }
}

impl ApplyDocument {
    /// Puts what came of a plan on the wire. `exit` is what the command ends with.
    pub fn new(
        file: &str,
        done: &[Step],
        failed: &[(Step, String)],
        not_started: &[Step],
        exit: Exit,
    ) -> Self {
        let failed_step =
            |(step, why): &(Step, String)| FailedStep { step: StepDocument::from(step), why: why.clone() };
        Self {
            schema: APPLY_SCHEMA.to_owned(),
            file: file.to_owned(),
            done: done.iter().map(StepDocument::from).collect(),
            failed: failed.iter().map(failed_step).collect(),
            not_started: not_started.iter().map(StepDocument::from).collect(),
            exit: exit.code(),
        }
    }

    /// The JSON schema of this document (draft 2020-12), as published in `docs/schemas`.
    pub fn json_schema() -> serde_json::Value {
        schemars::schema_for!(Self).to_value()
    }
}

impl From<&Step> for StepDocument {
    fn from(step: &Step) -> Self {
        Self { text: text(step), change: Change::from(step) }
    }
}

/// A step as a sentence.
fn text(step: &Step) -> String {
    let at = |place: &DeclaredEnvironment| format!("{} at {}", place.name, place.address.authority());
    match step {
        Step::Register { development } => {
            format!("Register the infrastructure of {}", development.authority())
        }
        Step::Install { dependencies } => {
            let names: Vec<_> = dependencies.iter().map(|id| id.name()).collect();
            format!("Install or update {}", names.join(", "))
        }
        Step::Remove { environment } => format!("Remove the environment {}", at(environment)),
        Step::Put { environment, was: None } => format!("Have the environment {}", at(environment)),
        Step::Put { environment, was: Some(was) } => {
            format!("Change the environment {} to {}", at(was), at(environment))
        }
        Step::EndWaiver { environment, reason } => {
            format!("End the waiver of {environment} for {reason}")
        }
        Step::Waive { waiver } => {
            let until = timestamp(waiver.until.into()).get(..16).unwrap_or_default().replace('T', " ");
            format!("Live with {} of {} until {until} UTC: {}", waiver.reason, waiver.environment, waiver.why)
        }
    }
}

impl From<&DeclaredEnvironment> for Place {
    fn from(known: &DeclaredEnvironment) -> Self {
        Self { name: known.name.to_string(), address: known.address.authority() }
    }
}

impl Place {
    fn read(&self) -> Option<DeclaredEnvironment> {
        let address = EnvironmentAddress::parse(&self.address).ok()?;
        Some(DeclaredEnvironment { name: self.name.parse().ok()?, address })
    }
}

impl From<&Step> for Change {
    fn from(step: &Step) -> Self {
        match step {
            Step::Register { development } => Self::Register { development: development.authority() },
            Step::Install { dependencies } => {
                Self::Install { dependencies: dependencies.iter().map(ToString::to_string).collect() }
            }
            Step::Remove { environment } => Self::Remove { environment: environment.into() },
            Step::Put { environment, was } => {
                Self::Put { environment: environment.into(), was: was.as_ref().map(Place::from) }
            }
            Step::EndWaiver { environment, reason } => {
                Self::EndWaiver { environment: environment.to_string(), code: reason.to_string() }
            }
            Step::Waive { waiver } => Self::Waive {
                environment: waiver.environment.to_string(),
                code: waiver.reason.to_string(),
                owner: waiver.owner.to_string(),
                why: waiver.why.to_string(),
                until: timestamp(waiver.until.into()),
            },
        }
    }
}

impl Change {
    /// The step; nothing where it cannot be read.
    fn read(&self) -> Option<Step> {
        Some(match self {
            Self::Register { development } => {
                Step::Register { development: EnvironmentAddress::parse(development).ok()? }
            }
            Self::Install { dependencies } => {
                let ids = dependencies.iter().map(|id| id.parse::<DependencyId>());
                Step::Install { dependencies: ids.collect::<Result<_, _>>().ok()? }
            }
            Self::Remove { environment } => Step::Remove { environment: environment.read()? },
            Self::Put { environment, was } => {
                let was = match was {
                    Some(was) => Some(was.read()?),
                    None => None,
                };
                Step::Put { environment: environment.read()?, was }
            }
            Self::EndWaiver { environment, code } => {
                Step::EndWaiver { environment: environment.parse().ok()?, reason: Reason::from_code(code)? }
            }
            Self::Waive { environment, code, owner, why, until } => {
                Step::Waive { waiver: declared(environment, code, owner, why, until)? }
            }
        })
    }
}

fn declared(environment: &str, code: &str, owner: &str, why: &str, until: &str) -> Option<DeclaredWaiver> {
    let environment: EnvironmentName = environment.parse().ok()?;
    let until = until.parse::<Until>().ok()?.from(Timestamp::from_millis(0));
    let (owner, why) = (owner.parse().ok()?, why.parse().ok()?);
    Some(DeclaredWaiver { environment, reason: Reason::from_code(code)?, owner, why, until })
}

/// What is there of a registered infrastructure, as documents tell it; without a document, nothing is known of it.
pub fn present(environments: &EnvironmentsDocument, dependencies: Option<&DependenciesDocument>) -> Present {
    let dependencies = dependencies.iter().flat_map(|document| &document.dependencies);
    let standing = |known: &crate::dependencies::DependencyDocument| {
        Some((known.id.parse().ok()?, known.state == "installed"))
    };
    Present {
        is_registered: true,
        dependencies: dependencies.filter_map(standing).collect(),
        environments: environments.environments.iter().filter_map(environment).collect(),
    }
}

fn environment(row: &EnvironmentRow) -> Option<PresentEnvironment> {
    let waiver = |known: &WaiverRow| {
        let WaiverRow { code, waiver, .. } = known;
        let declared = declared(&row.name, code, &waiver.owner, &waiver.why, &waiver.until)?;
        Some((declared, waiver.file.as_ref().and_then(|file| file.parse().ok())))
    };
    Some(PresentEnvironment {
        name: row.name.parse().ok()?,
        address: EnvironmentAddress::parse(&row.address).ok()?,
        is_development: row.is_development,
        file: row.file.as_ref().and_then(|file| file.parse().ok()),
        waivers: row.waivers.iter().filter_map(waiver).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn steps() -> Vec<Step> {
        let place = |name: &str, host: &str| DeclaredEnvironment {
            name: name.parse().unwrap(),
            address: EnvironmentAddress::parse(host).unwrap(),
        };
        let waiver = DeclaredWaiver {
            environment: "QA".parse().unwrap(),
            reason: Reason::TlsExpired,
            owner: "Platform team".parse().unwrap(),
            why: "It is replaced in May".parse().unwrap(),
            until: Timestamp::from_millis(86_400_000),
        };
        vec![
            Step::Register { development: EnvironmentAddress::parse("dev.acme.example").unwrap() },
            Step::Install { dependencies: DependencyId::ALL.into() },
            Step::Remove { environment: place("Old", "old.acme.example") },
            Step::Put { environment: place("QA", "qa.acme.example"), was: None },
            Step::Put {
                environment: place("Test", "test.acme.example"),
                was: Some(place("Tset", "test.acme.example")),
            },
            Step::EndWaiver { environment: "QA".parse().unwrap(), reason: Reason::ConnectRefused },
            Step::Waive { waiver },
        ]
    }

    fn file() -> InfrastructureFile {
        let text = "schema = \"ib.infrastructure/1\"\ndevelopment = \"dev.acme.example\"";
        InfrastructureFile::parse(text).unwrap()
    }

    #[test]
    fn a_plan_that_was_kept_is_the_same_plan() {
        let document = PlanDocument::new(&file(), "infrastructure.toml", &steps(), Timestamp::from_millis(0));
        assert_eq!(document.exit, 7);
        let read = PlanDocument::parse(&serde_json::to_string(&document).unwrap()).unwrap();
        assert_eq!(read, document);
        assert_eq!(read.steps(), Ok(steps()));
        let schema = PlanDocument::json_schema();
        assert!(jsonschema::is_valid(&schema, &serde_json::to_value(&document).unwrap()));
        assert_eq!(PlanDocument::new(&file(), "f", &[], Timestamp::from_millis(0)).exit, 0);
    }

    #[test]
    fn every_step_is_a_sentence() {
        let sentences: Vec<_> = steps().iter().map(|step| StepDocument::from(step).text).collect();
        assert_eq!(
            sentences,
            [
                "Register the infrastructure of dev.acme.example",
                "Install or update Common Shared Services, Secret Manager Local Service, Integration Builder Utils, SharePoint Integration Utils, Integration Manager",
                "Remove the environment Old at old.acme.example",
                "Have the environment QA at qa.acme.example",
                "Change the environment Tset at test.acme.example to Test at test.acme.example",
                "End the waiver of QA for SETUP-TCP-001",
                "Live with SETUP-TLS-001 of QA until 1970-01-02 00:00 UTC: It is replaced in May",
            ]
        );
    }

    #[test]
    fn what_is_no_plan_is_none() {
        let good =
            serde_json::to_string(&PlanDocument::new(&file(), "f", &steps(), Timestamp::from_millis(0)));
        let good = good.unwrap();
        for bad in ["", "{}", "[]", &good.replace("ib.plan/1", "ib.plan/2")] {
            assert_eq!(PlanDocument::parse(bad), Err(PlanError), "{bad}");
        }
        let odd = PlanDocument::parse(&good.replace("qa.acme.example", "no address")).unwrap();
        assert_eq!(odd.steps(), Err(PlanError));
    }
}
