//! The examples of the crates: short enough to be read at once, and each says how it is run.

use anyhow::Result;

use crate::problem::Problem;
use crate::repo::{Example, Repo, has_extension};

/// A file of an example has fewer lines than this.
const TOO_MANY_LINES: usize = 60;

/// Every example of the workspace.
///
/// # Errors
///
/// When the workspace or an example cannot be read.
pub(super) fn check(repo: &Repo) -> Result<Vec<Problem>> {
    let mut problems = Vec::new();
    for example in repo.examples()? {
        problems.extend(header(&example, &repo.read(&example.main)?));
    }
    let is_of_example = |path: &&String| path.starts_with("crates/") && path.contains("/examples/");
    for path in repo.files()?.iter().filter(is_of_example).filter(|path| has_extension(path, "rs")) {
        problems.extend(size(path, &repo.read(path)?));
    }
    Ok(problems)
}

/// The first lines say what it shows, and the command that runs it.
fn header(example: &Example, text: &str) -> Option<Problem> {
    let header: Vec<&str> = text.lines().take_while(|line| line.starts_with("//!")).collect();
    let command = example.command();
    let says = header.iter().any(|line| line.contains(&format!("`{command}`")));
    let fix = format!("begin it with `//!`, what it shows, and `{command}`");
    (!says).then(|| Problem::new(&example.main, "does not say how it is run", fix))
}

fn size(path: &str, text: &str) -> Option<Problem> {
    let lines = text.lines().count();
    let what = format!("{lines} lines; a file of an example has fewer than {TOO_MANY_LINES}");
    let fix = "show one thing, or give the second one a file beside it";
    (lines >= TOO_MANY_LINES).then(|| Problem::new(path, what, fix))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_example_is_a_problem() {
        assert_eq!(size("crates/a/examples/b.rs", &"x\n".repeat(59)), None);
        let problem = size("crates/a/examples/b.rs", &"x\n".repeat(60)).unwrap();
        assert_eq!(problem.what, "60 lines; a file of an example has fewer than 60");
    }

    #[test]
    fn an_example_says_first_how_it_is_run() {
        let main = "crates/a/examples/b.rs".to_owned();
        let example = Example { package: "a".to_owned(), name: "b".to_owned(), main };
        assert_eq!(
            header(&example, "//! Shows it.\n//!\n//! `cargo run -p a --example b`\n\nfn main() {}"),
            None
        );
        for wrong in
            ["fn main() {}", "//! `cargo run -p a --example c`", "\n//! `cargo run -p a --example b`"]
        {
            assert!(header(&example, wrong).is_some(), "{wrong}");
        }
    }
}
