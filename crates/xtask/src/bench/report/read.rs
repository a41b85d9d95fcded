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
    for set in sets(read).filter(|set| text(&set["key"]) != "others") {
        let source = &set["engines"]["sohoa"]["score"]["fields"]["by_source"]["code"];
        if let [right, known] = [0, 1].map(|i| number(&source[i]))
            && known > 0.0
        {
            let share = 100.0 * right / known;
            let name = format!("{}: fields from codes right ≥ 99 %", text(&set["name"]));
            aim(&name, format!("{share:.1} % of {known:.0}"), Some(share >= 99.0));
        }
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
    let [right, of] = [0, 1].map(|i| number(&sohoa["fields"]["by_source"]["text"][i]));
    let share = 100.0 * right / of.max(1.0);
    aim("fields from the text right ≥ 95 %", format!("{share:.1} % of {of:.0}"), Some(share >= 95.0));
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
    if read["second"] == false {
        line!(
            out,
            "The optional second engine is not installed, so plan accurate is not measured with it; \
             `cargo xtask setup --second` fetches it."
        );
    }
    if !sets(read).any(|set| set["key"] == "others") {
        line!(out, "The set of other pages (`../shared/testdata/pages`) is not here.");
    }
    grades(out, read);
    sources(out, read);
    calibration(out, read);
    unread(out, &read["unread"]);
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
    let mut engines = vec![
        "sohoa",
        "sohoa_fast",
        "sohoa_accurate",
        "sohoa_second",
        "tesseract",
        "tesseract_turning",
        "ocrmypdf",
        "ocrmypdf_cleaning",
    ];
    engines.retain(|engine| *engine != "sohoa_second" || read["second"] == true);
    let row = |of: &dyn Fn(&str) -> String| engines.iter().map(|engine| of(engine)).collect::<Vec<_>>().join(" | ");
    line!(out, "\n### By grade: line errors % (words found %)\n");
    line!(out, "| pages | grade | fields right | {} |", row(&|engine| name(engine).to_owned()));
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
                row(&cell)
            );
        }
    }
}

fn sources(out: &mut String, read: &Value) {
    line!(out, "\n### Fields by where they come from\n");
    line!(
        out,
        "| pages | right of those from codes | of those from the text | beyond the truth | of these said to be sure |"
    );
    line!(out, "| --- | --- | --- | --- | --- |");
    for set in sets(read) {
        let fields = &set["engines"]["sohoa"]["score"]["fields"];
        let of = |source: &str| match &fields["by_source"][source] {
            Value::Array(tally) => format!("{} of {}", tally[0], tally[1]),
            _ => "–".into(),
        };
        if fields.is_object() {
            let [code, from_text] = ["code", "text"].map(of);
            line!(
                out,
                "| {} | {code} | {from_text} | {} | {} |",
                text(&set["name"]),
                fields["beyond"],
                fields["beyond_sure"]
            );
        }
    }
    line!(
        out,
        "\nWhat is missing counts as from the text, for no code says it. *Beyond the truth*: proposed where the truth \
         names no such field, such as the day of a citizen's application, or an agency on a form that names none."
    );
}

