//! The real program: how soon it serves, and what it takes when nobody asks.

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::{Bound, Figure};

const STARTS: usize = 9;

/// Start and idle memory.
pub(crate) fn measure() -> [Figure; 2] {
    let program =
        std::env::var_os("BENCHED_PROGRAM").unwrap_or_else(|| env!("CARGO_BIN_EXE_ib-server").into());
    let folder = tempfile::tempdir().unwrap();
    let (mut starts, mut most_kib) = (Vec::new(), 0);
    for _ in 0..STARTS {
        let begun = Instant::now();
        let mut server = Command::new(&program)
            .args(["--listen", "127.0.0.1:0", "--data"])
            .arg(folder.path().join("data"))
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(server.stdout.take().unwrap()).read_line(&mut line).unwrap();
        starts.push(begun.elapsed());
        assert!(line.contains("http://127.0.0.1:"), "{line}");
        // What the start needed and no longer does has been given back by then.
        std::thread::sleep(Duration::from_secs(1));
        most_kib = most_kib.max(resident(server.id()));
        server.kill().unwrap();
        server.wait().unwrap();
    }
    starts.sort_unstable();
    let start = starts[STARTS / 2].as_secs_f64() * 1_000.0;
    let memory = f64::from(most_kib) / 1_024.0;
    [
        Figure::new("start, until it serves", start, "ms", Bound::AtMost(100.0)),
        Figure::new("memory when idle", memory, "MiB", Bound::AtMost(30.0)),
    ]
}

/// The memory of a process, in KiB. The system tells it on Linux only.
fn resident(process: u32) -> u32 {
    let text = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.split_whitespace().next().unwrap().parse().unwrap()
}
