//! `cargo xtask bench publications`: many publications at once, as ratios within one run.
//!
//! - what each takes of memory, and how late it is listened to, in one process over SQLite;
//! - how long a small one takes beside many big ones;
//! - what two processes do on PostgreSQL against one, where waiting for environments takes most of the time.
//!
//! Environments are in the same process and answer every call after 100 ms: the driver and the store are measured,
//! not HTTP. `BENCHED_COUNT` sets how many publications there are; with the argument `fairness`, only the small one is
//! measured.

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a measurement prints, and ends when it cannot measure"
)]

// A PostgreSQL of its own, as tests have it.
#[path = "../../../../crates/ib-store/tests/store/cluster.rs"]
mod cluster;
mod environment;
mod fairness;
#[path = "../../../../xtask/src/bench/figure.rs"]
mod figure;
mod flight;
mod lag;
mod population;
mod processes;

use std::path::Path;

const COUNT: usize = 5_000;

fn main() -> Result<(), String> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let arguments: Vec<_> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
    runtime.block_on(async {
        match arguments[..] {
            ["--in-flight", folder, count] => flight::run(Path::new(folder), count.parse().unwrap()).await,
            ["--worker", folder, count, url] => {
                processes::run(Path::new(folder), count.parse().unwrap(), url).await;
            }
            ["fairness"] => return figure::say(&[fairness::measure(count()).await]),
            _ => return measure(count()).await,
        }
        Ok(())
    })
}

fn count() -> usize {
    std::env::var("BENCHED_COUNT").map_or(COUNT, |count| count.parse().unwrap())
}

async fn measure(count: usize) -> Result<(), String> {
    let mut figures = Vec::from(flight::measure(count).await);
    figures.push(fairness::measure(count).await);
    figures.push(processes::measure(count).await);
    figure::say(&figures)
}
