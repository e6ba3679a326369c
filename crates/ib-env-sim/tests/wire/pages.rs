//! Pages, other kinds of hosts, and Internal Network (`recognising-an-environment.md`).

use ib_env_sim::scenario::Kind;
use rstest::rstest;

use crate::stranger::{DEV, LIFETIME, Soap, Stranger};

#[rstest]
#[case("/ServiceCenter", 302)]
#[case("/ServiceCenter/", 200)]
#[case("/servicecenter/outsystemsplatform.asmx", 200)]
#[case("/ServiceCenter/Unknown.asmx", 404)]
#[case("/ServiceCenterX/", 404)]
#[case("/server.identity/v1/health", 200)]
#[case("/server.api/v1/health", 200)]
#[case("/ServiceDesk/moduleservices/moduleinfo", 200)]
#[case("/ServiceDesk/moduleservices/moduleversioninfo", 200)]
#[case("/Nothing/moduleservices/moduleinfo", 404)]
#[case("/lifetime", 404)]
#[case("/", 200)]
#[tokio::test]
async fn paths_of_an_environment(#[case] path: &str, #[case] status: u16) {
    assert_eq!(Stranger::new().await.get(DEV, path).await.status, status);
}

#[tokio::test]
async fn the_identity_component_can_be_off() {
    let stranger =
        Stranger::changed(|scenario| scenario.environments[0].server_identity_enabled = false).await;
    assert_eq!(stranger.get(DEV, "/server.identity/v1/health").await.status, 404);
}

#[tokio::test]
async fn odc_has_no_service_center_and_redirects_to_log_in() {
    let stranger = Stranger::changed(|scenario| scenario.environments[0].kind = Kind::Odc).await;
    assert_eq!(stranger.get(DEV, "/ServiceCenter/").await.status, 404);
    let information = stranger.get(DEV, "/Portal/moduleservices/moduleinfo").await.json();
    let mappings = information["manifest"]["urlMappings"].as_object().unwrap();
    assert!(mappings.keys().any(|key| key.ends_with("_RedirectLogin")));
}

#[tokio::test]
async fn other_servers_know_nothing_of_outsystems() {
    let stranger = Stranger::changed(|scenario| scenario.environments[0].kind = Kind::NotOutsystems).await;
    assert_eq!(stranger.get(DEV, "/").await.status, 200);
    assert_eq!(stranger.get(DEV, "/ServiceCenter/").await.status, 404);
    let seen = stranger.call(Soap::V11, "OutSystemsPlatform", "GetPlatformInfo", &[]).await;
    assert_eq!(seen.status, 404);
    assert!(seen.content_type.starts_with("text/html"));
}

#[tokio::test]
async fn internal_network_closes_consoles_but_not_applications() {
    let stranger = Stranger::changed(|scenario| {
        for environment in &mut scenario.environments {
            environment.internal_network = vec!["10.0.0.0/8".parse().unwrap()];
        }
    })
    .await;
    for (host, path) in
        [(DEV, "/ServiceCenter/"), (DEV, "/ServiceCenter/Solutions.asmx?WSDL"), (LIFETIME, "/lifetime")]
    {
        let seen = stranger.get(host, path).await;
        assert_eq!(seen.status, 403);
        assert!(seen.text.contains("You are not authorized to view this page"));
    }
    let seen = stranger.call(Soap::V11, "OutSystemsPlatform", "GetPlatformInfo", &[]).await;
    assert_eq!((seen.status, seen.content_type.as_str()), (403, "text/html; charset=utf-8"));
    assert_eq!(stranger.lifetime("/environments/").await.status, 403);
    assert_eq!(stranger.get(DEV, "/ServiceDesk/moduleservices/moduleinfo").await.status, 200);
    stranger.simulator.update(|scenario| {
        scenario.environments[0].internal_network.push("127.0.0.0/8".parse().unwrap());
    });
    assert_eq!(stranger.get(DEV, "/ServiceCenter/").await.status, 200);
}

#[tokio::test]
async fn a_host_that_is_not_there_and_one_that_is_not_meant() {
    let stranger = Stranger::new().await;
    let url = stranger.url(DEV, "/");
    for (host, status) in [("elsewhere.example", 400), ("qa.acme.example", 421)] {
        let response = stranger.http.get(&url).header("Host", host).send().await.unwrap();
        assert_eq!(response.status(), status);
    }
}
