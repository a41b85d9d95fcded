//! The personal number (số định danh cá nhân): three digits of the province of birth registration, one of century and
//! sex, two of the birth year, six at random (TT 59/2021/TT-BCA, Điều 4). It has no check digit, so it is held against
//! what else is known of the person.

use sohoa_model::{Field, FieldName, Source, Word, text::distance};

use crate::country::COUNTRY;
use crate::{dates, put_right, spoken};

/// What the digits of a number say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PersonalId {
    /// Where the birth was registered: see [`place`].
    pub place: &'static str,
    pub birth_year: u32,
    /// `Nam` or `Nữ`.
    pub sex: &'static str,
}

/// The province in which a number says that the birth was registered, for showing; `Nước ngoài` for a birth abroad
/// (one code per country from 101 on, taken generously); `None` where no such code was ever given out.
///
/// ```
/// use sohoa_extract::personal_id;
/// assert_eq!(personal_id::place("027194000123"), Some("Bắc Ninh"));
/// assert_eq!(personal_id::place("024194000123"), Some("Bắc Giang"));
/// assert_eq!(personal_id::place("028194000123"), None);
/// ```
pub fn place(id: &str) -> Option<&'static str> {
    match id.get(..3).filter(|code| code.bytes().all(|b| b.is_ascii_digit()))?.parse().ok()? {
        101..=399 => Some("Nước ngoài"),
        code => COUNTRY.provinces.iter().find(|(known, _)| *known == Some(code)).map(|(_, name)| *name),
    }
}

/// The meaning of a number; `None` when it cannot be one.
///
/// ```
/// use sohoa_extract::personal_id;
/// let id = personal_id::parse("027194000123").unwrap();
/// assert_eq!((id.place, id.birth_year, id.sex), ("Bắc Ninh", 1994, "Nữ"));
/// assert_eq!(personal_id::parse("27194000123"), None);
/// ```
pub fn parse(id: &str) -> Option<PersonalId> {
    let digits: Vec<u32> = id.chars().map(|c| c.to_digit(10)).collect::<Option<_>>()?;
    let [_, _, _, century, tens, ones, _, _, _, _, _, _] = digits[..] else { return None };
    // Nobody living was born before the 20th or after the 21st century.
    let place = place(id).filter(|_| century <= 3)?;
    Some(PersonalId {
        place,
        birth_year: 1900 + 100 * (century / 2) + 10 * tens + ones,
        sex: if century % 2 == 0 { "Nam" } else { "Nữ" },
    })
}

/// Which of `birth` (`YYYY-MM-DD`) and `sex` (`Nam`, `Nữ`) contradicts the number, if any; the number itself when it
/// cannot be one.
///
/// ```
/// use sohoa_extract::personal_id;
/// use sohoa_model::FieldName;
/// assert_eq!(personal_id::check("027194000123", Some("1994-03-02"), Some("Nữ")), None);
/// assert_eq!(personal_id::check("027194000123", Some("1995-03-02"), None), Some(FieldName::BirthDate));
/// ```
pub fn check(id: &str, birth: Option<&str>, sex: Option<&str>) -> Option<FieldName> {
    let Some(id) = parse(id) else { return Some(FieldName::PersonalId) };
    if birth.is_some_and(|b| b.get(..4) != Some(&*id.birth_year.to_string())) {
        return Some(FieldName::BirthDate);
    }
    sex.is_some_and(|s| s != id.sex).then_some(FieldName::Sex)
}

/// The first personal number in some words, with those that hold it and whether a letter had to be taken for a digit.
/// Its digits may be spaced in groups, as on some forms with a box for each.
pub(crate) fn find<'a>(words: &[&'a Word]) -> Option<(String, Vec<&'a Word>, bool)> {
    digits(words, 12, |digits| parse(digits).is_some())
}

/// As [`find`], for a place where nothing but a personal number can stand: one that was misread, or that follows rules
/// made after these, is better shown than lost. So is one without the zero with which those of all provinces begin.
pub(crate) fn find_any<'a>(words: &[&'a Word]) -> Option<(String, Vec<&'a Word>, bool)> {
    let beheaded = || {
        let (rest, words, _) =
            digits(words, 11, |rest| !rest.starts_with('0') && parse(&format!("0{rest}")).is_some())?;
        Some((format!("0{rest}"), words, true))
    };
    find(words).or_else(|| digits(words, 12, |_| true)).or_else(beheaded)
}

/// The first so many digits that stand by themselves and fit.
fn digits<'a>(words: &[&'a Word], count: usize, fits: impl Fn(&str) -> bool) -> Option<(String, Vec<&'a Word>, bool)> {
    for start in 0..words.len() {
        let mut digits = String::new();
        let mut repaired = false;
        for (i, word) in words[start..].iter().enumerate() {
            let text = word.text.trim_matches(|c: char| !c.is_alphanumeric());
            let read = repair(text);
            // Letters are taken for digits only among digits.
            let plain = text.chars().filter(char::is_ascii_digit).count();
            if text.is_empty() || (plain < text.chars().count() && (plain < 8 || read.len() != count)) {
                break;
            }
            repaired |= plain < text.chars().count();
            digits += &read;
            if digits.len() >= count {
                if digits.len() == count && fits(&digits) {
                    return Some((digits, words[start..=start + i].to_vec(), repaired));
                }
                break;
            }
        }
    }
    None
}

