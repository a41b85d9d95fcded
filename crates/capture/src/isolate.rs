//! Opening a foreign file in a child process of the same program, with a limit on its memory and its time.
//!
//! The parent writes one request to the child's standard input, the child answers on its standard output, in the
//! messages of [`crate::child`]:
//!
//! ```text
//! request : header {"name", "params"}, body = the file
//! answer  : any number of {"page": {number, format, width, height, dpi, turn}} with the picture as body,
//!           then one {"done": {kind, pages, signed}} or {"refused": {code, message, hint}}
//! ```
//!
//! Whatever else happens (a crash, an abort for want of memory, silence, nonsense) is a refusal too, and costs the
//! parent nothing.

use serde::{Deserialize, Serialize};
use sohoa_model::{Code, Error, Result, Turn};
use std::io;
use std::path::Path;
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::time::Duration;

use crate::child::{self, read, write};
use crate::{Captured, CapturedPage, PageFormat, Params, too_large, unreadable};

/// Memory that the child may ask for.
const MEMORY: u64 = 2 << 30;

/// How long the child may be silent: it speaks at least once a page.
const SILENCE: Duration = Duration::from_secs(60);

#[derive(Serialize, Deserialize)]
struct Request {
    name: String,
    params: Params,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Answer {
    Page { number: u32, format: PageFormat, width: u32, height: u32, dpi: f32, turn: Turn },
    Done(Captured),
    Refused { code: Code, message: String, hint: String },
}

/// As [`crate::run`], in a child: `worker` is the program to start and `argument` what makes it call [`serve`].
pub fn run(
    worker: &Path,
    argument: &str,
    bytes: &[u8],
    name: &str,
    params: &Params,
    cancel: &AtomicBool,
    sink: &mut dyn FnMut(CapturedPage) -> Result<()>,
) -> Result<Captured> {
    run_within(SILENCE, worker, argument, bytes, name, params, cancel, sink)
}

#[allow(clippy::too_many_arguments)]
fn run_within(
    silence: Duration,
    worker: &Path,
    argument: &str,
    bytes: &[u8],
    name: &str,
    params: &Params,
    cancel: &AtomicBool,
    sink: &mut dyn FnMut(CapturedPage) -> Result<()>,
) -> Result<Captured> {
    let (mut child, mut input, mut output) = child::start(worker, argument)?;
    let (tell, answers) = mpsc::sync_channel(2);
    std::thread::scope(|scope| {
        // The child may die before it has read everything; its answer, or the lack of one, tells.
        let request = Request { name: name.to_owned(), params: params.clone() };
        scope.spawn(move || write(&mut input, &request, bytes));
        scope.spawn(move || {
            while let Ok(message) = read::<Answer>(&mut output) {
                if tell.send(message).is_err() {
                    return;
                }
            }
        });
        let result = listen(silence, name, cancel, &answers, sink);
        // Ends both threads whatever they wait for.
        child.end();
        drop(answers);
        result
    })
}

fn listen(
    silence: Duration,
    name: &str,
    cancel: &AtomicBool,
    answers: &mpsc::Receiver<(Answer, Vec<u8>)>,
    sink: &mut dyn FnMut(CapturedPage) -> Result<()>,
) -> Result<Captured> {
    const STEP: Duration = Duration::from_millis(100);
    let mut waited = Duration::ZERO;
    loop {
        if cancel.load(Ordering::Relaxed) {
            return Err(Error::new(Code::Cancelled, "Đã dừng theo yêu cầu"));
        }
        match answers.recv_timeout(STEP) {
            Ok((Answer::Page { number, format, width, height, dpi, turn }, bytes)) => {
                waited = Duration::ZERO;
                sink(CapturedPage { number, format, bytes, width, height, dpi, turn })?;
            }
            Ok((Answer::Done(captured), _)) => return Ok(captured),
            Ok((Answer::Refused { code, message, hint }, _)) => return Err(Error::new(code, message).hint(hint)),
            Err(mpsc::RecvTimeoutError::Timeout) if waited < silence => waited += STEP,
            Err(mpsc::RecvTimeoutError::Timeout) => {
                return Err(too_large(name).source("the child was silent for too long"));
            }
            Err(mpsc::RecvTimeoutError::Disconnected) => {
                return Err(unreadable(name).source("the child process ended before it answered"));
            }
        }
    }
}

/// What the child does: limits itself, reads one request, answers, ends.
pub fn serve() -> ExitCode {
    child::limit(MEMORY);
    let (mut input, mut output) = (io::stdin().lock(), io::stdout().lock());
    let mut served = || -> io::Result<()> {
        let (request, bytes): (Request, Vec<u8>) = read(&mut input)?;
        let mut broken = None;
        let mut tell = |page: CapturedPage| {
            let CapturedPage { number, format, bytes, width, height, dpi, turn } = page;
            write(&mut output, &Answer::Page { number, format, width, height, dpi, turn }, &bytes).map_err(|e| {
                broken = Some(e);
                Error::new(Code::Cancelled, "the parent is gone")
            })
        };
        let result = crate::run(&bytes, &request.name, &request.params, &mut tell);
        if let Some(e) = broken {
            return Err(e);
        }
        let answer = match result {
            Ok(captured) => Answer::Done(captured),
            Err(Error { code, message, hint, .. }) => Answer::Refused { code, message, hint },
        };
        write(&mut output, &answer, &[])
    };
    if served().is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    /// The test programs are shell commands: what a child says, and how it ends, is all that matters here.
    fn refused_by(script: &str, silence: Duration) -> Error {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("worker.sh");
        std::fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
        std::process::Command::new("chmod").arg("+x").arg(&path).status().unwrap();
        let (params, cancel) = (Params::default(), AtomicBool::new(false));
        run_within(silence, &path, "x", &[0; 300_000], "a.pdf", &params, &cancel, &mut |_| Ok(())).unwrap_err()
    }

    #[test]
    fn a_child_that_dies_hangs_or_raves_is_a_refusal() {
        assert_eq!(refused_by("exit 3", SILENCE).code, Code::Unreadable);
        assert_eq!(refused_by("kill -SEGV $$", SILENCE).code, Code::Unreadable);
        assert_eq!(refused_by("echo nonsense, and a lot of it", SILENCE).code, Code::Unreadable);
        assert_eq!(refused_by("exec sleep 30", Duration::from_millis(300)).code, Code::TooLarge);
    }
}
