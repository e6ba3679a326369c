//! The loop: do what is owed, record what came of it under the next sequence number, think again.
//!
//! # What a crash costs
//!
//! Between doing and recording, the effect is done again; each [`Effect`](crate::registration::Effect) says
//! why that is safe. The log-in is the exception: it is recorded as started before it is sent. A driver that
//! finds it started leaves it alone, and once [`LOG_IN_LIMIT`](crate::registration::LOG_IN_LIMIT) has passed
//! the person is asked again.
//!
//! # Two drivers
//!
//! Recording under a sequence number that is taken fails; then the state is loaded and judged afresh. An
//! answer that the state no longer waits for is dropped. A lease keeps two drivers from doing the same work
//! at once; nothing depends on it but the effort.

use crate::history;
use crate::id::SetupId;
use crate::ports::{Secret, SecretKind, Standing, Store, StoreError};
use crate::registration::{Command, Effect, Event, Rejection, State, View, decide, owed, view};
use crate::setup::{Setup, SetupError};
use crate::throttle::Attempt;
use crate::time::Timestamp;

/// Loads a set-up without changing it.
pub(crate) async fn load(store: &dyn Store, setup: SetupId) -> Result<(State, usize), SetupError> {
    let kept = store.load(setup.into()).await?.ok_or(SetupError::Unknown)?;
    history::restore(store, setup.into(), &kept).await
}

impl Setup {
    /// All events of a set-up in order; none for one that is not known.
    ///
    /// # Errors
    ///
    /// [`SetupError::Store`].
    pub async fn history(&self, setup: SetupId) -> Result<Vec<Event>, SetupError> {
        Ok(history::events::<State>(&*self.ports.store, setup.into(), 0, usize::MAX).await?)
    }

    /// Does what is due for a set-up until nothing more is, and returns what a person sees then.
    ///
    /// Call it after a command, when a set-up is due, and after a restart. Two drivers may do so at once.
    ///
    /// # Errors
    ///
    /// [`SetupError`] when a port fails. Nothing is lost: the next call goes on.
    pub async fn drive(&self, setup: SetupId) -> Result<View, SetupError> {
        Ok(view(&self.advance(setup).await?.0))
    }

    /// The same; the state, and how many events led to it.
    pub(crate) async fn advance(&self, setup: SetupId) -> Result<(State, usize), SetupError> {
        loop {
            let (state, sequence) = self.current(setup).await?;
            let now = self.ports.clock.now();
            let due = |effect: &Effect| effect.due().is_none_or(|due| due <= now);
            let Some(effect) = owed(&state).into_iter().find(due) else {
                return Ok((state, sequence));
            };
            if let Some(result) = self.perform(setup, &effect).await? {
                let turn = effect.turn();
                self.record_awaited(setup, Command::Conclude { turn, result }).await?;
                self.forget_used(setup, &effect).await?;
            }
        }
    }

    /// Records that the credentials are about to be sent; `false` where somebody else does so.
    pub(crate) async fn start_log_in(&self, setup: SetupId, turn: u32) -> Result<bool, SetupError> {
        self.record_awaited(setup, Command::StartLogIn { turn }).await
    }

    /// Decides on `command` and records what follows, sealing `secret` first. Nothing is counted, sealed or
    /// recorded where nothing follows, and nothing sealed or recorded where an attempt comes too early.
    pub(crate) async fn record(
        &self,
        setup: SetupId,
        command: &Command,
        secret: Option<&Secret>,
    ) -> Result<State, SetupError> {
        let mut admitted = None;
        loop {
            let (state, sequence) = self.current(setup).await?;
            let events = decide(&state, command.clone(), self.ports.clock.now())?;
            if events.is_empty() {
                return Ok(state);
            }
            let events: Vec<_> = events.into_iter().map(|event| event.asked_from(self.source)).collect();
            let attempt = Attempt::of(&state, command);
            if let Some(attempt) = attempt.filter(|attempt| admitted.as_ref() != Some(attempt)) {
                self.admit(setup, &attempt).await?;
                admitted = Some(attempt);
            }
            if let Some(secret) = secret {
                self.ports.vault.seal(setup, secret.clone()).await?;
            }
            let before = state.log_in();
            if let Some(state) = self.append(setup, sequence, state, &events).await? {
                if let Some(attempt) = before.filter(|before| state.log_in().as_ref() != Some(before)) {
                    let let_in = events.iter().any(|event| event.fact.lets_in());
                    // It is recorded all the same, and nothing stays in flight for long.
                    drop(self.land(setup, &attempt, let_in).await);
                }
                return Ok(state);
            }
        }
    }

    /// Loads a set-up without changing it.
    pub(crate) async fn load(&self, setup: SetupId) -> Result<(State, usize), SetupError> {
        load(self.ports.store.as_ref(), setup).await
    }

    /// Appends to a history; `None` where somebody else was first.
    pub(crate) async fn append(
        &self,
        setup: SetupId,
        sequence: usize,
        state: State,
        events: &[Event],
    ) -> Result<Option<State>, SetupError> {
        let (store, at) = (&*self.ports.store, (setup.into(), sequence));
        let append = history::append(store, at, state, events, |state| self.standing(state), None);
        match Box::pin(append).await {
            Ok(state) => Ok(Some(state)),
            Err(SetupError::Store(StoreError::Conflict)) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The state under the rules that hold now.
    async fn current(&self, setup: SetupId) -> Result<(State, usize), SetupError> {
        loop {
            let (state, sequence) = self.load(setup).await?;
            let rules = Command::SetRules(self.rules.clone());
            let events = decide(&state, rules, self.ports.clock.now())?;
            if events.is_empty() {
                return Ok((state, sequence));
            }
            if let Some(state) = self.append(setup, sequence, state, &events).await? {
                return Ok((state, sequence + events.len()));
            }
        }
    }

    /// Records what the state waits for; `false` where it no longer does.
    async fn record_awaited(&self, setup: SetupId, command: Command) -> Result<bool, SetupError> {
        match self.clone().by_itself().record(setup, &command, None).await {
            Ok(_) => Ok(true),
            Err(SetupError::Rejected(Rejection::NotAwaited)) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Forgets a secret that has been used. Credentials that were accepted stay, until the vault's limit, for
    /// the installation that follows.
    async fn forget_used(&self, setup: SetupId, effect: &Effect) -> Result<(), SetupError> {
        let kind = match effect {
            Effect::LogIn { turn, .. } | Effect::GiveUpLogIn { turn, .. } => {
                let (state, _) = self.load(setup).await?;
                // Somebody may have logged in anew in the meantime; that secret is not ours to forget.
                if !state.log_in_stopped(*turn) {
                    return Ok(());
                }
                SecretKind::Credentials
            }
            Effect::SubmitCode { turn, .. } => {
                let (state, _) = self.load(setup).await?;
                if state.turn() != *turn {
                    return Ok(());
                }
                SecretKind::Code
            }
            _ => return Ok(()),
        };
        Ok(self.ports.vault.forget(setup, kind).await?)
    }

    /// When there is next work for the set-up itself.
    pub(crate) fn next(&self, state: &State) -> Option<Timestamp> {
        let now = self.ports.clock.now();
        owed(state).iter().map(|effect| effect.due().unwrap_or(now)).min()
    }

    fn standing(&self, state: &State) -> Standing {
        let infrastructure = state.infrastructure();
        // Its environments and publications have yet to hear that somebody came in.
        let to_be_told = infrastructure.map(|_| self.ports.clock.now());
        Standing { due: self.next(state).or(to_be_told), signed: state.signer(), infrastructure }
    }
}
