//! What a person sees.

use super::*;
use crate::registration::{Action, Stop};

fn seen(facts: &[Fact]) -> View {
    view(&after(facts))
}

#[rstest]
#[case(1, &[Action::EnterAddress])]
#[case(2, &[Action::EnterAddress])]
#[case(3, &[Action::LogIn, Action::EnterAddress])]
#[case(4, &[Action::EnterAddress])]
#[case(5, &[])]
#[case(6, &[Action::ChooseSetUp, Action::EnterAddress])]
#[case(7, &[Action::AcceptDisclaimer, Action::EnterAddress])]
#[case(8, &[Action::EnterAddress])]
#[case(9, &[Action::EnterCode, Action::CheckAgain, Action::EnterAddress])]
#[case(10, &[Action::EnterAddress])]
#[case(11, &[Action::EnterAddress])]
#[case(12, &[])]
fn the_foremost_action_comes_first(#[case] count: usize, #[case] actions: &[Action]) {
    let shown = seen(&history()[..count]);
    assert_eq!(shown.actions, actions);
    assert_eq!(shown.environment.is_some(), count >= 3);
    assert_eq!(shown.code, matches!(count, 10 | 11).then_some(CodeShape::Code));
    assert_eq!(shown.infrastructure, (count == 12).then(infrastructure));
    let ahead = Step::ALL.iter().filter(|step| **step > shown.open);
    assert!(ahead.map(|step| shown.status(*step)).all(|status| status == StepStatus::Ahead));
}

#[test]
fn who_joins_an_infrastructure_needs_none_of_the_steps_between() {
    let joined = Fact::Joined { infrastructure: infrastructure() };
    let shown = seen(&[history()[..6].to_vec(), vec![joined]].concat());
    let skipped = [Step::Welcome, Step::Disclaimer, Step::Check, Step::ActivationCode];
    assert_eq!(skipped.map(|step| shown.status(step)), [StepStatus::NotNeeded; 4]);
    assert_eq!([Step::Address, Step::LogIn].map(|step| shown.status(step)), [StepStatus::Done; 2]);
    assert_eq!((shown.progress(), shown.infrastructure), ((7, 7), Some(infrastructure())));
}

#[test]
fn a_recent_platform_needs_no_code() {
    let targets = vec![target("dev.acme.example", Status::Passed)];
    let passed = Fact::CheckPassed { environment: dev("11.20.0"), code_needed: false, targets };
    let shown = seen(&[history()[..8].to_vec(), vec![passed]].concat());
    let steps = [Step::Check, Step::ActivationCode, Step::Registered].map(|step| shown.status(step));
    assert_eq!(steps, [StepStatus::Done, StepStatus::NotNeeded, StepStatus::Running]);
    assert_eq!(shown.progress(), (6, 7));
}

#[test]
fn what_stopped_a_step_is_shown_with_what_was_found() {
    let finding = found(Question::EnvVersion, Status::Failed);
    let findings = vec![finding.clone()];
    let failed = vec![target("dev.acme.example", Status::Unknown)];
    for (count, fact, stop, expected) in [
        (2, Fact::AddressRefused { findings: findings.clone() }, Stop::Address, finding.clone()),
        (
            5,
            Fact::LogInStopped { stop: LogInStop::Denied, findings },
            Stop::LogIn(LogInStop::Denied),
            finding.clone(),
        ),
        (8, Fact::CheckFailed { targets: failed.clone() }, Stop::Check, failed[0].findings[0].clone()),
    ] {
        let shown = seen(&[history()[..count].to_vec(), vec![fact]].concat());
        assert_eq!((shown.status(shown.open), shown.stop), (StepStatus::Stopped, Some(stop)));
        assert_eq!(shown.findings[0].findings, [expected]);
    }
    let nothing = Fact::AddressRefused { findings: Vec::new() };
    assert_eq!(seen(&[history()[..2].to_vec(), vec![nothing]].concat()).findings, []);
}

#[test]
fn that_a_code_is_needed_is_said_until_it_was_given() {
    let needed = Found {
        reason: Some(ib_domain::reason::Reason::ActivationCodeNeeded),
        ..found(Question::EnvVersion, Status::Warning)
    };
    let other = found(Question::EnvRole, Status::Passed);
    let mut facts = history();
    let development = address("dev.acme.example");
    facts[8] = Fact::CheckPassed {
        environment: dev("11.7.5"),
        code_needed: true,
        targets: vec![Target::development(&development, &[needed, other])],
    };
    let said = |count: usize| {
        let found = seen(&facts[..count]).findings.remove(0).findings;
        found.into_iter().map(|found| found.check).collect::<Vec<_>>()
    };
    let (both, one) = (vec![Question::EnvVersion, Question::EnvRole], vec![Question::EnvRole]);
    assert_eq!([9, 10, 11, 12].map(said), [both.clone(), both, one.clone(), one]);
    assert_eq!(seen(&facts).progress(), (7, 7));
}

#[test]
fn the_names_on_the_wire_are_a_promise() {
    let steps = ["address", "log-in", "welcome", "disclaimer", "check", "activation-code", "registered"];
    assert_eq!(Step::ALL.map(Step::id), steps);
    let statuses = [
        StepStatus::Done,
        StepStatus::Open,
        StepStatus::Running,
        StepStatus::Stopped,
        StepStatus::Ahead,
        StepStatus::NotNeeded,
    ];
    assert_eq!(statuses.map(StepStatus::id), ["done", "open", "running", "stopped", "ahead", "not_needed"]);
    let in_the_way = [
        (Stop::Address, "address.refused"),
        (Stop::LogIn(LogInStop::Refused), "log_in.refused"),
        (Stop::LogIn(LogInStop::Unproven), "log_in.unproven"),
        (Stop::LogIn(LogInStop::Denied), "log_in.permission_denied"),
        (Stop::LogIn(LogInStop::Unverified), "log_in.permission_unverified"),
        (Stop::LogIn(LogInStop::Unanswered), "log_in.unanswered"),
        (Stop::LogIn(LogInStop::Forgotten), "log_in.waiting_for_log_in"),
        (Stop::LogIn(LogInStop::OtherEnvironment), "log_in.other_environment"),
        (Stop::Check, "check.failed"),
        (Stop::Code(CodeStop::Refused), "activation_code.refused"),
        (Stop::Code(CodeStop::Unavailable), "activation_code.unavailable"),
        (Stop::Code(CodeStop::Forgotten), "activation_code.forgotten"),
    ];
    for (stop, id) in in_the_way {
        assert_eq!(stop.id(), id);
    }
}
