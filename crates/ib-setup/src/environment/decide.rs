//! What follows from a command.

use std::time::SystemTime;

use ib_domain::address::EnvironmentAddress;
use ib_domain::address::hint::HostHint;
use ib_domain::check::Check;
use ib_domain::declaration::FileName;
use ib_domain::environment::{EnvironmentName, Purpose};
use ib_domain::finding::{Evidence, Finding, Outcome};
use ib_domain::permission::user::Username;
use ib_domain::reason::Reason;

use super::command::{Command, Ground, Listed, Rejection};
use super::event::{Event, Fact};
use super::waiver::{Waiver, allowed};
use super::{ENVIRONMENTS, Environment, Import, Number, Seen, State, link};
use crate::found::Found;
use crate::time::Timestamp;

type Facts = Result<Vec<Fact>, Rejection>;

/// Decides whether `command` may be asked now, and which events follow. No event means that there is nothing
/// left to do.
///
/// # Errors
///
/// A [`Rejection`] when it cannot be asked now.
pub fn decide(
    state: &State,
    command: Command,
    ground: &Ground,
    now: Timestamp,
) -> Result<Vec<Event>, Rejection> {
    let facts = match command {
        Command::For(file, command) => asked(state, *command, ground, now, Some(&file)),
        command => asked(state, command, ground, now, None),
    }?;
    Ok(facts.into_iter().map(|fact| Event::new(now, fact)).collect())
}

/// The facts that follow, for a `file` that declares them or for somebody who wants them.
fn asked(state: &State, command: Command, ground: &Ground, now: Timestamp, file: Option<&FileName>) -> Facts {
    match command {
        Command::Begin { address, by } => Ok(begin(state, address, by)),
        Command::Published => Ok(published(state)),
        Command::Sighted(seen) => Ok(sighted(state, ground, seen)),
        Command::Listed(listed) => Ok(import(state, ground, listed, now)),
        Command::NotListed(found) => Ok(not_listed(state, found)),
        Command::Introducing(numbers, key) => Ok(link::introducing(state, numbers, key)),
        Command::Answered(answers) => Ok(link::answered(state, answers)),
        Command::Proved { number, turn, key, version, from } => {
            Ok(link::proved(state, (number, turn), key, version, from, now))
        }
        Command::ProofRefused(number, turn) => Ok(link::proof_refused(state, number, turn, now)),
        Command::Signed(number, generation) => Ok(link::signed(state, number, generation)),
        Command::Reported(number, report) => Ok(link::reported(state, number, report, now)),
        _ if !state.has_begun() => Err(Rejection::NotBegun),
        Command::Add { name, address, by } => {
            let known = state.named(&name).map(|known| known.number);
            let facts = add(state, ground, name, address, by.clone(), file)?;
            Ok(declared(state, known.unwrap_or(state.last + 1), facts, file, by))
        }
        Command::Edit { name, new_name, address, by } => {
            let number = changeable(state, &name, file)?.number;
            let facts = edit(state, ground, number, new_name, address, by.clone())?;
            Ok(declared(state, number, facts, file, by))
        }
        Command::Remove { name, by } => {
            Ok(vec![Fact::Removed { number: changeable(state, &name, file)?.number, by }])
        }
        Command::Release { name, by } => release(state, &name, by),
        Command::Look { name, by } => look(state, name.as_ref(), by),
        Command::Import { by } => wants_import(state, ground, by),
        Command::RotateSecret { name, by } => link::rotate(state, &name, by),
        Command::Waive { name, reason, owner, why, until, by } => {
            let waiver = Waiver { reason, owner, why, until, by, at: now, file: file.cloned() };
            waive(state, &name, waiver)
        }
        Command::EndWaiver { name, reason, by } => end_waiver(state, &name, reason, by, file),
        // Nothing is declared for two files at once.
        Command::For(..) => Ok(Vec::new()),
    }
}

fn begin(state: &State, address: EnvironmentAddress, by: Username) -> Vec<Fact> {
    if state.has_begun() { Vec::new() } else { vec![Fact::Began { address, by }] }
}

fn add(
    state: &State,
    ground: &Ground,
    name: EnvironmentName,
    address: EnvironmentAddress,
    by: Username,
    file: Option<&FileName>,
) -> Facts {
    // Sent twice, or written in a file: it is there already.
    let known = state.named(&name);
    if let Some(known) = known.filter(|known| known.name == name && known.address == address) {
        // Development is there in any case, whatever a file says.
        return if file.is_none() { Ok(Vec::new()) } else { free(known, file).map(|()| Vec::new()) };
    }
    let purpose = match Purpose::read(name.as_str()) {
        // What users sign in to is known; whatever else is called so is something else.
        Purpose::Development => Purpose::Other(name.to_string()),
        purpose => purpose,
    };
    Ok(vec![added(state, ground, name, address, purpose, by)?])
}

