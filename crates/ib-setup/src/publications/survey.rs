//! Sees what is there.

use std::collections::{BTreeMap, BTreeSet};

use ib_domain::dependency::Dependency;
use ib_domain::dependency::catalogue::DependencyCatalogue;
use ib_domain::dependency::version::DependencyVersion;
use ib_domain::integration::IntegrationName;
use ib_env_client::{Application, Credentials, Environment, Module, Obstacle};

use crate::publication::{Catalogs, INTEGRATIONS, Integration, ModuleRef, Present, Survey, Surveyed};

/// Notes on a module that keep it from being as it should be: outdated references, not published since the last
/// platform upgrade (`service-center-soap.md` 4).
const NOTES: [i64; 2] = [6, 13];

/// What the environment lists, reduced to what matters here.
#[derive(Default)]
pub(super) struct Listing {
    /// The version of each dependency's application that is there, if its description names one.
    applications: BTreeMap<String, Option<DependencyVersion>>,
    /// The modules of dependencies that are there, in lower case; whether each is consistent.
    modules: BTreeMap<String, bool>,
    integrations: BTreeMap<IntegrationName, Vec<(ModuleRef, bool)>>,
    catalogs: Catalogs,
}

impl Listing {
    /// Asks the environment.
    pub(super) async fn read(
        environment: &dyn Environment,
        credentials: &Credentials,
        catalogue: &DependencyCatalogue,
    ) -> Result<Self, Obstacle> {
        let mut listing = Self::default();
        for application in environment.applications(credentials).await? {
            listing.take_application(&application, catalogue);
        }
        let wanted: BTreeSet<_> =
            catalogue.iter().flat_map(|dependency| &dependency.modules).map(|name| folded(name)).collect();
        environment
            .modules(credentials, Box::new(|module: Module| listing.take_module(module, &wanted)))
            .await?;
        listing.catalogs = match environment.has_several_catalogs().await? {
            None => Catalogs::Unknown,
            Some(false) => Catalogs::One,
            Some(true) => Catalogs::Several,
        };
        Ok(listing)
    }

    /// An application is known by its key, or by its name where it was installed under another key.
    fn take_application(&mut self, application: &Application, catalogue: &DependencyCatalogue) {
        let is_it = |dependency: &&Dependency| {
            dependency.application_key.as_str().eq_ignore_ascii_case(application.key.trim())
                || dependency.name().eq_ignore_ascii_case(application.name.trim())
        };
        if let Some(dependency) = catalogue.iter().find(is_it) {
            let version = DependencyVersion::in_description(&application.description);
            self.applications.insert(dependency.id.to_string(), version);
        }
    }

    fn take_module(&mut self, module: Module, wanted: &BTreeSet<String>) {
        let is_consistent = !module.status_ids.iter().any(|id| NOTES.contains(id));
        let name = folded(&module.name);
        if wanted.contains(&name) {
            self.modules.insert(name, is_consistent);
        } else if let Some(integration) = IntegrationName::of_module(&module.name) {
            let is_known = self.integrations.contains_key(&integration);
            if is_known || self.integrations.len() < INTEGRATIONS {
                let module = ModuleRef { key: module.key.0, name: module.name, kind: module.kind };
                self.integrations.entry(integration).or_default().push((module, is_consistent));
            }
        }
    }

    /// What is there of a dependency.
    pub(super) fn dependency(&self, dependency: &Dependency) -> Option<Present> {
        let version = *self.applications.get(dependency.id.as_str())?;
        let is_fit = |name: &String| self.modules.get(&folded(name)).copied().unwrap_or(false);
        Some(Present { version, is_inconsistent: !dependency.modules.iter().all(is_fit) })
    }

    /// What is there of an integration.
    pub(super) fn integration(&self, name: &IntegrationName) -> Option<Present> {
        let modules = self.integrations.get(name)?;
        Some(Present {
            version: None,
            is_inconsistent: !modules.iter().all(|(_, is_consistent)| *is_consistent),
        })
    }

    /// Everything that is there. What is the matter with packages is for somebody else to add.
    pub(super) fn survey(self, catalogue: &DependencyCatalogue) -> Survey {
        let surveyed = |dependency: &Dependency| Surveyed {
            id: dependency.id,
            wanted: dependency.version,
            digest: dependency.package_sha256,
            needs: dependency.needs.clone(),
            present: self.dependency(dependency),
            trouble: None,
        };
        let dependencies = catalogue.iter().map(surveyed).collect();
        let integration = |(name, modules): (IntegrationName, Vec<(ModuleRef, bool)>)| Integration {
            name,
            is_inconsistent: !modules.iter().all(|(_, is_consistent)| *is_consistent),
            modules: modules.into_iter().map(|(module, _)| module).collect(),
        };
        Survey {
            dependencies,
            integrations: self.integrations.into_iter().map(integration).collect(),
            catalogs: self.catalogs,
        }
    }
}

fn folded(name: &str) -> String {
    name.trim().to_lowercase()
}
