//! Log-ins and permissions.

use ib_domain::reason::Reason;
use ib_env_sim::scenario::{Action, IdentityProvider, WsdlForm};

use crate::cause::{Cause, DEV, LIFETIME, TOKEN, cause};

pub(crate) fn causes() -> Vec<Cause> {
    [log_ins(), permissions(), permissions_by_lifetime()].into_iter().flatten().collect()
}

const TEST_LOGIN: &str = "/ServiceCenter/Solutions.asmx";
const PLATFORM_SERVICES: &str = "/ServiceCenter/PlatformServices_v8_0_0.asmx";

fn fault(text: &str) -> Action {
    Action::SoapFault(text.to_owned())
}

fn log_ins() -> Vec<Cause> {
    let oidc = |reason, exit| cause(reason, exit).dev(|dev| dev.identity_provider = IdentityProvider::Oidc);
    vec![
        oidc(Reason::ExternalIdentityProvider, 0),
        cause(Reason::SeveralCatalogs, 0).dev(|dev| dev.multiple_database_catalogs = true),
        oidc(Reason::LoginRefusedExternal, 6).maria(),
        cause(Reason::LoginRefused, 6).user("maria", "not-her-password"),
        cause(Reason::LoginLocked, 6).maria().after_failures(3),
        cause(Reason::LoginForbidden, 6).maria().at(
            DEV,
            TEST_LOGIN,
            fault("You are not allowed to do this."),
        ),
        cause(Reason::LoginTrouble, 5).maria().at(DEV, TEST_LOGIN, fault("Object reference not set.")),
        cause(Reason::LoginUnproven, 5).maria().arrange(|scenario| {
            let broken = ib_env_sim::scenario::Fault {
                path: Some(PLATFORM_SERVICES.to_owned()),
                method: Some("Modules_Get".to_owned()),
                ..ib_env_sim::scenario::Fault::always(Action::Status(500))
            };
            scenario.environment_mut(DEV).unwrap().faults.push(broken);
        }),
        cause(Reason::UnknownDialect, 5).maria().dev(|dev| dev.wsdl = WsdlForm::OtherDialect),
    ]
}

fn permissions() -> Vec<Cause> {
    vec![
        cause(Reason::LevelMissing, 3).user("omar", "omar-Pass-1"),
        cause(Reason::CreateApplicationsMissing, 3).user("nina", "nina-Pass-1"),
        cause(Reason::PermissionsNoRoute, 5).maria().dev(|dev| dev.direct_permissions = false),
        cause(Reason::PermissionsNotUnderstood, 5).maria().at(
            DEV,
            "/SetupPermissions/*",
            json(r#"{"level": "five"}"#),
        ),
    ]
}

fn json(body: &str) -> Action {
    Action::Verbatim { status: 200, content_type: "application/json".to_owned(), body: body.to_owned() }
}

fn permissions_by_lifetime() -> Vec<Cause> {
    const USERS: &str = "/lifetimeapi/rest/v2/users*";
    let known = |reason, exit| cause(reason, exit).maria().lifetime(LIFETIME, TOKEN);
    let inactive = r#"[{"Key":"u","Username":"maria","IsActive":false,"RoleKey":"r"}]"#;
    let other_role = r#"[{"Key":"u","Username":"maria","IsActive":true,"RoleKey":"no-such-role"}]"#;
    let other_environment = r#"[{"Key":"e","Name":"Quality","OSVersion":"11.23.1.40123","HostName":"qa.acme.example","EnvironmentType":"Test"}]"#;
    vec![
        known(Reason::PermissionModelUnknown, 5).arrange(|scenario| scenario.lifetime.label_shift = 1),
        known(Reason::UserNotListed, 5).at(LIFETIME, USERS, json("[]")),
        known(Reason::UserInactive, 3).at(LIFETIME, USERS, json(inactive)),
        known(Reason::RoleNotListed, 5).at(LIFETIME, USERS, json(other_role)),
        known(Reason::EnvironmentNotListed, 5).after(
            1,
            LIFETIME,
            "/lifetimeapi/rest/v2/environments*",
            json(other_environment),
        ),
        cause(Reason::DependenciesKept, 0).user("dora", "dora-Pass-1").lifetime(LIFETIME, TOKEN),
    ]
}
