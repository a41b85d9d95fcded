//! The words of a copy: where the lines are by Tesseract's layout analysis, what they say by the network of its model.

use image::GrayImage;
use sohoa_model::{Box4, Result, Word, text::nfc};

use crate::again::ONE_LINE;
use crate::layout::{Edges, Layout, Run, ink, scaled, union};
use crate::lexicon::{Lexicon, bare};
use crate::lstm::{HEIGHT, LineWord, Recogniser, TOGETHER};
use crate::syllable::is_syllable;
use crate::{Deadline, Params, bounds};
use crate::{marks, missed};

/// Pixels of paper that are read around letters.
const PADDING: i32 = 4;

/// What was read of a copy, boxes in its own pixels.
#[derive(Debug, Default)]
pub struct Found {
    pub words: Vec<Word>,
    /// All connected parts of ink, where it was a page.
    pub ink: Vec<Box4>,
}

/// Darker is ink, on a copy whose paper is white.
const INK: u8 = 128;

/// What reading takes.
pub struct Eyes<'a> {
    pub layout: &'a mut Layout,
    pub recogniser: &'a Recogniser,
    pub params: &'a Params,
    pub lexicon: &'a Lexicon,
    pub deadline: &'a Deadline<'a>,
}

/// A copy before its lines are read.
struct Copy<'a> {
    gray: &'a GrayImage,
    runs: Vec<Run>,
    /// What the network is shown of each, and where that lies.
    shown: Vec<Option<(Edges, Vec<u8>)>>,
    ink: Vec<Edges>,
}

impl Eyes<'_> {
    /// Reads a copy; in `pictures`, which may be photographs, until it is clear that they are. Of a page, which is more than
    /// one line, all ink is accounted for.
    ///
    /// Errors: as [`Deadline::check`].
    pub fn run(&mut self, gray: &GrayImage, dpi: f32, pictures: &[Box4]) -> Result<Found> {
        let copy = self.see(gray, dpi)?;
        let mut pictures: Vec<Picture> = pictures.iter().copied().map(Picture::new).collect();
        let picture = |run: &Run| pictures.iter().position(|picture| missed::is_within(&run.edges, &picture.edges));
        let within: Vec<Option<usize>> = copy.runs.iter().map(picture).collect();
        let mut lines = self.read(std::slice::from_ref(&copy), |at| within[at].is_none())?.remove(0);
        for (at, picture) in within.iter().enumerate().filter_map(|(at, within)| Some((at, (*within)?))) {
            let Some((_, rows)) = copy.shown[at].as_ref().filter(|_| !pictures[picture].is_clear()) else { continue };
            self.deadline.check()?;
            lines[at] = self.line(rows);
            pictures[picture].add(&lines[at]);
        }
        let words = self.words(&copy, lines)?;
        let ink = copy.ink.iter().map(|[l, t, r, b]| [*l, *t, r - l, b - t].map(|edge| edge as u32)).collect();
        Ok(Found { words, ink })
    }

    /// The words of copies that are one line each, which takes less time than one by one.
    ///
    /// Errors: as [`Deadline::check`].
    pub fn lines(&mut self, copies: &[GrayImage], dpi: f32) -> Result<Vec<Vec<Word>>> {
        let copies = copies.iter().map(|gray| self.see(gray, dpi)).collect::<Result<Vec<_>>>()?;
        let lines = self.read(&copies, |_| true)?;
        copies.iter().zip(lines).map(|(copy, lines)| self.words(copy, lines)).collect()
    }

    /// Finds the lines of a copy.
    fn see<'a>(&mut self, gray: &'a GrayImage, dpi: f32) -> Result<Copy<'a>> {
        self.deadline.check()?;
        let mut runs = self.layout.runs(gray, dpi, self.params.segmentation);
        let mut parts = Vec::new();
        if self.params.segmentation != ONE_LINE {
            parts = ink(gray, [0, 0, gray.width() as i32, gray.height() as i32], INK);
            missed::marks(&parts, &mut runs);
            missed::add(&parts, dpi, &mut runs);
        }
        let shown = runs.iter().map(|run| shown(gray, run)).collect::<Result<_>>()?;
        Ok(Copy { gray, runs, shown, ink: parts })
    }

    /// What the lines of copies say that are `wanted`, by their number in the copy; several of about one length are read at
    /// a time.
    fn read(&self, copies: &[Copy], wanted: impl Fn(usize) -> bool) -> Result<Vec<Vec<Vec<LineWord>>>> {
        let mut order: Vec<(usize, usize, &[u8])> = Vec::new();
        for (of, copy) in copies.iter().enumerate() {
            let lines = copy.shown.iter().enumerate().filter(|(at, _)| wanted(*at));
            order.extend(lines.filter_map(|(at, shown)| Some((of, at, &*shown.as_ref()?.1))));
        }
        order.sort_by_key(|(_, _, rows)| rows.len());
        let mut read: Vec<Vec<Vec<LineWord>>> =
            copies.iter().map(|copy| copy.runs.iter().map(|_| Vec::new()).collect()).collect();
        for several in order.chunks(TOGETHER) {
            self.deadline.check()?;
            let rows: Vec<&[u8]> = several.iter().map(|(_, _, rows)| *rows).collect();
            let lines = self.recogniser.read(&rows, self.params.both, self.params.invert);
            several.iter().zip(lines).for_each(|((of, at, _), line)| read[*of][*at] = line);
        }
        Ok(read)
    }

    fn line(&self, rows: &[u8]) -> Vec<LineWord> {
        self.recogniser.read(&[rows], self.params.both, self.params.invert).remove(0)
    }

    /// The words of a copy of whose lines it is known what they say.
    fn words(&self, copy: &Copy, lines: Vec<Vec<LineWord>>) -> Result<Vec<Word>> {
        let mut words = Vec::new();
        for ((run, shown), mut line) in copy.runs.iter().zip(&copy.shown).zip(lines) {
            let Some((edges, rows)) = shown else { continue };
            if self.params.marks {
                line.iter_mut().for_each(|word| marks::weigh(rows, word));
            }
            fitting(&mut line, self.lexicon);
            let (found, spaced) = placed(copy.gray, &line, run, *edges);
            if !run.missed || missed::is_text(&found) {
                let last = words.len();
                words.extend(found);
                for (at, pieces) in spaced.into_iter().rev() {
                    let read = pieces.iter().map(|run| self.piece(copy.gray, run)).collect::<Result<Vec<_>>>()?;
                    if let Some(several) = several(&words[last + at], read) {
                        words.splice(last + at..=last + at, several);
                    }
                }
            }
        }
        renumber(&mut words);
        Ok(words)
    }

    /// A piece of a run, read by itself.
    fn piece(&self, gray: &GrayImage, run: &Run) -> Result<Vec<Word>> {
        self.deadline.check()?;
        let Some((edges, rows)) = shown(gray, run)? else { return Ok(Vec::new()) };
        Ok(placed(gray, &self.line(&rows), run, edges).0)
    }
}

