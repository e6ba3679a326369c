//! A page of text under construction: lines that fit, with hanging indents.

use std::time::Duration;

use unicode_width::UnicodeWidthStr as _;

use crate::look::{Look, Mark};

/// Text of at most [`Look::width`] columns.
pub(crate) struct Page {
    pub(crate) look: Look,
    text: String,
}

impl Page {
    pub(crate) const fn new(look: Look) -> Self {
        Self { look, text: String::new() }
    }

    pub(crate) fn into_text(self) -> String {
        self.text
    }

    /// Ends the paragraph; never two empty lines in a row, none at the top.
    pub(crate) fn gap(&mut self) {
        if !self.text.is_empty() && !self.text.ends_with("\n\n") {
            self.text.push('\n');
        }
    }

    /// One line as it is, however long.
    pub(crate) fn line(&mut self, line: &str) {
        self.text.push_str(line.trim_end());
        self.text.push('\n');
    }

    /// The first line: how it came out, and what it is about.
    pub(crate) fn headline(&mut self, (mark, words): &(Mark, String), about: &str) {
        let look = self.look;
        let word = format!("{} {words}", look.symbol(*mark));
        self.line(&format!("{}  {}", look.mark(*mark, &word), look.strong(about)));
    }

    /// Rows below their heads, each with its mark, in columns that are as wide as they have to be.
    pub(crate) fn table<const N: usize>(&mut self, heads: [&str; N], rows: &[(Mark, [String; N])]) {
        let heads = heads.map(str::to_owned);
        let all = || std::iter::once(&heads).chain(rows.iter().map(|(_, row)| row));
        let widths: [usize; N] = std::array::from_fn(|column| widest(all().map(|row| row[column].as_str())));
        let cells = |row: &[String; N]| {
            let cells = row.iter().zip(widths).map(|(cell, width)| padded(cell, width));
            cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
        };
        let look = self.look;
        self.line(&look.quiet(&format!("    {}", cells(&heads))));
        for (mark, row) in rows {
            self.line(&format!("  {} {}", look.mark(*mark, look.symbol(*mark)), cells(row)));
        }
    }

    /// A lead, `columns` wide, then `body` in as many lines as it needs, each below the first.
    pub(crate) fn hang(&mut self, lead: &str, columns: usize, body: &str) {
        self.hang_painted(lead, columns, body, |_, line| line.to_owned());
    }

    /// As [`hang`](Self::hang), with each line of the body painted after it was cut.
    pub(crate) fn hang_painted(
        &mut self,
        lead: &str,
        columns: usize,
        body: &str,
        paint: impl Fn(Look, &str) -> String,
    ) {
        let lines = Look::wrap(body, self.look.width.saturating_sub(columns));
        for (number, line) in lines.iter().enumerate() {
            let painted = paint(self.look, line);
            if number == 0 {
                self.line(&format!("{lead}{painted}"));
            } else {
                self.line(&format!("{:columns$}{painted}", ""));
            }
        }
        if lines.is_empty() {
            self.line(lead);
        }
    }
}

/// `text` filled up with blanks to `columns`; what is longer stays as it is.
pub(crate) fn padded(text: &str, columns: usize) -> String {
    let missing = columns.saturating_sub(text.width());
    format!("{text}{:missing$}", "")
}

/// The widest of many texts, in columns.
pub(crate) fn widest<'t>(texts: impl IntoIterator<Item = &'t str>) -> usize {
    texts.into_iter().map(unicode_width::UnicodeWidthStr::width).max().unwrap_or(0)
}

/// A duration as a person reads it; what took no time has none.
pub(crate) fn duration(duration: Duration) -> String {
    match duration {
        Duration::ZERO => String::new(),
        short if short < Duration::from_millis(1) => "<1 ms".to_owned(),
        short if short < Duration::from_secs(1) => format!("{} ms", short.as_millis()),
        long => format!("{:.1} s", long.as_secs_f64()),
    }
}
