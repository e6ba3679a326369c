//! What an environment holds of a dependency.
//!
//! ```
//! use ib_domain::dependency::state::{DependencyState, Installed};
//!
//! let wanted = "2.4.0".parse()?;
//! assert_eq!(DependencyState::of(None, wanted), DependencyState::Missing);
//! assert!(DependencyState::of(Some(Installed::described("no word about it")), wanted).is_due());
//! # Ok::<(), ib_domain::dependency::version::NoVersion>(())
//! ```

use super::version::DependencyVersion;

/// What was found installed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Installed {
    /// A version.
    Version(DependencyVersion),
    /// The application, whose description names no version.
    Unversioned,
}

impl Installed {
    /// Reads what is installed from the description of its application.
    pub fn described(description: &str) -> Self {
        DependencyVersion::in_description(description).map_or(Self::Unversioned, Self::Version)
    }
}

/// The state of one dependency on one environment (`integration-builder.md` 4).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(tag = "state", rename_all = "snake_case"))]
#[non_exhaustive]
pub enum DependencyState {
    /// Not there.
    Missing,
    /// Being installed or updated.
    Installing,
    /// There, in the wanted version or a later one.
    Installed {
        /// The version there.
        version: DependencyVersion,
    },
    /// There, in an older version.
    Outdated {
        /// The version there.
        installed: DependencyVersion,
        /// The version wanted.
        wanted: DependencyVersion,
        /// Whether the integrations that use it must be republished (D6).
        breaking: bool,
    },
    /// There, in a version that is not known; treated as outdated.
    Unknown,
    /// Installing it failed.
    Failed {
        /// The environment's own text.
        text: String,
    },
}

impl DependencyState {
    /// Decides from what was found; `None` is "not there".
    pub fn of(found: Option<Installed>, wanted: DependencyVersion) -> Self {
        match found {
            None => Self::Missing,
            Some(Installed::Unversioned) => Self::Unknown,
            Some(Installed::Version(version)) if version >= wanted => Self::Installed { version },
            Some(Installed::Version(installed)) => {
                Self::Outdated { installed, wanted, breaking: wanted.breaks(installed) }
            }
        }
    }

    /// Whether a publication should install or update it.
    pub fn is_due(&self) -> bool {
        matches!(self, Self::Missing | Self::Outdated { .. } | Self::Unknown | Self::Failed { .. })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn version(text: &str) -> DependencyVersion {
        text.parse().unwrap()
    }

    /// Description (none: not there), state, due.
    #[rstest]
    #[case(None, DependencyState::Missing, true)]
    #[case(Some("Version: 2.4.0"), DependencyState::Installed { version: version("2.4") }, false)]
    #[case(Some("Version: 2.10.0"), DependencyState::Installed { version: version("2.10") }, false)]
    #[case(Some("Version: 2.3.9"), DependencyState::Outdated { installed: version("2.3.9"), wanted: version("2.4"), breaking: false }, true)]
    #[case(Some("Version: 1.9"), DependencyState::Outdated { installed: version("1.9"), wanted: version("2.4"), breaking: true }, true)]
    #[case(Some("Helpers"), DependencyState::Unknown, true)]
    fn states(#[case] description: Option<&str>, #[case] state: DependencyState, #[case] due: bool) {
        let found = DependencyState::of(description.map(Installed::described), version("2.4.0"));
        assert_eq!(found, state);
        assert_eq!(found.is_due(), due);
    }

    #[test]
    fn what_failed_is_due_and_what_is_under_way_is_not() {
        assert!(DependencyState::Failed { text: "no".to_owned() }.is_due());
        assert!(!DependencyState::Installing.is_due());
    }
}
