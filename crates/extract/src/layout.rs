//! Pages as lines: pieces of text that belong together, each knowing where on the page it stands and which others stand
//! in the same row. A wide gap parts a line in two, as between the agency on the left and the motto on the right.

use sohoa_model::{Box4, Field, Word, text::fold};

use crate::Page;

/// A piece of a row.
pub struct Line {
    pub page: u32,
    /// Rows of a page are numbered from its top; no two pages share a number.
    pub row: u64,
    pub words: Vec<Word>,
    pub tokens: Vec<Token>,
    /// Place on the page, in thousandths of its width and height.
    pub left: u32,
    pub right: u32,
    pub top: u32,
    pub bottom: u32,
}

/// A run of letters or of digits, folded, and the word of the line in which it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    pub text: String,
    pub word: usize,
}

/// The dots, lines and blanks that lead the pen on a form.
pub fn is_leader(c: char) -> bool {
    c.is_whitespace() || matches!(c, '.' | '…' | '_' | '·' | '•' | '‥' | '|' | '~' | '¦')
}

/// Folded, with every run of other characters than letters and digits as one space.
pub fn plain(text: &str) -> String {
    let folded = fold(text);
    folded.split(|c: char| !c.is_alphanumeric()).filter(|p| !p.is_empty()).collect::<Vec<_>>().join(" ")
}

/// How likely a word is right, 0 to 1. With a letter or mark that Vietnamese does not have, as `Ÿ`, it was not; nor is
/// `Kiêt` a syllable, which had a mark more.
pub fn worth(word: &Word) -> f32 {
    use unicode_normalization::UnicodeNormalization;
    let marks = ['\u{300}', '\u{301}', '\u{303}', '\u{309}', '\u{323}', '\u{302}', '\u{306}', '\u{31b}'];
    let ours = |c: char| {
        c.is_ascii() || matches!(c, 'đ' | 'Đ' | 'ð' | 'Ð') || marks.contains(&c) || !c.is_alphabetic() && c < '\u{300}'
    };
    let letters: Vec<char> = word.text.nfd().filter(|c| !c.is_ascii_punctuation()).collect();
    let has = |marks: &[char]| letters.iter().any(|c| marks.contains(c));
    // What stops with these has the tone of `Kiệt` or `Kiết`.
    let stopped = letters.last().is_some_and(|c| matches!(c.to_ascii_lowercase(), 'c' | 'p' | 't'))
        || matches!(letters[..], [.., 'c' | 'C', 'h' | 'H']);
    let toneless = stopped && has(&['\u{302}', '\u{306}', '\u{31b}']) && !has(&['\u{301}', '\u{323}']);
    let most = if letters.iter().copied().all(ours) && !toneless { 1.0 } else { 0.2 };
    (word.confidence / 100.0).clamp(0.0, most)
}

/// Words and figures part, so that `ngày05` is as good as `ngày 05`; a letter or two among digits are misread digits.
pub fn tokens<'a>(words: impl IntoIterator<Item = &'a Word>) -> Vec<Token> {
    let parts = |(word, w): (usize, &Word)| parts(&w.text).into_iter().map(move |text| Token { text, word });
    words.into_iter().enumerate().flat_map(parts).collect()
}

/// What tokens must say to be this text.
pub fn phrase(text: &str) -> String {
    parts(text).join(" ")
}

fn parts(text: &str) -> Vec<String> {
    let mut parts = Vec::new();
    // `!2` is 12, and so is a bracket that nothing opens a leaning 1.
    let stroke = |c: char| c == '!' || c == ']' && !text.contains('[');
    let text = if text.contains(|c: char| c.is_ascii_digit()) { text.replace(stroke, "1") } else { text.to_owned() };
    for part in plain(&text).split(' ').filter(|p| !p.is_empty()) {
        let letters: Vec<char> = part.chars().collect();
        let runs: Vec<&[char]> = letters.chunk_by(|a, b| a.is_ascii_digit() == b.is_ascii_digit()).collect();
        let apart = runs.iter().all(|run| run[0].is_ascii_digit() || run.len() > 2);
        let runs = if apart { runs } else { vec![&letters[..]] };
        parts.extend(runs.into_iter().map(|run| run.iter().collect::<String>()));
    }
    parts
}

