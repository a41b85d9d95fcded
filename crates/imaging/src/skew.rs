//! By how much a page leans, from its baselines: the lower edges of ink fall together on few rows only at the true
//! angle. Tables, forms and sparse letters all have them; signatures and stamps alone do not reach the confidence.

use image::GrayImage;

use crate::params::params;
use crate::scale;

params! {
    /// In degrees, either way: beyond this a page was laid in askew, not fed askew, and wants scanning again.
    range: f32 = 8.0,
    /// Peak over mean of the score. Text gives 1.5 and more, noise, holes and signatures up to 1.3.
    confident: f64 = 1.5,
}

/// Degrees by which the content leans counter-clockwise; `None` where nothing tells.
pub fn measure(gray: &GrayImage, dpi: f32, params: &Params) -> Option<f32> {
    let range = params.range;
    let small = scale::by_whole(gray, (dpi / 100.0).round().max(1.0) as u32);
    let points = baseline_points(&small);
    if points.len() < 150 {
        return None;
    }
    let diagonal = (small.width() as f32).hypot(small.height() as f32) as usize + 4;
    let mut rows = vec![0u32; diagonal];
    let mut score = |angle: f32| {
        rows.fill(0);
        let (sin, cos) = angle.to_radians().sin_cos();
        let middle = diagonal as f32 / 2.0;
        for (x, y) in &points {
            rows[((y * cos + x * sin + middle) as usize).min(diagonal - 1)] += 1;
        }
        rows.iter().map(|n| f64::from(*n) * f64::from(*n)).sum::<f64>()
    };
    let coarse = (-(range * 4.0) as i32..=(range * 4.0) as i32).map(|i| i as f32 / 4.0);
    let scores: Vec<(f32, f64)> = coarse.map(|a| (a, score(a))).collect();
    let mean = scores.iter().map(|(_, s)| s).sum::<f64>() / scores.len() as f64;
    let (around, _) = best(&scores)?;
    let fine: Vec<(f32, f64)> = (-10..=10).map(|i| around + i as f32 * 0.025).map(|a| (a, score(a))).collect();
    let (angle, peak) = best(&fine)?;
    (peak / mean >= params.confident).then_some(angle)
}

fn best(scores: &[(f32, f64)]) -> Option<(f32, f64)> {
    scores.iter().copied().max_by(|a, b| a.1.total_cmp(&b.1))
}

/// Places where ink ends downwards, about the page's centre. A twentieth at the edges is left out, where shadows are.
fn baseline_points(page: &GrayImage) -> Vec<(f32, f32)> {
    const INK: i32 = 35;
    const EDGE: i32 = 18;
    let (width, height) = (page.width() as usize, page.height() as usize);
    let (mx, my) = (width / 20, height / 20);
    let mut points = Vec::new();
    for y in my..height.saturating_sub(my + 1) {
        let row = &page.as_raw()[y * width..][..width];
        let below = &page.as_raw()[(y + 1) * width..][..width];
        let paper = i32::from(brightest(row));
        for x in mx..width - mx {
            let here = i32::from(row[x]);
            if here < paper - INK && i32::from(below[x]) > here + EDGE {
                points.push((x as f32 - width as f32 / 2.0, y as f32 - height as f32 / 2.0));
            }
        }
    }
    let step = points.len() / 60_000 + 1;
    points.into_iter().step_by(step).collect()
}

/// The paper's brightness along a row: its 90th percentile.
fn brightest(row: &[u8]) -> u8 {
    let mut counts = [0usize; 256];
    row.iter().for_each(|v| counts[usize::from(*v)] += 1);
    let mut left = row.len() / 10;
    for (value, count) in counts.iter().enumerate().rev() {
        if *count > left {
            return value as u8;
        }
        left -= count;
    }
    0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rotate;
    use crate::samples::{PAPER, page};

    #[test]
    fn skew_is_measured_and_taken_away() {
        for lean in [-6.0, -2.3, -0.5, 0.4, 1.0, 3.7, 7.0] {
            let leaning = page(lean);
            let measured = measure(&leaning, 100.0, &Default::default()).unwrap();
            assert!((measured - lean).abs() < 0.15, "{lean}: {measured}");
            let straight = rotate::straighten_gray(&leaning, measured);
            assert!(measure(&straight, 100.0, &Default::default()).unwrap().abs() < 0.15, "{lean}");
        }
        assert_eq!(measure(&GrayImage::from_pixel(826, 1169, PAPER), 100.0, &Default::default()), None);
    }
}
