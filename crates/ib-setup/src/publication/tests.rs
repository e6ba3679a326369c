//! What follows from commands and answers, one by one. The [exploration](super::explore) covers the rest.

mod answers;
mod history;
mod uploads;
mod views;

use std::collections::BTreeSet;

use ib_domain::address::EnvironmentAddress;
use ib_domain::dependency::DependencyId;
use ib_domain::dependency::digest::Sha256Digest;
use ib_domain::permission::user::Username;
use ib_domain::reason::Reason;
use rstest::rstest;

use super::run::{Run, Stage};
use super::*;
use crate::id::SetupId;

pub(super) const A: Item = Item::Dependency(DependencyId::CommonSharedServices);
pub(super) const B: Item = Item::Dependency(DependencyId::SecretManagerLocalService);

pub(super) fn holder(name: &str) -> Holder {
    Holder {
        setup: SetupId::new(name.len() as u128),
        username: Username::parse(name).unwrap(),
        address: EnvironmentAddress::parse("dev.acme.example").unwrap(),
    }
}

pub(super) fn present(version: &str) -> Present {
    Present { version: Some(version.parse().unwrap()), is_inconsistent: false }
}

pub(super) fn survey(found: &[(DependencyId, Option<Present>)], integrations: &[&str]) -> Survey {
    let needs = |id| match id {
        DependencyId::CommonSharedServices => BTreeSet::new(),
        _ => [DependencyId::CommonSharedServices].into(),
    };
    let surveyed = |(id, present): &(DependencyId, Option<Present>)| Surveyed {
        id: *id,
        wanted: "2.4.0".parse().unwrap(),
        digest: Sha256Digest::new([7; 32]),
        needs: needs(*id),
        present: *present,
        trouble: None,
    };
    let integration = |name: &&str| Integration {
        name: name.parse().unwrap(),
        modules: Vec::new(),
        is_inconsistent: false,
    };
    Survey {
        dependencies: found.iter().map(surveyed).collect(),
        integrations: integrations.iter().map(integration).collect(),
        catalogs: Catalogs::One,
    }
}

/// Both dependencies as they are there.
pub(super) fn both(a: Option<Present>, b: Option<Present>) -> Survey {
    survey(&[(DependencyId::CommonSharedServices, a), (DependencyId::SecretManagerLocalService, b)], &[])
}

pub(super) fn no_answer() -> Answer {
    Answer::NoAnswer(Box::new(Found::of_reason(Reason::HttpNoAnswer, "dev.acme.example")))
}

pub(super) fn message(id: i64, severity: MessageSeverity, text: &str) -> Message {
    Message { id: Some(id), severity, text: text.to_owned(), detail: String::new() }
}

/// Decides, and applies what follows.
fn go(state: &mut State, command: Command, now: Timestamp) -> Result<Vec<Fact>, Rejection> {
    let events = decide(state, command, now)?;
    for event in &events {
        *state = state.clone().apply(event).unwrap();
    }
    assert_eq!(State::from_snapshot(&state.snapshot()).as_ref(), Some(&*state));
    Ok(events.into_iter().map(|event| event.fact).collect())
}

pub(super) const NOW: Timestamp = Timestamp::from_millis(1_000);

/// A machine, an environment that does what is wanted, and a driver.
struct Bench {
    state: State,
    now: Timestamp,
}

impl Bench {
    /// After the first look.
    fn with(survey: Survey) -> Self {
        let mut bench = Self { state: State::default(), now: NOW };
        bench.command(Command::Look(holder("maria"))).unwrap();
        bench.answer(Answer::Surveyed(survey));
        bench
    }

    /// Prepared, and with the first item about to be sent.
    fn started(found: Survey) -> Self {
        let mut bench = Self::with(found.clone());
        bench.start().unwrap();
        bench.answer(Answer::Prepared { survey: found, refused: None, kept: Vec::new() });
        bench
    }

    /// With the first item taken on.
    fn validating() -> Self {
        let mut bench = Self::started(both(None, None));
        bench.answer(Answer::Accepted { publication: 7, messages: Vec::new() });
        bench
    }

    fn command(&mut self, command: Command) -> Result<Vec<Fact>, Rejection> {
        go(&mut self.state, command, self.now)
    }

    fn start(&mut self) -> Result<Vec<Fact>, Rejection> {
        let edition = self.state.edition;
        self.command(Command::Start { by: holder("maria"), edition, only: BTreeSet::new() })
    }

