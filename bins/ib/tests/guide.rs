//! What the README and the guide show in their console blocks is what `ib` prints, against a pretend infrastructure at
//! the addresses that they use.
#![expect(clippy::unwrap_used, reason = "a helper that panics fails its test")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use ib::surroundings::Surroundings;
use ib_env_sim::{Scenario, Simulator};

/// The infrastructure of the README; the guide calls it by other names.
const ACME: &str = include_str!("../../../crates/ib-env-sim/scenarios/acme.toml");
/// 2030-05-01, shortly before what the guide declares ends.
const NOW: Duration = Duration::from_hours(22_035 * 24);
/// Files and folders that a page names without a folder.
const FILES: [&str; 3] = ["infrastructure.toml", "infrastructure.plan", "packages"];

/// A command of a page, and what the page says that it prints.
struct Shown {
    command: String,
    output: String,
    line: usize,
}

/// The blocks of a page in one language, each with its line.
fn blocks<'a>(page: &'a str, language: &str) -> Vec<(usize, Vec<&'a str>)> {
    let fence = format!("```{language}");
    let mut blocks: Vec<(usize, Vec<&str>)> = Vec::new();
    let mut is_inside = false;
    for (at, line) in page.lines().enumerate() {
        match (is_inside, line) {
            (false, line) if line == fence => blocks.push((at + 1, Vec::new())),
            (true, "```") => {}
            (true, line) => blocks.last_mut().unwrap().1.push(line),
            _ => continue,
        }
        is_inside = line != "```";
    }
    blocks
}

/// Every command of `ib` that a page shows with what it prints.
fn shown(page: &str) -> Vec<Shown> {
    let mut all: Vec<Shown> = Vec::new();
    for (line, block) in blocks(page, "console") {
        let text = block.join("\n").replace("\\\n", " ");
        for part in format!("\n{text}").split("\n$ ").skip(1) {
            let (command, output) = part.split_once('\n').unwrap_or((part, ""));
            all.push(Shown { command: command.to_owned(), output: output.to_owned(), line });
        }
    }
    all.retain(|shown| words(&shown.command).is_some());
    all
}

/// What stands behind `ib` in a command line, without what leads to one machine or comes from a pipe.
fn words(command: &str) -> Option<Vec<&str>> {
    let command = command.split(" 2> ").next()?;
    let words = command.strip_prefix("ib ").or_else(|| Some(command.split_once("-p ib -- ")?.1))?;
    let mut words = words.split_whitespace();
    let mut kept = Vec::new();
    while let Some(word) = words.next() {
        match word {
            "--ca" | "--connect-to" => drop(words.next()),
            "--password-stdin" => {}
            word => kept.push(word),
        }
    }
    Some(kept)
}

/// A pretend infrastructure, and the folder in which the commands of a page run.
struct World {
    simulator: Simulator,
    folder: tempfile::TempDir,
}

