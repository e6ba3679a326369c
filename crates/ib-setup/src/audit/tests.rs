mod paging;
mod publications;

use std::collections::BTreeSet;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use ib_domain::environment::EnvironmentName;
use ib_domain::integration::IntegrationKind;
use ib_domain::reason::Reason;
use ib_env_client::{Credentials, Password};

use super::*;
use crate::ports::Clock as _;
use crate::registration::{Fact, Rules};
use crate::testing::{Script, Scripted, SetClock, dependencies, ports};
use crate::{
    ActivationCode, Driver, Environments, Face, Ports, Publications, RequestSource, UploadRequest,
    environment, publication, registration,
};

const PASSWORD: &str = "planted-horse-77";
const WRONG: &str = "planted-slip-41";
const CODE: &str = "PLA.NTE.DCO.DEX.ABC.DEF.GHI.JKL";

/// Nothing in memory waits, so a future is ready at once.
fn now<T>(future: impl Future<Output = T>) -> T {
    future.now_or_never().expect("nothing in memory waits")
}

fn source(face: Face, client: &str) -> RequestSource {
    RequestSource { face, client: client.parse().ok() }
}

/// An infrastructure, and everything that works on it.
struct World {
    scripted: Scripted,
    clock: Arc<SetClock>,
    ports: Ports,
    setup: Setup,
    publications: Publications,
    environments: Environments,
    driver: Driver,
}

impl World {
    fn new() -> Self {
        let (scripted, clock) = (Scripted::default(), Arc::new(SetClock::default()));
        for host in ["qa.acme.example", "prod.acme.example", "test.acme.example"] {
            let other = Script { serial: Some(host.to_owned()), ..Script::default() };
            scripted.script().others.insert(host.to_owned(), other);
        }
        clock.set(Timestamp::from_millis(1_700_000_000_000));
        let ports = Ports { clock: clock.clone(), ..ports(Arc::new(scripted.clone())) };
        let setup = Setup::new(ports.clone(), Rules::new("1"));
        let wanted = dependencies("2.4.0".parse().unwrap()).unwrap();
        let publications = Publications::new(setup.clone(), wanted);
        let environments = Environments::new(setup.clone());
        let driver = Driver::new(setup.clone(), Some(publications.clone())).watching(environments.clone());
        Self { scripted, clock, ports, setup, publications, environments, driver }
    }

    fn pass(&self, seconds: u64) {
        self.clock.set(self.clock.now().plus(Duration::from_secs(seconds)));
    }

    /// Does everything that is due now.
    async fn work(&self) {
        loop {
            let leased = self.driver.lease(10, None).await.unwrap();
            if leased.is_empty() {
                return;
            }
            for leased in leased {
                let release = self.driver.work(leased).await.unwrap();
                self.driver.release(&[release]).await.unwrap();
            }
        }
    }

    /// Works for as long as something goes on by itself.
    async fn work_on(&self) {
        for _ in 0..200 {
            self.work().await;
            self.pass(5);
        }
    }

    async fn log_in(&self, setup: &Setup, id: SetupId, username: &str, password: &str) {
        let password = Password::new(password.to_owned()).unwrap();
        setup.log_in(id, Credentials::new(username, password).unwrap()).await.unwrap();
        self.work().await;
    }

    /// Somebody comes in; the first one registers.
    async fn come_in(&self, username: &str, from: RequestSource) -> SetupId {
        self.come_in_at("dev.acme.example", username, from).await
    }

    async fn come_in_at(&self, address: &str, username: &str, from: RequestSource) -> SetupId {
        let setup = self.setup.acting_from(from);
        let id = setup.begin().await.unwrap();
        setup.enter_address(id, address).await.unwrap();
        self.work().await;
        self.log_in(&setup, id, username, PASSWORD).await;
        if setup.view(id).await.unwrap().infrastructure.is_none() {
            setup.choose_set_up(id).await.unwrap();
            setup.accept_disclaimer(id, "1").await.unwrap();
            self.work().await;
        }
        id
    }

    async fn all(&self, id: SetupId) -> Vec<Entry> {
        Audit::new(self.setup.clone()).entries(id, None, LARGEST).await.unwrap()
    }
}

