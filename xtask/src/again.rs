//! A chore as anybody would have begun it: without what cargo tells the programs that it runs.
//!
//! Build scripts watch some of it (ring's does), so a build that a chore begins would build its dependencies anew after
//! each one that was begun without a chore, and the other way round.

use std::ffi::OsStr;
use std::process::{Command, ExitStatus};

/// What tells where the manifest of the chores is.
pub(crate) const FOLDER: &str = "XTASK_FOLDER";

/// Runs this program again where cargo has begun it; nothing where that was done.
///
/// # Errors
///
/// When it cannot be started.
pub(crate) fn unburdened() -> std::io::Result<Option<ExitStatus>> {
    let Some(folder) = std::env::var_os("CARGO_MANIFEST_DIR") else { return Ok(None) };
    let mut command = Command::new(std::env::current_exe()?);
    command.args(std::env::args_os().skip(1)).env(FOLDER, folder);
    for (name, _) in std::env::vars_os().filter(|(name, _)| is_of_one_package(name)) {
        command.env_remove(name);
    }
    command.status().map(Some)
}

fn is_of_one_package(name: &OsStr) -> bool {
    let name = name.to_string_lossy();
    ["CARGO_MANIFEST_", "CARGO_PKG_"].iter().any(|prefix| name.starts_with(prefix))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_set_stays() {
        for (name, is_removed) in [
            ("CARGO_MANIFEST_DIR", true),
            ("CARGO_PKG_VERSION", true),
            ("CARGO_TARGET_DIR", false),
            ("CARGO_HOME", false),
            ("CARGO", false),
        ] {
            assert_eq!(is_of_one_package(OsStr::new(name)), is_removed, "{name}");
        }
    }
}
