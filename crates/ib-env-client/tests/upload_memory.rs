//! A package is sent in little memory. Alone in its process, because it counts every allocation.

mod common;

use bytes::Bytes;
use common::maria;
use common::sink::Sink;
use futures_util::stream;
use ib_env_client::{Package, PublishId, Started};
use peak_alloc::PeakAlloc;

#[global_allocator]
static ALLOCATED: PeakAlloc = PeakAlloc;

const PIECE: usize = 64 << 10;
const SIZE: u64 = 32 << 20;

#[tokio::test]
async fn a_package_of_32_mebibytes_takes_less_than_two_more() {
    let mut sink = Sink::open().await;
    let environment = sink.environment();
    // The first call makes the connection and asks for the WSDL.
    environment.publish(&maria(), Package::of_bytes("first"), true).await.unwrap();
    sink.posted().await;

    let pieces = (0..SIZE / PIECE as u64).map(|number| Ok(Bytes::from(vec![number.to_le_bytes()[0]; PIECE])));
    let package = Package::new(SIZE, stream::iter(pieces));
    ALLOCATED.reset_peak_usage();
    let before = ALLOCATED.current_usage();
    let started = environment.publish(&maria(), package, true).await.unwrap();
    let extra = ALLOCATED.peak_usage().saturating_sub(before);

    let Started::Running(PublishId(7), _) = started else { panic!("{started:?}") };
    let seen = sink.posted().await;
    assert!(seen.came > SIZE * 4 / 3, "{}", seen.came);
    // The sink's own memory is in it too.
    assert!(extra < 2 << 20, "{extra} bytes more at the peak");
}
