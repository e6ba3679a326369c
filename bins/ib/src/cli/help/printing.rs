//! What the commands that only print tell.

use ib_api::exit::Exit;

use super::{FORCE_COLOUR, Guide, INTERNAL, LOCALE, NO_COLOUR};

/// The guide of `ib explain`.
pub(crate) const EXPLAIN: Guide = Guide {
    examples: &[
        ("one code", "ib explain SETUP-TLS-001"),
        ("what can go wrong in one layer", "ib explain net.tls"),
        ("a code of the platform's vendor", "ib explain OS-INBL-API-00069"),
        ("all of them, a line each", "ib explain"),
        ("all of them, for a program", "ib explain --output json"),
    ],
    exits: &[
        (Exit::Passed, "explained"),
        INTERNAL,
        (Exit::Usage, "wrong usage, or no finding has that code"),
    ],
    variables: &[NO_COLOUR, FORCE_COLOUR, LOCALE],
    files: &[],
    notes: "",
};

/// The guide of `ib completions`.
pub(crate) const COMPLETIONS: Guide = Guide {
    examples: &[
        (
            "for bash, found at its next start",
            "ib completions bash > ~/.local/share/bash-completion/completions/ib",
        ),
        ("for fish", "ib completions fish > ~/.config/fish/completions/ib.fish"),
        ("for zsh, into a folder of its fpath", "ib completions zsh > ~/.zfunc/_ib"),
    ],
    exits: &[(Exit::Passed, "printed"), INTERNAL, (Exit::Usage, "wrong usage")],
    variables: &[],
    files: &[],
    notes: "",
};

/// The guide of `ib man`.
pub(crate) const MAN: Guide = Guide {
    examples: &[
        ("all of them, where man finds them", "ib man --to ~/.local/share/man/man1"),
        ("one of them", "ib man dependencies-install > ib-dependencies-install.1"),
    ],
    exits: &[
        (Exit::Passed, "printed or written"),
        INTERNAL,
        (Exit::Usage, "wrong usage, or a folder that cannot be written to"),
    ],
    variables: &[],
    files: &[("DIR/ib.1, DIR/ib-COMMAND.1 of --to", "the pages; those that are there already are replaced")],
    notes: "",
};
