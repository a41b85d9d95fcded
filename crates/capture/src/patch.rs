//! The Patch-T separator sheet: four bars across the sheet, narrow, wide, narrow, wide.
//!
//! Narrow bars and all gaps are 0.08 inch, wide bars 0.2 inch. Bars may lie along the page or across it, and a sheet that
//! went in upside down has them the other way round, wide first (which is Patch 3): both part documents.

use image::GrayImage;

/// Where runs are measured: coarse enough to be quick and to blur away dots and noise, fine enough for six pixels a
/// narrow bar.
const DPI: f32 = 75.0;
const NARROW: f32 = 0.08;
/// Lines that are looked along in each direction.
const LINES: usize = 80;
/// How many neighbouring lines must cross the same four bars.
const AGREEING: usize = 12;

/// Whether the page is a separator sheet. About 5 ms for A4 at 300 dpi.
pub fn find(gray: &GrayImage, dpi: f32) -> bool {
    let factor = (dpi / DPI).round().max(1.0) as usize;
    let small = Small::of(gray, factor);
    let unit = NARROW * dpi / factor as f32;
    let Some(ink) = small.ink() else { return false };
    [Way::Columns, Way::Rows].into_iter().any(|way| small.agree(way, ink, unit))
}

#[derive(Clone, Copy)]
enum Way {
    Columns,
    Rows,
}

/// The page averaged down.
struct Small {
    pixels: Vec<u8>,
    width: usize,
    height: usize,
}

impl Small {
    fn of(gray: &GrayImage, factor: usize) -> Self {
        let (width, height) = (gray.width() as usize / factor, gray.height() as usize / factor);
        let area = (factor * factor) as u32;
        let mut pixels = Vec::with_capacity(width * height);
        let mut sums = vec![0u32; width];
        for rows in gray.as_raw().chunks_exact(gray.width().max(1) as usize * factor) {
            sums.fill(0);
            for row in rows.chunks_exact(gray.width() as usize) {
                for (sum, block) in sums.iter_mut().zip(row.chunks_exact(factor)) {
                    *sum += block.iter().map(|p| u32::from(*p)).sum::<u32>();
                }
            }
            pixels.extend(sums.iter().map(|sum| (sum / area) as u8));
        }
        Self { pixels, width, height }
    }

    /// Darker than this is ink: half way between the paper and the darkest hundredth. `None` on a page without ink.
    fn ink(&self) -> Option<u8> {
        let mut histogram = [0usize; 256];
        self.pixels.iter().for_each(|p| histogram[usize::from(*p)] += 1);
        let level = |share: f32| {
            let mut left = (self.pixels.len() as f32 * share) as usize;
            histogram.iter().position(|n| {
                let here = left < *n;
                left = left.saturating_sub(*n);
                here
            })
        };
        let (dark, paper) = (level(0.01)?, level(0.8)?);
        (paper > dark + 40).then_some(((paper + dark) / 2) as u8)
    }

    /// Whether enough neighbouring lines cross the four bars, at places that move on as slowly as a leaning sheet's.
    fn agree(&self, way: Way, ink: u8, unit: f32) -> bool {
        let lines = match way {
            Way::Columns => self.width,
            Way::Rows => self.height,
        };
        let step = (lines / LINES).max(1);
        let slack = 0.2 * step as f32 + 2.0;
        // Bars seen on earlier lines: which, where last, on how many lines, on which last.
        let mut seen: Vec<(bool, f32, usize, usize)> = Vec::new();
        for line in (0..lines).step_by(step) {
            for (wide_first, at) in crossings(&self.runs(way, line, ink), unit) {
                let known = seen.iter_mut().find(|(first, last, _, on)| {
                    let skipped = (line - on) / step;
                    *first == wide_first && skipped <= 3 && (at - last).abs() <= slack * skipped as f32
                });
                match known {
                    Some(known) => *known = (wide_first, at, known.2 + 1, line),
                    None => seen.push((wide_first, at, 1, line)),
                }
            }
        }
        seen.iter().any(|(_, _, lines, _)| *lines >= AGREEING)
    }

