//! The report for people: tables in Markdown, each with how its numbers came about.

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use super::measure::Spread;

/// Writing to a string cannot fail.
macro_rules! line {
    ($out:expr) => { $out.push('\n') };
    ($out:expr, $($arg:tt)*) => { writeln!($out, $($arg)*).expect("writing to a string") };
}

mod read;

pub fn markdown(report: &Value) -> String {
    let mut out = String::new();
    let machine = &report["machine"];
    line!(out, "# Sohoa, measured\n");
    line!(
        out,
        "{}, commit {}{}. {} cores of {}, {:.0} GB. {}; ocrmypdf {}. Load average {:.1} at the start, {:.1} at the end.",
        text(&machine["date"]),
        text(&machine["commit"]),
        if machine["changed"] == true { " with changes" } else { "" },
        machine["cores"],
        text(&machine["processor"]),
        number(&machine["memory"]) / 1e9,
        text(&machine["tesseract"]),
        text(&machine["ocrmypdf"]),
        number(&machine["load_before"]),
        number(&machine["load_after"]),
    );
    if report["options"]["quick"] == true {
        line!(out, "\n**A quick run: one round only, not to be quoted.**");
    }
    aims(&mut out, report);
    if report["pages"].is_object() {
        contest(&mut out, &report["pages"]);
    }
    if report["read"].is_object() {
        read::write(&mut out, &report["read"]);
    }
    if report["stages"].is_object() {
        stages(&mut out, report);
    }
    if report["codes"].is_object() {
        codes(&mut out, &report["codes"]);
    }
    if report["scan"].is_object() {
        scan(&mut out, &report["scan"]);
    }
    if report["search"].is_object() {
        search(&mut out, &report["search"]);
    }
    if report["window"].is_object() {
        window(&mut out, &report["window"]);
    }
    out
}

fn run<'a>(report: &'a Value, what: &str, workers: u64) -> &'a Value {
    let runs = report["pages"]["runs"].as_array();
    runs.and_then(|runs| runs.iter().find(|r| r["what"] == what && r["workers"] == workers)).unwrap_or(&Value::Null)
}

fn aims(out: &mut String, report: &Value) {
    line!(out, "\n## Against the aims\n");
    line!(out, "| aim | measured | |\n| --- | --- | --- |");
    let mut aim = |name: &str, shown: String, met: Option<bool>| {
        let verdict = met.map_or("", |met| if met { "met" } else { "**missed**" });
        line!(out, "| {name} | {shown} | {verdict} |");
    };
    for workers in [1, 2] {
        let sohoa = run(report, "sohoa", workers);
        if sohoa.is_null() {
            continue;
        }
        for (key, name) in
            [("tesseract", "one `tesseract` a page"), ("tesseract_list", "one `tesseract` a worker, model loaded once")]
        {
            let time = &sohoa[format!("time_to_{key}")];
            let cpu = &sohoa[format!("cpu_to_{key}")];
            aim(
                &format!("whole job ≤ 1.10 × {name}, {workers} at once"),
                format!("{} × (processor time {} ×)", spread(time, 1.0, 2), spread(cpu, 1.0, 2)),
                Some(number(&time["median"]) <= 1.1),
            );
        }
        for (key, name) in [("ocrmypdf", "ocrmypdf, its PDF/A"), ("ocrmypdf_lean", "ocrmypdf, least work")] {
            let time = &sohoa[format!("time_to_{key}")];
            let faster = 1.0 / number(&time["median"]);
            let range = format!("{:.2}–{:.2}", 1.0 / number(&time["max"]), 1.0 / number(&time["min"]));
            aim(
                &format!("≥ 1.5 × throughput of {name}, {workers} at once"),
                format!("{faster:.2} ({range}) ×"),
                Some(faster >= 1.5),
            );
        }
    }
    if report["stages"].is_object() {
        let [wall, cpu] = ["seconds", "cpu"].map(|key| a4(report, "imaging:", key));
        aim(
            "imaging < 0.25 s per A4 page at 300 dpi",
            format!("{} s (processor time {} s)", spread(&wall.json(), 1.0, 2), spread(&cpu.json(), 1.0, 2)),
            Some(wall.median < 0.25),
        );
    }
    if report["window"].is_object() {
        let paint = window_spread(&report["window"], "first_paint");
        aim("window to first paint < 1.5 s", format!("{:.2} s", paint.median / 1e3), Some(paint.median < 1500.0));
    }
    if report["codes"].is_object() {
        let codes = &report["codes"];
        let sum = |table: &Value, key: &str| rows(table).map(|row| number(&row[key])).sum::<f64>();
        let [pages, read] = ["pages", "read"].map(|key| sum(&codes["covers"]["all"], key));
        aim(
            "every cover sheet read, 150 dpi and more",
            format!("{read:.0} of {pages:.0}"),
            Some(pages > 0.0 && read == pages),
        );
        let [pages, read] = ["pages", "read"].map(|key| sum(&codes["cards"]["all"], key));
        let share = 100.0 * read / pages.max(1.0);
        aim(
            "≥ 99 % of card codes of 11 mm and more read at 300 dpi",
            format!("{read:.0} of {pages:.0} ({share:.1} %)"),
            Some(share >= 99.0),
        );
        let pages = sum(&codes["without"]["dpi"], "pages");
        let wrong = codes["wrong"].as_array().map_or(0, Vec::len);
        aim(
            "no false code on 1,000 pages without one",
            format!("{wrong} false on {pages:.0} and on those with one"),
            Some(wrong == 0 && pages >= 1000.0),
        );
        let most = rows(&codes["without"]["dpi"]).map(|row| number(&row["mean"])).fold(0.0, f64::max);
        aim("looking for codes on a page without one < 60 ms", format!("{most:.0} ms"), Some(most < 60.0));
    }
    if report["scan"].is_object() {
        let delay = &report["scan"]["delay"];
        aim(
            "scan overhead per A4 page at 300 dpi in colour < 150 ms",
            format!("{} ms in the middle, {} ms in 19 of 20", delay["p50"], delay["p95"]),
            Some(number(&delay["p50"]) < 150.0),
        );
        if let [.., half, _, _, _, _, end] = tenths(&report["scan"])[..] {
            aim(
                "memory over the second half of a stack grows by less than 10 MB",
                format!("{half:.0} to {end:.0} MB"),
                Some(end - half < 10.0),
            );
        }
    }
    if report["read"].is_object() {
        read::aims(&report["read"], &mut aim);
    }
    if report["search"].is_object() {
        let p99 = number(&report["search"]["all"]["p99"]);
        aim(
            &format!("search p99 < 20 ms at {} pages", report["search"]["pages"]),
            format!("{p99:.1} ms"),
            Some(p99 < 20.0),
        );
    }
}

