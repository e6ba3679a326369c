//! Packages that people upload: one that is kept is whole, and no path in it leads out of it; one that is refused
//! leaves nothing behind.
#![no_main]
#![expect(clippy::panic, reason = "a target tells by a panic what it found")]

use std::io::Cursor;
use std::path::Path;

use bytes::Bytes;
use futures_util::{StreamExt as _, stream};
use ib_setup::InfrastructureId;
use ib_setup::ports::Depot as _;
use ib_store::DepotFolder;
use libfuzzer_sys::fuzz_target;
use tokio::runtime::Builder;
use zip::ZipArchive;

/// Most bytes of a package.
const LIMIT: u64 = 64 * 1024;

fuzz_target!(|content: &[u8]| {
    if let Err(error) = put(content) {
        panic!("nothing can be kept on this machine: {error}");
    }
});

fn put(content: &[u8]) -> std::io::Result<()> {
    let folder = tempfile::tempdir()?;
    let depot = DepotFolder::open(folder.path())?.limit(LIMIT);
    let pieces = stream::iter([Ok(Bytes::copy_from_slice(content))]).boxed();
    let runtime = Builder::new_current_thread().build()?;
    let stored = runtime.block_on(depot.put(InfrastructureId::new(1), pieces));
    let files = files(folder.path())?;
    match stored {
        Ok(stored) => {
            assert_eq!((stored.size, files), (content.len() as u64, 1));
            assert!(leads_nowhere(content), "a package that leads out of its folder was kept");
        }
        Err(_) => assert_eq!(files, 0, "what was refused is still there"),
    }
    Ok(())
}

/// How many files are in the folders of a folder.
fn files(folder: &Path) -> std::io::Result<usize> {
    let mut count = 0;
    for inner in std::fs::read_dir(folder)? {
        count += std::fs::read_dir(inner?.path())?.count();
    }
    Ok(count)
}

/// Whether every name in the archive stays in it, on every system.
fn leads_nowhere(content: &[u8]) -> bool {
    ZipArchive::new(Cursor::new(content)).is_ok_and(|archive| {
        archive.file_names().all(|name| {
            let Ok(name) = name else { return false };
            let is_rooted = name.starts_with(['/', '\\']) || name.contains(':');
            !is_rooted && !name.split(['/', '\\']).any(|part| part == "..")
        })
    })
}
