//! Forms: a label, then what was written or typed after it, on dots or not.

use sohoa_model::{Field, FieldName, Word};

use crate::line::{Line, plain};
use crate::{date, field, identity};

/// Labels, folded, with the field that follows them; the more telling first.
const LABELS: [(&str, FieldName); 31] = [
    ("ho chu dem ten nguoi yeu cau", FieldName::OwnerName),
    ("ho chu dem ten khai sinh", FieldName::OwnerName),
    ("ho chu dem va ten khai sinh", FieldName::OwnerName),
    ("ho chu dem ten", FieldName::OwnerName),
    ("ho chu dem va ten", FieldName::OwnerName),
    ("ho va ten khai sinh", FieldName::OwnerName),
    ("ho va ten full name", FieldName::OwnerName),
    ("ho va ten chu ho", FieldName::OwnerName),
    ("ho va ten nguoi nop", FieldName::OwnerName),
    ("tiep nhan ho so cua", FieldName::OwnerName),
    ("ho va ten", FieldName::OwnerName),
    ("ho ten", FieldName::OwnerName),
    ("toi ten la", FieldName::OwnerName),
    ("ten toi la", FieldName::OwnerName),
    ("xac nhan ong ba", FieldName::OwnerName),
    ("so dinh danh ca nhan", FieldName::PersonalId),
    ("so cccd", FieldName::PersonalId),
    ("cccd so", FieldName::PersonalId),
    ("can cuoc cong dan so", FieldName::PersonalId),
    ("so can cuoc", FieldName::PersonalId),
    ("giay to tuy than", FieldName::PersonalId),
    ("ngay thang nam sinh", FieldName::BirthDate),
    ("ngay sinh", FieldName::BirthDate),
    ("sinh ngay", FieldName::BirthDate),
    ("gioi tinh", FieldName::Sex),
    ("noi thuong tru", FieldName::Address),
    ("noi cu tru", FieldName::Address),
    ("dia chi", FieldName::Address),
    ("ma ho so", FieldName::DossierCode),
    ("ma so ho so", FieldName::DossierCode),
    ("ma thu tuc", FieldName::Procedure),
];

pub fn read(lines: &[Line], kind: &str) -> Vec<Field> {
    let mut found: Vec<Field> = Vec::new();
    for (i, line) in lines.iter().enumerate() {
        for (end, name) in labels(&line.words) {
            // The first of a name stands: the applicant is named before anybody else.
            if found.iter().any(|f| f.name == name) {
                continue;
            }
            let after: Vec<&Word> = line.words[end..].to_vec();
            found.extend(value(name, &after, line, lines.get(i + 1), kind));
        }
        if !found.iter().any(|f| f.name == FieldName::PersonalId) {
            found.extend(bare_id(line));
        }
        if !found.iter().any(|f| f.name == FieldName::DossierCode)
            && let Some((code, _)) = sohoa_model::DossierCode::find(&line.text())
        {
            found.push(field(FieldName::DossierCode, code.as_str(), &line.words, line.page, 0.95));
        }
    }
    found
}

/// Every label on the line: where its words end, and what follows it.
fn labels(words: &[&Word]) -> Vec<(usize, FieldName)> {
    let plain: Vec<String> = words.iter().map(|w| plain(&w.text)).collect();
    let mut found = Vec::new();
    for start in 0..words.len() {
        for (label, name) in LABELS {
            let mut text = String::new();
            let wanted = label.split(' ').count();
            let mut end = start;
            while end < words.len() && text.split(' ').filter(|p| !p.is_empty()).count() < wanted {
                text = format!("{text} {}", plain[end]);
                end += 1;
            }
            if same(text.trim(), label) {
                // "(1)", ":" and dots may follow.
                while end < words.len()
                    && plain[end].chars().all(|c| c.is_ascii_digit())
                    && plain[end].len() < 2
                    && !words[end - 1].text.ends_with(':')
                {
                    end += 1;
                }
                found.push((end, name));
                break;
            }
        }
    }
    found
}

/// As the label, or with one letter misread.
fn same(text: &str, label: &str) -> bool {
    if text == label {
        return true;
    }
    let (a, b): (Vec<char>, Vec<char>) = (text.chars().collect(), label.chars().collect());
    b.len() >= 8 && a.len() == b.len() && a.iter().zip(&b).filter(|(x, y)| x != y).count() == 1
}

