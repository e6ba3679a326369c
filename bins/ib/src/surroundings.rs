//! Everything that a run can see of the world, so that a test can be the world.
//!
//! ```
//! use ib::surroundings::Surroundings;
//!
//! let (surroundings, captured) = Surroundings::captured();
//! let exit = ib::run_blocking(["ib", "explain", "SETUP-ENV-002"], surroundings);
//! assert_eq!(exit.code(), 0);
//! assert!(captured.stdout().contains("No such host"));
//! assert_eq!(captured.stderr(), "");
//! ```

use std::collections::BTreeMap;
use std::fmt;
use std::future::Future;
use std::io::{self, Read, Write};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use ib_env_client::http::{Resolver, SystemResolver};
use ib_setup::Pace;

/// Asks a person something; the text is the question.
pub type Prompt = Box<dyn FnMut(&str) -> io::Result<String> + Send>;

/// What a run reads, writes, asks and waits for. Nothing else of the process is looked at, apart from the
/// files that the arguments name.
pub struct Surroundings {
    /// Standard input.
    pub stdin: Input,
    /// Standard output: the result and nothing else.
    pub stdout: Output,
    /// Standard error: everything else.
    pub stderr: Output,
    /// The environment variables.
    pub variables: BTreeMap<String, String>,
    /// What time it is.
    pub clock: Arc<dyn Fn() -> SystemTime + Send + Sync>,
    /// How often an environment, or a server, is asked how far a publication is.
    pub pace: Pace,
    /// Who knows the addresses of host names.
    pub resolver: Arc<dyn Resolver>,
    /// Who answers a question, with what is typed shown. Called only when standard input is a terminal.
    pub question: Prompt,
    /// Who types a secret when asked, without what is typed shown. Called only when standard input is a terminal.
    pub prompt: Prompt,
    /// Completes when the run should stop cleanly.
    pub interrupt: Pin<Box<dyn Future<Output = ()> + Send>>,
}

/// A stream that is read.
pub struct Input {
    /// Where the bytes come from.
    pub reader: Box<dyn Read + Send>,
    /// Whether a person sits at the other end.
    pub is_terminal: bool,
}

impl Input {
    /// A file or pipe that holds `text`.
    pub fn text(text: impl Into<Vec<u8>>) -> Self {
        Self { reader: Box::new(io::Cursor::new(text.into())), is_terminal: false }
    }

    /// A terminal at which nothing is typed but answers to a [prompt](Surroundings::prompt).
    pub fn terminal() -> Self {
        Self { reader: Box::new(io::empty()), is_terminal: true }
    }
}

/// A stream that is written. Clones write to the same place.
#[derive(Clone)]
pub struct Output {
    writer: Arc<Mutex<dyn Write + Send>>,
    /// Whether a person sits at the other end.
    pub is_terminal: bool,
    /// How many columns there are, where that is known.
    pub width: Option<usize>,
}

impl Output {
    /// A stream of unknown width.
    pub fn new(writer: impl Write + Send + 'static, is_terminal: bool) -> Self {
        Self { writer: Arc::new(Mutex::new(writer)), is_terminal, width: None }
    }

    /// Sets the number of columns.
    #[must_use]
    pub fn width(mut self, width: Option<usize>) -> Self {
        self.width = width;
        self
    }

    /// Writes one line. A stream that is gone is no reason to stop: the exit code still tells.
    pub fn say(&mut self, line: impl fmt::Display) {
        let _ = writeln!(self, "{line}");
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.writer.lock().unwrap_or_else(PoisonError::into_inner).write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.writer.lock().unwrap_or_else(PoisonError::into_inner).flush()
    }
}

/// What a run in [captured surroundings](Surroundings::captured) wrote.
#[derive(Clone, Default)]
pub struct Captured {
    stdout: Buffer,
    stderr: Buffer,
}

impl Captured {
    /// What was written to standard output so far.
    pub fn stdout(&self) -> String {
        self.stdout.text()
    }

    /// What was written to standard error so far.
    pub fn stderr(&self) -> String {
        self.stderr.text()
    }
}

/// Bytes that are written by one and read by another.
#[derive(Clone, Default)]
struct Buffer(Arc<Mutex<Vec<u8>>>);

impl Buffer {
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap_or_else(PoisonError::into_inner)).into_owned()
    }
}

impl Write for Buffer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Surroundings {
    /// Surroundings without a person: empty input, no variables, pipes for output, a clock that stands at
    /// the epoch, no pauses, nobody to prompt, and no interruption. Change the fields that a test is about.
    pub fn captured() -> (Self, Captured) {
        let captured = Captured::default();
        let surroundings = Self {
            stdin: Input::text(""),
            stdout: Output::new(captured.stdout.clone(), false),
            stderr: Output::new(captured.stderr.clone(), false),
            variables: BTreeMap::new(),
            clock: Arc::new(|| SystemTime::UNIX_EPOCH),
            pace: Pace::NONE,
            resolver: Arc::new(SystemResolver::default()),
            question: Box::new(|_| Err(io::ErrorKind::Unsupported.into())),
            prompt: Box::new(|_| Err(io::ErrorKind::Unsupported.into())),
            interrupt: Box::pin(std::future::pending()),
        };
        (surroundings, captured)
    }

    /// The value of a variable; one that is empty counts as not set.
    pub fn variable(&self, name: &str) -> Option<&str> {
        self.variables.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }
}
