//! Cold start of the window: from the start of the process to the first paint with something on it.
//!
//!     window PROGRAM STATION RUNS
//!
//! PROGRAM runs under a virtual display, driven by WebKit's own driver, on the station in STATION (passphrase in
//! `SOHOA_PASSPHRASE`), each time with a home folder of its own, so that nothing is left of the run before but what the
//! system keeps in memory of the program's file. The start is the moment before `exec`; the paint is what the page
//! itself reports (`first-contentful-paint`). Prints JSON.

use serde_json::{Value, json};
use sohoa_tests::screen::{Driver, Screen};
use std::error::Error;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::{Duration, Instant};
use thirtyfour::{Capabilities, WebDriver};

type Result<T = ()> = std::result::Result<T, Box<dyn Error>>;

fn main() -> Result {
    let args: Vec<String> = std::env::args().skip(1).filter(|a| a != "--bench").collect();
    let [program, station, runs] = &args[..] else { return Err("window PROGRAM STATION RUNS".into()) };
    let screen = Screen::open();
    let mut samples = Vec::new();
    for _ in 0..runs.parse()? {
        samples.push(once(Path::new(program), station, &screen)?);
    }
    println!("{}", serde_json::to_string_pretty(&json!({ "runs": samples }))?);
    Ok(())
}

/// Milliseconds of one start.
fn once(program: &Path, station: &str, screen: &Screen) -> Result<Value> {
    let home = tempfile::tempdir()?;
    let note = home.path().join("started");
    let launcher = home.path().join("launch");
    // The shell's own clock, so that no other program starts in between.
    let script = format!(
        "#!/bin/bash\nprintf '%s' \"$EPOCHREALTIME\" > '{}'\nexec '{}' \"$@\"\n",
        note.display(),
        program.display()
    );
    std::fs::write(&launcher, script)?;
    std::fs::set_permissions(&launcher, std::fs::Permissions::from_mode(0o755))?;

    let passphrase = std::env::var("SOHOA_PASSPHRASE")?;
    let driver = Driver::start(screen, home.path(), &[("SOHOA_STATION", station), ("SOHOA_PASSPHRASE", &passphrase)]);

    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
        let mut capabilities = Capabilities::new();
        capabilities.set("webkitgtk:browserOptions", json!({ "binary": launcher, "args": [] }))?;
        let window = WebDriver::new(&driver.url, capabilities).await?;
        let seen = painted(&window).await;
        window.quit().await?;
        let seen = seen?;
        let started: f64 = std::fs::read_to_string(&note)?.replace(',', ".").trim().parse::<f64>()? * 1e3;
        let at = |name: &str| seen[name].as_f64().map(|t| (t - started).round());
        Ok(json!({ "navigation": at("origin"), "first_paint": at("paint") }))
    })
}

/// Epoch milliseconds of navigation and of the first paint with content.
async fn painted(window: &WebDriver) -> Result<Value> {
    let script = "
        const paint = performance.getEntriesByType('paint').find(e => e.name === 'first-contentful-paint');
        const origin = performance.timeOrigin;
        return { origin, paint: paint ? origin + paint.startTime : null };";
    let start = Instant::now();
    loop {
        let seen = window.execute(script, vec![]).await?.json().clone();
        if !seen["paint"].is_null() {
            return Ok(seen);
        }
        if start.elapsed() > Duration::from_secs(30) {
            return Err(format!("no paint within 30 s: {seen}").into());
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
