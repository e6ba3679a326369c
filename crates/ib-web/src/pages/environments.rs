//! The page of environments: which there are, how each stands, and what can be done about it.

use std::sync::Arc;

use askama::Template;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use ib_api::environments::{EnvironmentRow, EnvironmentsDocument, FeatureDocument, LinkDocument};
use ib_api::problem::{Problem, ProblemKind};
use ib_api::request::PutWaiver;
use ib_api::waiver::{Until, WaiverRow};
use ib_setup::SetupId;
use serde::Deserialize;
use url::form_urlencoded::Serializer;

use super::answer::{html, problem};
use super::fields::Fields;
use super::finding::Trouble;
use super::frame::Frame;
use super::show::ENDED;
use super::submit::believed;
use super::visitor::Visitor;
use super::widget::Widget;
use super::words::moment;
use crate::app::{Answer, App, unavailable};
use crate::environments::Wish;
use crate::refusal::{say_when, status};
use crate::session::Session;

/// Where it is.
pub(super) const PATH: &str = "/settings/environments";
/// How many environments a page shows. With more than that, one looks for the others.
const SHOWN: usize = 50;

#[derive(Template)]
#[template(path = "environments.html")]
struct EnvironmentsPage {
    frame: Frame,
    rows: Vec<Row>,
    /// What is looked for; empty for all.
    find: String,
    /// How many there are, and how many of them fit what is looked for.
    counts: (usize, usize),
    refused: Option<(String, String, Trouble)>,
    can_import: bool,
    is_importing: bool,
    import_stop: Option<Trouble>,
    is_under_way: bool,
    /// Until when somebody lives with a finding who says nothing else.
    until: String,
    /// What was typed and not taken.
    typed: Typed,
    /// Why what was asked for was not done, and which field it is about.
    error: Option<(String, String)>,
}

/// What a person typed.
#[derive(Default)]
struct Typed {
    name: String,
    address: String,
    /// The environment that it was about; empty for a new one.
    item: String,
    /// The code of the reason to live with, where it was about one.
    reason: String,
    owner: String,
    why: String,
    until: String,
}

/// How many days somebody lives with a finding who says nothing else.
const DAYS: u16 = 30;

impl Typed {
    fn of(fields: &Fields) -> Self {
        Self {
            name: fields.name.clone(),
            address: fields.address.clone(),
            item: fields.item.clone(),
            reason: fields.reason.clone(),
            owner: fields.owner.clone(),
            why: fields.why.clone(),
            until: fields.until.clone(),
        }
    }
}

/// One environment.
struct Row {
    /// Its place, for the ids of the page.
    number: usize,
    name: String,
    address: String,
    role: String,
    is_development: bool,
    is_looking: bool,
    word: &'static str,
    sign: &'static str,
    status: String,
    version: String,
    looked: Option<String>,
    link: Option<Link>,
    troubles: Vec<Trouble>,
    /// The waivers that cover nothing, because they expired or are not needed.
    idle: Vec<WaiverRow>,
    features: Vec<FeatureDocument>,
    /// The file that declares it.
    file: Option<String>,
}

/// What its Integration Manager and this service know of each other.
struct Link {
    sign: &'static str,
    /// Whether it reaches this service, as a sentence.
    text: String,
    version: Option<String>,
    can_rotate: bool,
    report: Option<String>,
}

impl Link {
    fn new(link: &LinkDocument) -> Self {
        let (sign, text) = match (link.inbound.as_str(), &link.proved_at, &link.heard_at) {
            ("passed", Some(proved), Some(heard)) => {
                let from =
                    link.proved_from.as_deref().map(|from| format!(" from {from}")).unwrap_or_default();
                let (proved, heard) = (moment(proved), moment(heard));
                (
                    "✓",
                    format!(
                        "Yes: proved by its Integration Manager{from} at {proved}, last heard of at {heard}"
                    ),
                )
            }
            ("failed", ..) => ("✗", "No: it was asked to call, and did not".to_owned()),
            _ => ("?", "Could not be told: only its Integration Manager can prove it".to_owned()),
        };
        let report = link.report.as_ref().map(|report| {
            let age = if report.is_stale { ", too long ago to tell anything about now" } else { "" };
            let integrations = match report.integrations.len() {
                0 => "no integration".to_owned(),
                1 => "1 integration".to_owned(),
                count => format!("{count} integrations"),
            };
            format!("{integrations}, reported at {}{age}", moment(&report.at))
        });
        let can_rotate = link.generation.is_some() && !link.is_rotating;
        Self { sign, text, version: link.version.clone(), can_rotate, report }
    }
}

