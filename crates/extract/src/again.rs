//! Names that a paper says more than once. The owner signs below, the place stands over the date and in the text. Each
//! saying was read by itself, so where they agree they vouch for one another, and where only a mark differs it is the
//! likelier reading that is proposed, with the other one shown beside it. Nothing is said that does not stand on the page,
//! but for families, of which there are few.

use sohoa_model::{Difference, Field, FieldName, Said, Witness, text::fold};

use crate::layout::{Line, alike, worth};
use crate::weigh::{marks, more};
use crate::{in_case_of, persons, places, sure, worth_of};

/// Marks are lost in reading far more often than found, in logits.
const LOST: f32 = 1.5;
/// Two readings of one name by the same eye are no two witnesses, though they seldom go wrong in the same way, in logits.
const NEXT: f32 = 0.5;
const ALIKE: f32 = 1.2;

/// A syllable as it was read somewhere.
struct Heard {
    text: String,
    /// Logit of being right.
    weight: f32,
    own: bool,
}

/// A name that was changed is never as sure as to be passed over, in percent.
const CHANGED: f32 = 94.0;
/// Nor is one that is said otherwise elsewhere and not said again, nor a person's that lacks a mark.
const DOUBTED: f32 = 75.0;
/// Below this logit a person's name was hardly read, and a saying that was read well by so much is rather it.
const FAINT: f32 = 0.5;
const CLEAR: f32 = 1.5;

/// Holds the names in a field against everything else on the paper; what it says now and what it said, if that changed,
/// or what is said elsewhere.
pub fn check(field: &mut Field, lines: &[Line]) -> Option<Difference> {
    let names = match field.name {
        FieldName::OwnerName => vec![(0, field.value.split(' ').count())],
        FieldName::Agency | FieldName::Address => places::names(&field.value),
        _ => return None,
    };
    let person = field.name == FieldName::OwnerName;
    let mut words: Vec<String> = field.value.split(' ').map(str::to_owned).collect();
    let mut otherwise = words.clone();
    for (start, end) in names.into_iter().filter(|(start, end)| end - start >= 2) {
        let heard = hear(&words[start..end], field, lines);
        let mut worth = worth_of(field.name, field.confidence);
        let mut doubted = false;
        for (at, heard) in (start..end).zip(&heard) {
            worth *= settle(&mut words[at], heard, person);
            let said = letters(&words[at]);
            otherwise[at] = words[at].clone();
            if let Some(other) = contradicted(said, heard) {
                doubted = true;
                otherwise[at] = otherwise[at].replacen(said, &in_case_of(said, other), 1);
            }
            doubted |= person && at > 0 && unlikely(said, heard);
        }
        field.confidence = sure(field.name, worth);
        if doubted {
            field.confidence = field.confidence.min(DOUBTED);
        }
    }
    // Few are called only that; mostly the name itself was not read.
    if person && matches!(fold(letters(words.last()?)).as_str(), "van" | "thi") {
        field.confidence = field.confidence.min(DOUBTED);
    }
    if person && let Some(family) = persons::family_name(letters(&words[0])) {
        let read = letters(&words[0]).to_owned();
        words[0] = words[0].replacen(&read, &in_case_of(&read, family), 1);
    }
    let value = words.join(" ");
    let (value, other) = if value == field.value {
        (value, otherwise.join(" "))
    } else {
        // It may be a brother's yet, or the next village's, so the clerk looks.
        field.confidence = field.confidence.min(CHANGED);
        field.read.get_or_insert_with(|| field.value.clone());
        (value, field.value.clone())
    };
    if value == other {
        return None;
    }
    field.value = value;
    let said = |value: &str| Said {
        source: Witness::Text,
        value: value.to_owned(),
        page: field.page.unwrap_or(1),
        bounds: field.bounds,
    };
    Some(Difference { field: field.name, values: vec![said(&field.value), said(&other)] })
}

fn letters(text: &str) -> &str {
    text.trim_matches(|c: char| !c.is_alphanumeric())
}

