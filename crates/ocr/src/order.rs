//! The order in which a page is read. Tesseract follows lines across the columns of a letterhead and the cells of a
//! table; a reader does not.
//!
//! * Tables, cell by cell: row after row, in each from left to right.
//! * The head of an official document (Nghị định 30/2020/NĐ-CP, Phụ lục I, mục V): the agency on the left, then the
//!   national title on the right; below them number and symbol on the left, then place and date on the right.
//! * Its foot (mục V, too): who receives it on the left, then who signed it on the right.

use sohoa_model::{Rule, Word, text::fold};

/// Words that stand side by side.
#[derive(Clone)]
struct Line {
    words: Vec<Word>,
    block: u32,
}

/// Puts the words of a page in reading order and numbers their lines and blocks anew. All are in the same frame.
pub fn arrange(words: Vec<Word>, rules: &[Rule], (width, height): (u32, u32)) -> Vec<Word> {
    let mut lines: Vec<Line> = Vec::new();
    for word in words {
        match lines.last_mut().filter(|l| l.words[0].line == word.line) {
            Some(line) => line.words.push(word),
            None => lines.push(Line { block: word.block, words: vec![word] }),
        }
    }
    let lines = foot(head(tables(lines, rules), width, height), width, height);
    let mut out = Vec::new();
    let (mut block, mut last) = (0, None);
    for (number, line) in lines.into_iter().enumerate() {
        block += u32::from(last.is_some_and(|l| l != line.block));
        last = Some(line.block);
        out.extend(line.words.into_iter().map(|w| Word { line: number as u32, block, ..w }));
    }
    out
}

fn middle(word: &Word) -> (f32, f32) {
    let [x, y, w, h] = word.bounds.map(|v| v as f32);
    (x + w / 2.0, y + h / 2.0)
}

fn tall(words: &[Word]) -> f32 {
    let mut heights: Vec<u32> = words.iter().map(|w| w.bounds[3]).collect();
    heights.sort_unstable();
    heights.get(heights.len() / 2).copied().unwrap_or(1).max(1) as f32
}

/// A cell by the rules on its four sides: above, left, below, right.
type Cell = [usize; 4];

/// The cell that a point is in, if rules enclose it.
fn cell(rules: &[Rule], (x, y): (f32, f32)) -> Option<Cell> {
    // Rules end a little before or behind those that they meet.
    const SLACK: f32 = 12.0;
    let mut sides: [Option<(f32, usize)>; 4] = [None; 4];
    for (i, rule) in rules.iter().enumerate() {
        let ((ax, ay), (bx, by)) = (rule.from, rule.to);
        let [ax, ay, bx, by] = [ax, ay, bx, by].map(|v| v as f32);
        let (at, from, to, low, high, here) =
            if rule.upright { (y, ay, by, ax, bx, x) } else { (x, ax, bx, ay, by, y) };
        if at < from - SLACK || at > to + SLACK {
            continue;
        }
        let rule_at = low + (high - low) * ((at - from) / (to - from).max(1.0)).clamp(0.0, 1.0);
        let side = usize::from(rule.upright) + if rule_at < here { 0 } else { 2 };
        let away = (rule_at - here).abs();
        if sides[side].is_none_or(|(nearest, _)| away < nearest) {
            sides[side] = Some((away, i));
        }
    }
    let [above, left, below, right] = sides.map(|s| s.map(|(_, i)| i));
    Some([above?, left?, below?, right?])
}

