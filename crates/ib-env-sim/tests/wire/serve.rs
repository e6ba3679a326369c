//! The files that tell other programs where the simulator is.

use std::fs;

use ib_env_sim::{Scenario, serve};
use serde_json::Value;
use tokio::sync::oneshot;

#[tokio::test]
async fn ready_is_written_whole_and_removed_at_the_end() {
    let directory = std::env::temp_dir().join(format!("ib-env-sim-{}", std::process::id()));
    let ready = directory.join("ready.json");
    let (stop, stopped) = oneshot::channel::<()>();
    let (started, seen) = oneshot::channel::<()>();
    let until = async {
        let _ = started.send(());
        let _ = stopped.await;
    };
    let serving = serve(Scenario::acme(), Some(&directory), until);
    let looking = async {
        seen.await.unwrap();
        let value: Value = serde_json::from_str(&fs::read_to_string(&ready).unwrap()).unwrap();
        assert!(value["listen"].as_str().unwrap().starts_with("127.0.0.1:"));
        assert!(value["control"].as_str().unwrap().starts_with("http://127.0.0.1:"));
        assert_eq!(value["hosts"][0]["host"], "dev.acme.example");
        assert_eq!(value["hosts"][3]["kind"], "lifetime");
        assert_eq!(value["users"][0]["username"], "maria");
        assert_eq!(value["lifetime_token"], "acme-lifetime-token-7c1d0f");
        assert_only_the_owner_reads(&ready);
        assert!(fs::read_to_string(directory.join("ca.pem")).unwrap().contains("BEGIN CERTIFICATE"));
        stop.send(()).unwrap();
    };
    let (outcome, ()) = tokio::join!(serving, looking);
    outcome.unwrap();
    assert!(!ready.exists());
    fs::remove_dir_all(&directory).unwrap();
}

#[cfg(unix)]
fn assert_only_the_owner_reads(path: &std::path::Path) {
    use std::os::unix::fs::PermissionsExt as _;
    assert_eq!(fs::metadata(path).unwrap().permissions().mode() & 0o777, 0o600);
}

#[cfg(not(unix))]
fn assert_only_the_owner_reads(_: &std::path::Path) {}
