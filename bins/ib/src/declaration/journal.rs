//! What was done of a plan that was kept: a line for each step that begins or ends, beside the plan.
//!
//! A step that was done once is not done a second time: where it would be needed again, the infrastructure has changed
//! since the plan was made.

use std::fs::{File, OpenOptions};
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use ib_api::check::timestamp;
use ib_api::plan::{Change, StepDocument};
use ib_setup::declaration::{Journal, Step};
use serde::{Deserialize, Serialize};

use super::ground::Trouble;
use crate::stop::{Stop, file_name};
use crate::surroundings::Output;

/// What is written, one a line.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "line", rename_all = "snake_case")]
enum Line {
    /// Which plan it is about: the first line.
    Plan {
        made_at: String,
    },
    Begins {
        at: String,
        change: Change,
    },
    Done {
        at: String,
        change: Change,
    },
    Failed {
        at: String,
        change: Change,
        why: String,
    },
}

/// Tells what goes on, and keeps it where a plan was kept.
pub(crate) struct Diary {
    stderr: Output,
    clock: Arc<dyn Fn() -> SystemTime + Send + Sync>,
    file: Option<(File, PathBuf)>,
    /// Why it could not be kept.
    trouble: Option<String>,
}

impl Diary {
    /// One that is not kept.
    pub(crate) fn told(stderr: Output, clock: Arc<dyn Fn() -> SystemTime + Send + Sync>) -> Self {
        Self { stderr, clock, file: None, trouble: None }
    }

    /// Keeps it beside `plan`, with what an earlier run of the same plan did.
    pub(crate) fn keep(&mut self, plan: &Path, made_at: &str) -> Result<Vec<Change>, Stop> {
        let mut path = plan.as_os_str().to_owned();
        path.push(".journal");
        let path = PathBuf::from(path);
        let refused = |error: std::io::Error| {
            Stop::usage(format!(
                "the journal {} cannot be written ({error}); check its rights",
                file_name(&path)
            ))
        };
        let (is_same, done) = earlier(&path, made_at);
        let mut options = OpenOptions::new();
        options.create(true).append(is_same).write(true).truncate(!is_same);
        self.file = Some((options.open(&path).map_err(refused)?, path.clone()));
        if !is_same {
            self.write(&Line::Plan { made_at: made_at.to_owned() });
        }
        match self.trouble.take() {
            Some(trouble) => Err(Stop::usage(trouble)),
            None => Ok(done),
        }
    }

    fn now(&self) -> String {
        timestamp((self.clock)())
    }

    /// A line that is not on the disk tells nobody anything.
    fn write(&mut self, line: &Line) {
        let Some((file, path)) = &mut self.file else { return };
        let text = serde_json::to_string(line).unwrap_or_default();
        if let Err(error) = writeln!(file, "{text}").and_then(|()| file.sync_data()) {
            let trouble = format!("the journal {} cannot be written ({error})", file_name(path));
            self.stderr.say(format_args!("warning: {trouble}"));
            self.trouble = Some(trouble);
        }
    }
}

/// Whether a journal is about the plan that was made then, and what was done of it. A line that was cut off tells of
/// something that did not end.
fn earlier(path: &Path, made_at: &str) -> (bool, Vec<Change>) {
    let Ok(file) = File::open(path) else { return (false, Vec::new()) };
    let lines = BufReader::new(file).lines().map_while(Result::ok);
    let mut lines = lines.filter_map(|line| serde_json::from_str::<Line>(&line).ok());
    match lines.next() {
        Some(Line::Plan { made_at: known }) if known == made_at => {}
        _ => return (false, Vec::new()),
    }
    let done =
        lines.filter_map(|line| if let Line::Done { change, .. } = line { Some(change) } else { None });
    (true, done.collect())
}

impl Journal<Trouble> for Diary {
    fn begins(&mut self, step: &Step) {
        let StepDocument { text, change, .. } = StepDocument::from(step);
        self.stderr.say(format_args!("{text} ..."));
        let at = self.now();
        self.write(&Line::Begins { at, change });
    }

    fn ended(&mut self, step: &Step, result: &Result<(), Trouble>) {
        let (at, change) = (self.now(), StepDocument::from(step).change);
        match result {
            Ok(()) => self.write(&Line::Done { at, change }),
            Err(trouble) => self.write(&Line::Failed { at, change, why: trouble.why.clone() }),
        }
    }
}
