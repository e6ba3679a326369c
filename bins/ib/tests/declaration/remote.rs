//! By a server, and three ways to one state.

use ib_api::client::{Client, ServerUrl};
use ib_api::dependencies::PublicationDocument;
use serde_json::{Value, json};

use crate::browser::Browser;
use crate::place::Place;
use crate::server;
use crate::world::{DEV, Run, World};

/// What the server says of the infrastructure, to whoever logs in, without who did what when and without the file.
async fn state(url: &str, username: &str, password: &str) -> Value {
    let client = Client::new(ServerUrl::parse(url).unwrap(), &[]).unwrap();
    let session = client.begin_session().await.unwrap();
    let client = client.with_token(session.token.into());
    let id = client.begin_setup().await.unwrap().id;
    client.enter_address(&id, DEV).await.unwrap();
    client.setup(&id).await.unwrap();
    client.log_in(&id, username, &password.to_owned().into()).await.unwrap();
    let setup = loop {
        let setup = client.setup(&id).await.unwrap();
        if !setup.is_running() {
            break setup;
        }
    };
    let dependencies = loop {
        let known = client.dependencies(&setup.id).await.unwrap();
        let is_active = known.publication.as_ref().is_some_and(PublicationDocument::is_active);
        if !is_active && !known.is_looking && known.looked_at.is_some() {
            break known;
        }
        tokio::task::yield_now().await;
    };
    let environments = client.settled_environments(&setup.id).await.unwrap();
    let rows = environments.environments.iter().map(|row| {
        let features: Vec<_> =
            row.features.iter().map(|known| (known.feature.clone(), known.status.clone())).collect();
        json!([row.name, row.address, row.role, row.status, row.version, features])
    });
    let rows: Vec<_> = rows.collect();
    let installed = dependencies.dependencies.iter();
    let installed: Vec<_> = installed.map(|known| json!([known.id, known.state, known.installed])).collect();
    json!({ "is_registered": setup.infrastructure.is_some(), "environments": rows, "dependencies": installed })
}

/// What a person does by hand, form by form.
async fn through_the_pages(place: &Place) {
    let mut browser = Browser::new(place);
    let mut page = browser.get("/").await;
    let fields = [("address", DEV), ("username", "maria"), ("password", "maria-Pass-1"), ("accepted", "yes")];
    while page.path != "/setup/registered" {
        page = browser.submit(&page, &fields).await;
        page = browser.settled(page).await;
    }
    let install = "/setup/dependencies/publication";
    let mut page = browser.get("/settings/dependencies").await;
    while page.hidden(install).is_empty() {
        page = browser.get("/settings/dependencies").await;
    }
    browser.submit_to(&page, install, &[]).await;
    for (name, address) in [("QA", "qa.acme.example"), ("Production", "prod.acme.example")] {
        let page = browser.get("/settings/environments").await;
        let fields = [("name", name), ("address", address)];
        browser.submit_to(&page, "/setup/environments/add", &fields).await;
    }
}

#[tokio::test]
async fn a_server_has_it_as_the_file_says_and_changes_nothing_twice() {
    let world = World::new().await;
    let (url, _) = server::start(&world).await;
    let path = world.path("infrastructure.toml").display().to_string();
    let plan = world.by_server(&["plan", &path], &url, Run::default()).await;
    plan.assert(7, &["5 changes"]);
    world.by_server(&["apply", &path, "--yes"], &url, Run::default()).await.assert(0, &["Everything is as"]);
    world.by_server(&["plan", &path], &url, Run::default()).await.assert(0, &["Nothing would change"]);
    let before = world.deployed();
    world.by_server(&["apply", &path, "--yes"], &url, Run::default()).await.assert(0, &["Everything is as"]);
    assert_eq!(world.deployed(), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_command_or_many_or_the_pages_come_to_the_same() {
    let by_apply = World::new().await;
    let (apply_url, _) = server::start(&by_apply).await;
    let path = by_apply.path("infrastructure.toml").display().to_string();
    let applied = by_apply.by_server(&["apply", &path, "--yes"], &apply_url, Run::default()).await;
    applied.assert(0, &["Everything is as"]);

    let by_commands = World::new().await;
    let (commands_url, _) = server::start(&by_commands).await;
    let run = || Run::bare().with("IB_PASSWORD", "maria-Pass-1");
    let setup = ["setup", DEV, "--username", "maria", "--accept-disclaimer", "built-in-1"];
    let waive = ["environments", "waive", DEV, "Production", "SETUP-TLS-001", "--owner", "Platform team"];
    let waive = [&waive[..], &["--why", "The certificate is replaced in May", "--until", "30d"]].concat();
    for words in [
        &setup[..],
        &["dependencies", "install", DEV],
        &["environments", "add", DEV, "QA", "qa.acme.example"],
        &["environments", "add", DEV, "Production", "prod.acme.example"],
        &waive,
    ] {
        by_commands.by_server(words, &commands_url, run()).await.assert(0, &[]);
    }

    let by_pages = World::new().await;
    let (pages_url, place) = server::start(&by_pages).await;
    through_the_pages(&place).await;

    let state_of = async |url: &str| state(url, "admin", "admin-Pass-1").await;
    let (one, many) = (state_of(&apply_url).await, state_of(&commands_url).await);
    assert_eq!(one, many);
    assert_eq!(one, state_of(&pages_url).await);
    assert_eq!(one["environments"].as_array().unwrap().len(), 3, "{one}");
    assert!(one["dependencies"].as_array().unwrap().iter().all(|known| known[1] == "installed"), "{one}");
}
