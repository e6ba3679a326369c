//! `ib.integrations/1`: the integrations of an infrastructure, how each stands, and what it needs of its own.

use ib_domain::integration::{By, IntegrationKind, Requirement, by_hand};
use ib_setup::environment::{self, EnvironmentView};
use ib_setup::publication::{
    Catalogs, Holder, IntegrationStanding, IntegrationView, ItemStatus, RunStatus, Upload, View,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::check::word;
use crate::dependencies::{ItemDocument, at, finding};
use crate::exit::Exit;
use crate::setup::FindingDocument;

/// Name and version of the document.
pub const SCHEMA: &str = "ib.integrations/1";

/// The integrations of an infrastructure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[non_exhaustive]
pub struct IntegrationsDocument {
    /// Always `ib.integrations/1`.
    pub schema: String,
    /// Tells this state from every other one; whoever has integrations published names it.
    pub edition: u32,
    /// When what is there was last looked at, in RFC 3339; nothing before.
    pub looked_at: Option<String>,
    /// Whether it is being looked at.
    pub is_looking: bool,
    /// Why the last look came to nothing.
    pub stop: Option<FindingDocument>,
    /// Whether integrations are published by hand in Service Center, because the environment uses several database
    /// catalogs; nothing where that is not known.
    pub by_hand: Option<bool>,
    /// Who has a publication under way, of whatever.
    pub held_by: Option<String>,
    /// The integrations, by name.
    pub integrations: Vec<IntegrationRow>,
    /// In the answer to an upload: the integration that the package holds.
    pub uploaded: Option<String>,
    /// Every kind of integration, and what one of it needs of its own.
    pub kinds: Vec<KindDocument>,
    /// The exit code of a command that ends with this document.
    pub exit: u8,
}

/// One integration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[non_exhaustive]
pub struct IntegrationRow {
    /// What it is called.
    pub name: String,
    /// `unknown`, `not_published`, `under_way`, `published`, `changed` (published, and a package was uploaded since)
    /// or `inconsistent` (published, and its modules do not fit together).
    pub status: String,
    /// Which system it leads to; nothing where no package was uploaded.
    pub kind: Option<String>,
    /// The package that was uploaded last; nothing where it was published in another way.
    pub package: Option<IntegrationPackage>,
    /// The package that was published last.
    pub published: Option<PublishedDocument>,
    /// Whether its modules are being looked for, because somebody published it by hand.
    pub is_being_confirmed: bool,
    /// Why what somebody published by hand does not count.
    pub not_confirmed: Option<FindingDocument>,
    /// How far it is in the publication that is under way, or was in the last one.
    pub item: Option<ItemDocument>,
    /// What it needs of its own.
    pub requirements: Vec<RequirementDocument>,
    /// Where Integration Manager reported it, as far as environments are linked.
    pub environments: Vec<DeployedDocument>,
    /// Whether it can be published now.
    pub can_publish: bool,
    /// Whether it can be marked as published by hand now.
    pub can_mark: bool,
    /// How to publish it by hand, step by step; none where it is published from here.
    pub by_hand: Vec<String>,
}

/// A package of an integration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[non_exhaustive]
pub struct IntegrationPackage {
    /// What the file was called. Untrusted text.
    pub file: String,
    /// Its SHA-256, in hexadecimal digits.
    pub sha256: String,
    /// Its length in bytes.
    pub size: u64,
    /// The names of its modules.
    pub modules: Vec<String>,
    /// Who uploaded it.
    pub uploaded_by: String,
    /// When, in RFC 3339.
    pub uploaded_at: String,
}

/// A package that was published.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[non_exhaustive]
pub struct PublishedDocument {
    /// Its SHA-256, in hexadecimal digits.
    pub sha256: String,
    /// When, in RFC 3339.
    pub at: String,
    /// Whether somebody published it by hand.
    pub by_hand: bool,
}

/// An integration in one environment, as its Integration Manager reported it (A2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[non_exhaustive]
pub struct DeployedDocument {
    /// What the environment is called.
    pub environment: String,
    /// Whether the integration has a connection there.
    pub has_connection: bool,
    /// When that was last heard, in RFC 3339.
    pub at: String,
    /// Whether it is too old to tell anything about now.
    pub is_stale: bool,
}

/// A kind of integration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[non_exhaustive]
pub struct KindDocument {
    /// Its id, such as `sharepoint-online`.
    pub kind: String,
    /// What people call it.
    pub label: String,
    /// What an integration of it needs of its own.
    pub requirements: Vec<RequirementDocument>,
}

/// Something that an integration needs of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[non_exhaustive]
pub struct RequirementDocument {
    /// Its id, such as `salesforce-api`.
    pub requirement: String,
    /// What is needed, as a sentence.
    pub text: String,
    /// Who can see to it: `you`, `environment_administrator`, `lifetime_administrator`, `network_administrator` or
    /// `operator`.
    pub who: String,
    /// `met`, `open`, `unknown`, or `by_hand` where a person has to look.
    pub status: String,
}

impl IntegrationsDocument {
    /// Puts a view on the wire, as `holder` sees it, who came in by the development environment's address.
    ///
    /// ```
    /// use ib_api::integrations::IntegrationsDocument;
    /// use ib_domain::address::EnvironmentAddress;
    /// use ib_setup::SetupId;
    /// use ib_setup::publication::{Holder, State, view};
    ///
    /// let holder = Holder {
    ///     setup: SetupId::new(1),
    ///     username: "maria".parse()?,
    ///     address: EnvironmentAddress::parse("dev.acme.example")?,
    /// };
    /// let document = IntegrationsDocument::new(&view(&State::default()), &holder);
    /// assert_eq!((document.integrations.len(), document.exit), (0, 5));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn new(view: &View, holder: &Holder) -> Self {
        let run = view.run.as_ref().filter(|run| run.is_active());
        Self {
            schema: SCHEMA.to_owned(),
            edition: view.edition,
            looked_at: view.looked.map(at),
            is_looking: view.is_looking,
            stop: view.look_stop.as_ref().map(finding),
            by_hand: match view.catalogs {
                Catalogs::Unknown => None,
                catalogs => Some(catalogs == Catalogs::Several),
            },
            held_by: run.map(|run| run.by.username.to_string()),
            integrations: view
                .integrations
                .iter()
                .map(|integration| IntegrationRow::new(integration, view, holder))
                .collect(),
            uploaded: None,
            kinds: IntegrationKind::ALL.iter().map(|kind| KindDocument::new(*kind, view)).collect(),
            exit: exit(view).code(),
        }
    }

    /// Adds what the Integration Managers of the environments reported.
    #[must_use]
    pub fn with_reports(mut self, environments: &environment::View) -> Self {
        for row in &mut self.integrations {
            row.environments =
                environments.environments.iter().filter_map(|one| deployed(one, row)).collect();
        }
        self
    }

    /// The integration of that name.
    pub fn integration(&self, name: &str) -> Option<&IntegrationRow> {
        self.integrations.iter().find(|integration| integration.name == name)
    }

    /// Whether something goes on by itself, so that asking again soon tells more.
    pub fn is_under_way(&self) -> bool {
        self.is_looking || self.integrations.iter().any(|integration| integration.status == "under_way")
    }

    /// The JSON schema of this document (draft 2020-12), as published in `docs/schemas`.
    pub fn json_schema() -> serde_json::Value {
        schemars::schema_for!(Self).to_value()
    }
}

