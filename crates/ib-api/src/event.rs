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
        Self::Begin {
            schema: SCHEMA.to_owned(),
        }
    }

    /// The lines of one address: its findings, then its verdict.
    pub fn target(target: &TargetReport) -> impl Iterator<Item = Self> {
        let development = target.role.is_development();
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
                result: Box::new(CheckResult::new(finding, &target.address, development)),
            })
            .chain([end])
    }

    /// The last line.
    pub fn end(report: &Report, fail_on: FailOn) -> Self {
        let verdict = report.verdict();
        Self::End {
            verdict: verdict.id().to_owned(),
            exit: Exit::of(verdict, fail_on).code(),
        }
    }
}
