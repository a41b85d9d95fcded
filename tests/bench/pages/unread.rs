//! How a reader deals with what is no print on the pages of `tests/fixtures/generate/unread.py`: it may say that it has
//! not read it, pass over it, read what is written there, or take it for words that it is not; and what print it loses
//! by that.
//!
//! Every place is compared on the page as it lay before it was scanned, so neither the page's lean nor what a reader
//! took of it counts.

use serde::{Deserialize, Serialize};
use sohoa_tests::reading::lay;
use std::collections::BTreeMap;
use std::path::Path;

use super::score::{clean, percent};
use super::{Result, walk};

/// From here, in percent, the clerk takes a word for right without looking.
const SURE: f32 = 80.0;

/// Left, top, width, height.
type Area = [f32; 4];

/// What is on a page: each word of its print, in reading order, and what is none.
#[derive(Deserialize)]
pub struct Truth {
    /// Degrees counter-clockwise by which the page lies in its picture.
    lean: f32,
    print: Vec<Printed>,
    regions: Vec<Region>,
}

#[derive(Deserialize)]
struct Printed {
    text: String,
    #[serde(rename = "box")]
    area: Area,
}

#[derive(Deserialize)]
struct Region {
    /// `joined` and `letters` (handwriting), `signature`, `photo`, `foreign`, `scribble`.
    kind: String,
    ink: String,
    /// What is written there, if anything.
    text: String,
    #[serde(rename = "box")]
    area: Area,
}

impl Truth {
    /// What stands in an area of a page that was read in a frame of this size, straightened by so many degrees: `print`, or
    /// the kind of the region.
    pub fn kind(&self, area: Area, (width, height): (f32, f32), skew: f32) -> Option<&str> {
        let at = Read { width, height, ..Read::default() }.leant(middle(area), self.lean - skew);
        let region = || self.regions.iter().find(|region| within(region.area, at)).map(|region| &*region.kind);
        if self.print.iter().any(|printed| within(printed.area, at)) { Some("print") } else { region() }
    }
}

/// What a reader said of a page, which of a blank one is little. Its frame leans by `skew` less than the picture.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Read {
    width: f32,
    height: f32,
    skew: f32,
    words: Vec<Word>,
    unread: Vec<Area>,
}

#[derive(Deserialize)]
struct Word {
    text: String,
    confidence: f32,
    #[serde(rename = "box")]
    area: Area,
}

#[derive(Default, Serialize)]
pub struct Scores {
    pages: usize,
    all: Tally,
    kinds: BTreeMap<String, Kind>,
    /// Words that are printed where no pen went, those of which nothing was read, those that are told as not read.
    printed: usize,
    print_lost: usize,
    print_told: usize,
    /// Percent of those printed.
    lost_percent: f64,
    told_percent: f64,
    /// Where to look.
    amiss: BTreeMap<String, Amiss>,
}

#[derive(Default, Serialize)]
struct Kind {
    #[serde(flatten)]
    all: Tally,
    inks: BTreeMap<String, Tally>,
}

#[derive(Clone, Default, Serialize)]
struct Tally {
    regions: usize,
    /// Those of which half the area or more is told as not read,
    told: usize,
    /// those in which words were read that are not there,
    noisy: usize,
    /// and those with such words that are said to be sure.
    fooled: usize,
    /// Words that are neither printed nor written there; those said to be sure.
    noise: usize,
    sure_noise: usize,
    /// Words read as they are written there; regions with such words and no other.
    right: usize,
    read: usize,
}

#[derive(Default, Serialize)]
struct Amiss {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    noise: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    untold: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    lost: Vec<String>,
}

pub fn run(drawn: &Path, read: &Path) -> Result<Scores> {
    let mut scores = Scores::default();
    for picture in walk(&[&drawn.to_string_lossy()])? {
        let truth: Truth = serde_json::from_slice(&std::fs::read(picture.with_extension("json"))?)?;
        let name = picture.file_stem().unwrap_or_default();
        let of = |extension: &str| std::fs::read_to_string(read.join(name).with_extension(extension));
        let read = match (of("json"), of("tsv")) {
            (Ok(json), _) => pages(&json)?,
            (_, Ok(tsv)) => table(&tsv)?,
            // Nothing read is nothing told: leaving pages out never helps.
            _ => Read::default(),
        };
        scores.add(&name.to_string_lossy(), &truth, &read);
    }
    scores.lost_percent = percent(scores.print_lost, scores.printed);
    scores.told_percent = percent(scores.print_told, scores.printed);
    Ok(scores)
}

