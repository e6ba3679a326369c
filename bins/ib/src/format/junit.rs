//! `--output junit`: one test suite per address, one test case per check.

use ib_domain::finding::{Finding, Outcome};
use ib_domain::report::TargetReport;
use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use crate::conclusion::Conclusion;

/// The document. The verdict and exit code on everything stand as properties in each suite, because the
/// format has no place for them at the top.
pub(super) fn render(conclusion: &Conclusion) -> String {
    let mut report = Report::new("ib check");
    report.add_test_suites(conclusion.report.targets.iter().map(|target| suite(conclusion, target)));
    let mut text = report.to_string().unwrap_or_default();
    if !text.ends_with('\n') {
        text.push('\n');
    }
    text
}

fn suite(conclusion: &Conclusion, target: &TargetReport) -> TestSuite {
    let mut suite = TestSuite::new(target.address.as_str());
    suite.add_property(("role", ib_api::check::role(&target.role).as_str()));
    suite.add_property(("verdict", target.verdict().id()));
    suite.add_property(("overall.verdict", conclusion.verdict.id()));
    suite.add_property(("overall.exit", conclusion.exit.code().to_string().as_str()));
    let time = target.findings.iter().map(|finding| finding.duration).sum();
    suite.set_time(time);
    suite.add_test_cases(target.findings.iter().map(|finding| case(target, finding)));
    suite
}

fn case(target: &TargetReport, finding: &Finding) -> TestCase {
    let host = target.address.as_str();
    let message = finding.message(host);
    let status = match &finding.outcome {
        Outcome::Passed | Outcome::Warning(_) => TestCaseStatus::success(),
        Outcome::Failed(_) => trouble(NonSuccessKind::Failure, finding, host),
        Outcome::Skipped { why, .. } => skipped(&format!("{message} Accepted: {why}")),
        Outcome::NotApplicable { .. } => skipped(&message),
        _ => trouble(NonSuccessKind::Error, finding, host),
    };
    let mut case = TestCase::new(finding.check.id(), status);
    case.set_classname(host);
    case.set_time(finding.duration);
    case.add_property(("status", finding.outcome.status()));
    if let Outcome::Warning(reason) = finding.outcome {
        case.set_system_out(format!(
            "warning {reason}: {message}\n{}",
            finding.action(host).unwrap_or_default()
        ));
    }
    case
}

fn skipped(message: &str) -> TestCaseStatus {
    let mut status = TestCaseStatus::skipped();
    status.set_message(message);
    status
}

/// A test case that is not good: type is the code, message what was seen, text the way out.
fn trouble(kind: NonSuccessKind, finding: &Finding, host: &str) -> TestCaseStatus {
    let mut status = TestCaseStatus::non_success(kind);
    status.set_message(finding.message(host));
    match finding.outcome.reason() {
        Some(reason) => {
            let (entry, action) = (reason.entry(), finding.action(host).unwrap_or_default());
            status.set_type(entry.code);
            let who = entry.who.label();
            status.set_description(format!(
                "Cause: {}\nAction: {action}\nWho: {who}\nMore: ib explain {}",
                entry.cause, entry.code
            ));
        }
        None => {
            status.set_type(finding.outcome.status());
        }
    }
    status
}
