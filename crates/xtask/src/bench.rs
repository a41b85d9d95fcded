//! `cargo xtask bench`: measures the built programs on the bundled dossiers beside their peers, in one run, and writes
//! `target/bench/report.md` and `report.json`, and where pages were read wrongly `read/index.html`. Nothing fails for
//! being slow.

mod contest;
mod measure;
mod peers;
mod read;
mod report;

use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::run::{Result, cargo, npm, output, root, run, target};
use crate::setup::{self, Need};
use contest::Contest;

const USAGE: &str = "\
cargo xtask bench [PART …] [--quick] [--runs N] [--seed N]

  PART       pages (throughput, memory), read (accuracy, calibration), stages, codes, scan, search,
             window; all unless said
  --quick    once, with a small search store: to see that it works, not to quote
  --runs N   rounds of the contest, 3 unless said; window starts are twice as many and one
  --seed N   other unseen pages than usual
";

const PARTS: [&str; 7] = ["pages", "read", "stages", "codes", "scan", "search", "window"];

#[derive(Debug, PartialEq)]
struct Options {
    quick: bool,
    runs: usize,
    /// Of the unseen pages.
    seed: Option<u32>,
    parts: Vec<String>,
}

/// What is measured with.
struct Place {
    /// `target/bench`.
    dir: PathBuf,
    sohoa: PathBuf,
    /// Benchmarks of `tests/bench` by name.
    programs: BTreeMap<String, PathBuf>,
    /// The peers' environment.
    venv: PathBuf,
}

/// Of the stations made here; they hold nothing but the bundled dossiers.
const PASSPHRASE: &str = "đo thời gian";

pub fn run_job(args: &[String]) -> Result {
    let options = parse(args)?;
    if !cfg!(target_os = "linux") {
        return Err("measuring reads /proc, so it needs Linux".into());
    }
    setup::install(&[Need::Build, Need::Test, Need::Bench])?;
    let wanted = |part: &str| options.parts.iter().any(|p| p == part);
    let place = build()?;

    let mut report = json!({ "machine": machine(), "options": { "quick": options.quick, "runs": options.runs } });
    if wanted("pages") {
        report["pages"] = Contest::prepare(&place, &options)?.run()?;
    }
    if wanted("read") {
        report["read"] = read::bench(&place, &options)?;
    }
    if wanted("stages") {
        report["stages"] = stages(&place, if options.quick { 1 } else { options.runs })?;
    }
    if wanted("codes") {
        report["codes"] = codes(&place, options.quick)?;
    }
    if wanted("scan") {
        report["scan"] = scan(&place, options.quick)?;
    }
    if wanted("search") {
        report["search"] = search(&place, options.quick)?;
    }
    if wanted("window") {
        report["window"] = window(&place, if options.quick { 3 } else { 2 * options.runs + 1 })?;
    }
    report["machine"]["load_after"] = json!(measure::load());

    let text = report::markdown(&report);
    let write = |name: &str, text: &str| {
        let path = place.dir.join(name);
        std::fs::write(&path, text).map_err(|e| format!("{}: {e}", path.display()))
    };
    write("report.md", &text)?;
    write("report.json", &format!("{report:#}"))?;
    println!("\n{text}\nAlso in {}/report.md and report.json.", place.dir.display());
    Ok(())
}

fn parse(args: &[String]) -> Result<Options> {
    let mut options = Options { quick: false, runs: 3, seed: None, parts: Vec::new() };
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        let mut value = || args.next().ok_or_else(|| USAGE.to_owned());
        match arg.as_str() {
            "--quick" => (options.quick, options.runs) = (true, 1),
            "--runs" => options.runs = value()?.parse().map_err(|_| USAGE)?,
            "--seed" => options.seed = Some(value()?.parse().map_err(|_| USAGE)?),
            part if PARTS.contains(&part) => options.parts.push(part.to_owned()),
            _ => return Err(USAGE.into()),
        }
    }
    if options.parts.is_empty() {
        options.parts = PARTS.map(str::to_owned).to_vec();
    }
    if options.runs > 0 { Ok(options) } else { Err(USAGE.into()) }
}

