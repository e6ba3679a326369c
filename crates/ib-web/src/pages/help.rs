//! Pages beside the wizard: help, the catalogue of codes, the API's description.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use ib_api::explain::ReasonDocument;
use ib_api::problem::{Problem, ProblemKind};
use ib_domain::reason::{Entry, Reason};
use utoipa::openapi::{OpenApi, RefOr};

use super::answer::{html, problem};
use super::frame::Frame;
use super::visitor::Visitor;
use super::widget::Widget;
use crate::app::App;

#[derive(Template)]
#[template(path = "help.html")]
struct HelpPage {
    frame: Frame,
    entries: Vec<&'static Entry>,
}

#[derive(Template)]
#[template(path = "code.html")]
struct CodePage {
    frame: Frame,
    entry: &'static Entry,
    reason: ReasonDocument,
}

#[derive(Template)]
#[template(path = "logged-out.html")]
struct LoggedOutPage {
    frame: Frame,
}

#[derive(Template)]
#[template(path = "api.html")]
struct ApiPage {
    frame: Frame,
    about: String,
    operations: Vec<Operation>,
}

/// What can be asked of the API.
struct Operation {
    method: &'static str,
    path: String,
    summary: String,
    description: String,
    answers: Vec<(String, String)>,
}

pub(super) async fn index(State(app): State<Arc<App>>, visitor: Visitor) -> Response {
    let entries = Reason::ALL.iter().map(|reason| reason.entry()).collect();
    html(&HelpPage { frame: frame(&app, &visitor, "Help").await, entries })
}

/// A frame that has what the visitor's session has. Help is there without it too.
async fn frame(app: &App, visitor: &Visitor, title: &str) -> Frame {
    let session = visitor.session(app).await.ok();
    let own = session.and_then(|session| Some((session.current()?, session)));
    let Some((setup, session)) = own else { return Frame::plain(title) };
    let widget = Widget::of(app, &session, &visitor.path, visitor.is_open, setup).await;
    Frame::of_session(app, &session, title).with_setup(widget)
}

pub(super) async fn code(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Path(code): Path<String>,
) -> Response {
    match Reason::from_code(&code) {
        Some(reason) => {
            let entry = reason.entry();
            let mut reason = ReasonDocument::from(entry);
            for text in [&mut reason.message, &mut reason.cause, &mut reason.action] {
                *text = without_names(text);
            }
            html(&CodePage { frame: frame(&app, &visitor, entry.title).await, entry, reason })
        }
        None => {
            problem(&Problem::new(ProblemKind::NotFound, "There is no such code. The help lists them all."))
        }
    }
}

/// A text of the catalogue for no environment in particular: what stands in braces differs from one to the next.
fn without_names(text: &str) -> String {
    let mut parts = text.replace("{host}", "the environment");
    while let Some((before, rest)) = parts.split_once('{') {
        let after = rest.split_once('}').map_or("", |(_, after)| after);
        parts = format!("{before}…{after}");
    }
    let mut letters = parts.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    first + letters.as_str()
}

pub(super) async fn logged_out() -> Response {
    html(&LoggedOutPage { frame: Frame::plain("Logged out") })
}

/// The API's description, for people.
pub(crate) fn api(document: &OpenApi) -> Response {
    let mut operations = Vec::new();
    for (path, item) in &document.paths.paths {
        let methods =
            [("GET", &item.get), ("PUT", &item.put), ("POST", &item.post), ("DELETE", &item.delete)];
        for (method, operation) in methods {
            let Some(operation) = operation else { continue };
            let answers = operation.responses.responses.iter().map(|(status, response)| {
                let text = match response {
                    RefOr::T(response) => response.description.clone(),
                    RefOr::Ref(_) => String::new(),
                };
                (status.clone(), text)
            });
            operations.push(Operation {
                method,
                path: path.clone(),
                summary: operation.summary.clone().unwrap_or_default(),
                description: operation.description.as_deref().map(plain).unwrap_or_default(),
                answers: answers.collect(),
            });
        }
    }
    let about = document.info.description.as_deref().map(plain).unwrap_or_default();
    html(&ApiPage { frame: Frame::plain("API"), about, operations })
}

/// A description is Markdown; the only marks in ours are those around words of code.
fn plain(description: &str) -> String {
    description.replace('`', "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_for_nobody_in_particular_has_no_braces() {
        assert_eq!(without_names("{host} says \"{observed}\"."), "The environment says \"…\".");
        assert_eq!(without_names("cut {off"), "Cut …");
    }
}
