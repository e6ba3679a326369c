//! Whether a file is a package: an archive, whole, of a size that can be unpacked, in which no path leads out of it.

use std::cell::Cell;
use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, BufReader, Read, Seek};
use std::rc::Rc;

use ib_domain::integration::ModuleFile;
use ib_domain::text::{REMOTE_TEXT_LIMIT, harmless};
use ib_setup::ports::{DepotError, PackageFlaw};
use zip::read::ZipFile;
use zip::result::ZipError;
use zip::{CompressionMethod, ZipArchive};

use super::unavailable;

/// How many files a package may hold.
pub(super) const FILES: usize = 10_000;
/// How many times as long as a package may be everything in it may be.
const INFLATION: u64 = 8;

/// How an archive begins.
const MAGIC: [u8; 4] = *b"PK\x03\x04";

/// How much of a file may be its directory, which is held in memory, in bytes.
const DIRECTORY: u64 = 8 * 1024 * 1024;

/// A file of which only so much may be read.
struct Metered {
    file: BufReader<File>,
    left: Rc<Cell<u64>>,
}

impl Read for Metered {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(buffer)?;
        let left = self.left.get().checked_sub(read as u64);
        self.left.set(left.unwrap_or_default());
        left.map(|_| read).ok_or_else(|| io::Error::other("too much was read"))
    }
}

impl Seek for Metered {
    fn seek(&mut self, to: io::SeekFrom) -> io::Result<u64> {
        self.file.seek(to)
    }
}

/// The modules in a package. Everything in it is unpacked once, piece by piece, and forgotten: only so it is known to
/// be whole. `limit` is how many bytes a package may have.
pub(super) fn modules(mut file: File, limit: u64) -> Result<BTreeSet<ModuleFile>, DepotError> {
    begins_as_archive(&mut file)?;
    let mut archive = archive(file)?;
    let (mut modules, mut room) = (BTreeSet::new(), Room::new(limit));
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index).map_err(|error| flaw(&error))?;
        let path = path(&entry)?;
        room.take(&mut entry, &path)?;
        modules.extend(ModuleFile::of_path(&path));
    }
    // Two headers say what a file is called; who unpacks it may believe the other one.
    archive.validate_header_consistency().map_err(|error| flaw(&error))?;
    if archive.has_duplicate_names() { Err(DepotError::NoPackage(PackageFlaw::Damaged)) } else { Ok(modules) }
}

/// The archive, with a directory that is not too large.
fn archive(file: File) -> Result<ZipArchive<Metered>, DepotError> {
    let too_many = || DepotError::NoPackage(PackageFlaw::TooManyFiles { limit: FILES });
    let left = Rc::new(Cell::new(DIRECTORY));
    let metered = Metered { file: BufReader::new(file), left: Rc::clone(&left) };
    let archive = ZipArchive::new(metered).map_err(|error| match error {
        ZipError::Io(_) if left.get() == 0 => too_many(),
        error => flaw(&error),
    })?;
    left.set(u64::MAX);
    if archive.len() > FILES { Err(too_many()) } else { Ok(archive) }
}

fn begins_as_archive(file: &mut File) -> Result<(), DepotError> {
    let mut beginning = Vec::with_capacity(MAGIC.len());
    file.take(MAGIC.len() as u64).read_to_end(&mut beginning).map_err(unavailable)?;
    file.rewind().map_err(unavailable)?;
    match beginning.as_slice() {
        [] => Err(DepotError::NoPackage(PackageFlaw::Empty)),
        beginning if *beginning == MAGIC => Ok(()),
        _ => Err(DepotError::NoPackage(PackageFlaw::OtherKind)),
    }
}

/// The path of a file in the package, where it stays in it on every system.
fn path(entry: &ZipFile<'_, Metered>) -> Result<String, DepotError> {
    let name = entry.name().map_err(|error| flaw(&error))?.into_owned();
    let is_inside = entry.enclosed_name().is_some() && !name.contains("..") && !name.contains(':');
    if is_inside && !entry.is_symlink() && !name.starts_with(['/', '\\']) {
        return Ok(name);
    }
    Err(DepotError::NoPackage(PackageFlaw::Path(harmless(&name, REMOTE_TEXT_LIMIT))))
}

/// How much may still be unpacked.
struct Room {
    limit: u64,
    left: u64,
}

impl Room {
    const fn new(package: u64) -> Self {
        let limit = package.saturating_mul(INFLATION);
        Self { limit, left: limit }
    }

    /// Unpacks a file. What an entry says of its own size need not be true.
    fn take(&mut self, entry: &mut ZipFile<'_, Metered>, path: &str) -> Result<(), DepotError> {
        let is_usual = matches!(entry.compression(), CompressionMethod::Stored | CompressionMethod::Deflated);
        if entry.encrypted() || !is_usual {
            return Err(DepotError::NoPackage(PackageFlaw::Unreadable(harmless(path, REMOTE_TEXT_LIMIT))));
        }
        let mut limited = entry.take(self.left.saturating_add(1));
        let size = io::copy(&mut limited, &mut io::sink());
        let size = size.map_err(|_| DepotError::NoPackage(PackageFlaw::Damaged))?;
        let left = self.left.checked_sub(size);
        self.left = left.ok_or(DepotError::NoPackage(PackageFlaw::Inflates { limit: self.limit }))?;
        Ok(())
    }
}

/// What is wrong with a file in it whose name is not known.
fn flaw(error: &ZipError) -> DepotError {
    DepotError::NoPackage(match error {
        ZipError::UnsupportedArchive(_)
        | ZipError::InvalidPassword
        | ZipError::CompressionMethodNotSupported(_) => PackageFlaw::Unreadable("a file".to_owned()),
        _ => PackageFlaw::Damaged,
    })
}
