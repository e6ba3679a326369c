//! Proxy variables, which other programs obey, and this one explains.
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

use std::net::TcpListener;
use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use ib_env_sim::Simulator;
use ib_env_sim::scenario::Scenario;

const DEV: &str = "dev.acme.example";

/// Counts who comes, and answers nobody.
fn trap() -> (u16, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let visitors = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&visitors);
    std::thread::spawn(move || {
        for _ in listener.incoming() {
            count.fetch_add(1, Ordering::SeqCst);
        }
    });
    (port, visitors)
}

#[tokio::test]
async fn a_real_process_goes_past_the_proxies_that_variables_name_and_says_so() {
    let simulator = Simulator::builder().scenario(Scenario::acme()).start().await.unwrap();
    let authority = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("proxy.pem");
    std::fs::write(&authority, simulator.ca_pem()).unwrap();
    let (port, visitors) = trap();
    let proxy = format!("http://127.0.0.1:{port}");
    let mut command = Command::new(env!("CARGO_BIN_EXE_ib"));
    command.args(["check", DEV, "--connect-to", &format!("{DEV}:443:{}", simulator.address()), "--ca"]);
    command.arg(&authority);
    for name in ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"] {
        command.env(name, &proxy);
    }
    let output = tokio::task::spawn_blocking(move || command.output()).await.unwrap().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(0), "{stderr}");
    assert!(stderr.contains("HTTPS_PROXY is set and not used"), "{stderr}");
    assert_eq!(visitors.load(Ordering::SeqCst), 0);
}
