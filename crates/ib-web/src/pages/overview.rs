//! Dependencies as a list of tasks, for the Setup widget and the page of dependencies alike.

use std::time::Duration;

use ib_api::dependencies::{DependenciesDocument, ItemDocument, PlannedDocument, PublicationDocument};
use ib_api::setup::FindingDocument;
use ib_domain::reason::Reason;
use ib_domain::text::{REMOTE_TEXT_LIMIT, harmless};
use ib_setup::publication::View;

use super::finding::Trouble;
use super::form_keys::FormKeys;
use super::words::span;
use crate::app::App;
use crate::dependencies::is_under_way;

/// What there is to do, what can be done about it, and how far it is.
pub(super) struct Overview {
    pub(super) edition: u32,
    pub(super) form: FormKeys,
    /// Where the way leads after a form.
    pub(super) back: String,
    phase: &'static str,
    pub(super) is_under_way: bool,
    pub(super) tasks: Vec<Task>,
    pub(super) progress: Option<Progress>,
    /// Somebody else whose publication is under way.
    pub(super) holder: Option<String>,
    /// How long nothing has happened, where that is worth saying.
    pub(super) quiet: Option<String>,
    /// The environment does not answer.
    pub(super) silence: Option<Trouble>,
    /// Why the last look or the last publication came to nothing.
    pub(super) stop: Option<Trouble>,
    pub(super) needs_log_in: bool,
    /// What the button says that starts everything, where there is something to start.
    pub(super) start: Option<&'static str>,
    pub(super) can_cancel: bool,
}

/// A row of the list.
pub(super) struct Task {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) is_dependency: bool,
    /// `todo`, `running`, `blocked`, `done`, `failed` or `cancelled`.
    pub(super) state: &'static str,
    pub(super) word: &'static str,
    pub(super) sign: &'static str,
    pub(super) note: String,
    /// What the environment said last, made harmless.
    pub(super) said: Option<String>,
    pub(super) trouble: Option<Trouble>,
    pub(super) can_retry: bool,
    pub(super) can_cancel: bool,
}

/// How far a publication is.
pub(super) struct Progress {
    pub(super) done: usize,
    pub(super) total: usize,
    /// Whether it can be told yet.
    pub(super) is_known: bool,
    pub(super) text: String,
}

impl Overview {
    pub(super) fn new(
        app: &App,
        view: &View,
        document: &DependenciesDocument,
        form: FormKeys,
        back: String,
    ) -> Self {
        let publication = document.publication.as_ref();
        let active = publication.filter(|publication| publication.is_active());
        let stop = document.stop.as_ref().or(publication.and_then(|publication| publication.stop.as_ref()));
        let stop = stop.filter(|_| active.is_none() && !document.is_looking);
        let is_waiting = active.is_some_and(|active| active.status == "waiting_for_log_in");
        let now = app.sessions.clock.now().as_millis();
        let quiet = |changed: u64| span(Duration::from_millis(now.saturating_sub(changed)).as_secs());
        let changed = view.run.as_ref().map_or(now, |run| run.changed.as_millis());
        Self {
            edition: document.edition,
            form,
            back,
            phase: phase(document, is_waiting),
            is_under_way: is_under_way(document) && !is_waiting,
            tasks: tasks(document),
            progress: active.filter(|_| !is_waiting).map(Progress::new),
            holder: active.filter(|active| !active.is_yours).map(|active| active.by.clone()),
            quiet: active.filter(|active| active.is_stalled).map(|_| quiet(changed)),
            silence: active.and_then(|active| active.silence.as_ref()).map(trouble),
            needs_log_in: is_waiting || stop.is_some_and(rejects_log_in),
            stop: stop.map(trouble),
            start: start(document).filter(|_| active.is_none()),
            can_cancel: active.is_some_and(|active| active.items.iter().any(|item| item.can_cancel)),
        }
    }

    /// `unknown`, `looking`, `due`, `running`, `waiting` or `done`.
    pub(super) fn is(&self, phase: &str) -> bool {
        self.phase == phase
    }

    /// Whether it makes sense to look again: a publication looks by itself.
    pub(super) fn can_look(&self) -> bool {
        matches!(self.phase, "unknown" | "due" | "done")
    }

    /// How many tasks are open.
    pub(super) fn open(&self) -> usize {
        self.tasks.iter().filter(|task| task.state != "done").count()
    }
}

fn phase(document: &DependenciesDocument, is_waiting: bool) -> &'static str {
    let is_active = document.publication.as_ref().is_some_and(PublicationDocument::is_active);
    match &document.looked_at {
        _ if is_waiting => "waiting",
        _ if is_active => "running",
        _ if document.is_looking => "looking",
        None => "unknown",
        Some(_) if tasks(document).is_empty() => "done",
        Some(_) => "due",
    }
}

