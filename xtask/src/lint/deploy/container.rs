//! The file that a container is built from.

use parse_dockerfile::{Command, Dockerfile, HealthcheckArguments, Instruction, Source, Stage};

use crate::problem::Problem;

/// What the file must agree with.
pub(super) struct Facts<'f> {
    /// The Rust version of the workspace.
    pub(super) rust: &'f str,
    /// The port that the service listens at, unless it is told otherwise.
    pub(super) port: &'f str,
    /// Whether the repository has this file or folder.
    pub(super) has: &'f dyn Fn(&str) -> bool,
}

/// Checks the file.
pub(super) fn check(path: &str, text: &str, facts: &Facts<'_>) -> Vec<Problem> {
    let file = match parse_dockerfile::parse(text) {
        Ok(file) => file,
        Err(error) => {
            return vec![Problem::new(path, error.to_string(), "write it as docker and podman read it")];
        }
    };
    let mut problems = Vec::new();
    let mut wrong = |what: String, fix: &str| problems.push(Problem::new(path, what, fix));
    for stage in file.stages() {
        let image = &stage.from.image.value;
        if !image.contains('/') || !image.contains(':') || image.ends_with(":latest") {
            wrong(format!("`{image}` is not one image everywhere"), "name its registry and its version");
        }
        let tag = image.split_once("/rust:").map(|(_, tag)| tag.split('-').next().unwrap_or(tag));
        if let Some(tag) = tag.filter(|tag| *tag != facts.rust) {
            wrong(
                format!("builds with Rust {tag}, but Cargo.toml asks for {}", facts.rust),
                "name that version",
            );
        }
    }
    for path in missing(&file, facts) {
        wrong(format!("copies `{path}`, which is not there"), "copy what is there now");
    }
    let last = file.stages().last();
    for (what, fix) in last.iter().flat_map(|stage| served(stage, facts)) {
        wrong(what, fix);
    }
    problems
}

/// What is copied from nowhere: a path that the repository lacks, or a stage that the file lacks.
fn missing(file: &Dockerfile<'_>, facts: &Facts<'_>) -> Vec<String> {
    let copies = file.instructions.iter().filter_map(|instruction| match instruction {
        Instruction::Copy(copy) => Some(copy),
        _ => None,
    });
    let lost = copies.flat_map(|copy| {
        let from = copy.options.iter().find(|flag| flag.name.value == "from");
        let from = from.and_then(|flag| flag.value.as_ref()).map(|stage| stage.value.to_string());
        let paths = copy.src.iter().filter_map(|source| match source {
            Source::Path(path) => Some(path.value.to_string()),
            _ => None,
        });
        match from {
            Some(stage) => Some(stage).filter(|stage| file.stage(stage).is_none()).into_iter().collect(),
            None => paths.filter(|path| !(facts.has)(path)).collect::<Vec<_>>(),
        }
    });
    lost.collect()
}

/// What the stage that is served from lacks.
fn served(stage: &Stage<'_, '_>, facts: &Facts<'_>) -> Vec<(String, &'static str)> {
    let (mut user, mut ports, mut health, mut entry) = (String::new(), Vec::new(), false, false);
    for instruction in stage.instructions {
        match instruction {
            Instruction::User(given) => user = given.arguments.value.to_string(),
            Instruction::Expose(given) => {
                ports.extend(given.arguments.iter().map(|port| port.value.to_string()));
            }
            Instruction::Healthcheck(given) => {
                health = matches!(&given.arguments, HealthcheckArguments::Cmd { arguments, .. } if is_ours(arguments));
            }
            Instruction::Entrypoint(given) => entry = is_ours(&given.arguments),
            _ => {}
        }
    }
    let id = user.split(':').next().and_then(|id| id.parse::<u32>().ok());
    let facts = [
        (id.is_some_and(|id| id > 0), format!("serves as user `{user}`"), "set USER to a number above 0"),
        (
            ports == [facts.port],
            format!("exposes {ports:?}"),
            "expose the port of `listen` in docs/settings.md",
        ),
        (
            health,
            "has no healthcheck of ours".into(),
            "end it with HEALTHCHECK CMD [\"ib-server\", \"health\"]",
        ),
        (
            entry,
            "does not start the program itself".into(),
            "write ENTRYPOINT [\"ib-server\"], which gets signals",
        ),
    ];
    facts.into_iter().filter(|(holds, ..)| !holds).map(|(_, what, fix)| (what, fix)).collect()
}

/// Whether a command is the program without a shell around it, which would keep signals from it.
fn is_ours(command: &Command<'_>) -> bool {
    matches!(command, Command::Exec(words) if words.value.first().is_some_and(|word| word.value == "ib-server"))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    const FILE: &str = "FROM docker.io/library/rust:1.95-bookworm AS build\nCOPY Cargo.toml crates ./\n\
                        FROM docker.io/library/debian:bookworm-slim\nCOPY --from=build /a /b\nUSER 10001:10001\n\
                        EXPOSE 8080\nHEALTHCHECK CMD [\"ib-server\", \"health\"]\nENTRYPOINT [\"ib-server\"]\n";

    fn whats(text: &str) -> Vec<String> {
        let has = |path: &str| ["Cargo.toml", "crates"].contains(&path);
        let facts = Facts { rust: "1.95", port: "8080", has: &has };
        check("Containerfile", text, &facts).into_iter().map(|problem| problem.what).collect()
    }

    #[test]
    fn a_file_that_agrees_passes() {
        assert_eq!(whats(FILE), Vec::<String>::new());
    }

    #[rstest]
    #[case("rust:1.95-", "rust:1.80-", "builds with Rust 1.80, but Cargo.toml asks for 1.95")]
    #[case(
        "debian:bookworm-slim",
        "debian:latest",
        "`docker.io/library/debian:latest` is not one image everywhere"
    )]
    #[case("Cargo.toml crates", "Cargo.toml crate", "copies `crate`, which is not there")]
    #[case("--from=build", "--from=built", "copies `built`, which is not there")]
    #[case("USER 10001:10001\n", "", "serves as user ``")]
    #[case("USER 10001:10001", "USER 0", "serves as user `0`")]
    #[case("EXPOSE 8080", "EXPOSE 80", "exposes [\"80\"]")]
    #[case("CMD [\"ib-server\", \"health\"]", "CMD curl localhost", "has no healthcheck of ours")]
    #[case("ENTRYPOINT [\"ib-server\"]", "ENTRYPOINT ib-server", "does not start the program itself")]
    fn one_that_does_not_is_told(#[case] right: &str, #[case] wrong: &str, #[case] what: &str) {
        assert_eq!(whats(&FILE.replace(right, wrong)), [what]);
    }

    #[test]
    fn what_is_no_such_file_is_told() {
        assert_eq!(whats("FORM debian\n").len(), 1);
    }
}
