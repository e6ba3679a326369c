//! Which system an integration leads to.

use std::fmt;
use std::str::FromStr;

/// Which system an integration leads to. It decides what the integration needs of its own (B11).
///
/// ```
/// use ib_domain::integration::IntegrationKind;
///
/// let kind: IntegrationKind = "sharepoint-online".parse()?;
/// assert_eq!(kind.label(), "SharePoint Online");
/// # Ok::<(), ib_domain::integration::NoSuchKind>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(into = "String", try_from = "String"))]
#[non_exhaustive]
pub enum IntegrationKind {
    /// Salesforce.
    Salesforce,
    /// SAP, over `OData`.
    SapOData,
    /// `SharePoint` Online.
    SharePointOnline,
    /// Microsoft Dataverse.
    Dataverse,
    /// Microsoft Dynamics 365.
    Dynamics365,
    /// A database.
    Database,
    /// Something else.
    Other,
}

/// A text that is no kind of an integration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "the kind is one of salesforce, sap-odata, sharepoint-online, dataverse, dynamics-365, database and other"
)]
pub struct NoSuchKind;

impl IntegrationKind {
    /// Every kind, in the order in which they are offered.
    pub const ALL: [Self; 7] = [
        Self::Salesforce,
        Self::SapOData,
        Self::SharePointOnline,
        Self::Dataverse,
        Self::Dynamics365,
        Self::Database,
        Self::Other,
    ];

    /// The stable word for machines.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Salesforce => "salesforce",
            Self::SapOData => "sap-odata",
            Self::SharePointOnline => "sharepoint-online",
            Self::Dataverse => "dataverse",
            Self::Dynamics365 => "dynamics-365",
            Self::Database => "database",
            Self::Other => "other",
        }
    }

    /// What people call it.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Salesforce => "Salesforce",
            Self::SapOData => "SAP OData",
            Self::SharePointOnline => "SharePoint Online",
            Self::Dataverse => "Dataverse",
            Self::Dynamics365 => "Dynamics 365",
            Self::Database => "Database",
            Self::Other => "Another system",
        }
    }
}

impl FromStr for IntegrationKind {
    type Err = NoSuchKind;

    fn from_str(text: &str) -> Result<Self, NoSuchKind> {
        let text = text.trim();
        Self::ALL.into_iter().find(|kind| kind.id().eq_ignore_ascii_case(text)).ok_or(NoSuchKind)
    }
}

impl TryFrom<String> for IntegrationKind {
    type Error = NoSuchKind;

    fn try_from(text: String) -> Result<Self, NoSuchKind> {
        text.parse()
    }
}

impl From<IntegrationKind> for String {
    fn from(kind: IntegrationKind) -> Self {
        kind.id().to_owned()
    }
}

impl fmt::Display for IntegrationKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_read_back_from_its_word() {
        for kind in IntegrationKind::ALL {
            assert_eq!(kind.to_string().parse(), Ok(kind));
            assert_eq!(String::from(kind), kind.id());
            let first = |text: &str| text.to_lowercase().chars().next();
            assert!(
                kind == IntegrationKind::Other || first(kind.label()) == first(kind.id()),
                "{}",
                kind.label()
            );
            assert!(NoSuchKind.to_string().contains(kind.id()), "{kind} is not offered");
        }
        assert_eq!("sap".parse::<IntegrationKind>(), Err(NoSuchKind));
    }
}
