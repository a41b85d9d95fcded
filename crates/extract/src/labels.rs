//! Forms: a label, then what was written or typed after it, on dots or not; beside it in the next column of a table, or
//! below it as on a card.

use sohoa_model::{DossierCode, Field, FieldName, Word};

use crate::country::COUNTRY;
use crate::form::{self, Label};
use crate::kind::Kind;
use crate::layout::{self, Line};
use crate::persons::{People, name_in};
use crate::{CERTAIN, codes, dates, personal_id, places, put_right, read_from, spoken};

/// A label that counts on this paper: its text, folded, what it says, and whether an office's own form says so.
struct Known<'a> {
    text: &'a str,
    label: Label,
    own: bool,
}

/// The labels of all papers, of the paper's kind, and of the office's form that it is.
fn known<'a>(kind: Option<&Kind<'a>>) -> Vec<Known<'a>> {
    let built_in = form::built_in().iter().filter(|f| f.key.is_empty() || kind.is_some_and(|k| k.key == f.key));
    let own = kind.and_then(|k| k.form);
    let forms = built_in.map(|f| (f, false)).chain(own.map(|f| (f, true)));
    forms.flat_map(|(f, own)| f.labels.iter().map(move |(text, label)| Known { text, label: *label, own })).collect()
}

/// A label on a line: its tokens, and what it says.
struct Found {
    first: usize,
    end: usize,
    label: Label,
    own: bool,
}

/// The fields of the paper and its owner, and of everybody else whose card lies there.
pub fn read(lines: &[Line], kind: Option<&Kind>) -> (Vec<Field>, Vec<Vec<Field>>) {
    let key = kind.map_or("", |k| k.key);
    let card = key == "can_cuoc";
    let known = known(kind);
    let mut people = People::new(card);
    let mut found: Vec<Field> = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let labels = on(line, &known);
        for (n, label) in labels.iter().enumerate() {
            let value = Region::after(lines, at, &known, label, labels.get(n + 1), card);
            let left = place(line, label.first);
            match label.label {
                // A list names many; none of them owns it.
                Label::Person(_) if key == "danh_sach" => {}
                Label::Person(role) => people.name(role, line, left, value.person()),
                Label::Value(name) => match (name, value.read(name)) {
                    (_, None) => {}
                    (FieldName::DossierCode | FieldName::Procedure, Some(field)) => found.push(field),
                    (FieldName::IssuedDate | FieldName::Agency | FieldName::Subject, Some(field)) => {
                        let speaks = label.own || kind.is_some_and(Kind::is_civil_status);
                        found.extend(speaks.then_some(field));
                    }
                    (FieldName::PersonalId, Some(field)) if card => people.number(line, left, field),
                    (_, Some(field)) if key != "danh_sach" => people.tell(left, field),
                    _ => {}
                },
                Label::End => {}
            }
        }
        if card && line.begins("ngay thang nam") {
            // On the back of a card, the day of issue; on newer ones the day of expiry stands below it.
            let other = line.begins("ngay thang nam sinh") || line.begins("ngay thang nam het han");
            let below = lines.get(at + 1).filter(|l| l.page == line.page && on(l, &known).is_empty());
            let words = [line.words(), below.map_or(Vec::new(), Line::words)];
            let date = words.iter().filter(|_| !other).find_map(|words| dates::any(words));
            let issued = date.map(|d| d.field(FieldName::CardIssuedDate, line.page, 0.9));
            issued.into_iter().for_each(|field| people.tell(line.left, field));
        }
    }
    let nobody = people.is_empty();
    let (mut owner, mut others) = people.owner();
    others.iter_mut().chain([&mut owner]).for_each(personal_id::date);
    found.extend(owner);
    found.extend(anywhere(lines, &found, key, nobody));
    (found, others)
}

