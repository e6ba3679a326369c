//! Living with what was found.

use ib_domain::environment::EnvironmentName;
use ib_domain::reason::Reason;
use ib_domain::waiver::{WaiverOwner, WaiverWhy};

use super::{Environments, Result};
use crate::environment::{Command, View};
use crate::id::SetupId;
use crate::time::Timestamp;

impl Environments {
    /// A person decides to live with a finding of an environment for a while (F8), in place of what was decided about
    /// the same reason before. It may be said before it is found.
    ///
    /// # Errors
    ///
    /// [`EnvironmentsError`](super::EnvironmentsError); [`Rejection`](crate::environment::Rejection)`::NoSuchEnvironment`,
    /// and `UntilPast` or `UntilTooFar` where it would have no good end.
    pub async fn waive(
        &self,
        setup: SetupId,
        name: EnvironmentName,
        reason: Reason,
        owner: WaiverOwner,
        why: WaiverWhy,
        until: Timestamp,
    ) -> Result<View> {
        self.command(setup, |by| Command::Waive { name, reason, owner, why, until, by }).await
    }

    /// A person ends a waiver, expired or not.
    ///
    /// # Errors
    ///
    /// [`EnvironmentsError`](super::EnvironmentsError); [`Rejection`](crate::environment::Rejection)`::NoSuchEnvironment`,
    /// `NoSuchWaiver`.
    pub async fn end_waiver(&self, setup: SetupId, name: EnvironmentName, reason: Reason) -> Result<View> {
        self.command(setup, |by| Command::EndWaiver { name, reason, by }).await
    }
}
