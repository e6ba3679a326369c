//! The settings: where they come from, and what is said about one that cannot be used.

use std::path::PathBuf;
use std::process::Output;

use rstest::rstest;
use tempfile::TempDir;
use tokio::process::Command;

/// A folder with a file of settings.
pub(crate) struct Desk {
    folder: TempDir,
}

impl Desk {
    pub(crate) fn with(text: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let desk = Self { folder };
        std::fs::write(desk.file(), text.replace("HERE", &desk.folder.path().display().to_string())).unwrap();
        desk
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("ib-server.toml")
    }

    /// `ib-server config check`, with these variables and arguments and no others.
    pub(crate) async fn check(&self, variables: &[(&str, &str)], arguments: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ib-server"));
        command.env_clear().env("HOME", self.folder.path()).env("IB_SERVER_CONFIG", self.file());
        command.envs(variables.iter().copied()).args(arguments).args(["config", "check"]);
        command.output().await.unwrap()
    }

    pub(crate) async fn told(&self, variables: &[(&str, &str)], arguments: &[&str]) -> String {
        let output = self.check(variables, arguments).await;
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.success(), "{said}");
        let told = String::from_utf8(output.stdout).unwrap();
        told.replace(&self.folder.path().display().to_string(), "HERE")
    }
}

#[tokio::test]
async fn no_setting_is_needed() {
    insta::assert_snapshot!(Desk::with("").told(&[], &[]).await);
}

#[tokio::test]
async fn every_setting_is_told_and_no_secret() {
    let desk = Desk::with(
        r#"
        listen = "0.0.0.0:8443"
        metrics_listen = "127.0.0.1:9100"
        public_url = "https://setup.example.com"
        embed_origins = ["https://portal.example.com", "http://localhost:3000/"]
        trusted_proxies = ["10.0.0.0/8"]
        data = "HERE/data"
        database_url_file = "HERE/url"
        key_file = "HERE/key"
        accept_unverified = true
        secrets_idle = "5m"
        session_idle = "10m"
        session_absolute = "8h"
        lease = "90s"

        [disclaimer]
        version = "2026-1"
        file = "HERE/disclaimer.txt"

        [activation]
        url = "https://codes.example.com/verify"

        [network]
        connect_to = ["dev.example.com:443:192.0.2.7:8443"]
        authorities = ["HERE/ca.pem"]
        allow_private = ["10.1.0.0/16"]
        proxy = "http://maria:planted-word@proxy.example.com:3128"
        timeout = "20s"

        [[lifetime]]
        development = "dev.example.com"
        address = "lifetime.example.com"
        token_file = "HERE/token"

        [log]
        form = "text"
        level = "warn"
        "#,
    );
    std::fs::write(desk.folder.path().join("disclaimer.txt"), "Our own words.").unwrap();
    std::fs::write(desk.folder.path().join("url"), "postgres://u:planted-word@db.example.com/ib").unwrap();
    let told = desk.told(&[], &[]).await;
    assert!(!told.contains("planted-word"), "{told}");
    insta::assert_snapshot!(told);
}

#[tokio::test]
async fn variables_override_the_file_and_flags_override_variables() {
    let desk = Desk::with("listen = \"127.0.0.1:1\"\nsession_idle = \"10m\"\n[network]\ntimeout = \"20s\"");
    let at = |told: String, name: &str| {
        let line = told.lines().find(|line| line.split_whitespace().next() == Some(name)).map(str::to_owned);
        line.map(|line| line.trim_start_matches(name).trim().to_owned()).unwrap_or_default()
    };
    assert_eq!(at(desk.told(&[], &[]).await, "listen"), "127.0.0.1:1");
    let variables =
        [("IB_SERVER_LISTEN", "127.0.0.1:2"), ("IB_SERVER_PUBLIC_URL", "https://setup.example.com")];
    let told = desk.told(&variables, &[]).await;
    assert_eq!(
        (at(told.clone(), "listen").as_str(), at(told, "public_url").as_str()),
        ("127.0.0.1:2", "https://setup.example.com")
    );
    let told = desk.told(&variables, &["--listen", "127.0.0.1:3"]).await;
    assert_eq!(at(told, "listen"), "127.0.0.1:3");
}

