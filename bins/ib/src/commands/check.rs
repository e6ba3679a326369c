//! `ib check`: from addresses to a verdict.

use std::cell::RefCell;
use std::io::{self, Write as _};
use std::sync::Arc;

use ib_api::exit::Exit;
use ib_domain::address::EnvironmentAddress;
use ib_domain::check::Check;
use ib_domain::environment::Purpose;
use ib_domain::environment::Role;
use ib_domain::report::TargetReport;
use ib_env_client::check::{Checker, Inventory, Target};
use tokio::task::JoinSet;
use tracing::instrument::WithSubscriber as _;

use crate::asking::client::explain_proxy;
use crate::asking::secret::Secrets;
use crate::asking::trace;
use crate::check::board::Board;
use crate::check::patience::{Patience, Question, settle};
use crate::check::{engine, input};
use crate::cli::CheckArguments;
use crate::conclusion::Conclusion;
use crate::format;
use crate::look::Look;
use crate::stop::Stop;
use crate::surroundings::{Output, Surroundings};

pub(super) async fn run(arguments: CheckArguments, mut surroundings: Surroundings) -> Result<Exit, Stop> {
    let addresses = input::addresses(&arguments, &mut surroundings)?;
    let secrets = Secrets::gather(&arguments.login, arguments.non_interactive, &mut surroundings)?;
    let checker = Arc::new(engine::checker(&arguments, &secrets, &surroundings)?);
    for warning in &secrets.warnings {
        surroundings.stderr.say(format_args!("warning: {warning}"));
    }
    explain_proxy(arguments.network.proxy.as_ref(), &mut surroundings);

    let stderr_look = Look::of(&surroundings.stderr, arguments.colour, &surroundings);
    let dispatch = trace::dispatch(arguments.verbose, &surroundings.stderr, stderr_look.colour);
    let stream = arguments.output.is_stream().then(|| surroundings.stdout.clone());
    let mut board = Board::new(stream, surroundings.stderr.clone(), arguments.waive.clone());
    let work = ask(&checker, &addresses, &arguments, &mut board).with_subscriber(dispatch);
    let interrupted = tokio::select! {
        biased;
        () = &mut surroundings.interrupt => true,
        () = work => false,
    };
    if !interrupted {
        warn_of_what_was_not_used(&arguments, &board, &mut surroundings.stderr);
    }
    conclude(&arguments, board, interrupted, &mut surroundings)
}

/// Asks LifeTime first, where it is known, then every environment.
async fn ask(checker: &Arc<Checker>, addresses: &[String], arguments: &CheckArguments, board: &mut Board) {
    let patience = Patience::new(arguments.wait);
    let concurrency = usize::from(arguments.concurrency);
    let inventory = Arc::new(inventory(checker, arguments, patience, board).await);
    let questions: Vec<_> = checker
        .targets(addresses, &inventory)
        .into_iter()
        .map(|target| Question { place: board.expect(name(&target.typed)), subject: target })
        .collect();
    let ask = async |target: &Target| apart(checker, &inventory, target).await;
    settle(&questions, ask, concurrency, patience, board).await;
}

/// Checks one address in a task of its own: encryption takes time, and other processors have some.
async fn apart(checker: &Arc<Checker>, inventory: &Arc<Inventory>, target: &Target) -> TargetReport {
    let (checker, inventory, asked) = (Arc::clone(checker), Arc::clone(inventory), target.clone());
    let check = async move { checker.target(&asked, &inventory).await };
    // Dropped with the run that asks, and ended by that.
    let mut task = JoinSet::new();
    task.spawn(check.with_current_subscriber());
    match task.join_next().await {
        Some(Ok(report)) => report,
        // The runtime ends: nothing was found.
        _ => TargetReport::new(name(&target.typed), Role::Environment(Purpose::Development), Vec::new()),
    }
}

/// What to call an address. One that cannot be read could hold anything, a password too.
fn name(typed: &str) -> String {
    EnvironmentAddress::parse(typed)
        .map_or_else(|_| "an address that cannot be read".to_owned(), |address| address.authority())
}

/// What LifeTime says about the infrastructure; what it does not say is a finding of its own.
async fn inventory(
    checker: &Checker,
    arguments: &CheckArguments,
    patience: Patience,
    board: &mut Board,
) -> Inventory {
    let Some(host) = &arguments.login.lifetime else {
        return checker.inventory().await;
    };
    let latest = RefCell::new(None);
    let ask = async |(): &()| {
        let inventory = checker.inventory().await;
        let report = inventory.report().cloned();
        latest.replace(Some(inventory));
        report.unwrap_or_else(|| TargetReport::new(host, Role::LifeTime, Vec::new()))
    };
    let question = Question { place: board.expect(name(host)), subject: () };
    settle(&[question], ask, 1, patience, board).await;
    match latest.into_inner() {
        Some(inventory) => inventory,
        None => checker.inventory().await,
    }
}

/// A secret or waiver that had no effect is mostly a mistake.
fn warn_of_what_was_not_used(arguments: &CheckArguments, board: &Board, stderr: &mut Output) {
    if arguments.login.username.is_some() && !board.made(Check::UserLogin) {
        stderr.say("warning: the password was not used, because no environment came as far as the log-in");
    }
    if arguments.login.lifetime.is_some() && !board.made(Check::LifeTimeAccess) {
        stderr.say("warning: the token was not used, because LifeTime was not reached");
    }
    for waiver in board.unused_waivers() {
        let (reason, host) = (waiver.reason, &waiver.host);
        stderr.say(format_args!(
            "warning: the waiver for {reason} on {host} was not used; nothing of that kind was found"
        ));
    }
}

/// Prints the result, and says how to exit.
fn conclude(
    arguments: &CheckArguments,
    board: Board,
    interrupted: bool,
    surroundings: &mut Surroundings,
) -> Result<Exit, Stop> {
    let (report, unfinished, written) = board.into_report();
    let conclusion = if interrupted {
        surroundings.stderr.say("interrupted; this is what was known");
        Conclusion::interrupted(report, unfinished)
    } else {
        Conclusion::new(report, arguments.threshold())
    };
    let look = Look::of(&surroundings.stdout, arguments.colour, surroundings);
    let printed = written.and_then(|()| Ok(print(arguments, &conclusion, look, &mut surroundings.stdout)?));
    match printed {
        // Whoever piped the output into `head` still gets the exit code.
        Ok(()) | Err(Stop::Unread) => Ok(conclusion.exit),
        Err(stop) => Err(stop),
    }
}

fn print(
    arguments: &CheckArguments,
    conclusion: &Conclusion,
    look: Look,
    stdout: &mut Output,
) -> io::Result<()> {
    if arguments.output.is_stream() {
        return format::write_event(stdout, &format::end(conclusion));
    }
    stdout.write_all(arguments.output.render(conclusion, look).as_bytes())?;
    stdout.flush()
}
