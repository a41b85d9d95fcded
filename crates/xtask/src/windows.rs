//! `cargo xtask windows`: what drives scanners on Windows, linted and built from here. Nothing of it is run.
//!
//! No part of `cargo xtask test`, since the standard library of the target comes from rustup, which is no package
//! registry: where only those can be reached, this cannot be had.

use crate::run::{Result, cargo, run};
use crate::setup;

/// The one that can be linked from Debian. Programs for users are better built on Windows, for `…-msvc`.
const TARGET: &str = "x86_64-pc-windows-gnu";

pub fn check() -> Result {
    setup::windows(TARGET)?;
    let of_capture = ["-p", "sohoa-capture", "--target", TARGET];
    let build = |command: &str, rest: &[&str]| {
        let mut cargo = cargo(&[&[command], &of_capture[..], rest].concat());
        // Debian's other variant of these compilers has no threads in C++; both may be there.
        cargo.env("CC_x86_64_pc_windows_gnu", "x86_64-w64-mingw32-gcc-posix");
        cargo.env("CXX_x86_64_pc_windows_gnu", "x86_64-w64-mingw32-g++-posix");
        cargo.env("CARGO_TARGET_X86_64_PC_WINDOWS_GNU_LINKER", "x86_64-w64-mingw32-gcc-posix");
        run(&mut cargo)
    };
    build("clippy", &["--all-targets", "--", "-D", "warnings"])?;
    build("build", &[])?;
    // The tests are programs, so that this links everything.
    build("test", &["--no-run"])
}
