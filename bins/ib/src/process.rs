//! What surrounds a real process: its streams, its terminal, its variables, Ctrl-C.

use std::io::{self, IsTerminal, Write as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::SystemTime;

use ib::surroundings::{Input, Output, Surroundings};
use ib_api::exit::Exit;
use ib_env_client::http::SystemResolver;
use ib_setup::Pace;
use tokio::sync::Notify;

/// The surroundings of this process.
pub(crate) fn surroundings() -> Surroundings {
    // On older Windows consoles colours have to be switched on; elsewhere this does nothing.
    let _ = anstyle_query::windows::enable_ansi_colors();
    Surroundings {
        stdin: Input { reader: Box::new(io::stdin()), is_terminal: io::stdin().is_terminal() },
        stdout: Output::new(io::stdout(), io::stdout().is_terminal()).width(width(&io::stdout())),
        stderr: Output::new(io::stderr(), io::stderr().is_terminal()).width(width(&io::stderr())),
        variables: std::env::vars_os()
            .map(|(name, value)| (name.to_string_lossy().into_owned(), value.to_string_lossy().into_owned()))
            .collect(),
        clock: Arc::new(SystemTime::now),
        pace: Pace::default(),
        resolver: Arc::new(SystemResolver::default()),
        question: Box::new(question),
        prompt: Box::new(|question| rpassword::prompt_password(question)),
        interrupt: Box::pin(interrupt()),
    }
}

/// Asks on standard error, where it does not end up in a result, and reads one line.
fn question(text: &str) -> io::Result<String> {
    let mut stderr = io::stderr();
    write!(stderr, "{text}")?;
    stderr.flush()?;
    let mut line = String::new();
    match io::stdin().read_line(&mut line)? {
        0 => Err(io::ErrorKind::UnexpectedEof.into()),
        _ => Ok(line),
    }
}

/// A panic is a defect of ours: one line for the report, and no stack trace.
pub(crate) fn panics_are_one_line() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        let _ = writeln!(
            io::stderr(),
            "ib: internal error at {place}; please report it with the command you ran"
        );
    }));
}

/// The terminal's width in columns.
#[cfg(unix)]
fn width(stream: &impl std::os::fd::AsFd) -> Option<usize> {
    terminal_size::terminal_size_of(stream).map(|(width, _)| usize::from(width.0))
}

/// The terminal's width in columns.
#[cfg(windows)]
fn width(stream: &impl std::os::windows::io::AsHandle) -> Option<usize> {
    terminal_size::terminal_size_of(stream).map(|(width, _)| usize::from(width.0))
}

/// Completes at the first Ctrl-C. The second one ends the process at once, whatever it is doing.
async fn interrupt() {
    // The handler is set when somebody begins to wait: until then Ctrl-C keeps its usual meaning.
    let first = Arc::new(Notify::new());
    let told = Arc::clone(&first);
    let already = AtomicBool::new(false);
    let handler = move || {
        if already.swap(true, Ordering::SeqCst) {
            std::process::exit(i32::from(Exit::Interrupted.code()));
        }
        told.notify_one();
    };
    match ctrlc::set_handler(handler) {
        Ok(()) => first.notified().await,
        Err(_) => std::future::pending().await,
    }
}