fn added(
    state: &State,
    ground: &Ground,
    name: EnvironmentName,
    address: EnvironmentAddress,
    purpose: Purpose,
    by: Username,
) -> Result<Fact, Rejection> {
    if state.environments.len() >= ENVIRONMENTS {
        return Err(Rejection::TooMany);
    }
    if state.development().is_some_and(is_personal) {
        return Err(Rejection::IsPersonal);
    }
    fits(state, ground, None, &name, &address)?;
    Ok(Fact::Added { number: state.last + 1, name, address, purpose, by })
}

fn is_personal(address: &EnvironmentAddress) -> bool {
    address.hint() == Some(HostHint::PersonalEnvironment)
}

/// Whether a name and an address may belong to an environment: to a new one, or to `number`.
fn fits(
    state: &State,
    ground: &Ground,
    number: Option<Number>,
    name: &EnvironmentName,
    address: &EnvironmentAddress,
) -> Result<(), Rejection> {
    let other = |known: &&Environment| Some(known.number) != number;
    if let Some(known) = state.named(name).filter(other) {
        return Err(Rejection::NameTaken(known.name.clone()));
    }
    let development = state.environments.first();
    let known = state.at(address).or(development.filter(|_| ground.development.contains(address)));
    if let Some(known) = known.filter(other) {
        return Err(Rejection::AddressTaken { address: address.clone(), name: known.name.clone() });
    }
    if ground.lifetime.as_ref() == Some(address) {
        return Err(Rejection::IsLifeTime(address.clone()));
    }
    Ok(())
}

fn known<'s>(state: &'s State, name: &EnvironmentName) -> Result<&'s Environment, Rejection> {
    state.named(name).ok_or_else(|| Rejection::NoSuchEnvironment(name.clone()))
}

/// An environment that may be changed, by people or for `file`.
fn changeable<'s>(
    state: &'s State,
    name: &EnvironmentName,
    file: Option<&FileName>,
) -> Result<&'s Environment, Rejection> {
    let known = known(state, name)?;
    if known.is_development() {
        return Err(Rejection::IsDevelopment);
    }
    free(known, file).map(|()| known)
}

/// What a file declares is changed for that file alone.
fn free(known: &Environment, file: Option<&FileName>) -> Result<(), Rejection> {
    kept(&known.name, known.file.as_ref(), file)
}

fn kept(name: &EnvironmentName, keeper: Option<&FileName>, file: Option<&FileName>) -> Result<(), Rejection> {
    match keeper {
        Some(keeper) if Some(keeper) != file => {
            Err(Rejection::Declared { name: name.clone(), file: keeper.clone() })
        }
        _ => Ok(()),
    }
}

/// `facts` about the environment of that number, and that `file` declares it from then on.
fn declared(
    state: &State,
    number: Number,
    facts: Vec<Fact>,
    file: Option<&FileName>,
    by: Username,
) -> Vec<Fact> {
    let known = state.environment(number);
    let is_new = |file: &&FileName| {
        known.is_none_or(|known| !known.is_development() && known.file.as_ref() != Some(*file))
    };
    let file = file.filter(is_new).cloned();
    facts.into_iter().chain(file.map(|file| Fact::Declared { number, file: Some(file), by })).collect()
}

fn release(state: &State, name: &EnvironmentName, by: Username) -> Facts {
    let known = known(state, name)?;
    let is_declared = known.file.is_some() || known.waivers.iter().any(|waiver| waiver.file.is_some());
    if !is_declared {
        return Err(Rejection::NotDeclared(known.name.clone()));
    }
    Ok(vec![Fact::Declared { number: known.number, file: None, by }])
}

fn edit(
    state: &State,
    ground: &Ground,
    number: Number,
    name: EnvironmentName,
    address: EnvironmentAddress,
    by: Username,
) -> Facts {
    let is_same = |known: &Environment| known.name == name && known.address == address;
    if state.environment(number).is_some_and(is_same) {
        return Ok(Vec::new());
    }
    fits(state, ground, Some(number), &name, &address)?;
    Ok(vec![Fact::Edited { number, name, address, by }])
}

fn look(state: &State, name: Option<&EnvironmentName>, by: Username) -> Facts {
    let wanted: Vec<_> = match name {
        Some(name) => vec![known(state, name)?],
        None => state.environments.iter().collect(),
    };
    let numbers: Vec<_> = wanted.iter().filter(|known| !known.is_wanted).map(|known| known.number).collect();
    Ok(if numbers.is_empty() { Vec::new() } else { vec![Fact::LookRequested { numbers, by }] })
}

