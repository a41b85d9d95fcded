//! Search latency on a large store, as the window asks: `Station::search`, the best 20 pages with snippet and boxes.
//!
//!     search STATION [PAGES] [PASSES]
//!
//! Makes a new station in STATION with PAGES (10 000) invented pages of about 300 words, indexed by the station's own
//! code into its encrypted database, then times every query PASSES (3) times in a shuffled order. Prints JSON. The seed
//! is fixed: two runs ask the same of the same pages.

#[path = "search/paper.rs"]
mod paper;

use paper::{Paper, Seed};
use serde::Serialize;
use sohoa_model::{Digest, Timestamp, Turn, Word, field};
use sohoa_station::Station;
use sohoa_store::table::{document, dossier, field as fields, page};
use sohoa_store::{Store, search};
use std::collections::BTreeMap;
use std::error::Error;
use std::path::Path;
use std::time::Instant;

const PASSPHRASE: &str = "đo thời gian";
/// Hits asked for, as the window's first screen.
const LIMIT: usize = 20;
const PER_DOCUMENT: usize = 3;

#[derive(Serialize)]
struct Report {
    pages: usize,
    words_per_page: f64,
    /// Of the database alone; there are no pictures.
    megabytes: f64,
    index_seconds: f64,
    /// The first answer after the station was opened, milliseconds.
    first: f64,
    all: Times,
    by_kind: BTreeMap<&'static str, Times>,
    slowest: Vec<(String, f64, u32)>,
}

/// Milliseconds.
#[derive(Default, Serialize)]
struct Times {
    queries: usize,
    samples: usize,
    p50: f64,
    p99: f64,
    max: f64,
    /// Pages found, in the middle.
    hits: u32,
}

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).filter(|a| a != "--bench").collect();
    let dir = Path::new(args.first().ok_or("search STATION [PAGES] [PASSES]")?);
    let number = |i: usize, usual: usize| args.get(i).map_or(Ok(usual), |n| n.parse());
    let (pages, passes) = (number(1, 10_000)?, number(2, 3)?);

    let (words, index_seconds) = fill(dir, pages)?;
    let megabytes = std::fs::metadata(dir.join("store.db"))?.len() as f64 / 1e6;
    let station = Station::unlock(dir, Some(PASSPHRASE), false)?;
    let start = Instant::now();
    station.search("giấy khai sinh", LIMIT, 0, false)?;
    let first = start.elapsed().as_secs_f64() * 1e3;

    let queries = paper::queries();
    let mut order: Vec<usize> = (0..passes * queries.len()).collect();
    let mut seed = Seed(77);
    for i in (1..order.len()).rev() {
        order.swap(i, seed.below(i + 1));
    }
    let mut times: Vec<Vec<f64>> = vec![Vec::new(); queries.len()];
    let mut totals = vec![0; queries.len()];
    for turn in order {
        let query = &queries[turn % queries.len()];
        let start = Instant::now();
        let found = station.search(&query.text, LIMIT, 0, query.typing)?;
        times[turn % queries.len()].push(start.elapsed().as_secs_f64() * 1e3);
        totals[turn % queries.len()] = found.total;
    }

    let mut by_kind: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    queries.iter().enumerate().for_each(|(i, q)| by_kind.entry(q.kind).or_default().push(i));
    let summary = |which: &[usize]| {
        let mut all: Vec<f64> = which.iter().flat_map(|i| times[*i].iter().copied()).collect();
        let mut hits: Vec<u32> = which.iter().map(|i| totals[*i]).collect();
        all.sort_by(f64::total_cmp);
        hits.sort();
        let at = |share: f64| all[((all.len() as f64 * share).ceil() as usize).clamp(1, all.len()) - 1];
        Times {
            queries: which.len(),
            samples: all.len(),
            p50: at(0.5),
            p99: at(0.99),
            max: at(1.0),
            hits: hits[hits.len() / 2],
        }
    };
    let mut slowest: Vec<(String, f64, u32)> = (0..queries.len())
        .map(|i| {
            let mut here = times[i].clone();
            here.sort_by(f64::total_cmp);
            (queries[i].shown(), here[here.len() / 2], totals[i])
        })
        .collect();
    slowest.sort_by(|a, b| b.1.total_cmp(&a.1));
    slowest.truncate(12);
    let report = Report {
        pages,
        words_per_page: words as f64 / pages as f64,
        megabytes,
        index_seconds,
        first,
        all: summary(&(0..queries.len()).collect::<Vec<_>>()),
        by_kind: by_kind.iter().map(|(kind, which)| (*kind, summary(which))).collect(),
        slowest,
    };
    println!("{}", serde_json::to_string_pretty(&report)?);
    Ok(())
}

/// Fills a new store; gives how many words there are and the seconds that indexing took.
fn fill(dir: &Path, pages: usize) -> Result<(usize, f64), Box<dyn Error>> {
    let store = Store::create(dir, PASSPHRASE)?;
    let mut seed = Seed(2026);
    let (mut words, mut seconds) = (0, 0.0);
    let mut made = 0;
    while made < pages {
        let paper = Paper::new(&mut seed, made);
        let count = PER_DOCUMENT.min(pages - made);
        let sheets: Vec<Vec<Word>> = (0..count).map(|i| paper.page(&mut seed, i)).collect();
        words += sheets.iter().map(Vec::len).sum::<usize>();
        let start = Instant::now();
        store.write(|tx| {
            let owner = dossier::ensure(tx, &paper.dossier)?;
            let id = document::ensure(tx, owner, &format!("{made}"), "quét.pdf", Timestamp(1_770_000_000_000))?;
            for (i, sheet) in sheets.iter().enumerate() {
                let blob = Digest::of(format!("{made}/{i}").as_bytes());
                let new = page::New {
                    document: id,
                    blob,
                    format: "jpeg",
                    width: 2480,
                    height: 3508,
                    dpi: 300.0,
                    hint: Turn::None,
                };
                search::index(tx, page::add(tx, &new)?, sheet)?;
            }
            let proposed = [
                (field::FieldName::OwnerName, paper.owner.clone()),
                (field::FieldName::DocumentType, paper.kind.into()),
            ]
            .map(|(name, value)| field::Field {
                name,
                value,
                read: None,
                source: field::Source::Text,
                confidence: 90.0,
                page: Some(1),
                bounds: None,
            });
            fields::propose(tx, id, &proposed)
        })?;
        seconds += start.elapsed().as_secs_f64();
        made += count;
    }
    Ok((words, seconds))
}
