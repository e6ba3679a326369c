//! The `ib` program: gathers what surrounds the process, hands it to the library, exits with its code.

mod process;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;

use ib_api::exit::Exit;

fn main() -> ExitCode {
    process::panics_are_one_line();
    let run = || ib::run_blocking(std::env::args_os(), process::surroundings());
    let exit = catch_unwind(AssertUnwindSafe(run)).unwrap_or(Exit::Internal);
    ExitCode::from(exit.code())
}
