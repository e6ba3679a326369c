use super::*;
use futures_util::TryStreamExt as _;
use ib_domain::dependency::DependencyId;
use ib_domain::dependency::catalogue::CatalogueError;
use sha2::{Digest as _, Sha256};
use std::fs;
use std::io::{self, ErrorKind};
use tempfile::TempDir;

const SIZE: usize = 200_000;

/// A folder whose `common-shared-services.oap` has that content.
struct Shelf {
    folder: TempDir,
    packages: PackageFolder,
    dependency: Dependency,
}

impl Shelf {
    fn new(content: &[u8]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        ib_env_sim::dependencies::write_packages(folder.path(), &BTreeMap::new()).unwrap();
        let packages = PackageFolder::open(folder.path()).unwrap();
        let mut dependency = packages.catalogue().get(DependencyId::CommonSharedServices).clone();
        dependency.package_sha256 = Sha256Digest::new(Sha256::digest(content).into());
        let shelf = Self { folder, packages, dependency };
        shelf.write(content);
        shelf
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join(self.dependency.package.as_str())
    }

    fn write(&self, content: &[u8]) {
        fs::write(self.path(), content).unwrap();
    }

    async fn verify(&self) -> Result<(), PackageError> {
        self.packages.verify(&self.dependency).await
    }

    /// Whether it looks as it did when it was verified.
    async fn is_verified(&self) -> bool {
        let folder = self.folder.path().canonicalize().unwrap();
        let handle = PackageHandle::open(&folder, &self.dependency.package).await.unwrap();
        let stamp = handle.stamp().await.unwrap();
        self.packages.is_verified(&self.dependency, stamp)
    }

    async fn open(&self) -> Result<Package, PackageError> {
        self.packages.open(&self.dependency).await
    }

    /// What both doors say when there is nothing to send.
    async fn refusal(&self) -> PackageError {
        let refusal = self.verify().await.unwrap_err();
        assert_eq!(self.open().await.unwrap_err().to_string(), refusal.to_string());
        refusal
    }
}

/// The pieces that arrive, and the error at their end.
async fn received(package: Package) -> (Vec<u8>, Option<io::Error>) {
    let mut pieces = package.into_pieces();
    let mut all = Vec::new();
    loop {
        match pieces.try_next().await {
            Ok(Some(piece)) => all.extend(piece),
            Ok(None) => return (all, None),
            Err(error) => return (all, Some(error)),
        }
    }
}

fn content() -> Vec<u8> {
    (0..SIZE).map(|at| u8::try_from(at % 251).unwrap()).collect()
}

#[tokio::test]
async fn what_the_catalogue_describes_arrives_as_it_is() {
    for length in [SIZE, 0, 1, 64 * 1024, 128 * 1024] {
        let content = &content()[..length];
        let shelf = Shelf::new(content);
        shelf.verify().await.unwrap();
        let package = shelf.open().await.unwrap();
        assert_eq!(package.size(), length as u64);
        let (arrived, error) = received(package).await;
        assert!(arrived == content && error.is_none(), "{length}");
    }
}

#[tokio::test]
async fn a_missing_package_is_named() {
    let shelf = Shelf::new(&content());
    fs::remove_file(shelf.path()).unwrap();
    let refusal = shelf.refusal().await;
    assert!(matches!(&refusal, PackageError::Missing { file } if file == "common-shared-services.oap"));
}

#[tokio::test]
async fn an_altered_or_empty_package_is_told_with_its_digest() {
    let shelf = Shelf::new(&content());
    for altered in [content()[1..].to_vec(), Vec::new()] {
        shelf.write(&altered);
        let PackageError::Altered { found, .. } = shelf.refusal().await else { panic!("altered") };
        assert_eq!(*found.bytes(), <[u8; 32]>::from(Sha256::digest(&altered)));
    }
}

#[tokio::test]
async fn what_was_verified_is_looked_at_again_when_it_changed() {
    let shelf = Shelf::new(&content());
    assert!(!shelf.is_verified().await);
    shelf.verify().await.unwrap();
    assert!(shelf.is_verified().await);
    let mut altered = content();
    altered[SIZE / 2] ^= 1;
    let modified = fs::metadata(shelf.path()).unwrap().modified().unwrap();
    // Another file of the same size and time; the first one is kept, so that its inode is not free.
    fs::rename(shelf.path(), shelf.folder.path().join("first")).unwrap();
    shelf.write(&altered);
    fs::File::options().write(true).open(shelf.path()).unwrap().set_modified(modified).unwrap();
    assert!(!shelf.is_verified().await);
    assert!(matches!(shelf.refusal().await, PackageError::Altered { .. }));
    assert!(!shelf.is_verified().await);
}

#[tokio::test]
async fn one_verification_does_not_do_for_another_digest() {
    let mut shelf = Shelf::new(&content());
    shelf.verify().await.unwrap();
    shelf.dependency.package_sha256 = Sha256Digest::new([7; 32]);
    assert!(!shelf.is_verified().await);
    assert!(matches!(shelf.refusal().await, PackageError::Altered { .. }));
}

/// Changes the file after its package was opened, and gives how many bytes arrive before the error.
async fn changed_on_the_way(change: impl FnOnce(&Shelf)) -> usize {
    let shelf = Shelf::new(&content());
    shelf.verify().await.unwrap();
    let package = shelf.open().await.unwrap();
    change(&shelf);
    let (arrived, error) = received(package).await;
    assert_eq!(error.map(|error| error.kind()), Some(ErrorKind::InvalidData));
    assert!(content().starts_with(&arrived));
    arrived.len()
}

