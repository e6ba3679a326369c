//! How an infrastructure is to be, as a file declares it (F6): what would change ([`plan`]), and changing exactly that
//! ([`Apply`]).
//!
//! A declaration names what is to be there. What people added besides is left alone; what the same file declared before
//! and does not any more is removed. What a file declares is changed for that file alone
//! ([`Environments::for_file`](crate::Environments::for_file)).
//!
//! A plan is made against what is [`Present`], and applied step by step. Before anything is done, and after the
//! registration shows what is there, it is made again: where that names a step that the plan does not, the
//! infrastructure has changed since, and nothing more is done. A step that is there already is left out, so an apply
//! that was interrupted is ended by doing it again.
//!
//! ```
//! use ib_setup::declaration::{Declaration, Present, Step, WantedDependencies, plan};
//! use ib_setup::Timestamp;
//!
//! let development = "dev.acme.example".parse()?;
//! let declaration =
//!     Declaration::new("infrastructure.toml".parse()?, development, WantedDependencies::All, [], [])?;
//! let steps = plan(&declaration, &Present::default(), Timestamp::from_millis(0))?;
//! assert!(matches!(steps[0], Step::Register { .. }));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod apply;
mod plan;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use ib_domain::address::EnvironmentAddress;
use ib_domain::declaration::FileName;
use ib_domain::dependency::DependencyId;
use ib_domain::environment::EnvironmentName;
use ib_domain::reason::Reason;
use ib_domain::waiver::{WaiverOwner, WaiverWhy};

use crate::environment::DEVELOPMENT;
use crate::time::Timestamp;

pub use apply::{Apply, ApplyError, Journal, Site};
pub use plan::{Conflict, Conflicts, plan, rest};

/// How an infrastructure is to be.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Declaration {
    /// The file that says so.
    pub file: FileName,
    /// The address of the development environment, by which people come in.
    pub development: EnvironmentAddress,
    /// The dependencies that are to be there, in the version that the catalogue wants.
    pub dependencies: WantedDependencies,
    /// The environments besides development.
    pub environments: Vec<DeclaredEnvironment>,
    /// What is lived with.
    pub waivers: Vec<DeclaredWaiver>,
}

/// Which dependencies are to be there.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum WantedDependencies {
    /// All that there are.
    All,
    /// These, with what they need; perhaps none.
    Only(BTreeSet<DependencyId>),
}

impl WantedDependencies {
    fn ids(&self) -> BTreeSet<DependencyId> {
        match self {
            Self::All => DependencyId::ALL.into(),
            Self::Only(ids) => ids.clone(),
        }
    }
}

/// An environment that is to be there.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct DeclaredEnvironment {
    /// What it is called.
    pub name: EnvironmentName,
    /// Its address.
    pub address: EnvironmentAddress,
}

/// A finding that is lived with.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct DeclaredWaiver {
    /// The environment.
    pub environment: EnvironmentName,
    /// The reason that is accepted.
    pub reason: Reason,
    /// Who answers for it.
    pub owner: WaiverOwner,
    /// Why it can be lived with.
    pub why: WaiverWhy,
    /// Until when.
    pub until: Timestamp,
}

/// A declaration that contradicts itself.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DeclarationError {
    /// Two environments have one name.
    #[error("two environments are named {0}")]
    NameTwice(EnvironmentName),
    /// Two environments have one address.
    #[error("two environments have the address {0}")]
    AddressTwice(EnvironmentAddress),
    /// Development stands among the others.
    #[error(
        "{0} is the development environment, which is named once, as the address by which people come in"
    )]
    IsDevelopment(EnvironmentName),
    /// A waiver is about an environment that is not declared.
    #[error("a waiver is about {0}, which the file does not declare")]
    UnknownEnvironment(EnvironmentName),
    /// There are two waivers for one reason.
    #[error("{0} has two waivers for {1}")]
    WaiverTwice(EnvironmentName, Reason),
}

impl Declaration {
    /// What `file` declares.
    ///
    /// # Errors
    ///
    /// [`DeclarationError`] where it contradicts itself.
    pub fn new(
        file: FileName,
        development: EnvironmentAddress,
        dependencies: WantedDependencies,
        environments: impl IntoIterator<Item = DeclaredEnvironment>,
        waivers: impl IntoIterator<Item = DeclaredWaiver>,
    ) -> Result<Self, DeclarationError> {
        let environments: Vec<_> = environments.into_iter().collect();
        let waivers: Vec<_> = waivers.into_iter().collect();
        for (index, one) in environments.iter().enumerate() {
            if is_development(&one.name) || one.address == development {
                return Err(DeclarationError::IsDevelopment(one.name.clone()));
            }
            for other in &environments[..index] {
                if other.name.is_same(&one.name) {
                    return Err(DeclarationError::NameTwice(one.name.clone()));
                }
                if other.address == one.address {
                    return Err(DeclarationError::AddressTwice(one.address.clone()));
                }
            }
        }
        for (index, one) in waivers.iter().enumerate() {
            let is_declared = environments.iter().any(|known| known.name.is_same(&one.environment));
            if !is_declared && !is_development(&one.environment) {
                return Err(DeclarationError::UnknownEnvironment(one.environment.clone()));
            }
            let is_same = |other: &DeclaredWaiver| {
                other.reason == one.reason && other.environment.is_same(&one.environment)
            };
            if waivers[..index].iter().any(is_same) {
                return Err(DeclarationError::WaiverTwice(one.environment.clone(), one.reason));
            }
        }
        Ok(Self { file, development, dependencies, environments, waivers })
    }
}

fn is_development(name: &EnvironmentName) -> bool {
    name.as_str().eq_ignore_ascii_case(DEVELOPMENT)
}

/// What is there.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Present {
    /// Whether the infrastructure is registered. Where it is not, nothing else is known.
    pub is_registered: bool,
    /// Whether each dependency is as it should be; one that is missing here is not known.
    pub dependencies: BTreeMap<DependencyId, bool>,
    /// The environments, development first.
    pub environments: Vec<PresentEnvironment>,
}

/// An environment that is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PresentEnvironment {
    /// What it is called.
    pub name: EnvironmentName,
    /// Its address.
    pub address: EnvironmentAddress,
    /// Whether it is the one that users sign in to, which stays.
    pub is_development: bool,
    /// The file that declares it.
    pub file: Option<FileName>,
    /// What is lived with, and the file that declares that.
    pub waivers: Vec<(DeclaredWaiver, Option<FileName>)>,
}

/// Something that would change. One that was done is not asked for again.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "whoever takes steps has to know every one of them")]
pub enum Step {
    /// Register the infrastructure of the environment at that address (C1 to C7).
    Register {
        /// The address.
        development: EnvironmentAddress,
    },
    /// Install or update dependencies (D3).
    Install {
        /// Which ones.
        dependencies: BTreeSet<DependencyId>,
    },
    /// Remove an environment that is not declared any more.
    Remove {
        /// How it is.
        environment: DeclaredEnvironment,
    },
    /// Have an environment there (E4 to E6), declared by the file.
    Put {
        /// How it is to be.
        environment: DeclaredEnvironment,
        /// How it is, where it has another name or address.
        was: Option<DeclaredEnvironment>,
    },
    /// End a waiver that is not declared any more.
    EndWaiver {
        /// The environment.
        environment: EnvironmentName,
        /// The reason that was accepted.
        reason: Reason,
    },
    /// Live with a finding.
    Waive {
        /// How.
        waiver: DeclaredWaiver,
    },
}
