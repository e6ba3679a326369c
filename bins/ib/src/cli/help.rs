//! What the `--help` of a command and its manual page tell beside the arguments.

mod declaration;
mod environments;
mod integrations;
mod printing;

use std::fmt::Write as _;

use ib_api::exit::Exit;

pub(crate) use declaration::{APPLY, PLAN};
pub(crate) use environments::{ENVIRONMENTS, FEATURES};
pub(crate) use integrations::INTEGRATIONS;
pub(crate) use printing::{COMPLETIONS, EXPLAIN, MAN};

/// What a command's reader needs to know.
pub(crate) struct Guide {
    /// What a person may want, and the command for it.
    pub(crate) examples: &'static [(&'static str, &'static str)],
    /// The exit codes that it gives, with what each means.
    pub(crate) exits: &'static [(Exit, &'static str)],
    /// The environment variables that it looks at.
    pub(crate) variables: &'static [(&'static str, &'static str)],
    /// The files that it reads or writes.
    pub(crate) files: &'static [(&'static str, &'static str)],
    /// A last word.
    notes: &'static str,
}

const PREPARED: &str =
    "A password that begins with # is taken as one in the platform's prepared form, and sent as it is.";

const PASSWORD_VARIABLE: (&str, &str) = ("IB_PASSWORD", "the IT user's password; used with --username");
const PASSWORD_FILE: (&str, &str) = ("IB_PASSWORD_FILE", "a file that holds it, on one line");
const TOKEN_VARIABLE: (&str, &str) =
    ("IB_LIFETIME_TOKEN", "the token of LifeTime's service account; used with --lifetime");
const TOKEN_FILE: (&str, &str) = ("IB_LIFETIME_TOKEN_FILE", "a file that holds it, on one line");
const DATA: (&str, &str) = ("IB_DATA", "the folder in which set-ups are kept");
const KEY_FILE: (&str, &str) = ("IB_KEY_FILE", "the key under which secrets are sealed there");
const PACKAGES: (&str, &str) = ("IB_PACKAGES", "the folder of packages, with their catalogue.toml");
const SERVER: (&str, &str) = ("IB_SERVER", "the server that does it, in place of this machine");
const NO_COLOUR: (&str, &str) = ("NO_COLOR", "set to anything: no colours");
const FORCE_COLOUR: (&str, &str) = ("CLICOLOR_FORCE", "set to anything but 0: colours, even in a file");
const LOCALE: (&str, &str) =
    ("LC_ALL, LC_CTYPE, LANG", "the symbols leave ASCII where the first one set says UTF-8");

const PASSWORD_FILES: (&str, &str) =
    ("--password-file FILE, IB_PASSWORD_FILE", "the IT user's password, on one line");
const TOKEN_FILES: (&str, &str) = (
    "--lifetime-token-file FILE, IB_LIFETIME_TOKEN_FILE",
    "the token of LifeTime's service account, on one line",
);
const CA_FILES: (&str, &str) =
    ("--ca FILE", "certificates of authorities, in PEM; those of the system are trusted as well");
const DATA_FILES: (&str, &str) =
    ("DIR/setups.db, DIR/key", "what is known of each set-up, and the key of its secrets; made on first use");
const PACKAGES_FILES: (&str, &str) =
    ("DIR/catalogue.toml of --packages, IB_PACKAGES", "describes the packages beside it");
const SERVERS_FILE: (&str, &str) =
    ("$XDG_CONFIG_HOME/ib/servers.toml", "the sessions at servers; for its owner alone");

const INTERNAL: (Exit, &str) = (Exit::Internal, Exit::Internal.meaning());
const INTERRUPTED: (Exit, &str) = (Exit::Interrupted, "interrupted; what was done so far is kept");

/// The guide of `ib check`.
pub(crate) const CHECK: Guide = Guide {
    examples: &[
        ("one environment, without log-in", "ib check dev.example.com"),
        (
            "with log-in and permissions; the password is asked for",
            "ib check dev.example.com --username maria",
        ),
        (
            "a whole infrastructure",
            "ib check dev.example.com --lifetime lifetime.example.com --lifetime-token-file token.txt",
        ),
        ("until it answers, at most five minutes", "ib check dev.example.com --wait 5m"),
        (
            "for a pipeline",
            "ib check --from addresses.txt --output junit --fail-on warning --non-interactive",
        ),
        (
            "with a finding that is accepted",
            "ib check dev.example.com --waive 'SETUP-ENV-011@dev.example.com=our only environment'",
        ),
    ],
    exits: &[
        (Exit::Passed, Exit::Passed.meaning()),
        INTERNAL,
        (Exit::Usage, Exit::Usage.meaning()),
        (Exit::Failed, Exit::Failed.meaning()),
        (Exit::Warnings, Exit::Warnings.meaning()),
        (Exit::CouldNotTell, Exit::CouldNotTell.meaning()),
        (Exit::Login, Exit::Login.meaning()),
        (Exit::Interrupted, Exit::Interrupted.meaning()),
    ],
    variables: &[
        PASSWORD_VARIABLE,
        PASSWORD_FILE,
        TOKEN_VARIABLE,
        TOKEN_FILE,
        NO_COLOUR,
        FORCE_COLOUR,
        LOCALE,
    ],
    files: &[
        ("--from FILE", "addresses, one a line; # begins a comment"),
        PASSWORD_FILES,
        TOKEN_FILES,
        CA_FILES,
    ],
    notes: PREPARED,
};

