//! What is copied into a support report: every field by its own line.

use ib_domain::address::EnvironmentAddress;
use ib_domain::text::{REMOTE_TEXT_LIMIT, harmless};

use super::people::People;
use super::{
    SupportDependencies, SupportDependency, SupportEnvironment, SupportEnvironments, SupportFeature,
    SupportFinding, SupportIntegration, SupportIntegrations, SupportItem, SupportLink, SupportMessage,
    SupportPublication, SupportSetup, SupportSources, SupportStop, SupportTarget, SupportWaiver,
};
use crate::dependencies::{
    DependenciesDocument, DependencyDocument, ItemDocument, MessageDocument, PublicationDocument,
};
use crate::environments::{EnvironmentRow, EnvironmentsDocument, FeatureDocument, LinkDocument};
use crate::integrations::{IntegrationRow, IntegrationsDocument};
use crate::setup::{FindingDocument, SetupDocument, StepDocument, StopDocument, TargetFindings};
use crate::waiver::WaiverRow;

/// How many messages are copied of each item.
const MESSAGES: usize = 20;

/// Evidence that is copied whatever the check is.
const FACTS: &[&str] = &["vantage", "valid_from", "valid_until", "lifetime_version", "network", "wait"];

/// Evidence that is copied where the check looks at the environment, and not at what somebody typed, did or sent.
const SIGHTS: &[&str] = &["observed", "expected", "address", "issuer", "presented", "decided_by"];

/// The checks that look at the environment.
const LOOKS: &[&str] = &[
    "net.name",
    "net.policy",
    "net.tcp",
    "net.tls",
    "net.http",
    "env.open",
    "env.product",
    "env.role",
    "env.version",
    "env.activation",
    "env.identity",
    "env.catalogs",
    "user.level",
    "user.create_applications",
    "user.dependencies",
    "dependency.installed",
];

/// Copies documents.
pub(super) struct Copier<'a> {
    people: People<'a>,
}

impl<'a> Copier<'a> {
    pub(super) fn of(sources: &SupportSources<'a>) -> Self {
        Self { people: People::of(sources) }
    }

    fn person(&self, name: &str) -> String {
        self.people.person(name).unwrap_or_default()
    }

    /// A text of somebody else's.
    fn text(&self, text: &str) -> String {
        harmless(&self.people.hidden(text), REMOTE_TEXT_LIMIT)
    }

    fn finding(&self, known: &FindingDocument) -> SupportFinding {
        let looks = LOOKS.contains(&known.check.as_str());
        let is_copied = |name: &str| FACTS.contains(&name) || (looks && SIGHTS.contains(&name));
        let evidence = known.evidence.iter().filter(|(name, _)| is_copied(name));
        SupportFinding {
            check: known.check.clone(),
            status: known.status.clone(),
            code: known.code.clone(),
            evidence: evidence.map(|(name, text)| (name.clone(), self.text(text))).collect(),
        }
    }

    fn maybe(&self, known: Option<&FindingDocument>) -> Option<SupportFinding> {
        known.map(|known| self.finding(known))
    }

    fn findings(&self, known: &[FindingDocument]) -> Vec<SupportFinding> {
        known.iter().map(|known| self.finding(known)).collect()
    }

    pub(super) fn setup(&self, known: &SetupDocument) -> SupportSetup {
        let recognised = known.environment.as_ref();
        let typed = || address(&known.typed.address);
        SupportSetup {
            address: recognised.map(|environment| environment.address.clone()).or_else(typed),
            version: recognised.map(|environment| environment.version.clone()),
            user: self.people.person(&known.typed.username),
            step: known.step.clone(),
            steps: known.steps.iter().map(step).collect(),
            is_registered: known.infrastructure.is_some(),
            stop: known.stop.as_ref().map(|stop| self.stop(stop)),
            targets: known.targets.iter().map(|target| self.target(target)).collect(),
        }
    }

    fn stop(&self, known: &StopDocument) -> SupportStop {
        SupportStop { id: known.id.clone(), finding: self.maybe(known.finding.as_ref()) }
    }

    fn target(&self, known: &TargetFindings) -> SupportTarget {
        SupportTarget {
            address: address(&known.address),
            role: known.role.clone(),
            findings: self.findings(&known.findings),
        }
    }

    pub(super) fn environments(&self, known: &EnvironmentsDocument) -> SupportEnvironments {
        SupportEnvironments {
            environments: known.environments.iter().map(|row| self.environment(row)).collect(),
            refused: known.refused.as_ref().map(|refused| SupportTarget {
                address: address(&refused.address),
                role: "environment".to_owned(),
                findings: vec![self.finding(&refused.finding)],
            }),
            import_stop: self.maybe(known.import_stop.as_ref()),
        }
    }

