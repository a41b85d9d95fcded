//! Words that were read, laid beside those that are printed; and how often a reader is right that says how sure it is.

use serde_json::{Value, json};

/// Edits that make `wanted` of `text`: of all of it, or (`anywhere`) of the stretch that fits best (Sellers 1980).
pub fn distance(wanted: &[char], text: &[char], anywhere: bool) -> usize {
    let mut row: Vec<usize> = if anywhere { vec![0; text.len() + 1] } else { (0..=text.len()).collect() };
    for (i, a) in wanted.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, b) in text.iter().enumerate() {
            let best = (diagonal + usize::from(a != b)).min(row[j] + 1).min(row[j + 1] + 1);
            diagonal = row[j + 1];
            row[j + 1] = best;
        }
    }
    if anywhere { row.into_iter().min().unwrap_or(0) } else { row[text.len()] }
}

/// What became of each word of a page.
pub struct Laid {
    /// For each word read, the line and place of the printed one that it stands for; none for what is not on the page.
    pub read: Vec<Option<(usize, usize)>>,
    /// For each printed word, line by line, the word read for it.
    pub printed: Vec<Vec<Option<usize>>>,
}

/// Lays each printed line where its words fit best among those read that no line has yet, long lines first, so that the
/// order of columns and cells does not matter. What is left over on both sides finds its like wherever it stands.
pub fn lay(printed: &[Vec<String>], read: &[String]) -> Laid {
    let mut laid =
        Laid { read: vec![None; read.len()], printed: printed.iter().map(|line| vec![None; line.len()]).collect() };
    let read: Vec<Vec<char>> = read.iter().map(|w| w.chars().collect()).collect();
    let printed: Vec<Vec<Vec<char>>> =
        printed.iter().map(|line| line.iter().map(|w| w.chars().collect()).collect()).collect();

    let mut order: Vec<usize> = (0..printed.len()).collect();
    order.sort_by_key(|line| std::cmp::Reverse(printed[*line].iter().map(Vec::len).sum::<usize>()));
    for line in order {
        let free: Vec<usize> = (0..read.len()).filter(|r| laid.read[*r].is_none()).collect();
        let words: Vec<&[char]> = free.iter().map(|r| &read[*r][..]).collect();
        for (word, place) in stretch(&printed[line], &words) {
            laid.read[free[place]] = Some((line, word));
            laid.printed[line][word] = Some(free[place]);
        }
    }

    let mut left = Vec::new();
    for (line, words) in printed.iter().enumerate() {
        for (word, letters) in words.iter().enumerate().filter(|(word, _)| laid.printed[line][*word].is_none()) {
            let free = read.iter().enumerate().filter(|(r, _)| laid.read[*r].is_none());
            left.extend(free.map(|(r, other)| (unlike(letters, other), line, word, r)));
        }
    }
    left.retain(|(unlike, ..)| *unlike <= 0.34);
    left.sort_by(|a, b| a.0.total_cmp(&b.0));
    for (_, line, word, r) in left {
        if laid.read[r].is_none() && laid.printed[line][word].is_none() {
            laid.read[r] = Some((line, word));
            laid.printed[line][word] = Some(r);
        }
    }
    laid
}

/// Edits as a part of the longer word.
fn unlike(a: &[char], b: &[char]) -> f64 {
    if a == b { 0.0 } else { distance(a, b, false) as f64 / a.len().max(b.len()).max(1) as f64 }
}

/// Pairs of places in `line` and `text` where the words of `line` fit best into one stretch of `text`.
fn stretch(line: &[Vec<char>], text: &[&[char]]) -> Vec<(usize, usize)> {
    // A word missed or too many costs 1, one read wrong up to 1.2; words more unlike than that are no pair.
    let columns = text.len() + 1;
    let mut cost = vec![0.0; columns];
    let mut steps: Vec<Vec<Step>> = Vec::with_capacity(line.len());
    for word in line {
        let mut row = vec![cost[0] + 1.0];
        let mut went = vec![Step::Missed];
        for (j, other) in text.iter().enumerate() {
            let unlike = unlike(word, other);
            let pair = if unlike <= 0.6 { cost[j] + 2.0 * unlike } else { f64::INFINITY };
            let (mut best, mut step) = (pair, Step::Pair);
            for (other, name) in [(cost[j + 1] + 1.0, Step::Missed), (row[j] + 1.0, Step::Extra)] {
                if other < best {
                    (best, step) = (other, name);
                }
            }
            row.push(best);
            went.push(step);
        }
        cost = row;
        steps.push(went);
    }
    let Some((mut j, least)) = cost.iter().enumerate().min_by(|a, b| a.1.total_cmp(b.1)) else { return Vec::new() };
    // Where little more than nothing fits, the line was not read; its words may still be found one by one.
    if *least > 0.75 * line.len() as f64 {
        return Vec::new();
    }
    let mut pairs = Vec::new();
    let mut i = line.len();
    while i > 0 {
        match steps[i - 1][j] {
            Step::Pair => {
                (i, j) = (i - 1, j - 1);
                pairs.push((i, j));
            }
            Step::Missed => i -= 1,
            Step::Extra => j -= 1,
        }
    }
    pairs
}