/// The one page of what `sohoa read --format json` says.
fn pages(json: &str) -> Result<Read> {
    #[derive(Deserialize)]
    struct File {
        pages: Vec<Read>,
    }
    let file: File = serde_json::from_str(json)?;
    file.pages.into_iter().next().ok_or_else(|| "no page was read".into())
}

/// What `tesseract … tsv` says: level, four counters, left, top, width, height, confidence, text.
fn table(tsv: &str) -> Result<Read> {
    let mut read = Read::default();
    for line in tsv.lines().skip(1) {
        let cells: Vec<&str> = line.split('\t').collect();
        let [level, .., left, top, width, height, confidence, text] = cells[..] else {
            return Err(format!("«{line}» is no line of Tesseract's table").into());
        };
        let area = [left.parse()?, top.parse()?, width.parse()?, height.parse()?];
        match level {
            "1" => [_, _, read.width, read.height] = area,
            "5" => read.words.push(Word { text: text.to_owned(), confidence: confidence.parse()?, area }),
            _ => {}
        }
    }
    Ok(read)
}

impl Read {
    /// A point of this frame, leant by so many degrees clockwise about its middle.
    fn leant(&self, (x, y): (f32, f32), degrees: f32) -> (f32, f32) {
        let (sin, cos) = degrees.to_radians().sin_cos();
        let (middle_x, middle_y) = (self.width / 2.0, self.height / 2.0);
        let (x, y) = (x - middle_x, y - middle_y);
        (middle_x + x * cos - y * sin, middle_y + x * sin + y * cos)
    }
}

fn middle([x, y, w, h]: Area) -> (f32, f32) {
    (x + w / 2.0, y + h / 2.0)
}

fn within([x, y, w, h]: Area, (at_x, at_y): (f32, f32)) -> bool {
    (x..=x + w).contains(&at_x) && (y..=y + h).contains(&at_y)
}

