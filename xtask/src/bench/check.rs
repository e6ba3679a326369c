//! How close `ib check` comes to the floor that the network sets, and what it takes for that.
//!
//! 200 environments take 50 ms for each round trip: for the TLS handshake, and for each answer. The floor is
//! what the longest chain of round trips, one after the other, must take. Requests are counted by the
//! simulator, not assumed.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, anyhow, ensure};
use ib_env_sim::scenario::{Environment, Scenario};
use ib_env_sim::{Recorded, Simulator};

use super::figure::{self, Bound, Figure};
use crate::repo::Repo;

const ENVIRONMENTS: usize = 200;
const ROUND_TRIP: Duration = Duration::from_millis(50);
/// The best of so many runs counts: others use this machine too.
const RUNS: usize = 10;
const MOST_OF_FLOOR: f64 = 1.25;
/// In MiB.
const MOST_MEMORY: f64 = 64.0;
const LONGEST_START_MS: f64 = 10.0;
/// What LifeTime is asked one after the other: without the token, the environments, and what makes up the
/// permissions (five requests side by side).
const LIFETIME_CHAIN: usize = 3;
const LIFETIME: &str = "lifetime.acme.example";

/// What the best run took.
struct Best {
    took: Duration,
    peak_kib: u32,
    chain: usize,
}

/// Measures all of it and says every figure.
///
/// # Errors
///
/// When a bound is missed.
pub(crate) fn run(repo: &Repo) -> Result<()> {
    let shell = &repo.sh;
    xshell::cmd!(shell, "cargo build --release --quiet --package ib").quiet().run()?;
    let ib = repo.target()?.join("release/ib");
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    let state = repo.target()?.join("bench");
    std::fs::create_dir_all(&state)?;
    let mut figures = Vec::new();
    for whole in [false, true] {
        let best = runtime.block_on(best_of(&ib, &state, whole))?;
        figures.extend(figures_of(&best, whole)?);
    }
    let start = start(&ib)?.as_secs_f64() * 1_000.0;
    figures.push(Figure::new("start of ib --version", start, "ms", Bound::AtMost(LONGEST_START_MS)));
    figure::say(&figures).map_err(anyhow::Error::msg)
}

fn figures_of(best: &Best, whole: bool) -> Result<[Figure; 2]> {
    let floor = ROUND_TRIP * u32::try_from(best.chain)?;
    let ratio = best.took.as_secs_f64() / floor.as_secs_f64();
    let what = if whole { "whole infrastructure, with log-in" } else { "addresses alone" };
    let ours = format!("{} ms", best.took.as_millis());
    let beside = format!("{} x {} ms", best.chain, ROUND_TRIP.as_millis());
    let memory = f64::from(best.peak_kib) / 1_024.0;
    Ok([
        Figure::new(format!("{what}: times the floor"), ratio, "times", Bound::AtMost(MOST_OF_FLOOR))
            .of(ours, beside),
        Figure::new(format!("{what}: peak memory"), memory, "MiB", Bound::AtMost(MOST_MEMORY)),
    ])
}

async fn best_of(ib: &Path, state: &Path, whole: bool) -> Result<Best> {
    let simulator = Simulator::builder().scenario(scenario()?).start().await?;
    let ca = state.join("ca.pem");
    std::fs::write(&ca, simulator.ca_pem())?;
    let arguments = arguments(&ca, &simulator, whole);
    // The first run is not measured: the simulator makes its certificates meanwhile. It is counted.
    once(ib, &arguments, whole).await?;
    let chain = longest_chain(&simulator.requests(), whole)?;
    let mut best = Best { took: Duration::MAX, peak_kib: 0, chain };
    for _ in 0..RUNS {
        let (took, peak_kib) = once(ib, &arguments, whole).await?;
        best.took = best.took.min(took);
        best.peak_kib = best.peak_kib.max(peak_kib);
    }
    Ok(best)
}

fn host(number: usize) -> String {
    if number == 0 { "dev.acme.example".to_owned() } else { format!("env{number:03}.acme.example") }
}

