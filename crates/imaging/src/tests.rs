use super::*;
use image::{Luma, Rgb, RgbImage};
use sohoa_model::Mark;

const PAPER: Luma<u8> = Luma([245]);

/// Lines of word-like blocks on A4 at 100 dpi, leaning by `lean` degrees counter-clockwise.
fn page(lean: f32) -> GrayImage {
    let mut page = GrayImage::from_pixel(826, 1169, PAPER);
    for line in 0..30 {
        for word in 0..9 {
            let (x, y) = (90 + word * 72, 120 + line * 30);
            for (dx, dy) in (0..60).flat_map(|dx| (0..12).map(move |dy| (dx, dy))) {
                // Letters: strokes with gaps, and the odd descender.
                if dx % 6 < 3 || dy == 11 {
                    page.put_pixel(x + dx, y + dy, Luma([30]));
                }
            }
        }
    }
    if lean == 0.0 { page } else { rotate::straighten_gray(&page, -lean) }
}

#[test]
fn skew_is_measured_and_taken_away() {
    for lean in [-6.0, -2.3, -0.5, 0.4, 1.0, 3.7, 7.0] {
        let leaning = page(lean);
        let measured = skew::measure(&leaning, 100.0, &Default::default()).unwrap();
        assert!((measured - lean).abs() < 0.15, "{lean}: {measured}");
        let straight = rotate::straighten_gray(&leaning, measured);
        assert!(skew::measure(&straight, 100.0, &Default::default()).unwrap().abs() < 0.15, "{lean}");
    }
    assert_eq!(skew::measure(&GrayImage::from_pixel(826, 1169, PAPER), 100.0, &Default::default()), None);
}

fn is_blank(page: &GrayImage) -> bool {
    blank::is_blank(page, 100.0, &Default::default())
}

#[test]
fn what_shows_through_is_blank_and_a_lone_number_is_not() {
    assert!(!is_blank(&page(0.0)));
    let mut back = image::imageops::fast_blur(&page(0.0), 2.5);
    back.pixels_mut().for_each(|p| p[0] = 245 - (245 - p[0]) / 6);
    assert!(is_blank(&back));
    for i in 0..200 {
        // Dust.
        back.put_pixel(i * 37 % 826, i * 101 % 1169, Luma([60]));
    }
    assert!(is_blank(&back));
    for (dx, dy) in (0..14).flat_map(|dx| (0..16).map(move |dy| (dx, dy))) {
        if dx % 7 < 2 || dy % 7 < 2 {
            back.put_pixel(400 + dx, 1090 + dy, Luma([40]));
        }
    }
    assert!(!is_blank(&back));
}

#[test]
fn red_fades_and_the_black_under_it_stays() {
    let mut colour = RgbImage::from_pixel(40, 20, Rgb([250, 248, 240]));
    for x in 0..40 {
        colour.put_pixel(x, 5, Rgb([215, 50, 60])); // stamp
        colour.put_pixel(x, 10, Rgb([25, 20, 30])); // text
        colour.put_pixel(x, 15, Rgb([70, 15, 20])); // text under the stamp
        colour.put_pixel(x, 18, Rgb([40, 60, 160])); // blue ink
    }
    let gray = gray::of(&colour.into(), &[gray::Colour::Red]);
    let at = |y| gray.get_pixel(3, y)[0];
    assert!(at(5) > 230, "{}", at(5));
    assert!(at(10) < 40 && at(15) < 130 && at(18) < 90, "{} {} {}", at(10), at(15), at(18));
}

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
fn turns_agree_with_the_model() {
    let mut image = GrayImage::new(3, 2);
    image.put_pixel(0, 0, Luma([200]));
    for turn in Turn::ALL {
        let turned = upright(&image.clone().into(), turn, 0.0).into_luma8();
        assert_eq!(turned.dimensions(), turn.size(3, 2));
        let corner = match turn {
            Turn::None => (0, 0),
            Turn::Right => (1, 0),
            Turn::Half => (2, 1),
            Turn::Left => (0, 2),
        };
        assert_eq!(turned[corner][0], 200, "{turn:?}");
    }
}