fn rejects_log_in(finding: &FindingDocument) -> bool {
    finding.code.as_deref() == Some(Reason::LoginForgotten.entry().code)
}

pub(super) fn trouble(finding: &FindingDocument) -> Trouble {
    Trouble::new(finding, "")
}

fn start(document: &DependenciesDocument) -> Option<&'static str> {
    let has_integrations = document.plan.iter().any(|planned| planned.kind == "integration");
    match document.plan.is_empty() {
        true => None,
        false if has_integrations => Some("Update dependencies and integrations"),
        false => Some("Install dependencies"),
    }
}

/// What a publication does, or what came of it and is still to be done; then everything else that is planned.
fn tasks(document: &DependenciesDocument) -> Vec<Task> {
    let is_planned = |item: &ItemDocument| document.plan.iter().any(|planned| planned.item == item.item);
    let mut tasks: Vec<Task> = Vec::new();
    if let Some(publication) = &document.publication {
        let is_active = publication.is_active();
        let is_open = |item: &&ItemDocument| {
            let is_over = matches!(item.status.as_str(), "failed" | "cancelled");
            is_active || (is_over && (item.kind == "integration" || is_planned(item)))
        };
        tasks.extend(publication.items.iter().filter(is_open).map(Task::of_item));
        if is_active {
            return tasks;
        }
    }
    let is_new = |planned: &&PlannedDocument| !tasks.iter().any(|task| task.id == planned.item);
    let planned: Vec<_> = document.plan.iter().filter(is_new).map(Task::of_plan).collect();
    tasks.extend(planned);
    tasks
}

impl Task {
    fn of_plan(planned: &PlannedDocument) -> Self {
        Self {
            id: planned.item.clone(),
            name: planned.name.clone(),
            is_dependency: planned.kind == "dependency",
            state: "todo",
            word: "Not started",
            sign: "○",
            note: planned.reason.clone(),
            said: None,
            trouble: None,
            can_retry: false,
            can_cancel: false,
        }
    }

    fn of_item(item: &ItemDocument) -> Self {
        let (state, word, sign) = words(&item.status);
        let said = item.last.as_deref().map(|last| harmless(last, REMOTE_TEXT_LIMIT));
        Self {
            id: item.item.clone(),
            name: item.name.clone(),
            is_dependency: item.kind == "dependency",
            state,
            word,
            sign,
            note: note(item),
            // Where it failed, the finding says what the environment said.
            said: said.filter(|said| !said.is_empty() && state != "failed"),
            trouble: item.finding.as_ref().map(trouble),
            can_retry: item.can_retry,
            can_cancel: item.can_cancel,
        }
    }
}

/// Few words, each with a sign: what is what must not hang on a colour.
fn words(status: &str) -> (&'static str, &'static str, &'static str) {
    match status {
        "done" => ("done", "Completed", "✓"),
        "failed" => ("failed", "There is a problem", "✗"),
        "cancelled" => ("cancelled", "Cancelled", "–"),
        "blocked" => ("blocked", "Cannot start yet", "–"),
        "queued" => ("todo", "Not started", "○"),
        _ => ("running", "In progress", "…"),
    }
}

/// What there is to say beside the word.
fn note(item: &ItemDocument) -> String {
    match item.status.as_str() {
        "blocked" => {
            let before = item.blocked_by.as_deref().unwrap_or("Something else");
            format!("{before} has to be there first.")
        }
        "busy" => "The environment is publishing it already; that is waited for.".to_owned(),
        "uploading" => "Being sent.".to_owned(),
        "validating" => "Step 1 of 2: being checked.".to_owned(),
        "deploying" => "Step 2 of 2: being deployed.".to_owned(),
        "verifying" => "Being read back.".to_owned(),
        "cancelling" => "Being cancelled.".to_owned(),
        "queued" => item.reason.clone(),
        _ => String::new(),
    }
}

impl Progress {
    fn new(publication: &PublicationDocument) -> Self {
        let (done, total) = (publication.done, publication.items.len());
        let is_known = publication.status != "preparing";
        let has_integrations = publication.items.iter().any(|item| item.kind == "integration");
        let verb = if has_integrations { "published" } else { "installed" };
        let now = publication.current().map(|item| format!(", now {}", item.name)).unwrap_or_default();
        let text = if is_known {
            format!("{done} of {total} {verb}{now}")
        } else {
            "Making sure of rights and packages".to_owned()
        };
        Self { done, total, is_known, text }
    }
}
