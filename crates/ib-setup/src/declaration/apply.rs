//! Changing exactly what was planned.

use async_trait::async_trait;

use super::plan::{Conflicts, plan, rest};
use super::{Declaration, Present, Step};
use crate::time::Timestamp;

/// Where a plan is applied.
#[async_trait]
pub trait Site: Send {
    /// Why something was not done.
    type Trouble: Send;

    /// What is there now.
    ///
    /// # Errors
    ///
    /// Where that cannot be told.
    async fn present(&mut self) -> Result<Present, Self::Trouble>;

    /// Takes a step, and waits until it is done or has failed. Taken twice, it changes nothing the second time.
    ///
    /// # Errors
    ///
    /// Where it failed.
    async fn take(&mut self, step: &Step) -> Result<(), Self::Trouble>;

    /// Whether other steps have a chance after `trouble`.
    fn goes_on(&self, trouble: &Self::Trouble) -> bool;
}

/// Hears of every step before it is begun, and once it has ended.
pub trait Journal<T>: Send {
    /// A step begins.
    fn begins(&mut self, step: &Step);

    /// A step has ended.
    fn ended(&mut self, step: &Step, result: &Result<(), T>);
}

/// Nobody wants to hear.
impl<T> Journal<T> for () {
    fn begins(&mut self, _: &Step) {}
    fn ended(&mut self, _: &Step, _: &Result<(), T>) {}
}

/// Why a plan is not applied. Nothing more is done.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ApplyError<T> {
    /// What would be done is not what was planned.
    #[error("the infrastructure has changed since the plan was made")]
    Changed(Vec<Step>),
    /// The declaration cannot hold beside what is there.
    #[error(transparent)]
    Conflicts(#[from] Conflicts),
    /// What is there cannot be told.
    #[error("what is there cannot be told")]
    Site(T),
}

/// A plan that is applied. It tells at any time what was done, what failed, and what was not started, also where
/// [`run`](Self::run) is dropped on its way.
#[derive(Debug)]
pub struct Apply<T> {
    declaration: Declaration,
    plan: Vec<Step>,
    left: Vec<Step>,
    /// What was done, now or by an earlier run.
    pub done: Vec<Step>,
    /// What failed, and why.
    pub failed: Vec<(Step, T)>,
}

impl<T: Send> Apply<T> {
    /// Applies `plan`, which was made of `declaration`.
    pub fn new(declaration: Declaration, plan: Vec<Step>) -> Self {
        Self { declaration, left: plan.clone(), plan, done: Vec::new(), failed: Vec::new() }
    }

    /// What was not started, or not ended.
    pub fn not_started(&self) -> &[Step] {
        &self.left
    }

    /// Goes as far as possible: a step that fails stops others only where they have no chance.
    ///
    /// # Errors
    ///
    /// [`ApplyError`] where nothing more may be done.
    pub async fn run<S: Site<Trouble = T>>(
        &mut self,
        site: &mut S,
        journal: &mut impl Journal<T>,
        now: impl Fn() -> Timestamp + Send,
    ) -> Result<(), ApplyError<T>> {
        self.compare(site, now()).await?;
        while let Some(step) = self.left.first().cloned() {
            let registers = matches!(step, Step::Register { .. });
            journal.begins(&step);
            let result = site.take(&step).await;
            journal.ended(&step, &result);
            self.left.remove(0);
            if let Err(trouble) = result {
                let goes_on = !registers && site.goes_on(&trouble);
                self.failed.push((step, trouble));
                if goes_on {
                    continue;
                }
                return Ok(());
            }
            self.done.push(step);
            if registers {
                self.compare(site, now()).await?;
            }
        }
        Ok(())
    }

    /// Leaves out what is there already, where nothing else is missing than what was planned.
    async fn compare<S: Site<Trouble = T>>(
        &mut self,
        site: &mut S,
        now: Timestamp,
    ) -> Result<(), ApplyError<T>> {
        let present = site.present().await.map_err(ApplyError::Site)?;
        let steps = plan(&self.declaration, &present, now)?;
        let left = rest(&self.plan, steps).map_err(ApplyError::Changed)?;
        let is_done = |step: &&Step| !left.iter().any(|other| other.is_kind_of(step));
        self.done.extend(self.left.iter().filter(is_done).cloned());
        self.left = left;
        Ok(())
    }
}

impl Step {
    /// Whether it is `other`, or what is left of it.
    fn is_kind_of(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Install { .. }, Self::Install { .. }) => true,
            (one, other) => one == other,
        }
    }
}
