//! Asking again what may pass by itself, until a deadline.

use std::time::Duration;

use futures_util::stream::{self, StreamExt as _};
use ib_domain::report::TargetReport;
use tokio::time::{Instant, sleep, timeout_at};

use super::board::{Board, Place};

/// Pauses grow from the first to the last, doubling.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(15);
/// While a round of questions is open, a person hears from us this often.
const PROGRESS: Duration = Duration::from_secs(5);

/// How long a run waits for what may pass by itself, counted from its beginning.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Patience {
    began: Instant,
    wait: Duration,
}

impl Patience {
    /// Begins now. Without a wait everything is asked once.
    pub(crate) fn new(wait: Option<Duration>) -> Self {
        Self { began: Instant::now(), wait: wait.unwrap_or_default() }
    }

    fn elapsed(self) -> Duration {
        self.began.elapsed()
    }

    fn remaining(self) -> Duration {
        self.wait.saturating_sub(self.elapsed())
    }

    fn deadline(self) -> Instant {
        // A wait beyond what the clock can express is as good as a year.
        let year = Duration::from_hours(365 * 24);
        self.began + self.wait.min(year)
    }

    /// How long to pause before the next round: the usual pause while there is time for it, then half of
    /// what is left, then no more.
    fn pause(self, usual: Duration) -> Option<Duration> {
        match self.remaining() {
            left if left > usual => Some(usual),
            left if left >= FIRST_PAUSE => Some(left / 2),
            _ => None,
        }
    }
}

/// Something to ask about, and its place on the board.
pub(crate) struct Question<T> {
    pub(crate) place: Place,
    pub(crate) subject: T,
}

/// Asks every question, `concurrency` of them at the same time, and asks again what is worth it. The first
/// round is always made to its end; later ones end with the deadline, and then the last answer stands.
pub(crate) async fn settle<T>(
    questions: &[Question<T>],
    ask: impl AsyncFn(&T) -> TargetReport,
    concurrency: usize,
    patience: Patience,
    board: &mut Board,
) {
    let mut open: Vec<usize> = (0..questions.len()).collect();
    let mut usual = FIRST_PAUSE;
    let mut first = true;
    loop {
        let round = round(questions, &open, &ask, concurrency, board);
        if first {
            open = round.await;
        } else if let Ok(still) = timeout_at(patience.deadline(), round).await {
            open = still;
        }
        first = false;
        open.retain(|number| !board.is_settled(questions[*number].place));
        if open.is_empty() {
            return;
        }
        let places: Vec<Place> = open.iter().map(|number| questions[*number].place).collect();
        let Some(pause) = patience.pause(usual) else {
            if !patience.wait.is_zero() {
                board.gave_up(&places, patience.elapsed());
            }
            return places.into_iter().for_each(|place| board.settle(place));
        };
        board.waiting(&places, patience.elapsed(), patience.remaining());
        sleep(pause).await;
        usual = (usual * 2).min(LONGEST_PAUSE);
    }
}

/// Asks the open questions once; answers which of them are worth asking again.
async fn round<T>(
    questions: &[Question<T>],
    open: &[usize],
    ask: &impl AsyncFn(&T) -> TargetReport,
    concurrency: usize,
    board: &mut Board,
) -> Vec<usize> {
    let asked = open.iter().map(|number| async move { (*number, ask(&questions[*number].subject).await) });
    let mut answers = stream::iter(asked).buffer_unordered(concurrency);
    let mut again = Vec::new();
    loop {
        let Ok(next) = tokio::time::timeout(PROGRESS, answers.next()).await else {
            board.progress();
            continue;
        };
        let Some((number, report)) = next else { break };
        let place = questions[number].place;
        if board.arrived(place, report) {
            again.push(number);
        } else {
            board.settle(place);
        }
    }
    again.sort_unstable();
    again
}

#[cfg(test)]
mod tests {
    use std::cell::{Cell, RefCell};
    use std::time::SystemTime;