fn contest(out: &mut String, pages: &Value) {
    line!(out, "\n## Throughput and memory: the {} bundled pages ({} documents)\n", pages["pages"], pages["documents"]);
    line!(out, "| what | at once | pages/min | seconds | processor s | memory, all MB | largest process MB | rounds |");
    line!(out, "| --- | --- | --- | --- | --- | --- | --- | --- |");
    for r in pages["runs"].as_array().into_iter().flatten() {
        line!(
            out,
            "| {} | {} | {} | {} | {} | {:.0} | {:.0} | {} |",
            name(text(&r["what"])),
            r["workers"],
            spread(&r["pages_per_minute"], 1.0, 1),
            spread(&r["seconds"], 1.0, 1),
            spread(&r["cpu"], 1.0, 1),
            number(&r["memory"]["max"]) / 1048576.0,
            number(&r["largest"]["max"]) / 1048576.0,
            r["runs"].as_array().map_or(0, Vec::len),
        );
    }
    line!(
        out,
        "\nMiddle (least–most) of the rounds. In each round everything runs once, in turn, so that whatever else the \
         machine does falls on all; ratios are taken round by round. *Processor s* is user and system time of every \
         process and says more than seconds on a busy machine. *Memory, all* is the highest sum of resident memory of \
         all processes at one look (every 40 ms; pages that two processes share count in both); *largest process* is \
         the kernel's own high-water mark.\n\n\
         - **Sohoa**: release build, `sohoa import` into a new station: opening it (key derivation) included, pages \
         taken, turned, cleaned, read, made PDF/A-2u and checked, fields proposed, text indexed, all encrypted and \
         synced to disk.\n\
         - **`tesseract`, page by page**: one command for each page image (JPEGs as received, TIFF pages as PNG, scans \
         out of the PDFs unaltered), `-l vie --dpi N`, `OMP_THREAD_LIMIT=1`, N commands at once; writes text only.\n\
         - **`tesseract`, list**: one command for each worker over a list of pages, so that the model is loaded once.\n\
         - **`tesseract` as it comes**: without the limit on OpenMP threads.\n\
         - **ocrmypdf** has all pages in one PDF (images unaltered, wrapped by img2pdf) and `--jobs N`: one start of \
         Python for all, its best case. *As it comes* gives PDF/A (its own conversion, without Ghostscript); *least work* is `--output-type pdf -O0`; *a document at a time* is one \
         command for each document, as Sohoa gives one PDF for each. None of them turns pages or straightens them here."
    );
}

