//! Counting attempts on the shelf, for all processes alike.
//!
//! A log-in is also in flight there, from its admission until its outcome is recorded: at most one for each
//! user and environment, whichever set-up it belongs to. Whoever ended without recording an outcome keeps
//! others out for [`LOG_IN_LIMIT`] only.

use serde::{Deserialize, Serialize};

use super::attempt::{Attempt, LogInAttempt, key, key_of_user};
use super::{Attempts, Limit, Scopes, Throttled};
use crate::id::SetupId;
use crate::ports::{Record, StoreError};
use crate::registration::LOG_IN_LIMIT;
use crate::setup::{Setup, SetupError};
use crate::time::Timestamp;

/// Where an attempt is counted, and how often it may be made.
struct Scope {
    key: String,
    limit: Limit,
    /// The log-in that is in flight then, where there may be one at a time.
    flight: Option<Flight>,
}

/// A log-in between its admission and its outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Flight {
    setup: SetupId,
    turn: u32,
    until: Timestamp,
}

impl Flight {
    fn new(setup: SetupId, attempt: &LogInAttempt, now: Timestamp) -> Self {
        Self { setup, turn: attempt.turn, until: now.plus(LOG_IN_LIMIT) }
    }

    fn is_same_as(&self, other: &Self) -> bool {
        (self.setup, self.turn) == (other.setup, other.turn)
    }
}

/// What lies on the shelf for one scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
struct Tally {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    attempts: Option<Attempts>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    flight: Option<Flight>,
}

impl Tally {
    /// What cannot be read was written by another program: counting begins anew.
    fn read(record: Option<&Record>) -> Self {
        record.and_then(|record| serde_json::from_str(&record.value).ok()).unwrap_or_default()
    }

    /// The tally with one more attempt; `None` where this one has been counted, which a form that was sent
    /// twice asks for again.
    fn admit(self, scope: &Scope, now: Timestamp) -> Result<Option<Self>, Timestamp> {
        let mut free = now;
        if let (Some(flight), Some(own)) = (self.flight, scope.flight) {
            if flight.is_same_as(&own) {
                return Ok(None);
            }
            // A set-up that asks anew has no log-in under way any more. One that is said to last longer than any
            // does is no reason to wait: the clock went back.
            if flight.setup != own.setup && flight.until <= own.until.plus(LOG_IN_LIMIT) {
                free = free.max(flight.until);
            }
        }
        match scope.limit.admit(self.attempts, now) {
            Ok(attempts) if free <= now => Ok(Some(Self { attempts: Some(attempts), flight: scope.flight })),
            Ok(_) => Err(free),
            Err(until) => Err(free.max(until)),
        }
    }

    /// When nothing of it matters any more.
    fn until(&self, limit: &Limit, now: Timestamp) -> Timestamp {
        let forgotten = self.attempts.map(|attempts| limit.forgets(attempts));
        forgotten.max(self.flight.map(|flight| flight.until)).unwrap_or(now)
    }
}

impl Setup {
    /// Counts an attempt in every scope.
    ///
    /// # Errors
    ///
    /// [`SetupError::Throttled`] where it comes too early for one of them. Then nothing is written, unless
    /// somebody else's attempt came in between.
    pub(crate) async fn admit(&self, setup: SetupId, attempt: &Attempt) -> Result<(), SetupError> {
        let (now, kind) = (self.ports.clock.now(), attempt.kind());
        let (mut found, mut early) = (Vec::new(), None);
        for scope in self.scopes(setup, attempt, now) {
            let record = self.ports.shelf.get(&scope.key, now).await?;
            match Tally::read(record.as_ref()).admit(&scope, now) {
                Ok(None) => return Ok(()),
                Ok(Some(_)) => found.push((scope, record)),
                Err(until) => early = early.max(Some(until)),
            }
        }
        if let Some(until) = early {
            return Err(Throttled { kind, until }.into());
        }
        for (scope, record) in found {
            let admitted = self
                .update(&scope.key, &scope.limit, record, |tally| {
                    tally.admit(&scope, now).map_err(|until| Throttled { kind, until }.into())
                })
                .await;
            match admitted {
                Ok(true) => {}
                Ok(false) => return Ok(()),
                Err(error) => {
                    if let Attempt::LogIn(attempt) = attempt {
                        self.land(setup, attempt, false).await?;
                    }
                    return Err(error);
                }
            }
        }
        Ok(())
    }

