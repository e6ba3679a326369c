//! Whole registrations in memory: as a person goes through them, with everything that can break in between.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "helpers of tests fail a test by panicking")]

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::Arc;

use futures_util::FutureExt;
use ib_domain::address::EnvironmentAddress;
use ib_domain::permission::evaluation::DirectAnswer;
use ib_domain::permission::level::Level;
use ib_domain::reason::Reason;
use ib_env_client::{Credentials, Password, Token};
use ib_setup::ports::{Release, Secret, SecretKind, Store, Vault};
use ib_setup::registration::{
    Action, CodeStop, Event, Fact, LOG_IN_LIMIT, LogInStop, Rules, State, Step, StepStatus, Stop, View,
    replay,
};
use ib_setup::testing::{FailingStore, MemoryStore, MemoryVault, Scripted, SequentialIds, SetClock, ports};
use ib_setup::{
    ActivationCode, CodeShape, Driver, InfrastructureId, Ports, Setup, SetupError, SetupId, Timestamp,
};

const CODE: &str = "ABC.DEF.G1H.I2J.KLM.NOP.QRS.TUV";
const SERIAL_SHAPED: &str = "ABC-DEF-G1H-I2J-KLM-NOP-QRS-TUV";
const PASSWORD: &str = "correct horse battery";

/// Nothing in memory waits, so a future is ready at once.
fn now<T>(future: impl Future<Output = T>) -> T {
    future.now_or_never().expect("nothing in memory waits")
}

/// A machine room: what outlives the program, and a way to start the program.
struct Room {
    scripted: Scripted,
    store: Arc<MemoryStore>,
    vault: Arc<MemoryVault>,
    clock: Arc<SetClock>,
    ids: Arc<SequentialIds>,
}

impl Room {
    fn with(version: &str) -> Self {
        let scripted = Scripted::default();
        version.clone_into(&mut scripted.script().version);
        Self::holding(scripted, MemoryStore::default())
    }

    fn holding(scripted: Scripted, store: MemoryStore) -> Self {
        Self {
            scripted,
            store: Arc::new(store),
            vault: Arc::default(),
            clock: Arc::default(),
            ids: Arc::default(),
        }
    }

    fn ports(&self) -> Ports {
        Ports {
            store: self.store.clone(),
            shelf: self.store.clone(),
            vault: self.vault.clone(),
            clock: self.clock.clone(),
            ids: self.ids.clone(),
            ..ports(Arc::new(self.scripted.clone()))
        }
    }

    fn start(&self) -> Setup {
        Setup::new(self.ports(), Rules::new("1"))
    }

    fn history(&self, id: SetupId) -> Vec<Event> {
        now(self.start().history(id)).unwrap()
    }

    /// Lets the time pass in which a log-in may be answered.
    fn wait(&self) {
        self.clock.set(Timestamp::from_millis(0).plus(LOG_IN_LIMIT));
    }
}

/// Events as a store keeps them.
fn texts(events: &[Event]) -> Vec<String> {
    events.iter().map(|event| serde_json::to_string(event).unwrap()).collect()
}

fn credentials(username: &str) -> Credentials {
    Credentials::new(username, Password::new(PASSWORD.to_owned()).unwrap()).unwrap()
}

fn code(text: &str) -> ActivationCode {
    ActivationCode::parse(text).unwrap()
}

/// Does what the page suggests first.
fn act(setup: &Setup, id: SetupId, view: &View) -> Result<View, SetupError> {
    now(async {
        match view.actions.first() {
            Some(Action::LogIn) => setup.log_in(id, credentials("maria")).await,
            Some(Action::ChooseSetUp) => setup.choose_set_up(id).await,
            Some(Action::AcceptDisclaimer) => setup.accept_disclaimer(id, &view.disclaimer).await,
            Some(Action::CheckAgain) => setup.check_again(id).await,
            Some(Action::EnterCode) => setup.enter_code(id, code(CODE)).await,
            _ => setup.enter_address(id, "dev.acme.example").await,
        }
    })
}

