//! Rules about the tree itself: manifests, the top level, the size of files, and what must not leak into them.

use anyhow::Result;
use toml::{Table, Value};

use super::examples;
use crate::problem::Problem;
use crate::repo::{Repo, has_extension};

/// What stands at the top level, beside files whose name begins with a dot or with `LICENSE-`.
const TOP_LEVEL: &[&str] = &[
    "Cargo.toml",
    "Cargo.lock",
    "README.md",
    "bins",
    "clippy.toml",
    "crates",
    "deny.toml",
    "docs",
    "rustfmt.toml",
    "xtask",
];

/// A source file longer than this has two jobs.
const MOST_LINES: usize = 500;

/// What belongs to one machine or to one way of fetching packages, never to the project. In two halves, so that
/// this file does not find itself.
const LEAKS: &[&str] = &[
    concat!("/wo", "rk/"),
    concat!("/fa", "rm/"),
    concat!("/ro", "ot/"),
    concat!("/Us", "ers/"),
    concat!("crates.io", "/api"),
    concat!("index.", "crates.io"),
    concat!("registry.", "npmjs"),
    concat!("files.", "pythonhosted"),
    concat!("pypi.org", "/simple"),
    concat!("deb.", "debian.org"),
];

/// Files that name registries because their format asks for it.
const MAY_LEAK: &[&str] = &["Cargo.lock", "package-lock.json"];

/// Every rule.
///
/// # Errors
///
/// When the tree cannot be listed, or a manifest cannot be read.
pub(super) fn check(repo: &Repo) -> Result<Vec<Problem>> {
    let files = repo.files()?;
    let mut problems = top_level(&files);
    for package in &repo.metadata()?.packages {
        let path = format!("{}/Cargo.toml", repo.folder_of(package));
        problems.extend(manifest(&path, &repo.toml(&path)?));
    }
    for path in &files {
        let bytes = repo.sh.read_binary_file(path)?;
        let text = String::from_utf8_lossy(&bytes);
        problems.extend(size(path, &text));
        problems.extend(leaks(path, &text));
    }
    problems.extend(examples::check(repo)?);
    let root = repo.toml("clippy.toml")?;
    for path in files.iter().filter(|path| path.ends_with("/clippy.toml")) {
        problems.extend(clippy_settings(path, &root, &repo.toml(path)?));
    }
    Ok(problems)
}

fn top_level(files: &[String]) -> Vec<Problem> {
    let mut entries: Vec<&str> = files.iter().filter_map(|path| path.split('/').next()).collect();
    entries.dedup();
    let known =
        |entry: &&str| TOP_LEVEL.contains(entry) || entry.starts_with('.') || entry.starts_with("LICENSE-");
    let problem = |entry: &str| {
        let fix = "move it below crates, bins, xtask or docs; the top level stays as it is";
        Problem::new(entry, "does not belong at the top level", fix)
    };
    entries.into_iter().filter(|entry| !known(entry)).map(problem).collect()
}

/// A member's manifest: described, under the workspace's lints, and every version in the one table.
fn manifest(path: &str, manifest: &Table) -> Vec<Problem> {
    let mut problems = Vec::new();
    if manifest.get("package").and_then(|package| package.get("description")).is_none() {
        let fix = "add `description = \"...\"`: what the crate is, in one sentence";
        problems.push(Problem::new(path, "the package has no description", fix));
    }
    if !manifest.get("package").and_then(|package| package.get("rust-version")).is_some_and(inherited) {
        let fix = "add `rust-version.workspace = true`";
        problems.push(Problem::new(path, "does not say which Rust it needs", fix));
    }
    if !manifest.get("lints").is_some_and(inherited) {
        problems.push(Problem::new(
            path,
            "not under the workspace's lints",
            "add `[lints]` `workspace = true`",
        ));
    }
    let own = dependencies(manifest).filter(|(_, dependency)| !inherited(dependency));
    problems.extend(own.map(|(name, _)| {
        let fix = format!(
            "put the version into the root's [workspace.dependencies], write `{name}.workspace = true`"
        );
        Problem::new(path, format!("{name} has a version of its own"), fix)
    }));
    problems
}

fn inherited(value: &Value) -> bool {
    value.get("workspace").and_then(Value::as_bool) == Some(true)
}

/// Every dependency of a manifest: normal, dev, build, and those of single targets.
fn dependencies(manifest: &Table) -> impl Iterator<Item = (&String, &Value)> {
    let targets = manifest.get("target").and_then(Value::as_table);
    let tables = targets.into_iter().flat_map(Table::values).filter_map(Value::as_table);
    let kinds = ["dependencies", "dev-dependencies", "build-dependencies"];
    std::iter::once(manifest)
        .chain(tables)
        .flat_map(move |table| kinds.into_iter().filter_map(|kind| table.get(kind)?.as_table()))
        .flatten()
}

