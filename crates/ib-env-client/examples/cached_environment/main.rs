//! An `Environment` of your own: one that wraps ours and is diagnosed once, however often it is asked for.
//!
//! `cargo run -p ib-env-client --example cached_environment`
//!
//! Whatever implements `Connect` goes where our HTTP client goes: into a `Checker`, or into the `Ports` of `ib-setup`.
#![expect(clippy::print_stdout, reason = "an example talks to the terminal")]

mod cached;

use std::collections::BTreeMap;
use std::error::Error;
use std::sync::{Arc, Mutex, PoisonError};

use ib_domain::address::EnvironmentAddress;
use ib_domain::verdict::Verdict;
use ib_env_client::check::Checker;
use ib_env_client::http::{HttpClient, Settings};
use ib_env_client::{Connect, Environment, LifeTime, Token};
use ib_env_sim::Simulator;
use tokio::sync::OnceCell;

use crate::cached::Cached;

/// Leads to one and the same environment for each address.
struct Cache(HttpClient, Mutex<BTreeMap<EnvironmentAddress, Arc<Cached>>>);

impl Connect for Cache {
    fn environment(&self, address: EnvironmentAddress) -> Arc<dyn Environment> {
        let mut known = self.1.lock().unwrap_or_else(PoisonError::into_inner);
        let ask = || Arc::new(Cached(self.0.environment(address.clone()), OnceCell::new()));
        known.entry(address.clone()).or_insert_with(ask).clone()
    }

    fn lifetime(&self, address: EnvironmentAddress, token: Token) -> Arc<dyn LifeTime> {
        self.0.lifetime(address, token)
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let simulator = Simulator::builder().start().await?;
    let mut settings = Settings::default();
    settings.authorities = vec![simulator.ca_pem().into()];
    settings.connect_to = vec![format!("dev.acme.example:443:{}", simulator.address()).parse()?];
    let checker = Checker::new(Arc::new(Cache(HttpClient::new(settings)?, Mutex::default())));

    let addresses = ["dev.acme.example".to_owned()];
    let first = checker.check(&addresses, |_| {}).await.verdict();
    let asked = simulator.requests().len();
    let second = checker.check(&addresses, |_| {}).await.verdict();
    let more = simulator.requests().len() - asked;
    println!("First check:  {first}, for {asked} requests\nSecond check: {second}, for {more} more");
    assert_eq!([first, second], [Verdict::Passed; 2]);
    assert!(asked > 0 && more == 0, "the second one was answered from the cache");
    Ok(())
}
