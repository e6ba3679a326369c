//! Where secrets come from, that unused ones are named, and that none is ever printed.
#![expect(clippy::unwrap_used, reason = "a helper that panics fails its test")]

use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use ib::surroundings::{Captured, Input, Surroundings};
use ib_env_client::http::{NameError, Resolver};
use rstest::rstest;

/// Planted in every place where a secret may stand.
const PLANTED: &[&str] = &["hunter2-planted", "#prepared-planted", "token-planted"];

struct Nowhere;

#[async_trait]
impl Resolver for Nowhere {
    async fn resolve(&self, _host: &str) -> Result<Vec<IpAddr>, NameError> {
        Err(NameError::NotFound)
    }
}

fn surroundings(variables: &[(&str, &str)], stdin: Input) -> (Surroundings, Captured) {
    let (mut surroundings, captured) = Surroundings::captured();
    surroundings.resolver = Arc::new(Nowhere);
    surroundings.variables = variables.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
    surroundings.stdin = stdin;
    (surroundings, captured)
}

/// A file with this content, for one test alone.
fn file(name: &str, content: &str) -> String {
    static NUMBER: AtomicUsize = AtomicUsize::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let name = format!("secrets-{}-{number}-{name}", std::process::id());
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::write(&path, content).unwrap();
    path.display().to_string()
}

fn run(arguments: &[&str], surroundings: Surroundings) -> u8 {
    ib::run_blocking(["ib", "check"].iter().chain(arguments).copied(), surroundings).code()
}

#[test]
fn a_person_is_asked_without_echo_and_only_at_a_terminal() {
    let asked = Arc::new(Mutex::new(Vec::new()));
    let questions = Arc::clone(&asked);
    let (mut surroundings, captured) = surroundings(&[], Input::terminal());
    surroundings.prompt = Box::new(move |question| {
        questions.lock().unwrap().push(question.to_owned());
        Ok("hunter2-planted".to_owned())
    });
    let arguments = ["dev.acme.example", "--username", "maria", "--lifetime", "lt.acme.example", "-vvv"];
    assert_eq!(run(&arguments, surroundings), 3);
    let expected = ["Password of maria: ", "Token of LifeTime's service account at lt.acme.example: "];
    assert_eq!(*asked.lock().unwrap(), expected);
    assert!(!captured.stderr().contains("hunter2"), "{}", captured.stderr());
}

#[test]
fn no_answer_to_the_prompt_is_wrong_use() {
    for answer in [Ok(String::new()), Err(())] {
        let (mut surroundings, captured) = surroundings(&[], Input::terminal());
        let given = answer.clone();
        surroundings.prompt =
            Box::new(move |_| given.clone().map_err(|()| std::io::Error::other("no terminal")));
        assert_eq!(run(&["dev.acme.example", "--username", "maria"], surroundings), 2, "{answer:?}");
        assert!(captured.stderr().contains("password"), "{}", captured.stderr());
    }
}

#[rstest]
#[case::no_user(&[], &[("IB_PASSWORD", "hunter2-planted")], "IB_PASSWORD is set and was not used, because --username was not given")]
#[case::no_user_for_file(&[], &[("IB_PASSWORD_FILE", "/x")], "IB_PASSWORD_FILE is set and was not used, because --username was not given")]
#[case::no_lifetime(&[], &[("IB_LIFETIME_TOKEN", "token-planted")], "IB_LIFETIME_TOKEN is set and was not used, because --lifetime was not given")]
#[case::two_sources(&["--username", "m", "--password-file", "FILE"], &[("IB_PASSWORD", "hunter2-planted")], "IB_PASSWORD is set and was not used, because a file was given")]
#[case::stdin_wins(&["--username", "m", "--password-stdin"], &[("IB_PASSWORD", "hunter2-planted")], "IB_PASSWORD is set and was not used, because --password-stdin was given")]
#[case::too_early(&["--username", "m"], &[("IB_PASSWORD", "hunter2-planted")], "the password was not used, because no environment came as far as the log-in")]
fn a_secret_that_was_not_used_is_named(
    #[case] arguments: &[&str],
    #[case] variables: &[(&str, &str)],
    #[case] warning: &str,
) {
    let password = file("password", "hunter2-planted\n");
    let (surroundings, captured) = surroundings(variables, Input::text("hunter2-planted\n"));
    let arguments: Vec<&str> =
        arguments.iter().map(|word| if *word == "FILE" { password.as_str() } else { *word }).collect();
    let arguments: Vec<&str> = ["dev.acme.example"].into_iter().chain(arguments).collect();
    assert_eq!(run(&arguments, surroundings), 3);
    assert!(captured.stderr().contains(&format!("warning: {warning}")), "{}", captured.stderr());
    assert!(!captured.stderr().contains("planted"), "{}", captured.stderr());
}

#[test]
fn one_line_ends_as_it_likes_and_keeps_its_blanks() {
    for content in ["hunter2-planted", "hunter2-planted\n", "hunter2-planted\r\n", " hunter2-planted "] {
        let (surroundings, captured) = surroundings(&[], Input::text(content));
        assert_eq!(
            run(&["dev.acme.example", "--username", "m", "--password-stdin"], surroundings),
            3,
            "{content:?}"
        );
        assert!(!captured.stderr().contains("planted"));
    }
}

/// Every way to give a secret, every format, every verbosity, good and bad use.
#[test]
fn planted_secrets_appear_nowhere() {
    let token = file("token", "token-planted\n");
    let two_lines = file("two-lines", "hunter2-planted\ntoken-planted\n");
    let ways: &[&[&str]] = &[
        &["--username", "maria", "--password-stdin"],
        &["--username", "maria", "--lifetime", "lt.acme.example", "--lifetime-token-file", &token],
        &["--username", "maria", "--lifetime", "lt.acme.example"],
        &["--username", "maria", "--password-file", &two_lines],
        &["--username", "maria", "--password=hunter2-planted"],
        &["--proxy", "http://maria:hunter2-planted@proxy.acme.example:3128"],
        &["https://maria:hunter2-planted@dev.acme.example"],
    ];
    for (way, secret) in ways.iter().flat_map(|way| PLANTED.iter().map(move |secret| (way, *secret))) {
        for format in ["text", "short", "json", "ndjson", "junit"] {
            for verbosity in ["--color=never", "-v", "-vv", "-vvv"] {
                let variables = [("IB_PASSWORD", secret), ("IB_LIFETIME_TOKEN", "token-planted")];
                let (surroundings, captured) = surroundings(&variables, Input::text(format!("{secret}\n")));
                let arguments: Vec<&str> = ["dev.acme.example", "--output", format, verbosity]
                    .into_iter()
                    .chain(way.iter().copied())
                    .collect();
                run(&arguments, surroundings);
                let all = captured.stdout() + &captured.stderr();
                assert!(!all.contains("planted"), "{arguments:?}: {all}");
            }
        }
    }
}
