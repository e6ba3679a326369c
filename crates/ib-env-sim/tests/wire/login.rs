//! Log-in, lock-out and the direct permission route (`it-user-permissions.md` 5 and 6).

use std::time::Duration;

use ib_env_sim::scenario::IdentityProvider;
use rstest::rstest;

use crate::stranger::{DEV, Seen, Soap, Stranger, seen};

async fn test_login(stranger: &Stranger, username: &str, password: &str) -> String {
    let inputs = [("username", username), ("password", password)];
    let seen = stranger.call(Soap::V11, "Solutions", "TestLogin", &inputs).await;
    assert_eq!(seen.status, 200, "a refusal is a status text here, no fault");
    seen.element("status")
}

async fn permissions(stranger: &Stranger, username: &str) -> Seen {
    let password = stranger.simulator.scenario().user(username).unwrap().password.reveal().to_owned();
    let url = stranger.url(DEV, "/SetupPermissions/rest/V1/Self");
    seen(stranger.http.get(url).basic_auth(username, Some(password)).send().await.unwrap()).await
}

#[rstest]
#[case("maria", "maria-Pass-1", "")]
#[case("maria", "#6d617269612d646967657374", "")]
#[case("maria", "wrong", "Invalid username or password.")]
#[case("maria", "#", "Invalid username or password.")]
#[case("maria", "", "Invalid username or password.")]
#[case("nobody", "wrong", "Invalid username or password.")]
#[case("ines", "ines-Pass-1", "Invalid username or password.")]
#[case("noah", "noah-Pass-1", "You do not have permission to access this environment.")]
#[case("lola", "lola-Pass-1", "Too many failed login attempts. Please try again in 60 minutes.")]
#[tokio::test]
async fn what_test_login_says(#[case] username: &str, #[case] password: &str, #[case] expected: &str) {
    assert_eq!(test_login(&Stranger::new().await, username, password).await, expected);
}

#[tokio::test]
async fn lock_out_follows_the_clock_and_holds_for_every_service() {
    let stranger = Stranger::new().await;
    for _ in 0..3 {
        assert_eq!(test_login(&stranger, "maria", "wrong").await, "Invalid username or password.");
    }
    let locked = "Too many failed login attempts. Please try again in a few minutes.";
    assert_eq!(test_login(&stranger, "maria", "maria-Pass-1").await, locked);
    assert_eq!(permissions(&stranger, "maria").await.status, 401);
    stranger.simulator.clock().advance(Duration::from_secs(29));
    assert_eq!(test_login(&stranger, "maria", "maria-Pass-1").await, locked);
    stranger.simulator.clock().advance(Duration::from_secs(1));
    assert_eq!(test_login(&stranger, "maria", "maria-Pass-1").await, "");
    assert_eq!(permissions(&stranger, "maria").await.status, 200);
}

#[tokio::test]
async fn an_external_provider_refuses_local_passwords_but_not_the_local_administrators() {
    let stranger =
        Stranger::changed(|scenario| scenario.environments[0].identity_provider = IdentityProvider::Ad).await;
    assert_eq!(test_login(&stranger, "maria", "maria-Pass-1").await, "Invalid username or password.");
    assert_eq!(test_login(&stranger, "admin", "admin-Pass-1").await, "");
}

#[tokio::test]
async fn the_text_of_the_identity_component_replaces_the_fixed_one() {
    let text = "The credentials are not valid.";
    let stranger =
        Stranger::changed(|scenario| scenario.environments[0].refusal_text = Some(text.to_owned())).await;
    assert_eq!(test_login(&stranger, "maria", "wrong").await, text);
}

#[rstest]
#[case("maria", 5, true)]
#[case("omar", 4, true)]
#[case("nina", 5, false)]
#[case("rosa", 2, false)]
#[case("theo", 4, true)]
#[case("admin", 6, true)]
#[tokio::test]
async fn the_direct_route_tells_level_and_flag(
    #[case] username: &str,
    #[case] level: u8,
    #[case] create: bool,
) {
    let stranger = Stranger::new().await;
    let seen = permissions(&stranger, username).await.json();
    assert_eq!((&seen["level"], &seen["createApplications"]), (&level.into(), &create.into()));
    assert!(seen["levelLabel"].as_str().is_some_and(|label| !label.is_empty()));
}

#[tokio::test]
async fn the_direct_route_is_a_switch_with_a_path() {
    let stranger = Stranger::new().await;
    let anonymous = stranger.get(DEV, "/SetupPermissions/rest/V1/Self").await;
    assert_eq!((anonymous.status, &anonymous.json()["StatusCode"]), (401, &401.into()));
    stranger.simulator.update(|scenario| {
        scenario.environments[0].direct_permissions_path = "/Mine/rest/V1/Self".to_owned();
    });
    assert_eq!(stranger.get(DEV, "/SetupPermissions/rest/V1/Self").await.status, 404);
    assert_eq!(stranger.get(DEV, "/Mine/rest/V1/Self").await.status, 401);
    stranger.simulator.update(|scenario| scenario.environments[0].direct_permissions = false);
    assert_eq!(stranger.get(DEV, "/Mine/rest/V1/Self").await.status, 404);
}
