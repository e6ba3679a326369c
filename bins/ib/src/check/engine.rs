//! From arguments to the engine that checks environments.

use std::sync::Arc;

use ib_env_client::check::Checker;

use crate::asking::client;
use crate::asking::secret::Secrets;
use crate::cli::CheckArguments;
use crate::stop::Stop;
use crate::surroundings::Surroundings;

/// The engine as the arguments want it.
pub(crate) fn checker(
    arguments: &CheckArguments,
    secrets: &Secrets,
    surroundings: &Surroundings,
) -> Result<Checker, Stop> {
    let client = client::client(&arguments.network, surroundings)?;
    let mut checker = Checker::new(Arc::new(client))
        .clock(Arc::clone(&surroundings.clock))
        .concurrency(usize::from(arguments.concurrency));
    if let (Some(user), Some(password)) = (&arguments.login.username, &secrets.password) {
        checker = checker.credentials(client::credentials(user, password)?);
    }
    if let Some((host, token)) = client::lifetime(arguments.login.lifetime.as_ref(), secrets.token.as_ref())?
    {
        checker = checker.lifetime(host, token);
    }
    Ok(checker)
}