fn deployed(environment: &EnvironmentView, row: &IntegrationRow) -> Option<DeployedDocument> {
    let view = environment.link.report.as_ref()?;
    let reported = view.report.integrations.iter().find(|known| known.name.as_str() == row.name)?;
    Some(DeployedDocument {
        environment: environment.name.to_string(),
        has_connection: reported.has_connection,
        at: at(view.at),
        is_stale: view.is_stale,
    })
}

impl IntegrationRow {
    fn new(integration: &IntegrationView, view: &View, holder: &Holder) -> Self {
        let upload = integration.upload.as_ref();
        let run = view.run.as_ref();
        let is_free = view.looked.is_some() && run.is_none_or(|run| !run.is_active());
        let is_by_hand = view.catalogs == Catalogs::Several;
        let is_open = run.is_some_and(|run| run.is_open_to(&holder.username));
        let requirements = upload.map(|upload| requirements(upload.package.kind, view));
        Self {
            name: integration.name.to_string(),
            status: integration.standing.id().to_owned(),
            kind: upload.map(|upload| upload.package.kind.id().to_owned()),
            package: upload.map(IntegrationPackage::from),
            published: upload.and_then(|upload| upload.published).map(|published| PublishedDocument {
                sha256: published.digest.to_string(),
                at: at(published.at),
                by_hand: published.is_by_hand,
            }),
            is_being_confirmed: upload.is_some_and(Upload::is_being_confirmed),
            not_confirmed: upload.and_then(Upload::not_confirmed).map(finding),
            item: integration.item.as_ref().map(|item| ItemDocument::new(item, is_open)),
            requirements: requirements.unwrap_or_default(),
            environments: Vec::new(),
            can_publish: is_free && !is_by_hand,
            by_hand: match upload.filter(|_| is_by_hand) {
                Some(upload) => by_hand(&holder.address.authority(), &upload.package.file),
                None => Vec::new(),
            },
            can_mark: is_free && is_by_hand && upload.is_some_and(|upload| !upload.is_being_confirmed()),
        }
    }
}

