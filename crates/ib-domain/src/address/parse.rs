//! The stages of reading an address, from the outside in: scheme, authority, port, host.

use url::Host;

use super::{
    AddressError, AddressNote, AddressRules, EnvironmentAddress, HTTPS_PORT, LongPart, Malformation,
};
use crate::text::{harmless, is_invisible};

/// Longest text looked at, in characters; a URL of a browser's address bar fits.
const MAX_TYPED: usize = 2048;
/// Longest host name of DNS.
const MAX_HOST: usize = 253;
/// Longest label of DNS.
const MAX_LABEL: usize = 63;
/// How much of a refused text an error repeats, in characters.
const SEEN_LIMIT: usize = 64;
/// The port that `http://` stands for when it names none.
const HTTP_PORT: u16 = 80;

pub(super) fn parse(typed: &str, rules: &AddressRules) -> Result<EnvironmentAddress, AddressError> {
    let text = typed.trim();
    limit(LongPart::Text, text.chars().count(), MAX_TYPED)?;
    refuse_unprintable(text)?;
    let (scheme_note, rest) = split_scheme(text)?;
    let (authority, tail) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    if authority.contains('@') {
        return Err(AddressError::UserInfo);
    }
    let (host_text, port_text) = split_port(authority)?;
    let host = host_name(host_text, rules)?;
    let port = match port_text {
        Some(port) => port_number(port, scheme_note.is_some(), rules)?,
        None => HTTPS_PORT,
    };
    let visible = text.find(['?', '#']).unwrap_or(text.len());
    Ok(EnvironmentAddress {
        host,
        port,
        typed: text[..visible].to_owned(),
        notes: scheme_note.into_iter().chain(dropped(tail)).collect(),
    })
}

fn limit(part: LongPart, length: usize, limit: usize) -> Result<(), AddressError> {
    if length > limit { Err(AddressError::TooLong { part, length, limit }) } else { Ok(()) }
}

fn malformed(malformation: Malformation) -> AddressError {
    AddressError::Malformed(malformation)
}

fn seen(text: &str) -> String {
    harmless(text, SEEN_LIMIT)
}

/// IDNA would silently remove some of these, so what is shown and what is asked could differ.
fn refuse_unprintable(text: &str) -> Result<(), AddressError> {
    text.chars().try_for_each(|character| match character {
        '\\' => Err(malformed(Malformation::Backslash)),
        c if c.is_control() || is_invisible(c) => Err(malformed(Malformation::Invisible(c))),
        c if c.is_whitespace() => Err(malformed(Malformation::Space)),
        _ => Ok(()),
    })
}

fn split_scheme(text: &str) -> Result<(Option<AddressNote>, &str), AddressError> {
    let Some((scheme, rest)) = text.split_once("://").filter(|(scheme, _)| is_scheme(scheme)) else {
        return Ok((None, text));
    };
    if scheme.eq_ignore_ascii_case("https") {
        Ok((None, rest))
    } else if scheme.eq_ignore_ascii_case("http") {
        Ok((Some(AddressNote::HttpsInstead), rest))
    } else {
        Err(AddressError::Scheme { seen: seen(scheme) })
    }
}

fn is_scheme(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))
}

fn split_port(authority: &str) -> Result<(&str, Option<&str>), AddressError> {
    if authority.starts_with('[') {
        return Err(AddressError::Literal { seen: seen(authority) });
    }
    let Some((host, port)) = authority.split_once(':') else {
        return Ok((authority, None));
    };
    if port.contains(':') {
        return Err(if looks_like_ipv6(authority) {
            AddressError::Literal { seen: seen(authority) }
        } else {
            malformed(Malformation::Colons)
        });
    }
    if is_scheme_without_slashes(host, port) {
        return Err(AddressError::Scheme { seen: seen(host) });
    }
    Ok((host, Some(port)))
}

fn looks_like_ipv6(text: &str) -> bool {
    let (address, _zone) = text.split_once('%').unwrap_or((text, ""));
    address.chars().all(|c| c.is_ascii_hexdigit() || ":.".contains(c))
}

/// Tells `javascript:alert(1)` and `https:/acme.example` from a host with a port.
fn is_scheme_without_slashes(before: &str, after: &str) -> bool {
    is_scheme(before) && !before.contains('.') && !after.starts_with(|c: char| c.is_ascii_digit())
}

fn port_number(text: &str, http: bool, rules: &AddressRules) -> Result<u16, AddressError> {
    let number = if text.bytes().all(|byte| byte.is_ascii_digit()) { text.parse::<u16>().ok() } else { None };
    match number.filter(|port| *port != 0) {
        Some(HTTPS_PORT) => Ok(HTTPS_PORT),
        Some(HTTP_PORT) if http => Ok(HTTPS_PORT),
        Some(port) if rules.allowed_ports.contains(&port) => Ok(port),
        seen => Err(AddressError::Port { seen, allowed: rules.allowed_ports.clone() }),
    }
}

fn host_name(text: &str, rules: &AddressRules) -> Result<String, AddressError> {
    if text.is_empty() {
        return Err(AddressError::Empty);
    }
    let domain = match Host::parse(text) {
        Ok(Host::Domain(domain)) => domain,
        // A host whose last label is a number is an address or nothing, also when it is no good address.
        Ok(Host::Ipv4(_) | Host::Ipv6(_)) | Err(url::ParseError::InvalidIpv4Address) => {
            return Err(AddressError::Literal { seen: seen(text) });
        }
        Err(_) => return Err(malformed(Malformation::Idna)),
    };
    let host = domain.strip_suffix('.').unwrap_or(&domain);
    limit(LongPart::Host, host.len(), MAX_HOST)?;
    host.split('.').try_for_each(judge_label)?;
    if !host.contains('.') && !rules.allow_single_label {
        return Err(AddressError::SingleLabel { seen: seen(host) });
    }
    Ok(host.to_owned())
}

fn judge_label(label: &str) -> Result<(), AddressError> {
    if label.is_empty() {
        return Err(malformed(Malformation::EmptyLabel));
    }
    limit(LongPart::Label, label.len(), MAX_LABEL)?;
    let strange = |c: &char| !matches!(c, 'a'..='z' | '0'..='9' | '-');
    if let Some(character) = label.chars().find(strange) {
        return Err(malformed(Malformation::Character(character)));
    }
    if label.starts_with('-') || label.ends_with('-') {
        return Err(malformed(Malformation::Hyphen(label.to_owned())));
    }
    Ok(())
}

/// Tells what was dropped after the authority. `/ServiceCenter` is where people copy the address from.
fn dropped(tail: &str) -> impl Iterator<Item = AddressNote> {
    let (rest, fragment) = tail.split_once('#').map_or((tail, None), |(rest, f)| (rest, Some(f)));
    let (path, query) = rest.split_once('?').map_or((rest, None), |(path, q)| (path, Some(q)));
    let path = path.trim_matches('/');
    let path_dropped = !path.is_empty() && !path.eq_ignore_ascii_case("ServiceCenter");
    [
        path_dropped.then_some(AddressNote::PathDropped),
        query.map(|_| AddressNote::QueryDropped),
        fragment.map(|_| AddressNote::FragmentDropped),
    ]
    .into_iter()
    .flatten()
}
