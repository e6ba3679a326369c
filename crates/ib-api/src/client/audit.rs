//! The audit trail of an infrastructure.

use reqwest::Method;

use super::{Client, ClientError, NOTHING, plain};
use crate::audit::AuditDocument;

impl Client {
    /// The newest `limit` entries of the audit trail of the infrastructure that a set-up leads to, at most 500; with
    /// `before`, those that follow the entry with that id. [`next`](AuditDocument::next) names it for the next page.
    ///
    /// # Errors
    ///
    /// [`ClientError`], as for every request.
    pub async fn audit(
        &self,
        setup: &str,
        before: Option<&str>,
        limit: usize,
    ) -> Result<AuditDocument, ClientError> {
        let before = before.map(|before| format!("&before={}", super::segment(before))).unwrap_or_default();
        let path = format!("setups/{}/audit?limit={limit}{before}", plain(setup));
        self.json(Method::GET, &path, NOTHING).await
    }
}
