//! What all pages have around their question.

use ib_setup::registration::{Step, StepStatus, View};

use super::form_keys::FormKeys;
use super::widget::{OPEN, Widget};
use crate::app::App;
use crate::assets;
use crate::session::Session;

const SUFFIX: &str = "Set up Integration Builder";

/// What a page has around its question.
pub(super) struct Frame {
    pub(super) title: String,
    pub(super) style: &'static str,
    pub(super) script: &'static str,
    /// The script of the Setup widget.
    pub(super) setup_script: &'static str,
    pub(super) steps: Vec<StepItem>,
    /// What the forms of this page carry.
    pub(super) form: Option<FormKeys>,
    /// Whether there is something to log out of.
    pub(super) is_in_use: bool,
    /// Which page is to be asked for again, where something is under way and no script does it.
    pub(super) refresh: Option<String>,
    /// The Setup widget, once the infrastructure is registered and there is something to install.
    pub(super) setup: Option<Widget>,
}

/// A step, as the list of steps shows it.
pub(super) struct StepItem {
    pub(super) id: &'static str,
    pub(super) name: &'static str,
    pub(super) status: &'static str,
    pub(super) word: &'static str,
    pub(super) is_here: bool,
    pub(super) is_link: bool,
}

impl Frame {
    /// A frame without a session.
    pub(super) fn plain(title: &str) -> Self {
        Self {
            title: format!("{title} – {SUFFIX}"),
            style: assets::style(),
            script: assets::script(),
            setup_script: assets::setup_script(),
            steps: Vec::new(),
            form: None,
            is_in_use: false,
            refresh: None,
            setup: None,
        }
    }

    /// The frame of a page of a session.
    pub(super) fn of_session(app: &App, session: &Session, title: &str) -> Self {
        Self {
            form: Some(FormKeys::new(app, session)),
            is_in_use: !session.setups().is_empty(),
            ..Self::plain(title)
        }
    }

    /// Puts the Setup widget on the page.
    pub(super) fn with_setup(mut self, setup: Option<Widget>) -> Self {
        let watched = setup.as_ref().filter(|setup| setup.is_open && setup.is_under_way());
        self.refresh = watched.map(|setup| format!("{}?{OPEN}", setup.page)).or(self.refresh);
        self.setup = setup;
        self
    }

    /// The frame of a step's page.
    pub(super) fn of_step(app: &App, session: &Session, step: Step, view: Option<&View>) -> Self {
        let steps = Step::ALL.iter().map(|item| StepItem::new(*item, step, view)).collect();
        Self { steps, ..Self::of_session(app, session, name(step)) }
    }

    /// Says in the title that something is wrong.
    pub(super) fn with_error(mut self) -> Self {
        self.title = format!("Error: {}", self.title);
        self
    }
}

impl StepItem {
    fn new(item: Step, here: Step, view: Option<&View>) -> Self {
        // Before a set-up is begun, it is the first step that waits.
        let first = if item == Step::Address { StepStatus::Open } else { StepStatus::Ahead };
        let status = view.map_or(first, |view| view.status(item));
        let word = match status {
            StepStatus::Done => "completed",
            StepStatus::Open => "open",
            StepStatus::Running => "in progress",
            StepStatus::Stopped => "there is a problem",
            StepStatus::NotNeeded => "not needed",
            _ => "not started",
        };
        let can_open = view.is_some_and(|view| item <= view.open) && status != StepStatus::NotNeeded;
        let is_here = item == here;
        Self {
            id: item.id(),
            name: name(item),
            status: status.id(),
            word,
            is_here,
            is_link: can_open && !is_here,
        }
    }
}

/// What a step is called.
pub(super) const fn name(step: Step) -> &'static str {
    match step {
        Step::Address => "Development environment",
        Step::LogIn => "Log in",
        Step::Welcome => "Welcome",
        Step::Disclaimer => "Disclaimer",
        Step::Check => "Check of the infrastructure",
        Step::ActivationCode => "Activation code",
        _ => "Registered",
    }
}