impl Line {
    fn new(page: &Page, row: u64, words: Vec<Word>) -> Option<Self> {
        let share = |pixels: u32, whole: u32| (u64::from(pixels) * 1000 / u64::from(whole.max(1))) as u32;
        let edge = |side: fn(&Word) -> u32| words.iter().map(side);
        Some(Self {
            page: page.number,
            row,
            left: share(edge(|w| w.bounds[0]).min()?, page.width),
            right: share(edge(|w| w.bounds[0] + w.bounds[2]).max()?, page.width),
            top: share(edge(|w| w.bounds[1]).min()?, page.height),
            bottom: share(edge(|w| w.bounds[1] + w.bounds[3]).max()?, page.height),
            tokens: tokens(&words),
            words,
        })
    }

    pub fn words(&self) -> Vec<&Word> {
        self.words.iter().collect()
    }

    pub fn text(&self) -> String {
        self.words.iter().map(|w| w.text.as_str()).collect::<Vec<_>>().join(" ")
    }

    /// Without marks and case, punctuation as spaces.
    pub fn folded(&self) -> String {
        plain(&self.text())
    }

    pub fn middle(&self) -> u32 {
        (self.left + self.right) / 2
    }

    /// Whether it is set in capitals.
    pub fn is_capitals(&self) -> bool {
        let text = self.text();
        let letters = text.chars().filter(|c| c.is_alphabetic()).count();
        let capitals = text.chars().filter(|c| c.is_uppercase()).count();
        letters >= 2 && capitals * 10 >= letters * 8
    }

    /// Whether it stands about the middle of what is printed, as titles do (the left margin is the wider one).
    pub fn is_centred(&self) -> bool {
        (370..=640).contains(&self.middle())
    }

    /// Whether something new begins here: an item of a list, a note in brackets, or a label with its colon.
    pub fn opens(&self) -> bool {
        let first = self.words[0].text.as_str();
        let item = first.trim_end_matches(['.', ')']);
        let numbered = item.len() < first.len() && item.len() < 3 && item.bytes().all(|b| b.is_ascii_digit());
        let said = self.words.iter().take_while(|w| !w.text.ends_with([',', ';'])).take(5);
        let labelled = first.starts_with(char::is_uppercase) && said.clone().any(|w| w.text.ends_with(':'));
        numbered || first.starts_with('(') || labelled
    }

    /// Whether it begins with these words, which are folded; one misread letter to three words is forgiven.
    pub fn begins(&self, words: &str) -> bool {
        matches(&self.tokens, words).is_some()
    }
}

/// How many tokens the folded `words` take up at the start of `tokens`, if they stand there. A misread letter in a word
/// of four or more is forgiven, once in three words.
pub fn matches(tokens: &[Token], words: &str) -> Option<usize> {
    let (mut count, mut slips) = (0, 0);
    for word in words.split(' ') {
        let token = &tokens.get(count)?.text;
        count += 1;
        if token != word {
            slips += 1;
            if !alike(token, word) {
                return None;
            }
        }
    }
    (slips <= count.div_ceil(3)).then_some(count)
}

/// Whether `read` is `word` with one letter wrong, missing or too many.
pub fn alike(read: &str, word: &str) -> bool {
    let (a, b): (Vec<char>, Vec<char>) = (read.chars().collect(), word.chars().collect());
    if b.len() < 4 || a.len().abs_diff(b.len()) > 1 {
        return false;
    }
    let start = a.iter().zip(&b).take_while(|(x, y)| x == y).count();
    let end = a[start..].iter().rev().zip(b[start..].iter().rev()).take_while(|(x, y)| x == y).count();
    a.len() - start - end <= 1 && b.len() - start - end <= 1
}

/// The pieces of a page, top to bottom and, within a row, from left to right.
pub fn lines(page: &Page) -> Vec<Line> {
    let mut rows: Vec<Vec<Vec<Word>>> = Vec::new();
    let mut pieces: Vec<Vec<Word>> = page.words.chunk_by(|a, b| a.line == b.line).flat_map(pieces).collect();
    pieces.sort_by_key(|piece| (centre(piece), piece[0].bounds[0]));
    for piece in pieces {
        // In the same row when the middle of one lies well within the other. Reading may have taken two columns apart.
        match rows.last_mut().filter(|row| row.iter().all(|other| level(other, &piece))) {
            Some(row) => row.push(piece),
            None => rows.push(vec![piece]),
        }
    }
    let mut lines = Vec::new();
    for (number, mut row) in rows.into_iter().enumerate() {
        row.sort_by_key(|piece| piece[0].bounds[0]);
        // What reading took apart though nothing parts it goes together again.
        let mut joined: Vec<Vec<Word>> = Vec::new();
        for piece in row {
            match joined.last_mut().filter(|last| !parted(last, &piece)) {
                Some(last) => last.extend(piece),
                None => joined.push(piece),
            }
        }
        let row = (u64::from(page.number) << 32) + number as u64;
        lines.extend(joined.into_iter().filter_map(|words| Line::new(page, row, words)));
    }
    lines
}

