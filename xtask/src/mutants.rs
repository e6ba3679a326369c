//! `cargo xtask mutants`: changes the rules of `ib-domain` and the machines of `ib-setup`, one place at a time, and
//! tells which change no test notices. `.cargo/mutants.toml` says what is changed and what is not, and why.

use std::path::Path;

use anyhow::{Result, ensure};
use xshell::cmd;

use crate::repo::Repo;
use crate::tool;

/// Arguments of `mutants`.
#[derive(clap::Args, Default)]
pub(crate) struct Args {
    /// Run every n-th mutant alone, such as 0/8
    #[arg(long, value_name = "K/N")]
    shard: Option<String>,
    /// Run one package alone
    #[arg(long, value_name = "NAME", value_parser = clap::builder::PossibleValuesParser::new(PACKAGES))]
    package: Option<String>,
}

/// Whose decisions are changed.
const PACKAGES: [&str; 2] = ["ib-domain", "ib-setup"];

/// How many of a hundred changes must be noticed.
const LEAST: usize = 90;

/// What came of the mutants of one package.
#[derive(Debug, Default, PartialEq, Eq)]
struct Tally {
    noticed: usize,
    /// One that hangs is noticed too, unless it is tried again.
    hung: usize,
    missed: usize,
}

/// Runs the mutants, each package against its own unit tests.
///
/// # Errors
///
/// When too many of them go unnoticed.
pub(crate) fn run(repo: &Repo, args: &Args) -> Result<()> {
    tool::MUTANTS.wanted(repo)?;
    for package in PACKAGES.iter().filter(|name| args.package.as_ref().is_none_or(|only| only == **name)) {
        judge(package, &mutate(repo, package, args)?)?;
    }
    Ok(())
}

/// Changes one package. Most changes are noticed without the explorations, which are nearly all of the time, so those
/// are tried first without them; what then takes long is the compiler. A shard is tried once, with everything: of what
/// is left, cargo-mutants would take another shard.
fn mutate(repo: &Repo, package: &str, args: &Args) -> Result<Tally> {
    let folder = repo.target()?.join("mutants").join(package);
    repo.sh.create_dir(&folder)?;
    let all = || {
        // It fails where some were missed; what counts here is how many.
        cmd!(repo.sh, "cargo mutants --package {package} --output {folder}")
            .args(args.shard.iter().flat_map(|shard| ["--sharding=round-robin", "--shard", shard]))
            .env("PROPTEST_MAX_SHRINK_ITERS", "0")
            .ignore_status()
    };
    let found = folder.join("mutants.out");
    if args.shard.is_some() {
        all().run()?;
        return Tally::read(repo, &found);
    }
    all().env("CARGO_PROFILE_MUTANTS_OPT_LEVEL", "0").args(["--", "--", "--skip", "explore"]).run()?;
    let quick = Tally::read(repo, &found)?;
    all().arg("--iterate").run()?;
    Ok(quick.then(&Tally::read(repo, &found)?))
}

fn judge(package: &str, tally: &Tally) -> Result<()> {
    let noticed = tally.noticed + tally.hung;
    let all = noticed + tally.missed;
    println!("{package}: {noticed} of {all} changes are noticed");
    ensure!(all > 0, "{package}: nothing was changed");
    ensure!(noticed * 100 >= all * LEAST, "{package}: fewer than {LEAST} of a hundred changes are noticed");
    Ok(())
}

impl Tally {
    /// What cargo-mutants wrote down, a line for each mutant.
    fn read(repo: &Repo, folder: &Path) -> Result<Self> {
        let lines =
            |name: &str| -> Result<usize> { Ok(repo.sh.read_file(folder.join(name))?.lines().count()) };
        Ok(Self { noticed: lines("caught.txt")?, hung: lines("timeout.txt")?, missed: lines("missed.txt")? })
    }

    /// All in all, once everything that was not noticed was tried again.
    const fn then(&self, again: &Self) -> Self {
        Self { noticed: self.noticed + again.noticed, hung: again.hung, missed: again.missed }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nine_of_ten_are_enough_and_none_at_all_is_not() {
        let judged = |noticed, missed| judge("ib-domain", &Tally { noticed, hung: 0, missed });
        assert!(judged(90, 10).is_ok());
        assert!(judged(89, 11).is_err());
        assert!(judged(0, 0).is_err());
    }

    #[test]
    fn what_was_tried_again_counts_once() {
        let first = Tally { noticed: 70, hung: 2, missed: 28 };
        let again = Tally { noticed: 19, hung: 1, missed: 10 };
        let all = first.then(&again);
        assert_eq!(all, Tally { noticed: 89, hung: 1, missed: 10 });
        assert!(judge("ib-setup", &all).is_ok());
    }
}
