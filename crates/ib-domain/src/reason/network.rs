//! What can be wrong between this service and the environment's port 443.

use super::{Entry, Retry, Severity, Who};
use crate::check::Check;
use crate::feature::Impact;

/// What the ones about names share.
const NAME: Entry = Entry {
    code: "",
    id: "",
    check: Check::NetName,
    severity: Severity::Unknown,
    title: "",
    message: "",
    cause: "",
    action: "",
    who: Who::NetworkAdministrator,
    retry: Retry::Retryable,
    impact: Impact::Connection,
    vendor: &[],
    rejects_login: false,
};

/// What the ones about refused addresses share.
const POLICY: Entry =
    Entry { check: Check::NetPolicy, severity: Severity::Failed, retry: Retry::Final, ..NAME };

/// What the ones about connections share.
const TCP: Entry = Entry { check: Check::NetTcp, ..NAME };

pub(super) const NAME_NOT_FOUND: Entry = Entry {
    code: "SETUP-ENV-002",
    id: "net.name.not_found",
    severity: Severity::Failed,
    title: "No such host",
    message: "{host} has no address in DNS.",
    cause: "The name is mistyped, or it is known inside your own network only.",
    action: "Check the spelling. If the name works in your browser, publish it in public DNS, because this service must resolve it too.",
    who: Who::You,
    vendor: &["OS-INBL-API-00069"],
    ..NAME
};

pub(super) const NAME_SERVICE_FAILED: Entry = Entry {
    code: "SETUP-DNS-001",
    id: "net.name.service_failed",
    title: "Name service out of order",
    message: "The name service could not say whether {host} exists ({observed}).",
    cause: "The name server of this machine, or the one that knows the domain, is out of order.",
    action: "Try again in a minute. If it stays, have the name servers of this machine and of the domain looked at.",
    ..NAME
};

pub(super) const NAME_SERVICE_TIMED_OUT: Entry = Entry {
    code: "SETUP-DNS-002",
    id: "net.name.timed_out",
    title: "Name service silent",
    message: "The name service said nothing about {host} within {expected}.",
    cause: "The name server of this machine cannot be reached, or it waits for one that cannot.",
    action: "Try again in a minute. If it stays, have the name servers of this machine looked at.",
    ..NAME
};

pub(super) const FORBIDDEN: Entry = Entry {
    code: "SETUP-NET-001",
    id: "net.policy.forbidden",
    title: "An address that leads nowhere public",
    message: "{host} leads to {address}, an address that this service never connects to ({observed}).",
    cause: "The name leads back to this machine, to its own network segment, or to a range that is no real destination.",
    action: "Correct the DNS entry of {host}. To reach this very address on purpose, map it: ib check {host} --connect-to {host}:443:ADDRESS:PORT.",
    ..POLICY
};

pub(super) const PRIVATE: Entry = Entry {
    code: "SETUP-NET-002",
    id: "net.policy.private",
    title: "A private address",
    message: "{host} leads to {address}, a private address ({observed}).",
    cause: "The name is resolved inside a private network. From outside, Integration Builder could not reach it.",
    action: "Publish a public address for {host}. If this check runs inside that network on purpose, allow the range: ib check {host} --allow-private {network}.",
    ..POLICY
};

pub(super) const METADATA: Entry = Entry {
    code: "SETUP-NET-003",
    id: "net.policy.metadata",
    title: "A cloud provider's metadata service",
    message: "{host} leads to {address}, where cloud providers keep machine credentials.",
    cause: "No environment lives there. A name that leads there is a mistake, or an attempt to read those credentials.",
    action: "Correct the DNS entry of {host}, and find out who made it so. This address cannot be allowed.",
    ..POLICY
};

pub(super) const MIXED: Entry = Entry {
    code: "SETUP-NET-004",
    id: "net.policy.mixed",
    title: "Addresses of both kinds",
    message: "{host} has several addresses, and one of them, {address}, may not be connected to ({observed}).",
    cause: "The name has a public and an internal entry at once. Whoever asks gets one by chance.",
    action: "Remove the internal entry from the public name, so that every address of {host} leads to the environment.",
    ..POLICY
};

pub(super) const CONNECT_TIMED_OUT: Entry = Entry {
    code: "SETUP-ENV-003",
    id: "net.tcp.timed_out",
    title: "No answer on port 443",
    message: "{host} ({address}) did not accept a connection within {expected}.",
    cause: "Mostly a firewall that lets users in but not this service, or a server that is switched off.",
    action: "Let this service reach {host} on port 443: the request comes from the service, not from your browser.",
    ..TCP
};

pub(super) const CONNECT_REFUSED: Entry = Entry {
    code: "SETUP-TCP-001",
    id: "net.tcp.refused",
    title: "Connection refused",
    message: "{host} ({address}) refused the connection.",
    cause: "The machine is there, but nothing listens on port 443, or a firewall rejects the service.",
    action: "Check that the environment's web server runs and answers HTTPS on port 443, then that the firewall lets this service in.",
    who: Who::EnvironmentAdministrator,
    ..TCP
};

pub(super) const CONNECT_UNREACHABLE: Entry = Entry {
    code: "SETUP-TCP-002",
    id: "net.tcp.unreachable",
    title: "No route to the host",
    message: "There is no route from here to {host} ({address}): {observed}.",
    cause: "The network between this service and the environment is not connected.",
    action: "Have the route, or this machine's own connection, looked at.",
    ..TCP
};

pub(super) const PROXY_REFUSED: Entry = Entry {
    code: "SETUP-TCP-003",
    id: "net.tcp.proxy_refused",
    title: "Egress proxy did not pass it on",
    message: "The egress proxy did not open a connection to {host}: {observed}.",
    cause: "The proxy's rules do not know the host, the proxy wants credentials, or it is out of order.",
    action: "Allow {host} on port 443 in the egress proxy, or leave out the proxy setting.",
    who: Who::Operator,
    ..TCP
};
