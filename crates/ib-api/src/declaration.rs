//! `infrastructure.toml`: how an infrastructure is to be, `ib.infrastructure/1` (F6).
//!
//! It holds addresses, names, waivers, and references to secrets; never a secret itself. What is not understood is an
//! error, with its line.
//!
//! ```
//! use ib_api::declaration::InfrastructureFile;
//!
//! let text = r#"
//! schema = "ib.infrastructure/1"
//! development = "dev.acme.example"
//! disclaimer = "2024-05"
//! dependencies = "all"
//!
//! [log_in]
//! username = "maria"
//! password = { variable = "ACME_PASSWORD" }
//!
//! [[environments]]
//! name = "Production"
//! address = "prod.acme.example"
//! "#;
//! let file = InfrastructureFile::parse(text)?;
//! let declaration = file.declaration("infrastructure.toml")?;
//! assert_eq!(declaration.environments[0].name.as_str(), "Production");
//! # Ok::<(), ib_api::declaration::FileError>(())
//! ```

mod secret;

use std::fmt::Display;
use std::str::FromStr;

use ib_domain::address::EnvironmentAddress;
use ib_domain::dependency::DependencyId;
use ib_domain::environment::EnvironmentName;
use ib_domain::reason::Reason;
use ib_setup::Timestamp;
use ib_setup::declaration::{Declaration, DeclaredEnvironment, DeclaredWaiver, WantedDependencies};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::waiver::Until;

pub use secret::SecretReference;

/// Name and version of the file's form.
pub const SCHEMA: &str = "ib.infrastructure/1";

/// What a file says about how an infrastructure is to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct InfrastructureFile {
    /// Always `ib.infrastructure/1`.
    pub schema: String,
    /// What people are told that the file is called; without it, its own name. It tells one file from another, so a file
    /// that is moved keeps what it declared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The development environment's address, such as `dev.example.com`.
    pub development: String,
    /// The version of the disclaimer that is accepted, which somebody has read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disclaimer: Option<String>,
    /// Who logs in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub log_in: Option<LogInReference>,
    /// Where the activation code is, for a platform that needs one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub activation_code: Option<SecretReference>,
    /// Which dependencies are to be there.
    #[serde(default)]
    pub dependencies: DependenciesWanted,
    /// The environments besides development.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub environments: Vec<FileEnvironment>,
    /// What is lived with.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub waivers: Vec<FileWaiver>,
}

/// Who logs in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct LogInReference {
    /// The IT user.
    pub username: String,
    /// Where the password is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<SecretReference>,
}

/// Which dependencies are to be there: `"all"`, or a list of ids such as `integration-manager`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged, expecting = "\"all\", or a list of ids such as [\"integration-manager\"]")]
#[non_exhaustive]
pub enum DependenciesWanted {
    /// `"all"`.
    All(AllWord),
    /// A list of ids.
    Only(Vec<String>),
}

/// The word `all`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum AllWord {
    /// `"all"`.
    All,
}

impl Default for DependenciesWanted {
    fn default() -> Self {
        Self::Only(Vec::new())
    }
}

/// An environment that is to be there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct FileEnvironment {
    /// What it is called.
    pub name: String,
    /// Its address.
    pub address: String,
}

/// A finding that is lived with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct FileWaiver {
    /// The environment: one of the file's, or `Development`.
    pub environment: String,
    /// The code of the finding, such as `SETUP-TLS-001`.
    pub code: String,
    /// Who answers for it.
    pub owner: String,
    /// Why it can be lived with.
    pub why: String,
    /// Until when: a date such as `2030-12-31`, to its end in UTC, or a time in RFC 3339.
    pub until: String,
}

/// A file that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FileError {
    /// It is no TOML, or not in this form. What stands there is not repeated: it may be a secret.
    #[error("line {line}, column {column}: {message}")]
    Form {
        /// The line, from 1 on.
        line: usize,
        /// The column, from 1 on.
        column: usize,
        /// What is wrong.
        message: String,
    },
    /// It is in another form.
    #[error("schema: this program reads {SCHEMA}")]
    Schema,
    /// Something in it cannot be used.
    #[error("{place}: {message}")]
    Unusable {
        /// Where, such as `environments[2].address`, counted from 1 on.
        place: String,
        /// What is wrong.
        message: String,
    },
}

