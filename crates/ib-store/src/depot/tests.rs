use std::io::{Cursor, Write as _};
use std::time::Duration;

use bytes::Bytes;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use ib_domain::integration::ModuleFile;
use ib_setup::ports::PackageFlaw;
use rstest::rstest;
use tempfile::TempDir;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::*;

const ACME: InfrastructureId = InfrastructureId::new(1);

struct Place {
    folder: TempDir,
    depot: DepotFolder,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let depot = DepotFolder::open(folder.path()).unwrap();
        Self { folder, depot }
    }

    async fn put(&self, content: &[u8]) -> Result<Stored, DepotError> {
        let pieces: Vec<_> = content.chunks(1_000).map(|piece| Ok(Bytes::copy_from_slice(piece))).collect();
        self.depot.put(ACME, stream::iter(pieces).boxed()).await
    }

    /// The names of all files that are kept.
    fn files(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.folder.path().join(ACME.to_string())).into_iter().flatten();
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }

    async fn read(&self, digest: &Sha256Digest) -> Result<Vec<u8>, PackageError> {
        let package = self.depot.open(ACME, digest).await?;
        let pieces: Vec<_> = package.into_pieces().try_collect().await.unwrap();
        Ok(pieces.concat())
    }
}

fn archive(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (path, content) in files {
        archive.start_file(*path, SimpleFileOptions::default()).unwrap();
        archive.write_all(content).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

fn orders() -> Vec<u8> {
    let noise: Vec<u8> = (0..20_000_u32).map(|number| ((number * number) >> 7).to_le_bytes()[0]).collect();
    archive(&[
        ("Manifest.xml", b"<Manifest/>"),
        ("Modules/Orders_DRV.oml", &noise),
        ("Modules/Orders_IS.oml", b"service"),
    ])
}

#[tokio::test]
async fn a_package_is_kept_once_and_read_back() {
    let place = Place::new();
    let content = orders();
    let stored = place.put(&content).await.unwrap();
    assert_eq!(stored.size, content.len() as u64);
    let modules: Vec<_> = stored.modules.iter().map(ModuleFile::name).collect();
    assert_eq!(modules, ["Orders_DRV", "Orders_IS"]);
    assert_eq!(place.put(&content).await.unwrap(), stored);
    assert_eq!(place.files(), [name(&stored.digest)]);
    assert_eq!(place.read(&stored.digest).await.unwrap(), content);
    // Another infrastructure's are its own.
    let other = place.depot.open(InfrastructureId::new(2), &stored.digest).await;
    assert!(matches!(other, Err(PackageError::Missing { .. })));
}

#[tokio::test]
async fn a_package_that_was_changed_is_not_given_out() {
    let place = Place::new();
    let stored = place.put(&orders()).await.unwrap();
    let path = place.folder.path().join(ACME.to_string()).join(name(&stored.digest));
    std::fs::write(&path, "something else").unwrap();
    assert!(matches!(place.read(&stored.digest).await, Err(PackageError::Altered { .. })));
    std::fs::remove_file(&path).unwrap();
    assert!(matches!(place.read(&stored.digest).await, Err(PackageError::Missing { .. })));
}

/// What is in the file is not the same in its two headers.
fn cloaked() -> Vec<u8> {
    let mut content = orders();
    let name = b"Modules/Orders_IS.oml";
    let at = content.windows(name.len()).position(|window| window == name).unwrap();
    content[at + 8] = b'X';
    content
}

fn flipped() -> Vec<u8> {
    let mut content = orders();
    let name = b"Orders_DRV.oml";
    let at = content.windows(name.len()).position(|window| window == name).unwrap();
    content[at + name.len() + 100] ^= 0xff;
    content
}

fn encrypted() -> Vec<u8> {
    let mut content = archive(&[("Modules/A_IS.oml", b"a")]);
    // The flag of an encrypted file, in both headers.
    for (mark, offset) in [(b"PK\x03\x04", 6), (b"PK\x01\x02", 8)] {
        let at = content.windows(4).position(|window| window == mark).unwrap();
        content[at + offset] |= 1;
    }
    content
}

#[rstest]
#[case::empty(Vec::new(), PackageFlaw::Empty)]
#[case::short(b"PK".to_vec(), PackageFlaw::OtherKind)]
#[case::text(b"not a package at all".to_vec(), PackageFlaw::OtherKind)]
#[case::program(b"\x7fELF and so on".to_vec(), PackageFlaw::OtherKind)]
#[case::beginning_only(b"PK\x03\x04".to_vec(), PackageFlaw::Damaged)]
#[case::cut_off(orders()[..orders().len() / 2].to_vec(), PackageFlaw::Damaged)]
#[case::one_byte_short(orders()[..orders().len() - 1].to_vec(), PackageFlaw::Damaged)]
#[case::flipped(flipped(), PackageFlaw::Damaged)]
#[case::cloaked(cloaked(), PackageFlaw::Damaged)]
#[case::up(archive(&[("../../etc/passwd", b"x")]), PackageFlaw::Path("../../etc/passwd".to_owned()))]
#[case::up_inside(archive(&[("Modules/../../A_IS.oml", b"x")]), PackageFlaw::Path("Modules/../../A_IS.oml".to_owned()))]
#[case::absolute(archive(&[("/etc/passwd", b"x")]), PackageFlaw::Path("/etc/passwd".to_owned()))]
#[case::backslash(archive(&[("..\\A_IS.oml", b"x")]), PackageFlaw::Path("..\\A_IS.oml".to_owned()))]
#[case::drive(archive(&[("C:\\A_IS.oml", b"x")]), PackageFlaw::Path("C:\\A_IS.oml".to_owned()))]
#[case::encrypted(encrypted(), PackageFlaw::Unreadable("a file".to_owned()))]
#[tokio::test]
async fn what_is_no_package_is_refused_and_nothing_is_kept(
    #[case] content: Vec<u8>,
    #[case] expected: PackageFlaw,
) {
    let place = Place::new();
    match place.put(&content).await {
        Err(DepotError::NoPackage(flaw)) => assert_eq!(flaw, expected),
        other => panic!("{other:?}"),
    }
    assert!(place.files().is_empty(), "{:?}", place.files());
}

/// A little more than eight times what a package may have, in a package of a few thousand bytes.
#[tokio::test]
async fn a_package_that_unpacks_to_too_much_is_refused() {
    let nothing = vec![0; 1 << 20];
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    let bomb = |files: usize| {
        let mut bomb = ZipWriter::new(Cursor::new(Vec::new()));
        for number in 0..files {
            bomb.start_file(format!("Modules/M{number}_IS.oml"), options).unwrap();
            bomb.write_all(&nothing).unwrap();
        }
        bomb.finish().unwrap().into_inner()
    };
    let mut place = Place::new();
    place.depot = place.depot.limit(1 << 20);
    let refused = place.put(&bomb(9)).await;
    assert!(matches!(refused, Err(DepotError::NoPackage(PackageFlaw::Inflates { .. }))), "{refused:?}");
    assert!(place.files().is_empty());
    place.put(&bomb(8)).await.unwrap();
}

#[tokio::test]
async fn a_package_of_too_many_files_is_refused() {
    let names: Vec<_> = (0..=FILES).map(|number| format!("{number}")).collect();
    let files: Vec<_> = names.iter().map(|name| (name.as_str(), &b""[..])).collect();
    let refused = Place::new().put(&archive(&files)).await;
    assert!(matches!(refused, Err(DepotError::NoPackage(PackageFlaw::TooManyFiles { .. }))), "{refused:?}");
}

/// The stream would go on for 1 GiB; no more of it is asked for than the limit allows.
#[tokio::test]
async fn what_is_too_long_is_refused_at_the_limit() {
    let mut place = Place::new();
    place.depot = place.depot.limit(1 << 20);
    let mut asked = 0_u64;
    let piece = Bytes::from(vec![0; 64 << 10]);
    let pieces = stream::iter(0..(1 << 30) / (64 << 10)).map(|_| {
        asked += piece.len() as u64;
        Ok(piece.clone())
    });
    let refused = place.depot.put(ACME, pieces.boxed()).await;
    assert!(matches!(refused, Err(DepotError::TooLarge { limit: 0x0010_0000 })), "{refused:?}");
    assert_eq!(asked, (1 << 20) + (64 << 10));
    assert!(place.files().is_empty());
}

#[tokio::test]
async fn what_breaks_off_is_not_kept() {
    let place = Place::new();
    let content = orders();
    let broken = io::Error::new(ErrorKind::ConnectionReset, "gone");
    let pieces = [Ok(Bytes::copy_from_slice(&content[..500])), Err(broken)];
    let refused = place.depot.put(ACME, stream::iter(pieces).boxed()).await;
    assert!(matches!(refused, Err(DepotError::Interrupted(_))), "{refused:?}");
    assert!(place.files().is_empty());
}

#[tokio::test]
async fn two_at_once_are_both_kept() {
    let place = Place::new();
    let (one, other) = (orders(), archive(&[("A_DRV.oml", b"a"), ("A_IS.oml", b"b")]));
    let (first, second, same) = tokio::join!(place.put(&one), place.put(&other), place.put(&one));
    let (first, second) = (first.unwrap(), second.unwrap());
    assert_eq!(first, same.unwrap());
    assert_eq!(place.read(&first.digest).await.unwrap(), one);
    assert_eq!(place.read(&second.digest).await.unwrap(), other);
    assert_eq!(place.files().len(), 2);
}

/// As a process leaves it that was killed while a package came in.
#[tokio::test]
async fn what_nobody_wants_is_swept_once_it_is_old() {
    let place = Place::new();
    let kept = place.put(&orders()).await.unwrap();
    let unwanted = place.put(&archive(&[("A_IS.oml", b"a")])).await.unwrap();
    std::fs::write(place.folder.path().join(ACME.to_string()).join("arriving-x"), "half").unwrap();
    let wanted = [kept.digest].into();
    let now = Timestamp::from(SystemTime::now());
    place.depot.sweep(ACME, &wanted, now.minus(Duration::from_hours(1))).await.unwrap();
    assert_eq!(place.files().len(), 3, "somebody may be about to refer to them");
    place.depot.sweep(ACME, &wanted, now.plus(Duration::from_hours(1))).await.unwrap();
    assert_eq!(place.files(), [name(&kept.digest)]);
    assert!(matches!(place.read(&unwanted.digest).await, Err(PackageError::Missing { .. })));
    // Nothing was ever kept there.
    place.depot.sweep(InfrastructureId::new(2), &wanted, now).await.unwrap();
}
