//! Machine-readable codes on a page: the QR of the citizen card, of receipts, of cover sheets; Code 128 and Code 39.

use image::{GrayImage, imageops};
use sohoa_model::{Code, Error, Result, page::Barcode};
use zxingcpp::{BarcodeFormat, ImageFormat, ImageView, TextMode};

use crate::finders::{self, Place};

/// At most so many places are looked at again on one page.
const PLACES: usize = 8;
/// Modules narrower than this many pixels are enlarged, wider ones smoothed.
const FINE: f32 = 4.5;

/// Every code on the page with its text as it stands in it (NFC), boxes in the page's own pixels.
///
/// The page is read as it is; where a QR code seems to be that was not read, that piece of it is read again, enlarged
/// or smoothed. On A4 at 300 dpi the reading takes 40 ms, looking for such places 10 ms, each again 1 to 20 ms.
pub fn read(gray: &GrayImage) -> Result<Vec<Barcode>> {
    let mut codes = plain(gray)?;
    let missed = |codes: &[Barcode], place: &Place| !codes.iter().any(|code| holds(code, place));
    let places = finders::find(gray).into_iter().filter(|place| missed(&codes, place));
    for place in places.take(PLACES).collect::<Vec<_>>() {
        if missed(&codes, &place) {
            codes.extend(again(gray, &place)?.into_iter().filter(|code| code.kind == "qr"));
        }
    }
    codes.sort_by(|a, b| (a.bounds[1], a.bounds[0], &a.text).cmp(&(b.bounds[1], b.bounds[0], &b.text)));
    codes.dedup();
    Ok(codes)
}

/// Whether the place was read: the middle of the code and that of the place lie near each other.
fn holds(code: &Barcode, place: &Place) -> bool {
    let [x, y, w, h] = code.bounds.map(|v| v as f32);
    let margin = 4.0 * place.module;
    (x - margin..=x + w + margin).contains(&place.x) && (y - margin..=y + h + margin).contains(&place.y)
}

/// One reading of a picture.
fn plain(gray: &GrayImage) -> Result<Vec<Barcode>> {
    let broken = |e: zxingcpp::Error| Error::new(Code::Unreadable, "Không dò được mã trên trang").source(e.to_string());
    let view = ImageView::from_slice(gray.as_raw(), gray.width(), gray.height(), ImageFormat::Lum).map_err(broken)?;
    let found = zxingcpp::read()
        .formats([BarcodeFormat::QRCode, BarcodeFormat::Code128, BarcodeFormat::Code39])
        .try_harder(true)
        .try_rotate(true)
        .try_invert(false)
        .text_mode(TextMode::Plain)
        .from(view)
        .map_err(broken)?;
    let codes = found.into_iter().filter(|code| code.is_valid()).map(|code| {
        let at = code.position();
        let corners = [at.top_left, at.top_right, at.bottom_right, at.bottom_left];
        let (xs, ys) = (corners.map(|p| p.x.max(0) as u32), corners.map(|p| p.y.max(0) as u32));
        let span = |v: [u32; 4]| (v.into_iter().min().unwrap_or(0), v.into_iter().max().unwrap_or(0));
        let ((left, right), (top, bottom)) = (span(xs), span(ys));
        let kind = match code.format().symbology() {
            BarcodeFormat::QRCode => "qr",
            BarcodeFormat::Code128 => "code128",
            _ => "code39",
        };
        Barcode {
            kind: kind.into(),
            // As it is: what a code means may only be known later.
            text: code.text(),
            bounds: [left, top, right - left, bottom - top],
        }
    });
    Ok(codes.collect())
}

/// Reads one place again, in one way after another until one gives a code.
fn again(gray: &GrayImage, place: &Place) -> Result<Vec<Barcode>> {
    let low = |middle: f32| (middle - place.reach).max(0.0) as u32;
    let high = |middle: f32, end: u32| ((middle + place.reach) as u32).min(end);
    let (left, top) = (low(place.x), low(place.y));
    let (right, bottom) = (high(place.x, gray.width()), high(place.y, gray.height()));
    if right <= left || bottom <= top {
        return Ok(Vec::new());
    }
    let piece = imageops::crop_imm(gray, left, top, right - left, bottom - top).to_image();
    let sized = |by: f32| {
        let side = |v: u32| ((v as f32 * by).round() as u32).max(1);
        imageops::resize(&piece, side(piece.width()), side(piece.height()), imageops::FilterType::CatmullRom)
    };
    let ways: [(f32, f32); 4] = if place.module < FINE {
        [(2.0, 0.0), (3.0, 0.0), (2.0, 1.0), (4.0, 2.0)]
    } else {
        [(1.0, 1.2), (0.5, 0.0), (1.0, 2.5), (2.0, 0.0)]
    };
    for (scale, blur) in ways {
        let mut picture = if scale == 1.0 { piece.clone() } else { sized(scale) };
        if blur > 0.0 {
            picture = imageops::fast_blur(&picture, blur);
        }
        let found = plain(&picture)?;
        if !found.is_empty() {
            let back = |v: u32, from: u32| (v as f32 / scale).round() as u32 + from;
            let home = |[x, y, w, h]: [u32; 4]| [back(x, left), back(y, top), back(w, 0), back(h, 0)];
            return Ok(found.into_iter().map(|code| Barcode { bounds: home(code.bounds), ..code }).collect());
        }
    }
    Ok(Vec::new())
}