/// Whether a stop says why: by the catalogue, or by a finding.
fn says_why(view: &View) -> bool {
    let found = view.findings.iter().flat_map(|target| &target.findings).any(|found| found.reason.is_some());
    view.stop.is_none_or(|stop| stop.reason().is_some() || found)
}

/// A person who goes on until `step` is open and waits for them, or everything is done.
fn go(setup: &Setup, id: SetupId, step: Step) -> Result<View, SetupError> {
    for turn in 0.. {
        assert!(turn < 40, "going round in circles");
        let view = now(setup.drive(id))?;
        assert!(says_why(&view), "{view:#?}");
        if view.infrastructure.is_some() || view.open == step {
            return Ok(view);
        }
        act(setup, id, &view)?;
    }
    unreachable!("the loop has no end")
}

fn finish(setup: &Setup, id: SetupId) -> Result<View, SetupError> {
    go(setup, id, Step::Registered)
}

#[test]
fn a_current_platform_needs_no_code() {
    let room = Room::with("11.23.1");
    let setup = room.start();
    let id = now(setup.begin()).unwrap();
    let view = finish(&setup, id).unwrap();
    assert!(view.infrastructure.is_some());
    assert_eq!(view.status(Step::ActivationCode), StepStatus::NotNeeded);
    assert_eq!(view.progress(), (7, 7));
    let accepted = room.history(id).into_iter().find_map(|event| match event.fact {
        Fact::DisclaimerAccepted { version, by } => Some((version, by.to_string())),
        _ => None,
    });
    assert_eq!(accepted, Some(("1".to_owned(), "maria".to_owned())));
}

#[test]
fn a_serial_number_in_place_of_the_code_stays_on_the_step_with_a_hint() {
    let room = Room::with("11.7.6.99999");
    let setup = room.start();
    let id = now(setup.begin()).unwrap();
    go(&setup, id, Step::ActivationCode).unwrap();
    now(setup.enter_code(id, code(SERIAL_SHAPED))).unwrap();
    let view = now(setup.drive(id)).unwrap();
    assert_eq!(view.stop, Some(Stop::Code(CodeStop::Refused)));
    assert_eq!(view.code, Some(CodeShape::SerialNumber));

    let view = finish(&setup, id).unwrap();
    assert!(view.infrastructure.is_some());
    assert_eq!(view.status(Step::ActivationCode), StepStatus::Done);
    let facts: Vec<_> = room.history(id).into_iter().map(|event| event.fact).collect();
    assert!(facts.contains(&Fact::CodeAccepted { verified: false }), "unverified, and recorded so");
}

#[test]
fn no_secret_is_recorded_or_printed() {
    let room = Room::with("11.7.5");
    let setup = room.start();
    let id = now(setup.begin()).unwrap();
    let before = go(&setup, id, Step::Welcome).unwrap();
    go(&setup, id, Step::ActivationCode).unwrap();
    now(setup.enter_code(id, code(CODE))).unwrap();
    let sealed = format!("{:?}", room.vault);
    let view = finish(&setup, id).unwrap();
    let history = room.history(id);
    let everything =
        format!("{} {history:?} {before:?} {view:?} {sealed}", serde_json::to_string(&history).unwrap());
    assert!(sealed.contains("maria") && sealed.contains("redacted"), "{sealed}");
    for secret in [PASSWORD, CODE, "TUV"] {
        assert!(!everything.contains(secret), "{everything}");
    }
    let code = now(room.ports().vault.open(id, SecretKind::Code)).unwrap();
    assert!(code.is_none(), "the code is forgotten once it was verified");
}

