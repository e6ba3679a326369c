//! Faults of HTTP and XML, each seen as a client would see it.

use std::time::{Duration, Instant};

use futures_util::StreamExt as _;
use ib_env_sim::scenario::{Action, Fault};
use rstest::rstest;

use crate::stranger::{DEV, Soap, Stranger, seen};

async fn faulty(fault: Fault) -> Stranger {
    Stranger::changed(|scenario| scenario.environments[0].faults = vec![fault]).await
}

async fn get(stranger: &Stranger) -> reqwest::Result<reqwest::Response> {
    stranger.http.get(stranger.url(DEV, "/ServiceCenter/")).send().await
}

#[rstest]
#[case(Action::Reset)]
#[case(Action::Garbage)]
#[case(Action::DropAfter(0))]
#[case(Action::DropAfter(10))]
#[tokio::test]
async fn no_answer_at_all(#[case] action: Action) {
    let stranger = faulty(Fault::always(action)).await;
    assert!(get(&stranger).await.is_err());
}

#[rstest]
#[case(Action::LengthTooLong)]
#[case(Action::DropAfter(300))]
#[tokio::test]
async fn an_answer_that_ends_too_early(#[case] action: Action) {
    let stranger = faulty(Fault::always(action)).await;
    let response = get(&stranger).await.unwrap();
    assert_eq!(response.status(), 200);
    assert!(response.bytes().await.is_err());
}

#[tokio::test]
async fn an_answer_longer_than_it_says() {
    let stranger = faulty(Fault { times: Some(1), ..Fault::always(Action::LengthTooShort) }).await;
    let short = get(&stranger).await.unwrap().text().await.unwrap();
    let whole = get(&stranger).await.unwrap().text().await.unwrap();
    assert_eq!(short.len(), whole.len() / 2);
}

#[rstest]
#[case(Action::Status(502), 502)]
#[case(Action::Status(503), 503)]
#[case(Action::TooManyRequests(7), 429)]
#[case(Action::Redirect { status: 307, location: "https://other.example/".to_owned() }, 307)]
#[case(Action::Verbatim { status: 418, content_type: "text/plain".to_owned(), body: "tea".to_owned() }, 418)]
#[tokio::test]
async fn n_times_then_fine(#[case] action: Action, #[case] status: u16) {
    let stranger = faulty(Fault { times: Some(2), ..Fault::always(action) }).await;
    let mut statuses = Vec::new();
    for _ in 0..3 {
        statuses.push(get(&stranger).await.unwrap().status().as_u16());
    }
    assert_eq!(statuses, [status, status, 200]);
}

#[tokio::test]
async fn headers_of_redirects_and_of_too_many_requests() {
    let stranger =
        faulty(Fault::always(Action::Redirect { status: 301, location: "/there".to_owned() })).await;
    assert_eq!(get(&stranger).await.unwrap().headers()["location"], "/there");
    let stranger = faulty(Fault::always(Action::TooManyRequests(7))).await;
    assert_eq!(get(&stranger).await.unwrap().headers()["retry-after"], "7");
}

#[tokio::test]
async fn a_fault_of_one_soap_method_leaves_the_others() {
    let fault = Fault {
        method: Some("GetPlatformInfo".to_owned()),
        ..Fault::always(Action::SoapFault("no & no".into()))
    };
    let stranger = faulty(fault).await;
    let refused = stranger.call(Soap::V12, "OutSystemsPlatform", "GetPlatformInfo", &[]).await;
    assert_eq!((refused.status, refused.content_type.as_str()), (500, "application/soap+xml; charset=utf-8"));
    assert!(refused.text.contains("no &amp; no"));
    assert_eq!(stranger.call(Soap::V12, "Solutions", "GetPropertiesForHandshake", &[]).await.status, 200);
}

#[rstest]
#[case(Action::MalformedXml, "</b>")]
#[case(Action::XmlEntities, "<!ENTITY")]
#[case(Action::DeepNesting, "<a><a>")]
#[tokio::test]
async fn bad_xml_comes_with_200(#[case] action: Action, #[case] part: &str) {
    let stranger = faulty(Fault::always(action)).await;
    let seen = stranger.call(Soap::V11, "OutSystemsPlatform", "GetPlatformInfo", &[]).await;
    assert_eq!((seen.status, seen.content_type.as_str()), (200, "text/xml; charset=utf-8"));
    assert!(seen.text.contains(part));
}

/// Reads until `enough` bytes came.
async fn read(response: reqwest::Response, enough: usize) -> usize {
    let (mut stream, mut total) = (response.bytes_stream(), 0);
    while let Some(piece) = stream.next().await {
        total += piece.unwrap().len();
        if total >= enough {
            break;
        }
    }
    total
}

#[tokio::test]
async fn a_bomb_becomes_more_than_100_mib() {
    let stranger = faulty(Fault::always(Action::Bomb)).await;
    let response = get(&stranger).await.unwrap();
    assert_eq!(response.headers()["content-encoding"], "gzip");
    let small = response.bytes().await.unwrap();
    assert!(small.len() < 1024 * 1024);
    let large = std::io::copy(&mut flate2::read::GzDecoder::new(&small[..]), &mut std::io::sink()).unwrap();
    assert!(large > 100 * 1024 * 1024);
}

#[tokio::test]
async fn an_endless_body_does_not_end() {
    let stranger = faulty(Fault::always(Action::Endless)).await;
    let enough = 32 * 1024 * 1024;
    let total = read(get(&stranger).await.unwrap(), enough).await;
    assert!(total >= enough, "{total}");
}

#[tokio::test]
async fn what_is_slow_is_slow() {
    let limit = Duration::from_millis(150);
    for action in [Action::Stall, Action::SlowDrip(50), Action::Delay(10_000)] {
        let stranger = faulty(Fault::always(action)).await;
        let whole = async { seen(get(&stranger).await.unwrap()).await };
        assert!(tokio::time::timeout(limit, whole).await.is_err());
    }
}

#[tokio::test]
async fn delays_add_up_and_the_first_request_wakes_the_host() {
    let stranger = Stranger::changed(|scenario| {
        scenario.delay_ms = 20;
        scenario.environments[0].delay_ms = 20;
        scenario.environments[0].sleep_first_request_ms = 60;
    })
    .await;
    let mut least = [Duration::from_millis(100), Duration::from_millis(40)].into_iter();
    for expected in least.by_ref() {
        let start = Instant::now();
        get(&stranger).await.unwrap();
        assert!(start.elapsed() >= expected);
    }
}
