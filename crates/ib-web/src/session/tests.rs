use ib_setup::testing::{MemoryStore, SequentialIds, SetClock};

use super::*;

struct Bench {
    sessions: Sessions,
    clock: Arc<SetClock>,
}

impl Bench {
    fn new() -> Self {
        let clock = Arc::new(SetClock::default());
        clock.set(Timestamp::from_millis(1_000));
        let sessions = Sessions {
            shelf: Arc::new(MemoryStore::default()),
            clock: clock.clone(),
            ids: Arc::new(SequentialIds::default()),
            idle: Duration::from_mins(30),
            absolute: Duration::from_hours(2),
        };
        Self { sessions, clock }
    }

    fn wait(&self, time: Duration) {
        self.clock.set(self.sessions.clock.now().plus(time));
    }

    async fn owning(&self, setup: u128) -> Session {
        let session = self.sessions.begin().await.unwrap();
        self.sessions.own(session, SetupId::new(setup), None).await.unwrap()
    }

    async fn owned(&self, token: &Token) -> Vec<SetupId> {
        self.sessions.open(token.clone(), None).await.unwrap().setups().to_vec()
    }
}

#[tokio::test]
async fn a_session_owns_what_was_given_to_it_and_no_other_does() {
    let bench = Bench::new();
    let (one, other) = (bench.owning(1).await, bench.owning(2).await);
    assert_eq!(bench.owned(&one.token).await, [SetupId::new(1)]);
    assert_eq!(bench.owned(&other.token).await, [SetupId::new(2)]);
    assert!(bench.owned(&bench.sessions.fresh_token()).await.is_empty());
}

#[tokio::test]
async fn a_session_ends_when_it_is_not_used_and_at_last_anyway() {
    let bench = Bench::new();
    let session = bench.owning(1).await;
    bench.wait(Duration::from_mins(30));
    assert!(bench.owned(&session.token).await.is_empty());

    let session = bench.owning(1).await;
    for _ in 0..5 {
        bench.wait(Duration::from_mins(20));
        assert_eq!(bench.owned(&session.token).await.len(), 1);
    }
    bench.wait(Duration::from_mins(20));
    assert!(bench.owned(&session.token).await.is_empty());
}

#[tokio::test]
async fn the_token_from_before_a_log_in_is_of_no_use_to_whoever_planted_it() {
    let bench = Bench::new();
    let before = bench.owning(1).await;
    let planted = before.token.clone();
    let after = bench.sessions.renew(before, "key of the form").await.unwrap();
    assert_eq!(bench.owned(&after.token).await.len(), 1);
    assert!(bench.owned(&planted).await.is_empty());
    let other_form = bench.sessions.open(planted.clone(), Some("another key")).await.unwrap();
    assert!(other_form.setups().is_empty());
    let same_form = bench.sessions.open(planted, Some("key of the form")).await.unwrap();
    assert_eq!(same_form.token.expose(), after.token.expose());
}

#[tokio::test]
async fn an_ended_session_owns_nothing() {
    let bench = Bench::new();
    let session = bench.owning(1).await;
    bench.sessions.end(&session).await.unwrap();
    assert!(bench.owned(&session.token).await.is_empty());
}

#[tokio::test]
async fn two_tabs_that_give_at_once_lose_nothing() {
    let bench = Bench::new();
    let session = bench.owning(1).await;
    let stale = session.clone();
    bench.sessions.own(session.clone(), SetupId::new(2), None).await.unwrap();
    bench.sessions.own(stale, SetupId::new(3), None).await.unwrap();
    assert_eq!(bench.owned(&session.token).await, [3, 2, 1].map(SetupId::new));
}

#[test]
fn a_token_never_shows_itself() {
    let token = Token::fresh(&SequentialIds::default());
    assert_eq!(format!("{token:?}"), "Token(redacted)");
    assert!(!token.shelf_key().contains(&token.expose()));
    assert!(token.is_form_token(&token.form_token()) && !token.is_form_token(&token.expose()));
    assert_eq!(Token::read(&token.expose()).unwrap().expose(), token.expose());
    assert!(Token::read("short").is_none());
}
