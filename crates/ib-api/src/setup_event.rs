//! `ib.setup.events/1`: a set-up line by line as it goes on, each line one JSON object.
//!
//! The first line names the schema. Readers ignore events and fields that they do not know.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::setup::SetupDocument;

/// Name and version of the stream.
pub const SCHEMA: &str = "ib.setup.events/1";

/// One line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "event", rename_all = "snake_case")]
#[non_exhaustive]
pub enum SetupEvent {
    /// The first line.
    Begin {
        /// Always `ib.setup.events/1`.
        schema: String,
    },
    /// Another step is open, or the open one stands otherwise.
    Step {
        /// The open step.
        step: String,
        /// `open`, `running`, `stopped` or `done`.
        status: String,
    },
    /// The last line.
    End {
        /// Where the set-up stands.
        document: Box<SetupDocument>,
    },
}

impl SetupEvent {
    /// The first line.
    pub fn begin() -> Self {
        Self::Begin { schema: SCHEMA.to_owned() }
    }

    /// The open step of `document`, and how far it is.
    pub fn step(document: &SetupDocument) -> Self {
        let status = document.status(&document.step).to_owned();
        Self::Step { step: document.step.clone(), status }
    }

    /// The last line.
    pub fn end(document: SetupDocument) -> Self {
        Self::End { document: Box::new(document) }
    }

    /// The JSON schema of one line (draft 2020-12), as published in `docs/schemas`.
    pub fn json_schema() -> serde_json::Value {
        schemars::schema_for!(Self).to_value()
    }
}

#[cfg(test)]
mod tests {
    use ib_setup::SetupId;
    use ib_setup::registration::{State, view};

    use super::*;

    #[test]
    fn every_line_satisfies_the_schema() {
        let schema = jsonschema::validator_for(&SetupEvent::json_schema()).unwrap();
        let document = SetupDocument::new(SetupId::new(1), &view(&State::default()));
        let step = SetupEvent::step(&document);
        assert_eq!(step, SetupEvent::Step { step: "address".to_owned(), status: "open".to_owned() });
        for line in [SetupEvent::begin(), step, SetupEvent::end(document)] {
            let line = serde_json::to_value(line).unwrap();
            assert!(schema.is_valid(&line), "{line:#}");
        }
    }
}
