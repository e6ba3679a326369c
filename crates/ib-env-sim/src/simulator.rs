//! The simulator as a library.

use std::convert::Infallible;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use jiff::Timestamp;
use serde::Serialize;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::activation::{self, CodeAnswer};
use crate::clock::Clock;
use crate::control;
use crate::lock::locked;
use crate::log::Recorded;
use crate::manager::{self, ManagerState, ManagerVisit};
use crate::publications::PublicationList;
use crate::scenario::Scenario;
use crate::server::{self, Authority, Hub, TlsError};
use crate::state::World;

/// Why a simulator does not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// No port of `127.0.0.1` could be opened.
    #[error("no port could be opened: {0}")]
    Port(#[from] io::Error),
    /// No certificate could be made.
    #[error(transparent)]
    Tls(#[from] TlsError),
}

/// Settings of a simulator before it starts.
#[derive(Debug)]
#[must_use = "nothing runs before `start`"]
pub struct Builder {
    scenario: Scenario,
    clock: Clock,
}

impl Builder {
    /// What to simulate; *acme* if not said.
    pub fn scenario(self, scenario: Scenario) -> Self {
        Self { scenario, ..self }
    }

    /// The clock; one that stands at 2026-01-15T09:00:00Z until advanced, if not said.
    pub fn clock(self, clock: Clock) -> Self {
        Self { clock, ..self }
    }

    /// Opens both ports and serves.
    ///
    /// # Errors
    /// [`StartError`] if a port or a certificate is not to be had.
    pub async fn start(self) -> Result<Simulator, StartError> {
        let world = Arc::new(World::new(self.scenario, self.clock));
        let hub = Arc::new(Hub { world: Arc::clone(&world), authority: Authority::new()? });
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let control = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let (address, control_address) = (listener.local_addr()?, control.local_addr()?);
        let tasks = [
            tokio::spawn(server::serve(listener, Arc::clone(&hub))),
            tokio::spawn(control::serve(control, world)),
        ];
        Ok(Simulator { address, control_address, hub, tasks })
    }
}

/// A host of the infrastructure, as `ready.json` lists it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Host {
    /// Host name.
    pub host: String,
    /// The word for its kind.
    pub kind: String,
    /// Platform Server version.
    pub version: String,
}

/// A running infrastructure. Dropping it closes all its connections.
#[derive(Debug)]
#[must_use = "dropped, it is gone"]
pub struct Simulator {
    address: SocketAddr,
    control_address: SocketAddr,
    hub: Arc<Hub>,
    tasks: [JoinHandle<()>; 2],
}

impl Simulator {
    /// Begins to describe a simulator.
    pub fn builder() -> Builder {
        let start = Timestamp::constant(1_768_467_600, 0);
        Builder { scenario: Scenario::acme(), clock: Clock::manual(start) }
    }

    /// The TLS port.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Base address of the control API, for example `http://127.0.0.1:40001`.
    pub fn control_url(&self) -> String {
        format!("http://{}", self.control_address)
    }

    /// The certificate of the test CA, in PEM.
    pub fn ca_pem(&self) -> &str {
        self.hub.authority.pem()
    }

    /// All hosts with kind and version.
    pub fn hosts(&self) -> Vec<Host> {
        let scenario = self.scenario();
        let host = |environment: &crate::scenario::Environment| Host {
            host: environment.host.clone(),
            kind: environment.kind.word().to_owned(),
            version: environment.version.clone(),
        };
        scenario.environments.iter().map(host).collect()
    }

    /// Where to connect for a host; none if the infrastructure has no such host.
    pub fn connect_to(&self, host: &str) -> Option<SocketAddr> {
        self.scenario().environment(host).map(|_| self.address)
    }

    /// The scenario as it is now.
    pub fn scenario(&self) -> Arc<Scenario> {
        self.hub.world.scenario()
    }

    /// Changes the scenario in one step; requests see it as it was before or as it is after.
    pub fn update(&self, change: impl FnOnce(&mut Scenario)) {
        let outcome: Result<(), Infallible> = self.hub.world.change(|scenario| {
            change(scenario);
            Ok(())
        });
        let Ok(()) = outcome;
    }

    /// Whether `code` is the activation code of the infrastructure that has an environment with the serial number
    /// `serial`. Blanks and case do not count.
    ///
    /// ```
    /// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
    /// use ib_env_sim::{CodeAnswer, Simulator};
    ///
    /// let simulator = Simulator::builder().start().await.unwrap();
    /// let dev = "ACM-DEV-A1A-A0A-QRS-TUV-WX2-YZ4";
    /// assert_eq!(simulator.verify_code(dev, "acm.e11.a1a.a0a.qrs.tuv.wx2.yz3"), CodeAnswer::Verified);
    /// assert_eq!(simulator.verify_code(dev, dev), CodeAnswer::Refused);
    /// # });
    /// ```
    pub fn verify_code(&self, serial: &str, code: &str) -> CodeAnswer {
        activation::verify(&self.scenario(), serial, code)
    }

    /// Where the same is asked over HTTP, for example `http://127.0.0.1:40001/control/activation`.
    pub fn activation_url(&self) -> String {
        format!("{}{}", self.control_url(), activation::PATH)
    }

    /// The requests so far, the oldest first; at most [`crate::REQUEST_LOG_LIMIT`].
    pub fn requests(&self) -> Vec<Recorded> {
        self.hub.world.log.all()
    }

    /// What was published on every host so far.
    pub fn publications(&self) -> PublicationList {
        self.hub.world.published()
    }

    /// Has the Integration Manager of a host go to the service now, and waits for what comes of it; `None` where there
    /// is none.
    pub async fn report_now(&self, host: &str) -> Option<ManagerVisit> {
        manager::visit(&self.hub.world, host).await
    }

    /// What the Integration Manager of a host shows of its link.
    pub fn manager(&self, host: &str) -> ManagerState {
        self.hub.world.manager(host, |manager| manager.state())
    }

    /// Waits until every Integration Manager that was introduced to the service has been there.
    pub async fn finish_errands(&self) {
        self.hub.world.finish_errands().await;
    }

    /// The clock.
    pub fn clock(&self) -> &Clock {
        &self.hub.world.clock
    }

    /// Stops, and waits until both ports are closed.
    pub async fn shutdown(mut self) {
        for task in &mut self.tasks {
            task.abort();
            let _ = task.await;
        }
        locked(&self.hub.world.errands).abort_all();
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        self.tasks.iter().for_each(JoinHandle::abort);
        locked(&self.hub.world.errands).abort_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_clock_stands_at_the_documented_moment() {
        assert_eq!(Simulator::builder().clock.now().to_string(), "2026-01-15T09:00:00Z");
    }
}
