//! `ib.dependencies.events/1`: dependencies and their publication line by line as it goes on, each line one JSON
//! object.
//!
//! The first line names the schema. Readers ignore events and fields that they do not know.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::dependencies::{DependenciesDocument, ItemDocument, MessageDocument, PublicationDocument};
use crate::setup::FindingDocument;

/// Name and version of the stream.
pub const SCHEMA: &str = "ib.dependencies.events/1";

/// One line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "event", rename_all = "snake_case")]
#[non_exhaustive]
pub enum DependenciesEvent {
    /// The first line.
    Begin {
        /// Always `ib.dependencies.events/1`.
        schema: String,
    },
    /// What is there was looked at.
    Looked {
        /// When, in RFC 3339.
        at: String,
        /// How many items would be published now.
        due: usize,
    },
    /// An item of the publication stands otherwise.
    Item {
        /// The id of a dependency, or the name of an integration.
        item: String,
        /// What to call it.
        name: String,
        /// `queued`, `blocked`, `busy`, `uploading`, `validating`, `deploying`, `verifying`, `cancelling`, `done`,
        /// `failed` or `cancelled`.
        status: String,
        /// Why it failed.
        finding: Option<Box<FindingDocument>>,
    },
    /// The environment said something about an item.
    Message {
        /// The message.
        #[serde(flatten)]
        message: MessageDocument,
    },
    /// The environment does not answer.
    Silent {
        /// What was found in place of an answer.
        finding: Box<FindingDocument>,
    },
    /// Somebody has to log in for the publication to go on.
    WaitingForLogIn {
        /// The IT user for whom it is made.
        by: String,
    },
    /// The last line.
    Ended {
        /// What is there, and how far the publication is.
        document: Box<DependenciesDocument>,
    },
}

impl DependenciesEvent {
    /// The first line.
    pub fn begin() -> Self {
        Self::Begin { schema: SCHEMA.to_owned() }
    }

    /// What was looked at; nothing before the first look.
    pub fn looked(document: &DependenciesDocument) -> Option<Self> {
        let at = document.looked_at.clone()?;
        Some(Self::Looked { at, due: document.plan.len() })
    }

    /// How far an item is.
    pub fn item(item: &ItemDocument) -> Self {
        let ItemDocument { item, name, status, finding, .. } = item.clone();
        Self::Item { item, name, status, finding: finding.map(Box::new) }
    }

    /// What keeps a publication from going on.
    pub fn hindered(publication: &PublicationDocument) -> Option<Self> {
        if publication.status == "waiting_for_log_in" {
            return Some(Self::WaitingForLogIn { by: publication.by.clone() });
        }
        publication.silence.clone().map(|finding| Self::Silent { finding: Box::new(finding) })
    }

    /// The last line.
    pub fn ended(document: DependenciesDocument) -> Self {
        Self::Ended { document: Box::new(document) }
    }

    /// The JSON schema of one line (draft 2020-12), as published in `docs/schemas`.
    pub fn json_schema() -> serde_json::Value {
        schemars::schema_for!(Self).to_value()
    }
}

#[cfg(test)]
mod tests {
    use ib_domain::permission::user::Username;
    use ib_setup::Timestamp;
    use ib_setup::publication::{State, view};

    use super::*;

    fn finding() -> FindingDocument {
        let found = ib_setup::Found::of_reason(ib_domain::reason::Reason::HttpNoAnswer, "dev.acme.example");
        let role = ib_domain::environment::Role::Environment(ib_domain::environment::Purpose::Development);
        FindingDocument::new(&found, &role)
    }

    #[test]
    fn every_line_satisfies_the_schema() {
        let schema = jsonschema::validator_for(&DependenciesEvent::json_schema()).unwrap();
        let maria = Username::parse("maria").unwrap();
        let mut document =
            DependenciesDocument::new(&view(&State::default()), &maria, Timestamp::from_millis(0));
        assert_eq!(DependenciesEvent::looked(&document), None);
        document.looked_at = Some("2026-01-15T09:00:00Z".to_owned());
        let message = MessageDocument {
            item: "Orders".to_owned(),
            at: "2026-01-15T09:00:00Z".to_owned(),
            id: Some(1),
            severity: "warning".to_owned(),
            text: "slow".to_owned(),
            detail: String::new(),
        };
        let item = DependenciesEvent::Item {
            item: "Orders".to_owned(),
            name: "Orders".to_owned(),
            status: "failed".to_owned(),
            finding: Some(Box::new(finding())),
        };
        let lines = [
            DependenciesEvent::begin(),
            DependenciesEvent::looked(&document).unwrap(),
            item,
            DependenciesEvent::Message { message },
            DependenciesEvent::Silent { finding: Box::new(finding()) },
            DependenciesEvent::WaitingForLogIn { by: "maria".to_owned() },
            DependenciesEvent::ended(document),
        ];
        for line in lines {
            let line = serde_json::to_value(line).unwrap();
            assert!(schema.is_valid(&line), "{line:#}");
        }
        assert!(!schema.is_valid(&serde_json::json!({"event": "item", "item": "Orders"})));
    }
}
