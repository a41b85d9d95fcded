//! Who says what: codes, machine-readable zones and print, each of one person, brought together. The document speaks of
//! one person, whose values are taken from the surest; where others say something else of that person, it is kept for
//! the clerk to see. Another person's card gives nothing but its name.

use sohoa_model::{
    Difference, Extracted, Field, FieldName, Said, Source, Stranger, Witness,
    text::{distance, fold},
};
use std::cmp::Reverse;

use crate::codes::Coded;
use crate::mrz::Zone;
use crate::{best_of_each, layout, personal_id};

/// What is somebody's and not the paper's, the telling ones first.
const PERSONAL: [FieldName; 6] = [
    FieldName::PersonalId,
    FieldName::OwnerName,
    FieldName::BirthDate,
    FieldName::Sex,
    FieldName::Address,
    FieldName::CardIssuedDate,
];

/// Below this, print is too badly read to contradict anybody.
const READABLE: f32 = 50.0;

/// One person as one source has it.
struct Heard {
    witness: Witness,
    /// A card, as against what a receipt's code or a form says of a person.
    card: bool,
    page: u32,
    fields: Vec<Field>,
    zone: Option<Zone>,
}

/// `told` is what the print says: of the paper and its owner first, then of everybody else whose card was read.
pub fn run(told: Vec<Vec<Field>>, coded: Vec<Coded>, zones: Vec<Zone>, cards: bool) -> Extracted {
    let mut told = told.into_iter();
    let (owner, mut paper): (Vec<Field>, Vec<Field>) =
        told.next().unwrap_or_default().into_iter().partition(|f| PERSONAL.contains(&f.name));
    let mut heard: Vec<Heard> = Vec::new();
    for code in coded {
        let (personal, rest): (Vec<Field>, Vec<Field>) =
            code.fields.into_iter().partition(|f| PERSONAL.contains(&f.name));
        rest.into_iter().for_each(|field| put(&mut paper, field));
        heard.push(Heard { witness: Witness::Code, card: code.card, page: code.page, fields: personal, zone: None });
    }
    heard.extend(zones.into_iter().map(from_zone));
    heard.extend(std::iter::once(owner).chain(told).enumerate().map(|(i, fields)| {
        let page = fields.iter().filter_map(|f| f.page).min().unwrap_or(u32::MAX);
        // The owner of another paper stands on it; whoever has a card there lent a copy.
        Heard { witness: Witness::Text, card: cards || i > 0, page, fields, zone: None }
    }));
    heard.retain(|h| !h.fields.is_empty());

    let mut people = gather(heard);
    let first = people.iter().enumerate().min_by_key(|(_, p)| rank(p, cards)).map(|(i, _)| i);
    let Some(first) = first else { return Extracted { fields: sorted(paper), ..Extracted::default() } };
    let mut chosen = people.swap_remove(first);
    let mut strangers: Vec<Stranger> = people.iter().filter_map(|p| stranger(p)).collect();
    strangers.sort_by_key(|s| s.page);
    if !strangers.is_empty() {
        leave_strange_pages(&mut chosen, &people);
    }
    let differences = differences(&chosen);
    paper.extend(settle(chosen));
    Extracted { fields: sorted(paper), differences, strangers, ..Extracted::default() }
}

fn sorted(mut fields: Vec<Field>) -> Vec<Field> {
    fields.sort_by_key(|f| f.name);
    fields
}

/// A code's word on the paper itself, in place of what was read.
fn put(paper: &mut Vec<Field>, mut field: Field) {
    match paper.iter_mut().find(|other| other.name == field.name) {
        Some(other) if other.source == Source::Code => {}
        Some(other) => {
            if contradicts(other, &field) {
                field.confidence = field.confidence.min(80.0);
            }
            *other = field;
        }
        None => paper.push(field),
    }
}

fn from_zone(zone: Zone) -> Heard {
    let (page, bounds) = (Some(zone.page), zone.bounds);
    let doubt = personal_id::check(&zone.personal_id, zone.birth_date.as_deref(), zone.sex).is_some();
    let confidence = if doubt {
        80.0
    } else if zone.repaired {
        93.0
    } else {
        97.0
    };
    let field = |name, value| Field { name, value, read: None, source: Source::Code, confidence, page, bounds };
    let mut fields = vec![field(FieldName::PersonalId, zone.personal_id.clone())];
    fields.extend(zone.birth_date.clone().map(|birth| field(FieldName::BirthDate, birth)));
    fields.extend(zone.sex.map(|sex| field(FieldName::Sex, sex.to_owned())));
    Heard { witness: Witness::Mrz, card: true, page: zone.page, fields, zone: Some(zone) }
}

