//! The program ends between doing something and recording it, or before it hears that it was recorded.

use std::sync::Arc;
use std::time::Duration;

use ib_setup::Environments;
use ib_setup::environment::{Event, Fact};
use ib_setup::testing::FailingStore;

use super::world::{DEVELOPMENT, World};

#[tokio::test]
async fn a_crash_at_any_append_still_ends_with_everything_installed_once() {
    let mut number = 1;
    let mut crashes = 0;
    // Until nothing is left to crash at.
    for is_written in [false, true].into_iter().cycle() {
        let world = World::with(&[], |scenario| {
            scenario.environment_mut(DEVELOPMENT).unwrap().publish_idle_s = 90;
        })
        .await;
        let first = world.program();
        let id = first.come_in("maria").await;
        first.work(id).await;
        first.start(id).await;
        let messages = {
            let failing = FailingStore::new(world.store.clone(), number, is_written);
            let dying = world.program_over(Arc::new(failing));
            let mut has_died = false;
            while !has_died && dying.publications.view(id).await.unwrap().run.unwrap().is_active() {
                match dying.step().await {
                    Ok(true) => {}
                    Ok(false) => world.wait(Duration::from_secs(1)),
                    Err(_) => has_died = true,
                }
            }
            crashes += usize::from(has_died);
            // Another one goes on once the lease has run out.
            world.wait(Duration::from_mins(1));
            first.work(id).await;
            if !has_died {
                assert!(crashes > 40, "{crashes}");
                return;
            }
            first.messages(id).await
        };
        let what = format!("append {number}, written: {is_written}");
        world.assert_installed_once(&what);
        first.settle().await;
        let ended = first.publications.view(id).await.unwrap().run.unwrap().changed;
        let environments = Environments::new(first.setup.clone()).history(id, 0, 1_000).await.unwrap();
        let is_told = |event: &Event| event.fact == Fact::Published && event.at >= ended;
        assert!(environments.iter().any(is_told), "{what}: development is another one: {environments:#?}");
        let mut unique = messages.clone();
        unique.sort();
        unique.dedup();
        assert!(unique.len() >= 16, "{what}: {messages:#?}");
        number += usize::from(is_written);
        world.simulator.shutdown().await;
    }
}
