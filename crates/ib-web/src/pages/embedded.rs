//! The Setup widget as a part of other pages.

use askama::Template;
use axum::response::Response;
use ib_setup::SetupId;

use super::answer::html;
use super::form_keys::FormKeys;
use super::overview::Overview;
use super::widget::Widget;
use crate::app::{Answer, App};
use crate::session::Session;

#[derive(Template)]
#[template(path = "embedded.html")]
struct Embedded {
    setup: Widget,
}

/// What `<ib-setup>` shows of the dependencies that `setup` leads to.
pub(crate) async fn embedded(app: &App, session: &Session, setup: SetupId) -> Answer<Response> {
    let (view, document) = app.dependencies(setup).await?;
    let mut overview = Overview::new(app, &view, &document, FormKeys::new(app, session), String::new());
    // Their page of settings is not for whoever comes from elsewhere.
    overview.tasks.iter_mut().for_each(|task| task.is_dependency = false);
    Ok(html(&Embedded { setup: Widget::new(Some(overview), None, "", true) }))
}
