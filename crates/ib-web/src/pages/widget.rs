//! The Setup widget: what is open, on every page once the infrastructure is registered.

use ib_api::environments::{EnvironmentRow, EnvironmentsDocument};
use ib_domain::address::EnvironmentAddress;
use ib_domain::address::hint::HostHint;
use ib_setup::SetupId;
use ib_setup::publication::View;

use super::form_keys::FormKeys;
use super::overview::Overview;
use super::words::moment;
use crate::app::App;
use crate::session::Session;

/// The page that has more to say.
pub(super) const DEPENDENCIES: &str = "/settings/dependencies";
/// What an address has behind its `?` where the widget is open.
pub(super) const OPEN: &str = "setup=open";

/// The Setup widget.
pub(super) struct Widget {
    /// Dependencies, where the operator gave any to install.
    pub(super) overview: Option<Overview>,
    /// Environments; not where the widget is on somebody else's page.
    pub(super) around: Option<Around>,
    /// What it is called, with what is open in it.
    pub(super) label: String,
    pub(super) is_open: bool,
    /// The page that it is on; empty on somebody else's.
    pub(super) page: String,
}

/// What the other environments need.
pub(super) struct Around {
    /// Whether they are to be set up, and none is (E2).
    pub(super) is_prompting: bool,
    pub(super) repairs: Vec<Repair>,
}

/// An environment that needs somebody.
pub(super) struct Repair {
    pub(super) name: String,
    pub(super) class: &'static str,
    pub(super) sign: &'static str,
    pub(super) word: &'static str,
    pub(super) since: String,
    pub(super) message: String,
    pub(super) limits: String,
    pub(super) action: Option<String>,
}

impl Widget {
    /// The widget of the page at `page`; nothing where the infrastructure is not registered, or that cannot be told
    /// now: it keeps nobody from the page.
    pub(super) async fn of(
        app: &App,
        session: &Session,
        page: &str,
        is_open: bool,
        setup: SetupId,
    ) -> Option<Self> {
        let environments = app.environments(setup).await.ok()?;
        let dependencies = app.dependencies(setup).await.ok();
        let around = Around::new(dependencies.as_ref().map(|(view, _)| view), &environments);
        let overview = dependencies.map(|(view, document)| {
            let back = format!("{page}?{OPEN}");
            Overview::new(app, &view, &document, FormKeys::new(app, session), back)
        });
        Some(Self::new(overview, Some(around), page, is_open))
    }

    /// The widget of the page at `page`.
    pub(super) fn new(overview: Option<Overview>, around: Option<Around>, page: &str, is_open: bool) -> Self {
        let label = label(overview.as_ref(), around.as_ref().map_or(0, Around::open));
        Self { overview, around, label, is_open, page: page.to_owned() }
    }

    /// How the button looks that starts everything: a page has one primary button, and that one has its own.
    pub(super) fn style(&self) -> &'static str {
        if self.page == DEPENDENCIES { "" } else { "primary" }
    }

    /// Whether something goes on by itself.
    pub(super) fn is_under_way(&self) -> bool {
        self.overview.as_ref().is_some_and(|overview| overview.is_under_way)
    }
}

impl Around {
    pub(super) fn new(dependencies: Option<&View>, document: &EnvironmentsDocument) -> Self {
        let (development, others): (Vec<_>, Vec<_>) =
            document.environments.iter().partition(|row| row.is_development);
        let may_have_others = development.iter().any(|row| is_on_premises(&row.address));
        let has_integrations = dependencies.is_some_and(|view| view.has_integrations);
        Self {
            is_prompting: may_have_others && has_integrations && others.is_empty(),
            repairs: development.iter().chain(&others).filter_map(|row| Repair::of(row)).collect(),
        }
    }

    fn open(&self) -> usize {
        usize::from(self.is_prompting) + self.repairs.len()
    }
}

/// Whether an infrastructure may be one that its owner runs (E1).
fn is_on_premises(address: &str) -> bool {
    let hint = EnvironmentAddress::parse(address).ok().and_then(|address| address.hint());
    !hint.is_some_and(HostHint::is_vendors)
}

impl Repair {
    fn of(row: &EnvironmentRow) -> Option<Self> {
        let code = row.repair.as_deref()?;
        let finding = row.findings.iter().find(|finding| finding.code.as_deref() == Some(code))?;
        let limits: Vec<_> = finding.impact.iter().map(|limit| limit.label.clone()).collect();
        let (class, sign, word) = match row.status.as_str() {
            "faulty" => ("failed", "✗", "There is a problem"),
            "not_connected" => ("failed", "✗", "Not connected"),
            _ => ("warning", "!", "Needs attention soon"),
        };
        Some(Self {
            name: row.name.clone(),
            class,
            sign,
            word,
            since: row.since.as_deref().map(moment).unwrap_or_default(),
            message: finding.message.clone(),
            limits: limits.join(", "),
            action: finding.action.clone(),
        })
    }
}

/// The number is a part of the name, so that it is heard too.
fn label(overview: Option<&Overview>, around: usize) -> String {
    let is = |phase| overview.is_some_and(|overview| overview.is(phase));
    match overview.map_or(0, Overview::open) + around {
        _ if overview.is_some_and(|overview| overview.stop.is_some()) => {
            "Setup, there is a problem".to_owned()
        }
        _ if is("waiting") => "Setup, waiting for a log-in".to_owned(),
        _ if is("looking") => "Setup, looking at what is there".to_owned(),
        0 if is("unknown") => "Setup".to_owned(),
        0 => "Setup, everything is done".to_owned(),
        1 => "Setup, 1 task open".to_owned(),
        open => format!("Setup, {open} tasks open"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_vendors_own_names_are_of_no_infrastructure_that_its_owner_runs() {
        for own in ["dev.acme.example", "outsystems.acme.example"] {
            assert!(is_on_premises(own), "{own}");
        }
        for vendors in ["acme-dev.outsystemsenterprise.com", "maria.outsystemscloud.com"] {
            assert!(!is_on_premises(vendors), "{vendors}");
        }
    }
}
