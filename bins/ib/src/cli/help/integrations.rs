//! What the commands about integrations tell.

use ib_api::exit::Exit;

use super::{
    CA_FILES, DATA, DATA_FILES, FORCE_COLOUR, Guide, INTERNAL, INTERRUPTED, KEY_FILE, LOCALE, NO_COLOUR,
    PACKAGES, PACKAGES_FILES, PASSWORD_FILE, PASSWORD_FILES, PASSWORD_VARIABLE, PREPARED, SERVER,
    SERVERS_FILE, TOKEN_FILE, TOKEN_FILES, TOKEN_VARIABLE,
};

/// The guide of `ib integrations`.
pub(crate) const INTEGRATIONS: Guide = Guide {
    examples: &[
        ("which there are", "ib integrations list dev.example.com --packages packages"),
        (
            "the package of one that leads to Salesforce",
            "ib integrations upload dev.example.com Orders.oap --kind salesforce --packages packages",
        ),
        (
            "its publication, with the dependencies that are missing",
            "ib integrations publish dev.example.com Orders --packages packages",
        ),
        (
            "where the environment uses several database catalogs: to be published in Service Center",
            "ib integrations download dev.example.com Orders --to Orders.oap --packages packages",
        ),
        ("and once that is done", "ib integrations mark dev.example.com Orders --packages packages"),
        (
            "its package is not needed any more, in a script",
            "ib integrations remove dev.example.com Orders --yes --packages packages",
        ),
        ("by a server", "ib integrations publish dev.example.com Orders --server https://ib.example.com"),
    ],
    exits: &[
        (Exit::Passed, "nothing is in the way; download: the package is there as a whole"),
        INTERNAL,
        (Exit::Usage, "wrong usage, or a file that cannot be used"),
        (Exit::Failed, "a publication failed, or what was marked is not there"),
        (Exit::CouldNotTell, "could not tell: unreachable, not looked at yet, or still under way"),
        (Exit::Login, "log-in needed or rejected"),
        (Exit::UserAction, "one is to be published by hand, it is not registered, or was not confirmed"),
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
    files: &[
        ("DIR/integrations of --data, IB_DATA", "the packages that were uploaded; made on first use"),
        PACKAGES_FILES,
        DATA_FILES,
        PASSWORD_FILES,
        TOKEN_FILES,
        CA_FILES,
        SERVERS_FILE,
    ],
    notes: PREPARED,
};
