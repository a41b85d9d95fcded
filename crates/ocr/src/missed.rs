//! Letters that the layout analysis left out: a column of numbers beside a long rule, the number of a page, now and then a
//! whole line. They are put in their lines and read.

use sohoa_model::Word;

use crate::layout::{BELOW, Edges, NOTHING, Run, union};
use crate::noise::makes_sense;

/// In heights of the page's middle letter:
/// what a letter may be high,
const LETTER: std::ops::RangeInclusive<f32> = 0.6..=2.2;
/// how much nearer than this letters of a line stand,
const GAP: f32 = 1.2;
/// how far above or below one another, for the page is straight,
const LEVEL: f32 = 0.4;
/// and how far from them their marks.
const MARK: f32 = 0.6;
/// As wide as high at the most: letters that touch.
const WIDEST: f32 = 6.0;

/// Of a page without letters, in inches.
const USUAL: f32 = 0.09;

/// Percent, as the network has it: of a rest of a seal or of a streak it is not as sure to be text.
const SURE: f32 = 80.0;
/// The same of figures, of which it has less to go by.
const FIGURES: f32 = 50.0;

/// Adds letters in a row that are in no run: to the line in which they stand, or between those above and below.
pub fn add(ink: &[Edges], dpi: f32, runs: &mut Vec<Run>) {
    let tall = height(runs).unwrap_or(dpi * USUAL);
    let slack = (tall * LEVEL) as i32;
    let room: Vec<Edges> =
        runs.iter().map(|Run { edges: [l, t, r, b], .. }| [l - slack, t - slack, r + slack, b + slack]).collect();
    let size = |part: &Edges| ((part[2] - part[0]) as f32, (part[3] - part[1]) as f32);
    let is_letter = |part: &Edges| LETTER.contains(&(size(part).1 / tall)) && size(part).0 <= WIDEST * size(part).1;
    let beside = ink.iter().filter(|part| !room.iter().any(|room| is_within(part, room)));
    let (mut letters, others): (Vec<Edges>, Vec<Edges>) = beside.partition(|part| is_letter(part));
    letters.sort_unstable();
    let mut lines: Vec<Vec<Edges>> = Vec::new();
    for letter in letters {
        let follows = |line: &&mut Vec<Edges>| {
            let (first, last) = (line[0], line[line.len() - 1]);
            let level = first[3].abs_diff(letter[3]).min(first[1].abs_diff(letter[1]));
            ((letter[0] - last[2]) as f32) <= GAP * tall && level as f32 <= LEVEL * tall
        };
        match lines.iter_mut().find(follows) {
            Some(line) => line.push(letter),
            None => lines.push(vec![letter]),
        }
    }
    let reach = (tall * MARK) as i32;
    for mut parts in lines {
        let Some([left, top, right, bottom]) = parts.iter().copied().reduce(union) else { continue };
        let room = [left - reach, top - reach, right + reach, bottom + reach];
        let is_mark = |part: &&Edges| size(part).0.max(size(part).1) < tall && is_within(part, &room);
        parts.extend(others.iter().filter(is_mark));
        insert(runs, parts);
    }
}

/// Gives marks to the letters above which they stand. Where a line is a few letters without ascenders, the layout analysis
/// takes their marks for dirt, and the line ends below them.
pub fn marks(ink: &[Edges], runs: &mut [Run]) {
    let Some(tall) = height(runs) else { return };
    let reach = (tall * MARK) as i32;
    let is_mark = |part: &&Edges| {
        let (wide, high) = ((part[2] - part[0]) as f32, (part[3] - part[1]) as f32);
        high > NOTHING && wide.max(high) < tall
    };
    let taken: Vec<Edges> = runs.iter().map(|run| run.edges).collect();
    let free = |part: &&Edges| !taken.iter().any(|edges| is_within(part, edges));
    let marks: Vec<Edges> = ink.iter().filter(is_mark).filter(free).copied().collect();
    for run in runs {
        let bottom = run.edges[3];
        let is_high = |mark: &&Edges| mark[1] < run.edges[1] && (bottom - mark[1]) as f32 <= tall * LETTER.end();
        let stands = |mark: &&Edges| {
            run.parts.iter().any(|[left, top, right, foot]| {
                (foot - top) as f32 >= tall * LETTER.start() && is_within(mark, &[*left, top - reach, *right, *top])
            })
        };
        let own: Vec<Edges> = marks.iter().filter(is_high).filter(stands).copied().collect();
        run.edges[1] = own.iter().map(|mark| mark[1]).fold(run.edges[1], i32::min);
        run.parts.extend(own);
    }
}