impl From<&Upload> for IntegrationPackage {
    fn from(upload: &Upload) -> Self {
        Self {
            file: upload.package.file.clone(),
            sha256: upload.package.digest.to_string(),
            size: upload.package.size,
            modules: upload.package.modules.iter().cloned().collect(),
            uploaded_by: upload.by.to_string(),
            uploaded_at: at(upload.at),
        }
    }
}

impl KindDocument {
    fn new(kind: IntegrationKind, view: &View) -> Self {
        let requirements = requirements(kind, view);
        Self { kind: kind.id().to_owned(), label: kind.label().to_owned(), requirements }
    }
}

fn requirements(kind: IntegrationKind, view: &View) -> Vec<RequirementDocument> {
    let one = |requirement: &Requirement| RequirementDocument {
        requirement: requirement.id.to_owned(),
        text: requirement.text.to_owned(),
        who: word(&requirement.who),
        status: fulfilment(requirement.by, view).to_owned(),
    };
    kind.requirements().iter().map(one).collect()
}

fn fulfilment(by: By, view: &View) -> &'static str {
    let By::Dependency(id) = by else { return "by_hand" };
    match view.dependencies.iter().find(|known| known.surveyed.id == id) {
        None => "unknown",
        Some(known) if known.surveyed.is_fit() => "met",
        Some(_) => "open",
    }
}

/// The exit code of a command that ends where `view` stands.
pub fn exit(view: &View) -> Exit {
    let is_waiting = view.run.as_ref().is_some_and(|run| run.status == RunStatus::WaitingForLogIn);
    let has_failed = |integration: &IntegrationView| {
        let item = integration.item.as_ref();
        item.is_some_and(|item| matches!(item.status, ItemStatus::Failed | ItemStatus::Blocked))
            || integration.upload.as_ref().is_some_and(|upload| upload.not_confirmed().is_some())
    };
    let is_open = |integration: &IntegrationView| {
        matches!(integration.standing, IntegrationStanding::NotPublished | IntegrationStanding::Changed)
    };
    let all = &view.integrations;
    if is_waiting {
        Exit::Login
    } else if all.iter().any(has_failed) {
        Exit::Failed
    } else if view.looked.is_none() || view.look_stop.is_some() {
        Exit::CouldNotTell
    } else if view.catalogs == Catalogs::Several && all.iter().any(is_open) {
        Exit::UserAction
    } else {
        Exit::Passed
    }
}
