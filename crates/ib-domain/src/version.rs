//! Platform Server versions: how they are read, ordered, and what follows from them.
//!
//! Environments report a version as free text (`11.10.2.25738`, `11.23.1 (Build 12345)`), so reading is
//! tolerant, and a text that holds no version is *unknown*: neither zero nor an error
//! (`platform-versions.md` 2). Numbers are compared as numbers, and the build number decides no rule, since
//! builds do not grow from one minor to the next.
//!
//! The rules (B4, C5), all of them for environments other than LifeTime, which has a version series of
//! its own:
//!
//! | version | on development |
//! | --- | --- |
//! | 10 and before, 12 and after | another generation of the product |
//! | before 11.7.2 | too old |
//! | 11.7.2 to 11.7.6 | an activation code must be entered |
//! | later | nothing to do |
//!
//! ```
//! use ib_domain::version::{PlatformVersion, VersionVerdict, judge};
//!
//! let reading = PlatformVersion::read("11.10.0.4711 (Build 4711)");
//! assert!(reading.known() > PlatformVersion::read("11.7.2").known());
//! assert_eq!(judge(&reading), VersionVerdict::Supported { activation_code: false, known_trouble: false });
//! assert_eq!(judge(&PlatformVersion::read("unknown")), VersionVerdict::Unknown);
//! ```

#[cfg(test)]
mod tests;

use std::fmt;

use semver::{Comparator, Op, Prerelease, Version, VersionReq};

use crate::text::harmless;

/// Longest part of a reported version that is shown, in characters (`platform-versions.md` 5).
const SHOWN_LIMIT: usize = 40;
/// Most decimal digits of one number of a version.
const MAX_DIGITS: usize = 9;
/// The generation of the product that this crate knows: OutSystems 11.
const GENERATION: u32 = 11;
/// The minor release that both borders of [`minimum`] and [`activation_code`] lie in.
const BORDER_MINOR: u64 = 7;

/// A Platform Server version: `major.minor.patch.build`.
///
/// Versions are ordered by number, the build last; it breaks ties and decides no rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(into = "String", try_from = "String"))]
pub struct PlatformVersion {
    major: u32,
    minor: u32,
    patch: u32,
    build: u32,
}

/// What came of reading a version.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum VersionReading {
    /// The text held a version.
    Known(PlatformVersion),
    /// The text held none.
    Unknown(UnreadableVersion),
}

/// A text that was reported as a version and is none: one line of visible characters, at most 40 of them.
#[derive(Debug, Clone, PartialEq, Eq, Hash, thiserror::Error)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(into = "String", from = "String"))]
#[error("\"{0}\" holds no version number")]
pub struct UnreadableVersion(String);

impl UnreadableVersion {
    /// The text as it may be shown.
    pub fn text(&self) -> &str {
        &self.0
    }
}

impl From<String> for UnreadableVersion {
    fn from(text: String) -> Self {
        Self(harmless(&text, SHOWN_LIMIT))
    }
}

impl From<UnreadableVersion> for String {
    fn from(unreadable: UnreadableVersion) -> Self {
        unreadable.0
    }
}

/// What a version means for setting up Integration Builder.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum VersionVerdict {
    /// The version can be set up.
    Supported {
        /// On development, an activation code must be entered (C5).
        activation_code: bool,
        /// The version is known to break apps of a sibling builder (`platform-versions.md` 4): allowed,
        /// not recommended.
        known_trouble: bool,
    },
    /// OutSystems 11, but before the minimum (B4).
    TooOld {
        /// The version found.
        found: PlatformVersion,
        /// The oldest version that can be set up.
        minimum: PlatformVersion,
    },
    /// OutSystems 10 or before; also too old, and no patch will help.
    EarlierGeneration,
    /// Generation 12 or later, for which no rule is known.
    LaterGeneration,
    /// The version could not be read: set-up stops and can be tried again.
    Unknown,
}

impl PlatformVersion {
    /// The oldest Platform Server that can be set up (B4).
    pub const MINIMUM: Self = Self::new(11, 7, 2, 0);

    /// A version from its four numbers.
    pub const fn new(major: u32, minor: u32, patch: u32, build: u32) -> Self {
        Self { major, minor, patch, build }
    }

    /// Reads a version as an environment or LifeTime reports it.
    ///
    /// Leading blanks, `v` and `Version ` are skipped; then up to four numbers with dots between them are
    /// read and whatever follows is ignored. Missing numbers are 0. Fewer than two numbers, or one of more
    /// than nine digits, make the version unknown.
    ///
    /// ```
    /// use ib_domain::version::PlatformVersion;
    ///
    /// let reading = PlatformVersion::read("Version 11.43-rc");
    /// assert_eq!(reading.known().map(|version| version.to_string()), Some("11.43.0".to_owned()));
    /// assert!(PlatformVersion::read("11").known().is_none());
    /// ```
    pub fn read(text: &str) -> VersionReading {
        match numbers(without_prefix(text.trim())) {
            Some([major, minor, patch, build]) => {
                VersionReading::Known(Self::new(major, minor, patch, build))
            }
            None => VersionReading::Unknown(text.to_owned().into()),
        }
    }

