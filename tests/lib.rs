//! Shared by the tests that cross crates: the built programs, stations of their own, the bundled dossiers.

#[path = "bench/reading.rs"]
pub mod reading;
pub mod screen;
pub mod simulator;

use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A file or folder of `tests/`.
pub fn fixture(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// A program of the workspace, built by `cargo xtask test` before the tests run.
pub fn program(name: &str) -> PathBuf {
    let tests = std::env::current_exe().expect("a test has a path");
    // target/debug/deps/<test> → target/debug/<program>
    let folder = tests.parent().and_then(Path::parent).expect("tests lie two folders below");
    let path = folder.join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
    assert!(path.is_file(), "{} is not built; run `cargo xtask test`", path.display());
    path
}

/// A station in a folder of its own, gone with the value.
pub struct Station {
    pub home: tempfile::TempDir,
}

pub const PASSPHRASE: &str = "thử nghiệm 1234";

impl Default for Station {
    fn default() -> Self {
        Self::new()
    }
}

impl Station {
    pub fn new() -> Self {
        Self { home: tempfile::tempdir().expect("a temporary folder") }
    }

    pub fn dir(&self) -> PathBuf {
        self.home.path().join("station")
    }

    /// `sohoa` on this station.
    pub fn sohoa(&self) -> Command {
        let mut command = sohoa();
        command.arg("--json").env("SOHOA_STATION", self.dir()).env("SOHOA_PASSPHRASE", PASSPHRASE);
        command.env_remove("DBUS_SESSION_BUS_ADDRESS");
        command
    }

    /// Runs `sohoa` and gives its one JSON document; panics unless the exit status is `status`.
    pub fn json(&self, status: i32, args: &[&str]) -> Value {
        json(status, self.sohoa().args(args))
    }

    /// Runs `sohoa` to success.
    pub fn ok(&self, args: &[&str]) -> Value {
        self.json(0, args)
    }
}

/// Runs a `sohoa --json` command.
pub fn json(status: i32, command: &mut Command) -> Value {
    let out: Output = command.output().expect("the program starts");
    let stdout = String::from_utf8(out.stdout).expect("UTF-8 on standard output");
    let stderr = String::from_utf8_lossy(&out.stderr);
    assert_eq!(out.status.code(), Some(status), "{command:?}\n{stdout}\n{stderr}");
    serde_json::from_str(&stdout)
        .unwrap_or_else(|e| panic!("{command:?}: not one JSON document ({e}):\n{stdout}\n{stderr}"))
}

/// `sohoa` without a station of its own.
pub fn sohoa() -> Command {
    Command::new(program("sohoa"))
}

/// Every file below a folder.
pub fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder").map(|e| e.expect("an entry").path()) {
        if entry.is_dir() { found.extend(files(&entry)) } else { found.push(entry) }
    }
    found
}

/// `file:///…` of a folder.
pub fn url(path: &Path) -> String {
    format!("file://{}", path.display())
}

/// The items of a JSON list.
pub fn list(value: &Value) -> &[Value] {
    value.as_array().unwrap_or_else(|| panic!("not a list: {value}"))
}

/// All that must be the same however often an import was disturbed: codes, documents, digests of originals, PDFs and
/// readings, fields, how many events each dossier has.
pub fn fingerprint(station: &Station) -> Vec<Value> {
    let desk = station.ok(&["list"]);
    let mut codes: Vec<&str> = list(&desk["dossiers"]).iter().map(|d| d["code"].as_str().expect("a code")).collect();
    // The desk shows the newest change first.
    codes.sort_unstable();
    codes
        .into_iter()
        .map(|code| {
            let mut dossier = station.ok(&["show", code]);
            let whole = dossier.as_object_mut().expect("a dossier is an object");
            for when in ["created", "updated"] {
                whole.remove(when);
            }
            for document in whole["documents"].as_array_mut().expect("a list") {
                for page in document["pages"].as_array_mut().expect("a list") {
                    let page = page.as_object_mut().expect("a page is an object");
                    // Rows are numbered in the order in which they came to be.
                    page.remove("id");
                    page.remove("version");
                }
            }
            dossier
        })
        .collect()
}
