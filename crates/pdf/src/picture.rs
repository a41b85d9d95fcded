//! A page's picture as a PDF image, its own bytes untouched.

use flate2::{Compression, write::ZlibEncoder};
use pdf_writer::types::Predictor;
use pdf_writer::{Filter, Finish, Pdf, Ref};
use serde::{Deserialize, Serialize};
use sohoa_model::{Code, Error, Result};
use std::io::Write;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PageFormat {
    Jpeg,
    Png,
}

/// What the file says of its own size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    pub width: u32,
    pub height: u32,
}

fn unfit(why: &str) -> Error {
    Error::new(Code::Unreadable, "Ảnh trang không đưa được vào PDF/A")
        .hint("Quét lại trang này.")
        .source(why.to_owned())
}

/// Writes the image under `id`.
pub fn write(pdf: &mut Pdf, id: Ref, bytes: &[u8], format: PageFormat) -> Result<Size> {
    match format {
        PageFormat::Jpeg => jpeg(pdf, id, bytes),
        PageFormat::Png => png(pdf, id, bytes),
    }
}

fn jpeg(pdf: &mut Pdf, id: Ref, bytes: &[u8]) -> Result<Size> {
    let frame = frame(bytes).ok_or_else(|| unfit("no frame header in the JPEG"))?;
    let mut image = pdf.image_xobject(id, bytes);
    image.width(frame.1.width as i32).height(frame.1.height as i32).bits_per_component(8);
    image.filter(Filter::DctDecode);
    match frame.0 {
        1 => image.color_space().device_gray(),
        3 => image.color_space().device_rgb(),
        _ => return Err(unfit("a JPEG in four colours")),
    }
    Ok(frame.1)
}

/// Components and size of a JPEG, from its frame header (ITU-T T.81, B.2.2).
fn frame(jpeg: &[u8]) -> Option<(u8, Size)> {
    let mut at = 2;
    loop {
        let (marker, length) =
            (*jpeg.get(at + 1)?, usize::from(u16::from_be_bytes([*jpeg.get(at + 2)?, *jpeg.get(at + 3)?])));
        if matches!(marker, 0xC0..=0xC2) {
            let n = |i: usize| Some(u32::from(u16::from_be_bytes([*jpeg.get(at + i)?, *jpeg.get(at + i + 1)?])));
            return Some((*jpeg.get(at + 9)?, Size { width: n(7)?, height: n(5)? }));
        }
        if *jpeg.get(at)? != 0xFF || marker == 0xDA {
            return None;
        }
        at += 2 + length.max(2);
    }
}

fn png(pdf: &mut Pdf, id: Ref, bytes: &[u8]) -> Result<Size> {
    let chunks = chunks(bytes).ok_or_else(|| unfit("a PNG whose chunks do not add up"))?;
    let header = chunks.iter().find(|(name, _)| *name == b"IHDR").map(|(_, data)| *data).filter(|h| h.len() == 13);
    let header = header.ok_or_else(|| unfit("a PNG without header"))?;
    let be = |at: usize| u32::from_be_bytes([header[at], header[at + 1], header[at + 2], header[at + 3]]);
    let size = Size { width: be(0), height: be(4) };
    let (depth, color, interlace) = (header[8], header[9], header[12]);
    let colors = match color {
        0 | 3 => 1,
        2 => 3,
        _ => 0,
    };
    let transparent = chunks.iter().any(|(name, _)| *name == b"tRNS");
    if colors == 0 || depth > 8 || interlace != 0 || transparent {
        return Err(unfit("a PNG with transparency, 16 bits or interlacing"));
    }
    // The chunks' zlib stream with its row filters is just what FlateDecode with PNG predictors takes.
    let data: Vec<u8> =
        chunks.iter().filter(|(name, _)| *name == b"IDAT").flat_map(|(_, data)| data.iter().copied()).collect();
    let palette = chunks.iter().find(|(name, _)| *name == b"PLTE").map(|(_, data)| *data);
    let mut image = pdf.image_xobject(id, &data);
    image.width(size.width as i32).height(size.height as i32).bits_per_component(i32::from(depth));
    image.filter(Filter::FlateDecode);
    match (color, palette) {
        (0, _) => image.color_space().device_gray(),
        (2, _) => image.color_space().device_rgb(),
        (_, Some(palette)) => {
            let last = (palette.len() / 3).saturating_sub(1) as i32;
            image.color_space().indexed(pdf_writer::Name(b"DeviceRGB"), last, palette);
        }
        _ => return Err(unfit("a PNG without its palette")),
    }
    let mut parameters = image.decode_parms();
    parameters
        .predictor(Predictor::PngOptimum)
        .colors(colors)
        .bits_per_component(i32::from(depth))
        .columns(size.width as i32);
    parameters.finish();
    Ok(size)
}

/// Names and data of a PNG's chunks (ISO/IEC 15948).
fn chunks(png: &[u8]) -> Option<Vec<(&[u8; 4], &[u8])>> {
    let mut rest = png.get(8..)?;
    let mut chunks = Vec::new();
    while rest.len() >= 12 {
        let length = u32::from_be_bytes(rest[..4].try_into().ok()?) as usize;
        let name: &[u8; 4] = rest[4..8].try_into().ok()?;
        chunks.push((name, rest.get(8..8 + length)?));
        rest = rest.get(12 + length..)?;
        if name == b"IEND" {
            return Some(chunks);
        }
    }
    None
}

pub fn deflate(data: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::new(6));
    encoder.write_all(data).and_then(|()| encoder.finish()).expect("writing to memory does not fail")
}
