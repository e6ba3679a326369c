//! What a registration happens in, and a person who goes through it.

use std::future::Future;
use std::sync::Arc;

use futures_util::FutureExt as _;
use ib_env_client::{Credentials, Password};
use ib_setup::registration::{Action, Event, LOG_IN_LIMIT, Rules, Step, View};
use ib_setup::testing::{MemoryStore, MemoryVault, Scripted, SequentialIds, SetClock, ports};
use ib_setup::{ActivationCode, Ports, Setup, SetupError, SetupId, Timestamp};

pub(crate) const CODE: &str = "ABC.DEF.G1H.I2J.KLM.NOP.QRS.TUV";
pub(crate) const SERIAL_SHAPED: &str = "ABC-DEF-G1H-I2J-KLM-NOP-QRS-TUV";
pub(crate) const PASSWORD: &str = "correct horse battery";

/// Nothing in memory waits, so a future is ready at once.
pub(crate) fn now<T>(future: impl Future<Output = T>) -> T {
    future.now_or_never().expect("nothing in memory waits")
}

/// A machine room: what outlives the program, and a way to start the program.
pub(crate) struct Room {
    pub(crate) scripted: Scripted,
    pub(crate) store: Arc<MemoryStore>,
    pub(crate) vault: Arc<MemoryVault>,
    pub(crate) clock: Arc<SetClock>,
    pub(crate) ids: Arc<SequentialIds>,
}

impl Room {
    pub(crate) fn with(version: &str) -> Self {
        let scripted = Scripted::default();
        version.clone_into(&mut scripted.script().version);
        Self::holding(scripted, MemoryStore::default())
    }

    pub(crate) fn holding(scripted: Scripted, store: MemoryStore) -> Self {
        Self {
            scripted,
            store: Arc::new(store),
            vault: Arc::default(),
            clock: Arc::default(),
            ids: Arc::default(),
        }
    }

    pub(crate) fn ports(&self) -> Ports {
        Ports {
            store: self.store.clone(),
            shelf: self.store.clone(),
            vault: self.vault.clone(),
            clock: self.clock.clone(),
            ids: self.ids.clone(),
            ..ports(Arc::new(self.scripted.clone()))
        }
    }

    pub(crate) fn start(&self) -> Setup {
        Setup::new(self.ports(), Rules::new("1"))
    }

    pub(crate) fn history(&self, id: SetupId) -> Vec<Event> {
        now(self.start().history(id)).unwrap()
    }

    /// Lets the time pass in which a log-in may be answered.
    pub(crate) fn wait(&self) {
        self.clock.set(Timestamp::from_millis(0).plus(LOG_IN_LIMIT));
    }
}

/// Events as a store keeps them.
pub(crate) fn texts(events: &[Event]) -> Vec<String> {
    events.iter().map(|event| serde_json::to_string(event).unwrap()).collect()
}

pub(crate) fn credentials(username: &str) -> Credentials {
    Credentials::new(username, Password::new(PASSWORD.to_owned()).unwrap()).unwrap()
}

pub(crate) fn code(text: &str) -> ActivationCode {
    ActivationCode::parse(text).unwrap()
}

/// Does what the page suggests first.
pub(crate) fn act(setup: &Setup, id: SetupId, view: &View) -> Result<View, SetupError> {
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
pub(crate) fn go(setup: &Setup, id: SetupId, step: Step) -> Result<View, SetupError> {
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

pub(crate) fn finish(setup: &Setup, id: SetupId) -> Result<View, SetupError> {
    go(setup, id, Step::Registered)
}
