//! Machine-readable codes on a page: the QR of the citizen card, of receipts, of cover sheets; Code 128 and Code 39.

use image::{GrayImage, imageops};
use sohoa_model::{Box4, Code, Error, Result, page::Barcode};
use zxingcpp::{BarcodeFormat, ImageFormat, ImageView, TextMode};

use crate::finders::{self, Place};
use crate::grid::{self, Point};

/// Not its kin: Micro QR and rMQR bear so little error correction that noise passes for them, and nobody here uses them.
const QR: BarcodeFormat = BarcodeFormat::QRCodeModel2;
/// At most so many places are looked at again on one page.
const PLACES: usize = 4;
/// Pixels of a picture that is looked at again. A code of large modules is no reason for a larger one.
const AREA: u32 = 2_000_000;
/// Modules narrower than this many pixels are enlarged, wider ones smoothed.
const FINE: f32 = 4.5;

/// Every code on the page with its text as it stands in it, boxes in the page's own pixels.
///
/// The page is read as it is; where a QR code seems to be that was not read, that piece of it is read again, enlarged
/// or smoothed. Looking for such places takes about a fifth of the time of the first reading, and hardly any page
/// without codes has one.
pub fn read(gray: &GrayImage) -> Result<Vec<Barcode>> {
    let mut codes = scan(gray, &[QR, BarcodeFormat::Code128, BarcodeFormat::Code39])?;
    let missed = |codes: &[Barcode], place: &Place| !codes.iter().any(|code| holds(code, place));
    let places = finders::find(gray).into_iter().filter(|place| missed(&codes, place));
    for place in places.take(PLACES).collect::<Vec<_>>() {
        if missed(&codes, &place) {
            codes.extend(again(gray, &place)?);
        }
    }
    codes.sort_by(|a, b| (a.bounds[1], a.bounds[0], &a.text).cmp(&(b.bounds[1], b.bounds[0], &b.text)));
    codes.dedup_by(|b, a| a.text == b.text && a.bounds.iter().zip(b.bounds).all(|(a, b)| a.abs_diff(b) < 8));
    Ok(codes)
}

/// Whether the place was read: the middle of the code and that of the place lie near each other.
fn holds(code: &Barcode, place: &Place) -> bool {
    let [x, y, w, h] = code.bounds.map(|v| v as f32);
    let margin = 4.0 * place.module;
    (x - margin..=x + w + margin).contains(&place.x) && (y - margin..=y + h + margin).contains(&place.y)
}

/// One reading of a picture.
fn scan(gray: &GrayImage, formats: &[BarcodeFormat]) -> Result<Vec<Barcode>> {
    let broken = |e: zxingcpp::Error| Error::new(Code::Unreadable, "Không dò được mã trên trang").source(e.to_string());
    let view = ImageView::from_slice(gray.as_raw(), gray.width(), gray.height(), ImageFormat::Lum).map_err(broken)?;
    let found = zxingcpp::read()
        .formats(formats)
        .try_harder(true)
        .try_rotate(true)
        .try_invert(false)
        .text_mode(TextMode::Plain)
        .from(view)
        .map_err(broken)?;
    let codes = found.into_iter().filter(|code| code.is_valid()).map(|code| {
        let at = code.position();
        let corners = [at.top_left, at.top_right, at.bottom_right, at.bottom_left].map(|p| (p.x as f32, p.y as f32));
        let kind = match code.format().symbology() {
            BarcodeFormat::QRCode => "qr",
            BarcodeFormat::Code128 => "code128",
            _ => "code39",
        };
        Barcode {
            kind: kind.into(),
            // As it is: what a code means may only be known later.
            text: code.text(),
            bounds: bounds(corners),
        }
    });
    Ok(codes.collect())
}

/// The upright box around four corners.
fn bounds(corners: [Point; 4]) -> Box4 {
    let span = |v: [f32; 4]| {
        let (low, high) = v.into_iter().fold((f32::MAX, 0.0f32), |(low, high), v| (low.min(v), high.max(v)));
        (low.max(0.0) as u32, high as u32)
    };
    let ((left, right), (top, bottom)) = (span(corners.map(|p| p.0)), span(corners.map(|p| p.1)));
    [left, top, right.saturating_sub(left), bottom.saturating_sub(top)]
}

/// Reads one place again, in one way after another until one gives a code.
fn again(gray: &GrayImage, place: &Place) -> Result<Vec<Barcode>> {
    if let Some((outline, drawn)) = grid::drawn(gray, &place.corners, place.module) {
        for picture in drawn {
            if let Some(code) = scan(&picture, &[QR])?.pop() {
                return Ok(vec![Barcode { bounds: bounds(outline), ..code }]);
            }
        }
    }
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
        if (piece.width() * piece.height()) as f32 * scale * scale > AREA as f32 {
            continue;
        }
        let mut picture = if scale == 1.0 { piece.clone() } else { sized(scale) };
        if blur > 0.0 {
            picture = imageops::fast_blur(&picture, blur);
        }
        let found = scan(&picture, &[QR])?;
        if !found.is_empty() {
            let back = |v: u32, from: u32| (v as f32 / scale).round() as u32 + from;
            let home = |[x, y, w, h]: [u32; 4]| [back(x, left), back(y, top), back(w, 0), back(h, 0)];
            return Ok(found.into_iter().map(|code| Barcode { bounds: home(code.bounds), ..code }).collect());
        }
    }
    Ok(Vec::new())
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Luma;
    use qrcode::{Color, EcLevel, QrCode};

    /// A card's code on a noisy page, so small that blur runs its modules together.
    fn small(text: &str, module: f32, phase: f32) -> GrayImage {
        let code = QrCode::with_error_correction_level(text, EcLevel::M).unwrap();
        let fine = |v: u32| ((v as f32 - 800.0 - phase * 8.0) / (8.0 * module)).floor();
        let page = GrayImage::from_fn(2560, 2400, |x, y| {
            let (x, y) = (fine(x), fine(y));
            let inside = |v: f32| (0.0..code.width() as f32).contains(&v);
            Luma([if inside(x) && inside(y) && code[(x as usize, y as usize)] == Color::Dark { 60 } else { 210 }])
        });
        let page = imageops::resize(&page, 320, 300, imageops::FilterType::Triangle);
        let mut page = imageops::blur(&page, 0.8);
        let mut chance = 7u32;
        for pixel in page.pixels_mut() {
            chance = chance.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            pixel[0] = pixel[0].saturating_add_signed((chance >> 27) as i8 - 16);
        }
        page
    }

    #[test]
    fn a_second_look_reads_what_the_first_did_not() {
        let text =
            "027194000123|125000111|Đỗ Thị Hồng Nhung|02031994|Nữ|Khu Xuân Ổ A, Võ Cường, Bắc Ninh, Bắc Ninh|10052021";
        let (mut first, mut second) = (0, 0);
        for (module, phase) in [(2.1, 0.2), (2.1, 0.7), (2.2, 0.0), (2.2, 0.4), (2.3, 0.7), (2.3, 0.2)] {
            let page = small(text, module, phase);
            first += scan(&page, &[QR]).unwrap().len();
            let codes = read(&page).unwrap();
            second += codes.len();
            let place = |[x, y, w, h]: [u32; 4]| x.abs_diff(100) < 8 && y.abs_diff(100) < 8 && w.abs_diff(h) < 4;
            assert!(codes.iter().all(|code| code.text == text && place(code.bounds)), "{module} {phase}: {codes:?}");
        }
        assert!(first < 3 && second == 6, "{first} at the first look, {second} with the second");
    }
}
