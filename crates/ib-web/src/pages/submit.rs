//! Taking what a person entered.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use ib_api::problem::{Problem, ProblemKind};
use ib_setup::registration::{Rejection, Step, View};
use ib_setup::{ActivationCode, Credentials, Password, Setup, SetupError, SetupId};

use super::answer::problem;
use super::fields::Fields;
use super::show;
use super::visitor::{self, Visitor};
use crate::app::{Answer, App, unavailable};
use crate::session::Session;

/// Takes a step, then goes to the open one; what cannot be taken is shown on the same page.
pub(super) async fn step(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Path(name): Path<String>,
    fields: Fields,
) -> Response {
    let Some(step) = Step::ALL.into_iter().find(|step| step.id() == name) else {
        return problem(&Problem::new(ProblemKind::NotFound, "Look whether the address is spelt right."));
    };
    let taken = async {
        let mut session = believed(&app, &visitor, &fields).await?;
        if step == Step::LogIn && session.token.expose() == visitor.token.expose() && session.is_kept() {
            session = app.sessions.renew(session, &fields.key).await.map_err(|error| unavailable(&error))?;
        }
        let response = Box::pin(take(&app, &app.setup_for(visitor.from), &session, step, fields)).await?;
        Ok(visitor::set(&app, &session.token, response))
    };
    let taken: Answer<Response> = Box::pin(taken).await;
    taken.unwrap_or_else(|refused| problem(&refused))
}

/// Begins another set-up in the same session.
pub(super) async fn again(State(app): State<Arc<App>>, visitor: Visitor, fields: Fields) -> Response {
    let begun = async {
        let session = believed(&app, &visitor, &fields).await?;
        app.begin(session).await
    };
    match begun.await {
        Ok(_) => Redirect::to("/setup/address").into_response(),
        Err(refused) => problem(&refused),
    }
}

/// Ends the session.
pub(super) async fn log_out(State(app): State<Arc<App>>, visitor: Visitor, fields: Fields) -> Response {
    let ended = async {
        let session = believed(&app, &visitor, &fields).await?;
        app.log_out(&session).await
    };
    match ended.await {
        Ok(()) => visitor::unset(&app, Redirect::to("/logged-out").into_response()),
        Err(refused) => problem(&refused),
    }
}

/// The session that a form belongs to.
pub(super) async fn believed(app: &App, visitor: &Visitor, fields: &Fields) -> Answer<Session> {
    if !visitor.token.is_form_token(&fields.token) || fields.key.is_empty() {
        let detail =
            "The page was open for too long, or cookies are switched off. Open it again and repeat the step.";
        return Err(Problem::new(ProblemKind::Foreign, detail).into());
    }
    let key = Some(fields.key.as_str());
    Ok(app.sessions.open(visitor.token.clone(), key).await.map_err(|error| unavailable(&error))?)
}

async fn take(app: &App, setup: &Setup, session: &Session, step: Step, fields: Fields) -> Answer<Response> {
    let key = fields.key.clone();
    let typed = match step {
        Step::Address => fields.address.clone(),
        _ => fields.username.clone(),
    };
    let (session, id) = match session.current() {
        Some(id) => (session.clone(), id),
        // Nothing is begun for an address that cannot be read.
        None if step == Step::Address => match readable(&fields.address) {
            Ok(()) => app.begin(session.clone()).await?,
            Err(error) => {
                let refused = app.refuse(&error, &typed);
                return Ok(show::page(app, session, step, None, Some((&refused, &typed)), None));
            }
        },
        None => return Ok(Redirect::to(show::ENDED).into_response()),
    };
    let request = format!("{id} {} {typed}", step.id());
    let work = async {
        match Box::pin(command(setup, id, step, fields)).await {
            Ok(view) => Ok(view),
            // Another step is open, or this one is under way: that is where the way goes on.
            Err(Refused::Setup(SetupError::Rejected(
                Rejection::NotYet { .. } | Rejection::LogInUnderWay { .. } | Rejection::Finished,
            ))) => Ok(setup.view(id).await.map_err(|error| app.refuse(&error, ""))?),
            Err(Refused::Setup(error)) => Err(app.refuse(&error, &typed).into()),
            Err(Refused::Field(problem)) => Err(problem),
        }
    };
    match app.once(&session, Some(&key), &request, id, work).await {
        Ok(_) => Ok(Redirect::to("/setup").into_response()),
        Err(refused) if refused.status < 500 => {
            let view = setup.view(id).await.map_err(|error| app.refuse(&error, ""))?;
            Ok(show::page(app, &session, step, Some((id, &view)), Some((&refused, &typed)), None))
        }
        Err(refused) => Err(refused),
    }
}

enum Refused {
    Setup(SetupError),
    Field(Box<Problem>),
}

impl From<SetupError> for Refused {
    fn from(error: SetupError) -> Self {
        Self::Setup(error)
    }
}

async fn command(setup: &Setup, id: SetupId, step: Step, fields: Fields) -> Result<View, Refused> {
    Ok(match step {
        Step::Address => setup.enter_address(id, &fields.address).await?,
        Step::LogIn => setup.log_in(id, credentials(fields)?).await?,
        Step::Welcome => setup.choose_set_up(id).await?,
        Step::Disclaimer if fields.accepted == "yes" => setup.accept_disclaimer(id, &fields.version).await?,
        Step::Disclaimer => {
            return Err(field(
                "accepted",
                "Tick the box if you accept the disclaimer. Without that, nothing can be set up.",
            ));
        }
        Step::Check => setup.check_again(id).await?,
        Step::ActivationCode if fields.code.trim().is_empty() => {
            return Err(field("code", "Enter the activation code."));
        }
        Step::ActivationCode => {
            let code = ActivationCode::parse(&fields.code);
            setup.enter_code(id, code.map_err(|error| field("code", &sentence(&error)))?).await?
        }
        _ => setup.view(id).await?,
    })
}

fn credentials(fields: Fields) -> Result<Credentials, Refused> {
    if fields.username.trim().is_empty() {
        return Err(field("username", "Enter the user name of an IT user."));
    }
    if fields.password.is_empty() {
        return Err(field("password", "Enter the password."));
    }
    let password = Password::new(fields.password).map_err(|error| field("password", &sentence(&error)))?;
    Credentials::new(&fields.username, password).map_err(|error| field("username", &sentence(&error)))
}

fn readable(address: &str) -> Result<(), SetupError> {
    Ok(ib_domain::address::EnvironmentAddress::parse(address).map(drop)?)
}

fn field(name: &str, text: &str) -> Refused {
    Refused::Field(Box::new(Problem::new(ProblemKind::Unusable, text).field(name)))
}

/// An error as a sentence of its own.
fn sentence(error: &dyn std::fmt::Display) -> String {
    let text = error.to_string();
    let mut letters = text.chars();
    let first = letters.next().map(|first| first.to_uppercase().collect::<String>()).unwrap_or_default();
    format!("{first}{}.", letters.as_str())
}
