//! Addresses, names, connections, TLS and HTTP.

use std::net::{IpAddr, SocketAddr};

use ib_domain::reason::Reason;
use ib_env_sim::scenario::{Action, Tls};

use crate::cause::{Cause, DEV, Names, cause};

pub(crate) fn causes() -> Vec<Cause> {
    [addresses(), names(), connections(), certificates(), answers()].into_iter().flatten().collect()
}

fn addresses() -> Vec<Cause> {
    vec![
        cause(Reason::AddressEmpty, 3).address(""),
        cause(Reason::AddressMalformed, 3).address("dev acme.example"),
        cause(Reason::AddressScheme, 3).address("ftp://dev.acme.example"),
        cause(Reason::AddressUserInfo, 3).address("https://maria:planted@dev.acme.example"),
        cause(Reason::AddressLiteral, 3).address("0x7f.1"),
        cause(Reason::AddressSingleLabel, 3).address("localhost"),
        cause(Reason::AddressTooLong, 3).address(format!("{}.example", "a".repeat(64))),
        cause(Reason::AddressPort, 3).address("dev.acme.example:8443"),
    ]
}

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

fn names() -> Vec<Cause> {
    let has = |addresses: &[&str]| Names::Has(addresses.iter().map(|text| ip(text)).collect());
    vec![
        cause(Reason::NameNotFound, 3).names(has(&[])),
        cause(Reason::NameServiceFailed, 5).names(Names::Fails),
        cause(Reason::NameServiceTimedOut, 5).names(Names::IsSilent).soon(),
        cause(Reason::AddressForbidden, 3).names(has(&["127.0.0.1"])),
        cause(Reason::AddressPrivate, 3).names(has(&["10.1.2.3"])),
        cause(Reason::AddressMetadata, 3).names(has(&["169.254.169.254"])),
        cause(Reason::AddressMixed, 3).names(has(&["8.8.8.8", "10.1.2.3"])),
        cause(Reason::CheckCrashed, 5).names(Names::Panics),
    ]
}

fn connections() -> Vec<Cause> {
    vec![
        cause(Reason::ConnectRefused, 5).mapped_to(closed_port),
        // No host is ever reached by a stream to everybody: the system refuses before anything is sent.
        cause(Reason::ConnectUnreachable, 5).mapped_to(|| SocketAddr::new(ip("255.255.255.255"), 443)),
        cause(Reason::ConnectTimedOut, 5).mapped_to(busy_port).soon(),
        cause(Reason::ProxyRefused, 5)
            .names(Names::Has(vec![ip("8.8.8.8")]))
            .argument("--proxy")
            .argument(format!("http://127.0.0.1:{}", refusing_proxy())),
    ]
}

/// A port on which nobody listens.
fn closed_port() -> SocketAddr {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap()
}

/// A port whose queue is full: whoever comes next waits.
fn busy_port() -> SocketAddr {
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let address = socket.local_addr().unwrap();
    // Nothing is ever accepted, and both ends live until the process does.
    std::mem::forget(socket.listen(1).unwrap());
    for _ in 0..8 {
        let waiting = std::net::TcpStream::connect_timeout(&address, std::time::Duration::from_millis(20));
        std::mem::forget(waiting);
    }
    address
}

/// A proxy that lets nobody through.
fn refusing_proxy() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        use std::io::{Read, Write};
        for client in listener.incoming().flatten() {
            let mut client = client;
            let mut head = [0; 1024];
            drop(client.read(&mut head));
            drop(client.write_all(b"HTTP/1.1 403 Forbidden\r\n\r\n"));
        }
    });
    port
}

fn certificates() -> Vec<Cause> {
    let tls = |reason, exit, tls: Tls| cause(reason, exit).dev(move |environment| environment.tls = tls);
    vec![
        tls(Reason::TlsExpired, 3, Tls::Expired),
        tls(Reason::TlsEndsSoon, 0, Tls::EndsSoon),
        tls(Reason::TlsNotYetValid, 3, Tls::NotYetValid),
        tls(Reason::TlsNameMismatch, 3, Tls::WrongHost),
        tls(Reason::TlsUnknownIssuer, 3, Tls::UnknownIssuer),
        tls(Reason::TlsCertificateInvalid, 3, Tls::WrongPurpose),
        tls(Reason::TlsProtocol, 3, Tls::OldProtocol),
        tls(Reason::TlsNotSpoken, 3, Tls::PlainHttp),
        tls(Reason::TlsBrokenOff, 5, Tls::Reset),
        tls(Reason::TlsTimedOut, 5, Tls::Stall).soon(),
    ]
}

fn answers() -> Vec<Cause> {
    let elsewhere = Action::Redirect { status: 307, location: "https://www.acme.example/".to_owned() };
    vec![
        cause(Reason::HttpNoAnswer, 5).always(Action::Stall).soon(),
        cause(Reason::HttpTooSlow, 5).always(Action::SlowDrip(200)).soon(),
        cause(Reason::HttpReset, 5).always(Action::Reset),
        cause(Reason::HttpCutShort, 5).always(Action::LengthTooLong),
        cause(Reason::HttpTooLarge, 3).always(Action::Endless),
        cause(Reason::HttpBomb, 3).always(Action::Bomb),
        cause(Reason::HttpNotSpoken, 3).always(Action::Garbage),
        cause(Reason::HttpRedirectsElsewhere, 3).always(elsewhere),
        cause(Reason::HttpGateway, 5).always(Action::Status(502)),
        cause(Reason::HttpServerError, 3).always(Action::Status(500)),
        cause(Reason::HttpThrottled, 5).always(Action::TooManyRequests(7)),
        cause(Reason::HttpMalformedXml, 3).always(Action::MalformedXml),
        cause(Reason::HttpForbiddenXml, 3).at(DEV, "*", Action::XmlEntities),
    ]
}
