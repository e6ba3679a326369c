//! `kill -9` at any moment of an installation: everything is installed once, and nothing that the environment said is
//! lost or doubled.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use axum::http::Method;
use ib_domain::dependency::DependencyId;
use serde_json::{Value, json};

use crate::cluster::Cluster;
use crate::kills::{holder, key};
use crate::place::{Place, World, until};
use crate::program::Program;

/// How often the server is killed in each constellation.
const KILLS: usize = 50;
/// How many requests at most pass between two of them.
const BETWEEN: u64 = 25;
/// Longer than an environment remembers what nobody asks about.
const IDLE: Duration = Duration::from_mins(11);
/// What an environment says about each package.
const MESSAGES: [i64; 4] = [1, 2, 3, 4];

/// Numbers that look like chance, the same in every run.
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }
}

/// Where an installation is watched from: a set-up, for the holder of a token.
struct Watch {
    token: String,
    path: String,
}

impl Watch {
    async fn read(&self, place: &Place) -> Value {
        holder(place, &self.token).get(&self.path).await.1
    }

    async fn start(&self, place: &Place) {
        let program = holder(place, &self.token);
        let (_, known) = program.get(&format!("{}?wait=20", self.path)).await;
        let body = json!({"edition": known["edition"], "only": []});
        let (status, said) =
            program.send(Method::POST, &format!("{}/publication", self.path), Some(&body), None).await;
        assert_eq!(status, 202, "{said}");
    }

    /// What the environment said, by item.
    async fn messages(&self, place: &Place) -> BTreeMap<String, Vec<i64>> {
        let mut by_item: BTreeMap<String, Vec<i64>> = BTreeMap::new();
        let (_, said) = holder(place, &self.token).get(&format!("{}/messages", self.path)).await;
        for message in said["messages"].as_array().unwrap() {
            if let (Some(item), Some(id)) = (message["item"].as_str(), message["id"].as_i64()) {
                by_item.entry(item.to_owned()).or_default().push(id);
            }
        }
        by_item
    }
}

async fn world() -> World {
    let world = World::new().await;
    ib_env_sim::dependencies::write_packages(&world.path("packages"), &BTreeMap::new()).unwrap();
    world
}

fn settings(world: &World, more: &str) -> PathBuf {
    let packages = world.quoted("packages");
    world.settings(&format!("packages = {packages}\npublication_pace = \"100ms\"\n{more}"), "")
}

async fn registered(place: &Place) -> Watch {
    let program = Program::new(place).await;
    let setup = program.begin().await;
    program.walk(&setup, "maria").await;
    Watch { token: program.token.clone().unwrap(), path: format!("{setup}/dependencies") }
}

/// Installs in front of servers that are killed, until that happened often enough.
async fn installs_whenever_killed(
    name: &str,
    settings_of: impl Fn(&World, usize) -> PathBuf,
    processes: usize,
) {
    let mut chance = Chance(processes as u64 + name.len() as u64);
    let (mut kills, mut round) = (0, 0);
    while kills < KILLS {
        let world = world().await;
        let file = settings_of(&world, round);
        round += 1;
        let mut places = Vec::new();
        for number in 0..processes {
            places.push(Place::start(&file, &world.path(&format!("log-{number}"))).await);
        }
        let watch = registered(&places[0]).await;
        watch.start(&places[0]).await;
        kills += kill_until_it_ends(&world, &watch, &mut places, &mut chance).await;
        assert_installed_once(&world, &watch, &places[0], name).await;
    }
}

/// How often a server was killed until the installation had ended.
async fn kill_until_it_ends(
    world: &World,
    watch: &Watch,
    places: &mut [Place],
    chance: &mut Chance,
) -> usize {
    let mut kills = 0;
    loop {
        let asked = world.simulator.requests().len();
        let wanted = asked + 1 + usize::try_from(chance.below(BETWEEN)).unwrap();
        let mut has_ended = false;
        while !has_ended && world.simulator.requests().len() < wanted {
            let seen = watch.read(&places[0]).await;
            has_ended = seen["publication"]["status"] == "ended";
            forget_what_nobody_asks_about(world, &seen);
            tokio::task::yield_now().await;
        }
        if has_ended {
            return kills;
        }
        let count = places.len() as u64;
        let victim = &mut places[usize::try_from(chance.below(count)).unwrap()];
        victim.kill().await;
        victim.restart().await;
        kills += 1;
    }
}

/// Where the environment still has what was sent before a kill, so much time passes for it that it forgets that.
fn forget_what_nobody_asks_about(world: &World, seen: &Value) {
    let items = seen["publication"]["items"].as_array().unwrap();
    if items.iter().any(|item| item["status"] == "busy") {
        world.simulator.clock().advance(IDLE);
    }
}

async fn assert_installed_once(world: &World, watch: &Watch, place: &Place, name: &str) {
    let seen = watch.read(place).await;
    assert_eq!((seen["exit"].as_u64(), &seen["plan"]), (Some(0), &json!([])), "{name}: {seen}");
    until("the publications are counted", || !world.simulator.publications().counts.is_empty()).await;
    for count in world.simulator.publications().counts {
        assert_eq!(count.deployed, 1, "{name}: {count:?}");
    }
    let items = seen["publication"]["items"].as_array().unwrap().len();
    assert_eq!(items, DependencyId::ALL.len() - 1, "{name}: one of the five is there from the beginning");
    for (item, ids) in watch.messages(place).await {
        // What was sent again begins anew; what was deployed is whole.
        assert!(ids.ends_with(&MESSAGES), "{name}: {item}: {ids:?}");
        let runs = ids.windows(2).all(|pair| pair[1] == pair[0] + 1 || pair[1] == 1);
        assert!(runs && ids[0] == 1, "{name}: {item}: {ids:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn over_sqlite_everything_is_installed_once_whenever_the_server_is_killed() {
    installs_whenever_killed("sqlite", |world, _| settings(world, ""), 1).await;
}

fn shared(world: &World, cluster: &Cluster, database: &str) -> PathBuf {
    std::fs::write(world.path("url"), cluster.database(database)).unwrap();
    key(world);
    let (url, key) = (world.quoted("url"), world.quoted("key"));
    settings(world, &format!("database_url_file = {url}\nkey_file = {key}\nlease = \"1s\""))
}

#[tokio::test(flavor = "multi_thread")]
async fn over_postgresql_everything_is_installed_once_whenever_the_server_is_killed() {
    let cluster = Cluster::start();
    let settings = |world: &World, round| shared(world, &cluster, &format!("one{round}"));
    installs_whenever_killed("postgresql", settings, 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_servers_install_everything_once_whichever_of_them_is_killed() {
    let cluster = Cluster::start();
    let settings = |world: &World, round| shared(world, &cluster, &format!("two{round}"));
    installs_whenever_killed("two", settings, 2).await;
}
