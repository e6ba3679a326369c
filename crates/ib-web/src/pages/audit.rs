//! The page of the audit trail: who did what, when, where, and from where.

use std::sync::Arc;

use askama::Template;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use ib_api::audit::AuditRow;
use ib_api::problem::{Problem, ProblemKind};
use ib_setup::SetupId;
use serde::Deserialize;

use super::answer::{html, problem};
use super::frame::Frame;
use super::show::ENDED;
use super::visitor::Visitor;
use super::widget::Widget;
use super::words::moment;
use crate::app::{Answer, App, unavailable};
use crate::audit::{Part, USUAL};
use crate::session::Session;

/// Where it is.
pub(super) const PATH: &str = "/settings/audit";

#[derive(Template)]
#[template(path = "audit.html")]
struct AuditPage {
    frame: Frame,
    rows: Vec<Row>,
    /// Whether it is the page with the newest entries.
    is_first: bool,
    /// After which entry the next page begins.
    next: Option<String>,
}

/// Which page.
#[derive(Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    before: Option<String>,
}

/// One entry.
struct Row {
    at: String,
    who: String,
    what: String,
    environment: String,
    change: Option<String>,
    from: String,
    word: &'static str,
    sign: &'static str,
    outcome: String,
    code: Option<String>,
}

impl Row {
    fn new(row: AuditRow) -> Self {
        let (word, sign) = words(&row.outcome);
        let nothing = || "–".to_owned();
        Self {
            at: moment(&row.at),
            what: capital(&row.what),
            who: row.who.unwrap_or_else(nothing),
            environment: row.environment.unwrap_or_else(nothing),
            change: change(row.before, row.after),
            from: from(row.face.as_deref(), row.client.as_deref()),
            word,
            sign,
            outcome: row.outcome,
            code: row.code,
        }
    }
}

/// The same with a capital letter, for a cell of its own.
fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// Few words, each with a sign: what is what must not hang on a colour.
fn words(outcome: &str) -> (&'static str, &'static str) {
    match outcome {
        "done" => ("Done", "✓"),
        "refused" => ("Refused", "✗"),
        _ => ("Failed", "✗"),
    }
}

fn change(before: Option<String>, after: Option<String>) -> Option<String> {
    match (before, after) {
        (None, None) => None,
        (before, after) => {
            let word = |text: Option<String>| text.unwrap_or_else(|| "nothing".to_owned());
            Some(format!("{} → {}", word(before), word(after)))
        }
    }
}

fn from(face: Option<&str>, client: Option<&str>) -> String {
    let face = match face {
        Some("page") => "Page",
        Some("api") => "API",
        Some("program") => "Command line",
        _ => "Not recorded",
    };
    client.map_or_else(|| face.to_owned(), |client| format!("{face}, {client}"))
}

pub(super) async fn show(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Response {
    // What cannot be read leads nowhere.
    let before = asked.map_or_else(|_| Some(String::new()), |Query(asked)| asked.before);
    let shown: Answer<Response> = Box::pin(async {
        let session = visitor.session(&app).await.map_err(|error| unavailable(&error))?;
        let Some(setup) = session.current() else { return Ok(Redirect::to(ENDED).into_response()) };
        page(&app, &session, &visitor, setup, before).await
    })
    .await;
    shown.unwrap_or_else(|refused| refuse(&refused))
}

async fn page(
    app: &App,
    session: &Session,
    visitor: &Visitor,
    setup: SetupId,
    before: Option<String>,
) -> Answer<Response> {
    let is_first = before.is_none();
    let document = app.trail(setup, &Part { before, limit: USUAL }).await?;
    let widget = Widget::of(app, session, PATH, visitor.is_open, setup).await;
    Ok(html(&AuditPage {
        frame: Frame::of_session(app, session, "Audit trail").with_setup(widget),
        rows: document.entries.into_iter().map(Row::new).collect(),
        is_first,
        next: document.next,
    }))
}

/// Gives the whole trail out.
pub(super) async fn export(State(app): State<Arc<App>>, visitor: Visitor) -> Response {
    let given: Answer<Response> = Box::pin(async {
        let session = visitor.session(&app).await.map_err(|error| unavailable(&error))?;
        let Some(setup) = session.current() else { return Ok(Redirect::to(ENDED).into_response()) };
        app.whole_trail(setup).await
    })
    .await;
    given.unwrap_or_else(|refused| refuse(&refused))
}

fn refuse(refused: &Problem) -> Response {
    // The open step comes first.
    if refused.is(ProblemKind::NotYet) { Redirect::to("/setup").into_response() } else { problem(refused) }
}
