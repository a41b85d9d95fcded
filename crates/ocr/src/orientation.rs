//! Which way is up, told from the letters: more strokes rise above the line than hang below it. Takes a tenth of what
//! Tesseract's own detection takes and says nothing rather than something wrong.

use image::GrayImage;
use leptess::capi::*;
use sohoa_model::Turn;

/// Standard deviations by which one way must lead.
const SURE: f32 = 8.0;
/// From so many on nothing else needs looking at: pages on their side, held upright, come to no more than 8.
const CLEAR: f32 = 12.0;

pub fn by_letters(gray: &GrayImage, _dpi: f32) -> Option<(Turn, f32)> {
    let bitmap = Bitmap::of(gray)?;
    let up = bitmap.lead(|lead| (lead, std::ptr::null_mut()))?;
    let left = if up >= CLEAR { 0.0 } else { bitmap.lead(|lead| (std::ptr::null_mut(), lead))? };
    let (turn, sure) = match (up, left) {
        _ if up.abs() > 2.5 * left.abs() && up > 0.0 => (Turn::None, up),
        _ if up.abs() > 2.5 * left.abs() => (Turn::Half, -up),
        // Letters lying on their back to the left are upright after a quarter turn to the right.
        _ if left.abs() > 2.5 * up.abs() && left > 0.0 => (Turn::Right, left),
        _ if left.abs() > 2.5 * up.abs() => (Turn::Left, -left),
        _ => return None,
    };
    (sure >= SURE).then_some((turn, sure))
}

/// A leptonica picture of one bit per pixel, 1 = ink.
struct Bitmap(*mut Pix);

impl Bitmap {
    fn of(gray: &GrayImage) -> Option<Self> {
        let (width, height) = gray.dimensions();
        let threshold = middle(gray);
        // SAFETY: the picture is made with the size that is then filled, word by word.
        unsafe {
            let pix = pixCreate(width as i32, height as i32, 1);
            if pix.is_null() {
                return None;
            }
            let (data, words) = (pixGetData(pix), pixGetWpl(pix) as usize);
            for (y, row) in gray.as_raw().chunks_exact(width as usize).enumerate() {
                for (i, pixels) in row.chunks(32).enumerate() {
                    let word = pixels.iter().fold(0u32, |word, pixel| word << 1 | u32::from(*pixel < threshold));
                    *data.add(y * words + i) = word << (32 - pixels.len());
                }
            }
            Some(Self(pix))
        }
    }

    /// By how many standard deviations strokes up lead over strokes down, or strokes to the left over those to the right;
    /// `of` says which of the two is asked for.
    fn lead(&self, of: impl Fn(*mut f32) -> (*mut f32, *mut f32)) -> Option<f32> {
        let mut lead = 0.0;
        let (up, left) = of(&mut lead);
        // SAFETY: a live one-bit picture; one result is a live float, and the other, NULL, is not looked for.
        (unsafe { pixOrientDetect(self.0, up, left, 0, 0) } == 0).then_some(lead)
    }
}

impl Drop for Bitmap {
    fn drop(&mut self) {
        // SAFETY: made in `of`, ended only here.
        unsafe { pixDestroy(&mut self.0) };
    }
}

/// Otsu's threshold (1979) between ink and paper.
fn middle(gray: &GrayImage) -> u8 {
    let mut counts = [0f64; 256];
    gray.as_raw().iter().for_each(|v| counts[usize::from(*v)] += 1.0);
    let total: f64 = counts.iter().sum();
    let sum: f64 = counts.iter().enumerate().map(|(v, n)| v as f64 * n).sum();
    let (mut below, mut sum_below, mut best) = (0.0, 0.0, (0.0, 128));
    for (v, n) in counts.iter().enumerate() {
        below += n;
        sum_below += v as f64 * n;
        let above = total - below;
        if below > 0.0 && above > 0.0 {
            let apart = sum_below / below - (sum - sum_below) / above;
            let variance = below * above * apart * apart;
            if variance > best.0 {
                best = (variance, v as u8);
            }
        }
    }
    best.1.saturating_add(1)
}
