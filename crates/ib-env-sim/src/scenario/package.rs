//! Applications as packages.

use std::io::{Cursor, Read, Write};

use ib_domain::integration::ModuleFile;
use sha2::{Digest as _, Sha256};
use zip::result::ZipResult;
use zip::write::SimpleFileOptions;
use zip::{DateTime, ZipArchive, ZipWriter};

use super::{Application, Module};

/// The file in a package that describes the application. People who opened a package report an archive with a
/// manifest and a folder of modules; names and contents of these are the project's choice.
const MANIFEST: &str = "Manifest.json";
/// Longest manifest that is read, in bytes.
const LIMIT: u64 = 1024 * 1024;

impl Application {
    /// The application as the package that the simulator can publish: an archive with a manifest and a file for each
    /// module. The same application makes the same bytes.
    ///
    /// ```
    /// use ib_env_sim::scenario::{Application, Module};
    ///
    /// let orders = Application {
    ///     name: "Orders".to_owned(),
    ///     modules: vec![Module::named("Orders_IS")],
    ///     ..Application::default()
    /// };
    /// assert_eq!(Application::from_package(&orders.to_package()), orders);
    /// ```
    pub fn to_package(&self) -> Vec<u8> {
        self.write_package().unwrap_or_default()
    }

    fn write_package(&self) -> ZipResult<Vec<u8>> {
        let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
        let options = SimpleFileOptions::default().last_modified_time(DateTime::default());
        archive.start_file(MANIFEST, options)?;
        archive.write_all(&serde_json::to_vec(self).unwrap_or_default())?;
        for module in &self.modules {
            let ending = if module.kind == "Extension" { "xif" } else { "oml" };
            archive.start_file(format!("Modules/{}.{ending}", module.name), options)?;
            archive.write_all(module.key().as_bytes())?;
        }
        Ok(archive.finish()?.into_inner())
    }

    /// What a package holds. An archive without the simulator's manifest becomes an application with the modules that
    /// are in it; all other bytes become one with a single module, both named after the bytes' SHA-256.
    pub fn from_package(bytes: &[u8]) -> Self {
        let known = ZipArchive::new(Cursor::new(bytes)).ok().and_then(read_archive);
        known.unwrap_or_else(|| unknown(bytes))
    }
}

fn read_archive(mut archive: ZipArchive<Cursor<&[u8]>>) -> Option<Application> {
    if let Ok(manifest) = archive.by_name(MANIFEST) {
        let mut text = Vec::new();
        manifest.take(LIMIT).read_to_end(&mut text).ok()?;
        return serde_json::from_slice::<Application>(&text).ok().filter(|known| !known.name.is_empty());
    }
    let paths = archive.file_names().flatten();
    let modules: Vec<_> = paths
        .filter_map(|path| ModuleFile::of_path(&path))
        .map(|module| Module::named(module.name()))
        .collect();
    let first = modules.first()?.name.clone();
    let name = first.trim_end_matches("_DRV").trim_end_matches("_IS").to_owned();
    Some(Application { name, modules, ..Application::default() })
}

fn unknown(bytes: &[u8]) -> Application {
    let digest = Sha256::digest(bytes);
    let name = digest.iter().take(4).fold("Package_".to_owned(), |name, byte| format!("{name}{byte:02x}"));
    Application { modules: vec![Module::named(&name)], name, ..Application::default() }
}
