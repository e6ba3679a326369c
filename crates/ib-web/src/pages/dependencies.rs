//! The page of dependencies: everything that is known of them.

use std::collections::BTreeMap;
use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use ib_api::dependencies::{DependenciesDocument, DependencyDocument, MessageDocument, PlannedDocument};
use ib_api::problem::{Problem, ProblemKind};
use ib_domain::text::{REMOTE_TEXT_LIMIT, harmless};
use ib_setup::SetupId;

use super::answer::{html, problem};
use super::finding::Trouble;
use super::form_keys::FormKeys;
use super::frame::Frame;
use super::overview::{Overview, trouble};
use super::show::ENDED;
use super::visitor::Visitor;
use super::widget::{Around, DEPENDENCIES, OPEN, Widget};
use super::words::moment;
use crate::app::{Answer, App, unavailable};
use crate::refusal::{say_when, status};
use crate::session::Session;

/// How many messages of one item are shown.
const MESSAGES: usize = 200;
/// How many events of a history are read for one page, the newest ones.
const EVENTS: usize = 1_000;

#[derive(Template)]
#[template(path = "dependencies.html")]
struct DependenciesPage {
    frame: Frame,
    overview: Overview,
    /// When what is there was last looked at.
    looked: Option<String>,
    rows: Vec<Row>,
    plan: Vec<PlannedDocument>,
    publication: Option<Made>,
    spoken: Vec<Spoken>,
    /// Why what was asked for was not done.
    refused: Option<String>,
}

/// A dependency.
struct Row {
    id: String,
    name: String,
    installed: String,
    wanted: String,
    state: &'static str,
    sign: &'static str,
    trouble: Option<Trouble>,
    /// What the button says that installs it alone.
    start: Option<&'static str>,
}

/// Who made a publication, and when.
struct Made {
    number: u32,
    by: String,
    begun: String,
    changed: String,
    is_active: bool,
}

/// What the environment said about an item.
struct Spoken {
    name: String,
    /// How many messages there were before those that are shown.
    earlier: usize,
    lines: Vec<Line>,
}

struct Line {
    at: String,
    severity: String,
    text: String,
}

pub(super) async fn show(State(app): State<Arc<App>>, visitor: Visitor) -> Response {
    let shown = async {
        let session = visitor.session(&app).await.map_err(|error| unavailable(&error))?;
        let Some(setup) = session.current() else { return Ok(Redirect::to(ENDED).into_response()) };
        page(&app, &session, setup, visitor.is_open, None).await
    };
    let shown: Answer<Response> = Box::pin(shown).await;
    match shown {
        Ok(response) => response,
        // The open step comes first.
        Err(refused) if refused.is(ProblemKind::NotYet) => Redirect::to("/setup").into_response(),
        Err(refused) => problem(&refused),
    }
}

/// The page, with why what was asked for was not done.
pub(super) async fn page(
    app: &App,
    session: &Session,
    setup: SetupId,
    is_open: bool,
    refused: Option<&Problem>,
) -> Answer<Response> {
    let (view, document) = app.dependencies(setup).await?;
    let messages = app.newest_messages(setup, EVENTS).await?;
    let opened = format!("{DEPENDENCIES}?{OPEN}");
    let back = if is_open { opened.clone() } else { DEPENDENCIES.to_owned() };
    let overview = |back| Overview::new(app, &view, &document, FormKeys::new(app, session), back);
    let around = app.environments(setup).await.ok().map(|known| Around::new(Some(&view), &known));
    let widget = Widget::new(Some(overview(opened)), around, DEPENDENCIES, is_open);
    let mut frame = Frame::of_session(app, session, "Dependencies").with_setup(Some(widget));
    let overview = overview(back);
    if overview.is_under_way {
        frame.refresh = Some(overview.back.clone());
    }
    if refused.is_some() {
        frame = frame.with_error();
    }
    let page = DependenciesPage {
        frame,
        looked: document.looked_at.as_deref().map(moment),
        rows: document.dependencies.iter().map(|dependency| Row::new(dependency, &overview)).collect(),
        plan: if overview.start.is_some() { document.plan.clone() } else { Vec::new() },
        publication: made(&document),
        spoken: spoken(&document, messages),
        refused: refused.map(|refused| refused.detail.clone()),
        overview,
    };
    let answer = html(&page);
    let Some(refused) = refused else { return Ok(answer) };
    let mut response = (status(refused), answer).into_response();
    say_when(refused, &mut response);
    Ok(response)
}

impl Row {
    fn new(dependency: &DependencyDocument, overview: &Overview) -> Self {
        let (state, sign, start) = match dependency.state.as_str() {
            "installed" => ("Installed", "✓", None),
            "missing" => ("Not installed", "○", Some("Install")),
            "outdated" if dependency.is_breaking => {
                ("Outdated; the update breaks integrations", "!", Some("Update with integrations"))
            }
            "outdated" => ("Outdated", "!", Some("Update")),
            "unknown_version" => ("Of no known version", "?", Some("Update with integrations")),
            _ => ("Installed, but its modules do not fit", "!", Some("Install again")),
        };
        Self {
            id: dependency.id.clone(),
            name: dependency.name.clone(),
            installed: dependency.installed.clone().unwrap_or_else(|| "–".to_owned()),
            wanted: dependency.wanted.clone(),
            state,
            sign,
            trouble: dependency.trouble.as_ref().map(trouble),
            start: start.filter(|_| overview.start.is_some()),
        }
    }

    /// The last error, in the overview or of the package.
    fn problem<'r>(&'r self, overview: &'r Overview) -> Option<&'r str> {
        let task = overview.tasks.iter().find(|task| task.id == self.id);
        let trouble = task.and_then(|task| task.trouble.as_ref()).or(self.trouble.as_ref());
        trouble.map(|trouble| trouble.message.as_str())
    }
}

fn made(document: &DependenciesDocument) -> Option<Made> {
    let publication = document.publication.as_ref()?;
    Some(Made {
        number: publication.number,
        by: publication.by.clone(),
        begun: moment(&publication.begun_at),
        changed: moment(&publication.changed_at),
        is_active: publication.is_active(),
    })
}

/// The messages by item, in the order of the publication.
fn spoken(document: &DependenciesDocument, messages: Vec<MessageDocument>) -> Vec<Spoken> {
    let mut by_item: BTreeMap<String, Vec<Line>> = BTreeMap::new();
    for message in messages {
        by_item.entry(message.item.clone()).or_default().push(Line::new(&message));
    }
    let items = document.publication.iter().flat_map(|publication| &publication.items);
    let spoken = items.filter_map(|item| {
        let mut lines = by_item.remove(&item.item).unwrap_or_default();
        // Some may have been said before what was read.
        let heard = lines.len().max(item.messages as usize);
        let shown = lines.split_off(lines.len().saturating_sub(MESSAGES));
        (heard > 0).then(|| Spoken { name: item.name.clone(), earlier: heard - shown.len(), lines: shown })
    });
    spoken.collect()
}

impl Line {
    fn new(message: &MessageDocument) -> Self {
        let detail = harmless(&message.detail, REMOTE_TEXT_LIMIT);
        let text = harmless(&message.text, REMOTE_TEXT_LIMIT);
        Self {
            at: moment(&message.at),
            severity: message.severity.clone(),
            text: if detail.is_empty() { text } else { format!("{text} ({detail})") },
        }
    }
}
