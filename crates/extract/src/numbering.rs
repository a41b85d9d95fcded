//! The numbers printed on pages, held against the pages there are. An official paper has them centred in the top
//! margin from its second page on (NĐ 30/2020/NĐ-CP, Phụ lục I), one from before 2020 at the foot on the right
//! (TT 01/2011/TT-BNV); others have them in the middle of the foot, and forms say `Trang 2/3` or `2/3` there.
//!
//! Much explains a number: another paper begins, a number was not read, a form was printed out of a circular whose
//! pages count from elsewhere. So a number is held only against those on the pages beside it, where it is not far from
//! them, and against the first page of the document, which is the first of its paper and bears none. What is told
//! never stops anybody.

use sohoa_model::{Box4, Fault, PageFault, Word};
use std::collections::BTreeSet;

use crate::Page;
use crate::layout::{self, Line};

/// The margins, in thousandths of the page: a number lies above the one or below the other.
const HEAD: u32 = 80;
const FOOT: u32 = 930;
/// Percent, of a word that counts.
const SURE: f32 = 90.0;
/// A number further from the one before counts from elsewhere. More than two sheets do not go through a feeder as one.
const FAR: u32 = 5;

/// A page, as far as its number goes.
enum Side {
    /// Nothing stands on it. Such a page may count or not: the back of a sheet printed on one side does not, the empty
    /// page before a new chapter does.
    Silent,
    /// Not numbered, or not readably so.
    Unnumbered(u32),
    Numbered(Printed),
}

/// A printed number.
#[derive(Clone, Copy)]
struct Printed {
    number: u32,
    /// How many there should be.
    of: Option<u32>,
    page: u32,
    bounds: Option<Box4>,
}

/// Whatever does not add up, in the order of the pages.
pub fn check(lines: &[Line], pages: &[Page]) -> Vec<PageFault> {
    let sides: Vec<Side> = pages.iter().map(|page| side(page, lines)).collect();
    let mut faults = by_neighbours(&sides);
    faults.extend(by_total(&sides));
    faults.sort_by_key(|fault| (fault.page, fault.first));
    faults
}

fn side(page: &Page, lines: &[Line]) -> Side {
    let lines: Vec<&Line> = lines.iter().filter(|line| line.page == page.number).collect();
    if lines.is_empty() {
        return Side::Silent;
    }
    let found: Vec<Printed> = lines.iter().filter_map(|line| printed(line, &lines)).collect();
    match found[..] {
        [one] => Side::Numbered(one),
        // Of two that say different things one is something else.
        _ => Side::Unnumbered(page.number),
    }
}

/// The number that a line is and nothing else: `2`, `- 2 -`, `2/3`, `Trang 2`, `Trang 2/3`.
fn printed(line: &Line, all: &[&Line]) -> Option<Printed> {
    let (head, foot) = (line.bottom <= HEAD, line.top >= FOOT);
    let said = |word: &&Word| word.text.contains(char::is_alphanumeric);
    if !(head || foot) || line.words.iter().filter(said).any(|word| word.confidence < SURE) {
        return None;
    }
    let text: String = line.words.iter().map(|word| word.text.as_str()).collect();
    let said = layout::plain(&text);
    let named = said.starts_with("trang");
    let figures = said.trim_start_matches("trang").trim();
    let (number, of) = match figures.split_once(' ') {
        Some((number, of)) if text.contains(&format!("{number}/{of}")) => (number, Some(of)),
        Some(_) => return None,
        None => (figures, None),
    };
    let whole = |text: &str| text.parse().ok().filter(|n| *n > 0 && !text.starts_with('0') && text.len() <= 3);
    let (number, of) = (whole(number)?, of.map(|of| whole(of).ok_or(())).transpose().ok()?);
    let alone = all.iter().filter(|other| other.row == line.row).count() == 1;
    let centred = (420..=600).contains(&line.middle());
    // A figure in a row with others is a cell's; on the left at the foot it may be a note's, on the right at the head
    // that of a sheet in a file.
    let placed = named || alone && if of.is_some() { foot } else { centred || foot && line.right >= 850 };
    let bounds = crate::union(&line.words());
    (placed && of.is_none_or(|of| number <= of)).then_some(Printed { number, of, page: line.page, bounds })
}

