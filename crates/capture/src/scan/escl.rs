//! eSCL, which Apple calls AirScan and Mopria too: what nearly every network scanner of the last ten years speaks, and
//! USB ones through ipp-usb. HTTP and XML, no driver of the maker's.
//!
//! ```text
//! GET  {root}/ScannerCapabilities   what it has
//! GET  {root}/ScannerStatus         how it is: State, AdfState, the jobs
//! POST {root}/ScanJobs              201 and where the job is
//! GET  {job}/NextDocument           one page; 503: come again; 404 and others: no more, and the status says why
//! DELETE {job}
//! ```
//!
//! A device is named by its address, `https://192.168.1.20:443/eSCL`, and where it was found by itself by its UUID
//! too, `…#4509a320-…`: offices give out addresses anew, and another scanner must not answer for this one.
//! Typed in by hand the bare address is enough.
//!
//! Pages are kept byte for byte as the device sent them.

mod address;
mod client;
mod discovery;
mod end;
mod page;
mod quirks;
mod xml;

use sohoa_model::{Code, Error, Result};
use std::time::{Duration, Instant, SystemTime};

use super::fault::{cancelled_there, fault};
use super::{Capabilities, Device, Driver, Line, Settings, Source};
use address::{Address, Base};
use client::{Client, Method, Trouble};
use end::{Refusal, Verdict};
use quirks::Quirks;
use xml::{Adf, Caps, Job, Status};

/// How long to look round; scanners that sleep answer the second question, a second later.
const LOOK: Duration = Duration::from_secs(3);

/// How often a device that is not ready is asked again.
const AGAIN: Duration = Duration::from_millis(500);

/// The driver.
pub struct Escl {
    /// How long a device may keep us waiting: for an answer, between two pieces of a page, with "come again".
    pub patience: Duration,
}

/// Long enough to wake up and to warm up; less than [`super::worker`] grants an answer about capabilities.
impl Default for Escl {
    fn default() -> Self {
        Self { patience: Duration::from_secs(60) }
    }
}

impl Driver for Escl {
    fn devices(&self) -> Result<Vec<Device>> {
        Ok(discovery::devices(&discovery::look(LOOK, None, &mut || Ok(()))?))
    }

    fn capabilities(&self, device: &str) -> Result<Capabilities> {
        let scanner = self.open(device, &mut || Ok(()))?;
        Ok(scanner.caps.told())
    }

    fn scan(&self, device: &str, settings: &Settings, line: &mut Line) -> Result<()> {
        line.alive()?;
        let mut scanner = self.open(device, &mut || line.alive())?;
        let source = scanner.caps.source(settings.source)?;
        let asked = xml::Asked::new(&scanner.caps, source, settings)?;
        let feeder = source != Source::Flatbed;
        if feeder {
            scanner.paper(line)?;
        }
        let job = scanner.start(&asked, feeder, line)?;
        let outcome = scanner.pages(&job, &asked, feeder, line);
        // Frees the device for the next one; also when it has ended the job by itself, since some have not.
        if outcome.is_err() || !scanner.quirks.keep_job {
            scanner.client.delete(&job);
        }
        outcome
    }
}

impl Escl {
    /// The scanner of that name, wherever it is today.
    fn open(&self, device: &str, pulse: client::Pulse) -> Result<Scanner> {
        let address = Address::parse(device)?;
        let found = self.knock(&address.candidates(), pulse);
        let Some(uuid) = &address.uuid else { return found };
        match &found {
            Ok(scanner) if scanner.caps.uuid.is_empty() || discovery::same(uuid, &scanner.caps.uuid) => return found,
            // It is there and in trouble, or the clerk wants no more.
            Err(error) if error.code != Code::ScannerLost => return found,
            _ => {}
        }
        // Gone from there, or another one has its address.
        let service = discovery::look(LOOK, Some(uuid), pulse)?.into_iter().find(|s| discovery::same(uuid, &s.uuid));
        match (service, found) {
            (Some(service), Ok(scanner)) if service.base == scanner.client.base => Ok(scanner),
            (Some(service), _) => self.knock(&[service.base], pulse),
            (None, Err(error)) => Err(error),
            (None, Ok(other)) => {
                Err(fault(Code::ScannerLost)
                    .source(format!("{} of another UUID is at that address now", other.caps.model)))
            }
        }
    }