#[test]
fn thumbnails_are_small_pictures_of_the_page() {
    let bytes = thumbnail(&page(0.0).into(), Turn::None, 0.0, 320).unwrap();
    let small = decode(&bytes).unwrap();
    assert_eq!(small.height(), 320);
    assert!(bytes.len() < 60_000);
}

/// Draws a row of leader dots on a page of 300 dpi.
fn dots(page: &mut GrayImage, row: u32) {
    for i in 0..60 {
        for (dx, dy) in (0..5).flat_map(|dx| (0..5).map(move |dy| (dx, dy))) {
            page.put_pixel(400 + i * 14 + dx, row + dy, Luma([60]));
        }
    }
}

fn without_leaders(page: &GrayImage, lean: f32) -> Option<GrayImage> {
    let mut out = page.clone();
    (leaders::erase(&mut out, &ink::Ink::of(page), 300.0, lean, &Default::default()) > 0).then_some(out)
}

#[test]
fn leaders_go_and_the_letters_on_them_stay() {
    let letters = image::imageops::resize(&page(0.0), 2478, 3507, image::imageops::FilterType::Triangle);
    assert!(without_leaders(&letters, 0.0).is_none(), "letters taken for leaders");

    let mut form = letters.clone();
    for row in [200, 250, 3200] {
        dots(&mut form, row);
    }
    // Across the baseline of the first line of letters, which ends at 396.
    dots(&mut form, 398);
    let clean = without_leaders(&form, 0.0).unwrap();
    let darkest = |x: u32, y: u32, w, h| {
        image::imageops::crop_imm(&clean, x, y, w, h).to_image().pixels().map(|p| p[0]).min().unwrap()
    };
    assert!(darkest(380, 190, 900, 80) > 200 && darkest(380, 3190, 900, 30) > 200);
    let differing = |from: u32, to: u32| {
        (from..to).flat_map(|y| (0..2478).map(move |x| (x, y))).filter(|at| clean[*at] != letters[*at]).count()
    };
    assert_eq!(differing(420, 3150), 0, "lines without leaders are untouched");
    assert_eq!(differing(355, 390), 0, "letters are untouched above their baseline");
}

#[test]
fn leaders_are_found_on_a_leaning_page() {
    let mut form = GrayImage::from_pixel(2478, 3507, PAPER);
    for row in [800, 1200, 1600, 2000, 2400] {
        dots(&mut form, row);
    }
    let leaning = rotate::straighten_gray(&form, -3.0);
    let clean = without_leaders(&leaning, 3.0).unwrap();
    assert!(clean.enumerate_pixels().all(|(_, _, p)| p[0] > 180));
}

#[test]
fn the_dot_of_a_letter_between_those_of_a_leader_stays() {
    let mut form = GrayImage::from_pixel(2478, 3507, PAPER);
    dots(&mut form, 800);
    // As large as they are, between the tenth and the eleventh, and glued to the right of the thirtieth.
    for left in [400 + 10 * 14 - 6, 400 + 30 * 14 + 4] {
        (0..25u32).for_each(|i| form.put_pixel(left + i % 5, 800 + i / 5, Luma([20])));
    }
    let clean = without_leaders(&form, 0.0).unwrap();
    let ink: Vec<u32> = (0..2478).filter(|x| (795..810).any(|y| clean[(*x, y)][0] < 100)).collect();
    assert!(ink.iter().all(|x| (534..540).contains(x) || (820..830).contains(x)), "{ink:?}");
    assert!(ink.contains(&536) && ink.contains(&826), "{ink:?}");
}

fn fixture(name: &str) -> GrayImage {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/fixtures/imaging/").to_owned() + name;
    decode(&std::fs::read(path).unwrap()).unwrap().into_luma8()
}