/// The guide of `ib setup`.
pub(crate) const SETUP: Guide = Guide {
    examples: &[
        ("at a terminal: everything that is missing is asked for", "ib setup dev.example.com"),
        (
            "in a script, once the disclaimer was read; the password is in IB_PASSWORD",
            "ib setup dev.example.com --username maria --accept-disclaimer built-in-1 --non-interactive",
        ),
        (
            "with an activation code, for Platform Server 11.7.6 and earlier",
            "ib setup dev.example.com --activation-code-file code.txt",
        ),
        ("another user of an infrastructure that is registered", "ib setup dev.example.com --username omar"),
        ("by a server", "ib setup dev.example.com --server https://ib.example.com"),
    ],
    exits: &[
        (Exit::Passed, "registered"),
        INTERNAL,
        (Exit::Usage, "wrong usage, or a file that cannot be used"),
        (Exit::Failed, "something has to be put right at the environment"),
        (Exit::CouldNotTell, "could not tell: unreachable, timed out, not verified"),
        (Exit::Login, "log-in needed or rejected"),
        (Exit::UserAction, "you must act: disclaimer, activation code"),
        INTERRUPTED,
    ],
    variables: &[
        PASSWORD_VARIABLE,
        PASSWORD_FILE,
        ("IB_ACTIVATION_CODE", "the infrastructure's activation code"),
        ("IB_ACTIVATION_CODE_FILE", "a file that holds it, on one line"),
        TOKEN_VARIABLE,
        TOKEN_FILE,
        DATA,
        KEY_FILE,
        SERVER,
        NO_COLOUR,
        FORCE_COLOUR,
        LOCALE,
    ],
    files: &[
        DATA_FILES,
        PASSWORD_FILES,
        ("--activation-code-file FILE, IB_ACTIVATION_CODE_FILE", "the activation code, on one line"),
        TOKEN_FILES,
        CA_FILES,
        SERVERS_FILE,
    ],
    notes: PREPARED,
};

/// The guide of `ib status`.
pub(crate) const STATUS: Guide = Guide {
    examples: &[
        ("on this machine", "ib status dev.example.com"),
        ("for a script", "ib status dev.example.com --output json"),
    ],
    exits: &[
        (Exit::Passed, "registered"),
        INTERNAL,
        (Exit::Usage, "wrong usage, or nothing is known of the address"),
        (Exit::Failed, "something has to be put right at the environment"),
        (Exit::CouldNotTell, "could not tell, or the work was interrupted"),
        (Exit::Login, "log-in needed or rejected"),
        (Exit::UserAction, "you must act: disclaimer, activation code"),
        INTERRUPTED,
    ],
    variables: &[DATA, KEY_FILE, SERVER, NO_COLOUR, FORCE_COLOUR, LOCALE],
    files: &[DATA_FILES, SERVERS_FILE],
    notes: "",
};

/// The guide of `ib report`.
pub(crate) const REPORT: Guide = Guide {
    examples: &[
        ("to a file in this folder", "ib report dev.example.com"),
        ("to a file of that name", "ib report dev.example.com --file for-support.json"),
        ("to read it first", "ib report dev.example.com --file -"),
        ("of what a server knows", "ib report dev.example.com --server https://ib.example.com"),
    ],
    exits: &[
        (Exit::Passed, "it is written"),
        INTERNAL,
        (Exit::Usage, "wrong usage, nothing is known of the address, or the file cannot be written"),
        (Exit::CouldNotTell, "the server does not answer"),
        (Exit::Login, "the session at the server has ended"),
        INTERRUPTED,
    ],
    variables: &[DATA, SERVER, NO_COLOUR, FORCE_COLOUR, LOCALE],
    files: &[
        ("ib-report-TIME.json", "the report, in the folder in which the command runs; for its owner alone"),
        DATA_FILES,
        SERVERS_FILE,
        CA_FILES,
    ],
    notes: ib_api::support::LEFT_OUT,
};

