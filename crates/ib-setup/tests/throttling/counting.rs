//! What counts, for whom, and what does not.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use ib_domain::reason::Reason;
use ib_env_client::{Credentials, Password};
use ib_setup::ports::{Secret, SecretKind, Vault, VaultError};
use ib_setup::registration::{Rejection, Rules, Step};
use ib_setup::testing::MemoryVault;
use ib_setup::throttle::AttemptKind;
use ib_setup::{ActivationCode, Ports, Setup, SetupError, SetupId, Throttled};

use super::{DEV, World, arrive, ask, at, at_log_in, client, early, limit, log_in, loose, now};

const SERIAL_SHAPED: &str = "ABC-DEF-G1H-I2J-KLM-NOP-QRS-TUV";

#[test]
fn a_form_that_is_sent_twice_counts_once() {
    let world = World::new();
    let mut limits = loose();
    (limits.user, limits.addresses.everybody) = (limit(2, 60), limit(1, 60));
    limits.codes.everybody = limit(1, 60);
    "11.7.5".clone_into(&mut world.scripted.script().version);
    let setup = world.start().limits(limits);
    let id = now(setup.begin()).unwrap();
    for _ in 0..3 {
        now(setup.enter_address(id, DEV)).unwrap();
    }
    now(setup.drive(id)).unwrap();
    now(setup.enter_address(id, DEV)).unwrap();
    for _ in 0..3 {
        assert_eq!(ask(&setup, id, "maria"), None);
    }
    now(setup.drive(id)).unwrap();
    world.accept(true);
    assert_eq!(log_in(&setup, id, "maria"), None, "the second of two");
    now(setup.choose_set_up(id)).unwrap();
    now(setup.accept_disclaimer(id, "1")).unwrap();
    now(setup.drive(id)).unwrap();
    for _ in 0..3 {
        now(setup.enter_code(id, ActivationCode::parse(SERIAL_SHAPED).unwrap())).unwrap();
    }
}

/// While a secret is sealed for the first time, another process records something in the same set-up: what was
/// decided has to be decided anew, and the secret is sealed again. Without another process, it is not sealed.
struct Between {
    vault: Arc<MemoryVault>,
    other: Option<Setup>,
    again: AtomicBool,
}

#[async_trait]
impl Vault for Between {
    async fn seal(&self, setup: SetupId, secret: Secret) -> Result<(), VaultError> {
        if !self.again.fetch_xor(true, Ordering::SeqCst) {
            let other = self.other.as_ref().ok_or_else(|| VaultError("the disk is full".into()))?;
            other.drive(setup).await.unwrap();
        }
        self.vault.seal(setup, secret).await
    }

    async fn open(&self, setup: SetupId, kind: SecretKind) -> Result<Option<Secret>, VaultError> {
        self.vault.open(setup, kind).await
    }

    async fn forget(&self, setup: SetupId, kind: SecretKind) -> Result<(), VaultError> {
        self.vault.forget(setup, kind).await
    }
}

#[test]
fn what_is_decided_twice_counts_once() {
    let world = World::new();
    world.accept(true);
    "11.7.5".clone_into(&mut world.scripted.script().version);
    let mut limits = loose();
    (limits.log_ins.everybody, limits.codes.everybody) = (limit(1, 60), limit(1, 60));
    // Its rules are other ones, and so it records them.
    let other = Setup::new(world.ports(), Rules::new("1").accept_unverified());
    let vault =
        Arc::new(Between { vault: world.vault.clone(), other: Some(other), again: AtomicBool::new(false) });
    let setup = Setup::new(Ports { vault, ..world.ports() }, Rules::new("1")).limits(limits);
    let id = at_log_in(&setup, DEV);
    let before = world.traces(id).0;
    assert_eq!(ask(&setup, id, "maria"), None);
    assert_eq!(world.traces(id).0, before + 3, "other rules, the rules again, and the log-in");
    now(setup.drive(id)).unwrap();
    now(setup.choose_set_up(id)).unwrap();
    now(setup.accept_disclaimer(id, "1")).unwrap();
    now(setup.drive(id)).unwrap();
    assert_eq!(early(now(setup.enter_code(id, ActivationCode::parse(SERIAL_SHAPED).unwrap()))), None);
}

#[test]
fn what_came_to_nothing_is_not_counted_again_when_it_is_repeated() {
    let world = World::new();
    let mut limits = loose();
    (limits.user, limits.log_ins.everybody) = (limit(1, 60), limit(1, 60));
    let vault = Arc::new(Between { vault: world.vault.clone(), other: None, again: AtomicBool::new(false) });
    let setup = Setup::new(Ports { vault, ..world.ports() }, Rules::new("1")).limits(limits);
    let id = at_log_in(&setup, DEV);
    let password = Password::new("some password".to_owned()).unwrap();
    let failed = now(setup.log_in(id, Credentials::new("maria", password).unwrap()));
    assert!(matches!(failed, Err(SetupError::Vault(_))));
    assert_eq!(log_in(&setup, id, "maria"), None, "the same attempt");
    assert_eq!(world.scripted.script().log_ins, 1);
    assert_eq!(log_in(&setup, id, "maria"), Some((Reason::LoginThrottled, at(60))));
}

