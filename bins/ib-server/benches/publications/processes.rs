//! Two processes against one, on PostgreSQL, where waiting for environments takes most of the time.

use std::io::{BufRead as _, BufReader, Write as _};
use std::iter::repeat_n;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use ib_setup::Ports;
use ib_setup::system::SystemClock;
use ib_store::PostgresStore;
use ib_web::Settings;

use crate::cluster::Cluster;
use crate::environment::{ANSWER, World};
use crate::figure::{Bound, Figure};
use crate::flight::LASTING;
use crate::population::{Driving, LIMIT, Service, bring_under_way, dependencies, keys, over};

/// So few that all of them wait nearly all the time.
const SLOTS: usize = 32;
const WARM_UP: Duration = Duration::from_secs(10);
const MEASURED: Duration = Duration::from_secs(30);

/// How much more work two processes do than one.
pub(crate) async fn measure(count: usize) -> Figure {
    let (folder, cluster) = (tempfile::tempdir().unwrap(), Cluster::start());
    let url = cluster.database("publications");
    let (store, world, ports) = open(folder.path(), &url, count).await;
    Service::new(ports.clone(), dependencies(folder.path())).populate(count).await;
    bring_under_way(&world, ports, dependencies(folder.path())).await;
    store.close().await;
    let work = |processes| {
        let workers: Vec<_> = (0..processes).map(|_| Worker::start(folder.path(), &url, count)).collect();
        together(workers)
    };
    let (one, two) = (work(1), work(2));
    Figure::new("work of two processes on PostgreSQL, times one's", two / one, "times", Bound::AtLeast(1.6))
        .of(format!("{two} calls answered by two"), format!("{one} by one"))
}

async fn open(folder: &Path, url: &str, count: usize) -> (PostgresStore, Arc<World>, Ports) {
    let world = World::new(dependencies(folder).catalogue, repeat_n(LASTING, count));
    let store = PostgresStore::open(url).await.unwrap();
    let vault = store.vault(keys(folder), Arc::new(SystemClock), LIMIT).await.unwrap();
    let ports = over(Arc::new(store.clone()), Arc::new(vault), &world);
    (store, world, ports)
}

/// How many calls the workers make between them.
fn together(mut workers: Vec<Worker>) -> f64 {
    std::thread::sleep(WARM_UP);
    let before: f64 = workers.iter_mut().map(Worker::calls).sum();
    std::thread::sleep(MEASURED);
    let after: f64 = workers.iter_mut().map(Worker::calls).sum();
    workers.into_iter().for_each(Worker::stop);
    after - before
}

/// A process of its own. It tells how many of its calls were answered as often as it reads a line, and ends with its
/// standard input.
struct Worker {
    process: Child,
    said: BufReader<ChildStdout>,
}

impl Worker {
    fn start(folder: &Path, url: &str, count: usize) -> Self {
        let mut process = Command::new(std::env::current_exe().unwrap())
            .arg("--worker")
            .arg(folder)
            .arg(count.to_string())
            .arg(url)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let said = BufReader::new(process.stdout.take().unwrap());
        Self { process, said }
    }

    fn calls(&mut self) -> f64 {
        self.process.stdin.as_mut().unwrap().write_all(b"\n").unwrap();
        let mut line = String::new();
        self.said.read_line(&mut line).unwrap();
        line.trim().parse().unwrap()
    }

    fn stop(mut self) {
        drop(self.process.stdin.take());
        self.process.wait().unwrap();
    }
}

/// The work of such a process.
pub(crate) async fn run(folder: &Path, count: usize, url: &str) {
    let (store, world, ports) = open(folder, url, count).await;
    world.answer_after(ANSWER);
    let mut settings = Settings::default();
    settings.drivers = SLOTS;
    let driving = Driving::begin(ports, dependencies(folder), settings);
    let told = tokio::task::spawn_blocking(move || {
        for _ in std::io::stdin().lines().map_while(Result::ok) {
            println!("{}", world.calls());
        }
    });
    told.await.unwrap();
    driving.end().await;
    store.close().await;
}
