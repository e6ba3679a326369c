//! The rules, whatever people and clocks do.

use proptest::prelude::*;
use rstest::rstest;

use super::*;

const HOUR: Duration = Duration::from_hours(1);

fn at(millis: u64) -> Timestamp {
    Timestamp::from_millis(millis)
}

fn limits() -> impl Strategy<Value = Limit> {
    (0_u32..6, 0_u64..2_000, 1_u64..20_000, 1_u64..40_000).prop_map(|(free, first, longest, window)| Limit {
        free,
        first: Duration::from_millis(first),
        longest: Duration::from_millis(longest),
        window: Duration::from_millis(window),
    })
}

/// Times that go on, by gaps of every size.
fn times() -> impl Strategy<Value = Vec<u64>> {
    let gap = prop_oneof![Just(0_u64), 0_u64..100, 0_u64..5_000, 0_u64..50_000];
    prop::collection::vec(gap, 1..60).prop_map(|gaps| {
        let steps = gaps.into_iter().scan(0, |now, gap| {
            *now += gap;
            Some(*now)
        });
        steps.collect()
    })
}

/// When attempts were admitted, of those that were tried at `times`.
fn admitted(limit: &Limit, times: &[u64]) -> Vec<u64> {
    let mut before = None;
    let admit = |time: &&u64| match limit.admit(before, at(**time)) {
        Ok(attempts) => {
            before = Some(attempts);
            true
        }
        Err(_) => false,
    };
    times.iter().filter(admit).copied().collect()
}

/// How many attempts may be admitted within `span`, which is shorter than the window: the free ones, and as
/// many as their doubling pauses leave room for.
fn most(limit: &Limit, span: u64) -> u64 {
    let (first, longest) = (limit.first.as_millis(), limit.longest.min(limit.window).as_millis());
    let (mut count, mut used, mut pause) = (limit.free.max(1), 0, first);
    loop {
        used += pause.min(longest);
        if used > u128::from(span) || count > 1_000 {
            return count.into();
        }
        (count, pause) = (count + 1, pause.saturating_mul(2));
    }
}

proptest! {
    #[test]
    fn no_interval_has_more_attempts_than_the_limit_allows(limit in limits(), times in times()) {
        let admitted = admitted(&limit, &times);
        for (number, begin) in admitted.iter().enumerate() {
            for (count, end) in (1_u64..).zip(&admitted[number..]) {
                let span = end - begin;
                if u128::from(span) < limit.window.as_millis() {
                    prop_assert!(count <= most(&limit, span), "{count} within {span} ms: {admitted:?}");
                }
            }
        }
    }

    #[test]
    fn a_pause_only_grows_and_never_beyond_the_longest(limit in limits(), count in 1_u32..100) {
        let pauses = [limit.pause(count), limit.pause(count + 1)];
        prop_assert!(pauses[0] <= pauses[1] && pauses[1] <= limit.longest, "{pauses:?}");
        prop_assert_eq!(pauses[0].is_zero(), count < limit.free.max(1) || limit.first.is_zero());
    }

    #[test]
    fn whoever_is_told_a_time_is_admitted_then_and_not_before(limit in limits(), times in times()) {
        let mut before = None;
        for now in times {
            match limit.admit(before, at(now)) {
                Ok(attempts) => before = Some(attempts),
                Err(until) => {
                    prop_assert!(until > at(now) && until <= at(now).plus(limit.longest));
                    prop_assert!(limit.admit(before, at(until.as_millis() - 1)).is_err());
                    prop_assert!(limit.admit(before, until).is_ok());
                }
            }
        }
    }

    #[test]
    fn after_the_window_all_is_forgotten(limit in limits(), count in any::<u32>(), last in any::<u64>()) {
        let attempts = Some(Attempts { count, last: at(last) });
        let now = at(last).plus(limit.window);
        prop_assume!(now < at(u64::MAX));
        prop_assert_eq!(limit.admit(attempts, now), limit.admit(None, now));
    }

    /// Wherever a clock is set to, nobody waits longer than the longest pause from then on.
    #[test]
    fn a_clock_that_is_set_keeps_nobody_out(
        limit in limits(),
        count in any::<u32>(),
        last in any::<u64>(),
        now in prop_oneof![any::<u64>(), 0_u64..100_000],
    ) {
        let attempts = Some(Attempts { count, last: at(last) });
        if let Err(until) = limit.admit(attempts, at(now)) {
            prop_assert!(until <= at(now).plus(limit.longest));
            prop_assert!(limit.admit(attempts, until).is_ok());
        }
    }
}

/// How many attempts somebody gets through within any hour who tries at every moment, or rests for `rest`
/// minutes whenever they have to wait.
fn most_in_an_hour(limit: &Limit, rest: u64) -> usize {
    const MINUTE: u64 = 60_000;
    let (mut before, mut now, mut times) = (None, 0, Vec::new());
    while now < 1_000 * MINUTE {
        match limit.admit(before, at(now)) {
            Ok(attempts) => {
                before = Some(attempts);
                times.push(now);
            }
            Err(until) => now = until.as_millis().max(now + rest * MINUTE),
        }
    }
    let within =
        |begin: &u64| times.iter().filter(|time| (*begin..*begin + 60 * MINUTE).contains(time)).count();
    times.iter().map(within).max().unwrap_or_default()
}

/// The platform blocks a user after 6 failed log-ins within 60 minutes, and an address after 20
/// (`it-user-permissions.md` 6).
#[rstest]
fn by_default_nobody_guesses_until_the_platform_blocks_for_long(
    #[values(0, 1, 10, 30, 59, 60, 61, 119, 120, 121)] rest: u64,
) {
    let limits = Limits::default();
    assert!(most_in_an_hour(&limits.user, rest) < 6);
    assert!(most_in_an_hour(&limits.log_ins.client, rest) < 20);
}

#[test]
fn by_default_two_slips_need_no_pause_and_no_stranger_keeps_others_out() {
    let limits = Limits::default();
    let kinds = [limits.log_ins, limits.addresses, limits.codes];
    let scopes = kinds.iter().flat_map(|kind| [kind.client, kind.environment, kind.everybody]);
    for limit in scopes.chain([limits.user]) {
        assert_eq!(admitted(&limit, &[0, 0, 0]).len(), 3, "{limit:?}");
        assert!(limit.longest <= HOUR, "{limit:?}");
    }
    for kind in kinds {
        assert!(kind.environment.longest <= Duration::from_secs(5), "{kind:?}");
        assert!(kind.everybody.longest <= Duration::from_secs(1), "{kind:?}");
    }
}
