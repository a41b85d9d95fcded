//! Programs started, with their command line shown.

use std::path::PathBuf;
use std::process::Command;

pub type Result<T = ()> = std::result::Result<T, String>;

/// The top of the repository.
pub fn root() -> PathBuf {
    // Cargo says where this checkout is; what was compiled in may be another one that shares the target folder.
    std::env::var_os("CARGO_MANIFEST_DIR")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from)
        .join("../..")
        .canonicalize()
        .expect("the crate lies two folders below the top")
}

/// Where cargo puts what it builds.
pub fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}

pub fn cargo(args: &[&str]) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(args).current_dir(root());
    // What cargo says to this program of itself would make build scripts run anew that look at it, and much after them.
    let own = |name: &std::ffi::OsStr| name.to_string_lossy().starts_with("CARGO_PKG_") || name == "CARGO_MANIFEST_DIR";
    std::env::vars_os().map(|(name, _)| name).filter(|name| own(name)).for_each(|name| {
        command.env_remove(name);
    });
    command
}

/// npm, inside `ui/`.
pub fn npm(args: &[&str]) -> Command {
    let mut command = Command::new(if cfg!(windows) { "npm.cmd" } else { "npm" });
    command.args(args).current_dir(root().join("ui"));
    command
}

/// Runs to the end; anything but success is an error.
pub fn run(command: &mut Command) -> Result {
    eprintln!("\n$ {}", shown(command));
    let status = command.status().map_err(|e| format!("{}: {e}", shown(command)))?;
    if status.success() { Ok(()) } else { Err(format!("«{}» ended with {status}", shown(command))) }
}

/// Runs to the end and gives standard output; standard error passes through.
pub fn output(command: &mut Command) -> Result<String> {
    let out =
        command.stderr(std::process::Stdio::inherit()).output().map_err(|e| format!("{}: {e}", shown(command)))?;
    if !out.status.success() {
        return Err(format!("«{}» ended with {}", shown(command), out.status));
    }
    String::from_utf8(out.stdout).map_err(|e| e.to_string())
}

fn shown(command: &Command) -> String {
    std::iter::once(command.get_program())
        .chain(command.get_args())
        .map(|a| a.to_string_lossy().into_owned())
        .collect::<Vec<_>>()
        .join(" ")
}