/// Every saying of the name, syllable by syllable.
fn hear(name: &[String], field: &Field, lines: &[Line]) -> Vec<Vec<Heard>> {
    let folded: Vec<String> = name.iter().map(|n| fold(letters(n))).collect();
    let mut heard: Vec<Vec<Heard>> = name.iter().map(|_| Vec::new()).collect();
    for line in lines {
        for words in line.words.windows(name.len()) {
            let mut slips = 0;
            let same = words.iter().zip(&folded).all(|(word, name)| {
                let read = fold(letters(&word.text));
                let near = read == *name || field.name != FieldName::OwnerName && alike(&read, name);
                slips += usize::from(read != *name);
                near && letters(&word.text).starts_with(char::is_uppercase)
            });
            if !same || slips > 1 {
                continue;
            }
            let inside = |b: sohoa_model::Box4| {
                let [x, y, w, h] = words[0].bounds;
                let (cx, cy) = (x + w / 2, y + h / 2);
                (b[0]..=b[0].saturating_add(b[2])).contains(&cx) && (b[1]..=b[1].saturating_add(b[3])).contains(&cy)
            };
            let own = Some(line.page) == field.page && field.bounds.is_some_and(inside);
            for (word, heard) in words.iter().zip(&mut heard) {
                let share = worth(word).clamp(0.02, 0.9995);
                let text = letters(&word.text).to_lowercase();
                heard.push(Heard { text, weight: (share / (1.0 - share)).ln(), own });
            }
        }
    }
    heard
}

/// What somebody else says it is, with other marks and not only with fewer, where nobody says it again.
fn contradicted<'a>(word: &str, heard: &'a [Heard]) -> Option<&'a str> {
    let mut others = heard.iter().filter(|h| !h.own && marks(&h.text).0 == marks(word).0);
    let again = others.clone().any(|h| marks(&h.text) == marks(word));
    others.find(|h| !again && !more(word, &h.text)).map(|h| &*h.text)
}

/// Whether a person's name was hardly said so.
fn unlikely(word: &str, heard: &[Heard]) -> bool {
    persons::lacks_marks(word) && !heard.iter().any(|h| !h.own && marks(&h.text) == marks(word))
}

/// The likeliest reading of a syllable, and by how much that is likelier than what was read at first.
fn settle(word: &mut String, heard: &[Heard], person: bool) -> f32 {
    let bare = letters(word).to_owned();
    let Some(own) = heard.iter().find(|h| h.own) else { return 1.0 };
    if heard.len() < 2 {
        return 1.0;
    }
    let mut said: Vec<(&str, f32)> = Vec::new();
    for one in heard {
        match said.iter_mut().find(|(text, _)| marks(text) == marks(&one.text)) {
            Some((_, sum)) => *sum += (one.weight + ALIKE).max(0.0) * NEXT,
            None => said.push((&one.text, one.weight)),
        }
    }
    let weights: Vec<f32> =
        said.iter().map(|(a, sum)| sum + if said.iter().any(|(b, _)| more(a, b)) { LOST } else { 0.0 }).collect();
    let total: f32 = weights.iter().map(|w| w.exp()).sum();
    let best = (0..said.len()).max_by(|a, b| weights[*a].total_cmp(&weights[*b])).unwrap_or_default();
    let mine =
        said.iter().position(|(text, _)| *text == own.text || marks(text) == marks(&own.text)).unwrap_or_default();
    // One reading alone may be wrong, too.
    let likely = |i: usize| {
        if said.len() > 1 { weights[i].exp() / (total + 0.02) } else { 1.0 - 1.0 / (1.0 + weights[i].exp()) }
    };
    let before = 1.0 - 1.0 / (1.0 + own.weight.exp());
    // People's names differ by a mark, and a place that was read well is not changed for another, unless nobody but its
    // reader says it and three say the other.
    let often = |text: &str| heard.iter().filter(|h| marks(&h.text) == marks(text)).count();
    let faint = if person {
        own.weight < FAINT && said[best].1 > own.weight + CLEAR
    } else {
        own.weight < 1.5 || often(said[best].0) >= 3 && often(&own.text) == 1
    };
    let replaced = best != mine && (more(said[best].0, &own.text) || faint);
    let now = if replaced { best } else { mine };
    if replaced {
        *word = word.replacen(&bare, &in_case_of(&bare, said[best].0), 1);
    }
    likely(now) / before
}
