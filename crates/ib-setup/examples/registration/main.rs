//! Drives a registration with a store and pages of your own, from the address to the registered infrastructure.
//!
//! `cargo run -p ib-setup --example registration`
//!
//! `store.rs` is the store, over `table.rs`, `row.rs` and `registered.rs`; `tests/conformance.rs` checks it. The shelf
//! and the vault would be yours too; here they are those of `ib_setup::testing`. The environment is simulated, and
//! asked over HTTPS.
#![expect(clippy::print_stdout, reason = "an example talks to the terminal")]

mod registered;
mod row;
mod store;
mod table;

use std::error::Error;
use std::sync::Arc;

use ib_env_client::http::{HttpClient, Settings};
use ib_env_sim::Simulator;
use ib_setup::registration::{Rules, Step, View};
use ib_setup::system::{RandomIds, SystemClock};
use ib_setup::{Credentials, Password, Ports, Setup, testing};

use crate::store::OwnStore;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let simulator = Simulator::builder().start().await?;
    let mut settings = Settings::default();
    settings.authorities = vec![simulator.ca_pem().into()];
    settings.connect_to = vec![format!("dev.acme.example:443:{}", simulator.address()).parse()?];
    let ports = Ports {
        store: Arc::new(OwnStore::default()),
        clock: Arc::new(SystemClock),
        ids: Arc::new(RandomIds),
        ..testing::ports(Arc::new(HttpClient::new(settings)?))
    };
    let setup = Setup::new(ports, Rules::new("2026-01"));

    // Each command records what a person did; `drive` does what follows from it.
    let id = setup.begin().await?;
    page(&setup.enter_address(id, "https://dev.acme.example/ServiceCenter").await?);
    page(&setup.drive(id).await?);
    setup.log_in(id, Credentials::new("maria", Password::new("maria-Pass-1".to_owned())?)?).await?;
    page(&setup.drive(id).await?);
    page(&setup.choose_set_up(id).await?);
    setup.accept_disclaimer(id, "2026-01").await?;
    let end = setup.drive(id).await?;
    page(&end);
    assert!(end.open == Step::Registered && end.infrastructure.is_some(), "maria may do everything");
    Ok(())
}

/// Your own page: text made from the view, which says all that a person has to see.
fn page(view: &View) {
    let (done, all) = view.progress();
    let host = view.environment.as_ref().map_or("no environment yet", |found| found.address.host());
    println!("{done} of {all} done | {} | {host} | you can {:?}", view.open.id(), view.actions);
}
