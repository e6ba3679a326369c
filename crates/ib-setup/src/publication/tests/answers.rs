//! What the world's answers lead to, in the less usual cases.

use super::*;

fn found(reason: Reason) -> Found {
    Found::of_reason(reason, "dev.acme.example")
}

/// One dependency is missing, and is about to be sent.
fn one_missing() -> Bench {
    Bench::started(both(Some(present("2.4.0")), None))
}

fn accepted(messages: Vec<Message>) -> Answer {
    Answer::Accepted { publication: 7, messages }
}

/// Validated after it was sent twice.
fn sent_twice() -> Bench {
    let mut bench = one_missing();
    bench.answer(no_answer());
    bench.answer(Answer::ReadBack(None));
    bench.answer(accepted(Vec::new()));
    bench.stop();
    bench
}

#[test]
fn who_may_not_publish_begins_nothing() {
    let mut bench = Bench::with(both(None, None));
    bench.start().unwrap();
    bench.answer(Answer::Forbidden(Box::new(found(Reason::LevelMissing))));
    let stop = view(&bench.state).run.unwrap().stop;
    assert_eq!((bench.run(), stop), (RunStatus::Ended, Some(found(Reason::LevelMissing))));
}

#[test]
fn what_keeps_another_item_from_being_sent_is_passed_over() {
    let there = both(Some(present("2.4.0")), None);
    let mut bench = Bench::with(there.clone());
    bench.start().unwrap();
    let kept = vec![(A, found(Reason::PackageMissing))];
    let facts = bench.answer(Answer::Prepared { survey: there.clone(), refused: None, kept });
    assert_eq!(facts, [Fact::Surveyed { survey: there }, Fact::Prepared]);
}

#[rstest]
#[case(Answer::NoPackage(Box::new(found(Reason::PackageMissing))), Reason::PackageMissing)]
#[case(Answer::Forbidden(Box::new(found(Reason::PublicationForbidden))), Reason::PublicationForbidden)]
fn what_cannot_be_sent_has_failed(#[case] answer: Answer, #[case] reason: Reason) {
    let mut bench = one_missing();
    bench.answer(answer);
    assert_eq!((bench.code(&B), bench.run()), (Some(reason), RunStatus::Ended));
}

#[test]
fn what_is_said_when_a_package_is_taken_on_or_not_is_kept() {
    let said = |facts: &[Fact]| facts.iter().any(|fact| matches!(fact, Fact::Said { .. }));
    let words = || vec![message(1, MessageSeverity::Warning, "Old style")];
    for (messages, is_said) in [(words(), true), (Vec::new(), false)] {
        assert_eq!(said(&one_missing().answer(accepted(messages.clone()))), is_said);
        assert_eq!(said(&one_missing().answer(Answer::NotAccepted { messages })), is_said);
    }
}

#[test]
fn the_last_number_is_kept_also_where_nothing_new_was_said() {
    let mut bench = one_missing();
    bench.answer(accepted(Vec::new()));
    let nothing = |last| Answer::Heard { messages: Vec::new(), last, is_finished: false };
    let kept = |last| vec![Fact::Said { item: B, messages: Vec::new(), last }];
    let heard = [5, 5, 6].map(|last| bench.answer(nothing(last)));
    assert_eq!(heard, [kept(5), vec![], kept(6)]);
}

#[test]
fn an_environment_that_publishes_for_somebody_else_is_waited_for_not_for_ever() {
    let mut bench = one_missing();
    let busy = || {
        let words = message(0, MessageSeverity::Error, "The application is already being published.");
        Answer::NotAccepted { messages: vec![words] }
    };
    for expected in [ItemStatus::Busy, ItemStatus::Busy, ItemStatus::Failed] {
        bench.answer(busy());
        assert_eq!(bench.status(&B), expected);
        if expected == ItemStatus::Busy {
            bench.answer(Answer::ReadBack(None));
        }
        bench.now = bench.now.plus(BUSY_LIMIT / 2);
    }
    assert_eq!(bench.code(&B), Some(Reason::PublicationInterrupted));
}

#[test]
fn what_was_installed_is_not_looked_for_again_at_the_end() {
    let mut bench = one_missing();
    bench.answer(accepted(Vec::new()));
    bench.stop();
    bench.answer(Answer::Told);
    bench.hear(Vec::new(), true);
    let facts = bench.answer(Answer::ReadBack(Some(present("2.4.0"))));
    assert_eq!(facts, [Fact::Done { item: B, present: present("2.4.0") }, Fact::Ended { found: None }]);
}

#[test]
fn what_came_after_all_is_taken_back_and_done() {
    let mut bench = sent_twice();
    bench.answer(Answer::ReadBack(Some(present("2.4.0"))));
    assert!(matches!(owed(&bench.state), Some(Effect::Abort { .. })));
    bench.answer(Answer::Told);
    assert_eq!((bench.status(&B), bench.run()), (ItemStatus::Done, RunStatus::Ended));

    let mut bench = sent_twice();
    bench.answer(Answer::ReadBack(None));
    assert!(matches!(owed(&bench.state), Some(Effect::Continue { .. })));
}

#[test]
fn while_nobody_is_logged_in_a_person_cancels_at_once() {
    let cancel = || Command::Cancel { by: holder("maria"), item: Some(A) };
    let mut bench = Bench::validating();
    bench.answer(Answer::NoLogIn);
    assert_eq!(bench.command(cancel()).unwrap()[0], Fact::Cancelled { item: A });
    assert_eq!(bench.run(), RunStatus::Ended, "what needs it cannot be begun");
}

#[test]
fn after_a_publication_it_is_looked_again() {
    let mut bench = Bench::with(both(None, None));
    bench.start().unwrap();
    bench.command(Command::Cancel { by: holder("maria"), item: None }).unwrap();
    assert_eq!(owed(&bench.state), None);
    bench.command(Command::Look(holder("maria"))).unwrap();
    assert_eq!(owed(&bench.state), Some(Effect::Look { by: holder("maria") }));
}

#[test]
fn an_environment_that_falls_silent_before_the_first_item_ends_the_publication() {
    let mut bench = Bench::with(both(None, None));
    bench.start().unwrap();
    bench.answer(no_answer());
    bench.wait(SILENCE_LIMIT);
    let run = view(&bench.state).run.unwrap();
    assert_eq!(run.stop.and_then(|found| found.reason), Some(Reason::HttpNoAnswer));
    assert_eq!((bench.status(&A), bench.run()), (ItemStatus::Queued, RunStatus::Ended));
}