/// Codes that speak for themselves, with or without a label.
fn anywhere(lines: &[Line], found: &[Field], key: &str, nobody: bool) -> Vec<Field> {
    let missing = |name| found.iter().all(|f| f.name != name);
    let mut more = Vec::new();
    if missing(FieldName::DossierCode) {
        more.extend(lines.iter().find_map(|line| dossier_code(&line.words(), line.page, 0.88)));
    }
    if missing(FieldName::Procedure) && key == "giay_tiep_nhan" {
        more.extend(lines.iter().find_map(|line| procedure(&line.words(), line.page, 0.85)));
    }
    if missing(FieldName::PersonalId) && nobody && key != "danh_sach" {
        let mut ids: Vec<Field> = Vec::new();
        for line in lines {
            let words = line.words();
            let each = (0..words.len()).filter_map(|i| personal_id::find(&words[i..=i]));
            let each = each.filter(|(.., repaired)| !repaired);
            ids.extend(each.map(|(id, words, _)| read_from(FieldName::PersonalId, id, &words, line.page, 0.65)));
        }
        ids.dedup_by(|a, b| a.value == b.value);
        // One number may be the owner's; of two nobody knows whose they are.
        if let [_] = ids[..] {
            more.extend(ids);
        }
    }
    more
}

/// Where a token begins, in thousandths of the page's width.
fn place(line: &Line, token: usize) -> u32 {
    let (first, last) = (&line.words[0].bounds, line.words[line.words.len() - 1].bounds);
    let whole = (last[0] + last[2]).saturating_sub(first[0]).max(1);
    let into = line.words[line.tokens[token].word].bounds[0].saturating_sub(first[0]);
    line.left + (u64::from(line.right - line.left) * u64::from(into) / u64::from(whole)) as u32
}

/// Every label on the line, in order.
fn on(line: &Line, known: &[Known]) -> Vec<Found> {
    let mut found: Vec<Found> = Vec::new();
    let mut first = 0;
    while first < line.tokens.len() {
        let fits = |known: &Known| {
            let count = stands(line, first, known)?;
            Some(Found { first, end: first + count, label: known.label, own: known.own })
        };
        // Of equal ones the last, an office's own.
        match known.iter().filter_map(fits).max_by_key(|label| label.end) {
            Some(label) => {
                first = label.end;
                found.push(label);
            }
            None => first += 1,
        }
    }
    found
}

/// How many tokens a label takes up from this one on, if it stands there.
fn stands(line: &Line, first: usize, known: &Known) -> Option<usize> {
    let tokens = &line.tokens[first..];
    // Read as one word: `SốCCCD:`.
    let glued = || known.text.len() > 6 && known.text.contains(' ') && tokens[0].text == known.text.replace(' ', "");
    let count = layout::matches(tokens, known.text).or_else(|| glued().then_some(1))?;
    let words = &line.words[tokens[0].word..=tokens[count - 1].word];
    // Past a colon is the value: in `Họ và tên: Võ Thị Hạnh` stands no wife.
    let past = words[..words.len() - 1].iter().any(|w| w.text.ends_with(':'));
    // In a sentence, as `con gái tôi là …`, nobody is named by a label.
    let within = first > 0 && matches!(known.label, Label::Person(_)) && words[0].text.starts_with(char::is_lowercase);
    // `tỉnh Nam` is one letter from `Sinh năm`, and `Nam Định` from `Năm sinh`.
    let said = tokens[..count].iter().map(|token| token.text.as_str()).collect::<Vec<_>>().join(" ");
    let place = said != known.text
        && (COUNTRY.levels.iter().any(|level| layout::phrase(level) == tokens[0].text)
            || COUNTRY.provinces.iter().any(|(_, name)| layout::phrase(name) == said));
    (!past && !within && !place).then_some(count)
}

/// Where the value of a label is looked for: after it, beside it, below it.
struct Region<'a> {
    lines: &'a [Line],
    /// The label's line.
    at: usize,
    known: &'a [Known<'a>],
    /// Candidates, the likelier first.
    runs: Vec<Vec<&'a Word>>,
}