/// What is seen of the letters of a copy, line by line.
pub fn letters(
    layout: &mut Layout,
    recogniser: &Recogniser,
    (gray, dpi): (&GrayImage, f32),
    params: &Params,
) -> Result<Vec<Vec<marks::Seen>>> {
    let line = |run: Run| {
        let Some((_, rows)) = shown(gray, &run)? else { return Ok(Vec::new()) };
        let line = recogniser.read(&[&rows], params.both, params.invert).remove(0);
        Ok(line.iter().map(|word| marks::seen(&rows, word)).collect())
    };
    layout.runs(gray, dpi, params.segmentation).into_iter().map(line).collect()
}

/// What may be a photograph, or print on a tinted ground.
struct Picture {
    edges: Edges,
    words: usize,
    sure: usize,
}

impl Picture {
    /// So many words, of which fewer than one in so many is surer than this, in percent: it is no print.
    const ENOUGH: usize = 8;
    const SHARE: usize = 3;
    const SURE: f32 = 80.0;

    fn new([x, y, w, h]: Box4) -> Self {
        Self { edges: [x, y, x + w, y + h].map(|edge| edge as i32), words: 0, sure: 0 }
    }

    fn add(&mut self, words: &[LineWord]) {
        self.words += words.len();
        self.sure += words.iter().filter(|word| word.confidence >= Self::SURE).count();
    }

    /// Whether it is clear that it is a photograph.
    fn is_clear(&self) -> bool {
        self.words >= Self::ENOUGH && self.sure * Self::SHARE < self.words
    }
}

/// What the network is shown of a run, and where that lies; `None` where nothing of it is on the copy.
fn shown(gray: &GrayImage, run: &Run) -> Result<Option<(Edges, Vec<u8>)>> {
    let edges = padded(run.edges, gray);
    let is_there = edges[0] < edges[2] && edges[1] < edges[3];
    is_there.then(|| Ok((edges, scaled(gray, edges, HEIGHT as u32)?))).transpose()
}

