//! Machine-readable codes on a page: the QR of the citizen card, of receipts, of cover sheets; Code 128 and Code 39.

use image::{GrayImage, imageops};
use sohoa_model::{Box4, Code, Error, Result, page::Barcode};
use zxingcpp::{BarcodeFormat, ImageFormat, ImageView, TextMode};

use crate::finders::{self, Place};
use crate::grid::{self, Point};

/// Not its kin: Micro QR and rMQR bear so little error correction that noise passes for them, and nobody here uses them.
const QR: BarcodeFormat = BarcodeFormat::QRCodeModel2;
/// At most so many places are looked at on one page.
const PLACES: usize = 8;
/// So many rows or columns of the page are taken together before bars are looked for along them.
const BAND: usize = 4;

/// Every code on the page with its text as it stands in it, boxes in the page's own pixels.
///
/// Bars are looked for along the rows and along the columns of the page. QR codes are read where their corner marks are,
/// first as they are, then module by module.
pub fn read(gray: &GrayImage) -> Result<Vec<Barcode>> {
    let mut codes = bars(gray)?;
    for place in finders::find(gray).into_iter().take(PLACES) {
        if !codes.iter().any(|code| holds(code, &place)) {
            codes.extend(at(gray, &place)?);
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
    let within = |at: f32, from: f32, size: f32| (from - margin..=from + size + margin).contains(&at);
    code.kind == "qr" && within(place.x, x, w) && within(place.y, y, h)
}

/// One reading of a picture. In one without pixels, which a band of a few rows has, there is nothing.
fn scan(gray: &GrayImage, formats: &[BarcodeFormat]) -> Result<Vec<Barcode>> {
    if gray.is_empty() {
        return Ok(Vec::new());
    }
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

/// Bar codes, upright and on their side. Bars are many rows high, so each band of rows is made one, which is quicker to
/// read and less noisy.
fn bars(gray: &GrayImage) -> Result<Vec<Barcode>> {
    const BARS: [BarcodeFormat; 2] = [BarcodeFormat::Code128, BarcodeFormat::Code39];
    let band = BAND as u32;
    let mut codes = scan(&rows(gray), &BARS)?;
    codes.iter_mut().for_each(|code| [1, 3].into_iter().for_each(|i| code.bounds[i] *= band));
    for mut code in scan(&columns(gray), &BARS)? {
        let [x, y, w, h] = code.bounds;
        code.bounds = [y * band, x, h * band, w];
        codes.push(code);
    }
    Ok(codes)
}

/// The page with the mean of each band of rows in place of it.
fn rows(gray: &GrayImage) -> GrayImage {
    let width = gray.width().max(1) as usize;
    let mut out = Vec::with_capacity(gray.as_raw().len() / BAND);
    let mut sums = vec![0u16; width];
    for band in gray.as_raw().chunks_exact(BAND * width) {
        sums.fill(0);
        for row in band.chunks_exact(width) {
            sums.iter_mut().zip(row).for_each(|(sum, pixel)| *sum += u16::from(*pixel));
        }
        out.extend(sums.iter().map(|sum| (sum / BAND as u16) as u8));
    }
    GrayImage::from_raw(gray.width(), (out.len() / width) as u32, out).expect("whole rows")
}

/// The page on its side with the mean of each band of columns in place of it.
fn columns(gray: &GrayImage) -> GrayImage {
    // So many rows at once that what is written lies together.
    const TILE: usize = 32;
    let (width, height) = (gray.width().max(1) as usize, gray.height() as usize);
    let mut out = vec![0; width / BAND * height];
    for (tile, rows) in gray.as_raw().chunks(TILE * width).enumerate() {
        for band in 0..width / BAND {
            let to = &mut out[band * height + tile * TILE..];
            for (to, row) in to.iter_mut().zip(rows.chunks_exact(width)) {
                let sum: u16 = row[band * BAND..][..BAND].iter().map(|pixel| u16::from(*pixel)).sum();
                *to = (sum / BAND as u16) as u8;
            }
        }
    }
    GrayImage::from_raw(gray.height(), (width / BAND) as u32, out).expect("whole columns")
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

/// The QR code at a place, if there is one and it can be read: by the reader as it is, or module by module.
fn at(gray: &GrayImage, place: &Place) -> Result<Option<Barcode>> {
    let grid = grid::drawn(gray, &place.corners, place.module);
    if grid.is_none() && !place.whole {
        return Ok(None);
    }
    let span = |middle: f32, end: u32| {
        let from = (middle - place.reach).max(0.0) as u32;
        (from, ((middle + place.reach) as u32).min(end).saturating_sub(from))
    };
    let ((left, width), (top, height)) = (span(place.x, gray.width()), span(place.y, gray.height()));
    if width == 0 || height == 0 {
        return Ok(None);
    }
    let piece = imageops::crop_imm(gray, left, top, width, height).to_image();
    if let Some(mut code) = scan(&piece, &[QR])?.pop() {
        code.bounds[0] += left;
        code.bounds[1] += top;
        return Ok(Some(code));
    }
    let Some((outline, drawn)) = grid else { return Ok(None) };
    for picture in drawn {
        if let Some(code) = scan(&picture, &[QR])?.pop() {
            return Ok(Some(Barcode { bounds: bounds(outline), ..code }));
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
    fn small(text: &str, module: f32, phase: f32, blur: f32) -> GrayImage {
        let code = QrCode::with_error_correction_level(text, EcLevel::M).unwrap();
        let fine = |v: u32| ((v as f32 - 800.0 - phase * 8.0) / (8.0 * module)).floor();
        let page = GrayImage::from_fn(2560, 2400, |x, y| {
            let (x, y) = (fine(x), fine(y));
            let inside = |v: f32| (0.0..code.width() as f32).contains(&v);
            Luma([if inside(x) && inside(y) && code[(x as usize, y as usize)] == Color::Dark { 60 } else { 210 }])
        });
        let page = imageops::resize(&page, 320, 300, imageops::FilterType::Triangle);
        let mut page = imageops::blur(&page, blur);
        let mut chance = 7u32;
        for pixel in page.pixels_mut() {
            chance = chance.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            pixel[0] = pixel[0].saturating_add_signed((chance >> 27) as i8 - 16);
        }
        page
    }

    #[test]
    fn a_scrap_of_paper_has_no_codes() {
        for (width, height) in [(1, 1), (2000, 3), (3, 2000), (5, 5)] {
            assert!(read(&GrayImage::from_pixel(width, height, Luma([200]))).unwrap().is_empty(), "{width} × {height}");
        }
    }

    #[test]
    fn module_by_module_more_is_read() {
        let text =
            "027194000123|125000111|Đỗ Thị Hồng Nhung|02031994|Nữ|Khu Xuân Ổ A, Võ Cường, Bắc Ninh, Bắc Ninh|10052021";
        let (mut plain, mut all) = (0, 0);
        for (module, phase) in [(2.1, 0.2), (2.1, 0.7), (2.2, 0.0), (2.2, 0.4), (2.3, 0.7), (2.3, 0.2)] {
            let page = small(text, module, phase, 0.8);
            plain += scan(&page, &[QR]).unwrap().len();
            let codes = read(&page).unwrap();
            all += codes.len();
            let place = |[x, y, w, h]: [u32; 4]| x.abs_diff(100) < 8 && y.abs_diff(100) < 8 && w.abs_diff(h) < 4;
            assert!(codes.iter().all(|code| code.text == text && place(code.bounds)), "{module} {phase}: {codes:?}");
        }
        assert!(plain < 3 && all == 6, "{plain} as it is, {all} of 6 in all");
    }

    #[test]
    fn what_blur_ran_together_is_parted() {
        let text = "027194000123|125000111|Đỗ Thị Hồng Nhung|02031994|Nữ|Khu Xuân Ổ A, Võ Cường, Bắc Ninh";
        for (module, blur) in [(2.2, 1.2), (2.4, 1.4), (2.8, 1.6), (3.0, 1.8)] {
            let codes = read(&small(text, module, 0.3, blur)).unwrap();
            assert!(matches!(&codes[..], [code] if code.text == text), "{module} {blur}: {codes:?}");
        }
    }
}
