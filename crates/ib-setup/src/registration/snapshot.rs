//! The state as a text, so that a long history need not be replayed for each look at it.

use serde::{Deserialize, Serialize};

use super::State;

/// The version of the form. It counts up with every change of [`State`] or of anything in it; a snapshot in
/// another form is not read, and the history is replayed instead.
const VERSION: u8 = 1;

#[derive(Serialize)]
struct Writing<'s> {
    version: u8,
    state: &'s State,
}

#[derive(Deserialize)]
struct Reading {
    version: u8,
    state: State,
}

impl State {
    /// The state as a text, for a [`Store`](crate::ports::Store) to keep beside the history.
    pub fn snapshot(&self) -> String {
        // What cannot be written is read as no snapshot, and the history has everything.
        serde_json::to_string(&Writing { version: VERSION, state: self }).unwrap_or_default()
    }

    /// The state of a snapshot; `None` for one in another form, or none at all.
    pub fn from_snapshot(text: &str) -> Option<Self> {
        let reading: Reading = serde_json::from_str(text).ok()?;
        (reading.version == VERSION).then_some(reading.state)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_form_is_no_snapshot() {
        let state = State::default();
        let text = state.snapshot();
        assert_eq!(State::from_snapshot(&text), Some(state));
        for other in ["", "{}", "null", &text.replace("\"version\":1", "\"version\":2")] {
            assert_eq!(State::from_snapshot(other), None, "{other}");
        }
    }
}
