//! What can be wrong with an HTTP answer before it is known who answers.

use super::{Entry, Retry, Severity, Who};
use crate::check::Check;
use crate::feature::Impact;

/// What the passing ones share.
const PASSING: Entry = Entry {
    code: "",
    id: "",
    check: Check::NetHttp,
    severity: Severity::Unknown,
    title: "",
    message: "",
    cause: "",
    action: "",
    who: Who::EnvironmentAdministrator,
    retry: Retry::Retryable,
    impact: Impact::Connection,
    vendor: &[],
    rejects_login: false,
};

/// What the lasting ones share.
const LASTING: Entry = Entry { severity: Severity::Failed, retry: Retry::Final, ..PASSING };

pub(super) const NO_ANSWER: Entry = Entry {
    code: "SETUP-HTTP-001",
    id: "net.http.no_answer",
    title: "No answer",
    message: "{host} took the request but gave no answer within {expected}.",
    cause: "The environment is starting (a Personal Environment sleeps when unused), or overloaded.",
    action: "Open https://{host}/ServiceCenter in a browser to wake it, then try again: ib check {host} --wait 5m.",
    who: Who::You,
    ..PASSING
};

pub(super) const TOO_SLOW: Entry = Entry {
    code: "SETUP-HTTP-002",
    id: "net.http.too_slow",
    title: "Answer too slow",
    message: "{host} began to answer but had not finished after {expected}.",
    cause: "The environment or the line is overloaded, or something in between lets data through drop by drop.",
    action: "Try again with more time: ib check {host} --timeout 60s. If it stays, have the environment's load looked at.",
    ..PASSING
};

pub(super) const RESET: Entry = Entry {
    code: "SETUP-HTTP-003",
    id: "net.http.reset",
    title: "Connection reset",
    message: "{host} broke off the connection in place of an answer.",
    cause: "The web server restarted, its application pool is stopped, or a firewall dislikes the request.",
    action: "Try again in a minute. If it stays, check the application pool of Service Center on the server of {host}.",
    ..PASSING
};

pub(super) const CUT_SHORT: Entry = Entry {
    code: "SETUP-HTTP-004",
    id: "net.http.cut_short",
    title: "Answer cut short",
    message: "The answer of {host} ended before it was complete.",
    cause: "The connection was closed half-way, or a device in between changed the answer without correcting its length.",
    action: "Try again. If it stays, have the devices between this service and {host} looked at.",
    who: Who::NetworkAdministrator,
    ..PASSING
};

pub(super) const TOO_LARGE: Entry = Entry {
    code: "SETUP-HTTP-005",
    id: "net.http.too_large",
    title: "Answer too long",
    message: "{host} sent more than {expected} where a short answer was due.",
    cause: "Something other than the environment answers, or it answers in error.",
    action: "Open https://{host}/ServiceCenter in a browser and see what answers there.",
    ..LASTING
};

pub(super) const BOMB: Entry = Entry {
    code: "SETUP-HTTP-006",
    id: "net.http.bomb",
    title: "Answer inflates beyond measure",
    message: "{host} sent a compressed answer that unpacks to more than {expected}.",
    cause: "No environment answers so. It is a broken device in between, or an attempt to exhaust this service.",
    action: "Find out what answers at {host}.",
    ..LASTING
};

pub(super) const NOT_SPOKEN: Entry = Entry {
    code: "SETUP-HTTP-007",
    id: "net.http.not_spoken",
    title: "Not HTTP",
    message: "{host} speaks TLS on port 443, but what it says is not HTTP.",
    cause: "Another program, such as a mail or remote access service, listens on that port.",
    action: "Check the address, and that the environment's web server owns port 443.",
    ..LASTING
};

pub(super) const REDIRECTS_ELSEWHERE: Entry = Entry {
    code: "SETUP-HTTP-008",
    id: "net.http.redirects_elsewhere",
    title: "Redirects to another host",
    message: "{host} sends its callers on to {observed}.",
    cause: "The environment has another official name, or the address belongs to a start page in front of it.",
    action: "If {observed} is the environment, check that address in place of this one. Nothing is followed by itself, and no credentials are sent there.",
    who: Who::You,
    ..LASTING
};

pub(super) const GATEWAY: Entry = Entry {
    code: "SETUP-HTTP-009",
    id: "net.http.gateway",
    title: "Gateway without an environment behind it",
    message: "A gateway in front of {host} answers {observed}: it cannot reach the environment.",
    cause: "The environment's server is stopped, starting, or overloaded.",
    action: "Start the environment's server, or wait until it has started: ib check {host} --wait 5m.",
    ..PASSING
};

pub(super) const SERVER_ERROR: Entry = Entry {
    code: "SETUP-HTTP-010",
    id: "net.http.server_error",
    severity: Severity::Failed,
    title: "Web server reports an error",
    message: "The web server of {host} answers with an error page ({observed}).",
    cause: "The web application of Service Center does not start or fails on every request.",
    action: "Look into the event log and the web server's log on {host}.",
    ..PASSING
};

pub(super) const THROTTLED: Entry = Entry {
    code: "SETUP-HTTP-011",
    id: "net.http.throttled",
    title: "Asked to slow down",
    message: "{host} asks its callers to slow down ({observed}).",
    cause: "A protection in front of the environment counts requests and has had enough.",
    action: "Wait, then try again. If it stays, let this service through the protection.",
    who: Who::NetworkAdministrator,
    ..PASSING
};

pub(super) const MALFORMED_XML: Entry = Entry {
    code: "SETUP-HTTP-012",
    id: "net.http.malformed_xml",
    title: "Damaged answer",
    message: "The answer of {host} is not well-formed XML.",
    cause: "A device in between changes answers, or the service fails half-way through one.",
    action: "Open https://{host}/ServiceCenter/OutSystemsPlatform.asmx in a browser and see what answers there.",
    ..LASTING
};

pub(super) const FORBIDDEN_XML: Entry = Entry {
    code: "SETUP-HTTP-013",
    id: "net.http.forbidden_xml",
    title: "Answer with a document type",
    message: "The answer of {host} holds a document type declaration or is nested too deep, which no SOAP answer does.",
    cause: "Something other than the environment answers, or somebody tries to make this service read files or exhaust it.",
    action: "Find out what answers at {host}.",
    ..LASTING
};

pub(super) const CHECK_CRASHED: Entry = Entry {
    code: "SETUP-INT-001",
    id: "internal.crashed",
    title: "The check itself broke down",
    message: "The check of {host} broke down: {observed}.",
    cause: "A defect of this program. It says nothing about the environment.",
    action: "Report it, with this code and what you had entered, without passwords.",
    who: Who::Operator,
    impact: Impact::Nothing,
    ..PASSING
};
