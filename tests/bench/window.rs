//! Cold start of the window: from the start of the process to the first paint with something on it.
//!
//!     window PROGRAM STATION RUNS
//!
//! PROGRAM runs under a virtual display, driven by WebKit's own driver, on the station in STATION (passphrase in
//! `SOHOA_PASSPHRASE`), each time with a home folder of its own, so that nothing is left of the run before but what the
//! system keeps in memory of the program's file. The start is the moment before `exec`; the paint is what the page
//! itself reports (`first-contentful-paint`). Prints JSON.

use serde_json::{Value, json};
use std::error::Error;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use thirtyfour::{Capabilities, WebDriver};

type Result<T = ()> = std::result::Result<T, Box<dyn Error>>;

/// Ended with the value, whatever happened.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn main() -> Result {
    let args: Vec<String> = std::env::args().skip(1).filter(|a| a != "--bench").collect();
    let [program, station, runs] = &args[..] else { return Err("window PROGRAM STATION RUNS".into()) };
    let (_screen, display) = screen()?;
    let mut samples = Vec::new();
    for _ in 0..runs.parse()? {
        samples.push(once(Path::new(program), station, &display)?);
    }
    println!("{}", serde_json::to_string_pretty(&json!({ "runs": samples }))?);
    Ok(())
}

fn screen() -> Result<(Running, String)> {
    let mut command = Command::new("Xvfb");
    command.args(["-displayfd", "1", "-screen", "0", "1366x768x24", "-nolisten", "tcp"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().map_err(|e| format!("Xvfb: {e}"))?;
    let mut number = String::new();
    BufReader::new(child.stdout.take().ok_or("Xvfb has no output")?).read_line(&mut number)?;
    if number.trim().is_empty() {
        return Err("Xvfb did not start".into());
    }
    Ok((Running(child), format!(":{}", number.trim())))
}

/// Milliseconds of one start.
fn once(program: &Path, station: &str, display: &str) -> Result<Value> {
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

    let port = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
    let mut command = Command::new("dbus-run-session");
    command.args(["--", "WebKitWebDriver", "--host=127.0.0.1"]).arg(format!("--port={port}"));
    command.env("DISPLAY", display).env("GDK_BACKEND", "x11").env("TAURI_WEBVIEW_AUTOMATION", "true");
    command.env("LC_ALL", "C.UTF-8").env("SOHOA_STATION", station).env("HOME", home.path());
    for (name, folder) in [("XDG_DATA_HOME", "data"), ("XDG_CACHE_HOME", "cache"), ("XDG_CONFIG_HOME", "config")] {
        command.env(name, home.path().join(folder));
    }
    let runtime = home.path().join("run");
    std::fs::create_dir(&runtime)?;
    std::fs::set_permissions(&runtime, std::fs::Permissions::from_mode(0o700))?;
    command.env("XDG_RUNTIME_DIR", &runtime);
    let driver = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    let _driver = Running(driver.map_err(|e| format!("dbus-run-session: {e}"))?);
    listening(port)?;

    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
        let mut capabilities = Capabilities::new();
        capabilities.set("webkitgtk:browserOptions", json!({ "binary": launcher, "args": [] }))?;
        let window = WebDriver::new(&format!("http://127.0.0.1:{port}"), capabilities).await?;
        let seen = painted(&window).await;
        window.quit().await?;
        let seen = seen?;
        let started: f64 = std::fs::read_to_string(&note)?.replace(',', ".").trim().parse::<f64>()? * 1e3;
        let at = |name: &str| seen[name].as_f64().map(|t| (t - started).round());
        Ok(json!({ "navigation": at("origin"), "first_paint": at("paint"), "content": at("content") }))
    })
}

fn listening(port: u16) -> Result {
    let start = Instant::now();
    while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
        if start.elapsed() > Duration::from_secs(20) {
            return Err("WebKitWebDriver did not start".into());
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    Ok(())
}

/// Epoch milliseconds of navigation, of the first paint with content, and of the moment when the desk was seen.
async fn painted(window: &WebDriver) -> Result<Value> {
    let script = "
        const paint = performance.getEntriesByType('paint').find(e => e.name === 'first-contentful-paint');
        const origin = performance.timeOrigin;
        return { origin, paint: paint ? origin + paint.startTime : null, text: document.body?.innerText?.length ?? 0 };";
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
