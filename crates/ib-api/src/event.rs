//! `ib.check.events/1`: the same report line by line, each line one JSON object.
//!
//! The first line names the schema. Readers ignore events and fields that they do not know.

use ib_domain::report::{Report, TargetReport};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::check::{CheckResult, role};
use crate::exit::{Exit, FailOn};

/// Name and version of the stream.
pub const SCHEMA: &str = "ib.check.events/1";

/// One line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "event", rename_all = "snake_case")]
#[non_exhaustive]
pub enum CheckEvent {
    /// The first line.
    Begin {
        /// Always `ib.check.events/1`.
        schema: String,
    },
    /// Not all is well yet, and it is worth asking again.
    Waiting {
        /// The address.
        address: String,
        /// The code of the reason that is waited for.
        code: String,
        /// What was seen last.
        message: String,
        /// How long it has been waited, in milliseconds.
        elapsed_ms: u64,
        /// How long it will be waited at most, in milliseconds.
        remaining_ms: u64,
    },
    /// One finding.
    Check {
        /// The address.
        address: String,
        /// The finding.
        #[serde(flatten)]
        result: Box<CheckResult>,
    },
    /// An address is done.
    Target {
        /// The address.
        address: String,
        /// What it was looked at as.
        role: String,
        /// Its verdict.
        verdict: String,
    },
    /// The last line.
    End {
        /// The verdict on everything.
        verdict: String,
        /// The exit code.
        exit: u8,
    },
}

impl CheckEvent {
    /// The first line.
    pub fn begin() -> Self {
        Self::Begin { schema: SCHEMA.to_owned() }
    }

    /// The lines of one address: its findings, then its verdict.
    pub fn target(target: &TargetReport) -> impl Iterator<Item = Self> {
        let end = Self::Target {
            address: target.address.clone(),
            role: role(&target.role),
            verdict: target.verdict().id().to_owned(),
        };
        target
            .findings
            .iter()
            .map(move |finding| Self::Check {
                address: target.address.clone(),
                result: Box::new(CheckResult::new(finding, &target.address, &target.role)),
            })
            .chain([end])
    }

    /// The last line.
    pub fn end(report: &Report, fail_on: FailOn) -> Self {
        let verdict = report.verdict();
        Self::End { verdict: verdict.id().to_owned(), exit: Exit::of(verdict, fail_on).code() }
    }

    /// The JSON schema of one line (draft 2020-12), as published in `docs/schemas`.
    pub fn json_schema() -> serde_json::Value {
        schemars::schema_for!(Self).to_value()
    }
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use ib_domain::check::Check;
    use ib_domain::environment::Purpose;
    use ib_domain::environment::Role;
    use ib_domain::finding::{Finding, Outcome};
    use ib_domain::reason::Reason;

    use super::*;

    #[test]
    fn every_line_satisfies_the_schema() {
        let finding = Finding::new(Check::NetName, Outcome::of(Reason::NameNotFound), SystemTime::UNIX_EPOCH);
        let role = Role::Environment(Purpose::Development);
        let target = TargetReport::new("dev.acme.example", role, vec![finding]);
        let report = Report::new(vec![target]);
        let waiting = CheckEvent::Waiting {
            address: "dev.acme.example".to_owned(),
            code: "SETUP-HTTP-009".to_owned(),
            message: "A gateway answers.".to_owned(),
            elapsed_ms: 1_000,
            remaining_ms: 2_000,
        };
        let schema = jsonschema::validator_for(&CheckEvent::json_schema()).unwrap();
        let lines = CheckEvent::target(&report.targets[0]).chain([
            CheckEvent::begin(),
            waiting,
            CheckEvent::end(&report, FailOn::Failed),
        ]);
        for line in lines {
            let line = serde_json::to_value(line).unwrap();
            assert!(schema.is_valid(&line), "{line:#}");
        }
        assert!(!schema.is_valid(&serde_json::json!({"event": "check", "address": "dev.acme.example"})));
    }
}