/// Development is looked at again, wherever that is not due anyway.
fn published(state: &State) -> Vec<Fact> {
    match state.environments.first() {
        Some(development) if development.sight.is_some() && !development.is_wanted => vec![Fact::Published],
        _ => Vec::new(),
    }
}

fn waive(state: &State, name: &EnvironmentName, waiver: Waiver) -> Facts {
    let known = known(state, name)?;
    let Waiver { reason, owner, why, until, by, at, file } = waiver;
    let keeper = known.waiver(reason).and_then(|waiver| waiver.file.as_ref());
    kept(&known.name, keeper, file.as_ref())?;
    let is_same = |waiver: &Waiver| {
        waiver.owner == owner && waiver.why == why && waiver.until == until && waiver.file == file
    };
    if known.waiver(reason).is_some_and(is_same) {
        return Ok(Vec::new());
    }
    allowed(until, at)?;
    Ok(vec![Fact::Waived { number: known.number, reason, owner, why, until, by, file }])
}

fn end_waiver(
    state: &State,
    name: &EnvironmentName,
    reason: Reason,
    by: Username,
    file: Option<&FileName>,
) -> Facts {
    let known = known(state, name)?;
    let (number, name) = (known.number, known.name.clone());
    let none = || Rejection::NoSuchWaiver { name: name.clone(), reason };
    let waiver = known.waiver(reason).ok_or_else(none)?;
    kept(&name, waiver.file.as_ref(), file)?;
    Ok(vec![Fact::WaiverEnded { number, reason, by }])
}

fn wants_import(state: &State, ground: &Ground, by: Username) -> Facts {
    match (&ground.lifetime, &state.import) {
        (None, _) => Err(Rejection::NoLifeTime),
        (Some(_), Import::Wanted(_)) => Ok(Vec::new()),
        (Some(_), _) => Ok(vec![Fact::ImportRequested { by }]),
    }
}

/// Everything that is not there yet. A name that is taken or unfit is replaced by the host.
fn import(state: &State, ground: &Ground, listed: Vec<Listed>, now: Timestamp) -> Vec<Fact> {
    let Import::Wanted(by) = &state.import else { return Vec::new() };
    let (mut next, mut facts) = (state.clone(), Vec::new());
    for Listed { name, address, purpose } in listed {
        let names = [name.parse().ok(), address.host().parse().ok()];
        let free = names.into_iter().flatten().find(|name| next.named(name).is_none());
        let Some(name) = free.filter(|_| purpose != Purpose::Development) else { continue };
        let Ok(fact) = added(&next, ground, name, address, purpose, by.clone()) else { continue };
        // The next one may have the same name or address.
        if let Ok(applied) = next.clone().apply(&Event::new(now, fact.clone())) {
            next = applied;
            facts.push(fact);
        }
    }
    facts.push(Fact::Imported);
    facts
}

fn not_listed(state: &State, found: Box<Found>) -> Vec<Fact> {
    match state.import {
        Import::Wanted(_) => vec![Fact::ImportStopped { found }],
        _ => Vec::new(),
    }
}

/// What was seen of an environment that was changed or removed meanwhile tells nothing.
fn sighted(state: &State, ground: &Ground, seen: Vec<(Number, u32, Seen)>) -> Vec<Fact> {
    let mut facts = Vec::new();
    let mut unchanged = Vec::new();
    for (number, turn, seen) in seen {
        let Some(known) = state.environment(number).filter(|known| known.turn == turn) else { continue };
        if let Some(found) = refusal(state, ground, known, &seen) {
            facts.push(Fact::Refused { number, found: Box::new(found) });
        } else if known.sight.as_ref().is_some_and(|sight| sight.is_like(&seen)) {
            unchanged.push(number);
        } else {
            facts.push(Fact::Seen { number, seen: Box::new(seen) });
        }
    }
    if !unchanged.is_empty() {
        facts.push(Fact::Unchanged { numbers: unchanged });
    }
    facts
}

/// Why an environment that was just added does not belong: it is LifeTime, or there under another name already.
fn refusal(state: &State, ground: &Ground, known: &Environment, seen: &Seen) -> Option<Found> {
    if known.belongs {
        return None;
    }
    let lifetime = seen.troubles.iter().find(|found| found.reason == Some(Reason::IsLifeTime));
    if let Some(found) = lifetime {
        return Some(found.clone());
    }
    let serial = seen.serial.as_ref()?;
    let development = state.environments.first().filter(|_| ground.serial.as_ref() == Some(serial));
    let twin = state.with_serial(serial, known.number).or(development)?;
    let finding = Finding::new(Check::EnvRole, Outcome::of(Reason::SameEnvironment), SystemTime::UNIX_EPOCH);
    let evidence = Evidence::new().observed(twin.name.as_str());
    Some(Found::record(&finding.with(evidence), known.address.host()))
}
