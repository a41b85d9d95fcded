//! The main job on the bundled dossiers, through the programs that users have.

use serde_json::Value;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use crate::run::{Result, npm, output, root, run, target};
use crate::setup::{self, Need};

pub fn run_job() -> Result {
    setup::install(&[Need::Build])?;
    run(&mut npm(&["run", "build"]))?;
    crate::build_programs()?;

    let place = target().join("demo");
    if place.exists() {
        std::fs::remove_dir_all(&place).map_err(|e| format!("{}: {e}", place.display()))?;
    }
    std::fs::create_dir_all(&place).map_err(|e| format!("{}: {e}", place.display()))?;
    let station = Station { dir: place.join("station"), passphrase: passphrase()? };
    let archive = format!("file://{}", place.join("archive").display());
    let pdfs = place.join("pdf");

    eprintln!("\nA new station in {}, the bundled dossiers into it:", station.dir.display());
    station.json(&[
        "settings",
        "office=UBND phường Võ Cường",
        "office_code=H05.16",
        "fonds=H05.16",
        "clerk=Cán bộ trình diễn",
        &format!("archive={archive}"),
    ])?;
    let start = Instant::now();
    let imported = station.json(&["import", "tests/fixtures/dossiers"])?;
    let minutes = start.elapsed().as_secs_f64() / 60.0;

    let mut fields = 0;
    let codes: Vec<&str> = list(&imported["dossiers"])?.iter().filter_map(Value::as_str).collect();
    for code in &codes {
        let dossier = station.json(&["show", code])?;
        for document in list(&dossier["documents"])? {
            fields += list(&document["fields"])?.len();
        }
        station.json(&["confirm", code])?;
        station.json(&["seal", code])?;
        station.json(&["export", code, &pdfs.display().to_string()])?;
    }
    let sent = station.json(&["sync", "--to", &archive])?;
    let verified = station.json(&["verify", "--deep"])?;
    station.json(&["archive", "verify", &archive])?;
    let found = station.json(&["search", "khai sinh"])?;

    let pages = imported["pages"].as_u64().unwrap_or_default();
    println!("\nSohoa: the main job on the bundled dossiers");
    println!("  dossiers          {}", codes.len());
    println!("  documents         {}", imported["documents"]);
    println!("  pages             {pages}");
    println!("  pages per minute  {:.0} (read, made PDF/A, fields, indexed, encrypted)", pages as f64 / minutes);
    println!("  fields found      {fields}");
    println!("  search            «khai sinh»: {} pages", found["total"]);
    if let Some(hit) = list(&found["hits"])?.first() {
        let snippet = hit["snippet"].as_str().unwrap_or_default().replace('\u{2068}', "[").replace('\u{2069}', "]");
        println!(
            "                    {}, page {}: {}",
            hit["dossier"].as_str().unwrap_or_default(),
            hit["page"],
            snippet.replace('\n', " ")
        );
    }
    for batch in list(&sent["batches"])? {
        let states: Vec<_> = list(&batch["packages"])?.iter().filter_map(|p| p["status"].as_str()).collect();
        println!("  batch             {}: {} ({})", text(&batch["id"]), text(&batch["state"]), states.join(", "));
    }
    println!(
        "  verified          {} blobs, {} pages, {} events: {}",
        verified["blobs"],
        verified["pages"],
        verified["events"],
        if verified["ok"] == true { "sound" } else { "NOT SOUND" }
    );
    println!("  PDF/A files       {}", pdfs.display());
    println!("  archive           {}", place.join("archive").display());
    println!("  station           {} (passphrase of this demo: {})", station.dir.display(), station.passphrase);

    if display() {
        println!("\nThe window opens on this station; close it to end.");
        run(&mut station.program("sohoa-desktop"))
    } else {
        println!(
            "\nNo display here, so no window. With one: SOHOA_STATION={} SOHOA_PASSPHRASE={} {}",
            station.dir.display(),
            station.passphrase,
            bin("sohoa-desktop").display()
        );
        Ok(())
    }
}

struct Station {
    dir: std::path::PathBuf,
    passphrase: String,
}

impl Station {
    fn program(&self, name: &str) -> Command {
        let mut command = Command::new(bin(name));
        command.current_dir(root()).env("SOHOA_STATION", &self.dir).env("SOHOA_PASSPHRASE", &self.passphrase);
        command
    }

    fn json(&self, args: &[&str]) -> Result<Value> {
        let out = output(self.program("sohoa").arg("--json").args(args))?;
        serde_json::from_str(&out).map_err(|e| format!("sohoa {}: {e}", args.join(" ")))
    }
}

fn bin(name: &str) -> std::path::PathBuf {
    target().join("debug").join(format!("{name}{}", std::env::consts::EXE_SUFFIX))
}

fn list(value: &Value) -> Result<&Vec<Value>> {
    value.as_array().ok_or_else(|| format!("not a list: {value}"))
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// A passphrase of the demo's own, so that nobody's is in a file.
fn passphrase() -> Result<String> {
    use std::io::Read;
    let mut bytes = [0u8; 8];
    std::fs::File::open("/dev/urandom").and_then(|mut f| f.read_exact(&mut bytes)).map_err(|e| e.to_string())?;
    Ok(bytes.iter().map(|b| format!("{b:02x}")).collect())
}

fn display() -> bool {
    let set = |name: &str| std::env::var_os(name).is_some_and(|v| !v.is_empty());
    cfg!(windows) || set("WAYLAND_DISPLAY") || (set("DISPLAY") && Path::new("/tmp/.X11-unix").exists())
}
