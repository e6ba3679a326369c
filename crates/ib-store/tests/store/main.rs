//! One suite over every back end: what [`Store`](ib_setup::ports::Store), [`Shelf`](ib_setup::ports::Shelf) and
//! [`Vault`](ib_setup::ports::Vault) promise, in SQLite and in PostgreSQL.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail a test by panicking")]

mod cluster;
mod place;
mod registration;
mod restarts;
mod throttle;
mod vault;

use ib_setup::testing::conformance::{self, Work};
use tokio::task::JoinSet;

use cluster::Cluster;
use place::Place;

async fn together(all: Vec<Work>) {
    all.into_iter().collect::<JoinSet<_>>().join_all().await;
}

async fn conforms(place: &Place) {
    let opened = place.open().await;
    conformance::store(opened.store(), together).await;
    conformance::shelf(opened.shelf(), together).await;
    opened.close().await;
    restarts::lose_nothing(place).await;
    restarts::keep_versions(place).await;
    restarts::end_leases(place).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sqlite_conforms() {
    let place = Place::sqlite();
    conforms(&place).await;
    restarts::keep_others_out(&place).await;
    throttle::counts_across_a_restart(&Place::sqlite()).await;
    registration::survives_a_restart_after_each_step(&Place::sqlite()).await;
    vault::conforms(&Place::sqlite()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn postgres_conforms() {
    let cluster = Cluster::start();
    conforms(&Place::Postgres(cluster.database("conforms"))).await;
    let place = Place::Postgres(cluster.database("throttle"));
    throttle::counts_across_a_restart(&place).await;
    throttle::counts_across_processes(&place).await;
    registration::survives_a_restart_after_each_step(&Place::Postgres(cluster.database("registration")))
        .await;
    vault::conforms(&Place::Postgres(cluster.database("vault"))).await;
}