/// A line of the reading, cut at wide gaps, without the specks that a stamp or ruler leaves.
fn pieces(line: &[Word]) -> Vec<Vec<Word>> {
    let speck =
        |w: &Word| !w.text.chars().any(|c| c.is_alphanumeric() || matches!(c, '.' | '…' | '-' | '–' | ':' | '/'));
    // A box of nothing, or larger than any page, is no place on it.
    let placed = |w: &&Word| w.bounds[2] > 0 && w.bounds[3] > 0 && w.bounds.iter().all(|v| *v < 1 << 24);
    let solid = line.iter().filter(placed).filter(|w| !speck(w));
    let mut words: Vec<Word> = solid.flat_map(unglued).map(hooked).collect();
    words.sort_by_key(|w| w.bounds[0]);
    let mut pieces: Vec<Vec<Word>> = Vec::new();
    for word in words {
        match pieces.last_mut().filter(|piece| !parted(piece, std::slice::from_ref(&word))) {
            Some(piece) => piece.push(word),
            None => pieces.push(vec![word]),
        }
    }
    pieces
}

/// The two dots of a `Ÿ` by itself are a hook or a tilde that was read badly, and no syllable is a `ỹ`.
fn hooked(word: Word) -> Word {
    let is_y = word.text.chars().filter(|c| c.is_alphabetic()).eq(['Ÿ']);
    if is_y {
        Word { text: word.text.replace('Ÿ', "Ỷ"), confidence: word.confidence.min(40.0), ..word }
    } else {
        word
    }
}

/// Says of a field that a `Ÿ` was read where its value has what [`hooked`] takes it for.
pub fn unhook(field: &mut Field, pages: &[Page]) {
    let (Some(page), Some([x, y, w, h])) = (field.page, field.bounds) else { return };
    let within = |b: Box4| {
        let (cx, cy) = (b[0].saturating_add(b[2] / 2), b[1].saturating_add(b[3] / 2));
        (x..=x.saturating_add(w)).contains(&cx) && (y..=y.saturating_add(h)).contains(&cy)
    };
    let mut words = pages.iter().filter(|p| p.number == page).flat_map(|p| p.words);
    if words.any(|word| word.text.contains('Ÿ') && within(word.bounds)) {
        let said = field.read.as_ref().unwrap_or(&field.value).split(' ');
        let read = said.map(|word| if word == "Ỷ" { "Ÿ" } else { word }).collect::<Vec<_>>().join(" ");
        field.read = Some(read).filter(|read| *read != field.value);
    }
}

/// A word cut after a colon and after form dots, so that `tên:....Lê` is label, dots and value.
fn unglued(word: &Word) -> Vec<Word> {
    let letters: Vec<char> = word.text.chars().collect();
    let dot = |c: char| matches!(c, '.' | '…' | '_');
    let cut = |i: usize| {
        let (before, after) = (letters[i - 1], letters[i]);
        let colon = before == ':' && !after.is_ascii_digit() && after.is_alphanumeric()
            || before == ':' && after.is_ascii_digit() && i >= 2 && !letters[i - 2].is_ascii_digit();
        let dots = dot(before) && after.is_alphanumeric() && (before != '.' || i >= 2 && dot(letters[i - 2]));
        colon || dots
    };
    let mut cuts = vec![0];
    cuts.extend((1..letters.len()).filter(|i| cut(*i)));
    cuts.push(letters.len());
    let [x, y, width, height] = word.bounds;
    // Letters are taken to be of one width, which is near enough for a box.
    let at = |i: usize| (u64::from(width) * i as u64 / letters.len().max(1) as u64) as u32;
    cuts.windows(2)
        .filter(|part| part[0] < part[1])
        .map(|part| Word {
            text: letters[part[0]..part[1]].iter().collect(),
            bounds: [x + at(part[0]), y, at(part[1]) - at(part[0]), height],
            ..word.clone()
        })
        .collect()
}

