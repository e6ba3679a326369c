//! The simulator in your own tests: a scenario, a fault, an assertion.
//!
//! `cargo run -p ib-env-sim --example in_your_ci`
//!
//! `tries` stands for the test, and `your_program` for what is tested: any program that speaks to an environment. It
//! needs no network and no fixed port, so many of them run side by side.
#![expect(clippy::print_stdout, reason = "an example talks to the terminal")]

use std::error::Error;
use std::sync::Arc;

use ib_domain::reason::Reason;
use ib_env_client::check::Checker;
use ib_env_client::http::{HttpClient, Settings};
use ib_env_sim::scenario::{Action, Fault};
use ib_env_sim::{Scenario, Simulator};

const SCENARIO: &str = "
name = 'globex'
environments = [{ host = 'dev.globex.example', name = 'Development', purpose = 'Development', version = '11.7.1.5999' }]
";

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let simulator = Simulator::builder().scenario(Scenario::from_toml_str(SCENARIO)?).start().await?;

    println!("The environment is too old:");
    assert_eq!(your_program(&simulator).await?, Some(Reason::VersionTooOld));

    println!("It is upgraded, and its web server is down:");
    simulator.update(|scenario| {
        "11.23.1.40123".clone_into(&mut scenario.environments[0].version);
        scenario.environments[0].faults = vec![Fault::always(Action::Status(502))];
    });
    assert_eq!(your_program(&simulator).await?, Some(Reason::HttpGateway));

    println!("The web server is up again:");
    simulator.update(|scenario| scenario.environments[0].faults.clear());
    assert_eq!(your_program(&simulator).await?, None);
    println!("It was sent {} requests in all.", simulator.requests().len());
    simulator.shutdown().await;
    Ok(())
}

/// Connects where the simulator says, and trusts its certificate authority.
async fn your_program(simulator: &Simulator) -> Result<Option<Reason>, Box<dyn Error>> {
    let mut settings = Settings::default();
    settings.authorities = vec![simulator.ca_pem().into()];
    settings.connect_to = vec![format!("dev.globex.example:443:{}", simulator.address()).parse()?];
    let checker = Checker::new(Arc::new(HttpClient::new(settings)?));
    let report = checker.check(&["dev.globex.example".to_owned()], |_| {}).await;
    let stop = report.targets[0].decisive();
    let says = stop.map_or_else(|| "nothing is in the way".to_owned(), |it| it.message("dev.globex.example"));
    println!("  {}: {says}", report.verdict());
    Ok(stop.and_then(|finding| finding.outcome.reason()))
}