#[test]
fn the_dots_of_real_letters_stay_on_a_dotted_line() {
    let (typed, dotted) = (fixture("typed.png"), fixture("typed-on-dots.png"));
    let dark = |page: &GrayImage, x: usize, y: usize| page.get_pixel(x as u32, y as u32)[0] < 128;
    // Of each part of the letters, marks and stops, how much is still there; and what is there that was not typed.
    let judged = |page: &GrayImage| {
        let lost = |part: &ink::Part| {
            let places = || (part.top..=part.bottom).flat_map(|y| (part.left..=part.right).map(move |x| (x, y)));
            let typed = places().filter(|(x, y)| dark(&typed, *x, *y));
            let kept = typed.clone().filter(|(x, y)| dark(page, *x, *y)).count();
            kept * 10 < typed.count() * 7
        };
        let lost = ink::Ink::of(&typed).parts().iter().filter(|p| lost(p)).count();
        let strange = page.pixels().zip(typed.pixels()).filter(|(a, b)| a[0] < 128 && b[0] >= 128).count();
        (lost, strange)
    };
    let (_, strange) = judged(&dotted);
    assert!(strange > 2_000, "{strange}: no dots to take out");
    for lean in [0.0, 0.7] {
        let clean = without_leaders(&rotate::straighten_gray(&dotted, -lean), lean).unwrap();
        let (lost, left) = judged(&rotate::straighten_gray(&clean, lean));
        assert!(lost == 0 && left * 15 < strange, "leaning by {lean}: {lost} parts lost, {left} of {strange} left");
    }
}

#[test]
fn a_few_dots_and_uneven_ones_are_no_leader() {
    let mut page = GrayImage::from_pixel(2478, 3507, PAPER);
    let mut dot = |x, y| (0..25u32).for_each(|i| page.put_pixel(x + i % 5, y + i / 5, Luma([60])));
    (0..4).for_each(|i| dot(400 + i * 14, 300));
    [0, 13, 40, 49, 78, 86, 109, 117, 133].into_iter().for_each(|x| dot(400 + x, 700));
    assert!(without_leaders(&page, 0.0).is_none());
}

#[test]
fn uneven_paper_is_made_even_and_what_shows_through_is_paper() {
    let letters = page(0.0);
    // A shadow from the left, and the other side showing through.
    let mut copy = letters.clone();
    let back = image::imageops::fast_blur(&image::imageops::flip_horizontal(&letters), 2.5);
    for (x, y, p) in copy.enumerate_pixels_mut() {
        let shade = 0.5 + 0.5 * (x as f32 / 826.0);
        let through = f32::from(245 - back.get_pixel(x, y)[0]) / 8.0;
        p[0] = ((60.0 + f32::from(p[0]) * 0.75 - through) * shade) as u8;
    }
    let wrong =
        |read: &GrayImage| letters.pixels().zip(read.pixels()).filter(|(a, b)| (a[0] < 128) != (b[0] < 128)).count();
    assert!(wrong(&copy) * 100 > copy.len(), "the copy is not poor enough to prove anything");
    let clean = run(&copy.into(), Turn::None, 150.0, &Params::default()).unwrap();
    assert!(wrong(&clean.gray) * 1000 < clean.gray.len(), "{} pixels wrong", wrong(&clean.gray));

    // Pale ink becomes dark, and none of it is taken for dirt.
    let pale = GrayImage::from_fn(826, 1169, |x, y| Luma([255 - (255 - letters.get_pixel(x, y)[0]) / 4]));
    let pale = run(&pale.into(), Turn::None, 150.0, &Params::default()).unwrap();
    assert!(wrong(&pale.gray) * 1000 < pale.gray.len(), "{} pixels wrong", wrong(&pale.gray));
}

