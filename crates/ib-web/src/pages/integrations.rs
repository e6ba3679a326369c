//! The page of integrations: which there are, how each stands, and what can be done about it.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use ib_api::integrations::{DeployedDocument, IntegrationRow, IntegrationsDocument, RequirementDocument};
use ib_api::problem::{Problem, ProblemKind};
use ib_setup::SetupId;

use super::answer::{html, problem};
use super::fields::Fields;
use super::finding::Trouble;
use super::frame::Frame;
use super::show::ENDED;
use super::submit::believed;
use super::upload::Upload;
use super::visitor::Visitor;
use super::widget::Widget;
use super::words::moment;
use crate::app::{Answer, App, unavailable};
use crate::integrations::Wish;
use crate::refusal::{say_when, status};
use crate::session::Session;

/// What all troubles of the page are about.
const HERE: &str = "development";

/// Where it is.
pub(super) const PATH: &str = "/settings/integrations";

#[derive(Template)]
#[template(path = "integrations.html")]
struct IntegrationsPage {
    frame: Frame,
    document: IntegrationsDocument,
    stop: Option<Trouble>,
    rows: Vec<Row>,
    /// The kind that was chosen with a package that was not taken.
    chosen: String,
    /// Why what was asked for was not done, and which field it is about.
    error: Option<(String, String)>,
}

/// One integration.
struct Row {
    known: IntegrationRow,
    kind: Option<String>,
    word: &'static str,
    sign: &'static str,
    package: Option<Package>,
    published: Option<String>,
    troubles: Vec<Trouble>,
    /// How far it is in the publication, where it is in one that is under way.
    progress: Option<&'static str>,
    said: Option<String>,
    requirements: Vec<Requirement>,
    /// What the button says that publishes it.
    publish: Option<&'static str>,
}

struct Package {
    file: String,
    size: String,
    sha256: String,
    modules: String,
    uploaded: String,
}

/// An environment that it is deployed to.
struct Place {
    environment: String,
    sign: &'static str,
    text: String,
}

impl Place {
    fn new(deployed: &DeployedDocument) -> Self {
        let (sign, text) = match (deployed.is_stale, deployed.has_connection) {
            (true, _) => ("?", "not reported lately"),
            (false, true) => ("✓", "it has a connection"),
            (false, false) => ("○", "it has no connection yet"),
        };
        let text = format!("{text}, reported at {}", moment(&deployed.at));
        Self { environment: deployed.environment.clone(), sign, text }
    }
}

/// Something that it needs of its own.
struct Requirement {
    text: String,
    sign: &'static str,
    word: &'static str,
}

impl From<&RequirementDocument> for Requirement {
    fn from(document: &RequirementDocument) -> Self {
        let (word, sign) = match document.status.as_str() {
            "met" => ("fulfilled", "✓"),
            "open" => ("not fulfilled", "✗"),
            "by_hand" => ("please look yourself", "○"),
            _ => ("not known yet", "?"),
        };
        Self { text: document.text.clone(), sign, word }
    }
}

impl Row {
    fn new(row: &IntegrationRow, document: &IntegrationsDocument) -> Self {
        let (word, sign) = words(&row.status);
        let label =
            |id: &str| document.kinds.iter().find(|kind| kind.kind == id).map(|kind| kind.label.clone());
        let finding = row.item.as_ref().and_then(|item| item.finding.as_ref());
        let is_active = row.status == "under_way";
        Self {
            kind: row.kind.as_deref().and_then(label),
            word,
            sign,
            package: row.package.as_ref().map(|package| Package {
                file: package.file.clone(),
                size: size(package.size),
                sha256: package.sha256.clone(),
                modules: package.modules.join(", "),
                uploaded: format!("{}, by {}", moment(&package.uploaded_at), package.uploaded_by),
            }),
            published: row.published.as_ref().map(|published| {
                let how = if published.by_hand { ", by hand" } else { "" };
                format!("{}{how}", moment(&published.at))
            }),
            troubles: finding
                .into_iter()
                .chain(&row.not_confirmed)
                .map(|finding| Trouble::new(finding, HERE))
                .collect(),
            progress: row.item.as_ref().filter(|_| is_active).map(|item| progress(&item.status)),
            said: row.item.as_ref().filter(|_| is_active).and_then(|item| item.last.clone()),
            requirements: row.requirements.iter().map(Requirement::from).collect(),
            publish: row.can_publish.then(|| publish(row)),
            known: row.clone(),
        }
    }

    /// Where it is deployed, as Integration Managers reported it (A2).
    fn places(&self) -> Vec<Place> {
        self.known.environments.iter().map(Place::new).collect()
    }

    /// Where it can be published, that is the way to try it again.
    fn can_retry(&self) -> bool {
        self.known.item.as_ref().is_some_and(|item| item.can_retry) && !self.known.can_publish
    }

    fn can_cancel(&self) -> bool {
        self.known.item.as_ref().is_some_and(|item| item.can_cancel)
    }
}

/// Few words, each with a sign.
fn words(status: &str) -> (&'static str, &'static str) {
    match status {
        "published" => ("Published", "✓"),
        "changed" => ("A newer package is not published yet", "○"),
        "inconsistent" => ("Published, but its modules do not fit together", "✗"),
        "under_way" => ("Being published", "…"),
        "not_published" => ("Not published yet", "○"),
        _ => ("Not known yet", "?"),
    }
}