/// Takes the words out that are in tables and puts them back cell by cell, before the first line that stands lower than the
/// head of the table: Tesseract may come to a title only after a column of the table below it.
fn tables(lines: Vec<Line>, rules: &[Rule]) -> Vec<Line> {
    let mut cells: Vec<(Cell, Vec<Word>)> = Vec::new();
    for word in lines.iter().flat_map(|l| &l.words) {
        let Some(cell) = cell(rules, middle(word)) else { continue };
        match cells.iter_mut().find(|(c, _)| *c == cell) {
            Some((_, words)) => words.push(word.clone()),
            None => cells.push((cell, vec![word.clone()])),
        }
    }
    // Cells that share a rule are of one table; a frame round a single text is none.
    let mut tables: Vec<Vec<usize>> = Vec::new();
    for (i, (cell, _)) in cells.iter().enumerate() {
        let (mine, others): (Vec<_>, Vec<_>) =
            tables.into_iter().partition(|t| t.iter().any(|j| cells[*j].0.iter().any(|side| cell.contains(side))));
        tables = others;
        tables.push(mine.into_iter().flatten().chain([i]).collect());
    }
    tables.retain(|t| t.iter().any(|i| cells[*i].0[1] != cells[t[0]].0[1]));
    // Each with its height on the page, from the top.
    let mut tables: Vec<(f32, Vec<usize>)> = tables
        .into_iter()
        .map(|table| {
            let words = table.iter().flat_map(|i| &cells[*i].1);
            (words.map(|w| middle(w).1).fold(f32::MAX, f32::min), table)
        })
        .collect();
    tables.sort_by(|(a, _), (b, _)| a.total_cmp(b));
    let is_in_table = |word: &Word| {
        let cell = cell(rules, middle(word));
        cell.is_some_and(|cell| tables.iter().flat_map(|(_, table)| table).any(|i| cells[*i].0 == cell))
    };
    // Blocks of cells are numbered behind all others.
    let mut block = lines.iter().map(|l| l.block).max().unwrap_or(0);
    let mut out: Vec<Line> = Vec::new();
    let mut next = tables.iter().peekable();
    let mut put = |out: &mut Vec<Line>, below: f32| {
        while let Some((_, table)) = next.next_if(|(top, _)| *top < below) {
            for index in in_rows(table, &cells, rules) {
                block += 1;
                out.extend(in_lines(&cells[index].1).into_iter().map(|words| Line { words, block }));
            }
        }
    };
    for line in lines {
        let words: Vec<Word> = line.words.into_iter().filter(|word| !is_in_table(word)).collect();
        if let Some(y) = middle_of(words.iter().map(|word| middle(word).1)) {
            put(&mut out, y);
            out.push(Line { words, block: line.block });
        }
    }
    put(&mut out, f32::MAX);
    out
}

/// A table's cells row by row.
fn in_rows(table: &[usize], cells: &[(Cell, Vec<Word>)], rules: &[Rule]) -> Vec<usize> {
    let left = |i: usize| rules[cells[i].0[1]].from.0;
    let top = |i: usize| {
        let rule = rules[cells[i].0[0]];
        let share = left(i).saturating_sub(rule.from.0) as f32 / rule.to.0.saturating_sub(rule.from.0).max(1) as f32;
        rule.from.1 as f32 + (rule.to.1 as f32 - rule.from.1 as f32) * share
    };
    let mut order = table.to_vec();
    order.sort_by(|a, b| top(*a).total_cmp(&top(*b)));
    let slack = tall(&cells[table[0]].1) / 2.0;
    let mut out = Vec::new();
    for row in order.chunk_by(|a, b| top(*b) - top(*a) < slack) {
        let mut row = row.to_vec();
        row.sort_by_key(|i| left(*i));
        out.extend(row);
    }
    out
}

/// Words of one cell, line by line.
fn in_lines(words: &[Word]) -> Vec<Vec<Word>> {
    let mut words = words.to_vec();
    words.sort_by(|a, b| middle(a).1.total_cmp(&middle(b).1));
    let slack = tall(&words) * 0.6;
    let mut lines: Vec<Vec<Word>> = Vec::new();
    for word in words {
        let same = |line: &&mut Vec<Word>| {
            let y = line.iter().map(|w| middle(w).1).sum::<f32>() / line.len() as f32;
            (middle(&word).1 - y).abs() < slack
        };
        match lines.last_mut().filter(same) {
            Some(line) => line.push(word),
            None => lines.push(vec![word]),
        }
    }
    lines.iter_mut().for_each(|l| l.sort_by_key(|w| w.bounds[0]));
    lines
}

const TITLE: [&str; 8] = ["cong", "hoa", "xa", "hoi", "chu", "nghia", "viet", "nam"];

