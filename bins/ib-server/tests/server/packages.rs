//! The folder of packages: what keeps the server from starting, and what is only found later.

use std::collections::BTreeMap;
use std::fs;

use ib_env_sim::dependencies::write_packages;
use rstest::rstest;
use serde_json::{Value, json};

use crate::place::{Place, World};
use crate::program::Program;
use crate::starting::refused;

async fn world() -> World {
    let world = World::new().await;
    write_packages(&world.path("packages"), &BTreeMap::new()).unwrap();
    let packages = world.quoted("packages");
    world.settings(&format!("packages = {packages}\npublication_pace = \"100ms\""), "");
    world
}

fn cycle(text: &str) -> String {
    text.replacen("needs = []", "needs = [\"integration-manager\"]", 1)
}

fn needs_nobody_known(text: &str) -> String {
    text.replacen("needs = []", "needs = [\"integration-mangler\"]", 1)
}

fn is_nobody_known(text: &str) -> String {
    text.replace("id = \"integration-manager\"", "id = \"integration-mangler\"")
}

fn named_otherwise(text: &str) -> String {
    text.replace("\"Integration Manager\"", "\"Integration Mangler\"")
}

/// Where the last table of the catalogue begins.
fn last(text: &str) -> usize {
    text.rfind("[[dependency]]").unwrap()
}

fn in_two_versions(text: &str) -> String {
    format!("{text}\n{}", text[last(text)..].replace("2.4.0", "2.5.0"))
}

fn without_one(text: &str) -> String {
    text[..last(text)].to_owned()
}

fn no_toml(text: &str) -> String {
    text.replacen("[[dependency]]", "<dependency>", 1)
}

/// What is done to the catalogue; what is said about it, and what to do.
#[rstest]
#[case(cycle, &["common-shared-services needs integration-manager needs common-shared-services", "remove one of these needs"])]
#[case(needs_nobody_known, &["line 6", "integration-mangler", "expected one of", "`integration-manager`", "correct it there"])]
#[case(is_nobody_known, &["line ", "integration-mangler", "expected one of", "`integration-manager`", "correct it there"])]
#[case(named_otherwise, &["line ", "integration-manager must be named \"Integration Manager\"", "correct it there"])]
#[case(in_two_versions, &["integration-manager is in the catalogue twice", "keep one version of it"])]
#[case(without_one, &["the catalogue lacks integration-manager", "describe each of the five"])]
#[case(no_toml, &["line 1", "is no catalogue", "correct it there, or get packages and catalogue anew"])]
#[tokio::test(flavor = "multi_thread")]
async fn a_catalogue_that_cannot_be_used_is_refused(
    #[case] spoil: fn(&str) -> String,
    #[case] expected: &[&str],
) {
    let world = world().await;
    let catalogue = world.path("packages/catalogue.toml");
    let text = fs::read_to_string(&catalogue).unwrap();
    fs::write(&catalogue, spoil(&text)).unwrap();
    let said = refused(&world, &[]).await;
    let file = catalogue.display().to_string();
    for part in ["ib-server: packages: ", &file].iter().chain(expected) {
        assert!(said.contains(part), "{part} in {said}");
    }
    assert_eq!(said.lines().count(), 1, "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_without_a_catalogue_is_refused() {
    let world = world().await;
    let catalogue = world.path("packages/catalogue.toml");
    fs::remove_file(&catalogue).unwrap();
    let said = refused(&world, &[]).await;
    let file = catalogue.display().to_string();
    for part in ["ib-server: packages: ", &file, "check that it is there", "No such file"] {
        assert!(said.contains(part), "{part} in {said}");
    }
}

/// The document once it was looked at, and nothing is under way.
async fn settled(program: &Program<'_>, path: &str) -> Value {
    loop {
        let (status, document) = program.get(&format!("{path}?wait=20")).await;
        assert_eq!(status, 200, "{document}");
        let is_active = document["publication"].is_object() && document["publication"]["status"] != "ended";
        if document["looked_at"].is_string() && document["is_looking"] == false && !is_active {
            return document;
        }
    }
}

/// Code and remedy of what is wrong with an entry, which `key` calls `id`.
fn finding<'l>(list: &'l Value, key: &str, id: &str, wrong: &str) -> (&'l str, &'l str) {
    let entry = list.as_array().unwrap().iter().find(|entry| entry[key] == id).unwrap();
    (entry[wrong]["code"].as_str().unwrap(), entry[wrong]["action"].as_str().unwrap())
}

const MANAGER: &str = "integration-manager";
const SHAREPOINT: &str = "sharepoint-integration-utils";

#[tokio::test(flavor = "multi_thread")]
async fn a_package_that_is_missing_or_altered_is_a_finding_with_a_remedy() {
    let world = world().await;
    fs::write(world.path("packages/integration-manager.oap"), "other bytes").unwrap();
    fs::remove_file(world.path("packages/sharepoint-integration-utils.oap")).unwrap();
    let place = Place::start(&world.path("ib-server.toml"), &world.path("log")).await;
    let program = Program::new(&place).await;
    let setup = program.begin().await;
    program.walk(&setup, "maria").await;
    let path = format!("{setup}/dependencies");
    let seen = settled(&program, &path).await;
    let body = json!({"edition": seen["edition"]});
    assert_eq!(program.post(&format!("{path}/publication"), &body).await.0, 202);
    let end = settled(&program, &path).await;
    for (list, key, wrong) in
        [(&seen["dependencies"], "id", "trouble"), (&end["publication"]["items"], "item", "finding")]
    {
        let (code, remedy) = finding(list, key, MANAGER, wrong);
        assert_eq!(code, "SETUP-DEP-005");
        assert!(remedy.contains("Get package and catalogue anew"), "{remedy}");
        let (code, remedy) = finding(list, key, SHAREPOINT, wrong);
        assert_eq!(code, "SETUP-DEP-004");
        assert!(remedy.contains("Put the file into the folder of packages"), "{remedy}");
    }
    assert_eq!(end["publication"]["done"], 2, "the others are installed: {end}");
    // The remedy helps without a restart.
    write_packages(&world.path("packages"), &BTreeMap::new()).unwrap();
    for item in [SHAREPOINT, MANAGER] {
        assert_eq!(program.post(&format!("{path}/items/{item}/retry"), &json!({})).await.0, 202);
        settled(&program, &path).await;
    }
    let end = settled(&program, &path).await;
    assert_eq!((end["exit"].as_u64(), &end["plan"]), (Some(0), &json!([])), "{end}");
    place.stop().await;
}
