//! The file of a package that is uploaded.

use std::fs::File;
use std::io::{self, ErrorKind};
use std::path::PathBuf;

use futures_util::StreamExt as _;
use ib_api::problem::{Problem, ProblemKind};
use ib_domain::integration::IntegrationKind;
use tokio_util::io::ReaderStream;

use crate::dependencies::workshop::Upload;
use crate::setup::desk::Refused;
use crate::stop::Stop;

/// How much of it is held at a time, in bytes.
const PIECE: usize = 64 << 10;

/// A file that is read piece by piece, from its beginning whenever it is asked for.
pub(crate) struct Source {
    pub(crate) path: PathBuf,
}

impl Source {
    /// Nothing is begun for a file that cannot be read.
    pub(crate) fn refuse_what_is_unreadable(&self) -> Result<(), Stop> {
        self.open().map(drop).map_err(|error| Stop::unreadable(&self.path, &error))
    }

    /// It, on its way in.
    pub(crate) fn upload(&self, kind: IntegrationKind) -> Result<Upload, Refused> {
        let (file, size) = self.open().map_err(|error| {
            let detail = format!("{} cannot be read ({error}).", self.path.display());
            Box::new(Problem::new(ProblemKind::Unusable, detail))
        })?;
        let pieces = ReaderStream::with_capacity(tokio::fs::File::from_std(file), PIECE).boxed();
        let name = self.path.file_name().unwrap_or_default().to_string_lossy();
        Ok(Upload { kind, file: name.into_owned(), size, pieces })
    }

    fn open(&self) -> io::Result<(File, u64)> {
        let file = File::open(&self.path)?;
        let metadata = file.metadata()?;
        if metadata.is_file() { Ok((file, metadata.len())) } else { Err(ErrorKind::InvalidInput.into()) }
    }
}
