//! What it means that a device gives no page.
//!
//! The protocol has 404 for "no more", but devices say it with 409 and 410 too, say 404 for "not yet", and mean a jam
//! by any of them. So the status counts first: the feeder's word, then the job's, then the number. It is asked for
//! before the job is deleted, since that wipes it out.

use sohoa_model::{Code, Error};
use std::time::Duration;

use super::quirks::Quirks;
use super::refused;
use super::xml::{Adf, Job, Status};
use crate::scan::fault::{cancelled_there, fault};

/// A `NextDocument` that was not answered with a page.
pub struct Refusal {
    pub http: u16,
    /// Pages that came before.
    pub given: u32,
    pub feeder: bool,
    /// How long nothing has come.
    pub waited: Duration,
    pub patience: Duration,
}

#[derive(Debug)]
pub enum Verdict {
    /// All pages are there.
    End,
    Wait,
    Fault(Error),
}

impl Refusal {
    pub fn judge(&self, status: Option<&Status>, job: &str, quirks: &Quirks) -> Verdict {
        let adf = status.map_or(Adf::Unknown, |s| s.adf);
        let job = status.map_or(Job::Unknown, |s| s.job(job));
        if let Some(error) = adf.trouble().filter(|_| self.feeder) {
            return Verdict::Fault(error);
        }
        if job == Job::Canceled {
            return Verdict::Fault(cancelled_there());
        }
        // When the last sheet has left the tray the feeder is empty and the page still to come, so emptiness alone
        // ends nothing that the device wants us to wait for.
        let not_yet = self.http == 503 || quirks.not_yet && matches!(self.http, 404 | 410) && adf != Adf::Empty;
        let at_work = job == Job::AtWork && matches!(self.http, 404 | 409 | 410)
            || quirks.not_yet && matches!(self.http, 404 | 410);
        let limit = match (not_yet, at_work) {
            (true, _) => self.patience,
            // Some leave an ended job "processing" for good.
            (_, true) => self.patience / 12,
            _ => Duration::ZERO,
        };
        if self.waited < limit {
            return Verdict::Wait;
        }
        match (self.http, adf, self.given) {
            (_, Adf::Empty, 1..) if self.feeder => Verdict::End,
            (_, Adf::Empty, 0) if self.feeder => Verdict::Fault(fault(Code::FeederEmpty)),
            (404, _, 1..) if self.feeder => Verdict::End,
            (_, _, 1..) if self.feeder && job == Job::Completed => Verdict::End,
            (404, Adf::Unknown | Adf::Processing, 0) if self.feeder => Verdict::Fault(fault(Code::FeederEmpty)),
            (410, ..) => Verdict::Fault(cancelled_there()),
            (http, ..) => Verdict::Fault(refused(http)),
        }
    }
}

/// A `ScanJobs` that was not answered with a job: the fault, or `None` to try again. `patient`: there is still time.
pub fn not_started(http: u16, feeder: bool, status: Option<&Status>, patient: bool) -> Option<Error> {
    let adf = status.map_or(Adf::Unknown, |s| s.adf);
    if matches!(http, 401 | 403) {
        return Some(refused(http));
    }
    if let Some(error) = adf.trouble().filter(|_| feeder) {
        return Some(error);
    }
    match (http, adf) {
        (_, Adf::Empty) if feeder => Some(fault(Code::FeederEmpty).source(format!("HTTP {http}"))),
        (503, _) if patient => None,
        (409, _) if patient && status.is_some_and(|s| s.busy) => None,
        (409, _) if status.is_some_and(|s| s.busy) => Some(refused(503)),
        _ => Some(refused(http)),
    }
}

