//! What can be asked, and what the world answers.

use std::collections::BTreeSet;
use std::net::IpAddr;

use ib_domain::address::EnvironmentAddress;
use ib_domain::declaration::FileName;
use ib_domain::environment::{EnvironmentName, Purpose};
use ib_domain::permission::user::Username;
use ib_domain::reason::Reason;
use ib_domain::waiver::{WaiverOwner, WaiverWhy};

use super::{ManagerVersion, Number, Report, Seen};
use crate::found::Found;
use crate::infrastructure::Serial;
use crate::link::LinkKeyId;
use crate::time::Timestamp;

/// What is known of the infrastructure besides its environments.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Ground {
    /// Every address of its development environment.
    pub development: BTreeSet<EnvironmentAddress>,
    /// The serial number of its development environment.
    pub serial: Option<Serial>,
    /// Its LifeTime, where that may be asked.
    pub lifetime: Option<EnvironmentAddress>,
}

/// What can be asked of the environments of an infrastructure.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Command {
    /// Somebody came in by development.
    Begin {
        /// Its address.
        address: EnvironmentAddress,
        /// Who.
        by: Username,
    },
    /// Add an environment (E4 to E6).
    Add {
        /// What to call it.
        name: EnvironmentName,
        /// Its address.
        address: EnvironmentAddress,
        /// Who wants it.
        by: Username,
    },
    /// Give an environment another name or another address.
    Edit {
        /// What it is called.
        name: EnvironmentName,
        /// What to call it.
        new_name: EnvironmentName,
        /// Its address from now on.
        address: EnvironmentAddress,
        /// Who wants it.
        by: Username,
    },
    /// Remove an environment.
    Remove {
        /// What it is called.
        name: EnvironmentName,
        /// Who wants it.
        by: Username,
    },
    /// Look at one environment now, or at all.
    Look {
        /// What it is called; `None` for all.
        name: Option<EnvironmentName>,
        /// Who wants it.
        by: Username,
    },
    /// Add everything that LifeTime lists.
    Import {
        /// Who wants it.
        by: Username,
    },
    /// Live with a finding for a while (F8), whether it was found yet or not.
    Waive {
        /// What the environment is called.
        name: EnvironmentName,
        /// The reason that is accepted.
        reason: Reason,
        /// Who answers for it.
        owner: WaiverOwner,
        /// Why it can be lived with.
        why: WaiverWhy,
        /// Until when.
        until: Timestamp,
        /// Who wants it.
        by: Username,
    },
    /// What a file declares (F6): from then on, it is changed for that file alone.
    For(FileName, Box<Self>),
    /// Let people change again what a file declared of an environment, its waivers included.
    Release {
        /// What the environment is called.
        name: EnvironmentName,
        /// Who wants it.
        by: Username,
    },
    /// End a waiver.
    EndWaiver {
        /// What the environment is called.
        name: EnvironmentName,
        /// The reason that was accepted.
        reason: Reason,
        /// Who wants it.
        by: Username,
    },
    /// A publication to development has ended.
    Published,
    /// Environments were looked at: the number, the turn, and what was seen.
    Sighted(Vec<(Number, u32, Seen)>),
    /// LifeTime answered.
    Listed(Vec<Listed>),
    /// LifeTime could not be asked.
    NotListed(Box<Found>),
    /// This service begins to introduce itself to the environments with those numbers; the challenges are derived
    /// from that key.
    Introducing(Vec<Number>, LinkKeyId),
    /// What came of introductions: the number, the turn, and the version of Integration Manager or what stood in the
    /// way.
    Answered(Vec<(Number, u32, Result<String, Box<Found>>)>),
    /// An environment proved a challenge.
    Proved {
        /// Its number.
        number: Number,
        /// The turn of the challenge.
        turn: u32,
        /// The key that its secret is derived from.
        key: LinkKeyId,
        /// The version of its Integration Manager.
        version: ManagerVersion,
        /// The address that it came from.
        from: Option<IpAddr>,
    },
    /// A proof was wrong: the number and the turn of the challenge that might have been meant.
    ProofRefused(Number, u32),
    /// A request of an environment is signed with the secret of a generation.
    Signed(Number, u32),
    /// An environment reports.
    Reported(Number, Report),
    /// Give an environment's Integration Manager a new secret.
    RotateSecret {
        /// What the environment is called.
        name: EnvironmentName,
        /// Who wants it.
        by: Username,
    },
}

/// An environment that LifeTime lists.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Listed {
    /// What it is called there.
    pub name: String,
    /// Its address.
    pub address: EnvironmentAddress,
    /// What it is for.
    pub purpose: Purpose,
}

/// Why a command is refused. Nothing changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Rejection {
    /// There is no environment of that name.
    #[error("there is no environment named {0}")]
    NoSuchEnvironment(EnvironmentName),
    /// The name is taken.
    #[error("an environment is named {0} already")]
    NameTaken(EnvironmentName),
    /// The address is taken.
    #[error("{address} is the address of {name} already")]
    AddressTaken {
        /// The address.
        address: EnvironmentAddress,
        /// Whose it is.
        name: EnvironmentName,
    },
    /// It is LifeTime, which is never connected (E1).
    #[error("{0} is LifeTime, which is never connected")]
    IsLifeTime(EnvironmentAddress),
    /// Development stays as it is.
    #[error("the development environment cannot be changed or removed here")]
    IsDevelopment,
    /// A Personal Environment is the only one of its infrastructure.
    #[error("a Personal Environment has no others beside it")]
    IsPersonal,
    /// There are too many.
    #[error("an infrastructure has at most {} environments", super::ENVIRONMENTS)]
    TooMany,
    /// Nobody here may ask LifeTime.
    #[error("this service has no access to the LifeTime of the infrastructure")]
    NoLifeTime,
    /// There is no secret that could be replaced.
    #[error("the Integration Manager of {0} is not linked")]
    NotLinked(EnvironmentName),
    /// The environment has no waiver for that reason.
    #[error("{name} has no waiver for {reason}")]
    NoSuchWaiver {
        /// The environment.
        name: EnvironmentName,
        /// The reason.
        reason: Reason,
    },
    /// A file declares it, and it is changed there.
    #[error("{name} is declared in {file}; change it there, and apply it")]
    Declared {
        /// The environment.
        name: EnvironmentName,
        /// The file.
        file: FileName,
    },
    /// No file declares anything of it.
    #[error("no file declares anything of {0}")]
    NotDeclared(EnvironmentName),
    /// A waiver would have ended before it began.
    #[error("a waiver ends in the future")]
    UntilPast,
    /// A waiver would go on for too long.
    #[error("a waiver ends within {} days", super::LONGEST.as_secs() / 86_400)]
    UntilTooFar,
    /// Nobody came in yet.
    #[error("nobody came in to the infrastructure yet")]
    NotBegun,
}
