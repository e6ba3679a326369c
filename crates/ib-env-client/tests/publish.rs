//! Packages on their way, and every answer to a publication.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

mod common;

use std::io;
use std::sync::Arc;

use bytes::Bytes;
use common::sink::Sink;
use common::{World, credentials, maria};
use futures_util::{StreamExt, stream};
use ib_domain::reason::Reason;
use ib_env_client::{Environment, MessagePage, Module, Obstacle, Package, PublishId, Started};
use ib_env_sim::scenario::{Action, Fault};
use rstest::rstest;

const DEV: &str = "dev.acme.example";
const PUBLISH: &str = "SolutionPack_PublishWith2StepOption";
const MESSAGES: &str = "SolutionPack_GetPublishMessages";
const CONTINUE: &str = "SolutionPack_PublishContinue";
const ABORT: &str = "SolutionPack_PublishAbort";
const STAGING: &str = "*/Staging_PublishWith2StepOption";

type Pieces = Vec<io::Result<Bytes>>;

/// A package of six bytes, as it is said, that is none.
fn unreadable() -> [(Pieces, &'static str); 3] {
    let piece = |text: &'static str| Ok(Bytes::from_static(text.as_bytes()));
    let broken = Err(io::Error::from(io::ErrorKind::UnexpectedEof));
    [
        (vec![piece("abc")], "3 bytes are missing at its end"),
        (vec![piece("abc"), piece("defg")], "it is longer than it was said to be"),
        (vec![piece("abcdef"), broken], "it could not be read (unexpected end of file)"),
    ]
}

#[tokio::test]
async fn what_cannot_be_read_to_its_end_is_never_published() {
    let world = World::acme().await;
    let environment = world.environment(DEV);
    for (pieces, why) in unreadable() {
        let package = Package::new(6, stream::iter(pieces));
        let obstacle = environment.publish(&maria(), package, true).await.unwrap_err();
        assert_eq!(obstacle, Obstacle::new(Reason::PackageUnreadable).observed(why));
    }
    let asked = world.simulator.requests();
    assert!(asked.iter().all(|request| request.soap_method.as_deref() != Some(PUBLISH)), "{asked:?}");
    let started = environment.publish(&maria(), Package::of_bytes("abcdef"), true).await.unwrap();
    assert!(matches!(started, Started::Running(PublishId(1), _)), "the first that began: {started:?}");
}

#[tokio::test]
async fn what_cannot_be_read_to_its_end_is_cut_off_on_the_wire() {
    // So much does not wait in the client: it is under way before the end is known.
    const SIZE: usize = 4 << 20;
    let mut sink = Sink::open().await;
    let environment = sink.environment();
    for (end, _) in unreadable() {
        let pieces = std::iter::once(Ok(Bytes::from(vec![7; SIZE]))).chain(end);
        let package = Package::new(SIZE as u64 + 6, stream::iter(pieces));
        assert!(environment.publish(&maria(), package, true).await.is_err());
        let seen = sink.posted().await;
        assert!(0 < seen.came && seen.came < seen.announced, "{seen:?}");
    }
    environment.publish(&maria(), Package::of_bytes("abcdef"), true).await.unwrap();
    let seen = sink.posted().await;
    assert_eq!(seen.came, seen.announced);
}

#[rstest]
#[case(0)]
#[case(1)]
#[case(2)]
#[case(3)]
#[case(100_000)]
#[tokio::test]
async fn a_package_is_announced_with_its_length(#[case] size: usize) {
    let mut sink = Sink::open().await;
    let pieces = stream::iter(vec![7; size]).chunks(777).map(|piece| Ok(Bytes::from(piece)));
    let package = Package::new(size as u64, pieces);
    sink.environment().publish(&maria(), package, true).await.unwrap();
    let seen = sink.posted().await;
    assert!(!seen.head.contains("transfer-encoding"), "{}", seen.head);
    assert_eq!(seen.came, seen.announced);
    assert!(seen.announced >= size.div_ceil(3) as u64 * 4);
}

#[tokio::test]
async fn a_package_that_is_too_large_is_refused_before_it_is_sent() {
    let world = World::acme().await;
    // No piece ever comes: the simulator goes by the announced length.
    let package = Package::new(200 << 20, stream::pending());
    let obstacle = world.environment(DEV).publish(&maria(), package, true).await.unwrap_err();
    assert_eq!(obstacle, Obstacle::new(Reason::PublicationRefused).observed("status 413, a web page"));
}

async fn world(action: Action, path: Option<&str>, method: Option<&str>) -> World {
    World::with(|scenario| {
        let (path, method) = (path.map(str::to_owned), method.map(str::to_owned));
        let fault = Fault { path, method, ..Fault::always(action) };
        scenario.environment_mut(DEV).unwrap().faults.push(fault);
    })
    .await
}

async fn modules(environment: &dyn Environment) -> Vec<Module> {
    let mut modules = Vec::new();
    environment.modules(&maria(), Box::new(|module| modules.push(module))).await.unwrap();
    modules.retain(|module| module.name == "ServiceDesk");
    modules
}

/// Makes the call of this name.
async fn call(environment: &dyn Environment, method: &str) -> Result<(), Obstacle> {
    let id = PublishId(1);
    match method {
        PUBLISH => environment.publish(&maria(), Package::of_bytes("abc"), true).await.map(drop),
        MESSAGES => environment.publish_messages(&maria(), id, 0).await.map(drop),
        CONTINUE => environment.publish_continue(&maria(), id).await,
        ABORT => environment.publish_abort(&maria(), id).await,
        _ => {
            let modules = modules(environment).await;
            environment.republish(&maria(), "again", &modules, true).await.map(drop)
        }
    }
}

#[rstest]
#[case("Object reference not set", Reason::PublicationRefused)]
#[case("Invalid username or password.", Reason::LoginRefused)]
#[case("Too many failed login attempts.", Reason::LoginLocked)]
#[case("You do not have permission.", Reason::LoginForbidden)]
#[tokio::test]
async fn a_fault_is_about_the_user_or_about_the_publication(#[case] text: &str, #[case] reason: Reason) {
    for method in [PUBLISH, MESSAGES, CONTINUE, ABORT] {
        let world = world(Action::SoapFault(text.to_owned()), None, Some(method)).await;
        let refused = call(world.environment(DEV).as_ref(), method).await;
        assert_eq!(refused, Err(Obstacle::new(reason).observed(text)), "{method}");
    }
}

#[tokio::test]
async fn a_page_in_place_of_an_answer_refuses_the_step() {
    for method in [PUBLISH, MESSAGES, CONTINUE, ABORT] {
        let world = world(Action::Status(500), None, Some(method)).await;
        let refused = call(world.environment(DEV).as_ref(), method).await.map_err(|obstacle| obstacle.reason);
        assert_eq!(refused, Err(Reason::PublicationRefused), "{method}");
    }
}

#[tokio::test]
async fn a_publication_that_is_not_there_can_be_neither_followed_nor_steered() {
    let world = World::acme().await;
    for method in [MESSAGES, CONTINUE, ABORT] {
        let refused = call(world.environment(DEV).as_ref(), method).await.unwrap_err();
        assert_eq!(refused.reason, Reason::PublicationRefused, "{method}");
        assert!(refused.to_string().contains("There is no publication with the id 1"), "{refused}");
    }
}

#[rstest]
#[case(401, r#"{"Errors":["Invalid username or password."]}"#, Reason::LoginRefused)]
#[case(
    401,
    r#"{"Errors":["Too many failed login attempts. Try again in 60 minutes."]}"#,
    Reason::LoginLocked
)]
#[case(403, "{}", Reason::LoginForbidden)]
#[case(403, "<p>You are not authorized to view this page</p>", Reason::ClosedToUs)]
#[case(404, "{}", Reason::PublicationRefused)]
#[case(500, "{}", Reason::PublicationRefused)]
#[case(503, "{}", Reason::HttpGateway)]
#[case(429, "{}", Reason::HttpThrottled)]
#[case(200, "<html/>", Reason::PublicationRefused)]
#[case(200, "{}", Reason::PublicationRefused)]
#[tokio::test]
async fn a_republication_is_refused_by_its_status(
    #[case] status: u16,
    #[case] body: &str,
    #[case] reason: Reason,
) {
    let (content_type, body) = ("application/json".to_owned(), body.to_owned());
    let world = world(Action::Verbatim { status, content_type, body }, Some(STAGING), None).await;
    let refused = call(world.environment(DEV).as_ref(), STAGING).await.map_err(|obstacle| obstacle.reason);
    assert_eq!(refused, Err(reason));
}

