//! What answers, which version it runs, and what LifeTime says.

use ib_domain::reason::Reason;
use ib_env_sim::scenario::{Action, Environment, Kind};

use crate::cause::{Cause, DEV, LIFETIME, TOKEN, cause};

pub(crate) fn causes() -> Vec<Cause> {
    [products(), versions(), lifetimes()].into_iter().flatten().collect()
}

fn products() -> Vec<Cause> {
    let kind = |reason, kind: Kind| cause(reason, 3).dev(move |environment| environment.kind = kind);
    vec![
        kind(Reason::NotOutSystems, Kind::NotOutsystems),
        kind(Reason::OtherGeneration, Kind::Odc),
        cause(Reason::ClosedToUs, 3)
            .dev(|environment| environment.internal_network = vec!["10.0.0.0/8".parse().unwrap()]),
        cause(Reason::IsLifeTime, 3).address(LIFETIME),
        cause(Reason::LooksLikeLifeTime, 0).address("acme-lt.outsystemsenterprise.com").arrange(|scenario| {
            let undecided = Action::Status(400);
            let path = Some("/lifetimeapi/*".to_owned());
            let fault =
                ib_env_sim::scenario::Fault { path, ..ib_env_sim::scenario::Fault::always(undecided) };
            scenario.environments.push(Environment {
                host: "acme-lt.outsystemsenterprise.com".to_owned(),
                faults: vec![fault],
                ..Environment::default()
            });
        }),
        cause(Reason::LooksLikeProduction, 0).address("prod.acme.example"),
        cause(Reason::NotDevelopment, 3).address("qa.acme.example").lifetime(LIFETIME, TOKEN),
    ]
}

fn versions() -> Vec<Cause> {
    let version = |reason, exit, text: &'static str| {
        cause(reason, exit).dev(move |environment| environment.version_text_override = Some(text.to_owned()))
    };
    vec![
        version(Reason::VersionTooOld, 3, "11.7.1.5999"),
        version(Reason::VersionEarlierGeneration, 3, "10.0.1115.0"),
        version(Reason::VersionLaterGeneration, 3, "12.1.0.1"),
        version(Reason::VersionUnreadable, 5, "unknown"),
        version(Reason::VersionKnownTrouble, 0, "11.7.3.1"),
        version(Reason::ActivationCodeNeeded, 0, "11.7.6.99999"),
    ]
}

fn json(status: u16, body: &str) -> Action {
    Action::Verbatim { status, content_type: "application/json".to_owned(), body: body.to_owned() }
}

fn lifetimes() -> Vec<Cause> {
    /// The first request comes without the token, and is answered as ever.
    const LIST: &str = "/lifetimeapi/rest/v2/environments*";
    vec![
        cause(Reason::TokenRefused, 6).lifetime(LIFETIME, "acme-expired-token-90ab3e"),
        cause(Reason::AccountForbidden, 3).maria().lifetime(LIFETIME, "acme-reader-token-5e5d21"),
        cause(Reason::NoLifeTimeApi, 3).lifetime(DEV, TOKEN),
        cause(Reason::LifeTimeError, 5)
            .lifetime(LIFETIME, TOKEN)
            .arrange(|scenario| scenario.lifetime.html_error_page = true),
        cause(Reason::LifeTimeNotUnderstood, 3).lifetime(LIFETIME, TOKEN).after(
            1,
            LIFETIME,
            LIST,
            json(200, "{"),
        ),
        cause(Reason::InventoryEmpty, 3).lifetime(LIFETIME, TOKEN).after(1, LIFETIME, LIST, json(204, "")),
    ]
}
