//! Applications, their modules, and how their publication goes.

use serde::{Deserialize, Serialize};

use super::guid;

/// A note on a module: 6 = references outdated, 13 = not published since the last upgrade (`service-center-soap.md` 4).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct StatusMessage {
    /// Its number.
    pub id: i32,
    /// Its text.
    pub message: String,
}

/// A module of an application.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Module {
    /// Its name, for example `Orders_IS`.
    pub name: String,
    /// Its GUID; made from the name if not given.
    pub key: Option<String>,
    /// `eSpace` or `Extension`.
    pub kind: String,
    /// Free text.
    pub description: String,
    /// The published version number; earlier numbers count as uploaded before.
    pub version: i32,
    /// When the published version was uploaded, as `xs:dateTime`.
    pub uploaded_on: String,
    /// What is wrong with it.
    pub status_messages: Vec<StatusMessage>,
}

impl Default for Module {
    fn default() -> Self {
        Self {
            name: String::new(),
            key: None,
            kind: "eSpace".to_owned(),
            description: String::new(),
            version: 1,
            uploaded_on: "1900-01-01T00:00:00".to_owned(),
            status_messages: Vec::new(),
        }
    }
}

impl Module {
    /// A module with a name and otherwise default values.
    pub fn named(name: &str) -> Self {
        Self { name: name.to_owned(), ..Self::default() }
    }

    /// The GUID.
    pub fn key(&self) -> String {
        self.key.clone().unwrap_or_else(|| guid("module", &self.name))
    }
}

/// An application of an environment.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Application {
    /// Its name.
    pub name: String,
    /// Its GUID; made from the name if not given.
    pub key: Option<String>,
    /// Free text; a dependency's holds a line `Version: 2.4.0` (`service-center-soap.md` 4.2).
    pub description: String,
    /// Part of the platform.
    pub system: bool,
    /// Its modules.
    pub modules: Vec<Module>,
}

impl Application {
    /// The GUID.
    pub fn key(&self) -> String {
        self.key.clone().unwrap_or_else(|| guid("application", &self.name))
    }
}

/// Applications and modules made by count, to make an environment large.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Generated {
    /// How many applications.
    pub applications: u32,
    /// How many modules, spread evenly over them.
    pub modules: u32,
    /// Length of each module's description in bytes; 8,000 modules of 825 bytes make about 8 MB.
    pub description_bytes: u32,
}

impl Default for Generated {
    fn default() -> Self {
        Self { applications: 0, modules: 0, description_bytes: 825 }
    }
}

impl Generated {
    pub(super) fn module(self, index: u32) -> Module {
        let sentence = format!("Generated module number {index}. ");
        let length = self.description_bytes as usize;
        let description = sentence.chars().cycle().take(length).collect();
        Module { description, ..Module::named(&format!("Generated_{index:05}")) }
    }

    pub(super) fn application(self, index: u32) -> Application {
        let step = self.applications.max(1);
        let numbers = (index..self.modules).step_by(step as usize);
        let modules = numbers.map(|number| self.module(number)).collect();
        Application { name: format!("Generated {index:04}"), modules, ..Application::default() }
    }
}
