//! The output formats of `ib check`.

mod detail;
mod events;
mod junit;
mod page;
mod short;
mod text;

use std::io::{self, Write};

use ib_api::event::CheckEvent;
use ib_domain::report::TargetReport;

use crate::conclusion::Conclusion;
use crate::look::Look;
#[cfg(test)]
pub(crate) use detail::{Piece, pieces};
pub(crate) use detail::{action_rows, command_row, enumeration, impact, row};
pub(crate) use events::Events;
pub(crate) use page::{Page, duration, padded, widest};

/// How the result of a check is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
#[non_exhaustive]
pub enum Format {
    /// For people: the verdict, every layer, and what to do.
    #[default]
    Text,
    /// For pasting: the verdict and what is not passed.
    Short,
    /// One JSON document, ib.check/1.
    Json,
    /// One JSON object a line as things happen, ib.check.events/1.
    Ndjson,
    /// `JUnit` XML for pipelines.
    #[value(help = "JUnit XML for pipelines")]
    Junit,
}

impl Format {
    /// Every format.
    pub const ALL: &'static [Self] = &[Self::Text, Self::Short, Self::Json, Self::Ndjson, Self::Junit];

    /// The whole result in this format.
    ///
    /// ```
    /// use ib::{conclusion::Conclusion, format::Format, look::Look};
    /// use ib_api::exit::FailOn;
    /// use ib_domain::report::Report;
    ///
    /// let conclusion = Conclusion::new(Report::default(), FailOn::Failed);
    /// let text = Format::Short.render(&conclusion, Look::default());
    /// assert_eq!(text, "ib check: could not tell (exit 5)\n");
    /// ```
    pub fn render(self, conclusion: &Conclusion, look: Look) -> String {
        match self {
            Self::Text => text::render(conclusion, look),
            Self::Short => short::render(conclusion, look),
            Self::Json => json(&conclusion.document()),
            Self::Ndjson => events(conclusion),
            Self::Junit => junit::render(conclusion),
        }
    }

    /// Whether the result is written while it comes in.
    pub(crate) const fn is_stream(self) -> bool {
        matches!(self, Self::Ndjson)
    }
}

/// One JSON document, for people to read as well.
pub(crate) fn json(document: &impl serde::Serialize) -> String {
    let mut text = serde_json::to_string_pretty(document).unwrap_or_default();
    text.push('\n');
    text
}

/// The whole stream of events at once.
fn events(conclusion: &Conclusion) -> String {
    let mut lines = Vec::new();
    let targets = conclusion.report.targets.iter().flat_map(CheckEvent::target);
    for event in [CheckEvent::begin()].into_iter().chain(targets).chain([end(conclusion)]) {
        // Writing to a vector cannot fail.
        let _ = write_event(&mut lines, &event);
    }
    String::from_utf8(lines).unwrap_or_default()
}

/// The last line of the stream.
pub(crate) fn end(conclusion: &Conclusion) -> CheckEvent {
    CheckEvent::End { verdict: conclusion.verdict.id().to_owned(), exit: conclusion.exit.code() }
}

/// Writes the lines of one address.
pub(crate) fn write_target(output: &mut impl Write, target: &TargetReport) -> io::Result<()> {
    CheckEvent::target(target).try_for_each(|event| write_event(output, &event))
}

/// Writes one line of the stream, and lets readers have it at once.
pub(crate) fn write_event(output: &mut impl Write, event: &CheckEvent) -> io::Result<()> {
    let mut line = serde_json::to_string(event)?;
    line.push('\n');
    output.write_all(line.as_bytes())?;
    output.flush()
}