    /// Lengths of paper and ink along a line in turn, beginning with paper.
    fn runs(&self, way: Way, line: usize, ink: u8) -> Vec<usize> {
        let (first, count, stride) = match way {
            Way::Columns => (line, self.height, self.width),
            Way::Rows => (line * self.width, self.width, 1),
        };
        let mut runs = vec![0];
        for i in 0..count {
            let dark = self.pixels[first + i * stride] < ink;
            if dark == (runs.len() % 2 == 0) {
                *runs.last_mut().expect("never empty") += 1;
            } else {
                runs.push(1);
            }
        }
        runs
    }
}

/// Where four bars with paper before and behind stand on a line, and whether a wide one is first.
fn crossings(runs: &[usize], unit: f32) -> impl Iterator<Item = (bool, f32)> {
    let narrow = move |run: usize| (0.55..1.6).contains(&(run as f32 / unit));
    let wide = move |run: usize| (1.9..3.1).contains(&(run as f32 / unit));
    let margin = move |run: usize| run as f32 > 1.5 * unit;
    (0..runs.len().saturating_sub(8)).step_by(2).filter_map(move |i| {
        let &[before, a, gap1, b, gap2, c, gap3, d, behind] = &runs[i..i + 9] else { return None };
        let gaps = narrow(gap1) && narrow(gap2) && narrow(gap3) && margin(before) && margin(behind);
        let wide_first = wide(a) && narrow(b) && wide(c) && narrow(d);
        let narrow_first = narrow(a) && wide(b) && narrow(c) && wide(d);
        (gaps && (wide_first || narrow_first)).then(|| (wide_first, runs[..=i].iter().sum::<usize>() as f32))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::imageops::{rotate90, rotate180};

    /// A sheet with bars of these widths in hundredths of an inch, leaning by `slope`.
    fn sheet(dpi: u32, bars: [u32; 4], slope: f32, paper: u8, ink: u8) -> GrayImage {
        let px = |hundredths: u32| (hundredths * dpi / 100) as i32;
        GrayImage::from_fn(827 * dpi / 100, 1169 * dpi / 100, |x, y| {
            let mut at = y as i32 - px(100) - (slope * x as f32) as i32;
            let across = (px(200)..px(650)).contains(&(x as i32));
            let black = across
                && bars.iter().any(|bar| {
                    let here = (0..px(*bar)).contains(&at);
                    at -= px(bar + 8);
                    here
                });
            // Noise that is the same on every run.
            let noise = (x.wrapping_mul(2_654_435_761) ^ y.wrapping_mul(40_503)).wrapping_mul(2_246_822_519) >> 28;
            image::Luma([if black { ink } else { paper }.saturating_sub(noise as u8)])
        })
    }

    const T: [u32; 4] = [8, 20, 8, 20];

    #[test]
    fn patch_t_is_found_at_any_turn() {
        for dpi in [150, 200, 300] {
            for slope in [-0.09, 0.0, 0.05] {
                let page = sheet(dpi, T, slope, 255, 0);
                for page in [rotate90(&page), rotate180(&page), page] {
                    assert!(find(&page, dpi as f32), "{dpi} {slope}");
                }
            }
        }
        assert!(find(&sheet(200, T, 0.02, 200, 110), 200.0), "a pale copy");
    }

    #[test]
    fn other_bars_are_no_separator() {
        for bars in [[8, 8, 20, 20], [20, 20, 8, 8], [8, 20, 20, 8], [20, 8, 8, 20], [8; 4], [20; 4], [4, 10, 4, 10]] {
            assert!(!find(&sheet(200, bars, 0.0, 255, 0), 200.0), "{bars:?}");
        }
        // The right bars seen at a wrong scale are other bars.
        assert!(!find(&sheet(200, T, 0.0, 255, 0), 400.0));
        assert!(!find(&GrayImage::from_pixel(827, 1169, image::Luma([255])), 100.0));
        assert!(!find(&GrayImage::new(0, 0), 100.0));
        assert!(!find(&GrayImage::new(3, 3), 300.0));
    }
}
