//! What a person asks of the dependencies by a form, and what the script hears of them.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use ib_api::problem::{Problem, ProblemKind};
use ib_setup::{Setup, SetupId};

use super::answer::problem;
use super::dependencies::page;
use super::fields::Fields;
use super::show::ENDED;
use super::submit::believed;
use super::visitor::Visitor;
use super::widget::DEPENDENCIES;
use super::widget::OPEN;
use crate::app::{Answer, App, unavailable};
use crate::dependencies::Wish;
use crate::embed;
use crate::refusal::Refusal;
use crate::session::Session;
use crate::watch;

/// The beginnings of the addresses of our own pages.
const OWN: [&str; 3] = ["/setup/", "/settings/", "/help"];

/// Takes a wish, then goes back to where it was made; what cannot be done is said on the page of dependencies.
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
        let key = format!("{} {name} {}{}", fields.key, fields.item, fields.only);
        match app.wish(visitor.from, &session, Some(&key), setup, wish(&name, &fields)?).await {
            Ok(()) => Ok(Redirect::to(back(&fields.back)).into_response()),
            Err(refused) if refused.status == 409 && !refused.is(ProblemKind::NotYet) => {
                page(&app, &session, setup, fields.back.ends_with(OPEN), Some(&refused)).await
            }
            Err(refused) => Err(refused),
        }
    })
    .await;
    taken.unwrap_or_else(|refused| problem(&refused))
}

fn wish(name: &str, fields: &Fields) -> Answer<Wish> {
    let named = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
    let malformed = || Problem::new(ProblemKind::Malformed, "Send the form from its own page.");
    Ok(match name {
        "look" => Wish::Look,
        "publication" => Wish::Start {
            edition: fields.edition.parse().map_err(|_| malformed())?,
            only: named(&fields.only).into_iter().collect(),
        },
        "retry" => Wish::Retry(fields.item.clone()),
        "cancel" => Wish::Cancel(named(&fields.item)),
        _ => {
            let detail = "Look whether the address is spelt right.";
            return Err(Problem::new(ProblemKind::NotFound, detail).into());
        }
    })
}

/// Where a form wants to go back to, if that is one of our own pages.
fn back(path: &str) -> &str {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "/-_?=".contains(c);
    let is_own = OWN.iter().any(|own| path.starts_with(own)) && path.len() <= 200;
    if is_own && path.chars().all(is_plain) { path } else { DEPENDENCIES }
}

/// Begins another set-up at the same environment, so that its user can log in again: a publication that waits
/// goes on then.
pub(super) async fn log_in(State(app): State<Arc<App>>, visitor: Visitor, fields: Fields) -> Response {
    let begun: Answer<Response> = Box::pin(async {
        let session = believed(&app, &visitor, &fields).await?;
        let Some(setup) = session.current() else { return Ok(Redirect::to(ENDED).into_response()) };
        let key = format!("{} log-in", fields.key);
        let setups = app.setup_for(visitor.from);
        let work = again(&app, &setups, &session, setup);
        app.once(&session, Some(&key), "log in again", setup, work).await?;
        Ok(Redirect::to("/setup").into_response())
    })
    .await;
    begun.unwrap_or_else(|refused| problem(&refused))
}

async fn again(app: &App, setups: &Setup, session: &Session, setup: SetupId) -> Answer<()> {
    let view = setups.view(setup).await.map_err(|error| app.refuse(&error, ""))?;
    let (_, next) = app.begin(session.clone()).await?;
    let address = view.environment.map(|environment| environment.address.authority()).unwrap_or_default();
    setups.enter_address(next, &address).await.map_err(|error| app.refuse(&error, &address))?;
    Ok(())
}

/// The document, for the script where it cannot have the events.
pub(super) async fn state(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let (_, setup) = heard(&app, &visitor, &headers).await?;
    let (_, document) = app.dependencies(setup).await?;
    Ok(Json(document).into_response())
}

/// The document whenever it has changed, for the script.
pub(super) async fn events(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let (session, setup) = heard(&app, &visitor, &headers).await?;
    Ok(watch::events(&app, &session, setup).await?)
}

/// What `<ib-setup>` on a page of our own origin needs. A page of another one is given it by its own back end.
pub(super) async fn embed(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let (session, setup) = heard(&app, &visitor, &headers).await?;
    let origin = embed::own(&headers, &app.settings.site);
    let origin = origin.ok_or_else(|| Problem::new(ProblemKind::Foreign, "The request names no host."))?;
    Ok((StatusCode::CREATED, Json(app.embed(&session, setup, &origin).await?)).into_response())
}

/// The session of a script on one of our own pages.
async fn heard(app: &App, visitor: &Visitor, headers: &HeaderMap) -> Answer<(Session, SetupId)> {
    if headers.get("sec-fetch-site").is_some_and(|site| site != "same-origin") {
        return Err(Problem::new(ProblemKind::Foreign, "Only this service's own pages hear this.").into());
    }
    let session = visitor.session(app).await.map_err(|error| unavailable(&error))?;
    let detail = "Log in again to go on.";
    let setup = session.current().ok_or_else(|| Problem::new(ProblemKind::NoSession, detail))?;
    Ok((session, setup))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_back_leads_to_our_own_pages_alone() {
        for own in ["/setup/registered?setup=open", "/settings/dependencies", "/help/SETUP-TLS-001"] {
            assert_eq!(back(own), own);
        }
        for other in
            ["", "//evil.example", "https://evil.example", "/\\evil.example", "/setup/\r\nx: y", "/log-out"]
        {
            assert_eq!(back(other), DEPENDENCIES, "{other}");
        }
    }
}
