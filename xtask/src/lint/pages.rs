//! What the documents name exists: links, anchors, paths, pictures, codes, settings, and the Rust version.

use std::collections::BTreeMap;

use anyhow::Result;
use ib_domain::reason::Reason;

use super::pictures;
use super::settings::Settings;
use crate::markdown::{Document, Spot, resolve};
use crate::problem::Problem;
use crate::repo::{Repo, rust_version};

/// A stranger reads this many lines.
const README_LINES: usize = 100;

/// A code span that begins like this names a file of the repository.
const FOLDERS: &[&str] = &["bins/", "crates/", "docs/", "xtask/", ".ci/", ".cargo/", ".config/"];

/// Checks every page.
///
/// # Errors
///
/// When the root manifest or the reference of the settings cannot be read.
pub(super) fn check(repo: &Repo, pages: &[Document]) -> Result<Vec<Problem>> {
    let anchors: BTreeMap<&str, &[String]> =
        pages.iter().map(|page| (page.path.as_str(), page.anchors.as_slice())).collect();
    let has = |path: &str| repo.has(path);
    let settings = Settings::read(repo)?;
    let mut problems: Vec<Problem> = pages.iter().flat_map(|page| references(page, &anchors, &has)).collect();
    for page in pages {
        problems.extend(codes(page));
        problems.extend(settings.strangers(&page.path, &page.text));
        problems.extend(settings.misnamed(page));
    }
    match pages.iter().find(|page| page.path == "README.md") {
        Some(readme) => problems.extend(readme_facts(readme, &rust_version(&repo.toml("Cargo.toml")?)?)),
        None => {
            problems.push(Problem::new("README.md", "missing", "write it: what this is, and how to run it"));
        }
    }
    problems.extend(pictures::check(repo, pages)?);
    Ok(problems)
}

/// Links and paths that lead nowhere.
fn references(
    page: &Document,
    anchors: &BTreeMap<&str, &[String]>,
    has: &dyn Fn(&str) -> bool,
) -> Vec<Problem> {
    let links = page.links.iter().filter_map(|link| dead_link(page, link, anchors, has));
    let spans = page.spans.iter().filter(|span| !path_in(&span.text).is_none_or(has));
    let paths = spans.map(|span| {
        let what = format!("`{}` does not exist", span.text);
        Problem::new(page.at(span.line), what, "name the file where it is now, or take the mention out")
    });
    links.chain(paths).collect()
}

fn dead_link(
    page: &Document,
    link: &Spot,
    anchors: &BTreeMap<&str, &[String]>,
    has: &dyn Fn(&str) -> bool,
) -> Option<Problem> {
    if link.text.contains("://") || link.text.starts_with("mailto:") {
        return None;
    }
    let (target, anchor) = link.text.split_once('#').unwrap_or((&link.text, ""));
    let target = if target.is_empty() { page.path.clone() } else { resolve(&page.path, target) };
    let fix = "mend the link; it is relative to the page that it stands on";
    if !has(&target) {
        return Some(Problem::new(
            page.at(link.line),
            format!("links to {target}, which does not exist"),
            fix,
        ));
    }
    let known = anchors.get(target.as_str()).is_none_or(|known| known.iter().any(|name| name == anchor));
    let what = || format!("links to `#{anchor}`, which {target} does not have");
    (!anchor.is_empty() && !known).then(|| Problem::new(page.at(link.line), what(), fix))
}

/// The file that a code span names: `crates/a/src/b.rs::name` names its file; patterns and placeholders name none.
fn path_in(span: &str) -> Option<&str> {
    let path = span.split("::").next().unwrap_or(span);
    let is_path = FOLDERS.iter().any(|folder| path.starts_with(folder));
    (is_path && !path.contains(['*', '<', '{', ' ', '…'])).then_some(path)
}

/// Codes of reasons that the catalogue does not have.
fn codes(page: &Document) -> Vec<Problem> {
    let lines = page.text.lines().zip(1..);
    let words = lines.flat_map(|(line, at)| {
        let words = line.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-'));
        words.filter(|word| is_code(word)).map(move |word| (word, at))
    });
    let unknown = words.filter(|(word, _)| !Reason::ALL.iter().any(|reason| reason.entry().code == *word));
    unknown
        .map(|(word, at)| {
            Problem::new(page.at(at), format!("there is no code {word}"), "name a code of docs/errors.md")
        })
        .collect()
}

