//! The TLS port: who is asked (SNI and `Host`), what goes wrong, who answers.

mod connection;
mod fault;
mod handler;
mod io;
mod router;
mod tls;

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::sleep;

pub(crate) use tls::Authority;
pub use tls::TlsError;

use crate::state::World;

/// How many connections may be open at once; more wait to be accepted.
const CONNECTION_LIMIT: usize = 4096;

/// What every connection needs.
#[derive(Debug)]
pub(crate) struct Hub {
    pub(crate) world: Arc<World>,
    pub(crate) authority: Authority,
}

/// Accepts connections until the task is aborted, which ends them as well.
pub(crate) async fn accept<F>(listener: TcpListener, serve: impl Fn(TcpStream, IpAddr) -> F)
where
    F: Future<Output = ()> + Send + 'static,
{
    let mut open = JoinSet::new();
    loop {
        while open.try_join_next().is_some() {}
        if open.len() >= CONNECTION_LIMIT {
            open.join_next().await;
        }
        let Ok((stream, peer)) = listener.accept().await else {
            // Out of file handles, for example: others must end first.
            sleep(Duration::from_millis(10)).await;
            continue;
        };
        open.spawn(serve(stream, peer.ip()));
    }
}

/// Serves the TLS port until the task is aborted.
pub(crate) async fn serve(listener: TcpListener, hub: Arc<Hub>) {
    accept(listener, |stream, client| connection::serve(stream, client, Arc::clone(&hub))).await;
}
