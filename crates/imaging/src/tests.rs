//! Of the whole chain; each operation has its own tests beside it.

use super::*;
use crate::samples::page;

#[test]
fn the_frame_is_the_turned_page_and_boxes_come_back_to_it() {
    let big = image::imageops::resize(&page(2.0), 2478, 3507, image::imageops::FilterType::Triangle);
    let sideways = image::imageops::rotate270(&big);
    let clean = run(&sideways.into(), Turn::Right, 300.0, &Params::default()).unwrap();
    assert_eq!((clean.width, clean.height), (2478, 3507));
    assert!((clean.skew - 2.0).abs() < 0.15 && !clean.blank);
    assert!((clean.dpi - 160.0).abs() < 1.0 && clean.plan.starts_with("turn90,"), "{}", clean.plan);
    let [x, y, w, h] = clean.to_frame([10, 20, 100, 50]);
    let scale = 300.0 / 160.0;
    for (value, expected) in [(x, 10.0), (y, 20.0), (w, 100.0), (h, 50.0)] {
        assert!((value as f32 - expected * scale).abs() <= 1.0);
    }
    let all = clean.to_frame([0, 0, clean.gray.width(), clean.gray.height()]);
    assert_eq!(all, [0, 0, 2478, 3507]);
}

#[test]
fn a_bitonal_page_is_left_as_it_is() {
    let mut bitonal = page(0.0);
    bitonal.pixels_mut().for_each(|p| p[0] = if p[0] > 128 { 255 } else { 0 });
    let clean = run(&bitonal.clone().into(), Turn::None, 100.0, &Params::default()).unwrap();
    assert!(clean.gray == bitonal, "{}", clean.plan);
}

#[test]
fn a_page_of_a_few_pixels_is_no_trouble() {
    for (width, height) in [(1, 1), (1, 400), (400, 1), (33, 31), (64, 64)] {
        for turn in Turn::ALL {
            let clean = run(&GrayImage::new(width, height).into(), turn, 300.0, &Params::default()).unwrap();
            assert_eq!((clean.width, clean.height), turn.size(width, height));
        }
    }
}

#[test]
fn a_leaning_page_of_a_few_lines_on_grey_paper_is_nothing_but_its_lines() {
    // Three of the lines, and a seal below them: neither it nor the corners leave anything behind.
    let lean = page(2.0);
    let big = image::imageops::resize(&lean, 2480, 3508, image::imageops::FilterType::Triangle);
    let sheet = image::RgbImage::from_fn(2480, 3508, |x, y| {
        let ring = (x as f32 - 1600.0).hypot(y as f32 - 1400.0);
        let ink = if y < 600 { big.get_pixel(x, y)[0] } else { 245 };
        let shade = |v: u8| (f32::from(v) * 0.85) as u8;
        image::Rgb(match ring {
            190.0..210.0 | ..60.0 => [shade(230), shade(70), shade(75)],
            _ => [shade(ink); 3],
        })
    });
    let clean = run(&sheet.into(), Turn::None, 300.0, &Params::default()).unwrap();
    assert!((clean.skew - 2.0).abs() < 0.2, "{}", clean.plan);
    let below = clean.gray.enumerate_pixels().filter(|(_, y, _)| *y > clean.gray.height() / 4);
    assert_eq!(below.filter(|(.., v)| v[0] < 200).count(), 0);
    assert!(clean.gray.pixels().filter(|v| v[0] < 128).count() > 10_000);
}
