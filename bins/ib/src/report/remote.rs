//! Reports that a server makes.

use ib_api::support::SupportDocument;
use ib_domain::address::EnvironmentAddress;

use crate::setup::desk::Refused;
use crate::setup::remote::Remote;

/// What the server knows of an address; nothing where this session knows nothing of it.
pub(crate) async fn made(
    remote: &Remote,
    address: &EnvironmentAddress,
) -> Result<Option<SupportDocument>, Refused> {
    let Some(setup) = remote.look(address).await? else { return Ok(None) };
    let report = remote.session().await?.report(&setup.id).await;
    remote.taken(report).map(Some)
}
