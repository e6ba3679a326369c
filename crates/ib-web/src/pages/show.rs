//! Showing a step.

use std::sync::Arc;
use std::time::Duration;

use askama::Template;
use axum::Json;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use ib_api::problem::{Problem, ProblemKind};
use ib_api::setup::SetupDocument;
use ib_setup::registration::{Step, StepStatus, View};
use ib_setup::{Disclaimer, SetupId};
use serde::Serialize;

use super::answer::{html, problem};
use super::finding::{Section, Trouble, sections};
use super::frame::Frame;
use super::visitor::Visitor;
use super::widget::Widget;
use super::words::span;
use crate::app::{Answer, App, unavailable};
use crate::driver::is_running;
use crate::refusal::{say_when, status};
use crate::session::Session;

/// How long the way to a page waits for what is under way before it shows that.
const PAUSE: Duration = Duration::from_millis(2_500);
/// Where whoever comes to a step without a set-up is led, and told why.
pub(super) const ENDED: &str = "/setup/address#ended";
/// How long the script waits for a change.
const LONG: Duration = Duration::from_secs(10);

/// A step's page.
#[derive(Template)]
#[template(path = "step.html")]
struct StepPage<'p> {
    frame: Frame,
    step: &'static str,
    heading: &'static str,
    host: String,
    address: String,
    username: String,
    version: String,
    disclaimer: &'p Disclaimer,
    sections: Vec<Section>,
    phase: Phase,
    /// Where the way goes on, from a step that is done.
    next: &'static str,
    code_hint: Option<String>,
    error: Option<FieldError>,
}

/// How far the step is that a page shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// It waits for the person.
    Open,
    /// It is under way.
    Running,
    /// Something stands in the way.
    Stopped,
    /// A later step is open.
    Done,
}

impl Phase {
    fn of(step: Step, view: Option<&View>) -> Self {
        match view {
            Some(view) if view.open != step => Self::Done,
            Some(view) if is_running(view) => Self::Running,
            Some(view) if view.stop.is_some() => Self::Stopped,
            _ => Self::Open,
        }
    }

    fn is(self, name: &str) -> bool {
        name == match self {
            Self::Open => "open",
            Self::Running => "running",
            Self::Stopped => "stopped",
            Self::Done => "done",
        }
    }
}

/// Why what was entered was not taken.
struct FieldError {
    field: &'static str,
    text: String,
}

impl StepPage<'_> {
    fn error_at(&self, field: &str) -> Option<&str> {
        self.error.as_ref().filter(|error| error.field == field).map(|error| error.text.as_str())
    }

    /// Everything in the way, for the summary at the top.
    fn troubles(&self) -> impl Iterator<Item = &Trouble> {
        let failed = |trouble: &&Trouble| trouble.status != "warning";
        self.sections.iter().flat_map(|section| &section.troubles).filter(failed)
    }
}

/// Goes to the open step; what is under way may end first.
pub(super) async fn open(State(app): State<Arc<App>>, visitor: Visitor) -> Response {
    let found = async {
        let session = visitor.session(&app).await.map_err(|error| unavailable(&error))?;
        Ok(match session.current() {
            Some(id) => app.settled(&session, id, PAUSE).await?.1.open,
            None => Step::Address,
        })
    };
    let found: Answer<Step> = found.await;
    match found {
        Ok(step) => Redirect::to(&format!("/setup/{}", step.id())).into_response(),
        Err(refused) => problem(&refused),
    }
}

/// Shows a step, or goes to the one that may be shown.
pub(super) async fn step(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Path(name): Path<String>,
) -> Response {
    let Some(step) = Step::ALL.into_iter().find(|step| step.id() == name) else {
        return problem(&Problem::new(ProblemKind::NotFound, "Look whether the address is spelt right."));
    };
    let shown = async {
        let session = visitor.session(&app).await.map_err(|error| unavailable(&error))?;
        let Some(id) = session.current() else {
            return Ok(match step {
                Step::Address => visitor.greet(&app, page(&app, &session, step, None, None, None)),
                _ => Redirect::to(ENDED).into_response(),
            });
        };
        // Whoever sent a form came by `open`, which has waited.
        let (id, view) = app.settled(&session, id, Duration::ZERO).await?;
        Ok(if step > view.open || view.status(step) == StepStatus::NotNeeded {
            Redirect::to(&format!("/setup/{}", view.open.id())).into_response()
        } else {
            let widget = Widget::of(&app, &session, &visitor.path, visitor.is_open, id).await;
            page(&app, &session, step, Some((id, &view)), None, widget)
        })
    };
    let shown: Answer<Response> = shown.await;
    shown.unwrap_or_else(|refused| problem(&refused))
}

