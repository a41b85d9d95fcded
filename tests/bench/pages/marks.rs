//! Letters that may bear marks, cut out of pages of which it is known what is printed on them: what
//! `crates/ocr/src/marks.rs` is learnt from. Each is one record: which of the bare letters it is, its marks, those that were
//! read, and then what is seen of it, a byte each.

use sohoa_model::text::fold;
use sohoa_ocr::marks::{BASES, Seen, parts};
use std::collections::HashMap;
use std::io::Write;
use std::path::Path;

use super::{Page, Result, load};

/// Resolution of the copy for a second look.
const DPI: f32 = 220.0;

pub fn run(out: &Path, folders: &[&str]) -> Result {
    let mut pages = Vec::new();
    for folder in folders {
        pages.extend(load(Path::new(folder))?.into_iter().map(|page| (Path::new(*folder), page)));
    }
    let half = pages.len().div_ceil(2).max(1);
    let records = std::thread::scope(|scope| {
        let workers: Vec<_> = pages.chunks(half).map(|pages| scope.spawn(|| all(pages))).collect();
        let parts = workers.into_iter().map(|worker| worker.join().map_err(|_| "a worker panicked".to_owned())?);
        parts.collect::<std::result::Result<Vec<_>, String>>()
    })?;
    Ok(std::fs::File::create(out)?.write_all(&records.concat())?)
}

fn all(pages: &[(&Path, Page)]) -> std::result::Result<Vec<u8>, String> {
    let mut records = Vec::new();
    for (folder, page) in pages {
        of(folder, page, &mut records).map_err(|e| format!("{}: {e}", folder.join(&page.file).display()))?;
    }
    Ok(records)
}

fn of(folder: &Path, page: &Page, records: &mut Vec<u8>) -> Result {
    let tessdata = std::env::var_os("TESSDATA_PREFIX").unwrap_or("/usr/share/tesseract-ocr/5/tessdata".into());
    let mut reader = sohoa_ocr::Reader::new(Path::new(&tessdata), "vie")?;
    let image = sohoa_imaging::decode(&std::fs::read(folder.join(&page.file))?)?;
    let params = sohoa_ocr::Params::default();
    let printed = Printed::new(&page.lines);
    let mut take = |gray: &image::GrayImage, dpi: f32| -> Result {
        for line in reader.letters(gray, dpi, &params)? {
            printed.record(&line, records);
        }
        Ok(())
    };
    // As they come: what is not upright has no words in common with what is printed.
    let clean = sohoa_imaging::run(&image, sohoa_model::Turn::None, page.dpi, &Default::default())?;
    take(&clean.gray, clean.dpi)?;
    let plain = sohoa_imaging::Plain::of(&clean, DPI);
    take(&plain.piece([0, 0, plain.width, plain.height])?, plain.dpi)
}

/// A printed word, and those before and behind it without marks.
type Among = (Vec<char>, [String; 2]);

/// What is printed, by what it is without marks.
struct Printed(HashMap<String, Vec<Among>>);

impl Printed {
    fn new(lines: &[String]) -> Self {
        let mut words: HashMap<String, Vec<Among>> = HashMap::new();
        for line in lines {
            let own: Vec<String> = line.split_whitespace().map(|word| bare(&sohoa_model::text::nfc(word)).1).collect();
            let at = |at: Option<usize>| at.and_then(|at| own.get(at)).map(|word| fold(word)).unwrap_or_default();
            for (i, word) in own.iter().enumerate() {
                let among = (word.chars().collect(), [at(i.checked_sub(1)), at(Some(i + 1))]);
                words.entry(fold(word)).or_default().push(among);
            }
        }
        Self(words)
    }

    /// Letters of a line of which it is known what they are: of words that are printed with these letters in one way only,
    /// or in one way only between those beside them.
    fn record(&self, line: &[Seen], records: &mut Vec<u8>) {
        let read: Vec<(usize, String)> = line.iter().map(|word| bare(&word.text)).collect();
        let folded: Vec<String> = read.iter().map(|(_, word)| fold(word)).collect();
        let small = |word: &[char]| word.iter().flat_map(|c| c.to_lowercase()).collect::<Vec<char>>();
        for (i, word) in line.iter().enumerate() {
            let Some(printed) = self.0.get(&folded[i]).filter(|_| !folded[i].is_empty()) else { continue };
            let one = |among: &mut dyn Iterator<Item = &Among>| {
                let mut words: Vec<Vec<char>> = among.map(|(word, _)| small(word)).collect();
                words.sort_unstable();
                words.dedup();
                words.pop().filter(|_| words.is_empty())
            };
            let fits = |(_, beside): &&Among| {
                let [before, behind] = [i.checked_sub(1), Some(i + 1)].map(|at| at.and_then(|at| folded.get(at)));
                before.is_none_or(|word| *word == beside[0]) && behind.is_none_or(|word| *word == beside[1])
            };
            let Some(is) = one(&mut printed.iter()).or_else(|| one(&mut printed.iter().filter(fits))) else { continue };
            let (from, was) = &read[i];
            let was: Vec<char> = was.chars().collect();
            for (at, seen) in word.letters.iter().filter(|_| was.len() == is.len()) {
                let place = at.checked_sub(*from).filter(|at| *at < is.len());
                let marks = place.and_then(|at| Some((parts(was[at])?, parts(is[at])?)));
                if let Some(((bare, read), (_, marks))) = marks {
                    let base = BASES.find(bare).expect("parts gives these");
                    records.extend([base as u8, marks as u8, read as u8]);
                    records.extend(seen);
                }
            }
        }
    }
}

/// A word without the signs round it, and how many stand before it.
fn bare(word: &str) -> (usize, String) {
    let start = word.trim_start_matches(|c: char| !c.is_alphanumeric());
    let before = word[..word.len() - start.len()].chars().count();
    (before, start.trim_end_matches(|c: char| !c.is_alphanumeric()).to_owned())
}