#[test]
fn what_is_wrong_with_an_address_stays_with_it() {
    let room = Room::with("11.7.1");
    let setup = room.start();
    let id = now(setup.begin()).unwrap();
    assert!(matches!(now(setup.enter_address(id, "127.0.0.1")), Err(SetupError::Address(_))));
    for (broken, expected) in [
        (None, Reason::VersionTooOld),
        (Some(Reason::ClosedToUs), Reason::ClosedToUs),
        (Some(Reason::NameNotFound), Reason::NameNotFound),
        (Some(Reason::IsLifeTime), Reason::IsLifeTime),
    ] {
        room.scripted.script().broken = broken;
        now(setup.enter_address(id, "dev.acme.example/ServiceCenter")).unwrap();
        let view = now(setup.drive(id)).unwrap();
        assert_eq!((view.open, view.stop), (Step::Address, Some(Stop::Address)));
        assert_eq!(view.typed.address, "dev.acme.example/ServiceCenter");
        let reasons: Vec<_> = view.findings[0].findings.iter().filter_map(|found| found.reason).collect();
        assert_eq!(reasons, [expected]);
    }
    let healthy = ib_setup::testing::Script::default();
    *room.scripted.script() = healthy;
    assert!(finish(&setup, id).unwrap().infrastructure.is_some());
}

#[test]
fn without_a_disclaimer_nobody_registers() {
    let room = Room::with("11.23.1");
    let setup = Setup::new(room.ports(), Rules::default());
    let id = now(setup.begin()).unwrap();
    go(&setup, id, Step::Disclaimer).unwrap();
    let accepted = now(setup.accept_disclaimer(id, ""));
    assert!(matches!(accepted, Err(SetupError::Rejected(_))));
}

#[test]
fn a_doubt_about_the_address_is_shown_and_keeps_nobody_back() {
    let room = Room::with("11.23.1");
    let setup = room.start();
    let id = now(setup.begin()).unwrap();
    now(setup.enter_address(id, "prod.acme.example")).unwrap();
    let view = now(setup.drive(id)).unwrap();
    assert_eq!((view.open, view.stop), (Step::LogIn, None));
    let mut reasons = view.findings[0].findings.iter().filter_map(|found| found.reason);
    assert_eq!(reasons.next(), Some(Reason::LooksLikeProduction));
}

#[test]
fn a_refused_log_in_is_one_attempt() {
    let room = Room::with("11.23.1");
    room.scripted.script().refuses = Some(Reason::LoginRefused);
    let setup = room.start();
    let id = now(setup.begin()).unwrap();
    go(&setup, id, Step::LogIn).unwrap();
    now(setup.log_in(id, credentials("maria"))).unwrap();
    for _ in 0..5 {
        let view = now(room.start().drive(id)).unwrap();
        assert_eq!(view.stop, Some(Stop::LogIn(LogInStop::Refused)));
    }
    assert_eq!(room.scripted.script().log_ins, 1);
    let kept = now(room.ports().vault.open(id, SecretKind::Credentials)).unwrap();
    assert!(kept.is_none(), "refused credentials are forgotten");
    room.scripted.script().refuses = None;
    assert!(finish(&setup, id).unwrap().infrastructure.is_some());
    assert_eq!(room.scripted.script().log_ins, 2);
}

#[test]
fn everything_missing_is_shown_with_what_decided() {
    let room = Room::with("11.23.1");
    let mut answer =
        DirectAnswer { level: Level::MonitorAndAddDependencies, label: None, create_applications: false };
    room.scripted.script().permissions = Some(answer.clone());
    let setup = room.start();
    let id = now(setup.begin()).unwrap();
    go(&setup, id, Step::LogIn).unwrap();
    now(setup.log_in(id, credentials("maria"))).unwrap();
    let view = now(setup.drive(id)).unwrap();
    assert_eq!(view.stop, Some(Stop::LogIn(LogInStop::Denied)));
    let missing: Vec<_> = view.findings[0].findings.iter().filter(|found| found.reason.is_some()).collect();
    assert_eq!(missing.len(), 2);
    assert!(missing.iter().all(|found| found.evidence.contains_key("decided_by")), "{missing:?}");
    answer.level = Level::ChangeAndDeploy;
    answer.label = Some("Change and Deploy Applications".to_owned());
    answer.create_applications = true;
    room.scripted.script().permissions = Some(answer);
    assert!(finish(&setup, id).unwrap().infrastructure.is_some());
}

