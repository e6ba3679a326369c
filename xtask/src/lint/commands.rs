//! What the documents show to be typed is taken: `cargo xtask CHORE`, `ib COMMAND` and `ib-server COMMAND` with their
//! options, `cargo run -p CRATE --example NAME`, and files of settings.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result};
use xshell::cmd;

use crate::markdown::Document;
use crate::problem::Problem;
use crate::repo::{Example, Repo, has_extension};

/// The command lines of this repository.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Program {
    Xtask,
    Ib,
    Server,
}

impl Program {
    const fn name(self) -> &'static str {
        match self {
            Self::Xtask => "cargo xtask",
            Self::Ib => "ib",
            Self::Server => "ib-server",
        }
    }
}

/// A command that a page shows.
#[derive(Debug)]
struct Mention {
    program: Program,
    /// What follows the program's name.
    words: Vec<String>,
    at: String,
}

/// Answers the `--help` of a program's subcommand.
type Help<'a> = dyn FnMut(Program, &[&str]) -> Result<String> + 'a;

/// Every command shown on a page is a real one.
///
/// # Errors
///
/// When a program cannot be asked for its help.
pub(super) fn check(repo: &Repo, xtask: &clap::Command, pages: &[Document]) -> Result<Vec<Problem>> {
    let mut known = BTreeMap::new();
    let mut help = |program: Program, path: &[&str]| -> Result<String> {
        let key = (program, path.join(" "));
        if let Some(text) = known.get(&key) {
            return Ok(String::clone(text));
        }
        let text = match program {
            Program::Xtask => help_of(xtask, path)?,
            Program::Ib | Program::Server => {
                let package = program.name();
                cmd!(repo.sh, "cargo run --quiet --package {package} -- {path...} --help").quiet().read()?
            }
        };
        known.insert(key, text.clone());
        Ok(text)
    };
    let mut problems = Vec::new();
    for mention in pages.iter().flat_map(mentions) {
        problems.extend(unknown_word(&mention, &mut help)?.map(|what| {
            let fix = "show the command as it is now; its `--help` tells";
            Problem::new(&mention.at, what, fix)
        }));
    }
    let examples: Vec<String> = repo.examples()?.iter().map(Example::command).collect();
    problems.extend(pages.iter().flat_map(|page| unknown_examples(page, &examples)));
    problems.extend(settings(repo, pages)?);
    Ok(problems)
}

/// Examples that a page runs and that are none.
fn unknown_examples(page: &Document, known: &[String]) -> Vec<Problem> {
    let runs = |words: &[String]| words.starts_with(&["cargo".into(), "run".into()]);
    let shown = commands(page).into_iter().filter(|(words, _)| runs(words) && has_word(words, "--example"));
    let unknown =
        shown.map(|(words, line)| (words.join(" "), line)).filter(|(shown, _)| !known.contains(shown));
    let problem = |(shown, line)| {
        let fix = "show it as `cargo run -p CRATE --example NAME`, with what is in crates/CRATE/examples";
        Problem::new(page.at(line), format!("`{shown}` runs no example"), fix)
    };
    unknown.map(problem).collect()
}

fn has_word(words: &[String], word: &str) -> bool {
    words.iter().any(|one| one == word)
}

/// The files of settings that a page shows, or that are in `docs/deploy`, which the server would not take.
fn settings(repo: &Repo, pages: &[Document]) -> Result<Vec<Problem>> {
    let shown = pages.iter().flat_map(|page| {
        let blocks = page.blocks.iter().filter(|block| block.language == "toml" && is_settings(&block.text));
        blocks.map(|block| (page.at(block.line), block.text.clone()))
    });
    let mut texts: Vec<_> = shown.collect();
    let files = repo.files()?;
    for path in files.iter().filter(|path| path.starts_with("docs/deploy/") && has_extension(path, "toml")) {
        texts.push((path.clone(), repo.read(path)?));
    }
    let folder = repo.sh.create_temp_dir()?;
    let file = folder.path().join("ib-server.toml");
    let mut problems = Vec::new();
    for (at, text) in texts {
        repo.sh.write_file(&file, text)?;
        let check = cmd!(repo.sh, "cargo run --quiet --package ib-server -- --config {file} config check");
        let output = check.quiet().ignore_status().output()?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr).trim().replace('\n', " ");
            problems.push(Problem::new(at, said, "show settings as docs/settings.md has them"));
        }
    }
    Ok(problems)
}