fn size(path: &str, text: &str) -> Option<Problem> {
    let is_source = has_extension(path, "rs");
    let lines = text.lines().count();
    let fix = "find its two jobs and give each a file";
    (is_source && lines > MOST_LINES)
        .then(|| Problem::new(path, format!("{lines} lines; a source file has at most {MOST_LINES}"), fix))
}

fn leaks(path: &str, text: &str) -> Vec<Problem> {
    if MAY_LEAK.iter().any(|name| path.ends_with(name)) {
        return Vec::new();
    }
    let leaked = |line: &str| LEAKS.iter().copied().find(|leak| line.contains(leak));
    let problem = |(index, line)| {
        let at = format!("{path}:{}", index + 1);
        let fix =
            "use a path relative to the repository, or leave the host to the package client's configuration";
        leaked(line)
            .map(|leak| Problem::new(at, format!("holds `{leak}`, which belongs to one machine"), fix))
    };
    text.lines().enumerate().filter_map(problem).collect()
}

/// A crate's clippy.toml replaces the root's, so it must repeat every setting that is not a ban.
fn clippy_settings(path: &str, root: &Table, own: &Table) -> Vec<Problem> {
    let settings = root.iter().filter(|(key, _)| !key.starts_with("disallowed-"));
    let differs = settings.filter(|(key, value)| own.get(*key) != Some(value));
    let problem = |(key, value): (&String, &Value)| {
        let what = format!("does not repeat `{key}` of the root's clippy.toml, which it replaces");
        Problem::new(path, what, format!("add `{key} = {value}`"))
    };
    differs.map(problem).collect()
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn whats(problems: &[Problem]) -> Vec<&str> {
        problems.iter().map(|problem| problem.what.as_str()).collect()
    }

    #[test]
    fn strays_at_the_top_are_named_once() {
        let files = ["README.md", ".ci/run", "LICENSE-MIT", "scripts/a.sh", "scripts/b.sh"].map(String::from);
        let problems = top_level(&files);
        assert_eq!(problems.len(), 1);
        assert_eq!(problems[0].at, "scripts");
    }

    const SOUND: &str = "lints.workspace = true\n\
        package = { description = 'x', rust-version.workspace = true }";

    #[test]
    fn a_sound_manifest_passes() {
        let text = format!("{SOUND}\ndependencies.url.workspace = true");
        assert_eq!(manifest("Cargo.toml", &text.parse().unwrap()), []);
    }

    #[rstest]
    #[case::normal("[dependencies]\nurl = '2'")]
    #[case::dev("[dev-dependencies]\nurl = { version = '2' }")]
    #[case::build("[build-dependencies]\nurl = { path = '../url' }")]
    #[case::target("[target.'cfg(unix)'.dependencies]\nurl = '2'")]
    fn own_versions_are_refused(#[case] table: &str) {
        let text = format!("{SOUND}\n{table}");
        let problems = manifest("Cargo.toml", &text.parse().unwrap());
        assert_eq!(whats(&problems), ["url has a version of its own"]);
    }

    #[test]
    fn a_bare_manifest_misses_description_rust_version_and_lints() {
        let problems = manifest("Cargo.toml", &"[package]\nname = 'x'".parse().unwrap());
        let missing = [
            "the package has no description",
            "does not say which Rust it needs",
            "not under the workspace's lints",
        ];
        assert_eq!(whats(&problems), missing);
    }

    #[rstest]
    #[case("crates/a/src/long.rs", true)]
    #[case("crates/a/tests/long.rs", true)]
    #[case("docs/errors.md", false)]
    fn only_sources_are_measured(#[case] path: &str, #[case] refused: bool) {
        assert_eq!(size(path, &"x\n".repeat(MOST_LINES + 1)).is_some(), refused);
        assert_eq!(size(path, &"x\n".repeat(MOST_LINES)), None);
    }

    #[test]
    fn every_leak_is_found_with_its_line() {
        for leak in LEAKS {
            let problems = leaks("docs/a.md", &format!("fine\nsee {leak}here\n"));
            assert_eq!(problems.len(), 1, "{leak}");
            assert_eq!(problems[0].at, "docs/a.md:2");
        }
        assert_eq!(leaks("Cargo.lock", LEAKS[4]), []);
    }

    #[test]
    fn a_crates_clippy_settings_repeat_the_roots() {
        let root = "allow-unwrap-in-tests = true\ndisallowed-methods = ['a::b']".parse().unwrap();
        assert_eq!(clippy_settings("c", &root, &root), []);
        let problems = clippy_settings("c", &root, &Table::new());
        assert_eq!(problems.len(), 1);
        assert_eq!(problems[0].fix, "add `allow-unwrap-in-tests = true`");
    }
}
