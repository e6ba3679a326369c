//! What was seen of an environment.

use ib_domain::environment::Purpose;
use ib_domain::reason::Reason;
use ib_domain::version::{PlatformVersion, activation_code};
use serde::{Deserialize, Serialize};

use crate::found::{Found, Status};
use crate::infrastructure::Serial;
use crate::time::Timestamp;

/// What one look brought.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Seen {
    /// Everything that is not as it should be, in the order of the layers.
    pub troubles: Vec<Found>,
    /// What it is for, where LifeTime says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purpose: Option<Purpose>,
    /// Its Platform Server version, where it could be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<PlatformVersion>,
    /// Its serial number, where it told one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub serial: Option<Serial>,
}

impl Seen {
    /// What is worth keeping of `findings`. What passed or does not apply is not kept: it would be most of it.
    pub fn new(
        findings: Vec<Found>,
        purpose: Option<Purpose>,
        version: Option<PlatformVersion>,
        serial: Option<Serial>,
    ) -> Self {
        let is_trouble = |found: &Found| {
            matches!(found.status, Status::Warning | Status::Failed | Status::Unknown)
                // Nobody asks for the code of an infrastructure that is registered.
                && found.reason != Some(Reason::ActivationCodeNeeded)
        };
        Self { troubles: findings.into_iter().filter(is_trouble).collect(), purpose, version, serial }
    }
}

/// A Platform Server version that an environment ran before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Earlier {
    /// The version.
    pub version: PlatformVersion,
    /// When another one was seen.
    pub until: Timestamp,
}

/// What was last seen of an environment.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Sight {
    /// When it was last looked at.
    pub at: Timestamp,
    /// Since when it is like this.
    pub since: Timestamp,
    /// Everything that is not as it should be.
    pub troubles: Vec<Found>,
    /// Its Platform Server version, the last one that could be read.
    pub version: Option<PlatformVersion>,
    /// What ran before that version.
    pub was: Option<Earlier>,
    /// Its serial number, the last one that it told.
    pub(super) serial: Option<Serial>,
}

impl Sight {
    /// What follows from a first look, or from one after `before`.
    pub(super) fn after(before: Option<&Self>, seen: &Seen, at: Timestamp) -> Self {
        let known = before.filter(|before| before.is_like(seen));
        Self {
            at,
            since: known.map_or(at, |known| known.since),
            troubles: seen.troubles.clone(),
            version: seen.version.or_else(|| before?.version),
            was: before.and_then(|before| before.earlier(seen.version, at)),
            serial: seen.serial.clone().or_else(|| before?.serial.clone()),
        }
    }

    /// What ran before `version`, which was seen at `at`.
    fn earlier(&self, version: Option<PlatformVersion>, at: Timestamp) -> Option<Earlier> {
        match (self.version, version) {
            (Some(known), Some(seen)) if known != seen => Some(Earlier { version: known, until: at }),
            _ => self.was,
        }
    }

    /// Whether Platform Server was raised so far that the infrastructure would need no activation code any more (C5).
    pub fn outgrew_code(&self) -> bool {
        let needs_code = |version: PlatformVersion| activation_code().matches(&version.to_semver());
        match (self.was, self.version) {
            (Some(was), Some(version)) => needs_code(was.version) && !needs_code(version),
            _ => false,
        }
    }

    /// Whether a look brought nothing new.
    pub(super) fn is_like(&self, seen: &Seen) -> bool {
        self.troubles == seen.troubles
            && (seen.version.is_none() || seen.version == self.version)
            && (seen.serial.is_none() || seen.serial == self.serial)
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    const fn at(millis: u64) -> Timestamp {
        Timestamp::from_millis(millis)
    }

    /// What is known after looks that read these versions, or none.
    fn after(versions: &[&str]) -> Sight {
        let look = |(millis, version): (u64, &&str)| {
            (at(millis), Seen { version: version.parse().ok(), ..Seen::new(Vec::new(), None, None, None) })
        };
        let looks = (0..).zip(versions).map(look);
        looks.fold(None, |before, (at, seen)| Some(Sight::after(before.as_ref(), &seen, at))).unwrap()
    }

    #[test]
    fn the_version_before_is_kept_with_the_time_of_the_change() {
        let earlier =
            |version: &str, millis| Some(Earlier { version: version.parse().unwrap(), until: at(millis) });
        let raised = after(&["11.7.5", "11.7.5", "", "11.23.1.40123", "11.23.1.40123", ""]);
        assert_eq!(raised.was, earlier("11.7.5", 3));
        assert_eq!((raised.since, raised.at, raised.version), (at(3), at(5), "11.23.1.40123".parse().ok()));
        let again = after(&["11.7.5", "11.20.0", "11.23.1.40123"]);
        assert_eq!(again.was, earlier("11.20.0", 2));
        let same = after(&["11.7.5", "", "11.7.5"]);
        assert_eq!((same.was, same.since), (None, at(0)));
    }

    #[test]
    fn a_look_is_like_the_last_one_where_it_brings_nothing_new() {
        let seen = |version: &str, serial: &str, reason: Option<Reason>| {
            let found = reason.map(|reason| Found::of_reason(reason, "there"));
            Seen::new(Vec::from_iter(found), None, version.parse().ok(), Serial::read(serial))
        };
        let expired = Some(Reason::TlsExpired);
        let known = Sight::after(None, &seen("11.7.5", "S-1", expired), at(0));
        for (version, serial) in [("11.7.5", "S-1"), ("", "S-1"), ("11.7.5", ""), ("", "")] {
            assert!(known.is_like(&seen(version, serial, expired)), "{version} {serial}");
            assert!(!known.is_like(&seen(version, serial, None)), "{version} {serial}");
        }
        for (version, serial) in [("11.7.6", "S-1"), ("11.7.5", "S-2"), ("11.7.6", ""), ("", "S-2")] {
            assert!(!known.is_like(&seen(version, serial, expired)), "{version} {serial}");
        }
    }

    #[rstest]
    #[case(&["11.7.5", "11.23.1.40123"], true)]
    #[case(&["11.7.5", "11.23.1.40123", ""], true)]
    #[case(&["11.7.5"], false)]
    #[case(&["11.7.5", "11.7.6"], false)]
    #[case(&["11.20.0", "11.23.1.40123"], false)]
    #[case(&["11.23.1.40123", "11.7.5"], false)]
    fn a_platform_outgrows_the_code_by_being_raised(#[case] versions: &[&str], #[case] expected: bool) {
        assert_eq!(after(versions).outgrew_code(), expected);
    }
}
