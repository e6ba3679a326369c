//! Living with a finding, from this machine and by a server.

use crate::server::Server;
use crate::world::{DEV, GONE, Run, World, statuses};

const CODE: &str = "SETUP-ENV-002";
const WORDS: [&str; 6] = ["--owner", "Platform team", "--why", "Not built yet", "--until", "30d"];

#[tokio::test]
async fn what_is_waived_is_said_with_its_owner_and_limits_all_the_same() {
    let world = World::new().await;
    world.environments("add", &["Later", GONE]).await.assert(0, &["limited", CODE]);
    let waived = world.environments("waive", &[&["later", CODE][..], &WORDS].concat()).await;
    waived.assert(0, &["1 of 2 connected", "waived", "by Platform team until", "Not built yet", "limited"]);
    let listed = world.environments("list", &[]).await;
    assert_eq!(listed.stdout, waived.stdout);
    let document = world.known().await;
    assert_eq!(statuses(&document), [("Development", "connected"), ("Later", "waived")]);
    assert_eq!(document.environments[1].findings[0].status, "skipped");
    let ended = world.environments("end-waiver", &["Later", CODE]).await;
    ended.assert(0, &["not connected"]);
    assert!(!ended.stdout.contains("Platform team"), "{}", ended.stdout);
    world.environments("end-waiver", &["Later", CODE]).await.assert(5, &["Later has no waiver"]);
}

#[tokio::test]
async fn what_cannot_be_waived_is_said_before_anything_is_asked() {
    let world = World::new().await;
    let waive = async |code: &str, until: &str| {
        let words = ["Development", code, "--owner", "o", "--why", "w", "--until", until];
        world.environments("waive", &words).await
    };
    waive("SETUP-NONE-1", "30d").await.assert(2, &["no finding has that code"]);
    waive(CODE, "soon").await.assert(2, &["a number of days such as 30d"]);
    waive(CODE, "0d").await.assert(2, &["in the future"]);
    waive(CODE, "367d").await.assert(2, &["within 366 days"]);
    // It may be said before anything is found.
    waive(CODE, "30d").await.assert(0, &["not needed now"]);
}

#[tokio::test]
async fn a_server_takes_the_same_decisions() {
    let world = World::unregistered().await;
    let server = Server::start(&world).await;
    world.by_server(&["login"], &server.url, Run::default()).await.assert(0, &[]);
    let run = async |command: &str, words: &[&str]| {
        world.by_server(&[&["environments", command, DEV], words].concat(), &server.url, Run::default()).await
    };
    run("add", &["Later", GONE]).await.assert(0, &[]);
    server.requests();
    let waived = run("waive", &[&["Later", CODE][..], &WORDS].concat()).await;
    waived.assert(0, &["waived", "by Platform team until"]);
    assert_eq!(server.requests(), [format!("PUT /environments/Later/waivers/{CODE}")]);
    run("end-waiver", &["Later", CODE]).await.assert(0, &["not connected"]);
}
