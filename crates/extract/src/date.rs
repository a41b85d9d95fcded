//! Dates, brought to `YYYY-MM-DD`.

use regex::Regex;
use std::sync::LazyLock;

static IN_WORDS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)ng[aà]y\s*[.…_]*\s*(\d{1,2})\s*[.…_]*\s*th[aá]ng\s*[.…_]*\s*(\d{1,2})\s*[.…_]*\s*n[aă]m\s*[.…_]*\s*(\d{4})").expect("constant")
});
static IN_FIGURES: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\b(\d{1,2})\s*[/.-]\s*(\d{1,2})\s*[/.-]\s*(\d{4})\b").expect("constant"));

/// The first date in words (`ngày … tháng … năm …`).
pub fn in_words(text: &str) -> Option<String> {
    IN_WORDS.captures_iter(text).find_map(|c| date(&c[1], &c[2], &c[3]))
}

/// The first date, in words or figures.
pub fn any(text: &str) -> Option<String> {
    in_words(text).or_else(|| IN_FIGURES.captures_iter(text).find_map(|c| date(&c[1], &c[2], &c[3])))
}

/// `ddmmyyyy`, as on cards.
pub fn packed(text: &str) -> Option<String> {
    (text.len() == 8 && text.is_ascii()).then(|| date(&text[..2], &text[2..4], &text[4..]))?
}

fn date(day: &str, month: &str, year: &str) -> Option<String> {
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

    #[test]
    fn dates_of_every_kind_and_no_impossible_ones() {
        assert_eq!(in_words("Bắc Ninh, ngày 05 tháng 02 năm 2026").as_deref(), Some("2026-02-05"));
        assert_eq!(in_words("ngay 5 thang 2 nam 2026").as_deref(), Some("2026-02-05"));
        assert_eq!(any("sinh ngày 02/03/1994").as_deref(), Some("1994-03-02"));
        assert_eq!(packed("10052021").as_deref(), Some("2021-05-10"));
        for bad in ["ngày 30 tháng 02 năm 2026", "31/04/2026", "ngày 5 tháng 13 năm 2026", "1/1/26"] {
            assert_eq!(any(bad), None, "{bad}");
        }
    }
}
