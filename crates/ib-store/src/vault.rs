//! Secrets, sealed under a key that is not in the database.

mod envelope;
pub(crate) mod keys;
mod links;

use std::fmt::{self, Write};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use ib_env_client::{Credentials, Password};
use ib_setup::ports::{Clock, Secret, SecretKind, Vault, VaultError};
use ib_setup::{ActivationCode, SetupId, Timestamp};
use zeroize::Zeroizing;

use crate::error::OpenError;
use crate::row::millis;

pub(crate) use envelope::SealError;
pub use keys::{KeyError, KeyId, Keys};

/// Opens what is sealed under any key and seals it under the current one.
pub(crate) type Resealed<'a> = dyn Fn(&Slot, &[u8]) -> sqlx::Result<Vec<u8>> + Send + Sync + 'a;

/// The row that a secret lies in, and to which it is bound.
#[derive(Debug)]
pub(crate) struct Slot {
    pub(crate) setup: String,
    pub(crate) kind: String,
}

impl Slot {
    fn new(setup: SetupId, kind: SecretKind) -> Result<Self, SealError> {
        let kind = match kind {
            SecretKind::Credentials => "credentials",
            SecretKind::Code => "code",
            _ => return Err(SealError::Kind),
        };
        Ok(Self { setup: setup.to_string(), kind: kind.to_owned() })
    }

    /// Of the value that tells whether the keys are the right ones.
    fn check() -> Self {
        Self { setup: String::new(), kind: "check".to_owned() }
    }
}

/// The rows of a vault, in either database.
#[async_trait]
pub(crate) trait Secrets: Send + Sync {
    async fn put(&self, slot: &Slot, sealed: Vec<u8>, until: i64) -> sqlx::Result<()>;

    /// What lies in the slot and when it expires, unless it did so at `now`.
    async fn get(&self, slot: &Slot, now: i64) -> sqlx::Result<Option<(Vec<u8>, i64)>>;

    /// What lies in the slot expires at `until`, unless it did so at `now`.
    async fn touch(&self, slot: &Slot, now: i64, until: i64) -> sqlx::Result<()>;

    async fn remove(&self, slot: &Slot) -> sqlx::Result<()>;

    /// Deletes what expired at `now`; returns how many.
    async fn sweep(&self, now: i64) -> sqlx::Result<u64>;

    /// The check value; `proposed` becomes it where there is none.
    async fn check(&self, proposed: Vec<u8>) -> sqlx::Result<Vec<u8>>;

    /// Puts what `reseal` makes of each secret in its place, and `check`, all or none; returns how many.
    async fn rotate(&self, check: Vec<u8>, reseal: &Resealed<'_>) -> sqlx::Result<u64>;
}

/// A secret that is opened again within this part of the limit expires no later for it.
const GRAIN: u32 = 16;

/// Keeps secrets in a store's database, sealed with XChaCha20-Poly1305.
///
/// A ciphertext is bound to its set-up and kind: moved to another row, it does not open. Opened by
/// [`SqliteStore::vault`](crate::SqliteStore::vault) or
/// [`PostgresStore::vault`](crate::PostgresStore::vault).
#[derive(Clone)]
pub struct SealedVault {
    secrets: Arc<dyn Secrets>,
    keys: Arc<Keys>,
    clock: Arc<dyn Clock>,
    limit: Duration,
}

impl fmt::Debug for SealedVault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SealedVault")
            .field("keys", &self.keys)
            .field("limit", &self.limit)
            .finish_non_exhaustive()
    }
}

impl SealedVault {
    pub(crate) async fn open(
        secrets: Arc<dyn Secrets>,
        keys: Keys,
        clock: Arc<dyn Clock>,
        limit: Duration,
    ) -> Result<Self, OpenError> {
        let sealed = |error: &SealError| unopened(error, &keys);
        let proposed = envelope::seal(&keys, &Slot::check(), b"").map_err(|error| sealed(&error))?;
        let check = secrets.check(proposed).await.map_err(OpenError::database)?;
        envelope::open(&keys, &Slot::check(), &check).map_err(|error| sealed(&error))?;
        Ok(Self { secrets, keys: Arc::new(keys), clock, limit })
    }

