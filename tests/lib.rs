//! Shared by the tests that cross crates: the built programs, stations of their own, the bundled dossiers.

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
        let mut command = Command::new(program("sohoa"));
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

/// `file:///…` of a folder.
pub fn url(path: &Path) -> String {
    format!("file://{}", path.display())
}

/// The items of a JSON list.
pub fn list(value: &Value) -> &[Value] {
    value.as_array().unwrap_or_else(|| panic!("not a list: {value}"))
}

/// All that must be the same however often an import was disturbed: codes, documents, digests of originals, PDFs and
/// readings, fields.
pub fn fingerprint(station: &Station) -> Vec<Value> {
    list(&station.ok(&["list"])["dossiers"])
        .iter()
        .map(|row| {
            let mut dossier = station.ok(&["show", row["code"].as_str().expect("a code")]);
            let whole = dossier.as_object_mut().expect("a dossier is an object");
            for when in ["created", "updated", "events"] {
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
