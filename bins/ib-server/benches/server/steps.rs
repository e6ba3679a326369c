//! Durable steps.

use std::time::{Duration, Instant};

use ib_setup::{HistoryId, SetupId};
use serde_json::json;
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};

use crate::population::{let_in, over, unlimited};
use crate::{Bound, Figure};

/// How many set-ups take two steps each.
const SETUPS: usize = 300;
/// The best of so many rounds counts: others use this machine too.
const ROUNDS: usize = 5;

/// How near the steps come to their bare statements.
pub(crate) async fn measure() -> Figure {
    let (mut fastest, mut floor) = (Duration::MAX, Duration::MAX);
    for _ in 0..ROUNDS {
        let folder = tempfile::tempdir().unwrap();
        let (store, ports) = over(folder.path()).await;
        let setup = unlimited(ports);
        let mut ids = Vec::new();
        for user in 0..SETUPS {
            ids.push(let_in(&setup, user).await);
        }
        let begun = Instant::now();
        for id in &ids {
            setup.choose_set_up(*id).await.unwrap();
            setup.accept_disclaimer(*id, "built-in-1").await.unwrap();
        }
        let ours = begun.elapsed();
        store.close().await;

        // The same rows, and what a step writes into them.
        let options = SqliteConnectOptions::new()
            .filename(folder.path().join("setups.db"))
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full);
        let pool = SqlitePoolOptions::new().max_connections(1).connect_with(options).await.unwrap();
        let begun = Instant::now();
        for id in &ids {
            bare_step(&pool, *id).await;
            bare_step(&pool, *id).await;
        }
        let bare = begun.elapsed();
        pool.close().await;
        (fastest, floor) = (fastest.min(ours), floor.min(bare));
    }
    let ratio = floor.as_secs_f64() / fastest.as_secs_f64();
    Figure::new("durable steps a second, times the bare statements", ratio, "times", Bound::AtLeast(0.7))
        .of(format!("{} in {fastest:.1?}", SETUPS * 2), format!("bare statements {floor:.1?}"))
}

/// Reads a set-up, then writes its next event and snapshot in one transaction.
async fn bare_step(pool: &SqlitePool, id: SetupId) {
    let id = HistoryId::from(id).to_string();
    let read =
        sqlx::query_as("select sequence, state from history join snapshot on history = id where id = $1")
            .bind(&id);
    let (sequence, snapshot): (i64, String) = read.fetch_one(pool).await.unwrap();
    let mut transaction = pool.begin_with("begin immediate").await.unwrap();
    let update = "update history set sequence = $2, due_at = null,
        changed = (select max(changed) + 1 from history) where id = $1 and sequence = $3";
    let update = sqlx::query(update).bind(&id).bind(sequence + 1).bind(sequence);
    update.execute(&mut *transaction).await.unwrap();
    let update = sqlx::query("update snapshot set state = $2 where history = $1").bind(&id).bind(snapshot);
    update.execute(&mut *transaction).await.unwrap();
    let event = json!(["{\"version\":1,\"at\":1700000000000,\"fact\":\"set_up_chosen\"}"]).to_string();
    let insert =
        "insert into event (history, number, event) select $1, $2 + key + 1, value from json_each($3)";
    let insert = sqlx::query(insert).bind(&id).bind(sequence).bind(event);
    insert.execute(&mut *transaction).await.unwrap();
    transaction.commit().await.unwrap();
}
