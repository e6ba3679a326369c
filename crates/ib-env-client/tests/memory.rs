//! A long list is read in little memory. Alone in its process, because it counts every allocation.

mod common;

use common::{World, maria};
use peak_alloc::PeakAlloc;

#[global_allocator]
static ALLOCATED: PeakAlloc = PeakAlloc;

const MODULES: u32 = 8_000;

#[tokio::test]
async fn eight_thousand_modules_of_eight_megabytes_take_less_than_eight_more() {
    let world = World::with(|scenario| {
        let generated = &mut scenario.environment_mut("dev.acme.example").unwrap().generated;
        generated.applications = 100;
        generated.modules = MODULES;
        generated.description_bytes = 700;
    })
    .await;
    let environment = world.environment("dev.acme.example");
    environment.log_in(&maria()).await.unwrap();

    let (mut count, mut name_bytes) = (0_u32, 0);
    ALLOCATED.reset_peak_usage();
    let before = ALLOCATED.current_usage();
    let each = |module: ib_env_client::Module| {
        count += 1;
        name_bytes += module.name.len();
    };
    environment.modules(&maria(), Box::new(each)).await.unwrap();
    let extra = ALLOCATED.peak_usage().saturating_sub(before);
    assert!(count >= MODULES, "{count}");
    // The simulator's own memory is in it too.
    assert!(extra < 8 << 20, "{extra} bytes more at the peak");
}