fn value(name: FieldName, after: &[&Word], line: &Line, next: Option<&Line>, kind: &str) -> Option<Field> {
    let text = |words: &[&Word]| words.iter().map(|w| w.text.as_str()).collect::<Vec<_>>().join(" ");
    match name {
        FieldName::OwnerName => {
            // On a card the name stands under its label.
            let below =
                next.filter(|_| kind == "can_cuoc" || after.is_empty()).map(|l| l.words.clone()).unwrap_or_default();
            name_in(after).or_else(|| name_in(&below)).map(|(value, words)| field(name, value, &words, line.page, 0.9))
        }
        FieldName::PersonalId => {
            let (value, word) = after.iter().find_map(|w| Some((identity::number(&w.text)?, *w)))?;
            Some(field(name, value, &[word], line.page, 0.95))
        }
        FieldName::BirthDate => Some(field(name, date::any(&text(after))?, after, line.page, 0.92)),
        FieldName::Sex => {
            let word = after.iter().find(|w| matches!(plain(&w.text).as_str(), "nam" | "nu"))?;
            let value = if plain(&word.text) == "nam" { "Nam" } else { "Nữ" };
            Some(field(name, value, &[word], line.page, 0.93))
        }
        FieldName::Address => {
            let words: Vec<&Word> =
                after.iter().copied().filter(|w| w.text.chars().any(char::is_alphanumeric)).collect();
            let value = clean(&text(&words));
            (value.split(' ').count() >= 3).then(|| field(name, value, &words, line.page, 0.8))
        }
        FieldName::DossierCode => {
            let (code, _) = sohoa_model::DossierCode::find(&text(after))?;
            Some(field(name, code.as_str(), after, line.page, 0.97))
        }
        FieldName::Procedure => {
            let word = after.iter().find(|w| is_procedure(w.text.trim_matches(|c: char| !c.is_ascii_digit())))?;
            Some(field(name, word.text.trim_matches(|c: char| !c.is_ascii_digit()), &[word], line.page, 0.95))
        }
        _ => None,
    }
}

/// `2.000635`.
pub fn is_procedure(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() == 8 && bytes[1] == b'.' && bytes.iter().enumerate().all(|(i, b)| i == 1 || b.is_ascii_digit())
}

/// A person's name: two to seven capitalised words, until something else begins.
fn name_in<'a>(words: &[&'a Word]) -> Option<(String, Vec<&'a Word>)> {
    let mut name: Vec<(String, &Word)> = Vec::new();
    for word in words {
        let text = word.text.trim_matches(|c: char| !c.is_alphabetic());
        if text.is_empty() {
            if name.is_empty() { continue } else { break }
        }
        let capital =
            text.chars().next().is_some_and(char::is_uppercase) && text.chars().all(|c| c.is_alphabetic() || c == '\'');
        let stops = ["ong", "ba", "ngay", "sinh", "gioi", "so", "nam", "cccd"];
        if !capital || name.len() == 7 || (name.is_empty() && matches!(plain(text).as_str(), "ong" | "ba")) {
            if name.is_empty() && matches!(plain(text).as_str(), "ong" | "ba") { continue } else { break }
        }
        if !name.is_empty() && stops.contains(&plain(text).as_str()) && text.chars().any(char::is_lowercase) {
            break;
        }
        name.push((text.to_owned(), word));
        if word.text.ends_with([',', ';', '.']) {
            break;
        }
    }
    (2..=7).contains(&name.len()).then(|| {
        let value = name.iter().map(|(t, _)| t.as_str()).collect::<Vec<_>>().join(" ");
        (value, name.into_iter().map(|(_, w)| w).collect())
    })
}

/// A number of twelve digits that can be a person's, wherever it stands.
fn bare_id(line: &Line) -> Option<Field> {
    let (value, word) = line.words.iter().find_map(|w| Some((identity::number(&w.text)?, *w)))?;
    Some(field(FieldName::PersonalId, value, &[word], line.page, 0.7))
}

fn clean(text: &str) -> String {
    let kept: Vec<&str> =
        text.split_whitespace().map(|w| w.trim_matches(['.', '…', '_', ':'])).filter(|w| !w.is_empty()).collect();
    kept.join(" ").trim_end_matches([',', ';']).to_owned()
}
