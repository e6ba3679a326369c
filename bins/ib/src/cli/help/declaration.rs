//! What `ib plan` and `ib apply` tell.

use ib_api::exit::Exit;

use super::{
    CA_FILES, DATA, DATA_FILES, FORCE_COLOUR, Guide, INTERNAL, INTERRUPTED, KEY_FILE, LOCALE, NO_COLOUR,
    PACKAGES, PACKAGES_FILES, PASSWORD_FILE, PASSWORD_FILES, PASSWORD_VARIABLE, SERVER, SERVERS_FILE,
};

const VARIABLES: &[(&str, &str)] = &[
    PASSWORD_VARIABLE,
    PASSWORD_FILE,
    ("IB_ACTIVATION_CODE", "the activation code"),
    ("IB_ACTIVATION_CODE_FILE", "a file that holds it, on one line"),
    PACKAGES,
    DATA,
    KEY_FILE,
    SERVER,
    NO_COLOUR,
    FORCE_COLOUR,
    LOCALE,
];

const FILES: &[(&str, &str)] = &[
    ("infrastructure.toml", "how the infrastructure is to be; it refers to secrets, and holds none"),
    PACKAGES_FILES,
    DATA_FILES,
    PASSWORD_FILES,
    CA_FILES,
    SERVERS_FILE,
];

const NOTES: &str =
    "What a file declares is changed for that file alone; what people added besides is left alone.";

/// The guide of `ib plan`.
pub(crate) const PLAN: Guide = Guide {
    examples: &[
        ("what would change", "ib plan infrastructure.toml"),
        ("the same, kept to be applied as it is", "ib plan infrastructure.toml --out infrastructure.plan"),
        ("for a script: 0 nothing, 7 something would change", "ib plan --non-interactive --output json"),
        ("by a server", "ib plan infrastructure.toml --server https://ib.example.com"),
    ],
    exits: &[
        (Exit::Passed, "nothing would change"),
        INTERNAL,
        (Exit::Usage, "wrong usage, or the file cannot be used"),
        (Exit::Failed, "the file cannot hold beside what is there"),
        (Exit::CouldNotTell, "what is there cannot be told"),
        (Exit::Login, "log-in needed or rejected"),
        (Exit::UserAction, "something would change"),
        INTERRUPTED,
    ],
    variables: VARIABLES,
    files: FILES,
    notes: NOTES,
};

/// The guide of `ib apply`.
pub(crate) const APPLY: Guide = Guide {
    examples: &[
        ("show what would change, and do it once that is confirmed", "ib apply infrastructure.toml"),
        ("exactly what was planned; again, to go on after an interruption", "ib apply infrastructure.plan"),
        (
            "in a script; the file refers to the password",
            "ib apply infrastructure.toml --yes --non-interactive --packages packages",
        ),
        ("by a server", "ib apply infrastructure.plan --server https://ib.example.com"),
    ],
    exits: &[
        (Exit::Passed, "everything is as the file declares it"),
        INTERNAL,
        (Exit::Usage, "wrong usage, or the file cannot be used"),
        (Exit::Failed, "a step failed, or the infrastructure has changed since the plan was made"),
        (Exit::CouldNotTell, "what is there cannot be told"),
        (Exit::Login, "log-in needed or rejected"),
        (Exit::UserAction, "it was not confirmed, or the registration needs you"),
        INTERRUPTED,
    ],
    variables: VARIABLES,
    files: FILES,
    notes: NOTES,
};
