//! The seven permission levels (`it-user-permissions.md` 2, `lifetime-api.md` 4).
//!
//! Each level includes those below it; decisions are made on the number, never on the label.
//!
//! ```
//! use ib_domain::permission::level::Level;
//!
//! let level = Level::try_from(5)?;
//! assert_eq!(level.label(), "Change and Deploy Applications");
//! assert!(level < Level::FullControl);
//! # Ok::<(), ib_domain::permission::level::UnknownLevel>(())
//! ```

use std::fmt;

/// A permission level, ordered from less to more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(into = "u8", try_from = "u8"))]
#[repr(u8)]
#[non_exhaustive]
pub enum Level {
    /// Nothing; as a default role it keeps the user from logging in.
    NoAccess = 0,
    /// May log in.
    Access = 1,
    /// Sees applications.
    ListApplications = 2,
    /// Sees logs and uses exposed elements.
    MonitorAndAddDependencies = 3,
    /// Opens sources and debugs.
    OpenAndDebug = 4,
    /// Publishes, deploys and tags: what Integration Builder needs on development (B1).
    ChangeAndDeploy = 5,
    /// All of that and the environment's configuration.
    FullControl = 6,
}

/// A number that stands for no level.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0} is not the number of a permission level (0 to 6)")]
pub struct UnknownLevel(
    /// The number.
    pub u8,
);

impl Level {
    /// Every level, lowest first.
    pub const ALL: [Self; 7] = [
        Self::NoAccess,
        Self::Access,
        Self::ListApplications,
        Self::MonitorAndAddDependencies,
        Self::OpenAndDebug,
        Self::ChangeAndDeploy,
        Self::FullControl,
    ];

    /// The level's number in the LifeTime API.
    pub const fn number(self) -> u8 {
        self as u8
    }

    /// The level's label in the LifeTime API.
    pub const fn label(self) -> &'static str {
        match self {
            Self::NoAccess => "No Access",
            Self::Access => "Access",
            Self::ListApplications => "List Applications",
            Self::MonitorAndAddDependencies => "Monitor and Add Dependencies",
            Self::OpenAndDebug => "Open and Debug Applications",
            Self::ChangeAndDeploy => "Change and Deploy Applications",
            Self::FullControl => "Full Control",
        }
    }

    /// Whether the level exists only since release Oct.2019.
    pub const fn since_oct_2019(self) -> bool {
        matches!(self, Self::Access | Self::MonitorAndAddDependencies | Self::OpenAndDebug)
    }

    /// What administrators of a release before Oct.2019 call the level, where it existed.
    ///
    /// The two levels that came of the split of *Reuse & Monitor* both answer that name.
    pub const fn former_label(self) -> Option<&'static str> {
        match self {
            Self::NoAccess => Some("No Access"),
            Self::Access => None,
            Self::ListApplications => Some("List"),
            Self::MonitorAndAddDependencies | Self::OpenAndDebug => Some("Reuse & Monitor"),
            Self::ChangeAndDeploy => Some("Change & Deploy"),
            Self::FullControl => Some("Full Control"),
        }
    }

    /// Whether a label can be that of [`Level::ChangeAndDeploy`]: it speaks of change and of deploy.
    ///
    /// The guard against an infrastructure that numbers its levels differently (`lifetime-api.md` 4).
    pub(crate) fn is_label_of_change_and_deploy(label: &str) -> bool {
        let label = label.to_lowercase();
        label.contains("change") && label.contains("deploy")
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.label())
    }
}

impl TryFrom<u8> for Level {
    type Error = UnknownLevel;

    fn try_from(number: u8) -> Result<Self, UnknownLevel> {
        Self::ALL.get(usize::from(number)).copied().ok_or(UnknownLevel(number))
    }
}

impl From<Level> for u8 {
    fn from(level: Level) -> Self {
        level.number()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_order_agree() {
        for (number, level) in (0u8..).zip(Level::ALL) {
            assert_eq!(level.number(), number);
            assert_eq!(Level::try_from(number), Ok(level));
        }
        assert!(Level::ALL.is_sorted());
        assert_eq!(Level::try_from(7), Err(UnknownLevel(7)));
    }

    #[test]
    fn before_oct_2019_there_were_five_levels() {
        let mut former: Vec<_> = Level::ALL.into_iter().filter_map(Level::former_label).collect();
        former.dedup();
        assert_eq!(former, ["No Access", "List", "Reuse & Monitor", "Change & Deploy", "Full Control"]);
        assert_eq!(Level::ALL.into_iter().filter(|level| level.since_oct_2019()).count(), 3);
    }

    #[test]
    fn only_one_label_is_that_of_change_and_deploy() {
        for level in Level::ALL {
            let expected = level == Level::ChangeAndDeploy;
            assert_eq!(Level::is_label_of_change_and_deploy(level.label()), expected);
        }
        assert!(Level::is_label_of_change_and_deploy("CHANGE & DEPLOY"));
        assert!(!Level::is_label_of_change_and_deploy("Deploy"));
        assert!(!Level::is_label_of_change_and_deploy("Change"));
    }

    #[cfg(feature = "serde")]
    #[test]
    fn a_level_is_its_number_on_the_wire() {
        assert_eq!(serde_json::to_string(&Level::ChangeAndDeploy).unwrap(), "5");
        assert!(serde_json::from_str::<Level>("7").is_err());
    }
}
