//! What an IT user may do: the platform's own permission model (B3, `it-user-permissions.md` 2 and 3).
//!
//! A [role](role::Role) gives, per environment, one [level](level::Level) and two specific permissions. A
//! [user](user::ItUser) has a default role, and may have another role in a team or on one application. For
//! one application the application role beats the team role, which beats the default role; an override can
//! lower as well as raise. Two things stand outside that order: a default role with *No Access* keeps the
//! user out whatever else is granted, and *Full Control* or *Create Applications* mean less when they come
//! through a team or an application ([`assignment`]).
//!
//! Two questions are answered from it:
//!
//! - may this user set up and use Integration Builder (B1, B2)? [`evaluation::evaluate`] looks at the
//!   **default role** on development, names *everything* that is missing and which assignment decided, and
//!   has a result of its own for "could not tell", which never counts as a yes;
//! - which dependency may this user update (D5)? [`update::dependency_updates`] answers for each.
//!
//! ```
//! use ib_domain::permission::evaluation::{Evaluation, Missing, evaluate};
//! use ib_domain::permission::key::{EnvironmentKey, RoleKey, UserKey};
//! use ib_domain::permission::level::Level;
//! use ib_domain::permission::model::{ModelParts, PermissionModel};
//! use ib_domain::permission::role::{EnvironmentPermission, Role};
//! use ib_domain::permission::user::{ItUser, Username};
//!
//! let dev = EnvironmentKey::parse("0c7d8a10-5f1e-4a0e-9a53-111111111111")?;
//! let tester = RoleKey::parse("role-tester")?;
//! let model = PermissionModel::new(ModelParts {
//!     labels: Level::ALL.map(|level| (level.number(), level.label().to_owned())).into(),
//!     environments: vec![dev.clone()],
//!     roles: vec![Role::new(tester.clone(), "Tester").with(
//!         dev.clone(),
//!         EnvironmentPermission::of(Level::OpenAndDebug),
//!     )],
//!     users: vec![ItUser::new(UserKey::parse("user-1")?, Username::parse("Maria")?, tester)],
//!     teams: vec![],
//! })?;
//!
//! let Evaluation::Denied { missing, decided_by } = evaluate(&model, &Username::parse("maria")?, &dev) else {
//!     unreachable!("a tester may not deploy");
//! };
//! assert_eq!(missing, [
//!     Missing::Level { has: Level::OpenAndDebug, needs: Level::ChangeAndDeploy },
//!     Missing::CreateApplications,
//! ]);
//! assert_eq!(decided_by.to_string(), "default role Tester");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod assignment;
pub mod evaluation;
pub mod key;
pub mod level;
pub mod model;
pub mod name;
pub mod role;
pub mod unverified;
pub mod update;
pub mod user;

#[cfg(test)]
mod tests;