#[test]
fn specks_go_where_they_are_many_and_dots_stay() {
    let mut page = GrayImage::from_pixel(2478, 3507, PAPER);
    let mut square = |x: u32, y: u32, size: u32| {
        (0..size * size).for_each(|i| page.put_pixel(x + i % size, y + i / size, Luma([40])));
    };
    // The dot of an i in 8 points, and a block of ink with a speck at its side.
    square(1000, 1000, 6);
    square(1200, 1000, 30);
    square(1234, 1010, 3);
    let (mut few, mut ink) = (page.clone(), ink::Ink::of(&page));
    assert!(
        !specks::erase(&mut few, &mut ink, 300.0, None, &Default::default()) && few == page,
        "a lone speck is left alone"
    );
    let mut square = |x: u32, y: u32, size: u32| {
        (0..size * size).for_each(|i| page.put_pixel(x + i % size, y + i / size, Luma([40])));
    };
    (0..600).for_each(|i| square(100 + i % 30 * 70, 1500 + i / 30 * 70, 2 + i % 3));
    let (mut clean, mut ink) = (page.clone(), ink::Ink::of(&page));
    assert!(specks::erase(&mut clean, &mut ink, 300.0, None, &Default::default()));
    assert_eq!(clean.pixels().filter(|p| p[0] < 100).count(), 36 + 900, "the dot and the block are left");
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
fn what_is_too_large_or_no_picture_is_refused() {
    let mut long = std::io::Cursor::new(Vec::new());
    GrayImage::new(20_001, 1).write_to(&mut long, image::ImageFormat::Png).unwrap();
    assert_eq!(decode(&long.into_inner()).unwrap_err().code, Code::TooLarge);
    let mut cut = Vec::new();
    page(0.0).write_to(&mut std::io::Cursor::new(&mut cut), image::ImageFormat::Png).unwrap();
    cut.truncate(cut.len() / 2);
    for bytes in [&cut[..], b"not a picture", b""] {
        let error = decode(bytes).unwrap_err();
        assert!(error.code == Code::Unreadable && !error.hint.is_empty());
    }
}

/// A sheet of 300 dpi with lines of made-up letters, of which the tenth line is what was filled in.
fn sheet(filled: u64) -> GrayImage {
    let mut page = GrayImage::from_pixel(2480, 3508, PAPER);
    let mut state = 0x9e37_79b9_7f4a_7c15u64;
    for line in 0..40u32 {
        let mut other = state ^ filled.wrapping_mul(0x2545_f491_4f6c_dd1d);
        for place in 0..52u32 {
            let random = if line == 10 && filled > 0 { &mut other } else { &mut state };
            *random ^= *random << 13;
            *random ^= *random >> 7;
            *random ^= *random << 17;
            let bits = *random >> 20;
            if place % 8 == 7 {
                continue;
            }
            let (left, top) = (300 + place * 36, 320 + line * 72);
            for (x, y) in (0..24).flat_map(|x| (0..32).map(move |y| (x, y))) {
                // A stem with strokes to its right.
                if x < 4 || bits >> (x / 6 + y / 5 * 4) & 1 == 1 {
                    page.put_pixel(left + x, top + y, Luma([40]));
                }
            }
        }
    }
    page
}

/// As a feeder gives it: leaning, moved, in other light and with noise.
fn fed(page: &GrayImage, lean: f32, by: (i64, i64), light: f32) -> GrayImage {
    let mut out = GrayImage::from_pixel(page.width(), page.height(), PAPER);
    image::imageops::replace(&mut out, &rotate::straighten_gray(page, -lean), by.0, by.1);
    let mut state = 0x1234_5678u32;
    out.pixels_mut().for_each(|p| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        p[0] = (f32::from(p[0]) * light + (state >> 28) as f32 - 8.0).clamp(0.0, 255.0) as u8;
    });
    out
}

fn marks(page: GrayImage, dpi: f32) -> Vec<Mark> {
    check(&page.into(), dpi, &check::Params::default()).marks
}

#[test]
fn a_good_page_has_no_mark() {
    let good = sheet(0);
    for lean in [-6.0, -1.0, 0.0, 3.0] {
        assert_eq!(marks(fed(&good, lean, (0, 0), 0.97), 300.0), [], "leaning by {lean}");
    }
    assert_eq!(marks(image::imageops::rotate180(&good), 300.0), []);
    assert_eq!(marks(image::imageops::rotate90(&good), 300.0), []);
}

