//! What is known so far, and what is told while the rest is awaited.

use std::collections::BTreeSet;
use std::time::Duration;

use ib_api::event::CheckEvent;
use ib_domain::check::Check;
use ib_domain::finding::{Finding, Outcome};
use ib_domain::reason::Reason;
use ib_domain::report::{Report, TargetReport};
use ib_domain::waiver::Waiver;
use tokio::time::Instant;

use crate::format::{duration, write_event, write_target};
use crate::stop::Stop;
use crate::surroundings::Output;

/// An unchanged state is told again only after this long.
const QUIET: Duration = Duration::from_secs(5);

/// Which of the board's addresses is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place(usize);

/// Everything that is known about the addresses of one run, in their order.
pub(crate) struct Board {
    stdout: Option<Output>,
    stderr: Output,
    waivers: Vec<Waiver>,
    used: BTreeSet<usize>,
    slots: Vec<Slot>,
    told_at: Option<Instant>,
    written: Result<(), Stop>,
}

/// One address.
struct Slot {
    name: String,
    latest: Option<TargetReport>,
    settled: bool,
    told: Option<Reason>,
}

impl Board {
    /// An empty board. `stream` takes events as they happen, `stderr` what a person should know.
    pub(crate) fn new(stream: Option<Output>, stderr: Output, waivers: Vec<Waiver>) -> Self {
        let mut board = Self {
            stdout: stream,
            stderr,
            waivers,
            used: BTreeSet::new(),
            slots: Vec::new(),
            told_at: None,
            written: Ok(()),
        };
        board.emit(&CheckEvent::begin());
        board
    }

    /// Makes room for an address.
    pub(crate) fn expect(&mut self, name: impl Into<String>) -> Place {
        self.slots.push(Slot { name: name.into(), latest: None, settled: false, told: None });
        Place(self.slots.len() - 1)
    }

    /// Takes an answer in, and says whether asking again may help.
    pub(crate) fn arrived(&mut self, place: Place, report: TargetReport) -> bool {
        let report = self.waived(report);
        for finding in &report.findings {
            log(&report.address, finding);
        }
        let worth_waiting = report.is_worth_waiting_for();
        self.slots[place.0].latest = Some(report);
        worth_waiting
    }

    /// Applies the waivers, and remembers which of them had an effect.
    fn waived(&mut self, report: TargetReport) -> TargetReport {
        let mut alone = Report::new(vec![report.clone()]);
        let unused = alone.waive(&self.waivers);
        let used = self.waivers.iter().enumerate().filter(|(_, waiver)| !unused.contains(waiver));
        self.used.extend(used.map(|(number, _)| number));
        alone.targets.pop().unwrap_or(report)
    }

    /// Takes the latest answer as the last one.
    pub(crate) fn settle(&mut self, place: Place) {
        let slot = &mut self.slots[place.0];
        slot.settled = true;
        if let (Some(output), Some(report), true) = (&mut self.stdout, &slot.latest, self.written.is_ok()) {
            self.written = write_target(output, report).map_err(Stop::from);
        }
    }

    /// Whether the latest answer is the last one.
    pub(crate) fn is_settled(&self, place: Place) -> bool {
        self.slots[place.0].settled
    }

    /// Tells what is waited for. Between changes at most one line every few seconds.
    pub(crate) fn waiting(&mut self, places: &[Place], elapsed: Duration, remaining: Duration) {
        let times = format!("{} waited, {} left", brief(elapsed), brief(remaining));
        let mut changed = false;
        for place in places {
            let Some((reason, message)) = self.last_reason(*place) else {
                continue;
            };
            let slot = &mut self.slots[place.0];
            let name = slot.name.clone();
            if slot.told.replace(reason) != Some(reason) {
                changed = true;
                self.stderr.say(format_args!("waiting for {name}: {message} ({reason}; {times})"));
            }
            self.emit(&CheckEvent::Waiting {
                address: name,
                code: reason.entry().code.to_owned(),
                message,
                elapsed_ms: milliseconds(elapsed),
                remaining_ms: milliseconds(remaining),
            });
        }
        let now = Instant::now();
        if changed {
            self.told_at = Some(now);
        } else if self.told_at.is_none_or(|told| now.duration_since(told) >= QUIET) {
            self.told_at = Some(now);
            self.still_waiting(places, &times);
        }
    }