/// Puts together what speaks of the same person, the surest source first.
fn gather(mut heard: Vec<Heard>) -> Vec<Vec<Heard>> {
    heard.sort_by_key(|h| (h.witness, h.page));
    let mut people: Vec<Vec<Heard>> = Vec::new();
    // The code of a receipt speaks of its owner, whatever was read of the number.
    let own = heard.iter().position(|h| h.witness == Witness::Code && !h.card);
    let own = own.map(|at| heard.remove(at));
    for one in heard {
        match people.iter_mut().find(|person| person.iter().any(|other| same(other, &one))) {
            Some(person) => person.push(one),
            None => people.push(vec![one]),
        }
    }
    if let Some(own) = own {
        let at = people.iter().position(|p| p.iter().any(|h| same(h, &own)));
        match at.or_else(|| people.iter().position(|p| p.iter().any(|h| !h.card))) {
            Some(at) => people[at].insert(0, own),
            None => people.push(vec![own]),
        }
    }
    people
}

/// The person of a card is who comes first on it; of another paper, whom the paper itself names.
fn rank(person: &[Heard], cards: bool) -> (Option<Witness>, u32, Witness, Reverse<usize>) {
    let named = person.iter().any(|h| !h.card && (h.witness == Witness::Code || tells(h)));
    let page = person.iter().map(|h| h.page).min().unwrap_or(u32::MAX);
    let surest = person.iter().map(|h| h.witness).min().unwrap_or(Witness::Text);
    ((!cards && !named).then_some(surest), page, surest, Reverse(person.len()))
}

/// Whether it can be told whom print speaks of.
fn tells(heard: &Heard) -> bool {
    [FieldName::PersonalId, FieldName::OwnerName]
        .iter()
        .any(|n| get(heard, *n).is_some_and(|f| f.confidence >= READABLE))
}

fn get(heard: &Heard, name: FieldName) -> Option<&Field> {
    heard.fields.iter().find(|f| f.name == name)
}

/// Whether two sources speak of one person. Check digits and codes do not err; print may have a digit wrong, or all but
/// one name.
fn same(a: &Heard, b: &Heard) -> bool {
    let value = |h: &Heard, name| get(h, name).map(|f| f.value.clone());
    let both = |name| value(a, name).zip(value(b, name));
    let names = match (both(FieldName::OwnerName), &a.zone, &b.zone) {
        (Some((x, y)), ..) => Some(alike(&x, &y)),
        (None, Some(zone), None) => {
            value(b, FieldName::OwnerName).map(|name| zone.confirms(&name) || near(zone, &name))
        }
        (None, None, Some(zone)) => {
            value(a, FieldName::OwnerName).map(|name| zone.confirms(&name) || near(zone, &name))
        }
        _ => None,
    };
    let births = both(FieldName::BirthDate).map(|(x, y)| x == y);
    match both(FieldName::PersonalId) {
        Some((x, y)) if x == y => true,
        Some(_) if a.witness != Witness::Text && b.witness != Witness::Text => false,
        Some((x, y)) => match x.chars().zip(y.chars()).filter(|(x, y)| x != y).count() {
            ..=3 => names != Some(false),
            _ => names == Some(true) && births != Some(false),
        },
        None => names.or(births) != Some(false),
    }
}

/// Names as two readings of one: a third of the letters may be wrong.
fn alike(a: &str, b: &str) -> bool {
    let (a, b) = (layout::plain(a), layout::plain(b));
    distance(&a, &b) * 3 <= a.chars().count().max(b.chars().count())
}

fn near(zone: &Zone, name: &str) -> bool {
    // A line too unclear to show says nothing against anybody.
    zone.name().is_none_or(|read| alike(&read, name))
}

/// Where several cards lie in one document, print without a name, as on the back, belongs to whom the page belongs.
fn leave_strange_pages(chosen: &mut [Heard], others: &[Vec<Heard>]) {
    let on = |people: &[Heard], page| people.iter().any(|h| h.page == page);
    let own: Vec<u32> = chosen.iter().map(|h| h.page).collect();
    for print in chosen.iter_mut().filter(|h| h.witness == Witness::Text && h.card) {
        print.fields.retain(|field| {
            let page = field.page.unwrap_or_default();
            let shared = others.iter().any(|o| on(o, page));
            own.contains(&page) && !(shared && field.name == FieldName::CardIssuedDate)
        });
    }
}

/// What to propose of one person.
fn settle(person: Vec<Heard>) -> Vec<Field> {
    let (mut coded, mut read): (Vec<Field>, Vec<Field>) = (Vec::new(), Vec::new());
    let zones: Vec<Zone> = person.iter().filter_map(|h| h.zone.clone()).collect();
    // The surest source comes first, and the first word on a field stands.
    for one in person {
        let all = if one.witness == Witness::Text { &mut read } else { &mut coded };
        for field in one.fields {
            match all.iter_mut().find(|other| other.name == field.name) {
                Some(other) if contradicts(other, &field) => other.confidence = other.confidence.min(80.0),
                Some(_) => {}
                None => all.push(field),
            }
        }
    }
    let mut read = best_of_each(read);
    personal_id::cross_check(&mut read);
    for field in &mut read {
        if field.name == FieldName::OwnerName && zones.iter().any(|zone| zone.confirms(&field.value)) {
            field.confidence = crate::odds(field.confidence, 2.0);
        }
    }
    for mut field in coded {
        match read.iter_mut().find(|other| other.name == field.name) {
            Some(other) => {
                if contradicts(other, &field) {
                    field.confidence = field.confidence.min(80.0);
                }
                *other = field;
            }
            None => read.push(field),
        }
    }
    read
}

