//! Paper as office scanners and copiers see it, made from a clean drawing: leaning, blurred, noisy, specked, pale, black
//! and white only, compressed. The same seed always gives the same page.

// Tests and benchmark each take what they need.
#![allow(dead_code)]

use image::{GrayImage, ImageFormat, Luma, codecs::jpeg::JpegEncoder, imageops};
use qrcode::{Color, EcLevel, QrCode};

/// A drawing fine enough to be scanned from.
pub struct Sheet {
    pub picture: GrayImage,
    pub dpi: f32,
    /// Of the paper, in pixels of the drawing, which lies in its middle.
    pub size: (u32, u32),
}

/// Where nothing is drawn.
const PAPER: u8 = 252;
const A4: (f32, f32) = (210.0, 297.0);

/// How it is scanned.
#[derive(Clone, Copy, Debug)]
pub struct Scan {
    pub dpi: f32,
    /// Degrees clockwise that it lies askew.
    pub lean: f32,
    /// Quarter turns clockwise after that.
    pub turns: u32,
    pub look: Look,
    pub seed: u64,
}

#[derive(Clone, Copy, Debug)]
pub struct Look {
    pub name: &'static str,
    /// Spread of ink and optics, in pixels of the scan.
    pub blur: f32,
    /// Standard deviation of the noise.
    pub noise: f32,
    /// 1 leaves paper white and ink black.
    pub contrast: f32,
    /// How much of the light is lost from the left edge to the right one.
    pub shade: f32,
    /// Share of pixels that are black or white for no reason.
    pub specks: f32,
    /// `None` is black and white.
    pub jpeg: Option<u8>,
}

impl Look {
    pub const CLEAN: Look =
        Look { name: "clean", blur: 0.45, noise: 3.0, contrast: 1.0, shade: 0.0, specks: 0.0, jpeg: Some(90) };
    pub const TYPICAL: Look =
        Look { name: "typical", blur: 0.7, noise: 7.0, contrast: 0.85, shade: 0.05, specks: 0.0, jpeg: Some(80) };
    pub const POOR: Look =
        Look { name: "poor", blur: 0.95, noise: 11.0, contrast: 0.65, shade: 0.15, specks: 0.0, jpeg: Some(70) };
    pub const HEAVY: Look =
        Look { name: "heavy", blur: 1.0, noise: 18.0, contrast: 0.55, shade: 0.2, specks: 0.01, jpeg: Some(60) };
    pub const BITONAL: Look =
        Look { name: "bitonal", blur: 0.55, noise: 12.0, contrast: 1.0, shade: 0.0, specks: 0.004, jpeg: None };
    pub const ALL: [Look; 5] = [Look::CLEAN, Look::TYPICAL, Look::POOR, Look::HEAVY, Look::BITONAL];
}

impl Sheet {
    /// A drawing as large as its paper.
    pub fn whole(picture: GrayImage, dpi: f32) -> Self {
        Self { size: picture.dimensions(), picture, dpi }
    }

    pub fn scan(&self, scan: Scan) -> GrayImage {
        let Scan { dpi, look, .. } = scan;
        let mut page = self.laid(dpi, scan.lean);
        if look.blur > 0.0 {
            page = blurred(&page, look.blur);
        }
        let mut chance = Chance::new(scan.seed);
        let width = page.width() as f32;
        for (x, _, pixel) in page.enumerate_pixels_mut() {
            let light = 1.0 - look.shade * x as f32 / width;
            let grey = (128.0 + (f32::from(pixel[0]) - 128.0) * look.contrast) * light + chance.normal() * look.noise;
            pixel[0] = match chance.next() {
                c if c < look.specks / 2.0 => 0,
                c if c > 1.0 - look.specks / 2.0 => 255,
                _ if look.jpeg.is_none() => u8::from(grey > 140.0) * 255,
                _ => grey.clamp(0.0, 255.0) as u8,
            };
        }
        let page = match scan.turns % 4 {
            0 => page,
            1 => imageops::rotate90(&page),
            2 => imageops::rotate180(&page),
            _ => imageops::rotate270(&page),
        };
        let Some(quality) = look.jpeg else { return page };
        let mut bytes = Vec::new();
        JpegEncoder::new_with_quality(&mut bytes, quality).encode_image(&page).unwrap();
        image::load_from_memory_with_format(&bytes, ImageFormat::Jpeg).unwrap().to_luma8()
    }

