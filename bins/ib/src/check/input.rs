//! The addresses to check: from the arguments, from a file, from standard input.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use crate::cli::CheckArguments;
use crate::stop::{Stop, file_name};
use crate::surroundings::Surroundings;

/// Largest list of addresses that is read, in bytes.
const LIST_LIMIT: u64 = 4 << 20;

/// Every address, as it was typed, in the order given. What cannot be read as an address becomes a finding
/// later; here it only matters that there is something to check.
pub(crate) fn addresses(
    arguments: &CheckArguments,
    surroundings: &mut Surroundings,
) -> Result<Vec<String>, Stop> {
    let mut addresses = arguments.addresses.clone();
    if let Some(path) = &arguments.from {
        let listed = lines(&list(path, arguments, surroundings)?);
        if listed.is_empty() {
            return Err(Stop::usage(format!("{} holds no address; write one on each line", file_name(path))));
        }
        addresses.extend(listed);
    }
    if addresses.is_empty() && arguments.login.lifetime.is_none() {
        return Err(Stop::usage(
            "there is no address to check; give one, such as `ib check dev.example.com`, or --from FILE, or --lifetime HOST",
        ));
    }
    Ok(addresses)
}

/// The text of the list.
fn list(path: &Path, arguments: &CheckArguments, surroundings: &mut Surroundings) -> Result<String, Stop> {
    if path != Path::new("-") {
        let file = File::open(path).map_err(|error| Stop::unreadable(path, &error))?;
        return text(path, file);
    }
    if arguments.login.password_stdin {
        return Err(Stop::usage(
            "standard input cannot hold both the password and the addresses; use --password-file or --from FILE",
        ));
    }
    if surroundings.stdin.is_terminal && arguments.non_interactive {
        return Err(Stop::usage(
            "--from - reads standard input, which is a terminal; pipe the addresses into it",
        ));
    }
    text(path, &mut surroundings.stdin.reader)
}

fn text(path: &Path, reader: impl Read) -> Result<String, Stop> {
    let mut text = String::new();
    let length = reader
        .take(LIST_LIMIT + 1)
        .read_to_string(&mut text)
        .map_err(|error| Stop::unreadable(path, &error))?;
    if length as u64 > LIST_LIMIT {
        return Err(Stop::usage(format!(
            "{} is longer than {} MiB; give a shorter list",
            file_name(path),
            LIST_LIMIT >> 20
        )));
    }
    Ok(text)
}

/// The lines that hold an address. A comment begins with `#` at the start of a line or after a blank, so
/// that an address with a fragment in it stays whole.
fn lines(text: &str) -> Vec<String> {
    let text = text.trim_start_matches('\u{feff}');
    let without_comment = |line: &str| {
        let at = line
            .match_indices('#')
            .map(|(at, _)| at)
            .find(|at| line[..*at].ends_with(char::is_whitespace) || *at == 0);
        line[..at.unwrap_or(line.len())].trim().to_owned()
    };
    text.lines().map(without_comment).filter(|line| !line.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_has_comments_blank_lines_and_windows_ends() {
        let text = "\u{feff}# all of them\r\ndev.acme.example\r\n\r\n  qa.acme.example   # since May\nhttps://a.b/#top\n";
        assert_eq!(lines(text), ["dev.acme.example", "qa.acme.example", "https://a.b/#top"]);
        assert!(lines("# nothing\n\n").is_empty());
    }
}
