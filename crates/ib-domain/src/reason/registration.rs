//! What can stop a registration besides the answers of checks.

use super::{Entry, Retry, Severity, Who};
use crate::check::Check;
use crate::feature::{Feature, Impact};

/// What all of them share: they are questions without an answer yet.
const REGISTRATION: Entry = Entry {
    code: "",
    id: "",
    check: Check::RegistrationEnvironment,
    severity: Severity::Unknown,
    title: "",
    message: "",
    cause: "",
    action: "",
    who: Who::You,
    retry: Retry::Final,
    impact: Impact::Only(&[Feature::Register]),
    vendor: &[],
    rejects_login: false,
};

/// What the ones about the log-in share.
const LOGIN: Entry = Entry {
    check: Check::RegistrationLogin,
    impact: Impact::Only(&[Feature::SignIn, Feature::Register]),
    ..REGISTRATION
};

/// What the ones about the activation code share.
const CODE: Entry = Entry { check: Check::RegistrationCode, ..REGISTRATION };

pub(super) const ADDRESS_THROTTLED: Entry = Entry {
    code: "SETUP-REG-001",
    id: "registration.address.throttled",
    check: Check::RegistrationAddress,
    title: "Too many addresses in a short time",
    message: "The address was not looked at: this service pauses. The pause is its own; the environment knows nothing of it.",
    cause: "Many addresses were entered in a short time: by you, from the same network, or for the same environment. The pause keeps this service from being used to look for hosts.",
    action: "Wait until the pause is over, then enter the address again. Nothing else has to be done.",
    retry: Retry::Retryable,
    ..REGISTRATION
};

pub(super) const OTHER_ENVIRONMENT: Entry = Entry {
    code: "SETUP-ENV-013",
    id: "registration.environment.other",
    severity: Severity::Failed,
    title: "Another environment than before",
    message: "Another environment answers at {host} than the one that was recognised there before.",
    cause: "The name leads to another installation now, or the environment got a new license and with it another serial number.",
    action: "Make sure that {host} is the environment that you mean, then enter the address again.",
    ..REGISTRATION
};

pub(super) const LOGIN_UNANSWERED: Entry = Entry {
    code: "SETUP-AUTH-009",
    id: "registration.login.unanswered",
    title: "Log-in without a known answer",
    message: "A log-in was sent to {host}, and its answer was never recorded. It may have counted as a failed attempt.",
    cause: "This service ended between sending the log-in and recording its answer.",
    action: "Look at https://{host}/ServiceCenter whether the user can still log in there, then log in here once more.",
    retry: Retry::NeverAutomatic,
    ..LOGIN
};

pub(super) const LOGIN_FORGOTTEN: Entry = Entry {
    code: "SETUP-AUTH-010",
    id: "registration.login.forgotten",
    title: "Waiting for log-in",
    message: "The credentials for {host} are no longer kept, and the log-in was not sent.",
    cause: "Credentials are kept for a short time only, and not beyond the end of this service.",
    action: "Log in again; everything else is kept.",
    ..LOGIN
};

pub(super) const LOGIN_THROTTLED: Entry = Entry {
    code: "SETUP-AUTH-011",
    id: "registration.login.throttled",
    title: "Log-in after a pause",
    message: "The log-in was not sent: this service pauses. The pause is its own, and no block by the environment.",
    cause: "Several log-ins in a short time, or another log-in of the same user that is under way. The pause keeps the platform from blocking the user after too many failed ones.",
    action: "Wait until the pause is over, then log in again. Make sure of the password meanwhile.",
    retry: Retry::NeverAutomatic,
    ..LOGIN
};

pub(super) const CODE_REFUSED: Entry = Entry {
    code: "SETUP-INFRA-003",
    id: "registration.activation_code.refused",
    severity: Severity::Failed,
    title: "Activation code refused",
    message: "The activation code is not the one of the infrastructure that {host} belongs to.",
    cause: "A slip of the pen, the code of another infrastructure, or the Serial Number, which has dashes in place of dots.",
    action: "Copy the code from https://{host}/ServiceCenter, Administration, Licensing, Activation Code, and enter it again.",
    ..CODE
};

pub(super) const CODE_UNAVAILABLE: Entry = Entry {
    code: "SETUP-INFRA-008",
    id: "registration.activation_code.unavailable",
    title: "Activation code not verified",
    message: "The activation code could not be verified now. This says nothing about the code.",
    cause: "Whoever verifies activation codes for this service did not answer, or reported a failure.",
    action: "Try again later. If it stays, have the connection to the activation authority looked at.",
    who: Who::Operator,
    retry: Retry::Retryable,
    ..CODE
};

pub(super) const CODE_FORGOTTEN: Entry = Entry {
    code: "SETUP-INFRA-009",
    id: "registration.activation_code.forgotten",
    title: "Activation code no longer kept",
    message: "The activation code is no longer kept, and it was not verified.",
    cause: "A code is kept for a short time only, and not beyond the end of this service.",
    action: "Enter the activation code again; everything else is kept.",
    ..CODE
};

pub(super) const CODE_THROTTLED: Entry = Entry {
    code: "SETUP-INFRA-010",
    id: "registration.activation_code.throttled",
    title: "Too many codes in a short time",
    message: "The activation code was not submitted: this service pauses. The pause is its own, and says nothing about the code.",
    cause: "Several activation codes were entered in a short time. The pause keeps codes from being guessed.",
    action: "Wait until the pause is over, then enter the activation code again.",
    retry: Retry::Retryable,
    ..CODE
};
