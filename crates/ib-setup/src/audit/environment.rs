//! What the history of environments tells.

use std::collections::BTreeMap;

use ib_domain::address::EnvironmentAddress;
use ib_domain::declaration::FileName;
use ib_domain::environment::EnvironmentName;

use super::act::Act;
use super::entry::Told;
use super::trail::Telling;
use super::words::moment;
use crate::environment::{DEVELOPMENT, Event, Fact, Number, State, Waiver};
use crate::request_source::{Face, RequestSource};
use crate::time::Timestamp;

/// The trail of an infrastructure's environments.
#[derive(Default)]
pub(super) struct Trail {
    /// Where those came from who last added or changed each, for what comes of it.
    asked: BTreeMap<Number, Option<RequestSource>>,
    /// The same of whoever wants everything that LifeTime lists.
    import: Option<RequestSource>,
}

impl Telling for Trail {
    type State = State;

    fn tell(&mut self, before: &State, event: &Event) -> Option<Told> {
        let from = self.source(before, event);
        Some(of_environment(before, &event.fact).or_else(|| of_decision(before, &event.fact))?.from(from))
    }
}

impl Trail {
    /// Where the request came from that led to an event.
    fn source(&mut self, before: &State, event: &Event) -> Option<RequestSource> {
        match &event.fact {
            Fact::Added { number, .. } => {
                let from = event.from.or(self.import.filter(|_| before.importer().is_some()));
                self.asked.insert(*number, from);
                from
            }
            Fact::Edited { number, .. } => {
                self.asked.insert(*number, event.from);
                event.from
            }
            Fact::Removed { number, .. } => {
                self.asked.remove(number);
                event.from
            }
            Fact::Refused { number, .. } => self.asked.remove(number).flatten(),
            Fact::ImportRequested { .. } => {
                self.import = event.from;
                event.from
            }
            Fact::ImportStopped { .. } => self.import,
            Fact::Proved { from, .. } => {
                from.map(|client| RequestSource { face: Face::Api, client: Some(client) })
            }
            _ => event.from,
        }
    }
}

/// Environments that come, change and go.
fn of_environment(before: &State, fact: &Fact) -> Option<Told> {
    Some(match fact {
        Fact::Began { address, by } => Told::new(Act::EnvironmentAdded)
            .by(Some(by))
            .at(Some(DEVELOPMENT))
            .change(None, Some(place(DEVELOPMENT, address))),
        Fact::Added { name, address, by, .. } => Told::new(Act::EnvironmentAdded)
            .by(Some(by))
            .at(Some(name))
            .change(None, Some(place(name.as_str(), address))),
        Fact::Edited { number, name, address, by, .. } => Told::new(Act::EnvironmentChanged)
            .by(Some(by))
            .at(called(before, *number))
            .change(known(before, *number), Some(place(name.as_str(), address))),
        Fact::Removed { number, by, .. } => Told::new(Act::EnvironmentRemoved)
            .by(Some(by))
            .at(called(before, *number))
            .change(known(before, *number), None),
        Fact::Refused { number, found } => Told::new(Act::EnvironmentRefused)
            .by(before.known(*number).map(|(_, _, by)| by))
            .at(called(before, *number))
            .change(known(before, *number), None)
            .refused(found.reason),
        _ => return None,
    })
}

/// What people decide about them; `None` for what was observed.
fn of_decision(before: &State, fact: &Fact) -> Option<Told> {
    Some(match fact {
        Fact::LookRequested { numbers, by } => looked(before, numbers).by(Some(by)),
        Fact::ImportRequested { by } => Told::new(Act::ImportRequested).by(Some(by)),
        Fact::ImportStopped { found } => Told::new(Act::ImportStopped).by(before.importer()).failed(found),
        Fact::Proved { number, version, .. } => {
            let version = Some(format!("Integration Manager {version}"));
            Told::new(Act::LinkProved).at(called(before, *number)).change(None, version)
        }
        Fact::ProofRefused { number, .. } => {
            Told::new(Act::LinkProofRefused).at(called(before, *number)).refused(None)
        }
        Fact::SecretWanted { number, by } => {
            Told::new(Act::SecretWanted).by(Some(by)).at(called(before, *number))
        }
        Fact::Waived { number, reason, owner, why, until, by, file } => Told::new(Act::WaiverRecorded)
            .by(Some(by))
            .about(reason.entry().code)
            .at(called(before, *number))
            .change(
                waived(before, *number, *reason),
                Some(decided(owner.as_str(), why.as_str(), *until, file.as_ref())),
            ),
        Fact::WaiverEnded { number, reason, by } => Told::new(Act::WaiverEnded)
            .by(Some(by))
            .about(reason.entry().code)
            .at(called(before, *number))
            .change(waived(before, *number, *reason), None),
        Fact::Declared { number, file, by } => {
            let act = if file.is_some() { Act::EnvironmentDeclared } else { Act::EnvironmentReleased };
            let before_it = before.file_of(*number).map(ToString::to_string);
            Told::new(act)
                .by(Some(by))
                .at(called(before, *number))
                .change(before_it, file.as_ref().map(ToString::to_string))
        }
        // What was observed, what this service does by itself, and what is told above.
        Fact::Seen { .. }
        | Fact::Unchanged { .. }
        | Fact::Published
        | Fact::Imported
        | Fact::Introducing { .. }
        | Fact::Introduced { .. }
        | Fact::NotIntroduced { .. }
        | Fact::SecretUsed { .. }
        | Fact::Reported { .. }
        | Fact::Heard { .. }
        | Fact::Began { .. }
        | Fact::Added { .. }
        | Fact::Edited { .. }
        | Fact::Removed { .. }
        | Fact::Refused { .. } => return None,
    })
}

fn looked(before: &State, numbers: &[Number]) -> Told {
    let told = Told::new(Act::EnvironmentsLookRequested);
    match numbers {
        [number] => told.at(called(before, *number)),
        numbers => told.about(&format!("{} environments", numbers.len())),
    }
}

fn called(state: &State, number: Number) -> Option<&EnvironmentName> {
    state.name_of(number)
}

fn known(state: &State, number: Number) -> Option<String> {
    state.known(number).map(|(name, address, _)| place(name.as_str(), address))
}

fn place(name: &str, address: &EnvironmentAddress) -> String {
    format!("{name} at {}", address.authority())
}

fn waived(state: &State, number: Number, reason: ib_domain::reason::Reason) -> Option<String> {
    let decided = |waiver: &Waiver| {
        decided(waiver.owner.as_str(), waiver.why.as_str(), waiver.until, waiver.file.as_ref())
    };
    state.waiver(number, reason).map(decided)
}

fn decided(owner: &str, why: &str, until: Timestamp, file: Option<&FileName>) -> String {
    let declared = file.map(|file| format!(", declared in {file}")).unwrap_or_default();
    format!("until {} by {owner}{declared}: {why}", moment(until))
}
