//! What would change.

use std::collections::BTreeSet;
use std::fmt;

use ib_domain::address::EnvironmentAddress;
use ib_domain::declaration::FileName;
use ib_domain::environment::EnvironmentName;
use ib_domain::reason::Reason;

use super::{Declaration, DeclaredEnvironment, DeclaredWaiver, Present, PresentEnvironment, Step};
use crate::environment::LONGEST;
use crate::time::Timestamp;

/// Why a declaration cannot hold beside what is there.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Conflict {
    /// Another file declares the environment.
    #[error("{0} is declared in {1}; take it out of one of the two files")]
    Elsewhere(EnvironmentName, FileName),
    /// Another file declares the waiver.
    #[error("the waiver of {0} for {1} is declared in {2}; take it out of one of the two files")]
    WaiverElsewhere(EnvironmentName, Reason, FileName),
    /// Another environment has the address.
    #[error("{0} is the address of {1} already; declare it under that name, or remove it")]
    AddressTaken(EnvironmentAddress, EnvironmentName),
    /// A waiver would go on for too long.
    #[error("the waiver of {0} for {1} ends more than {days} days from now; give it an earlier end", days = LONGEST.as_secs() / 86_400)]
    UntilTooFar(EnvironmentName, Reason),
}

/// Everything that stands against a declaration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflicts(pub Vec<Conflict>);

impl fmt::Display for Conflicts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().enumerate().try_for_each(|(index, conflict)| {
            let comma = if index == 0 { "" } else { "; " };
            write!(f, "{comma}{conflict}")
        })
    }
}

impl std::error::Error for Conflicts {}

/// What would change, in order, to have everything as declared; nothing where it is so.
///
/// A waiver that has expired by `now` is not asked for: it would count for nothing.
///
/// # Errors
///
/// [`Conflicts`] where the declaration cannot hold beside what is there.
pub fn plan(declaration: &Declaration, present: &Present, now: Timestamp) -> Result<Vec<Step>, Conflicts> {
    let mut draft = Draft::new(declaration, present);
    if !present.is_registered {
        draft.steps.push(Step::Register { development: declaration.development.clone() });
    }
    let is_due = |id: &_| present.dependencies.get(id) != Some(&true);
    let dependencies: BTreeSet<_> = declaration.dependencies.ids().into_iter().filter(is_due).collect();
    if !dependencies.is_empty() {
        draft.steps.push(Step::Install { dependencies });
    }
    draft.environments();
    draft.waivers(now);
    if draft.conflicts.is_empty() { Ok(draft.steps) } else { Err(Conflicts(draft.conflicts)) }
}

/// What of a plan is left: the steps that would be made now, where the plan names every one of them.
///
/// # Errors
///
/// The steps that it does not name: the infrastructure has changed since it was made.
pub fn rest(plan: &[Step], now: Vec<Step>) -> Result<Vec<Step>, Vec<Step>> {
    let is_strange = |step: &&Step| !plan.iter().any(|known| known.covers(step));
    let strange: Vec<_> = now.iter().filter(is_strange).cloned().collect();
    if strange.is_empty() { Ok(now) } else { Err(strange) }
}

impl Step {
    /// Whether who agreed to this step has agreed to `other`.
    fn covers(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Install { dependencies: known }, Self::Install { dependencies }) => {
                dependencies.is_subset(known)
            }
            (known, other) => known == other,
        }
    }
}

/// A plan on its way.
struct Draft<'d> {
    declaration: &'d Declaration,
    /// What is there once the steps are taken.
    model: Vec<PresentEnvironment>,
    steps: Vec<Step>,
    conflicts: Vec<Conflict>,
}

/// An environment as it is called, and as it is to be.
type Change<'d> = (EnvironmentName, &'d DeclaredEnvironment);

impl<'d> Draft<'d> {
    fn new(declaration: &'d Declaration, present: &Present) -> Self {
        let model = present.environments.clone();
        Self { declaration, model, steps: Vec::new(), conflicts: Vec::new() }
    }

    fn environments(&mut self) {
        let (mut changes, mut additions) = (Vec::new(), Vec::new());
        for wanted in &self.declaration.environments {
            match self.counterpart(wanted) {
                Some(known) => changes.push((known, wanted)),
                None => additions.push(wanted),
            }
        }
        let file = Some(&self.declaration.file);
        self.remove(|known| {
            known.file.as_ref() == file && !changes.iter().any(|(name, _)| *name == known.name)
        });
        self.find_conflicts(&changes, &additions);
        if self.conflicts.is_empty() {
            self.change(changes, &mut additions);
            // In the order of the file, whoever had to make room.
            for wanted in self.declaration.environments.iter().filter(|wanted| additions.contains(wanted)) {
                self.put(wanted, None);
            }
        }
    }

    /// What is there of a declared environment: the one of that name, or else one at that address that no other
    /// declared one is called.
    fn counterpart(&self, wanted: &DeclaredEnvironment) -> Option<EnvironmentName> {
        let mut others = self.model.iter().filter(|known| !known.is_development);
        if let Some(known) = others.clone().find(|known| known.name.is_same(&wanted.name)) {
            return Some(known.name.clone());
        }
        let declared = &self.declaration.environments;
        let is_free = |known: &&PresentEnvironment| {
            known.address == wanted.address && !declared.iter().any(|other| other.name.is_same(&known.name))
        };
        others.find(is_free).map(|known| known.name.clone())
    }

