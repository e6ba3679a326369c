//! A bar at a terminal that shows how many items of a publication are done.

use std::fmt;
use std::io::{self, Write as _};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle, TermLike};

use crate::surroundings::Output;

/// Columns where nobody knows better.
const WIDTH: u16 = 80;

/// The bar, where there is a terminal for it.
pub(super) struct Progress(Option<ProgressBar>);

impl Progress {
    /// A bar on `output` for so many items; none where that is no terminal.
    pub(super) fn new(output: &Output, items: usize) -> Self {
        Self(output.is_terminal.then(|| {
            let terminal = ProgressDrawTarget::term_like(Box::new(Terminal(output.clone())));
            let bar = ProgressBar::with_draw_target(u64::try_from(items).ok(), terminal);
            let style = ProgressStyle::with_template("[{bar:20}] {pos} of {len}  {wide_msg}");
            bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()).progress_chars("=> "))
        }))
    }

    /// No bar.
    pub(super) const fn none() -> Self {
        Self(None)
    }

    /// Whether there is one.
    pub(super) const fn is_shown(&self) -> bool {
        self.0.is_some()
    }

    /// How many items are done, and what is worked on.
    pub(super) fn show(&self, done: usize, what: String) {
        if let Some(bar) = &self.0 {
            bar.set_position(done as u64);
            bar.set_message(what);
        }
    }

    /// Lets something be written above it.
    pub(super) fn aside(&self, write: impl FnOnce()) {
        match &self.0 {
            Some(bar) => bar.suspend(write),
            None => write(),
        }
    }

    /// Takes it away.
    pub(super) fn end(&mut self) {
        if let Some(bar) = self.0.take() {
            bar.finish_and_clear();
        }
    }
}

/// A terminal, with the few movements that a bar makes.
struct Terminal(Output);

impl fmt::Debug for Terminal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Terminal")
    }
}

impl Terminal {
    fn write(&self, text: &str) -> io::Result<()> {
        self.0.clone().write_all(text.as_bytes())
    }

    fn moved(&self, columns_or_lines: usize, direction: char) -> io::Result<()> {
        if columns_or_lines == 0 {
            Ok(())
        } else {
            self.write(&format!("\x1b[{columns_or_lines}{direction}"))
        }
    }
}

impl TermLike for Terminal {
    fn width(&self) -> u16 {
        self.0.width.and_then(|width| u16::try_from(width).ok()).unwrap_or(WIDTH)
    }

    fn move_cursor_up(&self, lines: usize) -> io::Result<()> {
        self.moved(lines, 'A')
    }

    fn move_cursor_down(&self, lines: usize) -> io::Result<()> {
        self.moved(lines, 'B')
    }

    fn move_cursor_right(&self, columns: usize) -> io::Result<()> {
        self.moved(columns, 'C')
    }

    fn move_cursor_left(&self, columns: usize) -> io::Result<()> {
        self.moved(columns, 'D')
    }

    fn write_line(&self, line: &str) -> io::Result<()> {
        self.write(&format!("{line}\n"))
    }

    fn write_str(&self, text: &str) -> io::Result<()> {
        self.write(text)
    }

    fn clear_line(&self) -> io::Result<()> {
        self.write("\r\x1b[2K")
    }

    fn flush(&self) -> io::Result<()> {
        self.0.clone().flush()
    }
}
