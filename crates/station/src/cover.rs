//! Cover sheets to print, before the papers go through the scanner. Their dossiers need not be known here yet.

use sohoa_model::{Cover, Error, Result};
use std::path::Path;

use crate::{Station, view::CoverRequest};

impl Station {
    /// A PDF with one sheet for each request, in the name of this office.
    pub fn covers(&self, requests: &[CoverRequest]) -> Result<Vec<u8>> {
        let cover = |r: &CoverRequest| Cover::new(r.code.trim().parse()?, r.component.as_deref(), r.pages);
        let covers = requests.iter().map(cover).collect::<Result<Vec<_>>>()?;
        sohoa_pdf::cover::run(&covers, &self.settings()?.office)
    }

    /// The same as a file.
    pub fn save_covers(&self, requests: &[CoverRequest], path: &Path) -> Result<()> {
        std::fs::write(path, self.covers(requests)?).map_err(|e| Error::io("ghi", path, e))
    }
}
