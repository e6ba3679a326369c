//! What forms carry.

use crate::app::App;
use crate::session::Session;

/// What a form carries so that it is believed, and done once.
#[derive(Clone)]
pub(super) struct FormKeys {
    pub(super) token: String,
    pub(super) key: String,
}

impl FormKeys {
    /// New ones for a page of that session.
    pub(super) fn new(app: &App, session: &Session) -> Self {
        Self { token: session.token.form_token(), key: format!("{:032x}", app.ids.next()) }
    }
}