fn build() -> Result<Place> {
    let dir = target().join("bench");
    std::fs::create_dir_all(&dir).map_err(|e| format!("{}: {e}", dir.display()))?;
    run(&mut npm(&["run", "build"]))?;
    // All in one go and whatever is measured: cargo would build what they share anew for each selection of packages.
    let mut build = cargo(&["build", "--release", "--bins", "--benches", "--examples"]);
    build.args(["-p", "sohoa-cli", "-p", "sohoa-tests", "-p", "sohoa-desktop"]);
    build.args(["--features", "sohoa-desktop/custom-protocol"]);
    eprintln!("\nThe release build of the programs and of tests/bench …");
    let told = output(build.args(["--message-format", "json-render-diagnostics"]))?;
    let programs = told
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .filter(|m| m["target"]["kind"][0] == "bench")
        .filter_map(|m| Some((m["target"]["name"].as_str()?.to_owned(), m["executable"].as_str()?.into())))
        .collect();
    Ok(Place { venv: setup::bench_venv(), sohoa: target().join("release/sohoa"), programs, dir })
}

impl Place {
    /// A benchmark of `tests/bench`.
    fn bench(&self, name: &str) -> Result<Command> {
        let program = self.programs.get(name).ok_or_else(|| format!("cargo built no benchmark {name}"))?;
        let mut command = Command::new(program);
        command.current_dir(root()).env("SOHOA_PASSPHRASE", PASSPHRASE);
        Ok(command)
    }

    /// An empty folder of this name under `target/bench`; what an earlier run left there goes.
    fn fresh(&self, name: &str) -> Result<PathBuf> {
        let path = self.dir.join(name);
        if path.exists() {
            std::fs::remove_dir_all(&path).map_err(|e| format!("{}: {e}", path.display()))?;
        }
        std::fs::create_dir_all(&path).map_err(|e| format!("{}: {e}", path.display()))?;
        Ok(path)
    }
}

fn parsed(command: &mut Command) -> Result<Value> {
    let out = output(command)?;
    serde_json::from_str(&out).map_err(|e| format!("{:?}: {e}", command.get_program()))
}

fn dossiers() -> PathBuf {
    root().join("tests/fixtures/dossiers")
}

/// Pages with known text that are not the project's own; not everybody has them.
fn others() -> PathBuf {
    root().join("../shared/testdata/pages")
}

fn stages(place: &Place, runs: usize) -> Result<Value> {
    let mut all = Vec::new();
    for _ in 0..runs {
        let station = place.fresh("stages")?;
        eprintln!("The stages one by one under a stopwatch …");
        all.push(parsed(place.bench("pages")?.arg("stages").args([&place.sohoa, &station, &dossiers()]))?);
    }
    Ok(json!({ "runs": all }))
}

fn codes(place: &Place, quick: bool) -> Result<Value> {
    let pages = if quick { "100" } else { "1000" };
    eprintln!("Codes on cover sheets, on cards, and on {pages} pages without any …");
    let mut command = place.bench("codes")?;
    command.arg(pages).arg(dossiers());
    if others().is_dir() {
        command.arg(others());
    }
    parsed(&mut command)
}

/// A stack through the folder scanner of the tests, which is a backend of SANE.
fn scan(place: &Place, quick: bool) -> Result<Value> {
    let (station, sane, feeder) = (place.fresh("scan")?, place.fresh("sane")?, place.fresh("feeder")?);
    let failed = |e: std::io::Error| format!("{}: {e}", sane.display());
    std::fs::write(sane.join("dll.conf"), "folder\n").map_err(failed)?;
    let backend = target().join("release/examples/libsane_folder.so");
    std::fs::copy(backend, sane.join("libsane-folder.so.1")).map_err(failed)?;
    let pages = if quick { "20" } else { "500" };
    eprintln!("Scanning {pages} pages, one a second …");
    let mut command = place.bench("scan")?;
    command.env("SANE_CONFIG_DIR", &sane).env("LD_LIBRARY_PATH", &sane).env("SANE_FOLDER", &feeder);
    command.env("SANE_FOLDER_PACE", "1000");
    let measured = parsed(command.args([&station, &feeder]).arg(pages));
    // What came out of the other end lies there in the size of a small library.
    place.fresh("feeder")?;
    measured
}