fn repair(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            'O' | 'o' | 'Q' | 'D' | 'Ø' => '0',
            'I' | 'l' | '|' | 'i' | '!' => '1',
            'Z' | 'z' => '2',
            'S' | 's' => '5',
            'B' => '8',
            c => c,
        })
        .filter(char::is_ascii_digit)
        .collect()
}

/// A birth date whose year was read as none, until [`date`] has the year from the number.
pub(crate) fn to_be_dated((found, year): (dates::Found, String), name: FieldName, page: u32) -> Option<Field> {
    let read = spoken(&found.words);
    let field = put_right(found.field(name, page, 0.7), read);
    let value = format!("{year}?{}", &field.value[4..]);
    (name == FieldName::BirthDate).then_some(Field { value, ..field })
}

/// Dates the birth of a person by the number, where the year was read with one figure wrong or missing.
pub(crate) fn date(person: &mut Vec<Field>) {
    let id = person.iter().find(|f| f.name == FieldName::PersonalId).and_then(|f| parse(&f.value));
    let year = id.map(|id| id.birth_year.to_string());
    person.retain_mut(|field| {
        let Some((read, rest)) = field.value.split_once('?').filter(|_| field.name == FieldName::BirthDate) else {
            return true;
        };
        let dated = year.as_ref().filter(|year| distance(read, year) == 1).map(|year| format!("{year}{rest}"));
        dated.map(|dated| field.value = dated).is_some()
    });
}

/// Where number, birth date and sex of one person contradict one another, the number and what it contradicts are
/// doubtful; where they agree, birth date and sex are surer.
pub(crate) fn cross_check(found: &mut [Field]) {
    let get = |name| found.iter().find(|f| f.name == name && f.source == Source::Text).map(|f| f.value.clone());
    let Some(id) = get(FieldName::PersonalId) else { return };
    let (birth, sex) = (get(FieldName::BirthDate), get(FieldName::Sex));
    if birth.is_none() && sex.is_none() && parse(&id).is_some() {
        return;
    }
    let contradicted = check(&id, birth.as_deref(), sex.as_deref());
    for field in found.iter_mut() {
        match (contradicted, field.name) {
            (Some(name), at) if at == name || at == FieldName::PersonalId => {
                field.confidence = field.confidence.min(50.0)
            }
            // Six digits of the number speak of the birth, and nothing bears out the other six.
            (None, FieldName::BirthDate | FieldName::Sex) => field.confidence = crate::odds(field.confidence, 2.0),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Option<(String, bool)> {
        let word = |t: &str| Word { text: t.into(), confidence: 90.0, bounds: [0, 0, 9, 9], line: 0, block: 0 };
        let words: Vec<Word> = text.split(' ').map(word).collect();
        find(&words.iter().collect::<Vec<_>>()).map(|(id, _, repaired)| (id, repaired))
    }

    #[test]
    fn the_number_knows_year_and_sex() {
        assert_eq!(parse("027204000123"), Some(PersonalId { place: "Bắc Ninh", birth_year: 2004, sex: "Nam" }));
        assert_eq!(parse("127194000123").map(|id| id.birth_year), Some(1994), "born abroad");
        assert_eq!(parse("024385000123"), Some(PersonalId { place: "Bắc Giang", birth_year: 2085, sex: "Nữ" }));
        for bad in [
            "097194000123",
            "003194000123",
            "100194000123",
            "427194000123",
            "027994000123",
            "02719400012",
            "0271940001234",
            "000194000123",
            "02719400012x",
            "",
        ] {
            assert_eq!(parse(bad), None, "{bad}");
            assert_eq!(check(bad, None, None), Some(FieldName::PersonalId));
        }
        assert_eq!(check("027204000123", Some("2004-01-01"), Some("Nữ")), Some(FieldName::Sex));
    }

    #[test]
    fn it_is_found_among_dots_in_groups_and_with_a_misread_digit() {
        let id = || "027194000123".to_owned();
        for text in ["số ...027194000123...", "CCCD: 027194000123,", "027 194 000 123", "0 2 7 1 9 4 0 0 0 1 2 3"] {
            assert_eq!(found(text), Some((id(), false)), "{text}");
        }
        assert_eq!(found("O2719400O123"), Some((id(), true)));
        let any = |text: &str| {
            let words: Vec<Word> = text
                .split(' ')
                .map(|t| Word { text: t.into(), confidence: 90.0, bounds: [0, 0, 9, 9], line: 0, block: 0 })
                .collect();
            find_any(&words.iter().collect::<Vec<_>>()).map(|(id, _, repaired)| (id, repaired))
        };
        // Where it must stand, its first nought may be missing, but no other figure.
        assert_eq!((any("27194000123"), found("27194000123")), (Some((id(), true)), None));
        assert_eq!((any("02794000123"), any("97194000123"), any("7194000123")), (None, None, None));
        for text in ["0271940001", "0271940001234", "ngày 02 03 1994", "lỗi SOSOSOSOSOSO", "4427194000123 9"] {
            assert_eq!(found(text), None, "{text}");
        }
    }
}