impl InfrastructureFile {
    /// Reads a file's text.
    ///
    /// # Errors
    ///
    /// [`FileError::Form`] and [`FileError::Schema`].
    pub fn parse(text: &str) -> Result<Self, FileError> {
        let file: Self = toml::from_str(text).map_err(|error| form(text, &error))?;
        if file.schema == SCHEMA { Ok(file) } else { Err(FileError::Schema) }
    }

    /// What it declares. `file` is its own name, for one that gives itself none.
    ///
    /// # Errors
    ///
    /// [`FileError::Unusable`], with the place.
    pub fn declaration(&self, file: &str) -> Result<Declaration, FileError> {
        let name = read("name", self.name.as_deref().unwrap_or(file))?;
        let development = address("development", &self.development)?;
        let environments = each("environments", &self.environments, FileEnvironment::declared)?;
        let waivers = each("waivers", &self.waivers, FileWaiver::declared)?;
        Declaration::new(name, development, self.dependencies.wanted()?, environments, waivers)
            .map_err(|error| unusable("the file", &error))
    }

    /// The JSON schema of this form (draft 2020-12), as published in `docs/schemas`.
    pub fn json_schema() -> serde_json::Value {
        schemars::schema_for!(Self).to_value()
    }
}

impl DependenciesWanted {
    fn wanted(&self) -> Result<WantedDependencies, FileError> {
        match self {
            Self::All(_) => Ok(WantedDependencies::All),
            Self::Only(ids) => {
                let id = |id: &String, place: &str| read::<DependencyId>(place, id);
                Ok(WantedDependencies::Only(each("dependencies", ids, id)?.into_iter().collect()))
            }
        }
    }
}

impl FileEnvironment {
    fn declared(&self, place: &str) -> Result<DeclaredEnvironment, FileError> {
        let name = read(&format!("{place}.name"), &self.name)?;
        Ok(DeclaredEnvironment { name, address: address(&format!("{place}.address"), &self.address)? })
    }
}

impl FileWaiver {
    fn declared(&self, place: &str) -> Result<DeclaredWaiver, FileError> {
        let environment: EnvironmentName = read(&format!("{place}.environment"), &self.environment)?;
        let no_code =
            || unusable(&format!("{place}.code"), &"no finding has that code; ib explain lists them all");
        let reason = Reason::from_code(&self.code).ok_or_else(no_code)?;
        let owner = read(&format!("{place}.owner"), &self.owner)?;
        let why = read(&format!("{place}.why"), &self.why)?;
        let until = match read(&format!("{place}.until"), &self.until)? {
            // The same file would say something else tomorrow.
            Until::Days(_) => {
                let text = "enter a date such as 2030-12-31, or a time in RFC 3339";
                return Err(unusable(&format!("{place}.until"), &text));
            }
            until => until.from(Timestamp::from_millis(0)),
        };
        Ok(DeclaredWaiver { environment, reason, owner, why, until })
    }
}

fn each<T, U>(
    place: &str,
    all: &[T],
    read: impl Fn(&T, &str) -> Result<U, FileError>,
) -> Result<Vec<U>, FileError> {
    all.iter().zip(1..).map(|(one, number)| read(one, &format!("{place}[{number}]"))).collect()
}

fn read<T>(place: &str, text: &str) -> Result<T, FileError>
where
    T: FromStr,
    T::Err: Display,
{
    text.parse().map_err(|error| unusable(place, &error))
}

fn address(place: &str, text: &str) -> Result<EnvironmentAddress, FileError> {
    EnvironmentAddress::parse(text).map_err(|error| unusable(place, &error))
}

fn unusable(place: &str, error: &dyn Display) -> FileError {
    FileError::Unusable { place: place.to_owned(), message: error.to_string() }
}

/// Where in the text, and what is wrong; without what stands there, which may be a secret in the wrong place.
fn form(text: &str, error: &toml::de::Error) -> FileError {
    let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    let message = error.message().lines().next().unwrap_or_default();
    FileError::Form { line, column, message: without_values(message) }
}

