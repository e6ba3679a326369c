//! The pages in real browsers: journeys in Chromium, Firefox and `WebKit`, and in Chromium a look at every state.
//!
//! Not run by accident: the feature `browsers` builds it, and `cargo xtask test --only browsers` provides what it
//! needs. A word after `--` runs the journeys whose name holds it.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "helpers of tests fail a test by panicking"
)]
#![expect(clippy::print_stdout, reason = "this is its own test harness")]

mod embed;
mod engine;
mod environments;
mod installs;
mod integrations;
mod journeys;
mod keyboard;
mod looks;
mod place;
mod races;
mod scriptless;
mod stops;
mod tour;
mod window;
mod wire;

use std::pin::Pin;
use std::process::ExitCode;
use std::time::Instant;

use thirtyfour::WebDriver;
use tokio::signal::unix::{SignalKind, signal};
use tokio::task::{LocalSet, spawn_local};

use crate::engine::{Driver, Engine};

/// A browser that a journey is given; cookies of an earlier one may be in it.
#[derive(Clone)]
pub(crate) struct Guest {
    pub(crate) browser: WebDriver,
}

/// A test, in one browser after the other.
#[derive(Clone, Copy)]
pub(crate) struct Journey {
    name: &'static str,
    run: fn(Guest) -> Pin<Box<dyn Future<Output = ()>>>,
}

/// Journeys by the names of their functions.
macro_rules! named {
    ($($name:ident),+ $(,)?) => {
        &[$($crate::Journey { name: stringify!($name), run: |guest| Box::pin($name(guest)) }),+]
    };
}
pub(crate) use named;

fn main() -> ExitCode {
    let wanted: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let outcome = LocalSet::new().block_on(&runtime, async {
        tokio::select! {
            outcome = async { if tour::is_given() { walk().await } else { all(&wanted).await } } => outcome,
            () = interrupted() => Outcome { passed: 0, failed: vec!["interrupted".to_owned()] },
        }
    });
    runtime.shutdown_background();
    println!("journeys: {} passed, {} failed", outcome.passed, outcome.failed.len());
    for failed in &outcome.failed {
        println!("  {failed}");
    }
    if outcome.failed.is_empty() && outcome.passed > 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Ctrl-C or a polite kill: what was started is ended on the way out.
async fn interrupted() {
    let mut killed = signal(SignalKind::terminate()).unwrap();
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = killed.recv() => {}
    }
}

#[derive(Default)]
struct Outcome {
    passed: usize,
    failed: Vec<String>,
}

/// The tour of the demo alone.
async fn walk() -> Outcome {
    let mut outcome = Outcome::default();
    run(&Driver::start(Engine::Chromium).await, true, tour::ALL, &mut outcome).await;
    outcome
}

/// Two engines at a time: a journey waits more than it works.
async fn all(wanted: &[String]) -> Outcome {
    let mut outcome = Outcome::default();
    let one = async {
        let mut outcome = Outcome::default();
        through(Engine::Chromium, wanted, &mut outcome).await;
        outcome
    };
    let others = async {
        let mut outcome = Outcome::default();
        through(Engine::WebKit, wanted, &mut outcome).await;
        through(Engine::Gecko, wanted, &mut outcome).await;
        outcome
    };
    let (one, others) = tokio::join!(one, others);
    for part in [one, others] {
        outcome.passed += part.passed;
        outcome.failed.extend(part.failed);
    }
    outcome
}

/// Every journey of one engine that is wanted.
async fn through(engine: Engine, wanted: &[String], outcome: &mut Outcome) {
    let chosen = |lists: &[&[Journey]]| -> Vec<Journey> {
        let named = |journey: &&Journey| {
            let name = format!("{engine} {}", journey.name);
            wanted.is_empty() || wanted.iter().any(|word| name.contains(word.as_str()))
        };
        lists.iter().copied().flatten().filter(named).copied().collect()
    };
    // How pages look, and what their scripts do where no engine does anything of its own.
    let once: &[&[Journey]] = if engine == Engine::Chromium {
        &[looks::ALL, embed::LOOKS, environments::LOOKS, integrations::LOOKS, races::ALL]
    } else {
        &[]
    };
    // WebKit's driver cannot work without scripts.
    let scriptless: &[&[Journey]] = if engine == Engine::WebKit {
        &[]
    } else {
        &[scriptless::ALL, environments::SCRIPTLESS, integrations::SCRIPTLESS]
    };
    let driver = Driver::start(engine).await;
    let everywhere = [
        journeys::ALL,
        installs::ALL,
        embed::ALL,
        environments::ALL,
        integrations::ALL,
        stops::ALL,
        keyboard::ALL,
    ];
    run(&driver, true, &chosen(&[&everywhere, once].concat()), outcome).await;
    run(&driver, false, &chosen(scriptless), outcome).await;
}

/// Runs journeys in one browser; whoever fails leaves it in an unknown state, so that the next one gets another.
async fn run(driver: &Driver, scripts: bool, journeys: &[Journey], outcome: &mut Outcome) {
    let engine = driver.engine;
    let mut open = None;
    for journey in journeys {
        let begun = Instant::now();
        let browser = match open.take() {
            Some(browser) => browser,
            None => driver.open(scripts).await,
        };
        let guest = Guest { browser: browser.clone() };
        let passed = spawn_local((journey.run)(guest)).await.is_ok();
        let (word, name) = (if passed { "ok    " } else { "FAILED" }, journey.name);
        println!("{word} {:>5.1} s  {engine} {name}", begun.elapsed().as_secs_f32());
        if passed {
            outcome.passed += 1;
            open = Some(browser);
        } else {
            outcome.failed.push(format!("{engine} {name}"));
            looks::keep(&browser, &format!("failed-{engine}-{name}")).await;
            let _ = browser.quit().await;
        }
    }
    if let Some(browser) = open {
        let _ = browser.quit().await;
    }
}
