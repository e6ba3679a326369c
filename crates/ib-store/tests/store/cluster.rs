//! A PostgreSQL of the test's own, which ends with it.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

pub(crate) struct Cluster {
    server: Child,
    folder: TempDir,
}

/// Where Debian keeps the programs of the newest version.
fn programs() -> PathBuf {
    let versions = std::fs::read_dir("/usr/lib/postgresql").ok().into_iter().flatten().flatten();
    let newest =
        versions.map(|version| version.path().join("bin")).filter(|bin| bin.join("initdb").exists()).max();
    assert!(newest.is_some(), "PostgreSQL is missing: install Debian's package postgresql");
    newest.unwrap()
}

/// A program run by somebody who is not root: PostgreSQL refuses root.
fn command(program: &Path, is_root: bool) -> Command {
    if !is_root {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid=nobody", "--regid=nogroup", "--clear-groups"]).arg(program);
    command
}

impl Cluster {
    pub(crate) fn start() -> Self {
        use std::os::unix::fs::{MetadataExt as _, chown};
        let folder = tempfile::tempdir().unwrap();
        let is_root = folder.path().metadata().unwrap().uid() == 0;
        if is_root {
            chown(folder.path(), Some(65534), Some(65534)).unwrap();
        }
        let (programs, data) = (programs(), folder.path().join("data"));
        let made = command(&programs.join("initdb"), is_root)
            .args(["--username=postgres", "--auth=trust", "--no-sync", "--pgdata"])
            .arg(&data)
            .current_dir(folder.path())
            .output()
            .unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        let mut server = command(&programs.join("postgres"), is_root)
            .arg("-D")
            .arg(&data)
            .arg("-k")
            .arg(folder.path())
            .args(["-c", "listen_addresses=", "-c", "fsync=off"])
            .current_dir(folder.path())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(server.stderr.take().unwrap()).lines();
        let ready =
            lines.by_ref().map_while(Result::ok).any(|line| line.contains("ready to accept connections"));
        assert!(ready, "PostgreSQL did not start");
        std::thread::spawn(move || lines.map_while(Result::ok).for_each(drop));
        Self { server, folder }
    }

    /// A new database; its URL.
    pub(crate) fn database(&self, name: &str) -> String {
        self.run("createdb", &[name]);
        format!("postgres://postgres@localhost/{name}?host={}", self.folder.path().display())
    }

    /// What one of PostgreSQL's own programs prints about this server.
    pub(crate) fn run(&self, program: &str, arguments: &[&str]) -> Vec<u8> {
        let output = Command::new(programs().join(program))
            .args(["--username=postgres", "--host"])
            .arg(self.folder.path())
            .args(arguments)
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        output.stdout
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        // Its own processes end when they miss it.
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}
