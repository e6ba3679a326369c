//! A chore made of parts: all of them run even when one fails, then a summary says which did.

use anyhow::{Result, bail};
use clap::ValueEnum;

/// Runs every part, or only one.
///
/// # Errors
///
/// When a part failed; the parts themselves have been reported by then.
pub(crate) fn run<P: ValueEnum>(
    chore: &str,
    only: Option<P>,
    mut run: impl FnMut(&P) -> Result<()>,
) -> Result<()> {
    let parts = only.map_or_else(|| P::value_variants().to_vec(), |part| vec![part]);
    let mut failed = Vec::new();
    for part in &parts {
        let name = part.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default();
        println!("== {name}");
        if let Err(error) = run(part) {
            println!("{name} failed: {error:#}");
            failed.push(name);
        }
    }
    println!("== summary\n{chore} parts: {} passed, {} failed", parts.len() - failed.len(), failed.len());
    let Some(first) = failed.first() else {
        return Ok(());
    };
    bail!("{chore} failed: {}; one part alone: `cargo xtask {chore} --only {first}`", failed.join(", "))
}

#[cfg(test)]
mod tests {
    use anyhow::ensure;

    use super::*;

    #[derive(Clone, Copy, Debug, PartialEq, ValueEnum)]
    enum Part {
        First,
        Second,
    }

    fn run_with(only: Option<Part>, broken: Part) -> (Vec<Part>, Result<()>) {
        let mut seen = Vec::new();
        let outcome = run("lint", only, |part| {
            seen.push(*part);
            ensure!(*part != broken, "broken");
            Ok(())
        });
        (seen, outcome)
    }

    #[test]
    fn all_parts_run_and_one_that_failed_fails_the_chore() {
        let (seen, outcome) = run_with(None, Part::First);
        assert_eq!(seen, [Part::First, Part::Second]);
        let error = outcome.unwrap_err().to_string();
        assert_eq!(error, "lint failed: first; one part alone: `cargo xtask lint --only first`");
    }

    #[test]
    fn one_part_runs_alone() {
        let (seen, outcome) = run_with(Some(Part::Second), Part::First);
        assert_eq!(seen, [Part::Second]);
        assert!(outcome.is_ok());
    }
}
