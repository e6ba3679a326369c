//! Environments come, change and go.

use insta::assert_snapshot;

use crate::world::{DEV, GONE, LIFETIME, PROD, QA, Run, World, statuses};

#[tokio::test]
async fn environments_are_added_and_looked_at() {
    let world = World::new().await;
    let before = world.environments("list", &[]).await;
    before.assert(5, &["not looked at yet", "go on   ib environments check dev.acme.example --data"]);
    let log_ins = world.log_ins();
    let first = world.environments("add", &["QA", QA]).await;
    first.assert(0, &["2 of 2 connected"]);
    assert_eq!(first.stderr, "Looking at dev.acme.example and qa.acme.example ...\n");
    let added = world.environments("add", &["Production", "HTTPS://Prod.Acme.Example/ServiceCenter/"]).await;
    added.assert(0, &[]);
    assert_snapshot!("added", world.plain(&added.stdout));
    let listed = world.environments("list", &[]).await;
    assert_eq!((listed.stdout, listed.stderr.as_str()), (added.stdout, ""));
    assert_eq!(world.log_ins(), log_ins, "nobody logs in to look");
}

#[tokio::test]
async fn what_is_there_already_stays() {
    let world = World::whole().await;
    world.environments("add", &["QA", QA]).await.assert(0, &["3 of 3 connected"]);
    let taken = world.environments("add", &["qa", PROD]).await;
    taken.assert(2, &["An environment is named QA already. Choose another name."]);
    assert_eq!(taken.stdout, "");
    let twice = world.environments("add", &["Live", PROD]).await;
    twice.assert(2, &["prod.acme.example is the address of Production already."]);
    world.environments("add", &["Dev", DEV]).await.assert(2, &["is the address of Development already"]);
    assert_eq!(world.known().await.environments.len(), 3);
}

#[tokio::test]
async fn lifetime_is_never_added() {
    let world = World::new().await;
    let refused = world.environments("add", &["Lifetime", LIFETIME]).await;
    refused.assert(3, &["✗ Not added", "lifetime.acme.example"]);
    assert_snapshot!("lifetime", world.plain(&refused.stdout));
    let document = world.known().await;
    assert_eq!(statuses(&document), [("Development", "connected")]);
    world.environments("add", &["QA", QA]).await.assert(0, &["2 of 2 connected"]);
}

#[tokio::test]
async fn one_environment_under_two_addresses_is_refused() {
    let world = World::new().await;
    world.environments("add", &["QA", QA]).await.assert(0, &[]);
    let serial = world.simulator.scenario().environment(QA).unwrap().serial.clone();
    world.change(PROD, |prod| prod.serial = serial);
    let twin = world.environments("add", &["Production", PROD]).await;
    twin.assert(3, &["✗ Not added", "Production (prod.acme.example) was not added", "QA"]);
    assert_eq!(world.known().await.refused.unwrap().finding.code.as_deref(), Some("SETUP-ENV-014"));
}

#[tokio::test]
async fn what_cannot_be_reached_is_kept_with_what_that_limits() {
    let world = World::new().await;
    let kept = world.environments("add", &["Sandbox", GONE]).await;
    kept.assert(0, &["! 1 of 2 connected", "SETUP-ENV-002", "limited Sandbox: development connections"]);
    assert_snapshot!("not_connected", world.plain(&kept.stdout));
}

#[tokio::test]
async fn what_is_wrong_is_told_until_it_is_put_right() {
    let world = World::whole().await;
    world.change(PROD, |prod| prod.version = "11.6.0.1234".to_owned());
    let checked = world.environments("check", &["production"]).await;
    checked.assert(3, &["✗ 1 faulty, 2 of 3 connected", "faulty", "who", "more    ib explain"]);
    assert_eq!(checked.stderr, "Looking at prod.acme.example ...\n");
    world.environments("list", &[]).await.assert(3, &["✗ 1 faulty"]);
    world.change(PROD, |prod| prod.version = "11.22.0.39004".to_owned());
    world.environments("check", &[]).await.assert(0, &["✓ 3 of 3 connected"]);
    world.environments("check", &["Sandbox"]).await.assert(5, &["No environment", "Sandbox"]);
}

