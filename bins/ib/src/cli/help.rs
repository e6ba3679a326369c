//! What `ib check --help` and the manual page tell beside the arguments.

use std::fmt::Write as _;

use ib_api::exit::Exit;

/// The environment variables that are looked at, with what each is for.
pub(crate) const VARIABLES: &[(&str, &str)] = &[
    ("IB_PASSWORD", "the IT user's password; used with --username"),
    ("IB_PASSWORD_FILE", "a file that holds it, on one line"),
    ("IB_LIFETIME_TOKEN", "the token of LifeTime's service account; used with --lifetime"),
    ("IB_LIFETIME_TOKEN_FILE", "a file that holds it, on one line"),
    ("NO_COLOR", "set to anything: no colours"),
    ("CLICOLOR_FORCE", "set to anything but 0: colours, even in a file"),
    ("LC_ALL, LC_CTYPE, LANG", "the symbols leave ASCII where the first one set says UTF-8"),
];

/// The examples of `ib check`.
pub(crate) const EXAMPLES: &[(&str, &str)] = &[
    ("one environment, without log-in", "ib check dev.example.com"),
    ("with log-in and permissions; the password is asked for", "ib check dev.example.com --username maria"),
    (
        "a whole infrastructure",
        "ib check dev.example.com --lifetime lifetime.example.com --lifetime-token-file token.txt",
    ),
    ("until it answers, at most five minutes", "ib check dev.example.com --wait 5m"),
    ("for a pipeline", "ib check --from addresses.txt --output junit --fail-on warning --non-interactive"),
    (
        "with a finding that is accepted",
        "ib check dev.example.com --waive 'SETUP-ENV-011@dev.example.com=our only environment'",
    ),
];

/// What `ib check --help` ends with.
pub(super) fn of_check() -> String {
    let mut text = String::from("Examples:\n");
    for (what, command) in EXAMPLES {
        let _ = writeln!(text, "  # {what}\n  {command}");
    }
    text.push_str("\nExit codes (the same in every format):\n");
    for exit in Exit::ALL {
        let _ = writeln!(text, "  {:>3}  {}", exit.code(), exit.meaning());
    }
    text.push_str("\nEnvironment variables:\n");
    for (name, meaning) in VARIABLES {
        let _ = writeln!(text, "  {name:<23} {meaning}");
    }
    text.push_str(
        "\nA password that begins with # is taken as one in the platform's prepared form, and sent as it is.",
    );
    text
}
