//! Where connections go, and where never.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

mod common;

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use common::{Names, World, address, loopback, maria};
use ib_domain::address::{AddressRules, EnvironmentAddress};
use ib_domain::reason::Reason;
use ib_env_client::http::{ConnectTo, HttpClient, NameError, Resolver};
use ib_env_client::policy::AddressPolicy;
use ib_env_client::{Connect, Diagnosis};
use ib_env_sim::scenario::{Action, Fault};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// Counts who comes, and answers nobody.
struct Trap {
    port: u16,
    visitors: Arc<AtomicUsize>,
}

impl Trap {
    async fn on(ip: IpAddr, port: u16) -> Self {
        let listener = TcpListener::bind((ip, port)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let visitors = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&visitors);
        tokio::spawn(async move {
            while listener.accept().await.is_ok() {
                count.fetch_add(1, Ordering::SeqCst);
            }
        });
        Self { port, visitors }
    }

    fn visitors(&self) -> usize {
        self.visitors.load(Ordering::SeqCst)
    }
}

/// Answers each look-up with the next list, and the last one again and again.
struct Changing {
    answers: Vec<Vec<IpAddr>>,
    asked: AtomicUsize,
}

#[async_trait]
impl Resolver for Changing {
    async fn resolve(&self, _: &str) -> Result<Vec<IpAddr>, NameError> {
        let index = self.asked.fetch_add(1, Ordering::SeqCst).min(self.answers.len() - 1);
        Ok(self.answers[index].clone())
    }
}

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

/// The development environment under a port that needs no privilege.
fn on_port(port: u16) -> EnvironmentAddress {
    let rules = AddressRules { allowed_ports: [port].into(), ..AddressRules::default() };
    EnvironmentAddress::parse_with(&format!("dev.acme.example:{port}"), &rules).unwrap()
}

fn last_reason(diagnosis: &Diagnosis) -> Option<Reason> {
    diagnosis.findings.last().and_then(|finding| finding.outcome.reason())
}

#[tokio::test]
async fn a_name_that_changes_its_address_is_only_connected_where_it_was_judged() {
    let mut world = World::acme().await;
    let port = world.simulator.address().port();
    let trap = Trap::on(ip("127.0.0.2"), port).await;
    let resolver = Arc::new(Changing {
        answers: vec![vec![ip("127.0.0.1")], vec![ip("127.0.0.2")]],
        asked: AtomicUsize::new(0),
    });
    world.settings.connect_to.clear();
    world.settings.policy =
        AddressPolicy::default().danger_allow_address("dev.acme.example", ip("127.0.0.1"));
    world.settings.resolver = Arc::clone(&resolver) as Arc<dyn Resolver>;
    let environment = world.client().environment(on_port(port));

    assert!(environment.diagnose().await.recognised);
    environment.log_in(&maria()).await.unwrap();
    assert_eq!(resolver.asked.load(Ordering::SeqCst), 1, "resolved once, then pinned");

    assert_eq!(last_reason(&environment.diagnose().await), Some(Reason::AddressForbidden));
    assert!(environment.log_in(&maria()).await.is_err(), "nothing is sent after the name was refused");
    assert_eq!(trap.visitors(), 0);
}

#[tokio::test]
async fn one_good_and_one_bad_address_are_both_left_alone() {
    let mut world = World::acme().await;
    let port = world.simulator.address().port();
    let trap = Trap::on(ip("127.0.0.3"), port).await;
    world.settings.connect_to.clear();
    world.settings.policy =
        AddressPolicy::default().danger_allow_address("dev.acme.example", ip("127.0.0.1"));
    for answer in [["127.0.0.1", "127.0.0.3"], ["127.0.0.3", "127.0.0.1"]] {
        world.settings.resolver = Arc::new(Names(answer.iter().map(|text| ip(text)).collect()));
        let diagnosis = world.client().environment(on_port(port)).diagnose().await;
        assert_eq!(last_reason(&diagnosis), Some(Reason::AddressMixed));
    }
    assert_eq!((trap.visitors(), world.simulator.requests().len()), (0, 0));
}

#[tokio::test]
async fn no_redirect_is_followed_to_another_host_with_or_without_a_body() {
    for status in [301, 302, 307, 308] {
        let location = "https://victim.acme.example/steal".to_owned();
        let mut world = World::with(|scenario| {
            let redirect = Fault::always(Action::Redirect { status, location });
            scenario.environment_mut("dev.acme.example").unwrap().faults.push(redirect);
        })
        .await;
        let trap = Trap::on(ip("127.0.0.1"), 0).await;
        let victim = ConnectTo::new(&address("victim.acme.example"), loopback(trap.port));
        world.settings.connect_to.push(victim);
        let environment = world.environment("dev.acme.example");
        let diagnosis = environment.diagnose().await;
        assert_eq!(last_reason(&diagnosis), Some(Reason::HttpRedirectsElsewhere), "{status}");
        assert!(environment.log_in(&maria()).await.is_err());
        assert!(environment.permissions(&maria()).await.is_err());
        assert_eq!(trap.visitors(), 0, "{status}");
    }
}

