//! Which part of the infrastructure answers a path.

use http::{Method, Response, StatusCode};
use serde_json::json;

use crate::reply::{self, Body, HTML, PLAIN};
use crate::request::Scene;
use crate::scenario::{Environment, Kind};
use crate::service_center::{self, ReadCall};
use crate::{direct, lifetime, manager};

/// Answers a request at an environment. Paths ignore case, as on IIS.
pub(super) fn answer(scene: &Scene<'_>, call: Option<ReadCall>) -> Response<Body> {
    let path = scene.request.path.to_ascii_lowercase();
    match scene.environment.kind {
        Kind::NotOutsystems => elsewhere(scene, &path),
        Kind::Odc => module_information(scene, &path, true).unwrap_or_else(reply::not_found),
        _ => outsystems(scene, &path, call),
    }
}

fn outsystems(scene: &Scene<'_>, path: &str, call: Option<ReadCall>) -> Response<Body> {
    let environment = scene.environment;
    if let Some(rest) = below(path, "/servicecenter") {
        return service_center::answer(scene, rest, call);
    }
    if let Some(rest) = below(path, manager::BASE)
        && !rest.starts_with("/moduleservices/")
    {
        return manager::answer(scene, rest);
    }
    if environment.kind == Kind::Lifetime
        && let Some(response) = lifetime_paths(scene, path)
    {
        return response;
    }
    if environment.direct_permissions && path == environment.direct_permissions_path.to_ascii_lowercase() {
        return direct::answer(scene);
    }
    match path {
        "/" => reply::text(
            StatusCode::OK,
            HTML,
            "<!DOCTYPE html><html><head><title>OutSystems</title></head></html>",
        ),
        "/server.identity/v1/health" | "/server.api/v1/health" if environment.server_identity_enabled => {
            reply::text(StatusCode::OK, PLAIN, "Healthy")
        }
        _ => module_information(scene, path, false).unwrap_or_else(reply::not_found),
    }
}

/// What is left of a path below a prefix: empty, or something that begins with a slash.
fn below<'a>(path: &'a str, prefix: &str) -> Option<&'a str> {
    path.strip_prefix(prefix).filter(|rest| rest.is_empty() || rest.starts_with('/'))
}

fn lifetime_paths(scene: &Scene<'_>, path: &str) -> Option<Response<Body>> {
    let console = ["/lifetime", "/lifetimesdk"].into_iter().any(|prefix| below(path, prefix).is_some());
    let api = below(path, lifetime::BASE);
    if !console && api.is_none() {
        return None;
    }
    if scene.is_closed_to_caller() {
        return Some(reply::page(StatusCode::FORBIDDEN, "LifeTime", service_center::NOT_AUTHORIZED));
    }
    let page = || reply::page(StatusCode::OK, "LifeTime", "Log in to LifeTime.");
    Some(api.map_or_else(page, |rest| lifetime::answer(scene, rest)))
}

/// `/<Module>/moduleservices/moduleinfo` and `…/moduleversioninfo` of a module that exists; ODC knows every module and
/// gives itself away by an entry ending in `_RedirectLogin` (`recognising-an-environment.md` 2).
fn module_information(scene: &Scene<'_>, path: &str, odc: bool) -> Option<Response<Body>> {
    let (module, what) = path.strip_prefix('/')?.split_once("/moduleservices/")?;
    let known = |environment: &Environment| {
        environment.all_modules().find(|known| known.name.eq_ignore_ascii_case(module))
    };
    let name = if odc { module.to_owned() } else { known(scene.environment)?.name };
    if scene.request.method != Method::GET {
        return None;
    }
    let value = match what {
        "moduleversioninfo" => json!({ "versionToken": crate::scenario::guid("token", &name) }),
        "moduleinfo" => {
            let mut mappings = serde_json::Map::new();
            mappings.insert(format!("/{name}/"), json!(format!("/{name}/Home")));
            if odc {
                mappings.insert(format!("/{name}/_RedirectLogin"), json!(format!("/{name}/_RedirectLogin")));
            }
            json!({ "manifest": { "urlMappings": mappings, "urlVersions": {} }, "data": {} })
        }
        _ => return None,
    };
    Some(reply::json(StatusCode::OK, &value))
}

/// A web server that has nothing to do with OutSystems.
fn elsewhere(scene: &Scene<'_>, path: &str) -> Response<Body> {
    if path == "/" && scene.request.method == Method::GET {
        return reply::page(StatusCode::OK, "Welcome to nginx!", "The web server is working.");
    }
    reply::not_found()
}
