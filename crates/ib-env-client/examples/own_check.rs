//! A check of your own beside ours, rolled up into one verdict.
//!
//! `cargo run -p ib-env-client --example own_check`
//!
//! The catalogue of findings is closed: each of its reasons has a code, a page and a test. What only your product asks
//! is a type of your own. It shares our words for how it came out and what it limits, so one roll-up holds for both.
#![expect(clippy::print_stdout, reason = "an example talks to the terminal")]

use std::error::Error;
use std::sync::Arc;

use ib_domain::feature::Feature;
use ib_domain::verdict::Verdict;
use ib_env_client::check::{Checker, Target};
use ib_env_client::http::{HttpClient, Settings};
use ib_env_sim::Simulator;

/// What your product finds.
struct OwnFinding {
    verdict: Verdict,
    message: String,
    limits: &'static [Feature],
}

/// Your own rule: integrations are made in a place that your directory knows.
fn is_in_directory(host: &str, directory: &[&str]) -> OwnFinding {
    if directory.contains(&host) {
        return OwnFinding { verdict: Verdict::Passed, message: format!("{host} is known"), limits: &[] };
    }
    let message = format!("{host} is not in the directory: ask the platform team to enter it");
    OwnFinding { verdict: Verdict::Warnings, message, limits: &[Feature::Register] }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let simulator = Simulator::builder().start().await?;
    let mut settings = Settings::default();
    settings.authorities = vec![simulator.ca_pem().into()];
    settings.connect_to = vec![format!("dev.acme.example:443:{}", simulator.address()).parse()?];
    let checker = Checker::new(Arc::new(HttpClient::new(settings)?));

    let inventory = checker.inventory().await;
    let ours = checker.target(&Target::development("dev.acme.example"), &inventory).await;
    let own = is_in_directory(&ours.address, &["qa.acme.example"]);
    let whole = Verdict::roll_up([ours.verdict(), own.verdict]);

    println!("Ours:  {} after {} checks", ours.verdict(), ours.findings.len());
    println!("Yours: {}, {}", own.verdict, own.message);
    let limits: Vec<_> = own.limits.iter().map(|feature| feature.label()).collect();
    println!("       limits {}", limits.join(", "));
    println!("Whole: {whole}");
    assert_eq!((ours.verdict(), whole), (Verdict::Passed, Verdict::Warnings), "the worst part counts");
    Ok(())
}
