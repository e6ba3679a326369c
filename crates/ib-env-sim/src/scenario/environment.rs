//! One environment: an OutSystems installation with an address, or something that pretends to be one.

use ipnet::IpNet;
use serde::{Deserialize, Serialize};

use super::{Application, Fault, Generated, IntegrationManager, Module, PublishRule, guid};

/// What answers at a host (`recognising-an-environment.md` 8).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Kind {
    /// A self-managed OutSystems 11 environment.
    #[default]
    OnPremises,
    /// An environment in the vendor's cloud.
    Cloud,
    /// A Personal Environment.
    Personal,
    /// The LifeTime environment.
    Lifetime,
    /// A web server that has nothing to do with OutSystems.
    NotOutsystems,
    /// OutSystems Developer Cloud: another product generation.
    Odc,
}

impl Kind {
    /// Whether Service Center is there.
    pub(crate) fn is_outsystems_11(self) -> bool {
        matches!(self, Self::OnPremises | Self::Cloud | Self::Personal | Self::Lifetime)
    }

    /// The word used in scenarios and in `ready.json`.
    pub fn word(self) -> &'static str {
        match self {
            Self::OnPremises => "on_premises",
            Self::Cloud => "cloud",
            Self::Personal => "personal",
            Self::Lifetime => "lifetime",
            Self::NotOutsystems => "not_outsystems",
            Self::Odc => "odc",
        }
    }
}

/// What an environment is for: LifeTime's `EnvironmentType`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Purpose {
    /// Where users sign in.
    #[default]
    Development,
    /// Quality assurance.
    Test,
    /// Production.
    Production,
}

/// How the host's TLS behaves.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Tls {
    /// A certificate of the simulator's test CA, for this host.
    #[default]
    Ok,
    /// A certificate that ended in 2001.
    Expired,
    /// A certificate that ends in ten days of this machine's time, by which clients verify it.
    EndsSoon,
    /// A certificate that begins in 2090.
    NotYetValid,
    /// A certificate for `wrong.example`.
    WrongHost,
    /// A certificate of a CA that nobody trusts.
    UnknownIssuer,
    /// A certificate for clients, not for servers.
    WrongPurpose,
    /// Only TLS 1.0 is offered.
    OldProtocol,
    /// The port speaks plain HTTP.
    PlainHttp,
    /// The connection is reset at the first TLS message.
    Reset,
    /// The TLS handshake is never answered.
    Stall,
}

/// Who keeps the passwords of IT users (`it-user-permissions.md` 7).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum IdentityProvider {
    /// The platform itself.
    #[default]
    BuiltIn,
    /// LDAP.
    Ldap,
    /// Active Directory.
    Ad,
    /// A provider that speaks `OpenID Connect`.
    Oidc,
}

impl IdentityProvider {
    /// The `AuthenticationProviderKey`; empty for the built-in provider. The words are this project's choice.
    pub fn key(self) -> &'static str {
        match self {
            Self::BuiltIn => "",
            Self::Ldap => "LDAP",
            Self::Ad => "ActiveDirectory",
            Self::Oidc => "OpenIDConnect",
        }
    }
}

/// What `?WSDL` answers. The last two concern `PlatformServices_v8_0_0` only, whose element names are not public.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum WsdlForm {
    /// The default names (`service-center-soap.md` 4.2).
    #[default]
    Normal,
    /// 403 with an HTML page, for every service.
    Refused,
    /// 404 with an HTML page, for every service.
    Absent,
    /// Same positions and types, other names of parameters; the service uses those names.
    RenamedElements,
    /// Another number and other types of parameters.
    OtherDialect,
}

