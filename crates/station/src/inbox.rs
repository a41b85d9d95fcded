//! The folder into which a multi-function printer scans. What comes to rest there is taken in once, as a stack: cover
//! sheets and codes part it. The files stay where they are.

use sohoa_capture::inbox::Inbox;
use sohoa_model::{Result, Timestamp, job::Stage};
use sohoa_store::table::{inbox, intake, job};
use std::path::PathBuf;

use crate::Station;
use crate::intake::{Options, Request, Split};
use crate::work::Priority;

impl Station {
    /// Looks once. Gives the intake of the files that have come to rest since; [`Station::work`] takes them in.
    ///
    /// The intake is written down in one transaction with the memory of what it takes, so nothing is taken twice and
    /// nothing is lost, whatever happens in between.
    pub fn look_into(&self, folder: &mut Inbox) -> Result<Option<i64>> {
        let mut fresh: Vec<(PathBuf, u64, Timestamp)> = Vec::new();
        for arrival in folder.look()? {
            let modified = Timestamp::from_system(arrival.modified);
            let path = arrival.path.to_string_lossy().into_owned();
            if !self.store.read(|db| inbox::is_known(db, &path, arrival.size, modified))? {
                fresh.push((arrival.path, arrival.size, modified));
            }
        }
        if fresh.is_empty() {
            return Ok(None);
        }
        self.store.write(|tx| {
            for (path, size, modified) in &fresh {
                inbox::remember(tx, &path.to_string_lossy(), *size, *modified)?;
            }
            let paths = fresh.into_iter().map(|(path, ..)| path).collect();
            let id = intake::add(tx, &Request { paths, options: Options { dossier: None, split: Split::Cover } })?;
            job::enqueue(tx, Stage::Capture, id, Priority::Counter as i32)?;
            Ok(Some(id))
        })
    }
}
