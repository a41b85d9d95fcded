//! One page of HTML for all pages: each with a box about every word that was read, red where it is wrong with what is
//! printed below it, and all errors in a list beside; the worst first. Before them, how far the reader knew.

use serde::Deserialize;
use serde_json::{Value, json};
use sohoa_station::view::{self, PageWords};
use sohoa_tests::reading::{Calibration, lay};
use std::fmt::Write;
use std::path::Path;

use super::score::clean;
use super::{Page, Result, Sure, Values, load};

const STYLE: &str = "
body { font: 15px/1.45 sans-serif; margin: 2em auto; max-width: 1500px; padding: 0 1em; color: #1d2733; }
article { display: flex; gap: 1.5em; margin: 1em 0 3em; align-items: flex-start; }
article > svg { flex: 1 1 60%; min-width: 0; border: 1px solid #c5ccd4; }
article > div { flex: 1 1 40%; min-width: 0; }
td, th { text-align: left; padding: .1em .7em .1em 0; vertical-align: top; }
td.n, th.n { text-align: right; }
.right { fill: #2a9d4f; fill-opacity: .1; }
.wrong { fill: #e02020; fill-opacity: .2; stroke: #e02020; stroke-width: 3; }
.beyond { fill: #e08a00; fill-opacity: .2; stroke: #e08a00; stroke-width: 3; }
.said { fill: #0b3fb3; stroke: white; stroke-width: 6; paint-order: stroke; font-family: serif; }
ins { color: #0b3fb3; text-decoration: none; font-weight: bold; } del { color: #c01414; }
small { color: #5b6875; }";

/// A word of what was read, as it is held against the print.
struct Word {
    text: String,
    /// Its place among the words with boxes: leaders and spaces within one are gone or cut here.
    of: usize,
}

struct Shown {
    html: String,
    /// Wrong, beyond and missing.
    amiss: usize,
}

pub fn run(out: &Path, sets: &[&str]) -> Result<Value> {
    let mut html = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Sohoa: where the errors are</title>\
         <style>{STYLE}</style>\n<h1>Where the errors are</h1>\n<p>Pages as Sohoa turned and straightened them. \
         Green: read as printed. Red: read wrongly, with what is printed in blue below. Orange: read where nothing (or a \
         stamp) is printed. Point at a word to see what was read and how sure Sohoa was.</p>\n"
    );
    let mut told = Vec::new();
    for set in sets.chunks_exact(3) {
        let (name, pages, read) = (set[0], load(Path::new(set[1]))?, Path::new(set[2]));
        let folder = read.strip_prefix(out).map_err(|_| format!("{} is not in {}", read.display(), out.display()))?;
        let mut calibration = Calibration::default();
        let mut shown = Vec::new();
        for page in &pages {
            shown.push(show(page, read, folder, &mut |word, right| calibration.add(word.confidence, right))?);
        }
        let of_fields = fields(&pages, read)?.json();
        shown.sort_by_key(|s| std::cmp::Reverse(s.amiss));
        let amiss = shown.iter().take_while(|s| s.amiss > 0).count();
        let json = calibration.json();
        write!(html, "<h2>{}</h2>\n<p>{amiss} of {} pages have errors.</p>\n", escaped(name), pages.len())?;
        html.push_str("<h3>Words</h3>\n");
        plot(&mut html, &json)?;
        html.push_str("<h3>Fields</h3>\n");
        plot(&mut html, &of_fields)?;
        shown.iter().for_each(|s| html.push_str(&s.html));
        told.push(json!({ "name": name, "calibration": json, "fields": of_fields }));
    }
    std::fs::write(out.join("index.html"), html)?;
    Ok(json!({ "sets": told }))
}

/// How the fields of which the truth is known keep what was said of them.
fn fields(pages: &[Page], read: &Path) -> Result<Calibration> {
    let [values, sure] = ["fields.json", "sure.json"].map(|name| std::fs::read(read.join(name)));
    let (values, sure): (Values, Sure) = (serde_json::from_slice(&values?)?, serde_json::from_slice(&sure?)?);
    let mut calibration = Calibration::default();
    for page in pages.iter().filter(|page| page.number == 1) {
        for (name, truth) in &page.fields {
            let Some(value) = values.get(&page.file).and_then(|found| found.get(name)) else { continue };
            calibration.add(sure[&page.file][name].confidence, value == truth);
        }
    }
    Ok(calibration)
}

/// Every word as the reader gave it, and whether it is the printed one.
pub fn judge(page: &Page, read: &Path, each: &mut dyn FnMut(&view::Word, bool)) -> Result {
    show(page, read, read, each).map(|_| ())
}

fn show(page: &Page, read: &Path, folder: &Path, each: &mut dyn FnMut(&view::Word, bool)) -> Result<Shown> {
    let taken = |extension: &str| Path::new(&page.file).with_extension(extension);
    let boxed: PageWords = serde_json::from_slice(&std::fs::read(read.join(taken("json")))?)?;
    let words: Vec<Word> = boxed
        .words
        .iter()
        .enumerate()
        .flat_map(|(of, w)| tokens(&w.text).into_iter().map(move |text| Word { text, of }))
        .collect();
    let printed: Vec<Vec<String>> = page.lines.iter().map(|line| tokens(line)).collect();
    let texts: Vec<String> = words.iter().map(|w| w.text.clone()).collect();
    let laid = lay(&printed, &texts);
    let stands_for = |place: Option<(usize, usize)>| place.map(|(line, word)| printed[line][word].as_str());

    let (mut svg, mut rows) = (String::new(), String::new());
    let mut amiss = 0;
    // What is one word to the reader is judged as one.
    for group in words.chunk_by(|a, b| a.of == b.of) {
        let first = words.iter().position(|w| std::ptr::eq(w, &group[0])).unwrap_or(0);
        let places = &laid.read[first..first + group.len()];
        let said: Vec<Option<&str>> = places.iter().map(|p| stands_for(*p)).collect();
        let right = group.iter().zip(&said).all(|(w, said)| *said == Some(w.text.as_str()));
        let word = &boxed.words[group[0].of];
        each(word, right);
        let meant = said.iter().flatten().copied().collect::<Vec<_>>().join(" ");
        let class = if right {
            "right"
        } else if meant.is_empty() {
            "beyond"
        } else {
            "wrong"
        };
        let [x, y, width, height] = word.bounds;
        let (text, sure) = (escaped(&word.text), word.confidence);
        writeln!(
            svg,
            "<rect class=\"{class}\" x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\"><title>{text} — {sure:.0} %</title></rect>"
        )?;
        if right {
            continue;
        }
        amiss += 1;
        let meant = escaped(&meant);
        let size = (height * 4 / 5).clamp(24, 60);
        writeln!(
            svg,
            "<text class=\"said\" x=\"{x}\" y=\"{}\" font-size=\"{size}\">{meant}</text>",
            y + height + size
        )?;
        let line = places.iter().flatten().next().map_or(String::new(), |(line, _)| escaped(&page.lines[*line]));
        writeln!(
            rows,
            "<tr><td><del>{text}</del><td><ins>{meant}</ins><td class=\"n\">{sure:.0}<td><small>{line}</small>"
        )?;
    }
    let mut missing = String::new();
    for (line, found) in printed.iter().zip(&laid.printed).filter(|(_, found)| found.iter().any(Option::is_none)) {
        amiss += found.iter().filter(|f| f.is_none()).count();
        let word = |(word, found): (&String, &Option<usize>)| {
            let word = escaped(word);
            if found.is_some() { word } else { format!("<ins>{word}</ins>") }
        };
        let line: Vec<String> = line.iter().zip(found).map(word).collect();
        writeln!(missing, "<li>{}", line.join(" "))?;
    }

    let grade = page.grade.as_deref().map_or(String::new(), |g| format!(" · {}", escaped(g)));
    let all: usize = printed.iter().map(Vec::len).sum();
    let mut html = format!(
        "<h3>{} · page {}{grade}</h3>\n<p>{amiss} of {all} words amiss.</p>\n",
        escaped(&page.document),
        page.number
    );
    if amiss > 0 {
        let (width, height) = (boxed.width, boxed.height);
        let picture = escaped(&folder.join(taken("jpg")).to_string_lossy());
        write!(
            html,
            "<article><svg viewBox=\"0 0 {width} {height}\"><image href=\"{picture}\" width=\"{width}\" height=\"{height}\"/>\n{svg}</svg>\n<div>"
        )?;
        if !rows.is_empty() {
            write!(html, "<table><tr><th>read<th>printed<th class=\"n\">sure %<th>in the line\n{rows}</table>\n")?;
        }
        if !missing.is_empty() {
            writeln!(html, "<p>Not read (blue):</p><ul>{missing}</ul>")?;
        }
        html.push_str("</div></article>\n");
    }
    Ok(Shown { html, amiss })
}

/// The words of a line in the form in which they are compared; what only leads the eye is none.
fn tokens(text: &str) -> Vec<String> {
    let leader = |word: &str| word.chars().all(|c| matches!(c, '.' | '·' | '_'));
    clean(text).split(' ').filter(|w| !leader(w)).map(str::to_owned).collect()
}

/// Stated confidence bin by bin, and beside it the share of the words that is right.
fn plot(html: &mut String, calibration: &Value) -> Result {
    #[derive(Deserialize)]
    struct Bin {
        from: f64,
        to: f64,
        words: usize,
        stated: Option<f64>,
        observed: Option<f64>,
    }
    let bins: Vec<Bin> = serde_json::from_value(calibration["bins"].clone())?;
    let (left, step, top, tall) = (50.0, 86.0, 20.0, 240.0);
    let y = |percent: f64| top + tall * (1.0 - percent / 100.0);
    let width = left + step * bins.len() as f64;
    writeln!(html, "<svg viewBox=\"0 0 {width} 320\" width=\"{width}\" font-size=\"12\">")?;
    for percent in [0.0, 25.0, 50.0, 75.0, 100.0] {
        let y = y(percent);
        write!(html, "<line x1=\"{left}\" x2=\"{width}\" y1=\"{y}\" y2=\"{y}\" stroke=\"#d9dee4\"/>")?;
        writeln!(html, "<text x=\"44\" y=\"{}\" text-anchor=\"end\">{percent} %</text>", y + 4.0)?;
    }
    for (i, bin) in bins.iter().enumerate() {
        let x = left + step * i as f64;
        if let (Some(stated), Some(observed)) = (bin.stated, bin.observed) {
            let (bar, mark) = (y(observed), y(stated));
            write!(
                html,
                "<rect x=\"{}\" y=\"{bar}\" width=\"{}\" height=\"{}\" fill=\"#7fb69a\"><title>said {stated:.1} %, right {observed:.1} %</title></rect>",
                x + 12.0,
                step - 24.0,
                top + tall - bar
            )?;
            write!(
                html,
                "<line x1=\"{}\" x2=\"{}\" y1=\"{mark}\" y2=\"{mark}\" stroke=\"#0b3fb3\" stroke-width=\"3\"/>",
                x + 6.0,
                x + step - 6.0
            )?;
            write!(html, "<text x=\"{}\" y=\"278\" text-anchor=\"middle\">{observed:.1} %</text>", x + step / 2.0)?;
        }
        write!(html, "<text x=\"{}\" y=\"294\" text-anchor=\"middle\">{}–{}</text>", x + step / 2.0, bin.from, bin.to)?;
        let words = bin.words;
        writeln!(
            html,
            "<text x=\"{}\" y=\"310\" text-anchor=\"middle\" fill=\"#5b6875\">{words}</text>",
            x + step / 2.0
        )?;
    }
    write!(
        html,
        "</svg>\n<p>Bars: share that is right, by how sure Sohoa said it was; blue: what it said; below: the bin and how many \
         are in it. Expected calibration error {:.2} %.</p>\n",
        calibration["error"].as_f64().unwrap_or(0.0)
    )?;
    Ok(())
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

// `tests/bench.rs` runs them; in the benchmark itself they are dead.
#[cfg(test)]
#[allow(unused)]
mod tests {
    use super::super::Said;
    use super::*;

    /// A page of two lines in a folder, and what was read of it.
    fn read(words: &[(&str, f32)]) -> (Page, tempfile::TempDir) {
        let folder = tempfile::tempdir().unwrap();
        let word = |(i, (text, confidence)): (usize, &(&str, f32))| {
            json!({
                "text": text, "confidence": confidence, "box": [100 * i, 50, 90, 40], "line": 0,
            })
        };
        let words: Vec<Value> = words.iter().enumerate().map(word).collect();
        let read = json!({ "width": 2480, "height": 3508, "words": words, "unread": [] });
        std::fs::write(folder.path().join("001.json"), read.to_string()).unwrap();
        let page = Page {
            file: "001.jpg".into(),
            dpi: 300.0,
            document: "đơn & phiếu.jpg".into(),
            dossier: None,
            number: 1,
            grade: None,
            lines: vec!["Họ và tên: Lò Văn Kỷ".into(), "Dân tộc: Thái".into()],
            fields: [("owner_name".to_owned(), "Lò Văn Kỷ".to_owned()), ("sex".to_owned(), "Nam".to_owned())].into(),
        };
        (page, folder)
    }

    #[test]
    fn each_word_is_judged_by_the_print_below_it() {
        let said =
            [("Họ", 99.0), ("và", 98.0), ("tên:.....", 97.0), ("Lò", 96.0), ("Vàn", 60.0), ("Kỷ", 95.0), ("<~>", 5.0)];
        let (page, folder) = read(&said);
        let mut judged = Vec::new();
        judge(&page, folder.path(), &mut |word, right| judged.push((word.text.clone(), right))).unwrap();
        let wrong: Vec<&str> = judged.iter().filter(|(_, right)| !right).map(|(text, _)| &**text).collect();
        assert_eq!((judged.len(), &wrong[..]), (7, &["Vàn", "<~>"][..]), "leaders are no fault");
        let shown = show(&page, folder.path(), Path::new("read"), &mut |_, _| {}).unwrap();
        assert_eq!(shown.amiss, 5, "two wrong or beyond, three missing");
        assert!(shown.html.contains("&lt;~&gt;") && shown.html.contains("đơn &amp; phiếu.jpg"));
        assert!(shown.html.contains("<ins>Dân</ins> <ins>tộc:</ins> <ins>Thái</ins>"), "{}", shown.html);
    }

    #[test]
    fn fields_of_which_the_truth_is_known_are_held_against_what_is_said_of_them() {
        let (page, folder) = read(&[]);
        let write = |name: &str, value: Value| std::fs::write(folder.path().join(name), value.to_string()).unwrap();
        let said = |confidence| json!(Said { confidence, source: "text".into() });
        write("fields.json", json!({ "001.jpg": { "owner_name": "Lò Vàn Kỷ", "sex": "Nam", "agency": "UBND" } }));
        let all = json!({ "owner_name": said(70.0), "sex": said(100.0), "agency": said(99.0) });
        write("sure.json", json!({ "001.jpg": all }));
        let calibration = fields(&[page], folder.path()).unwrap();
        assert_eq!(calibration.words(), 2, "an agency that the truth does not name is no question of calibration");
        assert!((calibration.error() - 35.0).abs() < 1e-6, "{}", calibration.error());
    }
}
