//! The address of an environment, as a person types it and as the rest of the system uses it.
//!
//! Integration Builder reaches an environment by its public DNS host name on port 443 (B5, B6). People
//! paste all sorts of things into the field, so the parser is liberal about what surrounds the name and
//! strict about the name (`recognising-an-environment.md` 1, `ux-and-security.md` 4.1):
//!
//! - no scheme means `https`, and `http` becomes `https` with a note; any other scheme is refused;
//! - path, query and fragment are dropped with a note, `/ServiceCenter` silently; user info is refused;
//! - the host is lower-cased, brought to its ASCII form, and loses one trailing dot; `www.` stays, and no
//!   other name is ever guessed;
//! - what is judged is the *parsed* host, never the raw text, so every spelling of an address literal is
//!   refused: `127.1`, `0x7f000001`, `%3127.0.0.1` and `[::1]` all name an address and not a host.
//!
//! ```
//! use ib_domain::address::{AddressError, AddressNote, EnvironmentAddress};
//!
//! let address = EnvironmentAddress::parse(" http://Dev.Acme.example/ServiceCenter/ ")?;
//! assert_eq!(address.authority(), "dev.acme.example");
//! assert_eq!(address.notes(), [AddressNote::HttpsInstead]);
//!
//! assert!(matches!(EnvironmentAddress::parse("2130706433"), Err(AddressError::Literal { .. })));
//! # Ok::<(), AddressError>(())
//! ```

pub mod hint;
mod parse;
#[cfg(test)]
mod tests;

use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::fmt;
use std::hash::{Hash, Hasher};

use hint::HostHint;

/// The port of HTTPS, the only one that Integration Builder documents (B5).
pub const HTTPS_PORT: u16 = 443;

/// A host name and port under which an environment may be asked for.
///
/// Two addresses are equal when host and port are; what was typed does not count. With the `serde` feature
/// an address is its [`authority`](Self::authority), read back under the default [`AddressRules`]: whoever
/// allows other ports reads the text and calls [`parse_with`](Self::parse_with), so that data from outside
/// can never widen the rules.
#[derive(Debug, Clone)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(into = "String", try_from = "String"))]
pub struct EnvironmentAddress {
    host: String,
    port: u16,
    typed: String,
    notes: Vec<AddressNote>,
}

/// What an operator allows beyond the rule "a dotted name on port 443".
///
/// ```
/// use ib_domain::address::{AddressRules, EnvironmentAddress};
///
/// let rules = AddressRules { allowed_ports: [8443].into(), ..AddressRules::default() };
/// assert_eq!(EnvironmentAddress::parse_with("dev.acme.example:8443", &rules)?.port(), 8443);
/// assert!(EnvironmentAddress::parse("dev.acme.example:8443").is_err());
/// # Ok::<(), ib_domain::address::AddressError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AddressRules {
    /// Ports accepted besides 443.
    pub allowed_ports: BTreeSet<u16>,
    /// Whether a name without a dot, such as `intranet`, is accepted.
    pub allow_single_label: bool,
}

/// Something the parser changed and the person should be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum AddressNote {
    /// `http://` was typed; the environment is asked over HTTPS only.
    HttpsInstead,
    /// A path other than `/ServiceCenter` was dropped.
    PathDropped,
    /// A query (`?...`) was dropped.
    QueryDropped,
    /// A fragment (`#...`) was dropped.
    FragmentDropped,
}

/// Why a text is not the address of an environment: one variant per cause.
///
/// No variant carries user info, and what was seen is one short line of visible characters.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AddressError {
    /// There is no host name in the text.
    #[error("there is no host name; expected one such as dev.acme.example")]
    Empty,
    /// The text begins with a scheme other than `https` or `http`.
    #[error("the address begins with {seen}:, expected https://")]
    Scheme {
        /// The scheme that was seen.
        seen: String,
    },
    /// The text holds a user name or a password before an `@`. They are not repeated here.
    #[error("the address holds a user name or password (before an @), expected only a host name")]
    UserInfo,
    /// The host is an IP address in some spelling; a public DNS name is needed (B6).
    #[error("{seen} is an IP address, expected a DNS host name")]
    Literal {
        /// The host as it was typed.
        seen: String,
    },
    /// The host is a single label; a public DNS name has a dot.
    #[error("{seen} has no dot, expected a full DNS host name")]
    SingleLabel {
        /// The host that was read.
        seen: String,
    },
    /// A part is longer than DNS, or good sense, allows.
    #[error("{part} is {length} characters long, at most {limit} are possible")]
    TooLong {
        /// The part that is too long.
        part: LongPart,
        /// How long it is, in characters.
        length: usize,
        /// How long it may be, in characters.
        limit: usize,
    },
    /// The port is no number from 1 to 65535, or not one that is allowed.
    #[error("{}, expected {}", port_seen(*seen), ports(allowed))]
    Port {
        /// The port, if it is one.
        seen: Option<u16>,
        /// The ports that are allowed besides 443.
        allowed: BTreeSet<u16>,
    },
    /// The text cannot be a host name.
    #[error("the address cannot be a host name: {0}")]
    Malformed(Malformation),
}

