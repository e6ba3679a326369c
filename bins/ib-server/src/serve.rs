//! Connections in, answers out, until somebody says stop.

use std::io::Write as _;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::ConnectInfo;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use ib_web::Site;
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tower::ServiceExt as _;
use tracing::{debug, info, warn};

use crate::config::Config;
use crate::stop::Stop;
use crate::wire;

/// How many connections are open at the same time.
const CONNECTIONS: usize = 4_096;
/// How long a client may take for the head of a request.
const HEAD: Duration = Duration::from_secs(15);
/// How often what was measured is added up, so that nothing piles up where nobody asks for it.
const UPKEEP: Duration = Duration::from_secs(5);
/// Where the buckets of times end, in seconds.
const BUCKETS: &[f64] = &[0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0];
/// How long answers and work that were begun may take after somebody said stop.
const GRACE: Duration = Duration::from_secs(30);

/// Serves until a signal says stop; then ends what was begun.
pub(crate) async fn until_told_to_stop(config: &Config) -> Result<(), Stop> {
    let (stopped, stop) = watch::channel(());
    let signal = signals()?;
    let wired = wire::open(config).await?;
    let listener = listen(config.listen).await?;
    let at = listener.local_addr().map_err(|error| Stop::failed("listen", error))?;
    let web = wired.web(config);
    if let Some(address) = config.metrics_listen {
        tell_metrics(address, stop.clone()).await?;
    }
    announce(config, at);

    let driver = tokio::spawn({
        let (web, mut stop) = (web.clone(), stop.clone());
        async move { web.drive(async move { drop(stop.changed().await) }).await }
    });
    let server = tokio::spawn(accept(listener, web.router(), stop));
    tokio::select! {
        () = signal => info!("stopping: what was begun is ended, nothing new is taken"),
        () = wired.sweep() => {}
    }
    drop(stopped);
    let ended = async {
        drop(server.await);
        drop(driver.await);
    };
    if tokio::time::timeout(GRACE, ended).await.is_err() {
        warn!("stopped with work under way; the next start goes on with it");
    }
    wired.close().await;
    Ok(())
}

/// Says where the service is: on standard output, for whoever started it.
fn announce(config: &Config, at: SocketAddr) {
    let _ = match &config.site {
        Site::Public(origin) => writeln!(std::io::stdout(), "ib-server is at {at}, for {}", origin.as_str()),
        _ => writeln!(std::io::stdout(), "ib-server is at http://{at}"),
    };
    if config.site == Site::Loopback {
        warn!("plain HTTP, for this machine alone: set public_url to serve others over HTTPS");
    }
    info!(%at, "ready");
}

async fn listen(address: SocketAddr) -> Result<TcpListener, Stop> {
    TcpListener::bind(address)
        .await
        .map_err(|error| Stop::failed(format!("cannot listen at {address}"), error))
}

async fn accept(listener: TcpListener, router: Router, mut stop: watch::Receiver<()>) {
    let slots = Arc::new(Semaphore::new(CONNECTIONS));
    let graceful = GracefulShutdown::new();
    loop {
        let Ok(slot) = Arc::clone(&slots).acquire_owned().await else { break };
        let (stream, peer) = tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    warn!(%error, "a connection cannot be accepted");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                    continue;
                }
            },
            _ = stop.changed() => break,
        };
        let connection = graceful.watch(connection(stream, peer, router.clone()));
        tokio::spawn(async move {
            let open = metrics::gauge!("ib_connections");
            open.increment(1.0);
            if let Err(error) = connection.await {
                debug!(%error, "a connection ended early");
            }
            open.decrement(1.0);
            drop(slot);
        });
    }
    drop(listener);
    graceful.shutdown().await;
}

fn connection(
    stream: TcpStream,
    peer: SocketAddr,
    router: Router,
) -> hyper::server::conn::http1::Connection<TokioIo<TcpStream>, TowerToHyperService<Connected>> {
    let service = Connected { router, peer };
    hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(service))
}

/// The router, with the address of whoever is connected.
#[derive(Clone)]
struct Connected {
    router: Router,
    peer: SocketAddr,
}

impl tower::Service<hyper::Request<hyper::body::Incoming>> for Connected {
    type Response = axum::response::Response;
    type Error = std::convert::Infallible;
    type Future = tower::util::Oneshot<Router, hyper::Request<hyper::body::Incoming>>;

    fn poll_ready(&mut self, _: &mut std::task::Context<'_>) -> std::task::Poll<Result<(), Self::Error>> {
        std::task::Poll::Ready(Ok(()))
    }

    fn call(&mut self, mut request: hyper::Request<hyper::body::Incoming>) -> Self::Future {
        request.extensions_mut().insert(ConnectInfo(self.peer));
        self.router.clone().oneshot(request)
    }
}

/// Tells metrics at an address of their own, for they are nobody else's business.
async fn tell_metrics(address: SocketAddr, stop: watch::Receiver<()>) -> Result<(), Stop> {
    let builder = PrometheusBuilder::new().set_buckets(BUCKETS);
    let recorder = builder.map_err(|error| Stop::failed("metrics", error))?.build_recorder();
    let handle = recorder.handle();
    metrics::set_global_recorder(recorder).map_err(|_| Stop::setting("metrics are collected already"))?;
    metrics::gauge!("ib_build_info", "version" => env!("CARGO_PKG_VERSION")).set(1.0);
    tokio::spawn({
        let handle = handle.clone();
        async move {
            loop {
                tokio::time::sleep(UPKEEP).await;
                handle.run_upkeep();
            }
        }
    });
    let listener = listen(address).await?;
    let tell = async |axum::extract::State(handle): axum::extract::State<PrometheusHandle>| handle.render();
    let router = Router::new().route("/metrics", axum::routing::get(tell)).with_state(handle);
    tokio::spawn(accept(listener, router, stop));
    Ok(())
}

/// Completes when the process is told to stop.
#[cfg(unix)]
fn signals() -> Result<impl Future<Output = ()>, Stop> {
    use tokio::signal::unix::{SignalKind, signal};
    let on = |kind| signal(kind).map_err(|error| Stop::failed("signals cannot be received", error));
    let (mut interrupt, mut terminate) = (on(SignalKind::interrupt())?, on(SignalKind::terminate())?);
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

/// Completes when the process is told to stop.
#[cfg(not(unix))]
fn signals() -> Result<impl Future<Output = ()>, Stop> {
    Ok(async { drop(tokio::signal::ctrl_c().await) })
}