#[tokio::test]
async fn what_is_wrong_with_several_in_the_same_way_is_explained_once() {
    let world = World::whole().await;
    for address in [QA, PROD] {
        world.change(address, |environment| environment.version = "11.6.0.1234".to_owned());
    }
    let checked = world.environments("check", &[]).await;
    checked.assert(3, &["✗ 2 faulty, 1 of 3 connected", QA, PROD]);
    assert_snapshot!("faulty_alike", world.plain(&checked.stdout));
}

#[tokio::test]
async fn another_name_and_another_address() {
    let world = World::whole().await;
    world.environments("edit", &["qa", "--name", "Quality"]).await.assert(0, &["Quality", "3 of 3"]);
    let moved = world.environments("edit", &["Quality", "--address", GONE]).await;
    moved.assert(0, &["2 of 3 connected", GONE]);
    let document = world.known().await;
    let quality = document.environment("Quality").unwrap();
    assert_eq!((quality.address.as_str(), quality.status.as_str()), (GONE, "not_connected"));
    let both = world.environments("edit", &["quality", "--name", "QA", "--address", QA]).await;
    both.assert(0, &["3 of 3 connected"]);
    world
        .environments("edit", &["QA", "--name", "Production"])
        .await
        .assert(2, &["named Production already"]);
    world.environments("edit", &["None", "--name", "Any"]).await.assert(5, &["is named None"]);
    let development = world.environments("edit", &["Development", "--name", "Dev"]).await;
    development.assert(5, &["can be neither changed nor"]);
    world.environments("edit", &["QA"]).await.assert(2, &["--name <NEW>"]);
}

#[tokio::test]
async fn one_is_removed_once_that_is_confirmed() {
    let world = World::whole().await;
    let words = ["environments", "remove", DEV, "qa"];
    world.environments("remove", &["qa"]).await.assert(2, &["give --yes"]);
    let run = Run::default().answers(&["no"]);
    let declined = world.run(&words, run).await;
    declined.assert(7, &["nothing was removed, because it was not confirmed"]);
    assert_eq!(declined.asked, ["Type yes to remove QA (qa.acme.example): "]);
    assert_eq!((declined.stdout.as_str(), world.known().await.environments.len()), ("", 3));
    world.run(&words, Run::default().answers(&["yes\n"])).await.assert(0, &["2 of 2 connected"]);
    world.environments("remove", &["Production", "--yes"]).await.assert(0, &["1 of 1 connected"]);
    world.environments("remove", &["Production", "--yes"]).await.assert(5, &["is named Production"]);
    let development = world.environments("remove", &["Development", "--yes"]).await;
    development.assert(5, &["can be neither changed nor"]);
}

#[tokio::test]
async fn all_that_lifetime_lists_are_added() {
    let world = World::new().await;
    let token = world.file("token", "acme-lifetime-token-7c1d0f\n");
    let access = ["--lifetime", LIFETIME, "--lifetime-token-file", &token];
    let imported = world.environments("import", &access).await;
    imported.assert(0, &["Asking LifeTime which environments there are ...", "3 of 3 connected"]);
    let document = world.known().await;
    assert_eq!(
        statuses(&document),
        [("Development", "connected"), ("Quality", "connected"), ("Production", "connected")]
    );
    let known = [&["Lt", LIFETIME], &access[..]].concat();
    world.environments("add", &known).await.assert(2, &["LifeTime"]);

    let wrong = world.file("token", "planted-token\n");
    let access = ["--lifetime", LIFETIME, "--lifetime-token-file", &wrong, "-vvv"];
    let refused = world.environments("import", &access).await;
    refused.assert(5, &["go on   ib environments import dev.acme.example --lifetime lifetime.acme.example"]);
    assert!(!(refused.stdout + &refused.stderr).contains("planted"));
}
