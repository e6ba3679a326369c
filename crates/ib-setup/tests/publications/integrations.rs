//! Integrations: uploaded, published, published again, and published by hand (B11, B12).

use std::io;
use std::sync::Arc;
use std::time::Duration;

use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use ib_domain::integration::{IntegrationKind, IntegrationName, NoIntegration};
use ib_domain::reason::Reason;
use ib_env_sim::scenario::{Application, Module, Scenario};
use ib_setup::ports::DepotError;
use ib_setup::publication::{
    Catalogs, IntegrationStanding, IntegrationView, Item, ItemStatus, Rejection, View,
};
use ib_setup::testing::FailingStore;
use ib_setup::{DownloadError, PublicationsError, SetupId, UploadError, UploadRequest};

use super::world::{DEVELOPMENT, Program, World, package, statuses};

fn name() -> IntegrationName {
    "Orders".parse().unwrap()
}

fn request() -> UploadRequest {
    UploadRequest { kind: IntegrationKind::Salesforce, file: "Orders.oap".to_owned() }
}

fn integration(view: &View) -> &IntegrationView {
    view.integrations.iter().find(|known| known.name == name()).unwrap()
}

fn rejected<T>(result: Result<T, PublicationsError>) -> Rejection {
    let Err(PublicationsError::Rejected(rejection)) = result else { unreachable!("it was not rejected") };
    rejection
}

impl Program<'_> {
    async fn upload(&self, id: SetupId, content: Vec<u8>) -> Result<View, UploadError> {
        let pieces = stream::iter([Ok(content.into())]).boxed();
        self.publications.upload(id, request(), pieces).await.map(|(view, _)| view)
    }

    async fn publish(&self, id: SetupId) -> Result<View, PublicationsError> {
        let edition = self.publications.view(id).await?.edition;
        self.publications.publish(id, edition, [name()].into()).await
    }

    async fn download(&self, id: SetupId) -> Result<Vec<u8>, DownloadError> {
        let (_, package) = self.publications.download(id, &name()).await?;
        let pieces: Vec<_> = package.into_pieces().try_collect().await.unwrap();
        Ok(pieces.concat())
    }
}

fn several_catalogs(scenario: &mut Scenario) {
    scenario.environment_mut(DEVELOPMENT).unwrap().multiple_database_catalogs = true;
}

#[tokio::test]
async fn an_integration_is_uploaded_published_changed_and_published_again() {
    let world = World::acme().await;
    let program = world.program();
    let id = program.come_in("maria").await;
    let view = program.work(id).await;
    assert!(view.integrations.is_empty() && view.catalogs == Catalogs::One);

    let view = program.upload(id, package("Orders", "1")).await.unwrap();
    assert_eq!(integration(&view).standing, IntegrationStanding::NotPublished);
    program.publish(id).await.unwrap();
    let view = program.work(id).await;
    assert!(statuses(&view).iter().all(|(_, status)| *status == ItemStatus::Done), "{:?}", statuses(&view));
    assert_eq!(statuses(&view).len(), 5, "the four dependencies that were missing came first");
    assert_eq!(integration(&view).standing, IntegrationStanding::Published);
    assert!(view.has_integrations && !view.is_looking);
    world.assert_installed_once("with an integration");
    assert_eq!(world.counts()["Orders"], (1, 1));

    let view = program.upload(id, package("Orders", "2")).await.unwrap();
    assert_eq!(integration(&view).standing, IntegrationStanding::Changed);
    program.publish(id).await.unwrap();
    let view = program.work(id).await;
    assert_eq!(integration(&view).standing, IntegrationStanding::Published);
    assert_eq!(world.counts()["Orders"], (2, 2), "the second package was deployed too");
    assert_eq!(program.download(id).await.unwrap(), package("Orders", "2"));

    // Without the package, what is there is published as it is.
    let view = program.publications.discard(id, name()).await.unwrap();
    assert_eq!(integration(&view).standing, IntegrationStanding::Published);
    assert!(matches!(program.download(id).await, Err(DownloadError::NotUploaded)));
    program.publish(id).await.unwrap();
    let view = program.work(id).await;
    assert_eq!(statuses(&view), [("Orders".to_owned(), ItemStatus::Done)]);
    world.simulator.shutdown().await;
}

#[tokio::test]
async fn what_is_no_integrations_package_is_refused_and_nothing_is_recorded() {
    let world = World::acme().await;
    let program = world.program();
    let id = program.come_in("maria").await;
    program.work(id).await;
    let other = Application {
        name: "Helper".to_owned(),
        modules: vec![Module::named("Helper")],
        ..Application::default()
    };
    let refused = program.upload(id, other.to_package()).await;
    assert!(matches!(refused, Err(UploadError::NoIntegration(NoIntegration::NoneOfIntegration))));
    let refused = program.upload(id, b"no package".to_vec()).await;
    assert!(matches!(refused, Err(UploadError::Depot(DepotError::NoPackage(_)))));
    let broken = stream::iter([Err(io::Error::other("gone"))]).boxed();
    let refused = program.publications.upload(id, request(), broken).await;
    assert!(matches!(refused, Err(UploadError::Depot(_))));
    assert!(program.publications.view(id).await.unwrap().integrations.is_empty());
    world.simulator.shutdown().await;
}

