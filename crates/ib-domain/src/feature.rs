//! What a user can do with Integration Builder, and so what a finding may take away (F3).

mod availability;

use std::fmt;

use crate::environment::Purpose;
use crate::environment::Role;

pub use availability::{Availability, REPORTED};

/// Something a user can do with Integration Builder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum Feature {
    /// Signing in with an IT user of the development environment (C2).
    SignIn,
    /// Registering the infrastructure (C1 to C5).
    Register,
    /// Installing the dependencies from the Setup widget (D3).
    InstallDependencies,
    /// Updating the dependencies later on (D5).
    UpdateDependencies,
    /// Publishing a generated integration.
    Publish,
    /// Development connections, made automatically for testing (B8).
    DevelopmentConnections,
    /// E-mails to administrators that ask for new connections or assistants (B9).
    AdministratorEmails,
    /// Automatic creation of connections in Integration Manager (B10).
    AutomaticConnections,
    /// Creating connections by hand in Integration Manager (B10).
    ManualConnections,
    /// Checking the other environments of the infrastructure (E1).
    OtherEnvironments,
}

impl Feature {
    /// Every feature, in the order in which a user meets them.
    pub const ALL: &'static [Self] = &[
        Self::SignIn,
        Self::Register,
        Self::InstallDependencies,
        Self::UpdateDependencies,
        Self::Publish,
        Self::DevelopmentConnections,
        Self::AdministratorEmails,
        Self::AutomaticConnections,
        Self::ManualConnections,
        Self::OtherEnvironments,
    ];

    /// What to call it in a sentence, in lower case.
    pub const fn label(self) -> &'static str {
        match self {
            Self::SignIn => "signing in",
            Self::Register => "registering the infrastructure",
            Self::InstallDependencies => "installing dependencies",
            Self::UpdateDependencies => "updating dependencies",
            Self::Publish => "publishing integrations",
            Self::DevelopmentConnections => "development connections",
            Self::AdministratorEmails => "e-mails to administrators",
            Self::AutomaticConnections => "automatic creation of connections",
            Self::ManualConnections => "creation of connections by hand",
            Self::OtherEnvironments => "checking the other environments",
        }
    }

    /// What still works instead, where the platform offers something (B8, B10).
    pub const fn instead(self) -> Option<&'static str> {
        match self {
            Self::DevelopmentConnections => Some("define a connection of your own"),
            Self::AutomaticConnections => Some("create connections by hand in Integration Manager"),
            _ => None,
        }
    }
}

impl fmt::Display for Feature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.label())
    }
}

/// What cannot be done while an environment cannot be connected at all.
const NOT_CONNECTED: &[Feature] =
    &[Feature::DevelopmentConnections, Feature::AdministratorEmails, Feature::AutomaticConnections];

/// What cannot be done with an environment that cannot take part.
const NOT_TAKING_PART: &[Feature] = &[
    Feature::Publish,
    Feature::DevelopmentConnections,
    Feature::AdministratorEmails,
    Feature::AutomaticConnections,
    Feature::ManualConnections,
];

/// Everything that starts with the development environment.
const SET_UP: &[Feature] =
    &[Feature::SignIn, Feature::Register, Feature::InstallDependencies, Feature::Publish];

/// What a finding takes away: a rule that names the features, given the environment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Impact {
    /// Nothing is taken away; the finding is worth knowing all the same.
    Nothing,
    /// The service and the environment cannot talk. A connection to development is mandatory, to the
    /// others it is not (B7): there, only B8 to B10 are limited.
    Connection,
    /// The environment itself cannot take part (its version, its product): nothing works with it.
    Environment,
    /// Exactly these features, wherever it is found.
    Only(&'static [Feature]),
}

impl Impact {
    /// The features that are limited, given what the finding is about.
    ///
    /// ```
    /// use ib_domain::environment::Purpose;
    /// use ib_domain::feature::{Feature, Impact};
    /// use ib_domain::environment::Role;
    ///
    /// let limited = |purpose| Impact::Connection.features(&Role::Environment(purpose));
    /// assert!(limited(Purpose::Development).contains(&Feature::SignIn));
    /// assert_eq!(limited(Purpose::Test).len(), 3, "B8, B9 and B10");
    /// ```
    pub const fn features(self, role: &Role) -> &'static [Feature] {
        match (self, role) {
            (Self::Nothing, _) => &[],
            (Self::Only(features), _) => features,
            (Self::Connection | Self::Environment, Role::LifeTime) => &[Feature::OtherEnvironments],
            (Self::Connection | Self::Environment, Role::Environment(Purpose::Development)) => SET_UP,
            (Self::Connection, Role::Environment(_)) => NOT_CONNECTED,
            (Self::Environment, Role::Environment(_)) => NOT_TAKING_PART,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_features_have_something_in_their_place() {
        let have: Vec<_> = Feature::ALL.iter().filter(|feature| feature.instead().is_some()).collect();
        assert_eq!(have, [&Feature::DevelopmentConnections, &Feature::AutomaticConnections]);
    }

    #[test]
    fn what_is_taken_away_depends_on_where() {
        let test = Role::Environment(Purpose::Test);
        assert_eq!(Impact::Nothing.features(&test), []);
        assert_eq!(Impact::Connection.features(&Role::LifeTime), [Feature::OtherEnvironments]);
        assert_eq!(Impact::Environment.features(&Role::LifeTime), [Feature::OtherEnvironments]);
        assert_eq!(Impact::Connection.features(&test), NOT_CONNECTED);
        assert_eq!(Impact::Environment.features(&test), NOT_TAKING_PART);
        let development = Role::Environment(Purpose::Development);
        assert_eq!(Impact::Environment.features(&development), SET_UP);
        assert_eq!(Impact::Connection.features(&development), SET_UP);
    }

    #[test]
    fn every_feature_has_a_label_of_its_own() {
        let labels: std::collections::BTreeSet<_> = Feature::ALL.iter().map(ToString::to_string).collect();
        assert_eq!(labels.len(), Feature::ALL.len());
        assert!(labels.iter().all(|label| label.len() > 3), "{labels:?}");
    }
}
