//! TLS and its refusals, seen by a client that verifies.

use std::error::Error;
use std::time::Duration;

use ib_env_sim::scenario::Tls;
use rstest::rstest;

use crate::stranger::Stranger;

/// Every cause of an error, in one text.
fn causes(error: &reqwest::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        text = format!("{text}: {cause:?} {cause}");
        next = cause.source();
    }
    text
}

#[tokio::test]
async fn a_verified_connection_reaches_the_platform() {
    let stranger = Stranger::new().await;
    assert_eq!(stranger.platform_version().await.unwrap(), "11.23.1.40123");
}

#[rstest]
#[case(Tls::Expired, "Expired")]
#[case(Tls::NotYetValid, "NotValidYet")]
#[case(Tls::WrongHost, "NotValidForName")]
#[case(Tls::UnknownIssuer, "UnknownIssuer")]
#[case(Tls::OldProtocol, "ServerDoesNotSupportTls12Or13")]
#[case(Tls::PlainHttp, "InvalidMessage")]
#[case(Tls::Reset, "ConnectionReset")]
#[tokio::test]
async fn refusals_have_their_own_reason(#[case] tls: Tls, #[case] reason: &str) {
    let stranger = Stranger::changed(|scenario| scenario.environments[0].tls = tls).await;
    let text = causes(&stranger.platform_version().await.unwrap_err());
    assert!(text.contains(reason), "{text}");
    stranger.simulator.update(|scenario| scenario.environments[0].tls = Tls::Ok);
    assert!(stranger.platform_version().await.is_ok(), "other connections are not concerned");
}

#[tokio::test]
async fn a_stalled_handshake_never_ends() {
    let stranger = Stranger::changed(|scenario| scenario.environments[0].tls = Tls::Stall).await;
    let outcome = tokio::time::timeout(Duration::from_millis(200), stranger.platform_version()).await;
    assert!(outcome.is_err());
}

#[tokio::test]
async fn after_the_end_nobody_listens() {
    let Stranger { simulator, .. } = Stranger::new().await;
    let (address, control) = (simulator.address(), simulator.control_url());
    simulator.shutdown().await;
    assert!(tokio::net::TcpStream::connect(address).await.is_err());
    assert!(tokio::net::TcpStream::connect(control.trim_start_matches("http://")).await.is_err());
}