    /// The first of these addresses at which a scanner answers.
    fn knock(&self, candidates: &[Base], pulse: client::Pulse) -> Result<Scanner> {
        let mut telling: Option<Trouble> = None;
        for base in candidates {
            let trouble = match Scanner::at(base, self.patience, pulse) {
                Ok(scanner) => return Ok(scanner),
                Err(Trouble::Stopped(error)) => return Err(error),
                Err(trouble) => trouble,
            };
            // A host that is not there has no other doors either.
            let nowhere = matches!(trouble, Trouble::Nobody { host: true, .. });
            // A closed door says less than one that is opened to somebody else.
            if telling.as_ref().is_none_or(|t| matches!(t, Trouble::Nobody { .. })) {
                telling = Some(trouble);
            }
            if nowhere {
                break;
            }
        }
        Err(telling.map_or_else(|| fault(Code::ScannerLost), Error::from))
    }
}

/// A scanner that has answered.
struct Scanner {
    client: Client,
    caps: Caps,
    quirks: Quirks,
    patience: Duration,
}

impl Scanner {
    fn at(base: &Base, patience: Duration, pulse: client::Pulse) -> Result<Self, Trouble> {
        let mut client = Client::new(base.clone(), patience);
        let start = Instant::now();
        let answer = loop {
            let answer = client.xml("ScannerCapabilities", patience / 2, pulse)?;
            match answer.status {
                // It is waking up.
                503 if start.elapsed() < patience / 2 => pause(AGAIN, pulse).map_err(Trouble::Stopped)?,
                _ => break answer,
            }
        };
        match answer.status {
            200 => {}
            status @ (401 | 403 | 503) => return Err(Trouble::Stopped(refused(status))),
            // Some other server lives there.
            status => return Err(Trouble::NoScanner(format!("HTTP {status}"))),
        }
        let caps = Caps::parse(&answer.text()).map_err(Trouble::NoScanner)?;
        let mut quirks = quirks::of(&caps.maker, &caps.model);
        quirks.localhost |= answer.server == "HP_Compact_Server";
        if quirks.port_in_host {
            client.host = Some(client.base.authority());
        }
        Ok(Self { client, caps: caps.corrected(&quirks), quirks, patience })
    }

    /// How the device is; `None` if it does not say.
    fn status(&mut self, line: &mut Line) -> Result<Option<Status>> {
        match self.client.xml("ScannerStatus", self.patience / 4, &mut || line.alive()) {
            Ok(answer) if answer.status == 200 => Ok(Status::parse(&answer.text(), &self.quirks)),
            Err(Trouble::Stopped(error)) => Err(error),
            _ => Ok(None),
        }
    }

    /// Before anything moves: whether there is paper in the feeder. Believed only where the device says that it can
    /// tell, or is known to.
    fn paper(&mut self, line: &mut Line) -> Result<()> {
        if !(self.caps.detects_paper || self.quirks.feeder_first) {
            return Ok(());
        }
        match self.status(line)?.map(|s| s.adf) {
            Some(Adf::Empty) => Err(fault(Code::FeederEmpty)),
            Some(adf) if self.quirks.feeder_first => adf.trouble().map_or(Ok(()), Err),
            _ => Ok(()),
        }
    }

    /// The job's path.
    fn start(&mut self, asked: &xml::Asked, feeder: bool, line: &mut Line) -> Result<String> {
        let host = self.client.host.clone();
        if self.quirks.localhost {
            self.client.host = Some("localhost".into());
        }
        let path = format!("{}/ScanJobs", self.client.base.root);
        let method = Method::Post(asked.xml());
        let begun = Instant::now();
        let mut stopped: Option<(Error, Instant)> = None;
        let answer = loop {
            // A job that was asked for must be called off, and only the answer says where it is.
            let mut pulse = || {
                match &stopped {
                    None => stopped = line.alive().err().map(|error| (error, Instant::now())),
                    Some((_, at)) if at.elapsed() > client::DELETE => return Err(fault(Code::Cancelled)),
                    Some(_) => {}
                }
                Ok(())
            };
            let answer = self.client.ask(&method, &path, self.patience, 0, &mut pulse)?;
            if answer.status == 201 {
                break answer;
            }
            line.alive()?;
            let status = self.status(line)?;
            let patient = begun.elapsed() * 4 < self.patience;
            if let Some(error) = end::not_started(answer.status, feeder, status.as_ref(), patient) {
                return Err(error);
            }
            pause(answer.again.unwrap_or(AGAIN), &mut || line.alive())?;
        };
        self.client.host = host;
        let job = self.client.base.job(&answer.location).ok_or_else(|| {
            fault(Code::ScannerFailed).source(format!("a job at no address: Location «{}»", answer.location))
        })?;
        match stopped {
            None => Ok(job),
            Some((error, _)) => {
                self.client.delete(&job);
                Err(error)
            }
        }
    }