/// With the paper around, as far as there is some.
fn padded([left, top, right, bottom]: Edges, gray: &GrayImage) -> Edges {
    let (width, height) = (gray.width() as i32, gray.height() as i32);
    [(left - PADDING).max(0), (top - PADDING).max(0), (right + PADDING).min(width), (bottom + PADDING).min(height)]
}

/// Percent, of what stands there and was not read so.
const MENDED: f32 = 50.0;

/// Where a word goes with neither neighbour but would with other marks, which the network has seen as well, it has these;
/// a name keeps its own.
fn fitting(words: &mut [LineWord], lexicon: &Lexicon) {
    for at in 0..words.len() {
        let beside = |at: Option<usize>| at.and_then(|at| words.get(at)).map(|word| bare(&word.text));
        let (left, right) = (beside(at.checked_sub(1)), beside(Some(at + 1)));
        let fits = |text: &str| lexicon.fits(left.as_deref(), &bare(text), right.as_deref());
        let word = &words[at];
        if lexicon.is_name(left.as_deref(), &word.text) {
            continue;
        }
        let mut better = word.variants.iter().filter(|_| !fits(&word.text)).filter(|variant| fits(variant));
        if let (Some(only), None) = (better.next(), better.next()) {
            let only = only.clone();
            let word = &mut words[at];
            word.confidence = word.confidence.min(MENDED);
            word.text = only;
            word.variants.clear();
        }
    }
}

/// Whether a figure stands there twice: the network takes `11` for one that lasts, but there are two figures of ink.
fn is_double(text: &str, parts: &[Edges]) -> bool {
    let size = |part: &Edges| (part[2] - part[0], part[3] - part[1]);
    let tallest = parts.iter().map(|part| size(part).1).max().unwrap_or(0);
    let mut tall = parts.iter().filter(|part| size(part).1 * 5 > tallest * 4);
    let (Some(one), Some(other), None) = (tall.next(), tall.next(), tall.next()) else { return false };
    let (wide, narrow) = (size(one).0.max(size(other).0), size(one).0.min(size(other).0));
    let one_figure = text.len() == 1 && text.starts_with(|c: char| c.is_ascii_digit());
    // In italics each leans over the next.
    let apart = other[0] + other[2] - one[0] - one[2];
    one_figure && apart >= narrow && wide * 2 <= narrow * 3
}

/// The same with ỵ for y, where Vietnamese has such a word: neither model has this letter. After u, where other words are
/// far more common («quy», «huy»), it is rather a speck.
fn with_dot(text: &str) -> Option<String> {
    let (at, y) = text.char_indices().rfind(|(_, c)| c.is_alphabetic())?;
    if text[..at].ends_with(['u', 'U']) {
        return None;
    }
    let dotted = match y {
        'y' => "ỵ",
        'Y' => "Ỵ",
        _ => return None,
    };
    let dotted = format!("{}{dotted}{}", &text[..at], &text[at + 1..]);
    is_syllable(dotted.trim_end_matches(|c: char| !c.is_alphabetic())).then_some(dotted)
}

/// Whether there is a dot below the last letter of a word: it stands by itself under the line, as wide as it is high.
fn is_dotted(gray: &GrayImage, [left, top, right, bottom]: Edges, run: &Run) -> bool {
    let mut bottoms: Vec<i32> = run.parts.iter().map(|part| part[3]).collect();
    bottoms.sort_unstable();
    let Some(baseline) = bottoms.get(bottoms.len() / 2).copied() else { return false };
    let above = baseline - run.edges[1];
    let (width, height) = (gray.width() as i32, gray.height() as i32);
    let area = [left, top, (right + 1).min(width), bottom.max(baseline + above / 2).min(height)];
    let pixels = (area[1]..area[3]).flat_map(|y| (area[0]..area[2]).map(move |x| (x as u32, y as u32)));
    let shades = pixels.map(|(x, y)| gray.get_pixel(x, y)[0]);
    let (dark, light) = shades.fold((u8::MAX, 0), |(dark, light), shade| (dark.min(shade), light.max(shade)));
    ink(gray, area, dark.midpoint(light)).iter().any(|[from, top, to, bottom]| {
        let (wide, tall) = (to - from, bottom - top);
        let is_round = wide.abs_diff(tall) <= 1 && tall >= 2 && (2..=above / 4).contains(&wide);
        let is_below = (1..=above * 3 / 8).contains(&(top - baseline));
        is_round && is_below && (right - (from + to) / 2) * 3 <= above
    })
}

