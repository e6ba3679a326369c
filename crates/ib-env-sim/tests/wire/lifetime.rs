//! LifeTime API v2 (`lifetime-api.md`).

use ib_env_sim::scenario::{IdentityProvider, KeyCase};
use reqwest::Method;
use reqwest::header::{AUTHORIZATION, WWW_AUTHENTICATE};
use rstest::rstest;
use serde_json::{Value, json};

use crate::stranger::{DEV, LIFETIME, Seen, Soap, Stranger, TOKEN, seen};

async fn send(stranger: &Stranger, method: Method, path: &str, token: &str, body: Option<Value>) -> Seen {
    let url = stranger.url(LIFETIME, &format!("/lifetimeapi/rest/v2{path}"));
    let request = stranger.http.request(method, url).header(AUTHORIZATION, format!("Bearer {token}"));
    let request = match body {
        Some(body) => request.header("content-type", "application/json").body(body.to_string()),
        None => request,
    };
    seen(request.send().await.unwrap()).await
}

fn assert_exception(seen: &Seen, status: u16) {
    assert_eq!(seen.status, status, "{}", seen.text);
    let body = seen.json();
    assert_eq!(body["StatusCode"], status);
    assert!(body["Errors"][0].as_str().is_some_and(|text| !text.is_empty()));
}

#[rstest]
#[tokio::test]
async fn lists_come_with_both_slash_forms(
    #[values("environments", "roles", "roles/permissionlevels", "users", "teams", "applications", "modules")]
    list: &str,
) {
    let stranger = Stranger::new().await;
    let with = stranger.lifetime(&format!("/{list}/")).await;
    let without = stranger.lifetime(&format!("/{list}")).await;
    assert_eq!((with.status, with.content_type.as_str()), (200, "application/json; charset=utf-8"));
    assert_eq!(with.text, without.text);
    assert!(!with.json().as_array().unwrap().is_empty());
}

#[tokio::test]
async fn environments_have_every_field_and_leave_lifetime_out() {
    let stranger =
        Stranger::changed(|s| s.environments[1].version_seen_by_lifetime = Some("11.0.0.1".to_owned())).await;
    let list = stranger.lifetime("/environments/").await.json();
    let hosts: Vec<&str> = list.as_array().unwrap().iter().map(|e| e["HostName"].as_str().unwrap()).collect();
    assert_eq!(hosts, ["dev.acme.example", "qa.acme.example", "prod.acme.example"]);
    let mut first = list[0].clone();
    let key = first["Key"].take();
    let expected = json!({
        "Key": null, "Name": "Development", "OSVersion": "11.23.1.40123", "Order": 1, "HostName": DEV,
        "UseHTTPS": true, "EnvironmentType": "Development", "NumberOfFrontEnds": 1,
        "ApplicationServerType": ".NET", "ApplicationServer": "IIS", "DatabaseProvider": "SqlServer",
        "IsCloudEnvironment": false,
    });
    assert_eq!(first, expected);
    assert_eq!(list[1]["OSVersion"], "11.0.0.1");
    let one = stranger.lifetime(&format!("/environments/{}/", key.as_str().unwrap())).await;
    assert_eq!(one.json(), list[0]);
}

#[tokio::test]
async fn an_empty_list_is_204_without_a_body() {
    let stranger = Stranger::changed(|scenario| {
        scenario.teams.clear();
        scenario.users.iter_mut().for_each(|user| user.teams.clear());
        scenario.environments.retain(|environment| environment.host == LIFETIME);
    })
    .await;
    for list in ["environments", "applications", "teams", "deployments"] {
        let seen = stranger.lifetime(&format!("/{list}/")).await;
        assert_eq!((seen.status, seen.text.as_str(), seen.content_type.as_str()), (204, "", ""), "{list}");
    }
}

#[tokio::test]
async fn tokens_are_asked_for_and_expire() {
    let stranger = Stranger::new().await;
    let url = stranger.url(LIFETIME, "/lifetimeapi/rest/v2/environments/");
    let response = stranger.http.get(url).send().await.unwrap();
    assert_eq!(response.headers()[WWW_AUTHENTICATE], "Bearer");
    assert_exception(&seen(response).await, 401);
    for token in ["unknown", "acme-expired-token-90ab3e"] {
        assert_exception(&send(&stranger, Method::GET, "/environments/", token, None).await, 401);
    }
    let end = stranger.simulator.clock().now();
    stranger.simulator.update(|scenario| scenario.lifetime.tokens[0].expires_at = Some(end));
    assert_exception(&stranger.lifetime("/environments/").await, 401);
}

