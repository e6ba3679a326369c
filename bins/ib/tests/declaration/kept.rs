//! Plans that were kept: exactly that is done, whatever comes in between.

use rstest::rstest;

use crate::world::{Run, World};

async fn planned() -> World {
    let world = World::new().await;
    let out = world.path("infrastructure.plan").display().to_string();
    let plan = world.ib("plan", &["infrastructure.toml", "--out", &out], Run::default()).await;
    plan.assert(7, &["ib apply", "infrastructure.plan"]);
    world
}

#[tokio::test]
async fn exactly_what_was_planned_is_done_without_a_question() {
    let world = planned().await;
    // The file may say something else by now.
    world.file(
        "infrastructure.toml",
        "schema = \"ib.infrastructure/1\"\ndevelopment = \"other.acme.example\"",
    );
    world.ib("apply", &["infrastructure.plan"], Run::default()).await.assert(0, &["QA at qa.acme.example"]);
    let journal = world.read("infrastructure.plan.journal");
    assert_eq!(journal.matches("\"line\":\"begins\"").count(), 5, "{journal}");
    assert_eq!(journal.matches("\"line\":\"done\"").count(), 5, "{journal}");
    for text in [&journal, &world.read("infrastructure.plan")] {
        assert!(!text.contains("maria-Pass-1"), "{text}");
    }
}

#[tokio::test]
async fn a_plan_is_not_done_twice() {
    let world = planned().await;
    world.ib("apply", &["infrastructure.plan"], Run::default()).await.assert(0, &[]);
    world.ib("apply", &["infrastructure.plan"], Run::default()).await.assert(0, &["Everything is as"]);
    // Somebody takes back what was done: that is for another plan to say.
    let release = ["environments", "release", "dev.acme.example", "QA"];
    world.about(&release, Run::bare()).await.assert(0, &[]);
    let again = world.ib("apply", &["infrastructure.plan"], Run::default()).await;
    again.assert(3, &["the infrastructure has changed since the plan was made", "ib plan"]);
}

#[tokio::test]
async fn an_infrastructure_that_changed_since_is_left_as_it_is() {
    let world = planned().await;
    let setup = ["setup", "dev.acme.example", "--username", "maria", "--accept-disclaimer", "built-in-1"];
    let run = Run::bare().with("IB_PASSWORD", "maria-Pass-1");
    world.about(&setup, run).await.assert(0, &[]);
    let add = ["environments", "add", "dev.acme.example", "QA", "spare.acme.example"];
    world.about(&add, Run::bare()).await.assert(0, &[]);
    let before = world.environments().await;
    let applied = world.ib("apply", &["infrastructure.plan"], Run::default()).await;
    applied.assert(3, &["Change the environment QA at spare.acme.example to QA at qa.acme.example"]);
    assert_eq!((world.environments().await, world.deployed()), (before, 0));
}

/// How many steps were begun when Ctrl-C came.
#[rstest]
#[case(0)]
#[case(1)]
#[case(2)]
#[case(3)]
#[case(4)]
#[tokio::test]
async fn what_was_interrupted_after_any_step_goes_on(#[case] steps: usize) {
    let world = planned().await;
    let journal = world.path("infrastructure.plan.journal");
    let when = move |_: &ib_env_sim::Simulator| {
        let text = std::fs::read_to_string(&journal).unwrap_or_default();
        text.matches("\"line\":\"begins\"").count() > steps
    };
    let words = ["infrastructure.plan", "--output", "json"];
    let interrupted = world.ib("apply", &words, Run::default().interrupted_when(when)).await;
    interrupted.assert(130, &["interrupted; what was done so far is kept"]);
    assert_eq!(interrupted.counts(), [steps, 0, 5 - steps]);
    // The environment gives up what nobody asks about any more.
    world.simulator.clock().advance(std::time::Duration::from_mins(11));
    let ended = world.ib("apply", &words, Run::default().after(3_600)).await;
    assert_eq!(
        (ended.exit, ended.counts()[1..].to_vec()),
        (0, vec![0, 0]),
        "{}{}",
        ended.stdout,
        ended.stderr
    );
    world.ib("plan", &["infrastructure.toml"], Run::default().after(3_600)).await.assert(0, &[]);
    assert_eq!(world.deployed(), 4, "something was published twice");
}