#[test]
fn unverified_permissions_stop_unless_the_operator_accepts_them() {
    let room = Room::with("11.23.1");
    room.scripted.script().permissions = None;
    let setup = room.start();
    let id = now(setup.begin()).unwrap();
    go(&setup, id, Step::LogIn).unwrap();
    now(setup.log_in(id, credentials("maria"))).unwrap();
    assert_eq!(now(setup.drive(id)).unwrap().stop, Some(Stop::LogIn(LogInStop::Unverified)));

    let lenient = Setup::new(room.ports(), Rules::new("1").accept_unverified());
    assert!(finish(&lenient, id).unwrap().infrastructure.is_some());
    let written = serde_json::to_string(&room.history(id)).unwrap();
    assert!(written.contains("\"accept_unverified\":true") && written.contains("unverified_accepted"));
}

/// LifeTime is asked where a service account is known. One that does not answer keeps permissions from being
/// verified, and nobody from registering.
#[test]
fn lifetime_is_asked_where_it_may_be() {
    let room = Room::with("11.23.1");
    let address = |host| EnvironmentAddress::parse(host).unwrap();
    let access = (address("lifetime.acme.example"), Token::new("service".to_owned()).unwrap());
    let lifetimes = Arc::new(BTreeMap::from([(address("dev.acme.example"), access)]));
    let with = |rules| Setup::new(Ports { lifetimes: lifetimes.clone(), ..room.ports() }, rules);
    let setup = with(Rules::new("1"));
    let id = now(setup.begin()).unwrap();
    go(&setup, id, Step::LogIn).unwrap();
    now(setup.log_in(id, credentials("maria"))).unwrap();
    assert_eq!(now(setup.drive(id)).unwrap().stop, Some(Stop::LogIn(LogInStop::Unverified)));

    let view = finish(&with(Rules::new("1").accept_unverified()), id).unwrap();
    assert!(view.infrastructure.is_some());
    let checked: Vec<_> = view.findings.iter().map(|target| target.address.as_str()).collect();
    assert_eq!(checked, ["lifetime.acme.example", "dev.acme.example"]);
}

#[test]
fn an_empty_vault_waits_for_the_next_log_in() {
    let room = Room::with("11.23.1");
    let setup = room.start();
    let id = now(setup.begin()).unwrap();
    go(&setup, id, Step::LogIn).unwrap();
    now(setup.log_in(id, credentials("maria"))).unwrap();
    now(setup.forget(id)).unwrap();
    let view = now(setup.drive(id)).unwrap();
    assert_eq!(view.stop.map(Stop::id), Some("log_in.waiting_for_log_in"));
    assert_eq!((view.typed.username.as_str(), room.scripted.script().log_ins), ("maria", 0));
    assert!(finish(&setup, id).unwrap().infrastructure.is_some());
}

#[test]
fn only_the_credentials_of_the_recorded_user_are_sent() {
    let room = Room::with("11.23.1");
    let setup = room.start();
    let id = now(setup.begin()).unwrap();
    go(&setup, id, Step::LogIn).unwrap();
    now(setup.log_in(id, credentials("maria"))).unwrap();
    now(room.vault.seal(id, Secret::Credentials(credentials("jonas")))).unwrap();
    assert_eq!(now(setup.drive(id)).unwrap().stop, Some(Stop::LogIn(LogInStop::Forgotten)));
    assert_eq!(room.scripted.script().log_ins, 0);
}

/// A user who logs in at `host`, and what they see then.
fn arrive(setup: &Setup, host: &str, username: &str) -> (SetupId, View) {
    let id = now(setup.begin()).unwrap();
    now(setup.enter_address(id, host)).unwrap();
    now(setup.drive(id)).unwrap();
    now(setup.log_in(id, credentials(username))).unwrap();
    (id, now(setup.drive(id)).unwrap())
}

#[test]
fn another_user_of_a_registered_infrastructure_is_done_after_the_log_in() {
    let room = Room::with("11.23.1");
    let setup = room.start();
    let first = now(setup.begin()).unwrap();
    let registered = finish(&setup, first).unwrap().infrastructure;
    let (_, view) = arrive(&setup, "dev.acme.example", "jonas");
    assert_eq!(view.infrastructure, registered);
    assert_eq!(view.status(Step::Disclaimer), StepStatus::NotNeeded);

    let dev = EnvironmentAddress::parse("dev.acme.example").unwrap();
    room.scripted.script().names = [dev].into();
    let (_, view) = arrive(&setup, "www.acme.example", "ana");
    assert_eq!(view.infrastructure, registered, "one certificate for both names, same serial number");
    assert_eq!(room.store.infrastructures().len(), 1);
}

