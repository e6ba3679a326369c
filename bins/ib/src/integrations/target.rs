//! Where a package that is downloaded goes.

use std::io::{self, ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use bytes::Bytes;
use futures_util::StreamExt as _;
use ib_api::integrations::IntegrationRow;
use ib_api::problem::{Problem, ProblemKind};
use ib_env_client::Package;
use tempfile::NamedTempFile;
use tokio::fs::File;
use tokio::io::AsyncWriteExt as _;

use crate::setup::desk::Refused;
use crate::surroundings::Output;

/// Where a package that is downloaded goes.
pub(crate) enum Target {
    /// To a file: that one, one in that folder, or else one in the working directory.
    File { path: Option<PathBuf>, is_forced: bool },
    /// To standard output.
    Output(Output),
}

impl Target {
    /// What was said of it, for the same command again.
    pub(crate) fn words(&self) -> Vec<String> {
        let (to, is_forced) = match self {
            Self::File { path, is_forced } => {
                (path.as_ref().map(|path| path.display().to_string()), *is_forced)
            }
            Self::Output(_) => (Some("-".to_owned()), false),
        };
        let force = is_forced.then(|| "--force".to_owned());
        to.into_iter().flat_map(|to| ["--to".to_owned(), to]).chain(force).collect()
    }

    /// The file that it is, for the package of `integration`; it must not be there unless that is forced.
    pub(crate) fn file(&self, integration: &IntegrationRow) -> Result<Option<PathBuf>, Refused> {
        let Self::File { path, is_forced } = self else { return Ok(None) };
        let usual = || usual_name(integration);
        let path = match path {
            None => PathBuf::from(usual()),
            Some(folder) if folder.is_dir() => folder.join(usual()),
            Some(path) => path.clone(),
        };
        if path.exists() && !is_forced { Err(is_there(&path)) } else { Ok(Some(path)) }
    }

    /// Writes it, whole or not at all where it goes to a file.
    pub(crate) async fn write(&self, path: Option<&Path>, package: Package) -> Result<(), Refused> {
        match (self, path) {
            (Self::File { is_forced, .. }, Some(path)) => to_file(path, *is_forced, package).await,
            (Self::Output(output), _) => to_output(output.clone(), package).await,
            (Self::File { .. }, None) => Ok(()),
        }
    }
}

/// A name of ours, whatever the file was called.
fn usual_name(integration: &IntegrationRow) -> String {
    let ending = integration.package.as_ref().and_then(|package| Path::new(&package.file).extension());
    let is_solution = ending.is_some_and(|ending| ending.eq_ignore_ascii_case("osp"));
    let ending = if is_solution { "osp" } else { "oap" };
    format!("{}.{ending}", integration.name)
}

async fn to_file(path: &Path, is_forced: bool, package: Package) -> Result<(), Refused> {
    let failed = |error: io::Error| unwritten(&path.display().to_string(), &error);
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let arriving = arriving(folder.unwrap_or(Path::new("."))).map_err(failed)?;
    let mut file = File::from_std(arriving.reopen().map_err(failed)?);
    let mut pieces = package.into_pieces();
    while let Some(piece) = pieces.next().await {
        file.write_all(&arrived(piece)?).await.map_err(failed)?;
    }
    file.sync_all().await.map_err(failed)?;
    let kept = if is_forced { arriving.persist(path) } else { arriving.persist_noclobber(path) };
    match kept {
        Ok(_) => Ok(()),
        Err(refused) if refused.error.kind() == ErrorKind::AlreadyExists => Err(is_there(path)),
        Err(refused) => Err(failed(refused.error)),
    }
}

/// A file without its final name, with the rights of any other new file.
fn arriving(folder: &Path) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".arriving-");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder.tempfile_in(folder)
}

/// Whoever has read enough is left alone.
async fn to_output(mut output: Output, package: Package) -> Result<(), Refused> {
    let mut pieces = package.into_pieces();
    while let Some(piece) = pieces.next().await {
        match output.write_all(&arrived(piece)?) {
            Err(error) if error.kind() == ErrorKind::BrokenPipe => return Ok(()),
            written => written.map_err(|error| unwritten("standard output", &error))?,
        }
    }
    output.flush().map_err(|error| unwritten("standard output", &error))
}

fn arrived(piece: io::Result<Bytes>) -> Result<Bytes, Refused> {
    piece.map_err(|error| {
        let detail = format!("The package did not arrive as a whole ({error}). Download it again.");
        Box::new(Problem::new(ProblemKind::Unavailable, detail))
    })
}

fn is_there(path: &Path) -> Refused {
    unusable(format!(
        "{} is there already. Give --force to replace it, or another name with --to.",
        path.display()
    ))
}

fn unwritten(name: &str, error: &io::Error) -> Refused {
    unusable(format!("{name} cannot be written ({error}). Choose another place with --to."))
}

fn unusable(detail: String) -> Refused {
    Box::new(Problem::new(ProblemKind::Unusable, detail))
}
