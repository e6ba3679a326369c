//! Looking at environments, healthy and not.

mod common;

use std::sync::Arc;
use std::time::Duration;

use common::{World, address, maria};
use ib_domain::check::Check;
use ib_domain::finding::Outcome;
use ib_domain::reason::Reason;
use ib_env_client::Diagnosis;
use ib_env_client::check::Checker;
use ib_env_client::http::Limits;
use ib_env_sim::scenario::{Environment, Kind, Tls};

#[tokio::test]
async fn a_healthy_environment_passes_every_layer() {
    let world = World::acme().await;
    let environment = world.environment("dev.acme.example");
    let diagnosis = environment.diagnose().await;
    for finding in &diagnosis.findings {
        assert_eq!(finding.outcome, Outcome::Passed, "{finding:?}");
    }
    let layers: Vec<_> = diagnosis.findings.iter().map(|finding| finding.check).collect();
    assert!(layers.contains(&Check::NetTls) && layers.contains(&Check::EnvVersion), "{layers:?}");
    assert_eq!(diagnosis.version.and_then(|version| version.known()).unwrap().to_string(), "11.23.1.40123");
    assert_eq!(environment.log_in(&maria()).await, Ok(()));
    assert!(environment.permissions(&maria()).await.unwrap().unwrap().create_applications);
}

#[tokio::test]
async fn the_other_names_of_a_certificate_are_told() {
    let world = World::with(|scenario| {
        scenario.environments[0].certificate_names = vec!["www.acme.example".to_owned()];
        scenario.environments.push(Environment {
            host: "wild.acme.example".to_owned(),
            certificate_names: vec!["*.acme.example".to_owned()],
            ..Environment::default()
        });
    })
    .await;
    for (host, names) in [
        ("dev.acme.example", &["www.acme.example"][..]),
        ("prod.acme.example", &[]),
        ("wild.acme.example", &[]),
    ] {
        let diagnosis = world.environment(host).diagnose().await;
        assert!(diagnosis.recognised, "{host}: {:?}", diagnosis.findings);
        assert_eq!(diagnosis.names, names.iter().map(|name| address(name)).collect(), "{host}");
    }
}

#[tokio::test]
async fn a_repeated_serial_number_brings_no_name_of_the_owner() {
    let world = World::with(|scenario| {
        let hostile = Environment {
            host: "dev.hostile.example".to_owned(),
            serial: scenario.environments[0].serial.clone(),
            certificate_names: vec!["www.hostile.example".to_owned()],
            ..Environment::default()
        };
        scenario.environments[0].certificate_names = vec!["www.acme.example".to_owned()];
        scenario.environments.push(hostile);
    })
    .await;
    let own = world.environment("dev.acme.example").diagnose().await;
    let hostile = world.environment("dev.hostile.example").diagnose().await;
    assert_eq!((own.serial.is_some(), &own.serial), (true, &hostile.serial));
    assert_eq!(hostile.names, [address("www.hostile.example")].into());
}

#[tokio::test]
async fn an_untrusted_certificate_tells_no_name() {
    for tls in [Tls::UnknownIssuer, Tls::Expired] {
        let world = World::with(|scenario| {
            scenario.environments[0].tls = tls;
            scenario.environments[0].certificate_names = vec!["www.acme.example".to_owned()];
        })
        .await;
        let diagnosis = world.environment("dev.acme.example").diagnose().await;
        assert!(!diagnosis.recognised && diagnosis.names.is_empty(), "{tls:?}");
    }
}

#[tokio::test]
async fn a_checker_hands_the_other_names_on_each_time() {
    let world = World::with(|scenario| {
        scenario.environments[0].certificate_names = vec!["www.acme.example".to_owned()];
    })
    .await;
    let checker = Checker::new(Arc::new(world.client()));
    for _ in 0..2 {
        let mut told = None;
        checker.check(&["dev.acme.example".to_owned()], |examined| told = examined.told.clone()).await;
        assert_eq!(told.unwrap().names, [address("www.acme.example")].into());
    }
}

/// What is seen of a host whose first answer takes as long as four requests may.
async fn asleep(host: &str) -> Diagnosis {
    let limit = Duration::from_millis(400);
    let mut world = World::with(|scenario| {
        scenario.environments.push(Environment {
            host: host.to_owned(),
            kind: Kind::Personal,
            sleep_first_request_ms: 4 * 400,
            ..Environment::default()
        });
    })
    .await;
    world.settings.limits = Limits::scaled(limit);
    world.environment(host).diagnose().await
}

#[tokio::test]
async fn a_certificate_that_ends_soon_is_a_warning_and_in_nobodys_way() {
    let mut world = World::acme().await;
    // The simulator's certificates end on 2099-01-01.
    let december = std::time::SystemTime::UNIX_EPOCH + Duration::from_hours(47_107 * 24);
    world.settings.clock = Arc::new(move || december);
    let diagnosis = world.environment("dev.acme.example").diagnose().await;
    let tls = diagnosis.findings.iter().find(|finding| finding.check == Check::NetTls).unwrap();
    assert_eq!(tls.outcome, Outcome::Warning(Reason::TlsEndsSoon));
    assert_eq!(tls.evidence.observed.as_deref(), Some("2099-01-01"));
    assert!(diagnosis.recognised);
}

#[tokio::test]
async fn a_personal_environment_gets_the_time_to_wake_up_that_no_other_gets() {
    assert!(asleep("maria.outsystemscloud.com").await.recognised);
    let other = asleep("other.acme.example").await;
    let last = other.findings.last().and_then(|finding| finding.outcome.reason());
    assert_eq!(last, Some(Reason::HttpNoAnswer));
}

#[tokio::test]
async fn a_second_look_over_an_open_connection_still_shows_the_certificate() {
    let world = World::acme().await;
    let environment = world.environment("dev.acme.example");
    for _ in 0..2 {
        let diagnosis = environment.diagnose().await;
        let tls = diagnosis.findings.iter().find(|finding| finding.check == Check::NetTls);
        let seen = tls.and_then(|finding| finding.evidence.observed.as_deref());
        assert_eq!(seen, Some("certificate valid until 2099-01-01"));
    }
}
