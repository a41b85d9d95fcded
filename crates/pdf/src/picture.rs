//! A page's picture as a PDF image, its own bytes untouched.
//!
//! Colours are taken as sRGB, which is what scanners and cameras at the counter give; a profile inside the picture
//! stays in its bytes and is not interpreted.

use flate2::{Compression, write::ZlibEncoder};
use pdf_writer::types::Predictor;
use pdf_writer::{Filter, Finish, Name, Pdf, Ref};
use serde::{Deserialize, Serialize};
use sohoa_model::{Code, Error, Result};
use std::{borrow::Cow, io::Write};

use crate::Page;

/// How the picture of a page is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PageFormat {
    Jpeg,
    Png,
}

/// A picture that PDF/A cannot hold, and why, for the log.
pub fn unfit(why: impl Into<String>) -> Error {
    Error::new(Code::Unreadable, "Ảnh trang không đưa được vào PDF/A").hint("Quét lại trang này.").source(why.into())
}

/// Width and height in pixels.
type Size = (u32, u32);

/// Writes the page's image under `id` and tells its size.
pub fn write(pdf: &mut Pdf, id: Ref, page: &Page) -> Result<Size> {
    match page.format {
        PageFormat::Jpeg => jpeg(pdf, id, page.image),
        PageFormat::Png => png(pdf, id, page.image),
    }
}

fn jpeg(pdf: &mut Pdf, id: Ref, bytes: &[u8]) -> Result<Size> {
    let frame = frame(bytes).ok_or_else(|| unfit("no baseline or progressive frame in the JPEG"))?;
    if frame.depth != 8 || !matches!(frame.components, 1 | 3) {
        return Err(unfit(format!("a JPEG of {} components and {} bits", frame.components, frame.depth))
            .hint("Chuyển ảnh sang JPEG xám hoặc RGB 8 bit, hoặc quét lại trang này."));
    }
    let mut image = pdf.image_xobject(id, bytes);
    image.filter(Filter::DctDecode);
    image.width(frame.size.0 as i32).height(frame.size.1 as i32).bits_per_component(8);
    match frame.components {
        1 => image.color_space().device_gray(),
        _ => image.color_space().device_rgb(),
    }
    Ok(frame.size)
}

struct JpegFrame {
    depth: u8,
    components: u8,
    size: Size,
}

/// The frame header of a JPEG that DCTDecode takes: baseline, extended or progressive Huffman (ITU-T T.81, B.2.2).
fn frame(jpeg: &[u8]) -> Option<JpegFrame> {
    let mut rest = jpeg.strip_prefix(&[0xFF, 0xD8])?;
    loop {
        // Any number of 0xFF may stand before a marker.
        rest = rest.strip_prefix(&[0xFF])?;
        while let [0xFF, more @ ..] = rest {
            rest = more;
        }
        let [marker, high, low, ..] = *rest else { return None };
        let segment = rest.get(3..1 + usize::from(u16::from_be_bytes([high, low])))?;
        match marker {
            0xC0..=0xC2 => {
                let [depth, a, b, c, d, components, ..] = *segment else { return None };
                let side = |high, low| u32::from(u16::from_be_bytes([high, low]));
                return Some(JpegFrame { depth, components, size: (side(c, d), side(a, b)) });
            }
            // The scan, or an end, before any frame.
            0xDA | 0xD9 => return None,
            _ => rest = &rest[3 + segment.len()..],
        }
    }
}

