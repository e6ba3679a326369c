//! The answer to one check, with everything a person or a program needs to act on it.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::time::{Duration, SystemTime};

use crate::check::Check;
use crate::environment::Role;
use crate::feature::Feature;
use crate::reason::{Reason, Severity};
use crate::text::{REMOTE_TEXT_LIMIT, harmless};

/// How a check came out.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// It is as it should be.
    Passed,
    /// It is not in the way, but worth looking at.
    Warning(Reason),
    /// It is wrong.
    Failed(Reason),
    /// It could not be told.
    Unknown(Reason),
    /// It is not as it should be, and somebody decided to live with it.
    Skipped {
        /// What was found.
        reason: Reason,
        /// Why it is accepted.
        why: String,
    },
    /// The question makes no sense here.
    NotApplicable {
        /// Why not, as a sentence.
        why: &'static str,
    },
    /// An earlier check did not pass, so this one was not made.
    NotEvaluated {
        /// That earlier check.
        because: Check,
    },
}

impl Outcome {
    /// The outcome that the catalogue foresees for `reason`.
    pub const fn of(reason: Reason) -> Self {
        match reason.entry().severity {
            Severity::Warning => Self::Warning(reason),
            Severity::Failed => Self::Failed(reason),
            Severity::Unknown => Self::Unknown(reason),
        }
    }

    /// Why the check did not pass, where there is a reason.
    pub const fn reason(&self) -> Option<Reason> {
        match self {
            Self::Warning(reason)
            | Self::Failed(reason)
            | Self::Unknown(reason)
            | Self::Skipped { reason, .. } => Some(*reason),
            Self::Passed | Self::NotApplicable { .. } | Self::NotEvaluated { .. } => None,
        }
    }

    /// The stable word for machines: `passed`, `warning`, `failed`, `unknown`, `skipped`,
    /// `not_applicable`, `not_evaluated`. The last four never count as passed.
    pub const fn status(&self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Warning(_) => "warning",
            Self::Failed(_) => "failed",
            Self::Unknown(_) => "unknown",
            Self::Skipped { .. } => "skipped",
            Self::NotApplicable { .. } => "not_applicable",
            Self::NotEvaluated { .. } => "not_evaluated",
        }
    }
}

/// From where something was seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Vantage {
    /// From this process, outbound to the environment.
    #[default]
    Outbound,
    /// As LifeTime reports it.
    LifeTime,
}

impl Vantage {
    /// The stable word for machines.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Outbound => "outbound",
            Self::LifeTime => "lifetime",
        }
    }
}

/// What was expected and what was seen. Never a secret, never a reply's body; every text is
/// [harmless].
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Evidence {
    /// What would have passed.
    pub expected: Option<String>,
    /// What was seen.
    pub observed: Option<String>,
    /// The address that was connected to, or refused.
    pub address: Option<IpAddr>,
    /// From where it was seen.
    pub vantage: Vantage,
    /// More facts by name, such as `issuer` or `presented`.
    pub details: BTreeMap<&'static str, String>,
}

impl Evidence {
    /// Evidence with nothing in it yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds what was seen.
    #[must_use]
    pub fn observed(mut self, text: impl AsRef<str>) -> Self {
        self.observed = Some(harmless(text.as_ref(), REMOTE_TEXT_LIMIT));
        self
    }

    /// Adds what would have passed.
    #[must_use]
    pub fn expected(mut self, text: impl AsRef<str>) -> Self {
        self.expected = Some(harmless(text.as_ref(), REMOTE_TEXT_LIMIT));
        self
    }

    /// Adds the address that was connected to, or refused.
    #[must_use]
    pub const fn address(mut self, address: IpAddr) -> Self {
        self.address = Some(address);
        self
    }

    /// Adds from where it was seen.
    #[must_use]
    pub const fn vantage(mut self, vantage: Vantage) -> Self {
        self.vantage = vantage;
        self
    }

    /// Adds a fact by name; an empty one is left out.
    #[must_use]
    pub fn detail(mut self, name: &'static str, text: impl AsRef<str>) -> Self {
        let text = harmless(text.as_ref(), REMOTE_TEXT_LIMIT);
        if !text.is_empty() {
            self.details.insert(name, text);
        }
        self
    }

    /// The value that a `{name}` in a catalogue text stands for.
    fn value(&self, name: &str) -> Option<String> {
        match name {
            "expected" => self.expected.clone(),
            "observed" => self.observed.clone(),
            "address" => self.address.map(|address| address.to_string()),
            other => self.details.get(other).cloned(),
        }
    }
}