/// Acts, the oldest first.
fn acts(entries: &[Entry]) -> Vec<&'static str> {
    entries.iter().rev().map(|entry| entry.act.id()).collect()
}

fn find(entries: &[Entry], act: Act) -> &Entry {
    entries.iter().find(|entry| entry.act == act).unwrap_or_else(|| panic!("{act:?} in {entries:#?}"))
}

fn change(entry: &Entry) -> (Option<&str>, Option<&str>) {
    let change = entry.change.as_ref().unwrap();
    (change.before.as_deref(), change.after.as_deref())
}

/// A set-up on an old platform with a slip on the way, by two people, as a journey.
async fn registered() -> (World, SetupId) {
    let world = World::new();
    "11.7.3.100".clone_into(&mut world.scripted.script().version);
    let setup = world.setup.acting_from(source(Face::Page, "192.0.2.7"));
    let id = setup.begin().await.unwrap();
    setup.enter_address(id, "dev.other.example").await.unwrap();
    world.work().await;
    setup.enter_address(id, "dev.acme.example").await.unwrap();
    world.work().await;
    world.scripted.script().refuses = Some(Reason::LoginRefused);
    world.log_in(&setup, id, "maria", WRONG).await;
    world.scripted.script().refuses = None;
    world.log_in(&setup, id, "maria", PASSWORD).await;
    setup.choose_set_up(id).await.unwrap();
    setup.accept_disclaimer(id, "1").await.unwrap();
    world.work().await;
    setup.enter_code(id, ActivationCode::parse(CODE).unwrap()).await.unwrap();
    world.work().await;
    (world, id)
}

#[test]
fn a_registration_is_told_from_the_address_that_it_was_made_under() {
    now(async {
        let (world, id) = registered().await;
        let entries = world.all(id).await;
        let wanted = [
            "address_entered",
            "log_in_refused",
            "log_in",
            "set_up_chosen",
            "disclaimer_accepted",
            "code_entered",
            "code_accepted",
            "registered",
        ];
        let of_setup: Vec<_> =
            entries.iter().filter(|entry| entry.id.history() == id.into()).cloned().collect();
        assert_eq!(acts(&of_setup), wanted);
        assert!(!format!("{entries:?}").contains("dev.other.example"), "what was tried elsewhere");
        let from = Some(source(Face::Page, "192.0.2.7"));
        for entry in &of_setup {
            assert_eq!(entry.from, from, "{entry:#?}");
            assert_eq!(entry.environment.as_deref(), Some("dev.acme.example"), "{entry:#?}");
            let who = entry.who.as_ref().map(ToString::to_string);
            assert_eq!(who.as_deref(), (entry.act != Act::AddressEntered).then_some("maria"));
        }
        let refused = find(&entries, Act::LogInRefused).outcome;
        assert_eq!(refused, Outcome::Refused(Some(Reason::LoginRefused)));
        assert_eq!(change(find(&entries, Act::DisclaimerAccepted)), (None, Some("version 1")));
        let development = find(&entries, Act::EnvironmentAdded);
        assert_eq!(change(development), (None, Some("Development at dev.acme.example")));
        assert_eq!(development.from, None, "the driver did that");
    });
}

