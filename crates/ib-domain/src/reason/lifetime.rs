//! What can be wrong with LifeTime's answers (`lifetime-api.md`).

use super::{Entry, Retry, Severity, Who};
use crate::check::Check;
use crate::feature::{Feature, Impact};

/// What they share: without LifeTime's word, the rest of the infrastructure stays unseen.
const ACCESS: Entry = Entry {
    code: "",
    id: "",
    check: Check::LifeTimeAccess,
    severity: Severity::Failed,
    title: "",
    message: "",
    cause: "",
    action: "",
    who: Who::LifeTimeAdministrator,
    retry: Retry::Final,
    impact: Impact::Only(&[Feature::OtherEnvironments]),
    vendor: &[],
    rejects_login: false,
};

pub(super) const TOKEN_REFUSED: Entry = Entry {
    code: "SETUP-LT-001",
    id: "lifetime.access.token_refused",
    title: "Token not accepted",
    message: "LifeTime at {host} did not accept the service account's token.",
    cause: "It is mistyped, it was replaced by a newer one, or it has expired (tokens made since LifeTime 11.16.0 do).",
    action: "In LifeTime, User Management, Service Accounts, make a new token and use that one.",
    retry: Retry::NeverAutomatic,
    rejects_login: true,
    ..ACCESS
};

pub(super) const ACCOUNT_FORBIDDEN: Entry = Entry {
    code: "SETUP-LT-002",
    id: "lifetime.access.forbidden",
    title: "Service account may not read this",
    message: "LifeTime at {host} does not let the service account read {observed}.",
    cause: "The account's default role lacks the right to manage users and roles, or cannot list the environments.",
    action: "Give the service account a role that may manage users and roles, with List Applications on all environments.",
    ..ACCESS
};

pub(super) const NO_API: Entry = Entry {
    code: "SETUP-LT-003",
    id: "lifetime.access.no_api",
    title: "Not LifeTime",
    message: "{host} has no LifeTime API.",
    cause: "The address of another environment was given as LifeTime's, or that LifeTime is too old to have the API.",
    action: "Enter the address under which the LifeTime console opens.",
    who: Who::You,
    ..ACCESS
};

pub(super) const ERROR: Entry = Entry {
    code: "SETUP-LT-004",
    id: "lifetime.access.error",
    severity: Severity::Unknown,
    title: "LifeTime reports an error",
    message: "LifeTime at {host} answers with an error ({observed}).",
    cause: "LifeTime is out of order or overloaded.",
    action: "Try again in a minute. If it stays, look into Service Center's error log on {host}.",
    retry: Retry::Retryable,
    ..ACCESS
};

pub(super) const NOT_UNDERSTOOD: Entry = Entry {
    code: "SETUP-LT-005",
    id: "lifetime.access.not_understood",
    title: "LifeTime's answer not understood",
    message: "LifeTime at {host} answers in a form that is not understood ({observed}).",
    cause: "A device in between changes answers, or that LifeTime has another form of the API.",
    action: "Report the LifeTime version and this code.",
    who: Who::Operator,
    ..ACCESS
};

pub(super) const INVENTORY_EMPTY: Entry = Entry {
    code: "SETUP-LT-006",
    id: "lifetime.inventory.empty",
    check: Check::LifeTimeInventory,
    title: "No environment visible",
    message: "LifeTime at {host} shows no environment to the service account.",
    cause: "The account's role has No Access on every environment, or no environment is registered in LifeTime.",
    action: "Give the service account's role List Applications on all environments.",
    ..ACCESS
};
