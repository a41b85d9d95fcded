//! Dates, brought to `YYYY-MM-DD`. A day that the calendar does not have is no date.

use sohoa_model::{Field, FieldName, Word};

use crate::layout::{self, Token};
use crate::{put_right, read_from, spoken, sure, worth};

/// A date and the words that say it.
pub struct Found<'a> {
    pub value: String,
    /// The place of the first of them.
    pub at: usize,
    pub words: Vec<&'a Word>,
    /// Whether letters or strokes were taken for figures.
    pub mended: bool,
}

impl Found<'_> {
    /// Whether a date in words may lack a figure: days below 10 and the months 1 and 2 have a nought before them on official
    /// papers (NĐ 30/2020, Phụ lục I).
    pub fn is_short(&self) -> bool {
        let tokens = layout::tokens(self.words.iter().copied());
        let [_, day, _, month, ..] = &tokens[..] else { return false };
        day.text.len() == 1 || matches!(&*month.text, "1" | "2")
    }

    /// As sure as what says day, month and year: `tháng` is known however it was read.
    pub fn field(self, name: FieldName, page: u32, strength: f32) -> Field {
        let figure = |w: &&&Word| !w.text.chars().all(char::is_alphabetic) || w.text.chars().count() < 3;
        let figures: Vec<&Word> = self.words.iter().filter(figure).copied().collect();
        let guessed = figures.iter().any(|w| w.text.contains(|c: char| matches!(c, '!' | ']') || c.is_alphabetic()));
        let strength = if guessed { strength * 0.9 } else { strength };
        let field = read_from(name, self.value, &self.words, page, strength);
        let field = Field { confidence: strength * sure(name, worth(&figures)), ..field };
        if self.mended { put_right(field, spoken(&self.words)) } else { field }
    }
}

/// The first date: `ngày … tháng … năm …`, `05/02/2026`, `05.02.2026`, `05-02-2026`.
pub fn any<'a>(words: &[&'a Word]) -> Option<Found<'a>> {
    find(words, |tokens| said_in_words(tokens).or_else(|| said_in_figures(tokens, words)))
}

/// The first date written out in words.
pub fn in_words<'a>(words: &[&'a Word]) -> Option<Found<'a>> {
    find(words, said_in_words)
}

/// A date in figures whose year was read as none: `2000-04-06` for `06/04/196`, where only day and month count, and what
/// stands for the year.
pub fn without_year<'a>(words: &[&'a Word]) -> Option<(Found<'a>, String)> {
    let mut read = String::new();
    let found = find(words, |tokens| {
        let [day, month, year, ..] = tokens else { return None };
        let figures = (3..=5).contains(&year.text.len()) && year.text.bytes().all(|b| b.is_ascii_digit());
        read.clone_from(&year.text);
        (figures && written(day, month, year, words)).then(|| Some((date(&day.text, &month.text, "2000")?, 3)))?
    })?;
    Some((found, read))
}

fn find<'a>(words: &[&'a Word], mut said: impl FnMut(&[Token]) -> Option<(String, usize)>) -> Option<Found<'a>> {
    let tokens = layout::tokens(words.iter().copied());
    (0..tokens.len()).find_map(|i| {
        let (value, count) = said(&tokens[i..])?;
        let (first, last) = (tokens[i].word, tokens[i + count - 1].word);
        let figures = tokens[i..i + count].iter().map(|t| (words[t.word], digits(&t.text)));
        let mut figures = figures.filter(|(_, figures)| figures.bytes().all(|b| b.is_ascii_digit()));
        let mended = figures.any(|(word, figures)| !word.text.contains(&figures));
        Some(Found { value, at: first, words: words[first..=last].to_vec(), mended })
    })
}

/// `ngay D thang M nam Y`, with how many tokens it takes.
fn said_in_words(tokens: &[Token]) -> Option<(String, usize)> {
    let [ngay, day, thang, month, nam, year, ..] = tokens else { return None };
    let said = |token: &Token, word: &str| token.text == word || layout::alike(&token.text, word);
    if !(said(ngay, "ngay") && said(thang, "thang") && said(nam, "nam")) {
        return None;
    }
    Some((date(&digits(&day.text), &digits(&month.text), &digits(&year.text))?, 6))
}