/// Surer than this, in percent, a single letter is a word.
const SHORT: f32 = 85.0;

/// The words that stand where one was read, if each says something: the network passed one over, or the space between them.
/// Letters that say the same are spaced ones of one word, unless that is none and each of them is.
fn several(word: &Word, read: Vec<Vec<Word>>) -> Option<Vec<Word>> {
    let bare = |word: &Word| is_syllable(word.text.trim_matches(|c: char| !c.is_alphabetic()));
    // `ở` is a word of one letter.
    let is_short = |words: &[Word]| matches!(words, [only] if only.confidence >= SHORT && is_syllable(&only.text));
    let all_say = read.iter().all(|words| missed::is_text(words) || is_short(words));
    let several = read.into_iter().flatten().fold(Vec::new(), joined);
    let same = several.iter().map(|word| &*word.text).collect::<String>() == word.text;
    let run_together = !bare(word) && several.iter().all(bare);
    (all_say && (!same || run_together)).then_some(several)
}

/// The words with another one. A thin figure stands off the next as far as words do; they are one number.
fn joined(mut words: Vec<Word>, next: Word) -> Vec<Word> {
    let is_figures = |word: &Word| word.text.chars().all(|c| c.is_ascii_digit());
    match words.last_mut().filter(|last| is_figures(last) && is_figures(&next)) {
        Some(last) => {
            last.bounds = bounds(&[last.clone(), next.clone()]);
            last.confidence = last.confidence.min(next.confidence);
            last.text += &next.text;
        }
        None => words.push(next),
    }
    words
}

/// Of a line's height: wider is a space between words.
const SPACE: f32 = 0.2;

/// The ink of a word, parted where there is a space in it that has letters on both sides.
fn parted(own: &[Edges], tall: i32) -> Vec<Vec<Edges>> {
    let space = (SPACE * tall as f32) as i32;
    let highest = own.iter().map(|part| part[3] - part[1]).max().unwrap_or(0);
    let is_letter = |part: &Edges| (part[3] - part[1]) * 2 > highest && (part[2] - part[0]) * 4 > highest;
    let mut own = own.to_vec();
    own.sort_unstable_by_key(|part| part[0]);
    let mut groups: Vec<(i32, Vec<Edges>)> = Vec::new();
    for part in own {
        let lettered = |group: &[Edges]| group.iter().any(is_letter);
        match groups.last_mut() {
            Some((right, group)) if part[0] - *right < space || !lettered(group) => {
                *right = part[2].max(*right);
                group.push(part);
            }
            _ => groups.push((part[2], vec![part])),
        }
    }
    // What stands apart and is no letter belongs to those before it.
    while let Some((right, last)) = groups.pop_if(|(_, group)| !group.iter().any(is_letter)) {
        let Some(before) = groups.last_mut() else { break };
        before.0 = right;
        before.1.extend(last);
    }
    groups.into_iter().map(|(_, group)| group).collect()
}

/// The words of a run with their boxes: the network tells about where a letter is, the parts of ink exactly. With them
/// those, by their number, whose ink falls into pieces that stand apart as words do.
fn placed(gray: &GrayImage, read: &[LineWord], run: &Run, edges: Edges) -> (Vec<Word>, Vec<(usize, Vec<Run>)>) {
    let scale = (edges[3] - edges[1]) as f32 / HEIGHT as f32;
    let place = |column: usize| edges[0] + (column as f32 * scale).round() as i32;
    let mut parts = run.parts.clone();
    parts.sort_by_key(|part| part[0] + part[2]);
    let mut parts = parts.into_iter().peekable();
    let (mut words, mut spaced) = (Vec::new(), Vec::new());
    for (i, word) in read.iter().enumerate() {
        let (from, to) = (place(word.columns.0), place(word.columns.1));
        // Between two words, halfway through the space; the last one takes what is left.
        let end = read.get(i + 1).map_or(i32::MAX, |next| to + place(next.columns.0));
        let own: Vec<Edges> = std::iter::from_fn(|| parts.next_if(|part| part[0] + part[2] < end)).collect();
        let edges = own.iter().copied().reduce(union).unwrap_or([from, run.edges[1], to, run.edges[3]]);
        let [left, top, right, bottom] = edges.map(|edge| edge.max(0));
        let mut text: String = nfc(&word.text).chars().filter(|c| !c.is_control() && !c.is_whitespace()).collect();
        let mut confidence = word.confidence;
        if is_double(&text, &own) {
            text = text.repeat(2);
            confidence = confidence.min(MENDED);
        }
        if let Some(dotted) = with_dot(&text)
            && is_dotted(gray, [left, top, right, bottom], run)
        {
            text = dotted;
            confidence = confidence.min(MENDED);
        }
        if !text.is_empty() && right > left && bottom > top {
            let bounds = [left as u32, top as u32, (right - left) as u32, (bottom - top) as u32];
            let pieces = parted(&own, run.edges[3] - run.edges[1]);
            if pieces.len() > 1 {
                let piece = |parts: Vec<Edges>| {
                    let [left, top, right, bottom] = parts.iter().copied().reduce(union).unwrap_or(run.edges);
                    // What its neighbours reach above and below the line, its letters may, too.
                    let edges = [left, top.min(run.edges[1]), right, bottom.max(run.edges[3])];
                    Run { edges, parts, ..*run }
                };
                spaced.push((words.len(), pieces.into_iter().map(piece).collect()));
            }
            words.push(Word { text, confidence, bounds, line: run.line, block: run.block });
        }
    }
    (words, spaced)
}