    /// The paper on the glass, each pixel the mean of what is drawn in it.
    fn laid(&self, dpi: f32, lean: f32) -> GrayImage {
        let ratio = self.dpi / dpi;
        let size = |v: u32| (v as f32 / ratio) as u32;
        let (width, height) = (size(self.size.0), size(self.size.1));
        let (sin, cos) = lean.to_radians().sin_cos();
        let (across, down) = (self.picture.width() as f32, self.picture.height() as f32);
        let fine = ratio.round().max(2.0) as u32;
        let part = |i: u32| (i as f32 + 0.5) / fine as f32;
        GrayImage::from_fn(width, height, |x, y| {
            let drawn = |dx: f32, dy: f32| {
                let (dx, dy) = (x as f32 + dx - width as f32 / 2.0, y as f32 + dy - height as f32 / 2.0);
                ((dx * cos + dy * sin) * ratio + across / 2.0, (dy * cos - dx * sin) * ratio + down / 2.0)
            };
            let (u, v) = drawn(0.5, 0.5);
            if u < -ratio || v < -ratio || u > across + ratio || v > down + ratio {
                return Luma([PAPER]);
            }
            let dot = |(u, v): (f32, f32)| {
                let inside = u >= 0.0 && v >= 0.0 && u < across && v < down;
                if inside { u32::from(self.picture.get_pixel(u as u32, v as u32)[0]) } else { u32::from(PAPER) }
            };
            let parts = (0..fine * fine).map(|i| dot(drawn(part(i % fine), part(i / fine))));
            Luma([(parts.sum::<u32>() / (fine * fine)) as u8])
        })
    }

    /// A copy of the copier's: hard contrast, swollen ink, specks, a little askew, all of it drawn on paper again.
    pub fn photocopied(&self, seed: u64) -> Sheet {
        let look =
            Look { name: "copier", blur: 0.9, noise: 14.0, contrast: 1.6, shade: 0.0, specks: 0.004, jpeg: Some(95) };
        let copy = self.scan(Scan { dpi: 300.0, lean: 0.7, turns: 0, look, seed });
        let picture = imageops::resize(&copy, copy.width() * 2, copy.height() * 2, imageops::FilterType::Triangle);
        Sheet::whole(picture, 600.0)
    }
}

/// Gauss, as `imageops::blur` has it, but for one channel of bytes, which is several times as quick.
fn blurred(page: &GrayImage, sigma: f32) -> GrayImage {
    let reach = (3.0 * sigma).ceil() as i32;
    let weights: Vec<f32> = (-reach..=reach).map(|i| (-0.5 * (i as f32 / sigma).powi(2)).exp()).collect();
    let all: f32 = weights.iter().sum();
    let (width, height) = (page.width() as usize, page.height() as usize);
    // Down the columns row by row, then along each row.
    let mut sums = vec![0.0f32; width];
    let mut out = Vec::with_capacity(width * height);
    for y in 0..height {
        sums.fill(0.0);
        for (i, weight) in weights.iter().enumerate() {
            let row = (y as i32 + i as i32 - reach).clamp(0, height as i32 - 1) as usize * width;
            sums.iter_mut().zip(&page.as_raw()[row..]).for_each(|(sum, pixel)| *sum += weight * f32::from(*pixel));
        }
        out.extend((0..width).map(|x| {
            let at = |i: usize| sums[(x as i32 + i as i32 - reach).clamp(0, width as i32 - 1) as usize];
            let sum: f32 = weights.iter().enumerate().map(|(i, weight)| weight * at(i)).sum();
            (sum / (all * all)).round() as u8
        }));
    }
    GrayImage::from_raw(page.width(), page.height(), out).expect("one byte per pixel")
}

/// An identity card: the code is on the face of that of 2021, on the back of that of 2024, above the machine readable
/// zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Card {
    Of2021,
    Of2024,
}

impl Card {
    /// The card of credit-card size with a code of `side` millimetres in its upper right corner, on white A4.
    pub fn drawn(self, text: &str, level: EcLevel, side: f32) -> Sheet {
        const SIZE: (f32, f32) = (85.6, 54.0);
        let mut pen = Pen::new(SIZE, 1200.0, 31);
        // Guilloche.
        for (x, y, pixel) in pen.picture.enumerate_pixels_mut() {
            let (x, y) = (x as f32, y as f32);
            let wave = 14.0 * (x / 37.0 + 6.0 * (y / 260.0).sin()).sin() + 8.0 * ((x + y) / 23.0).sin();
            pixel[0] = (205.0 + wave) as u8;
        }
        match self {
            Card::Of2021 => {
                pen.words(24.0, 4.0, 1.6, 32);
                pen.words(28.0, 7.0, 1.6, 24);
                pen.words(20.0, 13.0, 3.0, 17);
                pen.fill(4.0, 22.0, 20.0, 26.0, 170);
                pen.fill(9.0, 26.0, 10.0, 12.0, 120);
                pen.fill(6.0, 39.0, 16.0, 9.0, 70);
                (0..7).for_each(|i| pen.words(27.0, 24.0 + 4.0 * i as f32, 1.9, 30));
            }
            Card::Of2024 => {
                pen.fill(5.0, 5.0, 12.0, 10.0, 150);
                (0..4).for_each(|i| pen.fill(5.0, 7.0 + 2.0 * i as f32, 12.0, 0.2, 60));
                (0..3).for_each(|i| pen.fill(8.0 + 3.0 * i as f32, 5.0, 0.2, 10.0, 60));
                (0..4).for_each(|i| pen.words(20.0, 6.0 + 4.5 * i as f32, 1.7, 22));
                (0..3).for_each(|i| pen.words(4.0, 37.0 + 5.0 * i as f32, 2.8, 30));
            }
        }
        pen.code(SIZE.0 - 3.0 - side, 3.0, side, text, level);
        let size = (pen.px(A4.0) as u32, pen.px(A4.1) as u32);
        Sheet { picture: pen.picture, dpi: pen.dpi, size }
    }
}