/// Whether what was read of letters that were left out is text.
pub fn is_text(words: &[Word]) -> bool {
    let is_sure = |word: &Word| {
        let letters = word.text.chars().filter(|c| c.is_alphanumeric()).count();
        let figures = word.text.chars().filter(char::is_ascii_digit).count();
        match (letters, figures) {
            (1.., _) if letters == figures => word.confidence >= FIGURES,
            (2.., _) => word.confidence >= SURE && makes_sense(word),
            _ => false,
        }
    };
    words.iter().any(is_sure)
}

/// Whether the middle of a part is within a box.
pub fn is_within(part: &Edges, [left, top, right, bottom]: &Edges) -> bool {
    (left..=right).contains(&&part[0].midpoint(part[2])) && (top..=bottom).contains(&&part[1].midpoint(part[3]))
}

/// The middle height of the parts of ink in the runs.
fn height(runs: &[Run]) -> Option<f32> {
    let parts = runs.iter().flat_map(|run| &run.parts);
    let mut heights: Vec<i32> = parts.map(|part| part[3] - part[1]).filter(|tall| *tall as f32 > NOTHING).collect();
    heights.sort_unstable();
    heights.get(heights.len() / 2).map(|tall| *tall as f32)
}

/// A run of these parts, where it belongs. Runs of a line stand together.
fn insert(runs: &mut Vec<Run>, parts: Vec<Edges>) {
    let Some(mut edges) = parts.iter().copied().reduce(union) else { return };
    let middle = |edges: &Edges| edges[1].midpoint(edges[3]);
    // A streak down the page is a line to the layout analysis, too.
    let high = |edges: &Edges| edges[3] - edges[1];
    let is_level = |run: &&Run| {
        let off = middle(&run.edges).abs_diff(middle(&edges)) as i32;
        off <= (high(&run.edges) / 4).max(1) && high(&run.edges) <= 3 * high(&edges)
    };
    let away = |run: &&Run| (run.edges[0] - edges[2]).max(edges[0] - run.edges[2]);
    let beside = runs.iter().filter(is_level).min_by_key(away).map(|run| (run.line, run.block, run.edges));
    let ends = |line: u32| runs.iter().rposition(|run| run.line == line).map_or(0, |at| at + 1);
    let (at, line, block) = match beside {
        Some((line, block, other)) => {
            // What its neighbours reach above and below the line, its letters may, too.
            edges = [edges[0], edges[1].min(other[1]), edges[2], edges[3].max(other[3])];
            let after = runs.iter().position(|run| run.line == line && run.edges[0] > edges[0]);
            (after.unwrap_or_else(|| ends(line)), line, block)
        }
        None => {
            edges[3] += ((edges[3] - edges[1]) as f32 * BELOW) as i32;
            let above = runs.iter().rfind(|run| middle(&run.edges) < middle(&edges)).map(|run| (run.line, run.block));
            let line = runs.iter().map(|run| run.line + 1).max().unwrap_or(0);
            above.map_or((0, line, 0), |(last, block)| (ends(last), line, block))
        }
    };
    runs.insert(at, Run { line, block, edges, parts, missed: true });
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Letters of these heights that stand on a line, 12 pixels apart.
    fn letters(left: i32, line: i32, heights: &[i32]) -> Vec<Edges> {
        let part = |(i, tall): (usize, &i32)| [left + 12 * i as i32, line - tall, left + 12 * i as i32 + 10, line];
        heights.iter().enumerate().map(part).collect()
    }

    fn run(line: u32, left: i32, foot: i32) -> Run {
        let parts = letters(left, foot, &[20, 14, 14, 20, 14]);
        Run { line, block: line, edges: [left, foot - 20, left + 58, foot + 5], parts, missed: false }
    }

    fn added(ink: &[Edges], runs: Vec<Run>) -> Vec<(u32, i32, bool)> {
        let mut runs = runs;
        let known: Vec<Edges> = runs.iter().flat_map(|run| run.parts.clone()).collect();
        add(&[&known, ink].concat(), 160.0, &mut runs);
        runs.iter().map(|run| (run.line, run.edges[0], run.missed)).collect()
    }

    #[test]
    fn a_column_of_numbers_is_put_in_the_lines_that_it_belongs_to() {
        let ink = [letters(100, 200, &[20]), letters(100, 300, &[20, 20])].concat();
        let runs = vec![run(0, 300, 200), run(0, 500, 200), run(1, 300, 300)];
        let expected = [(0, 100, true), (0, 300, false), (0, 500, false), (1, 100, true), (1, 300, false)];
        assert_eq!(added(&ink, runs), expected);
        let behind = letters(700, 200, &[20, 14]);
        assert_eq!(added(&behind, vec![run(0, 300, 200), run(1, 300, 300)])[1], (0, 700, true));
    }

    #[test]
    fn a_line_of_its_own_goes_between_its_neighbours() {
        let ink = letters(300, 250, &[20, 14, 14, 20, 14, 14]);
        // A streak down the whole page is no line to join.
        let streak = Run { edges: [20, 0, 24, 500], parts: vec![[20, 0, 24, 500]], ..run(2, 20, 400) };
        let found = added(&ink, vec![run(0, 300, 200), run(1, 300, 300), streak]);
        assert_eq!(found, [(0, 300, false), (3, 300, true), (1, 300, false), (2, 20, false)]);
        let first = letters(300, 100, &[20, 14, 14]);
        assert_eq!(added(&first, vec![run(0, 300, 200)])[0], (1, 300, true), "what stands above all is first");
    }

    #[test]
    fn specks_pictures_and_what_is_read_already_add_nothing() {
        let ink = [[100, 190, 103, 193], [100, 400, 260, 560], [310, 185, 318, 199]];
        assert_eq!(added(&ink, vec![run(0, 300, 200)]).len(), 1);
    }

    #[test]
    fn a_mark_above_letters_without_ascenders_is_theirs() {
        let plain = |foot: i32| {
            let parts = letters(300, foot, &[14, 14, 14]);
            Run { line: 0, block: 0, edges: [300, foot - 14, 334, foot + 5], parts, missed: false }
        };
        let top = |mark: Edges, runs: Vec<Run>| {
            let mut runs = runs;
            marks(&[mark], &mut runs);
            (runs[0].edges[1], runs[0].parts.len())
        };
        assert_eq!(top([315, 178, 321, 183], vec![plain(200)]), (178, 4), "an acute above the second letter");
        assert_eq!(top([340, 178, 346, 183], vec![plain(200)]), (186, 3), "beside them");
        assert_eq!(top([315, 165, 321, 170], vec![plain(200)]), (186, 3), "too far above");
        assert_eq!(top([315, 178, 321, 183], vec![plain(200), plain(180)]), (186, 3), "of the line above");
    }

    #[test]
    fn only_figures_and_syllables_are_text() {
        let word = |text: &str, confidence| Word { text: text.into(), confidence, bounds: [0; 4], line: 0, block: 0 };
        assert!(is_text(&[word("12", 55.0)]) && is_text(&[word("Số", 99.0)]));
        assert!(!is_text(&[word("N", 99.0)]), "a rest of a seal is often an N");
        assert!(!is_text(&[word("|", 99.0)]) && !is_text(&[word("7", 20.0)]) && !is_text(&[word("Số", 60.0)]));
        assert!(!is_text(&[word("xkq", 99.0)]) && !is_text(&[]));
    }
}
