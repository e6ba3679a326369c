//! What can be wrong with who answers, and which version it runs.

use super::{Entry, Retry, Severity, Who};
use crate::check::Check;
use crate::feature::{Feature, Impact};

/// What the ones about the product share.
const PRODUCT: Entry = Entry {
    code: "",
    id: "",
    check: Check::EnvProduct,
    severity: Severity::Failed,
    title: "",
    message: "",
    cause: "",
    action: "",
    who: Who::You,
    retry: Retry::Final,
    impact: Impact::Connection,
    vendor: &[],
    rejects_login: false,
};

/// What the ones about the role share.
const ROLE: Entry = Entry { check: Check::EnvRole, ..PRODUCT };

/// What the ones about the version share.
const VERSION: Entry = Entry {
    check: Check::EnvVersion,
    who: Who::EnvironmentAdministrator,
    impact: Impact::Environment,
    ..PRODUCT
};

pub(super) const NOT_OUTSYSTEMS: Entry = Entry {
    code: "SETUP-ENV-005",
    id: "env.product.not_outsystems",
    title: "Not an OutSystems 11 environment",
    message: "Something answers at {host}, but it is no OutSystems 11 environment ({observed}).",
    cause: "The address belongs to another site of your company, or to an application in front of the environment.",
    action: "Enter the address under which Service Center opens: https://ADDRESS/ServiceCenter.",
    ..PRODUCT
};

pub(super) const CLOSED: Entry = Entry {
    code: "SETUP-ENV-006",
    id: "env.open.internal_network",
    check: Check::EnvOpen,
    title: "Closed by Internal Network",
    message: "{host} is there, but its Internal Network setting does not let this service in ({observed}).",
    cause: "With an Internal Network set, Service Center and its services answer the listed addresses only.",
    action: "In Service Center of {host}, under Administration, Security, Network Security, or in LifeTime for all environments, add the addresses of this service to the Internal Network.",
    who: Who::EnvironmentAdministrator,
    ..PRODUCT
};

pub(super) const IS_LIFETIME: Entry = Entry {
    code: "SETUP-ENV-007",
    id: "env.role.lifetime",
    title: "This is LifeTime",
    message: "{host} is the LifeTime environment, and Integration Builder never connects to LifeTime.",
    cause: "The address of the console that manages the environments was given in place of the development environment's.",
    action: "Enter the address of the environment itself: to sign in, that of development. LifeTime shows them under Infrastructure, Environments.",
    ..ROLE
};

pub(super) const OTHER_GENERATION: Entry = Entry {
    code: "SETUP-ENV-008",
    id: "env.product.developer_cloud",
    title: "Another product generation",
    message: "{host} belongs to OutSystems Developer Cloud, not to OutSystems 11.",
    cause: "Developer Cloud has no Service Center and needs no Integration Builder.",
    action: "Enter the address of an OutSystems 11 development environment.",
    ..PRODUCT
};

pub(super) const LOOKS_LIKE_LIFETIME: Entry = Entry {
    code: "SETUP-ENV-010",
    id: "env.role.looks_like_lifetime",
    severity: Severity::Warning,
    title: "Named like LifeTime",
    message: "The name {host} follows the pattern of LifeTime environments in the vendor's cloud, and the host left open what it is.",
    cause: "Cloud infrastructures name their LifeTime environment with -lt at the end of the first part.",
    action: "Make sure that this is the development environment; its name mostly ends in -dev.",
    impact: Impact::Nothing,
    ..ROLE
};

pub(super) const LOOKS_LIKE_PRODUCTION: Entry = Entry {
    code: "SETUP-ENV-011",
    id: "env.role.looks_like_production",
    severity: Severity::Warning,
    title: "Named like production",
    message: "{host} is named like a production environment.",
    cause: "Integrations are developed and first published on the development environment.",
    action: "Make sure that this is the development environment. If it is, nothing needs to be done.",
    impact: Impact::Nothing,
    ..ROLE
};

pub(super) const NOT_DEVELOPMENT: Entry = Entry {
    code: "SETUP-ENV-012",
    id: "env.role.not_development",
    title: "Not the development environment",
    message: "LifeTime knows {host} as {observed}, and sign-in needs the development environment.",
    cause: "The address of another environment of the infrastructure was given.",
    action: "Enter the address of the development environment ({expected}).",
    ..ROLE
};