#[rstest]
#[case("/roles/", 403)]
#[case("/roles/permissionlevels/", 403)]
#[case("/users/", 403)]
#[case("/teams/", 403)]
#[case("/environments/", 200)]
#[case("/applications/", 200)]
#[tokio::test]
async fn the_role_of_the_service_account_decides(#[case] path: &str, #[case] status: u16) {
    let stranger = Stranger::new().await;
    let seen = send(&stranger, Method::GET, path, "acme-reader-token-5e5d21", None).await;
    assert_eq!(seen.status, status);
    if status == 403 {
        assert_exception(&seen, 403);
    }
}

#[rstest]
#[case("/applications/?IncludeModules=true", 400)]
#[case("/applications/?IncludeModules=True&IncludeEnvStatus=False", 400)]
#[case("/applications/?IncludeModules=true&IncludeEnvStatus=true", 200)]
#[case("/applications/unknown", 404)]
#[case("/environments/unknown/", 404)]
#[case("/users/unknown/", 404)]
#[case("/roles/unknown/", 404)]
#[case("/teams/unknown/", 404)]
#[case("/nothing/", 404)]
#[tokio::test]
async fn statuses_have_their_body(#[case] path: &str, #[case] status: u16) {
    let seen = Stranger::new().await.lifetime(path).await;
    assert_eq!(seen.status, status, "{}", seen.text);
    if status >= 400 {
        assert_exception(&seen, status);
    }
}

#[tokio::test]
async fn roles_tell_permissions_only_if_asked() {
    let stranger = Stranger::new().await;
    let plain = stranger.lifetime("/roles/").await.json();
    assert!(plain[0].get("environmentPermissions").is_none());
    let full = stranger.lifetime("/roles/?IncludeEnvPermissions=true").await.json();
    let integrator = full.as_array().unwrap().iter().find(|role| role["name"] == "Integrator").unwrap();
    let permission = &integrator["environmentPermissions"][0];
    assert_eq!(permission["environmentName"], "Development");
    assert_eq!((&permission["level"], &permission["createApplications"]), (&5.into(), &true.into()));
    assert_eq!(permission["levelLabel"], "Change and Deploy Applications");
}

#[tokio::test]
async fn users_tell_teams_and_application_roles_only_if_asked() {
    let stranger = Stranger::new().await;
    let plain = stranger.lifetime("/users/").await.json();
    assert!(
        plain
            .as_array()
            .unwrap()
            .iter()
            .all(|user| user["Username"] != "ines" && user.get("Teams").is_none())
    );
    let query = "/users/?IncludeInactive=true&IncludeTeams=true&IncludeApplicationRoles=true";
    let full = stranger.lifetime(query).await.json();
    let user =
        |name: &str| full.as_array().unwrap().iter().find(|user| user["Username"] == name).unwrap().clone();
    assert_eq!(user("ines")["IsActive"], false);
    assert_eq!(user("tom")["Teams"][0]["TeamName"], "Integrations");
    assert_eq!(user("dora")["ApplicationRoles"][0]["applicationName"], "Common Shared Services");
    assert_eq!(user("maria")["RoleName"], "Integrator");
    let key = user("maria")["Key"].as_str().unwrap().to_owned();
    assert_eq!(stranger.lifetime(&format!("/users/{key}")).await.json()["Username"], "maria");
}

#[tokio::test]
async fn labels_move_but_numbers_stay() {
    let stranger = Stranger::changed(|scenario| scenario.lifetime.label_shift = 1).await;
    let levels = stranger.lifetime("/roles/permissionlevels/").await.json();
    assert_eq!(levels[5]["level"], 5);
    assert_eq!(levels[5]["levelLabel"], "Full Control");
}

