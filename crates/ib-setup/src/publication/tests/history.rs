//! What is recorded, and what cannot have happened.

use super::*;

fn refused(state: &State, fact: &Fact) -> bool {
    let event = Event::new(NOW, fact.clone());
    match state.clone().apply(&event) {
        Ok(_) => false,
        Err(error) => {
            assert_eq!(*error.fact, *fact);
            true
        }
    }
}

fn each_refused(state: &State, facts: Vec<Fact>) {
    for fact in facts {
        assert!(refused(state, &fact), "{fact:?}");
    }
}

fn found() -> Found {
    Found::of_reason(Reason::HttpNoAnswer, "dev.acme.example")
}

/// What can happen to an item on its way.
fn facts_about(item: &Item) -> Vec<Fact> {
    let item = || item.clone();
    vec![
        Fact::Sending { item: item(), fence: 1 },
        Fact::Unsent { item: item(), is_busy: true },
        Fact::Unsent { item: item(), is_busy: false },
        Fact::Absent { item: item() },
        Fact::Accepted { item: item(), publication: 7 },
        Fact::Said { item: item(), messages: Vec::new(), last: 0 },
        Fact::Validated { item: item() },
        Fact::Withdrawn { item: item(), found: None, present: None },
        Fact::Continued { item: item() },
        Fact::Deployed { item: item() },
        Fact::Failed { item: item(), found: Box::new(found()) },
        Fact::Cancelled { item: item() },
        Fact::Done { item: item(), present: present("2.4.0") },
    ]
}

/// The places in [`facts_about`] of those that may happen now.
fn legal(bench: &Bench, item: &Item) -> Vec<usize> {
    let facts = facts_about(item).into_iter().enumerate();
    facts.filter(|(_, fact)| !refused(&bench.state, fact)).map(|(place, _)| place).collect()
}

#[test]
fn an_item_goes_no_other_way() {
    let ends = [10, 11, 12];
    let legal_now = |bench: &Bench, on: &[usize]| {
        assert_eq!(legal(bench, &A), [on, &ends].concat(), "{:?}", bench.status(&A));
    };
    let mut bench = Bench::started(both(None, None));
    legal_now(&bench, &[0, 3]);
    bench.command(Command::Begin { effect: owed(&bench.state).unwrap(), fence: 1 }).unwrap();
    legal_now(&bench, &[1, 2, 4, 5]);
    let effect = Effect::Send { run: 1, item: A, attempt: 0 };
    let answer = Answer::Accepted { publication: 7, messages: Vec::new() };
    bench.command(Command::Conclude { effect, answer }).unwrap();
    legal_now(&bench, &[2, 5, 6, 7]);
    bench.stop();
    legal_now(&bench, &[8]);
    bench.answer(Answer::Told);
    legal_now(&bench, &[5, 9]);
    bench.hear(Vec::new(), true);
    legal_now(&bench, &[]);
    bench.answer(Answer::ReadBack(Some(present("2.4.0"))));
    assert_eq!(legal(&bench, &A), [] as [usize; 0], "it is over");
}

#[test]
fn what_was_sent_twice_is_looked_at_before_step_2() {
    let mut bench = Bench::started(both(None, None));
    bench.answer(no_answer());
    bench.answer(Answer::ReadBack(None));
    bench.answer(Answer::Accepted { publication: 8, messages: Vec::new() });
    bench.stop();
    assert!(matches!(owed(&bench.state), Some(Effect::Recognise { .. })));
    assert_eq!(legal(&bench, &A), [3, 7, 10, 11, 12]);
}

#[test]
fn a_publication_goes_no_other_way() {
    let (by, other) = (holder("maria"), Item::Integration("Orders".parse().unwrap()));
    let started = || Fact::Started { by: holder("maria"), plan: Vec::new() };
    let bench = Bench::with(both(None, None));
    each_refused(
        &bench.state,
        vec![
            Fact::LookStopped { found: Box::new(found()) },
            Fact::MarkRequested { integration: "Orders".parse().unwrap() },
            Fact::Prepared,
            Fact::Ended { found: None },
            Fact::RetryRequested { item: A, by: by.clone() },
            Fact::Done { item: A, present: present("2.4.0") },
        ],
    );
    let mut bench = Bench::started(both(None, None));
    each_refused(
        &bench.state,
        vec![
            Fact::LookRequested { by: by.clone() },
            started(),
            Fact::Prepared,
            Fact::WentOn { by: by.clone() },
            Fact::RetryRequested { item: A, by: by.clone() },
            Fact::CancelRequested { item: other.clone() },
            Fact::Sending { item: other, fence: 1 },
        ],
    );
    bench.answer(no_answer());
    each_refused(&bench.state, vec![Fact::FellSilent { found: Box::new(found()) }]);
    bench.command(Command::Cancel { by: by.clone(), item: None }).unwrap();
    assert_eq!(bench.run(), RunStatus::Ended);
    each_refused(&bench.state, vec![Fact::Ended { found: None }, Fact::AnsweredAgain, Fact::LogInAwaited]);
    assert!(!refused(&bench.state, &started()));
    assert!(!refused(&bench.state, &Fact::LookRequested { by }));

    let mut bench = Bench::validating();
    bench.answer(Answer::NoLogIn);
    each_refused(&bench.state, vec![Fact::LogInAwaited]);
}

#[test]
fn the_end_of_a_publication_makes_every_plan_another_one() {
    let mut bench = Bench::with(both(None, None));
    bench.start().unwrap();
    let edition = bench.state.edition;
    bench.command(Command::Cancel { by: holder("maria"), item: None }).unwrap();
    assert_eq!((bench.run(), bench.state.edition), (RunStatus::Ended, edition + 1));
}

#[test]
fn a_history_is_read_as_far_as_it_is_sound() {
    let events: Vec<_> =
        [Fact::LookRequested { by: holder("maria") }, Fact::Surveyed { survey: both(None, None) }]
            .map(|fact| Event::new(NOW, fact))
            .into();
    let state = replay(&events).unwrap();
    assert_eq!(state, Bench::with(both(None, None)).state);
    let damaged = events.iter().chain([&events[0], &events[1]]);
    assert!(replay(damaged.clone()).is_ok());
    let ended = Event::new(NOW, Fact::Ended { found: None });
    assert_eq!(*replay(damaged.chain([&ended])).unwrap_err().fact, ended.fact);
}

#[test]
fn events_are_read_back_and_another_version_is_refused() {
    let mut bench = Bench::with(both(None, None));
    let edition = bench.state.edition;
    let start = Command::Start { by: holder("maria"), edition, only: BTreeSet::new() };
    for event in decide(&bench.state, start, NOW).unwrap() {
        let text = serde_json::to_string(&event).unwrap();
        assert_eq!(serde_json::from_str::<Event>(&text).unwrap(), event);
        let other = text.replace("\"version\":1", "\"version\":2");
        assert!(serde_json::from_str::<Event>(&other).is_err());
    }
    bench.start().unwrap();
    assert!(matches!(bench.state.run, Some(Run { stage: Stage::Preparing, .. })));
}
