//! Pages of image files.

use image::codecs::{jpeg::JpegDecoder, png::PngDecoder};
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageError, ImageReader, Limits};
use sohoa_model::{Code, Result, Turn};
use std::io::Cursor;
use tiff::decoder::{Decoder, DecodingResult};
use tiff::tags::Tag;

use crate::{
    Captured, CapturedPage, Kind, MAX_SIDE, PageFormat, Params, believable, check_size, too_large, truncated,
    unreadable,
};

type Sink<'a> = &'a mut dyn FnMut(CapturedPage) -> Result<()>;

pub fn run(bytes: &[u8], name: &str, kind: Kind, params: &Params, sink: Sink) -> Result<Captured> {
    let pages = match kind {
        Kind::Tiff => tiff(bytes, name, params, sink)?,
        _ => {
            sink(single(bytes, name, kind, params)?)?;
            1
        }
    };
    Ok(Captured { kind, pages, signed: false })
}

/// A JPEG, PNG, WebP or BMP: one page. It is decoded once to be sure that it is whole.
fn single(bytes: &[u8], name: &str, kind: Kind, params: &Params) -> Result<CapturedPage> {
    let reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format().map_err(|e| unreadable(name).source(e))?;
    let (width, height) = reader.into_dimensions().map_err(|e| refusal(e, name))?;
    check_size(width, height, name, params)?;
    let (turn, mirrored) = orientation(bytes, kind);
    let dpi = believable(density(bytes, kind), width, height);
    let image = decode(bytes, name, params)?;
    let keep = match kind {
        // Without an end-of-image marker the camera or the copy stopped in the middle; decoders fill in grey.
        Kind::Jpeg if !ends(bytes) => return Err(truncated(name)),
        Kind::Jpeg => !mirrored && matches!(components(bytes), Some(1 | 3)),
        Kind::Png => is_plain_png(bytes),
        _ => false,
    };
    if keep {
        let format = if kind == Kind::Jpeg { PageFormat::Jpeg } else { PageFormat::Png };
        return Ok(CapturedPage { number: 1, format, bytes: bytes.to_vec(), width, height, dpi, turn });
    }
    let mut image = image;
    if mirrored {
        image = image.fliph();
    }
    let bytes = png(&image).map_err(|e| unreadable(name).source(e))?;
    Ok(CapturedPage { number: 1, format: PageFormat::Png, bytes, width, height, dpi, turn })
}

/// The pixels of an image, whole or not at all.
pub fn decode(bytes: &[u8], name: &str, params: &Params) -> Result<DynamicImage> {
    let mut reader =
        ImageReader::new(Cursor::new(bytes)).with_guessed_format().map_err(|e| unreadable(name).source(e))?;
    let mut limits = Limits::default();
    limits.max_image_width = Some(MAX_SIDE);
    limits.max_image_height = Some(MAX_SIDE);
    limits.max_alloc = Some(params.max_pixels * 8);
    reader.limits(limits);
    reader.decode().map_err(|e| refusal(e, name))
}

fn refusal(error: ImageError, name: &str) -> sohoa_model::Error {
    match &error {
        ImageError::Limits(_) => too_large(name),
        ImageError::IoError(e) if e.kind() == std::io::ErrorKind::UnexpectedEof => truncated(name),
        ImageError::Decoding(e)
            if e.to_string().to_ascii_lowercase().contains("eof") || e.to_string().contains("end of") =>
        {
            truncated(name)
        }
        _ => unreadable(name),
    }
    .source(error)
}

/// Opaque and in as few channels as the picture needs, compressed fast: the same pixels always give the same bytes.
pub fn png(image: &DynamicImage) -> std::result::Result<Vec<u8>, png::EncodingError> {
    let (width, height) = (image.width(), image.height());
    if let DynamicImage::ImageLuma8(gray) = image {
        return write_png(gray.as_raw(), width, height, png::ColorType::Grayscale, png::BitDepth::Eight);
    }
    let mut opaque = image.to_rgba8();
    for pixel in opaque.pixels_mut() {
        // Paper is white where the picture lets it through.
        let alpha = u16::from(pixel[3]);
        for channel in &mut pixel.0[..3] {
            *channel = ((u16::from(*channel) * alpha + 255 * (255 - alpha)) / 255) as u8;
        }
    }
    if opaque.pixels().all(|p| p[0] == p[1] && p[1] == p[2]) {
        let gray: Vec<u8> = opaque.pixels().map(|p| p[0]).collect();
        return write_png(&gray, width, height, png::ColorType::Grayscale, png::BitDepth::Eight);
    }
    let rgb = DynamicImage::ImageRgba8(opaque).into_rgb8();
    write_png(rgb.as_raw(), width, height, png::ColorType::Rgb, png::BitDepth::Eight)
}

