//! Whatever cannot be done ends at once, and says what to do.

use rstest::rstest;

use crate::world::{DEV, Run, World};

#[tokio::test]
async fn an_infrastructure_that_is_not_registered_has_no_integrations() {
    let world = World::unregistered(|_| {}).await;
    let ending = world.integrations("list", &[]).await;
    ending.assert(7, &["ib: dev.acme.example is not registered; run ib setup dev.acme.example --data"]);
    assert_eq!((ending.text().as_str(), world.simulator.requests().len()), ("", 0));
}

#[rstest]
#[case::no_file(&["upload", "none.oap", "--kind", "other"], "none.oap cannot be read (")]
#[case::a_folder(&["upload", ".", "--kind", "other"], ". cannot be read (")]
#[case::no_kind(&["upload", "none.oap"], "--kind <KIND>")]
#[case::wrong_kind(&["upload", "none.oap", "--kind", "mainframe"], "sharepoint-online")]
#[case::no_name(&["publish", "no name"], "letters, digits and underscores")]
#[case::nobody_else_works(&["publish", "Orders", "--no-watch"], "--no-watch leaves the work to a server")]
#[case::nobody_confirms(&["remove", "Orders"], "give --yes")]
#[case::ndjson(&["list", "--output", "ndjson"], "text, json")]
#[tokio::test]
async fn wrong_use_ends_at_once(#[case] words: &[&str], #[case] says: &str) {
    let world = World::new().await;
    let requests = world.simulator.requests().len();
    let ending = world.integrations(words[0], &words[1..]).await;
    ending.assert(2, &[says]);
    assert_eq!((ending.text().as_str(), world.simulator.requests().len()), ("", requests));
}

#[tokio::test]
async fn packages_have_to_be_named() {
    let world = World::new().await;
    let ending = world.run(&["integrations", "list", DEV], Run::default()).await;
    ending.assert(2, &["which packages? name their folder with --packages DIR"]);
}

#[rstest]
#[case::publish(&["publish", "Invoices"])]
#[case::download(&["download", "Invoices"])]
#[case::mark(&["mark", "Invoices"])]
#[case::remove(&["remove", "Invoices", "--yes"])]
#[tokio::test]
async fn an_unknown_name_is_nobodys(#[case] words: &[&str]) {
    let world = World::new().await.with_orders().await;
    world.integrations(words[0], &words[1..]).await.assert(5, &["There is no integration Invoices."]);
}

#[rstest]
#[case::text("something else", "The file is no package of an integration")]
#[case::empty("", "The file is no package of an integration: it is empty.")]
#[tokio::test]
async fn what_is_no_package_is_refused_and_not_kept(#[case] content: &str, #[case] says: &str) {
    let world = World::new().await;
    world.integrations("list", &[]).await.assert(0, &[]);
    let file = world.file("Orders.oap", content);
    world.integrations("upload", &[&file, "--kind", "other"]).await.assert(2, &[says]);
    world.integrations("list", &[]).await.assert(0, &["No integrations yet"]);
}

#[tokio::test]
async fn what_was_published_elsewhere_has_no_package() {
    let world = World::of(|dev| dev.integrations = 1).await;
    let list = world.integrations("list", &["--output", "json"]).await;
    let name = list.document().integrations[0].name.clone();
    let ending = world.integrations("download", &[&name]).await;
    ending.assert(5, &["No package of this integration was uploaded."]);
}

#[tokio::test]
async fn a_removal_is_confirmed_at_a_terminal() {
    let world = World::new().await.with_orders().await;
    let no = world.with("remove", &["Orders"], Run::default().answers(&["no"])).await;
    no.assert(7, &["nothing was removed, because it was not confirmed"]);
    assert_eq!(no.asked, ["Type yes to remove Orders.oap of Orders; what is published stays: "]);
    world.integrations("list", &[]).await.assert(0, &["Orders.oap"]);
    let yes = world.with("remove", &["Orders"], Run::default().answers(&["yes"])).await;
    yes.assert(0, &["No integrations yet"]);
}
