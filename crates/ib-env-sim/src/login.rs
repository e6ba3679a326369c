//! Logging in, and being locked out (`it-user-permissions.md` 6).

use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp};

use crate::scenario::{Environment, IdentityProvider, Permission, Scenario, User};

/// Failures older than this do not count any more.
const WINDOW: SignedDuration = SignedDuration::from_mins(60);
/// After how many failures a user is locked out, and for how long.
const SHORT: (usize, SignedDuration) = (3, SignedDuration::from_secs(30));
const LONG: (usize, SignedDuration) = (6, SignedDuration::from_secs(1800));
/// How many usernames the book remembers per simulator.
const BOOK_LIMIT: usize = 10_000;

/// Why nobody is logged in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// Unknown user, wrong password, inactive, or a local password where an external provider decides.
    Credentials,
    /// Locked for seconds.
    LockedShortly,
    /// Locked for long.
    LockedLong,
    /// The default role has No Access here.
    NoAccess,
}

impl Refusal {
    /// What the environment says. The text for No Access is not public; this one is the project's choice.
    pub(crate) fn text(self, environment: &Environment) -> String {
        match self {
            Self::Credentials => {
                environment.refusal_text.clone().unwrap_or_else(|| "Invalid username or password.".to_owned())
            }
            Self::LockedShortly => {
                "Too many failed login attempts. Please try again in a few minutes.".to_owned()
            }
            Self::LockedLong => "Too many failed login attempts. Please try again in 60 minutes.".to_owned(),
            Self::NoAccess => "You do not have permission to access this environment.".to_owned(),
        }
    }
}

/// A user who is logged in, and what the default role allows here.
#[derive(Debug, Clone)]
pub(crate) struct Session {
    pub(crate) user: User,
    pub(crate) permission: Permission,
}

/// Failed attempts, and locks set through the control API, per host and user.
#[derive(Debug, Default)]
pub(crate) struct LockBook {
    entries: HashMap<(String, String), Entry>,
}

#[derive(Debug, Default)]
struct Entry {
    failures: Vec<Timestamp>,
    until: Option<Timestamp>,
    long: bool,
}

impl LockBook {
    /// One attempt at `now`: success forgets earlier failures, failure counts.
    pub(crate) fn attempt(
        &mut self,
        scenario: &Scenario,
        environment: &Environment,
        (username, password): (&str, &str),
        now: Timestamp,
    ) -> Result<Session, Refusal> {
        let user = scenario.user(username);
        if user.is_some_and(|user| user.locked) {
            return Err(Refusal::LockedLong);
        }
        let place = (environment.host.to_ascii_lowercase(), username.trim().to_lowercase());
        if let Some(refusal) = self.entries.get(&place).and_then(|entry| entry.locked(now)) {
            return Err(refusal);
        }
        let Some(user) = user.filter(|user| accepts(user, environment, password)) else {
            self.fail(place, now);
            return Err(Refusal::Credentials);
        };
        self.entries.remove(&place);
        let permission = scenario.role(&user.role).map(|role| role.on(environment)).unwrap_or_default();
        if permission.level == 0 {
            return Err(Refusal::NoAccess);
        }
        Ok(Session { user: user.clone(), permission })
    }

    fn fail(&mut self, place: (String, String), now: Timestamp) {
        if self.entries.len() >= BOOK_LIMIT {
            self.entries.retain(|_, entry| entry.until.is_some_and(|until| until > now));
        }
        if self.entries.len() >= BOOK_LIMIT && !self.entries.contains_key(&place) {
            return;
        }
        let entry = self.entries.entry(place).or_default();
        entry.failures.retain(|failure| now.duration_since(*failure) < WINDOW);
        entry.failures.push(now);
        let count = entry.failures.len();
        entry.long = count >= LONG.0;
        let wait = if count >= LONG.0 { Some(LONG.1) } else { (count == SHORT.0).then_some(SHORT.1) };
        if let Some(wait) = wait {
            entry.until = Some(now.saturating_add(wait).unwrap_or(Timestamp::MAX));
        }
    }

    /// Locks a user on a host until a moment.
    pub(crate) fn lock(&mut self, host: &str, username: &str, until: Timestamp) {
        let place = (host.to_ascii_lowercase(), username.trim().to_lowercase());
        let entry = self.entries.entry(place).or_default();
        entry.until = Some(until);
        entry.long = true;
    }

    /// Forgets a user's failures and locks on every host.
    pub(crate) fn unlock(&mut self, username: &str) {
        let name = username.trim().to_lowercase();
        self.entries.retain(|(_, user), _| *user != name);
    }
}

impl Entry {
    fn locked(&self, now: Timestamp) -> Option<Refusal> {
        self.until.filter(|until| *until > now)?;
        Some(if self.long { Refusal::LockedLong } else { Refusal::LockedShortly })
    }
}