/// The message without the values that it quotes: `invalid type: string "…", expected …`.
fn without_values(message: &str) -> String {
    match (message.find('"'), message.rfind('"')) {
        (Some(first), Some(last)) if first < last && message.starts_with("invalid") => {
            format!("{}\"…{}", &message[..first], &message[last..])
        }
        _ => message.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    const HEAD: &str = "schema = \"ib.infrastructure/1\"\ndevelopment = \"dev.acme.example\"\n";

    fn declared(rest: &str) -> Result<Declaration, String> {
        let file = InfrastructureFile::parse(&format!("{HEAD}{rest}")).map_err(|error| error.to_string())?;
        file.declaration("infrastructure.toml").map_err(|error| error.to_string())
    }

    #[rstest]
    #[case("nmae = \"x\"", "line 3, column 1: unknown field `nmae`")]
    #[case("[[environments]]\nname = \"QA\"", "line 3, column 1: missing field `address`")]
    #[case("[[environments]]\nname = \"\"\naddress = \"qa.acme.example\"", "environments[1].name: ")]
    #[case("[[environments]]\nname = \"QA\"\naddress = \"no address\"", "environments[1].address: ")]
    #[case("dependencies = [\"integration-manager\", \"nothing\"]", "dependencies[2]: ")]
    #[case("dependencies = \"some\"", "line 3, column 16: \"all\", or a list of ids")]
    #[case(
        "[[waivers]]\nenvironment = \"QA\"\ncode = \"X\"\nowner = \"o\"\nwhy = \"w\"\nuntil = \"30d\"",
        "waivers[1].code: no finding"
    )]
    #[case(
        "[[waivers]]\nenvironment = \"QA\"\ncode = \"SETUP-TLS-001\"\nowner = \"o\"\nwhy = \"w\"\nuntil = \"30d\"",
        "waivers[1].until: enter a date"
    )]
    #[case(
        "[[waivers]]\nenvironment = \"QA\"\ncode = \"SETUP-TLS-001\"\nowner = \"o\"\nwhy = \"w\"\nuntil = \"2030-12-31\"",
        "the file: a waiver is about QA, which the file does not declare"
    )]
    fn what_cannot_be_used_is_said_with_its_place(#[case] rest: &str, #[case] text: &str) {
        let error = declared(rest).unwrap_err();
        assert!(error.starts_with(text), "{error}");
    }

    #[rstest]
    #[case("[log_in]\nusername = \"maria\"\npassword = \"hunter2-secret\"")]
    #[case("activation_code = \"hunter2-secret\"")]
    #[case("[log_in]\nusername = \"maria\"\npassword = { value = \"hunter2-secret\" }")]
    #[case("activation_code = { variable = 1, file = \"hunter2-secret\" }")]
    #[case("dependencies = \"hunter2-secret\"")]
    #[case("environments = \"hunter2-secret\"")]
    #[case("password = \"hunter2-secret\"")]
    fn a_secret_in_the_wrong_place_is_refused_and_not_repeated(#[case] rest: &str) {
        let error = declared(rest).unwrap_err();
        assert!(!error.contains("hunter2"), "{error}");
        assert!(!format!("{:?}", InfrastructureFile::parse(&format!("{HEAD}{rest}"))).contains("hunter2"));
    }

    #[test]
    fn another_version_of_the_form_is_not_guessed_at() {
        let text = HEAD.replace("/1", "/2");
        assert_eq!(InfrastructureFile::parse(&text), Err(FileError::Schema));
    }

    #[test]
    fn everything_that_a_file_may_say_is_read() {
        let rest = "name = \"acme\"\ndisclaimer = \"2024-05\"\ndependencies = [\"integration-manager\"]\n\
            activation_code = { file = \"code\" }\n[log_in]\nusername = \"maria\"\npassword = { variable = \"P\" }\n\
            [[environments]]\nname = \"QA\"\naddress = \"QA.acme.example/ServiceCenter\"\n\
            [[waivers]]\nenvironment = \"qa\"\ncode = \"setup-tls-001\"\nowner = \"o\"\nwhy = \"w\"\nuntil = \"1970-01-03\"";
        let declaration = declared(rest).unwrap();
        assert_eq!(declaration.file.as_str(), "acme");
        assert_eq!(declaration.environments[0].address.host(), "qa.acme.example");
        assert_eq!(declaration.waivers[0].until, Timestamp::from_millis(3 * 24 * 60 * 60 * 1_000));
        let file = InfrastructureFile::parse(&format!("{HEAD}{rest}")).unwrap();
        assert_eq!(file.activation_code, Some(SecretReference::File("code".to_owned())));
        let json = serde_json::to_string(&file).unwrap();
        assert_eq!(serde_json::from_str::<InfrastructureFile>(&json).unwrap(), file);
    }
}
