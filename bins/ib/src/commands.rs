//! One file per command.

mod check;
mod completions;
mod declaration;
mod dependencies;
mod environments;
mod explain;
mod infrastructure;
mod integrations;
mod man;
mod report;
mod session;
mod setup;
mod status;

use ib_api::exit::Exit;

use crate::cli::Command;
use crate::stop::Stop;
use crate::surroundings::Surroundings;

/// Runs a command to its end.
pub(crate) async fn run(command: Command, mut surroundings: Surroundings) -> Exit {
    let mut stderr = surroundings.stderr.clone();
    let result = match command {
        Command::Check(arguments) => check::run(*arguments, surroundings).await,
        Command::Setup(arguments) => setup::run(*arguments, surroundings).await,
        Command::Status(arguments) => status::run(arguments, surroundings).await,
        Command::Dependencies { command } => dependencies::run(*command, surroundings).await,
        Command::Integrations { command } => integrations::run(*command, surroundings).await,
        Command::Environments { command } => environments::run(*command, surroundings).await,
        Command::Features(arguments) => environments::features(*arguments, surroundings).await,
        Command::Plan(arguments) => declaration::plan(*arguments, surroundings).await,
        Command::Apply(arguments) => declaration::apply(*arguments, surroundings).await,
        Command::Report(arguments) => report::run(arguments, surroundings).await,
        Command::Login(arguments) => session::begin(arguments, surroundings).await,
        Command::Logout(arguments) => session::end(arguments, surroundings).await,
        Command::Explain(arguments) => explain::run(&arguments, &mut surroundings),
        Command::Completions { shell } => completions::run(shell, &mut surroundings),
        Command::Man { command, to } => man::run(command.as_deref(), to.as_deref(), &mut surroundings),
    };
    result.unwrap_or_else(|stop: Stop| stop.tell(&mut stderr))
}
