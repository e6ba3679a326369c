//! What a Platform Server version means for a set-up (B4).

use std::time::SystemTime;

use ib_domain::check::Check;
use ib_domain::finding::{Evidence, Finding, Outcome, Vantage};
use ib_domain::reason::Reason;
use ib_domain::version::{PlatformVersion, VersionReading, VersionVerdict, judge};

/// The finding about a version, from wherever it was seen.
pub(crate) fn version_finding(version: &VersionReading, vantage: Vantage, at: SystemTime) -> Finding {
    let text = match version {
        VersionReading::Known(version) => version.to_string(),
        VersionReading::Unknown(text) => text.text().to_owned(),
        _ => String::new(),
    };
    let outcome = match judge(version) {
        VersionVerdict::Supported { known_trouble: false, .. } => Outcome::Passed,
        VersionVerdict::Supported { known_trouble: true, .. } => Outcome::of(Reason::VersionKnownTrouble),
        VersionVerdict::TooOld { .. } => Outcome::of(Reason::VersionTooOld),
        VersionVerdict::EarlierGeneration => Outcome::of(Reason::VersionEarlierGeneration),
        VersionVerdict::LaterGeneration => Outcome::of(Reason::VersionLaterGeneration),
        _ => Outcome::of(Reason::VersionUnreadable),
    };
    let wanted = format!("{} or later", PlatformVersion::MINIMUM);
    let evidence = Evidence::new().observed(text).expected(wanted).vantage(vantage);
    Finding::new(Check::EnvVersion, outcome, at).with(evidence)
}