    /// Deletes the secrets whose idle limit has passed at `now`; returns how many.
    ///
    /// # Errors
    ///
    /// [`VaultError`] when the database cannot be used.
    pub async fn sweep(&self, now: Timestamp) -> Result<u64, VaultError> {
        self.secrets.sweep(millis(now)).await.map_err(failed)
    }

    /// Seals every secret anew under the current key, all or none; returns how many. Afterwards, the older
    /// keys are not needed any more.
    ///
    /// Where several processes share the database, give all of them the current key first.
    ///
    /// # Errors
    ///
    /// [`VaultError`] when a secret does not open with any of the keys, or the database cannot be used.
    pub async fn rotate(&self) -> Result<u64, VaultError> {
        let check = envelope::seal(&self.keys, &Slot::check(), b"").map_err(failed)?;
        let reseal = |slot: &Slot, sealed: &[u8]| {
            let plain = envelope::open(&self.keys, slot, sealed);
            let anew = plain.and_then(|plain| envelope::seal(&self.keys, slot, &plain));
            anew.map_err(|error| sqlx::Error::Decode(error.into()))
        };
        self.secrets.rotate(check, &reseal).await.map_err(failed)
    }

    fn until(&self, now: Timestamp) -> i64 {
        millis(now.plus(self.limit))
    }
}

#[async_trait]
impl Vault for SealedVault {
    async fn seal(&self, setup: SetupId, secret: Secret) -> Result<(), VaultError> {
        let slot = Slot::new(setup, secret.kind()).map_err(failed)?;
        let sealed = envelope::seal(&self.keys, &slot, &plain(&secret).map_err(failed)?).map_err(failed)?;
        self.secrets.put(&slot, sealed, self.until(self.clock.now())).await.map_err(failed)
    }

    async fn open(&self, setup: SetupId, kind: SecretKind) -> Result<Option<Secret>, VaultError> {
        let slot = Slot::new(setup, kind).map_err(failed)?;
        let now = self.clock.now();
        let found = self.secrets.get(&slot, millis(now)).await.map_err(failed)?;
        let Some((sealed, expires)) = found else { return Ok(None) };
        let until = self.until(now);
        // Whoever opens it every few seconds writes nothing each time.
        if until - expires > millis(Timestamp::from_millis(0).plus(self.limit / GRAIN)) {
            self.secrets.touch(&slot, millis(now), until).await.map_err(failed)?;
        }
        let plain = envelope::open(&self.keys, &slot, &sealed).map_err(failed)?;
        secret(kind, &plain).ok_or_else(|| failed(SealError::Damaged)).map(Some)
    }

    async fn forget(&self, setup: SetupId, kind: SecretKind) -> Result<(), VaultError> {
        self.secrets.remove(&Slot::new(setup, kind).map_err(failed)?).await.map_err(failed)
    }
}

/// Why a vault cannot be opened with these keys.
fn unopened(error: &SealError, keys: &Keys) -> OpenError {
    match error {
        SealError::UnknownKey(sealed) => OpenError::WrongKey { sealed: *sealed, given: keys.ids().collect() },
        SealError::Random => OpenError::Random,
        SealError::Damaged | SealError::Kind => OpenError::Damaged,
    }
}

fn failed(error: impl std::error::Error + Send + Sync + 'static) -> VaultError {
    VaultError(error.into())
}

/// A user name and a password have no line break in them, so one stands between them.
fn plain(secret: &Secret) -> Result<Zeroizing<Vec<u8>>, SealError> {
    let parts = match secret {
        Secret::Credentials(credentials) => [credentials.username(), "\n", credentials.password().expose()],
        Secret::Code(code) => [code.expose(), "", ""],
        _ => return Err(SealError::Kind),
    };
    Ok(Zeroizing::new(parts.concat().into_bytes()))
}

fn secret(kind: SecretKind, plain: &[u8]) -> Option<Secret> {
    let text = std::str::from_utf8(plain).ok()?;
    match kind {
        SecretKind::Credentials => {
            let (username, password) = text.split_once('\n')?;
            let password = Password::new(password.to_owned()).ok()?;
            Some(Secret::Credentials(Credentials::new(username, password).ok()?))
        }
        SecretKind::Code => Some(Secret::Code(ActivationCode::parse(text).ok()?)),
        _ => None,
    }
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing into a text does not fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