#[tokio::test]
async fn a_wrong_password_republishes_nothing() {
    let world = World::acme().await;
    let environment = world.environment(DEV);
    let modules = modules(environment.as_ref()).await;
    let wrong = credentials("maria", "wrong");
    let refused = environment.republish(&wrong, "again", &modules, false).await.unwrap_err();
    assert_eq!(refused.reason, Reason::LoginRefused);
}

/// An environment that gives this answer to a call.
async fn answering(method: &str, outputs: &str) -> World {
    let body = format!(
        "<s:Envelope xmlns:s='http://schemas.xmlsoap.org/soap/envelope/'><s:Body>\
         <{method}Response xmlns='http://www.outsystems.com'>{outputs}</{method}Response></s:Body></s:Envelope>"
    );
    let content_type = "text/xml".to_owned();
    world(Action::Verbatim { status: 200, content_type, body }, None, Some(method)).await
}

async fn publish(outputs: &str) -> Result<Started, Obstacle> {
    let world = answering(PUBLISH, outputs).await;
    world.environment(DEV).publish(&maria(), Package::of_bytes("abc"), true).await
}

async fn page(outputs: &str) -> Result<MessagePage, Obstacle> {
    answering(MESSAGES, outputs).await.environment(DEV).publish_messages(&maria(), PublishId(1), 3).await
}

