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

#[path = "../../../../xtask/src/bench/figure.rs"]
mod figure;
mod idle;
mod population;
mod reads;
mod steps;

use figure::{Bound, Figure};

fn main() -> Result<(), String> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let figures = runtime.block_on(async {
        let mut figures = vec![steps::measure().await];
        figures.extend(reads::measure().await);
        figures.extend(idle::measure());
        figures
    });
    figure::say(&figures)
}
