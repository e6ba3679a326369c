//! One small publication beside many big ones.

use std::iter::{once, repeat_n};
use std::time::{Duration, Instant};

use ib_domain::dependency::DependencyId;
use ib_web::Settings;
use tokio::time::sleep;

use crate::environment::{ANSWER, Kind, Pace, World};
use crate::figure::{Bound, Figure};
use crate::population::{Driving, Service, dependencies, in_sqlite};

/// Everything is due, and each item takes two minutes.
const BIG: Kind = Kind { pace: Pace::Step(Duration::from_mins(1)), integrations: 100 };
/// Its one item takes 20 seconds.
const SMALL: Kind = Kind { pace: Pace::Step(Duration::from_secs(10)), integrations: 0 };
/// Nobody waits longer.
const PATIENCE: Duration = Duration::from_mins(5);

/// How much longer it takes beside `count` less one others than alone.
pub(crate) async fn measure(count: usize) -> Figure {
    let alone = beside(0).await;
    let crowded = beside(count - 1).await;
    let ratio = crowded.as_secs_f64() / alone.as_secs_f64();
    Figure::new("a small publication beside big ones, times alone", ratio, "times", Bound::AtMost(3.0))
        .of(format!("{crowded:.1?} beside {}", count - 1), format!("{alone:.1?} alone"))
}

/// How long a publication of one item takes that is started last, right after `others` with everything.
async fn beside(others: usize) -> Duration {
    let folder = tempfile::tempdir().unwrap();
    let kinds = repeat_n(BIG, others).chain(once(SMALL));
    let world = World::new(dependencies(folder.path()).catalogue, kinds);
    let (store, ports) = in_sqlite(folder.path(), &world).await;
    let service = Service::new(ports.clone(), dependencies(folder.path()));
    let small = service.register(others).await;
    service.populate(others).await;
    world.answer_after(ANSWER);
    service.start(small, [DependencyId::CommonSharedServices].into()).await;
    let driving = Driving::begin(ports, dependencies(folder.path()), Settings::default());
    let begun = Instant::now();
    while service.publication(small).await.is_active() && begun.elapsed() < PATIENCE {
        sleep(Duration::from_millis(200)).await;
    }
    let took = begun.elapsed();
    let publication = service.publication(small).await;
    assert!(publication.is_active() || publication.done() == 1, "{publication:?}");
    driving.end().await;
    store.close().await;
    took
}
