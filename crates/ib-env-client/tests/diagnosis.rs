//! Looking at environments, healthy and not.

mod common;

use common::{World, maria};
use ib_domain::check::Check;
use ib_domain::finding::Outcome;

#[tokio::test]
async fn a_healthy_environment_passes_every_layer() {
    let world = World::acme().await;
    let environment = world.environment("dev.acme.example");
    let diagnosis = environment.diagnose().await;
    for finding in &diagnosis.findings {
        assert_eq!(finding.outcome, Outcome::Passed, "{finding:?}");
    }
    let layers: Vec<_> = diagnosis.findings.iter().map(|finding| finding.check).collect();
    assert!(layers.contains(&Check::NetTls) && layers.contains(&Check::EnvVersion), "{layers:?}");
    assert_eq!(diagnosis.version.and_then(|version| version.known()).unwrap().to_string(), "11.23.1.40123");
    assert_eq!(environment.log_in(&maria()).await, Ok(()));
    assert!(environment.permissions(&maria()).await.unwrap().unwrap().create_applications);
}