#[rstest]
#[case(KeyCase::Upper, "HOSTNAME")]
#[case(KeyCase::Camel, "hostName")]
#[case(KeyCase::Mixed, "hOsTnAmE")]
#[tokio::test]
async fn spelling_of_names(#[case] case: KeyCase, #[case] name: &str) {
    let stranger = Stranger::changed(|scenario| scenario.lifetime.key_case = case).await;
    assert_eq!(stranger.lifetime("/environments/").await.json()[0][name], DEV);
}

#[tokio::test]
async fn a_list_of_one_may_come_alone_and_a_page_instead_of_json() {
    let stranger = Stranger::changed(|scenario| scenario.lifetime.single_object_for_list = true).await;
    assert_eq!(stranger.lifetime("/teams/").await.json()["name"], "Integrations");
    stranger.simulator.update(|scenario| scenario.lifetime.html_error_page = true);
    let seen = stranger.lifetime("/teams/").await;
    assert_eq!(seen.status, 500);
    assert!(seen.content_type.starts_with("text/html"));
}

#[tokio::test]
async fn old_lifetimes_lack_routes() {
    let stranger =
        Stranger::changed(|scenario| scenario.lifetime.lifetime_version = "11.4.0".to_owned()).await;
    assert_exception(&stranger.lifetime("/roles/").await, 404);
    assert_eq!(stranger.lifetime("/environments/").await.status, 200);
}

#[tokio::test]
async fn registration_creates_an_environment_that_answers() {
    let stranger = Stranger::new().await;
    let body = json!({ "EnvironmentName": "Extra", "EnvironmentAddress": "extra.acme.example" });
    let created = send(&stranger, Method::POST, "/environments", TOKEN, Some(body.clone())).await;
    assert_eq!(created.status, 201);
    let key = created.json()["EnvironmentKey"].as_str().unwrap().to_owned();
    assert!(stranger.simulator.connect_to("extra.acme.example").is_some());
    assert_exception(&send(&stranger, Method::POST, "/environments", TOKEN, Some(body)).await, 400);
    let gone = send(&stranger, Method::DELETE, &format!("/environments/{key}"), TOKEN, None).await;
    assert_eq!((gone.status, gone.text.as_str()), (204, ""));
    stranger.simulator.update(|scenario| scenario.lifetime.registration_enabled = false);
    assert_exception(&send(&stranger, Method::POST, "/environments", TOKEN, Some(json!({}))).await, 405);
}

#[tokio::test]
async fn a_new_role_is_a_bare_key() {
    let stranger = Stranger::new().await;
    let incomplete = json!({ "name": "New", "environmentPermissions": [] });
    assert_exception(&send(&stranger, Method::POST, "/roles/", TOKEN, Some(incomplete)).await, 400);
    let environments = stranger.lifetime("/environments/").await.json();
    let permissions: Vec<Value> = environments
        .as_array()
        .unwrap()
        .iter()
        .map(|environment| json!({ "environmentKey": environment["Key"], "level": 3, "createApplications": true }))
        .collect();
    let body = json!({ "name": "New", "environmentPermissions": permissions });
    let created = send(&stranger, Method::POST, "/roles/", TOKEN, Some(body)).await;
    assert_eq!((created.status, created.content_type.as_str()), (201, "text/plain; charset=utf-8"));
    let role =
        stranger.lifetime(&format!("/roles/{}/?IncludeEnvPermissions=true", created.text)).await.json();
    assert_eq!(role["environmentPermissions"][2]["level"], 3);
}

#[tokio::test]
async fn passwords_are_changed_unless_somebody_else_keeps_them() {
    let stranger = Stranger::new().await;
    let key = stranger.simulator.scenario().user("maria").unwrap().key();
    let path = format!("/users/{key}/setpassword/");
    let body = json!({ "password": "another-Pass-2" });
    assert_eq!(send(&stranger, Method::POST, &path, TOKEN, Some(body.clone())).await.status, 200);
    assert_eq!(stranger.simulator.scenario().user("maria").unwrap().password.reveal(), "another-Pass-2");
    stranger.simulator.update(|scenario| {
        scenario.environment_mut(LIFETIME).unwrap().identity_provider = IdentityProvider::Oidc;
    });
    assert_exception(&send(&stranger, Method::POST, &path, TOKEN, Some(body)).await, 405);
}

