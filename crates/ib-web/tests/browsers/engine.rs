//! The engines: each a browser, and the driver program that remote-controls it.

use std::fmt;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::process::Stdio;
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;
use thirtyfour::{Capabilities, WebDriver};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};
use tokio::time::{Instant, sleep};

use crate::wire::Wire;

/// How long a driver may take to listen.
const START: Duration = Duration::from_secs(30);
/// How often another port is tried when somebody else took the one that was free.
const TRIES: usize = 3;

/// What shows the pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Engine {
    /// Chrome's and Edge's.
    Chromium,
    /// Firefox's.
    Gecko,
    /// Safari's.
    WebKit,
}

impl fmt::Display for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Chromium => "chromium",
            Self::Gecko => "firefox",
            Self::WebKit => "webkit",
        })
    }
}

impl Engine {
    fn command(self, port: u16) -> Command {
        let mut command = Command::new(match self {
            Self::Chromium => "chromedriver",
            Self::Gecko => "geckodriver",
            Self::WebKit => "xvfb-run",
        });
        if self == Self::WebKit {
            command.args(["-a", "WebKitWebDriver"]);
        }
        if self == Self::Gecko {
            // Its default is one port for everybody.
            command.args(["--websocket-port", "0"]);
        }
        command.arg(format!("--port={port}"));
        command
    }

    /// What a session asks for; everything that the browser keeps is below `profile`.
    fn capabilities(self, profile: &TempDir, scripts: bool) -> Value {
        match self {
            Self::Chromium => {
                let profile = format!("--user-data-dir={}", profile.path().display());
                json!({ "browserName": "chrome", "goog:chromeOptions": { "args": [
                    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
                    "--disable-background-networking", "--disable-component-update", "--disable-sync",
                    "--no-first-run", "--window-size=1280,900", profile,
                ] } })
            }
            Self::Gecko => json!({ "browserName": "firefox", "moz:firefoxOptions": {
                "args": ["-headless"],
                "prefs": { "javascript.enabled": scripts, "datareporting.policy.dataSubmissionEnabled": false },
            } }),
            Self::WebKit => json!({ "browserName": "MiniBrowser" }),
        }
    }
}

/// A driver program at work. Whatever it started ends with it.
pub(crate) struct Driver {
    pub(crate) engine: Engine,
    program: Child,
    address: SocketAddr,
    profile: TempDir,
}

impl Driver {
    pub(crate) async fn start(engine: Engine) -> Self {
        for _ in 0..TRIES {
            if let Some(driver) = Self::try_start(engine).await {
                return driver;
            }
        }
        panic!(
            "the driver of {engine} does not listen; `cargo xtask test --only browsers` says what it needs"
        )
    }

    async fn try_start(engine: Engine) -> Option<Self> {
        let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = free.local_addr().unwrap();
        drop(free);
        let mut command = engine.command(address.port());
        // A group of its own, so that what it starts can be ended with it.
        command.process_group(0).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let program = command.spawn().unwrap_or_else(|error| panic!("the driver of {engine}: {error}"));
        let profile = TempDir::new().unwrap();
        let mut driver = Self { engine, program, address, profile };
        let until = Instant::now() + START;
        while Instant::now() < until && driver.program.try_wait().unwrap().is_none() {
            if TcpStream::connect(address).await.is_ok() {
                return Some(driver);
            }
            sleep(Duration::from_millis(25)).await;
        }
        None
    }

    /// A browser with nothing in it, in which scripts run or do not.
    pub(crate) async fn open(&self, scripts: bool) -> WebDriver {
        let Value::Object(wanted) = self.engine.capabilities(&self.profile, scripts) else { unreachable!() };
        let at = format!("http://{}/", self.address);
        let session = WebDriver::builder(at, Capabilities::from(wanted)).client(Wire::new()).await;
        let browser = session.unwrap_or_else(|error| panic!("{} does not start: {error}", self.engine));
        if !scripts && self.engine == Engine::Chromium {
            let off = json!({ "value": true });
            browser.cdp().send_raw("Emulation.setScriptExecutionDisabled", off).await.unwrap();
        }
        browser
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        let Some(group) = self.program.id() else { return };
        let kill =
            std::process::Command::new("sh").args(["-c", "kill -s KILL -- -$0", &group.to_string()]).status();
        assert!(kill.is_ok_and(|status| status.success()), "process group {group} is still there");
    }
}