    fn environment(&self, known: &EnvironmentRow) -> SupportEnvironment {
        SupportEnvironment {
            name: known.name.clone(),
            address: known.address.clone(),
            role: known.role.clone(),
            status: known.status.clone(),
            is_looking: known.is_looking,
            looked_at: known.looked_at.clone(),
            since: known.since.clone(),
            version: known.version.clone(),
            added_by: self.person(&known.added_by),
            added_at: known.added_at.clone(),
            link: known.link.as_ref().map(link),
            findings: self.findings(&known.findings),
            waivers: known.waivers.iter().map(waiver).collect(),
            features: known.features.iter().map(feature).collect(),
        }
    }

    pub(super) fn dependencies(&self, known: &DependenciesDocument) -> SupportDependencies {
        SupportDependencies {
            looked_at: known.looked_at.clone(),
            is_looking: known.is_looking,
            stop: self.maybe(known.stop.as_ref()),
            dependencies: known.dependencies.iter().map(|one| self.dependency(one)).collect(),
        }
    }

    fn dependency(&self, known: &DependencyDocument) -> SupportDependency {
        SupportDependency {
            id: known.id.clone(),
            state: known.state.clone(),
            installed: known.installed.clone(),
            wanted: known.wanted.clone(),
            trouble: self.maybe(known.trouble.as_ref()),
        }
    }

    pub(super) fn integrations(&self, known: &IntegrationsDocument) -> SupportIntegrations {
        SupportIntegrations {
            by_hand: known.by_hand,
            integrations: known.integrations.iter().map(|row| self.integration(row)).collect(),
        }
    }

    fn integration(&self, known: &IntegrationRow) -> SupportIntegration {
        let package = known.package.as_ref();
        SupportIntegration {
            name: known.name.clone(),
            kind: known.kind.clone(),
            status: known.status.clone(),
            uploaded_by: package.map(|package| self.person(&package.uploaded_by)),
            uploaded_at: package.map(|package| package.uploaded_at.clone()),
            published_at: known.published.as_ref().map(|published| published.at.clone()),
            not_confirmed: self.maybe(known.not_confirmed.as_ref()),
        }
    }

    pub(super) fn publication(
        &self,
        known: &PublicationDocument,
        messages: &[MessageDocument],
    ) -> SupportPublication {
        SupportPublication {
            number: known.number,
            by: self.person(&known.by),
            status: known.status.clone(),
            begun_at: known.begun_at.clone(),
            changed_at: known.changed_at.clone(),
            is_stalled: known.is_stalled,
            silence: self.maybe(known.silence.as_ref()),
            stop: self.maybe(known.stop.as_ref()),
            items: known.items.iter().map(|item| self.item(item, messages)).collect(),
        }
    }

    fn item(&self, known: &ItemDocument, messages: &[MessageDocument]) -> SupportItem {
        let is_trouble = |message: &&MessageDocument| {
            message.item == known.item && ["warning", "error"].contains(&message.severity.as_str())
        };
        let mut said: Vec<_> = messages.iter().rev().filter(is_trouble).take(MESSAGES).collect();
        said.reverse();
        SupportItem {
            item: known.item.clone(),
            kind: known.kind.clone(),
            status: known.status.clone(),
            changed_at: known.changed_at.clone(),
            attempt: known.attempt,
            finding: self.maybe(known.finding.as_ref()),
            messages: said.into_iter().map(|message| self.message(message)).collect(),
        }
    }

    fn message(&self, known: &MessageDocument) -> SupportMessage {
        SupportMessage {
            at: known.at.clone(),
            severity: known.severity.clone(),
            text: self.text(&known.text),
        }
    }
}

/// An address; nothing where it is none, for then nobody knows what was typed there.
fn address(typed: &str) -> Option<String> {
    EnvironmentAddress::parse(typed).ok().map(|address| address.authority())
}

fn step(known: &StepDocument) -> StepDocument {
    StepDocument { step: known.step.clone(), status: known.status.clone() }
}

fn link(known: &LinkDocument) -> SupportLink {
    SupportLink {
        inbound: known.inbound.clone(),
        proved_at: known.proved_at.clone(),
        heard_at: known.heard_at.clone(),
        version: known.version.clone(),
        generation: known.generation,
        is_rotating: known.is_rotating,
        reported_at: known.report.as_ref().map(|report| report.at.clone()),
    }
}

fn waiver(known: &WaiverRow) -> SupportWaiver {
    SupportWaiver {
        code: known.code.clone(),
        status: known.status.clone(),
        until: known.waiver.until.clone(),
    }
}

fn feature(known: &FeatureDocument) -> SupportFeature {
    SupportFeature {
        feature: known.feature.clone(),
        status: known.status.clone(),
        because: known.because.clone(),
    }
}