/// Whether a word is written like a code: `SETUP-ENV-002`.
fn is_code(word: &str) -> bool {
    let number = word.strip_prefix("SETUP-").and_then(|rest| rest.rsplit_once('-')).map(|(_, number)| number);
    number.is_some_and(|number| number.len() == 3 && number.chars().all(|c| c.is_ascii_digit()))
}

/// The README is short, and names the Rust version that the manifest asks for.
fn readme_facts(readme: &Document, rust_version: &str) -> Vec<Problem> {
    let mut problems = Vec::new();
    let lines = readme.text.lines().count();
    if lines > README_LINES {
        let what = format!("{lines} lines; a stranger reads {README_LINES}");
        problems.push(Problem::new("README.md", what, "move detail to docs/"));
    }
    for (index, line) in readme.text.lines().enumerate() {
        let others = line.split("Rust ").skip(1).filter_map(version).filter(|named| *named != rust_version);
        problems.extend(others.map(|named| {
            let what = format!("names Rust {named}, but Cargo.toml asks for {rust_version}");
            Problem::new(readme.at(index + 1), what, "name the version of Cargo.toml")
        }));
    }
    problems
}

/// The version, such as `1.95`, that a text begins with.
fn version(text: &str) -> Option<&str> {
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let version = text[..end].trim_end_matches('.');
    version.contains('.').then_some(version)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn problems(text: &str) -> Vec<String> {
        let page = Document::parse("docs/guide/a.md", text);
        let known = [String::from("start")];
        let anchors =
            BTreeMap::from([("docs/b.md", known.as_slice()), (page.path.as_str(), &page.anchors[..])]);
        let has = |path: &str| ["docs/b.md", "docs/guide/a.md", "crates/x/src/lib.rs"].contains(&path);
        references(&page, &anchors, &has).into_iter().map(|problem| problem.what).collect()
    }

    #[rstest]
    #[case("[b](../b.md) [b](../b.md#start) [out](https://example.com/x.md)")]
    #[case("# Here\n[self](#here)")]
    #[case("`crates/x/src/lib.rs` `crates/x/src/lib.rs::name` `crates/*/src` `docs/<page>.md` `ib check`")]
    fn what_exists_may_be_named(#[case] text: &str) {
        assert_eq!(problems(text), Vec::<String>::new());
    }

    #[rstest]
    #[case("[b](b.md)", "links to docs/guide/b.md, which does not exist")]
    #[case("[b](../b.md#end)", "links to `#end`, which docs/b.md does not have")]
    #[case("[b](#there)", "links to `#there`, which docs/guide/a.md does not have")]
    #[case("[b][ref]\n\n[ref]: ../gone.md", "links to docs/gone.md, which does not exist")]
    #[case("see `crates/gone/src`", "`crates/gone/src` does not exist")]
    fn what_does_not_is_a_problem(#[case] text: &str, #[case] what: &str) {
        assert_eq!(problems(text), [what]);
    }

    #[test]
    fn a_code_is_one_of_the_catalogue() {
        let page =
            Document::parse("a.md", "SETUP-ENV-002, `SETUP-ENV-*`\n[SETUP-ENV-999](x#setup-env-999)\n");
        let found: Vec<_> = codes(&page).into_iter().map(|problem| (problem.at, problem.what)).collect();
        assert_eq!(found, [("a.md:2".to_owned(), "there is no code SETUP-ENV-999".to_owned())]);
    }

    #[test]
    fn the_readme_names_the_rust_version_of_the_manifest() {
        let manifest = "workspace.package.rust-version = '1.95'".parse().unwrap();
        let wanted = rust_version(&manifest).unwrap();
        let readme = Document::parse("README.md", "Needs Rust 1.95.\nNot Rust 1.80 nor Rust alone\n");
        let problems = readme_facts(&readme, &wanted);
        assert_eq!(problems.len(), 1);
        assert_eq!(problems[0].at, "README.md:2");
    }

    #[test]
    fn a_long_readme_is_a_problem() {
        assert_eq!(readme_facts(&Document::parse("README.md", &"x\n".repeat(100)), "1.95"), []);
        assert_eq!(readme_facts(&Document::parse("README.md", &"x\n".repeat(101)), "1.95").len(), 1);
    }
}
