//! How output looks: colours, symbols and line width, decided once per stream.

use anstyle::{AnsiColor, Style};
use ib_domain::finding::Outcome;
use ib_domain::verdict::Verdict;
use textwrap::{Options, WordSeparator, WordSplitter};

use crate::surroundings::{Output, Surroundings};

/// Columns where nobody knows better, for example in a file.
const DEFAULT_WIDTH: usize = 100;
/// Narrower than this, lines are left to the terminal; wider, they are hard to read.
const WIDTHS: (usize, usize) = (40, 120);

/// What the person asked for with `--color`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
#[non_exhaustive]
pub enum ColourChoice {
    /// Colours on a terminal, unless `NO_COLOR` is set.
    #[value(help = "Colours on a terminal, unless NO_COLOR is set")]
    #[default]
    Auto,
    /// Colours, wherever the output goes.
    Always,
    /// No colours.
    Never,
}

/// How one stream looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Look {
    /// Whether escape sequences for colours are written.
    pub colour: bool,
    /// Whether the symbols may leave ASCII.
    pub unicode: bool,
    /// Columns per line.
    pub width: usize,
}

/// How something came out, as far as a reader's eye is concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mark {
    Good,
    Attention,
    Bad,
    Open,
    Aside,
}

impl Default for Look {
    fn default() -> Self {
        Self { colour: false, unicode: true, width: DEFAULT_WIDTH }
    }
}

impl Look {
    /// Decides for one stream. The person's choice wins over `NO_COLOR`, that over `CLICOLOR_FORCE`, and
    /// where nothing is said a terminal has colours and a file has not.
    pub fn of(output: &Output, choice: ColourChoice, surroundings: &Surroundings) -> Self {
        let set = |name| surroundings.variable(name).is_some();
        let forced = surroundings.variable("CLICOLOR_FORCE").is_some_and(|value| value != "0");
        let off =
            surroundings.variable("CLICOLOR") == Some("0") || surroundings.variable("TERM") == Some("dumb");
        let colour = match choice {
            ColourChoice::Always => true,
            ColourChoice::Never => false,
            ColourChoice::Auto => !set("NO_COLOR") && (forced || (output.is_terminal && !off)),
        };
        let width = output.width.filter(|width| *width > 0).unwrap_or(DEFAULT_WIDTH);
        Self { colour, unicode: speaks_unicode(surroundings), width: width.clamp(WIDTHS.0, WIDTHS.1) }
    }

    /// `text` in a style, where there are colours.
    pub(crate) fn paint(self, style: Style, text: &str) -> String {
        if self.colour && !text.is_empty() { format!("{style}{text}{style:#}") } else { text.to_owned() }
    }

    /// `text` made strong.
    pub(crate) fn strong(self, text: &str) -> String {
        self.paint(Style::new().bold(), text)
    }

    /// `text` made quiet.
    pub(crate) fn quiet(self, text: &str) -> String {
        self.paint(Style::new().dimmed(), text)
    }

    /// The symbol and colour of a mark; the symbol is one column wide.
    pub(crate) fn symbol(self, mark: Mark) -> &'static str {
        match (mark, self.unicode) {
            (Mark::Good, true) => "✓",
            (Mark::Good, false) => "+",
            (Mark::Attention, _) => "!",
            (Mark::Bad, true) => "✗",
            (Mark::Bad, false) => "x",
            (Mark::Open, _) => "?",
            (Mark::Aside, true) => "–",
            (Mark::Aside, false) => "-",
        }
    }

    /// `text` in the colour of a mark.
    pub(crate) fn mark(self, mark: Mark, text: &str) -> String {
        let colour = match mark {
            Mark::Good => AnsiColor::Green,
            Mark::Attention => AnsiColor::Yellow,
            Mark::Bad => AnsiColor::Red,
            Mark::Open => AnsiColor::Magenta,
            Mark::Aside => return self.quiet(text),
        };
        self.paint(colour.on_default().bold(), text)
    }

    /// `text` in lines of at most `room` columns. Words are never broken: a command or an address must
    /// stay one piece.
    pub(crate) fn wrap(text: &str, room: usize) -> Vec<String> {
        let options = Options::new(room.max(16))
            .break_words(false)
            .word_splitter(WordSplitter::NoHyphenation)
            .word_separator(WordSeparator::AsciiSpace);
        textwrap::wrap(text, options).into_iter().map(std::borrow::Cow::into_owned).collect()
    }
}

