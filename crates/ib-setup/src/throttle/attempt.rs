//! What is counted, and under which keys.

use ib_domain::address::EnvironmentAddress;
use ib_domain::permission::user::Username;
use sha2::{Digest, Sha256};

use super::AttemptKind;
use crate::registration::{Command, LogIn, Stage, State};

/// Something that is counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Attempt {
    Address(EnvironmentAddress),
    LogIn(LogInAttempt),
    Code(EnvironmentAddress),
}

impl Attempt {
    /// What `command` tries in `state`, where something follows from it.
    pub(crate) fn of(state: &State, command: &Command) -> Option<Self> {
        match (command, &state.stage) {
            (Command::EnterAddress(address), _) => Some(Self::Address(address.clone())),
            (Command::LogIn(username), Stage::LogIn(environment, _)) => Some(Self::LogIn(LogInAttempt {
                address: environment.address.clone(),
                username: username.clone(),
                // Asking begins the next turn.
                turn: state.turn + 1,
            })),
            (Command::EnterCode(_), Stage::ActivationCode(checked, _)) => {
                Some(Self::Code(checked.accepted.signed.environment.address.clone()))
            }
            _ => None,
        }
    }

    pub(super) const fn kind(&self) -> AttemptKind {
        match self {
            Self::Address(_) => AttemptKind::Address,
            Self::LogIn(_) => AttemptKind::LogIn,
            Self::Code(_) => AttemptKind::Code,
        }
    }

    pub(super) const fn address(&self) -> &EnvironmentAddress {
        match self {
            Self::Address(address) | Self::LogIn(LogInAttempt { address, .. }) | Self::Code(address) => {
                address
            }
        }
    }
}

/// A user's log-in at an environment, from being asked for until its outcome is recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LogInAttempt {
    pub(crate) address: EnvironmentAddress,
    pub(crate) username: Username,
    pub(crate) turn: u32,
}

impl State {
    /// The log-in that is asked for or under way.
    pub(crate) fn log_in(&self) -> Option<LogInAttempt> {
        match &self.stage {
            Stage::LogIn(environment, LogIn::Requested(username) | LogIn::Started(username, _)) => {
                Some(LogInAttempt {
                    address: environment.address.clone(),
                    username: username.clone(),
                    turn: self.turn,
                })
            }
            _ => None,
        }
    }
}

pub(super) fn key_of_user(attempt: &LogInAttempt) -> String {
    let username = attempt.username.as_str().to_lowercase();
    key(AttemptKind::LogIn, "user", &[&attempt.address.authority(), &username])
}

/// A short key that tells every list of `parts` from every other one, whatever is written in them.
pub(super) fn key(kind: AttemptKind, scope: &str, parts: &[&str]) -> String {
    let digests = parts.iter().fold(Sha256::new(), |hash, part| hash.chain_update(Sha256::digest(part)));
    let mut digest = format!("{:x}", digests.finalize());
    digest.truncate(32);
    format!("throttle:{}:{scope}:{digest}", kind.id())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(host: &str, username: &str) -> String {
        key_of_user(&LogInAttempt {
            address: EnvironmentAddress::parse(host).unwrap(),
            username: Username::parse(username).unwrap(),
            turn: 1,
        })
    }

    #[test]
    fn no_pair_is_counted_as_another_one() {
        let one = user("dev.acme.example", "maria");
        assert_eq!(one, user("DEV.acme.example/ServiceCenter", " MARIA "), "written in another way");
        assert!(one.len() < 64, "{one}");
        for (host, username) in [
            ("dev.acme.example", "omar"),
            ("qa.acme.example", "maria"),
            ("dev.acme.exampl.e", "maria"),
            ("v.acme.example", "maria"),
        ] {
            assert_ne!(one, user(host, username), "{host} {username}");
        }
        let key = |parts: &[&str]| key(AttemptKind::LogIn, "user", parts);
        assert_ne!(key(&["a", "b:c"]), key(&["a:b", "c"]));
        assert_ne!(key(&["a", ""]), key(&["a"]));
        assert_ne!(key(&["ab", ""]), key(&["a", "b"]));
    }
}
