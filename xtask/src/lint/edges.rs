//! Which crate of the workspace may use which, and what a pure crate must never pull in.
//!
//! Dev-dependencies are free: a crate may be tested against the simulator.

use std::collections::BTreeSet;

use anyhow::Result;
use cargo_metadata::{DependencyKind, Metadata};
use xshell::cmd;

use crate::problem::Problem;
use crate::repo::Repo;

/// What one library may use of the others, and what that keeps true.
struct Rule {
    name: &'static str,
    may_use: &'static [&'static str],
    invariant: &'static str,
}

/// Every library of the house, some before they are built. A library that is not here is a problem; a binary
/// and this crate may use all of them and are used by none.
const RULES: &[Rule] = &[
    Rule {
        name: "ib-domain",
        may_use: &[],
        invariant: "no I/O, no clock, no async, no HTTP type; decisions only; every public item documented",
    },
    Rule {
        name: "ib-env-client",
        may_use: &["ib-domain"],
        invariant: "traits and plain types without the `http` feature; with it, no socket is opened to an \
                    address that the address policy did not judge",
    },
    Rule {
        name: "ib-setup",
        may_use: &["ib-domain", "ib-env-client"],
        invariant: "decisions are pure; the driver names traits, never a runtime, database or HTTP library; \
                    time, ids and randomness are arguments",
    },
    Rule {
        name: "ib-store",
        may_use: &["ib-setup", "ib-env-client", "ib-domain"],
        invariant: "passes one conformance suite on every back end; SQL lives here alone",
    },
    Rule {
        name: "ib-api",
        may_use: &["ib-setup", "ib-domain"],
        invariant: "wire types only; changing an internal type never changes the wire",
    },
    Rule {
        name: "ib-web",
        may_use: &["ib-api", "ib-setup", "ib-domain"],
        invariant: "no decision is made here; the pages have no power that the API lacks",
    },
    Rule {
        name: "ib-env-sim",
        may_use: &["ib-domain"],
        invariant: "written from the platform's reference, never from ib-env-client, so the two check each other",
    },
];

/// A build of one library that must not hold some packages, however deep.
struct Pure {
    name: &'static str,
    features: &'static str,
    never: &'static [&'static str],
}

/// The libraries that embedders use without our I/O.
const PURE: &[Pure] = &[
    Pure { name: "ib-domain", features: "--all-features", never: NETWORK },
    Pure { name: "ib-env-client", features: "--no-default-features", never: NETWORK },
    Pure { name: "ib-setup", features: "--all-features", never: NETWORK },
];

/// Runtimes, and libraries for sockets, TLS, HTTP and databases.
const NETWORK: &[&str] =
    &["tokio", "async-io", "mio", "http", "hyper", "reqwest", "ureq", "axum", "rustls", "native-tls", "sqlx"];

/// How many packages `ib-domain` without features may pull in besides `url` and what that brings
/// (`docs/adr/0023-what-a-pure-crate-pulls-in.md`).
const DOMAIN_PACKAGES: usize = 12;

/// The build that is counted: without features, and without `url`.
const DOMAIN_ALONE: &[&str] = &["--no-default-features", "--prune", "url"];

/// A member of the workspace and the other members that it uses, dev-dependencies left out.
struct Member {
    name: String,
    is_library: bool,
    uses: Vec<String>,
}

/// Every edge is allowed, and every pure build is pure.
///
/// # Errors
///
/// When the workspace cannot be read.
pub(super) fn check(repo: &Repo) -> Result<Vec<Problem>> {
    let members = members(repo, &repo.metadata()?);
    let mut problems = edges(&members);
    for pure in PURE.iter().filter(|pure| members.iter().any(|member| member.name == pure.name)) {
        match tree(repo, pure.name, &[pure.features]) {
            Ok(tree) => problems.extend(impurities(pure, &tree)),
            Err(error) => problems.push(unreadable(pure.name, &error)),
        }
    }
    match tree(repo, "ib-domain", DOMAIN_ALONE) {
        Ok(tree) => problems.extend(crowd(&tree)),
        Err(error) => problems.push(unreadable("ib-domain", &error)),
    }
    Ok(problems)
}

fn unreadable(name: &str, error: &xshell::Error) -> Problem {
    Problem::new(name, error.to_string(), "mend the manifests first")
}

/// Every package in one build of one library, a line each.
fn tree(repo: &Repo, name: &str, options: &[&str]) -> xshell::Result<String> {
    cmd!(repo.sh, "cargo tree --package {name} {options...} --edges normal,build --target all")
        .args(["--prefix", "none", "--format", "{p}"])
        .quiet()
        .read()
}

fn members(repo: &Repo, metadata: &Metadata) -> Vec<Member> {
    let names: Vec<&str> = metadata.packages.iter().map(|package| package.name.as_str()).collect();
    let member = |package: &cargo_metadata::Package| Member {
        name: package.name.to_string(),
        is_library: repo.folder_of(package).starts_with("crates/"),
        uses: package
            .dependencies
            .iter()
            .filter(|dependency| dependency.kind != DependencyKind::Development)
            .filter(|dependency| names.contains(&dependency.name.as_str()))
            .map(|dependency| dependency.name.clone())
            .collect(),
    };
    metadata.packages.iter().map(member).collect()
}

fn edges(members: &[Member]) -> Vec<Problem> {
    members.iter().flat_map(edges_of).collect()
}

fn edges_of(member: &Member) -> Vec<Problem> {
    let rule = RULES.iter().find(|rule| rule.name == member.name);
    let Some(rule) = rule.filter(|_| member.is_library) else {
        return edges_of_unlisted(member);
    };
    let wrong = member.uses.iter().filter(|used| !rule.may_use.contains(&used.as_str()));
    let problem = |used: &String| {
        let what = format!("{} may not use {used}; it keeps: {}", rule.name, rule.invariant);
        Problem::new(manifest(member), what, "move what is needed to a crate that both may use")
    };
    wrong.map(problem).collect()
}

