//! A second engine of another kind, by a network that `data/second.py` draws up: it knows a high and a low stroke.

use image::{GrayImage, Luma, imageops};
use sohoa_model::{Box4, Code, Digest, Result, Word};
use sohoa_ocr::{Deadline, Look, Models, Params, Reader};
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;
use tempfile::TempDir;

const NETWORK: &[u8] = include_bytes!("data/second.onnx");

/// A folder with the models and perhaps the network, and the list that says what it must be. Its letters are a high
/// stroke, a low one and a space.
fn reader(network: Option<&[u8]>, letters: &str) -> (Reader, TempDir) {
    let from = std::env::var_os("TESSDATA_PREFIX").map_or("/usr/share/tesseract-ocr/5/tessdata".into(), PathBuf::from);
    let (dir, file) = (tempfile::tempdir().unwrap(), "vie.traineddata");
    std::fs::copy(from.join(file), dir.path().join(file)).unwrap();
    if let Some(network) = network {
        std::fs::write(dir.path().join("strokes.onnx"), network).unwrap();
    }
    let vie = Digest::of(&std::fs::read(dir.path().join(file)).unwrap());
    let list = serde_json::json!({
        "models": [{ "name": "vie", "file": file, "package": "tesseract-ocr-vie", "sha256": vie }],
        "optional": [{ "name": "strokes", "file": "strokes.onnx", "sha256": Digest::of(NETWORK), "letters": letters }],
    });
    (Reader::with(Models::parse(&list.to_string()).unwrap(), dir.path(), "vie").unwrap(), dir)
}

/// Strokes on a page: `|` a high one and `.` a low one, 20 pixels each with 20 between; a space is 160.
fn page(strokes: &str) -> GrayImage {
    let mut page = GrayImage::from_pixel(1200, 200, Luma([255]));
    let mut x = 60;
    for stroke in strokes.chars() {
        let (top, wide) = match stroke {
            '|' => (60, 40),
            '.' => (108, 40),
            _ => (0, 160),
        };
        if top > 0 {
            imageops::replace(&mut page, &GrayImage::from_pixel(20, 140 - top, Luma([0])), x, i64::from(top));
        }
        x += wide;
    }
    page
}

fn word(text: &str, confidence: f32, x: u32, width: u32) -> Word {
    Word { text: text.into(), confidence, bounds: [x, 60, width, 80], line: 3, block: 1 }
}

/// What is left of `words` after the second engine saw the page.
fn asked(reader: &mut Reader, page: &GrayImage, words: &[Word], params: &Params) -> Result<Vec<Word>> {
    asked_until(reader, page, words, params, &AtomicBool::new(false))
}

fn asked_until(
    reader: &mut Reader,
    page: &GrayImage,
    words: &[Word],
    params: &Params,
    cancel: &AtomicBool,
) -> Result<Vec<Word>> {
    let copy = |[x, y, w, h]: Box4| Ok(imageops::crop_imm(page, x, y, w, h).to_image());
    let look = Look { copy: &copy, size: page.dimensions(), dpi: 300.0, frame: page.dimensions() };
    reader.other(words, &look, params, &Deadline::new(params, cancel))
}

fn with(reader: &Reader) -> Params {
    Params { second: reader.second(), ..Default::default() }
}

#[test]
fn a_doubtful_word_is_put_right_and_its_neighbours_stay_as_they_are() {
    let (mut reader, _dir) = reader(Some(NETWORK), "mộ ");
    let params = with(&reader);
    assert_eq!(params.second.as_deref().map(|second| second.starts_with("strokes-")), Some(true));
    // The sure word says what is not there.
    let words = [word("mô", 40.0, 60, 60), word("đá", 98.0, 300, 60), word("mộ", 60.0, 540, 60)];
    let out = asked(&mut reader, &page("|. |. |."), &words, &params).unwrap();
    assert_eq!(out.iter().map(|w| &*w.text).collect::<Vec<_>>(), ["mộ", "đá", "mộ"]);
    assert!(out[0].confidence < 95.0 && out[0].bounds[0].abs_diff(60) < 20, "{:?}", out[0]);
    assert_eq!(out[1], words[1]);
    assert!(out[2].confidence > 80.0, "both say the same: {:?}", out[2]);
    assert!(out.iter().all(|w| (w.line, w.block) == (3, 1)));
}

#[test]
fn a_number_stays_with_the_clerk_whoever_reads_it() {
    let (mut reader, _dir) = reader(Some(NETWORK), "10 ");
    let params = with(&reader);
    let words = [word("16", 30.0, 60, 60), word("10", 94.0, 300, 60)];
    let out = asked(&mut reader, &page("|. |."), &words, &params).unwrap();
    assert_eq!((&*out[0].text, &*out[1].text), ("10", "10"));
    assert!(out.iter().all(|w| w.confidence < 95.0), "{out:?}");
}

#[test]
fn what_is_no_word_is_not_taken_for_one() {
    let (mut reader, _dir) = reader(Some(NETWORK), "#ộ ");
    let params = with(&reader);
    let out = asked(&mut reader, &page("|."), &[word("mộ", 40.0, 60, 60)], &params).unwrap();
    assert_eq!(out[0].text, "mộ");
}

#[test]
fn it_is_not_asked_where_it_is_not_there_or_not_asked_for() {
    let words = [word("mô", 40.0, 60, 60)];
    let (mut absent, _dir) = reader(None, "mộ ");
    assert_eq!(absent.second(), None);
    let params = Params { second: Some("strokes".into()), ..Default::default() };
    assert_eq!(asked(&mut absent, &page("|."), &words, &params).unwrap(), words);
    let (mut there, _dir) = reader(Some(NETWORK), "mộ ");
    assert_eq!(asked(&mut there, &page("|."), &words, &Params::default()).unwrap(), words);
}

#[test]
fn another_file_than_the_pinned_one_is_refused() {
    let (mut reader, _dir) = reader(Some(b"something else"), "mộ ");
    let params = with(&reader);
    let words = [word("mô", 40.0, 60, 60)];
    let error = asked(&mut reader, &page("|."), &words, &params).unwrap_err();
    assert_eq!(error.code, Code::Missing);
    assert!(error.message.contains("strokes.onnx") && error.hint.contains("--second"), "{error:?}");
    // Nobody who has no doubt is kept from reading by it.
    assert!(asked(&mut reader, &page("|."), &[word("mô", 99.0, 60, 60)], &params).is_ok());
}

#[test]
fn a_network_of_other_classes_is_told_of() {
    let (mut reader, _dir) = reader(Some(NETWORK), "mộđ ");
    let params = with(&reader);
    let error = asked(&mut reader, &page("|."), &[word("mô", 40.0, 60, 60)], &params).unwrap_err();
    assert_eq!(error.code, Code::Internal);
}

#[test]
fn it_stops_when_asked_and_when_the_page_takes_too_long() {
    let (mut reader, _dir) = reader(Some(NETWORK), "mộ ");
    let (page, words, params) = (page("|."), [word("mô", 40.0, 60, 60)], with(&reader));
    let error = asked_until(&mut reader, &page, &words, &params, &AtomicBool::new(true)).unwrap_err();
    assert_eq!(error.code, Code::Cancelled);
    let error = asked(&mut reader, &page, &words, &Params { deadline: 0, ..params }).unwrap_err();
    assert_eq!(error.code, Code::Unreadable);
}