    /// The world answers what is owed; a package is recorded as being sent before.
    fn answer(&mut self, answer: Answer) -> Vec<Fact> {
        let effect = owed(&self.state).unwrap();
        if matches!(effect, Effect::Send { .. }) {
            self.command(Command::Begin { effect: effect.clone(), fence: 1 }).unwrap();
        }
        self.command(Command::Conclude { effect, answer }).unwrap()
    }

    fn hear(&mut self, messages: Vec<Message>, is_finished: bool) -> Vec<Fact> {
        let last = messages.iter().filter_map(|message| message.id).max();
        let after = match owed(&self.state) {
            Some(Effect::Listen { after, .. }) => after,
            other => panic!("{other:?}"),
        };
        self.answer(Answer::Heard { messages, last: last.unwrap_or(after), is_finished })
    }

    fn stop(&mut self) -> Vec<Fact> {
        self.hear(vec![message(1, MessageSeverity::Stop, "Validated")], false)
    }

    fn wait(&mut self, duration: Duration) -> Vec<Fact> {
        self.now = self.now.plus(duration);
        self.command(Command::Tick).unwrap()
    }

    fn status(&self, item: &Item) -> ItemStatus {
        self.item(item).status
    }

    fn item(&self, item: &Item) -> ItemView {
        let run = view(&self.state).run.unwrap();
        run.items.into_iter().find(|known| known.planned.item == *item).unwrap()
    }

    fn code(&self, item: &Item) -> Option<Reason> {
        self.item(item).found.and_then(|found| found.reason)
    }

    fn run(&self) -> RunStatus {
        view(&self.state).run.unwrap().status
    }
}

#[test]
fn an_item_goes_through_both_steps_and_is_read_back() {
    let mut bench = Bench::validating();
    bench.stop();
    assert_eq!(bench.status(&A), ItemStatus::Deploying);
    bench.answer(Answer::Told);
    bench.hear(vec![message(2, MessageSeverity::Warning, "Old style")], true);
    assert_eq!(bench.status(&A), ItemStatus::Deploying, "what was said last may come after the end");
    bench.hear(Vec::new(), true);
    assert_eq!(bench.status(&A), ItemStatus::Verifying);
    bench.answer(Answer::ReadBack(Some(present("2.4.0"))));
    assert_eq!((bench.status(&A), bench.item(&A).heard), (ItemStatus::Done, [2, 1, 0]));
    assert!(matches!(owed(&bench.state), Some(Effect::Send { item, .. }) if item == B));
    assert!(view(&bench.state).dependencies[0].due.is_none(), "what is known of it follows");
}

#[test]
fn what_is_not_as_it_should_be_is_not_done() {
    for (back, seen) in [
        (None, "not there"),
        (Some(present("2.3.0")), "version 2.3.0"),
        (Some(Present { is_inconsistent: true, ..present("2.4.0") }), "with modules that do not fit"),
        (Some(Present { version: None, is_inconsistent: false }), "no known version"),
    ] {
        let mut bench = Bench::validating();
        bench.stop();
        bench.answer(Answer::Told);
        bench.hear(Vec::new(), true);
        bench.answer(Answer::ReadBack(back));
        assert_eq!(bench.code(&A), Some(Reason::NotVerified));
        let found = bench.item(&A).found.unwrap();
        assert!(found.message.contains(seen), "{}", found.message);
        assert_eq!((bench.status(&B), bench.run()), (ItemStatus::Blocked, RunStatus::Ended));
    }
}

#[test]
fn errors_end_an_item_before_anything_is_deployed() {
    let mut bench = Bench::validating();
    let error = message(1, MessageSeverity::Error, "Incompatible Dependency.");
    bench.hear(vec![error, message(2, MessageSeverity::Stop, "Validated")], false);
    assert_eq!(bench.status(&A), ItemStatus::Cancelling);
    assert!(matches!(owed(&bench.state), Some(Effect::Abort { publication: 7, .. })));
    bench.answer(Answer::Told);
    assert_eq!(bench.code(&A), Some(Reason::PublicationErrors));
    let found = bench.item(&A).found.unwrap();
    assert_eq!(
        found.message,
        "dev.acme.example could not publish Common Shared Services: Incompatible Dependency."
    );
    assert_eq!(bench.run(), RunStatus::Ended, "what needs it cannot be begun");

    bench.command(Command::Retry { by: holder("nina"), item: A }).unwrap();
    assert_eq!((bench.status(&B), bench.run()), (ItemStatus::Queued, RunStatus::Working));
    bench.answer(Answer::ReadBack(None));
    assert!(matches!(owed(&bench.state), Some(Effect::Send { attempt: 0, .. })));
}