/// Whether TOML is settings of the server: neither a catalogue of dependencies nor a file for `ib apply`.
fn is_settings(text: &str) -> bool {
    let is_other = |table: &toml::Table| table.contains_key("dependency") || table.contains_key("schema");
    !text.parse().is_ok_and(|table| is_other(&table))
}

fn help_of(command: &clap::Command, path: &[&str]) -> Result<String> {
    let mut command = command.clone();
    command.build();
    let mut found = &mut command;
    for name in path {
        found = found.find_subcommand_mut(name).with_context(|| format!("there is no subcommand {name}"))?;
    }
    Ok(found.render_long_help().to_string())
}

/// The commands of a page that are of our programs.
fn mentions(page: &Document) -> Vec<Mention> {
    commands(page).iter().filter_map(|(words, line)| mention(words, page.at(*line))).collect()
}

/// The commands of a page, each with its line: in code spans, after `$` in `console` blocks, and on each line of shell
/// blocks.
fn commands(page: &Document) -> Vec<(Vec<String>, usize)> {
    let spans = page.spans.iter().map(|span| (span.text.clone(), span.line));
    let blocks = page.blocks.iter().flat_map(|block| {
        let text = block.text.replace("\\\n", " ");
        let lines = text.lines().filter_map(|line| match block.language.as_str() {
            "console" => line.strip_prefix("$ "),
            "sh" | "bash" | "shell" => Some(line),
            _ => None,
        });
        lines.map(|line| (line.to_owned(), block.line)).collect::<Vec<_>>()
    });
    let commands = spans.chain(blocks).flat_map(|(text, line)| {
        let words: Vec<String> = text.split_whitespace().map(Into::into).collect();
        let single = words.split(|word| ["|", "||", "&", "&&", ";"].contains(&word.as_str()));
        single.map(|words| (words.to_vec(), line)).collect::<Vec<_>>()
    });
    commands.collect()
}

/// A command, if it is one of ours: `cargo xtask ...`, `cargo run -p ib -- ...`, `path/to/ib ...`.
fn mention(words: &[String], at: String) -> Option<Mention> {
    let is_setting =
        |word: &&String| word.split_once('=').is_some_and(|(name, _)| name.chars().all(is_setting_char));
    let words = &words[words.iter().take_while(is_setting).count()..];
    let plain: Vec<&str> = words.iter().map(String::as_str).collect();
    let (program, words) = match plain.as_slice() {
        ["cargo", "xtask", words @ ..] => (Program::Xtask, words),
        ["cargo", "run", rest @ ..] => {
            let package = rest.windows(2).find(|pair| matches!(pair, ["-p" | "--package", _]))?[1];
            let end = rest.iter().position(|word| *word == "--").map_or(rest.len(), |dashes| dashes + 1);
            (built(package)?, &rest[end..])
        }
        [first, words @ ..] => (built(first.rsplit('/').next()?)?, words),
        [] => return None,
    };
    let words = words.iter().take_while(|word| **word != "--" && !word.starts_with('#'));
    Some(Mention { program, words: words.map(|word| (*word).into()).collect(), at })
}

/// The program that a package builds.
fn built(package: &str) -> Option<Program> {
    [Program::Ib, Program::Server].into_iter().find(|program| program.name() == package)
}

fn is_setting_char(c: char) -> bool {
    c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_'
}

/// The first word that the program would not understand.
fn unknown_word(mention: &Mention, help: &mut Help<'_>) -> Result<Option<String>> {
    let name = mention.program.name();
    let mut path: Vec<&str> = Vec::new();
    let mut texts = vec![help(mention.program, &path)?];
    let mut words = mention.words.iter();
    while let Some(word) = words.next() {
        let word = word.trim_matches(['[', ']', '(', ')', ',', '.']);
        let at = std::iter::once(name).chain(path.iter().copied()).collect::<Vec<_>>().join(" ");
        if word.starts_with('-') {
            let option = word.split(['=', '|']).next().unwrap_or(word);
            if !texts.iter().any(|text| has_option(text, option)) {
                return Ok(Some(format!("`{at}` has no option `{option}`")));
            }
            // What follows it is its value, and no command.
            if option == word && texts.iter().any(|text| takes_value(text, option)) {
                words.next();
            }
        } else if let Some(text) = texts.last().filter(|text| has_subcommands(text)) {
            if !has_subcommand(text, word) {
                return Ok(Some(format!("`{at}` has no command `{word}`")));
            }
            path.push(word);
            texts.push(help(mention.program, &path)?);
        }
    }
    Ok(None)
}