/// Whether a gap as wide as two lines are high lies between a piece and what follows it. A space is a quarter of that
/// at most, and in justified text seldom half.
fn parted(before: &[Word], after: &[Word]) -> bool {
    let height = |words: &[Word]| {
        let mut heights: Vec<u32> = words.iter().map(|w| w.bounds[3]).collect();
        heights.sort_unstable();
        heights[heights.len() / 2]
    };
    let end = before.iter().map(|w| w.bounds[0] + w.bounds[2]).max().unwrap_or(0);
    after[0].bounds[0].saturating_sub(end) > 2 * height(before).max(height(after))
}

fn top(piece: &[Word]) -> u32 {
    piece.iter().map(|w| w.bounds[1]).min().unwrap_or(0)
}

fn bottom(piece: &[Word]) -> u32 {
    piece.iter().map(|w| w.bounds[1] + w.bounds[3]).max().unwrap_or(0)
}

fn centre(piece: &[Word]) -> u32 {
    (top(piece) + bottom(piece)) / 2
}

/// Two thirds of the lower one lie beside the other.
fn level(a: &[Word], b: &[Word]) -> bool {
    let shared = bottom(a).min(bottom(b)).saturating_sub(top(a).max(top(b)));
    shared * 3 >= (bottom(a) - top(a)).min(bottom(b) - top(b)) * 2
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(text: &str, x: u32, y: u32, width: u32, line: u32) -> Word {
        Word { text: text.into(), confidence: 90.0, bounds: [x, y, width, 20], line, block: 0 }
    }

    fn texts(words: &[Word]) -> Vec<(u32, String)> {
        let page = Page { number: 1, width: 1000, height: 1400, words, codes: &[] };
        lines(&page).iter().map(|l| ((l.row & 0xFF) as u32, l.text())).collect()
    }

    #[test]
    fn a_wide_gap_parts_a_line_and_blocks_side_by_side_share_a_row() {
        let words = [
            word("UBND", 100, 50, 60, 0),
            word("PHƯỜNG", 166, 50, 80, 0),
            word("CỘNG", 500, 52, 60, 0),
            word("Số:", 100, 90, 40, 1),
            word("|", 145, 90, 4, 1),
            word("15/QĐ", 150, 90, 60, 1),
            word("Bắc", 560, 93, 40, 2),
            word("Ninh,", 606, 93, 50, 2),
        ];
        let expected = [(0, "UBND PHƯỜNG"), (0, "CỘNG"), (1, "Số: 15/QĐ"), (1, "Bắc Ninh,")];
        assert_eq!(texts(&words), expected.map(|(row, text)| (row, text.to_owned())));
        // One visual line that reading took for two.
        let words = [word("Họ", 100, 50, 30, 0), word("tên:", 136, 50, 40, 0), word("LÊ", 186, 51, 30, 1)];
        assert_eq!(texts(&words), [(0, "Họ tên: LÊ".to_owned())]);
    }

    #[test]
    fn what_is_glued_together_comes_apart() {
        let words =
            [word("tên:....Lê", 100, 50, 100, 0), word("08:30", 206, 50, 40, 0), word("1.250.000", 252, 50, 60, 0)];
        assert_eq!(texts(&words)[0].1, "tên:.... Lê 08:30 1.250.000");
        assert_eq!(unglued(&words[0])[1].bounds, [180, 50, 20, 20]);
    }

    #[test]
    fn one_misread_letter_is_forgiven_and_two_are_not() {
        let words = [word("Số", 0, 0, 9, 0), word("dinh", 9, 0, 9, 0), word("danh:05", 18, 0, 9, 0)];
        let tokens = tokens(&words);
        assert_eq!(
            tokens.iter().map(|t| (&*t.text, t.word)).collect::<Vec<_>>(),
            [("so", 0), ("dinh", 1), ("danh", 2), ("05", 2)]
        );
        assert_eq!(matches(&tokens, "so dinh danh"), Some(3));
        assert_eq!(matches(&tokens, "so dịnh danh"), Some(3));
        assert_eq!(matches(&tokens, "so dnh danh"), None, "short words must be right");
        assert_eq!(matches(&tokens, "so dinh tanh ca"), None);
        for (read, word, expected) in [("sinth", "sinh", true), ("sin", "sinh", true), ("sgih", "sinh", false)] {
            assert_eq!(super::alike(read, word), expected, "{read}");
        }
    }
}
