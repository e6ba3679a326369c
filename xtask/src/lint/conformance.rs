//! `docs/conformance.md`: every statement of the mission, the code that does it, and the test that proves it.
//!
//! Its table has the columns id, statement, code, tests. A test is named `crate::path::name` or
//! `path/to/file.rs::name`.

use std::collections::BTreeMap;

use anyhow::Result;

use crate::markdown::{Document, Row};
use crate::problem::Problem;
use crate::repo::{Repo, has_extension};

const PAGE: &str = "docs/conformance.md";

/// The chapters of the mission and how many statements each has: A1 to A4, B1 to B12, ...
const MISSION: &[(char, u8)] = &[('A', 4), ('B', 12), ('C', 7), ('D', 6), ('E', 6), ('F', 9)];

/// What the check asks of the tree.
struct Tree {
    /// Every Rust file with its text.
    sources: BTreeMap<String, String>,
    /// Package names and their folders.
    folders: BTreeMap<String, String>,
}

/// The page names every statement once, with code that exists and tests that exist.
///
/// # Errors
///
/// When the tree cannot be listed.
pub(super) fn check(repo: &Repo) -> Result<Vec<Problem>> {
    let Ok(text) = repo.read(PAGE) else {
        return Ok(vec![Problem::new(PAGE, "missing", "write it: a row for every statement of the mission")]);
    };
    let mut sources = BTreeMap::new();
    for path in repo.files()?.into_iter().filter(|path| has_extension(path, "rs")) {
        let source = repo.read(&path)?;
        sources.insert(path, source);
    }
    let packages = repo.metadata()?.packages;
    let folders =
        packages.iter().map(|package| (package.name.to_string(), repo.folder_of(package))).collect();
    Ok(problems(&Document::parse(PAGE, &text), &Tree { sources, folders }, &|path| repo.has(path)))
}

fn problems(page: &Document, tree: &Tree, has: &dyn Fn(&str) -> bool) -> Vec<Problem> {
    let mut problems = ids(page);
    problems.extend(page.rows.iter().flat_map(|row| done(page, row, tree, has)));
    problems
}

/// A statement's id: the first word of its row.
fn id(row: &Row) -> &str {
    row.cells.first().and_then(|cell| cell.text.split_whitespace().next()).unwrap_or_default()
}

/// Every statement appears once, and nothing else does.
fn ids(page: &Document) -> Vec<Problem> {
    let mission =
        || MISSION.iter().flat_map(|&(chapter, count)| (1..=count).map(move |n| format!("{chapter}{n}")));
    let found = |wanted: &str| page.rows.iter().filter(|row| id(row) == wanted).count();
    let wrong = mission().filter_map(|wanted| match found(&wanted) {
        0 => Some(Problem::new(
            PAGE,
            format!("{wanted} is missing"),
            "add its row, with the code that does it and the test that proves it",
        )),
        1 => None,
        n => Some(Problem::new(PAGE, format!("{wanted} appears {n} times"), "keep one row for it")),
    });
    let strays = page.rows.iter().filter(|row| !mission().any(|known| known == id(row)));
    let strange = strays.map(|row| {
        let what = format!("`{}` is no statement of the mission", id(row));
        Problem::new(page.at(row.line), what, "begin the row with an id from A1 to F9")
    });
    wrong.chain(strange).collect()
}

/// A statement that is done has code and tests, and both exist.
fn done(page: &Document, row: &Row, tree: &Tree, has: &dyn Fn(&str) -> bool) -> Vec<Problem> {
    let [_, _, code, tests] = row.cells.as_slice() else {
        return vec![Problem::new(page.at(row.line), "not four columns", "write id, statement, code, tests")];
    };
    let problem =
        |what: String, fix: &str| Problem::new(page.at(row.line), format!("{}: {what}", id(row)), fix);
    let mut problems = Vec::new();
    if code.spans.is_empty() {
        problems.push(problem("names no code".into(), "name the file that does it, as `path/to/file.rs`"));
    }
    if tests.spans.is_empty() {
        problems.push(problem("names no test".into(), "write the test, and name it"));
    }
    let lost = code.spans.iter().filter(|path| !has(path));
    problems.extend(
        lost.map(|path| problem(format!("`{path}` does not exist"), "name the file where it is now")),
    );
    let lost = tests.spans.iter().filter(|test| !tree.has_test(test));
    problems.extend(lost.map(|test| {
        let fix = "name a test as `crate::path::name` or `path/to/file.rs::name`";
        problem(format!("there is no test `{test}`"), fix)
    }));
    problems
}