/// Whether a help text lists an option, at the beginning of a line as `-s, --long <VALUE>`.
fn has_option(help: &str, option: &str) -> bool {
    let lines = help.lines().map(str::trim_start).filter(|line| line.starts_with('-'));
    lines.flat_map(|line| line.split([' ', ',', '=', '[', '<'])).any(|word| word == option)
}

/// Whether a help text lists an option with a value.
fn takes_value(help: &str, option: &str) -> bool {
    let line =
        help.lines().map(str::trim_start).find(|line| line.starts_with('-') && has_option(line, option));
    line.is_some_and(|line| line.contains('<'))
}

fn has_subcommands(help: &str) -> bool {
    subcommands(help).next().is_some()
}

fn has_subcommand(help: &str, name: &str) -> bool {
    subcommands(help).any(|listed| listed == name)
}

/// The names below `Commands:`, each on an indented line of its own.
fn subcommands(help: &str) -> impl Iterator<Item = &str> {
    let section =
        help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    section.filter_map(|line| line.strip_prefix("  ")?.split(' ').next()).filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use clap::{Arg, Command};
    use rstest::rstest;

    use super::*;

    /// A program with `--verbose`, `--config FILE`, `check ADDRESS --output FORMAT` and `bench start`.
    fn program() -> Command {
        let verbose = Arg::new("verbose").long("verbose").short('v').global(true);
        let check = Command::new("check")
            .about("Checks; unlike - for example - `--never`")
            .arg(Arg::new("ADDRESS"))
            .arg(Arg::new("output").long("output"));
        let bench = Command::new("bench").subcommand(Command::new("start"));
        let config = Arg::new("config").long("config");
        Command::new("ib").arg(verbose).arg(config).subcommand(check).subcommand(bench)
    }

    fn unknown(page: &str) -> Vec<String> {
        let program = program();
        let mut help = |_: Program, path: &[&str]| help_of(&program, path);
        let page = Document::parse("README.md", page);
        mentions(&page).iter().filter_map(|mention| unknown_word(mention, &mut help).unwrap()).collect()
    }

    #[rstest]
    #[case("`ib check dev.acme.example --output=json -v`, `ib bench start --verbose`, `ib --help`, `ib`")]
    #[case(
        "```console\n$ RUST_LOG=debug target/debug/ib check \\\n  dev --output json # --never\nib --never\n```"
    )]
    #[case("```sh\ncat a | cargo run --release -p ib -- check --output text > out.txt\n```")]
    #[case("`ib --config a.toml check dev`, `ib --config=a.toml bench start`")]
    #[case("`cargo xtask bench start`; `cargo test --never`; `rib --never`")]
    #[case("```text\nib --never\n```")]
    fn real_commands_pass(#[case] page: &str) {
        assert_eq!(unknown(page), Vec::<String>::new());
    }

    #[rstest]
    #[case("listen = \"x\"\n[log]\nlevel = \"y\"", true)]
    #[case("no TOML at all", true)]
    #[case("[[dependency]]\nid = \"x\"", false)]
    #[case("schema = \"ib.infrastructure/1\"", false)]
    fn what_is_nothing_else_is_settings(#[case] text: &str, #[case] wanted: bool) {
        assert_eq!(is_settings(text), wanted);
    }

    #[rstest]
    #[case("`ib check --never`", "`ib check` has no option `--never`")]
    #[case("`ib chekc`", "`ib` has no command `chekc`")]
    #[case("`cargo xtask bench check`", "`cargo xtask bench` has no command `check`")]
    #[case("```console\n$ true && ./ib check dev [--never]\n```", "`ib check` has no option `--never`")]
    #[case("```bash\ncargo run --package ib -- --output x\n```", "`ib` has no option `--output`")]
    #[case("`ib-server --never`", "`ib-server` has no option `--never`")]
    #[case("`cargo run -p ib-server -- chekc`", "`ib-server` has no command `chekc`")]
    fn others_are_named(#[case] page: &str, #[case] what: &str) {
        assert_eq!(unknown(page), [what]);
    }

    #[test]
    fn an_example_that_is_shown_is_one() {
        let page = "`cargo run -p a --example b`, `cargo run -p a --example c`\n";
        let page = Document::parse("README.md", page);
        let problems = unknown_examples(&page, &["cargo run -p a --example b".to_owned()]);
        assert_eq!(problems.len(), 1);
        assert_eq!(problems[0].what, "`cargo run -p a --example c` runs no example");
    }
}
