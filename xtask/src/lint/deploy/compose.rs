//! The compose file: what its services name is there.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::Value;

use crate::problem::Problem;

/// What is looked at; the rest is docker's business.
#[derive(Deserialize)]
struct Compose {
    services: BTreeMap<String, Service>,
    #[serde(default)]
    secrets: BTreeMap<String, Value>,
    #[serde(default)]
    networks: BTreeMap<String, Value>,
    #[serde(default)]
    volumes: BTreeMap<String, Value>,
}

#[derive(Deserialize)]
struct Service {
    image: Option<String>,
    build: Option<Build>,
    #[serde(default)]
    environment: BTreeMap<String, String>,
    #[serde(default)]
    secrets: Vec<String>,
    #[serde(default)]
    networks: Vec<String>,
    #[serde(default)]
    volumes: Vec<String>,
    #[serde(default)]
    depends_on: BTreeMap<String, Value>,
}

#[derive(Deserialize)]
struct Build {
    dockerfile: String,
}

/// Checks the file, which stands in `folder`.
pub(super) fn check(path: &str, folder: &str, text: &str, has: &dyn Fn(&str) -> bool) -> Vec<Problem> {
    let file: Compose = match serde_saphyr::from_str(text) {
        Ok(file) => file,
        Err(error) => {
            return vec![Problem::new(path, error.to_string(), "write it as docker compose reads it")];
        }
    };
    let whats = file.services.iter().flat_map(|(name, service)| {
        let mut wrong = file.lost(service);
        wrong.extend(service.lost(folder, has));
        wrong.extend(file.unserved(service));
        wrong.into_iter().map(move |what| format!("{name}: {what}"))
    });
    whats.map(|what| Problem::new(path, what, "name what is there")).collect()
}

impl Compose {
    /// Names in a service that nothing declares.
    fn lost(&self, service: &Service) -> Vec<String> {
        let Self { services, secrets, networks, volumes } = self;
        let named = service.volumes.iter().filter_map(|volume| volume.split(':').next());
        let named: Vec<String> = named.filter(|source| !source.starts_with('.')).map(Into::into).collect();
        let needed: Vec<String> = service.depends_on.keys().cloned().collect();
        let lost = |kind: &str, names: &[String], known: &dyn Fn(&str) -> bool| {
            let lost = names.iter().filter(|name| !known(name));
            lost.map(|name| format!("no {kind} `{name}`")).collect::<Vec<_>>()
        };
        [
            lost("secret", &service.secrets, &|name| secrets.contains_key(name)),
            lost("network", &service.networks, &|name| networks.contains_key(name)),
            lost("volume", &named, &|name| volumes.contains_key(name)),
            lost("service", &needed, &|name| services.contains_key(name)),
        ]
        .concat()
    }

    /// Whether what the reverse proxy passes requests to is where a service of ours listens.
    fn unserved(&self, service: &Service) -> Option<String> {
        let to = service.environment.get("IB_SERVER")?;
        let (name, port) = to.split_once(':')?;
        let listen = self.services.get(name).and_then(|service| service.environment.get("IB_SERVER_LISTEN"));
        let listens = listen.is_some_and(|listen| listen.ends_with(&format!(":{port}")));
        (!listens).then(|| format!("nothing listens at `{to}`"))
    }
}

impl Service {
    /// Files in a service that are not there, and images that are not one everywhere.
    fn lost(&self, folder: &str, has: &dyn Fn(&str) -> bool) -> Vec<String> {
        let given: BTreeSet<String> =
            self.secrets.iter().map(|secret| format!("/run/secrets/{secret}")).collect();
        let read = self.environment.values().filter(|value| value.starts_with("/run/secrets/"));
        let secrets =
            read.filter(|path| !given.contains(*path)).map(|path| format!("`{path}` is no secret of it"));
        let mounted = self.volumes.iter().filter_map(|volume| volume.strip_prefix("./")?.split(':').next());
        let mounted = mounted.map(|file| format!("{folder}/{file}"));
        let built = self.build.iter().map(|build| build.dockerfile.clone());
        let files =
            mounted.chain(built).filter(|file| !has(file)).map(|file| format!("`{file}` is not there"));
        let image = self.image.iter().filter(|image| !image.contains('/') || !image.contains(':'));
        let image = image.map(|image| format!("`{image}` is not one image everywhere"));
        secrets.chain(files).chain(image).collect()
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    const FILE: &str = "services:
  a:
    build: {context: ../.., dockerfile: docs/deploy/Containerfile}
    environment: {IB_SERVER_LISTEN: '0.0.0.0:8080', IB_SERVER_KEY_FILE: /run/secrets/key}
    secrets: [key]
    networks: [inside]
    volumes: ['data:/data']
  b:
    image: docker.io/library/caddy:2
    environment: {IB_SERVER: 'a:8080'}
    volumes: ['./Caddyfile:/etc/caddy/Caddyfile:ro']
    depends_on: {a: {condition: service_healthy}}
secrets: {key: {file: secrets/key}}
networks: {inside: {}}
volumes: {data: {}}
";

    fn whats(text: &str) -> Vec<String> {
        let has = |path: &str| ["docs/deploy/Containerfile", "docs/deploy/Caddyfile"].contains(&path);
        check("compose.yaml", "docs/deploy", text, &has).into_iter().map(|problem| problem.what).collect()
    }

    #[test]
    fn a_file_whose_names_are_there_passes() {
        assert_eq!(whats(FILE), Vec::<String>::new());
    }

    #[rstest]
    #[case("secrets: {key:", "secrets: {keys:", "a: no secret `key`")]
    #[case("secrets: [key]", "secrets: []", "a: `/run/secrets/key` is no secret of it")]
    #[case("networks: [inside]", "networks: [outside]", "a: no network `outside`")]
    #[case("data:/data", "dates:/data", "a: no volume `dates`")]
    #[case("{a: {cond", "{c: {cond", "b: no service `c`")]
    #[case("a:8080", "a:8081", "b: nothing listens at `a:8081`")]
    #[case("./Caddyfile", "./Caddy", "b: `docs/deploy/Caddy` is not there")]
    #[case("deploy/Containerfile", "deploy/Dockerfile", "a: `docs/deploy/Dockerfile` is not there")]
    #[case("docker.io/library/caddy:2", "caddy", "b: `caddy` is not one image everywhere")]
    fn a_name_that_is_not_is_told(#[case] right: &str, #[case] wrong: &str, #[case] what: &str) {
        assert_eq!(whats(&FILE.replace(right, wrong)), [what]);
    }
}