#[tokio::test]
async fn what_is_under_way_is_neither_replaced_nor_forgotten() {
    let world = World::acme().await;
    let program = world.program();
    let id = program.come_in("maria").await;
    program.work(id).await;
    program.upload(id, package("Orders", "1")).await.unwrap();
    assert_eq!(rejected(program.publications.publish(id, 1, [name()].into()).await), Rejection::PlanOutdated);
    let unknown: IntegrationName = "Unknown".parse().unwrap();
    let edition = program.publications.view(id).await.unwrap().edition;
    let refused = program.publications.publish(id, edition, [unknown.clone()].into()).await;
    assert_eq!(rejected(refused), Rejection::NoSuchIntegration(unknown));
    program.publish(id).await.unwrap();
    let refused = program.upload(id, package("Orders", "2")).await;
    assert!(matches!(
        refused,
        Err(UploadError::Publications(PublicationsError::Rejected(Rejection::UnderWay)))
    ));
    assert_eq!(rejected(program.publications.discard(id, name()).await), Rejection::UnderWay);
    assert_eq!(rejected(program.publications.mark(id, name()).await), Rejection::UnderWay);
    let view = program.work(id).await;
    assert_eq!(integration(&view).standing, IntegrationStanding::Published);
    world.simulator.shutdown().await;
}

#[tokio::test]
async fn a_package_that_is_gone_fails_and_is_uploaded_again() {
    let world = World::acme().await;
    let program = world.program();
    let id = program.come_in("maria").await;
    program.work(id).await;
    program.upload(id, package("Orders", "1")).await.unwrap();
    world.depot.clear();
    program.publish(id).await.unwrap();
    let view = program.work(id).await;
    let item = integration(&view).item.clone().unwrap();
    assert_eq!(item.found.unwrap().reason, Some(Reason::UploadGone));
    assert_eq!(integration(&view).standing, IntegrationStanding::NotPublished);
    program.upload(id, package("Orders", "2")).await.unwrap();
    program.publish(id).await.unwrap();
    let view = program.work(id).await;
    assert_eq!(integration(&view).standing, IntegrationStanding::Published);
    world.simulator.shutdown().await;
}

#[tokio::test]
async fn with_several_catalogs_it_is_published_by_hand_and_read_back() {
    let world = World::with(&[], several_catalogs).await;
    let program = world.program();
    let id = program.come_in("maria").await;
    assert_eq!(program.work(id).await.catalogs, Catalogs::Several);
    program.upload(id, package("Orders", "1")).await.unwrap();
    assert_eq!(rejected(program.publish(id).await), Rejection::SeveralCatalogs);
    assert_eq!(program.download(id).await.unwrap(), package("Orders", "1"));

    let view = program.publications.mark(id, name()).await.unwrap();
    assert!(integration(&view).upload.as_ref().unwrap().is_being_confirmed());
    let view = program.work(id).await;
    let upload = integration(&view).upload.clone().unwrap();
    assert_eq!(upload.not_confirmed().unwrap().reason, Some(Reason::IntegrationNotThere));
    assert_eq!(integration(&view).standing, IntegrationStanding::NotPublished);

    // Half of it, then all of it.
    let published = |suffixes: &[&str]| {
        let modules = suffixes.iter().map(|suffix| Module::named(&format!("Orders_{suffix}"))).collect();
        let orders = Application { name: "Orders".to_owned(), modules, ..Application::default() };
        world.simulator.update(|scenario| {
            let environment = scenario.environment_mut(DEVELOPMENT).unwrap();
            environment.applications.retain(|known| known.name != "Orders");
            environment.applications.push(orders);
        });
    };
    published(&["DRV"]);
    program.publications.mark(id, name()).await.unwrap();
    let upload = integration(&program.work(id).await).upload.clone().unwrap();
    let found = upload.not_confirmed().unwrap().clone();
    assert!(found.message.contains("Orders_IS is not there"), "{}", found.message);
    published(&["DRV", "IS"]);
    program.publications.mark(id, name()).await.unwrap();
    let view = program.work(id).await;
    assert_eq!(integration(&view).standing, IntegrationStanding::Published);
    let published = integration(&view).upload.as_ref().unwrap().published.unwrap();
    assert!(published.is_by_hand);
    world.simulator.shutdown().await;
}

#[tokio::test]
async fn a_crash_at_any_append_still_publishes_the_package() {
    let mut number = 1;
    let mut crashes = 0;
    for is_written in [false, true].into_iter().cycle() {
        let world = World::with(&[], |scenario| {
            let environment = scenario.environment_mut(DEVELOPMENT).unwrap();
            environment.publish_idle_s = 90;
            let five = ib_env_sim::dependencies::packages(&[].into()).unwrap();
            environment.applications =
                five.iter().map(|(_, package)| Application::from_package(package)).collect();
        })
        .await;
        let first = world.program();
        let id = first.come_in("maria").await;
        first.work(id).await;
        first.upload(id, package("Orders", "1")).await.unwrap();
        first.publish(id).await.unwrap();
        let failing = FailingStore::new(world.store.clone(), number, is_written);
        let dying = world.program_over(Arc::new(failing));
        let mut has_died = false;
        while !has_died && dying.publications.view(id).await.unwrap().run.unwrap().is_active() {
            match dying.step().await {
                Ok(true) => {}
                Ok(false) => world.wait(Duration::from_secs(1)),
                Err(_) => has_died = true,
            }
        }
        crashes += usize::from(has_died);
        world.wait(Duration::from_mins(1));
        let view = first.work(id).await;
        let what = format!("append {number}, written: {is_written}");
        assert_eq!(statuses(&view), [(Item::Integration(name()).to_string(), ItemStatus::Done)], "{what}");
        assert_eq!(integration(&view).standing, IntegrationStanding::Published, "{what}");
        assert_eq!(world.counts()["Orders"].1, 1, "{what}");
        world.simulator.shutdown().await;
        if !has_died {
            assert!(crashes > 10, "{crashes}");
            return;
        }
        number += usize::from(is_written);
    }
}
