//! Drivers in a child process: the parent's side and the child's.
//!
//! The parent writes one [`Request`] to the child's standard input and keeps the pipe open; the child answers with
//! [`Said`] on its standard output. When the pipe closes, or says anything more, the child stops at the next chance.

use serde::{Deserialize, Serialize};
use sohoa_model::{Code, Error, Result};
use std::io::{self, Read};
use std::path::Path;
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};

use super::{Capabilities, DRIVERS, Device, Head, Line, Said, Settings, driver, fault, recording::Recorder};
use crate::child::{self, read, write};

/// Memory that a driver may ask for: an A3 page in colour at 600 dpi is 200 MB.
const MEMORY: u64 = 2 << 30;

/// How long a driver may be silent before it counts as hung; a cold lamp takes half a minute to warm up. A slower
/// device can be given more by `SOHOA_SCANNER_PATIENCE`, in seconds.
const SILENCE: Duration = Duration::from_secs(75);

fn silence() -> Duration {
    let given = std::env::var("SOHOA_SCANNER_PATIENCE").ok().and_then(|s| s.parse().ok());
    given.map_or(SILENCE, Duration::from_secs)
}

/// How long looking round for devices may take.
const LOOK: Duration = Duration::from_secs(20);

/// How long a driver may take to stop when it is asked to.
const GRACE: Duration = Duration::from_secs(5);

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Request {
    /// What the driver of that name finds.
    Devices(String),
    Capabilities(String),
    Scan {
        device: String,
        settings: Settings,
    },
}

/// The program to start as a child, and the argument that makes it call [`serve`].
#[derive(Clone, Copy)]
pub struct Worker<'a> {
    pub program: &'a Path,
    pub argument: &'a str,
}

