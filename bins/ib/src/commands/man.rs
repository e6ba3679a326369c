//! `ib man`: manual pages, made from the same arguments as `--help`.

use std::io::Write as _;
use std::path::Path;

use clap::CommandFactory as _;
use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, roman};
use ib_api::exit::Exit;

use crate::cli::help::{self, Guide};
use crate::cli::{self, Cli};
use crate::stop::Stop;
use crate::surroundings::Surroundings;

/// A page tells its version, not its date; an empty one would be left out, and the version would stand in its place.
const NO_DATE: &str = " ";

pub(super) fn run(
    command: Option<&str>,
    to: Option<&Path>,
    surroundings: &mut Surroundings,
) -> Result<Exit, Stop> {
    if let Some(folder) = to {
        write_all(folder)?;
        return Ok(Exit::Passed);
    }
    let page = page(command)?;
    surroundings.stdout.write_all(&page)?;
    surroundings.stdout.flush()?;
    Ok(Exit::Passed)
}

/// Every page into a folder, each under the name by which `man` finds it.
fn write_all(folder: &Path) -> Result<(), Stop> {
    let unwritable = |path: &Path, error: &std::io::Error| {
        Stop::usage(format!("{} cannot be written ({error}); name another folder", path.display()))
    };
    std::fs::create_dir_all(folder).map_err(|error| unwritable(folder, &error))?;
    for command in std::iter::once(None).chain(cli::commands().into_iter().map(Some)) {
        let file = folder.join(command.map_or_else(|| "ib.1".to_owned(), |name| format!("ib-{name}.1")));
        std::fs::write(&file, page(command)?).map_err(|error| unwritable(&file, &error))?;
    }
    Ok(())
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
    let man = Man::new(wanted)
        .date(NO_DATE)
        .source(concat!("ib ", env!("CARGO_PKG_VERSION")))
        .manual("Integration Builder");
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

/// The command of that name, as it is for a page of its own.
fn find(root: &clap::Command, name: &str) -> Option<clap::Command> {
    let hide_help = |below: clap::Command| {
        let is_help = below.get_name() == "help";
        below.hide(is_help)
    };
    below(root, name).cloned().map(|found| found.mut_subcommands(hide_help))
}

/// The command of that name; a hyphen leads to one below another, and may stand in a name too.
fn below<'a>(command: &'a clap::Command, name: &str) -> Option<&'a clap::Command> {
    command.get_subcommands().find_map(|found| match name.strip_prefix(found.get_name())? {
        "" => Some(found),
        rest => below(found, rest.strip_prefix('-')?),
    })
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
    for (title, entries) in [("ENVIRONMENT", guide.variables), ("FILES", guide.files)] {
        if !entries.is_empty() {
            list(&mut roff, title, entries);
        }
    }
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