/// An environment and everything that can be wrong with it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own, and a key of a scenario")]
pub struct Environment {
    /// Its host name, for example `dev.acme.example`.
    pub host: String,
    /// What answers there.
    pub kind: Kind,
    /// What it is for.
    pub purpose: Purpose,
    /// Its name in LifeTime.
    pub name: String,
    /// Platform Server version, four numbers.
    pub version: String,
    /// Sent by `GetPlatformInfo` instead of `version`, to send malformed ones.
    pub version_text_override: Option<String>,
    /// What LifeTime believes the version to be, if it differs.
    pub version_seen_by_lifetime: Option<String>,
    /// Eight groups of three characters joined by `-`.
    pub serial: String,
    /// The edition, shown by `Capabilities_Get`.
    pub edition: String,
    /// Applications with their modules.
    pub applications: Vec<Application>,
    /// So many integrations besides: `Orders 01` with the modules `Orders01_DRV` and `Orders01_IS`, `Invoices 02`,
    /// and so on. From the first publication on they stand among `applications`, so that they keep what becomes of
    /// them.
    pub integrations: u32,
    /// More applications and modules, by count. Publications do not change them.
    pub generated: Generated,
    /// Multiple Database Catalogs are in use, shown by `Capabilities_Get`.
    pub multiple_database_catalogs: bool,
    /// Who reaches the consoles and internal services; empty means everybody (`service-center-soap.md` 8).
    pub internal_network: Vec<IpNet>,
    /// Who keeps the passwords.
    pub identity_provider: IdentityProvider,
    /// Whether `/server.identity` and `/server.api` answer.
    pub server_identity_enabled: bool,
    /// Text of a refused log-in, as the identity component of 11.16.0 and later sends its own.
    pub refusal_text: Option<String>,
    /// How TLS behaves.
    pub tls: Tls,
    /// Further host names that its certificate is issued for.
    pub certificate_names: Vec<String>,
    /// How `?WSDL` behaves.
    pub wsdl: WsdlForm,
    /// Milliseconds that the first request waits, as on a sleeping Personal Environment.
    pub sleep_first_request_ms: u64,
    /// Milliseconds before every HTTP response.
    pub delay_ms: u64,
    /// Whether the direct permission route is installed (`it-user-permissions.md` 5).
    pub direct_permissions: bool,
    /// Its path.
    pub direct_permissions_path: String,
    /// Seconds without a poll after which a publication is aborted by the environment.
    pub publish_idle_s: u32,
    /// Whether a dependency whose version rises in its first number outdates the integrations: every module of an
    /// application that has a module named `…_DRV` or `…_IS` gets the note 6, until that module is published again.
    /// A version that the description does not tell, and one of a dependency that was not there, outdates nothing.
    pub breaking_updates: bool,
    /// How its Integration Manager behaves, where that is there.
    pub integration_manager: IntegrationManager,
    /// How publications go.
    pub publish_rules: Vec<PublishRule>,
    /// What goes wrong, the first match wins.
    pub faults: Vec<Fault>,
}

impl Default for Environment {
    fn default() -> Self {
        Self {
            host: String::new(),
            kind: Kind::default(),
            purpose: Purpose::default(),
            name: "Development".to_owned(),
            version: "11.23.1.40123".to_owned(),
            version_text_override: None,
            version_seen_by_lifetime: None,
            serial: "SIM-AAA-AAA-AAA-AAA-AAA-AAA-AA1".to_owned(),
            edition: "Enterprise".to_owned(),
            applications: Vec::new(),
            integrations: 0,
            generated: Generated::default(),
            multiple_database_catalogs: false,
            internal_network: Vec::new(),
            identity_provider: IdentityProvider::default(),
            server_identity_enabled: true,
            refusal_text: None,
            tls: Tls::default(),
            certificate_names: Vec::new(),
            wsdl: WsdlForm::default(),
            sleep_first_request_ms: 0,
            delay_ms: 0,
            direct_permissions: false,
            direct_permissions_path: "/SetupPermissions/rest/V1/Self".to_owned(),
            publish_idle_s: 600,
            breaking_updates: false,
            integration_manager: IntegrationManager::default(),
            publish_rules: Vec::new(),
            faults: Vec::new(),
        }
    }
}

impl Environment {
    /// The GUID that LifeTime knows it by.
    pub fn key(&self) -> String {
        guid("environment", &self.host.to_ascii_lowercase())
    }

    /// Listed applications, integrations and generated ones, made one after the other.
    pub fn all_applications(&self) -> impl Iterator<Item = Application> + Send + use<> {
        let generated = self.generated;
        let listed = self.applications.clone().into_iter().chain(self.unlisted_integrations());
        listed.chain((0..generated.applications).map(move |index| generated.application(index)))
    }

    /// The modules of all applications, made one after the other.
    pub(crate) fn all_modules(&self) -> impl Iterator<Item = Module> + Send + use<> {
        let generated = self.generated;
        let listed = self.applications.clone().into_iter().chain(self.unlisted_integrations());
        let modules = listed.flat_map(|application| application.modules);
        modules.chain((0..generated.modules).map(move |index| generated.module(index)))
    }

    /// The rule for the publication of an application.
    pub(crate) fn publish_rule(&self, application: &str) -> Option<&PublishRule> {
        self.publish_rules.iter().find(|rule| rule.application == "*" || rule.application == application)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn generated_modules_are_spread_over_applications_without_loss() {
        let generated = Generated { applications: 7, modules: 100, description_bytes: 50 };
        let environment = Environment { generated, ..Environment::default() };
        let mut spread: Vec<_> =
            environment.all_applications().flat_map(|application| application.modules).collect();
        spread.sort_by(|one, other| one.name.cmp(&other.name));
        assert_eq!(spread, environment.all_modules().collect::<Vec<_>>());
        assert!(spread.iter().all(|module| module.description.len() == 50));
    }
}
