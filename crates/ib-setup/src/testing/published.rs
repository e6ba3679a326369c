//! What is published in a scripted environment.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::TryStreamExt as _;
use ib_domain::dependency::DependencyId;
use ib_domain::dependency::version::DependencyVersion;
use ib_env_client::{
    Application, MessageKind, MessagePage, Module, ModuleKey, Package, PublicationMessage, PublishId, Started,
};

/// What the package of an integration begins with in a [`MemoryDepot`](super::MemoryDepot); its name follows.
pub(super) const INTEGRATION: &str = "integration";

/// What is published there, and what becomes of what is sent. A publication says one thing in each step, and
/// another one each time it is listened to.
#[derive(Debug, Clone, Default)]
pub struct Published {
    /// The dependencies that are there.
    pub installed: BTreeMap<DependencyId, DependencyVersion>,
    /// The integrations that are there, by name.
    pub integrations: BTreeSet<String>,
    /// Whether several database catalogs are in use.
    pub has_several_catalogs: bool,
    /// What a publication says in step 1.
    pub says: String,
    /// The error in which step 1 ends, if it does.
    pub fails: Option<String>,
    /// Whether publications stay where they are, and say nothing.
    pub is_held: bool,
    /// What was sent, in order, and whether it may go on to step 2.
    sent: Vec<(String, bool)>,
}

impl Published {
    /// How many publications were begun.
    pub fn begun(&self) -> usize {
        self.sent.len()
    }

    pub(super) fn applications(&self) -> Vec<Application> {
        let application = |(id, version): (&DependencyId, &DependencyVersion)| {
            let mut application = Application::default();
            id.name().clone_into(&mut application.name);
            application.description = format!("Version: {version}");
            application
        };
        self.installed.iter().map(application).collect()
    }

    pub(super) fn modules(&self) -> Vec<Module> {
        let dependencies = self.installed.keys().map(ToString::to_string);
        let integrations =
            self.integrations.iter().flat_map(|name| [format!("{name}_DRV"), format!("{name}_IS")]);
        let module = |name: String| Module::new(ModuleKey(name.clone()), name, "eSpace");
        dependencies.chain(integrations).map(module).collect()
    }

    /// Takes what was sent.
    pub(super) fn take(&mut self, content: String) -> Started {
        self.sent.push((content, false));
        Started::Running(PublishId(i64::try_from(self.sent.len()).unwrap_or(i64::MAX)), Vec::new())
    }

    /// Lets a publication go on to step 2.
    pub(super) fn deploy(&mut self, publication: PublishId) {
        if let Some((_, may_deploy)) = self.sent_as(publication) {
            *may_deploy = true;
        }
    }

    pub(super) fn listen(&mut self, publication: PublishId, after: i64) -> MessagePage {
        let nothing = |is_finished| MessagePage::new(Vec::new(), after, is_finished);
        let says = |kind, text: &str, is_finished| {
            let message = PublicationMessage::new(Some(after + 1), kind, text);
            MessagePage::new(vec![message], after + 1, is_finished)
        };
        if self.is_held {
            return nothing(false);
        }
        let may_deploy = self.sent_as(publication).is_some_and(|(_, may_deploy)| *may_deploy);
        match (after, &self.fails) {
            (0, _) => says(MessageKind::Info, &self.says, false),
            (1, Some(error)) => says(MessageKind::Error, error, true),
            (1, None) => says(MessageKind::PublishStop, "Step 1 has ended.", false),
            (2, _) if may_deploy => {
                self.install(publication);
                says(MessageKind::Info, "Deployed.", true)
            }
            _ => nothing(true),
        }
    }

    fn sent_as(&mut self, PublishId(number): PublishId) -> Option<&mut (String, bool)> {
        usize::try_from(number - 1).ok().and_then(|index| self.sent.get_mut(index))
    }

    fn install(&mut self, publication: PublishId) {
        let content = self.sent_as(publication).map(|(content, _)| content.clone()).unwrap_or_default();
        let Some((id, version)) = content.split_once(' ') else { return };
        if id == INTEGRATION {
            self.integrations.insert(version.to_owned());
        }
        if let (Ok(id), Ok(version)) = (id.parse(), version.parse()) {
            self.installed.insert(id, version);
        }
    }
}

/// What a package holds.
pub(super) async fn content(package: Package) -> String {
    let pieces: Vec<_> = package.into_pieces().try_collect().await.unwrap_or_default();
    String::from_utf8_lossy(&pieces.concat()).into_owned()
}
