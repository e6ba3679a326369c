//! docs/performance.md, made of what was measured last.

use std::path::Path;
use std::time::SystemTime;

use anyhow::{Context as _, Result};
use jiff::Timestamp;
use xshell::cmd;

use super::Measurement;
use super::figure::Figure;
use crate::repo::Repo;

const PATH: &str = "docs/performance.md";

/// Writes the page.
///
/// # Errors
///
/// When figures cannot be read, or the page cannot be written.
pub(super) fn write(repo: &Repo) -> Result<()> {
    let mut page = format!(
        "# Performance\n\nMade by `cargo xtask bench`, which measures everything and fails when a bound is missed; one \
         part alone:\n`cargo xtask bench permissions`. Each ratio is of two things measured in the same run, so it \
         should hold on another\nmachine; times and memory are this one's.\n\nMeasured on {}.\n",
        machine(repo)?
    );
    for measurement in Measurement::ALL {
        page += &section(measurement, read(&measurement.figures(repo)?)?);
    }
    repo.sh.write_file(PATH, page)?;
    println!("wrote {PATH}");
    Ok(())
}

/// The figures in a file and its date; nothing where there is no such file.
fn read(file: &Path) -> Result<Option<(Vec<Figure>, SystemTime)>> {
    if !file.exists() {
        return Ok(None);
    }
    let figures = serde_json::from_slice(&std::fs::read(file)?);
    let figures = figures.with_context(|| format!("{} holds no figures", file.display()))?;
    Ok(Some((figures, file.metadata()?.modified()?)))
}

fn section(measurement: Measurement, measured: Option<(Vec<Figure>, SystemTime)>) -> String {
    let (title, text) = described(measurement);
    let command = format!("`cargo xtask bench {}`", measurement.name());
    let Some((figures, at)) = measured else {
        return format!("\n## {title}\n\n{text}\n\n{command}: not measured in this run.\n");
    };
    let day = Timestamp::try_from(at).unwrap_or_default().strftime("%Y-%m-%d");
    let rows: String = figures.iter().map(row).collect();
    format!(
        "\n## {title}\n\n{text}\n\n{command}, {day}:\n\n\
         | what | ours | floor or peer | figure | bound | |\n| --- | --- | --- | --- | --- | --- |\n{rows}"
    )
}

fn row(figure: &Figure) -> String {
    let Figure { name, value, unit, bound, ours, beside } = figure;
    let met = if figure.holds() { "met" } else { "**missed**" };
    format!("| {name} | {ours} | {beside} | {value:.2} {unit} | {bound} | {met} |\n")
}

const fn described(measurement: Measurement) -> (&'static str, &'static str) {
    match measurement {
        Measurement::Permissions => (
            "Permission decisions",
            "The same 1,000 questions about an infrastructure of 200 users, answered by `ib-domain` and by two general \
             policy\nengines that got the same facts in their own form; a different answer ends the measurement. Who \
             may do with an application\nwhat needs a level, and who may set up Integration Builder, by turns \
             (`xtask/peers/src/main.rs`).",
        ),
        Measurement::Reading => (
            "Reading answers",
            "An environment's list of 8,000 modules and LifeTime's list of 2,000 users, as the simulator writes them, \
             read from memory\nin pieces of 16 KiB: into the client's own types by `ib-env-client`, and by the bare \
             libraries, which for XML only\niterate over events (`crates/ib-env-client/src/http/reading.rs`).",
        ),
        Measurement::Check => (
            "`ib check`",
            "200 environments whose every handshake and answer takes 50 ms. The floor is the longest chain of round \
             trips that must\nfollow each other, counted by the simulator (`xtask/src/bench/check.rs`).",
        ),
        Measurement::Server => (
            "`ib-server`",
            "Steps of a set-up against the bare statements that a step needs, in the same kind of SQLite file; status \
             reads over HTTP\nagainst a bare handler of the same framework that answers the same bytes; the same among \
             1,000,000 infrastructures as\namong 1,000; start and idle memory of the program \
             (`bins/ib-server/benches/server/main.rs`).",
        ),
        Measurement::Publications => (
            "Publications",
            "5,000 publications at once, to environments in the same process that answer every call after 100 ms; two \
             processes on\nPostgreSQL against one (`bins/ib-server/benches/publications/main.rs`).",
        ),
    }
}

/// What was measured on, without anything that names it.
fn machine(repo: &Repo) -> Result<String> {
    let line = |path: &str, key: &str| {
        let text = std::fs::read_to_string(path).unwrap_or_default();
        let value = text.lines().find_map(|line| line.strip_prefix(key).map(str::to_owned));
        value.map(|value| value.trim_matches([' ', '\t', ':', '=', '"']).to_owned())
    };
    let unknown = || "an unknown".to_owned();
    let processor = line("/proc/cpuinfo", "model name").unwrap_or_else(unknown);
    let cores = std::thread::available_parallelism()?;
    let memory = line("/proc/meminfo", "MemTotal").unwrap_or_default();
    let kib: u64 = memory.trim_end_matches("kB").trim().parse().unwrap_or(0);
    let system = line("/etc/os-release", "PRETTY_NAME").unwrap_or_else(|| std::env::consts::OS.to_owned());
    let compiler = cmd!(repo.sh, "rustc --version").quiet().read()?;
    let compiler = compiler.split(' ').take(2).collect::<Vec<_>>().join(" ");
    Ok(format!(
        "{processor} processor, {cores} cores, {} GiB of memory, {system} ({}), {compiler}; version {}",
        (kib + (1 << 19)) >> 20,
        std::env::consts::ARCH,
        env!("CARGO_PKG_VERSION")
    ))
}

#[cfg(test)]
mod tests {
    use super::super::figure::Bound;
    use super::*;

    #[test]
    fn a_section_says_what_was_met_and_missed_and_when() {
        let fast = Figure::new("reads", 0.75, "times", Bound::AtLeast(0.7)).of("8 ms", "bare 6 ms");
        let big = Figure::new("memory", 31.0, "MiB", Bound::AtMost(30.0));
        let page = section(Measurement::Server, Some((vec![fast, big], SystemTime::UNIX_EPOCH)));
        assert!(page.contains("`cargo xtask bench server`, 1970-01-01:\n"), "{page}");
        assert!(page.contains("| reads | 8 ms | bare 6 ms | 0.75 times | at least 0.7 | met |\n"), "{page}");
        assert!(page.contains("| memory |  |  | 31.00 MiB | at most 30 | **missed** |\n"), "{page}");
    }

    #[test]
    fn what_was_not_measured_is_told() {
        let page = section(Measurement::Check, None);
        assert!(page.ends_with("`cargo xtask bench check`: not measured in this run.\n"), "{page}");
    }

    #[test]
    fn every_measurement_names_its_own_command() {
        use clap::Subcommand as _;
        let command = Measurement::augment_subcommands(clap::Command::new("bench"));
        let names: Vec<_> = command.get_subcommands().map(clap::Command::get_name).collect();
        assert_eq!(names, Measurement::ALL.map(Measurement::name));
    }
}
