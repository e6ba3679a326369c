//! `cargo xtask generate`: the documents that are views of code. `--check` says which are out of date.
//!
//! The listings of the public API come last: they need a build.

mod errors;
mod schemas;

use anyhow::{Result, ensure};
use xshell::cmd;

use crate::api::{self, Listing};
use crate::problem::Problem;
use crate::repo::Repo;

/// Arguments of `generate`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Write nothing; fail when a document is not what would be written
    #[arg(long)]
    check: bool,
}

/// A document made from code: its path, and what it must say.
pub(crate) struct Generated {
    /// Relative to the repository's root.
    pub(crate) path: &'static str,
    /// Makes the whole text.
    pub(crate) text: fn() -> String,
}

/// Every generated document.
const DOCUMENTS: &[Generated] = &[
    Generated { path: "docs/errors.md", text: errors::page },
    Generated { path: "docs/schemas/ib.audit-1.json", text: schemas::audit },
    Generated { path: "docs/schemas/ib.check-1.json", text: schemas::check },
    Generated { path: "docs/schemas/ib.check.events-1.json", text: schemas::check_events },
    Generated { path: "docs/schemas/ib.dependencies-1.json", text: schemas::dependencies },
    Generated { path: "docs/schemas/ib.environments-1.json", text: schemas::environments },
    Generated { path: "docs/schemas/ib.dependencies.events-1.json", text: schemas::dependencies_events },
    Generated { path: "docs/schemas/ib.explain-1.json", text: schemas::explain },
    Generated { path: "docs/schemas/ib.integrations-1.json", text: schemas::integrations },
    Generated { path: "docs/schemas/ib.infrastructure-1.json", text: schemas::infrastructure },
    Generated { path: "docs/schemas/ib.plan-1.json", text: schemas::plan },
    Generated { path: "docs/schemas/ib.apply-1.json", text: schemas::apply },
    Generated { path: "docs/schemas/ib.setup-1.json", text: schemas::setup },
    Generated { path: "docs/schemas/ib.setup.events-1.json", text: schemas::setup_events },
    Generated { path: "docs/schemas/ib.support-1.json", text: schemas::support },
];

/// Writes or checks every generated document.
///
/// # Errors
///
/// When one cannot be written, or with `--check` when one is out of date.
pub(crate) fn run(repo: &Repo, args: &Args) -> Result<()> {
    if args.check {
        let mut problems = check(repo)?;
        problems.extend(check_api(repo)?);
        for problem in &problems {
            eprintln!("{problem}");
        }
        ensure!(problems.is_empty(), "{} generated documents are out of date", problems.len());
        return Ok(());
    }
    for (path, text) in texts(repo)? {
        write(repo, path, &text)?;
    }
    for Listing { path, text } in api::listings(repo)? {
        write(repo, &path, &text)?;
    }
    Ok(())
}

fn write(repo: &Repo, path: &str, text: &str) -> Result<()> {
    repo.sh.write_file(path, text)?;
    println!("wrote {path}");
    Ok(())
}

/// The generated documents that are not current, the listings of the public API left out.
///
/// # Errors
///
/// When one cannot be made.
pub(crate) fn check(repo: &Repo) -> Result<Vec<Problem>> {
    Ok(stale(repo, &texts(repo)?))
}

/// Every generated document: its path, and what it must say.
fn texts(repo: &Repo) -> Result<Vec<(&'static str, String)>> {
    let mut texts: Vec<_> = DOCUMENTS.iter().map(|document| (document.path, (document.text)())).collect();
    // The chores do without the server, whose build takes long, until somebody asks for this page.
    let settings =
        cmd!(repo.sh, "cargo run --quiet --package ib-server -- config reference").quiet().read()?;
    texts.push(("docs/settings.md", settings + "\n"));
    Ok(texts)
}

/// The listings of the public API that are not current.
///
/// # Errors
///
/// When the libraries cannot be described.
pub(crate) fn check_api(repo: &Repo) -> Result<Vec<Problem>> {
    let fix = "run `cargo xtask generate`, and look at what became public, changed or went";
    let listings = api::listings(repo)?;
    Ok(listings.iter().filter_map(|Listing { path, text }| outdated(repo, path, text, fix)).collect())
}

fn stale(repo: &Repo, texts: &[(&str, String)]) -> Vec<Problem> {
    let fix = "run `cargo xtask generate`; the text is made from code, change it there";
    texts.iter().filter_map(|(path, wanted)| outdated(repo, path, wanted, fix)).collect()
}

fn outdated(repo: &Repo, path: &str, wanted: &str, fix: &str) -> Option<Problem> {
    let found = repo.read(path).unwrap_or_default();
    first_difference(&found, wanted).map(|what| Problem::new(path, what, fix))
}

/// Where two texts part, for a reader; nothing when they are equal.
fn first_difference(found: &str, wanted: &str) -> Option<String> {
    if found == wanted {
        return None;
    }
    if found.is_empty() {
        return Some("the generated document is missing or empty".into());
    }
    let line = found.lines().zip(wanted.lines()).take_while(|(a, b)| a == b).count();
    let show = |text: &str| text.lines().nth(line).map_or("(end)".into(), |line| format!("`{line}`"));
    Some(format!("out of date from line {}: has {}, should have {}", line + 1, show(found), show(wanted)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_texts_are_current() {
        assert_eq!(first_difference("a\nb\n", "a\nb\n"), None);
    }

    #[test]
    fn the_first_line_that_differs_is_named() {
        let what = first_difference("a\nb\n", "a\nc\n").unwrap();
        assert_eq!(what, "out of date from line 2: has `b`, should have `c`");
    }

    #[test]
    fn a_text_that_ends_early_is_out_of_date() {
        let what = first_difference("a\n", "a\nc\n").unwrap();
        assert_eq!(what, "out of date from line 2: has (end), should have `c`");
    }

    #[test]
    fn a_missing_document_is_out_of_date() {
        let sh = xshell::Shell::new().unwrap();
        let folder = sh.create_temp_dir().unwrap();
        let repo = Repo::at(folder.path()).unwrap();
        let texts = [("made.md", "made\n".to_owned())];
        assert_eq!(stale(&repo, &texts).len(), 1);
        repo.sh.write_file("made.md", "made\n").unwrap();
        assert!(stale(&repo, &texts).is_empty());
    }
}
