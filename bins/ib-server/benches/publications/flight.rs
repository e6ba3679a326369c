//! Many publications under way in one process: what each takes of its memory, and how late each is listened to.

use std::iter::repeat_n;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use ib_setup::Ports;
use ib_web::Settings;
use tokio::time::sleep;

use crate::environment::{ANSWER, Kind, Pace, World};
use crate::figure::{Bound, Figure};
use crate::lag::Noting;
use crate::population::{Driving, Service, bring_under_way, dependencies, in_sqlite};

/// A publication that stays in flight, and says something new once a minute.
pub(crate) const LASTING: Kind = Kind { pace: Pace::Endless(Duration::from_mins(1)), integrations: 10 };
/// Until everything goes its way.
const WARM_UP: Duration = Duration::from_secs(20);
/// How long it is measured, in seconds.
const MEASURED: u32 = 60;
/// How long there is at most between two looks at a publication that says nothing, in milliseconds.
const INTERVAL: f64 = 5_000.0;

fn world(folder: &Path, count: usize) -> Arc<World> {
    World::new(dependencies(folder).catalogue, repeat_n(LASTING, count))
}

/// Memory and lag of `count` publications. A process of its own is measured, which did not make them.
pub(crate) async fn measure(count: usize) -> [Figure; 2] {
    let folder = tempfile::tempdir().unwrap();
    let world = world(folder.path(), count);
    let (store, ports) = in_sqlite(folder.path(), &world).await;
    Service::new(ports.clone(), dependencies(folder.path())).populate(count).await;
    bring_under_way(&world, ports, dependencies(folder.path())).await;
    store.close().await;
    let measured = Command::new(std::env::current_exe().unwrap())
        .arg("--in-flight")
        .arg(folder.path())
        .arg(count.to_string())
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&measured.stdout);
    let numbers: Vec<f64> = text.split_whitespace().map(|word| word.parse().unwrap()).collect();
    let [at_rest, in_flight, asked, middle, last] = numbers[..] else {
        panic!("{text}{}", String::from_utf8_lossy(&measured.stderr))
    };
    println!(
        "{count} in flight: {at_rest:.0} KiB at rest, {in_flight:.0} KiB in flight; listened to {:.0} times a second, late by {middle:.0} ms (p50), {last:.0} ms (p99)",
        asked / f64::from(MEASURED),
    );
    let each = (in_flight - at_rest) / f64::from(u32::try_from(count).unwrap());
    [
        Figure::new("memory of a publication in flight", each, "KiB", Bound::AtMost(16.0)),
        Figure::new(
            "lag of a look (p99), times the longest interval",
            last / INTERVAL,
            "times",
            Bound::AtMost(2.0),
        )
        .of(format!("late by {last:.0} ms"), format!("interval {INTERVAL} ms")),
    ]
}

/// The process that is measured. It prints memory at rest and in flight, how often environments were listened to,
/// and how late that was.
pub(crate) async fn run(folder: &Path, count: usize) {
    let world = world(folder, count);
    let (store, ports) = in_sqlite(folder, &world).await;
    world.answer_after(ANSWER);
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(folder.join("setups.db"));
    let pool = sqlx::SqlitePool::connect_with(options).await.unwrap();
    let addresses = "select infrastructure, address from infrastructure_address";
    let rows: Vec<(String, String)> = sqlx::query_as(addresses).fetch_all(&pool).await.unwrap();
    let numbers = rows.iter().map(|(id, address)| (id.parse().unwrap(), World::number(address))).collect();
    let ports = Ports { store: Arc::new(Noting { store, lag: Arc::clone(&world.lag), numbers }), ..ports };
    sqlx::query("update history set due_at = null").execute(&pool).await.unwrap();
    let driving = Driving::begin(ports, dependencies(folder), Settings::default());
    sleep(Duration::from_secs(3)).await;
    let at_rest = resident();
    let wake = "update history set due_at = 1 where id like 'publications-%'";
    sqlx::query(wake).execute(&pool).await.unwrap();
    pool.close().await;
    sleep(WARM_UP).await;
    world.lag.take();
    let mut in_flight = 0;
    for _ in 0..MEASURED {
        sleep(Duration::from_secs(1)).await;
        in_flight = in_flight.max(resident());
    }
    let late = world.lag.take();
    let at = |hundredth: usize| late[(late.len() - 1) * hundredth / 100];
    println!("{at_rest} {in_flight} {} {} {}", late.len(), at(50), at(99));
    driving.end().await;
}

/// The memory of this process, in KiB. The system tells it on Linux only.
fn resident() -> u32 {
    let text = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.split_whitespace().next().unwrap().parse().unwrap()
}