/// The variable, and a line that `config check` then tells.
#[rstest]
#[case("IB_SERVER_METRICS_LISTEN", "127.0.0.1:9100", "metrics_listen 127.0.0.1:9100")]
#[case("IB_SERVER_DATA", "/srv/ib", "database SQLite, /srv/ib/setups.db")]
#[case("IB_SERVER_KEY_FILE", "/etc/ib/key", "key_file /etc/ib/key")]
#[case(
    "IB_SERVER_TRUSTED_PROXIES",
    "10.0.0.1/32,192.168.0.0/16",
    "trusted_proxies 10.0.0.1/32, 192.168.0.0/16"
)]
#[case(
    "IB_SERVER_EMBED_ORIGINS",
    "https://a.example.com,https://b.example.com:8443",
    "embed_origins https://a.example.com, https://b.example.com:8443"
)]
#[case("IB_SERVER_ACCEPT_UNVERIFIED", "true", "accept_unverified true")]
#[case("IB_SERVER_SESSION_IDLE", "10m", "session_idle 10m")]
#[case("IB_SERVER_SESSION_ABSOLUTE", "8h", "session_absolute 8h")]
#[case("IB_SERVER_SECRETS_IDLE", "5m", "secrets_idle 5m")]
#[case("IB_SERVER_LEASE", "2s", "lease 2s")]
#[case("IB_SERVER_ENVIRONMENTS_EVERY", "30m", "environments_every 30m")]
#[case(
    "IB_SERVER_NETWORK__CONNECT_TO",
    "dev.example.com:443:192.0.2.7:8443,qa.example.com:443:[::1]:1",
    "network.connect_to dev.example.com:443:192.0.2.7:8443, qa.example.com:443:[::1]:1"
)]
#[case("IB_SERVER_NETWORK__AUTHORITIES", "/a.pem,/b.pem", "network.authorities /a.pem, /b.pem")]
#[case("IB_SERVER_NETWORK__ALLOW_PRIVATE", "10.0.0.0/8", "network.allow_private 10.0.0.0/8")]
#[case("IB_SERVER_NETWORK__PROXY", "http://proxy.example.com:3128", "network.proxy proxy.example.com:3128")]
#[case("IB_SERVER_NETWORK__TIMEOUT", "20s", "network.timeout 20s")]
#[case("IB_SERVER_ACTIVATION__URL", "http://127.0.0.1:1/", "activation asked at http://127.0.0.1:1/")]
#[case("IB_SERVER_LOG__FORM", "text", "log text, info")]
#[case("IB_SERVER_LOG__LEVEL", "debug", "log json, debug")]
#[tokio::test]
async fn a_setting_has_a_variable(#[case] variable: &str, #[case] value: &str, #[case] line: &str) {
    let told = Desk::with("").told(&[(variable, value)], &[]).await;
    let lines = told.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
    assert!(lines.into_iter().any(|told| told == line), "{told}");
}

/// The settings, and everything that is said about them.
#[rstest]
#[case("listen = \"here\"", &["listen", "socket address", "127.0.0.1:8080"])]
#[case("listen = \"0.0.0.0:80\"", &["listen is 0.0.0.0:80", "public_url is missing", "https", "127.0.0.1"])]
#[case("public_url = \"http://setup.example.com\"", &["public_url", "https://setup.example.com"])]
#[case("colour = \"red\"", &["colour", "unknown"])]
#[case("[network]\nretries = 3", &["retries", "unknown"])]
#[case("[network]\nconnect_to = [\"dev.example.com\"]", &["network.connect_to", "HOST:443:ADDRESS:PORT"])]
#[case("[network]\nallow_private = [\"10.0.0.1.2\"]", &["allow_private", "10.0.0.0/8"])]
#[case("[network]\ntimeout = \"soon\"", &["timeout", "30m"])]
#[case("session_idle = 30", &["session_idle"])]
#[case("session_idle = \"0s\"", &["session_idle", "longer than nothing"])]
#[case("session_idle = \"2h\"\nsession_absolute = \"1h\"", &["session_idle", "session_absolute"])]
#[case("lease = \"0s\"", &["lease", "longer than nothing"])]
#[case("accept_unverified = \"perhaps\"", &["accept_unverified"])]
#[case("database_url_file = \"url\"", &["key_file is missing", "PostgreSQL"])]
#[case("[disclaimer]\nversion = \"1\"", &["file"])]
#[case("[disclaimer]\nversion = \"1\"\nfile = \"/nowhere/at/all\"", &["disclaimer.file", "/nowhere/at/all"])]
#[case("[activation]\nurl = \"http://codes.example.com\"", &["activation.url", "https://"])]
#[case("[[lifetime]]\ndevelopment = \"dev\"\naddress = \"lifetime.example.com\"\ntoken_file = \"t\"", &["lifetime.development", "dev"])]
#[case("[log]\nlevel = \"loud\"", &["level", "loud", "debug"])]
#[case("listen = ", &["ib-server.toml"])]
#[tokio::test]
async fn a_setting_that_cannot_be_used_is_named(#[case] text: &str, #[case] expected: &[&str]) {
    let output = Desk::with(text).check(&[], &[]).await;
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{said}");
    for part in expected {
        assert!(said.contains(part), "{part} in {said}");
    }
    assert!(said.lines().count() <= 8 && output.stdout.is_empty(), "{said}");
}

#[tokio::test]
async fn a_variable_and_a_flag_that_cannot_be_used_are_named() {
    let desk = Desk::with("");
    let output = desk.check(&[("IB_SERVER_LISTN", "127.0.0.1:1")], &[]).await;
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.code() == Some(2) && said.contains("listn"), "{said}");
    let output = desk.check(&[], &["--listen", "nowhere"]).await;
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.code() == Some(2) && said.contains("listen"), "{said}");
    let output = desk.check(&[], &["--config", "/nowhere/at.toml"]).await;
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.code() == Some(2) && said.contains("/nowhere/at.toml"), "{said}");
}