/// The guide of `ib dependencies`.
pub(crate) const DEPENDENCIES: Guide = Guide {
    examples: &[
        ("what is there", "ib dependencies list dev.example.com --packages packages"),
        ("what would be done, and why", "ib dependencies plan dev.example.com --packages packages"),
        ("everything that is missing", "ib dependencies install dev.example.com --packages packages"),
        (
            "one dependency, with what it needs, in a script; the password is in IB_PASSWORD",
            "ib dependencies install dev.example.com integration-manager --packages packages --username maria --non-interactive",
        ),
        (
            "updates, with the integrations that they concern",
            "ib dependencies update dev.example.com --packages packages",
        ),
        ("what failed, once it was put right", "ib dependencies retry dev.example.com --packages packages"),
        ("by a server", "ib dependencies install dev.example.com --server https://ib.example.com"),
        (
            "looking on at what a server does",
            "ib dependencies list dev.example.com --watch --server https://ib.example.com",
        ),
    ],
    exits: &[
        (Exit::Passed, "everything is as it should be; list: what is there is known"),
        INTERNAL,
        (Exit::Usage, "wrong usage, or a file that cannot be used"),
        (Exit::Failed, "an item failed, or nothing could be done"),
        (Exit::CouldNotTell, "could not tell: unreachable, or still under way"),
        (Exit::Login, "log-in needed or rejected"),
        (Exit::UserAction, "something is to be installed or updated, or it is not registered"),
        INTERRUPTED,
    ],
    variables: &[
        PACKAGES,
        PASSWORD_VARIABLE,
        PASSWORD_FILE,
        TOKEN_VARIABLE,
        TOKEN_FILE,
        DATA,
        KEY_FILE,
        SERVER,
        NO_COLOUR,
        FORCE_COLOUR,
        LOCALE,
    ],
    files: &[PACKAGES_FILES, DATA_FILES, PASSWORD_FILES, TOKEN_FILES, CA_FILES, SERVERS_FILE],
    notes: PREPARED,
};

/// The exit codes of the commands about sessions.
const SESSION_EXITS: &[(Exit, &str)] = &[
    (Exit::Passed, "done"),
    INTERNAL,
    (Exit::Usage, "wrong usage, or a file that cannot be used"),
    (Exit::CouldNotTell, "the server does not answer"),
    INTERRUPTED,
];

/// The guide of `ib login`.
pub(crate) const LOGIN: Guide = Guide {
    examples: &[("", "ib login --server https://ib.example.com")],
    exits: SESSION_EXITS,
    variables: &[SERVER],
    files: &[SERVERS_FILE, CA_FILES],
    notes: "",
};

/// The guide of `ib logout`.
pub(crate) const LOGOUT: Guide = Guide {
    examples: &[("", "ib logout --server https://ib.example.com")],
    exits: SESSION_EXITS,
    variables: &[SERVER],
    files: &[SERVERS_FILE, CA_FILES],
    notes: "",
};

impl Guide {
    /// The guide of a command; `ib` itself has none.
    pub(crate) fn of(command: &str) -> Option<&'static Self> {
        match command {
            "check" => Some(&CHECK),
            "setup" => Some(&SETUP),
            "status" => Some(&STATUS),
            command if command.starts_with("dependencies") => Some(&DEPENDENCIES),
            command if command.starts_with("environments") => Some(&ENVIRONMENTS),
            command if command.starts_with("integrations") => Some(&INTEGRATIONS),
            "features" => Some(&FEATURES),
            "plan" => Some(&PLAN),
            "apply" => Some(&APPLY),
            "report" => Some(&REPORT),
            "login" => Some(&LOGIN),
            "logout" => Some(&LOGOUT),
            "explain" => Some(&EXPLAIN),
            "completions" => Some(&COMPLETIONS),
            "man" => Some(&MAN),
            _ => None,
        }
    }

    /// What `--help` ends with.
    pub(super) fn text(&self) -> String {
        let mut text = String::from("Examples:\n");
        for (what, command) in self.examples {
            if !what.is_empty() {
                let _ = writeln!(text, "  # {what}");
            }
            let _ = writeln!(text, "  {command}");
        }
        text.push_str("\nExit codes (the same in every format):\n");
        for (exit, meaning) in self.exits {
            let _ = writeln!(text, "  {:>3}  {meaning}", exit.code());
        }
        if !self.variables.is_empty() {
            text.push_str("\nEnvironment variables:\n");
        }
        for (name, meaning) in self.variables {
            let _ = writeln!(text, "  {name:<23} {meaning}");
        }
        if !self.notes.is_empty() {
            let _ = write!(text, "\n{}", self.notes);
        }
        text
    }
}
