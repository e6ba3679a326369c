//! Log-ins: slips, one at a time, and what a crash leaves behind.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use ib_domain::address::EnvironmentAddress;
use ib_domain::permission::evaluation::DirectAnswer;
use ib_domain::permission::level::Level;
use ib_domain::reason::Reason;
use ib_env_client::Token;
use ib_setup::ports::LifeTimes;
use ib_setup::registration::{LOG_IN_LIMIT, LogInStop, Rules, Stop};
use ib_setup::{Limits, Ports, Setup, Timestamp};

use super::{DEV, World, arrive, ask, at, at_log_in, client, limit, log_in, loose, now};

#[test]
fn the_fourth_wrong_password_waits_and_leaves_no_trace() {
    let world = World::new();
    let setup = world.start();
    let id = at_log_in(&setup, DEV);
    for second in [0, 5, 10] {
        world.clock.set(at(second));
        assert_eq!(log_in(&setup, id, "maria"), None, "two slips and one more");
    }
    let before = world.traces(id);
    let until = at(10).plus(Limits::default().user.first);
    for second in [20, 600] {
        world.clock.set(at(second));
        assert_eq!(log_in(&setup, id, "Maria"), Some((Reason::LoginThrottled, until)));
        assert_eq!(world.traces(id), before, "nothing is recorded");
    }
    assert_eq!((before.1, world.scripted.script().log_ins), (false, 3), "nothing is sealed or sent");
    assert_eq!(log_in(&setup, id, "omar"), None, "another user");
    assert_eq!(arrive(&setup, "qa.acme.example", "maria"), None, "another environment");

    world.clock.set(until);
    assert_eq!(log_in(&setup, id, "maria"), None, "the pause is over, and refusals did not make it longer");
    let longer = until.plus(Limits::default().user.first * 2);
    assert_eq!(log_in(&setup, id, "maria"), Some((Reason::LoginThrottled, longer)));
}

#[test]
fn who_is_let_in_has_no_slips_any_more_and_nothing_else_is_forgotten() {
    let world = World::new();
    let mut limits = loose();
    (limits.user, limits.log_ins.client, limits.log_ins.environment) =
        (limit(3, 60), limit(6, 70), limit(7, 80));
    let setup = world.start().limits(limits);
    let asking = setup.for_client(client("192.0.2.1"));
    for (username, accepted) in [("omar", false), ("maria", false), ("maria", false), ("maria", true)] {
        world.accept(accepted);
        assert_eq!(arrive(&asking, DEV, username), None);
    }
    world.accept(false);
    assert_eq!(arrive(&asking, DEV, "maria"), None);
    assert_eq!(
        arrive(&asking, DEV, "maria"),
        None,
        "the fifth of maria, and the second since she was let in"
    );
    let throttled = |seconds| Some((Reason::LoginThrottled, at(seconds)));
    assert_eq!(arrive(&asking, DEV, "maria"), throttled(70), "six of the client are not forgotten");
    let other = setup.for_client(client("192.0.2.2"));
    assert_eq!(arrive(&other, DEV, "maria"), None, "her third");
    assert_eq!(arrive(&other, DEV, "maria"), throttled(80), "seven at the environment, and three of hers");
    assert_eq!(arrive(&setup, DEV, "ana"), throttled(80), "seven at the environment are not forgotten");
    assert_eq!(arrive(&other, "qa.acme.example", "maria"), None);
}

#[test]
fn a_missing_permission_is_no_wrong_password() {
    let world = World::new();
    world.accept(true);
    world.scripted.script().permissions = Some(DirectAnswer {
        level: Level::MonitorAndAddDependencies,
        label: None,
        create_applications: false,
    });
    let setup = world.start();
    let id = at_log_in(&setup, DEV);
    for _ in 0..5 {
        assert_eq!(log_in(&setup, id, "maria"), None, "she may try until it is granted");
        assert_eq!(now(setup.view(id)).unwrap().stop, Some(Stop::LogIn(LogInStop::Denied)));
    }
}

#[test]
fn a_user_is_logged_in_through_one_set_up_at_a_time() {
    let world = World::new();
    let [first, second] = [world.start(), world.start()];
    let ids = [at_log_in(&first, DEV), at_log_in(&second, DEV)];
    assert_eq!(ask(&first, ids[0], "maria"), None);
    let before = world.traces(ids[1]);
    world.clock.set(at(1));
    let until = at(0).plus(LOG_IN_LIMIT);
    assert_eq!(ask(&second, ids[1], "MARIA"), Some((Reason::LoginThrottled, until)));
    assert_eq!(world.traces(ids[1]), before);
    assert_eq!(ask(&second, ids[1], "omar"), None, "another user");
    now(second.drive(ids[1])).unwrap();

    now(first.drive(ids[0])).unwrap();
    assert_eq!(log_in(&second, ids[1], "maria"), None, "the first answer is recorded");
    assert_eq!(world.scripted.script().log_ins, 3);
}