/// The page of `step`, with what was refused.
pub(super) fn page(
    app: &App,
    session: &Session,
    step: Step,
    setup: Option<(SetupId, &View)>,
    refused: Option<(&Problem, &str)>,
    widget: Option<Widget>,
) -> Response {
    let view = setup.map(|(_, view)| view);
    let phase = Phase::of(step, view);
    let document = setup.map(|(id, view)| SetupDocument::new(id, view));
    let shown = document.as_ref().filter(|_| phase != Phase::Done);
    let typed = refused.map(|(_, typed)| typed);
    let mut frame = Frame::of_step(app, session, step, view);
    if phase == Phase::Running {
        frame.refresh = Some("/setup".to_owned());
    }
    if phase == Phase::Stopped || refused.is_some() {
        frame = frame.with_error();
    }
    frame = frame.with_setup(widget);
    let environment = view.and_then(|view| view.environment.as_ref());
    let typed_at = |own: Step, kept: Option<&String>| {
        typed.filter(|_| step == own).or(kept.map(String::as_str)).unwrap_or_default().to_owned()
    };
    let page = StepPage {
        frame,
        step: step.id(),
        heading: heading(step),
        host: environment.map(|environment| environment.address.authority()).unwrap_or_default(),
        address: typed_at(Step::Address, view.map(|view| &view.typed.address)),
        username: typed_at(Step::LogIn, view.map(|view| &view.typed.username)),
        version: environment.map(|environment| environment.version.to_string()).unwrap_or_default(),
        disclaimer: &app.settings.disclaimer,
        sections: shown.map(sections).unwrap_or_default(),
        phase,
        next: view.map_or("address", |view| view.open.id()),
        code_hint: document.as_ref().and_then(|document| document.code_hint.clone()),
        error: refused.map(|(problem, _)| FieldError::new(step, problem)),
    };
    let answer = html(&page);
    let Some((refused, _)) = refused else { return answer };
    let mut response = (status(refused), answer).into_response();
    say_when(refused, &mut response);
    response
}

impl FieldError {
    fn new(step: Step, problem: &Problem) -> Self {
        let field = match (step, problem.field.as_deref()) {
            (Step::Address, _) => "address",
            (Step::LogIn, Some("username")) => "username",
            (Step::LogIn, _) => "password",
            (Step::Disclaimer, _) => "accepted",
            (Step::ActivationCode, _) => "code",
            _ => "main",
        };
        let wait = problem.retry_after.map(|seconds| format!(" The pause ends in {}.", span(seconds)));
        Self { field, text: format!("{}{}", problem.detail, wait.unwrap_or_default()) }
    }
}

const fn heading(step: Step) -> &'static str {
    match step {
        Step::Address => "What is the address of your development environment?",
        Step::LogIn => "Log in to your development environment",
        Step::Welcome => "Welcome",
        Step::Disclaimer => "Please read the disclaimer",
        Step::Check => "Check of the infrastructure",
        Step::ActivationCode => "What is your activation code?",
        _ => "Your infrastructure is registered",
    }
}

/// How far the set-up is, for the script.
#[derive(Serialize)]
struct Progress {
    running: bool,
    step: &'static str,
    text: &'static str,
}

/// Tells the script when the page should be looked at again.
pub(super) async fn progress(State(app): State<Arc<App>>, visitor: Visitor) -> Response {
    let told = async {
        let session = visitor.session(&app).await.map_err(|error| unavailable(&error))?;
        let Some(id) = session.current() else {
            return Ok(Progress { running: false, step: "address", text: "" });
        };
        let view = app.settled(&session, id, LONG).await?.1;
        let running = is_running(&view);
        let text = match (running, view.stop) {
            (true, _) => "Still at it.",
            (false, Some(_)) => "There is a problem.",
            (false, None) => "Done.",
        };
        Ok(Progress { running, step: view.open.id(), text })
    };
    let told: Answer<Progress> = told.await;
    match told {
        Ok(told) => Json(told).into_response(),
        Err(refused) => crate::refusal::Refusal(refused).into_response(),
    }
}
