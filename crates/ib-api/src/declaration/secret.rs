//! Where a secret is, in place of the secret.

use std::fmt;

use schemars::JsonSchema;
use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

/// Where a secret is: `{ variable = "NAME" }` or `{ file = "PATH" }`, the latter on one line.
///
/// Reading one never repeats what stands there in its place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum SecretReference {
    /// In an environment variable.
    Variable(String),
    /// In a file, beside the one that names it unless its path is absolute.
    File(String),
}

impl<'de> Deserialize<'de> for SecretReference {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reference)
    }
}

struct Reference;

const WAYS: &str =
    "a secret is never written here; say where it is: { variable = \"NAME\" } or { file = \"PATH\" }";

impl<'de> Visitor<'de> for Reference {
    type Value = SecretReference;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("{ variable = \"NAME\" } or { file = \"PATH\" }")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<SecretReference, A::Error> {
        let wrong = || A::Error::custom(WAYS);
        let key: String = map.next_key()?.ok_or_else(wrong)?;
        // An error about the value could repeat it.
        let value: String = map.next_value().map_err(|_| wrong())?;
        let is_alone = matches!(map.next_key::<String>(), Ok(None));
        match key.as_str() {
            _ if !is_alone || value.is_empty() => Err(wrong()),
            "variable" => Ok(SecretReference::Variable(value)),
            "file" => Ok(SecretReference::File(value)),
            _ => Err(wrong()),
        }
    }

    fn visit_str<E: Error>(self, _: &str) -> Result<SecretReference, E> {
        Err(E::custom(WAYS))
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<SecretReference, E> {
        Err(E::custom(WAYS))
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<SecretReference, E> {
        Err(E::custom(WAYS))
    }
}
