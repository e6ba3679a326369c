//! The `ib-server` program: arguments in, libraries wired, exit code out.

use std::io::Write as _;
use std::process::ExitCode;

fn main() -> ExitCode {
    match ib_server::run(std::env::args_os()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(stop) => {
            let _ = writeln!(std::io::stderr(), "{stop}");
            ExitCode::from(stop.code())
        }
    }
}