impl Row {
    fn new(number: usize, row: &EnvironmentRow) -> Self {
        let (word, sign) = words(&row.status);
        Self {
            number,
            name: row.name.clone(),
            address: row.address.clone(),
            role: row.role.clone(),
            is_development: row.is_development,
            is_looking: row.is_looking,
            word,
            sign,
            status: row.status.clone(),
            version: version(row),
            looked: row.looked_at.as_deref().map(moment),
            link: row.link.as_ref().map(Link::new),
            troubles: row.findings.iter().map(|finding| Trouble::new(finding, &row.address)).collect(),
            idle: row.waivers.iter().filter(|waiver| waiver.status != "active").cloned().collect(),
            features: row
                .features
                .iter()
                .filter(|feature| feature.status != "not_applicable")
                .cloned()
                .collect(),
            file: row.file.clone(),
        }
    }

    /// Whether a file declares the waiver for a code, which covers nothing now.
    fn is_kept(&self, code: &str) -> bool {
        self.idle.iter().any(|idle| idle.code == code && idle.waiver.file.is_some())
    }

    /// How many features are limited, or could be.
    fn limited(&self) -> usize {
        self.features.iter().filter(|feature| feature.status != "available").count()
    }
}

/// The version, and what changed about it.
fn version(row: &EnvironmentRow) -> String {
    let now = row.version.as_deref().unwrap_or("not known");
    row.version_was.as_ref().map_or_else(
        || now.to_owned(),
        |was| {
            let code = if was.needed_code { "; it needs no activation code any more" } else { "" };
            format!("{now}, in place of {} since {}{code}", was.version, moment(&was.until))
        },
    )
}

/// Few words, each with a sign: what is what must not hang on a colour.
fn words(status: &str) -> (&'static str, &'static str) {
    match status {
        "connected" => ("Connected", "✓"),
        "not_connected" => ("Not connected", "–"),
        "faulty" => ("There is a problem", "✗"),
        "waived" => ("Not as it should be, which is accepted for now", "!"),
        "stale" => ("Not looked at lately", "?"),
        _ => ("Not looked at yet", "○"),
    }
}

/// What a person looks for.
#[derive(Default, Deserialize)]
pub(super) struct Sought {
    #[serde(default)]
    find: String,
}

impl Sought {
    /// Whether an environment is called so, lies there, or is in that state.
    fn fits(&self, row: &Row) -> bool {
        let wanted = self.find.trim().to_lowercase();
        let texts = [&row.name, &row.address, &row.role];
        texts.iter().any(|text| text.to_lowercase().contains(&wanted))
            || row.word.to_lowercase().contains(&wanted)
    }

    /// The same page again.
    fn path(&self) -> String {
        if self.find.trim().is_empty() {
            return PATH.to_owned();
        }
        let query = Serializer::new(String::new()).append_pair("find", self.find.trim()).finish();
        format!("{PATH}?{query}")
    }
}

