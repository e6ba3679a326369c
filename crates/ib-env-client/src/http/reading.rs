//! `cargo xtask bench reading`: what reading an environment's and LifeTime's answers costs, beside the libraries that
//! read XML and JSON, over the same bytes in the same pieces.
//!
//! The answers come from the simulator; reading begins where they leave the network. It is a test of this crate
//! because what reads is private.

#[path = "../../../../xtask/src/bench/figure.rs"]
mod figure;

use std::io::{Read as _, Write as _};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use bytes::Bytes;
use futures_util::stream::{self, Stream};
use ib_domain::address::EnvironmentAddress;
use ib_domain::permission::user::ItUser;
use ib_env_sim::Simulator;
use ib_env_sim::scenario::{ApplicationRole, Scenario, TeamRole, User};
use quick_xml::Reader;
use quick_xml::events::Event;
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Method, StatusCode};
use serde::Deserialize;
use tokio_util::io::StreamReader;

use super::body::Body;
use super::lifetime::wire;
use super::service_center::modules;
use super::soap::{self, Answer};
use super::transport::{Call, Caller, Deadline, Reply, Transport};
use super::{ConnectTo, Settings};
use crate::{Module, Token};
use figure::{Bound, Figure};

const MODULES: u32 = 8_000;
const USERS: u32 = 2_000;
/// What the network hands over at once.
const PIECE: usize = 16 << 10;
/// The best of so many rounds counts: others use this machine too.
const ROUNDS: usize = 40;
const LIMIT: u64 = 64 << 20;
const PATIENCE: Duration = Duration::from_mins(2);
const DEV: &str = "dev.acme.example";
const LIFETIME: &str = "lifetime.acme.example";

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

#[test]
fn measured() {
    let (xml, json) = runtime().block_on(replies());
    println!("{MODULES} modules in {} bytes of XML, {USERS} users in {} of JSON", xml.len(), json.len());
    let mut figures = Vec::from(lists_of_modules(&xml));
    figures.push(lists_of_users(&json));
    figure::say(&figures).unwrap();
}

/// A list of modules in the platform's SOAP, and a list of users in LifeTime's JSON.
async fn replies() -> (Bytes, Bytes) {
    let simulator = Simulator::builder().scenario(scenario()).start().await.unwrap();
    let address = |host: &str| EnvironmentAddress::parse(host).unwrap();
    let settings = Settings {
        system_authorities: false,
        authorities: vec![simulator.ca_pem().as_bytes().to_vec()],
        connect_to: [DEV, LIFETIME].map(|host| ConnectTo::new(&address(host), simulator.address())).into(),
        ..Settings::default()
    };
    let transport = Transport::new(settings).unwrap();
    // Nothing is sent where no address was judged.
    for host in [DEV, LIFETIME].map(address) {
        let resolved = transport.resolve(&host).await.unwrap();
        transport.judge(&host, &resolved).unwrap();
    }

    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/xml; charset=utf-8"));
    let action = "\"http://ServiceCenter/PlatformServices_v8_0_0/Modules_Get\"";
    headers.insert(HeaderName::from_static("soapaction"), HeaderValue::from_static(action));
    let question = "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body>\
        <Modules_Get xmlns=\"http://www.outsystems.com\"><Username>maria</Username>\
        <Password>maria-Pass-1</Password></Modules_Get></s:Body></s:Envelope>";
    let path = soap::Service::PlatformServices.path();
    let mut call = Call::get(&path, PATIENCE, LIMIT);
    (call.method, call.headers, call.body) = (Method::POST, headers, Some(question.into()));
    let xml = transport.send(&address(DEV), call).await.unwrap().body.collect().await.unwrap();

    let token = Token::new("acme-lifetime-token-7c1d0f".to_owned()).unwrap();
    let path =
        "/lifetimeapi/rest/v2/users/?IncludeInactive=true&IncludeTeams=true&IncludeApplicationRoles=true";
    let call = Call::get(path, PATIENCE, LIMIT).by(Caller::ServiceAccount(&token));
    let json = transport.send(&address(LIFETIME), call).await.unwrap().body.collect().await.unwrap();
    (xml.into(), json.into())
}

fn scenario() -> Scenario {
    let mut scenario = Scenario::acme();
    scenario.environment_mut(DEV).unwrap().generated.modules = MODULES;
    let mut like = scenario.user("maria").unwrap().clone();
    let mut in_team = TeamRole::default();
    (in_team.team, in_team.role) = (scenario.teams[0].name.clone(), like.role.clone());
    let mut on_portal = ApplicationRole::default();
    (on_portal.application, on_portal.role) = ("Portal".to_owned(), like.role.clone());
    (like.teams, like.application_roles) = (vec![in_team], vec![on_portal]);
    scenario.users.extend((0..USERS).map(|number| numbered(&like, number)));
    scenario
}

fn numbered(like: &User, number: u32) -> User {
    let mut user = like.clone();
    user.username = format!("user{number}");
    user.name = format!("User {number}");
    user.email = format!("user{number}@acme.example");
    user
}

/// The least time that `read` takes.
fn best(mut read: impl AsyncFnMut()) -> Duration {
    let runtime = runtime();
    let mut best = Duration::MAX;
    for _ in 0..ROUNDS {
        let begun = Instant::now();
        runtime.block_on(read());
        best = best.min(begun.elapsed());
    }
    best
}

