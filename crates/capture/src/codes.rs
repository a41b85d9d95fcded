//! Machine-readable codes on a page: the QR of the citizen card, of receipts, of cover sheets; Code 128 and Code 39.

use image::GrayImage;
use sohoa_model::{Box4, Code, Error, Result, page::Barcode};
use zxingcpp::{BarcodeFormat, ImageFormat, ImageView, TextMode};

use crate::finders::{self, Place};
use crate::grid::{self, Point};

/// Not its kin: Micro QR and rMQR bear so little error correction that noise passes for them, and nobody here uses them.
const QR: BarcodeFormat = BarcodeFormat::QRCodeModel2;
/// At most so many places are looked at again on one page.
const PLACES: usize = 8;
/// Of so many columns one is looked along for bars that lie across the page.
const STRIDE: u32 = 4;

/// Every code on the page with its text as it stands in it, boxes in the page's own pixels.
///
/// The page is read as it is; where a QR code seems to be that was not read, it is read again module by module. Looking
/// for such places takes about a fifth of the time of the first reading, and hardly any page without codes has one.
pub fn read(gray: &GrayImage) -> Result<Vec<Barcode>> {
    let t0 = std::time::Instant::now();
    let mut codes = scan(gray, &[QR, BarcodeFormat::Code128, BarcodeFormat::Code39])?;
    codes.extend(lying(gray)?);
    let t1 = std::time::Instant::now();
    let missed = |codes: &[Barcode], place: &Place| !codes.iter().any(|code| holds(code, place));
    let places = finders::find(gray).into_iter().filter(|place| missed(&codes, place));
    let all: Vec<_> = places.collect();
    let t2 = std::time::Instant::now();
    let whole = all.iter().filter(|p| p.corners.len() == 1).count();
    let n = all.len();
    for place in all.into_iter().take(PLACES) {
        if missed(&codes, &place) {
            codes.extend(again(gray, &place)?);
        }
    }
    if std::env::var_os("DBG").is_some() { println!("   scan {:.1} find {:.1} again {:.1} whole {whole} of {n}", (t1 - t0).as_secs_f64() * 1e3, (t2 - t1).as_secs_f64() * 1e3, t2.elapsed().as_secs_f64() * 1e3); }
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
        .try_rotate(false)
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

/// Bar codes that lie on their side: the columns of the page read as rows, which is quicker than to walk down them.
fn lying(gray: &GrayImage) -> Result<Vec<Barcode>> {
    let columns = GrayImage::from_fn(gray.height(), (gray.width() / STRIDE).max(1), |x, y| *gray.get_pixel(y * STRIDE, x));
    let found = scan(&columns, &[BarcodeFormat::Code128, BarcodeFormat::Code39])?;
    let back = |[x, y, w, h]: Box4| [y * STRIDE, x, h * STRIDE, w];
    Ok(found.into_iter().map(|code| Barcode { bounds: back(code.bounds), ..code }).collect())
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

/// Reads one place again, module by module.
fn again(gray: &GrayImage, place: &Place) -> Result<Option<Barcode>> {
    if let Some((outline, drawn)) = grid::drawn(gray, &place.corners, place.module) {
        for picture in drawn {
            if let Some(code) = scan(&picture, &[QR])?.pop() {
                if std::env::var_os("DBG").is_some() { print!(" GRID ok;"); }
                return Ok(Some(Barcode { bounds: bounds(outline), ..code }));
            }
        }
    }
    Ok(None)
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
