//! Where set-ups are kept, and what is said when they cannot be.

use crate::world::{ACCEPT, DEV, Run, World};

#[cfg(unix)]
#[tokio::test]
async fn the_folder_and_its_files_are_for_their_owner_alone() {
    use crate::world::mode;
    let world = World::new().await;
    world.maria(&ACCEPT).await.assert(0, &[]);
    assert_eq!(mode(&world.data()), 0o700);
    for file in std::fs::read_dir(world.data()).unwrap() {
        let path = file.unwrap().path();
        assert_eq!(mode(&path), 0o600, "{}", path.display());
    }
}

#[tokio::test]
async fn another_program_that_has_the_folder_is_named() {
    let world = World::new().await;
    world.maria(&[]).await.assert(7, &[]);
    let store = ib_store::SqliteStore::open(world.data().join("setups.db")).await.unwrap();
    for ending in [world.setup(&[DEV], Run::default()).await, world.status(&[DEV]).await] {
        ending.assert(2, &["another process uses", "setups.db: stop it first"]);
    }
    store.close().await;
}

#[tokio::test]
async fn a_lost_key_is_never_replaced() {
    let world = World::new().await;
    world.maria(&[]).await.assert(7, &[]);
    std::fs::remove_file(world.data().join("key")).unwrap();
    world.setup(&[DEV], Run::default()).await.assert(2, &["is missing", "IB_KEY_FILE"]);
    assert!(!world.data().join("key").exists());
    let other = world.file("other", &"0f".repeat(32));
    #[cfg(unix)]
    std::fs::set_permissions(&other, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    let ending = world.setup(&[DEV], Run::default().with("IB_KEY_FILE", &other)).await;
    ending.assert(2, &["sealed under the key"]);
    assert!(!ending.stderr.contains("0f0f"), "{}", ending.stderr);
}

#[tokio::test]
async fn a_folder_that_cannot_be_made_is_named() {
    let world = World::new().await;
    world.file("data", "a file, not a folder");
    world.setup(&[DEV], Run::default()).await.assert(2, &["cannot be made", "--data DIR"]);
}