    /// Takes environments out of what is there.
    fn remove(&mut self, is_over: impl Fn(&PresentEnvironment) -> bool) {
        let (over, left): (Vec<_>, _) = std::mem::take(&mut self.model).into_iter().partition(is_over);
        self.model = left;
        self.steps.extend(over.into_iter().map(|known| Step::Remove {
            environment: DeclaredEnvironment { name: known.name, address: known.address },
        }));
    }

    fn find_conflicts(&mut self, changes: &[Change<'d>], additions: &[&'d DeclaredEnvironment]) {
        for known in &self.model {
            let is_changed = changes.iter().any(|(name, _)| *name == known.name);
            let elsewhere = known.file.as_ref().filter(|file| **file != self.declaration.file);
            if let Some(file) = elsewhere.filter(|_| is_changed) {
                self.conflicts.push(Conflict::Elsewhere(known.name.clone(), file.clone()));
            }
            let mut wanted = changes.iter().map(|(_, wanted)| wanted).chain(additions);
            if !is_changed && wanted.any(|wanted| wanted.address == known.address) {
                self.conflicts.push(Conflict::AddressTaken(known.address.clone(), known.name.clone()));
            }
        }
    }

    /// Each once its name and its address are free. Where some wait for each other, one is removed, and added again.
    fn change(&mut self, mut changes: Vec<Change<'d>>, additions: &mut Vec<&'d DeclaredEnvironment>) {
        while !changes.is_empty() {
            if let Some(index) = changes.iter().position(|change| self.is_free(change)) {
                let (name, wanted) = changes.remove(index);
                self.put(wanted, Some(&name));
            } else {
                let (name, wanted) = changes.remove(0);
                self.remove(|known| known.name == name);
                additions.push(wanted);
            }
        }
    }

    fn is_free(&self, (name, wanted): &Change<'d>) -> bool {
        let mut others = self.model.iter().filter(|other| other.name != *name);
        !others.any(|other| other.name.is_same(&wanted.name) || other.address == wanted.address)
    }

    fn put(&mut self, wanted: &DeclaredEnvironment, known: Option<&EnvironmentName>) {
        let file = Some(self.declaration.file.clone());
        let known = known.and_then(|name| self.model.iter_mut().find(|known| known.name == *name));
        let Some(known) = known else {
            let DeclaredEnvironment { name, address } = wanted.clone();
            let waivers = Vec::new();
            self.model.push(PresentEnvironment { name, address, is_development: false, file, waivers });
            self.steps.push(Step::Put { environment: wanted.clone(), was: None });
            return;
        };
        let was = DeclaredEnvironment { name: known.name.clone(), address: known.address.clone() };
        let is_same = was == *wanted;
        if is_same && known.file == file {
            return;
        }
        (known.name, known.address, known.file) = (wanted.name.clone(), wanted.address.clone(), file);
        self.steps.push(Step::Put { environment: wanted.clone(), was: (!is_same).then_some(was) });
    }

    fn waivers(&mut self, now: Timestamp) {
        let file = Some(&self.declaration.file);
        for known in &self.model {
            let is_wanted = |waiver: &DeclaredWaiver| {
                let mut all = self.declaration.waivers.iter();
                all.any(|wanted| wanted.reason == waiver.reason && wanted.environment.is_same(&known.name))
            };
            let ours = known.waivers.iter().filter(|(_, keeper)| keeper.as_ref() == file);
            let over = ours.filter(|(waiver, _)| !is_wanted(waiver));
            self.steps.extend(over.map(|(waiver, _)| Step::EndWaiver {
                environment: known.name.clone(),
                reason: waiver.reason,
            }));
        }
        for wanted in &self.declaration.waivers {
            self.waive(wanted, now);
        }
    }

    fn waive(&mut self, wanted: &DeclaredWaiver, now: Timestamp) {
        let known = self.model.iter().find(|known| known.name.is_same(&wanted.environment));
        let mut waivers = known.iter().flat_map(|known| &known.waivers);
        let (environment, reason) = (wanted.environment.clone(), wanted.reason);
        match waivers.find(|(waiver, _)| waiver.reason == reason) {
            Some((_, Some(file))) if *file != self.declaration.file => {
                self.conflicts.push(Conflict::WaiverElsewhere(environment, reason, file.clone()));
            }
            Some((waiver, Some(_))) if waiver.says_the_same_as(wanted) => {}
            _ if wanted.until <= now => {}
            _ if wanted.until > now.plus(LONGEST) => {
                self.conflicts.push(Conflict::UntilTooFar(environment, reason));
            }
            _ => self.steps.push(Step::Waive { waiver: wanted.clone() }),
        }
    }
}

impl DeclaredWaiver {
    fn says_the_same_as(&self, other: &Self) -> bool {
        (&self.owner, &self.why, self.until) == (&other.owner, &other.why, other.until)
    }
}