#[tokio::test]
async fn other_hosts_have_no_lifetime() {
    let seen = Stranger::new().await.get(DEV, "/lifetimeapi/rest/v2/environments/").await;
    assert_eq!(seen.status, 404);
    assert!(seen.content_type.starts_with("text/html"));
}

#[tokio::test]
async fn an_application_has_its_status_in_every_environment_that_has_it() {
    let stranger = Stranger::new().await;
    let list = stranger.lifetime("/applications/?IncludeModules=true&IncludeEnvStatus=true").await.json();
    let statuses = |name: &str| {
        let found = list.as_array().unwrap().iter().find(|application| application["Name"] == name).unwrap();
        found["AppStatusInEnvs"].as_array().unwrap().len()
    };
    assert_eq!((statuses("Service Desk"), statuses("Common Shared Services")), (3, 1));
    let environment = stranger.lifetime("/environments/").await.json()[1]["Key"].as_str().unwrap().to_owned();
    let there =
        stranger.lifetime(&format!("/environments/{environment}/applications/?IncludeEnvStatus=true")).await;
    assert_eq!(there.json().as_array().unwrap().len(), 1);
    assert_eq!(there.json()[0]["AppStatusInEnvs"][0]["EnvironmentKey"], environment.as_str());
}

#[tokio::test]
async fn users_are_made_and_changed_and_log_in_after_a_password_is_set() {
    let stranger = Stranger::new().await;
    let roles = stranger.lifetime("/roles/").await.json();
    let integrator =
        roles.as_array().unwrap().iter().find(|role| role["name"] == "Integrator").unwrap()["key"].clone();
    let body = |username: &str, active: bool| json!({ "Username": username, "Name": "Uma", "Email": "", "IsActive": active, "RoleKey": integrator });
    assert_exception(&send(&stranger, Method::POST, "/users/", TOKEN, Some(body("MARIA", true))).await, 400);
    let created = send(&stranger, Method::POST, "/users/", TOKEN, Some(body("uma", true))).await;
    assert_eq!(created.status, 201);
    let path = format!("/users/{}", created.text);
    let password = Some(json!({ "Password": "uma-Pass-1" }));
    assert_eq!(
        send(&stranger, Method::POST, &format!("{path}/setpassword"), TOKEN, password).await.status,
        200
    );
    let login = [("username", "uma"), ("password", "uma-Pass-1")];
    let status = stranger.call(Soap::V11, "Solutions", "TestLogin", &login).await.element("status");
    assert_eq!(status, "");
    let changed = send(&stranger, Method::PUT, &path, TOKEN, Some(body("uma", false))).await;
    assert_eq!((changed.status, changed.text), (200, created.text));
    assert_eq!(stranger.lifetime(&path).await.json()["IsActive"], false);
}

#[tokio::test]
async fn a_role_is_changed_and_deleted_but_not_the_built_in_one() {
    let stranger = Stranger::new().await;
    let roles = stranger.lifetime("/roles/?IncludeEnvPermissions=true").await.json();
    let role =
        |name: &str| roles.as_array().unwrap().iter().find(|role| role["name"] == name).unwrap().clone();
    let key = |name: &str| role(name)["key"].as_str().unwrap().to_owned();
    let mut debugger = role("Debugger");
    debugger["environmentPermissions"][0]["level"] = 6.into();
    let path = format!("/roles/{}/", key("Debugger"));
    assert_eq!(send(&stranger, Method::PUT, &path, TOKEN, Some(debugger)).await.status, 200);
    let changed = stranger.lifetime(&format!("{path}?IncludeEnvPermissions=true")).await.json();
    assert_eq!(changed["environmentPermissions"][0]["level"], 6);

    assert_exception(&send(&stranger, Method::DELETE, &path, TOKEN, None).await, 400);
    let heir = format!("{path}?UsersNewRoleKey={}", key("Reader"));
    assert_eq!(send(&stranger, Method::DELETE, &heir, TOKEN, None).await.status, 204);
    assert_exception(&stranger.lifetime(&path).await, 404);
    assert_eq!(stranger.simulator.scenario().user("omar").unwrap().role, "Reader");
    let built_in = format!("/roles/{}/?UsersNewRoleKey={}", key("Administrator"), key("Reader"));
    assert_exception(&send(&stranger, Method::DELETE, &built_in, TOKEN, None).await, 400);
}
