//! What was learnt about environments while they were asked, for everybody who asks them next.
//!
//! A publication is followed by many calls, each by an object of its own, so what they all need to know is kept
//! here. It is forgotten after a while, because an environment may be upgraded.

use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use ib_domain::address::EnvironmentAddress;
use quick_cache::sync::Cache;
use tokio::sync::Mutex as AsyncMutex;

use super::dialect::Dialect;
use super::settings::SoapVersion;
use crate::Obstacle;
use crate::environment::IdentityProvider;

/// How many environments are remembered; beyond that the ones that are asked least are forgotten.
const ENVIRONMENTS: usize = 10_000;
/// How long something is remembered.
const PERIOD: Duration = Duration::from_mins(10);

/// What was learnt about all environments.
pub(super) struct AllLearnt(Cache<EnvironmentAddress, Arc<Learnt>>);

impl Default for AllLearnt {
    fn default() -> Self {
        Self(Cache::new(ENVIRONMENTS))
    }
}

impl AllLearnt {
    /// What was learnt about one environment.
    pub(super) fn about(&self, address: &EnvironmentAddress) -> Arc<Learnt> {
        let found = self.0.get_or_insert_with(address, || Ok::<_, Infallible>(Arc::default()));
        match found {
            Ok(learnt) => learnt,
            Err(never) => match never {},
        }
    }
}

/// What was learnt about one environment.
#[derive(Default)]
pub(super) struct Learnt {
    /// Held while the WSDL is asked, so that it is asked once, however many calls wait for it.
    dialect: AsyncMutex<Fact<Arc<Dialect>>>,
    identity_provider: Mutex<Fact<IdentityProvider>>,
    soap: Mutex<Fact<SoapVersion>>,
}

impl Learnt {
    /// How it calls its parameters; `read` asks where that is not known at `now`. What does not come or is not
    /// understood is not kept.
    pub(super) async fn dialect(
        &self,
        now: SystemTime,
        read: impl Future<Output = Result<Dialect, Obstacle>>,
    ) -> Result<Arc<Dialect>, Obstacle> {
        let mut fact = self.dialect.lock().await;
        if let Some(dialect) = fact.at(now) {
            return Ok(Arc::clone(dialect));
        }
        let dialect = Arc::new(read.await?);
        *fact = Fact::since(now, Arc::clone(&dialect));
        Ok(dialect)
    }

    /// Forgets a dialect that an answer does not fit; one that was read meanwhile stays.
    pub(super) async fn forget_dialect(&self, misfit: &Arc<Dialect>) {
        let mut fact = self.dialect.lock().await;
        if fact.0.as_ref().is_some_and(|(_, dialect)| Arc::ptr_eq(dialect, misfit)) {
            *fact = Fact::default();
        }
    }

    /// Who checks passwords, where that is known at `now`.
    pub(super) fn identity_provider(&self, now: SystemTime) -> Option<IdentityProvider> {
        look(&self.identity_provider, now)
    }

    pub(super) fn learn_identity_provider(&self, now: SystemTime, provider: IdentityProvider) {
        learn(&self.identity_provider, now, provider);
    }

    /// The SOAP version that it answers to, where it refused the usual one.
    pub(super) fn soap(&self, now: SystemTime) -> Option<SoapVersion> {
        look(&self.soap, now)
    }

    pub(super) fn learn_soap(&self, now: SystemTime, version: SoapVersion) {
        learn(&self.soap, now, version);
    }
}

fn look<T: Clone>(fact: &Mutex<Fact<T>>, now: SystemTime) -> Option<T> {
    fact.lock().unwrap_or_else(PoisonError::into_inner).at(now).cloned()
}

fn learn<T>(fact: &Mutex<Fact<T>>, now: SystemTime, value: T) {
    *fact.lock().unwrap_or_else(PoisonError::into_inner) = Fact::since(now, value);
}

/// Something that is known since some time, or is not.
struct Fact<T>(Option<(SystemTime, T)>);

impl<T> Default for Fact<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<T> Fact<T> {
    const fn since(now: SystemTime, value: T) -> Self {
        Self(Some((now, value)))
    }

    /// What is known at `now`. A clock that was set back makes it forgotten too.
    fn at(&self, now: SystemTime) -> Option<&T> {
        let (since, value) = self.0.as_ref()?;
        let age = now.duration_since(*since).ok()?;
        (age < PERIOD).then_some(value)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use futures_util::future;
    use ib_domain::reason::Reason;

    use super::*;

    fn at(seconds: u64) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
    }

    fn address(text: &str) -> EnvironmentAddress {
        EnvironmentAddress::parse(text).unwrap()
    }

    #[tokio::test]
    async fn a_dialect_is_read_once_in_a_period_by_all_who_wait() {
        let all = AllLearnt::default();
        let count = AtomicUsize::new(0);
        let read = |now| {
            let learnt = all.about(&address("dev.acme.example"));
            let count = &count;
            async move {
                let reading = async {
                    count.fetch_add(1, Ordering::SeqCst);
                    tokio::task::yield_now().await;
                    Ok(Dialect::reference())
                };
                learnt.dialect(now, reading).await
            }
        };
        let (one, other) = future::join(read(at(1000)), read(at(1000))).await;
        let (one, other) = (one.unwrap(), other.unwrap());
        assert!(Arc::ptr_eq(&one, &other));
        read(at(1599)).await.unwrap();
        assert_eq!(count.load(Ordering::SeqCst), 1);
        let later = read(at(1600)).await.unwrap();
        assert_eq!(count.load(Ordering::SeqCst), 2, "after ten minutes");
        let learnt = all.about(&address("dev.acme.example"));
        learnt.forget_dialect(&one).await;
        read(at(1600)).await.unwrap();
        assert_eq!(count.load(Ordering::SeqCst), 2, "what was read meanwhile stays");
        learnt.forget_dialect(&later).await;
        read(at(1600)).await.unwrap();
        assert_eq!(count.load(Ordering::SeqCst), 3, "forgotten at once");
        read(at(10)).await.unwrap();
        assert_eq!(count.load(Ordering::SeqCst), 4, "the clock was set back");
    }

    #[tokio::test]
    async fn what_did_not_come_is_not_kept() {
        let learnt = Learnt::default();
        let broken = async { Err(Reason::HttpNoAnswer.into()) };
        assert_eq!(learnt.dialect(at(0), broken).await, Err(Reason::HttpNoAnswer.into()));
        assert!(learnt.dialect(at(0), async { Ok(Dialect::reference()) }).await.is_ok());
    }

    #[test]
    fn each_environment_is_known_by_its_address_and_no_more_than_so_many() {
        let all = AllLearnt::default();
        let provider = || IdentityProvider::External("AzureAD".to_owned());
        all.about(&address("dev.acme.example")).learn_identity_provider(at(0), provider());
        assert_eq!(all.about(&address("DEV.acme.example")).identity_provider(at(0)), Some(provider()));
        assert_eq!(all.about(&address("dev.acme.example")).identity_provider(at(600)), None);
        assert_eq!(all.about(&address("qa.acme.example")).identity_provider(at(0)), None);
        for number in 0..ENVIRONMENTS + 500 {
            drop(all.about(&address(&format!("dev{number}.acme.example"))));
        }
        assert!(all.0.len() <= ENVIRONMENTS, "{}", all.0.len());
    }
}
