//! The questions that can be asked about an environment, in the order in which they are asked.

use std::fmt;

/// Builds [`Check`] with its stable id and the question it answers, so that neither can be forgotten.
macro_rules! checks {
    ($($(#[doc = $doc:literal])+ $name:ident = $id:literal, $title:literal;)+) => {
        /// One question about an environment (F1): one fact per check.
        ///
        /// The order is the order of the layers: an earlier one that fails makes the later ones
        /// [not evaluated](crate::finding::Outcome::NotEvaluated). The last layers are of a registration,
        /// of a publication and of a link to Integration Manager: only they ask them.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Check { $($(#[doc = $doc])+ $name,)+ }

        impl Check {
            /// Every check, in layer order.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// The stable dotted id, never reused and never renamed.
            pub const fn id(self) -> &'static str {
                match self { $(Self::$name => $id),+ }
            }

            /// A few words for a person: what is looked at.
            pub const fn title(self) -> &'static str {
                match self { $(Self::$name => $title),+ }
            }
        }
    };
}

checks! {
    /// Can the typed text be read as an environment's address?
    AddressSyntax = "address.syntax", "Address";
    /// Does the host name have an address (B6)?
    NetName = "net.name", "Name resolution";
    /// May this service connect to the addresses that the name has?
    NetPolicy = "net.policy", "Address policy";
    /// Does the host accept a connection (B5)?
    NetTcp = "net.tcp", "Connection";
    /// Is the TLS handshake completed with a certificate that holds for this host (B5)?
    NetTls = "net.tls", "TLS";
    /// Does the host answer HTTP requests as a web server does?
    NetHttp = "net.http", "HTTP";
    /// Does the environment's Internal Network setting let this service in?
    EnvOpen = "env.open", "Open to this service";
    /// Is it an OutSystems 11 environment (C1)?
    EnvProduct = "env.product", "OutSystems 11";
    /// Is it an environment of the kind that was asked for, and not LifeTime (E1)?
    EnvRole = "env.role", "Environment role";
    /// Is the Platform Server recent enough (B4)?
    EnvVersion = "env.version", "Platform Server version";
    /// Will registration ask for an activation code (C5)?
    EnvActivation = "env.activation", "Activation code";
    /// Who checks passwords: the platform or an external identity provider?
    EnvIdentity = "env.identity", "Identity provider";
    /// Can integrations be published there: does it use one database catalog alone (B12)?
    EnvCatalogs = "env.catalogs", "Database catalogs";
    /// Does the environment accept the IT user (C2)?
    UserLogin = "user.login", "Log-in";
    /// Does the IT user have the level Change and Deploy Applications (B1)?
    UserLevel = "user.level", "Permission level";
    /// Does the IT user have the specific permission Create Applications (B2)?
    UserCreate = "user.create_applications", "Create Applications";
    /// Which dependencies may the IT user update (D5)?
    UserDependencies = "user.dependencies", "Dependency updates";
    /// Does LifeTime accept the service account's token?
    LifeTimeAccess = "lifetime.access", "LifeTime access";
    /// Which environments does LifeTime show to the service account?
    LifeTimeInventory = "lifetime.inventory", "LifeTime inventory";
    /// Was the address looked at (C1)?
    RegistrationAddress = "registration.address", "Registration: address";
    /// Is it still the environment that was recognised at the address?
    RegistrationEnvironment = "registration.environment", "Registration: environment";
    /// Was the log-in sent, and is its answer known (C2)?
    RegistrationLogin = "registration.login", "Registration: log-in";
    /// Is it the activation code of the infrastructure (C5)?
    RegistrationCode = "registration.activation_code", "Registration: activation code";
    /// Is the package of a dependency there, and the one of the catalogue (D3)?
    DependencyPackage = "dependency.package", "Dependency: package";
    /// Did the publication of a dependency or an integration come to a good end (D3, D6)?
    DependencyPublication = "dependency.publication", "Dependency: publication";
    /// Is a dependency installed as it should be (D4)?
    DependencyInstalled = "dependency.installed", "Dependency: installed";
    /// Does the environment reach this service, through its Integration Manager (B5)?
    ManagerInbound = "manager.inbound", "Connection from the environment";
}

impl fmt::Display for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

impl Check {
    /// Whether it is a question about a registration's own progress.
    pub fn is_of_registration(self) -> bool {
        (Self::RegistrationAddress..=Self::RegistrationCode).contains(&self)
    }

    /// Whether it is a question about a set-up's own progress: its registration, its dependencies or its
    /// links. A check of environments never asks it, so it is never [not evaluated](crate::finding::Outcome::NotEvaluated) there.
    ///
    /// ```
    /// use ib_domain::reason::Reason;
    ///
    /// assert!(Reason::CodeRefused.entry().check.is_of_set_up());
    /// assert!(!Reason::ActivationCodeNeeded.entry().check.is_of_set_up());
    /// ```
    pub fn is_of_set_up(self) -> bool {
        self >= Self::RegistrationAddress
    }

    /// Finds a check by its [id](Self::id).
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|check| check.id() == id)
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for Check {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.id())
    }
}

#[cfg(feature = "serde")]
impl<'de> serde::Deserialize<'de> for Check {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let id = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        Self::from_id(&id).ok_or_else(|| serde::de::Error::custom(format!("no check has the id {id:?}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_id_leads_back_to_its_check() {
        for check in Check::ALL {
            assert_eq!(Check::from_id(check.id()), Some(*check));
        }
        assert_eq!(Check::from_id("no.such"), None);
    }

    #[test]
    fn the_last_layers_are_the_set_ups() {
        for check in Check::ALL {
            let layer = check.id().split('.').next().unwrap();
            assert_eq!(check.is_of_registration(), layer == "registration", "{check}");
            assert_eq!(
                check.is_of_set_up(),
                ["registration", "dependency", "manager"].contains(&layer),
                "{check}"
            );
        }
    }
}
