//! Infrastructures: each is one, whoever comes first, and its set-ups are found.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use ib_domain::permission::user::Username;

use super::{Work, address, append, publications, texts};
use crate::id::{InfrastructureId, SetupId};
use crate::infrastructure::{Identity, Serial};
use crate::ports::{Signer, Standing, Store};

pub(super) async fn conform(store: &Arc<dyn Store>, together: &impl AsyncFn(Vec<Work>)) {
    have_set_ups_that_are_found_by_user(&**store).await;
    are_recognised(&**store).await;
    are_one_where_two_claim_at_once(store, together).await;
}

async fn have_set_ups_that_are_found_by_user(store: &dyn Store) {
    let signed = |username: &str| {
        let signed =
            Signer { address: address("dev.acme.example"), username: Username::parse(username).unwrap() };
        Standing { signed: Some(signed), ..Standing::default() }
    };
    let ids = [10, 11, 12, 13].map(SetupId::new);
    for (id, username) in ids.into_iter().zip(["maria", "omar", "MARIA", "maria"]) {
        append(store, id.into(), 0, &texts([1]), "", &signed(username)).await.unwrap();
    }
    append(store, publications(10), 0, &texts([1]), "", &signed("maria")).await.unwrap();
    let mut registered = signed("maria");
    registered.infrastructure = Some(InfrastructureId::new(1));
    append(store, ids[3].into(), 1, &texts([2]), "", &registered).await.unwrap();
    append(store, ids[0].into(), 1, &texts([2]), "", &signed("maria")).await.unwrap();

    let (dev, maria) = (address("dev.acme.example"), Username::parse("maria").unwrap());
    assert_eq!(store.unfinished(&dev, Some(&maria)).await.unwrap(), [ids[0], ids[2]]);
    assert_eq!(store.unfinished(&dev, None).await.unwrap(), [ids[0], ids[2], ids[1]]);
    assert_eq!(store.unfinished(&address("qa.acme.example"), None).await.unwrap(), []);

    let mut other = signed("omar");
    other.infrastructure = registered.infrastructure;
    append(store, ids[1].into(), 1, &texts([2]), "", &other).await.unwrap();
    let acme = InfrastructureId::new(1);
    assert_eq!(store.registered(acme, Some(&maria)).await.unwrap(), [ids[3]]);
    assert_eq!(store.registered(acme, None).await.unwrap(), [ids[1], ids[3]]);
    assert_eq!(store.registered(InfrastructureId::new(2), None).await.unwrap(), []);
}

fn seen(host: &str, serial: &str, names: &[&str]) -> Identity {
    let names = names.iter().map(|name| address(name)).collect();
    Identity { address: address(host), serial: Serial::read(serial), names }
}

async fn are_recognised(store: &dyn Store) {
    let (acme, other) = (InfrastructureId::new(31), InfrastructureId::new(32));
    let dev = seen("dev.one.example", "S-1", &[]);
    assert_eq!(store.find(&dev).await.unwrap(), None);
    assert_eq!(store.claim(&dev, acme).await.unwrap(), acme);
    assert_eq!(store.claim(&dev, other).await.unwrap(), acme, "registered twice is registered once");

    let www = seen("www.one.example", "S-1", &["dev.one.example"]);
    assert_eq!(store.claim(&www, other).await.unwrap(), acme, "a certificate for both names");
    assert_eq!(store.find(&seen("www.one.example", "", &[])).await.unwrap(), Some(acme), "it is known now");
    assert_eq!(store.find(&seen("dev.evil.example", "S-1", &[])).await.unwrap(), None);
    assert_eq!(store.claim(&seen("dev.one.example", "S-2", &[]), other).await.unwrap(), other);
    assert_eq!(store.find(&dev).await.unwrap(), Some(acme));

    let kept = store.infrastructure(acme).await.unwrap().unwrap();
    assert_eq!((kept.serial, kept.addresses.len()), (Serial::read("S-1"), 2));
    assert_eq!(store.infrastructure(InfrastructureId::new(99)).await.unwrap(), None);
}

async fn are_one_where_two_claim_at_once(store: &Arc<dyn Store>, together: &impl AsyncFn(Vec<Work>)) {
    let claimed = Arc::new(Mutex::new(BTreeSet::new()));
    let claims = (40..48).map(|number| -> Work {
        let (store, claimed) = (Arc::clone(store), Arc::clone(&claimed));
        Box::pin(async move {
            let identity = seen("dev.race.example", "S-9", &[]);
            let id = store.claim(&identity, InfrastructureId::new(number)).await.unwrap();
            claimed.lock().unwrap_or_else(PoisonError::into_inner).insert(id);
        })
    });
    together(claims.collect()).await;
    assert_eq!(claimed.lock().unwrap_or_else(PoisonError::into_inner).len(), 1);
}
