//! What a host name suggests about an environment (`recognising-an-environment.md` 4).
//!
//! A hint asks a question or adds a help text. It never decides anything: names are free to lie.
//!
//! ```
//! use ib_domain::address::{EnvironmentAddress, hint::HostHint};
//!
//! let address = EnvironmentAddress::parse("acme-lt.outsystemsenterprise.com")?;
//! assert_eq!(address.hint(), Some(HostHint::CloudLifeTime));
//! # Ok::<(), ib_domain::address::AddressError>(())
//! ```

const CLOUD: &str = ".outsystemsenterprise.com";
const PERSONAL: &str = ".outsystemscloud.com";
const PRODUCTION_WORDS: [&str; 3] = ["prod", "prd", "production"];

/// What a host name suggests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum HostHint {
    /// `<name>.outsystemscloud.com`: a Personal Environment, asleep when unused and without LifeTime.
    PersonalEnvironment,
    /// `<customer>-dev.outsystemsenterprise.com`.
    CloudDevelopment,
    /// `<customer>-tst.outsystemsenterprise.com`.
    CloudTest,
    /// `<customer>.outsystemsenterprise.com`.
    CloudProduction,
    /// `<customer>-lt.outsystemsenterprise.com`: LifeTime, which is never connected (E1).
    CloudLifeTime,
    /// An own domain whose first label is `prod`, `prd` or `production`, or ends in a hyphen and one of these.
    OwnProduction,
}

impl HostHint {
    /// Reads the hint from a host in its ASCII, lower-case form.
    pub(crate) fn of(host: &str) -> Option<Self> {
        if let Some(customer) = single_label_before(host, CLOUD) {
            return Some(Self::of_cloud(customer));
        }
        if single_label_before(host, PERSONAL).is_some() {
            return Some(Self::PersonalEnvironment);
        }
        let vendor = host.ends_with(CLOUD) || host.ends_with(PERSONAL);
        let (label, _) = host.split_once('.')?;
        (!vendor && says_production(label)).then_some(Self::OwnProduction)
    }

    fn of_cloud(label: &str) -> Self {
        match label.rsplit_once('-') {
            Some((_, "dev")) => Self::CloudDevelopment,
            Some((_, "tst")) => Self::CloudTest,
            Some((_, "lt")) => Self::CloudLifeTime,
            _ => Self::CloudProduction,
        }
    }

    /// Whether the name is the vendor's own: the environment is not one that its owner runs. Every other name leaves
    /// that open.
    pub const fn is_vendors(self) -> bool {
        !matches!(self, Self::OwnProduction)
    }

    /// Whether an address given as development deserves the question "is this not production?".
    pub fn is_production(self) -> bool {
        matches!(self, Self::CloudProduction | Self::OwnProduction)
    }
}

fn single_label_before<'a>(host: &'a str, suffix: &str) -> Option<&'a str> {
    host.strip_suffix(suffix).filter(|label| !label.is_empty() && !label.contains('.'))
}

fn says_production(label: &str) -> bool {
    let word = label.rsplit_once('-').map_or(label, |(_, word)| word);
    PRODUCTION_WORDS.contains(&word)
}
