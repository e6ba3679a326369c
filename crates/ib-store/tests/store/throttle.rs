//! Attempts are counted where all processes see them.

use std::sync::Arc;

use ib_domain::reason::Reason;
use ib_env_client::{Credentials, Password};
use ib_setup::registration::{LOG_IN_LIMIT, Rules};
use ib_setup::testing::{Scripted, SequentialIds, SetClock, ports};
use ib_setup::{Limits, Ports, Setup, SetupError, SetupId, Throttled, Timestamp};

use super::place::{Opened, Place};

/// What every process has in common beside the database.
struct World {
    scripted: Scripted,
    clock: Arc<SetClock>,
    ids: Arc<SequentialIds>,
}

impl World {
    /// One where every password is wrong.
    fn new(first_id: u64) -> Self {
        let (scripted, ids) = (Scripted::default(), Arc::new(SequentialIds::default()));
        scripted.script().refuses = Some(Reason::LoginRefused);
        for _ in 0..first_id {
            ib_setup::ports::Ids::next(&*ids);
        }
        Self { scripted, clock: Arc::default(), ids }
    }

    fn start(&self, opened: &Opened) -> Setup {
        let ports = Ports {
            store: opened.store(),
            shelf: opened.shelf(),
            clock: self.clock.clone(),
            ids: self.ids.clone(),
            ..ports(Arc::new(self.scripted.clone()))
        };
        Setup::new(ports, Rules::new("1"))
    }
}

async fn at_log_in(setup: &Setup, host: &str) -> SetupId {
    let id = setup.begin().await.unwrap();
    setup.enter_address(id, host).await.unwrap();
    setup.drive(id).await.unwrap();
    id
}

async fn log_in(setup: &Setup, id: SetupId) -> Result<(), Throttled> {
    let password = Password::new("wrong".to_owned()).unwrap();
    match setup.log_in(id, Credentials::new("maria", password).unwrap()).await {
        Ok(_) => Ok(()),
        Err(SetupError::Throttled(throttled)) => Err(throttled),
        Err(error) => unreachable!("{error:?}"),
    }
}

/// The free attempts are used up, with a restart after each.
pub(crate) async fn counts_across_a_restart(place: &Place) {
    let world = World::new(100);
    let user = Limits::default().user;
    for _ in 0..user.free {
        let opened = place.open().await;
        let setup = world.start(&opened);
        let id = at_log_in(&setup, "dev.restart.example").await;
        log_in(&setup, id).await.unwrap();
        setup.drive(id).await.unwrap();
        drop(setup);
        opened.close().await;
    }
    let opened = place.open().await;
    let setup = world.start(&opened);
    let id = at_log_in(&setup, "dev.restart.example").await;
    let until = Timestamp::from_millis(0).plus(user.first);
    assert_eq!(log_in(&setup, id).await.unwrap_err().until, until);
    world.clock.set(until);
    log_in(&setup, id).await.unwrap();
    drop(setup);
    opened.close().await;
}

/// Two processes at the same time share counts, and one log-in of a user at a time.
pub(crate) async fn counts_across_processes(place: &Place) {
    let world = World::new(200);
    let opened = [place.open().await, place.open().await];
    let [first, second] = [&opened[0], &opened[1]].map(|opened| world.start(opened));
    let ids = [at_log_in(&first, "dev.shared.example").await, at_log_in(&second, "dev.shared.example").await];
    log_in(&first, ids[0]).await.unwrap();
    let until = Timestamp::from_millis(0).plus(LOG_IN_LIMIT);
    assert_eq!(log_in(&second, ids[1]).await.unwrap_err().until, until, "the first one is in flight");
    first.drive(ids[0]).await.unwrap();
    for (setup, id) in [(&second, ids[1]), (&first, ids[0])] {
        log_in(setup, id).await.unwrap();
        setup.drive(id).await.unwrap();
    }
    assert!(log_in(&first, ids[0]).await.is_err() && log_in(&second, ids[1]).await.is_err());
    assert_eq!(world.scripted.script().log_ins, 3);

    // Of many at once, one is admitted.
    let user = Limits::default().user;
    world.clock.set(Timestamp::from_millis(0).plus(user.first));
    let tries = (0..8).map(|number| {
        let setup = [&first, &second][number % 2].clone();
        tokio::spawn(async move {
            let id = at_log_in(&setup, "dev.shared.example").await;
            log_in(&setup, id).await.is_ok()
        })
    });
    let mut admitted = 0;
    for tried in tries.collect::<Vec<_>>() {
        admitted += usize::from(tried.await.unwrap());
    }
    assert_eq!(admitted, 1);
    drop((first, second));
    for opened in opened {
        opened.close().await;
    }
}
