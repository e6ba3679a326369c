//! Asks a service that runs whether it is ready, for whoever watches it without a program to ask with.

use std::error::Error;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use http_body_util::Empty;
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper::header::HOST;
use hyper::{Request, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use crate::stop::Stop;

/// A service that works answers sooner.
const PATIENCE: Duration = Duration::from_secs(5);

/// Asks the service that listens at this address.
pub(crate) async fn ask(listen: SocketAddr) -> Result<(), Stop> {
    let at = from_here(listen);
    let answered = tokio::time::timeout(PATIENCE, status(at)).await;
    let failed = |error: Box<dyn Error + Send + Sync>| Stop::failed(format!("{at} is not ready"), error);
    match answered {
        Ok(Ok(StatusCode::OK)) => Ok(()),
        Ok(Ok(status)) => Err(failed(format!("it answers with status {}", status.as_u16()).into())),
        Ok(Err(error)) => Err(failed(error)),
        Err(_) => Err(failed("it does not answer in time".into())),
    }
}

/// Who listens everywhere is asked on this machine.
fn from_here(listen: SocketAddr) -> SocketAddr {
    let ip = match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, listen.port())
}

async fn status(at: SocketAddr) -> Result<StatusCode, Box<dyn Error + Send + Sync>> {
    let stream = TcpStream::connect(at).await?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    let connection = tokio::spawn(connection);
    let request = Request::get("/readyz").header(HOST, at.to_string()).body(Empty::<Bytes>::new())?;
    let answered = sender.send_request(request).await;
    connection.abort();
    Ok(answered?.status())
}
