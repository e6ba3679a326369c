//! Findings, as the pages show them.

use ib_api::setup::{FindingDocument, SetupDocument, TargetFindings};
use ib_api::waiver::WaiverDocument;
use ib_domain::reason::Reason;

/// What was found about one address.
pub(super) struct Section {
    pub(super) address: String,
    pub(super) role: String,
    /// What needs somebody's attention.
    pub(super) troubles: Vec<Trouble>,
    /// Everything else, in the order of the layers.
    pub(super) rest: Vec<Row>,
}

/// A finding that needs somebody's attention.
pub(super) struct Trouble {
    pub(super) id: String,
    pub(super) title: String,
    pub(super) status: String,
    pub(super) word: &'static str,
    pub(super) sign: &'static str,
    pub(super) message: String,
    pub(super) cause: Option<String>,
    pub(super) limits: Vec<Limit>,
    pub(super) action: Option<String>,
    pub(super) who: Option<&'static str>,
    pub(super) code: Option<String>,
    /// The decision to live with it.
    pub(super) waiver: Option<WaiverDocument>,
}

/// A feature that is limited, and what to do instead.
pub(super) struct Limit {
    pub(super) feature: String,
    pub(super) instead: Option<String>,
}

/// A finding in one line.
pub(super) struct Row {
    pub(super) title: String,
    pub(super) word: &'static str,
    pub(super) sign: &'static str,
    pub(super) message: String,
}

/// Everything that a document tells, what is in the way first.
pub(super) fn sections(document: &SetupDocument) -> Vec<Section> {
    let host = document.environment.as_ref().map(|environment| environment.address.clone());
    let stop = document.stop.as_ref().and_then(|stop| stop.finding.clone());
    let stop = stop.map(|finding| {
        let address = host.unwrap_or_else(|| document.typed.address.clone());
        section(&address, "development", &[finding])
    });
    let targets = document
        .targets
        .iter()
        .map(|TargetFindings { address, role, findings, .. }| section(address, role, findings));
    stop.into_iter().chain(targets).collect()
}

fn section(address: &str, role: &str, findings: &[FindingDocument]) -> Section {
    let (troubles, rest): (Vec<_>, Vec<_>) = findings.iter().partition(|finding| finding.is_trouble());
    Section {
        address: address.to_owned(),
        role: role.to_owned(),
        troubles: troubles.into_iter().map(|finding| Trouble::new(finding, address)).collect(),
        rest: rest.into_iter().map(Row::new).collect(),
    }
}

impl Trouble {
    pub(super) fn new(finding: &FindingDocument, address: &str) -> Self {
        let entry = finding.code.as_deref().and_then(Reason::from_code).map(Reason::entry);
        let limits = finding.impact.iter();
        Self {
            id: format!("{}-{}", finding.check, address).replace(|c: char| !c.is_ascii_alphanumeric(), "-"),
            title: entry.map_or_else(|| finding.title.clone(), |entry| entry.title.to_owned()),
            status: finding.status.clone(),
            word: word(&finding.status),
            sign: sign(&finding.status),
            message: finding.message.clone(),
            cause: finding.cause.clone(),
            limits: limits
                .map(|limit| Limit { feature: limit.label.clone(), instead: limit.instead.clone() })
                .collect(),
            action: finding.action.clone(),
            who: entry.map(|entry| entry.who.label()),
            code: finding.code.clone(),
            waiver: finding.waiver.clone(),
        }
    }
}

impl Row {
    fn new(finding: &FindingDocument) -> Self {
        Self {
            title: finding.title.clone(),
            word: word(&finding.status),
            sign: sign(&finding.status),
            message: finding.message.clone(),
        }
    }
}

fn word(status: &str) -> &'static str {
    match status {
        "passed" => "passed",
        "warning" => "warning",
        "failed" => "failed",
        "skipped" => "accepted for now",
        "not_applicable" => "does not apply",
        "not_evaluated" => "not looked at",
        _ => "could not tell",
    }
}

fn sign(status: &str) -> &'static str {
    match status {
        "passed" => "✓",
        "warning" => "!",
        "failed" => "✗",
        "unknown" => "?",
        _ => "–",
    }
}
