//! What scanning adds to the device: from the last byte of a page out of the driver to its durable page and thumbnail;
//! and whether memory stays flat over a long stack.
//!
//!     scan STATION FEEDER PAGES
//!
//! The scanner is the folder scanner of the tests (`SANE_CONFIG_DIR`, `LD_LIBRARY_PATH` and `SANE_FOLDER` say so); into
//! FEEDER are laid PAGES sheets, the bundled pages over and over. STATION is new, passphrase in `SOHOA_PASSPHRASE`. Nobody
//! reads the pages meanwhile. Prints JSON.

use serde_json::json;
use sohoa_station::{SCAN_WORKER, Station, Watch, stack, view::Progress};
use sohoa_tests::{files, fixture};
use std::error::Error;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

type Result<T = ()> = std::result::Result<T, Box<dyn Error>>;

fn main() -> std::process::ExitCode {
    // The station starts this very program as the child in which the driver lives.
    if std::env::args().nth(1).as_deref() == Some(SCAN_WORKER) {
        return sohoa_station::serve_scanner();
    }
    match measured() {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            std::process::ExitCode::FAILURE
        }
    }
}

fn measured() -> Result {
    let args: Vec<String> = std::env::args().skip(1).filter(|a| a != "--bench").collect();
    let [station, feeder, pages] = &args[..] else { return Err("scan STATION FEEDER PAGES".into()) };
    let pages: usize = pages.parse()?;
    fill(Path::new(feeder), pages)?;
    let passphrase = std::env::var("SOHOA_PASSPHRASE")?;
    let station = Station::unlock(Path::new(station), Some(&passphrase), false).map_err(|e| e.to_string())?;
    let (delays, memory) = (Mutex::new(Vec::new()), Mutex::new(Vec::new()));
    let heard = |progress: Progress| {
        if let Progress::Scanned { page, .. } = progress
            && let (Some(delay), Ok(mut delays), Ok(mut memory)) = (page.delay, delays.lock(), memory.lock())
        {
            delays.push(delay);
            memory.push(resident());
        }
    };
    let request = stack::Request { device: "sane:folder:feeder".into(), ..stack::Request::default() };
    let start = Instant::now();
    station
        .scan(&request, None, &Watch { progress: &heard, cancel: &AtomicBool::new(false) })
        .map_err(|e| e.to_string())?;
    let seconds = start.elapsed().as_secs_f64();
    let (mut delays, memory) = (delays.into_inner()?, memory.into_inner()?);
    delays.sort_unstable();
    let at = |share: f64| delays[((delays.len() - 1) as f64 * share) as usize];
    let after = |tenths: usize| memory[(memory.len() * tenths / 10).clamp(1, memory.len()) - 1] / 1_000_000;
    println!(
        "{:#}",
        json!({
            "pages": delays.len(), "seconds": seconds,
            "delay": { "p50": at(0.5), "p95": at(0.95), "max": at(1.0) },
            "memory": { "tenths": (1..=10).map(after).collect::<Vec<_>>(),
                "most": memory.iter().max().copied().unwrap_or(0) / 1_000_000 },
        })
    );
    Ok(())
}

/// Lays the bundled pages into the feeder, each a hard link to one of a few pictures.
fn fill(feeder: &Path, pages: usize) -> Result {
    let mut pictures: Vec<PathBuf> = files(&fixture("fixtures/dossiers"));
    pictures.retain(|p| p.extension().is_some_and(|e| e == "jpg"));
    pictures.sort();
    let paper = feeder.join("paper");
    std::fs::create_dir_all(&paper)?;
    let mut sheets = Vec::new();
    for (i, picture) in pictures.iter().take(8).enumerate() {
        let image = sohoa_imaging::decode(&std::fs::read(picture)?).map_err(|e| e.to_string())?.to_rgb8();
        let mut pnm = format!("P6\n{} {}\n255\n", image.width(), image.height()).into_bytes();
        pnm.extend_from_slice(image.as_raw());
        let path = paper.join(format!("{i}.ppm"));
        std::fs::write(&path, pnm)?;
        sheets.push(path);
    }
    for page in 0..pages {
        std::fs::hard_link(&sheets[page % sheets.len()], feeder.join(format!("{:05}.ppm", page + 1)))?;
    }
    Ok(())
}

/// Bytes of this process in memory.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|l| l.strip_prefix("VmRSS:")).unwrap_or_default();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap_or(0) * 1024
}
