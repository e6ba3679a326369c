//! What a sealed vault promises.

use std::sync::Arc;
use std::time::Duration;

use ib_env_client::{Credentials, Password};
use ib_setup::ports::{Secret, SecretKind, Vault as _};
use ib_setup::testing::SetClock;
use ib_setup::{ActivationCode, SetupId, Timestamp};
use ib_store::{Keys, OpenError, SealedVault};

use super::place::{Opened, Place};

const LIMIT: Duration = Duration::from_mins(30);
const PASSWORD: &str = "correct horse battery";
const SETUPS: [SetupId; 2] = [SetupId::new(1), SetupId::new(2)];

fn credentials() -> Secret {
    let password = Password::new(PASSWORD.to_owned()).unwrap();
    Secret::Credentials(Credentials::new("maria", password).unwrap())
}

/// Keys by their bytes, the current one first.
fn keys(bytes: &[&str]) -> Keys {
    Keys::parse(&bytes.iter().map(|byte| byte.repeat(32)).collect::<Vec<_>>().join("\n")).unwrap()
}

async fn vault(opened: &Opened, clock: &Arc<SetClock>, bytes: &[&str]) -> Result<SealedVault, OpenError> {
    opened.vault(keys(bytes), clock.clone(), LIMIT).await
}

async fn password(vault: &SealedVault, setup: SetupId) -> Option<String> {
    match vault.open(setup, SecretKind::Credentials).await.unwrap()? {
        Secret::Credentials(credentials) => Some(credentials.password().expose().to_owned()),
        _ => None,
    }
}

pub(crate) async fn conforms(place: &Place) {
    let clock = Arc::new(SetClock::default());
    let opened = place.open().await;
    let first = vault(&opened, &clock, &["01"]).await.unwrap();
    secrets_are_kept_and_forgotten(&first).await;
    idle_secrets_are_forgotten(&first, &clock).await;
    uses_in_quick_succession_count_as_one(&first, &clock).await;
    first.seal(SETUPS[0], credentials()).await.unwrap();
    assert_eq!(password(&first, SETUPS[0]).await.as_deref(), Some(PASSWORD));
    keys_are_changed_without_losing_a_secret(&opened, &clock).await;
    let last = vault(&opened, &clock, &["02"]).await.unwrap();
    last.seal(SETUPS[1], credentials()).await.unwrap();
    drop((first, last));
    opened.close().await;
    nothing_is_readable_on_disk(place);
    a_moved_ciphertext_does_not_open(place, &clock).await;
}

async fn secrets_are_kept_and_forgotten(vault: &SealedVault) {
    let setup = SETUPS[0];
    assert_eq!(password(vault, setup).await, None);
    vault.seal(setup, credentials()).await.unwrap();
    let code = ActivationCode::parse("ABC.DEF").unwrap();
    vault.seal(setup, Secret::Code(code)).await.unwrap();
    assert_eq!(password(vault, setup).await.as_deref(), Some(PASSWORD));
    assert_eq!(password(vault, SETUPS[1]).await, None);
    for _ in 0..2 {
        vault.forget(setup, SecretKind::Credentials).await.unwrap();
    }
    assert_eq!(password(vault, setup).await, None);
    let kept = vault.open(setup, SecretKind::Code).await.unwrap();
    assert!(matches!(kept, Some(Secret::Code(code)) if code.expose() == "ABC.DEF"));
}

async fn idle_secrets_are_forgotten(vault: &SealedVault, clock: &SetClock) {
    let minutes = |minutes: u64| Timestamp::from_millis(minutes * 60_000);
    vault.seal(SETUPS[0], credentials()).await.unwrap();
    for minute in [29, 58] {
        clock.set(minutes(minute));
        assert!(password(vault, SETUPS[0]).await.is_some(), "in use at minute {minute}");
    }
    clock.set(minutes(88));
    assert_eq!(password(vault, SETUPS[0]).await, None);
    assert_eq!(vault.sweep(minutes(88)).await.unwrap(), 2, "the code and the credentials");
    assert_eq!(vault.sweep(minutes(88)).await.unwrap(), 0);
}

/// Whoever polls every few seconds does not write each time.
async fn uses_in_quick_succession_count_as_one(vault: &SealedVault, clock: &SetClock) {
    let opened = async |minute: u64| {
        clock.set(Timestamp::from_millis(minute * 60_000));
        password(vault, SETUPS[0]).await.is_some()
    };
    vault.seal(SETUPS[0], credentials()).await.unwrap();
    assert_eq!((opened(89).await, opened(118).await), (true, false), "within a sixteenth of the limit");
    vault.seal(SETUPS[0], credentials()).await.unwrap();
    assert_eq!((opened(120).await, opened(149).await), (true, true), "after it");
}

async fn keys_are_changed_without_losing_a_secret(opened: &Opened, clock: &Arc<SetClock>) {
    let wrong = vault(opened, clock, &["02"]).await.unwrap_err();
    assert!(matches!(wrong, OpenError::WrongKey { .. }), "{wrong:?}");
    let both = vault(opened, clock, &["02", "01"]).await.unwrap();
    assert_eq!(both.rotate().await.unwrap(), 1);
    let new = vault(opened, clock, &["02"]).await.unwrap();
    assert_eq!(password(&new, SETUPS[0]).await.as_deref(), Some(PASSWORD));
    assert!(matches!(vault(opened, clock, &["01"]).await, Err(OpenError::WrongKey { .. })));
}

fn nothing_is_readable_on_disk(place: &Place) {
    let Place::Sqlite(folder) = place else { return };
    for file in std::fs::read_dir(folder.path()).unwrap() {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        let found = bytes.windows(PASSWORD.len()).any(|window| window == PASSWORD.as_bytes());
        assert!(!found, "the password is in a file");
    }
}

async fn a_moved_ciphertext_does_not_open(place: &Place, clock: &Arc<SetClock>) {
    place
        .execute(
            "update secret set sealed = (select sealed from secret where setup = '00000000000000000000000000000001')
             where setup = '00000000000000000000000000000002'",
        )
        .await;
    let opened = place.open().await;
    let vault = vault(&opened, clock, &["02"]).await.unwrap();
    assert!(password(&vault, SETUPS[0]).await.is_some());
    assert!(vault.open(SETUPS[1], SecretKind::Credentials).await.is_err());
    drop(vault);
    opened.close().await;
}