fn name(key: &str) -> &str {
    match key {
        "sohoa" => "**Sohoa**",
        "tesseract" => "`tesseract`, page by page",
        "tesseract_list" => "`tesseract`, list",
        "tesseract_openmp" => "`tesseract` as it comes",
        "sohoa_read" => "`sohoa read`, page by page",
        "sohoa_fast" => "`sohoa read --plan fast`",
        "sohoa_accurate" => "`sohoa read --plan accurate`",
        "sohoa_second" => "`sohoa read --plan accurate`, with the second engine",
        "tesseract_turning" => "`tesseract --psm 1` (turns pages)",
        "ocrmypdf" => "ocrmypdf as it comes",
        "ocrmypdf_lean" => "ocrmypdf, least work",
        "ocrmypdf_each" => "ocrmypdf, a document at a time",
        "ocrmypdf_cleaning" => "ocrmypdf `--rotate-pages --deskew --clean`",
        other => other,
    }
}

/// Stages in the order in which a page goes through them.
const FLOW: [&str; 7] = ["capture", "imaging", "ocr", "pdf", "extract", "store", "start"];

/// What a stage, or a step of it, takes for a printed A4 page at 300 dpi, run by run.
fn a4(report: &Value, part: &str, key: &str) -> Spread {
    let of = |run: &Value| {
        let laps = run["a4"]["laps"].as_object().into_iter().flatten().filter(|(step, _)| step.starts_with(part));
        laps.map(|(_, lap)| number(&lap[key])).sum::<f64>() / number(&run["a4"]["pages"]).max(1.0)
    };
    Spread::of(rows(&report["stages"]["runs"]).map(of))
}

fn stages(out: &mut String, report: &Value) {
    let runs: Vec<&Value> = report["stages"]["runs"].as_array().into_iter().flatten().collect();
    let mut parts: BTreeMap<&str, [Spread; 2]> = BTreeMap::new();
    for part in runs.iter().flat_map(|r| r["laps"].as_object()).flat_map(|l| l.keys()) {
        let of = |key: &str| Spread::of(runs.iter().map(|r| number(&r["laps"][part][key])));
        parts.insert(part, [of("seconds"), of("cpu")]);
    }
    let total = |i: usize| parts.values().map(|p| p[i].median).sum::<f64>();
    let mut stages: BTreeMap<&str, [f64; 2]> = BTreeMap::new();
    for (part, [wall, cpu]) in &parts {
        let stage = stages.entry(part.split(':').next().unwrap_or(part)).or_default();
        stage[0] += wall.median;
        stage[1] += cpu.median;
    }
    let pages = runs.first().map_or(1.0, |r| number(&r["pages"])).max(1.0);
    line!(out, "\n## Share of time per stage\n");
    line!(out, "| stage | share of time % | ms a page | processor ms a page |\n| --- | --- | --- | --- |");
    let row = |name: &str, wall: f64, cpu: f64| {
        let share = 100.0 * wall / total(0);
        format!("| {name} | {share:.1} | {:.1} | {:.1} |", 1e3 * wall / pages, 1e3 * cpu / pages)
    };
    let mut order: Vec<&str> = stages.keys().copied().collect();
    order.sort_by_key(|stage| FLOW.iter().position(|known| known == stage).unwrap_or(FLOW.len()));
    for stage in order {
        let [wall, cpu] = stages[stage];
        line!(out, "{}", row(&format!("**{stage}**"), wall, cpu));
        for (part, [wall, cpu]) in parts.iter().filter(|(p, _)| p.starts_with(&format!("{stage}:"))) {
            line!(out, "{}", row(&format!("… {part}"), wall.median, cpu.median));
        }
    }
    line!(out, "{}", row("all", total(0), total(1)));
    line!(
        out,
        "\nIn one thread, into a real store (`tests/bench/pages/stages.rs`); the middle of {} runs. Reading is what the \
         station runs, which tells each step (`crates/station/src/reading.rs`); around it is the station's order of calls \
         on the same files with a stopwatch between them. Lookups of progress and the clerk's settings are not in it.",
        runs.len()
    );
    let steps = runs.iter().flat_map(|r| r["a4"]["laps"].as_object()).flat_map(|l| l.keys());
    let steps: BTreeSet<&str> = steps.filter_map(|step| step.strip_prefix("imaging: ")).collect();
    let took =
        |step: &&str| format!("{step} {:.0} ms", 1e3 * a4(report, &format!("imaging: {step}"), "seconds").median);
    line!(
        out,
        "\nImaging of a printed A4 page at 300 dpi, of which there are {}: {}. What the second look \
         copies counts as its own.",
        runs.first().map_or(0.0, |r| number(&r["a4"]["pages"])),
        steps.iter().map(took).collect::<Vec<_>>().join(", ")
    );
    let one = run(report, "sohoa", 1);
    if one.is_object() {
        line!(
            out,
            "Sum: {:.1} s, {:.1} s of processor time; `sohoa import --workers 1` took {:.1} s and {:.1} s.",
            total(0),
            total(1),
            number(&one["seconds"]["median"]),
            number(&one["cpu"]["median"])
        );
    }
}

