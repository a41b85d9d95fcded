//! Weights by which what a reader says of its words comes to be true, from pages whose text is known.

use sohoa_ocr::calibration::Kind;
use sohoa_tests::reading::Calibration;
use std::path::Path;

use super::{Result, load, show};

/// What the network said of a word, as a logit, and whether it was right.
type Seen = (f64, bool);

pub fn run(sets: &[&str]) -> Result {
    let mut seen = Kind::ALL.map(|_| Vec::<Seen>::new());
    for set in sets.chunks_exact(2) {
        for page in load(Path::new(set[0]))? {
            show::judge(&page, Path::new(set[1]), &mut |word, right| {
                let kind = Kind::of(&word.text);
                let at = Kind::ALL.iter().position(|other| *other == kind).unwrap_or(0);
                seen[at].push((f64::from(kind.said(word.confidence)), right));
            })?;
        }
    }
    let mut calibration = Calibration::default();
    for (kind, seen) in Kind::ALL.into_iter().zip(&seen) {
        let (base, slope) = fitted(seen);
        for (x, right) in seen {
            let sure = 100.0 / (1.0 + (-base - slope * x).exp());
            calibration.add(sure as f32, *right);
        }
        let wrong = seen.iter().filter(|(_, right)| !right).count();
        println!("Kind::{kind:?} => ({base:.2}, {slope:.2}), // {} words, {wrong} wrong", seen.len());
    }
    println!("with these, on these very pages: {:#}", calibration.json());
    Ok(())
}

/// Logistic regression by Newton's method. Targets keep a little away from 0 and 1, as Platt (1999) has it.
fn fitted(seen: &[Seen]) -> (f64, f64) {
    let right = seen.iter().filter(|(_, right)| *right).count() as f64;
    let wrong = seen.len() as f64 - right;
    let target = |is_right: bool| if is_right { (right + 1.0) / (right + 2.0) } else { 1.0 / (wrong + 2.0) };
    let (mut a, mut b) = (0.0, 0.0);
    for _ in 0..50 {
        let (mut ga, mut gb, mut haa, mut hab, mut hbb) = (0.0, 0.0, 1e-6, 0.0, 1e-6);
        for (x, is_right) in seen {
            let p = 1.0 / (1.0 + (-a - b * x).exp());
            let (miss, weight) = (target(*is_right) - p, p * (1.0 - p));
            ga += miss;
            gb += miss * x;
            haa += weight;
            hab += weight * x;
            hbb += weight * x * x;
        }
        let det = haa * hbb - hab * hab;
        if det.abs() < 1e-12 {
            break;
        }
        a += (hbb * ga - hab * gb) / det;
        b += (haa * gb - hab * ga) / det;
    }
    (a, b)
}
