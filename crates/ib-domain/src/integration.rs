//! Integrations: what Integration Builder generates, what its packages hold, and what each needs of its own (B11).

mod by_hand;
mod content;
mod kind;
mod name;
mod requirement;

pub use by_hand::by_hand;
pub use content::{Content, ModuleFile, NoIntegration};
pub use kind::{IntegrationKind, NoSuchKind};
pub use name::{IntegrationName, NoIntegrationName};
pub use requirement::{By, Requirement};