#[tokio::test]
async fn every_loopback_address_is_refused_before_a_socket_is_opened() {
    let trap = Trap::on(ip("0.0.0.0"), 0).await;
    let world = World::acme().await;
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig::with_cases(64));
    let forbidden = prop_oneof![
        any::<[u8; 3]>().prop_map(|[a, b, c]| IpAddr::from([127, a, b, c])),
        any::<[u8; 3]>()
            .prop_map(|[a, b, c]| IpAddr::V6(std::net::Ipv4Addr::new(127, a, b, c).to_ipv6_mapped())),
        any::<[u8; 3]>().prop_map(|[a, b, c]| IpAddr::from([10, a, b, c])),
        Just(ip("::1")),
        Just(ip("0.0.0.0")),
        Just(ip("::")),
        Just(ip("169.254.169.254")),
    ];
    let lists = prop::collection::vec(forbidden, 1..4);
    for _ in 0..64 {
        let answer = lists.new_tree(&mut runner).unwrap().current();
        let mut settings = world.settings.clone();
        settings.connect_to.clear();
        settings.resolver = Arc::new(Names(answer.clone()));
        let environment = HttpClient::new(settings).unwrap().environment(on_port(trap.port));
        let diagnosis = environment.diagnose().await;
        let reason = last_reason(&diagnosis);
        let refusals = [Reason::AddressForbidden, Reason::AddressPrivate, Reason::AddressMetadata];
        assert!(reason.is_some_and(|reason| refusals.contains(&reason)), "{answer:?}: {reason:?}");
        assert_eq!(environment.log_in(&maria()).await.map_err(|obstacle| Some(obstacle.reason)), Err(reason));
    }
    assert_eq!(trap.visitors(), 0);
}

/// A proxy that leads everything to one address, and counts.
async fn proxy(to: std::net::SocketAddr, answer: &'static str) -> (u16, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            count.fetch_add(1, Ordering::SeqCst);
            tokio::spawn(async move {
                let mut head = Vec::new();
                while !head.ends_with(b"\r\n\r\n") {
                    if client.read_buf(&mut head).await.unwrap_or(0) == 0 {
                        return;
                    }
                }
                client.write_all(format!("HTTP/1.1 {answer}\r\n\r\n").as_bytes()).await.unwrap();
                if answer.starts_with("200") {
                    let mut server = TcpStream::connect(to).await.unwrap();
                    drop(tokio::io::copy_bidirectional(&mut client, &mut server).await);
                }
            });
        }
    });
    (port, asked)
}

#[tokio::test]
async fn a_proxy_is_used_when_it_is_configured_and_only_after_the_policy() {
    let mut world = World::acme().await;
    let (port, asked) = proxy(world.simulator.address(), "200 OK").await;
    world.settings.connect_to.clear();
    world.settings.proxy = Some(format!("http://127.0.0.1:{port}").parse().unwrap());

    world.settings.resolver = Arc::new(Names(vec![ip("10.0.0.1")]));
    let refused = world.environment("dev.acme.example").diagnose().await;
    assert_eq!(last_reason(&refused), Some(Reason::AddressPrivate));
    assert_eq!(asked.load(Ordering::SeqCst), 0, "the policy is applied before anything is forwarded");

    world.settings.resolver = Arc::new(Names(vec![ip("8.8.8.8")]));
    assert!(world.environment("dev.acme.example").diagnose().await.recognised);
    assert!(asked.load(Ordering::SeqCst) >= 1);
}

#[tokio::test]
async fn a_proxy_that_refuses_is_named_as_the_cause() {
    let mut world = World::acme().await;
    let (port, _) = proxy(world.simulator.address(), "403 Forbidden").await;
    world.settings.connect_to.clear();
    world.settings.proxy = Some(format!("http://user:planted@127.0.0.1:{port}").parse().unwrap());
    world.settings.resolver = Arc::new(Names(vec![ip("8.8.8.8")]));
    let diagnosis = world.environment("dev.acme.example").diagnose().await;
    assert_eq!(last_reason(&diagnosis), Some(Reason::ProxyRefused));
    assert!(!format!("{diagnosis:?} {:?}", world.settings).contains("planted"));
}
