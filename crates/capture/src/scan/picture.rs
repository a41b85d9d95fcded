//! Pixels from a driver made a picture that is kept: colour and grey as JPEG, one bit as PNG.

use jpeg_encoder::{ColorType, Encoder, PixelDensity, SamplingFactor};
use sohoa_model::{Code, Error, Result, Turn};

use super::fault;
use crate::{CapturedPage, PageFormat};

/// Hardly to be told from lossless on paper, at a tenth of the size.
const QUALITY: u8 = 90;

pub(crate) enum Pixels {
    /// Three bytes per pixel.
    Rgb(Vec<u8>),
    Gray(Vec<u8>),
    /// Rows of bits, most significant first, 1 is black, each row filled up to whole bytes.
    Bits(Vec<u8>),
}

/// Errors: `ScannerFailed` when there are not exactly as many pixels as there must be.
pub(crate) fn page(pixels: &Pixels, width: u32, height: u32, dpi: f32) -> Result<CapturedPage> {
    let (w, h) = (width as usize, height as usize);
    let (have, need) = match pixels {
        Pixels::Rgb(p) => (p.len(), 3 * w * h),
        Pixels::Gray(p) => (p.len(), w * h),
        Pixels::Bits(p) => (p.len(), w.div_ceil(8) * h),
    };
    let limit = usize::from(u16::MAX);
    if have != need || need == 0 || w > limit || h > limit {
        return Err(fault(Code::ScannerFailed).source(format!("{have} bytes for {w} × {h} pixels")));
    }
    let (format, bytes) = match pixels {
        Pixels::Rgb(p) => (PageFormat::Jpeg, jpeg(p, width, height, dpi, ColorType::Rgb)?),
        Pixels::Gray(p) => (PageFormat::Jpeg, jpeg(p, width, height, dpi, ColorType::Luma)?),
        Pixels::Bits(p) => (PageFormat::Png, png(p, width, height, dpi)?),
    };
    Ok(CapturedPage { number: 1, format, bytes, width, height, dpi, turn: Turn::None })
}

fn jpeg(pixels: &[u8], width: u32, height: u32, dpi: f32, color: ColorType) -> Result<Vec<u8>> {
    let mut out = Vec::with_capacity(pixels.len() / 8);
    let mut encoder = Encoder::new(&mut out, QUALITY);
    encoder.set_density(PixelDensity::dpi(dpi.round() as u16));
    encoder.set_sampling_factor(SamplingFactor::F_2_2);
    encoder.encode(pixels, width as u16, height as u16, color).map_err(failed)?;
    Ok(out)
}

fn png(bits: &[u8], width: u32, height: u32, dpi: f32) -> Result<Vec<u8>> {
    let mut out = Vec::new();
    let mut encoder = png::Encoder::new(&mut out, width, height);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::One);
    let per_metre = (dpi / 0.0254).round() as u32;
    let unit = png::Unit::Meter;
    encoder.set_pixel_dims(Some(png::PixelDimensions { xppu: per_metre, yppu: per_metre, unit }));
    // A scanner's 1 is black, a PNG's is white.
    let inverted: Vec<u8> = bits.iter().map(|b| !b).collect();
    let mut writer = encoder.write_header().map_err(failed)?;
    writer.write_image_data(&inverted).map_err(failed)?;
    writer.finish().map_err(failed)?;
    Ok(out)
}

fn failed(e: impl std::error::Error + Send + Sync + 'static) -> Error {
    Error::internal("Không nén được ảnh quét", e)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_come_back_with_size_resolution_and_tone() {
        let rgb: Vec<u8> = (0..40 * 30).flat_map(|i| if i % 40 < 20 { [200, 30, 30] } else { [250; 3] }).collect();
        for (pixels, format) in [
            (Pixels::Rgb(rgb), PageFormat::Jpeg),
            (Pixels::Gray(vec![128; 40 * 30]), PageFormat::Jpeg),
            (Pixels::Bits([[0xff, 0xff, 0, 0, 0]; 30].concat()), PageFormat::Png),
        ] {
            let page = page(&pixels, 40, 30, 300.0).unwrap();
            assert_eq!(page.format, format);
            // As if it had come as a file.
            let mut read = Vec::new();
            let name = if format == PageFormat::Jpeg { "a.jpg" } else { "a.png" };
            crate::run(&page.bytes, name, &crate::Params::default(), &mut |p| {
                read.push(p);
                Ok(())
            })
            .unwrap();
            assert_eq!((read[0].width, read[0].height, read[0].dpi.round()), (40, 30, 300.0));
            let seen = image::load_from_memory(&page.bytes).unwrap().to_rgb8();
            let dark = |x, y| seen.get_pixel(x, y).0[1] < 140;
            assert!(dark(2, 2), "{format:?}");
            assert_eq!(dark(35, 2), matches!(pixels, Pixels::Gray(_)), "{format:?}");
        }
    }

    #[test]
    fn a_cut_off_page_is_none() {
        assert_eq!(page(&Pixels::Gray(vec![0; 99]), 10, 10, 300.0).unwrap_err().code, Code::ScannerFailed);
        assert!(page(&Pixels::Rgb(vec![]), 0, 0, 300.0).is_err());
    }
}
