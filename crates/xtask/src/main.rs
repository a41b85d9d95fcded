//! `cargo xtask …`: everything a developer, a newcomer or the CI does with this repository.
//!
//! It depends on nothing that has to be installed first, so it can install the rest.

mod bench;
mod demo;
mod run;
mod setup;
mod windows;

use run::{Result, cargo, npm};
use setup::Need;

const USAGE: &str = "\
cargo xtask COMMAND

  setup         installs what building, running and testing need (says first what)
  setup --second  fetches the optional second engine, which nothing else does (says first what it is)
  demo          digitises the bundled dossiers into a new station, sends them, opens the window
  dev           the window with hot reload
  check         formatting, clippy, svelte-check, linters
  test          set-up, check and every test
  bench         measures and reports (see README)
  windows       lints and builds for Windows what drives scanners there
";

fn main() -> std::process::ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let result = match args.first().map(String::as_str) {
        Some("setup") if args.len() == 1 => setup::install(&[Need::Build, Need::Test]),
        Some("setup") if args[1..] == ["--second"] => setup::second(),
        Some("demo") => demo::run_job(),
        Some("dev") => dev(),
        Some("check") => setup::install(&[Need::Build]).and_then(|()| check()),
        Some("test") => test(),
        Some("bench") => bench::run_job(&args[1..]),
        Some("windows") => windows::check(),
        _ => {
            eprint!("{USAGE}");
            return std::process::ExitCode::from(2);
        }
    };
    match result {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("\nxtask: {message}");
            std::process::ExitCode::FAILURE
        }
    }
}

/// The window on the user's own station, the UI served by Vite with hot reload.
fn dev() -> Result {
    setup::install(&[Need::Build])?;
    // Not through npm, which would outlive its Vite, or the other way round.
    let mut vite = std::process::Command::new("node");
    vite.args(["node_modules/vite/bin/vite.js", "--host", "localhost", "--port", "5173", "--strictPort"]);
    let mut vite = vite.current_dir(run::root().join("ui")).spawn().map_err(|e| format!("node: {e}"))?;
    let window = run::run(&mut cargo(&["run", "-p", "sohoa-desktop"]));
    vite.kill().and_then(|()| vite.wait()).map_err(|e| format!("could not end Vite: {e}"))?;
    window
}

/// What must hold before anything lands, short of the tests.
fn check() -> Result {
    run::run(&mut cargo(&["fmt", "--all", "--check"]))?;
    run::run(&mut npm(&["run", "check"]))?;
    run::run(&mut npm(&["run", "lint"]))?;
    run::run(&mut npm(&["run", "build"]))?; // the window embeds it, so clippy needs it
    run::run(&mut cargo(&["clippy", "--workspace", "--all-targets", EMBEDDED[0], EMBEDDED[1], "--", "-D", "warnings"]))
}

/// Everything, as the CI does it.
fn test() -> Result {
    setup::install(&[Need::Build, Need::Test])?;
    check()?;
    run::run(&mut npm(&["test"]))?;
    run::run(&mut npm(&["run", "test:browser"]))?;
    // The tests that cross crates drive the built programs. Chosen like the tests, they share what is compiled.
    run::run(&mut cargo(&["build", "--workspace", "--bins", "--tests", "--examples", EMBEDDED[0], EMBEDDED[1]]))?;
    run::run(&mut cargo(&["test", "--workspace", EMBEDDED[0], EMBEDDED[1]]))
}

/// The window with the UI inside it.
const EMBEDDED: [&str; 2] = ["--features", "sohoa-desktop/custom-protocol"];

/// `sohoa` and `sohoa-desktop`, with the UI embedded.
pub fn build_programs() -> Result {
    run::run(&mut cargo(&["build", "-p", "sohoa-cli", "-p", "sohoa-desktop", EMBEDDED[0], EMBEDDED[1]]))
}