    /// Keeps a log-in in flight that is about to be sent; `false` where it no longer is, because it waited so
    /// long that another one may have been admitted.
    pub(crate) async fn keep_in_flight(
        &self,
        setup: SetupId,
        attempt: &LogInAttempt,
    ) -> Result<bool, SetupError> {
        let own = Flight::new(setup, attempt, self.ports.clock.now());
        self.update_flight(attempt, |tally| {
            tally.flight.filter(|flight| flight.is_same_as(&own))?;
            Some(Tally { flight: Some(own), ..tally })
        })
        .await
    }

    /// Takes a log-in out of flight, if it still is. The failed attempts before it are forgotten where the
    /// environment let the user in.
    pub(crate) async fn land(
        &self,
        setup: SetupId,
        attempt: &LogInAttempt,
        let_in: bool,
    ) -> Result<(), SetupError> {
        let own = Flight::new(setup, attempt, self.ports.clock.now());
        self.update_flight(attempt, |tally| {
            tally.flight.filter(|flight| flight.is_same_as(&own))?;
            Some(Tally { attempts: tally.attempts.filter(|_| !let_in), flight: None })
        })
        .await?;
        Ok(())
    }

    async fn update_flight(
        &self,
        attempt: &LogInAttempt,
        change: impl Fn(Tally) -> Option<Tally> + Send + Sync,
    ) -> Result<bool, SetupError> {
        let key = key_of_user(attempt);
        let record = self.ports.shelf.get(&key, self.ports.clock.now()).await?;
        self.update(&key, &self.limits.user, record, |tally| Ok(change(tally))).await
    }

    /// Changes a tally that was read as `record`, and again as often as somebody else comes in between;
    /// `false` where nothing is to be changed.
    async fn update(
        &self,
        key: &str,
        limit: &Limit,
        mut record: Option<Record>,
        change: impl Fn(Tally) -> Result<Option<Tally>, SetupError> + Send + Sync,
    ) -> Result<bool, SetupError> {
        loop {
            let now = self.ports.clock.now();
            let Some(changed) = change(Tally::read(record.as_ref()))? else {
                return Ok(false);
            };
            let value =
                serde_json::to_string(&changed).map_err(|error| StoreError::Unavailable(error.into()))?;
            let version = record.map(|record| record.version);
            match self.ports.shelf.put(key, version, &value, changed.until(limit, now), now).await {
                Ok(_) => return Ok(true),
                Err(StoreError::Conflict) => record = self.ports.shelf.get(key, now).await?,
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Where an attempt is counted. The pair of user and environment comes first, since it tells whether the
    /// attempt has been counted.
    fn scopes(&self, setup: SetupId, attempt: &Attempt, now: Timestamp) -> Vec<Scope> {
        let Scopes { client, environment, everybody } = match attempt {
            Attempt::Address(_) => self.limits.addresses,
            Attempt::LogIn(_) => self.limits.log_ins,
            Attempt::Code(_) => self.limits.codes,
        };
        let kind = attempt.kind();
        let shared =
            |name: &str, parts: &[&str], limit| Scope { key: key(kind, name, parts), limit, flight: None };
        let pair = match attempt {
            Attempt::LogIn(attempt) => Some(Scope {
                key: key_of_user(attempt),
                limit: self.limits.user,
                flight: Some(Flight::new(setup, attempt, now)),
            }),
            Attempt::Address(_) | Attempt::Code(_) => None,
        };
        let client = self.client.map(|asking| shared("client", &[&asking.key()], client));
        let environment = shared("environment", &[&attempt.address().authority()], environment);
        let everybody = shared("everybody", &[], everybody);
        pair.into_iter().chain(client).chain([environment, everybody]).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_read_counts_as_nothing() {
        let record = |value: &str| Some(Record { value: value.into(), version: 1 });
        for other in ["", "{}", "{\"attempts\":7}"] {
            assert_eq!(Tally::read(record(other).as_ref()), Tally::default(), "{other}");
        }
    }
}
