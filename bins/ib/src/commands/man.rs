//! `ib man`: manual pages, made from the same arguments as `--help`.

use std::io::Write as _;

use clap::CommandFactory as _;
use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, roman};
use ib_api::exit::Exit;

use crate::cli::Cli;
use crate::cli::help::{self, Guide};
use crate::stop::Stop;
use crate::surroundings::Surroundings;

pub(super) fn run(command: Option<&str>, surroundings: &mut Surroundings) -> Result<Exit, Stop> {
    let page = page(command)?;
    surroundings.stdout.write_all(&page)?;
    surroundings.stdout.flush()?;
    Ok(Exit::Passed)
}

fn page(command: Option<&str>) -> Result<Vec<u8>, Stop> {
    let mut root = Cli::command();
    root.build();
    // It has no page of its own: each command's `--help` is what it prints.
    let root = root.mut_subcommand("help", |help| help.hide(true));
    let wanted = match command {
        Some(name) => find(&root, name)
            .ok_or_else(|| Stop::usage(format!("there is no command {name}; `ib --help` lists them all")))?,
        None => root,
    };
    // What follows the options in `--help` has sections of its own here.
    let wanted = wanted.after_help("").after_long_help("");
    let has_commands = wanted.has_subcommands();
    let man =
        Man::new(wanted).source(concat!("ib ", env!("CARGO_PKG_VERSION"))).manual("Integration Builder");
    let mut page = Vec::new();
    man.render_title(&mut page)?;
    man.render_name_section(&mut page)?;
    man.render_synopsis_section(&mut page)?;
    man.render_description_section(&mut page)?;
    man.render_options_section(&mut page)?;
    if has_commands {
        man.render_subcommands_section(&mut page)?;
    }
    sections(command).to_writer(&mut page)?;
    if command.is_none() {
        man.render_version_section(&mut page)?;
    }
    Ok(page)
}

/// The command of that name; a hyphen leads to one below another.
fn find(root: &clap::Command, name: &str) -> Option<clap::Command> {
    let found = name.split('-').try_fold(root, |command, name| command.find_subcommand(name));
    let hide_help = |below: clap::Command| {
        let is_help = below.get_name() == "help";
        below.hide(is_help)
    };
    found.cloned().map(|found| found.mut_subcommands(hide_help))
}

/// Exit codes, and for a command with a guide its variables, files and examples.
fn sections(command: Option<&str>) -> Roff {
    let mut roff = Roff::new();
    let guide = command.map_or(Some(&help::CHECK), Guide::of);
    roff.control("SH", ["EXIT STATUS"]);
    match guide.filter(|_| command.is_some()) {
        Some(guide) => {
            for (exit, meaning) in guide.exits {
                term(&mut roff, &exit.code().to_string(), meaning);
            }
        }
        None => {
            for exit in Exit::ALL {
                term(&mut roff, &exit.code().to_string(), exit.meaning());
            }
        }
    }
    let Some(guide) = guide else { return roff };
    list(&mut roff, "ENVIRONMENT", guide.variables);
    list(&mut roff, "FILES", guide.files);
    roff.control("SH", ["EXAMPLES"]);
    // A command is copied as it stands: no hyphens of the typesetter, no wide blanks.
    roff.control("nh", []).control("ad", ["l"]);
    for (what, example) in guide.examples {
        term(&mut roff, example, what);
    }
    roff
}

fn list(roff: &mut Roff, title: &str, entries: &[(&str, &str)]) {
    roff.control("SH", [title]);
    for (name, meaning) in entries {
        term(roff, name, meaning);
    }
}

fn term(roff: &mut Roff, name: &str, meaning: &str) {
    roff.control("TP", []).text([bold(name)]).text([roman(meaning)]);
}
