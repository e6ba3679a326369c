//! Checks an address in ten lines: a client, a checker, a report.
//!
//! `cargo run -p ib-env-client --example check` asks a simulated environment. With the address of a real one after
//! `--`, such as `-- dev.example.com`, it asks that.
#![expect(clippy::print_stdout, reason = "an example talks to the terminal")]

use std::error::Error;
use std::sync::Arc;

use ib_domain::verdict::Verdict;
use ib_env_client::check::Checker;
use ib_env_client::http::{HttpClient, Settings};
use ib_env_sim::Simulator;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    if let Some(address) = std::env::args().nth(1) {
        return check(&address, Settings::default()).await.map(drop);
    }
    // The simulated host is reached as `curl --connect-to` reaches one, and its authority is trusted.
    let simulator = Simulator::builder().start().await?;
    let mut settings = Settings::default();
    settings.authorities = vec![simulator.ca_pem().into()];
    settings.connect_to = vec![format!("dev.acme.example:443:{}", simulator.address()).parse()?];
    let verdict = check("https://Dev.acme.example/ServiceCenter", settings).await?;
    assert_eq!(verdict, Verdict::Passed, "nothing is the matter with the simulated environment");
    Ok(())
}

/// The ten lines.
async fn check(address: &str, settings: Settings) -> Result<Verdict, Box<dyn Error>> {
    let checker = Checker::new(Arc::new(HttpClient::new(settings)?));
    let report = checker.check(&[address.to_owned()], |_| {}).await;
    for target in &report.targets {
        for finding in &target.findings {
            let (what, status) = (finding.check.title(), finding.outcome.status());
            println!("{what:25} {status:15} {}", finding.message(&target.address));
        }
    }
    println!("Verdict: {}", report.verdict());
    Ok(report.verdict())
}