impl Tree {
    /// Whether a test of that name stands where its path says.
    fn has_test(&self, test: &str) -> bool {
        let Some((place, name)) = test.rsplit_once("::") else {
            return false;
        };
        if place.contains('/') {
            return self.sources.get(place).is_some_and(|source| is_test(source, name));
        }
        let package = place.split("::").next().unwrap_or(place).replace('_', "-");
        let Some(folder) = self.folders.get(&package) else {
            return false;
        };
        let inside = format!("{folder}/");
        self.sources.iter().any(|(path, source)| path.starts_with(&inside) && is_test(source, name))
    }
}

/// Whether a source has a function of that name with an attribute of a test above it, or one that it hands to the
/// harness of the browsers.
fn is_test(source: &str, name: &str) -> bool {
    let lines: Vec<&str> = source.lines().map(str::trim).collect();
    let is_function = |line: &str| {
        let declared = line.trim_start_matches("pub ").trim_start_matches("async ").strip_prefix("fn ");
        declared.and_then(|rest| rest.strip_prefix(name)).is_some_and(|rest| rest.starts_with(['(', '<']))
    };
    let has_attribute = |index: usize| {
        let above = lines[..index].iter().rev().take_while(|line| !line.is_empty() && **line != "}");
        above.filter(|line| line.starts_with("#[")).any(|line| line.contains("test"))
    };
    let lists = source.split("named![").skip(1).filter_map(|rest| rest.split_once(']'));
    let is_listed = lists.flat_map(|(list, _)| list.split(',')).any(|listed| listed.trim() == name);
    lines.iter().enumerate().any(|(index, line)| is_function(line) && (is_listed || has_attribute(index)))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    const SOURCE: &str = "fn helper() {}\n\n#[test]\nfn proves() {}\n\n#[rstest]\n#[case(1)]\nasync fn cases(n: u8) {}\n\nconst ALL: &[J] = named![\n    journey,\n];\n\nasync fn journey(g: G) {}\n";

    fn tree() -> Tree {
        let sources =
            ["crates/ib-a/src/b.rs", "crates/ib-a/tests/c.rs"].map(|path| (path.into(), SOURCE.into()));
        let folders = [("ib-a".into(), "crates/ib-a".into())];
        Tree { sources: sources.into(), folders: folders.into() }
    }

    /// A page with every statement proven, but for the given ids; then the given rows.
    fn page(without: &[&str], rows: &str) -> Document {
        let all =
            MISSION.iter().flat_map(|&(chapter, count)| (1..=count).map(move |n| format!("{chapter}{n}")));
        let proven: Vec<String> = all
            .filter(|id| !without.contains(&id.as_str()))
            .map(|id| format!("| {id} | something | `crates/ib-a/src/b.rs` | `ib_a::b::proves` |\n"))
            .collect();
        let head = "# Conformance\n\n| id | statement | code | tests |\n| --- | --- | --- | --- |\n";
        Document::parse(PAGE, &format!("{head}{rows}{}", proven.concat()))
    }

    fn whats(page: &Document) -> Vec<String> {
        let has = |path: &str| path == "crates/ib-a/src/b.rs";
        problems(page, &tree(), &has).into_iter().map(|problem| problem.what).collect()
    }

    #[test]
    fn a_page_with_every_statement_proven_passes() {
        let row = "| B1 (part) | Does it | `crates/ib-a/src/b.rs` | `ib_a::b::proves`, `crates/ib-a/tests/c.rs::cases`, `crates/ib-a/tests/c.rs::journey` |\n";
        assert_eq!(whats(&page(&["B1"], row)), Vec::<String>::new());
    }

    #[rstest]
    #[case::missing(&["F9"], "", &["F9 is missing"])]
    #[case::twice(&[], "| A1 | x | `crates/ib-a/src/b.rs` | `ib_a::proves` |\n", &["A1 appears 2 times"])]
    #[case::stranger(&[], "| G1 | x | `crates/ib-a/src/b.rs` | `ib_a::proves` |\n", &["`G1` is no statement of the mission"])]
    #[case::unproven(&["A1"], "| A1 | x | | |\n", &["A1: names no code", "A1: names no test"])]
    #[case::lost_code(&["A1"], "| A1 | x | `crates/gone.rs` | `ib_a::proves` |\n", &["A1: `crates/gone.rs` does not exist"])]
    #[case::lost_test(&["A1"], "| A1 | x | `crates/ib-a/src/b.rs` | `ib_a::gone` |\n", &["A1: there is no test `ib_a::gone`"])]
    #[case::no_test(&["A1"], "| A1 | x | `crates/ib-a/src/b.rs` | `ib_a::helper` |\n", &["A1: there is no test `ib_a::helper`"])]
    #[case::elsewhere(&["A1"], "| A1 | x | `crates/ib-a/src/b.rs` | `ib_b::proves` |\n", &["A1: there is no test `ib_b::proves`"])]
    fn what_is_not_proven_is_named(#[case] without: &[&str], #[case] rows: &str, #[case] expected: &[&str]) {
        assert_eq!(whats(&page(without, rows)), expected);
    }
}
