//! Everything that was found about one environment, or about many.

use crate::environment::Role;
use crate::finding::{Finding, Outcome};
use crate::verdict::Verdict;
use crate::waiver::Waiver;

/// All findings about one address, in the order of the layers.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct TargetReport {
    /// The address, as it was understood; as it was typed where it was not.
    pub address: String,
    /// What it was looked at as.
    pub role: Role,
    /// One per check.
    pub findings: Vec<Finding>,
}

impl TargetReport {
    /// A report that holds `findings` in the order of the layers.
    pub fn new(address: impl Into<String>, role: Role, mut findings: Vec<Finding>) -> Self {
        findings.sort_by_key(|finding| finding.check);
        Self { address: address.into(), role, findings }
    }

    /// The worst of its parts.
    pub fn verdict(&self) -> Verdict {
        Verdict::roll_up(self.findings.iter().map(Verdict::of))
    }

    /// The first finding that made the verdict what it is.
    pub fn decisive(&self) -> Option<&Finding> {
        let verdict = self.verdict();
        self.findings
            .iter()
            .filter(|finding| finding.outcome.reason().is_some())
            .find(|f| Verdict::of(f) == verdict)
    }

    /// Whether asking again may change the verdict: something is unknown or failed, and nothing that
    /// stands in the way stays until somebody changes something.
    pub fn is_worth_waiting_for(&self) -> bool {
        use crate::reason::Retry;
        let mut open = self.findings.iter().filter_map(|finding| match finding.outcome {
            Outcome::Failed(reason) | Outcome::Unknown(reason) => Some(reason.entry().retry),
            _ => None,
        });
        let first = open.next();
        first == Some(Retry::Retryable) && open.all(|retry| retry == Retry::Retryable)
    }
}

/// A whole report.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Report {
    /// One per address, in the order in which they were given.
    pub targets: Vec<TargetReport>,
}

impl Report {
    /// A report on `targets`.
    pub const fn new(targets: Vec<TargetReport>) -> Self {
        Self { targets }
    }

    /// The worst of its parts; a report on nothing tells nothing.
    pub fn verdict(&self) -> Verdict {
        Verdict::roll_up(self.targets.iter().map(TargetReport::verdict))
    }

    /// Applies the waivers and returns those that matched nothing.
    pub fn waive<'w>(&mut self, waivers: &'w [Waiver]) -> Vec<&'w Waiver> {
        let mut unused = Vec::new();
        for waiver in waivers {
            let mut used = false;
            for target in &mut self.targets {
                let host = target.address.split(':').next().unwrap_or_default().to_owned();
                for finding in &mut target.findings {
                    used |= waiver.apply(&host, finding);
                }
            }
            if !used {
                unused.push(waiver);
            }
        }
        unused
    }
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use super::*;
    use crate::check::Check;
    use crate::environment::Purpose;
    use crate::reason::Reason;

    fn finding(check: Check, outcome: Outcome) -> Finding {
        Finding::new(check, outcome, SystemTime::UNIX_EPOCH)
    }

    fn report(findings: Vec<Finding>) -> Report {
        let role = Role::Environment(Purpose::Development);
        Report::new(vec![TargetReport::new("prod.acme.example", role, findings)])
    }

    #[test]
    fn a_waived_warning_no_longer_counts_and_an_unused_waiver_is_named() {
        let mut report = report(vec![
            finding(Check::NetName, Outcome::Passed),
            finding(Check::EnvRole, Outcome::of(Reason::LooksLikeProduction)),
        ]);
        assert_eq!(report.verdict(), Verdict::Warnings);
        let waivers = [
            "SETUP-ENV-011@prod.acme.example=known".parse().unwrap(),
            "SETUP-ENV-011@dev.acme.example=known".parse().unwrap(),
        ];
        assert_eq!(report.waive(&waivers), [&waivers[1]]);
        assert_eq!(report.verdict(), Verdict::Passed);
        assert_eq!(report.targets[0].findings[1].outcome.status(), "skipped");
    }

    #[test]
    fn only_what_may_pass_by_itself_is_worth_waiting_for() {
        let gateway = || finding(Check::NetHttp, Outcome::of(Reason::HttpGateway));
        let after = || finding(Check::EnvVersion, Outcome::NotEvaluated { because: Check::NetHttp });
        assert!(report(vec![gateway(), after()]).targets[0].is_worth_waiting_for());
        let old = finding(Check::EnvVersion, Outcome::of(Reason::VersionTooOld));
        assert!(!report(vec![gateway(), old]).targets[0].is_worth_waiting_for());
        assert!(!report(vec![]).targets[0].is_worth_waiting_for());
    }

    #[test]
    fn a_rejected_log_in_outweighs_a_failed_check() {
        let report = report(vec![
            finding(Check::EnvVersion, Outcome::of(Reason::VersionTooOld)),
            finding(Check::UserLogin, Outcome::of(Reason::LoginRefused)),
        ]);
        assert_eq!(report.verdict(), Verdict::LoginRejected);
        assert_eq!(report.targets[0].decisive().map(|finding| finding.check), Some(Check::UserLogin));
    }
}
