//! What is deployed from `docs/deploy`: files that agree with the code, with each other and with the operators' page.

mod compose;
mod container;
mod metrics;

use anyhow::{Context as _, Result};
use xshell::cmd;

use super::settings::Settings;
use crate::markdown::Document;
use crate::problem::Problem;
use crate::repo::{Repo, rust_version};

const FOLDER: &str = "docs/deploy";
const PAGE: &str = "docs/operations.md";
const UNIT: &str = "docs/deploy/ib-server.service";

/// Checks every file.
///
/// # Errors
///
/// When one cannot be read.
pub(super) fn check(repo: &Repo) -> Result<Vec<Problem>> {
    let settings = Settings::read(repo)?;
    let page = Document::parse(PAGE, &repo.read(PAGE)?);
    let mut problems = Vec::new();
    for path in repo.files()?.iter().filter(|path| path.starts_with(FOLDER)) {
        let text = repo.read(path)?;
        problems.extend(settings.strangers(path, &text));
        problems.extend(strays(path, &text, &settings.listen));
    }
    let has = |path: &str| repo.has(path);
    let rust = rust_version(&repo.toml("Cargo.toml")?)?;
    let (_, port) = settings.listen.rsplit_once(':').context("`listen` has no port")?;
    let facts = container::Facts { rust: &rust, port, has: &has };
    let path = "docs/deploy/Containerfile";
    problems.extend(container::check(path, &repo.read(path)?, &facts));
    let path = "docs/deploy/compose.yaml";
    problems.extend(compose::check(path, FOLDER, &repo.read(path)?, &has));
    problems.extend(metrics::check(repo, &page)?);
    problems.extend(rules(repo));
    problems.extend(unit(repo)?);
    Ok(problems)
}

/// Places that requests are passed on to, on this machine, where nothing listens unless it is told to.
fn strays(path: &str, text: &str, listen: &str) -> Vec<Problem> {
    let passed =
        text.lines().zip(1..).filter(|(line, _)| line.contains("proxy") && line.contains("127.0.0.1:"));
    let stray = passed.filter(|(line, _)| !line.contains(listen));
    stray
        .map(|(_, at)| {
            let what = format!("passes requests on to another place than `{listen}`");
            Problem::new(format!("{path}:{at}"), what, "name the default of `listen` in docs/settings.md")
        })
        .collect()
}

/// The rules of alerts, judged by Prometheus itself where it is there.
fn rules(repo: &Repo) -> Option<Problem> {
    let path = metrics::ALERTS;
    if !is_there(repo, "promtool") {
        println!("promtool (Debian: prometheus) is not here: queries are checked word by word alone");
        return None;
    }
    let judged = cmd!(repo.sh, "promtool check rules {path}").quiet().ignore_stdout().run();
    judged.err().map(|_| Problem::new(path, "promtool refuses it, see above", "mend what it names"))
}

/// The unit, judged by systemd itself where it is there, as if the program were installed.
fn unit(repo: &Repo) -> Result<Option<Problem>> {
    if !is_there(repo, "systemd-analyze") {
        println!("systemd-analyze is not here: {UNIT} is not verified");
        return Ok(None);
    }
    let text = repo.read(UNIT)?.replace("/usr/local/bin/ib-server", "/bin/true");
    let folder = repo.sh.create_temp_dir()?;
    let unit = folder.path().join("ib-server.service");
    repo.sh.write_file(&unit, text)?;
    let verified = cmd!(repo.sh, "systemd-analyze verify {unit}").quiet().ignore_status().output()?;
    let said = String::from_utf8_lossy(&verified.stderr);
    // Other units of this machine may be broken, which is not ours to mend.
    let ours: Vec<&str> = said.lines().filter(|line| line.contains("ib-server.service")).collect();
    let wrong = !ours.is_empty();
    Ok(wrong.then(|| Problem::new(UNIT, ours.join("; "), "mend what systemd names")))
}

fn is_there(repo: &Repo, program: &str) -> bool {
    cmd!(repo.sh, "{program} --version").quiet().ignore_stdout().ignore_stderr().run().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_passed_on_to_where_it_listens() {
        let told = |text: &str| strays("nginx.conf", text, "127.0.0.1:8080").len();
        assert_eq!(told("proxy_pass http://127.0.0.1:8080;\nreverse_proxy {$IB_SERVER:127.0.0.1:8080}"), 0);
        assert_eq!(told("metrics_listen = \"127.0.0.1:9464\"\ntrusted_proxies = [\"127.0.0.1/32\"]"), 0);
        assert_eq!(told("proxy_pass http://127.0.0.1:8081;"), 1);
    }
}