#[test]
fn environments_and_waivers_are_told_with_what_became_different() {
    now(async {
        let world = World::new();
        let id = world.come_in("maria", source(Face::Api, "192.0.2.7")).await;
        let from = source(Face::Program, "");
        let environments = world.environments.acting_from(from);
        let name = |text: &str| text.parse::<EnvironmentName>().unwrap();
        environments.add(id, name("Test"), "test.acme.example").await.unwrap();
        world.work().await;
        environments.edit(id, name("Test"), name("QA"), "qa.acme.example").await.unwrap();
        world.work().await;
        let until = Timestamp::from_millis(1_709_251_199_000);
        for why in ["Behind a firewall", "Still there"] {
            let (owner, why) = ("Platform team".parse().unwrap(), why.parse().unwrap());
            environments.waive(id, name("QA"), Reason::ConnectTimedOut, owner, why, until).await.unwrap();
        }
        environments.end_waiver(id, name("QA"), Reason::ConnectTimedOut).await.unwrap();
        environments.look(id, None).await.unwrap();
        environments.remove(id, name("QA")).await.unwrap();
        // The same serial number as development's: it is there already.
        let twin = world.scripted.script().clone();
        world.scripted.script().others.insert("dev2.acme.example".to_owned(), twin);
        environments.add(id, name("Twin"), "dev2.acme.example").await.unwrap();
        world.work().await;

        let entries = world.all(id).await;
        let edited = find(&entries, Act::EnvironmentChanged);
        assert_eq!(change(edited), (Some("Test at test.acme.example"), Some("QA at qa.acme.example")));
        assert_eq!((edited.environment.as_deref(), edited.from), (Some("Test"), Some(from)));
        let waived = find(&entries, Act::WaiverRecorded);
        let decided = |why: &str| format!("until 2024-02-29 23:59 UTC by Platform team: {why}");
        let (before, after) = (decided("Behind a firewall"), decided("Still there"));
        assert_eq!(change(waived), (Some(before.as_str()), Some(after.as_str())));
        assert_eq!(waived.subject.as_deref(), Some(Reason::ConnectTimedOut.entry().code));
        assert_eq!(change(find(&entries, Act::WaiverEnded)), (Some(after.as_str()), None));
        assert_eq!(change(find(&entries, Act::EnvironmentRemoved)), (Some("QA at qa.acme.example"), None));
        let refused = find(&entries, Act::EnvironmentRefused);
        assert_eq!(refused.outcome, Outcome::Refused(Some(Reason::SameEnvironment)));
        assert_eq!((refused.from, refused.environment.as_deref()), (Some(from), Some("Twin")));
        let look = find(&entries, Act::EnvironmentsLookRequested);
        assert!(look.subject.as_deref().is_some_and(|subject| subject.ends_with("environments")), "{look:?}");
    });
}

#[test]
fn publications_are_told_with_what_came_of_their_items() {
    now(async {
        let world = World::new();
        let id = world.come_in("maria", source(Face::Page, "192.0.2.7")).await;
        world.work_on().await;
        let from = source(Face::Api, "192.0.2.9");
        let publications = world.publications.acting_from(from);
        for file in ["orders.oap", "orders-2.oap"] {
            let request = UploadRequest { kind: IntegrationKind::ALL[0], file: file.to_owned() };
            let pieces = futures_util::stream::iter([Ok(bytes::Bytes::from("integration Orders"))]);
            publications.upload(id, request, Box::pin(pieces)).await.unwrap();
        }
        let edition = publications.view(id).await.unwrap().edition;
        publications.start(id, edition, BTreeSet::new()).await.unwrap();
        world.work_on().await;
        publications.discard(id, "Orders".parse().unwrap()).await.unwrap();

        let entries = world.all(id).await;
        let started = find(&entries, Act::PublicationStarted);
        let planned = change(started).1.unwrap();
        let done: Vec<_> = entries.iter().rev().filter(|entry| entry.act == Act::ItemDone).collect();
        assert!(!done.is_empty(), "{entries:#?}");
        let names: Vec<_> = done.iter().filter_map(|entry| entry.subject.as_deref()).collect();
        assert_eq!(names.join(", "), planned);
        for entry in done {
            assert_eq!(entry.who.as_ref().map(ToString::to_string).as_deref(), Some("maria"));
            assert_eq!((entry.from, entry.environment.as_deref()), (Some(from), Some("dev.acme.example")));
            assert_eq!(change(entry), (None, Some("2.4.0")));
        }
        let uploaded = find(&entries, Act::IntegrationUploaded);
        let (before, after) = change(uploaded);
        assert!(before.unwrap().starts_with("orders.oap, SHA-256 "), "{uploaded:#?}");
        assert!(after.unwrap().starts_with("orders-2.oap, SHA-256 "), "{uploaded:#?}");
        assert_eq!(change(find(&entries, Act::IntegrationDiscarded)).1, None);
    });
}

#[test]
fn nothing_secret_is_told_and_no_number_comes_twice() {
    now(async {
        let (world, id) = registered().await;
        let text = format!("{:?}", world.all(id).await);
        for secret in [PASSWORD, WRONG, CODE] {
            assert!(!text.contains(secret), "{secret}");
        }
    });
    let ids: BTreeSet<_> = Act::ALL.iter().map(|act| act.id()).collect();
    assert_eq!(ids.len(), Act::ALL.len());
}

