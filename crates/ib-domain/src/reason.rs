//! Every reason why a check can fail or a set-up can stop: one cause, one code.
//!
//! The catalogue is data. Pages, command line, JSON and `docs/errors.md` are views of it. A reason's
//! [code](Entry::code) and [id](Entry::id) are stable: they are never reused and never renamed.
//!
//! ```
//! use ib_domain::reason::Reason;
//!
//! let reason = Reason::from_code("setup-env-007").expect("in the catalogue");
//! assert_eq!(reason, Reason::IsLifeTime);
//! println!("{}: {}", reason.entry().title, reason.entry().action);
//! ```

mod address;
mod dependency;
mod http;
mod lifetime;
mod manager;
mod network;
mod product;
mod registration;
#[cfg(test)]
mod tests;
mod tls;
mod user;

use std::fmt;

use crate::check::Check;
use crate::feature::Impact;

/// How bad a reason is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum Severity {
    /// Worth knowing; nothing is in the way.
    Warning,
    /// Wrong.
    Failed,
    /// The check could not be made to the end.
    Unknown,
}

/// Whether asking again may help.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum Retry {
    /// It may pass by itself: `--wait` asks again.
    Retryable,
    /// It stays until somebody changes something.
    Final,
    /// It must not be asked again by a program: the platform blocks users after failed log-ins.
    NeverAutomatic,
}

/// Who can do something about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum Who {
    /// The person who typed the address or the credentials.
    You,
    /// Whoever administers the environment (Service Center, its server, its certificate).
    EnvironmentAdministrator,
    /// Whoever administers LifeTime (IT users, roles, service accounts).
    LifeTimeAdministrator,
    /// Whoever runs the network: DNS, firewall, proxy.
    NetworkAdministrator,
    /// Whoever runs this service.
    Operator,
}

impl Who {
    /// What to call them in a sentence.
    pub const fn label(self) -> &'static str {
        match self {
            Self::You => "you",
            Self::EnvironmentAdministrator => "the environment's administrator",
            Self::LifeTimeAdministrator => "the LifeTime administrator",
            Self::NetworkAdministrator => "the network administrator",
            Self::Operator => "whoever runs this service",
        }
    }
}

/// What the catalogue says about one reason. In `message` and `action`, `{host}` and the names of the
/// evidence (`{observed}`, `{expected}`, ...) stand for their values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Entry {
    /// The stable code, such as `SETUP-ENV-002`.
    pub code: &'static str,
    /// The stable dotted name, such as `net.name.not_found`.
    pub id: &'static str,
    /// The check that it answers.
    pub check: Check,
    /// How bad it is.
    pub severity: Severity,
    /// A few words.
    pub title: &'static str,
    /// What was seen, as a sentence.
    pub message: &'static str,
    /// What usually lies behind it.
    pub cause: &'static str,
    /// What to do.
    pub action: &'static str,
    /// Who can do it.
    pub who: Who,
    /// Whether asking again may help.
    pub retry: Retry,
    /// What it takes away.
    pub impact: Impact,
    /// The platform vendor's own codes for the same trouble, where there are any.
    pub vendor: &'static [&'static str],
    /// Whether it means that an account was not let in.
    pub rejects_login: bool,
}

impl Entry {
    /// Where the reason is explained at length, relative to the repository.
    pub fn docs(&self) -> String {
        format!("docs/errors.md#{}", self.code.to_ascii_lowercase())
    }
}

