//! A whole registration, with a restart after each step.

use std::sync::Arc;
use std::time::Duration;

use ib_env_client::{Credentials, Password};
use ib_setup::registration::{Action, Rules, View};
use ib_setup::testing::{Scripted, SequentialIds, SetClock, ports};
use ib_setup::{ActivationCode, Ports, Setup, SetupError, SetupId};
use ib_store::Keys;

use super::place::{Opened, Place};

const CODE: &str = "ABC.DEF.G1H.I2J.KLM.NOP.QRS.TUV";

/// A program that is started, and everything that it wrote before.
async fn start(place: &Place, scripted: &Scripted, ids: &Arc<SequentialIds>) -> (Opened, Setup) {
    let opened = place.open().await;
    let (clock, keys) = (Arc::new(SetClock::default()), Keys::parse(&"0f".repeat(32)).unwrap());
    let vault = opened.vault(keys, clock.clone(), Duration::from_mins(30)).await.unwrap();
    let ports = Ports {
        store: opened.store(),
        shelf: opened.shelf(),
        vault: Arc::new(vault),
        clock,
        ids: ids.clone(),
        ..ports(Arc::new(scripted.clone()))
    };
    (opened, Setup::new(ports, Rules::new("1")))
}

async fn act(setup: &Setup, id: SetupId, view: &View) -> Result<View, SetupError> {
    match view.actions.first() {
        Some(Action::LogIn) => {
            let password = Password::new("correct horse".to_owned()).unwrap();
            setup.log_in(id, Credentials::new("maria", password).unwrap()).await
        }
        Some(Action::ChooseSetUp) => setup.choose_set_up(id).await,
        Some(Action::AcceptDisclaimer) => setup.accept_disclaimer(id, "1").await,
        Some(Action::EnterCode) => setup.enter_code(id, ActivationCode::parse(CODE).unwrap()).await,
        _ => setup.enter_address(id, "dev.acme.example").await,
    }
}

pub(crate) async fn survives_a_restart_after_each_step(place: &Place) {
    let scripted = Scripted::default();
    "11.7.5".clone_into(&mut scripted.script().version);
    let ids = Arc::new(SequentialIds::default());
    let (opened, setup) = start(place, &scripted, &ids).await;
    let id = setup.begin().await.unwrap();
    opened.close().await;
    for _ in 0..20 {
        let (opened, setup) = start(place, &scripted, &ids).await;
        let view = setup.drive(id).await.unwrap();
        if view.infrastructure.is_some() {
            assert_eq!(scripted.script().log_ins, 1);
            return opened.close().await;
        }
        opened.close().await;
        let (opened, setup) = start(place, &scripted, &ids).await;
        act(&setup, id, &view).await.unwrap();
        opened.close().await;
    }
    unreachable!("twenty steps are enough");
}
