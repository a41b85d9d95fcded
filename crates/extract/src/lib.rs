//! Words and codes made fields.
//!
//! Evidence comes from four places, each with its own module: the head of an official paper as NĐ 30/2020/NĐ-CP lays
//! it out (`header`), the labels of forms and the person they speak of (`labels`, `persons`), machine-readable codes
//! (`codes`), and the machine-readable zone of cards (`mrz`). What kind of paper it is comes first (`kind`), because a
//! form has no agency and a list no owner. Titles and labels are data (`form`), to which an office adds. All rules look
//! at `layout`: rows of segments with folded tokens, so that a lost mark or one misread letter in a label does no harm.
//! Values stay as read; only dates and numbers are brought into one form (`dates`, [`personal_id`]). What is put right
//! keeps what was read beside it ([`Field::read`]).
//!
//! What is always the same in agencies' names and addresses is put right (`places`, by the lists in `country`), and
//! names that a paper says more than once are held against one another (`again`). So are the numbers printed on pages
//! and the pages there are (`numbering`).
//!
//! A code beats text, and whoever says something else is heard too (`weigh`). Where two pieces of evidence contradict
//! each other, neither is very sure; where they agree, they vouch for one another. Nothing is final before the clerk
//! confirms it, so what is not on the paper is not proposed.

mod again;
mod codes;
mod country;
mod dates;
mod form;
mod header;
mod kind;
mod labels;
mod layout;
mod mistake;
mod mrz;
mod numbering;
pub mod personal_id;
mod persons;
mod places;
pub mod secret;
mod weigh;

pub use form::{Example, Form, built_in};

use layout::Line;
use serde::Serialize;
use sohoa_model::{DocumentType, Extracted, Field, FieldName, Source, Word, page::Barcode, text::fold};

/// What decides the outcome besides the pages.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Params {
    /// The day of reading, `YYYY-MM-DD`: no paper was issued and nobody born after it. Empty leaves that unchecked.
    pub today: String,
    /// The office's own forms, beside those that are built in.
    pub forms: Vec<Form>,
}

/// A page of the document, as it was read.
#[derive(Clone, Copy, Debug)]
pub struct Page<'a> {
    /// Within the document, from 1.
    pub number: u32,
    /// Size of the upright frame in which the boxes stand.
    pub width: u32,
    pub height: u32,
    pub words: &'a [Word],
    pub codes: &'a [Barcode],
}

/// What one document says: its fields in the order of [`FieldName`], where its sources differ, who else's card lies in
/// it, and whether a page is missing.
pub fn run(pages: &[Page], params: &Params) -> Extracted {
    let lines: Vec<Line> = pages.iter().flat_map(layout::lines).collect();
    let mut coded = codes::read(pages);
    let zones = mrz::read(&lines);
    let kind = kind::tell(&lines, &coded, &zones, &params.forms);
    let form = kind.as_ref().and_then(|k| k.form).map(|form| form.name.clone());
    let cards = kind.as_ref().is_some_and(|k| k.key == "can_cuoc");
    let mut found = header::read(&lines, kind.as_ref());
    let (more, others) = labels::read(&lines, kind.as_ref());
    if form.is_some() {
        // Who made the form knows better than the layout of official papers.
        found.retain(|f| more.iter().all(|m| m.name != f.name));
    }
    found.extend(more);
    found.extend(kind.map(|kind| kind.field));
    let mut changed = Vec::new();
    let told: Vec<Vec<Field>> = std::iter::once(found)
        .chain(others)
        .map(|mut fields| {
            fields.retain(|field| !lies_ahead(field, &params.today));
            let mut fields = best_of_each(fields);
            number_against_type(&mut fields);
            changed.extend(fields.iter_mut().filter_map(|field| again::check(field, &lines)));
            fields
        })
        .collect();
    // A code is read without errors, but who made it may have made one: a day to come is worth a look.
    for field in coded.iter_mut().flat_map(|code| &mut code.fields).filter(|field| lies_ahead(field, &params.today)) {
        field.confidence = AHEAD;
    }
    let mut out = weigh::run(told, coded, zones, cards);
    let read = out.fields.iter_mut().filter(|field| field.source == Source::Text);
    read.for_each(|field| {
        field.confidence = field.confidence.min(MOST);
        layout::unhook(field, pages);
    });
    // What another witness says of a field goes before what else the paper says.
    changed.retain(|c| {
        out.fields.iter().any(|f| f.name == c.field && f.value == c.values[0].value)
            && out.differences.iter().all(|d| d.field != c.field)
    });
    out.differences.extend(changed);
    out.differences.sort_by_key(|d| d.field);
    Extracted { form, page_faults: numbering::check(&lines, pages), ..out }
}