/// The plain password, or `#` and a registered digest; never an empty one, never a bare `#`.
fn accepts(user: &User, environment: &Environment, password: &str) -> bool {
    let local = environment.identity_provider == IdentityProvider::BuiltIn || user.local_administrator;
    let digest = password.strip_prefix('#').filter(|digest| !digest.is_empty());
    let digest_known = digest.is_some_and(|digest| user.digests.iter().any(|known| known.reveal() == digest));
    let plain = !password.is_empty() && password != "#" && user.password.reveal() == password;
    user.active && local && (plain || digest_known)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    const GOOD: &str = "maria-Pass-1";

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_768_000_000 + seconds).unwrap()
    }

    fn attempt(
        book: &mut LockBook,
        scenario: &Scenario,
        user: &str,
        password: &str,
        second: i64,
    ) -> Option<Refusal> {
        let environment = scenario.environment("dev.acme.example").unwrap();
        book.attempt(scenario, environment, (user, password), at(second)).err()
    }

    #[rstest]
    #[case("maria", GOOD, None)]
    #[case(" MARIA ", GOOD, None)]
    #[case("maria", "#6d617269612d646967657374", None)]
    #[case("maria", "6d617269612d646967657374", Some(Refusal::Credentials))]
    #[case("maria", "", Some(Refusal::Credentials))]
    #[case("maria", "#", Some(Refusal::Credentials))]
    #[case("maria", "#unregistered", Some(Refusal::Credentials))]
    #[case("nobody", GOOD, Some(Refusal::Credentials))]
    #[case("ines", "ines-Pass-1", Some(Refusal::Credentials))]
    #[case("noah", "noah-Pass-1", Some(Refusal::NoAccess))]
    #[case("tess", "tess-Pass-1", Some(Refusal::NoAccess))]
    #[case("lola", "lola-Pass-1", Some(Refusal::LockedLong))]
    fn who_gets_in(#[case] user: &str, #[case] password: &str, #[case] expected: Option<Refusal>) {
        assert_eq!(attempt(&mut LockBook::default(), &Scenario::acme(), user, password, 0), expected);
    }

    #[test]
    fn three_failures_lock_for_30_seconds_and_six_for_1800() {
        let (mut book, acme) = (LockBook::default(), Scenario::acme());
        for second in 0..3 {
            assert_eq!(attempt(&mut book, &acme, "maria", "no", second), Some(Refusal::Credentials));
        }
        assert_eq!(attempt(&mut book, &acme, "maria", GOOD, 31), Some(Refusal::LockedShortly));
        for second in 32..35 {
            assert_eq!(attempt(&mut book, &acme, "maria", "no", second), Some(Refusal::Credentials));
        }
        assert_eq!(attempt(&mut book, &acme, "maria", GOOD, 34 + 1799), Some(Refusal::LockedLong));
        assert_eq!(attempt(&mut book, &acme, "maria", GOOD, 34 + 1800), None);
    }

    #[test]
    fn success_forgets_failures_and_old_failures_do_not_count() {
        let (mut book, acme) = (LockBook::default(), Scenario::acme());
        for second in [0, 1, 3601, 3602] {
            assert_eq!(attempt(&mut book, &acme, "maria", "no", second), Some(Refusal::Credentials));
        }
        assert_eq!(attempt(&mut book, &acme, "maria", GOOD, 3603), None);
        assert_eq!(attempt(&mut book, &acme, "maria", "no", 3604), Some(Refusal::Credentials));
        assert_eq!(attempt(&mut book, &acme, "maria", GOOD, 3605), None);
    }

    #[test]
    fn a_lock_of_one_user_or_host_is_nobody_elses() {
        let (mut book, acme) = (LockBook::default(), Scenario::acme());
        book.lock("dev.acme.example", "Maria", at(60));
        assert_eq!(attempt(&mut book, &acme, "maria", GOOD, 0), Some(Refusal::LockedLong));
        assert_eq!(attempt(&mut book, &acme, "nina", "nina-Pass-1", 0), None);
        let quality = acme.environment("qa.acme.example").unwrap();
        assert!(book.attempt(&acme, quality, ("maria", GOOD), at(0)).is_ok());
        book.unlock("MARIA");
        assert_eq!(attempt(&mut book, &acme, "maria", GOOD, 0), None);
    }

    #[test]
    fn an_external_provider_leaves_local_administrators_in() {
        let mut acme = Scenario::acme();
        acme.environments[0].identity_provider = IdentityProvider::Oidc;
        let book = &mut LockBook::default();
        assert_eq!(attempt(book, &acme, "maria", GOOD, 0), Some(Refusal::Credentials));
        assert_eq!(attempt(book, &acme, "admin", "admin-Pass-1", 0), None);
    }
}
