//! What an integration needs of its own (B11).

use super::IntegrationKind;
use crate::dependency::DependencyId;
use crate::reason::Who;

/// Something that an integration needs and that others do not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Requirement {
    /// The stable word for machines.
    pub id: &'static str,
    /// What is needed, as a sentence.
    pub text: &'static str,
    /// Who can see to it.
    pub who: Who,
    /// How to know whether it is fulfilled.
    pub by: By,
}

/// How to know whether a requirement is fulfilled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum By {
    /// The dependency is there, in the version of the catalogue or a later one.
    Dependency(DependencyId),
    /// A person looks: nothing that can be asked tells it.
    Hand,
}

const fn by_hand(id: &'static str, who: Who, text: &'static str) -> Requirement {
    Requirement { id, text, who, by: By::Hand }
}

// That single integrations have requirements of their own is documented; the vendor's list of them is not public
// (`integration-builder.md` 5). What stands here follows from the errors that it documents (7) and from what the
// systems themselves ask for.
const SALESFORCE: &[Requirement] = &[
    by_hand(
        "salesforce-api",
        Who::You,
        "A Salesforce account whose edition and profile allow the API, with access to the objects that are used.",
    ),
    by_hand(
        "salesforce-connected-app",
        Who::You,
        "Where the organisation lets only known applications in, a connected app that an administrator approved.",
    ),
];

const SAP: &[Requirement] = &[
    by_hand(
        "sap-reachable",
        Who::NetworkAdministrator,
        "The SAP system's OData services can be reached from every environment that the integration is deployed to.",
    ),
    by_hand("sap-user", Who::You, "An SAP user who may call these services."),
];

const ENTRA: Requirement = by_hand(
    "entra-consent",
    Who::You,
    "An application in Microsoft Entra ID, with the consent of an administrator of the tenant.",
);

const SHAREPOINT: &[Requirement] = &[
    Requirement {
        id: "sharepoint-utils",
        text: "SharePoint Integration Utils is installed on the development environment.",
        who: Who::You,
        by: By::Dependency(DependencyId::SharePointIntegrationUtils),
    },
    ENTRA,
];

const DATABASE: &[Requirement] = &[by_hand(
    "database-connection",
    Who::EnvironmentAdministrator,
    "A database connection in Service Center of every environment that the integration is deployed to.",
)];

impl IntegrationKind {
    /// What an integration of this kind needs of its own.
    ///
    /// ```
    /// use ib_domain::integration::IntegrationKind;
    ///
    /// assert!(!IntegrationKind::Salesforce.requirements().is_empty());
    /// assert!(IntegrationKind::Other.requirements().is_empty());
    /// ```
    pub const fn requirements(self) -> &'static [Requirement] {
        match self {
            Self::Salesforce => SALESFORCE,
            Self::SapOData => SAP,
            Self::SharePointOnline => SHAREPOINT,
            Self::Dataverse | Self::Dynamics365 => &[ENTRA],
            Self::Database => DATABASE,
            Self::Other => &[],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_requirement_is_a_sentence_with_a_word_of_its_own() {
        for kind in IntegrationKind::ALL {
            let all = kind.requirements();
            for (index, requirement) in all.iter().enumerate() {
                assert!(requirement.text.ends_with('.'), "{}", requirement.text);
                assert!(all[..index].iter().all(|other| other.id != requirement.id), "{}", requirement.id);
            }
        }
    }
}