/// Whether print that is well read, or another code, says something else: one of them may be wrong, or somebody else's.
fn contradicts(other: &Field, field: &Field) -> bool {
    let agree = layout::plain(&other.value) == layout::plain(&field.value);
    !agree && field.name != FieldName::Address && other.confidence >= 60.0
}

/// Where the sources of one person differ, in the order in which fields are shown.
fn differences(person: &[Heard]) -> Vec<Difference> {
    let mut found: Vec<Difference> = PERSONAL.into_iter().filter_map(|field| difference(person, field)).collect();
    found.sort_by_key(|d| d.field);
    found
}

fn difference(person: &[Heard], name: FieldName) -> Option<Difference> {
    let mut values: Vec<Said> = Vec::new();
    for one in person {
        let readable = |f: &&Field| one.witness != Witness::Text || f.confidence >= READABLE;
        if let Some(field) = get(one, name).filter(readable)
            && !values.iter().any(|v| agree(name, &v.value, &field.value))
        {
            let (source, value, page) = (one.witness, field.value.clone(), field.page.unwrap_or(one.page));
            values.push(Said { source, value, page, bounds: field.bounds });
        }
    }
    if name == FieldName::OwnerName && !values.is_empty() {
        let zones = person.iter().filter_map(|h| h.zone.as_ref());
        let names: Vec<Said> = zones.filter_map(|zone| other_name(zone, &values)).collect();
        values.extend(names);
    }
    (values.len() > 1).then_some(Difference { field: name, values })
}

/// The zone's name where it is clearly another one. It has no marks, so it is heard last, and no check digit, so one
/// letter may be wrong.
fn other_name(zone: &Zone, known: &[Said]) -> Option<Said> {
    let value = zone.name()?;
    let said = |v: &Said| zone.confirms(&v.value) || distance(&layout::plain(&v.value), &fold(&value)) <= 1;
    (!known.iter().any(said)).then_some(Said { source: Witness::Mrz, value, page: zone.page, bounds: zone.bounds })
}

/// Whether two values of a field say the same.
fn agree(name: FieldName, a: &str, b: &str) -> bool {
    match name {
        // The zone has no marks, cards are in capitals, and `hoà` is `hòa`.
        FieldName::OwnerName => marks(a) == marks(b) || fold(a) == b.to_lowercase() || a.to_lowercase() == fold(b),
        // One is often but a part of the other, or divided in another way.
        FieldName::Address => {
            let (a, b) = (layout::plain(a), layout::plain(b));
            let (a, b): (Vec<&str>, Vec<&str>) = (a.split(' ').collect(), b.split(' ').collect());
            let (short, long) = if a.len() < b.len() { (a, b) } else { (b, a) };
            short.iter().filter(|word| long.contains(word)).count() * 4 >= short.len() * 3
        }
        _ => layout::plain(a) == layout::plain(b),
    }
}

/// Letters and marks of a name, wherever the marks are set.
pub fn marks(name: &str) -> (String, Vec<char>) {
    use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};
    let lower = name.to_lowercase();
    let mut marks: Vec<char> = lower.nfd().filter(|c| is_combining_mark(*c) || *c == 'đ').collect();
    marks.sort_unstable();
    (layout::plain(name), marks)
}

/// Whether `a` has all the marks of `b` and more. Who has them has them from the paper.
pub fn more(a: &str, b: &str) -> bool {
    let ((letters, few), (other, many)) = (marks(b), marks(a));
    letters == other && few.len() < many.len() && few.iter().all(|m| many.contains(m))
}

/// Who a card belongs to that is not the document's person's.
fn stranger(person: &[Heard]) -> Option<Stranger> {
    let first = person.iter().find(|h| h.card)?;
    let id = person.iter().find_map(|h| get(h, FieldName::PersonalId));
    let sure = first.witness != Witness::Text || id.is_some_and(|f| personal_id::parse(&f.value).is_some());
    let name = person.iter().find_map(|h| get(h, FieldName::OwnerName)).map(|f| f.value.clone());
    let latin = || person.iter().find_map(|h| h.zone.as_ref()?.name());
    sure.then(|| Stranger {
        name: name.or_else(latin),
        personal_id: id.map(|f| f.value.clone()),
        source: first.witness,
        page: first.page,
        bounds: first.fields.first().and_then(|f| f.bounds),
    })
}