/// Lines and blocks that turned out empty leave no gap in the numbers.
fn renumber(words: &mut [Word]) {
    let mut last = (0, 0);
    let (mut line, mut block) = (0, 0);
    for (i, word) in words.iter_mut().enumerate() {
        let here = (word.line, word.block);
        if i > 0 {
            line += u32::from(here.0 != last.0);
            block += u32::from(here.1 != last.1);
        }
        last = here;
        (word.line, word.block) = (line, block);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_that_were_seen_as_well_are_taken_where_only_they_fit() {
        let word = |text: &str, variants: &[&str]| LineWord {
            text: text.into(),
            confidence: 95.0,
            columns: (0, 9),
            letters: Vec::new(),
            variants: variants.iter().map(|text| text.to_string()).collect(),
        };
        let read = |words: &mut [LineWord]| {
            fitting(words, &Lexicon::default());
            (words[1].text.clone(), words[1].confidence)
        };
        let (text, confidence) = read(&mut [word("quy", &[]), word("đinh", &["định", "đình"]), word("khác", &[])]);
        assert_eq!(text, "định");
        assert!(confidence <= MENDED);
        assert_eq!(read(&mut [word("quy", &[]), word("đinh", &[]), word("khác", &[])]).0, "đinh", "it was not seen");
        assert_eq!(read(&mut [word("văn", &[]), word("bàn", &["bản"]), word("này", &[])]).0, "bản");
        let name = read(&mut [word("Văn", &[]), word("Bàn", &["Bản"]), word("này", &[])]);
        assert_eq!(name, ("Bàn".to_owned(), 95.0), "what people are called is not mended");
        assert_eq!(read(&mut [word("xuân", &[]), word("đinh", &["định"]), word("ơi", &[])]).0, "đinh", "nothing fits");
        assert_eq!(
            read(&mut [word("quy", &[]), word("định", &["đinh"]), word("khác", &[])]).0,
            "định",
            "it fits as it is"
        );
    }

    #[test]
    fn a_dot_below_y_makes_the_letter_that_no_model_has() {
        for (text, dotted) in
            [("Ty", Some("Tỵ")), ("TY,", Some("TỴ,")), ("kỹ", None), ("quy", None), ("wy", None), ("1", None)]
        {
            assert_eq!(with_dot(text).as_deref(), dotted, "{text}");
        }
        // Two letters on the line at 84, of 20 and 14 pixels; the second reaches below it.
        let (big, tail) = ([100, 64, 114, 84], [118, 70, 130, 90]);
        let page = |dots: &[Edges]| {
            let mut page = GrayImage::from_pixel(200, 120, image::Luma([240]));
            for [left, top, right, bottom] in [big, tail].iter().chain(dots) {
                let all = (*left..*right).flat_map(|x| (*top..*bottom).map(move |y| (x, y)));
                all.for_each(|(x, y)| page.put_pixel(x as u32, y as u32, image::Luma([30])));
            }
            page
        };
        let run = Run { line: 0, block: 0, edges: [96, 62, 134, 90], parts: vec![big, big, tail], missed: false };
        let dotted = |dots: &[Edges]| is_dotted(&page(dots), [100, 64, 134, 90], &run);
        assert!(dotted(&[[131, 86, 134, 89]]));
        assert!(!dotted(&[]) && !dotted(&[[106, 86, 109, 89]]), "none, and one below the other letter");
        assert!(!dotted(&[[131, 82, 134, 85]]), "a full stop stands on the line");
    }

    #[test]
    fn a_word_that_was_passed_over_is_read_by_itself() {
        // Two letters with a mark above one, a space, three letters and a full stop, 30 pixels high.
        let letter = |left: i32| [left, 100, left + 14, 122];
        let own = [letter(0), letter(17), [3, 92, 9, 97], letter(46), letter(63), letter(80), [104, 119, 108, 122]];
        let lefts = |own: &[Edges]| {
            parted(own, 30).iter().map(|group| group.iter().map(|part| part[0]).collect()).collect::<Vec<Vec<i32>>>()
        };
        assert_eq!(lefts(&own), [vec![0, 3, 17], vec![46, 63, 80, 104]]);
        assert_eq!(lefts(&own[3..]).len(), 1, "what stands apart is no letter");
        assert!(lefts(&[]).is_empty());

        let word =
            |text: &str, confidence| Word { text: text.into(), confidence, bounds: [0, 0, 9, 9], line: 3, block: 1 };
        let as_one = |one: &str, pieces: &[(&str, f32)]| {
            let pieces = pieces.iter().map(|(text, sure)| vec![word(text, *sure)]).collect();
            several(&word(one, 98.0), pieces).map(|words| words.into_iter().map(|w| w.text).collect::<Vec<_>>())
        };
        let read = |pieces: &[(&str, f32)]| as_one("tạm:", pieces);
        assert_eq!(read(&[("ở", 93.0), ("tạm:", 99.0)]).unwrap(), ["ở", "tạm:"]);
        assert_eq!(as_one("ỔA", &[("Ổ", 97.0), ("A", 96.0)]).unwrap(), ["Ổ", "A"], "a space was passed over");
        assert_eq!(as_one("hoa", &[("ho", 97.0), ("a", 96.0)]), None, "one word, letters apart");
        assert_eq!(read(&[("tạ", 95.0), ("m:", 95.0)]), None, "spaced letters say the same");
        assert_eq!(read(&[("ở", 60.0), ("tạm:", 99.0)]), None, "a speck");
        assert_eq!(read(&[("1", 93.0), ("1", 95.0)]).unwrap(), ["11"], "figures in italics lean over one another");
    }

    #[test]
    fn a_photograph_is_clear_after_a_few_words_and_print_on_a_tinted_ground_is_none() {
        let words = |sure: usize, all: usize| {
            let word = |i| LineWord {
                text: "chữ".into(),
                confidence: if i < sure { 96.0 } else { 31.0 },
                columns: (0, 9),
                letters: Vec::new(),
                variants: Vec::new(),
            };
            (0..all).map(word).collect::<Vec<_>>()
        };
        let clear = |lines: &[(usize, usize)]| {
            let mut picture = Picture::new([100, 100, 400, 500]);
            lines.iter().for_each(|(sure, all)| picture.add(&words(*sure, *all)));
            picture.is_clear()
        };
        assert!(clear(&[(0, 3), (1, 3), (0, 2)]));
        assert!(!clear(&[(0, 3), (0, 3)]), "too few to say");
        assert!(!clear(&[(0, 3), (4, 5), (1, 2)]));
    }

    #[test]
    fn two_figures_that_were_read_as_one_are_two() {
        let (one, other, dot) = ([100, 50, 106, 80], [112, 50, 118, 80], [120, 76, 123, 79]);
        assert!(is_double("1", &[one, other, dot]));
        assert!(!is_double("1", &[one, dot]), "one figure and a speck");
        assert!(!is_double("1", &[one, [112, 50, 140, 80]]), "something else beside it");
        assert!(!is_double("11", &[one, other]) && !is_double("I", &[one, other]) && !is_double("1", &[]));
        let word = LineWord { text: "1".into(), confidence: 95.0, columns: (3, 30), letters: vec![], variants: vec![] };
        let run = Run { line: 0, block: 0, edges: [96, 46, 122, 84], parts: vec![other, one], missed: false };
        let (words, _) = placed(&GrayImage::new(200, 100), &[word], &run, [96, 46, 122, 84]);
        assert_eq!((words[0].text.as_str(), words[0].bounds), ("11", [100, 50, 18, 30]));
        assert!(words[0].confidence <= MENDED);
    }
}