impl Worker<'_> {
    /// What every driver finds, and why one found nothing. All look at the same time.
    pub fn devices(&self) -> (Vec<Device>, Vec<Error>) {
        let answers: Vec<Result<Vec<Device>>> = std::thread::scope(|scope| {
            let asked: Vec<_> = DRIVERS
                .iter()
                .map(|name| scope.spawn(|| self.one(&Request::Devices((*name).to_owned()), LOOK)))
                .collect();
            asked
                .into_iter()
                .map(|answer| match answer.join() {
                    Ok(Ok(Said::Devices(devices))) => Ok(devices),
                    Ok(Err(error)) => Err(error),
                    _ => Err(fault(Code::ScannerFailed)),
                })
                .collect()
        });
        let (found, failed): (Vec<_>, Vec<_>) = answers.into_iter().partition(Result::is_ok);
        let mut found: Vec<Device> = found.into_iter().flatten().flatten().collect();
        // SANE's own ways to network scanners name them by numbers that change from one process to the next, so that a
        // remembered name may open somebody else's; ours finds the same machines and knows them again.
        found.retain(|d| !["sane:airscan:", "sane:escl:"].iter().any(|unsure| d.id.starts_with(unsure)));
        (found, failed.into_iter().filter_map(Result::err).collect())
    }

    pub fn capabilities(&self, device: &str) -> Result<Capabilities> {
        match self.one(&Request::Capabilities(device.to_owned()), silence())? {
            Said::Capabilities(capabilities) => Ok(capabilities),
            _ => Err(fault(Code::ScannerFailed)),
        }
    }

    /// Scans: each whole page reaches `sink` before the next is taken from the child. Returns when the feeder is empty
    /// or the flatbed has given its page.
    ///
    /// Errors: those of [`fault`], `Missing`, `NotFound`, and whatever `sink` gives. What `sink` was given before
    /// stands.
    pub fn scan(
        &self,
        device: &str,
        settings: &Settings,
        cancel: &AtomicBool,
        recorder: Option<&mut Recorder>,
        sink: &mut dyn FnMut(Head, Vec<u8>) -> Result<()>,
    ) -> Result<()> {
        settings.check()?;
        self.scan_within(silence(), device, settings, cancel, recorder, sink)
    }

    fn scan_within(
        &self,
        silence: Duration,
        device: &str,
        settings: &Settings,
        cancel: &AtomicBool,
        mut recorder: Option<&mut Recorder>,
        sink: &mut dyn FnMut(Head, Vec<u8>) -> Result<()>,
    ) -> Result<()> {
        let request = Request::Scan { device: device.to_owned(), settings: settings.clone() };
        let mut ended = None;
        let outcome = self.ask(&request, silence, cancel, &mut |said, body| {
            if let Some(recorder) = recorder.as_deref_mut() {
                recorder.said(&said, &body)?;
            }
            match said {
                Said::Page(head) => sink(head, body)?,
                Said::End => ended = Some(Ok(())),
                Said::Fault(error) => ended = Some(Err(error)),
                _ => {}
            }
            Ok(ended.is_some())
        });
        if let (Err(error), Some(recorder)) = (&outcome, recorder) {
            recorder.broke(error)?;
        }
        outcome?;
        ended.unwrap_or_else(|| Err(fault(Code::ScannerFailed)))
    }

    /// A question with one answer.
    fn one(&self, request: &Request, patience: Duration) -> Result<Said> {
        let mut answer = None;
        self.ask(request, patience, &AtomicBool::new(false), &mut |said, _| {
            answer = match said {
                Said::Alive => None,
                Said::Fault(error) => Some(Err(error)),
                said => Some(Ok(said)),
            };
            Ok(answer.is_some())
        })?;
        answer.unwrap_or_else(|| Err(fault(Code::ScannerFailed)))
    }

    /// Starts a child, asks, and listens until `hear` says that it has heard enough.
    fn ask(
        &self,
        request: &Request,
        silence: Duration,
        cancel: &AtomicBool,
        hear: &mut dyn FnMut(Said, Vec<u8>) -> Result<bool>,
    ) -> Result<()> {
        let (mut child, mut input, mut output) = child::start(self.program, self.argument)?;
        // One page at a time: the pipe itself holds the driver back.
        let (tell, answers) = mpsc::sync_channel(0);
        std::thread::scope(|scope| {
            // The child may die before it has read its request; its silence tells.
            let told = write(&mut input, request, &[]);
            let mut input = Some(input);
            scope.spawn(move || {
                while let Ok(message) = read::<Said>(&mut output) {
                    if tell.send(message).is_err() {
                        return;
                    }
                }
            });
            let result = told
                .map_err(|e| fault(Code::ScannerFailed).source(e))
                .and_then(|()| listen(&answers, silence, cancel, &mut || drop(input.take()), hear));
            // Ends the reading thread whatever it waits for.
            let by_itself = child.end();
            drop(answers);
            result.map_err(|error| match by_itself {
                Some(status) if error.code == Code::ScannerFailed && error.source.is_none() => {
                    error.source(format!("the driver's process ended: {status}"))
                }
                _ => error,
            })
        })
    }
}

fn listen(
    answers: &mpsc::Receiver<(Said, Vec<u8>)>,
    silence: Duration,
    cancel: &AtomicBool,
    stop: &mut dyn FnMut(),
    hear: &mut dyn FnMut(Said, Vec<u8>) -> Result<bool>,
) -> Result<()> {
    const STEP: Duration = Duration::from_millis(50);
    let mut heard = Instant::now();
    let mut asked_to_stop: Option<Instant> = None;
    loop {
        if asked_to_stop.is_none() && cancel.load(Ordering::Relaxed) {
            stop();
            asked_to_stop = Some(Instant::now());
        }
        if asked_to_stop.is_some_and(|at| at.elapsed() > GRACE) {
            return Err(fault(Code::Cancelled));
        }
        match answers.recv_timeout(STEP) {
            Ok((said, body)) => {
                if hear(said, body)? {
                    return Ok(());
                }
                heard = Instant::now();
            }
            Err(mpsc::RecvTimeoutError::Timeout) if heard.elapsed() < silence => {}
            Err(mpsc::RecvTimeoutError::Timeout) => {
                return Err(Error::new(Code::ScannerFailed, "Máy quét không trả lời")
                    .hint("Tắt máy quét, bật lại, rồi quét tiếp.")
                    .source("the driver was silent for too long"));
            }
            Err(mpsc::RecvTimeoutError::Disconnected) if asked_to_stop.is_some() => return Err(fault(Code::Cancelled)),
            Err(mpsc::RecvTimeoutError::Disconnected) => {
                return Err(Error::new(Code::ScannerFailed, "Trình điều khiển máy quét bị dừng đột ngột")
                    .hint("Quét tiếp; nếu vẫn vậy, cập nhật trình điều khiển của máy quét."));
            }
        }
    }
}

