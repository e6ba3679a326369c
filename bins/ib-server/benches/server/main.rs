//! `cargo xtask bench server`: what the server costs beside its floors, as ratios within one run.
//!
//! - durable steps against the bare statements of a step, in the same kind of SQLite file;
//! - status reads over HTTP against a bare handler of the same framework that answers the same bytes;
//! - the same with a million registered infrastructures in the file;
//! - the start and the idle memory of the real program.

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a measurement prints, and ends when it cannot measure"
)]

mod idle;
mod population;
mod reads;
mod steps;

use std::process::ExitCode;

/// A figure with its bound.
struct Figure {
    name: &'static str,
    value: f64,
    unit: &'static str,
    bound: Bound,
}

enum Bound {
    AtLeast(f64),
    AtMost(f64),
}

impl Figure {
    /// Says it; whether it is within its bound.
    fn say(&self) -> bool {
        let Self { name, value, unit, bound } = self;
        let (holds, word, limit) = match bound {
            Bound::AtLeast(limit) => (value >= limit, "at least", limit),
            Bound::AtMost(limit) => (value <= limit, "at most", limit),
        };
        let missed = if holds { "" } else { "  MISSED" };
        println!("{name:<58} {value:>8.2} {unit:<7} ({word} {limit}){missed}");
        holds
    }
}

fn main() -> ExitCode {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let figures = runtime.block_on(async {
        let mut figures = vec![steps::measure().await];
        figures.extend(reads::measure().await);
        figures.extend(idle::measure());
        figures
    });
    let held = figures.iter().map(Figure::say).filter(|held| *held).count();
    if held == figures.len() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