    /// One line for everything that has not changed.
    fn still_waiting(&mut self, places: &[Place], times: &str) {
        let Some(first) = places.first() else { return };
        let code = self.last_reason(*first).map_or("", |(reason, _)| reason.entry().code);
        let more = match places.len() - 1 {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        let name = &self.slots[first.0].name;
        self.stderr.say(format_args!("still waiting for {name}{more} ({code}; {times})"));
    }

    /// Tells what it was waited for in vain.
    pub(crate) fn gave_up(&mut self, places: &[Place], elapsed: Duration) {
        for place in places {
            if let Some((reason, message)) = self.last_reason(*place) {
                let name = &self.slots[place.0].name;
                self.stderr.say(format_args!(
                    "gave up waiting for {name} after {}: {message} ({reason})",
                    brief(elapsed)
                ));
            }
        }
    }

    /// The reason that decided the latest answer.
    fn last_reason(&self, place: Place) -> Option<(Reason, String)> {
        let report = self.slots[place.0].latest.as_ref()?;
        let finding = report.decisive()?;
        Some((finding.outcome.reason()?, finding.message(&report.address)))
    }

    /// Tells how far it is, where a person waits.
    pub(crate) fn progress(&mut self) {
        let done = self.slots.iter().filter(|slot| slot.latest.is_some()).count();
        let open = self.slots.iter().find(|slot| slot.latest.is_none());
        if let (true, Some(open)) = (self.stderr.is_terminal, open) {
            let (name, all) = (&open.name, self.slots.len());
            self.stderr.say(format_args!("checking: {done} of {all} answered; waiting for {name}"));
        }
    }

    /// Whether any finished answer rests on the given check.
    pub(crate) fn made(&self, check: Check) -> bool {
        let findings =
            self.slots.iter().filter_map(|slot| slot.latest.as_ref()).flat_map(|report| &report.findings);
        findings.filter(|finding| finding.check == check).any(|finding| {
            !matches!(finding.outcome, Outcome::NotEvaluated { .. } | Outcome::NotApplicable { .. })
        })
    }

    /// The waivers that had no effect.
    pub(crate) fn unused_waivers(&self) -> impl Iterator<Item = &Waiver> {
        self.waivers
            .iter()
            .enumerate()
            .filter(|(number, _)| !self.used.contains(number))
            .map(|(_, waiver)| waiver)
    }

    /// Everything that is known, and the names of what did not come to its end.
    pub(crate) fn into_report(self) -> (Report, Vec<String>, Result<(), Stop>) {
        let (mut known, mut unfinished) = (Vec::new(), Vec::new());
        for slot in self.slots {
            if !slot.settled {
                let read = slot.latest.as_ref().map(|report| report.address.clone());
                unfinished.push(read.unwrap_or(slot.name));
            }
            known.extend(slot.latest);
        }
        (Report::new(known), unfinished, self.written)
    }

    fn emit(&mut self, event: &CheckEvent) {
        if let (Some(output), true) = (&mut self.stdout, self.written.is_ok()) {
            self.written = write_event(output, event).map_err(Stop::from);
        }
    }
}

/// One finding for `-v`; what was not asked only for `-vv`.
fn log(address: &str, finding: &Finding) {
    let (check, status) = (finding.check, finding.outcome.status());
    let code = finding.outcome.reason().map_or_else(String::new, |reason| format!(" {reason}"));
    let took = Some(duration(finding.duration)).filter(|took| !took.is_empty());
    let took = took.map_or_else(String::new, |took| format!(" ({took})"));
    let message = finding.message(address);
    match finding.outcome {
        Outcome::NotEvaluated { .. } | Outcome::NotApplicable { .. } => {
            tracing::debug!("{address} {check} {status}: {message}");
        }
        _ => tracing::info!("{address} {check} {status}{code}{took}: {message}"),
    }
}

/// A duration in whole seconds.
fn brief(duration: Duration) -> humantime::FormattedDuration {
    humantime::format_duration(Duration::from_secs(duration.as_secs()))
}

fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
