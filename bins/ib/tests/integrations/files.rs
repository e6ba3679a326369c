//! Files: what is downloaded is what was uploaded.

use std::path::PathBuf;

use crate::world::{Run, World, package};

fn names(folder: &PathBuf) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut names: Vec<_> =
        entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

#[tokio::test]
async fn a_package_comes_back_as_it_was_uploaded() {
    let world = World::new().await.with_orders().await;
    let folder = world.path("back");
    std::fs::create_dir(&folder).unwrap();
    let named = folder.join("mine.bin").display().to_string();
    let saved = world.integrations("download", &["Orders", "--to", &named]).await;
    saved.assert(0, &["Saved as", "mine.bin ("]);
    assert_eq!(std::fs::read(&named).unwrap(), package("Orders", 1));
    assert_eq!(saved.text(), "");

    let to = folder.display().to_string();
    world.integrations("download", &["Orders", "--to", &to]).await.assert(0, &["Orders.oap ("]);
    assert_eq!(names(&folder), ["Orders.oap", "mine.bin"], "nothing unfinished is left");

    let piped = world.integrations("download", &["Orders", "--to", "-"]).await;
    assert_eq!((piped.exit, piped.stdout), (0, package("Orders", 1)), "{}", piped.stderr);
}

#[tokio::test]
async fn a_file_that_is_there_is_replaced_only_where_that_is_said() {
    let world = World::new().await.with_orders().await;
    let file = world.file("kept.oap", "mine");
    let refused = world.integrations("download", &["Orders", "--to", &file]).await;
    refused.assert(2, &["kept.oap is there already. Give --force to replace it"]);
    assert_eq!(std::fs::read(&file).unwrap(), b"mine");
    world.integrations("download", &["Orders", "--to", &file, "--force"]).await.assert(0, &[]);
    assert_eq!(std::fs::read(&file).unwrap(), package("Orders", 1));
}

/// The ending is that of the file that was uploaded; its name is not.
#[tokio::test]
async fn a_solution_stays_one() {
    let world = World::new().await;
    let file = world.file("Export of today.OSP", package("Orders", 1));
    world.integrations("upload", &[&file, "--kind", "other"]).await.assert(5, &["Export of today.OSP"]);
    let folder = world.path("back");
    std::fs::create_dir(&folder).unwrap();
    let to = folder.display().to_string();
    world.integrations("download", &["Orders", "--to", &to]).await.assert(0, &[]);
    assert_eq!(names(&folder), ["Orders.osp"]);
}

#[tokio::test]
async fn a_damaged_package_is_not_handed_out() {
    let world = World::new().await.with_orders().await;
    let kept = world.path("data").join("integrations");
    let infrastructure = std::fs::read_dir(kept).unwrap().next().unwrap().unwrap().path();
    let file = std::fs::read_dir(infrastructure).unwrap().next().unwrap().unwrap().path();
    std::fs::write(file, "something else").unwrap();
    let to = world.path("back.oap").display().to_string();
    let refused = world.integrations("download", &["Orders", "--to", &to]).await;
    refused.assert(5, &["The package is not there any more as it was uploaded."]);
    assert!(!world.path("back.oap").exists());
    world.upload(1).await.assert(0, &[]);
    world.integrations("download", &["Orders", "--to", &to]).await.assert(0, &[]);
}

#[tokio::test]
async fn a_package_is_nothing_to_read_at_a_terminal() {
    let world = World::new().await.with_orders().await;
    let run = Run::default().at_terminal();
    let refused = world.with("download", &["Orders", "--to", "-"], run).await;
    refused.assert(2, &["a package is nothing to read at a terminal"]);
}
