//! A page as a device sends it: looked at, never altered.

use sohoa_model::{Code, Error, Result, Turn};

use super::fault;
use super::xml::{Asked, no_pictures};
use crate::{CapturedPage, Kind, PageFormat, raster};

/// Errors: `ScannerFailed` for half a page, `Missing` for a PDF.
pub fn read(bytes: Vec<u8>, asked: &Asked) -> Result<CapturedPage> {
    let broken = |why: &str| fault(Code::ScannerFailed).source(why.to_owned());
    let (format, kind) = match bytes.as_slice() {
        [0xFF, 0xD8, ..] => (PageFormat::Jpeg, Kind::Jpeg),
        [0x89, b'P', b'N', b'G', ..] => (PageFormat::Png, Kind::Png),
        [b'%', b'P', b'D', b'F', ..] => return Err(no_pictures("a PDF though a picture was asked for")),
        [] => return Err(broken("a page without a byte")),
        _ => return Err(broken("neither JPEG nor PNG")),
    };
    let (width, height) = match format {
        PageFormat::Jpeg if !ends(&bytes) => return Err(broken("a JPEG without its end")),
        PageFormat::Jpeg => raster::jpeg_size(&bytes).map_err(|_| broken("a JPEG whose head cannot be read"))?,
        PageFormat::Png => png_size(&bytes)?,
    };
    if width == 0 || height == 0 || width > crate::MAX_SIDE || height > crate::MAX_SIDE {
        return Err(broken("a picture of no believable size"));
    }
    let dpi = resolution(raster::density(&bytes, kind), (width, height), asked);
    Ok(CapturedPage { number: 1, format, bytes, width, height, dpi, turn: Turn::None })
}

/// Whether the end marker stands after the picture's data; that of a thumbnail in the head does not count. Devices may
/// leave padding behind it.
fn ends(jpeg: &[u8]) -> bool {
    let head = 2 + raster::segments(jpeg).map(|(_, payload)| payload.len() + 4).sum::<usize>();
    let data = jpeg.get(head..).unwrap_or_default();
    // Within the data 0xFF is followed by 0, a restart marker, or another table.
    data.starts_with(&[0xFF, 0xDA]) && data.windows(2).any(|w| w == [0xFF, 0xD9])
}

fn png_size(bytes: &[u8]) -> Result<(u32, u32)> {
    let broken = |e: String| -> Error { fault(Code::ScannerFailed).source(e) };
    let tail = &bytes[bytes.len().saturating_sub(64)..];
    if !tail.windows(4).any(|w| w == b"IEND") {
        return Err(broken("a PNG without its end".into()));
    }
    let decoder = png::Decoder::new(std::io::Cursor::new(bytes));
    let reader = decoder.read_info().map_err(|e| broken(e.to_string()))?;
    Ok((reader.info().width, reader.info().height))
}

/// The resolution of the picture: what it says itself if that can be, else what was asked for.
///
/// Much firmware writes 72 or 96 into every JPEG. At that the page would be larger than what was to be scanned, which
/// cannot be.
fn resolution(says: Option<f32>, (width, height): (u32, u32), asked: &Asked) -> f32 {
    let fits = |dpi: f32, (w, h): (u32, u32)| {
        let inch = |pixels: u32| pixels as f32 / dpi * 300.0;
        inch(width) <= w as f32 * 1.1 && inch(height) <= h as f32 * 1.1
    };
    match says {
        Some(dpi) if !(50.0..=1200.0).contains(&dpi) => asked.dpi as f32,
        Some(dpi) if fits(dpi, asked.size) => dpi,
        // The area was ignored: then the device must at least be able to do that.
        Some(dpi) if fits(dpi, asked.glass) && asked.has.contains(&(dpi.round() as u32)) => dpi,
        _ => asked.dpi as f32,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan::picture::{self, Pixels};
    use crate::scan::{Settings, Source, escl::xml::Caps};

    fn asked() -> Asked {
        let caps = "<ScannerCapabilities><PlatenInputCaps><MaxWidth>2550</MaxWidth><MaxHeight>3600</MaxHeight>\
            <XResolution>200</XResolution><XResolution>300</XResolution></PlatenInputCaps></ScannerCapabilities>";
        Asked::new(&Caps::parse(caps).unwrap(), Source::Flatbed, &Settings::default()).unwrap()
    }

    fn jpeg(dpi: f32) -> Vec<u8> {
        picture::page(&Pixels::Gray(vec![200; 60 * 80]), 60, 80, dpi).unwrap().bytes
    }

    #[test]
    fn a_page_is_kept_as_it_came() {
        let bytes = [jpeg(200.0), vec![0; 100]].concat();
        let page = read(bytes.clone(), &asked()).unwrap();
        assert_eq!((page.format, page.width, page.height, page.dpi), (PageFormat::Jpeg, 60, 80, 200.0));
        assert_eq!(page.bytes, bytes);
        let png = picture::page(&Pixels::Bits(vec![0; 8 * 60]), 60, 60, 300.0).unwrap().bytes;
        let page = read(png.clone(), &asked()).unwrap();
        assert_eq!((page.format, page.width, page.dpi), (PageFormat::Png, 60, 300.0));
        assert!(read(png[..png.len() - 20].to_vec(), &asked()).is_err());
    }

    #[test]
    fn half_a_page_is_none() {
        let whole = jpeg(300.0);
        let mut thumbnail = whole.clone();
        // An end marker in the head, as a thumbnail has, is not the picture's.
        thumbnail.splice(2..2, [0xFF, 0xE1, 0, 6, 0xFF, 0xD9, 0xFF, 0xD9]);
        read(thumbnail.clone(), &asked()).unwrap();
        for cut in
            [&whole[..whole.len() - 2], &thumbnail[..thumbnail.len() - 2], &whole[..40], &whole[..2], &[], b"GIF89a"]
        {
            assert_eq!(read(cut.to_vec(), &asked()).unwrap_err().code, Code::ScannerFailed);
        }
        assert_eq!(read(b"%PDF-1.7".to_vec(), &asked()).unwrap_err().code, Code::Missing);
    }

    #[test]
    fn a_picture_is_believed_its_resolution_if_the_page_fits_the_glass() {
        let of = |says, size| resolution(says, size, &asked());
        let a4 = |dpi: u32| (2480 * dpi / 300, 3508 * dpi / 300);
        assert_eq!(of(Some(200.0), a4(200)), 200.0);
        assert_eq!(of(Some(600.0), a4(600)), 600.0);
        for lie in [Some(72.0), Some(96.0), Some(1.0), Some(9999.0), None] {
            assert_eq!(of(lie, a4(300)), 300.0, "{lie:?}");
        }
    }
}
