//! Pixels from a driver made a picture that is kept: colour and grey as JPEG, one bit as PNG.

use jpeg_encoder::{
    ColorType, Encoder, ImageBuffer, JfifWrite, JpegColorType, PixelDensity, SamplingFactor, rgb_to_ycbcr,
};
use sohoa_model::{Code, Error, Result, Turn};
use std::cell::RefCell;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;

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
    encoder(&mut out, dpi).encode(pixels, width as u16, height as u16, color).map_err(failed)?;
    Ok(out)
}

fn encoder<W: JfifWrite>(out: W, dpi: f32) -> Encoder<W> {
    let mut encoder = Encoder::new(out, QUALITY);
    encoder.set_density(PixelDensity::dpi(dpi.round() as u16));
    encoder.set_sampling_factor(SamplingFactor::F_2_2);
    encoder
}

/// A JPEG made while its lines come in: when the last one is there, so is the picture.
pub(crate) struct Press {
    lines: Sender<Vec<u8>>,
    made: JoinHandle<Result<Vec<u8>>>,
    /// What is left of a piece behind its last whole line.
    rest: Vec<u8>,
    /// Bytes per line as they come, and as they are kept.
    stride: usize,
    used: usize,
    missing: u32,
    width: u32,
    height: u32,
    dpi: f32,
}

impl Press {
    /// For lines of `stride` bytes, of which the first are pixels of three bytes in colour and of one in grey. `None`
    /// for what is no JPEG's size.
    pub fn new(color: bool, (width, height): (u32, u32), stride: usize, dpi: f32) -> Option<Self> {
        let size = (u16::try_from(width).ok()?, u16::try_from(height).ok()?);
        let used = width as usize * if color { 3 } else { 1 };
        if size.0 == 0 || size.1 == 0 || stride < used {
            return None;
        }
        let (lines, rows) = channel();
        let made = std::thread::spawn(move || {
            let mut out = Vec::new();
            let rows = Rows { color, size, rows, last: RefCell::new((None, vec![0; used])) };
            encoder(&mut out, dpi).encode_image(rows).map_err(failed)?;
            Ok(out)
        });
        Some(Self { lines, made, rest: Vec::new(), stride, used, missing: height, width, height, dpi })
    }

    /// The next piece, of any length.
    pub fn take(&mut self, piece: &[u8]) {
        self.rest.extend_from_slice(piece);
        let whole = self.rest.len() / self.stride * self.stride;
        for line in self.rest[..whole].chunks_exact(self.stride).take(self.missing as usize) {
            // Nobody takes it any more only when the picture failed, which is told at the end.
            let _ = self.lines.send(line[..self.used].to_vec());
            self.missing -= 1;
        }
        self.rest.drain(..whole);
    }

    /// Errors: `ScannerFailed` when lines are missing.
    pub fn finish(self) -> Result<CapturedPage> {
        drop(self.lines);
        if self.missing > 0 {
            return Err(
                fault(Code::ScannerFailed).source(format!("{} of {} lines are missing", self.missing, self.height))
            );
        }
        let made = self.made.join();
        let bytes = made.unwrap_or_else(|_| Err(Error::internal("Không nén được ảnh quét", "panic")))?;
        let (format, turn) = (PageFormat::Jpeg, Turn::None);
        Ok(CapturedPage { number: 1, format, bytes, width: self.width, height: self.height, dpi: self.dpi, turn })
    }
}

/// The lines as the encoder asks for them: from the first to the last, the last one perhaps several times.
struct Rows {
    color: bool,
    size: (u16, u16),
    rows: Receiver<Vec<u8>>,
    /// The line given last, and its number.
    last: RefCell<(Option<u16>, Vec<u8>)>,
}

impl ImageBuffer for Rows {
    fn get_jpeg_color_type(&self) -> JpegColorType {
        if self.color { JpegColorType::Ycbcr } else { JpegColorType::Luma }
    }

    fn width(&self) -> u16 {
        self.size.0
    }

    fn height(&self) -> u16 {
        self.size.1
    }

    fn fill_buffers(&self, y: u16, buffers: &mut [Vec<u8>; 4]) {
        let mut last = self.last.borrow_mut();
        while last.0.is_none_or(|number| number < y) {
            // Without a sender there is no picture, and what this one looks like is nobody's concern.
            if let Ok(line) = self.rows.recv() {
                last.1 = line;
            }
            last.0 = Some(last.0.map_or(0, |number| number + 1));
        }
        if !self.color {
            buffers[0].extend_from_slice(&last.1);
            return;
        }
        for pixel in last.1.chunks_exact(3) {
            let (y, cb, cr) = rgb_to_ycbcr(pixel[0], pixel[1], pixel[2]);
            buffers[0].push(y);
            buffers[1].push(cb);
            buffers[2].push(cr);
        }
    }
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
    fn lines_that_come_in_pieces_make_the_same_picture() {
        let (width, height) = (101, 77);
        for channels in [3, 1] {
            let line = |y: usize| (0..width * channels).map(move |i| ((i * 7 + y * 3) % 251) as u8);
            let whole: Vec<u8> = (0..height).flat_map(line).collect();
            // Five bytes at the end of each line are padding.
            let padded: Vec<u8> = (0..height).flat_map(|y| line(y).chain([9; 5])).collect();
            let size = (width as u32, height as u32);
            let press = |bytes: &[u8]| {
                let mut press = Press::new(channels == 3, size, width * channels + 5, 300.0).unwrap();
                bytes.chunks(97).for_each(|piece| press.take(piece));
                press.finish()
            };
            let pixels = if channels == 3 { Pixels::Rgb(whole) } else { Pixels::Gray(whole) };
            let (one, other) = (page(&pixels, size.0, size.1, 300.0).unwrap(), press(&padded).unwrap());
            let [a, b] = [&one, &other].map(|p| image::load_from_memory(&p.bytes).unwrap().to_rgb8());
            assert_eq!((a.dimensions(), other.dpi), (size, 300.0));
            assert!(a.iter().zip(b.iter()).all(|(a, b)| a.abs_diff(*b) <= 4));
            for short in [&padded[..padded.len() - 6], &[]] {
                assert_eq!(press(short).unwrap_err().code, Code::ScannerFailed);
            }
        }
        assert!(Press::new(true, (70_000, 10), 210_000, 300.0).is_none());
    }

    #[test]
    fn a_cut_off_page_is_none() {
        assert_eq!(page(&Pixels::Gray(vec![0; 99]), 10, 10, 300.0).unwrap_err().code, Code::ScannerFailed);
        assert!(page(&Pixels::Rgb(vec![]), 0, 0, 300.0).is_err());
    }
}
