//! What the report says of reading.

use serde_json::Value;
use std::fmt::Write;

use super::{name, number, text};

/// In the order in which pages get worse; each set has some of them.
const GRADES: [&str; 6] = ["clean", "office scan", "photocopy", "200 dpi", "stamped", "real"];

/// From here, in percent, the window shows a field as sure.
const CONFIDENT: f64 = 95.0;

/// Each aim with what was measured and whether it is met; on the unseen pages, for the others may have been tuned on.
pub fn aims(read: &Value, mut aim: impl FnMut(&str, String, Option<bool>)) {
    for set in sets(read).filter(|set| ["unseen", "further"].contains(&text(&set["key"]))) {
        let name = text(&set["name"]);
        accuracy(set, |what, measured, met| aim(&format!("{name}: {what}"), measured, met));
    }
    let Some(unseen) = sets(read).find(|set| set["key"] == "unseen") else { return };
    let cpu = |engine: &str| number(&unseen["engines"][engine]["cpu_per_page"]);
    let ratio = cpu("sohoa_read") / cpu("tesseract");
    let whole = cpu("sohoa") / cpu("tesseract");
    aim(
        "unseen pages: processor time of reading ≤ 0.7 × `tesseract`",
        format!("{ratio:.2} × (the whole job {whole:.2} ×)"),
        Some(ratio <= 0.7),
    );
    let (ratio, errors) =
        (cpu("sohoa_fast") / cpu("tesseract"), number(&unseen["engines"]["sohoa_fast"]["score"]["line_errors"]));
    aim(
        "unseen pages, plan fast: ≤ 0.5 × `tesseract`, line errors ≤ 2.5 %",
        format!("{ratio:.2} ×, {errors:.2} %"),
        Some(ratio <= 0.5 && errors <= 2.5),
    );
}

/// What is read right, and how far it is known.
fn accuracy(set: &Value, mut aim: impl FnMut(&str, String, Option<bool>)) {
    let sohoa = &set["engines"]["sohoa"]["score"];
    for (what, most, value) in [
        ("line errors ≤ 1.2 %", 1.2, &sohoa["line_errors"]),
        ("line errors of clean ones ≤ 0.3 %", 0.3, &sohoa["grades"]["clean"]["line_errors"]),
    ] {
        let value = value.as_f64();
        aim(what, value.map_or("–".into(), |v| format!("{v:.2} %")), value.map(|v| v <= most));
    }
    for (what, calibration) in [
        ("calibration error of words < 2 %", &set["calibration"]),
        ("calibration error of fields < 2 %", &set["fields"]),
    ] {
        let error = number(&calibration["error"]);
        let measured = format!("{error:.2} % ({:.2} % would be chance)", number(&calibration["chance"]));
        aim(what, measured, Some(error < 2.0));
    }
    let about_95 = &set["calibration"]["about_95"];
    let right = about_95["observed"].as_f64();
    aim(
        "of the words said to be 95 % sure, 93 to 97 % are right",
        format!("{:.1} % of {}", right.unwrap_or(0.0), about_95["words"]),
        right.map(|right| (93.0..=97.0).contains(&right)),
    );
    let recall = number(&sohoa["word_recall"]);
    aim("words found ≥ 97 %", format!("{recall:.2} %"), Some(recall >= 97.0));
    let known = number(&sohoa["fields"]["known"]).max(1.0);
    let right = number(&sohoa["fields"]["right_percent"]);
    aim("fields right ≥ 95 %", format!("{right:.1} % of {known:.0}"), Some(right >= 95.0));
    let confident = bins(&set["fields"]).filter(|bin| number(&bin["from"]) >= CONFIDENT);
    let wrong: f64 = confident.map(|bin| number(&bin["words"]) - number(&bin["right"])).sum();
    aim(
        "fields wrong and said to be sure < 0.5 %",
        format!("{:.2} % ({wrong:.0} of {known:.0})", 100.0 * wrong / known),
        Some(wrong / known < 0.005),
    );
}

