//! One suite over every back end: what [`Store`](ib_setup::ports::Store), [`Shelf`](ib_setup::ports::Shelf) and
//! [`Vault`](ib_setup::ports::Vault) promise, in memory, in SQLite and in PostgreSQL.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail a test by panicking")]

mod cluster;
mod leases;
mod place;
mod registration;
mod shelf;
mod store;
mod throttle;
mod vault;

use cluster::Cluster;
use place::Place;

#[tokio::test(flavor = "multi_thread")]
async fn memory_conforms() {
    store::conforms(&Place::memory()).await;
    leases::conforms(&Place::memory()).await;
    shelf::conforms(&Place::memory()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sqlite_conforms() {
    let place = Place::sqlite();
    store::conforms(&place).await;
    store::survives_a_restart(&place).await;
    store::shows_nothing_half_done(&place).await;
    store::keeps_others_out(&place).await;
    let place = Place::sqlite();
    leases::conforms(&place).await;
    leases::of_a_process_that_is_gone(&place).await;
    shelf::conforms(&place).await;
    shelf::survives_a_restart(&place).await;
    throttle::counts_across_a_restart(&Place::sqlite()).await;
    registration::survives_a_restart_after_each_step(&Place::sqlite()).await;
    vault::conforms(&Place::sqlite()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn postgres_conforms() {
    let cluster = Cluster::start();
    let place = Place::Postgres(cluster.database("conforms"));
    store::conforms(&place).await;
    store::survives_a_restart(&place).await;
    store::shows_nothing_half_done(&place).await;
    shelf::conforms(&place).await;
    shelf::survives_a_restart(&place).await;
    let place = Place::Postgres(cluster.database("leases"));
    leases::conforms(&place).await;
    leases::of_a_process_that_is_gone(&place).await;
    let place = Place::Postgres(cluster.database("throttle"));
    throttle::counts_across_a_restart(&place).await;
    throttle::counts_across_processes(&place).await;
    registration::survives_a_restart_after_each_step(&Place::Postgres(cluster.database("registration")))
        .await;
    vault::conforms(&Place::Postgres(cluster.database("vault"))).await;
}