#[rstest]
#[case("The application is already being published.", None)]
#[case("You are not allowed to create an Application: X.", Some(Reason::PublicationForbidden))]
#[case("No space left.", Some(Reason::PublicationNotStarted))]
#[case("", Some(Reason::PublicationNotStarted))]
fn a_package_that_is_not_taken_on(#[case] words: &str, #[case] code: Option<Reason>) {
    let mut bench = Bench::started(both(None, None));
    let messages = if words.is_empty() { vec![] } else { vec![message(0, MessageSeverity::Error, words)] };
    bench.answer(Answer::NotAccepted { messages: messages.clone() });
    assert_eq!(bench.code(&A), code);
    assert_eq!(bench.state.is_busy(&A), code.is_none());
    if code.is_none() {
        assert_eq!(bench.status(&A), ItemStatus::Busy);
        bench.wait(BUSY_LIMIT / 2);
        bench.answer(Answer::ReadBack(None));
        bench.answer(Answer::NotAccepted { messages });
        bench.wait(BUSY_LIMIT / 2);
        assert_eq!(bench.code(&A), Some(Reason::PublicationInterrupted), "not for ever");
    }
}

#[test]
fn what_was_sent_without_an_answer_is_looked_at_before_it_is_sent_again() {
    let mut bench = Bench::started(both(None, None));
    for attempt in 0..ATTEMPTS {
        assert!(matches!(owed(&bench.state), Some(Effect::Send { attempt: sent, .. }) if sent == attempt));
        bench.answer(no_answer());
        if attempt + 1 < ATTEMPTS {
            assert!(matches!(owed(&bench.state), Some(Effect::Recognise { .. })));
            bench.answer(Answer::ReadBack(None));
        }
    }
    assert_eq!(bench.code(&A), Some(Reason::PublicationInterrupted));

    let mut bench = Bench::started(both(None, None));
    let effect = owed(&bench.state).unwrap();
    bench.command(Command::Begin { effect: effect.clone(), fence: 1 }).unwrap();
    let recover = owed(&bench.state).unwrap();
    assert!(matches!(recover, Effect::Recover { fence: 1, .. }), "{recover:?}");
    bench.command(Command::Conclude { effect: recover, answer: Answer::Told }).unwrap();
    bench.answer(Answer::ReadBack(Some(present("2.4.0"))));
    assert_eq!(bench.status(&A), ItemStatus::Done, "it is there after all");
    let late = Answer::Accepted { publication: 9, messages: Vec::new() };
    assert_eq!(bench.command(Command::Conclude { effect, answer: late }), Err(Rejection::NotAwaited));
}

#[test]
fn messages_are_kept_once_whatever_comes_twice() {
    let mut bench = Bench::validating();
    let info = |id| message(id, MessageSeverity::Info, "Compiling");
    let ids = |facts: Vec<Fact>| match facts.into_iter().next() {
        Some(Fact::Said { messages, .. }) => messages.into_iter().filter_map(|message| message.id).collect(),
        _ => Vec::new(),
    };
    assert_eq!(ids(bench.hear(vec![info(1), info(2), info(2)], false)), [1, 2]);
    assert_eq!(ids(bench.hear(vec![info(2), info(3)], false)), [3]);
    assert_eq!(ids(bench.hear(vec![info(1), info(3)], false)), [0_i64; 0]);
    assert_eq!(bench.item(&A).heard, [3, 0, 0]);
}

#[test]
fn a_late_answer_to_an_earlier_question_is_dropped() {
    let mut bench = Bench::validating();
    let early = owed(&bench.state).unwrap();
    bench.hear(vec![message(1, MessageSeverity::Info, "Compiling")], false);
    let answer = Answer::Heard { messages: Vec::new(), last: 0, is_finished: true };
    assert_eq!(bench.command(Command::Conclude { effect: early, answer }), Err(Rejection::NotAwaited));
}

#[test]
fn cancelling_waits_for_the_end_of_step_1_and_is_too_late_in_step_2() {
    let cancel = |item| Command::Cancel { by: holder("maria"), item };
    let mut bench = Bench::validating();
    assert_eq!(bench.command(cancel(Some(B))), Ok(vec![Fact::Cancelled { item: B }]));
    assert_eq!(bench.command(cancel(Some(A))), Ok(vec![Fact::CancelRequested { item: A }]));
    assert_eq!(bench.command(cancel(Some(A))), Ok(vec![]), "once is enough");
    bench.stop();
    assert!(matches!(owed(&bench.state), Some(Effect::Abort { .. })));
    bench.answer(Answer::Told);
    assert_eq!((bench.status(&A), bench.run()), (ItemStatus::Cancelled, RunStatus::Ended));

    let mut bench = Bench::validating();
    bench.stop();
    assert_eq!(bench.command(cancel(Some(A))), Err(Rejection::TooLate));
    bench.command(cancel(None)).unwrap();
    assert_eq!((bench.status(&A), bench.status(&B)), (ItemStatus::Deploying, ItemStatus::Cancelled));

    let mut bench = Bench::with(both(None, None));
    bench.start().unwrap();
    bench.command(cancel(None)).unwrap();
    assert_eq!(bench.run(), RunStatus::Ended, "before anything was begun");
}