#[derive(Clone, Copy)]
enum Step {
    Pair,
    /// Printed, not read.
    Missed,
    /// Read within the stretch, not printed there.
    Extra,
}

/// Where the bins of stated confidence begin; the last one ends at 100 and holds it.
const BINS: [f32; 9] = [0.0, 50.0, 60.0, 70.0, 80.0, 90.0, 95.0, 98.0, 99.0];

#[derive(Clone, Copy, Default)]
struct Bin {
    words: usize,
    right: usize,
    /// Sum of what was stated, percent.
    stated: f64,
}

impl Bin {
    fn add(&mut self, stated: f32, right: bool) {
        self.words += 1;
        self.right += usize::from(right);
        self.stated += f64::from(stated);
    }

    /// By how many of its words stated and observed lie apart on average if each is as sure as it is said to be: the mean
    /// deviation of the binomial distribution (de Moivre, 1730).
    fn chance(&self) -> f64 {
        let n = self.words as f64;
        let sure = self.stated / 100.0 / n.max(1.0);
        if sure <= 0.0 || sure >= 1.0 {
            return 0.0;
        }
        let least = (n * sure).floor() + 1.0;
        let ways: f64 = (1..=least as usize).map(|i| ((n - least + i as f64) / i as f64).ln()).sum();
        2.0 * least * (ways + least * sure.ln() + (n - least + 1.0) * (1.0 - sure).ln()).exp()
    }

    fn json(&self) -> Value {
        let share = |sum: f64| (self.words > 0).then(|| sum / self.words as f64);
        json!({
            "words": self.words,
            "right": self.right,
            "stated": share(self.stated),
            "observed": share(100.0 * self.right as f64),
        })
    }
}

/// How the stated confidence of words agrees with the share of them that is right.
#[derive(Clone, Default)]
pub struct Calibration {
    bins: [Bin; BINS.len()],
    /// Of the words said to be 93 to 97 % sure.
    about_95: Bin,
}

impl Calibration {
    /// One word, by what was said of it (percent) and what it was.
    pub fn add(&mut self, stated: f32, right: bool) {
        let bin = BINS.iter().rposition(|from| stated >= *from).unwrap_or(0);
        self.bins[bin].add(stated, right);
        if (93.0..=97.0).contains(&stated) {
            self.about_95.add(stated, right);
        }
    }

    pub fn words(&self) -> usize {
        self.bins.iter().map(|b| b.words).sum()
    }

    /// Expected calibration error in percent: how far stated and observed lie apart, bin by bin, weighed by words.
    pub fn error(&self) -> f64 {
        let apart = |b: &Bin| (100.0 * b.right as f64 - b.stated).abs();
        self.bins.iter().map(apart).sum::<f64>() / self.words().max(1) as f64
    }

    /// What [`error`](Self::error) would be on average, in percent, if everything said were exactly true: of few words
    /// even the best judge of himself seems to err.
    pub fn chance(&self) -> f64 {
        100.0 * self.bins.iter().map(Bin::chance).sum::<f64>() / self.words().max(1) as f64
    }