/// The answer to one check on one environment.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Finding {
    /// The question.
    pub check: Check,
    /// The answer.
    pub outcome: Outcome,
    /// What it rests on.
    pub evidence: Evidence,
    /// When it was seen.
    pub observed_at: SystemTime,
    /// How long it took to see.
    pub duration: Duration,
    /// How often it was tried.
    pub attempts: u32,
}

impl Finding {
    /// A finding made at once and in one attempt.
    pub fn new(check: Check, outcome: Outcome, observed_at: SystemTime) -> Self {
        Self { check, outcome, evidence: Evidence::new(), observed_at, duration: Duration::ZERO, attempts: 1 }
    }

    /// Adds the evidence.
    #[must_use]
    pub fn with(mut self, evidence: Evidence) -> Self {
        self.evidence = evidence;
        self
    }

    /// Adds how long it took.
    #[must_use]
    pub const fn took(mut self, duration: Duration) -> Self {
        self.duration = duration;
        self
    }

    /// Adds how often it was tried.
    #[must_use]
    pub const fn tried(mut self, attempts: u32) -> Self {
        self.attempts = attempts;
        self
    }

    /// What was seen on `host`, as one sentence.
    pub fn message(&self, host: &str) -> String {
        match &self.outcome {
            Outcome::Passed => self.evidence.observed.clone().unwrap_or_else(|| "as it should be".to_owned()),
            Outcome::NotApplicable { why } => (*why).to_owned(),
            Outcome::NotEvaluated { because } => format!("not evaluated, because of {because}"),
            Outcome::Warning(reason)
            | Outcome::Failed(reason)
            | Outcome::Unknown(reason)
            | Outcome::Skipped { reason, .. } => fill(reason.entry().message, host, &self.evidence),
        }
    }

    /// What to do about it, where there is something to do.
    pub fn action(&self, host: &str) -> Option<String> {
        self.outcome.reason().map(|reason| fill(reason.entry().action, host, &self.evidence))
    }

    /// The features that it limits, given what it is about.
    pub fn limits(&self, role: &Role) -> &'static [Feature] {
        self.outcome.reason().map_or(&[], |reason| reason.entry().impact.features(role))
    }
}

/// Replaces each `{name}` of a catalogue text. A name without a value becomes "unknown", so that a
/// sentence stays a sentence.
fn fill(template: &str, host: &str, evidence: &Evidence) -> String {
    let mut text = String::with_capacity(template.len() + 40);
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        let Some((name, tail)) = after.split_once('}') else {
            break;
        };
        text.push_str(before);
        match name {
            "host" => text.push_str(host),
            name => text.push_str(evidence.value(name).as_deref().unwrap_or("unknown")),
        }
        rest = tail;
    }
    text.push_str(rest);
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::environment::Purpose;

    #[test]
    fn a_message_says_what_was_seen_and_where() {
        let finding =
            Finding::new(Check::EnvVersion, Outcome::of(Reason::VersionTooOld), SystemTime::UNIX_EPOCH)
                .with(Evidence::new().observed("11.7.1\x1b[2J").expected("11.7.2 or later"));
        let message = finding.message("dev.acme.example");
        assert!(message.contains("dev.acme.example") && message.contains("11.7.1[2J"), "{message}");
        assert!(!message.contains('{') && !message.contains('\x1b'), "{message}");
    }

    #[test]
    fn what_to_do_and_what_is_limited_come_from_the_reason() {
        let development = Role::Environment(Purpose::Development);
        let found = |outcome| Finding::new(Check::EnvVersion, outcome, SystemTime::UNIX_EPOCH);
        let trouble = found(Outcome::of(Reason::VersionTooOld));
        let action = trouble.action("dev.acme.example").unwrap();
        assert!(action.contains("dev.acme.example"), "{action}");
        assert!(!trouble.limits(&development).is_empty());
        let fine = found(Outcome::Passed);
        assert_eq!((fine.action("dev.acme.example"), fine.limits(&development)), (None, &[][..]));
    }

    #[test]
    fn evidence_has_no_empty_facts() {
        let evidence = Evidence::new().detail("issuer", "Acme CA").detail("presented", "\x1b");
        assert_eq!(evidence.details, BTreeMap::from([("issuer", "Acme CA".to_owned())]));
        assert_eq!([Vantage::Outbound, Vantage::LifeTime].map(Vantage::id), ["outbound", "lifetime"]);
    }

    #[test]
    fn a_missing_value_leaves_a_sentence() {
        assert_eq!(fill("{host} says {nothing} {", "h", &Evidence::new()), "h says unknown {");
    }
}