/// Pages beside one another whose numbers are near one another.
#[derive(Default)]
struct Run {
    printed: Vec<Printed>,
    /// The numbers of the pages among them on which nothing stands, should those count.
    silent: Vec<u32>,
    /// What comes next.
    next: u32,
}

impl Run {
    fn push(&mut self, printed: Printed) {
        self.next = printed.number + 1;
        self.printed.push(printed);
    }

    /// What does not add up. In one paper either all silent pages count or none.
    fn close(&mut self) -> Vec<PageFault> {
        let run = std::mem::take(self);
        let mut known: BTreeSet<u32> = run.printed.iter().map(|p| p.number).collect();
        let (Some(first), Some(last)) = (known.first().copied(), known.last().copied()) else { return Vec::new() };
        if run.silent.iter().all(|number| !known.contains(number)) {
            known.extend(run.silent);
        }
        let missing: Vec<u32> = (first..last).filter(|n| !known.contains(n)).collect();
        let mut faults = twice_or_astray(&run.printed);
        faults.extend(told_missing(&missing, &run.printed));
        faults
    }
}

/// Numbers that do not follow one another on pages that do.
fn by_neighbours(sides: &[Side]) -> Vec<PageFault> {
    let (mut faults, mut run, mut first) = (Vec::new(), Run::default(), true);
    for side in sides {
        match side {
            Side::Silent if run.printed.is_empty() => {}
            Side::Silent => {
                run.silent.push(run.next);
                run.next += 1;
            }
            Side::Unnumbered(page) => {
                faults.extend(run.close());
                if first {
                    run.push(Printed { number: 1, of: None, page: *page, bounds: None });
                }
            }
            Side::Numbered(printed) => {
                let near = run.printed.last().is_some_and(|last| last.number.abs_diff(printed.number) <= FAR);
                // With 1 another paper begins.
                if !near || printed.number == 1 || printed.of.is_some() {
                    faults.extend(run.close());
                }
                if printed.of.is_none() {
                    run.push(*printed);
                }
            }
        }
        first &= matches!(side, Side::Silent);
    }
    faults.extend(run.close());
    faults
}

/// Pages of which the paper says how many there are. Where one bears no number that could be read, it is the one that
/// is wanted there; a page with nothing on it is none of them, for the number would stand on it.
fn by_total(sides: &[Side]) -> Vec<PageFault> {
    let mut faults = Vec::new();
    // Pages without a number before those that have one, and which numbers are accounted for.
    let (mut before, mut run, mut known) = (0, Vec::<Printed>::new(), BTreeSet::new());
    let mut close = |run: &mut Vec<Printed>, known: &mut BTreeSet<u32>| {
        faults.extend(twice_or_astray(run));
        let of = run.last().and_then(|last| last.of).unwrap_or(0);
        let missing: Vec<u32> = (1..=of).filter(|n| !known.contains(n)).collect();
        faults.extend(told_missing(&missing, run));
        run.clear();
        known.clear();
    };
    for side in sides {
        match side {
            Side::Silent => {}
            Side::Numbered(printed) if printed.of.is_some() => {
                let follows = printed.number > 1 && run.last().is_some_and(|last| last.of == printed.of);
                if !follows {
                    close(&mut run, &mut known);
                    known.extend(printed.number.saturating_sub(before)..printed.number);
                }
                before = 0;
                run.push(*printed);
                known.insert(printed.number);
            }
            Side::Numbered(_) => {
                close(&mut run, &mut known);
                before = 0;
            }
            Side::Unnumbered(_) => {
                let next = run.last().and_then(|last| (last.number..=last.of?).find(|n| !known.contains(n)));
                match next {
                    Some(next) => drop(known.insert(next)),
                    None => before += 1,
                }
            }
        }
    }
    close(&mut run, &mut known);
    faults
}