/// Percent, of a day to come that a code says.
const AHEAD: f32 = 50.0;

/// Dates are `YYYY-MM-DD`, so their order is that of their text.
fn lies_ahead(field: &Field, today: &str) -> bool {
    let dated = matches!(field.name, FieldName::IssuedDate | FieldName::BirthDate | FieldName::CardIssuedDate);
    dated && !today.is_empty() && field.value.as_str() > today
}

/// What stands before the dash of the symbol says again what the paper is, and a contract's year when it was signed.
/// Where they agree they vouch for one another; where not, neither is sure.
fn number_against_type(found: &mut [Field]) {
    let get = |name| found.iter().find(|f| f.name == name).map(|f| f.value.clone());
    let (kind, issued) = (get(FieldName::DocumentType), get(FieldName::IssuedDate));
    let Some(symbol) = get(FieldName::Symbol) else { return };
    let mut weigh = |names: &[FieldName], agree: bool| {
        for field in found.iter_mut().filter(|f| names.contains(&f.name)) {
            field.confidence = odds(field.confidence, if agree { 2.0 } else { 0.01 });
        }
    };
    let own = kind.and_then(|key| DocumentType::from_key(&key)).map_or("", |t| t.abbreviation);
    let known = |part: &&str| DocumentType::ALL.iter().any(|t| !t.abbreviation.is_empty() && t.abbreviation == *part);
    let group = symbol.split('/').next_back().and_then(|s| s.split_once('-')).map(|(first, _)| first).filter(known);
    if let Some(group) = group.filter(|_| !own.is_empty()) {
        weigh(&[FieldName::DocumentType, FieldName::Symbol], group == own);
    }
    let year = symbol.split_once('/').map(|(year, _)| year);
    if let Some((year, issued)) = year.zip(issued) {
        weigh(&[FieldName::Symbol, FieldName::IssuedDate], issued.starts_with(year));
    }
}

/// The surer of each name, then the earlier found.
fn best_of_each(mut found: Vec<Field>) -> Vec<Field> {
    found.sort_by(|a, b| a.name.cmp(&b.name).then(b.confidence.total_cmp(&a.confidence)));
    found.dedup_by_key(|field| field.name);
    found
}

/// The strength of a place or label that leaves hardly a doubt.
const CERTAIN: f32 = 0.997;

/// A value read from words. `strength` is how much the place or label says, 0 to 1.
fn read_from(name: FieldName, value: impl Into<String>, words: &[&Word], page: u32, strength: f32) -> Field {
    Field {
        name,
        value: value.into(),
        read: None,
        source: Source::Text,
        confidence: strength * sure(name, worth(words)),
        page: Some(page),
        bounds: union(words),
    }
}

/// A field whose value may have been put right, beside what was read.
fn put_right(field: Field, read: impl Into<String>) -> Field {
    let read = Some(read.into()).filter(|read| *read != field.value);
    Field { read, ..field }
}

