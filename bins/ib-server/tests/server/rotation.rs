//! The key is changed, and the old one thrown away.

use std::path::Path;

use crate::backups::{worked, write_key};
use crate::cluster::Cluster;
use crate::kills::holder;
use crate::place::{Place, World, command};
use crate::starting::refused;

async fn rotate(world: &World) -> (Option<i32>, String) {
    let mut command = command(&world.path("ib-server.toml"), &world.path("rotation.log"));
    let output = command.arg("rotate-key").output().await.unwrap();
    let said = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8(said).unwrap())
}

fn words(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap().trim().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_old_key_can_go_once_everything_is_sealed_anew() {
    let world = World::new().await;
    let place = world.serve().await;
    let (path, token) = worked(&place).await;
    let (code, said) = rotate(&world).await;
    assert!(code == Some(1) && said.contains("another process"), "{said}");
    place.stop().await;

    let (old, new) = (words(&world.path("data/key")), "a5".repeat(32));
    write_key(&world, &new);
    assert!(refused(&world, &[]).await.contains("sealed under the key"), "the old key is still needed");
    write_key(&world, &format!("{new}\n{old}\n"));
    let (code, said) = rotate(&world).await;
    assert!(code == Some(0) && said.contains("sealed anew under the first key: 1;"), "{said}");
    write_key(&world, &new);
    let place = Place::start(&world.path("ib-server.toml"), &world.path("log")).await;
    assert_eq!(holder(&place, &token).get(&path).await.0, 200);
    place.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_key_of_a_postgresql_is_changed_while_it_serves() {
    let (world, cluster) = (World::new().await, Cluster::start());
    std::fs::create_dir(world.path("data")).unwrap();
    let (old, new) = ("5a".repeat(32), "a5".repeat(32));
    write_key(&world, &format!("{new}\n{old}\n"));
    std::fs::write(world.path("url"), cluster.database("rotated")).unwrap();
    let kept =
        format!("database_url_file = {}\nkey_file = {}", world.quoted("url"), world.quoted("data/key"));
    let place = Place::start(&world.settings(&kept, ""), &world.path("log")).await;
    worked(&place).await;
    let (code, said) = rotate(&world).await;
    assert!(code == Some(0) && said.contains("sealed anew under the first key: 1;"), "{said}");
    place.stop().await;
}