/// What is no print, by kind: what Sohoa says of it, and what it and `tesseract` make of it.
fn unread(out: &mut String, told: &Value) {
    line!(out, "\n### What is no print\n");
    line!(
        out,
        "| kind | how many | told as not read | read as written | filled with others | with such as are sure | \
         words (sure) | `tesseract`: filled with others | words (sure) |"
    );
    line!(out, "| --- | --- | --- | --- | --- | --- | --- | --- | --- |");
    let [sohoa, tesseract] = ["sohoa_read", "tesseract"].map(|key| &told[key]);
    let mut row = |kind: &str, sohoa: &Value, tesseract: &Value| {
        let share = |tally: &Value, key: &str| {
            format!("{:.1} %", 100.0 * number(&tally[key]) / number(&tally["regions"]).max(1.0))
        };
        let words = |tally: &Value| format!("{} ({})", tally["noise"], tally["sure_noise"]);
        line!(
            out,
            "| {kind} | {} | {} | {} | {} | {} | {} | {} | {} |",
            sohoa["regions"],
            share(sohoa, "told"),
            share(sohoa, "read"),
            share(sohoa, "noisy"),
            share(sohoa, "fooled"),
            words(sohoa),
            share(tesseract, "noisy"),
            words(tesseract)
        );
    };
    for (kind, tally) in sohoa["kinds"].as_object().into_iter().flatten() {
        row(kind, tally, &tesseract["kinds"][kind]);
    }
    row("**all**", &sohoa["all"], &tesseract["all"]);
    line!(
        out,
        "\n{} pages of print and what is none (`tests/fixtures/generate/unread.py`): handwriting from letter to letter \
         (*joined*) and *letters* that stand alone, lines of other scripts, photographs, what is crossed out, \
         signatures. *Told*: half of it or more lies in what Sohoa says that it has not read. *Others*: words that are \
         neither printed nor written there; *sure*: by 80 % or more. Of the {} printed words that no pen went over, \
         Sohoa read {:.2} % not at all (`tesseract` {:.2} %), and {:.2} % lie in what it says that it has not read.",
        told["pages"],
        sohoa["printed"],
        number(&sohoa["lost_percent"]),
        number(&tesseract["lost_percent"]),
        number(&sohoa["told_percent"])
    );
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

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_no_print_is_shown_kind_by_kind() {
        let photo = json!({ "regions": 8, "told": 6, "read": 0, "noisy": 2, "fooled": 1, "noise": 5, "sure_noise": 3 });
        let none = json!({ "regions": 8, "told": 0, "read": 0, "noisy": 7, "fooled": 0, "noise": 40, "sure_noise": 0 });
        let told = json!({
            "pages": 4,
            "sohoa_read": { "all": photo, "kinds": { "photo": photo }, "printed": 300, "lost_percent": 1.5, "told_percent": 0.5 },
            "tesseract": { "all": none, "kinds": { "photo": none }, "printed": 300, "lost_percent": 8.0, "told_percent": 0.0 },
        });
        let mut out = String::new();
        unread(&mut out, &told);
        assert!(out.contains("| photo | 8 | 75.0 % | 0.0 % | 25.0 % | 12.5 % | 5 (3) | 87.5 % | 40 (0) |"), "{out}");
        assert!(out.contains("Of the 300 printed words that no pen went over, Sohoa read 1.50 % not at all"), "{out}");
    }

    #[test]
    fn a_second_engine_that_is_not_there_is_told_of() {
        let score = json!({ "score": { "grades": { "clean": { "line_errors": 0.5, "word_recall": 98.0 } } } });
        let engines = json!({ "sohoa": score, "sohoa_accurate": score, "sohoa_second": score });
        let report = |second: bool| {
            let mut out = String::new();
            let sets = json!([{ "key": "unseen", "name": "unseen pages", "pages": 1, "engines": engines }]);
            write(&mut out, &json!({ "sets": sets, "second": second }));
            out
        };
        let (with, without) = (report(true), report(false));
        assert!(
            without.contains("not measured with it; `cargo xtask setup --second`") && !with.contains("setup --second")
        );
        let by_grade = |report: &str| report.lines().filter(|line| line.contains("0.50 (98.0)")).count();
        assert_eq!((by_grade(&with), by_grade(&without)), (1, 1));
        assert!(with.contains("| **Sohoa** |") && with.contains("with the second engine | `tesseract"), "{with}");
    }

    #[test]
    fn fields_are_shown_and_aimed_at_by_where_they_come_from() {
        let fields = json!({
            "known": 10, "right": 9, "wrong": 1, "missing": 0, "beyond": 3, "beyond_sure": 1, "right_percent": 90.0,
            "by_source": { "code": [4, 4], "text": [5, 6] },
        });
        let set = json!({ "key": "unseen", "name": "unseen pages", "engines": { "sohoa": { "score": { "fields": fields } } } });
        let read = json!({ "sets": [set] });
        let mut out = String::new();
        sources(&mut out, &read);
        assert!(out.contains("| unseen pages | 4 of 4 | 5 of 6 | 3 | 1 |"), "{out}");
        let mut told = Vec::new();
        aims(&read, |name, measured, met| told.push((name.to_owned(), measured, met)));
        let of = |what: &str| {
            told.iter().find(|(name, ..)| name.contains(what)).map(|(_, measured, met)| (&**measured, *met))
        };
        assert_eq!(of("fields from codes"), Some(("100.0 % of 4", Some(true))));
        assert_eq!(of("fields from the text"), Some(("83.3 % of 6", Some(false))));
    }
}