/// How likely all of them are right, 0 to 1. Words of one line go wrong together, so that the worst of them says most.
/// Dots and specks say nothing.
fn worth(words: &[&Word]) -> f32 {
    let said = words.iter().filter(|w| w.text.chars().any(char::is_alphanumeric));
    let (all, worst) = said.map(|w| layout::worth(w)).fold((1.0f32, 1.0f32), |(all, worst), w| (all * w, worst.min(w)));
    if worst > 0.0 { worst * (all / worst).cbrt() } else { 0.0 }
}

/// The percentage for a value whose words are all right with this likelihood.
fn sure(name: FieldName, worth: f32) -> f32 {
    let (factor, slope) = weights(name);
    percent(factor * odds_of(worth).powf(slope))
}

/// The likelihood of its words from which [`sure`] makes this percentage.
fn worth_of(name: FieldName, sure: f32) -> f32 {
    let (factor, slope) = weights(name);
    percent((odds_of(sure / 100.0) / factor).powf(1.0 / slope)) / 100.0
}

/// By how much a field is surer than its words: their odds are raised to the second and multiplied with the first.
///
/// In names a wrong mark is not noticed; other words bear one another out, and dates and symbols are of few forms. By how
/// much was seen on 480 papers drawn for it (`unseen.py` with seeds 105 to 114), 2,315 values of which 2,289 were right;
/// new papers have more that is wrong, so that the factors are less than these would bear.
fn weights(name: FieldName) -> (f32, f32) {
    match name {
        FieldName::OwnerName => (1.1, 1.0),
        FieldName::Address => (1.5, 1.0),
        FieldName::Agency => (2.4, 1.0),
        FieldName::Subject => (7.0, 2.0),
        FieldName::IssuedDate => (5.0, 1.5),
        FieldName::Number => (8.0, 1.5),
        FieldName::PersonalId | FieldName::BirthDate | FieldName::CardIssuedDate => (10.0, 1.5),
        FieldName::Symbol => (12.0, 1.5),
        _ => (20.0, 1.5),
    }
}

/// Print is never as sure as a code.
const MOST: f32 = 99.8;

/// A percentage with its odds multiplied.
fn odds(confidence: f32, factor: f32) -> f32 {
    percent(factor * odds_of(confidence / 100.0))
}

fn odds_of(share: f32) -> f32 {
    let share = share.clamp(0.0, 0.9999);
    share / (1.0 - share)
}

fn percent(odds: f32) -> f32 {
    100.0 * odds / (1.0 + odds)
}

fn union(words: &[&Word]) -> Option<sohoa_model::Box4> {
    let left = words.iter().map(|w| w.bounds[0]).min()?;
    let top = words.iter().map(|w| w.bounds[1]).min()?;
    let right = words.iter().map(|w| w.bounds[0] + w.bounds[2]).max()?;
    let bottom = words.iter().map(|w| w.bounds[1] + w.bounds[3]).max()?;
    Some([left, top, right - left, bottom - top])
}

/// Words as running text, without the dots of form lines and what a ruler or stamp leaves at the ends.
fn spoken(words: &[&Word]) -> String {
    let parts: Vec<&str> =
        words.iter().map(|w| w.text.trim_matches(layout::is_leader)).filter(|text| !text.is_empty()).collect();
    let text = parts.join(" ");
    let text = text.trim_matches(|c: char| !c.is_alphanumeric() && !matches!(c, '"' | '“' | '”' | '(' | ')'));
    // A bracket that was opened on the line closes on it.
    if text.contains('(') { text.to_owned() } else { text.trim_end_matches(')').to_owned() }
}

/// A word that is known, in the case of what was read for it.
fn in_case_of(read: &str, word: &str) -> String {
    let mut letters = word.chars();
    if read.chars().count() > 1 && read.chars().all(char::is_uppercase) {
        word.to_uppercase()
    } else if read.starts_with(char::is_uppercase) {
        letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect()
    } else {
        word.to_owned()
    }
}

/// Same but for marks, case and punctuation.
fn same(a: &str, b: &str) -> bool {
    fold(a) == fold(b)
}

#[cfg(test)]
mod tests;