fn twice_or_astray(run: &[Printed]) -> Vec<PageFault> {
    let fault = |(at, printed): (usize, &Printed)| {
        let before = &run[..at];
        let fault = if before.iter().any(|other| other.number == printed.number) {
            Fault::Twice
        } else {
            before.iter().find(|other| other.number > printed.number)?;
            Fault::Astray
        };
        let (first, last) = (printed.number, printed.number);
        Some(PageFault { fault, first, last, page: printed.page, bounds: printed.bounds })
    };
    run.iter().enumerate().filter_map(fault).collect()
}

/// Numbers that no page bears, those in a row as one, at the page after them or else at the last before.
fn told_missing(missing: &[u32], run: &[Printed]) -> Vec<PageFault> {
    let rows = missing.chunk_by(|a, b| a + 1 == *b);
    let fault = |row: &[u32]| {
        let (first, last) = (row[0], row[row.len() - 1]);
        let after = run.iter().filter(|p| p.number > last).min_by_key(|p| p.number);
        let at = after.or_else(|| run.iter().max_by_key(|p| p.number))?;
        Some(PageFault { fault: Fault::Missing, first, last, page: at.page, bounds: at.bounds })
    };
    rows.filter_map(fault).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is printed in the margins of a page: left edge and top in thousandths of it, and the text.
    type Margins<'a> = &'a [(u32, u32, &'a str)];

    const TOP: (u32, u32) = (505, 45);
    const FOOT: (u32, u32) = (850, 950);

    fn words(margins: Margins, text: bool) -> Vec<Word> {
        let mut words = Vec::new();
        let body = [(150, 300, "Điều 2. Văn phòng Ủy ban nhân dân"), (500, 500, "7")];
        for (line, (x, y, said)) in margins.iter().chain(if text { &body[..] } else { &[] }).enumerate() {
            let mut left = *x;
            for word in said.split(' ') {
                let bounds = [left, *y, 10 * word.chars().count() as u32, 12];
                left += bounds[2] + 5;
                words.push(Word { text: word.into(), confidence: 96.0, bounds, line: line as u32, block: 0 });
            }
        }
        words
    }

    fn found(pages: &[Vec<Word>]) -> Vec<PageFault> {
        let page = |(i, words)| Page { number: i as u32 + 1, width: 1000, height: 1000, words, codes: &[] };
        let pages: Vec<Page> = pages.iter().map(Vec::as_slice).enumerate().map(page).collect();
        let lines: Vec<Line> = pages.iter().flat_map(layout::lines).collect();
        check(&lines, &pages)
    }

    /// Pages by what is printed as their number: `-` none, `_` nothing at all; what is told as `page: number sign`.
    fn told(sides: &str) -> String {
        let side = |said: &str| match said {
            "_" => Vec::new(),
            "-" => words(&[], true),
            total if total.contains('/') => words(&[(FOOT.0, FOOT.1, &format!("Trang {total}"))], true),
            number => words(&[(TOP.0, TOP.1, number)], true),
        };
        let faults = found(&sides.split(' ').map(side).collect::<Vec<_>>());
        let said = faults.iter().map(|f| {
            let numbers = if f.first == f.last { f.first.to_string() } else { format!("{}-{}", f.first, f.last) };
            let sign = match f.fault {
                Fault::Missing => '?',
                Fault::Twice => '=',
                Fault::Astray => '<',
            };
            format!("{}: {numbers}{sign}", f.page)
        });
        said.collect::<Vec<_>>().join(", ")
    }

    #[test]
    fn pages_in_order_say_nothing() {
        for sides in [
            "-",
            "- 2 3 4",
            "1 2 3",
            // One that was not read, another paper, one whose pages bear no number.
            "- 2 - 4",
            "- 2 3 - 2 1 2 - -",
            // Printed on one side and scanned on two; printed on two with an empty page.
            "- _ 2 _ 3 _",
            "_ - 2 _ 4 5",
            "- _ 3 4",
            // Forms out of a circular, an excerpt.
            "23 24",
            "- 23",
            "2 3",
            "- 2 3 45 46",
            "1/3 2/3 3/3 1/2 2/2",
            "1/3 _ - _ 3/3 _",
            "- 2/2",
            "- - 2/2 - -",
            "1/2 - 1/1",
        ] {
            assert_eq!(told(sides), "", "{sides}");
        }
    }

    #[test]
    fn a_page_that_is_missing_twice_or_astray_is_told() {
        for (sides, expected) in [
            ("- 2 4", "3: 3?"),
            ("- 3 4", "2: 2?"),
            ("1 2 6 7", "3: 3-5?"),
            ("- 2 3 - 2 4", "6: 3?"),
            ("- 2 2 3", "3: 2="),
            ("- 3 2 4", "3: 2<"),
            ("5 4 3", "2: 4<, 3: 3<"),
            ("- 2 4 3 6", "4: 3<, 5: 5?"),
            // The empty backs do not count, for there is a 2 behind the first.
            ("- _ 2 _ 4 _", "5: 3?"),
            ("2 _ 4 6", "4: 5?"),
        ] {
            assert_eq!(told(sides), expected, "{sides}");
        }
    }

    #[test]
    fn where_the_paper_says_how_many_there_are_each_is_wanted() {
        for (sides, expected) in [
            ("1/3 2/3", "2: 3?"),
            ("- 2/3", "2: 3?"),
            ("2/3", "1: 1?, 1: 3?"),
            ("1/4 4/4", "2: 2-3?"),
            ("1/2 2/2 1/3 3/3", "4: 2?"),
            ("1/3 3/3 2/3", "3: 2<"),
            ("1/2 2/2 2/2", "3: 2="),
            // A page with nothing on it would bear its number.
            ("1/2 _", "1: 2?"),
        ] {
            assert_eq!(told(sides), expected, "{sides}");
        }
    }

    #[test]
    fn only_what_is_printed_as_a_page_number_is_one() {
        let three = |margins: Margins| found(&[words(&[], true), words(margins, true)]).len();
        for margins in [
            [(TOP.0, TOP.1, "3")],
            [(490, TOP.1, "- 3 -")],
            [(480, 940, "Trang 3")],
            [(100, 30, "Trang 3.")],
            [(505, FOOT.1, "3")],
            [(FOOT.0, FOOT.1, "3")],
            [(FOOT.0, FOOT.1, "2/3")],
        ] {
            assert_eq!(three(&margins), 1, "{margins:?}");
        }
        for margins in [
            [(100, TOP.1, "3")],
            [(TOP.0, 90, "3")],
            [(FOOT.0, TOP.1, "3")],
            [(100, FOOT.1, "3")],
            [(505, 915, "3")],
            [(TOP.0, TOP.1, "03")],
            [(TOP.0, TOP.1, "III")],
            [(TOP.0, TOP.1, "3/2")],
            [(TOP.0, TOP.1, "2/3")],
            [(FOOT.0, FOOT.1, "3/2")],
            [(FOOT.0, FOOT.1, "02/03")],
            [(FOOT.0, FOOT.1, "2-3")],
            [(TOP.0, TOP.1, "Trang 3 của hồ sơ")],
        ] {
            assert_eq!(three(&margins), 0, "{margins:?}");
        }
        assert_eq!(three(&[(TOP.0, TOP.1, "3"), (100, TOP.1, "Tên")]), 0, "a cell of a table");
        assert_eq!(three(&[(TOP.0, TOP.1, "3"), (480, 940, "Trang 5")]), 0, "two that differ");
        let faint = |confidence| {
            let mut second = words(&[(TOP.0, TOP.1, "3")], true);
            second[0].confidence = confidence;
            found(&[words(&[], true), second]).len()
        };
        assert_eq!((faint(95.0), faint(80.0)), (1, 0));
        let fault = &found(&[words(&[], true), words(&[(TOP.0, TOP.1, "3")], true)])[0];
        assert_eq!((fault.page, fault.bounds), (2, Some([505, 45, 10, 12])));
    }
}
