//! What becomes of publications that do not go well, and of what is published by hand.

use super::*;
use crate::publication::Item;

fn orders() -> ib_domain::integration::IntegrationName {
    "Orders".parse().unwrap()
}

/// Who, from where, and about what.
fn told(entry: &Entry) -> (Option<String>, Option<RequestSource>, Option<&str>) {
    (entry.who.as_ref().map(ToString::to_string), entry.from, entry.subject.as_deref())
}

#[test]
fn what_failed_is_told_of_whoever_started_it_and_what_was_asked_after_that() {
    now(async {
        let world = World::new();
        let id = world.come_in("maria", source(Face::Page, "192.0.2.7")).await;
        world.work_on().await;
        let (first, second) = (source(Face::Api, "192.0.2.9"), source(Face::Page, "192.0.2.10"));
        let maria = Some("maria".to_owned());
        world.scripted.script().published.fails = Some("Incompatible Dependency".to_owned());
        let started = world.publications.acting_from(first);
        let edition = started.view(id).await.unwrap().edition;
        started.start(id, edition, BTreeSet::new()).await.unwrap();
        world.work_on().await;
        let entries = world.all(id).await;
        let failed = find(&entries, Act::ItemFailed);
        assert_eq!(failed.outcome, Outcome::Failed(Some(Reason::PublicationErrors)));
        assert_eq!((told(failed).0, told(failed).1), (maria.clone(), Some(first)));

        world.scripted.script().published.fails = None;
        world.scripted.script().published.is_held = true;
        let item = entries.iter().rev().find(|entry| entry.act == Act::ItemFailed).unwrap();
        let view = world.publications.view(id).await.unwrap();
        let failed = view
            .run
            .unwrap()
            .items
            .into_iter()
            .find(|known| known.planned.item.name() == item.subject.as_deref().unwrap());
        let item: Item = failed.unwrap().planned.item;
        let asked = world.publications.acting_from(second);
        asked.retry(id, item.clone()).await.unwrap();
        world.work().await;
        asked.cancel(id, None).await.unwrap();
        world.work_on().await;
        let entries = world.all(id).await;
        for act in [Act::ItemRetried, Act::ItemCancelRequested] {
            assert_eq!(
                told(find(&entries, act)),
                (maria.clone(), Some(second), Some(item.name())),
                "{act:?}"
            );
        }
    });
}

#[test]
fn what_is_published_by_hand_is_told_of_whoever_says_so() {
    now(async {
        let world = World::new();
        let id = world.come_in("maria", source(Face::Page, "192.0.2.7")).await;
        world.work_on().await;
        let from = source(Face::Api, "192.0.2.9");
        let asked = world.publications.acting_from(from);
        let request = UploadRequest { kind: IntegrationKind::ALL[0], file: "orders.oap".to_owned() };
        let pieces = futures_util::stream::iter([Ok(bytes::Bytes::from("integration Orders"))]);
        asked.upload(id, request, Box::pin(pieces)).await.unwrap();
        let expected = (Some("maria".to_owned()), Some(from), Some("Orders"));
        asked.mark(id, orders()).await.unwrap();
        world.work_on().await;
        let entries = world.all(id).await;
        let refused = find(&entries, Act::IntegrationMarkRefused);
        assert_eq!(refused.outcome, Outcome::Refused(Some(Reason::IntegrationNotThere)));
        assert_eq!(
            (told(refused), told(find(&entries, Act::IntegrationMarkRequested))),
            (expected.clone(), expected.clone())
        );
        world.scripted.script().published.integrations.insert("Orders".to_owned());
        asked.mark(id, orders()).await.unwrap();
        world.work_on().await;
        let entries = world.all(id).await;
        let marked = find(&entries, Act::IntegrationMarked);
        assert_eq!((told(marked), marked.outcome), (expected, Outcome::Done));
    });
}
