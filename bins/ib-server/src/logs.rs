//! The log: one line for each thing that happened, on standard error.

use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{Layer as _, fmt};

use crate::config::{Log, LogForm};

/// The crates that may speak. Those of others stay silent: they could print headers.
const SPEAKERS: &[&str] = &["ib_server", "ib_web", "ib_setup", "ib_store", "ib_env_client"];

/// Begins to write the log.
pub(crate) fn begin(log: Log) {
    let level: LevelFilter = log.level.into();
    let speakers = Targets::new().with_targets(SPEAKERS.iter().map(|name| (*name, level)));
    let lines = fmt::layer().with_writer(std::io::stderr);
    let lines = match log.form {
        LogForm::Json => lines.json().flatten_event(true).boxed(),
        LogForm::Text => lines.with_ansi(false).boxed(),
    };
    // A program that embeds the server may have a log of its own.
    let _ = tracing_subscriber::registry().with(lines.with_filter(speakers)).try_init();
}
