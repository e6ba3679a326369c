//! Pages of the trail: the same as all of it, and no other infrastructure's.

use proptest::prelude::*;
use rstest::rstest;

use super::*;
use crate::environment::Rejection;
use crate::environments::EnvironmentsError;
use crate::ports::{Addition, Standing};

const HERE: &str = "192.0.2.7";

fn page() -> RequestSource {
    source(Face::Page, HERE)
}

impl World {
    /// Does something, if it can be done now.
    async fn step(&self, id: SetupId, what: u8) {
        let environments = self.environments.acting_from(page());
        let name = |text: &str| text.parse::<EnvironmentName>().unwrap();
        let done = match what {
            0 => environments.add(id, name("QA"), "qa.acme.example").await,
            1 => environments.edit(id, name("QA"), name("QA"), "prod.acme.example").await,
            2 => environments.remove(id, name("QA")).await,
            3 => environments.look(id, None).await,
            4 => environments.add(id, name("Test"), "test.acme.example").await,
            _ => {
                self.come_in("joao", page()).await;
                return;
            }
        };
        let is_rejected = |error: &EnvironmentsError| {
            matches!(error, EnvironmentsError::Rejected(Rejection::NoSuchEnvironment(_)))
                || matches!(error, EnvironmentsError::Rejected(Rejection::AddressTaken { .. }))
                || matches!(error, EnvironmentsError::Rejected(Rejection::NameTaken(_)))
                || matches!(error, EnvironmentsError::Setup(SetupError::Throttled(_)))
        };
        assert!(done.as_ref().err().is_none_or(is_rejected), "{done:?}");
        self.work().await;
    }

    /// Everything, page by page.
    async fn paged(&self, id: SetupId, limit: usize) -> Vec<Entry> {
        let audit = Audit::new(self.setup.clone());
        let mut all: Vec<Entry> = Vec::new();
        loop {
            let before = all.last().map(|entry| entry.id);
            let page = audit.entries(id, before, limit).await.unwrap();
            assert!(page.len() <= limit);
            if page.is_empty() {
                return all;
            }
            all.extend(page);
            assert!(all.len() <= LARGEST, "it does not end");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn pages_of_any_size_make_the_whole_trail(
        steps in prop::collection::vec((0_u8..6, 0_u64..2), 0..20),
        limit in 1_usize..9,
    ) {
        now(async {
            let world = World::new();
            let id = world.come_in("maria", page()).await;
            for (what, seconds) in steps {
                // Much happens at the same time, in several histories.
                world.pass(seconds);
                world.step(id, what).await;
            }
            let all = world.all(id).await;
            let places: Vec<_> = all.iter().map(|entry| (entry.at, entry.id)).collect();
            assert!(places.is_sorted_by(|newer, older| newer > older), "{places:?}");
            assert_eq!(world.paged(id, limit).await, all);
        });
    }
}

#[test]
fn there_is_no_trail_before_an_infrastructure_and_no_empty_page_is_read() {
    now(async {
        let world = World::new();
        let id = world.setup.begin().await.unwrap();
        let audit = Audit::new(world.setup.clone());
        assert!(matches!(audit.entries(id, None, 10).await, Err(AuditError::NotRegistered)));
        let id = world.come_in("maria", page()).await;
        assert_eq!(audit.entries(id, None, 0).await.unwrap(), []);
        let unknown = audit.entries(SetupId::new(999), None, 10).await;
        assert!(matches!(unknown, Err(AuditError::Setup(SetupError::Unknown))), "{unknown:?}");
    });
}

#[test]
fn a_page_begins_after_an_entry_of_the_same_infrastructure_alone() {
    now(async {
        let world = World::new();
        let mine = world.come_in("maria", page()).await;
        let other = Script { serial: Some("OTHER".to_owned()), ..Script::default() };
        world.scripted.script().others.insert("dev.other.example".to_owned(), other);
        let theirs = world.come_in_at("dev.other.example", "eve", page()).await;
        let (known, foreign) = (world.all(mine).await, world.all(theirs).await);
        assert!(!known.is_empty() && !foreign.is_empty());
        let audit = Audit::new(world.setup.clone());
        for entry in foreign {
            assert!(!known.iter().any(|known| known.id == entry.id), "{entry:#?}");
            let refused = audit.entries(mine, Some(entry.id), 10).await;
            assert!(matches!(refused, Err(AuditError::NoSuchEntry)), "{refused:?}");
        }
        let beyond = EntryId::new(known[0].id.history(), 10_000);
        assert!(matches!(audit.entries(mine, Some(beyond), 10).await, Err(AuditError::NoSuchEntry)));
    });
}

#[rstest]
#[case("")]
#[case("setup-7-1")]
#[case("environments-00000000000000000000000000000007-+1")]
#[case("environments-00000000000000000000000000000007-01")]
#[case("environments-00000000000000000000000000000007")]
#[case("others-00000000000000000000000000000007-1")]
fn what_names_no_entry_is_no_id(#[case] text: &str) {
    assert_eq!(text.parse::<EntryId>(), Err(EntryIdError));
}

#[test]
fn a_page_reads_no_set_up_that_adds_nothing_to_it() {
    now(async {
        let world = World::new();
        let first = world.come_in("maria", page()).await;
        // Whoever reads the first one fails.
        let (store, history) = (&world.ports.store, HistoryId::Setup(first));
        let kept = store.load(history).await.unwrap().unwrap();
        let (state, _) = world.setup.load(first).await.unwrap();
        let standing = Standing {
            signed: state.signer(),
            infrastructure: state.infrastructure(),
            ..Standing::default()
        };
        let events = ["damaged".to_owned()];
        let addition =
            Addition { events: &events, snapshot: &kept.snapshot, standing: &standing, lease: None };
        store.append(history, kept.sequence, addition).await.unwrap();
        let mut last = first;
        for username in ["joao", "ana"] {
            world.pass(60);
            last = world.come_in(username, page()).await;
        }
        let audit = Audit::new(world.setup.clone());
        let newest = audit.entries(last, None, 2).await.unwrap();
        assert_eq!(newest.len(), 2);
        assert!(audit.entries(last, None, LARGEST).await.is_err(), "the first one is needed here");
    });
}
