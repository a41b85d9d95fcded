//! Reads page images the way the station does and writes the text of each to `FOLDER/NAME.txt`, so that recognition
//! can be scored against known text:
//!
//!     cargo run -p sohoa-ocr --example read -- FOLDER PAGE…
//!
//! Prints, per page, the seconds of processor time of each step. Pages are taken for A4, models from `TESSDATA_PREFIX`.

use sohoa_imaging::{Clean, decode};
use sohoa_model::{Error, Result, Turn, page};
use sohoa_ocr::Reader;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

fn main() {
    let mut args = std::env::args_os().skip(1).map(PathBuf::from);
    let Some(folder) = args.next() else {
        eprintln!("read FOLDER PAGE…");
        std::process::exit(2);
    };
    if let Err(error) = run(&folder, args) {
        eprintln!("{error}\n{}", error.hint);
        std::process::exit(1);
    }
}

fn run(folder: &Path, pages: impl Iterator<Item = PathBuf>) -> Result<()> {
    let tessdata = std::env::var_os("TESSDATA_PREFIX").unwrap_or("/usr/share/tesseract-ocr/5/tessdata".into());
    let mut reader = Reader::new(Path::new(&tessdata), "vie")?;
    let cancel = AtomicBool::new(false);
    println!("{:30} {:>6} {:>6} {:>6} {:>6} {:>6}  conf plan", "page", "decode", "clean", "orient", "read", "all");
    let mut totals = [0.0; 4];
    for path in pages {
        let bytes = std::fs::read(&path).map_err(|e| Error::io("đọc", &path, e))?;
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let mut clock = Clock::start();

        let image = decode(&bytes)?;
        let dpi = image.width().max(image.height()) as f32 / (297.0 / 25.4);
        let decoding = clock.lap();
        let mut clean: Clean = sohoa_imaging::run(&image, Turn::None, dpi, &Default::default())?;
        let mut cleaning = clock.lap();
        let mut turn = sohoa_ocr::orientation_by_letters(&clean.gray, clean.dpi).map(|(turn, _)| turn);
        let mut turning = clock.lap();
        let (mut words, mut reading) = (None, 0.0);
        if turn.is_none() {
            let read = reader.run(&clean.gray, clean.dpi, &Default::default(), &cancel)?;
            reading += clock.lap();
            if !sohoa_ocr::reads_well(&read) {
                turn = reader.orientation_at_length(&clean.gray, clean.dpi)?.map(|(turn, _)| turn);
                turning += clock.lap();
            }
            words = Some(read);
        }
        if let Some(turn) = turn.filter(|turn| *turn != Turn::None) {
            clean = sohoa_imaging::run(&image, turn, dpi, &Default::default())?;
            cleaning += clock.lap();
            words = None;
        }
        let words = match words {
            Some(words) => words,
            None => reader.run(&clean.gray, clean.dpi, &Default::default(), &cancel)?,
        };
        reading += clock.lap();

        let laps = [decoding, cleaning, turning, reading];
        totals.iter_mut().zip(laps).for_each(|(total, lap)| *total += lap);
        row(&name, laps, &format!("{:4.1} {}", sohoa_ocr::mean(&words), clean.plan));
        let out = folder.join(name + ".txt");
        std::fs::write(&out, page::text(&words)).map_err(|e| Error::io("ghi", &out, e))?;
    }
    row("= all", totals, "");
    Ok(())
}

fn row(name: &str, laps: [f64; 4], rest: &str) {
    let [decoding, cleaning, turning, reading] = laps;
    let all: f64 = laps.iter().sum();
    println!("{name:30} {decoding:6.3} {cleaning:6.3} {turning:6.3} {reading:6.3} {all:6.3}  {rest}");
}

/// Processor time of the whole process, all threads: what a busy machine has to spend, whatever else it does.
struct Clock(f64);

impl Clock {
    fn start() -> Self {
        Self(Self::now())
    }

    fn lap(&mut self) -> f64 {
        let now = Self::now();
        now - std::mem::replace(&mut self.0, now)
    }

    #[cfg(unix)]
    fn now() -> f64 {
        let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
        // SAFETY: a live timespec.
        unsafe { libc::clock_gettime(libc::CLOCK_PROCESS_CPUTIME_ID, &mut time) };
        time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
    }

    /// Elsewhere, the time that passes.
    #[cfg(not(unix))]
    fn now() -> f64 {
        use std::sync::LazyLock;
        use std::time::Instant;
        static START: LazyLock<Instant> = LazyLock::new(Instant::now);
        START.elapsed().as_secs_f64()
    }
}
