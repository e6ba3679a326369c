//! What can stand in the way of installing and updating dependencies (D3, D5, D6).

use super::{Entry, Retry, Severity, Who};
use crate::check::Check;
use crate::feature::{Feature, Impact};

/// What the ones about a publication share.
const PUBLICATION: Entry = Entry {
    code: "",
    id: "",
    check: Check::DependencyPublication,
    severity: Severity::Failed,
    title: "",
    message: "",
    cause: "",
    action: "",
    who: Who::EnvironmentAdministrator,
    retry: Retry::Final,
    impact: Impact::Only(&[Feature::InstallDependencies, Feature::UpdateDependencies]),
    vendor: &[],
    rejects_login: false,
};

/// What the ones about a package share.
const PACKAGE: Entry = Entry { check: Check::DependencyPackage, who: Who::Operator, ..PUBLICATION };

pub(super) const NOT_STARTED: Entry = Entry {
    code: "SETUP-DEP-001",
    id: "dependency.publication.not_started",
    title: "Publication not started",
    message: "{host} did not begin to publish {item}: {observed}.",
    cause: "The environment looked at the package and did not take it on. Its own words say why.",
    action: "Put right what the environment names, then retry {item}.",
    ..PUBLICATION
};

pub(super) const ERRORS: Entry = Entry {
    code: "SETUP-DEP-002",
    id: "dependency.publication.errors",
    title: "Publication ended with errors",
    message: "{host} could not publish {item}: {observed}.",
    cause: "The environment found errors while it compiled or deployed the modules. Its own messages are kept with the item.",
    action: "Read the messages of {item}, put right what they name, then retry {item}. What was installed before stays.",
    ..PUBLICATION
};

pub(super) const INTERRUPTED: Entry = Entry {
    code: "SETUP-DEP-003",
    id: "dependency.publication.interrupted",
    severity: Severity::Unknown,
    title: "Publication interrupted",
    message: "The publication of {item} at {host} did not come to an end: {observed}.",
    cause: "The connection or this service broke off several times, or somebody else is publishing the same application.",
    action: "Look at https://{host}/ServiceCenter whether a publication of {item} is still running there. Once it has ended, retry {item}.",
    retry: Retry::Retryable,
    ..PUBLICATION
};

pub(super) const PACKAGE_MISSING: Entry = Entry {
    code: "SETUP-DEP-004",
    id: "dependency.package.missing",
    title: "Package not there",
    message: "The package of {item} is not there: {observed}.",
    cause: "The catalogue of dependencies names a file that is not in the folder of packages.",
    action: "Put the file into the folder of packages, or correct the catalogue, then retry.",
    ..PACKAGE
};

pub(super) const PACKAGE_ALTERED: Entry = Entry {
    code: "SETUP-DEP-005",
    id: "dependency.package.altered",
    title: "Package altered",
    message: "The package of {item} is not the one of the catalogue: its digest is {observed} in place of {expected}.",
    cause: "The file was changed, or copied only in part, or the catalogue belongs to another version.",
    action: "Get package and catalogue anew from where they come from, then retry. An altered package is never sent.",
    ..PACKAGE
};

pub(super) const PACKAGE_UNREADABLE: Entry = Entry {
    code: "SETUP-DEP-006",
    id: "dependency.package.unreadable",
    title: "Package cannot be read",
    message: "The package of {item} could not be read: {observed}.",
    cause: "The file or its folder may not be read by this service, or changed while it was sent.",
    action: "Let this service read the folder of packages, then retry.",
    retry: Retry::Retryable,
    ..PACKAGE
};

pub(super) const REFUSED: Entry = Entry {
    code: "SETUP-DEP-007",
    id: "dependency.publication.refused",
    title: "Step of a publication refused",
    message: "{host} refused a step of a publication: {observed}.",
    cause: "The environment knows nothing of the publication any more, or has trouble of its own.",
    action: "Look at the error log of https://{host}/ServiceCenter, then retry.",
    retry: Retry::Retryable,
    ..PUBLICATION
};

pub(super) const TIMED_OUT: Entry = Entry {
    code: "SETUP-DEP-008",
    id: "dependency.publication.timed_out",
    severity: Severity::Unknown,
    title: "Publication took too long",
    message: "The publication of {item} at {host} did not end within {expected}.",
    cause: "The environment is busy, or its publication hangs.",
    action: "Look at https://{host}/ServiceCenter whether the publication is still running. Once it has ended, retry {item}: what is there by then is not sent again.",
    retry: Retry::Retryable,
    ..PUBLICATION
};

pub(super) const NOT_VERIFIED: Entry = Entry {
    code: "SETUP-DEP-009",
    id: "dependency.installed.not_verified",
    check: Check::DependencyInstalled,
    title: "Published, but not as it should be",
    message: "After its publication, {item} at {host} is {observed}; expected was {expected}.",
    cause: "Somebody else published another version at the same time, or its references are outdated because other modules changed.",
    action: "Retry {item}. Where that does not help, open its modules in Service Center and look at their references.",
    ..PUBLICATION
};

pub(super) const FORBIDDEN: Entry = Entry {
    code: "SETUP-DEP-010",
    id: "dependency.publication.forbidden",
    title: "User may not publish it",
    message: "{username} may not publish {item} at {host}: {observed}.",
    cause: "The user's default role on development is below Change and Deploy Applications, or a role in a team or on the application lowers it (D5). A new application needs Create Applications too.",
    action: "Give the user the permission in LifeTime, or log in with another IT user; then retry {item}.",
    who: Who::LifeTimeAdministrator,
    ..PUBLICATION
};

pub(super) const VERSION_UNKNOWN: Entry = Entry {
    code: "SETUP-DEP-011",
    id: "dependency.installed.version_unknown",
    check: Check::DependencyInstalled,
    severity: Severity::Warning,
    title: "Version not known",
    message: "The description of {item} at {host} names no version, so it is treated as outdated.",
    cause: "The platform tells no version of an application but by a line such as Version: 2.4.0 in its description.",
    action: "Install it again: the package brings a description with its version.",
    who: Who::You,
    ..PUBLICATION
};

pub(super) const INTEGRATION_NOT_THERE: Entry = Entry {
    code: "SETUP-DEP-012",
    id: "integration.installed.not_there",
    check: Check::DependencyInstalled,
    title: "Integration is not there",
    message: "{item} is not published on development as its package has it: {observed}.",
    cause: "The publication in Service Center did not end well, is still running, or was made on another environment.",
    action: "Publish the solution in Service Center of the development environment, read what it says at the end, then mark {item} as published again.",
    impact: Impact::Only(&[Feature::Publish]),
    who: Who::You,
    ..PUBLICATION
};

pub(super) const UPLOAD_GONE: Entry = Entry {
    code: "SETUP-DEP-013",
    id: "integration.package.gone",
    title: "Uploaded package is gone",
    message: "The package of {item} is not there as it was uploaded: {observed}.",
    cause: "Somebody changed or removed the file where this service keeps packages, or several servers do not share that place.",
    action: "Upload the package again, then retry {item}.",
    who: Who::You,
    impact: Impact::Only(&[Feature::Publish]),
    ..PACKAGE
};