#[test]
fn each_fault_has_its_mark() {
    let good = sheet(0);
    let mapped = |f: fn(f32) -> f32| {
        let mut page = good.clone();
        page.pixels_mut().for_each(|p| p[0] = f(f32::from(p[0])) as u8);
        page
    };
    let part = |x, y, w, h| image::imageops::crop_imm(&good, x, y, w, h).to_image();
    assert_eq!(marks(mapped(|v| v * 0.5), 300.0), [Mark::TooDark]);
    assert_eq!(marks(mapped(|v| 250.0 - (250.0 - v) * 0.2), 300.0), [Mark::TooLight]);
    assert_eq!(marks(image::imageops::fast_blur(&good, 3.0), 300.0), [Mark::Blurred]);
    assert_eq!(marks(part(308, 0, 2172, 3508), 300.0), [Mark::CutOff]);
    assert_eq!(marks(part(0, 0, 1932, 3508), 300.0), [Mark::CutOff]);
    assert_eq!(marks(part(0, 328, 2480, 3180), 300.0), [Mark::CutOff]);
    assert_eq!(marks(part(0, 0, 2480, 3152), 300.0), [Mark::CutOff]);
    assert_eq!(marks(good.clone(), 150.0), [Mark::LowResolution]);
    assert_eq!(marks(rotate::straighten_gray(&good, -12.0), 300.0), [Mark::Skewed]);
    assert_eq!(marks(GrayImage::from_pixel(2480, 3508, PAPER), 300.0), [Mark::Blank]);
}

#[test]
fn a_shadow_on_the_edge_and_a_dark_lid_are_no_fault_of_the_page() {
    let mut shadow = sheet(0);
    for y in 0..3508 {
        (0..20 + y * 7 % 23).for_each(|x| shadow.put_pixel(x, y, Luma([30])));
    }
    assert_eq!(marks(shadow, 300.0), []);
    let mut lid = GrayImage::from_pixel(2480, 3508, Luma([25]));
    image::imageops::replace(
        &mut lid,
        &image::imageops::crop_imm(&sheet(0), 100, 200, 1500, 1600).to_image(),
        400,
        700,
    );
    assert!(!marks(lid, 300.0).contains(&Mark::TooDark));
}

#[test]
fn the_same_sheet_is_known_again_and_another_fill_of_the_form_is_not() {
    let print = |page: &GrayImage| {
        check(&page.clone().into(), 300.0, &check::Params::default()).fingerprint.expect("not blank")
    };
    let form = sheet(0);
    let first = print(&fed(&form, 0.3, (0, 0), 1.0));
    for again in [
        fed(&form, -1.4, (20, -31), 0.93),
        fed(&form, 2.0, (-14, 9), 0.85),
        image::imageops::rotate180(&fed(&form, 0.6, (5, 5), 0.96)),
    ] {
        assert!(same(&first, &print(&again)));
    }
    assert!(!same(&first, &print(&fed(&sheet(1), 0.3, (0, 0), 1.0))), "another line");
    let mut figure = form.clone();
    // A letter struck out.
    image::imageops::replace(&mut figure, &GrayImage::from_pixel(24, 32, Luma([40])), 300, 1040);
    assert!(!same(&first, &print(&fed(&figure, -0.4, (8, 3), 0.97))), "one letter");
    assert!(check(&GrayImage::from_pixel(2480, 3508, PAPER).into(), 300.0, &Default::default()).fingerprint.is_none());
}

/// The first page of each bundled picture, with its resolution.
fn bundled() -> Vec<(String, DynamicImage, f32)> {
    let mut folders =
        vec![std::path::PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/fixtures/dossiers"))];
    let mut pages = Vec::new();
    while let Some(folder) = folders.pop() {
        for path in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.is_dir() {
                folders.push(path);
            } else if [".jpg", ".png", ".tif", ".tiff"].iter().any(|end| name.ends_with(end)) {
                // The one that was made at 200 dpi.
                let dpi = if name.starts_with("02 giấy tiếp nhận") { 200.0 } else { 300.0 };
                pages.push((name, decode(&std::fs::read(&path).unwrap()).unwrap(), dpi));
            }
        }
    }
    assert!(pages.len() >= 20, "{} pages", pages.len());
    pages
}

