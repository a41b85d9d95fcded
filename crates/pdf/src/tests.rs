use super::*;
use sohoa_model::{Timestamp, text::nfc};
use std::io::Write;
use std::process::Command;

fn jpeg(width: u32, height: u32) -> Vec<u8> {
    let image = image::RgbImage::from_fn(width, height, |x, y| image::Rgb([240, (x % 251) as u8, (y % 241) as u8]));
    let mut out = Vec::new();
    image::codecs::jpeg::JpegEncoder::new_with_quality(&mut out, 80).encode_image(&image).unwrap();
    out
}

fn meta() -> Meta {
    Meta {
        title: "Giấy khai sinh".into(),
        author: "UBND phường Võ Cường".into(),
        created: "2026-02-10T08:30:00+07:00".parse::<Timestamp>().unwrap(),
        record_code: "H05.16-260210-0001.1".into(),
    }
}

const LINES: [&str; 3] = [
    "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
    "Họ, chữ đệm, tên: Nguyễn Thị Quỳnh Như",
    "Số 3 ở phường Võ Cường – Ý Ẵm ữ ỡ",
];

/// Words of 60 × 40 pixels on a page of 1240 × 1754.
fn words() -> Vec<Word> {
    let mut out = Vec::new();
    for (line, text) in LINES.iter().enumerate() {
        for (i, word) in text.split(' ').enumerate() {
            let bounds = [100 + 110 * i as u32, 300 + 200 * line as u32, 90, 40];
            out.push(Word { text: word.into(), confidence: 90.0, bounds, line: line as u32, block: 0 });
        }
    }
    out
}

fn written(turn: Turn, skew: f32) -> Vec<u8> {
    let (w, h) = turn.size(1240, 1754);
    let (image, words) = (jpeg(w, h), words());
    run(&[Page { image: &image, format: PageFormat::Jpeg, dpi: 150.0, turn, skew, words: &words }], &meta()).unwrap()
}

/// What a program of poppler or qpdf says of a file.
fn told(program: &str, arguments: &[&str], pdf: &[u8]) -> String {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(pdf).unwrap();
    let mut command = Command::new(program);
    let (before, after): (Vec<&str>, Vec<&str>) = arguments.iter().partition(|a| **a != "-");
    command.args(before).arg(file.path()).args(after);
    let out = command.output().unwrap_or_else(|e| panic!("{program} (apt: poppler-utils, qpdf): {e}"));
    assert!(
        out.status.success(),
        "{program}: {}{}",
        String::from_utf8_lossy(&out.stdout),
        String::from_utf8_lossy(&out.stderr)
    );
    String::from_utf8(out.stdout).unwrap()
}

#[test]
fn the_words_come_out_again_in_order_and_in_place() {
    for turn in Turn::ALL {
        for skew in [0.0, 0.6, 2.5] {
            let pdf = written(turn, skew);
            assert_eq!(check(&pdf).unwrap(), []);
            let text = told("pdftotext", &["-"], &pdf);
            let expected: Vec<&str> = LINES.iter().flat_map(|l| l.split(' ')).collect();
            assert_eq!(text.split_whitespace().collect::<Vec<_>>(), expected, "{turn:?} {skew}");
            assert_eq!(nfc(&text), text);
            let boxes = told("pdftotext", &["-bbox", "-"], &pdf);
            let first = boxes.lines().find(|l| l.contains(">CỘNG<")).unwrap();
            let at = |name: &str| {
                first.split(&format!("{name}=\"")).nth(1).unwrap().split('"').next().unwrap().parse::<f32>().unwrap()
            };
            // A leaning word's box is that of its corners.
            let near = if skew.abs() > 0.0 && skew.abs() <= 1.0 { 8.0 } else { 0.5 };
            for (found, pixels) in [("xMin", 100.0), ("xMax", 190.0), ("yMin", 300.0), ("yMax", 340.0)] {
                assert!((at(found) - pixels * 72.0 / 150.0).abs() < near, "{turn:?} {skew}: {first}");
            }
        }
    }
}