/// Whether the terminal's character set is Unicode. POSIX says it in three variables, the first one that
/// is set decides; where none is, today's terminals can.
fn speaks_unicode(surroundings: &Surroundings) -> bool {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].iter().find_map(|name| surroundings.variable(name));
    locale.is_none_or(|locale| {
        let locale = locale.to_ascii_lowercase();
        locale.contains("utf-8") || locale.contains("utf8")
    })
}

impl Mark {
    pub(crate) const fn of_outcome(outcome: &Outcome) -> Self {
        match outcome {
            Outcome::Passed => Self::Good,
            Outcome::Warning(_) => Self::Attention,
            Outcome::Failed(_) => Self::Bad,
            Outcome::Skipped { .. } | Outcome::NotApplicable { .. } | Outcome::NotEvaluated { .. } => {
                Self::Aside
            }
            _ => Self::Open,
        }
    }

    pub(crate) const fn of_verdict(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Passed => Self::Good,
            Verdict::Warnings => Self::Attention,
            Verdict::Failed | Verdict::LoginRejected => Self::Bad,
            _ => Self::Open,
        }
    }
}

/// A verdict in words.
pub(crate) const fn words(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Passed => "Passed",
        Verdict::Warnings => "Passed with warnings",
        Verdict::Failed => "Failed",
        Verdict::LoginRejected => "Log-in rejected",
        _ => "Could not tell",
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn look(terminal: bool, choice: ColourChoice, variables: &[(&str, &str)]) -> Look {
        let (mut surroundings, _) = Surroundings::captured();
        surroundings.stdout.is_terminal = terminal;
        surroundings.variables = variables.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
        Look::of(&surroundings.stdout, choice, &surroundings)
    }

    #[rstest]
    #[case(true, ColourChoice::Auto, &[], true)]
    #[case(false, ColourChoice::Auto, &[], false)]
    #[case(true, ColourChoice::Auto, &[("NO_COLOR", "1")], false)]
    #[case(true, ColourChoice::Auto, &[("NO_COLOR", "")], true)]
    #[case(true, ColourChoice::Auto, &[("TERM", "dumb")], false)]
    #[case(true, ColourChoice::Auto, &[("CLICOLOR", "0")], false)]
    #[case(false, ColourChoice::Auto, &[("CLICOLOR_FORCE", "1")], true)]
    #[case(false, ColourChoice::Auto, &[("CLICOLOR_FORCE", "0")], false)]
    #[case(false, ColourChoice::Auto, &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")], false)]
    #[case(true, ColourChoice::Never, &[("CLICOLOR_FORCE", "1")], false)]
    #[case(false, ColourChoice::Always, &[("NO_COLOR", "1")], true)]
    fn colours(
        #[case] terminal: bool,
        #[case] choice: ColourChoice,
        #[case] variables: &[(&str, &str)],
        #[case] colour: bool,
    ) {
        assert_eq!(look(terminal, choice, variables).colour, colour);
    }

    #[rstest]
    #[case(&[], true)]
    #[case(&[("LANG", "C")], false)]
    #[case(&[("LANG", "C.UTF-8")], true)]
    #[case(&[("LANG", "de_DE.utf8"), ("LC_ALL", "POSIX")], false)]
    #[case(&[("LC_CTYPE", "en_US.UTF-8"), ("LANG", "C")], true)]
    fn symbols(#[case] variables: &[(&str, &str)], #[case] unicode: bool) {
        assert_eq!(look(true, ColourChoice::Auto, variables).unicode, unicode);
    }

    #[test]
    fn a_command_is_never_broken_in_two() {
        let lines = Look::wrap("run it: --connect-to dev.acme.example:443:127.0.0.1:8443 now", 20);
        assert_eq!(lines, ["run it: --connect-to", "dev.acme.example:443:127.0.0.1:8443", "now"]);
    }
}
