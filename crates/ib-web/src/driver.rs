//! Does the work that is due, beside the requests.

use std::sync::Arc;
use std::time::Duration;

use ib_setup::ports::{Lease, Leased, Release};
use ib_setup::registration::{StepStatus, View};
use ib_setup::{DriverError, Setup, SetupError, SetupId};
use tokio::sync::{Notify, Semaphore, mpsc, watch};
use tokio::time::{Instant, sleep, timeout_at};
use tracing::{Instrument as _, debug, error, info_span, warn};

use crate::measure;

/// How often a driver looks for work that nobody told it about: of another process, or due by time.
const ROUND: Duration = Duration::from_secs(1);
/// How often somebody who waits looks by themselves, in case another process does the work.
const LOOK: Duration = Duration::from_millis(500);
/// How long a driver rests when the store cannot be used.
const REST: Duration = Duration::from_secs(5);

/// How many leases are given back in one statement.
const BATCH: usize = 256;

/// Does the work that is due, as many pieces at a time as it has slots.
pub(crate) struct Driver {
    setup: Setup,
    inner: ib_setup::Driver,
    slots: Arc<Semaphore>,
    size: u32,
    work: Notify,
    /// Changes whenever work has ended; true once this driver does no more.
    ended: watch::Sender<bool>,
}

impl Driver {
    pub(crate) fn new(setup: Setup, inner: ib_setup::Driver, size: usize) -> Self {
        let size = u32::try_from(size.max(1)).unwrap_or(u32::MAX);
        let slots = Arc::new(Semaphore::new(size as usize));
        Self { setup, inner, slots, size, work: Notify::new(), ended: watch::Sender::new(false) }
    }

    /// Says that there is work.
    pub(crate) fn nudge(&self) {
        self.work.notify_one();
    }

    /// Hears whenever work has ended here.
    pub(crate) fn subscribe(&self) -> watch::Receiver<bool> {
        self.ended.subscribe()
    }

    /// Works until `stop` completes; then what was begun is finished, and nothing more is begun.
    pub(crate) async fn run(self: Arc<Self>, stop: impl Future<Output = ()>) {
        let (done, releases) = mpsc::channel(BATCH);
        let giving_back = tokio::spawn(Arc::clone(&self).give_back(releases));
        let rounds = async {
            loop {
                self.round(&done).await;
            }
        };
        tokio::select! {
            () = rounds => {}
            () = stop => {}
        }
        // Every slot is free once every piece of work has ended.
        drop(self.slots.acquire_many(self.size).await);
        drop(done);
        drop(giving_back.await);
        self.ended.send_replace(true);
    }

    /// Takes what is due, or waits for some.
    async fn round(self: &Arc<Self>, done: &mpsc::Sender<Release>) {
        let Ok(slot) = Arc::clone(&self.slots).acquire_owned().await else { return };
        let free = self.slots.available_permits() + 1;
        drop(slot);
        match self.inner.lease(free, None).await {
            Ok(leased) if leased.is_empty() => {
                tokio::select! {
                    () = self.work.notified() => {}
                    () = sleep(ROUND) => {}
                }
            }
            Ok(leased) => {
                for leased in leased {
                    self.begin(leased, done.clone()).await;
                }
            }
            Err(error) => {
                error!(error = &error as &dyn std::error::Error, "work cannot be taken from the store");
                sleep(REST).await;
            }
        }
    }

    async fn begin(self: &Arc<Self>, leased: Leased, done: mpsc::Sender<Release>) {
        let Ok(slot) = Arc::clone(&self.slots).acquire_owned().await else { return };
        let (driver, history) = (Arc::clone(self), leased.lease.history);
        let work = async move {
            let begun = Instant::now();
            let held = driver.hold(leased).await;
            measure::count_work(held.is_ok(), begun.elapsed());
            match held {
                Ok(release) => {
                    debug!("worked");
                    // Where nobody gives it back any more, the lease runs out by itself.
                    let _ = done.send(release).await;
                }
                Err(error) => {
                    error!(error = &error as &dyn std::error::Error, "work rests until its lease runs out");
                }
            }
            driver.ended.send_modify(|_| ());
            drop(slot);
        };
        tokio::spawn(work.instrument(info_span!("drive", %history)));
    }

    /// Does the work, and renews the lease while that takes long.
    async fn hold(&self, leased: Leased) -> Result<Release, DriverError> {
        let lease = leased.lease;
        tokio::select! {
            worked = self.inner.work(leased) => worked,
            never = self.renew(lease) => match never {},
        }
    }

    /// Renews a lease again and again. What is recorded under one that is lost is refused, so the work ends by itself.
    async fn renew(&self, lease: Lease) -> std::convert::Infallible {
        loop {
            sleep(self.inner.renew_every()).await;
            if let Err(error) = self.inner.renew(lease).await {
                warn!(error = &error as &dyn std::error::Error, "a lease cannot be renewed");
            }
        }
    }

    /// Gives leases back, as many at a time as there are.
    async fn give_back(self: Arc<Self>, mut releases: mpsc::Receiver<Release>) {
        let mut batch = Vec::with_capacity(BATCH);
        while releases.recv_many(&mut batch, BATCH).await > 0 {
            if let Err(error) = self.inner.release(&batch).await {
                error!(error = &error as &dyn std::error::Error, "leases cannot be given back; they run out");
            }
            self.come_back(&batch);
            batch.clear();
        }
    }

    /// Looks again when the first of them is due, where that is before the next round.
    fn come_back(self: &Arc<Self>, releases: &[Release]) {
        let pauses = releases.iter().filter_map(|release| Some(self.inner.until(release.due?)));
        if let Some(pause) = pauses.min().filter(|pause| *pause < ROUND) {
            let driver = Arc::clone(self);
            tokio::spawn(async move {
                sleep(pause).await;
                driver.nudge();
            });
        }
    }

    /// The view of a set-up as soon as nothing is under way there, or when `limit` has passed.
    pub(crate) async fn settled(&self, setup: SetupId, limit: Duration) -> Result<View, SetupError> {
        let look = || async {
            let view = self.setup.view(setup).await?;
            let is_settled = !is_running(&view);
            Ok((view, is_settled))
        };
        self.until(limit, look).await
    }

    /// What `look` sees as soon as it says that this will do, or when `limit` has passed. A driver that does no
    /// more keeps nobody waiting.
    pub(crate) async fn until<T, E, F>(&self, limit: Duration, look: impl Fn() -> F) -> Result<T, E>
    where
        F: Future<Output = Result<(T, bool), E>>,
    {
        let until = Instant::now() + limit;
        let mut ended = self.ended.subscribe();
        loop {
            // Looked at before the view: what ended last is in it.
            let is_over = *ended.borrow_and_update();
            let (seen, will_do) = look().await?;
            if will_do || is_over || Instant::now() >= until {
                return Ok(seen);
            }
            let next = (Instant::now() + LOOK).min(until);
            let _ = timeout_at(next, ended.changed()).await;
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
        let inner = ib_setup::Driver::new(setup.clone(), None);
        (Arc::new(Driver::new(setup, inner, 2)), id)
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
