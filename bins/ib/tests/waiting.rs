//! Waiting, interruption and streams, with a clock that runs as fast as the test.
#![expect(clippy::unwrap_used, reason = "a helper that panics fails its test")]

use std::collections::VecDeque;
use std::net::IpAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use ib::surroundings::{Captured, Surroundings};
use ib_env_client::http::{NameError, Resolver};
use tokio::time::Instant;

/// A name service that gives these answers in turn, the last one for ever.
struct Script(Mutex<VecDeque<Answer>>);

type Answer = Result<Vec<IpAddr>, NameError>;

impl Script {
    fn new(answers: impl IntoIterator<Item = Answer>) -> Arc<Self> {
        Arc::new(Self(Mutex::new(answers.into_iter().collect())))
    }
}

#[async_trait]
impl Resolver for Script {
    async fn resolve(&self, _host: &str) -> Result<Vec<IpAddr>, NameError> {
        let mut answers = self.0.lock().unwrap();
        let answer = if answers.len() > 1 { answers.pop_front() } else { answers.front().cloned() };
        answer.unwrap()
    }
}

/// A name service that never answers.
struct Silent;

#[async_trait]
impl Resolver for Silent {
    async fn resolve(&self, _host: &str) -> Result<Vec<IpAddr>, NameError> {
        std::future::pending().await
    }
}

/// Passes by itself, perhaps.
fn out_of_order() -> Answer {
    Err(NameError::ServiceFailed("server failure".to_owned()))
}

/// An address that the policy refuses: that stays.
const PRIVATE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(10, 0, 0, 1));

fn surroundings(resolver: Arc<dyn Resolver>) -> (Surroundings, Captured) {
    let (mut surroundings, captured) = Surroundings::captured();
    surroundings.resolver = resolver;
    (surroundings, captured)
}

async fn run(arguments: &[&str], surroundings: Surroundings) -> u8 {
    ib::run(["ib", "check"].iter().chain(arguments).copied(), surroundings).await.code()
}

#[tokio::test(start_paused = true)]
async fn without_wait_everything_is_asked_once() {
    let began = Instant::now();
    let (surroundings, captured) = surroundings(Script::new([out_of_order(), Ok(vec![PRIVATE])]));
    assert_eq!(run(&["dev.acme.example", "--output", "short"], surroundings).await, 5);
    assert!(captured.stdout().contains("SETUP-DNS-001"), "{}", captured.stdout());
    assert_eq!(captured.stderr(), "");
    assert!(began.elapsed() < Duration::from_secs(1));
}

#[tokio::test(start_paused = true)]
async fn a_wait_ends_with_the_first_answer_that_stays() {
    let answers = [out_of_order(), out_of_order(), out_of_order(), Ok(vec![PRIVATE])];
    let (surroundings, captured) = surroundings(Script::new(answers));
    let began = Instant::now();
    assert_eq!(run(&["dev.acme.example", "--wait", "5m", "--output", "short"], surroundings).await, 3);
    // One, two and four seconds.
    assert_eq!(began.elapsed().as_secs(), 7);
    assert!(captured.stdout().contains("SETUP-NET-002"), "{}", captured.stdout());
    let stderr = captured.stderr();
    assert!(stderr.starts_with("waiting for dev.acme.example: The name service could not say"), "{stderr}");
    assert_eq!(stderr.lines().count(), 1, "a line only on change or every few seconds: {stderr}");
}

#[tokio::test(start_paused = true)]
async fn at_the_deadline_the_last_reason_is_repeated() {
    let (surroundings, captured) = surroundings(Script::new([out_of_order()]));
    let began = Instant::now();
    assert_eq!(run(&["dev.acme.example", "--wait", "2m", "--output", "short"], surroundings).await, 5);
    let took = began.elapsed();
    assert!(took <= Duration::from_mins(2) && took >= Duration::from_secs(118), "{took:?}");
    let stderr = captured.stderr();
    let last = stderr.lines().last().unwrap();
    assert!(last.starts_with("gave up waiting for dev.acme.example after 1m 59s"), "{last}");
    assert!(last.contains("SETUP-DNS-001"), "{last}");
    let still = stderr.lines().filter(|line| line.starts_with("still waiting for dev.acme.example")).count();
    assert!((5..=13).contains(&still), "{stderr}");
}

#[tokio::test(start_paused = true)]
async fn a_question_that_is_open_at_the_deadline_is_left() {
    /// Out of order at first, then silent.
    struct ThenSilent(Script);
    #[async_trait]
    impl Resolver for ThenSilent {
        async fn resolve(&self, host: &str) -> Result<Vec<IpAddr>, NameError> {
            if self.0.0.lock().unwrap().len() > 1 {
                self.0.resolve(host).await
            } else {
                std::future::pending().await
            }
        }
    }
    let script = Script(Mutex::new([out_of_order(), out_of_order()].into()));
    let (surroundings, captured) = surroundings(Arc::new(ThenSilent(script)));
    let began = Instant::now();
    let arguments = ["dev.acme.example", "--wait", "10s", "--timeout", "1m", "--output", "short"];
    assert_eq!(run(&arguments, surroundings).await, 5);
    assert_eq!(began.elapsed().as_secs(), 10);
    assert!(captured.stdout().contains("SETUP-DNS-001"), "{}", captured.stdout());
}

#[tokio::test(start_paused = true)]
async fn what_stays_as_it_is_is_not_waited_for() {
    let (surroundings, captured) = surroundings(Script::new([Ok(vec![PRIVATE])]));
    let began = Instant::now();
    assert_eq!(
        run(&["dev.acme.example", "127.0.0.1", "--wait", "5m", "--output", "short"], surroundings).await,
        3
    );
    assert!(began.elapsed() < Duration::from_secs(1), "{}", captured.stderr());
    assert_eq!(captured.stderr(), "");
}