    /// The generation of the product; 11 for OutSystems 11.
    pub const fn major(self) -> u32 {
        self.major
    }

    /// The minor release.
    pub const fn minor(self) -> u32 {
        self.minor
    }

    /// The patch.
    pub const fn patch(self) -> u32 {
        self.patch
    }

    /// The build, which only breaks ties.
    pub const fn build(self) -> u32 {
        self.build
    }

    /// The version without its build, for requirements.
    pub fn to_semver(self) -> Version {
        Version::new(self.major.into(), self.minor.into(), self.patch.into())
    }
}

fn without_prefix(text: &str) -> &str {
    const WORD: &str = "version";
    match text.split_at_checked(WORD.len()) {
        Some((word, rest)) if word.eq_ignore_ascii_case(WORD) && rest.starts_with(char::is_whitespace) => {
            rest.trim_start()
        }
        _ => text.strip_prefix(['v', 'V']).unwrap_or(text),
    }
}

/// Reads two to four numbers with dots between them from the beginning of a text.
pub(crate) fn numbers(text: &str) -> Option<[u32; 4]> {
    let mut numbers = [0; 4];
    let mut rest = text;
    let mut count = 0;
    while count < numbers.len() {
        let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        if digits == 0 {
            break;
        }
        if digits > MAX_DIGITS {
            return None;
        }
        numbers[count] = rest[..digits].parse().ok()?;
        count += 1;
        match rest[digits..].strip_prefix('.') {
            Some(after) => rest = after,
            None => break,
        }
    }
    (count >= 2).then_some(numbers)
}

impl fmt::Display for PlatformVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)?;
        if self.build == 0 { Ok(()) } else { write!(f, ".{}", self.build) }
    }
}

impl std::str::FromStr for PlatformVersion {
    type Err = UnreadableVersion;

    fn from_str(text: &str) -> Result<Self, UnreadableVersion> {
        match Self::read(text) {
            VersionReading::Known(version) => Ok(version),
            VersionReading::Unknown(unreadable) => Err(unreadable),
        }
    }
}

impl TryFrom<String> for PlatformVersion {
    type Error = UnreadableVersion;

    fn try_from(text: String) -> Result<Self, UnreadableVersion> {
        text.parse()
    }
}

impl From<PlatformVersion> for String {
    fn from(version: PlatformVersion) -> Self {
        version.to_string()
    }
}

impl VersionReading {
    /// The version, if there is one.
    pub fn known(&self) -> Option<PlatformVersion> {
        match self {
            Self::Known(version) => Some(*version),
            Self::Unknown(_) => None,
        }
    }
}

impl fmt::Display for VersionReading {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Known(version) => version.fmt(f),
            Self::Unknown(unreadable) => f.write_str(unreadable.text()),
        }
    }
}

/// The versions that can be set up: `>=11.7.2, <12` (B4).
pub fn minimum() -> VersionReq {
    let next_generation = Comparator {
        op: Op::Less,
        major: u64::from(GENERATION) + 1,
        minor: None,
        patch: None,
        pre: Prerelease::EMPTY,
    };
    VersionReq { comparators: vec![border(Op::GreaterEq, 2), next_generation] }
}

/// The versions that need an activation code on development: `>=11.7.2, <=11.7.6` (C5).
pub fn activation_code() -> VersionReq {
    VersionReq { comparators: vec![border(Op::GreaterEq, 2), border(Op::LessEq, 6)] }
}

/// The versions with known trouble: `>=11.7.2, <=11.7.3` (`platform-versions.md` 4).
pub fn known_trouble() -> VersionReq {
    VersionReq { comparators: vec![border(Op::GreaterEq, 2), border(Op::LessEq, 3)] }
}

fn border(op: Op, patch: u64) -> Comparator {
    Comparator {
        op,
        major: GENERATION.into(),
        minor: Some(BORDER_MINOR),
        patch: Some(patch),
        pre: Prerelease::EMPTY,
    }
}

/// Judges what was read of an environment's version. Never ask it about LifeTime.
#[must_use]
pub fn judge(reading: &VersionReading) -> VersionVerdict {
    let Some(found) = reading.known() else {
        return VersionVerdict::Unknown;
    };
    let version = found.to_semver();
    if found.major < GENERATION {
        VersionVerdict::EarlierGeneration
    } else if found.major > GENERATION {
        VersionVerdict::LaterGeneration
    } else if minimum().matches(&version) {
        VersionVerdict::Supported {
            activation_code: activation_code().matches(&version),
            known_trouble: known_trouble().matches(&version),
        }
    } else {
        VersionVerdict::TooOld { found, minimum: PlatformVersion::MINIMUM }
    }
}
