//! What an idle server costs: printed for whoever looks, and judged by nothing but that it can be read.

use std::time::Instant;

use crate::place::World;

#[tokio::test(flavor = "multi_thread")]
async fn start_and_idle_memory_are_measured() {
    let world = World::new().await;
    let begun = Instant::now();
    let place = world.serve().await;
    let took = begun.elapsed();
    let status = std::fs::read_to_string(format!("/proc/{}/status", place.pid())).unwrap();
    let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap().trim();
    println!("first line after {took:.0?}, resident memory {resident}");
    assert!(resident.ends_with("kB"), "{resident}");
}