#[test]
fn who_has_to_wait_twice_is_told_the_later_time() {
    let world = World::new();
    for (pause, until) in [(300, 300), (60, 120)] {
        let mut limits = loose();
        limits.user = limit(1, pause);
        let setup = world.start().limits(limits);
        let (host, refused) = (format!("dev{pause}.acme.example"), Some((Reason::LoginThrottled, at(until))));
        let ids = [at_log_in(&setup, &host), at_log_in(&setup, &host)];
        assert_eq!(ask(&setup, ids[0], "maria"), None);
        assert_eq!(ask(&setup, ids[1], "maria"), refused);
    }
}

#[test]
fn going_elsewhere_takes_a_log_in_out_of_flight() {
    let world = World::new();
    let setup = world.start();
    let ids = [at_log_in(&setup, DEV), at_log_in(&setup, DEV)];
    assert_eq!(ask(&setup, ids[0], "maria"), None);
    now(setup.enter_address(ids[0], "qa.acme.example")).unwrap();
    assert_eq!(ask(&setup, ids[1], "maria"), None);
}

/// Asked after the log-in is recorded as started and before it is sent: the program ends there.
struct Crash;

impl LifeTimes for Crash {
    fn access(&self, _: &EnvironmentAddress) -> Option<(EnvironmentAddress, Token)> {
        unreachable!("the power is off")
    }
}

#[test]
fn after_a_crash_a_user_waits_no_longer_than_for_an_answer() {
    let world = World::new();
    let setup = world.start();
    let ids = [(); 3].map(|()| at_log_in(&setup, DEV));
    assert_eq!(ask(&setup, ids[0], "maria"), None);
    world.clock.set(at(30));
    let crashing = Setup::new(Ports { lifetimes: Arc::new(Crash), ..world.ports() }, Rules::new("1"));
    catch_unwind(AssertUnwindSafe(|| now(crashing.drive(ids[0])))).unwrap_err();

    let until = at(30).plus(LOG_IN_LIMIT);
    world.clock.set(Timestamp::from_millis(until.as_millis() - 1));
    assert_eq!(ask(&setup, ids[1], "maria"), Some((Reason::LoginThrottled, until)));
    world.clock.set(until);
    assert_eq!(ask(&setup, ids[1], "maria"), None);
    let view = now(setup.drive(ids[0])).unwrap();
    assert_eq!(view.stop, Some(Stop::LogIn(LogInStop::Unanswered)));
    let refused = Some((Reason::LoginThrottled, until.plus(LOG_IN_LIMIT)));
    assert_eq!(ask(&setup, ids[2], "maria"), refused, "giving up takes nobody else's log-in out of flight");
}

#[test]
fn a_log_in_that_waited_is_not_sent_beside_another_one() {
    let world = World::new();
    let setup = world.start();
    let ids = [at_log_in(&setup, DEV), at_log_in(&setup, DEV)];
    assert_eq!(ask(&setup, ids[0], "maria"), None);
    // No driver comes for it in time.
    let until = at(0).plus(LOG_IN_LIMIT);
    world.clock.set(until);
    assert_eq!(ask(&setup, ids[1], "maria"), None);
    let view = now(setup.drive(ids[0])).unwrap();
    assert_eq!(view.stop, Some(Stop::LogIn(LogInStop::Forgotten)));
    assert!(!world.traces(ids[0]).1, "the credentials are forgotten");
    assert_eq!(world.scripted.script().log_ins, 0);
    assert_eq!(ask(&setup, ids[0], "maria"), Some((Reason::LoginThrottled, until.plus(LOG_IN_LIMIT))));
    now(setup.drive(ids[1])).unwrap();
    assert_eq!(world.scripted.script().log_ins, 1);
}

#[test]
fn a_log_in_that_waited_for_a_driver_is_sent_where_nobody_came_between() {
    let world = World::new();
    let setup = world.start();
    let ids = [at_log_in(&setup, DEV), at_log_in(&setup, DEV)];
    assert_eq!(ask(&setup, ids[0], "maria"), None);
    world.clock.set(at(600));
    now(setup.drive(ids[0])).unwrap();
    assert_eq!(world.scripted.script().log_ins, 1);
    assert_eq!(ask(&setup, ids[1], "maria"), None);
}