#[test]
fn a_host_that_repeats_a_serial_number_gets_nowhere_near() {
    let room = Room::with("11.23.1");
    let setup = room.start();
    let first = now(setup.begin()).unwrap();
    let registered = finish(&setup, first).unwrap().infrastructure;
    let (id, view) = arrive(&setup, "dev.evil.example", "maria");
    assert_eq!((view.open, view.infrastructure), (Step::Welcome, None));
    let theirs = finish_at(&setup, id);
    assert!(theirs.is_some() && theirs != registered, "an infrastructure of their own");
    let addresses: Vec<_> =
        room.store.infrastructures().into_iter().map(|known| known.addresses.len()).collect();
    assert_eq!(addresses, [1, 1]);
}

/// The infrastructure of a set-up whose user goes on from the welcome page.
fn finish_at(setup: &Setup, id: SetupId) -> Option<InfrastructureId> {
    now(setup.choose_set_up(id)).unwrap();
    now(setup.accept_disclaimer(id, "1")).unwrap();
    now(setup.drive(id)).unwrap().infrastructure
}

#[test]
fn whoever_logs_in_again_goes_on_where_they_were() {
    let room = Room::with("11.7.5");
    let setup = room.start();
    let left = now(setup.begin()).unwrap();
    go(&setup, left, Step::ActivationCode).unwrap();
    now(setup.forget(left)).unwrap();

    let (other, _) = arrive(&setup, "dev.acme.example", "jonas");
    assert_eq!(now(setup.resume(other)).unwrap(), other, "another user begins at the welcome page");
    let (again, _) = arrive(&setup, "dev.acme.example", "maria");
    assert_eq!(now(setup.resume(again)).unwrap(), left);
    let vault = room.ports().vault;
    assert!(now(vault.open(left, SecretKind::Credentials)).unwrap().is_some(), "credentials go along");
    assert!(now(vault.open(again, SecretKind::Credentials)).unwrap().is_none());
    assert!(finish(&setup, left).unwrap().infrastructure.is_some());
    let (late, view) = arrive(&setup, "dev.acme.example", "maria");
    assert!(view.infrastructure.is_some());
    assert_eq!(now(setup.resume(late)).unwrap(), late);
}

#[test]
fn two_people_at_once_register_one_infrastructure() {
    let room = Room::with("11.23.1");
    let setup = room.start();
    let ids = [now(setup.begin()).unwrap(), now(setup.begin()).unwrap()];
    for id in ids {
        go(&setup, id, Step::Welcome).unwrap();
    }
    let registered = ids.map(|id| finish(&setup, id).unwrap().infrastructure);
    assert!(registered[0].is_some() && registered[0] == registered[1]);
    assert_eq!(room.store.infrastructures().len(), 1);
}

#[test]
fn two_drivers_send_one_log_in() {
    for _ in 0..50 {
        let room = Room::with("11.23.1");
        room.scripted.script().refuses = Some(Reason::LoginRefused);
        let id = now(room.start().begin()).unwrap();
        go(&room.start(), id, Step::LogIn).unwrap();
        now(room.start().log_in(id, credentials("maria"))).unwrap();
        std::thread::scope(|scope| {
            for _ in 0..2 {
                let setup = room.start();
                scope.spawn(move || now(setup.drive(id)).unwrap());
            }
        });
        assert_eq!(room.scripted.script().log_ins, 1);
        assert_eq!(now(room.start().view(id)).unwrap().stop, Some(Stop::LogIn(LogInStop::Refused)));
    }
}

/// What has to be the same however often the program ended: all but the id, which is drawn.
fn outcome(mut view: View) -> View {
    assert!(view.infrastructure.take().is_some());
    view
}

