//! The engine on real letters: pages drawn by `data/make.py`.

use image::GrayImage;
use sohoa_model::{Code, Result, Turn, Word, page};
use sohoa_ocr::{Deadline, Params, Reader};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

const DPI: f32 = 150.0;

fn reader() -> Reader {
    Reader::new(&tessdata(), "vie").unwrap()
}

fn tessdata() -> PathBuf {
    std::env::var_os("TESSDATA_PREFIX").map_or("/usr/share/tesseract-ocr/5/tessdata".into(), PathBuf::from)
}

fn letter() -> GrayImage {
    image::load_from_memory(include_bytes!("data/letter.png")).unwrap().into_luma8()
}

fn table() -> GrayImage {
    image::load_from_memory(include_bytes!("data/table.png")).unwrap().into_luma8()
}

fn read(gray: &GrayImage) -> Vec<Word> {
    run(&mut reader(), gray, &Params::default(), &AtomicBool::new(false)).unwrap()
}

fn run(reader: &mut Reader, gray: &GrayImage, params: &Params, cancel: &AtomicBool) -> Result<Vec<Word>> {
    Ok(reader.run(gray, DPI, &[], params, &Deadline::new(params, cancel))?.words)
}

#[test]
fn vietnamese_is_read_with_all_its_marks() {
    let words = read(&letter());
    let text = page::text(&words);
    for line in [
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "Căn cứ Luật Tổ chức chính quyền địa phương ngày 19 tháng 6 năm 2015;",
        "Theo đề nghị của Trưởng phòng Nội vụ huyện Kỳ Thượng tại Tờ trình số 76/TTr-NV,",
        "Điều 2. Ông Nguyễn Hữu Đường được hưởng hệ số phụ cấp chức vụ lãnh đạo theo quy",
        "được trích từ nguồn ngân sách huyện đã phân bổ cho xã trong năm kế hoạch.",
    ] {
        assert!(text.contains(line), "{line}\n--\n{text}");
    }
    assert!(sohoa_ocr::mean(&words) > 90.0);
    assert!(words.iter().all(|w| (0.0..=100.0).contains(&w.confidence)));
    assert!(words.iter().all(|w| w.text == sohoa_model::text::nfc(&w.text)));
}

#[test]
fn words_lie_where_they_stand_and_lines_are_numbered_without_gaps() {
    let page = letter();
    let words = read(&page);
    // «Căn cứ» was drawn at (150, 280) in letters 27 px high.
    let [x, y, w, h] = words.iter().find(|w| w.text == "Căn").unwrap().bounds;
    assert!(x.abs_diff(150) < 6 && (275..295).contains(&y) && (30..60).contains(&w) && (15..36).contains(&h));
    for word in &words {
        let [x, y, w, h] = word.bounds;
        assert!(w > 0 && h > 0 && x + w <= page.width() && y + h <= page.height(), "{word:?}");
    }
    let mut last = (0, 0);
    for (line, block) in words.iter().map(|w| (w.line, w.block)) {
        assert!(line == last.0 || line == last.0 + 1, "{line} after {}", last.0);
        assert!(block == last.1 || block == last.1 + 1, "{block} after {}", last.1);
        assert!(block == last.1 || line != last.0, "one line in two blocks");
        last = (line, block);
    }
    assert_eq!(words[0].line, 0);
    assert!(last.0 >= 12, "{} lines", last.0 + 1);
}

#[test]
fn a_page_tells_which_way_is_up() {
    let mut reader = reader();
    for (name, page) in [("letter", letter()), ("table", table())] {
        for turn in Turn::ALL {
            // Laid down so that `turn` clockwise makes it upright.
            let lying = match turn {
                Turn::None => page.clone(),
                Turn::Right => image::imageops::rotate270(&page),
                Turn::Half => image::imageops::rotate180(&page),
                Turn::Left => image::imageops::rotate90(&page),
            };
            let found = reader.orientation(&lying, DPI).unwrap().map(|(turn, _)| turn);
            assert_eq!(found, Some(turn), "{name}");
        }
    }
}

#[test]
fn an_empty_page_has_no_words_and_no_upright() {
    let blank = GrayImage::from_pixel(1240, 1754, image::Luma([248]));
    assert_eq!(read(&blank), []);
    assert_eq!(reader().orientation(&blank, DPI).unwrap(), None);
    let tiny = GrayImage::from_pixel(1, 1, image::Luma([0]));
    assert_eq!(reader().orientation(&tiny, DPI).unwrap(), None);
    assert_eq!(read(&tiny), []);
}

/// A page that takes the engine much longer than any page should.
fn endless() -> GrayImage {
    let letter = letter();
    let part = image::imageops::crop_imm(&letter, 0, 270, 1240, 600).to_image();
    let mut page = GrayImage::from_pixel(1240 * 3, 600 * 9, image::Luma([250]));
    for (i, j) in (0..3).flat_map(|i| (0..9).map(move |j| (i, j))) {
        image::imageops::replace(&mut page, &part, i * 1240, j * 600);
    }
    page
}

#[test]
fn reading_stops_when_asked_and_the_reader_stays_good() {
    let mut reader = reader();
    let cancel = AtomicBool::new(true);
    let error = run(&mut reader, &letter(), &Params::default(), &cancel).unwrap_err();
    assert_eq!(error.code, Code::Cancelled);

    let page = endless();
    let cancel = AtomicBool::new(false);
    let asked = std::thread::scope(|scope| {
        let asked = scope.spawn(|| {
            std::thread::sleep(Duration::from_millis(500));
            cancel.store(true, Ordering::Relaxed);
            Instant::now()
        });
        let error = run(&mut reader, &page, &Params::default(), &cancel).unwrap_err();
        assert_eq!(error.code, Code::Cancelled);
        asked.join().unwrap()
    });
    // Reading to the end takes more than ten times as long.
    assert!(asked.elapsed() < Duration::from_secs(8), "{:?}", asked.elapsed());

    let words = run(&mut reader, &letter(), &Params::default(), &AtomicBool::new(false)).unwrap();
    assert!(page::text(&words).contains("Nguyễn Hữu Đường"));
}

#[test]
fn a_page_beyond_its_deadline_is_given_up_with_advice() {
    let params = Params { deadline: 1, ..Params::default() };
    let error = run(&mut reader(), &endless(), &params, &AtomicBool::new(false)).unwrap_err();
    assert_eq!(error.code, Code::Unreadable);
    assert!(!error.hint.is_empty());
}

#[test]
fn a_reader_is_not_made_without_its_model() {
    let empty = tempfile::tempdir().unwrap();
    let error = Reader::new(empty.path(), "vie").err().unwrap();
    assert_eq!(error.code, Code::Missing);
    assert!(error.hint.contains("tesseract-ocr-vie"), "{}", error.hint);
}
