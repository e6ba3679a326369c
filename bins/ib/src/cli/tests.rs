use clap::CommandFactory as _;
use rstest::rstest;

use super::*;

#[test]
fn the_arguments_are_sound() {
    Cli::command().debug_assert();
}

#[rstest]
#[case("30s", Ok(30))]
#[case("5m", Ok(300))]
#[case(" 1m 30s ", Ok(90))]
#[case("0s", Err(()))]
#[case("5", Err(()))]
#[case("five minutes", Err(()))]
#[case("-5m", Err(()))]
#[case("", Err(()))]
fn durations(#[case] text: &str, #[case] seconds: Result<u64, ()>) {
    assert_eq!(duration(text).map(|duration| duration.as_secs()).map_err(|_| ()), seconds);
}

#[rstest]
#[case("10.0.0.0/8", true)]
#[case("fd00::/8", true)]
#[case("10.1.2.3", true)]
#[case("10.0.0.0/33", false)]
#[case("intranet", false)]
fn networks(#[case] text: &str, #[case] good: bool) {
    assert_eq!(network(text).is_ok(), good);
}

/// Splits a command line at blanks outside single quotes, and leaves out where its output goes.
fn words(line: &str) -> Vec<String> {
    let line = line.split(" > ").next().unwrap();
    let parts = line.split('\'').enumerate().flat_map(|(at, part)| match at % 2 {
        0 => part.split_whitespace().map(str::to_owned).collect::<Vec<_>>(),
        _ => vec![part.to_owned()],
    });
    parts.collect()
}

fn assert_works(command: &str) {
    Cli::try_parse_from(words(command)).unwrap_or_else(|error| panic!("{command}: {error}"));
}

#[test]
fn every_command_that_the_help_shows_works() {
    let mut cli = Cli::command();
    cli.build();
    let mut shown = 0;
    for command in std::iter::once(&cli).chain(cli.get_subcommands()) {
        let help = command.clone().render_long_help().to_string();
        let after_colon = help.lines().filter_map(|line| line.strip_prefix("Start with: "));
        for line in help.lines().map(str::trim).filter(|line| line.starts_with("ib ")).chain(after_colon) {
            if !line.contains("[OPTIONS]") {
                assert_works(line);
                shown += 1;
            }
        }
    }
    assert!(shown > help::CHECK.examples.len() + help::SETUP.examples.len(), "{shown}");
}

#[test]
fn every_remedy_of_the_catalogue_is_a_command_that_works() {
    use crate::format::{Piece, pieces};
    use ib_domain::reason::Reason;

    let values = [
        ("{host}", "dev.acme.example"),
        ("{network}", "10.0.0.0/8"),
        ("443:ADDRESS:PORT", "443:127.0.0.1:8443"),
        ("lifetime HOST", "lifetime lifetime.acme.example"),
    ];
    let mut tried = 0;
    for reason in Reason::ALL {
        let entry = reason.entry();
        for text in [entry.message, entry.cause, entry.action] {
            let text = values.iter().fold(text.to_owned(), |text, (name, value)| text.replace(name, value));
            let commands: Vec<_> = pieces(&text)
                .into_iter()
                .filter_map(|piece| match piece {
                    Piece::Command(command) => Some(command.to_owned()),
                    Piece::Prose(_) => None,
                })
                .collect();
            for command in &commands {
                assert_works(command);
            }
            let mentioned = text.split_whitespace().filter(|word| word.trim_matches('`') == "ib").count();
            assert_eq!(
                commands.len(),
                mentioned,
                "{reason} mentions a command that is not set apart: {text}"
            );
            tried += commands.len();
        }
        assert_works(&format!("ib explain {}", entry.code));
    }
    assert!(tried >= 7, "{tried}");
}

/// Every command below one, as `ib man` calls it.
fn below(command: &clap::Command, lead: &str) -> Vec<String> {
    let commands = command.get_subcommands().filter(|command| command.get_name() != "help");
    let names = commands.flat_map(|command| {
        let name = format!("{lead}{}", command.get_name());
        let more = below(command, &format!("{name}-"));
        std::iter::once(name).chain(more)
    });
    names.collect()
}

#[test]
fn every_command_has_a_manual_page_and_a_guide() {
    let mut named: Vec<_> = commands().into_iter().map(str::to_owned).collect();
    for name in &named {
        assert!(help::Guide::of(name).is_some(), "{name}");
    }
    let mut there = below(&Cli::command(), "");
    named.sort();
    there.sort();
    assert_eq!(named, there);
}