impl<'a> Region<'a> {
    fn after(
        lines: &'a [Line],
        at: usize,
        known: &'a [Known<'a>],
        label: &Found,
        next: Option<&Found>,
        card: bool,
    ) -> Self {
        let line = &lines[at];
        let start = line.tokens[label.end - 1].word + 1;
        let end = next.map_or(line.words.len(), |n| line.tokens[n.first].word);
        let words: Vec<&Word> = line.words.get(start..end).unwrap_or(&[]).iter().collect();
        let own = past_notes(&line.words[start - 1], words);
        let blank = !own.iter().any(|w| w.text.chars().any(char::is_alphanumeric));
        let mut runs = vec![own];
        if next.is_none() {
            let beside = lines.get(at + 1).filter(|l| l.row == line.row && on(l, known).is_empty());
            if blank || card {
                runs.extend(beside.map(|l| l.words.iter().collect()));
                let below = lines[at + 1..].iter().find(|l| l.row != line.row && l.right > line.left);
                let near = |l: &&Line| l.page == line.page && l.row <= line.row + 1 && on(l, known).is_empty();
                runs.extend(below.filter(near).filter(|_| beside.is_none()).map(|l| l.words.iter().collect()));
            }
        }
        Self { lines, at, known, runs }
    }

    fn person(&self) -> Option<Field> {
        let (name, words) = self.runs.iter().find_map(|run| name_in(run))?;
        Some(read_from(FieldName::OwnerName, name, &words, self.lines[self.at].page, 0.98))
    }

    fn read(&self, name: FieldName) -> Option<Field> {
        let page = self.lines[self.at].page;
        self.runs.iter().find_map(|run| match name {
            FieldName::PersonalId => {
                let start = run.iter().position(|w| w.text.contains(|c: char| c.is_ascii_digit()))?;
                let (id, words, repaired) = personal_id::find_any(&run[start..]).or_else(|| personal_id::find(run))?;
                let field = read_from(name, id, &words, page, if repaired { 0.7 } else { CERTAIN });
                Some(if repaired { put_right(field, spoken(&words)) } else { field })
            }
            FieldName::BirthDate | FieldName::IssuedDate | FieldName::CardIssuedDate => {
                let whole = dates::any(run).map(|date| date.field(name, page, CERTAIN));
                whole.or_else(|| personal_id::to_be_dated(dates::without_year(run)?, name, page))
            }
            FieldName::Sex => {
                let mut said = run.iter().filter(|w| matches!(&*layout::plain(&w.text), "nam" | "nu"));
                // Both printed means that one of them is ticked.
                let (word, None) = (said.next()?, said.next()) else { return None };
                let value = if layout::plain(&word.text) == "nam" { "Nam" } else { "Nữ" };
                let read = word.text.trim_matches(|c: char| !c.is_alphanumeric());
                let read = if read.to_lowercase() == value.to_lowercase() { value } else { read };
                Some(put_right(read_from(name, value, &[word], page, CERTAIN), read))
            }
            FieldName::Address | FieldName::Agency | FieldName::Subject => {
                let mut words = run.clone();
                words.extend(self.wrapped(name, run));
                let mended = if name == FieldName::Address { places::address(&words).0 } else { Vec::new() };
                let mut read = spoken(&words);
                if !mended.is_empty() {
                    // Without what stands past the province and what says nothing.
                    words.retain(|w| places::is_said(w));
                    read = spoken(&words[..mended.len()]);
                    words = mended.iter().collect();
                }
                let value = spoken(&words);
                // In running text a small letter goes on with the sentence.
                let proper = value.starts_with(|c: char| c.is_uppercase() || c.is_ascii_digit());
                let whole = proper && value.split(' ').count() >= 3 || name == FieldName::Subject && !value.is_empty();
                whole.then(|| put_right(read_from(name, value, &words, page, 0.98), read))
            }
            FieldName::DossierCode => dossier_code(run, page, 0.97),
            FieldName::Procedure => procedure(run, page, 0.95),
            _ => None,
        })
    }

    /// The rest of a value that did not fit on its line: what stands below without a label, when the line was full.
    fn wrapped(&self, name: FieldName, run: &[&Word]) -> Vec<&'a Word> {
        let (lines, line) = (self.lines, &self.lines[self.at]);
        let full = line.right > 780 && run.last().is_some_and(|w| !w.text.ends_with(['.', ';', '…']));
        let open = run.last().is_some_and(|w| w.text.ends_with(','));
        let close = |l: &&Line| l.page == line.page && l.row == line.row + 1 && l.top.saturating_sub(line.bottom) < 25;
        let Some(below) = lines.iter().find(close).filter(|l| on(l, self.known).is_empty() && !l.opens()) else {
            return Vec::new();
        };
        let more: Vec<&Word> = below.words.iter().collect();
        if name == FieldName::Address && run.iter().any(|w| matches!(&*layout::plain(&w.text), "tinh" | "thanh")) {
            // It ends with its province, which is known, whatever follows on the next line.
            if places::address(run).1 {
                return Vec::new();
            }
            let until = |n: &usize| places::address(&[run, &more[..*n]].concat()).1;
            if let Some(count) = (1..=more.len().min(4)).find(until) {
                return more[..count].to_vec();
            }
        }
        let loud = |words: &[&Word]| words.iter().take(2).all(|w| w.text.chars().all(char::is_uppercase));
        let other = below.begins("toi") || below.begins("ngay") || loud(&more) && !loud(run);
        let joins = (open || full && below.right < 780) && !other;
        if joins { more } else { Vec::new() }
    }
}