#[tokio::test]
async fn a_package_that_changes_on_the_way_never_arrives_whole() {
    let whole_pieces = SIZE - SIZE % (64 * 1024);
    let last_byte = |shelf: &Shelf| {
        let mut altered = content();
        altered[SIZE - 1] ^= 1;
        shelf.write(&altered);
    };
    assert_eq!(changed_on_the_way(last_byte).await, whole_pieces);
    let longer = |shelf: &Shelf| shelf.write(&[content(), vec![0]].concat());
    assert_eq!(changed_on_the_way(longer).await, whole_pieces);
    let shorter = |shelf: &Shelf| shelf.write(&content()[..SIZE - 1]);
    assert_eq!(changed_on_the_way(shorter).await, whole_pieces);
    let emptied = |shelf: &Shelf| shelf.write(&[]);
    assert_eq!(changed_on_the_way(emptied).await, 0);
}

#[tokio::test]
async fn a_package_that_is_replaced_on_the_way_arrives_as_it_was() {
    let shelf = Shelf::new(&content());
    let package = shelf.open().await.unwrap();
    fs::remove_file(shelf.path()).unwrap();
    shelf.write(b"another one");
    let (arrived, error) = received(package).await;
    assert!(arrived == content() && error.is_none());
}

fn reason(error: &PackageError) -> String {
    assert!(matches!(error, PackageError::Unreadable { .. }), "{error:?}");
    std::error::Error::source(error).unwrap().to_string()
}

#[cfg(unix)]
#[tokio::test]
async fn a_link_counts_where_it_leads() {
    use std::os::unix::fs::symlink;
    let shelf = Shelf::new(&content());
    fs::rename(shelf.path(), shelf.folder.path().join("elsewhere")).unwrap();
    symlink("elsewhere", shelf.path()).unwrap();
    shelf.verify().await.unwrap();

    let outside = tempfile::NamedTempFile::new().unwrap();
    fs::write(outside.path(), content()).unwrap();
    fs::remove_file(shelf.path()).unwrap();
    symlink(outside.path(), shelf.path()).unwrap();
    assert_eq!(reason(&shelf.refusal().await), "it leads out of the folder");

    fs::remove_file(shelf.path()).unwrap();
    symlink("nowhere", shelf.path()).unwrap();
    assert!(matches!(shelf.refusal().await, PackageError::Missing { .. }));
}

#[tokio::test]
async fn a_folder_is_no_package() {
    let shelf = Shelf::new(&content());
    fs::remove_file(shelf.path()).unwrap();
    fs::create_dir(shelf.path()).unwrap();
    assert_eq!(reason(&shelf.refusal().await), "it is no file");
}

fn opened(change: impl FnOnce(String) -> Vec<u8>) -> CatalogueFileError {
    let folder = tempfile::tempdir().unwrap();
    ib_env_sim::dependencies::write_packages(folder.path(), &BTreeMap::new()).unwrap();
    let path = folder.path().join("catalogue.toml");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, change(text)).unwrap();
    let error = PackageFolder::open(folder.path()).unwrap_err();
    assert!(error.to_string().contains("catalogue.toml"), "{error}");
    error
}

#[test]
fn a_folder_without_a_catalogue_is_none() {
    let folder = tempfile::tempdir().unwrap();
    for place in [folder.path().to_owned(), folder.path().join("absent")] {
        let error = PackageFolder::open(place).unwrap_err();
        assert!(matches!(error, CatalogueFileError::Unreadable { .. }), "{error}");
    }
    assert!(matches!(opened(|_| vec![0xff]), CatalogueFileError::Unreadable { .. }));
}

#[test]
fn a_catalogue_has_a_limit() {
    let padded =
        |length: usize| move |text: String| format!("{text}#{}", "x".repeat(length - text.len() - 1));
    assert!(matches!(opened(|text| padded((1 << 20) + 1)(text).into()), CatalogueFileError::TooLong { .. }));
    let at_the_limit =
        opened(|text| padded(1 << 20)(text.replace("[[dependency]]", "[[dependencies]]")).into());
    assert!(matches!(at_the_limit, CatalogueFileError::Malformed { .. }), "it is read");
}

#[test]
fn what_is_no_catalogue_is_shown_with_its_line() {
    let malformed = |change: fn(String) -> String| match opened(|text| change(text).into()) {
        CatalogueFileError::Malformed { line, problem, .. } => (line, problem),
        error => panic!("{error}"),
    };
    assert_eq!(malformed(|text| format!("\n\n= 1\n{text}")).0, Some(3));
    let (line, problem) = malformed(|text| text.replacen("version", "versoin", 1));
    assert!(line.is_some() && problem.contains("versoin"), "{line:?} {problem}");
    let (line, problem) = malformed(|text| text.replacen("integration-manager", "integration-mangler", 1));
    assert!(line.is_some() && problem.contains("integration-mangler"), "{line:?} {problem}");
    assert!(problem.contains("common-shared-services"), "{problem}");
    let (_, problem) =
        malformed(|text| text.replace("integration-manager.oap", "../integration-manager.oap"));
    assert!(problem.contains("must be plain"), "{problem}");
}

#[test]
fn a_catalogue_that_contradicts_itself_is_refused() {
    let error = opened(|text| text.replace("integration-manager.oap", "common-shared-services.oap").into());
    let CatalogueFileError::Contradictory { source, .. } = error else { panic!("{error}") };
    assert!(matches!(source, CatalogueError::SamePackage(_)), "{source}");
    let error = opened(|_| b"dependency = []".into());
    assert!(error.to_string().contains("lacks common-shared-services"), "{error}");
}
