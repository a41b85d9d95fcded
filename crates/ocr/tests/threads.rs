//! A test program of its own, because it counts the threads of the process.
#![cfg(target_os = "linux")]

use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

fn threads() -> usize {
    std::fs::read_dir("/proc/self/task").unwrap().count()
}

#[test]
fn a_reader_keeps_to_its_own_thread() {
    let tessdata =
        std::env::var_os("TESSDATA_PREFIX").map_or("/usr/share/tesseract-ocr/5/tessdata".into(), PathBuf::from);
    let page = image::load_from_memory(include_bytes!("data/letter.png")).unwrap().into_luma8();
    let mut reader = sohoa_ocr::Reader::new(Path::new(&tessdata), "vie").unwrap();
    let before = threads();
    let (params, nobody) = (sohoa_ocr::Params::default(), AtomicBool::new(false));
    let deadline = sohoa_ocr::Deadline::new(&params, &nobody);
    let words = reader.run(&page, 150.0, &[], &params, &deadline).unwrap().words;
    assert!(words.len() > 100);
    reader.orientation_at_length(&page, 150.0).unwrap();
    // OpenMP keeps the threads it has once started, so that they would still be there.
    assert_eq!(threads(), before);
}