pub fn write_png(
    data: &[u8],
    width: u32,
    height: u32,
    color: png::ColorType,
    depth: png::BitDepth,
) -> std::result::Result<Vec<u8>, png::EncodingError> {
    let mut out = Vec::new();
    let mut encoder = png::Encoder::new(&mut out, width, height);
    encoder.set_color(color);
    encoder.set_depth(depth);
    encoder.set_compression(if depth == png::BitDepth::One {
        png::Compression::Balanced
    } else {
        png::Compression::Fast
    });
    encoder.write_header()?.write_image_data(data)?;
    Ok(out)
}

/// How the picture must be turned to be upright, and whether it is mirrored besides (EXIF).
fn orientation(bytes: &[u8], kind: Kind) -> (Turn, bool) {
    let read = || -> image::ImageResult<Orientation> {
        match kind {
            Kind::Jpeg => JpegDecoder::new(Cursor::new(bytes))?.orientation(),
            Kind::Png => PngDecoder::new(Cursor::new(bytes))?.orientation(),
            _ => Ok(Orientation::NoTransforms),
        }
    };
    match read().unwrap_or(Orientation::NoTransforms) {
        Orientation::NoTransforms => (Turn::None, false),
        Orientation::Rotate90 => (Turn::Right, false),
        Orientation::Rotate180 => (Turn::Half, false),
        Orientation::Rotate270 => (Turn::Left, false),
        Orientation::FlipHorizontal => (Turn::None, true),
        Orientation::FlipVertical => (Turn::Half, true),
        Orientation::Rotate90FlipH => (Turn::Left, true),
        Orientation::Rotate270FlipH => (Turn::Right, true),
    }
}

/// Whether a JPEG has its end-of-image marker; scanners may leave padding after it.
fn ends(jpeg: &[u8]) -> bool {
    let tail = &jpeg[jpeg.len().saturating_sub(64 * 1024)..];
    tail.windows(2).any(|w| w == [0xFF, 0xD9])
}

/// Marker segments of a JPEG up to the first scan: marker and payload.
pub fn segments(jpeg: &[u8]) -> impl Iterator<Item = (u8, &[u8])> {
    let mut at = 2;
    std::iter::from_fn(move || {
        let marker = *jpeg.get(at + 1)?;
        if *jpeg.get(at)? != 0xFF || marker == 0xDA {
            return None;
        }
        let length = usize::from(u16::from_be_bytes([*jpeg.get(at + 2)?, *jpeg.get(at + 3)?]));
        let payload = jpeg.get(at + 4..at + 2 + length.max(2))?;
        at += 2 + length;
        Some((marker, payload))
    })
}

/// Colour channels of a JPEG.
pub fn components(jpeg: &[u8]) -> Option<u8> {
    segments(jpeg).find(|(marker, _)| matches!(marker, 0xC0..=0xC2)).and_then(|(_, frame)| frame.get(5).copied())
}

/// Pixels per inch, if the file says.
pub fn density(bytes: &[u8], kind: Kind) -> Option<f32> {
    let be16 = |b: &[u8], at: usize| Some(f32::from(u16::from_be_bytes([*b.get(at)?, *b.get(at + 1)?])));
    match kind {
        Kind::Jpeg => {
            segments(bytes).find(|(marker, s)| *marker == 0xE0 && s.starts_with(b"JFIF\0")).and_then(|(_, s)| {
                let density = be16(s, 8)?;
                match s.get(7)? {
                    1 => Some(density),
                    2 => Some(density * 2.54),
                    _ => None,
                }
            })
        }
        Kind::Png => {
            let at = bytes[..bytes.len().min(4096)].windows(4).position(|w| w == b"pHYs")?;
            let per_metre = u32::from_be_bytes(bytes.get(at + 4..at + 8)?.try_into().ok()?);
            (bytes.get(at + 12) == Some(&1)).then(|| (per_metre as f32 * 0.0254).round())
        }
        _ => None,
    }
}

/// Up to 8 bits, no transparency, not interlaced: fit for a PDF/A as it is.
fn is_plain_png(bytes: &[u8]) -> bool {
    let (Some(&depth), Some(&color), Some(&interlace)) = (bytes.get(24), bytes.get(25), bytes.get(28)) else {
        return false;
    };
    let data = bytes.windows(4).position(|w| w == b"IDAT").unwrap_or(0);
    let transparent = bytes[..data].windows(4).any(|w| w == b"tRNS");
    depth <= 8 && matches!(color, 0 | 2 | 3) && interlace == 0 && !transparent
}

