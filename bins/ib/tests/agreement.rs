//! Whatever was found: every format tells the same verdict and the same exit code, and none lets a remote
//! text speak to the terminal.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a helper that panics fails its test")]

use std::time::SystemTime;

use ib::conclusion::Conclusion;
use ib::format::Format;
use ib::look::Look;
use ib_api::exit::{Exit, FailOn};
use ib_domain::check::Check;
use ib_domain::environment::Purpose;
use ib_domain::environment::Role;
use ib_domain::finding::{Evidence, Finding, Outcome};
use ib_domain::reason::Reason;
use ib_domain::report::{Report, TargetReport};
use ib_domain::verdict::Verdict;
use proptest::prelude::*;

/// What a format says, read back from its text alone.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Said {
    verdict: String,
    exit: u64,
}

fn id(words: &str) -> String {
    match words {
        "passed" => "passed",
        "passed with warnings" => "warnings",
        "could not tell" => "could_not_tell",
        "failed" => "failed",
        "log-in rejected" => "login_rejected",
        other => panic!("no verdict: {other:?}"),
    }
    .to_owned()
}

/// The first line of `text` is symbol, words, two blanks, the rest.
fn said_by_text(text: &str) -> String {
    let (_, rest) = text.lines().next().unwrap().split_once(' ').unwrap();
    id(&rest.split_once("  ").unwrap().0.trim().to_lowercase())
}

fn said_by_short(text: &str) -> Said {
    let rest = text.lines().next().unwrap().strip_prefix("ib check: ").unwrap();
    let (words, exit) = rest.split_once(" (exit ").unwrap();
    Said { verdict: id(words), exit: exit.trim_end_matches(')').parse().unwrap() }
}

fn said_by_json(text: &str) -> Said {
    let value: serde_json::Value = serde_json::from_str(text).unwrap();
    Said { verdict: value["verdict"].as_str().unwrap().to_owned(), exit: value["exit"].as_u64().unwrap() }
}

fn said_by_junit(text: &str) -> Said {
    let report = quick_junit::Report::deserialize_from_str(text).unwrap();
    let properties = &report.test_suites[0].properties;
    let value = |name: &str| properties.iter().find(|p| p.name.as_str() == name).unwrap().value.to_string();
    Said { verdict: value("overall.verdict"), exit: value("overall.exit").parse().unwrap() }
}

fn any_outcome() -> impl Strategy<Value = Outcome> {
    let reason = || prop::sample::select(Reason::ALL);
    prop_oneof![
        3 => Just(Outcome::Passed),
        3 => reason().prop_map(Outcome::of),
        1 => reason().prop_map(|reason| Outcome::Skipped { reason, why: "it is known".to_owned() }),
        1 => Just(Outcome::NotApplicable { why: "no IT user was given" }),
        1 => prop::sample::select(Check::ALL).prop_map(|because| Outcome::NotEvaluated { because }),
    ]
}

fn any_finding() -> impl Strategy<Value = Finding> {
    (prop::sample::select(Check::ALL), any_outcome(), any::<String>(), any::<Option<String>>()).prop_map(
        |(check, outcome, observed, issuer)| {
            let evidence = Evidence::new().observed(observed).detail("issuer", issuer.unwrap_or_default());
            Finding::new(check, outcome, SystemTime::UNIX_EPOCH).with(evidence)
        },
    )
}

fn any_target() -> impl Strategy<Value = TargetReport> {
    let role = prop_oneof![
        Just(Role::LifeTime),
        Just(Role::Environment(Purpose::Development)),
        Just(Role::Environment(Purpose::Production)),
    ];
    ("[a-z]{1,12}\\.acme\\.example", role, prop::collection::vec(any_finding(), 1..6))
        .prop_map(|(host, role, findings)| TargetReport::new(host, role, findings))
}

fn any_report() -> impl Strategy<Value = Report> {
    prop::collection::vec(any_target(), 1..4).prop_map(Report::new)
}

fn any_threshold() -> impl Strategy<Value = FailOn> {
    prop_oneof![Just(FailOn::Failed), Just(FailOn::Warning)]
}

proptest! {
    #[test]
    fn every_format_says_the_same(report in any_report(), fail_on in any_threshold(), width in 40_usize..120) {
        let exit = Exit::of(report.verdict(), fail_on);
        let expected = Said { verdict: report.verdict().id().to_owned(), exit: u64::from(exit.code()) };
        let conclusion = Conclusion::new(report, fail_on);
        prop_assert_eq!(conclusion.exit, exit);

        let look = Look { width, ..Look::default() };
        let render = |format: Format| format.render(&conclusion, look);
        prop_assert_eq!(said_by_text(&render(Format::Text)), &*expected.verdict);
        prop_assert_eq!(said_by_short(&render(Format::Short)), expected.clone());
        prop_assert_eq!(said_by_json(&render(Format::Json)), expected.clone());
        prop_assert_eq!(said_by_json(render(Format::Ndjson).lines().last().unwrap()), expected.clone());
        prop_assert_eq!(said_by_junit(&render(Format::Junit)), expected.clone());
    }

    #[test]
    fn no_remote_text_speaks_to_the_terminal(report in any_report()) {
        let conclusion = Conclusion::new(report, FailOn::Failed);
        for format in Format::ALL {
            let text = format.render(&conclusion, Look::default());
            let bad = text.chars().find(|c| c.is_control() && *c != '\n');
            prop_assert_eq!(bad, None, "{:?}", format);
        }
    }

    #[test]
    fn each_line_of_the_stream_is_one_object_and_the_first_names_the_schema(report in any_report()) {
        let findings: usize = report.targets.iter().map(|target| target.findings.len() + 1).sum();
        let text = Format::Ndjson.render(&Conclusion::new(report, FailOn::Failed), Look::default());
        let lines: Vec<serde_json::Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        prop_assert_eq!(&lines[0]["schema"], "ib.check.events/1");
        prop_assert_eq!(lines.len(), findings + 2);
        prop_assert!(lines.iter().all(|line| line["event"].is_string()));
    }

    #[test]
    fn junit_counts_what_is_in_it(report in any_report()) {
        let count = |statuses: &[&str]| {
            let findings = report.targets.iter().flat_map(|target| &target.findings);
            findings.filter(|finding| statuses.contains(&finding.outcome.status())).count()
        };
        let (failures, errors) = (count(&["failed"]), count(&["unknown", "not_evaluated"]));
        let skipped = count(&["skipped", "not_applicable"]);
        let text = Format::Junit.render(&Conclusion::new(report.clone(), FailOn::Failed), Look::default());
        let read = quick_junit::Report::deserialize_from_str(&text).unwrap();
        prop_assert_eq!((read.failures, read.errors, read.skipped), (failures, errors, skipped));
    }
}

#[test]
fn an_interruption_is_no_pass() {
    let passed = Finding::new(Check::NetName, Outcome::Passed, SystemTime::UNIX_EPOCH);
    let target = TargetReport::new("dev.acme.example", Role::LifeTime, vec![passed]);
    let open = Conclusion::interrupted(Report::new(vec![target.clone()]), vec!["qa.acme.example".to_owned()]);
    assert_eq!((open.verdict, open.exit), (Verdict::CouldNotTell, Exit::Interrupted));
    let done = Conclusion::interrupted(Report::new(vec![target]), Vec::new());
    assert_eq!((done.verdict, done.exit), (Verdict::Passed, Exit::Interrupted));
}
