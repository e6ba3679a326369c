//! Documents with texts of somebody else's, made harmless before anybody sees them.

use ib_api::problem::{Problem, ProblemKind};
use ib_domain::text::{REMOTE_TEXT_LIMIT, harmless};
use serde_json::Value;

use super::desk::Refused;

/// A document with every text made harmless: a server is somebody else's, and so is what an environment says.
pub(crate) fn cleaned<T: serde::Serialize + serde::de::DeserializeOwned>(document: T) -> Result<T, Refused> {
    let failed = |_| Box::new(Problem::new(ProblemKind::Unavailable, "the answer cannot be read"));
    let mut value = serde_json::to_value(document).map_err(failed)?;
    clean(&mut value);
    serde_json::from_value(value).map_err(failed)
}

fn clean(value: &mut Value) {
    match value {
        Value::String(text) => *text = harmless(text, 4 * REMOTE_TEXT_LIMIT),
        Value::Array(values) => values.iter_mut().for_each(clean),
        Value::Object(fields) => fields.values_mut().for_each(clean),
        _ => {}
    }
}
