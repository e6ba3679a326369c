//! What `-v` shows: the events of our own crates, on standard error.

use std::io;

use tracing::Dispatch;
use tracing_subscriber::Layer as _;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::fmt::{self, MakeWriter};
use tracing_subscriber::layer::SubscriberExt as _;

use crate::surroundings::Output;

/// The crates that may speak. Those of others stay silent at every verbosity: they could print headers.
const SPEAKERS: &[&str] = &["ib", "ib_env_client", "ib_domain"];

/// A subscriber for `verbosity` times `-v`; without one it hears nothing.
pub(crate) fn dispatch(verbosity: u8, stderr: &Output, colour: bool) -> Dispatch {
    let level = match verbosity {
        0 => LevelFilter::OFF,
        1 => LevelFilter::INFO,
        2 => LevelFilter::DEBUG,
        _ => LevelFilter::TRACE,
    };
    let speakers = Targets::new().with_targets(SPEAKERS.iter().map(|name| (*name, level)));
    let lines = fmt::layer()
        .with_writer(Lines(stderr.clone()))
        .with_ansi(colour)
        .without_time()
        .with_target(verbosity > 2);
    Dispatch::new(tracing_subscriber::registry().with(lines.with_filter(speakers)))
}

/// Gives each event the same standard error.
struct Lines(Output);

impl<'l> MakeWriter<'l> for Lines {
    type Writer = Box<dyn io::Write + 'l>;

    fn make_writer(&'l self) -> Self::Writer {
        Box::new(self.0.clone())
    }
}
