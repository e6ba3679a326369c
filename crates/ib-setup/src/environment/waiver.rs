//! Decisions to live with a finding of an environment (F8).
//!
//! A waiver takes nothing away from what was found: it only says that somebody knows of it. What is limited stays
//! limited, and when the waiver expires the finding counts again by itself, without an event.

#[cfg(test)]
mod tests;

use std::time::Duration;

use ib_domain::declaration::FileName;
use ib_domain::permission::user::Username;
use ib_domain::reason::{Reason, Severity};
use ib_domain::waiver::{WaiverOwner, WaiverWhy};
use serde::{Deserialize, Serialize};

use super::{Environment, Rejection};
use crate::found::{Found, Status};
use crate::time::Timestamp;

/// How far ahead a waiver may end: none is for ever.
pub const LONGEST: Duration = Duration::from_hours(366 * 24);

/// Says that one reason, on one environment, is known and accepted for a while.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Waiver {
    /// The reason that is accepted.
    pub reason: Reason,
    /// Who answers for it.
    pub owner: WaiverOwner,
    /// Why it can be lived with.
    pub why: WaiverWhy,
    /// Until when.
    pub until: Timestamp,
    /// Who recorded it.
    pub by: Username,
    /// When it was recorded.
    pub at: Timestamp,
    /// The file that declares it.
    pub file: Option<FileName>,
}

impl Waiver {
    /// Whether it counts at `now`.
    pub fn is_active(&self, now: Timestamp) -> bool {
        now < self.until
    }
}

/// Whether a waiver may end at `until`.
pub(super) fn allowed(until: Timestamp, now: Timestamp) -> Result<(), Rejection> {
    if until <= now {
        Err(Rejection::UntilPast)
    } else if until > now.plus(LONGEST) {
        Err(Rejection::UntilTooFar)
    } else {
        Ok(())
    }
}

impl Environment {
    pub(super) fn waiver(&self, reason: Reason) -> Option<&Waiver> {
        self.waivers.iter().find(|waiver| waiver.reason == reason)
    }

    /// Keeps a waiver, in place of the one for the same reason; they are in the order of the catalogue.
    pub(super) fn keep(&mut self, waiver: Waiver) {
        self.waivers.retain(|known| known.reason != waiver.reason);
        self.waivers.push(waiver);
        self.waivers.sort_by_key(|known| known.reason);
    }

    /// Takes a waiver out.
    pub(super) fn unwaive(&mut self, reason: Reason) -> Option<Waiver> {
        let index = self.waivers.iter().position(|known| known.reason == reason)?;
        Some(self.waivers.remove(index))
    }
}

/// Something that is not as it should be, as a person sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Trouble {
    /// What was found; skipped where it is waived.
    pub found: Found,
    /// How bad it is, waived or not.
    pub severity: Severity,
    /// The waiver that covers it now.
    pub waiver: Option<Waiver>,
}

impl Trouble {
    /// How `found` shows at `now`.
    pub(super) fn new(found: &Found, waivers: &[Waiver], now: Timestamp) -> Self {
        let covers = |waiver: &&Waiver| Some(waiver.reason) == found.reason && waiver.is_active(now);
        let waiver = waivers.iter().find(covers).cloned();
        let status = if waiver.is_some() { Status::Skipped } else { found.status };
        Self { found: Found { status, ..found.clone() }, severity: severity(found.status), waiver }
    }

    /// Its reason and how bad it is, for what it takes away.
    pub(super) fn limit(&self) -> Option<(Reason, Severity)> {
        Some((self.found.reason?, self.severity))
    }
}

const fn severity(status: Status) -> Severity {
    match status {
        Status::Unknown => Severity::Unknown,
        Status::Failed => Severity::Failed,
        _ => Severity::Warning,
    }
}

/// A waiver, and what it does now.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct WaiverView {
    /// The waiver.
    pub waiver: Waiver,
    /// What it does.
    pub effect: WaiverEffect,
}

/// What a waiver does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum WaiverEffect {
    /// It covers a finding.
    Active,
    /// Nothing was found that it would cover.
    NotNeeded,
    /// It counts for nothing any more.
    Expired,
}

impl WaiverEffect {
    /// The stable name on the wire.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::NotNeeded => "not_needed",
            Self::Expired => "expired",
        }
    }
}

impl WaiverView {
    /// What `waiver` does to `troubles` at `now`.
    pub(super) fn new(waiver: &Waiver, troubles: &[Trouble], now: Timestamp) -> Self {
        let is_needed = troubles.iter().any(|trouble| trouble.found.reason == Some(waiver.reason));
        let effect = match (waiver.is_active(now), is_needed) {
            (false, _) => WaiverEffect::Expired,
            (true, true) => WaiverEffect::Active,
            (true, false) => WaiverEffect::NotNeeded,
        };
        Self { waiver: waiver.clone(), effect }
    }
}