impl Adf {
    /// What is wrong with the feeder.
    pub fn trouble(self) -> Option<Error> {
        match self {
            Adf::Jam => Some(fault(Code::PaperJam)),
            Adf::Mispick => Some(
                Error::new(Code::PaperJam, "Máy không kéo được giấy")
                    .hint("Lấy xấp giấy ra, vuốt phẳng, xếp đều, đặt lại cho chạm con lăn; bớt giấy nếu khay đầy."),
            ),
            Adf::MultiFeed => Some(fault(Code::DoubleFeed)),
            Adf::Open => Some(fault(Code::CoverOpen)),
            Adf::Loaded | Adf::Empty | Adf::Processing | Adf::Unknown => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const JOB: &str = "/eSCL/ScanJobs/7";
    const PATIENCE: Duration = Duration::from_secs(60);

    fn status(adf: Adf, job: &str) -> Status {
        let xml = format!(
            "<ScannerStatus><State>Idle</State><Jobs><JobInfo><JobUri>{JOB}</JobUri><JobState>{job}</JobState></JobInfo></Jobs>\
             </ScannerStatus>"
        );
        Status { adf, ..Status::parse(&xml, &Quirks::default()).unwrap() }
    }

    /// After `given` pages the device answers `http`; its feeder and job then say so, and nothing came for `waited`.
    fn verdict(http: u16, given: u32, adf: Adf, job: &str, waited: u64, quirks: &Quirks) -> String {
        let refusal = Refusal { http, given, feeder: true, waited: Duration::from_secs(waited), patience: PATIENCE };
        match refusal.judge(Some(&status(adf, job)), JOB, quirks) {
            Verdict::End => "end".into(),
            Verdict::Wait => "wait".into(),
            Verdict::Fault(error) => error.code.to_string(),
        }
    }

    #[test]
    fn the_feeder_says_more_than_the_number() {
        let plain = Quirks::default();
        for http in [404, 409, 410, 500] {
            assert_eq!(verdict(http, 2, Adf::Empty, "Completed", 0, &plain), "end", "{http}");
            assert_eq!(verdict(http, 0, Adf::Empty, "Aborted", 0, &plain), "feeder_empty", "{http}");
            for (adf, code) in [
                (Adf::Jam, "paper_jam"),
                (Adf::Mispick, "paper_jam"),
                (Adf::MultiFeed, "double_feed"),
                (Adf::Open, "cover_open"),
            ] {
                assert_eq!(verdict(http, 2, adf, "Aborted", 0, &plain), code, "{http}");
            }
            assert_eq!(verdict(http, 2, Adf::Loaded, "Canceled", 0, &plain), "cancelled", "{http}");
        }
        assert_eq!(verdict(404, 2, Adf::Loaded, "", 0, &plain), "end");
        assert_eq!(verdict(404, 0, Adf::Loaded, "Aborted", 0, &plain), "scanner_failed");
        assert_eq!(verdict(410, 2, Adf::Loaded, "", 0, &plain), "cancelled");
        assert_eq!(verdict(409, 2, Adf::Loaded, "Aborted", 0, &plain), "scanner_failed");
    }

    #[test]
    fn waiting_has_its_limits() {
        let plain = Quirks::default();
        assert_eq!(verdict(503, 1, Adf::Empty, "Processing", 59, &plain), "wait");
        assert_eq!(verdict(503, 1, Adf::Empty, "Processing", 60, &plain), "end");
        assert_eq!(verdict(503, 0, Adf::Loaded, "Pending", 60, &plain), "scanner_busy");
        assert_eq!(verdict(503, 1, Adf::Jam, "Processing", 0, &plain), "paper_jam");
        // The last sheet has left the tray and is under the lamp; a liar's job is processing for ever.
        assert_eq!(verdict(404, 1, Adf::Empty, "Processing", 4, &plain), "wait");
        assert_eq!(verdict(404, 1, Adf::Empty, "Processing", 5, &plain), "end");
    }

    #[test]
    fn not_yet_is_404_on_some() {
        let xerox = super::super::quirks::of("Xerox", "B215");
        assert_eq!(verdict(410, 1, Adf::Loaded, "", 30, &xerox), "wait");
        assert_eq!(verdict(404, 1, Adf::Empty, "", 4, &xerox), "wait");
        assert_eq!(verdict(404, 1, Adf::Empty, "", 5, &xerox), "end");
    }

    #[test]
    fn a_device_without_status_is_believed_its_number() {
        let of = |http, given, feeder| {
            let refusal = Refusal { http, given, feeder, waited: Duration::ZERO, patience: PATIENCE };
            match refusal.judge(None, JOB, &Quirks::default()) {
                Verdict::Fault(error) => error.code.to_string(),
                other => format!("{other:?}"),
            }
        };
        assert_eq!((of(404, 3, true), of(404, 0, true)), ("End".into(), "feeder_empty".into()));
        assert_eq!((of(404, 0, false), of(500, 3, true)), ("scanner_failed".into(), "scanner_failed".into()));
    }

    #[test]
    fn a_job_that_does_not_start_says_why() {
        let of = |http, adf, busy, patient| {
            let status = Status { busy, ..status(adf, "") };
            not_started(http, true, Some(&status), patient).map_or("again".to_owned(), |e| e.code.to_string())
        };
        assert_eq!(of(503, Adf::Loaded, true, true), "again");
        assert_eq!(of(503, Adf::Loaded, true, false), "scanner_busy");
        assert_eq!(of(409, Adf::Loaded, true, false), "scanner_busy");
        assert_eq!(of(409, Adf::Loaded, false, true), "scanner_failed");
        assert_eq!(of(409, Adf::Empty, false, true), "feeder_empty");
        assert_eq!(of(503, Adf::Open, false, true), "cover_open");
        assert_eq!(of(403, Adf::Loaded, false, true), "unreachable");
    }
}
