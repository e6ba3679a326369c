//! The Setup widget: what is open, on every page once the infrastructure is registered.

use ib_setup::SetupId;

use super::dependencies::PATH;
use super::frame::FormKeys;
use super::overview::Overview;
use super::visitor::Visitor;
use crate::app::App;
use crate::session::Session;

/// What an address has behind its `?` where the widget is open.
pub(super) const OPEN: &str = "setup=open";

/// The Setup widget.
pub(super) struct Widget {
    pub(super) overview: Overview,
    /// What it is called, with what is open in it.
    pub(super) label: String,
    pub(super) is_open: bool,
    /// The page that it is on.
    pub(super) page: String,
}

impl Widget {
    /// The widget of a page; nothing where the infrastructure is not registered, or nothing can be installed.
    pub(super) async fn of(app: &App, session: &Session, visitor: &Visitor, setup: SetupId) -> Option<Self> {
        app.publications.as_ref()?;
        // What cannot be told now keeps nobody from the page.
        let (view, document) = app.dependencies(setup).await.ok()?;
        let back = format!("{}?{OPEN}", visitor.path);
        let overview = Overview::new(app, &view, &document, FormKeys::new(app, session), back);
        Some(Self::new(overview, &visitor.path, visitor.is_open))
    }

    /// How the button looks that starts everything: a page has one primary button, and that one has its own.
    pub(super) fn style(&self) -> &'static str {
        if self.page == PATH { "" } else { "primary" }
    }

    /// The widget of the page at `page`.
    pub(super) fn new(overview: Overview, page: &str, is_open: bool) -> Self {
        Self { label: label(&overview), overview, is_open, page: page.to_owned() }
    }
}

/// The number is a part of the name, so that it is heard too.
fn label(overview: &Overview) -> String {
    match overview.open() {
        _ if overview.stop.is_some() => "Setup, there is a problem".to_owned(),
        _ if overview.is("waiting") => "Setup, waiting for a log-in".to_owned(),
        _ if overview.is("unknown") => "Setup".to_owned(),
        _ if overview.is("looking") => "Setup, looking at what is there".to_owned(),
        0 => "Setup, everything is done".to_owned(),
        1 => "Setup, 1 task open".to_owned(),
        open => format!("Setup, {open} tasks open"),
    }
}
