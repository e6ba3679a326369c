//! IT users, the teams they are in, and the applications that teams own.
//!
//! ```
//! use ib_domain::permission::user::Username;
//!
//! assert_eq!(Username::parse(" Maria ")?, Username::parse("mARIA")?);
//! assert_eq!(Username::parse(" Maria ")?.to_string(), "Maria");
//! # Ok::<(), ib_domain::permission::user::UsernameError>(())
//! ```

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::fmt;
use std::hash::{Hash, Hasher};

use super::key::{ApplicationKey, RoleKey, TeamKey, UserKey};
use super::name::Name;

/// Longest user name, in characters; names from an external identity provider exceed 50.
const MAX_USERNAME: usize = 250;

/// The name that an IT user logs in with. Case does not count; the spelling is kept for display.
#[derive(Debug, Clone)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(into = "String", try_from = "String"))]
pub struct Username {
    spelling: String,
    folded: String,
}

/// Why a text is no user name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum UsernameError {
    /// Nothing, or only blanks.
    #[error("the user name is empty")]
    Empty,
    /// Longer than any user name of the platform.
    #[error("the user name is {0} characters long, at most {MAX_USERNAME} are possible")]
    TooLong(usize),
    /// A line break or another control character.
    #[error("the user name holds a control character")]
    Control,
}

impl Username {
    /// Reads a user name; blanks around it do not count.
    ///
    /// # Errors
    ///
    /// A [`UsernameError`] when it is empty, longer than 250 characters or holds a control character.
    pub fn parse(text: &str) -> Result<Self, UsernameError> {
        let text = text.trim();
        let length = text.chars().count();
        if length == 0 {
            Err(UsernameError::Empty)
        } else if length > MAX_USERNAME {
            Err(UsernameError::TooLong(length))
        } else if text.chars().any(char::is_control) {
            Err(UsernameError::Control)
        } else {
            Ok(Self { spelling: text.to_owned(), folded: text.to_lowercase() })
        }
    }

    /// The name as it was spelled.
    pub fn as_str(&self) -> &str {
        &self.spelling
    }
}

impl fmt::Display for Username {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.spelling)
    }
}

impl PartialEq for Username {
    fn eq(&self, other: &Self) -> bool {
        self.folded == other.folded
    }
}

impl Eq for Username {}

impl PartialOrd for Username {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Username {
    fn cmp(&self, other: &Self) -> Ordering {
        self.folded.cmp(&other.folded)
    }
}

impl Hash for Username {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.folded.hash(state);
    }
}

impl std::str::FromStr for Username {
    type Err = UsernameError;

    fn from_str(text: &str) -> Result<Self, UsernameError> {
        Self::parse(text)
    }
}

impl TryFrom<String> for Username {
    type Error = UsernameError;

    fn try_from(text: String) -> Result<Self, UsernameError> {
        Self::parse(&text)
    }
}

impl From<Username> for String {
    fn from(username: Username) -> Self {
        username.spelling
    }
}

/// An IT user and the roles given to them.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct ItUser {
    /// The user's key.
    pub key: UserKey,
    /// The name they log in with.
    pub username: Username,
    /// Whether the account is in use.
    pub active: bool,
    /// The role that holds where no other does.
    pub default_role: RoleKey,
    /// The role in each team they are in.
    pub team_roles: BTreeMap<TeamKey, RoleKey>,
    /// The role on single applications.
    pub application_roles: BTreeMap<ApplicationKey, RoleKey>,
}

impl ItUser {
    /// An active user with a default role and no other.
    pub fn new(key: UserKey, username: Username, default_role: RoleKey) -> Self {
        Self {
            key,
            username,
            active: true,
            default_role,
            team_roles: BTreeMap::new(),
            application_roles: BTreeMap::new(),
        }
    }
}

/// An application, by key; the name is for people.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Application {
    /// Its key.
    pub key: ApplicationKey,
    /// Its name.
    pub name: Name,
}

/// A team and the applications it owns.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Team {
    /// Its key.
    pub key: TeamKey,
    /// Its name.
    pub name: Name,
    /// The applications it owns.
    pub applications: Vec<Application>,
}

impl Team {
    /// Whether the team owns an application.
    pub fn owns(&self, application: &ApplicationKey) -> bool {
        self.applications.iter().any(|owned| owned.key == *application)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("  ", UsernameError::Empty)]
    #[case("ma\nria", UsernameError::Control)]
    fn refused(#[case] text: &str, #[case] error: UsernameError) {
        assert_eq!(Username::parse(text), Err(error));
    }

    #[test]
    fn case_does_not_count_in_any_alphabet() {
        assert_eq!(Username::parse("ÉLODIE").unwrap(), Username::parse("élodie").unwrap());
        assert_ne!(Username::parse("Elodie").unwrap(), Username::parse("élodie").unwrap());
    }

    #[test]
    fn a_long_name_of_an_identity_provider_is_possible() {
        assert!(Username::parse(&"é".repeat(250)).is_ok());
        assert_eq!(Username::parse(&"é".repeat(251)), Err(UsernameError::TooLong(251)));
    }

    #[test]
    fn names_are_ordered_and_shown_as_people_know_them() {
        let names = ["nina", "MARIA"].map(|name| Username::parse(name).unwrap());
        let sorted: std::collections::BTreeSet<_> = names.iter().collect();
        let shown: Vec<_> = sorted.iter().map(ToString::to_string).collect();
        assert_eq!(shown, ["MARIA", "nina"]);
        assert_eq!(names.each_ref().map(Username::as_str), ["nina", "MARIA"]);
        assert_eq!(names[0].partial_cmp(&names[1]), Some(Ordering::Greater));
        assert_eq!(String::from(names[1].clone()), "MARIA");
    }
}