/// A page of print without any code, with much that is a little like one: ruled tables, boxes in boxes, combs,
/// hatching, screened pictures, squared paper filled in.
pub fn form(seed: u64) -> Sheet {
    let mut pen = Pen::new(A4, 300.0, seed);
    let mut y = 18.0;
    while y < 262.0 {
        let kind = pen.chance.below(8);
        let height = 12.0 + 22.0 * pen.chance.next();
        match kind {
            0 | 1 => pen.paragraph(y, height),
            2 => pen.table(y, height),
            3 => pen.boxes(y, height),
            4 => pen.comb(y, height),
            5 => pen.hatching(y, height),
            6 => pen.screen(y, height),
            _ => pen.squares(y, height),
        }
        y += height + 5.0;
    }
    Sheet::whole(pen.picture, pen.dpi)
}

/// Draws in millimetres from the top left.
struct Pen {
    picture: GrayImage,
    dpi: f32,
    chance: Chance,
}

const INK: u8 = 40;

impl Pen {
    fn new((width, height): (f32, f32), dpi: f32, seed: u64) -> Self {
        let px = |mm: f32| (mm / 25.4 * dpi) as u32;
        Self { picture: GrayImage::from_pixel(px(width), px(height), Luma([PAPER])), dpi, chance: Chance::new(seed) }
    }

    fn px(&self, mm: f32) -> f32 {
        mm / 25.4 * self.dpi
    }

    fn fill(&mut self, x: f32, y: f32, width: f32, height: f32, grey: u8) {
        let [left, top, right, bottom] = [x, y, x + width, y + height].map(|v| self.px(v).round().max(0.0) as u32);
        for y in top..bottom.min(self.picture.height()) {
            for x in left..right.min(self.picture.width()) {
                self.picture.put_pixel(x, y, Luma([grey]));
            }
        }
    }

    /// Black on a white square, two modules wider.
    fn code(&mut self, x: f32, y: f32, side: f32, text: &str, level: EcLevel) {
        let code = QrCode::with_error_correction_level(text, level).unwrap();
        let module = side / code.width() as f32;
        self.fill(x - 2.0 * module, y - 2.0 * module, side + 4.0 * module, side + 4.0 * module, 228);
        for (i, color) in code.to_colors().into_iter().enumerate() {
            let (row, column) = (i / code.width(), i % code.width());
            if color == Color::Dark {
                self.fill(x + column as f32 * module, y + row as f32 * module, module, module, INK);
            }
        }
    }

    /// A line of so many letters, `size` high. They are no letters that anybody knows.
    fn words(&mut self, x: f32, y: f32, size: f32, count: u32) {
        for i in 0..count {
            let (left, stroke) = (x + i as f32 * size * 0.75, size * 0.15);
            if self.chance.below(6) == 0 {
                continue;
            }
            let strokes = [
                (0.0, 0.0, stroke, size),
                (size * 0.45, 0.0, stroke, size),
                (0.0, 0.0, size * 0.6, stroke),
                (0.0, size * 0.42, size * 0.6, stroke),
                (0.0, size - stroke, size * 0.6, stroke),
            ];
            for (dx, dy, width, height) in strokes {
                if self.chance.below(5) < 3 {
                    self.fill(left + dx, y + dy, width, height, INK);
                }
            }
        }
    }

    fn paragraph(&mut self, y: f32, height: f32) {
        let size = 1.8 + 1.4 * self.chance.next();
        for i in 0..(height / (2.2 * size)) as u32 {
            let count = (170.0 / size * (0.5 + 0.5 * self.chance.next()) / 0.75) as u32;
            self.words(20.0, y + i as f32 * 2.2 * size, size, count);
        }
    }