fn rows(table: &Value) -> impl Iterator<Item = &Value> {
    table.as_array().into_iter().flatten()
}

fn codes(out: &mut String, codes: &Value) {
    line!(out, "\n## Codes on paper\n");
    let sets = [
        ("covers", "scan", "cover sheet"),
        ("covers", "way", "cover sheet, laid"),
        ("cards", "scan", "identity card"),
        ("cards", "size", "identity card at 300 dpi, side of the code"),
        ("cards", "way", "identity card at 300 dpi, laid"),
        ("without", "scan", "page without a code"),
    ];
    for (set, table, title) in sets {
        line!(out, "| {title} | pages | read | processor ms a page | 19 of 20 below | most |");
        line!(out, "| --- | --- | --- | --- | --- | --- |");
        for row in rows(&codes[set][table]) {
            let [pages, read, mean, p95, most] = ["pages", "read", "mean", "p95", "most"].map(|key| number(&row[key]));
            let share = if set == "without" { "–".into() } else { format!("{:.1} %", 100.0 * read / pages) };
            line!(out, "| {} | {pages:.0} | {share} | {mean:.0} | {p95:.0} | {most:.0} |", text(&row["what"]));
        }
        line!(out);
    }
    line!(
        out,
        "Scans are made from our own cover sheets and from cards drawn at their true size (`crates/capture/tests/paper`); \
         pages without a code from the bundled dossiers, other pages where there are any, and drawn ones full of boxes, \
         combs and screens."
    );
    let told = |key: &str, title: &str, out: &mut String| {
        let names: Vec<&str> = rows(&codes[key]).map(text).collect();
        if !names.is_empty() {
            line!(out, "\n{title}: {} ({}).", names.len(), names[..names.len().min(12)].join("; "));
        }
    };
    told("wrong", "Read and not there", out);
    told("patches", "Taken for separator sheets", out);
    told("missed", "Not read", out);
}

fn scan(out: &mut String, scan: &Value) {
    line!(out, "\n## Scanning a stack of {} pages\n", scan["pages"]);
    line!(
        out,
        "From the last byte of a page out of the driver to its durable page and thumbnail: {} ms in the middle, {} ms in 19 \
         of 20, {} ms at most. The stack took {:.0} s through a folder that is a SANE device, each page encoded, encrypted, \
         looked at for codes and faults, and filed. The station's memory after each tenth of it: {} MB; {} MB at most.",
        scan["delay"]["p50"],
        scan["delay"]["p95"],
        scan["delay"]["max"],
        number(&scan["seconds"]),
        tenths(scan).iter().map(|megabytes| format!("{megabytes:.0}")).collect::<Vec<_>>().join(", "),
        scan["memory"]["most"],
    );
}

/// Megabytes after each tenth of the stack.
fn tenths(scan: &Value) -> Vec<f64> {
    rows(&scan["memory"]["tenths"]).map(number).collect()
}