/// A mark on any of these would be a false alarm.
#[test]
fn the_bundled_pages_have_no_marks() {
    for (name, page, dpi) in bundled() {
        assert_eq!(check(&page, dpi, &Default::default()).marks, [], "{name}");
    }
}

#[test]
fn the_bundled_pages_are_of_their_kind() {
    for (name, page, dpi) in bundled() {
        let clean = run(&page, Turn::None, dpi, &Params::default()).unwrap();
        let kind = match &name {
            n if n.contains("căn cước") => Kind::Card,
            n if n.contains("danh sách") => Kind::Table,
            n if ["tờ khai", "đơn đề nghị", "giấy khai sinh"].iter().any(|form| n.contains(form)) => {
                Kind::Form
            }
            _ => Kind::Text,
        };
        assert_eq!(clean.kind, Some(kind), "{name}: {}", clean.plan);
    }
}

#[test]
fn a_picture_of_a_few_pixels_is_looked_at_too() {
    for (width, height) in [(1, 1), (1, 400), (400, 1), (33, 31), (64, 64), (200, 200)] {
        let _ = check(&GrayImage::new(width, height).into(), 300.0, &Default::default());
    }
}

#[test]
fn print_under_a_blue_stamp_stays_and_the_stamp_goes() {
    let print = sheet(0);
    let mut page = RgbImage::from_fn(2480, 3508, |x, y| {
        let v = print.get_pixel(x, y)[0];
        Rgb([v, v, v])
    });
    // A frame of 60 × 20 mm with a date in it, as offices stamp incoming mail, across four lines.
    let stamped = |x: u32, y: u32| {
        let frame = !(708..1402).contains(&x) || !(908..1132).contains(&y);
        (700..1410).contains(&x) && (900..1140).contains(&y) && (frame || x % 60 < 9 && y % 80 < 50)
    };
    for (x, y, pixel) in page.enumerate_pixels_mut().filter(|(x, y, _)| stamped(*x, *y)) {
        // Ink on ink is as dark as both.
        let under = f32::from(print.get_pixel(x, y)[0]) / 255.0;
        *pixel = Rgb([55.0, 80.0, 175.0].map(|v| (v * under) as u8));
    }
    let plain = run(&print.into(), Turn::None, 300.0, &Params::default()).unwrap().gray;
    let wrong =
        |page: GrayImage| page.pixels().zip(plain.pixels()).filter(|(a, b)| (a[0] < 128) != (b[0] < 128)).count();
    let read = |colours: &[Colour]| {
        let params = Params { drop_colours: colours.to_vec(), ..Params::default() };
        run(&page.clone().into(), Turn::None, 300.0, &params).unwrap()
    };
    let (left, dropped) = (read(&[]), read(&[Colour::Red, Colour::Blue]));
    assert!(dropped.plan.contains("blue"), "{}", dropped.plan);
    let (left, dropped) = (wrong(left.gray), wrong(dropped.gray));
    assert!(left > 5_000 && dropped * 20 < left, "{left} pixels wrong with the stamp, {dropped} without");
}

#[test]
fn small_print_is_read_from_a_finer_copy() {
    // Letters of 32 pixels at 300 dpi, and the same page printed at half the size.
    let usual = sheet(0);
    let mut small = GrayImage::from_pixel(2480, 3508, PAPER);
    let half = image::imageops::resize(&usual, 1240, 1754, image::imageops::FilterType::Triangle);
    image::imageops::replace(&mut small, &half, 600, 800);
    let copy = |page: GrayImage| run(&page.into(), Turn::None, 300.0, &Params::default()).unwrap();
    let (usual, small) = (copy(usual), copy(small));
    assert!((usual.dpi - 160.0).abs() < 1.0 && usual.plan.starts_with("160dpi"), "{}", usual.plan);
    assert!((small.dpi - 262.5).abs() < 1.0 && small.gray.width() == 2170, "{} {}", small.dpi, small.plan);
}

