//! The pages in real browsers. What they need is looked for first, and all that is missing is named at once.

use anyhow::{Context as _, Result, ensure};
use xshell::cmd;

use crate::repo::Repo;

/// A program, and what brings it.
const NEEDED: &[(&str, &str)] = &[
    ("chromium", "`apt-get install chromium`"),
    ("chromedriver", "`apt-get install chromium-driver`"),
    ("firefox-esr", "`apt-get install firefox-esr`"),
    ("geckodriver", "`cargo install --locked geckodriver`"),
    ("WebKitWebDriver", "`apt-get install webkit2gtk-driver`"),
    ("xvfb-run", "`apt-get install xvfb`"),
    ("npm", "`apt-get install npm`"),
];

/// What judges the pages, from npm.
const AXE: &str = "axe-core@4.14.1";

/// Runs the journeys; a picture of every page is in target/screenshots afterwards.
pub(super) fn run(repo: &Repo) -> Result<()> {
    find(NEEDED)?;
    let target = repo.target()?;
    let (packages, pictures) = (target.join("browsers"), target.join("screenshots"));
    repo.sh.create_dir(&packages)?;
    repo.sh.remove_path(&pictures)?;
    repo.sh.create_dir(&pictures)?;
    cmd!(repo.sh, "npm install --silent --no-save --prefix {packages} {AXE}")
        .run()
        .with_context(|| format!("npm must be able to install {AXE}"))?;
    cmd!(repo.sh, "cargo test --quiet --package ib-web --features browsers --test browsers")
        .env("IB_AXE", packages.join("node_modules/axe-core/axe.min.js"))
        .env("IB_SCREENSHOTS", &pictures)
        .run()
        .context("a page is not as it should be, see above and the pictures in target/screenshots")
}

/// Finds Chromium and its driver.
pub(crate) fn find_chromium() -> Result<()> {
    find(&NEEDED[..2])
}

fn find(needed: &[(&str, &str)]) -> Result<()> {
    let paths = std::env::var_os("PATH").unwrap_or_default();
    let missing =
        missing(needed, |program| std::env::split_paths(&paths).any(|path| path.join(program).is_file()));
    ensure!(missing.is_empty(), "missing: {}", missing.join("; "));
    Ok(())
}

/// What is not there, and what brings it.
fn missing(needed: &[(&str, &str)], has: impl Fn(&str) -> bool) -> Vec<String> {
    let missing = needed.iter().filter(|(program, _)| !has(program));
    missing.map(|(program, how)| format!("{program} ({how})")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_that_is_missing_is_named_with_its_remedy() {
        let missing = missing(NEEDED, |program| !["geckodriver", "xvfb-run"].contains(&program));
        assert_eq!(
            missing,
            ["geckodriver (`cargo install --locked geckodriver`)", "xvfb-run (`apt-get install xvfb`)"]
        );
    }
}