impl World {
    async fn of(page: &str) -> Self {
        let scenario = if page.contains("acme.example") {
            Scenario::acme()
        } else {
            Scenario::from_toml_str(&ACME.replace("acme.example", "example.com")).unwrap()
        };
        let simulator = Simulator::builder().scenario(scenario).start().await.unwrap();
        let world = Self { simulator, folder: tempfile::tempdir().unwrap() };
        std::fs::write(world.path("ca.pem"), world.simulator.ca_pem()).unwrap();
        ib_env_sim::dependencies::write_packages(&world.path("packages"), &BTreeMap::new()).unwrap();
        if let Some((_, file)) = blocks(page, "toml").first() {
            std::fs::write(world.path("infrastructure.toml"), file.join("\n")).unwrap();
        }
        world
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// What leads here, for the commands that take it.
    fn way(&self, command: &str) -> Vec<String> {
        let data = ["--data".to_owned(), self.path("data").display().to_string()];
        let mut way = vec!["--ca".to_owned(), self.path("ca.pem").display().to_string()];
        for host in self.simulator.hosts() {
            let mapping = format!("{}:443:{}", host.host, self.simulator.address());
            way.extend(["--connect-to".to_owned(), mapping]);
        }
        match command {
            "check" => way,
            "plan" | "apply" | "setup" => [data.as_slice(), &way].concat(),
            _ => Vec::new(),
        }
    }

    /// Standard output of a command, as the page would show it.
    async fn ib(&self, command: &str) -> String {
        let words = words(command).unwrap();
        let way = self.way(words[0]);
        let place = |word: &str| match word {
            file if FILES.contains(&file) => self.path(file).display().to_string(),
            word => word.to_owned(),
        };
        let arguments = words.iter().map(|word| place(word)).chain(way.iter().cloned());
        let (mut surroundings, captured) = Surroundings::captured();
        surroundings.clock = Arc::new(|| SystemTime::UNIX_EPOCH + NOW);
        let user = words.iter().skip_while(|word| **word != "--username").nth(1).unwrap_or(&"maria");
        let password = format!("{user}-Pass-1");
        let variables = ["IB_PASSWORD", "ACME_PASSWORD"].map(|name| (name.to_owned(), password.clone()));
        surroundings.variables.extend(variables);
        let _exit = ib::run(std::iter::once("ib".to_owned()).chain(arguments), surroundings).await;
        let text = match way.as_slice() {
            [] => captured.stdout(),
            way => captured.stdout().replace(&format!(" {}", way.join(" ")), ""),
        };
        text.replace(&format!("{}/", self.folder.path().display()), "")
    }
}

/// A text without what differs from run to run: how long something took, and ports.
fn plain(text: &str) -> String {
    let is_digit = |c: char| c.is_ascii_digit();
    let timeless = |line: &str| match line.strip_suffix(" ms") {
        Some(rest) => rest.trim_end_matches(|c| c == '<' || is_digit(c)).trim_end().to_owned(),
        None => line.trim_end().to_owned(),
    };
    let line = |line: &str| {
        let line = timeless(line);
        let parts = line.split_inclusive(|c| !is_digit(c));
        parts
            .map(|part| if part.chars().filter(|c| is_digit(*c)).count() == 5 { "PORT " } else { part })
            .collect::<String>()
    };
    text.trim_end().lines().map(line).collect::<Vec<_>>().join("\n")
}

fn pages() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let guide = std::fs::read_dir(root.join("docs/guide")).unwrap().map(|entry| entry.unwrap().path());
    let pages = guide.filter(|path| path.extension().is_some_and(|extension| extension == "md"));
    std::iter::once(root.join("README.md")).chain(pages).collect()
}

#[tokio::test]
async fn console_blocks_show_what_is_printed() {
    let (mut tried, mut wrong) = (0, Vec::new());
    for path in pages() {
        let page = std::fs::read_to_string(&path).unwrap();
        let shown = shown(&page);
        if shown.is_empty() {
            continue;
        }
        let world = World::of(&page).await;
        for Shown { command, output, line } in shown {
            let printed = world.ib(&command).await;
            if plain(&printed) != plain(&output) {
                wrong.push(format!("{}:{line}: `{command}` prints\n{printed}", path.display()));
            }
            tried += 1;
        }
        world.simulator.shutdown().await;
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(tried >= 5, "{tried}");
}

#[test]
fn what_differs_from_run_to_run_is_left_out_and_nothing_else() {
    let one =
        "✓ Name  mapped to 127.0.0.1:42237   <1 ms\n✓ TLS  valid until 2099-01-01    2 ms\n✓ 11.23.1.40123\n";
    let other =
        "✓ Name  mapped to 127.0.0.1:51234   12 ms\n✓ TLS  valid until 2099-01-01  <1 ms\n✓ 11.23.1.40123";
    assert_eq!(plain(one), plain(other));
    for changed in ["✓ Name  mapped to 127.0.0.2:51234\n", "✗ Name  mapped to 127.0.0.1:51234\n"] {
        assert_ne!(plain(one.lines().next().unwrap()), plain(changed));
    }
}
