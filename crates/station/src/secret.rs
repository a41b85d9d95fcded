//! State secrets: a page that bears the mark of one may not be made or kept on a computer like this. It is refused while
//! it is read, before anything of it is written, and goes with the file that it came in.

use sohoa_model::{Code, Error, Result, Word};
use sohoa_ocr::Deadline;
use sohoa_store::Transaction;
use sohoa_store::table::{document, event, job, page, purge, stack};
use std::collections::HashMap;
use std::sync::PoisonError;

use crate::Station;
use crate::stages::next_after_reading;

/// Grows when other pages would be taken for secret.
pub(crate) const VERSION: u32 = 2;

/// Tesseract's mode for a single line.
const LINE: u32 = 7;

/// By intake and the name that stands for it: what a refused file is called.
pub(crate) type Refused = HashMap<(i64, String), String>;

/// What whoever brought the page is told, and all that is told.
pub(crate) fn refusal() -> Error {
    Error::new(Code::StateSecret, "Một trang bị từ chối theo quy định về bảo vệ bí mật nhà nước")
        .hint("Không quét, không lưu giấy này trên máy này; giao lại cho người phụ trách bảo mật của đơn vị.")
}

/// Whether a page bears the mark of a state secret, in its words or in a stamp. `words` stand in the upright frame, which
/// is of this `size`.
pub(crate) fn is_marked(
    reader: &mut sohoa_ocr::Reader,
    words: &[Word],
    size: (u32, u32),
    stamps: &[sohoa_imaging::Stamp],
    deadline: &Deadline,
) -> Result<bool> {
    if sohoa_extract::secret::stamped(words, size.0, size.1).is_some() {
        return Ok(true);
    }
    is_stamped(reader, stamps, deadline)
}