fn search(out: &mut String, search: &Value) {
    line!(out, "\n## Search among {} pages\n", search["pages"]);
    line!(out, "| what is typed | queries | pages found (middle) | p50 ms | p99 ms | most ms |");
    line!(out, "| --- | --- | --- | --- | --- | --- |");
    let mut row = |name: &str, t: &Value| {
        line!(
            out,
            "| {name} | {} | {} | {:.2} | {:.2} | {:.2} |",
            t["queries"],
            t["hits"],
            number(&t["p50"]),
            number(&t["p99"]),
            number(&t["max"])
        );
    };
    for (kind, times) in search["by_kind"].as_object().into_iter().flatten() {
        row(kind, times);
    }
    row("**all**", &search["all"]);
    line!(
        out,
        "\nInvented pages of {:.0} words in one encrypted store of {:.0} MB, indexed in {:.0} s; `Station::search`, 20 hits \
         with snippets and boxes, as the window asks; {} answers timed in shuffled order in one open station, the first \
         one of all ({:.1} ms) apart.",
        number(&search["words_per_page"]),
        number(&search["megabytes"]),
        number(&search["index_seconds"]),
        search["all"]["samples"],
        number(&search["first"])
    );
    let slow = search["slowest"].as_array().into_iter().flatten().take(6);
    let slow: Vec<String> =
        slow.map(|s| format!("«{}» {:.1} ms ({} pages)", text(&s[0]), number(&s[1]), s[2])).collect();
    line!(out, "Slowest: {}.", slow.join(", "));
}

fn window_spread(window: &Value, key: &str) -> Spread {
    Spread::of(window["runs"].as_array().into_iter().flatten().filter_map(|r| r[key].as_f64()))
}

fn window(out: &mut String, window: &Value) {
    line!(out, "\n## Start of the window\n");
    line!(out, "| until | middle ms | least–most |\n| --- | --- | --- |");
    for (key, name) in [("navigation", "the page begins to load"), ("first_paint", "first paint with content")] {
        let s = window_spread(window, key);
        if s.max > 0.0 {
            line!(out, "| {name} | {:.0} | {:.0}–{:.0} |", s.median, s.min, s.max);
        }
    }
    line!(
        out,
        "\nRelease build with the UI in it, on the station that the import left, under a virtual display of 1366×768 \
         without a GPU, driven by WebKit's driver; {} starts, each with a new home folder. From the moment before `exec` \
         to what the page itself reports. The program's file is in the system's cache, as on any start but the first of \
         the day.",
        window["runs"].as_array().map_or(0, Vec::len)
    );
}

fn spread(value: &Value, scale: f64, digits: usize) -> String {
    if !value.is_object() {
        return "–".into();
    }
    let [min, median, max] = ["min", "median", "max"].map(|key| number(&value[key]) * scale);
    if min == max {
        format!("{median:.digits$}")
    } else {
        format!("{median:.digits$} ({min:.digits$}–{max:.digits$})")
    }
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or(0.0)
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// Two runs of two pages, of which the second took twice as long.
    fn report() -> Value {
        let lap = |seconds: f64| json!({ "seconds": seconds, "cpu": seconds / 2.0 });
        let run = |k: f64| {
            json!({
                "pages": 2,
                "laps": {
                    "capture: files": lap(0.1 * k),
                    "imaging: clean": lap(0.4 * k),
                    "ocr: words": lap(0.8 * k),
                    "ocr: second look": lap(0.2 * k),
                    "dream": lap(0.5 * k),
                },
                "a4": { "pages": 1, "laps": {
                    "imaging: clean": lap(0.2 * k),
                    "imaging: decode": lap(0.02 * k),
                    "ocr: words": lap(0.4 * k),
                } },
            })
        };
        json!({ "stages": { "runs": [run(1.0), run(2.0)] } })
    }

    #[test]
    fn every_stage_is_shown_with_its_steps_and_their_sum_is_the_whole() {
        let mut out = String::new();
        stages(&mut out, &report());
        let shares: Vec<(&str, f64)> = out
            .lines()
            .filter_map(|line| line.strip_prefix("| ")?.split_once(" | "))
            .filter_map(|(name, rest)| Some((name, rest.split(' ').next()?.parse().ok()?)))
            .collect();
        let wanted = [
            ("**capture**", 5.0),
            ("… capture: files", 5.0),
            ("**imaging**", 20.0),
            ("… imaging: clean", 20.0),
            ("**ocr**", 50.0),
            ("… ocr: second look", 10.0),
            ("… ocr: words", 40.0),
            ("**dream**", 25.0),
            ("all", 100.0),
        ];
        assert_eq!(shares, wanted, "{out}");
        assert!(out.contains("there are 1: clean 300 ms, decode 30 ms."), "{out}");
    }

    #[test]
    fn imaging_is_held_against_its_aim() {
        let mut out = String::new();
        aims(&mut out, &report());
        assert!(
            out.contains("at 300 dpi | 0.33 (0.22–0.44) s (processor time 0.17 (0.11–0.22) s) | **missed** |"),
            "{out}"
        );
    }
}