fn progress(status: &str) -> &'static str {
    match status {
        "uploading" => "The package is being sent.",
        "validating" => "The environment compiles it.",
        "deploying" => "The environment deploys it.",
        "verifying" => "Its modules are read back.",
        "cancelling" => "It is being cancelled.",
        "busy" => "Somebody else is publishing it; it is waited for.",
        _ => "It waits for what comes before it.",
    }
}

fn publish(row: &IntegrationRow) -> &'static str {
    match (row.status.as_str(), &row.package) {
        ("published" | "inconsistent", Some(_)) => "Publish again",
        (_, Some(_)) => "Publish",
        _ => "Publish again as it is",
    }
}

/// A number of bytes, as people read it.
fn size(bytes: u64) -> String {
    match bytes {
        0..1024 => format!("{bytes} bytes"),
        1024..1_048_576 => format!("{} KiB", bytes.div_ceil(1024)),
        _ => format!("{} MiB", bytes.div_ceil(1_048_576)),
    }
}

pub(super) async fn show(State(app): State<Arc<App>>, visitor: Visitor) -> Response {
    let shown = async {
        let session = visitor.session(&app).await.map_err(|error| unavailable(&error))?;
        let Some(setup) = session.current() else { return Ok(Redirect::to(ENDED).into_response()) };
        page(&app, &session, &visitor, setup, None, "").await
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
    visitor: &Visitor,
    setup: SetupId,
    refused: Option<&Problem>,
    chosen: &str,
) -> Answer<Response> {
    let document = app.integrations(setup).await?;
    let widget = Widget::of(app, session, PATH, visitor.is_open, setup).await;
    let mut frame = Frame::of_session(app, session, "Integrations").with_setup(widget);
    if document.is_under_way() && refused.is_none() {
        frame.refresh = Some(PATH.to_owned());
    }
    if refused.is_some() {
        frame = frame.with_error();
    }
    let answer = html(&IntegrationsPage {
        frame,
        stop: document.stop.as_ref().map(|stop| Trouble::new(stop, HERE)),
        rows: document.integrations.iter().map(|row| Row::new(row, &document)).collect(),
        document,
        chosen: chosen.to_owned(),
        error: refused.map(|refused| (refused.field.clone().unwrap_or_default(), refused.detail.clone())),
    });
    let Some(refused) = refused else { return Ok(answer) };
    let mut response = (status(refused), answer).into_response();
    say_when(refused, &mut response);
    Ok(response)
}

impl IntegrationsPage {
    /// What is wrong with a field.
    fn error_at(&self, field: &str) -> Option<&str> {
        self.error.as_ref().filter(|(at, _)| at == field).map(|(_, text)| text.as_str())
    }
}

/// Takes a wish, then goes back to the page; what cannot be done is said there.
pub(super) async fn take(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Path(name): Path<String>,
    fields: Fields,
) -> Response {
    let taken: Answer<Response> = Box::pin(async {
        let session = believed(&app, &visitor, &fields).await?;
        let Some(setup) = session.current() else { return Ok(Redirect::to(ENDED).into_response()) };
        let key = format!("{} {name} {}", fields.key, fields.item);
        let wish = wish(&name, &fields)?;
        match app.integration_wish(visitor.from, &session, Some(&key), setup, &fields.item, wish).await {
            Ok(()) => Ok(Redirect::to(PATH).into_response()),
            Err(refused) if refused.status < 500 && !refused.is(ProblemKind::NotYet) => {
                page(&app, &session, &visitor, setup, Some(&refused), "").await
            }
            Err(refused) => Err(refused),
        }
    })
    .await;
    taken.unwrap_or_else(|refused| problem(&refused))
}

fn wish(name: &str, fields: &Fields) -> Answer<Wish> {
    Ok(match name {
        // An edition that cannot be read is no edition that was shown.
        "publish" => Wish::Publish(fields.edition.parse().unwrap_or_default()),
        "mark" => Wish::Mark,
        "discard" => Wish::Discard,
        _ => {
            let detail = "Look whether the address is spelt right.";
            return Err(Problem::new(ProblemKind::NotFound, detail).into());
        }
    })
}

/// Takes a package, then goes back to the page.
pub(super) async fn upload(State(app): State<Arc<App>>, visitor: Visitor, upload: Upload) -> Response {
    let taken: Answer<Response> = Box::pin(async {
        let mut upload = upload;
        let fields = upload.fields().await?;
        let session = believed(&app, &visitor, &fields).await?;
        let Some(setup) = session.current() else { return Ok(Redirect::to(ENDED).into_response()) };
        match upload.keep(&app, visitor.from, setup, &fields.kind).await {
            Ok(()) => Ok(Redirect::to(PATH).into_response()),
            Err(refused) if refused.status < 500 && !refused.is(ProblemKind::NotYet) => {
                page(&app, &session, &visitor, setup, Some(&refused), &fields.kind).await
            }
            Err(refused) => Err(refused),
        }
    })
    .await;
    taken.unwrap_or_else(|refused| problem(&refused))
}

/// Gives the package of an integration out.
pub(super) async fn download(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Path(name): Path<String>,
) -> Response {
    let given = async {
        let session = visitor.session(&app).await.map_err(|error| unavailable(&error))?;
        let Some(setup) = session.current() else { return Ok(Redirect::to(ENDED).into_response()) };
        app.download(setup, &name).await
    };
    let given: Answer<Response> = Box::pin(given).await;
    given.unwrap_or_else(|refused| problem(&refused))
}
