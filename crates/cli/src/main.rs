//! `sohoa`: the station without a window. See `sohoa help` and the README for the daily commands.
//!
//! Standard output carries the result and nothing else (one JSON document with `--json`); progress and messages go to
//! standard error. The exit status says what kind of end it was ([`sohoa_model::Code::exit_status`]).

mod args;
mod report;
mod run;

use clap::Parser;
use sohoa_model::{Code, Error};
use std::process::ExitCode;

fn main() -> ExitCode {
    let args = match args::Args::try_parse() {
        Ok(args) => args,
        Err(error) => {
            // Nothing better can be done if even this cannot be printed.
            let _ = error.print();
            // Help and version are asked for; anything else is wrong usage.
            if !error.use_stderr() {
                return ExitCode::SUCCESS;
            }
            if std::env::args_os().any(|arg| arg == "--json") {
                let usage = Error::new(Code::Usage, "Câu lệnh không đúng").hint("Xem cách dùng: sohoa help.");
                report::json_error(&usage);
            }
            return ExitCode::from(Code::Usage.exit_status());
        }
    };
    match args.command {
        args::Command::Worker => return sohoa_station::serve_capture(),
        args::Command::ScanWorker => return sohoa_station::serve_scanner(),
        _ => {}
    }
    let json = args.json;
    match run::run(args) {
        Ok(status) => status,
        Err(error) => {
            report::error(&error, json);
            ExitCode::from(error.code.exit_status())
        }
    }
}
