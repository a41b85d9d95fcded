//! Real pages through the real engine.

use image::GrayImage;
use sohoa_imaging::Clean;
use sohoa_model::{Code, Turn, page};
use sohoa_ocr::{Params, Reader, output};
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

fn tessdata() -> PathBuf {
    std::env::var_os("TESSDATA_PREFIX").map_or_else(|| "/usr/share/tesseract-ocr/5/tessdata".into(), PathBuf::from)
}

fn reader() -> Reader {
    Reader::new(&tessdata(), "vie").expect("the model (cargo xtask setup)")
}

/// A bundled page, prepared as it lies.
fn prepared(path: &str, turn: Turn) -> Clean {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/dossiers").join(path);
    let image = sohoa_imaging::decode(&std::fs::read(path).unwrap()).unwrap();
    sohoa_imaging::run(&image, turn, 300.0, &sohoa_imaging::Params::default()).unwrap()
}

const LETTER: &str = "H05.16-260210-0003/02 quyết định.jpg";

fn text(gray: &GrayImage, dpi: f32) -> String {
    page::text(&reader().run(gray, dpi, &Params::default(), &AtomicBool::new(false)).unwrap())
}

#[test]
fn vietnamese_is_read_with_its_marks() {
    let clean = prepared(LETTER, Turn::None);
    let text = text(&clean.gray, clean.dpi);
    for line in ["ỦY BAN NHÂN DÂN", "Về việc hỗ trợ sửa chữa nhà ở năm 2026", "Độc lập - Tự do - Hạnh phúc"]
    {
        assert!(text.contains(line), "{line}\n{text}");
    }
}

#[test]
fn every_way_up_is_told() {
    let upright = prepared(LETTER, Turn::None).gray;
    let mut reader = reader();
    for turn in Turn::ALL {
        let lying = match turn {
            Turn::None => upright.clone(),
            Turn::Right => image::imageops::rotate270(&upright),
            Turn::Half => image::imageops::rotate180(&upright),
            Turn::Left => image::imageops::rotate90(&upright),
        };
        assert_eq!(reader.orientation(&lying, 160.0).unwrap().map(|(t, _)| t), Some(turn));
    }
    let sideways = prepared("H05.16-260120-0002/04 công văn.jpg", Turn::None).gray;
    assert_eq!(reader.orientation(&sideways, 160.0).unwrap().map(|(t, _)| t), Some(Turn::Right));
    let nothing = GrayImage::from_pixel(1300, 1800, image::Luma([250]));
    assert_eq!(reader.orientation(&nothing, 160.0).unwrap(), None);
}

#[test]
fn a_stopped_page_is_no_page() {
    let clean = prepared(LETTER, Turn::None);
    let stopped = reader().run(&clean.gray, clean.dpi, &Params::default(), &AtomicBool::new(true));
    assert_eq!(stopped.unwrap_err().code, Code::Cancelled);
    let late = Params { deadline: 0, ..Params::default() };
    let late = reader().run(&clean.gray, clean.dpi, &late, &AtomicBool::new(false));
    assert_eq!(late.unwrap_err().code, Code::Unreadable);
}

#[test]
fn what_other_programs_take_is_well_formed() {
    let word = |text: &str, line| sohoa_model::Word {
        text: text.into(),
        confidence: 91.0,
        bounds: [1, 2, 3, 4],
        line,
        block: 0,
    };
    let reading = sohoa_model::Reading {
        width: 10,
        height: 20,
        dpi: 300.0,
        orientation: Turn::None,
        skew: 0.0,
        blank: false,
        plan: String::new(),
        words: vec![word("A<&\"", 0), word("Đường", 1)],
        confidence: 91.0,
    };
    let pages = [reading];
    for xml in [output::hocr(&pages), output::alto(&pages)] {
        let mut child = std::process::Command::new("xmllint")
            .args(["--noout", "-"])
            .stdin(std::process::Stdio::piped())
            .spawn()
            .expect("xmllint (apt: libxml2-utils)");
        std::io::Write::write_all(child.stdin.as_mut().unwrap(), xml.as_bytes()).unwrap();
        assert!(child.wait().unwrap().success(), "{xml}");
        assert!(xml.contains("Đường") && xml.contains("A&lt;&amp;&quot;"));
    }
    assert_eq!(output::tsv(&pages).lines().count(), 3);
    assert_eq!(output::text(&pages).trim(), "A<&\"\nĐường");
}
