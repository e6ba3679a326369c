//! What keeps an environment's Integration Manager and this service from talking (A2, B5).

use super::{Entry, Retry, Severity, Who};
use crate::check::Check;
use crate::feature::{Feature, Impact};

/// What all of them share. What Integration Manager does with this service is limited, and nothing else.
const INBOUND: Entry = Entry {
    code: "",
    id: "",
    check: Check::ManagerInbound,
    severity: Severity::Unknown,
    title: "",
    message: "",
    cause: "",
    action: "",
    who: Who::EnvironmentAdministrator,
    retry: Retry::Retryable,
    impact: Impact::Only(&[Feature::AdministratorEmails, Feature::AutomaticConnections]),
    vendor: &[],
    rejects_login: false,
};

pub(super) const ABSENT: Entry = Entry {
    code: "SETUP-LINK-001",
    id: "manager.inbound.absent",
    title: "No Integration Manager",
    message: "At {host} no Integration Manager takes an introduction ({observed}), so it could not be told whether the environment reaches this service.",
    cause: "Integration Manager is not installed there, is too old, or its path is not let through.",
    action: "Install or update Integration Manager in the environment, and let https://{host}/OSIntegrationManager_API/ and all below it through. It is tried again with the next look.",
    vendor: &["OS-INBL-API-10003"],
    ..INBOUND
};

pub(super) const LINKED_ELSEWHERE: Entry = Entry {
    code: "SETUP-LINK-002",
    id: "manager.inbound.linked_elsewhere",
    title: "Integration Manager is linked elsewhere",
    message: "The Integration Manager at {host} is linked to another infrastructure.",
    cause: "It stays with the infrastructure that it was linked to first, so that nobody else gets its reports. The environment was moved, or added to two infrastructures.",
    action: "If it belongs to this infrastructure, have its administrator release the link at https://{host}/OSIntegrationManager/. Otherwise remove the environment here.",
    retry: Retry::Final,
    ..INBOUND
};

pub(super) const SILENT: Entry = Entry {
    code: "SETUP-LINK-003",
    id: "manager.inbound.silent",
    severity: Severity::Failed,
    title: "The environment does not reach this service",
    message: "The Integration Manager at {host} was asked to call this service, and no call came.",
    cause: "The environment's network does not let HTTPS (port 443) out to this service, cannot resolve its name, or does not trust its certificate; or Integration Manager was given another address of the service.",
    action: "Let the servers of {host} connect to this service on port 443, and compare the address of the service in Integration Manager. It is tried again with the next look.",
    who: Who::NetworkAdministrator,
    vendor: &["OS-INBL-API-00069", "OS-INBL-API-00070"],
    ..INBOUND
};
