//! `ib.audit/1`: who did what to an infrastructure, when, where, and from where.

use ib_setup::audit::{Entry, EntryId, Outcome};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::check::timestamp;

/// Name and version of the document.
pub const SCHEMA: &str = "ib.audit/1";

/// A page of the audit trail, the newest entries first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[non_exhaustive]
pub struct AuditDocument {
    /// Always `ib.audit/1`.
    pub schema: String,
    /// The newest first.
    pub entries: Vec<AuditRow>,
    /// Where there are older ones: give it as `before`, and they follow.
    pub next: Option<String>,
}

/// One thing that somebody did, or that came of what they did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[non_exhaustive]
pub struct AuditRow {
    /// Its name for good.
    pub id: String,
    /// When, in RFC 3339.
    pub at: String,
    /// The IT user, where one did it and that is known.
    pub who: Option<String>,
    /// What they used: `page`, `api` or `program`; nothing where that was not recorded.
    pub face: Option<String>,
    /// The address that they came from, where that was recorded. It is evidence and never identity.
    pub client: Option<String>,
    /// What they did, by its stable name, such as `environment_added`.
    pub act: String,
    /// The same in words, with what they did it to: the part of a sentence that follows who it was.
    pub what: String,
    /// All of it as one sentence.
    pub text: String,
    /// What they did it to, such as an integration or the code of a finding, where that is not the environment.
    pub subject: Option<String>,
    /// The environment, by its name, or by its address where it has none.
    pub environment: Option<String>,
    /// What was there before.
    pub before: Option<String>,
    /// What is there after it.
    pub after: Option<String>,
    /// `done`, `refused` (it was not let happen) or `failed` (it was tried and came to nothing).
    pub outcome: String,
    /// The code of why it came to nothing, where the catalogue has one.
    pub code: Option<String>,
}

impl AuditDocument {
    /// Puts a page of at most `limit` entries on the wire; there are older ones where `entries` has more.
    ///
    /// ```
    /// use ib_api::audit::AuditDocument;
    ///
    /// let nothing = AuditDocument::new(&[], 50);
    /// assert_eq!((nothing.entries.len(), nothing.next), (0, None));
    /// ```
    pub fn new(entries: &[Entry], limit: usize) -> Self {
        let page = entries.get(..limit).unwrap_or(entries);
        let last = page.last().filter(|_| entries.len() > page.len());
        Self {
            schema: SCHEMA.to_owned(),
            entries: page.iter().map(AuditRow::from).collect(),
            next: last.map(|last| last.id.to_string()),
        }
    }

    /// The place that a text names from which to read on; `None` for one that names none.
    pub fn place(text: &str) -> Option<EntryId> {
        text.parse().ok()
    }

    /// The JSON schema of this document (draft 2020-12), as published in `docs/schemas`.
    pub fn json_schema() -> serde_json::Value {
        schemars::schema_for!(Self).to_value()
    }
}

impl From<&Entry> for AuditRow {
    fn from(entry: &Entry) -> Self {
        let (before, after) =
            entry.change.clone().map_or((None, None), |change| (change.before, change.after));
        let code = entry.outcome.reason().map(|reason| reason.entry().code.to_owned());
        Self {
            id: entry.id.to_string(),
            at: timestamp(entry.at.into()),
            who: entry.who.as_ref().map(ToString::to_string),
            face: entry.from.map(|from| from.face.id().to_owned()),
            client: entry.from.and_then(|from| from.client).map(|client| client.to_string()),
            act: entry.act.id().to_owned(),
            text: sentence(entry, code.as_deref()),
            what: what(entry),
            subject: entry.subject.clone(),
            environment: entry.environment.clone(),
            before,
            after,
            outcome: entry.outcome.id().to_owned(),
            code,
        }
    }
}

fn what(entry: &Entry) -> String {
    let label = entry.act.label();
    entry.subject.as_ref().map_or_else(|| label.to_owned(), |subject| format!("{label} {subject}"))
}

/// What happened, as one sentence: without what became different, which may be long.
fn sentence(entry: &Entry, code: Option<&str>) -> String {
    let who = entry.who.as_ref().map_or_else(|| entry.act.actor().to_owned(), ToString::to_string);
    let place = entry.environment.as_ref().map(|environment| format!(" ({environment})")).unwrap_or_default();
    let outcome = match (entry.outcome, code) {
        (Outcome::Done, _) => String::new(),
        (outcome, Some(code)) => format!(": {}, {code}", outcome.id()),
        (outcome, None) => format!(": {}", outcome.id()),
    };
    format!("{who} {}{place}{outcome}.", what(entry))
}