fn port_seen(seen: Option<u16>) -> String {
    seen.map_or_else(|| "the port is not a number".to_owned(), |port| format!("port {port} is not allowed"))
}

fn ports(allowed: &BTreeSet<u16>) -> String {
    let others = allowed.iter().filter(|port| **port != HTTPS_PORT).map(|port| format!(" or {port}"));
    std::iter::once(HTTPS_PORT.to_string()).chain(others).collect()
}

/// The part of an address that is too long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum LongPart {
    /// Everything that was typed.
    Text,
    /// The host name in its ASCII form.
    Host,
    /// One label of the host name in its ASCII form.
    Label,
}

impl fmt::Display for LongPart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Text => "the address",
            Self::Host => "the host name",
            Self::Label => "one label of the host name",
        })
    }
}

/// What makes a text impossible as a host name.
#[derive(Debug, Clone, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum Malformation {
    /// White space in the middle.
    #[error("it holds white space")]
    Space,
    /// A control character, or one that has no picture or turns the direction of reading.
    #[error("it holds an invisible character (U+{:04X})", u32::from(*.0))]
    Invisible(char),
    /// A backslash, which some programs read as a slash and others do not.
    #[error("it holds a backslash")]
    Backslash,
    /// More colons than a port needs.
    #[error("it holds more than one colon")]
    Colons,
    /// Two dots in a row, or one at the beginning.
    #[error("it has an empty label (two dots in a row, or one at the beginning)")]
    EmptyLabel,
    /// A label that begins or ends with a hyphen.
    #[error("its label {0} begins or ends with a hyphen")]
    Hyphen(String),
    /// A character outside `a-z`, `0-9`, `-` and `.` after the conversion to ASCII.
    #[error("the character {0} is not possible in a host name")]
    Character(char),
    /// The name has no ASCII form (IDNA).
    #[error("its characters are not possible in an international host name")]
    Idna,
}

impl EnvironmentAddress {
    /// Reads an address under the default rules: a dotted DNS name on port 443.
    ///
    /// # Errors
    ///
    /// An [`AddressError`] that names the one cause.
    pub fn parse(typed: &str) -> Result<Self, AddressError> {
        Self::parse_with(typed, &AddressRules::default())
    }

    /// Reads an address under rules that an operator widened.
    ///
    /// # Errors
    ///
    /// An [`AddressError`] that names the one cause.
    pub fn parse_with(typed: &str, rules: &AddressRules) -> Result<Self, AddressError> {
        parse::parse(typed, rules)
    }

    /// The host: ASCII, lower case, no trailing dot.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The port; 443 unless the rules allowed another.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// What the user typed, trimmed, for display. Query and fragment are left out because they may carry
    /// a session's secrets.
    pub fn typed(&self) -> &str {
        &self.typed
    }

    /// `host`, or `host:port` where the port is not 443.
    pub fn authority(&self) -> String {
        self.to_string()
    }

    /// The host in its Unicode form; equal to [`host`](Self::host) for a plain ASCII name.
    ///
    /// Show both where they differ, since letters of different scripts can look alike.
    ///
    /// ```
    /// use ib_domain::address::EnvironmentAddress;
    ///
    /// let address = EnvironmentAddress::parse("dev.bücher.example")?;
    /// assert_eq!(address.host(), "dev.xn--bcher-kva.example");
    /// assert_eq!(address.display_host(), "dev.bücher.example");
    /// # Ok::<(), ib_domain::address::AddressError>(())
    /// ```
    pub fn display_host(&self) -> String {
        url::quirks::domain_to_unicode(&self.host)
    }

    /// What the parser changed, in the order of the address.
    pub fn notes(&self) -> &[AddressNote] {
        &self.notes
    }

    /// What the host name alone suggests; never decisive (`recognising-an-environment.md` 4).
    pub fn hint(&self) -> Option<HostHint> {
        HostHint::of(&self.host)
    }

    fn identity(&self) -> (&str, u16) {
        (&self.host, self.port)
    }
}

impl fmt::Display for EnvironmentAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.port == HTTPS_PORT {
            f.write_str(&self.host)
        } else {
            write!(f, "{}:{}", self.host, self.port)
        }
    }
}

impl PartialEq for EnvironmentAddress {
    fn eq(&self, other: &Self) -> bool {
        self.identity() == other.identity()
    }
}

impl Eq for EnvironmentAddress {}

impl PartialOrd for EnvironmentAddress {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for EnvironmentAddress {
    fn cmp(&self, other: &Self) -> Ordering {
        self.identity().cmp(&other.identity())
    }
}

impl Hash for EnvironmentAddress {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.identity().hash(state);
    }
}

impl std::str::FromStr for EnvironmentAddress {
    type Err = AddressError;

    fn from_str(typed: &str) -> Result<Self, AddressError> {
        Self::parse(typed)
    }
}

impl TryFrom<String> for EnvironmentAddress {
    type Error = AddressError;

    fn try_from(typed: String) -> Result<Self, AddressError> {
        Self::parse(&typed)
    }
}

impl From<EnvironmentAddress> for String {
    fn from(address: EnvironmentAddress) -> Self {
        address.authority()
    }
}
