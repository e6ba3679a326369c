//! Dependencies and their publications.

use std::collections::BTreeSet;

use ib_domain::dependency::DependencyId;
use reqwest::Method;
use serde::Serialize;

use super::{Client, ClientError, NOTHING, plain, segment};
use crate::dependencies::{DependenciesDocument, MessagesDocument};
use crate::request::{Embed, EmbedDocument, Nothing, StartPublication};

impl Client {
    /// The dependencies of the infrastructure that a set-up leads to, and how far a publication is.
    ///
    /// # Errors
    ///
    /// [`ClientError`], as for every request.
    pub async fn dependencies(&self, id: &str) -> Result<DependenciesDocument, ClientError> {
        self.json(Method::GET, &at(id, ""), NOTHING).await
    }

    /// Lets a page at `origin` show the Setup widget for a set-up: what it needs for that.
    ///
    /// # Errors
    ///
    /// [`ClientError`]; a problem where the operator has not allowed that origin.
    pub async fn embed(&self, id: &str, origin: &str) -> Result<EmbedDocument, ClientError> {
        let path = format!("setups/{}/embed", plain(id));
        self.json(Method::POST, &path, Some(&Embed { origin: origin.to_owned() })).await
    }

    /// A person wants to know what is there.
    ///
    /// # Errors
    ///
    /// [`ClientError`].
    pub async fn look(&self, id: &str) -> Result<DependenciesDocument, ClientError> {
        self.order(&at(id, "/look"), &Nothing {}).await
    }

    /// A person wants everything done that the plan of that `edition` names, or only what concerns the
    /// dependencies `only`.
    ///
    /// # Errors
    ///
    /// [`ClientError`].
    pub async fn start_publication(
        &self,
        id: &str,
        edition: u32,
        only: &BTreeSet<DependencyId>,
    ) -> Result<DependenciesDocument, ClientError> {
        let only = only.iter().map(ToString::to_string).collect();
        self.order(&at(id, "/publication"), &StartPublication { edition, only }).await
    }

    /// A person wants an item tried again: the id of a dependency, or the name of an integration.
    ///
    /// # Errors
    ///
    /// [`ClientError`].
    pub async fn retry(&self, id: &str, item: &str) -> Result<DependenciesDocument, ClientError> {
        self.order(&at(id, &format!("/items/{}/retry", segment(item))), &Nothing {}).await
    }

    /// A person wants an item cancelled, or everything that is not done.
    ///
    /// # Errors
    ///
    /// [`ClientError`].
    pub async fn cancel(&self, id: &str, item: Option<&str>) -> Result<DependenciesDocument, ClientError> {
        let path = match item {
            Some(item) => format!("/items/{}/cancel", segment(item)),
            None => "/publication/cancel".to_owned(),
        };
        self.order(&at(id, &path), &Nothing {}).await
    }

    /// What the environment said about the items of the last publication, from the number `after` on, which an
    /// earlier answer gave as its [`next`](MessagesDocument::next); 0 is the beginning.
    ///
    /// # Errors
    ///
    /// [`ClientError`].
    pub async fn messages(&self, id: &str, after: usize) -> Result<MessagesDocument, ClientError> {
        self.json(Method::GET, &at(id, &format!("/messages?after={after}")), NOTHING).await
    }

    async fn order(&self, path: &str, body: &impl Serialize) -> Result<DependenciesDocument, ClientError> {
        self.json(Method::POST, path, Some(body)).await
    }
}

fn at(id: &str, rest: &str) -> String {
    format!("setups/{}/dependencies{rest}", plain(id))
}