#[test]
fn only_what_people_ask_for_has_a_source() {
    now(async {
        let world = World::new();
        let setup = world.setup.acting_from(source(Face::Page, "192.0.2.7"));
        let id = setup.begin().await.unwrap();
        setup.enter_address(id, "dev.acme.example").await.unwrap();
        setup.drive(id).await.unwrap();
        let password = Password::new(PASSWORD.to_owned()).unwrap();
        setup.log_in(id, Credentials::new("maria", password).unwrap()).await.unwrap();
        setup.drive(id).await.unwrap();
        let events = setup.history(id).await.unwrap();
        let asked: Vec<_> =
            events.iter().filter(|event| event.from.is_some()).map(|event| &event.fact).collect();
        let is_asked = matches!(asked[..], [Fact::AddressEntered { .. }, Fact::LogInRequested { .. }]);
        assert!(is_asked, "{asked:#?}");
        // A driver that is made of what acts from somewhere still does so by itself.
        let from = source(Face::Program, "");
        let driver = Driver::new(setup.clone(), Some(world.publications.acting_from(from)))
            .watching(world.environments.acting_from(from));
        let world = World { driver, ..world };
        setup.choose_set_up(id).await.unwrap();
        setup.accept_disclaimer(id, "1").await.unwrap();
        world.work().await;
        let environments = world.environments.history(id, 0, 100).await.unwrap();
        assert!(!environments.is_empty() && environments.iter().all(|event| event.from.is_none()));
    });
}

#[test]
fn what_a_file_declares_and_gives_back_names_the_file() {
    now(async {
        let world = World::new();
        let id = world.come_in("maria", source(Face::Page, "192.0.2.7")).await;
        let (qa, file) = ("QA".parse::<EnvironmentName>().unwrap(), "acme.toml".parse().unwrap());
        world.environments.for_file(file).add(id, qa.clone(), "qa.acme.example").await.unwrap();
        world.environments.release(id, qa).await.unwrap();
        let entries = Audit::new(world.setup.clone()).entries(id, None, LARGEST).await.unwrap();
        let files = |act: Act| {
            let entry = entries.iter().find(|entry| entry.act == act).unwrap();
            let Change { before, after } = entry.change.clone().unwrap();
            (before, after)
        };
        let file = Some("acme.toml".to_owned());
        assert_eq!(files(Act::EnvironmentDeclared), (None, file.clone()));
        assert_eq!(files(Act::EnvironmentReleased), (file, None));
    });
}

/// The text of an event, which is read back as it was.
fn kept<E: serde::Serialize + serde::de::DeserializeOwned>(event: &E) -> String {
    let text = serde_json::to_string(event).unwrap();
    let read: E = serde_json::from_str(&text).unwrap();
    assert_eq!(serde_json::to_string(&read).unwrap(), text);
    text
}

/// What was recorded before there were sources is read as ever.
#[test]
fn an_event_is_read_with_and_without_a_source() {
    let from = Some(source(Face::Api, "2001:db8::1"));
    let at = Timestamp::from_millis(7);
    let event = registration::Event::new(at, Fact::SetUpChosen);
    let (old, new) = (kept(&event), kept(&event.asked_from(from)));
    let after = r#","from":{"face":"api","client":"2001:db8::1"}}"#;
    assert_eq!(old, r#"{"version":1,"at":7,"fact":{"type":"set_up_chosen"}}"#);
    assert_eq!(new, r#"{"version":1,"at":7,"fact":{"type":"set_up_chosen"}"#.to_owned() + after);
    let event = publication::Event::new(at, publication::Fact::Prepared);
    let (old, new) = (kept(&event), kept(&event.asked_from(from)));
    assert_eq!((old.contains("from"), new.ends_with(after)), (false, true));
    let event = environment::Event::new(at, environment::Fact::Imported);
    let (old, new) = (kept(&event), kept(&event.asked_from(from)));
    assert_eq!((old.contains("from"), new.ends_with(after)), (false, true));
}