pub(super) async fn show(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    sought: Result<Query<Sought>, QueryRejection>,
) -> Response {
    let sought = sought.map_or_else(|_| Sought::default(), |Query(sought)| sought);
    let shown = async {
        let session = visitor.session(&app).await.map_err(|error| unavailable(&error))?;
        let Some(setup) = session.current() else { return Ok(Redirect::to(ENDED).into_response()) };
        page(&app, &session, &visitor, setup, Typed::default(), None, sought).await
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
async fn page(
    app: &App,
    session: &Session,
    visitor: &Visitor,
    setup: SetupId,
    typed: Typed,
    refused: Option<&Problem>,
    sought: Sought,
) -> Answer<Response> {
    let document = app.environments(setup).await?;
    let widget = Widget::of(app, session, PATH, visitor.is_open, setup).await;
    let mut frame = Frame::of_session(app, session, "Environments").with_setup(widget);
    let is_under_way = document.is_under_way();
    if is_under_way && refused.is_none() {
        frame.refresh = Some(sought.path());
    }
    if refused.is_some() {
        frame = frame.with_error();
    }
    let all = document.environments.iter().zip(1..).map(|(row, number)| Row::new(number, row));
    let mut rows: Vec<_> = all.filter(|row| sought.fits(row)).collect();
    let counts = (document.environments.len(), rows.len());
    rows.truncate(SHOWN);
    let answer = html(&EnvironmentsPage {
        frame,
        rows,
        find: sought.find,
        counts,
        refused: refusal(&document),
        can_import: document.can_import,
        is_importing: document.is_importing,
        import_stop: document.import_stop.as_ref().map(|stop| Trouble::new(stop, "LifeTime")),
        is_under_way,
        until: Until::day_after(app.environments.now(), DAYS).map_or_else(String::new, |day| day.to_string()),
        typed,
        error: refused.map(|refused| (refused.field.clone().unwrap_or_default(), refused.detail.clone())),
    });
    let Some(refused) = refused else { return Ok(answer) };
    let mut response = (status(refused), answer).into_response();
    say_when(refused, &mut response);
    Ok(response)
}

fn refusal(document: &EnvironmentsDocument) -> Option<(String, String, Trouble)> {
    let refused = document.refused.as_ref()?;
    let trouble = Trouble::new(&refused.finding, &refused.address);
    Some((refused.name.clone(), refused.address.clone(), trouble))
}

impl EnvironmentsPage {
    /// Whether the form about `item` was not taken; the form for a new one has no item. `reason` is the one to live
    /// with, where it is about one.
    fn is_about(&self, item: &str, reason: &str) -> bool {
        self.error.is_some() && self.typed.item == item && self.typed.reason == reason
    }

    /// What is wrong with a field of the form about `item`.
    fn error_at(&self, item: &str, reason: &str, field: &str) -> Option<&str> {
        let (at, text) = self.error.as_ref()?;
        (self.is_about(item, reason) && at == field).then_some(text.as_str())
    }

    /// What was typed about something that a file declares by now, so that no form shows it any more.
    fn not_taken(&self, item: &str, reason: &str) -> Option<String> {
        let Typed { name, address, owner, why, until, .. } = &self.typed;
        let typed = [name, address, owner, why, until].into_iter().filter(|typed| !typed.is_empty());
        let typed: Vec<_> = typed.map(String::as_str).collect();
        (self.is_about(item, reason) && !typed.is_empty()).then(|| typed.join(", "))
    }

    #[expect(clippy::unused_self, reason = "a template reaches functions through its page alone")]
    fn moment(&self, time: &str) -> String {
        moment(time)
    }

    /// Where the summary leads.
    fn target(&self) -> String {
        let field = self.error.as_ref().map_or("", |(field, _)| field.as_str());
        let row = self.rows.iter().find(|row| row.name == self.typed.item);
        match (row, field) {
            (_, "") => "main".to_owned(),
            (Some(row), field) if !self.typed.reason.is_empty() => {
                format!("{field}-{}-{}", row.number, self.typed.reason)
            }
            (Some(row), field) => format!("{field}-{}", row.number),
            (None, field) => field.to_owned(),
        }
    }

    fn typed_or<'t>(&self, item: &str, reason: &str, typed: &'t str, known: &'t str) -> &'t str {
        if self.is_about(item, reason) { typed } else { known }
    }
}

/// Takes a wish, then goes back to the page; what cannot be done is said there, and nothing typed is lost.
pub(super) async fn take(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Path(name): Path<String>,
    fields: Fields,
) -> Response {
    let taken: Answer<Response> = Box::pin(async {
        let session = believed(&app, &visitor, &fields).await?;
        let Some(setup) = session.current() else { return Ok(Redirect::to(ENDED).into_response()) };
        // Forms of one page share their key; what each does is part of it here.
        let key = format!("{} {name} {} {}", fields.key, fields.item, fields.reason);
        let typed = Typed::of(&fields);
        let wish = wish(&name, fields)?;
        let environments = app.environments_for(visitor.from);
        let done = app.environment_wish(&environments, &session, Some(&key), setup, wish).await;
        // Where there are many, the one that it was about is shown.
        let is_long = app.environments(setup).await.is_ok_and(|known| known.environments.len() > SHOWN);
        let about = if typed.item.is_empty() { &typed.name } else { &typed.item };
        let sought = Sought { find: if is_long { about.clone() } else { String::new() } };
        match done {
            Ok(()) => Ok(Redirect::to(&sought.path()).into_response()),
            Err(refused) if refused.status < 500 && !refused.is(ProblemKind::NotYet) => {
                page(&app, &session, &visitor, setup, typed, Some(&refused), sought).await
            }
            Err(refused) => Err(refused),
        }
    })
    .await;
    taken.unwrap_or_else(|refused| problem(&refused))
}

fn wish(name: &str, fields: Fields) -> Answer<Wish> {
    let Fields { name: typed, address, item, reason, owner, why, until, .. } = fields;
    Ok(match name {
        "add" => Wish::Add { name: typed, address },
        "edit" => Wish::Put { name: item, new_name: Some(typed), address },
        "remove" => Wish::Remove(item),
        "waive" => Wish::Waive { name: item, code: reason, typed: PutWaiver { owner, why, until } },
        "end-waiver" => Wish::EndWaiver(item, reason),
        "look" => Wish::Look(Some(item).filter(|item| !item.is_empty())),
        "rotate" => Wish::Rotate(item),
        "import" => Wish::Import,
        _ => {
            let detail = "Look whether the address is spelt right.";
            return Err(Problem::new(ProblemKind::NotFound, detail).into());
        }
    })
}
