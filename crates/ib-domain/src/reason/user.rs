//! What can be wrong with an IT user's log-in and permissions (`it-user-permissions.md`).

use super::{Entry, Retry, Severity, Who};
use crate::check::Check;
use crate::feature::{Feature, Impact};

/// What an IT user who is not let in cannot do.
const ALL_OF_THEM: Impact =
    Impact::Only(&[Feature::SignIn, Feature::Register, Feature::InstallDependencies, Feature::Publish]);

/// What refused log-ins share. The platform locks users out, so a program never repeats them.
const LOGIN: Entry = Entry {
    code: "",
    id: "",
    check: Check::UserLogin,
    severity: Severity::Failed,
    title: "",
    message: "",
    cause: "",
    action: "",
    who: Who::You,
    retry: Retry::NeverAutomatic,
    impact: ALL_OF_THEM,
    vendor: &[],
    rejects_login: true,
};

/// What log-ins without an answer share.
const NO_ANSWER: Entry = Entry { severity: Severity::Unknown, rejects_login: false, ..LOGIN };

/// What missing permissions share.
const MISSING: Entry = Entry {
    check: Check::UserLevel,
    who: Who::LifeTimeAdministrator,
    retry: Retry::Final,
    rejects_login: false,
    ..LOGIN
};

/// What permissions that could not be told share: that is never "sufficient".
const UNVERIFIED: Entry = Entry { severity: Severity::Unknown, ..MISSING };

pub(super) const EXTERNAL_IDENTITY_PROVIDER: Entry = Entry {
    code: "SETUP-AUTH-003",
    id: "env.identity.external",
    check: Check::EnvIdentity,
    severity: Severity::Warning,
    title: "External identity provider",
    message: "{host} leaves the check of passwords to an external identity provider ({observed}).",
    cause: "Single sign-on is set up for IT users.",
    action: "Log in with an account that has a password in the platform itself; single sign-on accounts may not be accepted here.",
    impact: Impact::Nothing,
    retry: Retry::Final,
    rejects_login: false,
    ..LOGIN
};

pub(super) const LOGIN_REFUSED: Entry = Entry {
    code: "SETUP-AUTH-001",
    id: "user.login.refused",
    title: "Log-in not accepted",
    message: "{host} did not accept the user name and password.",
    cause: "The user is unknown or inactive, the password is wrong, or the environment wants the password in another form. It does not say which.",
    action: "Check the user by logging in at https://{host}/ServiceCenter. If that works there, have the password form looked at; if not, have the password reset in LifeTime.",
    ..LOGIN
};

pub(super) const LOGIN_REFUSED_EXTERNAL: Entry = Entry {
    code: "SETUP-AUTH-006",
    id: "user.login.refused_external",
    title: "Log-in not accepted; single sign-on is active",
    message: "{host} did not accept the user name and password, and an external identity provider is active there.",
    cause: "Mostly a single sign-on account, which has no password in the platform; otherwise an unknown user or a wrong password.",
    action: "Use a local administrator or another account with a password in the platform itself.",
    ..LOGIN
};

pub(super) const LOGIN_LOCKED: Entry = Entry {
    code: "SETUP-AUTH-002",
    id: "user.login.locked",
    title: "Too many attempts",
    message: "{host} refuses every log-in of this user for now: too many attempts have failed ({observed}).",
    cause: "The platform blocks a user, or the address they come from, after several failed log-ins.",
    action: "Wait {wait}, then try once. A LifeTime administrator can unblock the user sooner.",
    who: Who::LifeTimeAdministrator,
    ..LOGIN
};

pub(super) const LOGIN_FORBIDDEN: Entry = Entry {
    code: "SETUP-AUTH-005",
    id: "user.login.forbidden",
    title: "User not allowed here",
    message: "{host} knows the user but does not let them use its services ({observed}).",
    cause: "The user's default role has No Access on this environment.",
    action: "In LifeTime, give the user a default role with at least Change and Deploy Applications on the development environment.",
    who: Who::LifeTimeAdministrator,
    ..LOGIN
};

pub(super) const LOGIN_UNPROVEN: Entry = Entry {
    code: "SETUP-AUTH-004",
    id: "user.login.unproven",
    title: "Log-in not proven",
    message: "{host} raised no objection to the log-in, but the service that would prove it did not answer ({observed}).",
    cause: "The development services of the environment are out of order, or they know another log-in than the console.",
    action: "Check in Service Center of {host} that the platform services run, then try once more.",
    who: Who::EnvironmentAdministrator,
    ..NO_ANSWER
};

pub(super) const LOGIN_TROUBLE: Entry = Entry {
    code: "SETUP-AUTH-007",
    id: "user.login.trouble",
    title: "Log-in could not be checked",
    message: "{host} could not check the log-in ({observed}). This says nothing about the password.",
    cause: "The environment failed while it looked at the credentials.",
    action: "Look into the error log in Service Center of {host}, then try once more.",
    who: Who::EnvironmentAdministrator,
    ..NO_ANSWER
};