fn search(place: &Place, quick: bool) -> Result<Value> {
    let station = place.fresh("search")?;
    let pages = if quick { "2000" } else { "10000" };
    eprintln!("Searching among {pages} pages …");
    parsed(place.bench("search")?.arg(station).arg(pages))
}

fn window(place: &Place, runs: usize) -> Result<Value> {
    // On the desk that a day's import leaves behind.
    let station = place.dir.join("desk");
    if !station.join("station.json").exists() {
        import(place, &place.fresh("desk")?, 2, &[dossiers()])?;
    }
    eprintln!("Starting the window {runs} times …");
    let program = target().join("release/sohoa-desktop");
    parsed(place.bench("window")?.args([&program, &station]).arg(runs.to_string()))
}

/// `sohoa import` into a new station.
fn import(place: &Place, station: &Path, workers: usize, paths: &[PathBuf]) -> Result<Value> {
    let mut command = Command::new(&place.sohoa);
    command.args(["--json", "import", "--workers", &workers.to_string()]).args(paths);
    // Without a bus there is no keyring to ask.
    command.env("SOHOA_STATION", station).env("SOHOA_PASSPHRASE", PASSPHRASE).env_remove("DBUS_SESSION_BUS_ADDRESS");
    parsed(command.stderr(std::process::Stdio::null()))
}

fn machine() -> Value {
    let first = |program: &str, args: &[&str]| {
        let out = Command::new(program).args(args).current_dir(root()).output().ok();
        let text = out.map(|o| String::from_utf8_lossy(&o.stdout).into_owned()).unwrap_or_default();
        text.lines().next().unwrap_or_default().trim().to_owned()
    };
    let cpuinfo = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpuinfo.lines().find_map(|l| l.strip_prefix("model name")).unwrap_or_default();
    let meminfo = std::fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let memory = meminfo.split_whitespace().nth(1).and_then(|n| n.parse::<u64>().ok()).unwrap_or(0);
    json!({
        "processor": model.trim_start_matches([' ', '\t', ':']),
        "cores": std::thread::available_parallelism().map_or(1, usize::from),
        "memory": memory << 10,
        "commit": first("git", &["rev-parse", "--short", "HEAD"]),
        "changed": !first("git", &["status", "--porcelain", "--untracked-files=no"]).is_empty(),
        "tesseract": first("tesseract", &["--version"]),
        "ocrmypdf": first(&setup::bench_venv().join("bin/ocrmypdf").display().to_string(), &["--version"]),
        "date": first("date", &["-u", "+%Y-%m-%d %H:%M UTC"]),
        "load_before": measure::load(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Result<Options> {
        parse(&line.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
    }

    #[test]
    fn all_is_measured_three_times_unless_said() {
        let all = PARTS.map(str::to_owned).to_vec();
        assert_eq!(parsed(""), Ok(Options { quick: false, runs: 3, seed: None, parts: all }));
        let parts = vec!["read".to_owned(), "codes".to_owned()];
        assert_eq!(
            parsed("read --seed 77 codes --runs 5"),
            Ok(Options { quick: false, runs: 5, seed: Some(77), parts })
        );
    }

    #[test]
    fn a_quick_run_is_one_round_unless_more_are_asked_for_after_it() {
        let runs = |line| parsed(line).map(|options| (options.quick, options.runs));
        assert_eq!(runs("--quick"), Ok((true, 1)));
        assert_eq!(runs("--quick --runs 2"), Ok((true, 2)));
    }

    #[test]
    fn what_is_not_understood_is_answered_with_the_usage() {
        for line in ["reed", "--fast", "--runs", "--runs many", "--runs 0", "--seed -1", "pages --runs -2"] {
            assert_eq!(parsed(line), Err(USAGE.to_owned()), "{line}");
        }
    }

    #[test]
    fn every_part_is_in_the_usage() {
        PARTS.iter().for_each(|part| assert!(USAGE.contains(part), "{part}"));
    }
}