pub fn write(out: &mut String, read: &Value) {
    line!(out, "\n## Reading\n");
    line!(
        out,
        "| pages | what | line errors % | CER % | words found % | of words read % | fields right | processor s a page | largest process MB |"
    );
    line!(out, "| --- | --- | --- | --- | --- | --- | --- | --- | --- |");
    for set in sets(read) {
        for (who, told) in set["engines"].as_object().into_iter().flatten() {
            let score = &told["score"];
            let percent = |key: &str| score[key].as_f64().map_or("–".into(), |v| format!("{v:.2}"));
            line!(
                out,
                "| {} ({}) | {} | {} | {} | {} | {} | {} | {:.2} | {:.0} |",
                text(&set["name"]),
                set["pages"],
                name(who),
                percent("line_errors"),
                percent("cer"),
                percent("word_recall"),
                percent("word_precision"),
                fields(&score["fields"]),
                number(&told["cpu_per_page"]),
                number(&told["largest"]) / 1048576.0,
            );
        }
    }
    line!(
        out,
        "\n*Line errors*: each printed line is laid where it fits best in what was read; edits per character. Neither \
         reading order nor extra text counts. *CER*: edit distance of whole pages in order, so columns read in another \
         order cost everyone. Sohoa's text and fields are those that `sohoa import` left in the station, fields as \
         proposed, before any clerk; a field is right when it is the same to the letter. *Processor s* is user and system \
         time of all processes, two pages at once: for Sohoa of the whole job as under Throughput, and of `sohoa read`, \
         which starts for each page and keeps nothing, as `tesseract` does; ocrmypdf has all pages in one PDF.\n\n\
         The unseen pages are drawn for this run (`tests/fixtures/generate/unseen.py`) in faces and forms that are in no \
         other set; nothing may be tuned on them."
    );
    if !sets(read).any(|set| set["key"] == "others") {
        line!(out, "The set of other pages (`../shared/testdata/pages`) is not here.");
    }
    grades(out, read);
    calibration(out, read);
    for set in sets(read) {
        let sohoa = &set["engines"]["sohoa"]["score"];
        let mut worst: Vec<(&String, f64)> =
            sohoa["by_page"].as_object().into_iter().flatten().map(|(page, n)| (page, number(n))).collect();
        worst.sort_by(|a, b| b.1.total_cmp(&a.1));
        let worst: Vec<String> = worst.iter().take(5).map(|(page, n)| format!("{page}: {n:.1} %")).collect();
        line!(out, "\nSohoa's worst pages of the {}: {}.", text(&set["name"]), worst.join("; "));
        let amiss: Vec<&str> =
            sohoa["fields"]["amiss"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        if !amiss.is_empty() {
            line!(out, "Fields amiss: {}.", amiss.join("; "));
        }
    }
    line!(out, "\nEvery page with its errors: {}.", text(&read["pictures"]));
}

/// Line errors, and in brackets the words found, of each grade.
fn grades(out: &mut String, read: &Value) {
    let engines =
        ["sohoa", "sohoa_fast", "sohoa_accurate", "tesseract", "tesseract_turning", "ocrmypdf", "ocrmypdf_cleaning"];
    line!(out, "\n### By grade: line errors % (words found %)\n");
    line!(out, "| pages | grade | fields right | {} |", engines.map(name).join(" | "));
    line!(out, "| --- | --- | --- |{}", " --- |".repeat(engines.len()));
    for set in sets(read) {
        let of = |engine: &str, grade: &str| set["engines"][engine]["score"]["grades"][grade].clone();
        for grade in GRADES.into_iter().filter(|grade| of("sohoa", grade).is_object()) {
            let cell = |engine: &str| {
                let score = of(engine, grade);
                if !score.is_object() {
                    return "–".into();
                }
                format!("{:.2} ({:.1})", number(&score["line_errors"]), number(&score["word_recall"]))
            };
            let sohoa = of("sohoa", grade);
            line!(
                out,
                "| {} | {grade} ({}) | {} | {} |",
                text(&set["name"]),
                sohoa["pages"],
                fields(&sohoa["fields"]),
                engines.map(cell).join(" | ")
            );
        }
    }
}

fn calibration(out: &mut String, read: &Value) {
    line!(out, "\n### How far Sohoa knows what it has read\n");
    line!(
        out,
        "| pages | of | said to be sure % | how many | said, mean % | right % |\n| --- | --- | --- | --- | --- | --- |"
    );
    for (set, what, calibration) in told(read) {
        let mut row = |range: String, bin: &Value| {
            let percent = |key: &str| bin[key].as_f64().map_or("–".into(), |v| format!("{v:.1}"));
            line!(
                out,
                "| {set} | {what} | {range} | {} | {} | {} |",
                bin["words"],
                percent("stated"),
                percent("observed")
            );
        };
        for bin in bins(calibration) {
            row(format!("{}–{}", bin["from"], bin["to"]), bin);
        }
        row("**93–97**".into(), &calibration["about_95"]);
    }
    let error = |(set, what, calibration): (&str, &str, &Value)| {
        let [error, chance] = ["error", "chance"].map(|key| number(&calibration[key]));
        format!("{what} of {set} {error:.2} % ({chance:.2})")
    };
    let errors: Vec<String> = told(read).map(error).collect();
    line!(
        out,
        "\nExpected calibration error (how far said and right lie apart, bin by bin, weighed by how many; in \
         brackets, what it would be on average by chance alone if everything said were exactly true): {}. A word is \
         right when it is the same as the printed one that it is laid upon; what is read of stamps and stains is wrong.",
        errors.join(", ")
    );
}

/// Each set, what of it, and how that keeps what is said of it.
fn told(read: &Value) -> impl Iterator<Item = (&str, &str, &Value)> {
    sets(read).flat_map(|set| {
        [("words", "calibration"), ("fields", "fields")].map(|(what, key)| (text(&set["name"]), what, &set[key]))
    })
}

fn bins(calibration: &Value) -> impl Iterator<Item = &Value> {
    calibration["bins"].as_array().into_iter().flatten()
}

fn sets(read: &Value) -> impl Iterator<Item = &Value> {
    read["sets"].as_array().into_iter().flatten()
}

fn fields(fields: &Value) -> String {
    if !fields.is_object() {
        return "–".into();
    }
    format!(
        "{} of {} ({:.1} %), {} wrong, {} missing, {} beyond",
        fields["right"],
        fields["known"],
        number(&fields["right_percent"]),
        fields["wrong"],
        fields["missing"],
        fields["beyond"]
    )
}
