//! Wrong use: it ends at once with exit code 2, says what to do, and leaves standard output empty.
#![expect(clippy::unwrap_used, reason = "a helper that panics fails its test")]

use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};

use ib::surroundings::{Input, Surroundings};
use rstest::rstest;

/// A file with this content, for one test alone.
fn file(name: &str, content: &str) -> String {
    static NUMBER: AtomicUsize = AtomicUsize::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let name = format!("usage-{}-{number}-{name}", std::process::id());
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::write(&path, content).unwrap();
    path.display().to_string()
}

/// What a run came to: exit code, standard output, standard error.
type Ending = (u8, String, String);

fn in_process(arguments: &[&str], stdin: &str) -> Ending {
    let (mut surroundings, captured) = Surroundings::captured();
    surroundings.stdin = Input::text(stdin);
    let exit = ib::run_blocking(arguments.iter().copied(), surroundings);
    (exit.code(), captured.stdout(), captured.stderr())
}

fn as_a_program(arguments: &[&str], stdin: &str) -> Ending {
    let mut child = Command::new(env!("CARGO_BIN_EXE_ib"))
        .args(&arguments[1..])
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // It may end before it has read anything.
    let _ = child.stdin.take().unwrap().write_all(stdin.as_bytes());
    let output = child.wait_with_output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (u8::try_from(output.status.code().unwrap()).unwrap(), text(output.stdout), text(output.stderr))
}

fn assert_wrong(arguments: &[&str], stdin: &str, says: &str) {
    for ending in [in_process(arguments, stdin), as_a_program(arguments, stdin)] {
        let (exit, stdout, stderr) = ending;
        assert_eq!(exit, 2, "{arguments:?}: {stderr}");
        assert_eq!(stdout, "", "{arguments:?}");
        assert!(stderr.contains(says), "{arguments:?} should say {says:?}: {stderr}");
        assert!(!stderr.contains("panicked") && !stderr.contains("internal"), "{arguments:?}: {stderr}");
    }
}

#[rstest]
#[case::no_address(&[], "", "there is no address to check; give one")]
#[case::unknown_flag(&["a.example", "--pasword-stdin"], "", "--password-stdin")]
#[case::unreadable_list(&["--from", "/no/such/file"], "", "/no/such/file cannot be read")]
#[case::empty_stdin(&["--from", "-"], "", "standard input holds no address")]
#[case::only_comments(&["--from", "-"], "# nothing\n\n", "standard input holds no address")]
#[case::password_twice(&["a.example", "--username", "m", "--password-stdin", "--password-stdin"], "x", "cannot be used multiple times")]
#[case::password_from_two(&["a.example", "--username", "m", "--password-stdin", "--password-file", "f"], "x", "cannot be used with")]
#[case::password_and_list(&["--from", "-", "--username", "m", "--password-stdin"], "x", "cannot hold both")]
#[case::empty_password(&["a.example", "--username", "m", "--password-stdin"], "", "standard input is empty")]
#[case::empty_line(&["a.example", "--username", "m", "--password-stdin"], "\n", "standard input is empty")]
#[case::two_lines(&["a.example", "--username", "m", "--password-stdin"], "a\nb\n", "more than one line")]
#[case::bare_digest(&["a.example", "--username", "m", "--password-stdin"], "#\n", "begins with #")]
#[case::no_user(&["a.example", "--password-stdin"], "x", "--username <USER>")]
#[case::empty_user(&["a.example", "--username", " "], "", "expected a user name")]
#[case::no_password_file(&["a.example", "--username", "m", "--password-file", "/no/such/file"], "", "/no/such/file cannot be read")]
#[case::no_terminal(&["a.example", "--username", "m"], "", "without a terminal the password cannot be asked for; give --password-stdin")]
#[case::non_interactive(&["a.example", "--username", "m", "--non-interactive"], "", "--password-file FILE")]
#[case::no_token(&["--lifetime", "lt.acme.example"], "", "--lifetime-token-file FILE")]
#[case::lifetime_literal(&["--lifetime", "127.0.0.1", "--lifetime-token-file", "TOKEN"], "", "lifetime.example.com")]
#[case::token_without_host(&["a.example", "--lifetime-token-file", "f"], "", "--lifetime <HOST>")]
#[case::bad_wait(&["a.example", "--wait", "soon"], "", "such as 30s or 5m")]
#[case::no_unit(&["a.example", "--wait", "5"], "", "such as 30s or 5m")]
#[case::no_time(&["a.example", "--timeout", "0s"], "", "longer than nothing")]
#[case::no_concurrency(&["a.example", "--concurrency", "0"], "", "1..=1000")]
#[case::bad_format(&["a.example", "--output", "yaml"], "", "text, short, json, ndjson, junit")]
#[case::bad_threshold(&["a.example", "--fail-on", "never"], "", "failed, warning")]
#[case::bad_colour(&["a.example", "--color", "green"], "", "auto, always, never")]
#[case::bad_mapping(&["a.example", "--connect-to", "a.example"], "", "HOST:443:ADDRESS:PORT")]
#[case::bad_network(&["a.example", "--allow-private", "ten"], "", "such as 10.0.0.0/8")]
#[case::bad_proxy(&["a.example", "--proxy", "proxy"], "", "http://proxy.example.com:3128")]
#[case::proxy_with_password(&["a.example", "--proxy", "http://me:planted@a.example"], "", "leave them out")]
#[case::no_authority(&["a.example", "--ca", "/no/such/file"], "", "/no/such/file cannot be read")]
#[case::waiver_without_why(&["a.example", "--waive", "SETUP-ENV-011@a.example"], "", "CODE@HOST=REASON")]
#[case::waiver_of_nothing(&["a.example", "--waive", "SETUP-X-1@a.example=x"], "", "`ib explain` lists them all")]
fn a_check_that_cannot_begin(#[case] arguments: &[&str], #[case] stdin: &str, #[case] says: &str) {
    let token = file("token", "a-token\n");
    let arguments: Vec<&str> =
        arguments.iter().map(|word| if *word == "TOKEN" { token.as_str() } else { *word }).collect();
    let plain: Vec<&str> = ["ib", "check"].into_iter().chain(arguments).collect();
    assert_wrong(&plain, stdin, says);
    if !plain.contains(&"--output") {
        for format in ["json", "ndjson", "junit"] {
            let arguments: Vec<&str> = plain.iter().copied().chain(["--output", format]).collect();
            let (exit, stdout, stderr) = in_process(&arguments, stdin);
            assert_eq!((exit, stdout.as_str()), (2, ""), "{arguments:?}: {stderr}");
        }
    }
}