#[tokio::test]
async fn only_a_number_above_zero_begins_a_publication() {
    let reason = "<Messages><PublicationMessage><Message>no</Message></PublicationMessage></Messages>";
    let running = publish("<New><a/></New><PublishId>9</PublishId><Messages/>").await.unwrap();
    assert!(matches!(running, Started::Running(PublishId(9), _)), "{running:?}");
    for outputs in [format!("{reason}<PublishId>0</PublishId>"), reason.to_owned()] {
        let started = publish(&outputs).await.unwrap();
        let Started::NotStarted(messages) = started else { panic!("{started:?}") };
        assert_eq!(messages[0].message, "no");
    }
    for outputs in ["", "<PublishId>x</PublishId>", "<Messages/>"] {
        assert_eq!(publish(outputs).await.unwrap_err().reason, Reason::PublicationRefused, "{outputs}");
    }
}

#[tokio::test]
async fn a_page_without_its_end_is_no_page() {
    let end = "<LastMessageId>5</LastMessageId><Finished>1</Finished>";
    let whole = page(end).await.unwrap();
    assert_eq!((whole.messages.len(), whole.last_id, whole.finished), (0, 5, true));
    for outputs in ["", "<LastMessageId>5</LastMessageId>", "<Finished>true</Finished>", "<Messages/>"] {
        assert_eq!(page(outputs).await.unwrap_err().reason, Reason::PublicationRefused, "{outputs}");
    }
}

#[tokio::test]
async fn messages_are_data_and_kept_inside_bounds() {
    let long = format!("&#27;[31m{}", "ä".repeat(5000));
    let message =
        |id| format!("<PublicationMessage><Id>{id}</Id><Message>{long}</Message></PublicationMessage>");
    let messages = (4..1204).map(message).collect::<Vec<_>>().concat();
    let end = "<LastMessageId>1203</LastMessageId><Finished>true</Finished>";
    let page = page(&format!("<Messages>{messages}</Messages>{end}")).await.unwrap();
    assert_eq!((page.messages.len(), page.last_id, page.finished), (1000, 1003, false));
    let text = &page.messages[0].message;
    assert!(text.starts_with("\u{1b}[31m"), "{text:?}");
    assert_eq!(text.chars().count(), 4000);
}

#[tokio::test]
async fn a_host_that_refuses_soap_1_1_gets_the_next_package_in_1_2() {
    let html = "text/html".to_owned();
    let verbatim = Action::Verbatim { status: 415, content_type: html, body: String::new() };
    let world = World::with(|scenario| {
        let method = Some(PUBLISH.to_owned());
        let once = Fault { times: Some(1), method, ..Fault::always(verbatim) };
        scenario.environment_mut(DEV).unwrap().faults.push(once);
    })
    .await;
    let environment: Arc<dyn Environment> = world.environment(DEV);
    let refused = call(environment.as_ref(), PUBLISH).await.unwrap_err();
    assert_eq!(refused.reason, Reason::PublicationRefused);
    assert_eq!(call(environment.as_ref(), PUBLISH).await, Ok(()));
    let requests = world.simulator.requests();
    let published: Vec<_> =
        requests.iter().filter(|request| request.soap_method.as_deref() == Some(PUBLISH)).collect();
    assert_eq!(published.len(), 2, "each package is sent once");
    assert!(published[0].soap_action.is_some() && published[1].soap_action.is_none(), "{published:?}");
}