#[test]
fn a_thick_dark_border_becomes_paper() {
    let print = sheet(0);
    let mut page = print.clone();
    // The lid was open: 12 mm on the right and 20 at the foot.
    for (x, y, pixel) in page.enumerate_pixels_mut() {
        if x >= 2338 || y >= 3272 {
            pixel[0] = 25 + ((x * 7 + y * 3) % 9) as u8;
        }
    }
    let read = |page: GrayImage| run(&page.into(), Turn::None, 300.0, &Params::default()).unwrap();
    let (plain, bordered) = (read(print), read(page));
    // All but a narrow strip where the border begins.
    let edge = |x: u32, y: u32| x.abs_diff(2338 * 160 / 300) < 4 || y.abs_diff(3272 * 160 / 300) < 4;
    let dark = |page: &GrayImage| {
        page.enumerate_pixels()
            .filter(|(x, y, p)| !edge(*x, *y) && p[0] < 128)
            .map(|(x, y, _)| (x, y))
            .collect::<Vec<_>>()
    };
    assert_eq!(dark(&bordered.gray).len(), dark(&plain.gray).len());
    assert!(!bordered.blank);
}

fn without_rules(page: &GrayImage) -> (GrayImage, Vec<sohoa_model::Rule>) {
    let (mut out, mut ink) = (page.clone(), ink::Ink::of(page));
    let rules = rules::erase(&mut out, &mut ink, 300.0, &Default::default());
    (out, rules)
}

/// Draws a table of three columns and four rows on a page of 300 dpi, around 400 to 2000 across and 800 to 1400 down.
fn table(page: &mut GrayImage) {
    let mut fill = |xs: std::ops::Range<u32>, ys: std::ops::Range<u32>| {
        ys.flat_map(|y| xs.clone().map(move |x| (x, y))).for_each(|(x, y)| page.put_pixel(x, y, Luma([50])));
    };
    [800, 950, 1100, 1250, 1400].into_iter().for_each(|y| fill(400..2004, y..y + 4));
    [400, 700, 1500, 2000].into_iter().for_each(|x| fill(x..x + 4, 800..1404));
}

#[test]
fn rules_go_are_told_and_letters_that_touch_them_stay() {
    let letters = image::imageops::resize(&page(0.0), 2478, 3507, image::imageops::FilterType::Triangle);
    let (same, none) = without_rules(&letters);
    assert!(none.is_empty() && same == letters, "{none:?}");

    let mut ruled = GrayImage::from_pixel(2478, 3507, PAPER);
    table(&mut ruled);
    // A letter's stem and foot that stand on a rule, and one that goes through it.
    let stem = |page: &mut GrayImage, x: u32, ys: std::ops::Range<u32>| {
        ys.flat_map(|y| (x..x + 7).map(move |x| (x, y))).for_each(|(x, y)| page.put_pixel(x, y, Luma([50])));
    };
    stem(&mut ruled, 900, 910..950);
    stem(&mut ruled, 1000, 915..970);
    for degrees in [0.0, 1.5, -1.5] {
        let leaning = rotate::straighten_gray(&ruled, degrees);
        let (clean, rules) = without_rules(&leaning);
        assert_eq!(rules.iter().filter(|r| r.upright).count(), 4, "{rules:?}");
        assert_eq!(rules.iter().filter(|r| !r.upright).count(), 5, "{rules:?}");
        // What is left dark are the two stems: 7 pixels wide, 40 and 55 high.
        let dark = clean.pixels().filter(|p| p[0] < 120).count();
        assert!((560..760).contains(&dark), "{dark} dark pixels are left at {degrees}°");
    }
}

