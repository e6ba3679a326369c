//! `catalogue.toml`.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use ib_domain::dependency::Dependency;
use ib_domain::dependency::catalogue::{CatalogueError, DependencyCatalogue};
use ib_domain::text::{REMOTE_TEXT_LIMIT, harmless};
use serde::Deserialize;

const NAME: &str = "catalogue.toml";
/// Longest catalogue, in bytes.
const LIMIT: u64 = 1024 * 1024;

/// Why a folder has no catalogue. The text names the file, and says what to do.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CatalogueFileError {
    /// The file cannot be read.
    #[error("{} cannot be read: check that it is there, is UTF-8 and belongs to the user who runs this", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The file is longer than 1 MiB.
    #[error("{} is longer than any catalogue: at most {LIMIT} bytes are read", path.display())]
    TooLong {
        /// The file.
        path: PathBuf,
    },
    /// The file is no TOML, or not a `[[dependency]]` table for each dependency.
    #[error("{}{} is no catalogue: {problem}; correct it there, or get packages and catalogue anew", path.display(), line.map(|line| format!(", line {line},")).unwrap_or_default())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// The line, counted from 1, where it is known.
        line: Option<usize>,
        /// What is wrong there.
        problem: String,
    },
    /// What the file says of the dependencies cannot be.
    #[error("{} contradicts itself: {source}", path.display())]
    Contradictory {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        source: CatalogueError,
    },
}

/// The file as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Tables {
    dependency: Vec<Dependency>,
}

/// The folder's real path, and the catalogue in it.
pub(super) fn read(folder: &Path) -> Result<(PathBuf, DependencyCatalogue), CatalogueFileError> {
    let path = folder.join(NAME);
    let failed = |source| CatalogueFileError::Unreadable { path: path.clone(), source };
    let folder = folder.canonicalize().map_err(failed)?;
    let mut text = String::new();
    File::open(&path).and_then(|file| file.take(LIMIT + 1).read_to_string(&mut text)).map_err(failed)?;
    if text.len() as u64 > LIMIT {
        return Err(CatalogueFileError::TooLong { path });
    }
    let tables: Tables = toml::from_str(&text).map_err(|error| malformed(&path, &text, &error))?;
    let catalogue = DependencyCatalogue::new(tables.dependency)
        .map_err(|source| CatalogueFileError::Contradictory { path, source })?;
    Ok((folder, catalogue))
}

fn malformed(path: &Path, text: &str, error: &toml::de::Error) -> CatalogueFileError {
    let before = error.span().and_then(|span| text.get(..span.start));
    CatalogueFileError::Malformed {
        path: path.to_owned(),
        line: before.map(|before| before.matches('\n').count() + 1),
        problem: harmless(error.message(), REMOTE_TEXT_LIMIT),
    }
}
