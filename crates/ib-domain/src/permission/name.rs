//! Names of roles, teams and applications.

use std::fmt;
use std::sync::Arc;

use crate::text::harmless;

/// Longest name, in characters; what is longer is cut.
const LIMIT: usize = 60;

/// What a role, a team or an application is called: for people alone, since keys tell things apart. It is safe to show
/// wherever it came from, and clones share its text.
///
/// ```
/// use ib_domain::permission::name::Name;
///
/// assert_eq!(Name::from("Dev\x1b[2J\n Ops ").as_str(), "Dev[2J  Ops");
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(into = "String", from = "String"))]
pub struct Name(Arc<str>);

impl Name {
    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Name {
    fn from(text: &str) -> Self {
        Self(harmless(text, LIMIT).into())
    }
}

impl From<String> for Name {
    fn from(text: String) -> Self {
        text.as_str().into()
    }
}

impl From<Name> for String {
    fn from(name: Name) -> Self {
        name.0.as_ref().to_owned()
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_str().fmt(f)
    }
}
