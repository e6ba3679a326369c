//! The file that a report is written to.

use std::io::{self, ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use ib_api::support::SupportDocument;
use tempfile::NamedTempFile;

use crate::stop::Stop;

/// The name of a report for whom no other one is given: of the second in which it was made.
pub(crate) fn usual_name(report: &SupportDocument) -> PathBuf {
    let second = report.made_at.split(['.', 'Z']).next().unwrap_or_default();
    let second: String = second.chars().filter(char::is_ascii_alphanumeric).collect();
    PathBuf::from(format!("ib-report-{second}Z.json"))
}

/// Writes a file that is not there yet, for its owner alone: as a whole, or not at all.
pub(crate) fn write(path: &Path, text: &str) -> Result<(), Stop> {
    let failed = |error: &io::Error| {
        let path = path.display();
        Stop::usage(format!("{path} cannot be written ({error}); choose another place with --file"))
    };
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let mut beside =
        NamedTempFile::new_in(folder.unwrap_or(Path::new("."))).map_err(|error| failed(&error))?;
    beside.write_all(text.as_bytes()).map_err(|error| failed(&error))?;
    beside.as_file().sync_all().map_err(|error| failed(&error))?;
    match beside.persist_noclobber(path) {
        Ok(_) => Ok(()),
        Err(refused) if refused.error.kind() == ErrorKind::AlreadyExists => {
            let path = path.display();
            Err(Stop::usage(format!("{path} is there already; choose another name with --file")))
        }
        Err(refused) => Err(failed(&refused.error)),
    }
}

#[cfg(test)]
mod tests {
    use ib_api::support::{SupportProgram, SupportSources};
    use ib_setup::registration::{State, view};
    use ib_setup::{SetupId, Timestamp};

    use super::*;

    #[test]
    fn the_usual_name_is_that_of_the_second() {
        let setup = ib_api::setup::SetupDocument::new(SetupId::new(1), &view(&State::default()));
        let (environments, dependencies, integrations) = (None, None, None);
        let sources =
            SupportSources { setup: &setup, environments, dependencies, integrations, messages: &[] };
        let program = SupportProgram { name: "ib".to_owned(), version: "1".to_owned() };
        let mut report = SupportDocument::new(program, Timestamp::from_millis(86_399_999), &sources);
        assert_eq!(usual_name(&report), Path::new("ib-report-19700101T235959Z.json"));
        // A server is somebody else's.
        report.made_at = "../../x".to_owned();
        assert_eq!(usual_name(&report), Path::new("ib-report-Z.json"));
    }
}