/// The program ends after each event, everything in its memory and its vault is gone, and it starts again.
#[test]
fn a_crash_after_any_event_still_ends_registered() {
    let room = Room::with("11.7.5");
    let id = now(room.start().begin()).unwrap();
    let whole = outcome(finish(&room.start(), id).unwrap());
    let history = room.history(id);
    assert_eq!(history.len(), 12);
    for cut in 1..=history.len() {
        let room = Room::holding(room.scripted.clone(), MemoryStore::holding(id, texts(&history[..cut])));
        room.scripted.script().log_ins = 0;
        let view = now(room.start().drive(id)).unwrap();
        assert_eq!(room.scripted.script().log_ins, 0, "no log-in without a person, after event {cut}");
        if view.actions.is_empty() && view.infrastructure.is_none() {
            room.wait();
        }
        assert_eq!(outcome(finish(&room.start(), id).unwrap()), whole, "crashed after event {cut}");
    }
}

/// The program ends between doing something and recording it, or before it hears that it was recorded.
#[test]
fn a_crash_between_doing_and_recording_still_ends_registered() {
    let undisturbed = {
        let room = Room::with("11.7.5");
        let id = now(room.start().begin()).unwrap();
        outcome(finish(&room.start(), id).unwrap())
    };
    for (number, written) in (1..=11).flat_map(|number| [(number, false), (number, true)]) {
        let room = Room::with("11.7.5");
        let id = now(room.start().begin()).unwrap();
        let inner = room.store.clone();
        let store = Arc::new(FailingStore::new(inner, number, written));
        let ports = Ports { store, ..room.ports() };
        let failed = finish(&Setup::new(ports, Rules::new("1")), id);
        assert!(matches!(failed, Err(SetupError::Store(_))), "append {number} fails");
        let sent = room.scripted.script().log_ins;

        let view = now(room.start().drive(id)).unwrap();
        let by_itself = room.scripted.script().log_ins - sent;
        assert!(sent + by_itself <= 1, "one person, one attempt; append {number}");
        if view.actions.is_empty() && view.infrastructure.is_none() {
            room.wait();
        }
        let end = outcome(finish(&room.start(), id).unwrap());
        assert_eq!(end, undisturbed, "append {number}, written: {written}");
        assert_eq!(room.store.infrastructures().len(), 1);
    }
}

#[test]
fn what_is_due_is_leased_once_and_again_when_the_driver_is_gone() {
    let room = Room::with("11.23.1");
    let setup = room.start();
    let id = now(setup.begin()).unwrap();
    let driver = Driver::new(setup.clone(), None);
    let lease = || now(driver.lease(10, None)).unwrap();
    assert_eq!(lease(), [], "nothing to do before somebody asks");
    now(setup.enter_address(id, "dev.acme.example")).unwrap();
    let [gone] = lease().try_into().unwrap();
    assert_eq!(lease(), [], "somebody has it");

    room.clock.set(Timestamp::from_millis(300_000));
    let [taken_over] = lease().try_into().unwrap();
    now(driver.release(&[Release { lease: gone.lease, due: None }])).unwrap();
    assert_eq!(lease(), [], "a lease that ran out gives nothing back");
    let release = now(driver.work(taken_over)).unwrap();
    now(driver.release(&[release])).unwrap();
    assert_eq!(now(setup.view(id)).unwrap().open, Step::LogIn);
    finish(&setup, id).unwrap();
    room.clock.set(Timestamp::from_millis(u64::MAX));
    assert_eq!(lease(), []);
}

#[test]
fn a_history_without_a_snapshot_is_replayed() {
    let room = Room::with("11.23.1");
    let setup = room.start();
    let id = now(setup.begin()).unwrap();
    go(&setup, id, Step::Disclaimer).unwrap();
    let kept = now(room.store.load(id.into())).unwrap().unwrap();
    assert_eq!(State::from_snapshot(&kept.snapshot), replay(&room.history(id)).ok());
    let bare = Room::holding(room.scripted.clone(), MemoryStore::holding(id, texts(&room.history(id))));
    assert_eq!(now(bare.start().view(id)).unwrap(), now(setup.view(id)).unwrap());
}