#[test]
fn one_publication_at_a_time_and_its_holder_is_named() {
    let mut bench = Bench::validating();
    let (edition, by) = (bench.state.edition, holder("nina"));
    let held = Rejection::Held { by: holder("maria").username };
    let commands = [
        Command::Start { by: by.clone(), edition, only: BTreeSet::new() },
        Command::Retry { by: by.clone(), item: A },
        Command::Cancel { by: by.clone(), item: None },
    ];
    for command in commands {
        assert_eq!(bench.command(command), Err(held.clone()));
    }
    assert_eq!(bench.start(), Err(Rejection::UnderWay));
    assert_eq!(bench.command(Command::LoggedIn(by)), Ok(vec![]), "nobody waits for her");
}

#[test]
fn a_log_in_that_is_gone_parks_the_publication_and_any_log_in_goes_on_with_it() {
    let mut bench = Bench::validating();
    bench.answer(Answer::NoLogIn);
    assert_eq!((bench.run(), owed(&bench.state)), (RunStatus::WaitingForLogIn, None));
    assert_eq!(later(&bench.state), Some(bench.now.plus(LOG_IN_WAIT)), "somebody looks whether they came");
    bench.wait(ITEM_LIMIT * 2);
    bench.command(Command::LoggedIn(holder("nina"))).unwrap();
    assert_eq!(view(&bench.state).run.unwrap().by, holder("nina"));
    assert_eq!(bench.wait(ITEM_LIMIT / 2), [], "the time in which nobody was there does not count");
    bench.stop();
    assert_eq!(bench.status(&A), ItemStatus::Deploying);

    bench.answer(Answer::NoLogIn);
    bench.wait(LOG_IN_WAIT);
    assert_eq!((bench.code(&A), bench.run()), (Some(Reason::LoginForgotten), RunStatus::Ended));
}

#[test]
fn one_item_is_under_way_from_its_upload_to_its_end() {
    let mut bench = Bench::started(both(None, None));
    let current =
        |bench: &Bench| view(&bench.state).run.unwrap().current().map(|item| item.planned.item.clone());
    let under_way = |bench: &Bench| [A, B].map(|item| bench.status(&item).is_under_way());
    assert_eq!((current(&bench), under_way(&bench)), (None, [false, false]));
    bench.answer(Answer::Accepted { publication: 7, messages: Vec::new() });
    assert_eq!((current(&bench), under_way(&bench)), (Some(A), [true, false]));
    bench.hear(vec![message(1, MessageSeverity::Error, "Wrong")], true);
    bench.hear(Vec::new(), true);
    assert_eq!((bench.status(&A), under_way(&bench)), (ItemStatus::Failed, [false, false]));
}

#[test]
fn an_environment_that_does_not_answer_is_waited_for_not_for_ever() {
    let mut bench = Bench::validating();
    assert_eq!((bench.state.is_silent(), bench.state.silent_since()), (false, None));
    bench.wait(Duration::from_secs(1));
    assert_eq!(bench.state.changed(), Some(NOW), "waiting is no change");
    bench.answer(no_answer());
    assert_eq!((bench.state.is_silent(), bench.state.silent_since()), (true, Some(bench.now)));
    assert_eq!(bench.answer(no_answer()), [], "once is enough");
    assert!(view(&bench.state).run.unwrap().silence.is_some());
    assert_eq!(bench.hear(Vec::new(), false), [Fact::AnsweredAgain]);
    bench.answer(no_answer());
    assert_eq!(bench.wait(SILENCE_LIMIT / 2), []);
    bench.wait(SILENCE_LIMIT / 2);
    assert_eq!(bench.code(&A), Some(Reason::HttpNoAnswer));
}

#[test]
fn a_publication_that_takes_too_long_is_given_up() {
    let mut bench = Bench::validating();
    bench.wait(ITEM_LIMIT);
    assert!(matches!(owed(&bench.state), Some(Effect::Abort { .. })));
    bench.answer(Answer::Told);
    assert_eq!(bench.code(&A), Some(Reason::PublicationTimedOut));

    let mut bench = Bench::validating();
    bench.stop();
    bench.answer(Answer::Told);
    bench.wait(ITEM_LIMIT);
    assert_eq!(bench.code(&A), Some(Reason::PublicationTimedOut));
}

