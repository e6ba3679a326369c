//! A package is verified and sent in little memory. Alone in its process, because it counts every allocation.

use std::collections::BTreeMap;

use futures_util::TryStreamExt as _;
use ib_domain::dependency::DependencyId;
use ib_domain::dependency::digest::Sha256Digest;
use ib_setup::ports::Packages as _;
use ib_store::PackageFolder;
use peak_alloc::PeakAlloc;
use sha2::{Digest as _, Sha256};

#[global_allocator]
static ALLOCATED: PeakAlloc = PeakAlloc;

const SIZE: usize = 3 << 20;
const MORE: usize = 384 << 10;

#[tokio::test]
async fn three_megabytes_take_less_than_400_kilobytes() {
    let folder = tempfile::tempdir().unwrap();
    ib_env_sim::dependencies::write_packages(folder.path(), &BTreeMap::new()).unwrap();
    let packages = PackageFolder::open(folder.path()).unwrap();
    let mut dependency = packages.catalogue().get(DependencyId::IntegrationManager).clone();
    let content = vec![7; SIZE];
    std::fs::write(folder.path().join(dependency.package.as_str()), &content).unwrap();
    dependency.package_sha256 = Sha256Digest::new(Sha256::digest(&content).into());
    drop(content);

    ALLOCATED.reset_peak_usage();
    let before = ALLOCATED.current_usage();
    packages.verify(&dependency).await.unwrap();
    let mut pieces = packages.open(&dependency).await.unwrap().into_pieces();
    let mut arrived = 0;
    while let Some(piece) = pieces.try_next().await.unwrap() {
        arrived += piece.len();
    }
    let extra = ALLOCATED.peak_usage().saturating_sub(before);
    assert_eq!(arrived, SIZE);
    assert!(extra < MORE, "{extra} bytes more at the peak");
}
