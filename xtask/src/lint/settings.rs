//! Settings of `ib-server` that documents and files for operators name exist.

use std::collections::BTreeSet;

use anyhow::{Result, ensure};

use crate::markdown::Document;
use crate::problem::Problem;
use crate::repo::Repo;

/// The reference, which is made from the code that reads the settings.
const PAGE: &str = "docs/settings.md";
const PREFIX: &str = "IB_SERVER_";
const FIX: &str = "name the setting as docs/settings.md has it";

/// What can be set.
#[derive(Debug)]
pub(super) struct Settings {
    /// As the file has them: `network.timeout`.
    names: BTreeSet<String>,
    /// As variables.
    variables: BTreeSet<String>,
    /// Where it listens, unless it is told otherwise.
    pub(super) listen: String,
}

impl Settings {
    /// Reads the reference.
    ///
    /// # Errors
    ///
    /// When it is not there, or is no reference.
    pub(super) fn read(repo: &Repo) -> Result<Self> {
        let settings = Self::of(&Document::parse(PAGE, &repo.read(PAGE)?));
        ensure!(!settings.listen.is_empty(), "{PAGE} does not say where it listens");
        Ok(settings)
    }

    fn of(page: &Document) -> Self {
        let spans = || page.rows.iter().flat_map(|row| row.cells.iter().flat_map(|cell| &cell.spans));
        let variables = spans().filter(|span| span.starts_with(PREFIX)).cloned();
        let first = |row: &crate::markdown::Row| row.cells.first()?.spans.first().cloned();
        let listen = page.rows.iter().find(|row| first(row).as_deref() == Some("listen"));
        let listen = listen.and_then(|row| row.cells.get(3)?.spans.first().cloned()).unwrap_or_default();
        Self {
            names: page.rows.iter().filter_map(first).collect(),
            // Beside the settings, there is one that names their file.
            variables: variables.chain(["IB_SERVER_CONFIG".into()]).collect(),
            listen,
        }
    }

    /// The variables in a text that set nothing.
    pub(super) fn strangers(&self, path: &str, text: &str) -> Vec<Problem> {
        let lines = text.lines().zip(1..);
        let named = lines.flat_map(|(line, at)| {
            let words = line.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
            words
                .filter(|word| word.len() > PREFIX.len() && word.starts_with(PREFIX))
                .map(move |word| (word, at))
        });
        let unknown = named.filter(|(word, _)| !self.variables.contains(*word));
        unknown
            .map(|(word, at)| Problem::new(format!("{path}:{at}"), format!("`{word}` sets nothing"), FIX))
            .collect()
    }

    /// The code spans of a page that name no setting, though they look like one in a table. What is in one of several
    /// tables has no variable, and looks like a check.
    pub(super) fn misnamed(&self, page: &Document) -> Vec<Problem> {
        let table = |variable: &String| Some(variable[PREFIX.len()..].split_once("__")?.0.to_lowercase());
        let tables: BTreeSet<String> = self.variables.iter().filter_map(table).collect();
        let is_name = |text: &str| text.chars().all(|c| c.is_ascii_lowercase() || c == '_' || c == '.');
        let in_table = |text: &str| text.split_once('.').is_some_and(|(table, _)| tables.contains(table));
        let spans = page.spans.iter().filter(|span| is_name(&span.text) && in_table(&span.text));
        spans
            .filter(|span| !self.names.contains(&span.text))
            .map(|span| Problem::new(page.at(span.line), format!("`{}` is no setting", span.text), FIX))
            .collect()
    }
}

#[cfg(test)]
pub(super) fn some() -> Settings {
    let head =
        "| setting | what | type | default | variable | flag |\n| --- | --- | --- | --- | --- | --- |\n";
    let rows = "| `listen` | a | b | `127.0.0.1:8080` | `IB_SERVER_LISTEN` | `--listen` |\n\
                | `log.level` | a | b | `info` | `IB_SERVER_LOG__LEVEL` | |\n";
    Settings::of(&Document::parse(PAGE, &format!("{head}{rows}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reference_is_read() {
        assert_eq!(some().listen, "127.0.0.1:8080");
        assert_eq!(some().names.len(), 2);
    }

    #[test]
    fn a_variable_that_sets_nothing_is_named() {
        let text = "IB_SERVER_LISTEN=x IB_SERVER_CONFIG=y\n{$IB_SERVER:z} IB_SERVER_*\nIB_SERVER_LISTN: w";
        let problems = some().strangers("a.yaml", text);
        assert_eq!(problems.len(), 1, "{problems:?}");
        assert_eq!(
            (problems[0].at.as_str(), problems[0].what.as_str()),
            ("a.yaml:3", "`IB_SERVER_LISTN` sets nothing")
        );
    }

    #[test]
    fn a_span_that_looks_like_a_setting_is_one() {
        let page = Document::parse("a.md", "`log.level` `log.colour` `crate.level` `log.txt:1` `log.`");
        let found: Vec<_> = some().misnamed(&page).into_iter().map(|problem| problem.what).collect();
        assert_eq!(found, ["`log.colour` is no setting", "`log.` is no setting"]);
    }
}