#[test]
fn rights_and_packages_are_looked_at_before_anything_is_sent() {
    let found = |reason| Found::of_reason(reason, "dev.acme.example");
    let mut bench = Bench::with(both(None, None));
    bench.start().unwrap();
    let refused = Some(Box::new(found(Reason::LevelMissing)));
    bench.answer(Answer::Prepared { survey: both(None, None), refused, kept: Vec::new() });
    let stop = view(&bench.state).run.unwrap().stop;
    assert_eq!(stop.and_then(|found| found.reason), Some(Reason::LevelMissing));

    let mut bench = Bench::with(both(None, None));
    bench.start().unwrap();
    let kept = vec![(B, found(Reason::PackageMissing))];
    bench.answer(Answer::Prepared { survey: both(Some(present("2.4.0")), None), refused: None, kept });
    assert_eq!(bench.status(&A), ItemStatus::Done, "somebody else installed it meanwhile");
    assert_eq!((bench.code(&B), bench.run()), (Some(Reason::PackageMissing), RunStatus::Ended));
}

#[test]
fn only_the_plan_that_was_seen_is_started() {
    let mut bench = Bench::with(both(None, None));
    let edition = bench.state.edition;
    bench.command(Command::Look(holder("maria"))).unwrap();
    bench.answer(Answer::Surveyed(both(Some(present("2.4.0")), None)));
    let start = |edition, only| Command::Start { by: holder("maria"), edition, only };
    assert_eq!(bench.command(start(edition, BTreeSet::new())), Err(Rejection::PlanOutdated));
    let only = |id| [id].into();
    let nothing = start(edition + 1, only(DependencyId::CommonSharedServices));
    assert_eq!(bench.command(nothing), Err(Rejection::NothingToDo));
    bench.command(start(edition + 1, only(DependencyId::SecretManagerLocalService))).unwrap();
    assert_eq!(bench.run(), RunStatus::Preparing);
}

#[test]
fn a_plan_takes_what_is_needed_along_and_every_integration_once_after_a_breaking_change() {
    use DependencyId::{CommonSharedServices, SecretManagerLocalService};
    let planned = |survey: &Survey, only: &[DependencyId]| {
        let plan = plan(survey, &only.iter().copied().collect());
        plan.into_iter().map(|planned| planned.item.to_string()).collect::<Vec<_>>()
    };
    let found =
        |a, b| survey(&[(CommonSharedServices, a), (SecretManagerLocalService, b)], &["Orders", "Sales"]);
    let minor = found(Some(present("2.3")), Some(present("2.4")));
    assert_eq!(planned(&minor, &[]), ["common-shared-services"]);
    assert_eq!(planned(&minor, &[SecretManagerLocalService]), ["common-shared-services"]);
    let major = found(Some(present("1.9")), Some(present("2.4")));
    assert_eq!(planned(&major, &[]), ["common-shared-services", "Orders", "Sales"]);
    let unknown = found(Some(present("2.4")), Some(Present { version: None, is_inconsistent: false }));
    assert_eq!(planned(&unknown, &[]), ["secret-manager-local-service", "Orders", "Sales"]);
    let both = found(Some(present("1.9")), Some(present("1.9")));
    let plan = plan(&both, &[].into());
    assert_eq!(plan.len(), 4);
    assert_eq!(plan[2].after, [A, B].into());
    let broken = found(Some(Present { is_inconsistent: true, ..present("2.4") }), Some(present("2.5")));
    assert_eq!(planned(&broken, &[]), ["common-shared-services"]);
}

#[test]
fn an_integration_is_under_way_until_its_item_has_ended() {
    let common = DependencyId::CommonSharedServices;
    let outdated = survey(&[(common, Some(present("1.9")))], &["Orders"]);
    let mut bench = Bench::with(outdated.clone());
    let standing = |bench: &Bench| view(&bench.state).integrations[0].standing;
    assert_eq!(standing(&bench), IntegrationStanding::Published);
    bench.start().unwrap();
    bench.answer(Answer::Prepared { survey: outdated, refused: None, kept: Vec::new() });
    assert_eq!(standing(&bench), IntegrationStanding::UnderWay);
    // What it needs fails, and so it is never begun.
    bench.answer(Answer::Accepted { publication: 7, messages: Vec::new() });
    bench.hear(vec![message(1, MessageSeverity::Error, "Wrong")], true);
    bench.hear(Vec::new(), true);
    assert_eq!((bench.run(), standing(&bench)), (RunStatus::Ended, IntegrationStanding::Published));
}
