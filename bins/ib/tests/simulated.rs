//! The whole way against a pretend infrastructure: the same exit code in every format, and the secrets that
//! were really sent appear in no output at any verbosity.
#![expect(clippy::unwrap_used, reason = "a helper that panics fails its test")]

use std::path::PathBuf;

use ib::format::Format;
use ib::surroundings::{Captured, Surroundings};
use ib_env_sim::{Scenario, Simulator};
use rstest::rstest;

/// The arguments that lead to every host of a simulator.
fn way_to(simulator: &Simulator) -> Vec<String> {
    // The simulator's port makes the name unique.
    let file = format!("simulated-{}-{}.pem", std::process::id(), simulator.address().port());
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(file);
    std::fs::write(&path, simulator.ca_pem()).unwrap();
    let mut arguments = vec!["--ca".to_owned(), path.display().to_string()];
    for host in simulator.hosts() {
        let mapping = format!("{}:443:{}", host.host, simulator.address());
        arguments.extend(["--connect-to".to_owned(), mapping]);
    }
    arguments
}

async fn run(way: &[String], arguments: &[&str], variables: &[(&str, &str)]) -> (u8, Captured) {
    let (mut surroundings, captured) = Surroundings::captured();
    surroundings.variables = variables.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
    let words = ["ib", "check"].iter().chain(arguments).map(|word| (*word).to_owned());
    let exit = ib::run(words.chain(way.iter().cloned()), surroundings).await;
    (exit.code(), captured)
}

#[rstest]
#[case::good("maria", "planted-Pass-1", 0)]
#[case::wrong("maria", "planted-Pass-2", 6)]
#[case::prepared("maria", "#planted-digest", 0)]
#[case::prepared_wrong("maria", "#planted-other", 6)]
#[tokio::test]
async fn secrets_that_were_sent_appear_nowhere(#[case] user: &str, #[case] password: &str, #[case] exit: u8) {
    let mut scenario = Scenario::acme();
    let maria = scenario.user_mut("maria").unwrap();
    maria.password = "planted-Pass-1".into();
    maria.digests = vec!["planted-digest".into()];
    let token = scenario.lifetime.tokens[0].value.reveal().to_owned();
    let simulator = Simulator::builder().scenario(scenario).start().await.unwrap();
    let way = way_to(&simulator);
    let variables = [("IB_PASSWORD", password), ("IB_LIFETIME_TOKEN", token.as_str())];
    for format in ["text", "short", "json", "ndjson", "junit"] {
        simulator.clock().advance(std::time::Duration::from_hours(1));
        let arguments = ["dev.acme.example", "--username", user, "--lifetime", "lifetime.acme.example"];
        let arguments: Vec<&str> = arguments.into_iter().chain(["-vvv", "--output", format]).collect();
        let (seen, captured) = run(&way, &arguments, &variables).await;
        let (stdout, stderr) = (captured.stdout(), captured.stderr());
        assert_eq!(seen, exit, "{format}: {stdout}{stderr}");
        assert!(stderr.contains("user.login"), "{format}: -vvv tells of the log-in: {stderr}");
        let all = stdout + &stderr;
        assert!(!all.contains("planted") && !all.contains(&token), "{format}: {all}");
    }
    assert!(simulator.requests().iter().any(|request| request.path.contains("lifetimeapi")));
    simulator.shutdown().await;
}

#[tokio::test]
async fn a_whole_infrastructure_without_an_address() {
    let scenario = Scenario::acme();
    let token = scenario.lifetime.tokens[0].value.reveal().to_owned();
    let simulator = Simulator::builder().scenario(scenario).start().await.unwrap();
    let way = way_to(&simulator);
    let arguments = ["--lifetime", "lifetime.acme.example", "--output", "json"];
    let (exit, captured) = run(&way, &arguments, &[("IB_LIFETIME_TOKEN", &token)]).await;
    let document: serde_json::Value = serde_json::from_str(&captured.stdout()).unwrap();
    let targets = document["targets"].as_array().unwrap();
    let addresses: Vec<_> = targets.iter().map(|target| target["address"].as_str().unwrap()).collect();
    assert_eq!(
        addresses,
        ["lifetime.acme.example", "dev.acme.example", "qa.acme.example", "prod.acme.example"]
    );
    assert_eq!((exit, captured.stderr().as_str()), (0, ""), "{document:#}");
    simulator.shutdown().await;
}

#[tokio::test]
async fn text_begins_with_the_verdict_and_shows_every_layer() {
    let simulator = Simulator::builder().scenario(Scenario::acme()).start().await.unwrap();
    let way = way_to(&simulator);
    let (exit, captured) = run(&way, &["http://dev.acme.example"], &[]).await;
    let stdout = captured.stdout();
    assert_eq!(exit, 0, "{stdout}");
    assert!(stdout.starts_with("✓ Passed  dev.acme.example (development)\n"), "{stdout}");
    assert!(stdout.contains("Note: http:// was changed to https://"), "{stdout}");
    for title in ["Name resolution", "TLS", "OutSystems 11", "Platform Server version"] {
        assert!(stdout.contains(&format!("✓ {title}")), "{title}: {stdout}");
    }
    assert_eq!(Format::default(), Format::Text);
    simulator.shutdown().await;
}
