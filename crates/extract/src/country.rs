//! What the country's agencies and places are called and how papers abbreviate them, as data: `tessdata/agencies.txt`,
//! which says how it is written.

use sohoa_model::{
    Code, Error, Result,
    text::{nfc, sections},
};
use std::sync::LazyLock;

use crate::layout;

const FILE: &str = include_str!("../../../tessdata/agencies.txt");

pub static COUNTRY: LazyLock<Country> = LazyLock::new(|| Country::parse(FILE).expect("what is built in is tested"));

#[derive(Debug)]
pub struct Country<'a> {
    /// What agencies are called, before the name of their place; in small letters.
    pub agencies: Vec<&'a str>,
    /// How agencies' names begin, folded.
    pub beginnings: Vec<String>,
    /// Who decides, named below what a decision is about; folded.
    pub authorities: Vec<String>,
    /// What names of places begin with, from the province down to the commune; in small letters.
    pub levels: Vec<&'a str>,
    /// Within a commune.
    pub parts: Vec<&'a str>,
    /// Provinces, with the code with which personal numbers begin. A new name has none: a number is given once and for
    /// life.
    pub provinces: Vec<(Option<u32>, &'a str)>,
    /// Abbreviations with marks.
    pub abbreviations: Vec<&'a str>,
}

