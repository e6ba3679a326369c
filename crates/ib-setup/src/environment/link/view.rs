//! What a person sees of a link.

use std::net::IpAddr;
use std::time::Duration;

use ib_domain::reason::Reason;

use super::{Earlier, Introduction, Link, ManagerVersion, Outcome, PROOF_WAIT, Report};
use crate::environment::due::STALE;
use crate::found::Found;
use crate::time::Timestamp;

/// The link to an environment's Integration Manager.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct LinkView {
    /// Whether the environment reaches this service (B5).
    pub inbound: Inbound,
    /// The version of its Integration Manager, the last one that it told.
    pub version: Option<ManagerVersion>,
    /// The generation of its secret; `None` before a proof.
    pub generation: Option<u32>,
    /// Whether somebody wants a new secret.
    pub is_rotating: bool,
    /// The last report.
    pub report: Option<ReportView>,
}

/// A report, with its age.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ReportView {
    /// What it says.
    pub report: Report,
    /// When it was last heard.
    pub at: Timestamp,
    /// Since when it says this.
    pub since: Timestamp,
    /// Whether it is too old to tell anything about now.
    pub is_stale: bool,
}

/// Whether an environment reaches this service, seen from its Integration Manager. Never passed before a proof.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Inbound {
    /// It does: it proved so.
    Passed {
        /// When it last proved so.
        proved: Timestamp,
        /// The address that the proof came from: evidence, never identity.
        from: Option<IpAddr>,
        /// When it was last heard of, by a proof or a report.
        heard: Timestamp,
    },
    /// It does not: it took an introduction on, and no proof came.
    Failed {
        /// When the introduction began.
        asked: Timestamp,
    },
    /// It could not be told: why, where that is known.
    Unknown(Option<Box<Found>>),
}

impl Inbound {
    /// The stable word for machines.
    pub const fn id(&self) -> &'static str {
        match self {
            Self::Passed { .. } => "passed",
            Self::Failed { .. } => "failed",
            Self::Unknown(_) => "unknown",
        }
    }

    /// What is not as it should be, about the environment at `host`.
    pub fn finding(&self, host: &str) -> Option<Found> {
        match self {
            Self::Failed { .. } => Some(Found::of_reason(Reason::ManagerSilent, host)),
            Self::Unknown(found) => found.as_deref().cloned(),
            Self::Passed { .. } => None,
        }
    }

    fn of(link: &Link, every: Duration, now: Timestamp) -> Self {
        let is_fresh = |at: Timestamp| at.plus(every * STALE) > now;
        let heard = link.heard.filter(|heard| is_fresh(*heard));
        let passed = || match (link.proved, heard) {
            (Some(proof), Some(heard)) => Some(Self::Passed { proved: proof.at, from: proof.from, heard }),
            _ => None,
        };
        let last = link.introduction.as_ref().filter(|last| is_fresh(last.at));
        // Whatever was heard after the last introduction outweighs it.
        let open = last.filter(|last| link.heard.is_none_or(|heard| heard < last.at));
        match open {
            Some(open) if open.is_silent(now) => Self::Failed { asked: open.at },
            _ => passed().unwrap_or_else(|| Self::Unknown(open.and_then(Introduction::found))),
        }
    }
}

impl Introduction {
    /// Whether it was taken on, and the proof does not come. It is not told anew with each introduction.
    fn is_silent(&self, now: Timestamp) -> bool {
        match self.outcome {
            Outcome::Taken(at) => self.earlier == Earlier::Silent || at.plus(PROOF_WAIT) <= now,
            Outcome::Sent => self.earlier == Earlier::Silent,
            Outcome::NotTaken(_) | Outcome::Proved => false,
        }
    }

    /// Why it was not taken on, as far as that is known.
    fn found(&self) -> Option<Box<Found>> {
        match (&self.outcome, &self.earlier) {
            (Outcome::NotTaken(found), _) | (Outcome::Sent, Earlier::NotTaken(found)) => Some(found.clone()),
            _ => None,
        }
    }
}

pub(in crate::environment) fn view(link: &Link, every: Duration, now: Timestamp) -> LinkView {
    let report = |known: &super::Reported| ReportView {
        report: known.report.clone(),
        at: known.at,
        since: known.since,
        is_stale: known.at.plus(every * STALE) <= now,
    };
    LinkView {
        inbound: Inbound::of(link, every, now),
        version: link.version.clone(),
        generation: link.secret.map(|secret| secret.generation),
        is_rotating: link.is_rotating,
        report: link.report.as_ref().map(report),
    }
}
