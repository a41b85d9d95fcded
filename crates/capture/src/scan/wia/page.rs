//! What a transfer brought made a picture that is kept.

use sohoa_model::{Code, Error, Result};

use crate::scan::fault;
use crate::scan::picture::{self, Pixels};
use crate::{CapturedPage, Params, raster};

/// A bitmap becomes a picture of ours. A driver that gives a JPEG or PNG whatever it is asked for has it kept as it
/// came.
///
/// Errors: `ScannerFailed` for half a page and for what is none.
pub fn read(bytes: Vec<u8>, dpi: f32) -> Result<CapturedPage> {
    if bytes.starts_with(b"BM") {
        return bitmap_page(&bytes, dpi);
    }
    let mut page = None;
    crate::run(&bytes, "", &Params::default(), &mut |p| {
        page.get_or_insert(p);
        Ok(())
    })
    .map_err(broken)?;
    let page = page.ok_or_else(|| fault(Code::ScannerFailed).source("a page without a picture"))?;
    Ok(CapturedPage { dpi, ..page })
}

fn bitmap_page(bytes: &[u8], dpi: f32) -> Result<CapturedPage> {
    // Of a compressed bitmap nobody can say whether it is whole.
    let (Some(40..), Some(&depth), Some(0 | 3)) = (bytes.get(14), bytes.get(28), bytes.get(30)) else {
        return Err(fault(Code::ScannerFailed).source("a bitmap of no plain kind"));
    };
    let image = raster::decode(bytes, "", &Params::default()).map_err(broken)?.into_rgb8();
    let (width, height) = image.dimensions();
    let pixels = image.as_raw();
    let pixels = match depth {
        1 => {
            let dark = |pixel: &[u8]| pixel.iter().map(|c| u32::from(*c)).sum::<u32>() < 3 * 128;
            let byte = |eight: &[u8]| {
                eight.chunks_exact(3).enumerate().fold(0, |byte, (i, pixel)| byte | u8::from(dark(pixel)) << (7 - i))
            };
            Pixels::Bits(pixels.chunks_exact(3 * width as usize).flat_map(|row| row.chunks(3 * 8).map(byte)).collect())
        }
        2..=8 if pixels.chunks_exact(3).all(|p| p[0] == p[1] && p[1] == p[2]) => {
            Pixels::Gray(pixels.iter().copied().step_by(3).collect())
        }
        _ => Pixels::Rgb(image.into_raw()),
    };
    picture::page(&pixels, width, height, dpi)
}

/// What would be a bad file is a bad scan here.
fn broken(error: Error) -> Error {
    fault(Code::ScannerFailed).source(error.message)
}

/// A bitmap as drivers make them: the left half of it dark.
#[cfg(test)]
pub fn bitmap(depth: u16, width: usize, height: usize) -> Vec<u8> {
    let palette: Vec<u8> = match depth {
        1 => vec![0, 0, 0, 0, 255, 255, 255, 0],
        8 => (0..=255).flat_map(|tone| [tone, tone, tone, 0]).collect(),
        _ => Vec::new(),
    };
    let row = |bits: usize, fill: &dyn Fn(usize) -> u8| {
        let mut row: Vec<u8> = (0..(width * bits).div_ceil(8)).map(fill).collect();
        row.resize(row.len().next_multiple_of(4), 0);
        row
    };
    let row = match depth {
        1 => row(1, &|at| if at < width / 16 { 0 } else { 255 }),
        8 => row(8, &|at| if at < width / 2 { 20 } else { 240 }),
        _ => row(24, &|at| if at / 3 < width / 2 { [20, 20, 200][at % 3] } else { 240 }),
    };
    let start = 54 + palette.len();
    let mut bytes = b"BM".to_vec();
    for word in [start + row.len() * height, 0, start, 40, width, height] {
        bytes.extend((word as u32).to_le_bytes());
    }
    bytes.extend(1u16.to_le_bytes());
    bytes.extend(depth.to_le_bytes());
    bytes.extend([0; 24]);
    bytes.extend(palette);
    bytes.extend(row.repeat(height));
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::PageFormat;

    #[test]
    fn bitmaps_become_pictures_of_their_kind() {
        for (depth, format, red) in
            [(24, PageFormat::Jpeg, true), (8, PageFormat::Jpeg, false), (1, PageFormat::Png, false)]
        {
            let page = read(bitmap(depth, 80, 30), 200.0).unwrap();
            assert_eq!((page.format, page.width, page.height, page.dpi), (format, 80, 30, 200.0), "{depth} bit");
            let seen = image::load_from_memory(&page.bytes).unwrap();
            assert_eq!(seen.color().has_color(), red, "{depth} bit");
            let seen = seen.into_rgb8();
            assert!(seen.get_pixel(8, 8)[1] < 60 && seen.get_pixel(72, 8)[1] > 200, "{depth} bit");
            assert_eq!(seen.get_pixel(8, 8)[0] > 150, red, "{depth} bit");
        }
        // Rows that do not end on a byte.
        assert_eq!(read(bitmap(1, 83, 9), 300.0).unwrap().width, 83);
    }

    #[test]
    fn pictures_are_kept_as_they_came() {
        let jpeg = read(bitmap(8, 80, 30), 200.0).unwrap().bytes;
        let page = read(jpeg.clone(), 300.0).unwrap();
        assert_eq!((page.bytes, page.dpi), (jpeg, 300.0));
    }

    #[test]
    fn half_a_page_is_none() {
        let whole = bitmap(24, 80, 30);
        let jpeg = read(whole.clone(), 200.0).unwrap().bytes;
        let mut compressed = whole.clone();
        compressed[30] = 1;
        for cut in
            [&whole[..whole.len() - 1], &whole[..54], &whole[..20], &compressed, &jpeg[..jpeg.len() - 2], b"?", b""]
        {
            assert_eq!(read(cut.to_vec(), 300.0).unwrap_err().code, Code::ScannerFailed);
        }
    }
}