pub(super) const SAME_ENVIRONMENT: Entry = Entry {
    code: "SETUP-ENV-014",
    id: "env.role.known",
    severity: Severity::Warning,
    title: "Known under another name",
    message: "{host} leads to an environment that is there already: {observed}.",
    cause: "An environment can have several host names, and all of them show the same serial number.",
    action: "Nothing has to be added: it is set up under its other name. To use this address from now on, change it there.",
    impact: Impact::Nothing,
    ..ROLE
};

pub(super) const SEVERAL_CATALOGS: Entry = Entry {
    code: "SETUP-ENV-015",
    id: "env.catalogs.several",
    check: Check::EnvCatalogs,
    severity: Severity::Warning,
    title: "Several database catalogs",
    message: "{host} uses Multiple Database Catalogs, so integrations cannot be published from here.",
    cause: "With several catalogs it has to be decided for each module where its tables go, and only Service Center asks for that.",
    action: "Upload the package of each integration here, download the solution, publish it in Service Center, then mark it as published.",
    impact: Impact::Only(&[Feature::Publish]),
    ..PRODUCT
};

pub(super) const VERSION_TOO_OLD: Entry = Entry {
    code: "SETUP-INFRA-001",
    id: "env.version.too_old",
    title: "Platform Server too old",
    message: "{host} runs Platform Server {observed}; {expected} is needed.",
    cause: "Integration Builder needs what came with Platform Server 11.7.2.",
    action: "Upgrade the Platform Server of {host}. A current release also does without an activation code.",
    ..VERSION
};

pub(super) const VERSION_UNREADABLE: Entry = Entry {
    code: "SETUP-INFRA-002",
    id: "env.version.unreadable",
    severity: Severity::Unknown,
    title: "Version not readable",
    message: "{host} is an OutSystems environment, but its Platform Server version could not be read ({observed}).",
    cause: "The service that tells the version failed, or told it in an unknown form.",
    action: "Open https://{host}/ServiceCenter: the version stands at the bottom of its pages. If it is 11.7.2 or later, try again, then report the form.",
    retry: Retry::Retryable,
    ..VERSION
};

pub(super) const ACTIVATION_CODE_NEEDED: Entry = Entry {
    code: "SETUP-INFRA-004",
    id: "env.activation.needed",
    check: Check::EnvActivation,
    severity: Severity::Warning,
    title: "Activation code needed",
    message: "With Platform Server {observed}, registration will ask for the activation code.",
    cause: "Up to Platform Server 11.7.6 an environment cannot tell by itself which infrastructure it belongs to.",
    action: "Have it ready: https://{host}/ServiceCenter, Administration, Licensing, Activation Code (eight groups with dots; the one with dashes is the Serial Number).",
    who: Who::You,
    impact: Impact::Nothing,
    ..VERSION
};

pub(super) const VERSION_EARLIER_GENERATION: Entry = Entry {
    code: "SETUP-INFRA-005",
    id: "env.version.earlier_generation",
    title: "OutSystems 10 or older",
    message: "{host} runs Platform Server {observed}, an earlier generation of the platform; {expected} is needed.",
    cause: "Integration Builder exists for OutSystems 11.",
    action: "Move the infrastructure to OutSystems 11.",
    ..VERSION
};

pub(super) const VERSION_LATER_GENERATION: Entry = Entry {
    code: "SETUP-INFRA-006",
    id: "env.version.later_generation",
    title: "Later than OutSystems 11",
    message: "{host} runs Platform Server {observed}, a later generation than Integration Builder knows; {expected} is needed.",
    cause: "Integration Builder exists for OutSystems 11.",
    action: "Enter the address of an OutSystems 11 environment.",
    who: Who::You,
    ..VERSION
};

pub(super) const VERSION_KNOWN_TROUBLE: Entry = Entry {
    code: "SETUP-INFRA-007",
    id: "env.version.known_trouble",
    severity: Severity::Warning,
    title: "Version with known trouble",
    message: "{host} runs Platform Server {observed}, which is allowed, but known to break generated applications of a sibling product.",
    cause: "Defects of Platform Server 11.7.2 and 11.7.3.",
    action: "Upgrade the Platform Server of {host} when you can.",
    impact: Impact::Nothing,
    ..VERSION
};