/// Whether one of the stamps is such a mark.
pub(crate) fn is_stamped(
    reader: &mut sohoa_ocr::Reader,
    stamps: &[sohoa_imaging::Stamp],
    deadline: &Deadline,
) -> Result<bool> {
    let params = sohoa_ocr::Params { segmentation: LINE, ..Default::default() };
    for stamp in stamps {
        let words = reader.run(&stamp.picture, stamp.dpi, &[], &params, deadline)?.words;
        if sohoa_extract::secret::framed(&words).is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}

impl Station {
    /// Destroys a page that may not be kept, with the received file that it came in, all other pages of that file, and
    /// all that was made of them. The intake then says that the file was refused; the audit log says in one line that
    /// something was, and no more. What is left of the document is made anew.
    ///
    /// A crash in between is made good at the next start. A page that has left the station in a batch is beyond reach.
    pub fn purge_page(&self, id: u32) -> Result<()> {
        let purged = self.store.write(|tx| {
            page::get(tx, id.into())?;
            self.purge(tx, id.into())
        })?;
        self.finish(purged)
    }

    /// As [`Station::purge_page`], for a page that came out of the scanner a moment ago and was not filed yet.
    pub(crate) fn purge_scanned(&self, id: i64) -> Result<()> {
        self.store.write(|tx| {
            purge::stack_page(tx, id)?;
            event::append(tx, "station", "refuse_by_rule", self.store.station(), &serde_json::json!({}))
        })?;
        self.store.finish_purges().map(drop)
    }

    /// The end of a reading that found the page to be secret.
    pub(crate) fn refuse(&self, claim: &job::Claim) -> Result<()> {
        let purged = self.store.write(|tx| match job::finish(tx, claim)? {
            true => self.purge(tx, claim.subject).map(Some),
            // Queued again or purged meanwhile.
            false => Ok(None),
        })?;
        purged.map_or(Ok(()), |purged| self.finish(purged))
    }

    fn purge(&self, tx: &Transaction, id: i64) -> Result<Purged> {
        let together = purge::together(tx, id)?;
        let mut purged = Purged { pages: together.pages.iter().copied().collect(), refused: Vec::new() };
        let mut documents = std::collections::BTreeSet::new();
        for id in &together.pages {
            documents.insert(page::get(tx, *id)?.document);
            // Whoever still scans the stack that it came in stops.
            if let Some(stack) = stack::of_page(tx, *id)? {
                stack::set_refused(tx, stack, true)?;
            }
            purge::page(tx, *id)?;
        }
        for source in &together.sources {
            let Some(row) = document::find_source(tx, source)? else { continue };
            purged.refused.extend(purge::refuse(tx, row.document, &row.name, &refusal())?);
            documents.insert(purge::source(tx, source)?);
        }
        for document in documents {
            if !purge::if_empty(tx, document)? {
                next_after_reading(tx, document)?;
            }
        }
        event::append(tx, "station", "refuse_by_rule", self.store.station(), &serde_json::json!({}))?;
        Ok(purged)
    }

    fn finish(&self, purged: Purged) -> Result<()> {
        let mut shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        purged.pages.iter().for_each(|id| shown.forget(*id));
        drop(shown);
        let mut names = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        names.extend(purged.refused.into_iter().map(|r| ((r.intake, r.name), r.path)));
        drop(names);
        // Who is still reading lets go in a moment; if not, the next start finishes it.
        self.store.finish_purges().map(drop)
    }

    /// The path of a refused file as long as this process lives, for the clerk to find it by.
    pub(crate) fn name_of_refused(&self, intake: i64, name: String) -> String {
        let names = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        names.get(&(intake, name.clone())).cloned().unwrap_or(name)
    }
}

struct Purged {
    pages: Vec<i64>,
    refused: Vec<purge::Refused>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{models, reading};
    use image::{DynamicImage, GrayImage, Rgb, RgbImage};
    use sohoa_model::Turn;
    use std::sync::atomic::AtomicBool;

    const RED: [u8; 3] = [206, 42, 50];
    const BLACK: [u8; 3] = [60, 60, 60];

    fn picture(name: &str) -> DynamicImage {
        let path = format!("{}/../../tests/fixtures/secret/{name}", env!("CARGO_MANIFEST_DIR"));
        sohoa_imaging::decode(&std::fs::read(path).unwrap()).unwrap()
    }

    /// The letter with a stamp laid over it where its millimetres say, as it leaves the scanner or the photocopier.
    fn stamped(stamp: &str, [left, top]: [u32; 2], ink: [u8; 3], lean: f32) -> DynamicImage {
        let mut page: RgbImage = picture("plain.jpg").into_rgb8();
        let mask: GrayImage = picture(&format!("{stamp}.png")).into_luma8();
        for (x, y, p) in mask.enumerate_pixels() {
            let paper = f32::from(p[0]) / 255.0;
            let pixel: &mut Rgb<u8> = page.get_pixel_mut(left * 300 / 25 + x, top * 300 / 25 + y);
            pixel.0 = std::array::from_fn(|c| {
                (f32::from(pixel[c]) * (paper + (1.0 - paper) * f32::from(ink[c]) / 255.0)) as u8
            });
        }
        let page = if ink == BLACK { DynamicImage::from(page).into_luma8().into() } else { page.into() };
        sohoa_imaging::upright(&page, Turn::None, lean)
    }

    fn is_refused(reader: &mut sohoa_ocr::Reader, page: &DynamicImage) -> bool {
        let bytes = sohoa_imaging::display(page, 80).unwrap();
        let read =
            reading::run(reader, &bytes, 300.0, Turn::None, &Default::default(), &AtomicBool::new(false), &mut |_| ());
        match read {
            Ok(_) => false,
            Err(error) if error.code == Code::StateSecret => true,
            Err(error) => panic!("{error}"),
        }
    }

    fn reader() -> sohoa_ocr::Reader {
        sohoa_ocr::Reader::new(&models::folder().unwrap(), models::LANGUAGE).unwrap()
    }

    const UNDER_THE_NUMBER: [u32; 2] = [38, 55];

    #[test]
    fn every_degree_is_refused_in_red_and_as_a_photocopy_leaning_either_way() {
        let mut reader = reader();
        for stamp in ["mat", "toi-mat", "tuyet-mat"] {
            for (ink, lean) in [(RED, -2.0), (BLACK, 2.0)] {
                let page = stamped(stamp, UNDER_THE_NUMBER, ink, lean);
                assert!(is_refused(&mut reader, &page), "{stamp} in {ink:?}");
            }
        }
    }

    #[test]
    fn a_letter_about_secrets_and_other_stamps_are_taken() {
        let mut reader = reader();
        assert!(!is_refused(&mut reader, &picture("plain.jpg")));
        for (stamp, ink) in [("hoa-toc", RED), ("khan", BLACK), ("giai-mat", RED)] {
            assert!(!is_refused(&mut reader, &stamped(stamp, UNDER_THE_NUMBER, ink, 0.0)), "{stamp}");
        }
    }
}
