//! One package file, read in pieces.

use std::fs::Metadata;
use std::io::{self, ErrorKind};
use std::path::Path;
use std::time::SystemTime;

use bytes::{Bytes, BytesMut};
use futures_util::stream::try_unfold;
use ib_domain::dependency::digest::Sha256Digest;
use ib_domain::dependency::package::PackageFile;
use ib_env_client::Package;
use ib_setup::ports::PackageError;
use sha2::{Digest, Sha256};
use tokio::fs::{self, File};
use tokio::io::{AsyncReadExt as _, AsyncSeekExt as _};

/// Length of a piece, in bytes.
const PIECE: usize = 64 * 1024;

/// How a file looks from outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stamp {
    size: u64,
    modified: SystemTime,
    identity: Identity,
}

/// Device, inode, and the time of the last change in seconds and nanoseconds, which unlike that of the last
/// modification nobody can set.
#[cfg(unix)]
type Identity = (u64, u64, i64, i64);

#[cfg(unix)]
fn identity(metadata: &Metadata) -> Identity {
    use std::os::unix::fs::MetadataExt;
    (metadata.dev(), metadata.ino(), metadata.ctime(), metadata.ctime_nsec())
}

/// There are no inodes; size and time must do.
#[cfg(not(unix))]
type Identity = ();

#[cfg(not(unix))]
const fn identity(_: &Metadata) -> Identity {}

impl Stamp {
    fn of(metadata: &Metadata) -> io::Result<Self> {
        Ok(Self { size: metadata.len(), modified: metadata.modified()?, identity: identity(metadata) })
    }
}

/// A package file that is open.
pub(crate) struct PackageHandle<'a> {
    name: &'a PackageFile,
    content: Content,
}

/// What is read of a file, and the digest of it.
struct Content {
    file: File,
    hasher: Sha256,
}

impl<'a> PackageHandle<'a> {
    /// Opens a file of the folder, whose path is free of links.
    pub(crate) async fn open(folder: &Path, name: &'a PackageFile) -> Result<Self, PackageError> {
        let opened = open(folder, name).await;
        opened.map(|file| Self { name, content: Content::new(file) }).map_err(|error| failed(name, error))
    }

    pub(super) async fn stamp(&self) -> Result<Stamp, PackageError> {
        let metadata = self.content.file.metadata().await;
        metadata.and_then(|metadata| Stamp::of(&metadata)).map_err(|error| failed(self.name, error))
    }

    /// Reads all of it, and gives its size if it has the digest.
    pub(crate) async fn verify(&mut self, wanted: &Sha256Digest) -> Result<u64, PackageError> {
        let read = self.content.read_to_end().await;
        let (size, found) = read.map_err(|error| failed(self.name, error))?;
        if found == *wanted {
            return Ok(size);
        }
        Err(PackageError::Altered { file: self.name.to_string(), expected: *wanted, found })
    }

    /// The package, from the beginning. Where it has another size or digest by then, an error stands in place of
    /// its last piece.
    pub(crate) async fn into_package(
        mut self,
        size: u64,
        wanted: Sha256Digest,
    ) -> Result<Package, PackageError> {
        self.content.file.rewind().await.map_err(|error| failed(self.name, error))?;
        let sending = Sending { content: self.content, left: size, wanted, is_over: false };
        Ok(Package::new(size, try_unfold(sending, Sending::next)))
    }
}

async fn open(folder: &Path, name: &PackageFile) -> io::Result<File> {
    let path = fs::canonicalize(folder.join(name.as_str())).await?;
    if !path.starts_with(folder) {
        return Err(io::Error::new(ErrorKind::PermissionDenied, "it leads out of the folder"));
    }
    // Before it is opened: a pipe would wait for somebody who writes.
    if !fs::metadata(&path).await?.is_file() {
        return Err(io::Error::new(ErrorKind::InvalidInput, "it is no file"));
    }
    File::open(path).await
}

fn failed(name: &PackageFile, error: io::Error) -> PackageError {
    let file = name.to_string();
    match error.kind() {
        ErrorKind::NotFound => PackageError::Missing { file },
        _ => PackageError::Unreadable { file, source: error.into() },
    }
}

impl Content {
    fn new(file: File) -> Self {
        Self { file, hasher: Sha256::new() }
    }

    /// The next piece, at most `limit` bytes long; shorter only at the end.
    async fn piece(&mut self, limit: usize) -> io::Result<Bytes> {
        let mut piece = BytesMut::with_capacity(limit);
        let mut rest = (&mut self.file).take(limit as u64);
        while piece.len() < limit && rest.read_buf(&mut piece).await? > 0 {}
        self.hasher.update(&piece);
        Ok(piece.freeze())
    }

    /// Size and digest of what is left.
    async fn read_to_end(&mut self) -> io::Result<(u64, Sha256Digest)> {
        let mut size = 0;
        loop {
            let piece = self.piece(PIECE).await?;
            if piece.is_empty() {
                return Ok((size, self.digest()));
            }
            size += piece.len() as u64;
        }
    }

    /// The digest of what was read since it was asked for last.
    fn digest(&mut self) -> Sha256Digest {
        Sha256Digest::new(self.hasher.finalize_reset().into())
    }
}

/// A package on its way.
struct Sending {
    content: Content,
    left: u64,
    wanted: Sha256Digest,
    is_over: bool,
}

impl Sending {
    /// The next piece; the last one only when it is clear that all of them were right.
    async fn next(mut self) -> io::Result<Option<(Bytes, Self)>> {
        if self.is_over {
            return Ok(None);
        }
        let length = usize::try_from(self.left).map_or(PIECE, |left| left.min(PIECE));
        let piece = self.content.piece(length).await?;
        self.left -= piece.len() as u64;
        let is_short = piece.len() < length;
        self.is_over = self.left == 0;
        if is_short || (self.is_over && !self.is_right().await?) {
            return Err(io::Error::new(ErrorKind::InvalidData, "the package changed while it was sent"));
        }
        Ok((!piece.is_empty()).then_some((piece, self)))
    }

    /// Whether all that was read is the package, and nothing follows.
    async fn is_right(&mut self) -> io::Result<bool> {
        let more = self.content.file.read_u8().await;
        match more {
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => {}
            more => return more.map(|_| false),
        }
        Ok(self.content.digest() == self.wanted)
    }
}