fn edges_of_unlisted(member: &Member) -> Vec<Problem> {
    if member.is_library {
        let fix = "write its row into RULES in xtask/src/lint/edges.rs and into docs/architecture.md";
        return vec![Problem::new(manifest(member), "a library without a row in the edge table", fix)];
    }
    let wrong = member.uses.iter().filter(|used| !RULES.iter().any(|rule| rule.name == *used));
    let problem = |used: &String| {
        Problem::new(
            manifest(member),
            format!("{} may not use {used}, which is no library", member.name),
            "what a second binary needs too belongs in a crate",
        )
    };
    wrong.map(problem).collect()
}

fn manifest(member: &Member) -> String {
    format!("Cargo.toml of {}", member.name)
}

/// The packages of a `cargo tree` listing (`NAME vVERSION ...` a line) that this build must not hold.
fn impurities(pure: &Pure, tree: &str) -> Vec<Problem> {
    let held = |never: &&&str| tree.lines().any(|line| line.split(' ').next() == Some(**never));
    let problem = |never: &&str| {
        let (name, features) = (pure.name, pure.features);
        let fix = format!("see who brings it: `cargo tree -p {name} {features} -e normal,build -i {never}`");
        Problem::new(format!("{name} {features}"), format!("pulls in {never}"), fix)
    };
    pure.never.iter().filter(held).map(problem).collect()
}

/// Whether a listing of `ib-domain`, in which a package may come twice (then with ` (*)`), holds too many others.
fn crowd(tree: &str) -> Option<Problem> {
    let packages = tree.lines().map(|line| line.trim_end_matches(" (*)"));
    let others: BTreeSet<&str> = packages.filter(|package| !package.starts_with("ib-domain ")).collect();
    let what = || format!("pulls in {} packages besides url and its own", others.len());
    let fix = format!("at most {DOMAIN_PACKAGES}: `cargo tree -p ib-domain {}`", DOMAIN_ALONE.join(" "));
    (others.len() > DOMAIN_PACKAGES).then(|| Problem::new("ib-domain", what(), fix))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn member(name: &str, is_library: bool, uses: &[&str]) -> Member {
        Member { name: name.into(), is_library, uses: uses.iter().map(|&used| used.into()).collect() }
    }

    #[rstest]
    #[case::pure("ib-domain", true, &[])]
    #[case::in_table("ib-setup", true, &["ib-domain", "ib-env-client"])]
    #[case::binary_may_use_all("ib", false, &["ib-domain", "ib-env-client", "ib-env-sim", "ib-api"])]
    #[case::chores_may_use_all("xtask", false, &["ib-env-sim"])]
    fn allowed(#[case] name: &str, #[case] is_library: bool, #[case] uses: &[&str]) {
        assert_eq!(edges(&[member(name, is_library, uses)]), []);
    }

    #[rstest]
    #[case::domain_uses_nothing("ib-domain", true, "ib-api", "ib-domain may not use ib-api")]
    #[case::simulator_knows_no_client("ib-env-sim", true, "ib-env-client", "so the two check each other")]
    #[case::web_never_stores("ib-web", true, "ib-store", "ib-web may not use ib-store")]
    #[case::nobody_uses_a_binary("xtask", false, "ib", "which is no library")]
    #[case::unknown_library("ib-new", true, "ib-domain", "without a row")]
    fn refused(#[case] name: &str, #[case] is_library: bool, #[case] used: &str, #[case] what: &str) {
        let problems = edges(&[member(name, is_library, &[used])]);
        assert_eq!(problems.len(), 1);
        assert!(problems[0].what.contains(what), "{}", problems[0].what);
    }

    #[test]
    fn every_edge_of_the_table_leads_to_a_row() {
        for used in RULES.iter().flat_map(|rule| rule.may_use) {
            assert!(RULES.iter().any(|rule| rule.name == *used), "{used}");
        }
    }

    #[test]
    fn a_deep_package_makes_a_build_impure() {
        let tree = "ib-domain v0.1.0 (crates/ib-domain)\nurl v2.5.8\ntokio-util v0.7.1\nhyper v1.0.0\n";
        let problems = impurities(&PURE[0], tree);
        assert_eq!(problems.len(), 1, "tokio-util is another package than tokio");
        assert_eq!(problems[0].what, "pulls in hyper");
    }

    #[test]
    fn every_library_for_embedders_is_kept_from_runtimes_and_http() {
        for name in ["ib-domain", "ib-env-client", "ib-setup"] {
            let pure = PURE.iter().find(|pure| pure.name == name).unwrap();
            for never in ["tokio", "reqwest", "hyper"] {
                let tree = format!("{name} v0.1.0 (crates/{name})\n{never} v1.0.0\n");
                assert_eq!(impurities(pure, &tree).len(), 1, "{name}: {never}");
            }
        }
    }

    #[test]
    fn the_domain_pulls_in_few_packages_and_each_counts_once() {
        let tree = |count: usize| {
            let others = (0..count).map(|n| format!("p{n} v1.0.0\np{n} v1.0.0 (*)\n"));
            format!("ib-domain v0.1.0 (crates/ib-domain)\n{}", others.collect::<String>())
        };
        assert_eq!(crowd(&tree(DOMAIN_PACKAGES)), None);
        let problem = crowd(&tree(DOMAIN_PACKAGES + 1)).unwrap();
        assert_eq!(problem.what, "pulls in 13 packages besides url and its own");
    }
}