fn png(pdf: &mut Pdf, id: Ref, bytes: &[u8]) -> Result<Size> {
    let chunks = chunks(bytes).ok_or_else(|| unfit("a PNG whose chunks do not add up"))?;
    let chunk = |wanted: &[u8; 4]| chunks.iter().find(|(name, _)| name == wanted).map(|(_, data)| *data);
    let Some([a, b, c, d, e, f, g, h, depth, color, 0, 0, interlace]) = chunk(b"IHDR").and_then(|d| d.first_chunk())
    else {
        return Err(unfit("a PNG without a proper header"));
    };
    let (width, height) = (u32::from_be_bytes([*a, *b, *c, *d]), u32::from_be_bytes([*e, *f, *g, *h]));
    let (palette, plain) = (chunk(b"PLTE"), *interlace == 0 && *depth <= 8 && chunk(b"tRNS").is_none());
    let colors = match color {
        0 => 1,
        2 => 3,
        3 if palette.is_some() => 1,
        _ => 0,
    };
    if !plain || colors == 0 {
        return decoded(pdf, id, bytes);
    }
    // The chunks' zlib stream with its row filters is just what FlateDecode with PNG predictors takes.
    let parts: Vec<&[u8]> = chunks.iter().filter(|(name, _)| name == b"IDAT").map(|(_, data)| *data).collect();
    let data = match parts[..] {
        [one] => Cow::Borrowed(one),
        _ => Cow::Owned(parts.concat()),
    };
    let mut image = pdf.image_xobject(id, &data);
    image.filter(Filter::FlateDecode);
    image.width(width as i32).height(height as i32);
    image.bits_per_component(i32::from(*depth));
    match (color, palette) {
        (3, Some(palette)) => {
            let last = (palette.len() / 3).clamp(1, 1 << depth) - 1;
            let colours = palette.get(..3 * (last + 1)).ok_or_else(|| unfit("a PNG with an empty palette"))?;
            image.color_space().indexed(Name(b"DeviceRGB"), last as i32, colours);
        }
        (2, _) => image.color_space().device_rgb(),
        _ => image.color_space().device_gray(),
    }
    image
        .decode_parms()
        .predictor(Predictor::PngOptimum)
        .colors(colors)
        .bits_per_component(i32::from(*depth))
        .columns(width as i32);
    Ok((width, height))
}

/// A PNG that cannot go in as it is (interlaced, transparent, 16 bits): its pixels, 8 bits, over white paper.
fn decoded(pdf: &mut Pdf, id: Ref, bytes: &[u8]) -> Result<Size> {
    let broken = |e: png::DecodingError| unfit(format!("a broken PNG: {e}"));
    let mut decoder = png::Decoder::new(std::io::Cursor::new(bytes));
    decoder.set_transformations(png::Transformations::EXPAND | png::Transformations::STRIP_16);
    let mut reader = decoder.read_info().map_err(broken)?;
    let size = reader.output_buffer_size().ok_or_else(|| unfit("a PNG too large to decode"))?;
    let mut pixels = vec![0; size];
    reader.next_frame(&mut pixels).map_err(broken)?;
    let (width, height) = (reader.info().width, reader.info().height);
    let samples = reader.output_color_type().0.samples();
    let colors = if samples < 3 { 1 } else { 3 };
    if samples != colors {
        pixels = pixels
            .chunks_exact(samples)
            .flat_map(|pixel| {
                let alpha = u32::from(pixel[colors]);
                pixel[..colors].iter().map(move |c| ((u32::from(*c) * alpha + 255 * (255 - alpha) + 127) / 255) as u8)
            })
            .collect();
    }
    let packed = deflate(&pixels);
    let mut image = pdf.image_xobject(id, &packed);
    image.filter(Filter::FlateDecode);
    image.width(width as i32).height(height as i32).bits_per_component(8);
    match colors {
        1 => image.color_space().device_gray(),
        _ => image.color_space().device_rgb(),
    }
    image.finish();
    Ok((width, height))
}

/// Names and data of a PNG's chunks (ISO/IEC 15948).
fn chunks(png: &[u8]) -> Option<Vec<([u8; 4], &[u8])>> {
    let mut rest = png.strip_prefix(b"\x89PNG\r\n\x1a\n")?;
    let mut chunks = Vec::new();
    loop {
        let length = u32::from_be_bytes(*rest.first_chunk()?) as usize;
        let name = *rest.get(4..)?.first_chunk()?;
        let end = length.checked_add(8)?;
        chunks.push((name, rest.get(8..end)?));
        if &name == b"IEND" {
            return Some(chunks);
        }
        rest = rest.get(end.checked_add(4)?..)?;
    }
}

pub fn deflate(data: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::new(6));
    encoder.write_all(data).and_then(|()| encoder.finish()).expect("writing to memory does not fail")
}