/// Builds [`Reason`] from one list, so that no reason can be without its entry.
macro_rules! reasons {
    ($($(#[doc = $doc:literal])+ $name:ident = $($entry:ident)::+;)+) => {
        /// Why a check did not pass, or why a set-up stopped.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Reason { $($(#[doc = $doc])+ $name,)+ }

        impl Reason {
            /// Every reason, in the order of the catalogue.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// What the catalogue says about it.
            pub const fn entry(self) -> &'static Entry {
                match self { $(Self::$name => &$($entry)::+),+ }
            }
        }
    };
}

reasons! {
    /// Nothing was typed.
    AddressEmpty = address::EMPTY;
    /// What was typed is no host name.
    AddressMalformed = address::MALFORMED;
    /// Another scheme than https was typed.
    AddressScheme = address::SCHEME;
    /// A user name or password is part of the address.
    AddressUserInfo = address::USER_INFO;
    /// An IP address was typed in place of a name.
    AddressLiteral = address::LITERAL;
    /// The name has one label only.
    AddressSingleLabel = address::SINGLE_LABEL;
    /// The name, or a label of it, is too long.
    AddressTooLong = address::TOO_LONG;
    /// A port other than 443 was typed.
    AddressPort = address::PORT;

    /// The name has no address.
    NameNotFound = network::NAME_NOT_FOUND;
    /// The name service did not answer properly.
    NameServiceFailed = network::NAME_SERVICE_FAILED;
    /// The name service did not answer in time.
    NameServiceTimedOut = network::NAME_SERVICE_TIMED_OUT;
    /// The name leads to an address that nobody may connect to.
    AddressForbidden = network::FORBIDDEN;
    /// The name leads to a private address, which this service does not connect to by default.
    AddressPrivate = network::PRIVATE;
    /// The name leads to a cloud provider's metadata service.
    AddressMetadata = network::METADATA;
    /// Only some of the name's addresses may be connected to.
    AddressMixed = network::MIXED;
    /// The connection was not accepted in time.
    ConnectTimedOut = network::CONNECT_TIMED_OUT;
    /// The connection was refused.
    ConnectRefused = network::CONNECT_REFUSED;
    /// There is no route to the host.
    ConnectUnreachable = network::CONNECT_UNREACHABLE;
    /// The egress proxy did not pass the connection on.
    ProxyRefused = network::PROXY_REFUSED;

    /// The certificate has ended.
    TlsExpired = tls::EXPIRED;
    /// The certificate ends soon.
    TlsEndsSoon = tls::ENDS_SOON;
    /// The certificate has not begun.
    TlsNotYetValid = tls::NOT_YET_VALID;
    /// The certificate is for other names.
    TlsNameMismatch = tls::NAME_MISMATCH;
    /// The certificate's issuer is not trusted.
    TlsUnknownIssuer = tls::UNKNOWN_ISSUER;
    /// The certificate is broken in another way.
    TlsCertificateInvalid = tls::CERTIFICATE_INVALID;
    /// No common TLS version or cipher.
    TlsProtocol = tls::PROTOCOL;
    /// What answers does not speak TLS.
    TlsNotSpoken = tls::NOT_SPOKEN;
    /// The handshake was broken off.
    TlsBrokenOff = tls::BROKEN_OFF;
    /// The handshake did not end in time.
    TlsTimedOut = tls::TIMED_OUT;

    /// No answer came in time.
    HttpNoAnswer = http::NO_ANSWER;
    /// The answer began, but did not end in time.
    HttpTooSlow = http::TOO_SLOW;
    /// The connection was reset while an answer was due.
    HttpReset = http::RESET;
    /// The answer ended too early.
    HttpCutShort = http::CUT_SHORT;
    /// The answer is longer than any real one.
    HttpTooLarge = http::TOO_LARGE;
    /// The answer inflates to more than any real one.
    HttpBomb = http::BOMB;
    /// What answers does not speak HTTP.
    HttpNotSpoken = http::NOT_SPOKEN;
    /// The address redirects to another host.
    HttpRedirectsElsewhere = http::REDIRECTS_ELSEWHERE;
    /// A gateway in front of the environment answers in its place.
    HttpGateway = http::GATEWAY;
    /// The web server reports an error of its own.
    HttpServerError = http::SERVER_ERROR;
    /// The environment asks to be called less often.
    HttpThrottled = http::THROTTLED;
    /// The answer is not well-formed XML.
    HttpMalformedXml = http::MALFORMED_XML;
    /// The answer holds a document type declaration.
    HttpForbiddenXml = http::FORBIDDEN_XML;

    /// Something answers, but it is no OutSystems 11 environment.
    NotOutSystems = product::NOT_OUTSYSTEMS;
    /// The environment's Internal Network setting keeps this service out.
    ClosedToUs = product::CLOSED;
    /// It is LifeTime.
    IsLifeTime = product::IS_LIFETIME;
    /// It is OutSystems Developer Cloud.
    OtherGeneration = product::OTHER_GENERATION;
    /// The host's name looks like LifeTime's.
    LooksLikeLifeTime = product::LOOKS_LIKE_LIFETIME;
    /// The host's name looks like a production environment's.
    LooksLikeProduction = product::LOOKS_LIKE_PRODUCTION;
    /// LifeTime knows it as another kind of environment than development.
    NotDevelopment = product::NOT_DEVELOPMENT;
    /// The environment is known under another name already.
    SameEnvironment = product::SAME_ENVIRONMENT;
    /// The Platform Server is older than 11.7.2.
    VersionTooOld = product::VERSION_TOO_OLD;
    /// The Platform Server is of OutSystems 10 or older.
    VersionEarlierGeneration = product::VERSION_EARLIER_GENERATION;
    /// The Platform Server is of a later generation.
    VersionLaterGeneration = product::VERSION_LATER_GENERATION;
    /// The version could not be read.
    VersionUnreadable = product::VERSION_UNREADABLE;
    /// The version is allowed, with known trouble.
    VersionKnownTrouble = product::VERSION_KNOWN_TROUBLE;
    /// Registration will ask for an activation code.
    ActivationCodeNeeded = product::ACTIVATION_CODE_NEEDED;

    /// An external identity provider checks passwords.
    ExternalIdentityProvider = user::EXTERNAL_IDENTITY_PROVIDER;
    /// Several database catalogs are in use.
    SeveralCatalogs = product::SEVERAL_CATALOGS;
    /// The credentials were not accepted.
    LoginRefused = user::LOGIN_REFUSED;
    /// The credentials were not accepted, and an external identity provider is active.
    LoginRefusedExternal = user::LOGIN_REFUSED_EXTERNAL;
    /// Too many failed attempts.
    LoginLocked = user::LOGIN_LOCKED;
    /// The user may not use the environment's services.
    LoginForbidden = user::LOGIN_FORBIDDEN;
    /// The log-in was accepted but not proven.
    LoginUnproven = user::LOGIN_UNPROVEN;
    /// The environment could not check the credentials.
    LoginTrouble = user::LOGIN_TROUBLE;
    /// The environment's services have another shape than any known one.
    UnknownDialect = user::UNKNOWN_DIALECT;
    /// The user lacks the level Change and Deploy Applications.
    LevelMissing = user::LEVEL_MISSING;
    /// The user lacks the specific permission Create Applications.
    CreateApplicationsMissing = user::CREATE_APPLICATIONS_MISSING;
    /// Nothing there can tell the user's permissions.
    PermissionsNoRoute = user::PERMISSIONS_NO_ROUTE;
    /// The permission service gave an answer that is not understood.
    PermissionsNotUnderstood = user::PERMISSIONS_NOT_UNDERSTOOD;
    /// LifeTime's permission levels are not the known ones.
    PermissionModelUnknown = user::PERMISSION_MODEL_UNKNOWN;
    /// LifeTime does not list the user.
    UserNotListed = user::NOT_LISTED;
    /// The user is inactive in LifeTime.
    UserInactive = user::INACTIVE;
    /// The user's role is not listed.
    RoleNotListed = user::ROLE_NOT_LISTED;
    /// LifeTime does not list the environment.
    EnvironmentNotListed = user::ENVIRONMENT_NOT_LISTED;
    /// Some dependencies are kept from the user.
    DependenciesKept = user::DEPENDENCIES_KEPT;

    /// LifeTime did not accept the token.
    TokenRefused = lifetime::TOKEN_REFUSED;
    /// The service account may not read what is needed.
    AccountForbidden = lifetime::ACCOUNT_FORBIDDEN;
    /// The host has no LifeTime API.
    NoLifeTimeApi = lifetime::NO_API;
    /// LifeTime reports an error of its own.
    LifeTimeError = lifetime::ERROR;
    /// LifeTime's answer is not understood.
    LifeTimeNotUnderstood = lifetime::NOT_UNDERSTOOD;
    /// LifeTime shows no environment to the service account.
    InventoryEmpty = lifetime::INVENTORY_EMPTY;

    /// Too many addresses were asked about.
    AddressThrottled = registration::ADDRESS_THROTTLED;
    /// Another environment answers at the address than before.
    OtherEnvironment = registration::OTHER_ENVIRONMENT;
    /// A log-in was sent, and its answer was never recorded.
    LoginUnanswered = registration::LOGIN_UNANSWERED;
    /// The credentials were forgotten before they were sent.
    LoginForgotten = registration::LOGIN_FORGOTTEN;
    /// Too many log-ins were asked for, or another one of the same user is under way.
    LoginThrottled = registration::LOGIN_THROTTLED;
    /// The activation code is not the infrastructure's.
    CodeRefused = registration::CODE_REFUSED;
    /// Nobody could verify the activation code now.
    CodeUnavailable = registration::CODE_UNAVAILABLE;
    /// The activation code was forgotten before it was verified.
    CodeForgotten = registration::CODE_FORGOTTEN;
    /// Too many activation codes were entered.
    CodeThrottled = registration::CODE_THROTTLED;

    /// The environment did not take a package on.
    PublicationNotStarted = dependency::NOT_STARTED;
    /// A publication ended with errors.
    PublicationErrors = dependency::ERRORS;
    /// What became of a publication is not known, or another one is in its way.
    PublicationInterrupted = dependency::INTERRUPTED;
    /// There is no such package.
    PackageMissing = dependency::PACKAGE_MISSING;
    /// The package is not the one of the catalogue.
    PackageAltered = dependency::PACKAGE_ALTERED;
    /// The package could not be read.
    PackageUnreadable = dependency::PACKAGE_UNREADABLE;
    /// The environment refused a step of a publication.
    PublicationRefused = dependency::REFUSED;
    /// A publication did not end in time.
    PublicationTimedOut = dependency::TIMED_OUT;
    /// What was read back after a publication is not what was published.
    NotVerified = dependency::NOT_VERIFIED;
    /// The user may not publish an application.
    PublicationForbidden = dependency::FORBIDDEN;
    /// The version of a dependency is not known.
    DependencyVersionUnknown = dependency::VERSION_UNKNOWN;
    /// An integration that was published by hand is not there.
    IntegrationNotThere = dependency::INTEGRATION_NOT_THERE;
    /// The package of an integration is not there as it was uploaded.
    UploadGone = dependency::UPLOAD_GONE;

    /// Nothing takes introductions at the environment: Integration Manager is not there, or too old.
    ManagerAbsent = manager::ABSENT;
    /// Integration Manager is linked to another infrastructure.
    ManagerLinkedElsewhere = manager::LINKED_ELSEWHERE;
    /// Integration Manager took an introduction on, and did not reach this service.
    ManagerSilent = manager::SILENT;

    /// A check broke down: our bug.
    CheckCrashed = http::CHECK_CRASHED;
}

impl Reason {
    /// Finds a reason by its code, in any case.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|reason| reason.entry().code.eq_ignore_ascii_case(code.trim()))
    }

    /// Whether it becomes a failure by itself: a warning that somebody has to do something about.
    pub const fn worsens(self) -> bool {
        matches!(self, Self::TlsEndsSoon)
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.entry().code)
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for Reason {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.entry().code)
    }
}

#[cfg(feature = "serde")]
impl<'de> serde::Deserialize<'de> for Reason {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let code = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        Self::from_code(&code)
            .ok_or_else(|| serde::de::Error::custom(format!("no finding has the code {code:?}")))
    }
}
