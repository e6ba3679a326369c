//! What can be wrong with a typed address (`recognising-an-environment.md` 1).

use super::{Entry, Retry, Severity, Who};
use crate::check::Check;
use crate::feature::Impact;

/// What all of them share: the person who typed it types it again.
const TYPED: Entry = Entry {
    code: "",
    id: "",
    check: Check::AddressSyntax,
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

pub(super) const EMPTY: Entry = Entry {
    code: "SETUP-ADDR-001",
    id: "address.syntax.empty",
    title: "No address",
    message: "No address was given.",
    cause: "The field, argument or line is empty.",
    action: "Enter the address of the development environment, such as dev.example.com.",
    ..TYPED
};

pub(super) const MALFORMED: Entry = Entry {
    code: "SETUP-ENV-001",
    id: "address.syntax.malformed",
    title: "Not a host name",
    message: "\"{observed}\" cannot be read as the address of an environment.",
    cause: "A host name holds letters, digits, hyphens and dots; something else is in it, or a dot or hyphen is out of place.",
    action: "Enter the host name as it stands in the browser's address bar when Service Center is open, such as dev.example.com.",
    ..TYPED
};

pub(super) const SCHEME: Entry = Entry {
    code: "SETUP-ADDR-002",
    id: "address.syntax.scheme",
    title: "Not a web address",
    message: "The address begins with {observed}, and environments are reached by {expected} only.",
    cause: "An address for another kind of program was pasted.",
    action: "Enter the host name alone, or an address that begins with https://.",
    ..TYPED
};

pub(super) const USER_INFO: Entry = Entry {
    code: "SETUP-ADDR-003",
    id: "address.syntax.user_info",
    title: "Credentials inside the address",
    message: "The address holds a user name or a password before an @ sign.",
    cause: "Credentials were pasted together with the address. They were not used and not kept.",
    action: "Enter the host name alone. If a password was in it, and the address was typed where others can see it, change that password.",
    ..TYPED
};

pub(super) const LITERAL: Entry = Entry {
    code: "SETUP-ADDR-004",
    id: "address.syntax.literal",
    title: "An IP address in place of a name",
    message: "\"{observed}\" is an IP address, and an environment is reached by its public DNS host name.",
    cause: "The number of the server was given, perhaps in an unusual spelling. Certificates and the platform itself go by the name.",
    action: "Enter the host name of the environment, such as dev.example.com.",
    ..TYPED
};

pub(super) const SINGLE_LABEL: Entry = Entry {
    code: "SETUP-ADDR-005",
    id: "address.syntax.single_label",
    title: "Only a local name",
    message: "\"{observed}\" is a name without a domain, which means something only inside your own network.",
    cause: "A short machine name was given. Integration Builder uses the environment's public DNS host name.",
    action: "Enter the full name, with its domain, such as dev.example.com.",
    ..TYPED
};

pub(super) const TOO_LONG: Entry = Entry {
    code: "SETUP-ADDR-006",
    id: "address.syntax.too_long",
    title: "Longer than a name can be",
    message: "The host name is too long: {observed}, where {expected} is the limit.",
    cause: "More than a host name was pasted, or a part of it twice.",
    action: "Enter the host name alone, such as dev.example.com.",
    ..TYPED
};

pub(super) const PORT: Entry = Entry {
    code: "SETUP-ADDR-007",
    id: "address.syntax.port",
    title: "Another port than 443",
    message: "The address names port {observed}, and environments are reached on port {expected} only.",
    cause: "Integration Builder talks HTTPS on port 443, in both directions.",
    action: "Leave the port out. If the environment answers on another port only, have it answer on 443.",
    ..TYPED
};