pub(super) const UNKNOWN_DIALECT: Entry = Entry {
    code: "SETUP-AUTH-008",
    id: "user.login.unknown_dialect",
    title: "Services of an unknown form",
    message: "The services of {host} have another form than any known one ({observed}), so no credentials were sent.",
    cause: "That Platform Server has a newer or changed interface.",
    action: "Report this code with the Platform Server version.",
    who: Who::Operator,
    ..NO_ANSWER
};

pub(super) const LEVEL_MISSING: Entry = Entry {
    code: "SETUP-PERM-001",
    id: "user.level.missing",
    title: "Permission level missing",
    message: "The user has {observed} on {host}; {expected} is needed (decided by {decided_by}).",
    cause: "The default role decides. A higher level given in a team or on an application does not help here.",
    action: "In LifeTime, give the user a default role with Change and Deploy Applications on the development environment.",
    ..MISSING
};

pub(super) const CREATE_APPLICATIONS_MISSING: Entry = Entry {
    code: "SETUP-PERM-003",
    id: "user.create_applications.missing",
    check: Check::UserCreate,
    title: "Create Applications missing",
    message: "The user may not create applications on {host} (decided by {decided_by}).",
    cause: "The default role does not have the specific permission. Given in a team, it holds in LifeTime only.",
    action: "In LifeTime, switch on Create Applications for the development environment in the user's default role.",
    ..MISSING
};

pub(super) const PERMISSIONS_NO_ROUTE: Entry = Entry {
    code: "SETUP-PERM-002",
    id: "user.level.no_route",
    title: "Permissions could not be verified",
    message: "The log-in is good, but nothing there tells which permissions the user has on {host}.",
    cause: "A stock environment does not show them; LifeTime does, to a service account.",
    action: "Give access to LifeTime: ib check {host} --username USER --password-stdin --lifetime HOST --lifetime-token-file FILE.",
    who: Who::You,
    ..UNVERIFIED
};

pub(super) const PERMISSIONS_NOT_UNDERSTOOD: Entry = Entry {
    code: "SETUP-PERM-004",
    id: "user.level.not_understood",
    title: "Permission answer not understood",
    message: "The permission service of {host} answers in a form that is not understood ({observed}).",
    cause: "The small application behind it has another contract, or fails.",
    action: "Correct the application, or give access to LifeTime instead.",
    who: Who::EnvironmentAdministrator,
    ..UNVERIFIED
};

pub(super) const PERMISSION_MODEL_UNKNOWN: Entry = Entry {
    code: "SETUP-PERM-005",
    id: "user.level.model_unknown",
    title: "Permission model not understood",
    message: "LifeTime calls level 5 \"{observed}\", where {expected} is known. Nothing is granted on a guess.",
    cause: "That LifeTime numbers its permission levels in another way.",
    action: "Report this code with the LifeTime version.",
    who: Who::Operator,
    ..UNVERIFIED
};

pub(super) const NOT_LISTED: Entry = Entry {
    code: "SETUP-PERM-006",
    id: "user.level.user_not_listed",
    title: "User not in LifeTime",
    message: "{host} accepts the user, but LifeTime does not list them.",
    cause: "The user exists on this environment only, or the service account does not see all users.",
    action: "Create the user in LifeTime, or use one that is managed there.",
    ..UNVERIFIED
};

pub(super) const INACTIVE: Entry = Entry {
    code: "SETUP-PERM-007",
    id: "user.level.inactive",
    title: "User inactive",
    message: "LifeTime lists the user as inactive.",
    cause: "The user was deactivated; an environment may not have heard of it yet.",
    action: "Activate the user in LifeTime, or use another one.",
    ..MISSING
};

pub(super) const ROLE_NOT_LISTED: Entry = Entry {
    code: "SETUP-PERM-008",
    id: "user.level.role_not_listed",
    title: "Role not shown",
    message: "LifeTime lists the user, but not the role that decides ({observed}).",
    cause: "The service account does not see all roles, or the role was just removed.",
    action: "Give the service account a role that may manage users and roles, then check again.",
    ..UNVERIFIED
};

pub(super) const ENVIRONMENT_NOT_LISTED: Entry = Entry {
    code: "SETUP-PERM-009",
    id: "user.level.environment_not_listed",
    title: "Environment not in LifeTime",
    message: "LifeTime does not list {host}, so the user's role there cannot be told.",
    cause: "The environment belongs to another infrastructure, or LifeTime knows it under another name.",
    action: "Use the host name that LifeTime shows for the development environment, or the LifeTime of this infrastructure.",
    who: Who::You,
    ..UNVERIFIED
};

pub(super) const DEPENDENCIES_KEPT: Entry = Entry {
    code: "SETUP-PERM-010",
    id: "user.dependencies.kept",
    check: Check::UserDependencies,
    severity: Severity::Warning,
    title: "Some dependencies kept from the user",
    message: "The user may not update {observed} (decided by {decided_by}).",
    cause: "A role in a team or on the application lowers the level below Change and Deploy Applications.",
    action: "Nothing, if that is wanted. Otherwise remove that role in LifeTime.",
    impact: Impact::Only(&[Feature::UpdateDependencies]),
    ..MISSING
};