/// Puts the head of a document in order, where it has two columns.
fn head(lines: Vec<Line>, width: u32, height: u32) -> Vec<Line> {
    // The national title stands on one line, whatever else Tesseract found beside it.
    let mut title: Vec<&Word> = lines
        .iter()
        .flat_map(|l| &l.words)
        .filter(|w| w.bounds[1] < height / 3 && w.text.chars().all(char::is_uppercase))
        .filter(|w| TITLE.contains(&fold(&w.text).as_str()))
        .collect();
    let Some(y) = middle_of(title.iter().filter(|w| w.bounds[0] > width / 3).map(|w| middle(w).1)) else {
        return lines;
    };
    title.retain(|w| (middle(w).1 - y).abs() < w.bounds[3] as f32);
    if title.len() < 5 {
        return lines;
    }
    let size = title[0].bounds[3] as f32;
    let left = title.iter().map(|w| w.bounds[0]).min().unwrap_or(0) as f32;
    if left < width as f32 * 0.33 {
        return lines;
    }
    let top = y - 2.5 * size;
    let near = |w: &&Word| middle(w).1 > y && middle(w).1 < y + height as f32 * 0.13;
    let all = || lines.iter().flat_map(|l| &l.words);
    // The second row begins with the number or the date, whichever is higher.
    let date = all().filter(near).filter(|w| ["thang", "ngay"].contains(&fold(&w.text).as_str()));
    let date = date.filter(|w| middle(w).0 > left).map(|w| middle(w).1).reduce(f32::min);
    let number = all().filter(near).filter(|w| fold(&w.text).starts_with("so:") || fold(&w.text) == "so");
    let number = number.filter(|w| middle(w).0 < left).map(|w| middle(w).1).reduce(f32::min);
    // Without either there are the agency, the title and the motto below it.
    let second = date.into_iter().chain(number).reduce(f32::min);
    let bottom = date.into_iter().chain(number).reduce(f32::max).unwrap_or(y + 2.2 * size) + 0.7 * size;
    let mut parts: [Vec<Line>; 4] = Default::default();
    let mut rest: Vec<Line> = Vec::new();
    let mut before = 0;
    for line in lines {
        let (inside, outside): (Vec<Word>, Vec<Word>) =
            line.words.into_iter().partition(|w| (top..bottom).contains(&middle(w).1));
        if !outside.is_empty() {
            before += usize::from(middle(&outside[0]).1 < top);
            rest.push(Line { words: outside, block: line.block });
        }
        for (words, right) in parted(inside, left, size) {
            let below = second.is_some_and(|s| words.iter().map(|w| middle(w).1).fold(0.0, f32::max) > s - 0.6 * size);
            parts[usize::from(right) + 2 * usize::from(below)].push(Line { words, block: line.block });
        }
    }
    // What stands above the head, such as the receiver's stamp, stays above it.
    let tail = rest.split_off(before.min(rest.len()));
    let new = 1 + rest.iter().chain(&tail).chain(parts.iter().flatten()).map(|l| l.block).max().unwrap_or(0);
    for (mut part, block) in parts.into_iter().zip(new..) {
        part.sort_by(|a, b| middle(&a.words[0]).1.total_cmp(&middle(&b.words[0]).1));
        rest.extend(part.into_iter().map(|l| Line { block, ..l }));
    }
    rest.extend(tail);
    rest
}

/// Puts the foot of a document in order: from «Nơi nhận» on, down to the first line that goes across.
fn foot(lines: Vec<Line>, width: u32, height: u32) -> Vec<Line> {
    let half = width as f32 / 2.0;
    // «Nơi nhận kết quả» is another label.
    let is_label = |run: &&[Word]| {
        let said: Vec<String> = run.iter().map(|word| fold(word.text.trim_end_matches([':', '.', ';']))).collect();
        said == ["noi", "nhan"] && middle(&run[0]).0 < half && middle(&run[0]).1 > height as f32 / 4.0
    };
    let label = lines.iter().flat_map(|line| runs(&line.words, tall(&line.words))).rfind(is_label);
    let Some(label) = label.map(|run| run[0].clone()) else { return lines };
    let label = &label;
    let size = label.bounds[3] as f32;
    // Who signs may begin a line higher.
    let top = middle(label).1 - 1.5 * size;
    let goes_across = |run: &&[Word]| {
        let (left, right) = ends(run);
        left < half - 0.1 * width as f32 && right > half + 0.1 * width as f32
    };
    let across = lines.iter().flat_map(|line| runs(&line.words, size)).filter(goes_across);
    let below = across.map(|run| middle(&run[0]).1);
    let bottom = below.filter(|y| *y > middle(label).1 + size).fold(f32::MAX, f32::min);
    let (mut columns, mut rest, mut at): ([Vec<Line>; 2], Vec<Line>, _) = (Default::default(), Vec::new(), None);
    for line in lines {
        let is_inside = |word: &Word| (top..bottom).contains(&middle(word).1);
        let (inside, outside): (Vec<Word>, Vec<Word>) = line.words.into_iter().partition(is_inside);
        for run in runs(&inside, size) {
            let (left, right) = ends(run);
            let part = Line { words: run.to_vec(), block: line.block };
            if goes_across(&run) {
                rest.push(part);
            } else {
                at.get_or_insert(rest.len());
                columns[usize::from(left + right > width as f32)].push(part);
            }
        }
        if !outside.is_empty() {
            rest.push(Line { words: outside, block: line.block });
        }
    }
    let new = 1 + rest.iter().chain(columns.iter().flatten()).map(|line| line.block).max().unwrap_or(0);
    let ordered = columns.into_iter().zip(new..).flat_map(|(mut column, block)| {
        column.sort_by(|a, b| middle(&a.words[0]).1.total_cmp(&middle(&b.words[0]).1));
        column.into_iter().map(move |line| Line { block, ..line })
    });
    let ordered: Vec<Line> = ordered.collect();
    let at = at.unwrap_or(rest.len());
    rest.splice(at..at, ordered);
    rest
}