impl<'a> Country<'a> {
    /// Errors: `InvalidValue`, with the line and what to write there.
    fn parse(text: &'a str) -> Result<Self> {
        let wrong = |line: usize, what: String, hint: &str| {
            Error::new(Code::InvalidValue, format!("agencies.txt, dòng {line}: {what}")).hint(hint)
        };
        let mut parts = sections(text);
        if let Some((line, entry)) = parts.remove(0).entries().next() {
            return Err(wrong(line, format!("«{entry}» không thuộc phần nào"), "Viết tên phần trước, như [cơ quan]."));
        }
        // Each is taken once; what is left at the end is none that is known.
        let mut lines = |heading: &str| {
            let at = parts.iter().position(|part| part.heading == heading && !part.lines.is_empty());
            let missing = || wrong(text.lines().count(), format!("thiếu phần {heading}"), "Thêm phần này.");
            Ok(parts.remove(at.ok_or_else(missing)?))
        };
        let all = |entries: Vec<(usize, &'a str)>, fits: fn(&str) -> bool, hint| -> Result<Vec<&'a str>> {
            let fit = |(line, entry): (usize, &'a str)| match fits(entry) && nfc(entry) == entry {
                true => Ok(entry),
                false => Err(wrong(line, format!("«{entry}» không dùng được"), hint)),
            };
            entries.into_iter().map(fit).collect()
        };
        let small = "Viết chữ thường, đúng chính tả.";
        let folded = |names: Vec<&str>| names.into_iter().map(layout::phrase).collect();
        let agencies = all(lines("[cơ quan]")?.lines, is_small, small)?;
        let beginnings = all(lines("[mở đầu tên cơ quan]")?.entries().collect(), is_name, "Viết bằng chữ.")?;
        let authorities = all(lines("[thẩm quyền]")?.entries().collect(), is_small, small)?;
        let levels = all(lines("[cấp]")?.entries().collect(), is_small, small)?;
        let within = all(lines("[trong xã]")?.entries().collect(), is_small, small)?;
        let hint = "Viết mã ba chữ số, mỗi mã một lần, rồi tên tỉnh: 001 Hà Nội.";
        let mut provinces = Vec::new();
        for (line, entry) in lines("[tỉnh]")?.entries() {
            let known = |code| provinces.iter().any(|(other, _)| *other == Some(code));
            let province = province(entry).filter(|(code, _)| !code.is_some_and(known));
            provinces.push(province.ok_or_else(|| wrong(line, format!("«{entry}» không dùng được"), hint))?);
        }
        let hint = "Viết liền, có ít nhất một chữ có dấu.";
        let abbreviations = all(lines("[viết tắt]")?.entries().collect(), is_abbreviation, hint)?;
        if let Some(part) = parts.first() {
            return Err(wrong(part.at, format!("không có phần {}", part.heading), "Mỗi phần viết một lần, đúng tên."));
        }
        Ok(Self {
            agencies,
            beginnings: folded(beginnings),
            authorities: folded(authorities),
            levels,
            parts: within,
            provinces,
            abbreviations,
        })
    }
}

/// Words, with a comma or a dash between them at most.
fn is_name(text: &str) -> bool {
    text.split(' ').all(|word| word == "-" || word.trim_end_matches(',').chars().all(char::is_alphabetic))
        && text.starts_with(char::is_alphabetic)
}

/// A name that is put in the case of what was read for it.
fn is_small(text: &str) -> bool {
    is_name(text) && !text.contains(char::is_uppercase)
}

/// Without a mark there is none to be lost.
fn is_abbreviation(text: &str) -> bool {
    text.chars().all(char::is_alphabetic) && !text.is_ascii()
}

fn province(entry: &str) -> Option<(Option<u32>, &str)> {
    let (code, name) = match entry.split_once(' ') {
        Some((code, name)) if code.starts_with(|c: char| c.is_ascii_digit()) => {
            let three = code.len() == 3 && code.bytes().all(|b| b.is_ascii_digit());
            (Some(code.parse().ok().filter(|_| three)?), name)
        }
        _ => (None, entry),
    };
    (is_name(name) && name.starts_with(char::is_uppercase) && nfc(name) == name).then_some((code, name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_built_in_is_whole() {
        let country = Country::parse(FILE).unwrap();
        assert_eq!((country.agencies.len(), country.beginnings.len(), country.authorities.len()), (46, 47, 6));
        assert_eq!((country.levels.len(), country.parts.len(), country.abbreviations.len()), (9, 7, 12));
        assert_eq!(country.provinces.iter().filter(|(code, _)| code.is_some()).count(), 63);
        assert!(country.agencies.contains(&"phòng kinh tế, hạ tầng và đô thị"));
        assert!(country.beginnings.iter().any(|b| b == "uy ban") && country.beginnings.iter().any(|b| b == "ubnd"));
        assert!(country.provinces.contains(&(Some(77), "Bà Rịa - Vũng Tàu")));
        assert!(country.provinces.contains(&(None, "Huế")));
    }

    #[test]
    fn a_mistake_is_told_with_its_line() {
        let lines: Vec<&str> = FILE.lines().collect();
        let at = |heading: &str| lines.iter().position(|line| *line == heading).unwrap() + 1;
        let with = |line: usize, text: &str| {
            let mut lines = lines.clone();
            lines.insert(line, text);
            Country::parse(&lines.join("\n")).unwrap_err()
        };
        for (heading, entry) in [
            ("[cơ quan]", "Sở lạ"),
            ("[cơ quan]", "sở 4T"),
            ("[mở đầu tên cơ quan]", "bộ:"),
            ("[thẩm quyền]", "GIÁM ĐỐC"),
            ("[cấp]", "-"),
            ("[trong xã]", "ấp 3"),
            ("[tỉnh]", "1 Hà Nội"),
            ("[tỉnh]", "001 Hà Nội"),
            ("[tỉnh]", "099 hà nội"),
            ("[viết tắt]", "UBND"),
            ("[viết tắt]", "Q Đ"),
        ] {
            // Beside what stands there, not before it, for the second of two codes is the wrong one.
            let line = at(heading) + 1;
            let error = with(line, entry);
            assert_eq!(error.code, Code::InvalidValue);
            let said = format!("agencies.txt, dòng {}: «{entry}» không dùng được", line + 1);
            assert!(error.message == said && !error.hint.is_empty(), "{heading} {entry}: {error:?}");
        }
        assert_eq!(with(0, "xã").message, "agencies.txt, dòng 1: «xã» không thuộc phần nào");
        let last = lines.len();
        assert_eq!(with(last, "[huyện]").message, format!("agencies.txt, dòng {}: không có phần [huyện]", last + 1));
        let without = FILE.replace("[cấp]", "# cấp");
        assert!(Country::parse(&without).unwrap_err().message.ends_with("thiếu phần [cấp]"));
    }
}