/// Without what a form says between label and value, as `(1):`, `/ Full name:`, `(viết chữ in hoa)`.
fn past_notes<'a>(label: &Word, words: Vec<&'a Word>) -> Vec<&'a Word> {
    if label.text.trim_end_matches(layout::is_leader).ends_with(':') {
        return words;
    }
    let colon = words.iter().take(8).position(|w| w.text.ends_with(':'));
    // Past a comma or a figure the value has begun, and a colon is its own.
    let begun = |w: &&Word| w.text.ends_with(',') || w.text.starts_with(|c: char| c.is_ascii_digit());
    if let Some(colon) = colon.filter(|c| !words[..*c].iter().any(begun)) {
        return words[colon + 1..].to_vec();
    }
    if words.first().is_some_and(|w| w.text.starts_with('('))
        && let Some(end) = words.iter().position(|w| w.text.contains(')'))
    {
        return words[end + 1..].to_vec();
    }
    words
}

fn dossier_code(words: &[&Word], page: u32, strength: f32) -> Option<Field> {
    let field = |code: DossierCode, words: &[&Word], strength| {
        read_from(FieldName::DossierCode, code.as_str(), words, page, strength)
    };
    words.iter().enumerate().find_map(|(i, word)| {
        let dashes = |text: &str| text.replace(['–', '—', '−'], "-");
        if let Some((code, _)) = DossierCode::find(&dashes(&word.text)) {
            return Some(field(code, &[word], strength));
        }
        // Taken apart at a dash, or an O for a zero.
        let end = (i + 3).min(words.len());
        let joined: String = words[i..end].iter().map(|w| dashes(&w.text)).collect();
        let mut letters = joined.chars();
        let repaired: String =
            letters.next().into_iter().chain(letters.map(|c| if c == 'O' { '0' } else { c })).collect();
        let (code, range) = DossierCode::find(&repaired).filter(|(_, range)| range.start == 0)?;
        let mut covered = 0;
        let used = words[i..end].iter().take_while(|w| {
            let begins = covered < range.end;
            covered += dashes(&w.text).len();
            begins
        });
        Some(put_right(field(code, &used.copied().collect::<Vec<_>>(), strength * 0.8), &joined[range]))
    })
}

fn procedure(words: &[&Word], page: u32, strength: f32) -> Option<Field> {
    words.iter().find_map(|w| {
        let code = codes::procedure(&w.text)?;
        Some(read_from(FieldName::Procedure, code, &[w], page, strength))
    })
}