#[rstest]
#[case::no_command(&[], "Usage: ib <COMMAND>")]
#[case::unknown_command(&["chek"], "similar subcommand exists: 'check'")]
#[case::unknown_code(&["explain", "SETUP-TLS-01"], "Did you mean SETUP-TLS-001?")]
#[case::two_codes(&["explain", "SETUP-TLS-001", "SETUP-TLS-002"], "unexpected argument")]
#[case::unknown_shell(&["completions", "dos"], "possible values: bash")]
#[case::no_shell(&["completions"], "<SHELL>")]
#[case::unknown_page(&["man", "chek"], "possible values: check")]
fn other_commands_that_cannot_begin(#[case] arguments: &[&str], #[case] says: &str) {
    let arguments: Vec<&str> = std::iter::once("ib").chain(arguments.iter().copied()).collect();
    assert_wrong(&arguments, "", says);
}

#[test]
fn a_file_without_addresses_certificates_or_secrets_is_named() {
    let (empty, comments) = (file("empty", ""), file("comments", "# one a line\n"));
    assert_wrong(&["ib", "check", "--from", &comments], "", "holds no address; write one on each line");
    assert_wrong(&["ib", "check", "a.example", "--ca", &comments], "", "holds no certificate");
    let empty_password = ["ib", "check", "a.example", "--username", "m", "--password-file", &empty];
    assert_wrong(&empty_password, "", "is empty; the password was expected there");
    let empty_token = ["ib", "check", "--lifetime", "lt.acme.example", "--lifetime-token-file", &empty];
    assert_wrong(&empty_token, "", "is empty; the token was expected there");
}

#[test]
fn a_terminal_is_no_pipe() {
    let (mut surroundings, captured) = Surroundings::captured();
    surroundings.stdin = Input::terminal();
    let exit =
        ib::run_blocking(["ib", "check", "a.example", "--username", "m", "--password-stdin"], surroundings);
    assert_eq!(exit.code(), 2);
    assert!(captured.stderr().contains("leave it out to be asked without echo"), "{}", captured.stderr());
}

#[test]
fn help_and_version_are_results() {
    for arguments in
        [&["ib", "--help"][..], &["ib", "check", "--help"], &["ib", "--version"], &["ib", "help", "check"]]
    {
        let (exit, stdout, stderr) = in_process(arguments, "");
        assert_eq!((exit, stderr.as_str()), (0, ""), "{arguments:?}");
        assert!(stdout.starts_with("ib ") || stdout.contains("Usage: ib"), "{stdout}");
        assert_eq!(as_a_program(arguments, "").1, stdout);
    }
}

#[test]
fn the_help_of_a_check_lists_every_exit_code_and_variable() {
    let (_, help, _) = in_process(&["ib", "check", "--help"], "");
    for exit in ib_api::exit::Exit::ALL.iter().filter(|exit| **exit != ib_api::exit::Exit::UserAction) {
        assert!(help.contains(&format!("{:>3}  {}", exit.code(), exit.meaning())), "{help}");
    }
    assert!(!help.contains("  7  "), "a check never ends so: {help}");
    insta::assert_snapshot!("help_check", help);
    insta::assert_snapshot!("help_setup", in_process(&["ib", "setup", "--help"], "").1);
    insta::assert_snapshot!(
        "help_dependencies",
        in_process(&["ib", "dependencies", "install", "--help"], "").1
    );
    insta::assert_snapshot!(
        "help_integrations",
        in_process(&["ib", "integrations", "download", "--help"], "").1
    );
    insta::assert_snapshot!("help_environments", in_process(&["ib", "environments", "edit", "--help"], "").1);
    insta::assert_snapshot!("help_features", in_process(&["ib", "features", "--help"], "").1);
    insta::assert_snapshot!("help_report", in_process(&["ib", "report", "--help"], "").1);
    insta::assert_snapshot!("help", in_process(&["ib", "--help"], "").1);
}
