//! Pictures of pages for the screen: upright and straight, never the archived bytes altered.

use sohoa_model::{Code, Error, Result, Turn};
use sohoa_store::table::page;
use std::collections::VecDeque;
use std::sync::{Arc, PoisonError};

use crate::Station;

/// A page, and which picture of it.
type Version = (i64, u32);

/// The last few pages made ready, newest last: going back a page costs nothing.
#[derive(Default)]
pub(crate) struct Shown(VecDeque<(Version, Arc<Vec<u8>>)>);

impl Shown {
    pub fn forget(&mut self, page: i64) {
        self.0.retain(|((id, _), _)| *id != page);
    }
}

const KEPT: usize = 6;

const QUALITY: u8 = 85;

impl Station {
    /// The page in its upright frame: media type and bytes.
    pub fn page_image(&self, id: u32) -> Result<(&'static str, Vec<u8>)> {
        let row = self.store.read(|db| page::get(db, id.into()))?;
        let turn = if row.state == "done" { row.orientation } else { row.turn.unwrap_or(row.hint) };
        if turn == Turn::None && row.skew == 0.0 && row.hint == Turn::None {
            let media = if row.format == "jpeg" { "image/jpeg" } else { "image/png" };
            return Ok((media, self.store.blobs.get(&row.blob)?));
        }
        let key = (row.id, row.version);
        let mut shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, bytes)) = shown.0.iter().find(|(k, _)| *k == key) {
            return Ok(("image/jpeg", bytes.to_vec()));
        }
        drop(shown);
        let image = sohoa_imaging::decode(&self.store.blobs.get(&row.blob)?)?;
        let bytes = Arc::new(sohoa_imaging::display(&sohoa_imaging::upright(&image, turn, row.skew), QUALITY)?);
        shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        shown.0.push_back((key, bytes.clone()));
        if shown.0.len() > KEPT {
            shown.0.pop_front();
        }
        Ok(("image/jpeg", bytes.to_vec()))
    }

    /// The small picture, once the page is read.
    pub fn page_thumbnail(&self, id: u32) -> Result<(&'static str, Vec<u8>)> {
        let row = self.store.read(|db| page::get(db, id.into()))?;
        let thumbnail = row.thumbnail.ok_or_else(|| Error::new(Code::NotFound, "Trang chưa được đọc"))?;
        Ok(("image/jpeg", self.store.blobs.get(&thumbnail)?))
    }
}