    pub fn json(&self) -> Value {
        let bins = self.bins.iter().enumerate().map(|(i, bin)| {
            let mut json = bin.json();
            json["from"] = json!(BINS[i]);
            json["to"] = json!(BINS.get(i + 1).copied().unwrap_or(100.0));
            json
        });
        json!({
            "words": self.words(),
            "error": self.error(),
            "chance": self.chance(),
            "about_95": self.about_95.json(),
            "bins": bins.collect::<Vec<_>>(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        text.split_whitespace().map(str::to_owned).collect()
    }

    /// What was read for each word, `-` for nothing; then what was read beside that.
    fn shown(printed: &[&str], read: &str) -> (Vec<String>, Vec<String>) {
        let (printed, read) = (printed.iter().map(|line| words(line)).collect::<Vec<_>>(), words(read));
        let laid = lay(&printed, &read);
        let word = |r: &Option<usize>| r.map_or("-", |r| &*read[r]);
        for (r, place) in laid.read.iter().enumerate() {
            if let Some((line, word)) = place {
                assert_eq!(laid.printed[*line][*word], Some(r), "both sides say the same");
            }
        }
        let lines = laid.printed.iter().map(|line| line.iter().map(word).collect::<Vec<_>>().join(" "));
        let extra = read.iter().zip(&laid.read).filter(|(_, place)| place.is_none()).map(|(word, _)| word.clone());
        (lines.collect(), extra.collect())
    }

    #[test]
    fn a_wrong_word_is_laid_on_its_own() {
        let (lines, extra) = shown(&["Độc lập - Tự do - Hạnh phúc"], "Độc lập - Tư do - Hạnh phúc");
        assert_eq!(lines, ["Độc lập - Tư do - Hạnh phúc"]);
        assert!(extra.is_empty());
    }

    #[test]
    fn columns_read_into_one_another_find_their_lines() {
        let printed = ["ỦY BAN NHÂN DÂN", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "XÃ PHÚ LÃM", "Độc lập - Tự do"];
        let read = "ỦY BAN NHÂN DÂN CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM XÃ PHÚ LĂM Độc lập - Tự do";
        let (lines, extra) = shown(&printed, read);
        assert_eq!(lines, ["ỦY BAN NHÂN DÂN", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "XÃ PHÚ LĂM", "Độc lập - Tự do"]);
        assert!(extra.is_empty());
    }

    #[test]
    fn what_is_missed_and_what_is_invented_shows() {
        let (lines, extra) =
            shown(&["Họ và tên: Lò Văn Kỷ", "Dân tộc: Thái"], "Họ và tên: Lò Kỷ xkqz Dân tộc: Thái ~~~ ||");
        assert_eq!(lines, ["Họ và tên: Lò - Kỷ", "Dân tộc: Thái"]);
        assert_eq!(extra, ["xkqz", "~~~", "||"]);
    }

    #[test]
    fn the_same_word_counts_once_for_each_time_it_is_printed() {
        let (lines, extra) = shown(&["Kinh", "Kinh"], "Kinh Kinh Kinh");
        assert_eq!(lines, ["Kinh", "Kinh"]);
        assert_eq!(extra, ["Kinh"]);
        let (lines, _) = shown(&["Kinh", "Kinh"], "Kinh");
        assert_eq!(lines, ["Kinh", "-"]);
    }

    #[test]
    fn a_row_read_cell_by_cell_is_found_word_by_word() {
        // Column after column, as a reader that sees columns gives a table.
        let (lines, extra) = shown(&["1 Cát m³ 12", "2 Ngói viên 40"], "1 2 Cát Ngói m³ viên 12 4O");
        assert_eq!(lines[0], "1 Cát m³ 12");
        assert!(lines[1].starts_with("2 Ngói viên"), "{lines:?}");
        assert!(extra.is_empty() || extra == ["4O"], "{extra:?}");
    }

    #[test]
    fn words_glued_together_are_one_wrong_and_one_missing() {
        let (lines, extra) = shown(&["bằng tốt nghiệp đại học"], "bằng tốtnghiệp đại học");
        assert_eq!(lines, ["bằng - tốtnghiệp đại học"]);
        assert!(extra.is_empty());
    }

    #[test]
    fn nothing_read_of_a_page_is_all_missing() {
        let (lines, extra) = shown(&["Kính gửi:", ""], "");
        assert_eq!((lines, extra), (vec!["- -".to_owned(), String::new()], vec![]));
    }

    #[test]
    fn who_says_what_is_true_has_no_error() {
        let mut calibration = Calibration::default();
        for i in 0..100 {
            calibration.add(96.0, i < 96);
            calibration.add(55.0, i < 55);
        }
        assert!(calibration.error() < 1e-9, "{}", calibration.error());
        let json = calibration.json();
        assert_eq!(json["words"], 200);
        assert_eq!((&json["about_95"]["words"], &json["about_95"]["right"]), (&json!(100), &json!(96)));
    }

    #[test]
    fn too_sure_and_too_shy_do_not_cancel_out() {
        let mut calibration = Calibration::default();
        for i in 0..100 {
            calibration.add(90.0, i < 80);
            calibration.add(50.0, i < 60);
        }
        assert!((calibration.error() - 10.0).abs() < 1e-9, "{}", calibration.error());
    }

    #[test]
    fn few_words_err_by_chance() {
        let chance = |stated: f32, words: usize| {
            let mut calibration = Calibration::default();
            (0..words).for_each(|_| calibration.add(stated, true));
            calibration.chance()
        };
        // One word: 0.9 of the time 10 points off, 0.1 of the time 90. Two at one half: 0 or 2 right are 50 points off.
        assert!((chance(90.0, 1) - 18.0).abs() < 1e-4, "{}", chance(90.0, 1));
        assert!((chance(50.0, 2) - 25.0).abs() < 1e-4, "{}", chance(50.0, 2));
        assert!(chance(90.0, 10_000) < 0.3, "{}", chance(90.0, 10_000));
        assert_eq!((chance(100.0, 7), chance(0.0, 7), Calibration::default().chance()), (0.0, 0.0, 0.0));
    }

    #[test]
    fn every_confidence_has_one_bin() {
        let mut calibration = Calibration::default();
        for stated in [-1.0, 0.0, 49.9, 50.0, 94.9, 95.0, 98.9, 99.0, 100.0] {
            calibration.add(stated, true);
        }
        let bins = calibration.json()["bins"].clone();
        let words: Vec<u64> = (0..BINS.len()).map(|i| bins[i]["words"].as_u64().unwrap()).collect();
        assert_eq!(words, [3, 1, 0, 0, 0, 1, 1, 1, 2]);
        assert_eq!((&bins[8]["from"], &bins[8]["to"]), (&json!(99.0), &json!(100.0)));
        assert_eq!(bins[2]["observed"], Value::Null, "of no words nothing can be said");
    }
}