    use ib_domain::check::Check;
    use ib_domain::environment::Purpose;
    use ib_domain::environment::Role;
    use ib_domain::finding::{Finding, Outcome};
    use ib_domain::reason::Reason;

    use super::*;
    use crate::surroundings::Surroundings;

    fn answer(host: &str, outcome: Outcome) -> TargetReport {
        let check = outcome.reason().map_or(Check::NetHttp, |reason| reason.entry().check);
        let finding = Finding::new(check, outcome, SystemTime::UNIX_EPOCH);
        TargetReport::new(host, Role::Environment(Purpose::Development), vec![finding])
    }

    fn board(hosts: &[String]) -> (Board, Vec<Question<String>>) {
        let mut board = Board::new(None, Surroundings::captured().0.stderr, Vec::new());
        let questions =
            hosts.iter().map(|host| Question { place: board.expect(host), subject: host.clone() });
        let questions = questions.collect();
        (board, questions)
    }

    fn hosts(count: usize) -> Vec<String> {
        (0..count).map(|number| format!("e{number}.acme.example")).collect()
    }

    #[tokio::test(start_paused = true)]
    async fn a_rejected_log_in_is_never_repeated() {
        for reason in Reason::ALL.iter().filter(|reason| reason.entry().rejects_login) {
            let (mut board, questions) = board(&hosts(1));
            let asked = Cell::new(0);
            let ask = async |host: &String| {
                asked.set(asked.get() + 1);
                answer(host, Outcome::of(*reason))
            };
            settle(&questions, ask, 4, Patience::new(Some(Duration::from_mins(5))), &mut board).await;
            assert_eq!(asked.get(), 1, "{reason}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn only_what_is_open_is_asked_again_and_the_order_stays() {
        let hosts = hosts(5);
        let (mut board, questions) = board(&hosts);
        let asked = RefCell::new(Vec::new());
        let ask = async |host: &String| {
            asked.borrow_mut().push(host.clone());
            let times = asked.borrow().iter().filter(|known| *known == host).count();
            let open = host == "e3.acme.example" && times < 3;
            answer(host, if open { Outcome::of(Reason::HttpGateway) } else { Outcome::Passed })
        };
        let began = Instant::now();
        settle(&questions, ask, 2, Patience::new(Some(Duration::from_mins(5))), &mut board).await;
        assert_eq!(began.elapsed(), Duration::from_secs(3));
        assert_eq!(asked.borrow().len(), 5 + 2);
        let (report, unfinished, _) = board.into_report();
        assert_eq!(report.targets.iter().map(|target| target.address.clone()).collect::<Vec<_>>(), hosts);
        assert!(unfinished.is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn no_more_than_the_limit_are_asked_at_the_same_time() {
        let (mut board, questions) = board(&hosts(20));
        let (open, most) = (Cell::new(0), Cell::new(0));
        let ask = async |host: &String| {
            open.set(open.get() + 1);
            most.set(most.get().max(open.get()));
            sleep(Duration::from_millis(50)).await;
            open.set(open.get() - 1);
            answer(host, Outcome::Passed)
        };
        let began = Instant::now();
        settle(&questions, ask, 4, Patience::new(None), &mut board).await;
        assert_eq!((most.get(), began.elapsed().as_millis()), (4, 250));
    }

    #[tokio::test(start_paused = true)]
    async fn pauses_grow_and_then_share_what_is_left() {
        let patience = Patience::new(Some(Duration::from_secs(20)));
        assert_eq!(patience.pause(Duration::from_secs(15)), Some(Duration::from_secs(15)));
        sleep(Duration::from_secs(16)).await;
        assert_eq!(patience.pause(Duration::from_secs(15)), Some(Duration::from_secs(2)));
        sleep(Duration::from_millis(3_500)).await;
        assert_eq!(patience.pause(Duration::from_secs(15)), None);
        assert_eq!(Patience::new(None).pause(FIRST_PAUSE), None);
    }
}
