//! A folder into which a multi-function printer scans: the one way that works with every machine.
//!
//! The printer writes while we look. A file counts as there when it has not changed for a while and ends as its kind
//! must; a file that stays half-written is handed over after a longer while all the same, so that somebody hears of it.

use sohoa_model::{Error, Result};
use std::collections::HashMap;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

/// How long a whole file must have been at rest: printers write a page, scan the next, and go on.
const REST: Duration = Duration::from_secs(3);
/// After so long nobody is writing to it any more.
const GIVEN_UP: Duration = Duration::from_secs(120);

/// A file as it lies there; another size or time is another file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arrival {
    pub path: PathBuf,
    pub size: u64,
    pub modified: SystemTime,
}

/// A folder that is looked at again and again.
pub struct Inbox {
    folder: PathBuf,
    rest: Duration,
    given_up: Duration,
    /// What was seen, and since when it has been like this.
    seen: HashMap<PathBuf, (Arrival, Instant)>,
}

impl Inbox {
    pub fn new(folder: &Path) -> Self {
        Self { folder: folder.to_owned(), rest: REST, given_up: GIVEN_UP, seen: HashMap::new() }
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The files that have come to rest, in the order of their names. Each is given again at every look until it is
    /// gone or changes: what was done with it is for the caller to remember.
    ///
    /// Errors: `NotFound` or `Unreachable` when the folder cannot be read.
    pub fn look(&mut self) -> Result<Vec<Arrival>> {
        // The walk says nothing of a folder that is not there but as a refusal, so it is asked first.
        std::fs::read_dir(&self.folder).map_err(|e| Error::io("đọc", &self.folder, e))?;
        let now = Instant::now();
        let mut seen = HashMap::new();
        let mut ready = Vec::new();
        for (path, _) in crate::walk(std::slice::from_ref(&self.folder)).files {
            if is_unfinished_name(&path) {
                continue;
            }
            // It may be gone or renamed between two looks.
            let Ok(meta) = path.metadata() else { continue };
            let Ok(modified) = meta.modified() else { continue };
            let arrival = Arrival { path: path.clone(), size: meta.len(), modified };
            let since = match self.seen.get(&path) {
                Some((before, since)) if *before == arrival => *since,
                _ => now,
            };
            let rested = since.elapsed();
            if rested >= self.given_up || (rested >= self.rest && is_whole(&path)) {
                ready.push(arrival.clone());
            }
            seen.insert(path, (arrival, since));
        }
        self.seen = seen;
        Ok(ready)
    }
}

/// Names under which printers and file servers keep what is still on its way.
fn is_unfinished_name(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
    let unfinished = [".tmp", ".temp", ".part", ".partial", ".filepart", ".crdownload"];
    name.starts_with('~') || unfinished.iter().any(|end| name.ends_with(end))
}

/// Whether the file ends as a file of its kind does. Of kinds that do not say so, nothing is known.
fn is_whole(path: &Path) -> bool {
    let tail = || -> std::io::Result<(Vec<u8>, Vec<u8>, u64)> {
        let mut file = File::open(path)?;
        let length = file.metadata()?.len();
        let mut head = vec![0; 16.min(length as usize)];
        file.read_exact(&mut head)?;
        file.seek(SeekFrom::Start(length.saturating_sub(2048)))?;
        let mut tail = Vec::new();
        file.read_to_end(&mut tail)?;
        Ok((head, tail, length))
    };
    // Locked by whoever writes it, or on a share that has gone away.
    let Ok((head, tail, length)) = tail() else { return false };
    let number = |at: usize| head.get(at..at + 4).and_then(|b| b.try_into().ok()).map_or(0, u32::from_le_bytes);
    let filled = tail.iter().rposition(|b| *b != 0).map_or(&[][..], |last| &tail[..=last]);
    match &head[..] {
        [] => false,
        [0xff, 0xd8, ..] => filled.ends_with(&[0xff, 0xd9]),
        [0x89, b'P', b'N', b'G', ..] => tail.windows(4).any(|w| w == b"IEND"),
        [b'%', b'P', b'D', b'F', ..] => tail.windows(5).any(|w| w == b"%%EOF"),
        [b'R', b'I', b'F', b'F', ..] => u64::from(number(4)) + 8 <= length,
        [b'B', b'M', ..] => u64::from(number(2)) <= length,
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inbox(folder: &Path) -> Inbox {
        Inbox { rest: Duration::ZERO, given_up: Duration::from_secs(3600), ..Inbox::new(folder) }
    }

    fn names(found: &[Arrival]) -> Vec<String> {
        found.iter().map(|a| a.path.file_name().unwrap().to_string_lossy().into_owned()).collect()
    }

    #[test]
    fn what_is_still_being_written_is_left_alone() {
        let dir = tempfile::tempdir().unwrap();
        let write = |name: &str, bytes: &[u8]| std::fs::write(dir.path().join(name), bytes).unwrap();
        write("trang 10.jpg", b"\xff\xd8 whole \xff\xd9");
        write("trang 2.jpg", b"\xff\xd8 whole, filled up \xff\xd9\0\0\0");
        write("half.jpg", b"\xff\xd8 half");
        write("half.pdf", b"%PDF-1.7 half");
        write("whole.pdf", b"%PDF-1.7 whole\n%%EOF\n");
        write("scan.tmp", b"\xff\xd8 whole \xff\xd9");
        write("empty.jpg", b"");
        let mut inbox = inbox(dir.path());
        assert_eq!(names(&inbox.look().unwrap()), ["trang 2.jpg", "trang 10.jpg", "whole.pdf"]);
        // Half a file that nobody goes on writing is somebody's business after all.
        inbox.given_up = Duration::ZERO;
        assert_eq!(names(&inbox.look().unwrap()).len(), 6);
    }

    #[test]
    fn a_file_that_grows_starts_resting_anew() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.jpg");
        std::fs::write(&path, b"\xff\xd8 \xff\xd9").unwrap();
        let mut inbox = Inbox { rest: Duration::from_millis(300), ..inbox(dir.path()) };
        assert!(inbox.look().unwrap().is_empty());
        std::thread::sleep(Duration::from_millis(400));
        std::fs::write(&path, b"\xff\xd8 longer \xff\xd9").unwrap();
        assert!(inbox.look().unwrap().is_empty(), "it has only just changed");
        std::thread::sleep(Duration::from_millis(400));
        assert_eq!(inbox.look().unwrap().len(), 1);
    }

    #[test]
    fn a_folder_that_is_gone_is_said() {
        assert_eq!(Inbox::new(Path::new("/không/có")).look().unwrap_err().code, sohoa_model::Code::NotFound);
    }
}