/// A line parted where the right column begins; `true` for what is in it.
fn parted(words: Vec<Word>, left: f32, size: f32) -> Vec<(Vec<Word>, bool)> {
    let part = |run: &[Word]| {
        let (from, to) = ends(run);
        // Both columns are centred, so neither keeps strictly to its side.
        (run.to_vec(), (from + to) / 2.0 > left)
    };
    runs(&words, size).map(part).collect()
}

/// The words of a line as far as they go without a wide gap, for letters of this size.
fn runs(words: &[Word], size: f32) -> impl DoubleEndedIterator<Item = &[Word]> {
    words.chunk_by(move |a, b| (b.bounds[0] as f32) < (a.bounds[0] + a.bounds[2]) as f32 + 1.5 * size)
}

/// Where a run begins and ends.
fn ends(run: &[Word]) -> (f32, f32) {
    let last = &run[run.len() - 1].bounds;
    (run[0].bounds[0] as f32, (last[0] + last[2]) as f32)
}

fn middle_of(values: impl Iterator<Item = f32>) -> Option<f32> {
    let mut values: Vec<f32> = values.collect();
    values.sort_by(f32::total_cmp);
    values.get(values.len() / 2).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: (u32, u32) = (2480, 3508);

    /// Each text a line of Tesseract's: words of 20 pixels a letter from `x` on, middle at `y`.
    fn read(lines: &[&[(u32, u32, &str)]]) -> Vec<Word> {
        let mut words = Vec::new();
        for (line, pieces) in lines.iter().enumerate() {
            for (x, y, text) in *pieces {
                let mut x = *x;
                for text in text.split(' ') {
                    let width = 20 * text.chars().count() as u32;
                    let bounds = [x, y - 20, width, 40];
                    words.push(Word { text: text.into(), confidence: 90.0, bounds, line: line as u32, block: 0 });
                    x += width + 12;
                }
            }
        }
        words
    }

    fn arranged(lines: &[&[(u32, u32, &str)]], rules: &[Rule]) -> Vec<String> {
        let words = arrange(read(lines), rules, PAGE);
        let text = |l: &[Word]| l.iter().map(|w| w.text.as_str()).collect::<Vec<_>>().join(" ");
        words.chunk_by(|a, b| a.line == b.line).map(text).collect()
    }

    fn rule(from: (u32, u32), to: (u32, u32)) -> Rule {
        Rule { from, to, upright: from.0 == to.0 }
    }

    #[test]
    fn a_letterhead_is_read_column_by_column_and_row_by_row() {
        let lines: &[&[_]] = &[
            &[(300, 200, "UBND TỈNH BẮC NINH"), (1300, 200, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM")],
            &[(260, 270, "ỦY BAN NHÂN DÂN"), (1500, 272, "Độc lập - Tự do - Hạnh phúc")],
            &[(1400, 400, "Võ Cường, ngày 12 tháng 02 năm 2026")],
            &[(380, 402, "Số: 15/QĐ-UBND")],
            &[(900, 560, "QUYẾT ĐỊNH")],
            &[(300, 660, "Về việc công nhận")],
        ];
        let expected = [
            "UBND TỈNH BẮC NINH",
            "ỦY BAN NHÂN DÂN",
            "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
            "Độc lập - Tự do - Hạnh phúc",
            "Số: 15/QĐ-UBND",
            "Võ Cường, ngày 12 tháng 02 năm 2026",
            "QUYẾT ĐỊNH",
            "Về việc công nhận",
        ];
        assert_eq!(arranged(lines, &[]), expected);
    }

    #[test]
    fn a_title_over_the_whole_page_and_one_deep_in_the_text_move_nothing() {
        let centred: &[&[_]] = &[
            &[(600, 200, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM")],
            &[(900, 270, "Độc lập - Tự do - Hạnh phúc")],
            &[(300, 500, "Số: 1")],
        ];
        let deep: &[&[_]] =
            &[&[(300, 2000, "a"), (1300, 2000, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM")], &[(300, 2100, "b")]];
        for lines in [centred, deep] {
            let as_read: Vec<String> =
                lines.iter().map(|l| l.iter().map(|p| p.2).collect::<Vec<_>>().join(" ")).collect();
            assert_eq!(arranged(lines, &[]), as_read);
        }
    }

    #[test]
    fn who_receives_is_read_before_who_signed() {
        let lines: &[&[_]] = &[
            &[(300, 2000, "có tên tại Điều 1 chịu trách nhiệm thi hành Quyết định này.")],
            &[(300, 2110, "Nơi nhận:"), (1500, 2100, "TM. ỦY BAN NHÂN DÂN")],
            &[(300, 2160, "- Như Điều 3;"), (1600, 2160, "CHỦ TỊCH")],
            &[(300, 2210, "- Lưu: VT.")],
            &[(1550, 2500, "Nguyễn Hữu Thọ")],
            &[(300, 2700, "Ghi chú: bản này thay cho bản đã gửi tới các cơ quan, đơn vị ngày hôm trước")],
        ];
        let expected = [
            "có tên tại Điều 1 chịu trách nhiệm thi hành Quyết định này.",
            "Nơi nhận:",
            "- Như Điều 3;",
            "- Lưu: VT.",
            "TM. ỦY BAN NHÂN DÂN",
            "CHỦ TỊCH",
            "Nguyễn Hữu Thọ",
            "Ghi chú: bản này thay cho bản đã gửi tới các cơ quan, đơn vị ngày hôm trước",
        ];
        assert_eq!(arranged(lines, &[]), expected);
    }

    #[test]
    fn where_a_result_is_fetched_is_no_foot() {
        let lines: &[&[_]] = &[
            &[(300, 2000, "Nơi nhận kết quả: Trung tâm")],
            &[(300, 2100, "NGƯỜI NỘP"), (1500, 2100, "NGƯỜI NHẬN")],
            &[(300, 2200, "Trần Văn A"), (1500, 2200, "Lê Thị B")],
        ];
        let as_read: Vec<String> = lines.iter().map(|l| l.iter().map(|p| p.2).collect::<Vec<_>>().join(" ")).collect();
        assert_eq!(arranged(lines, &[]), as_read);
    }

    #[test]
    fn a_table_is_read_cell_by_cell() {
        let rules = [
            rule((200, 1000), (2200, 1004)),
            rule((200, 1100), (2200, 1104)),
            rule((200, 1300), (2200, 1303)),
            rule((200, 1000), (200, 1302)),
            rule((900, 1001), (900, 1302)),
            rule((2200, 1002), (2200, 1305)),
        ];
        // Tesseract took the second column's two lines for lines of the whole table.
        let lines: &[&[_]] = &[
            &[(250, 900, "Danh sách kèm theo")],
            &[(250, 1050, "Thời gian"), (1000, 1052, "Đơn vị công tác")],
            &[(1000, 1150, "Phòng Nội vụ")],
            &[(250, 1200, "7/2010")],
            &[(1000, 1240, "thành phố")],
            &[(250, 1400, "Tôi xin cam đoan")],
        ];
        let expected = [
            "Danh sách kèm theo",
            "Thời gian",
            "Đơn vị công tác",
            "7/2010",
            "Phòng Nội vụ",
            "thành phố",
            "Tôi xin cam đoan",
        ];
        assert_eq!(arranged(lines, &rules), expected);
        // Whatever Tesseract came to first.
        let [title, table @ .., end] = lines else { unreachable!() };
        assert_eq!(arranged(&[table, &[*title, *end]].concat(), &rules), expected);
        // A frame round a text is no table.
        let frame = [rules[0], rules[2], rules[3], rules[5]];
        assert_eq!(arranged(lines, &frame)[1], "Thời gian Đơn vị công tác");
    }
}