/// What the child does: limits itself, reads one request, lets the driver do it, ends.
pub fn serve() -> ExitCode {
    child::limit(MEMORY);
    let mut input = io::stdin();
    let (Ok((request, _)), Ok(mut output)) = (read::<Request>(&mut input), child::own_output()) else {
        return ExitCode::FAILURE;
    };
    let cancel = Arc::new(AtomicBool::new(false));
    let stop = cancel.clone();
    std::thread::spawn(move || {
        // One byte more, or the end of the pipe: either way nobody wants more pages.
        let _ = input.read(&mut [0]);
        stop.store(true, Ordering::Relaxed);
    });
    let mut tell = |said: &Said, body: &[u8]| write(&mut output, said, body);
    let last = match answer(&request, &cancel, &mut tell) {
        Ok(said) => said,
        Err(error) => Said::Fault(error),
    };
    // Whoever does not listen any more has no use for the exit status either.
    if tell(&last, &[]).is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn answer(
    request: &Request,
    cancel: &AtomicBool,
    tell: &mut dyn FnMut(&Said, &[u8]) -> io::Result<()>,
) -> Result<Said> {
    let split = |id: &str| {
        let (name, device) = id.split_once(':')?;
        Some((driver(name)?, device.to_owned()))
    };
    let unknown = |id: &str| {
        Error::new(Code::NotFound, format!("Không có máy quét «{id}»")).hint("Xem các máy quét: sohoa devices.")
    };
    match request {
        Request::Devices(name) => driver(name).ok_or_else(|| unknown(name))?.devices().map(Said::Devices),
        Request::Capabilities(id) => {
            let (driver, device) = split(id).ok_or_else(|| unknown(id))?;
            driver.capabilities(&device).map(Said::Capabilities)
        }
        Request::Scan { device: id, settings } => {
            let (driver, device) = split(id).ok_or_else(|| unknown(id))?;
            driver.scan(&device, settings, &mut Line::new(cancel, tell))?;
            Ok(Said::End)
        }
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    /// The test drivers are shell commands: what a child says, and how it ends, is all that matters here.
    fn scan(script: &str, cancel: bool) -> (Error, Duration) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("driver.sh");
        std::fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
        std::process::Command::new("chmod").arg("+x").arg(&path).status().unwrap();
        let worker = Worker { program: &path, argument: "x" };
        let (start, cancel) = (Instant::now(), AtomicBool::new(cancel));
        let silence = Duration::from_millis(500);
        let end = worker.scan_within(silence, "sane:x", &Settings::default(), &cancel, None, &mut |_, _| Ok(()));
        (end.unwrap_err(), start.elapsed())
    }

    #[test]
    fn a_driver_that_dies_hangs_or_raves_is_told_apart_from_the_paper() {
        for script in ["exit 3", "kill -SEGV $$", "echo nonsense, and a lot of it"] {
            assert_eq!(scan(script, false).0.code, Code::ScannerFailed, "{script}");
        }
        assert!(scan("exec sleep 30", false).0.message.contains("không trả lời"));
    }

    #[test]
    fn cancelling_ends_even_a_driver_that_does_not_listen() {
        assert_eq!(scan("cat > /dev/null", true).0.code, Code::Cancelled);
    }
}
