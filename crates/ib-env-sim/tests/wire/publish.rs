//! The publish life cycle (`service-center-soap.md` 4.3 and 6).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ib_env_sim::scenario::{Application, Module};
use rstest::rstest;

use crate::stranger::{Seen, Soap, Stranger};

pub(crate) const SERVICE: &str = "PlatformServices_v8_0_0";
pub(crate) const PUBLISH: &str = "SolutionPack_PublishWith2StepOption";

pub(crate) fn orders() -> Application {
    let modules = vec![Module::named("Orders_IS"), Module::named("Orders_DRV")];
    let description = "Version: 1.2.0".to_owned();
    Application { name: "Orders".to_owned(), description, modules, ..Application::default() }
}

fn credentials(username: &str) -> [(&str, String); 2] {
    [("Username", username.to_owned()), ("Password", format!("{username}-Pass-1"))]
}

pub(crate) async fn call(stranger: &Stranger, method: &str, username: &str, more: &[(&str, String)]) -> Seen {
    let login = credentials(username);
    let inputs: Vec<(&str, &str)> =
        login.iter().chain(more).map(|(name, value)| (*name, value.as_str())).collect();
    stranger.call(Soap::V11, SERVICE, method, &inputs).await
}

pub(crate) async fn publish(
    stranger: &Stranger,
    username: &str,
    application: &Application,
    two_step: bool,
) -> Seen {
    let file = STANDARD.encode(application.to_package());
    let inputs = [("File", file), ("TwoStepMode", two_step.to_string())];
    call(stranger, PUBLISH, username, &inputs).await
}

/// Polls until the publication waits or is finished: message types, their numbers, and whether it is finished.
pub(crate) async fn poll(stranger: &Stranger, id: &str, mut after: String) -> (Vec<String>, String, bool) {
    let mut kinds = Vec::new();
    loop {
        let inputs = [("PublishId", id.to_owned()), ("AfterMessageId", after)];
        let seen = call(stranger, "SolutionPack_GetPublishMessages", "maria", &inputs).await;
        assert_eq!(seen.status, 200, "{}", seen.text);
        kinds.extend(seen.elements("Type"));
        after = seen.element("LastMessageId");
        let finished = seen.element("Finished") == "true";
        if finished || kinds.last().is_some_and(|kind| kind == "PublishStop") {
            return (kinds, after, finished);
        }
    }
}

/// One poll: how many messages are new, and whether it is finished.
pub(crate) async fn poll_once(stranger: &Stranger, id: &str, after: usize) -> (usize, bool) {
    let inputs = [("PublishId", id.to_owned()), ("AfterMessageId", after.to_string())];
    let seen = call(stranger, "SolutionPack_GetPublishMessages", "maria", &inputs).await;
    (seen.elements("PublicationMessage").len(), seen.element("Finished") == "true")
}

pub(crate) async fn end(stranger: &Stranger, id: &str, how: &str) -> Seen {
    call(stranger, &format!("SolutionPack_Publish{how}"), "maria", &[("PublishId", id.to_owned())]).await
}

pub(crate) fn installed(stranger: &Stranger, name: &str) -> Option<Application> {
    stranger.simulator.scenario().environments[0]
        .applications
        .iter()
        .find(|found| found.name == name)
        .cloned()
}

#[tokio::test]
async fn two_steps_with_continue_install_the_application() {
    let stranger = Stranger::new().await;
    let started = publish(&stranger, "maria", &orders(), true).await;
    let id = started.element("PublishId");
    assert_eq!(id, "1");
    let (kinds, after, finished) = poll(&stranger, &id, "0".to_owned()).await;
    assert_eq!((kinds, finished), (vec!["Info".into(), "Info".into(), "PublishStop".into()], false));
    assert!(installed(&stranger, "Orders").is_none(), "nothing is deployed in step 1");

    let inputs = [("PublishId", id.clone()), ("AfterMessageId", after.clone())];
    let waiting = call(&stranger, "SolutionPack_GetPublishMessages", "maria", &inputs).await;
    assert_eq!(waiting.elements("PublicationMessage").len(), 0);
    assert_eq!(
        (waiting.element("LastMessageId"), waiting.element("Finished")),
        (after.clone(), "false".into())
    );

    assert_eq!(end(&stranger, &id, "Continue").await.status, 200);
    let (kinds, _, finished) = poll(&stranger, &id, after).await;
    assert_eq!((kinds, finished), (vec!["Info".to_owned()], true));
    assert_eq!(installed(&stranger, "Orders").unwrap().modules.len(), 2);
    assert_eq!(end(&stranger, &id, "Continue").await.status, 500, "it is not waiting any more");
}

#[tokio::test]
async fn abort_ends_without_errors_and_without_effect() {
    let stranger = Stranger::new().await;
    let id = publish(&stranger, "maria", &orders(), true).await.element("PublishId");
    let (_, after, _) = poll(&stranger, &id, "0".to_owned()).await;
    assert_eq!(end(&stranger, &id, "Abort").await.status, 200);
    let (kinds, _, finished) = poll(&stranger, &id, after).await;
    assert_eq!((kinds, finished), (vec!["Info".to_owned()], true));
    assert!(installed(&stranger, "Orders").is_none());
}

#[tokio::test]
async fn modules_are_locked_while_they_are_published() {
    let stranger = Stranger::new().await;
    let id = publish(&stranger, "maria", &orders(), true).await.element("PublishId");
    let shares_a_module = Application { name: "Other".to_owned(), ..orders() };
    for application in [orders(), shares_a_module] {
        let refused = publish(&stranger, "maria", &application, true).await;
        assert_eq!((refused.element("PublishId").as_str(), refused.element("Type").as_str()), ("0", "Error"));
        assert!(refused.element("Message").contains("already being published"));
    }
    end(&stranger, &id, "Abort").await;
    assert_eq!(publish(&stranger, "maria", &orders(), true).await.element("PublishId"), "2");
}

#[tokio::test]
async fn an_abandoned_publication_gives_its_locks_back() {
    let stranger = Stranger::new().await;
    publish(&stranger, "maria", &orders(), true).await;
    stranger.simulator.clock().advance(std::time::Duration::from_secs(601));
    assert_eq!(publish(&stranger, "maria", &orders(), true).await.element("PublishId"), "2");
}

#[rstest]
#[case("nina", "Orders", "not allowed to create an Application")]
#[case("omar", "Orders", "not allowed to create an Application")]
#[case("dora", "Common Shared Services", "not allowed to change")]
#[case("tom", "Common Shared Services", "not allowed to change")]
#[case("maria", "Common Shared Services", "")]
#[case("theo", "Common Shared Services", "")]
#[case("nina", "Common Shared Services", "")]
#[tokio::test]
async fn permissions_decide_who_publishes_what(
    #[case] username: &str,
    #[case] name: &str,
    #[case] refusal: &str,
) {
    let stranger = Stranger::new().await;
    let application = Application { name: name.to_owned(), ..orders() };
    let started = publish(&stranger, username, &application, true).await;
    if refusal.is_empty() {
        assert_eq!(started.element("PublishId"), "1");
    } else {
        assert_eq!(started.element("PublishId"), "0");
        assert!(started.element("Message").contains(refusal), "{}", started.text);
    }
}