#[tokio::test(start_paused = true)]
async fn a_waived_reason_is_not_waited_for_and_an_idle_waiver_is_named() {
    let (surroundings, captured) = surroundings(Script::new([out_of_order()]));
    let used = "SETUP-DNS-001@dev.acme.example=maintenance window";
    let idle = "SETUP-ENV-011@qa.acme.example=known";
    let arguments =
        ["dev.acme.example", "--wait", "5m", "--output", "short", "--waive", used, "--waive", idle];
    let began = Instant::now();
    // What comes after the waived layer could still not be told.
    assert_eq!(run(&arguments, surroundings).await, 5);
    assert!(began.elapsed() < Duration::from_secs(1));
    assert!(captured.stdout().contains("SETUP-DNS-001 waived: maintenance window"), "{}", captured.stdout());
    assert!(
        captured.stderr().contains("SETUP-ENV-011 on qa.acme.example was not used"),
        "{}",
        captured.stderr()
    );
    assert!(!captured.stderr().contains("SETUP-DNS-001 on"), "{}", captured.stderr());
}

#[tokio::test(start_paused = true)]
async fn the_stream_shows_the_waiting_and_each_address_in_one_block() {
    let (surroundings, captured) =
        surroundings(Script::new([out_of_order(), out_of_order(), Ok(vec![PRIVATE])]));
    let arguments = ["dev.acme.example", "qa.acme.example", "--wait", "1m", "--output", "ndjson"];
    assert_eq!(run(&arguments, surroundings).await, 3);
    let stdout = captured.stdout();
    let events: Vec<serde_json::Value> =
        stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(events[0], serde_json::json!({"event": "begin", "schema": "ib.check.events/1"}));
    assert_eq!(events.last().unwrap(), &serde_json::json!({"event": "end", "verdict": "failed", "exit": 3}));
    let waiting: Vec<_> = events.iter().filter(|event| event["event"] == "waiting").collect();
    assert_eq!(waiting.len(), 2);
    assert_eq!((&waiting[0]["code"], &waiting[0]["remaining_ms"]), (&"SETUP-DNS-001".into(), &60_000.into()));
    let ends: Vec<usize> =
        events.iter().enumerate().filter(|(_, e)| e["event"] == "target").map(|(at, _)| at).collect();
    assert_eq!(ends.len(), 2);
    let block = &events[ends[0] + 1..ends[1]];
    assert!(block.iter().all(|event| event["address"] == events[ends[1]]["address"]), "{stdout}");
}

#[tokio::test(start_paused = true)]
async fn an_interruption_prints_what_is_known() {
    for (format, contains) in
        [("json", "\"exit\": 130"), ("short", "(exit 130)"), ("text", "Interrupted"), ("ndjson", "130")]
    {
        let (mut surroundings, captured) = surroundings(Script::new([out_of_order()]));
        surroundings.interrupt = Box::pin(tokio::time::sleep(Duration::from_secs(10)));
        let began = Instant::now();
        assert_eq!(run(&["dev.acme.example", "--wait", "5m", "--output", format], surroundings).await, 130);
        assert_eq!(began.elapsed().as_secs(), 10);
        assert!(captured.stdout().contains(contains), "{format}: {}", captured.stdout());
        assert!(captured.stderr().contains("interrupted; this is what was known"), "{}", captured.stderr());
    }
}

#[tokio::test(start_paused = true)]
async fn an_interruption_before_the_first_answer_is_no_pass() {
    let (mut surroundings, captured) = surroundings(Arc::new(Silent));
    surroundings.interrupt = Box::pin(tokio::time::sleep(Duration::from_millis(500)));
    assert_eq!(run(&["dev.acme.example", "--output", "json"], surroundings).await, 130);
    let document: serde_json::Value = serde_json::from_str(&captured.stdout()).unwrap();
    assert_eq!((&document["verdict"], &document["exit"]), (&"could_not_tell".into(), &130.into()));
    assert_eq!(document["targets"], serde_json::json!([]));
}

#[tokio::test(start_paused = true)]
async fn a_person_hears_what_is_waited_for_and_a_log_does_not() {
    for (terminal, lines) in [(true, true), (false, false)] {
        let (mut surroundings, captured) = surroundings(Arc::new(Silent));
        surroundings.stderr.is_terminal = terminal;
        surroundings.interrupt = Box::pin(tokio::time::sleep(Duration::from_secs(8)));
        let arguments = ["dev.acme.example", "--timeout", "1m", "--output", "short"];
        assert_eq!(run(&arguments, surroundings).await, 130);
        let told = captured.stderr().contains("checking: 0 of 1 answered; waiting for dev.acme.example");
        assert_eq!(told, lines, "{}", captured.stderr());
    }
}

#[tokio::test(start_paused = true)]
async fn notes_and_proxies_are_told() {
    let (mut surroundings, captured) = surroundings(Script::new([Ok(vec![PRIVATE])]));
    surroundings
        .variables
        .insert("HTTPS_PROXY".to_owned(), "http://me:hunter2@proxy.acme.example:3128".to_owned());
    assert_eq!(run(&["http://dev.acme.example/start?x=1"], surroundings).await, 3);
    let stdout = captured.stdout();
    assert!(
        stdout.contains("Note: http:// was changed to https://") && stdout.contains("after ? was left out"),
        "{stdout}"
    );
    let stderr = captured.stderr();
    assert!(stderr.contains("HTTPS_PROXY is set and not used") && !stderr.contains("hunter2"), "{stderr}");
}
