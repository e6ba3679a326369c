//! `ib-server man`: the manual page, made from the same arguments as `--help`.

use std::io::{self, Write};

use clap::CommandFactory as _;
use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, roman};

use crate::cli::Cli;

/// A section: its title, and its entries with what each means.
type Section = (&'static str, &'static [(&'static str, &'static str)]);

const SECTIONS: &[Section] = &[
    (
        "COMMANDS",
        &[
            ("ib-server", "serve until told to stop"),
            ("ib-server config check", "read the settings as serving would, and say what they come to"),
            ("ib-server config reference", "list every setting"),
            ("ib-server health", "ask the service that runs with these settings whether it is ready"),
            (
                "ib-server rotate-key",
                "seal every secret anew under the first key of the key file, so that the older keys can go",
            ),
            (
                "ib-server backup FILE",
                "copy the SQLite database into a new file, also while the service runs",
            ),
            ("ib-server man", "print this page"),
        ],
    ),
    (
        "EXIT STATUS",
        &[
            ("0", "it was asked to stop, or has done what it was asked for"),
            ("1", "something that it needs cannot be had"),
            ("2", "a setting or an argument cannot be used; the text says which"),
        ],
    ),
    (
        "ENVIRONMENT",
        &[
            ("IB_SERVER_CONFIG", "the file of settings"),
            ("IB_SERVER_NAME, IB_SERVER_TABLE__NAME", "the setting NAME, of TABLE; it wins over the file"),
        ],
    ),
    (
        "FILES",
        &[
            ("FILE of --config", "the settings, in TOML; ib-server config reference lists every one"),
            ("DIR/key of --data", "the key of secrets; made on first use over SQLite, and never replaced"),
            ("DIR/catalogue.toml of --packages", "describes the packages beside it"),
        ],
    ),
    (
        "EXAMPLES",
        &[
            ("ib-server", "for this machine alone, at 127.0.0.1:8080"),
            ("ib-server --config ib-server.toml", "with settings of its own"),
            ("ib-server --config ib-server.toml config check", "what these come to"),
        ],
    ),
];

/// Writes the page.
///
/// # Errors
///
/// When it cannot be written.
pub(crate) fn write(to: &mut dyn Write) -> io::Result<()> {
    let man = Man::new(Cli::command().after_help(""))
        // An empty date would be left out, and the version would stand in its place.
        .date(" ")
        .source(concat!("ib-server ", env!("CARGO_PKG_VERSION")))
        .manual("Integration Builder");
    let mut page = Vec::new();
    man.render_title(&mut page)?;
    man.render_name_section(&mut page)?;
    man.render_synopsis_section(&mut page)?;
    man.render_description_section(&mut page)?;
    man.render_options_section(&mut page)?;
    sections().to_writer(&mut page)?;
    to.write_all(&page)
}

fn sections() -> Roff {
    let mut roff = Roff::new();
    for (title, entries) in SECTIONS {
        roff.control("SH", [*title]);
        // A command is copied as it stands: no hyphens of the typesetter, no wide blanks.
        roff.control("nh", []).control("ad", ["l"]);
        for (name, meaning) in *entries {
            roff.control("TP", []).text([bold(*name)]).text([roman(*meaning)]);
        }
    }
    roff
}

#[cfg(test)]
mod tests {
    use clap::Command;

    use super::*;

    fn leaves(command: &Command, lead: &str) -> Vec<String> {
        let name = format!("{lead}{}", command.get_name());
        if !command.has_subcommands() {
            return vec![name];
        }
        command.get_subcommands().flat_map(|below| leaves(below, &format!("{name} "))).collect()
    }

    #[test]
    fn every_command_and_flag_is_in_it() {
        let mut page = Vec::new();
        write(&mut page).unwrap();
        let text = String::from_utf8(page).unwrap().replace("\\-", "-");
        assert!(text.contains("\n.TH ib-server 1 \" \" \"ib-server "), "{text}");
        for leaf in leaves(&Cli::command(), "") {
            assert!(text.contains(&format!("\\fB{leaf}")), "{leaf}:\n{text}");
        }
        for flag in Cli::command().get_arguments().filter_map(clap::Arg::get_long) {
            assert!(text.contains(&format!("--{flag}")), "{flag}:\n{text}");
        }
    }

    #[test]
    fn every_example_is_one_that_works() {
        let (_, examples) = SECTIONS.iter().find(|(title, _)| *title == "EXAMPLES").unwrap();
        for (example, _) in *examples {
            use clap::Parser as _;
            Cli::try_parse_from(example.split(' ')).unwrap();
        }
    }
}
