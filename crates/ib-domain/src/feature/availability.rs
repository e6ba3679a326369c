//! Whether a feature can be used with an environment, and what keeps it from that (F3, B7 to B10, B12).

use super::{Feature, Impact};
use crate::environment::{Purpose, Role};
use crate::reason::{Reason, Severity};

/// The features that are told of for each environment.
pub const REPORTED: &[Feature] = &[
    Feature::DevelopmentConnections,
    Feature::AdministratorEmails,
    Feature::AutomaticConnections,
    Feature::ManualConnections,
    Feature::Publish,
    Feature::UpdateDependencies,
];

/// Whether a feature can be used with an environment.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Availability {
    /// Nothing is in its way.
    Available,
    /// It cannot be used, because of these.
    Limited(Vec<Reason>),
    /// It could not be told: nobody looked, or not lately, or the look did not come to an end because of these.
    Unknown(Vec<Reason>),
    /// It is not for this environment: integrations are published on development alone.
    NotApplicable,
}

impl Availability {
    /// Whether `feature` can be used with an environment of that role, given everything that is not as it should be
    /// there; `None` where that is not known.
    ///
    /// What somebody decided to live with still limits. Something that is certain outweighs what could not be told.
    ///
    /// ```
    /// use ib_domain::environment::{Purpose, Role};
    /// use ib_domain::feature::{Availability, Feature};
    /// use ib_domain::reason::{Reason, Severity};
    ///
    /// let production = Role::Environment(Purpose::Production);
    /// let refused = [(Reason::ConnectRefused, Severity::Warning)];
    /// let of = |feature| Availability::of(feature, &production, Some(&refused));
    /// assert_eq!(of(Feature::AutomaticConnections), Availability::Limited(vec![Reason::ConnectRefused]));
    /// assert_eq!(of(Feature::ManualConnections), Availability::Available, "B10");
    /// assert_eq!(of(Feature::Publish), Availability::NotApplicable);
    /// ```
    pub fn of(feature: Feature, role: &Role, troubles: Option<&[(Reason, Severity)]>) -> Self {
        if !is_for(feature, role) {
            return Self::NotApplicable;
        }
        let Some(troubles) = troubles else { return Self::Unknown(Vec::new()) };
        let limits = |certain: bool| -> Vec<Reason> {
            let known = troubles.iter().filter(|(_, severity)| (*severity != Severity::Unknown) == certain);
            known.map(|(reason, _)| *reason).filter(|reason| limits(*reason, feature, role)).collect()
        };
        match (limits(true), limits(false)) {
            (certain, _) if !certain.is_empty() => Self::Limited(certain),
            (_, open) if !open.is_empty() => Self::Unknown(open),
            _ => Self::Available,
        }
    }

    /// The stable word for machines.
    pub const fn id(&self) -> &'static str {
        match self {
            Self::Available => "available",
            Self::Limited(_) => "limited",
            Self::Unknown(_) => "unknown",
            Self::NotApplicable => "not_applicable",
        }
    }

    /// What is in the way.
    pub fn reasons(&self) -> &[Reason] {
        match self {
            Self::Limited(reasons) | Self::Unknown(reasons) => reasons,
            Self::Available | Self::NotApplicable => &[],
        }
    }
}

fn is_for(feature: Feature, role: &Role) -> bool {
    let on_development = matches!(
        feature,
        Feature::SignIn
            | Feature::Register
            | Feature::InstallDependencies
            | Feature::UpdateDependencies
            | Feature::Publish
    );
    match role {
        Role::LifeTime => feature == Feature::OtherEnvironments,
        Role::Environment(Purpose::Development) => true,
        Role::Environment(_) => !on_development,
    }
}