#[test]
fn what_is_refused_for_another_reason_counts_nothing() {
    let world = World::new();
    let mut limits = loose();
    limits.user = limit(1, 60);
    let setup = world.start().limits(limits);
    let id = now(setup.begin()).unwrap();
    let password = || Password::new("some password".to_owned()).unwrap();
    let too_soon = now(setup.log_in(id, Credentials::new("maria", password()).unwrap()));
    assert!(matches!(too_soon, Err(SetupError::Rejected(Rejection::NotYet { .. }))));
    assert!(matches!(now(setup.enter_address(id, "127.0.0.1")), Err(SetupError::Address(_))));
    now(setup.enter_address(id, DEV)).unwrap();
    now(setup.drive(id)).unwrap();
    assert_eq!(log_in(&setup, id, "maria"), None);
}

#[test]
fn addresses_are_counted_by_client_by_environment_and_for_everybody() {
    let world = World::new();
    let mut limits = loose();
    limits.addresses.client = limit(2, 10);
    limits.addresses.environment = limit(3, 20);
    limits.addresses.everybody = limit(6, 30);
    let setup = world.start().limits(limits);
    let enter = |setup: &Setup, host: &str| {
        let id = now(setup.begin()).unwrap();
        let before = world.traces(id);
        let refused = early(now(setup.enter_address(id, host)));
        assert!(refused.is_none() || world.traces(id) == before, "nothing is recorded");
        refused
    };
    let throttled = |seconds| Some((Reason::AddressThrottled, at(seconds)));
    let one = setup.for_client(client("2001:db8:0:1::1"));
    assert_eq!(enter(&one, DEV), None);
    assert_eq!(enter(&one, "a.acme.example"), None);
    let neighbour = setup.for_client(client("2001:db8:0:1::2"));
    assert_eq!(enter(&neighbour, "b.acme.example"), throttled(10), "the same connection");
    let other = setup.for_client(client("192.0.2.7"));
    assert_eq!(enter(&other, DEV), None);
    assert_eq!(enter(&setup, DEV), None);
    assert_eq!(enter(&setup, DEV), throttled(20), "whoever asks");
    assert_eq!(enter(&other, DEV), throttled(20), "what was refused was not counted for the client");
    assert_eq!(enter(&other, "b.acme.example"), None);
    assert_eq!(enter(&setup, "c.acme.example"), None);
    assert_eq!(enter(&setup, "d.acme.example"), throttled(30), "everybody together");
    assert_eq!(enter(&one, DEV), throttled(30), "the longest pause of three");
    world.clock.set(at(30));
    assert_eq!(enter(&one, DEV), None);
}

#[test]
fn codes_are_counted_and_a_refused_one_is_not_sealed() {
    let world = World::new();
    world.accept(true);
    "11.7.5".clone_into(&mut world.scripted.script().version);
    let mut limits = loose();
    limits.codes.environment = limit(2, 15);
    let setup = world.start().limits(limits);
    let id = at_log_in(&setup, DEV);
    assert_eq!(log_in(&setup, id, "maria"), None);
    now(setup.choose_set_up(id)).unwrap();
    now(setup.accept_disclaimer(id, "1")).unwrap();
    assert_eq!(now(setup.drive(id)).unwrap().open, Step::ActivationCode);
    let enter = |text: &str| {
        let refused = early(now(setup.enter_code(id, ActivationCode::parse(text).unwrap())));
        let sealed = now(world.vault.open(id, SecretKind::Code)).unwrap().is_some();
        assert_eq!(sealed, refused.is_none());
        (refused, now(setup.drive(id)).unwrap().infrastructure.is_some())
    };
    assert_eq!(enter(SERIAL_SHAPED), (None, false));
    assert_eq!(enter(SERIAL_SHAPED), (None, false));
    let right = "ABC.DEF.G1H.I2J.KLM.NOP.QRS.TUV";
    let recorded = world.traces(id);
    assert_eq!(enter(right), (Some((Reason::CodeThrottled, at(15))), false));
    assert_eq!(world.traces(id), recorded);
    world.clock.set(at(15));
    assert_eq!(enter(right), (None, true));
}

#[test]
fn without_a_client_nothing_is_counted_for_one() {
    let world = World::new();
    let mut limits = loose();
    limits.log_ins.client = limit(1, 60);
    let setup = world.start().limits(limits);
    for username in ["maria", "omar", "ana"] {
        assert_eq!(arrive(&setup, DEV, username), None);
    }
    let asking = setup.for_client(client("192.0.2.1"));
    assert_eq!(arrive(&asking, DEV, "maria"), None);
    assert_eq!(arrive(&asking, DEV, "omar"), Some((Reason::LoginThrottled, at(60))));
}

#[test]
fn the_error_says_what_waits_and_names_nobody() {
    let world = World::new();
    let mut limits = loose();
    limits.user = limit(1, 60);
    let setup = world.start().limits(limits).for_client(client("192.0.2.1"));
    assert_eq!(arrive(&setup, DEV, "maria"), None);
    let id = at_log_in(&setup, DEV);
    let password = Password::new("some password".to_owned()).unwrap();
    let error = now(setup.log_in(id, Credentials::new("maria", password).unwrap())).unwrap_err();
    let text = format!("{error} {error:?}");
    assert!(matches!(error, SetupError::Throttled(Throttled { kind: AttemptKind::LogIn, .. })), "{text}");
    for name in ["maria", "acme", "192.0.2.1"] {
        assert!(!text.contains(name), "{text}");
    }
}