/// Its letters and figures, by which it is known again.
fn plain(word: &str) -> String {
    clean(word).chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Whether a word is one that is written, or several on end: figures in boxes are written one by one.
fn is_written(word: &str, written: &[String]) -> bool {
    let all = 0..written.len();
    all.clone().any(|from| all.clone().skip(from).any(|to| written[from..=to].concat() == word))
}

impl Scores {
    fn add(&mut self, name: &str, truth: &Truth, read: &Read) {
        let lean = truth.lean - read.skew;
        let words: Vec<(&Word, (f32, f32))> =
            read.words.iter().map(|w| (w, read.leant(middle(w.area), lean))).collect();
        let is_told = |at| read.unread.iter().any(|area| within(*area, read.leant(at, -lean)));
        let mut amiss = Amiss::default();

        for region in &truth.regions {
            let written: Vec<String> = region.text.split_whitespace().map(plain).filter(|w| !w.is_empty()).collect();
            let mut tally = Tally { regions: 1, ..Tally::default() };
            for (word, at) in &words {
                // Leaders lie below what is filled in, and a signature across the name.
                let is_print = || {
                    truth.print.iter().any(|printed| {
                        let is_same = || plain(&printed.text) == plain(&word.text);
                        let touches = || within(word.area, read.leant(middle(printed.area), -lean));
                        within(printed.area, *at) || is_same() && touches()
                    })
                };
                if !within(region.area, *at) || clean(&word.text).is_empty() || is_print() {
                } else if is_written(&plain(&word.text), &written) {
                    tally.right += 1;
                } else {
                    tally.noise += 1;
                    tally.sure_noise += usize::from(word.confidence >= SURE);
                    amiss.noise.push(format!("{} {}: {} ({:.0})", region.kind, region.ink, word.text, word.confidence));
                }
            }
            (tally.noisy, tally.fooled) = (tally.noise.min(1), tally.sure_noise.min(1));
            tally.read = usize::from(tally.right > 0 && tally.noise == 0);
            tally.told = usize::from(share(region.area, is_told) >= 0.5);
            if tally.told == 0 && tally.read == 0 {
                amiss.untold.push(format!("{} {} {:?}", region.kind, region.ink, region.area));
            }
            self.all.add(&tally);
            let kind = self.kinds.entry(region.kind.clone()).or_default();
            kind.all.add(&tally);
            kind.inks.entry(region.ink.clone()).or_default().add(&tally);
        }

        let is_free = |p: &&Printed| !truth.regions.iter().any(|region| within(region.area, middle(p.area)));
        let print: Vec<&Printed> = truth.print.iter().filter(is_free).collect();
        let lines = print.chunk_by(|a, b| a.area[1] == b.area[1]);
        let lines: Vec<Vec<String>> = lines.map(|l| l.iter().map(|p| clean(&p.text)).collect()).collect();
        let texts: Vec<String> =
            read.words.iter().flat_map(|w| clean(&w.text).split(' ').map(str::to_owned).collect::<Vec<_>>()).collect();
        let laid = lay(&lines, &texts);
        let found = laid.printed.iter().flatten();
        amiss.lost.extend(print.iter().zip(found).filter(|(_, read)| read.is_none()).map(|(p, _)| p.text.clone()));
        self.pages += 1;
        self.printed += print.len();
        self.print_lost += amiss.lost.len();
        self.print_told += print.iter().filter(|p| is_told(middle(p.area))).count();
        self.amiss.insert(name.to_owned(), amiss);
    }
}

impl Tally {
    fn add(&mut self, other: &Tally) {
        self.regions += other.regions;
        self.told += other.told;
        self.noisy += other.noisy;
        self.fooled += other.fooled;
        self.noise += other.noise;
        self.sure_noise += other.sure_noise;
        self.right += other.right;
        self.read += other.read;
    }
}

/// Of an area, by points all over it.
fn share([x, y, w, h]: Area, has: impl Fn((f32, f32)) -> bool) -> f32 {
    const ACROSS: usize = 40;
    const DOWN: usize = 10;
    let part = |i: usize, of: usize| (i as f32 + 0.5) / of as f32;
    let points = (0..ACROSS * DOWN).map(|i| (x + w * part(i % ACROSS, ACROSS), y + h * part(i / ACROSS, DOWN)));
    points.filter(|at| has(*at)).count() as f32 / (ACROSS * DOWN) as f32
}

// `tests/bench.rs` runs them; in the benchmark itself they are dead.
#[cfg(test)]
#[allow(unused)]
mod tests {
    use super::*;
    use serde_json::json;

    /// A page with a printed label, a name written behind it, and a photograph that hangs over a caption.
    fn truth(lean: f32) -> Truth {
        let truth = json!({
            "lean": lean,
            "print": [
                { "text": "Họ", "box": [100, 200, 60, 40] },
                { "text": "tên:", "box": [170, 200, 80, 40] },
                { "text": "Ảnh", "box": [120, 900, 90, 40] },
                { "text": "thẻ", "box": [220, 960, 90, 40] },
            ],
            "regions": [
                { "kind": "joined", "ink": "blue", "text": "Lò Văn Kỷ", "box": [300, 180, 400, 80] },
                { "kind": "photo", "ink": "grey", "text": "", "box": [100, 500, 300, 450] },
            ],
        });
        serde_json::from_value(truth).unwrap()
    }

    fn scored(lean: f32, skew: f32, words: &[(&str, f32, Area)], unread: &[Area]) -> Scores {
        let word = |(text, confidence, area): &(&str, f32, Area)| Word {
            text: (*text).to_owned(),
            confidence: *confidence,
            area: *area,
        };
        let (width, height) = (2480.0, 3508.0);
        let words = words.iter().map(word).collect();
        let mut scores = Scores::default();
        scores.add("page", &truth(lean), &Read { width, height, skew, words, unread: unread.to_vec() });
        scores
    }

    const LABEL: [(&str, f32, Area); 3] = [
        ("Họ", 99.0, [100.0, 200.0, 60.0, 40.0]),
        ("tên:.....", 98.0, [170.0, 200.0, 80.0, 40.0]),
        ("thẻ", 97.0, [220.0, 960.0, 90.0, 40.0]),
    ];

    #[test]
    fn what_is_told_and_not_filled_is_all_right() {
        let scores = scored(0.0, 0.0, &LABEL, &[[290.0, 170.0, 420.0, 90.0], [100.0, 500.0, 300.0, 300.0]]);
        assert_eq!((scores.all.regions, scores.all.told, scores.all.noisy, scores.all.noise), (2, 2, 0, 0));
        assert_eq!(
            (scores.printed, scores.print_lost, scores.print_told),
            (3, 0, 0),
            "a word in the photograph is none"
        );
        assert_eq!(scores.kinds["joined"].inks["blue"].told, 1);
        // A box that holds the label with some of what is written behind it.
        let wide = |text| scored(0.0, 0.0, &[(text, 97.0, [170.0, 190.0, 300.0, 60.0])], &[]).all.noise;
        assert_eq!((wide("Tên:"), wide("Tiqj")), (0, 1));
        assert!(scores.amiss["page"].untold.is_empty());
    }

    #[test]
    fn noise_is_counted_where_it_stands_and_how_sure_it_is() {
        let noise = [
            ("./ZZx", 20.0, [310.0, 190.0, 90.0, 50.0]),
            ("Tiqj", 91.0, [420.0, 190.0, 90.0, 50.0]),
            ("KỶ,", 95.0, [520.0, 190.0, 90.0, 50.0]),
            (".......", 99.0, [300.0, 235.0, 400.0, 8.0]),
            ("ˆ|", 30.0, [200.0, 700.0, 30.0, 30.0]),
        ];
        let scores = scored(0.0, 0.0, &[&LABEL[..], &noise].concat(), &[]);
        let (hand, photo) = (&scores.kinds["joined"].all, &scores.kinds["photo"].all);
        assert_eq!((hand.noise, hand.sure_noise, hand.right), (2, 1, 1), "what is read as written is no noise");
        assert_eq!((hand.noisy, hand.fooled, hand.told), (1, 1, 0));
        assert_eq!((photo.noise, photo.noisy, photo.fooled), (1, 1, 0));
        let read = scored(0.0, 0.0, &[noise[2], noise[3]], &[]);
        assert_eq!((hand.read, read.kinds["joined"].all.read), (0, 1));
        assert_eq!((scores.all.noise, scores.all.noisy), (3, 2));
        assert_eq!(scores.amiss["page"].untold.len(), 2);
    }

    #[test]
    fn print_that_is_lost_or_told_as_none_shows() {
        let scores = scored(0.0, 0.0, &LABEL[1..], &[[90.0, 190.0, 80.0, 60.0]]);
        assert_eq!((scores.printed, scores.print_lost, scores.print_told), (3, 1, 1));
        assert_eq!(scores.amiss["page"].lost, ["Họ"]);
        let nothing = scored(0.0, 0.0, &[], &[[0.0, 0.0, 2480.0, 3508.0]]);
        assert_eq!((nothing.print_lost, nothing.print_told, nothing.all.told), (3, 3, 2), "a page given up");
    }

    #[test]
    fn places_are_those_of_the_page_before_it_leant() {
        // In a picture that leans 2° to the left, what stands at the upper left has come down by some 40 pixels.
        let word = ("Tiqj", 50.0, [350.0, 220.0, 20.0, 20.0]);
        let moved = ("Tiqj", 50.0, [298.0, 251.0, 20.0, 20.0]);
        let seen = |lean, skew, word| scored(lean, skew, &[word], &[]).kinds["joined"].all.noise;
        assert_eq!(seen(0.0, 0.0, word), 1);
        assert_eq!(seen(2.0, 2.0, word), 1, "who straightens the page has it as it was");
        assert_eq!((seen(2.0, 0.0, moved), seen(0.0, 0.0, moved)), (1, 0));
        let told = |lean, area| scored(lean, 0.0, &[], &[area]).kinds["joined"].all.told;
        assert_eq!((told(2.0, [245.0, 218.0, 405.0, 80.0]), told(-2.0, [245.0, 218.0, 405.0, 80.0])), (1, 0));
    }

    #[test]
    fn what_is_read_in_one_may_be_written_in_parts() {
        let written = ["2", "3", "0", "7"].map(str::to_owned);
        for (word, is_so) in [("2", true), ("230", true), ("307", true), ("20", false), ("23071", false), ("", false)] {
            assert_eq!(is_written(word, &written), is_so, "{word}");
        }
        assert!(!is_written("", &[]));
    }

    #[test]
    fn half_of_it_must_be_told() {
        let told = |part: f32| scored(0.0, 0.0, &[], &[[300.0, 180.0, 400.0 * part, 80.0]]).kinds["joined"].all.told;
        assert_eq!((told(0.6), told(0.4)), (1, 0));
    }

    #[test]
    fn both_readers_are_understood() {
        let read = table(
            "level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext\n\
             1\t1\t0\t0\t0\t0\t0\t0\t2480\t3508\t-1\t\n\
             5\t1\t1\t1\t1\t1\t791\t261\t152\t56\t96.4\tCỘNG\n",
        )
        .unwrap();
        assert_eq!((read.width, read.words.len(), &*read.words[0].text), (2480.0, 1, "CỘNG"));
        assert!(table("level\n1\t2").is_err());
        let read = pages(
            r#"{"pages":[{"width":2480,"height":3508,"skew":0.5,"unread":[[1,2,3,4]],
               "words":[{"text":"CỘNG","confidence":99.4,"box":[791,261,152,56],"line":0}]}]}"#,
        )
        .unwrap();
        assert_eq!((read.skew, read.unread.len(), read.words[0].area[0]), (0.5, 1, 791.0));
        assert!(pages(r#"{"pages":[]}"#).is_err());
    }
}
