//! Environments of an infrastructure.

use reqwest::Method;

use super::{Client, ClientError, NOTHING, WAIT, plain};
use crate::environments::EnvironmentsDocument;
use crate::request::{Nothing, PutEnvironment, PutWaiver};

impl Client {
    /// The environments of the infrastructure that a set-up leads to, and how each stands.
    ///
    /// # Errors
    ///
    /// [`ClientError`], as for every request.
    pub async fn environments(&self, id: &str) -> Result<EnvironmentsDocument, ClientError> {
        self.json(Method::GET, &at(id, ""), NOTHING).await
    }

    /// The same as soon as none is being looked at, or after 20 seconds.
    ///
    /// # Errors
    ///
    /// [`ClientError`].
    pub async fn settled_environments(&self, id: &str) -> Result<EnvironmentsDocument, ClientError> {
        self.json(Method::GET, &at(id, &format!("?wait={WAIT}")), NOTHING).await
    }

    /// A person adds an environment, or changes the one of that name.
    ///
    /// # Errors
    ///
    /// [`ClientError`].
    pub async fn put_environment(
        &self,
        id: &str,
        name: &str,
        wanted: &PutEnvironment,
    ) -> Result<EnvironmentsDocument, ClientError> {
        self.json(Method::PUT, &self.declared(named(id, name, "")), Some(wanted)).await
    }

    /// A person removes an environment.
    ///
    /// # Errors
    ///
    /// [`ClientError`].
    pub async fn remove_environment(
        &self,
        id: &str,
        name: &str,
    ) -> Result<EnvironmentsDocument, ClientError> {
        self.json(Method::DELETE, &self.declared(named(id, name, "")), NOTHING).await
    }

    /// A person wants to change again what a file declared of an environment, its waivers included.
    ///
    /// # Errors
    ///
    /// [`ClientError`].
    pub async fn release_environment(
        &self,
        id: &str,
        name: &str,
    ) -> Result<EnvironmentsDocument, ClientError> {
        self.json(Method::POST, &named(id, name, "/release"), Some(&Nothing {})).await
    }

    /// A person wants an environment looked at now, or all of them.
    ///
    /// # Errors
    ///
    /// [`ClientError`].
    pub async fn look_at_environments(
        &self,
        id: &str,
        name: Option<&str>,
    ) -> Result<EnvironmentsDocument, ClientError> {
        let path = name.map_or_else(|| beside(id, "look-at-environments"), |name| named(id, name, "/look"));
        self.json(Method::POST, &path, Some(&Nothing {})).await
    }

    /// A person decides to live with a finding of an environment for a while.
    ///
    /// # Errors
    ///
    /// [`ClientError`].
    pub async fn put_waiver(
        &self,
        id: &str,
        name: &str,
        code: &str,
        wanted: &PutWaiver,
    ) -> Result<EnvironmentsDocument, ClientError> {
        self.json(Method::PUT, &self.declared(waiver(id, name, code)), Some(wanted)).await
    }

    /// A person ends a waiver.
    ///
    /// # Errors
    ///
    /// [`ClientError`].
    pub async fn end_waiver(
        &self,
        id: &str,
        name: &str,
        code: &str,
    ) -> Result<EnvironmentsDocument, ClientError> {
        self.json(Method::DELETE, &self.declared(waiver(id, name, code)), NOTHING).await
    }

    /// A person wants all environments that LifeTime lists.
    ///
    /// # Errors
    ///
    /// [`ClientError`].
    pub async fn import_environments(&self, id: &str) -> Result<EnvironmentsDocument, ClientError> {
        self.json(Method::POST, &beside(id, "import-environments"), Some(&Nothing {})).await
    }

    /// A path with the file that declares what is sent there, where there is one.
    fn declared(&self, path: String) -> String {
        match &self.file {
            Some(file) => format!("{path}?file={}", super::segment(file.as_str())),
            None => path,
        }
    }
}

fn at(id: &str, rest: &str) -> String {
    beside(id, &format!("environments{rest}"))
}

fn beside(id: &str, rest: &str) -> String {
    format!("setups/{}/{rest}", plain(id))
}

fn named(id: &str, name: &str, rest: &str) -> String {
    at(id, &format!("/{}{rest}", super::segment(name)))
}

fn waiver(id: &str, name: &str, code: &str) -> String {
    named(id, name, &format!("/waivers/{}", super::segment(code)))
}
