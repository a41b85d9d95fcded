//! The personal number (số định danh cá nhân): three digits of province, one of century and sex, two of birth year, six
//! at random (TT 59/2021/TT-BCA, Điều 4). It has no check digit, so it is held against what else is known.

use sohoa_model::{Field, FieldName};

/// Twelve digits that can be a personal number, out of a word with punctuation about it.
pub fn number(word: &str) -> Option<String> {
    let digits = word.trim_matches(|c: char| !c.is_ascii_digit());
    let fits = digits.len() == 12
        && digits.bytes().all(|b| b.is_ascii_digit())
        && digits.starts_with('0')
        && digits[3..4].parse::<u8>().is_ok_and(|c| c <= 3);
    fits.then(|| digits.to_owned())
}

/// What in `birth` (`YYYY-MM-DD`) or `sex` (`Nam`, `Nữ`) the number contradicts, if anything.
pub fn contradiction(number: &str, birth: Option<&str>, sex: Option<&str>) -> Option<FieldName> {
    let code: u32 = number.get(3..4)?.parse().ok()?;
    let year = 1900 + 100 * (code / 2) + number.get(4..6)?.parse::<u32>().ok()?;
    if birth.is_some_and(|b| b.get(..4) != Some(&*year.to_string())) {
        return Some(FieldName::BirthDate);
    }
    let expected = if code % 2 == 0 { "Nam" } else { "Nữ" };
    sex.is_some_and(|s| s != expected).then_some(FieldName::Sex)
}

/// Where number, birth date and sex contradict one another, all that came from text are doubtful; where they agree,
/// they vouch for one another.
pub fn cross_check(found: &mut [Field]) {
    let get = |found: &[Field], name| found.iter().find(|f| f.name == name).map(|f| f.value.clone());
    let Some(number) = get(found, FieldName::PersonalId) else { return };
    let (birth, sex) = (get(found, FieldName::BirthDate), get(found, FieldName::Sex));
    if birth.is_none() && sex.is_none() {
        return;
    }
    let doubtful = contradiction(&number, birth.as_deref(), sex.as_deref());
    for field in found.iter_mut().filter(|f| f.source == sohoa_model::Source::Text) {
        let involved =
            field.name == FieldName::PersonalId || field.name == FieldName::BirthDate || field.name == FieldName::Sex;
        match doubtful {
            Some(name) if involved && (field.name == FieldName::PersonalId || field.name == name) => {
                field.confidence = field.confidence.min(50.0)
            }
            None if involved => field.confidence += (100.0 - field.confidence) * 0.5,
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_knows_year_and_sex() {
        assert_eq!(number("027194000123,").as_deref(), Some("027194000123"));
        for bad in ["127194000123", "027994000123", "02719400012", "0271940001234", "abc"] {
            assert_eq!(number(bad), None, "{bad}");
        }
        assert_eq!(contradiction("027194000123", Some("1994-03-02"), Some("Nữ")), None);
        assert_eq!(contradiction("027194000123", Some("1995-03-02"), None), Some(FieldName::BirthDate));
        assert_eq!(contradiction("027204000123", Some("2004-01-01"), Some("Nữ")), Some(FieldName::Sex));
    }
}
