//! What can be wrong with the TLS handshake (`recognising-an-environment.md` 6).

use super::{Entry, Retry, Severity, Who};
use crate::check::Check;
use crate::feature::Impact;

/// What the ones about certificates share.
const CERTIFICATE: Entry = Entry {
    code: "",
    id: "",
    check: Check::NetTls,
    severity: Severity::Failed,
    title: "",
    message: "",
    cause: "",
    action: "",
    who: Who::EnvironmentAdministrator,
    retry: Retry::Final,
    impact: Impact::Connection,
    vendor: &[],
    rejects_login: false,
};

pub(super) const EXPIRED: Entry = Entry {
    code: "SETUP-TLS-001",
    id: "net.tls.expired",
    title: "Certificate ended",
    message: "The certificate of {host} ended on {observed}.",
    cause: "It was not renewed, or the renewed one was not installed.",
    action: "Renew the certificate and install it on the web server of {host}.",
    ..CERTIFICATE
};

pub(super) const ENDS_SOON: Entry = Entry {
    code: "SETUP-TLS-009",
    id: "net.tls.ends_soon",
    severity: Severity::Warning,
    title: "Certificate about to end",
    message: "The certificate of {host} ends on {observed}.",
    cause: "It was not renewed yet, or the renewed one was not installed.",
    action: "Renew the certificate before that and install it on the web server of {host}. Once it has ended, nothing can be connected.",
    impact: Impact::Nothing,
    ..CERTIFICATE
};

pub(super) const NOT_YET_VALID: Entry = Entry {
    code: "SETUP-TLS-002",
    id: "net.tls.not_yet_valid",
    title: "Certificate not begun",
    message: "The certificate of {host} begins on {observed}, which is in the future.",
    cause: "The certificate was installed too early, or the clock of this machine is wrong.",
    action: "Check the clock of the machine that runs this check. If it is right, install a certificate that is valid now.",
    ..CERTIFICATE
};

pub(super) const NAME_MISMATCH: Entry = Entry {
    code: "SETUP-TLS-003",
    id: "net.tls.name_mismatch",
    title: "Certificate for other names",
    message: "The certificate that answers for {host} is for {observed}.",
    cause: "Another site's certificate is installed, or the environment is known under one name and asked under another.",
    action: "Use the name that the certificate holds, or install one that holds {host}. The address in Service Center must match as well.",
    vendor: &["OS-INBL-API-00069", "OS-INBL-API-00070"],
    ..CERTIFICATE
};

pub(super) const UNKNOWN_ISSUER: Entry = Entry {
    code: "SETUP-TLS-004",
    id: "net.tls.unknown_issuer",
    title: "Certificate from an untrusted issuer",
    message: "The certificate of {host} was issued by {observed}, which is not trusted here.",
    cause: "It is self-signed or from a company's own authority, or the server does not send the certificates in between.",
    action: "Install a publicly trusted certificate with its whole chain. For a check with your own authority: ib check {host} --ca FILE.",
    ..CERTIFICATE
};

pub(super) const CERTIFICATE_INVALID: Entry = Entry {
    code: "SETUP-TLS-005",
    id: "net.tls.certificate_invalid",
    title: "Certificate not acceptable",
    message: "The certificate of {host} cannot be accepted: {observed}.",
    cause: "It is damaged, revoked, or made for another purpose than a web server.",
    action: "Have a new server certificate issued for {host} and install it.",
    ..CERTIFICATE
};

pub(super) const PROTOCOL: Entry = Entry {
    code: "SETUP-TLS-006",
    id: "net.tls.protocol",
    title: "TLS too old",
    message: "{host} and this service have no TLS version or cipher in common ({observed}).",
    cause: "The web server speaks TLS 1.1 or older only, or an unusual choice of ciphers. 1.2 is the least that is safe.",
    action: "Switch on TLS 1.2 or 1.3 on the web server of {host}.",
    ..CERTIFICATE
};

pub(super) const NOT_SPOKEN: Entry = Entry {
    code: "SETUP-TLS-007",
    id: "net.tls.not_spoken",
    title: "Not TLS",
    message: "Something accepts connections on port 443 of {host}, but it does not speak TLS.",
    cause: "A plain web server or another program listens on that port.",
    action: "Bind HTTPS to port 443 on the web server of {host}.",
    ..CERTIFICATE
};

pub(super) const BROKEN_OFF: Entry = Entry {
    code: "SETUP-ENV-004",
    id: "net.tls.broken_off",
    severity: Severity::Unknown,
    title: "TLS handshake broken off",
    message: "{host} accepted the connection and broke off the TLS handshake ({observed}).",
    cause: "A firewall that inspects traffic, a balancer without a server behind it, or a server that does not know the name {host}.",
    action: "Have the path between this service and {host} looked at, then the server's bindings for that name.",
    who: Who::NetworkAdministrator,
    retry: Retry::Retryable,
    ..CERTIFICATE
};

pub(super) const TIMED_OUT: Entry = Entry {
    code: "SETUP-TLS-008",
    id: "net.tls.timed_out",
    severity: Severity::Unknown,
    title: "TLS handshake stalled",
    message: "{host} accepted the connection but did not finish the TLS handshake within {expected}.",
    cause: "The server is overloaded, or something in between swallows the handshake.",
    action: "Try again in a minute. If it stays, have the path between this service and {host} looked at.",
    who: Who::NetworkAdministrator,
    retry: Retry::Retryable,
    ..CERTIFICATE
};