fn milliseconds(time: Duration) -> String {
    format!("{:.2} ms", time.as_secs_f64() * 1_000.0)
}

fn ratio(name: &str, ours: Duration, bare: (&str, Duration), least: f64) -> Figure {
    let (library, bare) = bare;
    let value = bare.as_secs_f64() / ours.as_secs_f64();
    let beside = format!("{library} {}", milliseconds(bare));
    Figure::new(name, value, "times", Bound::AtLeast(least)).of(milliseconds(ours), beside)
}

/// As a reply comes from the network.
fn in_pieces(whole: &Bytes) -> impl Pieces + use<> {
    let whole = whole.clone();
    let starts = (0..whole.len()).step_by(PIECE);
    stream::iter(starts.map(move |at| Ok(whole.slice(at..whole.len().min(at + PIECE)))))
}

trait Pieces: Stream<Item = std::io::Result<Bytes>> + Send + Unpin + 'static {}

impl<S: Stream<Item = std::io::Result<Bytes>> + Send + Unpin + 'static> Pieces for S {}

fn lists_of_modules(xml: &Bytes) -> [Figure; 2] {
    let ours = best(async || assert!(count_modules(in_pieces(xml)).await >= MODULES));
    let bare = best(async || assert!(count_events(in_pieces(xml)).await > MODULES));
    let name = "an 8,000-module reply read, times the bare XML reader";
    let memory = f64::from(kibibytes_for(xml)) / 1_024.0;
    [
        ratio(name, ours, ("quick-xml", bare), 0.7),
        Figure::new("memory that reading it takes", memory, "MiB", Bound::AtMost(2.0)),
    ]
}

async fn count_modules(pieces: impl Pieces) -> u32 {
    let reply = Reply {
        status: StatusCode::OK,
        content_type: "text/xml".to_owned(),
        redirect: None,
        certificate: None,
        body: Body::from_pieces(pieces, LIMIT),
        deadline: Deadline::within(PATIENCE, LIMIT),
    };
    let Ok(Answer::Outputs(outputs)) = soap::open(reply).await else { unreachable!("it is a list") };
    let mut count = 0;
    let sink = |module: Module| count += u32::from(!module.name.is_empty());
    modules(outputs, "Modules", Box::new(sink)).await.unwrap();
    count
}

async fn count_events(pieces: impl Pieces) -> u32 {
    let mut reader = Reader::from_reader(StreamReader::new(pieces));
    let (mut buffer, mut count) = (Vec::new(), 0);
    while !matches!(reader.read_event_into_async(&mut buffer).await.unwrap(), Event::Eof) {
        buffer.clear();
        count += 1;
    }
    count
}

/// How much more memory a process takes for reading the reply than before.
fn kibibytes_for(xml: &Bytes) -> u32 {
    let mut reader = Command::new(std::env::current_exe().unwrap())
        .args(["--ignored", "--exact", "http::reading::in_little_memory", "--nocapture"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    reader.stdin.take().unwrap().write_all(xml).unwrap();
    let output = reader.wait_with_output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().find_map(|line| line.strip_prefix("KiB ")).expect("it tells").parse().unwrap()
}

#[test]
#[ignore = "a part of `measured`, which hands it the reply"]
fn in_little_memory() {
    let mut piece = vec![0; PIECE];
    let pieces = std::iter::from_fn(move || {
        let read = std::io::stdin().read(&mut piece).unwrap();
        (read > 0).then(|| Ok(Bytes::copy_from_slice(&piece[..read])))
    });
    let runtime = runtime();
    let before = most_memory();
    assert!(runtime.block_on(count_modules(stream::iter(pieces))) >= MODULES);
    println!("\nKiB {}", most_memory() - before);
}

/// The most memory that this process has had so far, in KiB. The system tells it on Linux only.
fn most_memory() -> u32 {
    let text = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.split_whitespace().next().unwrap().parse().unwrap()
}

fn lists_of_users(json: &Bytes) -> Figure {
    let ours = best(async || {
        let bytes = Body::from_pieces(in_pieces(json), LIMIT).collect().await.unwrap();
        let users = wire::all::<_, ItUser>(wire::list::<wire::User>(&bytes).unwrap()).unwrap();
        assert!(users.len() > USERS as usize);
    });
    let bare = best(async || {
        let users: Vec<BareUser> = serde_json::from_slice(json).unwrap();
        assert!(users.iter().filter(|user| user.is_whole()).count() > USERS as usize);
    });
    ratio("a list of 2,000 users read, times the bare JSON reader", ours, ("serde_json", bare), 0.2)
}

/// The fields that are read, in the one spelling of the simulator.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct BareUser {
    key: String,
    username: String,
    is_active: bool,
    role_key: String,
    application_roles: Vec<BareApplicationRole>,
    teams: Vec<BareTeamRole>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct BareApplicationRole {
    application_key: String,
    role_key: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct BareTeamRole {
    team_key: String,
    role_key: String,
}

impl BareUser {
    fn is_whole(&self) -> bool {
        let keys = [&self.key, &self.username, &self.role_key].into_iter();
        let of_applications =
            self.application_roles.iter().flat_map(|one| [&one.application_key, &one.role_key]);
        let of_teams = self.teams.iter().flat_map(|one| [&one.team_key, &one.role_key]);
        keys.chain(of_applications).chain(of_teams).all(|key| !key.is_empty()) | self.is_active
    }
}