/// Three numbers with the same sign between them.
fn said_in_figures(tokens: &[Token], words: &[&Word]) -> Option<(String, usize)> {
    let [day, month, year, ..] = tokens else { return None };
    let value = date(&day.text, &month.text, &year.text)?;
    written(day, month, year, words).then_some((value, 3))
}

/// Whether one sign parts them.
fn written(day: &Token, month: &Token, year: &Token, words: &[&Word]) -> bool {
    let said: String = words[day.word..=year.word].iter().map(|w| w.text.as_str()).collect();
    ['/', '.', '-'].iter().any(|sign| said.contains(&format!("{}{sign}{}{sign}{}", day.text, month.text, year.text)))
}

/// What is taken for letters among digits.
fn digits(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            'o' | 'q' => '0',
            'l' | 'i' => '1',
            's' => '5',
            'b' => '8',
            c => c,
        })
        .collect()
}

/// `ddmmyyyy`, as on cards.
pub fn packed(text: &str) -> Option<String> {
    (text.len() == 8 && text.is_ascii()).then(|| date(&text[..2], &text[2..4], &text[4..]))?
}

fn date(day: &str, month: &str, year: &str) -> Option<String> {
    if day.len() > 2 || month.len() > 2 || year.len() != 4 {
        return None;
    }
    let (d, m, y): (u32, u32, u32) = (day.parse().ok()?, month.parse().ok()?, year.parse().ok()?);
    let leap = y % 4 == 0 && (y % 100 != 0 || y % 400 == 0);
    let last = match m {
        2 => 28 + u32::from(leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    ((1..=last).contains(&d) && (1850..=2150).contains(&y)).then(|| format!("{y:04}-{m:02}-{d:02}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Option<String> {
        let words: Vec<Word> = text
            .split(' ')
            .enumerate()
            .map(|(i, t)| Word {
                text: t.into(),
                confidence: 90.0,
                bounds: [i as u32 * 60, 0, 50, 20],
                line: 0,
                block: 0,
            })
            .collect();
        any(&words.iter().collect::<Vec<_>>()).map(|f| f.value)
    }

    #[test]
    fn dates_are_found_however_they_are_written() {
        for text in [
            "Bắc Ninh, ngày 05 tháng 02 năm 2026",
            "ngay 5 thang 2 nam 2026",
            "ngày05 tháng02 năm2026",
            "ngày ...05... tháng ..2.. năm 2026.",
            "ngày O5 tháng 02 nãm 2026",
            "ngảy 05 thánq 02 năm 2026",
            "từ số 12 ngày 5/2/2026 đến",
            "05.02.2026",
            "(05-02-2026)",
            "Ngày 31 tháng 02 năm 2026 và 05/02/2026",
        ] {
            assert_eq!(found(text).as_deref(), Some("2026-02-05"), "{text}");
        }
        assert_eq!(found("ngày 09 tháng !2 năm 2024").as_deref(), Some("2024-12-09"));
        assert_eq!(found("ngày 16 tháng 1] năm 2024").as_deref(), Some("2024-11-16"));
        assert_eq!(found("ngày 16 tháng [1] năm 2024").as_deref(), Some("2024-01-16"));
        assert_eq!(packed("10052021").as_deref(), Some("2021-05-10"));
    }

    #[test]
    fn what_is_no_date_is_not_taken_for_one() {
        for text in [
            "ngày 30 tháng 02 năm 2026",
            "31/04/2026",
            "ngày 5 tháng 13 năm 2026",
            "1/1/26",
            "29/02/2025",
            "5 2 2026",
            "1.234.2026",
        ] {
            assert_eq!(found(text), None, "{text}");
        }
        assert_eq!(found("29/02/2024").as_deref(), Some("2024-02-29"));
        assert_eq!(packed("3102202a"), None);
        assert_eq!(packed("1052021"), None);
    }
}
