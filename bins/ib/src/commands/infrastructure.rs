//! What the commands about an infrastructure that is registered have in common.

use ib_api::exit::Exit;
use ib_domain::address::EnvironmentAddress;

use super::setup::tell;
use crate::asking::client::explain_proxy;
use crate::asking::secret::Secrets;
use crate::cli::{InfrastructureArguments, WorkshopArguments};
use crate::look::Look;
use crate::setup::again::Again;
use crate::setup::entrance::{Entrance, Given, Halt};
use crate::setup::place::{self, Access, Place};
use crate::surroundings::Surroundings;

/// How a command ended, as far as it came.
pub(super) enum Outcome<E> {
    Ended(E),
    Halted(Halt),
    Interrupted,
}

/// Makes the commands that go on, each with the folder of packages that was named.
pub(super) fn again_with_packages(place: &Place, host: &str, arguments: &WorkshopArguments) -> Again {
    let packages = arguments.packages.as_ref();
    let extra = packages.map(|path| format!(" --packages {}", place::quoted(&path.display().to_string())));
    Again::new(place, host, &arguments.infrastructure, &extra.unwrap_or_default())
}

/// How environments are reached, and under which rules.
pub(super) const fn access(arguments: &InfrastructureArguments) -> Access<'_> {
    Access {
        network: &arguments.network,
        login: &arguments.login,
        accept_unverified: arguments.accept_unverified,
    }
}

/// What was given; what there is to say about that is said.
pub(super) fn given(
    arguments: &InfrastructureArguments,
    address: EnvironmentAddress,
    secrets: Secrets,
    surroundings: &mut Surroundings,
) -> Given {
    for warning in &secrets.warnings {
        surroundings.stderr.say(format_args!("warning: {warning}"));
    }
    explain_proxy(arguments.network.proxy.as_ref(), surroundings);
    Given {
        address,
        username: arguments.login.username.clone(),
        password: secrets.password,
        accept_unverified: arguments.accept_unverified,
    }
}

/// Says on standard error why a command ends before its end, where it does; `same` is the same command again.
pub(super) fn conclude<E>(
    outcome: &Outcome<E>,
    entrance: &Entrance<'_>,
    again: &Again,
    same: &str,
    arguments: &InfrastructureArguments,
    surroundings: &mut Surroundings,
) -> Option<Exit> {
    if entrance.has_unused_password() {
        let text = "warning: the password was not used, because no log-in was needed or possible";
        surroundings.stderr.say(text);
    }
    match outcome {
        Outcome::Ended(_) => None,
        Outcome::Interrupted => {
            let said = format_args!("interrupted; what was done so far is kept. Go on with: {same}");
            surroundings.stderr.say(said);
            Some(Exit::Interrupted)
        }
        Outcome::Halted(halt) => Some(halted(halt, again, same, arguments, surroundings)),
    }
}

fn halted(
    halt: &Halt,
    again: &Again,
    same: &str,
    arguments: &InfrastructureArguments,
    surroundings: &mut Surroundings,
) -> Exit {
    match halt {
        Halt::Refused(problem) => tell(problem, arguments.colour, surroundings),
        Halt::Unregistered => {
            let Again { host, setup, .. } = again;
            surroundings.stderr.say(format_args!("ib: {host} is not registered; run {setup} first"));
            Exit::UserAction
        }
        Halt::NotIn(document, missing) => {
            let look = Look::of(&surroundings.stderr, arguments.colour, surroundings);
            surroundings.stderr.say(crate::setup::page::why(document, look).trim_end());
            if let Some(missing) = missing {
                surroundings.stderr.say(format_args!("ib: {missing}"));
            }
            surroundings.stderr.say(format_args!("Go on with: {same}"));
            place::exit(document.exit)
        }
        Halt::LogIn => Exit::Login,
    }
}
