//! Every page of the guide shows something, every picture is shown, and each can be done without.

use anyhow::Result;

use crate::markdown::{Document, resolve};
use crate::problem::Problem;
use crate::repo::Repo;
use crate::screenshots::IMAGES;

/// A picture has at most this many bytes: a clone brings them all.
const MOST_BYTES: usize = 80 * 1024;
/// Fewer characters describe nothing.
const FEWEST_CHARACTERS: usize = 30;
/// Where the pages of the guide are.
const GUIDE: &str = "docs/guide/";

/// Every rule.
///
/// # Errors
///
/// When the tree cannot be listed, or a picture cannot be read.
pub(super) fn check(repo: &Repo, pages: &[Document]) -> Result<Vec<Problem>> {
    let mut problems: Vec<Problem> = pages.iter().flat_map(undescribed).collect();
    problems.extend(pages.iter().filter_map(blind));
    for path in repo.files()?.iter().filter(|path| path.starts_with(IMAGES)) {
        problems.extend(picture(path, repo.sh.read_binary_file(path)?.len(), pages));
    }
    Ok(problems)
}

/// Images without words for who does not see them.
fn undescribed(page: &Document) -> Vec<Problem> {
    let short = page.images.iter().filter(|image| image.words.chars().count() < FEWEST_CHARACTERS);
    let problem = |image: &crate::markdown::Image| {
        let what = format!("{} has no words that could stand for it", image.target);
        Problem::new(page.at(image.line), what, "say between the brackets what it shows")
    };
    short.map(problem).collect()
}

/// A page of the guide that only tells; the one that lists the others may.
fn blind(page: &Document) -> Option<Problem> {
    let is_task = page.path.starts_with(GUIDE) && !page.path.ends_with("/README.md");
    let shows = !page.images.is_empty() || page.blocks.iter().any(|block| block.language == "console");
    let fix = "add a picture of `cargo xtask screenshots`, or a console block with what a command prints";
    (is_task && !shows).then(|| Problem::new(page.path.as_str(), "shows nothing", fix))
}

fn picture(path: &str, bytes: usize, pages: &[Document]) -> Vec<Problem> {
    let mut problems = Vec::new();
    let shows = |page: &Document| page.images.iter().any(|image| resolve(&page.path, &image.target) == path);
    if !pages.iter().any(shows) {
        let fix = "show it on a page, or take it out of crates/ib-web/tests/browsers/tour.rs";
        problems.push(Problem::new(path, "no page shows it", fix));
    }
    if bytes > MOST_BYTES {
        let what = format!("{bytes} bytes; a picture has at most {MOST_BYTES}");
        problems.push(Problem::new(path, what, "show less of the page"));
    }
    problems
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn page(text: &str) -> Document {
        Document::parse("docs/guide/a.md", text)
    }

    const SHOWN: &str = "![The form that asks for the address](images/a.png)";

    #[rstest]
    #[case(SHOWN, 0)]
    #[case("![](images/a.png)", 1)]
    #[case("![A picture](images/a.png)", 1)]
    fn pictures_have_words(#[case] text: &str, #[case] problems: usize) {
        assert_eq!(undescribed(&page(text)).len(), problems);
    }

    #[rstest]
    #[case("docs/guide/a.md", SHOWN, false)]
    #[case("docs/guide/a.md", "```console\n$ ib check\n```", false)]
    #[case("docs/guide/a.md", "```sh\nib check\n```", true)]
    #[case("docs/guide/README.md", "Pages", false)]
    #[case("docs/security.md", "Words", false)]
    fn a_page_of_the_guide_shows_something(#[case] path: &str, #[case] text: &str, #[case] is_blind: bool) {
        assert_eq!(blind(&Document::parse(path, text)).is_some(), is_blind);
    }

    #[test]
    fn a_picture_is_shown_and_small() {
        let pages = [page(SHOWN)];
        assert_eq!(picture("docs/guide/images/a.png", MOST_BYTES, &pages), []);
        assert_eq!(picture("docs/guide/images/a.png", MOST_BYTES + 1, &pages).len(), 1);
        assert_eq!(picture("docs/guide/images/b.png", 1, &pages)[0].what, "no page shows it");
    }
}