fn scenario() -> Result<Scenario> {
    let mut scenario = Scenario::acme();
    let dev = scenario.environment("dev.acme.example").context("acme has a development environment")?.clone();
    scenario.environments.retain(|environment| environment.host == LIFETIME || environment.host == dev.host);
    for number in 1..ENVIRONMENTS {
        scenario.environments.push(Environment {
            host: host(number),
            name: format!("Environment {number}"),
            purpose: ib_env_sim::scenario::Purpose::Test,
            ..dev.clone()
        });
    }
    scenario.round_trip_ms = u64::try_from(ROUND_TRIP.as_millis())?;
    Ok(scenario)
}

async fn once(ib: &Path, arguments: &[String], whole: bool) -> Result<(Duration, u32)> {
    let mut command = Command::new(ib);
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::null());
    if whole {
        command.env("IB_LIFETIME_TOKEN", "acme-lifetime-token-7c1d0f").env("IB_PASSWORD", "maria-Pass-1");
    }
    tokio::task::spawn_blocking(move || measure(command)).await?
}

fn arguments(ca: &Path, simulator: &Simulator, whole: bool) -> Vec<String> {
    let mut arguments =
        ["check", "--output", "json", "--concurrency", "200", "--ca"].map(str::to_owned).to_vec();
    arguments.push(ca.display().to_string());
    for host in simulator.hosts() {
        arguments.extend(["--connect-to".to_owned(), format!("{}:443:{}", host.host, simulator.address())]);
    }
    if whole {
        arguments.extend(["--lifetime", LIFETIME, "--username", "maria"].map(str::to_owned));
        arguments.push(host(0));
    } else {
        arguments.extend((0..ENVIRONMENTS).map(host));
    }
    arguments
}

/// Time from start to end, and the highest peak that was seen meanwhile.
fn measure(mut command: Command) -> Result<(Duration, u32)> {
    let begun = Instant::now();
    let mut child = command.spawn()?;
    let status = PathBuf::from(format!("/proc/{}/status", child.id()));
    let watch = std::thread::spawn(move || {
        let mut peak_kib = 0;
        // A process that has ended has no memory, and so no such line.
        while let Some(seen) = high_water_mark(&status) {
            peak_kib = seen;
            std::thread::sleep(Duration::from_millis(10));
        }
        peak_kib
    });
    let code = child.wait()?;
    let took = begun.elapsed();
    ensure!(code.success(), "ib check ended with {code}");
    let peak_kib = watch.join().map_err(|_| anyhow!("the watch over its memory broke down"))?;
    ensure!(peak_kib > 0, "its memory was not seen; the system tells it on Linux only");
    Ok((took, peak_kib))
}

/// The most memory that a process has had so far. The system tells it on Linux only.
fn high_water_mark(status: &Path) -> Option<u32> {
    let text = std::fs::read_to_string(status).ok()?;
    text.lines().find_map(|line| line.strip_prefix("VmHWM:"))?.split_whitespace().next()?.parse().ok()
}

/// The most round trips that had to be made one after the other: requests, and a handshake per host.
fn longest_chain(requests: &[Recorded], whole: bool) -> Result<usize> {
    let mut by_host: BTreeMap<&str, usize> = BTreeMap::new();
    for request in requests {
        *by_host.entry(&request.host).or_default() += 1;
    }
    let lifetime = by_host.remove(LIFETIME).unwrap_or(0);
    ensure!(by_host.len() == ENVIRONMENTS, "{} environments were asked", by_host.len());
    // Five of LifeTime's requests run side by side and count as one.
    ensure!(lifetime == if whole { LIFETIME_CHAIN + 4 } else { 0 }, "LifeTime was asked {lifetime} times");
    let before = if whole { 1 + LIFETIME_CHAIN } else { 0 };
    Ok(before + 1 + by_host.values().max().copied().unwrap_or(0))
}

/// The median start of `ib --version`.
fn start(ib: &Path) -> Result<Duration> {
    let mut all = Vec::new();
    for _ in 0..21 {
        let begun = Instant::now();
        let status = Command::new(ib).arg("--version").stdout(Stdio::null()).status()?;
        ensure!(status.success(), "ib --version ended with {status}");
        all.push(begun.elapsed());
    }
    all.sort_unstable();
    Ok(all[all.len() / 2])
}