    fn table(&mut self, y: f32, height: f32) {
        let (columns, rows) = (3 + self.chance.below(9), 2 + self.chance.below(4));
        let (width, tall) = (170.0 / columns as f32, height / rows as f32);
        (0..=columns).for_each(|i| self.fill(20.0 + i as f32 * width, y, 0.3, height, INK));
        (0..=rows).for_each(|i| self.fill(20.0, y + i as f32 * tall, 170.3, 0.3, INK));
        for i in 0..columns * rows {
            let (x, y) = (20.0 + (i % columns) as f32 * width, y + (i / columns) as f32 * tall);
            let count = self.chance.below((width / 1.8) as u32 + 1);
            self.words(x + 1.0, y + 1.5, 2.0, count);
        }
    }

    /// Ticked boxes, some of them with the very proportions of a code's corner mark.
    fn boxes(&mut self, y: f32, height: f32) {
        let module = 0.25 + 0.5 * self.chance.next();
        let apart = 30.0 * module + 20.0 * self.chance.next();
        for row in 0..(height / (8.0 * module)).max(1.0) as u32 {
            for column in 0..(165.0 / apart) as u32 {
                let (x, y) = (20.0 + column as f32 * apart, y + row as f32 * 8.0 * module);
                self.fill(x, y, 7.0 * module, 7.0 * module, INK);
                self.fill(x + module, y + module, 5.0 * module, 5.0 * module, PAPER);
                if self.chance.below(3) > 0 {
                    self.fill(x + 2.0 * module, y + 2.0 * module, 3.0 * module, 3.0 * module, INK);
                }
            }
        }
    }

    /// Upright strokes in a row, thin and thick by chance.
    fn comb(&mut self, y: f32, height: f32) {
        let (unit, mut x) = (0.25 + 0.3 * self.chance.next(), 20.0);
        while x < 185.0 {
            let (bar, gap) = (1 + self.chance.below(3), 1 + self.chance.below(3));
            self.fill(x, y, bar as f32 * unit, height, INK);
            x += (bar + gap) as f32 * unit;
        }
    }

    fn hatching(&mut self, y: f32, height: f32) {
        let period = 0.6 + 1.5 * self.chance.next();
        let [left, top, right, bottom] = [20.0, y, 190.0, y + height].map(|v| self.px(v) as u32);
        let period = self.px(period) as u32;
        for y in top..bottom {
            (left..right).filter(|x| (x + y) % period < period / 3).for_each(|x| {
                self.picture.put_pixel(x, y, Luma([INK]));
            });
        }
    }

    /// A picture printed in dots.
    fn screen(&mut self, y: f32, height: f32) {
        let [left, top, right, bottom] = [20.0, y, 120.0, y + height].map(|v| self.px(v) as u32);
        let pitch = 0.3 + 0.4 * self.chance.next();
        let pitch = self.px(pitch);
        for y in top..bottom {
            for x in left..right {
                let tone = 0.5 + 0.4 * (x as f32 / 170.0).sin() * (y as f32 / 110.0).cos();
                let wave = |v: f32| (v * std::f32::consts::TAU / pitch).cos();
                if wave((x + y) as f32 * 0.7) * wave((x as f32 - y as f32) * 0.7) > 1.0 - 2.0 * tone {
                    self.picture.put_pixel(x, y, Luma([INK]));
                }
            }
        }
    }

    /// Squared paper filled in by chance: a code's texture without its corner marks.
    fn squares(&mut self, y: f32, height: f32) {
        let cell = 0.35 + 0.8 * self.chance.next();
        for row in 0..(height / cell) as u32 {
            for column in 0..(height / cell) as u32 {
                if self.chance.below(2) == 0 {
                    self.fill(20.0 + column as f32 * cell, y + row as f32 * cell, cell, cell, INK);
                }
            }
        }
    }
}

/// Numbers by chance, the same for the same seed.
struct Chance(u64);

impl Chance {
    fn new(seed: u64) -> Self {
        Self(seed.wrapping_add(1).wrapping_mul(2_685_821_657_736_338_717) | 1)
    }

    fn bits(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// From 0 to 1.
    fn next(&mut self) -> f32 {
        (self.bits() >> 40) as f32 / (1u64 << 24) as f32
    }

    fn below(&mut self, end: u32) -> u32 {
        (self.next() * end as f32) as u32
    }

    /// Around 0, standard deviation 1: the sum of four even ones.
    fn normal(&mut self) -> f32 {
        let bits = self.bits();
        let sum: u64 = (0..4).map(|i| (bits >> (16 * i)) & 0xFFFF).sum();
        (sum as f32 / 65_536.0 - 2.0) * 1.732
    }
}
