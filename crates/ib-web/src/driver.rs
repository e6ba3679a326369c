//! Does the work that is due, beside the requests.

use std::sync::Arc;
use std::time::Duration;

use ib_setup::ports::Lease;
use ib_setup::registration::{StepStatus, Stop, View};
use ib_setup::{Setup, SetupError, SetupId};
use tokio::sync::{Notify, Semaphore, watch};
use tokio::time::{Instant, sleep, timeout_at};
use tracing::{Instrument as _, error, info, info_span};

/// How often a driver looks for work that nobody told it about: of another process, or due by time.
const ROUND: Duration = Duration::from_secs(1);
/// How often somebody who waits looks by themselves, in case another process does the work.
const LOOK: Duration = Duration::from_millis(500);
/// How long a driver rests when the store cannot be used.
const REST: Duration = Duration::from_secs(5);

/// Does the work that is due for every set-up, as many at a time as it has slots.
pub(crate) struct Driver {
    setup: Setup,
    slots: Arc<Semaphore>,
    size: u32,
    work: Notify,
    /// Changes whenever work has ended; true once this driver does no more.
    ended: watch::Sender<bool>,
}

impl Driver {
    pub(crate) fn new(setup: Setup, size: usize) -> Self {
        let size = u32::try_from(size.max(1)).unwrap_or(u32::MAX);
        let slots = Arc::new(Semaphore::new(size as usize));
        Self { setup, slots, size, work: Notify::new(), ended: watch::Sender::new(false) }
    }

    /// Says that there is work.
    pub(crate) fn nudge(&self) {
        self.work.notify_one();
    }

    /// Works until `stop` completes; then what was begun is finished, and nothing more is begun.
    pub(crate) async fn run(self: Arc<Self>, stop: impl Future<Output = ()>) {
        let rounds = async {
            loop {
                self.round().await;
            }
        };
        tokio::select! {
            () = rounds => {}
            () = stop => {}
        }
        // Every slot is free once every piece of work has ended.
        drop(self.slots.acquire_many(self.size).await);
        self.ended.send_replace(true);
    }

    /// Takes what is due, or waits for some.
    async fn round(self: &Arc<Self>) {
        let Ok(slot) = Arc::clone(&self.slots).acquire_owned().await else { return };
        let free = self.slots.available_permits() + 1;
        drop(slot);
        match self.setup.lease(free).await {
            Ok(leases) if leases.is_empty() => {
                tokio::select! {
                    () = self.work.notified() => {}
                    () = sleep(ROUND) => {}
                }
            }
            Ok(leases) => {
                for lease in leases {
                    self.begin(lease).await;
                }
            }
            Err(error) => {
                error!(error = &error as &dyn std::error::Error, "work cannot be taken from the store");
                sleep(REST).await;
            }
        }
    }

    async fn begin(self: &Arc<Self>, lease: Lease) {
        let Ok(slot) = Arc::clone(&self.slots).acquire_owned().await else { return };
        let driver = Arc::clone(self);
        let work = async move {
            match driver.setup.work(lease).await {
                Ok(view) => info!(step = view.open.id(), stop = view.stop.map(Stop::id), "worked"),
                Err(error) => {
                    error!(
                        error = &error as &dyn std::error::Error,
                        "a set-up rests until its lease runs out"
                    );
                }
            }
            driver.ended.send_modify(|_| ());
            drop(slot);
        };
        tokio::spawn(work.instrument(info_span!("drive", setup = %lease.setup)));
    }

    /// The view of a set-up as soon as nothing is under way there, or when `limit` has passed. A driver that does
    /// no more keeps nobody waiting.
    pub(crate) async fn settled(&self, setup: SetupId, limit: Duration) -> Result<View, SetupError> {
        let until = Instant::now() + limit;
        let mut ended = self.ended.subscribe();
        loop {
            // Looked at before the view: what ended last is in it.
            let is_over = *ended.borrow_and_update();
            let view = self.setup.view(setup).await?;
            if !is_running(&view) || is_over || Instant::now() >= until {
                return Ok(view);
            }
            let look = (Instant::now() + LOOK).min(until);
            let _ = timeout_at(look, ended.changed()).await;
        }
    }
}

/// Whether the world works on the open step.
pub(crate) fn is_running(view: &View) -> bool {
    view.status(view.open) == StepStatus::Running
}

#[cfg(test)]
mod tests {
    use ib_setup::registration::{Rules, Step};
    use ib_setup::testing::{Scripted, ports};

    use super::*;

    async fn with_work() -> (Arc<Driver>, SetupId) {
        let setup = Setup::new(ports(Arc::new(Scripted::default())), Rules::new("1"));
        let id = setup.begin().await.unwrap();
        setup.enter_address(id, "dev.acme.example").await.unwrap();
        (Arc::new(Driver::new(setup, 2)), id)
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_waits_hears_of_work_that_has_ended() {
        let (driver, id) = with_work().await;
        let running = tokio::spawn(Arc::clone(&driver).run(std::future::pending()));
        let view = driver.settled(id, Duration::from_secs(20)).await.unwrap();
        assert_eq!((view.open, is_running(&view)), (Step::LogIn, false));
        running.abort();
    }

    #[tokio::test(start_paused = true)]
    async fn a_driver_that_was_stopped_keeps_nobody_waiting() {
        let (driver, id) = with_work().await;
        Arc::clone(&driver).run(async {}).await;
        let begun = Instant::now();
        driver.settled(id, Duration::from_secs(20)).await.unwrap();
        assert_eq!(begun.elapsed(), Duration::ZERO);
    }
}