#[test]
fn a_dot_on_an_underline_stays() {
    let mut page = GrayImage::from_pixel(1240, 800, PAPER);
    let mut disc = |cx: i32, cy: i32, radius: i32| {
        for (x, y) in (-radius..=radius).flat_map(|x| (-radius..=radius).map(move |y| (x, y))) {
            if x * x + y * y <= radius * radius {
                page.put_pixel((cx + x) as u32, (cy + y) as u32, Luma([50]));
            }
        }
    };
    // That of ạ, above the line, on it and in the middle of it; a speck of dust.
    [(300, 396), (500, 398), (700, 401)].into_iter().for_each(|(x, y)| disc(x, y, 3));
    disc(900, 399, 1);
    (200..1100).flat_map(|x| (400..402).map(move |y| (x, y))).for_each(|(x, y)| page.put_pixel(x, y, Luma([50])));
    for degrees in [0.0, 1.0] {
        let (clean, rules) = without_rules(&rotate::straighten_gray(&page, degrees));
        assert_eq!(rules.len(), 1, "{rules:?}");
        let clean = rotate::straighten_gray(&clean, -degrees);
        let dark = |x: u32| {
            (x - 40..x + 40)
                .flat_map(|x| (385..415).map(move |y| (x, y)))
                .filter(|(x, y)| clean.get_pixel(*x, *y)[0] < 130)
        };
        for x in [300, 500, 700] {
            let across: Vec<u32> = dark(x).map(|(x, _)| x).collect();
            let (from, to) = (across.iter().min().unwrap(), across.iter().max().unwrap());
            assert!((4..10).contains(&(to - from)) && (20..70).contains(&across.len()), "{degrees}°, {x}: {across:?}");
        }
        assert_eq!(dark(900).count(), 0, "the speck is gone with the rule");
        assert_eq!(dark(1000).count(), 0);
    }
}

#[test]
fn curves_and_rows_of_letters_are_no_rules() {
    let mut page = GrayImage::from_pixel(2478, 3507, PAPER);
    // A seal's ring, 36 mm across, and a dashed row.
    for step in 0..8000 {
        let (sin, cos) = (step as f32 / 8000.0 * std::f32::consts::TAU).sin_cos();
        for width in 0..5 {
            let r = 213.0 + width as f32;
            page.put_pixel((1200.0 + r * cos) as u32, (1000.0 + r * sin) as u32, Luma([60]));
        }
    }
    for i in 0..40u32 {
        (0..20)
            .flat_map(|x| (0..4).map(move |y| (x, y)))
            .for_each(|(x, y)| page.put_pixel(400 + i * 40 + x, 2000 + y, Luma([60])));
    }
    let (same, rules) = without_rules(&page);
    assert!(rules.is_empty() && same == page, "{rules:?}");
}

#[test]
fn streaks_of_the_glass_are_no_rules() {
    let rule = |from, to, upright| sohoa_model::Rule { from, to, upright };
    let size = (2480, 3508);
    let table = [rule((300, 600), (302, 1400), true), rule((1200, 600), (1201, 1400), true)];
    let level = rule((300, 600), (2100, 599), false);
    let all = |more: &[sohoa_model::Rule]| [&table[..], &[level], more].concat();
    // From the upper edge, and the same streak further down.
    let streak = [rule((900, 2), (901, 580), true), rule((903, 1500), (902, 1900), true)];
    assert_eq!(rules::without_streaks(all(&streak), 0.0, size, 300.0), all(&[]));
    assert_eq!(
        rules::without_streaks(all(&streak[1..]), 0.0, size, 300.0),
        all(&streak[1..]),
        "it may be of the table"
    );
    // On a page that leans by 2 degrees only the glass stands straight.
    let leaning = [rule((300, 600), (328, 1400), true), rule((300, 600), (2100, 537), false)];
    let with = [&leaning[..], &streak[1..]].concat();
    assert_eq!(rules::without_streaks(with, 2.0, size, 300.0), leaning);
    // A table cut out of its page has rules from edge to edge both ways.
    let cut =
        vec![rule((900, 0), (901, 3508), true), rule((1500, 0), (1500, 3508), true), rule((0, 90), (2480, 91), false)];
    assert_eq!(rules::without_streaks(cut.clone(), 0.0, size, 300.0), cut);
}