/// Whether a reason takes a feature away there. On development everything begins with the connection, except what
/// people do by hand in the environment itself.
fn limits(reason: Reason, feature: Feature, role: &Role) -> bool {
    let impact = reason.entry().impact;
    let by_hand = feature == Feature::ManualConnections;
    match (impact, role) {
        (Impact::Connection, Role::Environment(Purpose::Development)) => !by_hand,
        (Impact::Environment, Role::Environment(_)) => true,
        _ => impact.features(role).contains(&feature),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn roles() -> [Role; 4] {
        let of = |purpose| Role::Environment(purpose);
        [of(Purpose::Development), of(Purpose::Test), of(Purpose::Production), Role::LifeTime]
    }

    fn trouble() -> impl Strategy<Value = (Reason, Severity)> {
        let severity = prop_oneof![Just(Severity::Warning), Just(Severity::Failed), Just(Severity::Unknown)];
        (prop::sample::select(Reason::ALL), severity)
    }

    proptest! {
        #[test]
        fn more_trouble_never_makes_a_feature_available(
            troubles in prop::collection::vec(trouble(), 0..6),
            more in trouble(),
            role in prop::sample::select(roles().to_vec()),
            feature in prop::sample::select(Feature::ALL),
        ) {
            let before = Availability::of(feature, &role, Some(&troubles));
            let worse: Vec<_> = troubles.iter().copied().chain([more]).collect();
            let after = Availability::of(feature, &role, Some(&worse));
            if matches!(after, Availability::Available) {
                prop_assert_eq!(before, Availability::Available);
            }
        }

        #[test]
        fn what_the_impact_names_is_never_available(
            (reason, severity) in trouble(),
            role in prop::sample::select(roles().to_vec()),
        ) {
            for feature in reason.entry().impact.features(&role) {
                let availability = Availability::of(*feature, &role, Some(&[(reason, severity)]));
                prop_assert_ne!(availability, Availability::Available, "{}", feature);
            }
        }
    }

    #[test]
    fn a_connection_that_is_missing_limits_what_the_document_says() {
        let troubles = [(Reason::ConnectTimedOut, Severity::Warning)];
        let production = Role::Environment(Purpose::Production);
        let told: Vec<_> = REPORTED
            .iter()
            .map(|feature| Availability::of(*feature, &production, Some(&troubles)).id())
            .collect();
        assert_eq!(told, ["limited", "limited", "limited", "available", "not_applicable", "not_applicable"]);
    }

    #[test]
    fn with_lifetime_other_environments_are_found_and_nothing_else() {
        for feature in Feature::ALL.iter().copied() {
            let is_applicable =
                Availability::of(feature, &Role::LifeTime, Some(&[])) != Availability::NotApplicable;
            assert_eq!(is_applicable, feature == Feature::OtherEnvironments, "{feature}");
        }
    }

    #[test]
    fn nothing_works_with_an_environment_that_cannot_take_part() {
        let too_old = [(Reason::VersionTooOld, Severity::Failed)];
        for role in &roles()[..3] {
            let all = Feature::ALL.iter().map(|feature| Availability::of(*feature, role, Some(&too_old)));
            assert!(all.filter(|how| *how != Availability::NotApplicable).all(|how| how.id() == "limited"));
        }
    }

    #[test]
    fn nobody_looked_means_unknown() {
        for role in &roles()[..3] {
            let connections = Availability::of(Feature::AutomaticConnections, role, None);
            assert_eq!(connections, Availability::Unknown(Vec::new()));
        }
    }

    #[test]
    fn connections_by_hand_need_no_connection_of_ours() {
        let troubles = [(Reason::ConnectTimedOut, Severity::Failed)];
        let development = Role::Environment(Purpose::Development);
        let of = |feature| Availability::of(feature, &development, Some(&troubles));
        assert_eq!(of(Feature::ManualConnections), Availability::Available);
        assert_eq!(of(Feature::DevelopmentConnections).reasons(), [Reason::ConnectTimedOut]);
        assert_eq!(of(Feature::UpdateDependencies).id(), "limited");
    }
}