#[test]
fn the_picture_is_upright_and_its_bytes_are_untouched() {
    // One dark corner, top left of the upright page.
    let mut upright = image::GrayImage::from_pixel(300, 400, image::Luma([250]));
    for (x, y) in (0..60).flat_map(|x| (0..60).map(move |y| (x, y))) {
        upright.put_pixel(x, y, image::Luma([10]));
    }
    for turn in Turn::ALL {
        // As scanned: turned the other way.
        let scanned = match turn {
            Turn::None => upright.clone(),
            Turn::Right => image::imageops::rotate270(&upright),
            Turn::Half => image::imageops::rotate180(&upright),
            Turn::Left => image::imageops::rotate90(&upright),
        };
        let mut image = Vec::new();
        image::codecs::jpeg::JpegEncoder::new_with_quality(&mut image, 90).encode_image(&scanned).unwrap();
        let pdf =
            run(&[Page { image: &image, format: PageFormat::Jpeg, dpi: 100.0, turn, skew: 0.0, words: &[] }], &meta())
                .unwrap();
        assert!(pdf.windows(image.len()).any(|w| w == image), "{turn:?}");
        let folder = tempfile::tempdir().unwrap();
        let (file, drawn) = (folder.path().join("a.pdf"), folder.path().join("a"));
        std::fs::write(&file, &pdf).unwrap();
        let done = Command::new("pdftoppm").args(["-r", "100", "-png", "-singlefile"]).arg(&file).arg(&drawn).status();
        assert!(done.expect("pdftoppm (apt: poppler-utils)").success());
        let drawn = image::open(drawn.with_extension("png")).unwrap().to_luma8();
        assert_eq!(drawn.dimensions(), (300, 400), "{turn:?}");
        assert!(drawn[(30, 30)][0] < 60 && drawn[(270, 370)][0] > 200 && drawn[(270, 30)][0] > 200, "{turn:?}");
    }
}

#[test]
fn a_png_goes_in_with_its_own_data() {
    let image = image::DynamicImage::from(image::RgbImage::from_fn(200, 300, |x, y| image::Rgb([x as u8, y as u8, 9])));
    let gray = image::DynamicImage::from(image.to_luma8());
    for image in [image, gray] {
        let mut png = std::io::Cursor::new(Vec::new());
        image.write_to(&mut png, image::ImageFormat::Png).unwrap();
        let png = png.into_inner();
        let pdf = run(
            &[Page { image: &png, format: PageFormat::Png, dpi: 200.0, turn: Turn::None, skew: 0.0, words: &[] }],
            &meta(),
        )
        .unwrap();
        told("qpdf", &["--check"], &pdf);
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.pdf");
        std::fs::write(&file, &pdf).unwrap();
        assert!(
            Command::new("pdfimages")
                .args(["-png"])
                .arg(&file)
                .arg(folder.path().join("i"))
                .status()
                .unwrap()
                .success()
        );
        let out = image::open(folder.path().join("i-000.png")).unwrap();
        assert_eq!(out.to_rgb8(), image.to_rgb8());
    }
}

#[test]
fn the_same_document_always_has_the_same_bytes() {
    assert_eq!(written(Turn::Right, 0.6), written(Turn::Right, 0.6));
    assert_ne!(written(Turn::Right, 0.6), written(Turn::Right, 0.5));
    told("qpdf", &["--check"], &written(Turn::None, 0.0));
    let fonts = told("pdffonts", &[], &written(Turn::None, 0.0));
    assert!(fonts.contains("SohoaInvisible") && fonts.lines().nth(2).unwrap().contains("yes yes yes"), "{fonts}");
}

#[test]
fn what_breaks_the_rules_is_found() {
    use lopdf::{Document, Object, dictionary};
    type Spoil = (&'static str, fn(&mut Document));
    let spoil: [Spoil; 7] = [
        ("6.2.3", |d| drop(d.catalog_mut().unwrap().remove(b"OutputIntents"))),
        ("6.6.2", |d| drop(d.catalog_mut().unwrap().remove(b"Metadata"))),
        ("6.2.11.7", |d| each(d, |o| drop(o.remove(b"ToUnicode")))),
        ("6.2.11.3", |d| each(d, |o| drop(o.remove(b"CIDToGIDMap")))),
        ("6.2.11.4", |d| each(d, |o| drop(o.remove(b"FontFile2")))),
        ("6.2.8", |d| {
            each(d, |o| {
                if o.has(b"Height") {
                    o.set("Interpolate", true)
                }
            })
        }),
        ("6.5.1", |d| {
            drop(d.add_object(dictionary! { "S" => "JavaScript", "X" => Object::string_literal("app.alert(1)") }))
        }),
    ];
    fn each(document: &mut Document, change: impl Fn(&mut lopdf::Dictionary)) {
        for object in document.objects.values_mut() {
            match object {
                Object::Dictionary(d) => change(d),
                Object::Stream(s) => change(&mut s.dict),
                _ => {}
            }
        }
    }
    for (clause, change) in spoil {
        let mut document = Document::load_mem(&written(Turn::None, 0.0)).unwrap();
        change(&mut document);
        let mut bytes = Vec::new();
        document.save_to(&mut bytes).unwrap();
        assert!(check(&bytes).unwrap().iter().any(|v| v.clause == clause), "{clause}");
    }
    assert!(check(b"%PDF-1.7 nothing").is_err());
}

#[test]
fn file_names_follow_the_circular() {
    let code = "H05.16-260210-0001".parse().unwrap();
    assert_eq!(file_name(&code, 2), "H05.16-260210-0001.2.pdf");
}
