//! Ctrl-C against the real program: the first one stops cleanly, the second one at once.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a helper that panics fails its test")]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};

/// The program, checking dev.acme.example, which accepts the connection and then says nothing.
fn start(silent: &TcpListener, arguments: &[&str]) -> Child {
    start_command("check", silent, arguments)
}

fn start_command(command: &str, silent: &TcpListener, arguments: &[&str]) -> Child {
    let mapping = format!("dev.acme.example:443:{}", silent.local_addr().unwrap());
    Command::new(env!("CARGO_BIN_EXE_ib"))
        .args([command, "--connect-to", &mapping, "--timeout", "10m"])
        .args(arguments)
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

fn interrupt(child: &Child) {
    let kill = format!("kill -INT {}", child.id());
    assert!(Command::new("/bin/sh").args(["-c", &kill]).status().unwrap().success());
}

#[test]
fn the_first_one_prints_what_is_known() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let child = start(&silent, &["dev.acme.example", "--output", "json"]);
    let _connection = silent.accept().unwrap();
    interrupt(&child);
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130));
    let document: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&document["verdict"], &document["exit"]), (&"could_not_tell".into(), &130.into()));
    assert!(String::from_utf8(output.stderr).unwrap().contains("interrupted"));
}

#[test]
fn a_set_up_that_is_interrupted_says_how_to_go_on() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().display().to_string();
    let child = start_command("setup", &silent, &["dev.acme.example", "--data", &data, "--output", "json"]);
    let _connection = silent.accept().unwrap();
    interrupt(&child);
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130));
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(stderr.contains(&format!("Go on with: ib setup dev.acme.example --data {data}")), "{stderr}");
    let document: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&document["step"], &document["exit"]), (&"address".into(), &130.into()));
}

#[test]
fn the_second_one_ends_even_a_program_that_nobody_reads() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut child = start(&silent, &["--from", "-", "--output", "json"]);
    // Far more than are looked at side by side: once it comes to the last one, it knows of more than a pipe holds, and
    // cannot finish its output.
    let mut stdin = child.stdin.take().unwrap();
    for number in 0..500 {
        writeln!(stdin, "127.0.0.{number}").unwrap();
    }
    writeln!(stdin, "dev.acme.example").unwrap();
    drop(stdin);
    let _connection = silent.accept().unwrap();
    interrupt(&child);
    let mut stderr = BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    stderr.read_line(&mut line).unwrap();
    assert!(line.contains("interrupted"), "{line}");
    interrupt(&child);
    assert_eq!(child.wait().unwrap().code(), Some(130));
    let mut rest = Vec::new();
    child.stdout.take().unwrap().read_to_end(&mut rest).unwrap();
    assert!(serde_json::from_slice::<serde_json::Value>(&rest).is_err(), "the output was cut short");
}