/// Every frame of a TIFF. All are decoded before the first is handed over, since a file is whole or refused.
fn tiff(bytes: &[u8], name: &str, params: &Params, sink: Sink) -> Result<u32> {
    let refuse = |e: tiff::TiffError| {
        match &e {
            tiff::TiffError::LimitsExceeded | tiff::TiffError::IntSizeError => too_large(name),
            tiff::TiffError::IoError(io) if io.kind() == std::io::ErrorKind::UnexpectedEof => truncated(name),
            _ => unreadable(name),
        }
        .source(e)
    };
    let mut limits = tiff::decoder::Limits::default();
    limits.decoding_buffer_size = (params.max_pixels * 4) as usize;
    let mut decoder = Decoder::new(Cursor::new(bytes)).map_err(refuse)?.with_limits(limits);
    let mut pages = Vec::new();
    loop {
        let (width, height) = decoder.dimensions().map_err(refuse)?;
        check_size(width, height, name, params)?;
        let dpi = tiff_density(&mut decoder);
        let number = pages.len() as u32 + 1;
        let bytes = frame(&mut decoder, width, height, name, refuse)?;
        let dpi = believable(dpi, width, height);
        pages.push(CapturedPage { number, format: PageFormat::Png, bytes, width, height, dpi, turn: Turn::None });
        if pages.len() > params.max_pages {
            return Err(too_large(name));
        }
        if !decoder.more_images() {
            break;
        }
        decoder.next_image().map_err(refuse)?;
    }
    let count = pages.len() as u32;
    pages.into_iter().try_for_each(sink)?;
    Ok(count)
}

fn frame(
    decoder: &mut Decoder<Cursor<&[u8]>>,
    width: u32,
    height: u32,
    name: &str,
    refuse: impl Fn(tiff::TiffError) -> sohoa_model::Error,
) -> Result<Vec<u8>> {
    use tiff::ColorType as C;
    let color = decoder.colortype().map_err(&refuse)?;
    let data = match decoder.read_image().map_err(&refuse)? {
        DecodingResult::U8(data) => data,
        DecodingResult::U16(data) => data.into_iter().map(|v| (v >> 8) as u8).collect(),
        _ => return Err(unreadable(name)),
    };
    let row = |channels: usize| width as usize * channels;
    let gray8 = |data: &[u8]| write_png(data, width, height, png::ColorType::Grayscale, png::BitDepth::Eight);
    let encoded = match color {
        C::Gray(1) => {
            let packed = (width as usize).div_ceil(8) * height as usize;
            match data.len() {
                n if n == packed => write_png(&data, width, height, png::ColorType::Grayscale, png::BitDepth::One),
                n if n == row(1) * height as usize => {
                    gray8(&data.iter().map(|v| if *v > 0 { 255 } else { 0 }).collect::<Vec<_>>())
                }
                _ => return Err(unreadable(name)),
            }
        }
        C::Gray(8 | 16) if data.len() == row(1) * height as usize => gray8(&data),
        C::RGB(8 | 16) if data.len() == row(3) * height as usize => {
            write_png(&data, width, height, png::ColorType::Rgb, png::BitDepth::Eight)
        }
        C::RGBA(8 | 16) if data.len() == row(4) * height as usize => {
            let image = image::RgbaImage::from_raw(width, height, data).map(DynamicImage::ImageRgba8);
            png(&image.ok_or_else(|| unreadable(name))?)
        }
        _ => return Err(unreadable(name).source(format!("TIFF {color:?}"))),
    };
    encoded.map_err(|e| unreadable(name).source(e))
}

fn tiff_density(decoder: &mut Decoder<Cursor<&[u8]>>) -> Option<f32> {
    let resolution = decoder.get_tag(Tag::XResolution).ok()?;
    let unit = decoder.find_tag_unsigned::<u16>(Tag::ResolutionUnit).ok().flatten().unwrap_or(2);
    let value = match resolution {
        tiff::decoder::ifd::Value::Rational(n, d) if d > 0 => n as f32 / d as f32,
        other => other.into_f32().ok()?,
    };
    match unit {
        2 => Some(value),
        3 => Some(value * 2.54),
        _ => None,
    }
}

/// What a decoder can tell of a JPEG inside a PDF.
pub fn jpeg_size(jpeg: &[u8]) -> Result<(u32, u32), Code> {
    JpegDecoder::new(Cursor::new(jpeg)).map(|d| d.dimensions()).map_err(|_| Code::Unreadable)
}
