//! What the commands about environments tell.

use ib_api::exit::Exit;

use super::{
    CA_FILES, DATA, DATA_FILES, FORCE_COLOUR, Guide, INTERNAL, INTERRUPTED, KEY_FILE, LOCALE, NO_COLOUR,
    PASSWORD_FILE, PASSWORD_FILES, PASSWORD_VARIABLE, SERVER, SERVERS_FILE, TOKEN_FILE, TOKEN_FILES,
    TOKEN_VARIABLE,
};

/// The exit codes of the commands about environments.
const EXITS: &[(Exit, &str)] = &[
    (Exit::Passed, "everything is as it may be; other environments may be without a connection"),
    INTERNAL,
    (Exit::Usage, "wrong usage, or what was entered cannot be used"),
    (Exit::Failed, "an environment was refused, or something is wrong with one"),
    (Exit::CouldNotTell, "could not tell: development not reached, or not looked at lately"),
    (Exit::Login, "log-in needed or rejected"),
    (Exit::UserAction, "it is not registered, a file declares it, or the removal was not confirmed"),
    INTERRUPTED,
];

/// The environment variables of the commands about environments.
const VARIABLES: &[(&str, &str)] = &[
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
];

/// The files of the commands about environments.
const FILES: &[(&str, &str)] = &[DATA_FILES, PASSWORD_FILES, TOKEN_FILES, CA_FILES, SERVERS_FILE];

/// The guide of `ib environments`.
pub(crate) const ENVIRONMENTS: Guide = Guide {
    examples: &[
        ("which there are", "ib environments list dev.example.com"),
        ("another one", "ib environments add dev.example.com Production prod.example.com"),
        (
            "another name, another address",
            "ib environments edit dev.example.com Production --name Live --address live.example.com",
        ),
        ("one less, in a script", "ib environments remove dev.example.com Live --yes"),
        (
            "a finding to live with for a while",
            "ib environments waive dev.example.com QA SETUP-ENV-003 --owner IT --why 'No route' --until 30d",
        ),
        ("by hand again, what a file declared", "ib environments release dev.example.com Production"),
        ("how all of them are now", "ib environments check dev.example.com"),
        (
            "all that LifeTime lists; its token is in IB_LIFETIME_TOKEN",
            "ib environments import dev.example.com --lifetime lifetime.example.com",
        ),
        ("by a server", "ib environments list dev.example.com --server https://ib.example.com"),
    ],
    exits: EXITS,
    variables: VARIABLES,
    files: FILES,
    notes: "",
};

/// The guide of `ib features`.
pub(crate) const FEATURES: Guide = Guide {
    examples: &[
        ("of every environment", "ib features dev.example.com"),
        ("of one, for a script", "ib features dev.example.com Production --output json"),
    ],
    exits: EXITS,
    variables: VARIABLES,
    files: FILES,
    notes: "",
};
