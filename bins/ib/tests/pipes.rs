//! A reader that has gone, as `head` does, changes no exit code; a full disk is told.

use std::io::{self, Write};
use std::net::IpAddr;
use std::sync::Arc;

use async_trait::async_trait;
use ib::surroundings::{Output, Surroundings};
use ib_env_client::http::{NameError, Resolver};
use rstest::rstest;

struct Broken(io::ErrorKind);

impl Write for Broken {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(self.0.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Err(self.0.into())
    }
}

struct Nowhere;

#[async_trait]
impl Resolver for Nowhere {
    async fn resolve(&self, _host: &str) -> Result<Vec<IpAddr>, NameError> {
        Err(NameError::NotFound)
    }
}

#[rstest]
#[case::help(&["--help"], 0, 0)]
#[case::explain(&["explain"], 0, 1)]
#[case::man(&["man"], 0, 1)]
#[case::completions(&["completions", "bash"], 0, 1)]
#[case::text(&["check", "dev.acme.example"], 3, 1)]
#[case::json(&["check", "dev.acme.example", "--output", "json"], 3, 1)]
#[case::ndjson(&["check", "dev.acme.example", "--output", "ndjson"], 3, 1)]
fn output_that_cannot_be_written(#[case] arguments: &[&str], #[case] gone: u8, #[case] full: u8) {
    for (kind, expected) in [(io::ErrorKind::BrokenPipe, gone), (io::ErrorKind::StorageFull, full)] {
        let (mut surroundings, captured) = Surroundings::captured();
        surroundings.stdout = Output::new(Broken(kind), false);
        surroundings.resolver = Arc::new(Nowhere);
        let exit = ib::run_blocking(["ib"].iter().chain(arguments).copied(), surroundings);
        assert_eq!(exit.code(), expected, "{kind}: {}", captured.stderr());
        assert_eq!(captured.stderr().contains("cannot be written"), expected == 1, "{kind}");
    }
}
