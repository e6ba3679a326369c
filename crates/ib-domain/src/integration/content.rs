//! What a package holds, by the names of the files in it.

use std::collections::BTreeSet;

use super::IntegrationName;
use super::name::{DRIVER, SERVICE};

/// A module in a package: `.oml` is an eSpace, `.xif` an extension.
///
/// That a package is an archive with a manifest and a folder of such files is what people who opened one report; the
/// vendor does not document it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ModuleFile(String);

/// What the name of a file with a module ends in.
const ENDINGS: [&str; 2] = [".oml", ".xif"];

impl ModuleFile {
    /// The module of a file in a package; `None` where the file is none.
    ///
    /// ```
    /// use ib_domain::integration::ModuleFile;
    ///
    /// let module = ModuleFile::of_path("Modules/Orders_IS.oml").expect("a module");
    /// assert_eq!(module.name(), "Orders_IS");
    /// assert_eq!(ModuleFile::of_path("Manifest.xml"), None);
    /// ```
    pub fn of_path(path: &str) -> Option<Self> {
        let file = path.rsplit(['/', '\\']).next()?;
        let dot = file.rfind('.')?;
        let (name, ending) = file.split_at_checked(dot)?;
        let is_module = ENDINGS.iter().any(|known| ending.eq_ignore_ascii_case(known));
        (is_module && !name.is_empty()).then(|| Self(name.to_owned()))
    }

    /// The module's name.
    pub fn name(&self) -> &str {
        &self.0
    }
}

/// An integration, as its package holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Content {
    /// The integration's name.
    pub name: IntegrationName,
    /// The names of all modules of the package.
    pub modules: BTreeSet<String>,
}

/// Why a package is not the one of an integration.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NoIntegration {
    /// There is no module in it.
    #[error("it holds no module: no file in it ends in .oml or .xif")]
    NoModule,
    /// There are modules in it, and none of an integration.
    #[error("none of its modules is of an integration: no name ends in _DRV or _IS")]
    NoneOfIntegration,
    /// One of the two modules of an integration is not there.
    #[error("the module {0} of the integration is not in it")]
    Incomplete(String),
    /// There is more than one integration in it.
    #[error("it holds more than one integration: {}; upload one package for each", names(.0))]
    Several(BTreeSet<IntegrationName>),
}

fn names(all: &BTreeSet<IntegrationName>) -> String {
    all.iter().map(IntegrationName::as_str).collect::<Vec<_>>().join(", ")
}

impl Content {
    /// What the modules of a package make: one integration, with its driver and its service.
    ///
    /// ```
    /// use ib_domain::integration::{Content, ModuleFile};
    ///
    /// let files = ["Manifest.xml", "Modules/Orders_DRV.oml", "Modules/Orders_IS.oml"];
    /// let content = Content::of_modules(files.into_iter().filter_map(ModuleFile::of_path))?;
    /// assert_eq!(content.name.as_str(), "Orders");
    /// # Ok::<(), ib_domain::integration::NoIntegration>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`NoIntegration`].
    pub fn of_modules(modules: impl IntoIterator<Item = ModuleFile>) -> Result<Self, NoIntegration> {
        let modules: BTreeSet<_> = modules.into_iter().map(|module| module.0).collect();
        if modules.is_empty() {
            return Err(NoIntegration::NoModule);
        }
        let mut names: BTreeSet<_> =
            modules.iter().filter_map(|module| IntegrationName::of_module(module)).collect();
        let name = names.pop_first().ok_or(NoIntegration::NoneOfIntegration)?;
        if !names.is_empty() {
            names.insert(name);
            return Err(NoIntegration::Several(names));
        }
        for suffix in [DRIVER, SERVICE] {
            let module = format!("{name}{suffix}");
            if !modules.contains(&module) {
                return Err(NoIntegration::Incomplete(module));
            }
        }
        Ok(Self { name, modules })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn of(files: &[&str]) -> Result<Content, NoIntegration> {
        Content::of_modules(files.iter().filter_map(|file| ModuleFile::of_path(file)))
    }

    #[test]
    fn a_module_is_called_as_its_file_without_the_ending() {
        let file = ModuleFile::of_path("a/Orders_DRV.OML").unwrap();
        assert_eq!(file.name(), "Orders_DRV");
        let name = IntegrationName::of_module(file.name()).unwrap();
        assert_eq!(String::from(name), "Orders");
    }

    #[rstest]
    #[case(&["a/Orders_DRV.OML", "b\\Orders_IS.oml", "Helper.xif"])]
    #[case(&["Orders_IS.oml", "Orders_DRV.xif"])]
    fn a_driver_and_a_service_are_an_integration(#[case] files: &[&str]) {
        let content = of(files).unwrap();
        assert_eq!(content.name.as_str(), "Orders");
        assert_eq!(content.modules.len(), files.len());
    }

    #[rstest]
    #[case(&[], NoIntegration::NoModule)]
    #[case(&["Manifest.xml", ".oml", "oml"], NoIntegration::NoModule)]
    #[case(&["Helper.oml"], NoIntegration::NoneOfIntegration)]
    #[case(&["a b_IS.oml"], NoIntegration::NoneOfIntegration)]
    #[case(&["Orders_IS.oml"], NoIntegration::Incomplete("Orders_DRV".to_owned()))]
    #[case(&["Orders_DRV.oml"], NoIntegration::Incomplete("Orders_IS".to_owned()))]
    fn everything_else_is_none(#[case] files: &[&str], #[case] why: NoIntegration) {
        assert_eq!(of(files), Err(why));
    }

    #[test]
    fn two_integrations_are_two_packages() {
        let error = of(&["A_IS.oml", "A_DRV.oml", "B_IS.oml", "B_DRV.oml"]).unwrap_err();
        assert!(error.to_string().contains("A, B"), "{error}");
    }
}