    /// Pages to the parent until there are no more.
    fn pages(&mut self, job: &str, asked: &xml::Asked, feeder: bool, line: &mut Line) -> Result<()> {
        let path = format!("{job}/NextDocument");
        let mut waiting = Instant::now();
        loop {
            let begun = Instant::now();
            let answer = self.client.ask(&Method::Get, &path, 2 * self.patience, client::LARGEST, &mut || line.alive());
            let answer = match answer {
                Ok(answer) => answer,
                Err(Trouble::Stopped(error)) => return Err(error),
                Err(trouble) => return Err(self.broken(trouble, job, feeder, line)?),
            };
            if answer.status == 200 {
                let received = SystemTime::now();
                line.page(page::read(answer.body, asked).map_err(|e| page_error(e, line))?, received)?;
                // A flatbed never runs empty: asked again, some scan again.
                if !feeder {
                    return Ok(());
                }
                if self.quirks.breather {
                    pause((begun.elapsed() / 2).min(Duration::from_secs(1)), &mut || line.alive())?;
                }
                waiting = Instant::now();
                continue;
            }
            let status = self.status(line)?;
            let refusal = Refusal {
                http: answer.status,
                given: line.pages(),
                feeder,
                waited: waiting.elapsed(),
                patience: self.patience,
            };
            match refusal.judge(status.as_ref(), job, &self.quirks) {
                Verdict::End => return Ok(()),
                Verdict::Fault(error) => return Err(error),
                Verdict::Wait => pause(answer.again.unwrap_or(AGAIN), &mut || line.alive())?,
            }
        }
    }

    /// Why a page broke off: the device's own word if it still has one.
    fn broken(&mut self, trouble: Trouble, job: &str, feeder: bool, line: &mut Line) -> Result<Error> {
        let Some(status) = self.status(line)? else {
            return Ok(fault(Code::ScannerLost).source(format!("{trouble:?}")));
        };
        Ok(match (status.adf.trouble(), status.job(job)) {
            (Some(error), _) if feeder => error,
            (_, Job::Canceled) => cancelled_there(),
            _ => page_error(fault(Code::ScannerFailed).source(format!("{trouble:?}")), line),
        })
    }
}

/// Says which page is the one to be scanned again.
fn page_error(error: Error, line: &Line) -> Error {
    if error.code != Code::ScannerFailed {
        return error;
    }
    let number = line.pages() + 1;
    let message = format!("Trang {number} truyền về không trọn vẹn nên không nhận");
    let told = Error::new(error.code, message).hint(format!("Đặt lại giấy từ tờ của trang {number} rồi quét tiếp."));
    match error.source {
        Some(source) => told.source(source),
        None => told,
    }
}

/// An answer that is none of the protocol's.
fn refused(http: u16) -> Error {
    match http {
        401 | 403 => Error::new(Code::Unreachable, "Máy quét đòi đăng nhập hoặc chặn quét qua mạng").hint(
            "Trong trang quản trị của máy, cho phép quét từ máy tính (eSCL, AirPrint, Mopria) không cần mật khẩu.",
        ),
        503 => fault(Code::ScannerBusy),
        _ => fault(Code::ScannerFailed),
    }
    .source(format!("HTTP {http}"))
}

/// Waits and stays reachable.
fn pause(length: Duration, pulse: client::Pulse) -> Result<()> {
    let start = Instant::now();
    loop {
        pulse()?;
        let left = length.saturating_sub(start.elapsed());
        if left.is_zero() {
            return Ok(());
        }
        std::thread::sleep(left.min(Duration::from_millis(100)));
    }
}
