//! The words by which suggestions are made: those built in, and the office's own in `words.txt` of the station's folder.
//! The file is read whenever something is shown, so a changed one counts at once; an entry with a mistake is told of by
//! `sohoa doctor` and costs the others nothing.

use sohoa_model::{Code, Digest, Error, Field, FieldName, Result, Source};
use sohoa_ocr::{Lexicon, suggest_value};
use std::path::{Path, PathBuf};

/// Where an office's own words stand.
pub fn file(station: &Path) -> PathBuf {
    station.join("words.txt")
}

/// With the office's own as far as they can be used.
pub(crate) fn lexicon(station: &Path) -> Lexicon {
    read(station).ok().flatten().map_or_else(Lexicon::default, |(lexicon, _)| lexicon)
}

/// The same with what names the office's own, so that a page read with other words is another reading.
pub(crate) fn for_reading(station: &Path) -> (Lexicon, Option<Digest>) {
    let lexicon = lexicon(station);
    let own = lexicon.own() > 0;
    let digest = own.then(|| std::fs::read(file(station)).ok()).flatten().map(|bytes| Digest::of(&bytes));
    (lexicon, digest)
}

/// The office's file and its mistakes; `None` where there is no file.
pub(crate) fn read(station: &Path) -> Result<Option<(Lexicon, Vec<Error>)>> {
    let path = file(station);
    let bytes = match std::fs::read(&path) {
        Ok(bytes) => bytes,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(e) => return Err(Error::io("đọc", &path, e)),
    };
    let text = String::from_utf8(bytes).map_err(|e| {
        Error::new(Code::InvalidValue, "words.txt: không phải văn bản UTF-8")
            .hint("Lưu lại tệp với bảng mã UTF-8.")
            .source(e)
    })?;
    Ok(Some(Lexicon::with("words.txt", &text)))
}

/// What a value that was read probably is. Of numbers, codes, dates and choices nothing is ever suggested, nor of what
/// the clerk has written or confirmed.
pub(crate) fn suggested(field: &Field, confirmed: bool, lexicon: &Lexicon) -> Option<String> {
    let of_words =
        matches!(field.name, FieldName::Agency | FieldName::Subject | FieldName::OwnerName | FieldName::Address);
    (of_words && field.source == Source::Text && !confirmed).then(|| suggest_value(&field.value, lexicon)).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(name: FieldName, value: &str, source: Source) -> Field {
        Field { name, value: value.into(), read: None, source, confidence: 80.0, page: Some(1), bounds: None }
    }

    #[test]
    fn only_words_that_were_read_and_not_yet_confirmed_are_suggested() {
        let lexicon = Lexicon::default();
        let said = |name, value, source, confirmed| suggested(&field(name, value, source), confirmed, &lexicon);
        let right = Some("tỉnh Bắc Ninh".to_owned());
        assert_eq!(said(FieldName::Address, "tỉnh Băc Ninh", Source::Text, false), right);
        assert_eq!(said(FieldName::Address, "tỉnh Băc Ninh", Source::Text, true), None);
        assert_eq!(said(FieldName::Address, "tỉnh Băc Ninh", Source::Code, false), None);
        assert_eq!(said(FieldName::Address, "tỉnh Băc Ninh", Source::Clerk, false), None);
        assert_eq!(said(FieldName::Symbol, "Băc Ninh", Source::Text, false), None);
    }

    #[test]
    fn an_office_file_counts_and_one_that_is_no_text_is_told_of() {
        let station = tempfile::tempdir().unwrap();
        assert!(read(station.path()).unwrap().is_none());
        std::fs::write(file(station.path()), "thôn Ngoạch Trì\nthôn\n").unwrap();
        let (_, errors) = read(station.path()).unwrap().unwrap();
        assert_eq!(errors.len(), 1);
        assert_eq!(suggest_value("thôn Ngoach Trì", &lexicon(station.path())).as_deref(), Some("thôn Ngoạch Trì"));
        std::fs::write(file(station.path()), [0xff, 0xfe, 0x41]).unwrap();
        assert_eq!(read(station.path()).unwrap_err().code, Code::InvalidValue);
        assert_eq!(suggest_value("tỉnh Băc Ninh", &lexicon(station.path())).as_deref(), Some("tỉnh Bắc Ninh"));
    }
}
