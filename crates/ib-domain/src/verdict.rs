//! The one word for a whole report.

use std::fmt;

use crate::finding::{Finding, Outcome};

/// What a set of findings amounts to. The greater one wins when several apply (design: exit codes).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
#[non_exhaustive]
#[must_use]
pub enum Verdict {
    /// Everything that was asked is as it should be.
    Passed,
    /// Nothing is in the way, but something is worth looking at.
    Warnings,
    /// Something could not be told: unreachable, timed out, not evaluated.
    CouldNotTell,
    /// Something is wrong.
    Failed,
    /// The environment did not accept the IT user, or LifeTime the service account.
    LoginRejected,
}

impl Verdict {
    /// What one finding contributes.
    pub fn of(finding: &Finding) -> Self {
        match &finding.outcome {
            Outcome::Passed | Outcome::NotApplicable { .. } | Outcome::Skipped { .. } => Self::Passed,
            Outcome::Warning(_) => Self::Warnings,
            Outcome::Unknown(_) | Outcome::NotEvaluated { .. } => Self::CouldNotTell,
            Outcome::Failed(reason) if reason.entry().rejects_login => Self::LoginRejected,
            Outcome::Failed(_) => Self::Failed,
        }
    }

    /// The worst of many: a roll-up is never better than its worst part. Nothing found is nothing told.
    pub fn roll_up(verdicts: impl IntoIterator<Item = Self>) -> Self {
        verdicts.into_iter().max().unwrap_or(Self::CouldNotTell)
    }

    /// The stable word for machines.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Warnings => "warnings",
            Self::CouldNotTell => "could_not_tell",
            Self::Failed => "failed",
            Self::LoginRejected => "login_rejected",
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn any_verdict() -> impl Strategy<Value = Verdict> {
        prop::sample::select(vec![
            Verdict::Passed,
            Verdict::Warnings,
            Verdict::CouldNotTell,
            Verdict::Failed,
            Verdict::LoginRejected,
        ])
    }

    proptest! {
        #[test]
        fn a_roll_up_is_never_better_than_its_worst_part(parts in prop::collection::vec(any_verdict(), 1..20)) {
            let whole = Verdict::roll_up(parts.clone());
            prop_assert!(parts.iter().all(|part| *part <= whole));
            prop_assert!(parts.contains(&whole));
        }
    }

    #[test]
    fn each_has_a_word() {
        let all = [
            Verdict::Passed,
            Verdict::Warnings,
            Verdict::CouldNotTell,
            Verdict::Failed,
            Verdict::LoginRejected,
        ];
        let words = all.map(|verdict| verdict.to_string());
        assert_eq!(words, ["passed", "warnings", "could_not_tell", "failed", "login_rejected"]);
    }

    #[test]
    fn nothing_looked_at_is_not_a_pass() {
        assert_eq!(Verdict::roll_up([]), Verdict::CouldNotTell);
    }
}
