//! The same commands, with a server that does it.

use std::path::PathBuf;

use ib::surroundings::Surroundings;
use ib_domain::reason::Reason;
use rstest::rstest;

use crate::server::Server;
use crate::world::{ACCEPT, DEV, Ending};

/// A folder for the settings of one person.
pub(crate) struct Home(tempfile::TempDir);

impl Home {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub(crate) fn sessions(&self) -> PathBuf {
        self.0.path().join("config/ib/servers.toml")
    }

    pub(crate) async fn run(&self, arguments: &[&str], variables: &[(&str, &str)]) -> Ending {
        let (mut surroundings, captured) = Surroundings::captured();
        let config = self.0.path().join("config").display().to_string();
        let own =
            [("XDG_CONFIG_HOME", config.as_str()), ("HOME", config.as_str()), ("APPDATA", config.as_str())];
        let all = own.iter().chain(variables);
        surroundings.variables = all.map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let words: Vec<&str> = std::iter::once("ib").chain(arguments.iter().copied()).collect();
        let exit = ib::run(words, surroundings).await;
        Ending { exit: exit.code(), stdout: captured.stdout(), stderr: captured.stderr() }
    }

    async fn setup(&self, server: &Server, arguments: &[&str]) -> Ending {
        let arguments = [&["setup", DEV, "--server", &server.url], arguments].concat();
        self.run(&arguments, &[("IB_PASSWORD", "planted-Pass-1")]).await
    }
}

const MARIA: [&str; 2] = ["--username", "maria"];

#[tokio::test]
async fn a_server_registers_by_the_same_rules() {
    let (home, server) = (Home::new(), Server::start(|_| {}).await);
    let ending = home.setup(&server, &MARIA).await;
    ending.assert(
        7,
        &["give --accept-disclaimer built-in-1", "go on   ib setup dev.acme.example --server http://127"],
    );
    let status = ["status", DEV, "--server", &server.url];
    home.run(&status, &[]).await.assert(7, &["Waits for you at: Disclaimer"]);
    let ending = home.setup(&server, &ACCEPT).await;
    ending.assert(0, &["Going on where it was left.", "✓ Registered  dev.acme.example"]);
    home.run(&status, &[]).await.assert(0, &["Registered"]);
    let log_ins = server.requests().iter().filter(|request| request.ends_with("/log-in")).count();
    assert_eq!(log_ins, 1);
}

#[rstest]
#[case::refused(|script: &mut ib_setup::testing::Script| script.refuses = Some(Reason::LoginRefused), 6, "SETUP-AUTH-001")]
#[case::silent(|script: &mut ib_setup::testing::Script| script.broken = Some(Reason::HttpNoAnswer), 5, "Could not tell at: Address")]
#[case::too_old(|script: &mut ib_setup::testing::Script| script.version = "11.5.0.100".to_owned(), 3, "Stopped at: Address")]
#[tokio::test]
async fn exit_codes_are_those_of_this_machine(
    #[case] change: fn(&mut ib_setup::testing::Script),
    #[case] exit: u8,
    #[case] says: &str,
) {
    let (home, server) = (Home::new(), Server::start(change).await);
    home.setup(&server, &[&MARIA[..], &ACCEPT].concat()).await.assert(exit, &[says]);
}

#[tokio::test]
async fn a_session_that_has_ended_is_begun_anew_and_the_set_up_goes_on() {
    let (home, server) = (Home::new(), Server::start(|_| {}).await);
    home.setup(&server, &MARIA).await.assert(7, &[]);
    server.end_session();
    home.run(&["status", DEV, "--server", &server.url], &[]).await.assert(6, &["Begin a session."]);
    let ending = home.setup(&server, &[&MARIA[..], &ACCEPT, &["--output", "json"]].concat()).await;
    ending.assert(0, &[]);
    let log_ins = server.requests().iter().filter(|request| request.ends_with("/log-in")).count();
    let welcomes = server.requests().iter().filter(|request| request.ends_with("/welcome")).count();
    assert_eq!((log_ins, welcomes), (2, 1), "the earlier set-up goes on after the log-in");
}

#[tokio::test]
async fn a_session_is_kept_for_its_owner_alone_and_ended_by_logout() {
    let (home, server) = (Home::new(), Server::start(|_| {}).await);
    let by_variable = [("IB_SERVER", server.url.as_str())];
    home.run(&["login"], &by_variable).await.assert(0, &["a session at http://127.0.0.1"]);
    let kept = std::fs::read_to_string(home.sessions()).unwrap();
    assert!(kept.contains(&server.token()), "{kept}");
    #[cfg(unix)]
    assert_eq!(crate::world::mode(&home.sessions()), 0o600);
    home.setup(&server, &MARIA).await.assert(7, &[]);
    assert_eq!(server.token(), "planted-token-1", "the session is used, not begun anew");
    home.run(&["logout"], &by_variable).await.assert(0, &["the session has ended at"]);
    assert!(!std::fs::read_to_string(home.sessions()).unwrap().contains("planted"));
    home.run(&["logout"], &by_variable).await.assert(0, &["there was no session at"]);
}

#[tokio::test]
async fn nothing_secret_is_printed() {
    let (home, server) =
        (Home::new(), Server::start(|script| script.refuses = Some(Reason::LoginRefused)).await);
    let login = home.run(&["login", "--server", &server.url], &[]).await;
    let setup = home.setup(&server, &[&MARIA[..], &["-vvv"]].concat()).await;
    for ending in [login, setup] {
        let all = ending.stdout + &ending.stderr;
        assert!(!all.contains("planted"), "{all}");
    }
}

#[rstest]
#[case::open(&["login", "--server", "http://ib.example.com"], "must begin with https://")]
#[case::secret(&["login", "--server", "https://me:planted@ib.example.com"], "leave them out")]
#[case::none(&["login"], "name it with --server URL or IB_SERVER")]
#[case::rules(&["setup", DEV, "--server", "https://ib.example.com", "--accept-unverified"], "whose operator decides on it")]
#[case::both(&["setup", DEV, "--server", "https://ib.example.com", "--data", "x"], "cannot be used with")]
#[tokio::test]
async fn what_cannot_be_asked_of_a_server(#[case] arguments: &[&str], #[case] says: &str) {
    let ending = Home::new().run(arguments, &[]).await;
    ending.assert(2, &[says]);
    assert!(!ending.stderr.contains("planted"), "{}", ending.stderr);
}

#[tokio::test]
async fn a_server_that_is_not_there_is_named() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let ending = Home::new().run(&["setup", DEV, "--server", &url], &[]).await;
    ending.assert(5, &[&url, "the server does not answer"]);
    assert_eq!(ending.stdout, "");
}
