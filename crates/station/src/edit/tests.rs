//! Edits over a real store, with real PDFs. The pages are tiny and what is read on them is known beforehand, so that no
//! test waits for a recogniser.

use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use sohoa_model::{Digest, Reading, Timestamp, Word, text::nfc};
use sohoa_store::table::field;
use std::cell::RefCell;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use super::*;
use crate::Watch;
use crate::reading::Params;

struct House {
    station: Station,
    _dir: tempfile::TempDir,
    pages: AtomicU32,
    /// Loaded once; it has nothing to read.
    reader: RefCell<Option<sohoa_ocr::Reader>>,
}

const CODE: &str = "H05.16-260210-0001";
const OTHER: &str = "H05.16-260210-0002";

impl House {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let station = Station::unlock(dir.path(), Some("thử nghiệm 1234"), false).unwrap();
        Self { station, _dir: dir, pages: AtomicU32::new(0), reader: RefCell::default() }
    }

    /// A dossier whose documents have so many pages, read and made.
    fn with(&self, code: &str, documents: &[usize]) -> view::Dossier {
        for (i, pages) in documents.iter().enumerate() {
            let group = self.group(code, &format!("{i}"));
            for _ in 0..*pages {
                self.arrive(group);
            }
            self.complete(group);
        }
        self.worked(code)
    }

    /// A document whose files have begun to arrive.
    fn group(&self, code: &str, name: &str) -> i64 {
        self.station
            .store
            .write(|tx| {
                let dossier = dossier::ensure(tx, &code.parse()?)?;
                document::ensure(tx, dossier, &format!("{code}/{name}"), &format!("{name}.jpg"), Timestamp(0))
            })
            .unwrap()
    }

    fn complete(&self, group: i64) {
        self.station.store.write(|tx| crate::stages::all_files_are_in(tx, group)).unwrap();
    }

    /// One more page of a document's files. On it stands one word, `trangN`, at its foot.
    fn arrive(&self, group: i64) -> i64 {
        let n = self.pages.fetch_add(1, Ordering::SeqCst);
        let image = image::GrayImage::from_pixel(24, 32, image::Luma([(n % 200) as u8 + 20]));
        let mut png = std::io::Cursor::new(Vec::new());
        image.write_to(&mut png, image::ImageFormat::Png).unwrap();
        let blobs = &self.station.store.blobs;
        // Two pages may look the same; what is read on them is kept by the picture.
        let blob = blobs.put(&[png.into_inner(), n.to_be_bytes().to_vec()].concat()).unwrap();
        let word = |height: u32| Word {
            text: format!("trang{n}"),
            confidence: 90.0,
            bounds: [2, height - 2, 8, 2],
            line: 0,
            block: 0,
        };
        let turns = || [None].into_iter().chain(Turn::ALL.map(Some));
        let outputs: Vec<(Digest, page::Output)> = turns()
            .flat_map(|turn| [false, true].map(|leaning| (turn, leaning)))
            .map(|(turn, leaning)| {
                let orientation = turn.unwrap_or_default();
                let (width, height) = orientation.size(24, 32);
                let reading = Reading {
                    width,
                    height,
                    dpi: 300.0,
                    orientation,
                    skew: 0.0,
                    blank: false,
                    plan: String::new(),
                    words: vec![word(height)],
                    rules: Vec::new(),
                    unread: Vec::new(),
                    confidence: 90.0,
                };
                let reading = blobs.put(&serde_json::to_vec(&reading).unwrap()).unwrap();
                let output = page::Output {
                    reading,
                    thumbnail: blob,
                    orientation,
                    skew: 0.0,
                    blank: false,
                    words: 1,
                    confidence: 90.0,
                    codes: Vec::new(),
                };
                (Params { turn, ..Params::default() }.leaning(leaning).key(&blob, 300.0, Turn::None).unwrap(), output)
            })
            .collect();
        self.station
            .store
            .write(|tx| {
                outputs.iter().try_for_each(|(key, output)| page::remember(tx, key, &blob, output))?;
                let new = page::New {
                    document: group,
                    blob,
                    format: "png",
                    width: 24,
                    height: 32,
                    dpi: 300.0,
                    hint: Turn::None,
                };
                let id = page::add(tx, &new)?;
                job::enqueue(tx, Stage::Read, id, Priority::Page as i32)?;
                Ok(id)
            })
            .unwrap()
    }

    /// The dossier once the queue is empty.
    fn worked(&self, code: &str) -> view::Dossier {
        let watch = Watch { progress: &|_| {}, cancel: &AtomicBool::new(false) };
        while let Some(claim) = self.station.store.write(|tx| job::claim(tx)).unwrap() {
            self.station.run(&claim, &mut self.reader.borrow_mut(), &watch).unwrap();
        }
        self.station.dossier(code).unwrap()
    }

    fn found(&self, word: &str) -> u32 {
        self.station.search(word, 5, 0, false).unwrap().total
    }
}

/// How the pages lie, by document.
fn pages(dossier: &view::Dossier) -> Vec<Vec<u32>> {
    dossier.documents.iter().map(|d| d.pages.iter().map(|p| p.id).collect()).collect()
}

/// All of a dossier but when it was changed, how often, and how often each picture was made.
fn whole(dossier: &view::Dossier) -> serde_json::Value {
    let mut dossier = dossier.clone();
    dossier.events = 0;
    dossier.updated.clear();
    (dossier.can_undo, dossier.can_redo) = (None, None);
    for page in dossier.documents.iter_mut().flat_map(|d| &mut d.pages).chain(&mut dossier.deleted) {
        page.version = 0;
    }
    serde_json::to_value(dossier).unwrap()
}

/// Numbers from 1 without holes, no document empty, no page in two places.
fn sound(dossier: &view::Dossier) {
    for (document, number) in dossier.documents.iter().zip(1..) {
        assert_eq!(document.id, number);
        assert!(!document.pages.is_empty());
        assert_eq!(document.file, format!("{}.{number}.pdf", dossier.code));
        let numbers: Vec<u32> = document.pages.iter().map(|p| p.number).collect();
        assert_eq!(numbers, (1..=numbers.len() as u32).collect::<Vec<_>>());
    }
    let mut all: Vec<u32> = pages(dossier).concat();
    all.extend(dossier.deleted.iter().map(|p| p.id));
    let count = all.len();
    all.sort_unstable();
    all.dedup();
    assert_eq!(all.len(), count);
}

/// What the clerk might do, with places as wild numbers; see [`Wild::on`].
#[derive(Clone, Copy, Debug)]
struct Wild(u8, usize, usize, usize);

fn wild() -> impl Strategy<Value = Wild> {
    (0u8..9, 0usize..64, 0usize..64, 0usize..64).prop_map(|(kind, a, b, c)| Wild(kind, a, b, c))
}

impl Wild {
    fn on(self, dossier: &view::Dossier) -> Option<Edit> {
        let Self(kind, a, b, c) = self;
        let all = pages(dossier).concat();
        let page = |n: usize| (!all.is_empty()).then(|| all[n % all.len()]);
        let documents = dossier.documents.len();
        let document = |n: usize| (documents > 0).then(|| (n % documents) as u32 + 1);
        Some(match kind {
            0 | 1 => Edit::Split { page: page(a)? },
            2 => Edit::MergeWithPrevious { document: document(a)? },
            3 => {
                let document = document(b)?;
                let there = &dossier.documents[document as usize - 1].pages;
                let before = there.get(c % (there.len() + 1)).map(|p| p.id);
                Edit::MovePages { pages: vec![page(a)?, page(a + 1)?], document, before }
            }
            4 => Edit::MoveDocument { document: document(a)?, before: document(b).filter(|_| c % 3 > 0) },
            5 => Edit::DeletePages { pages: vec![page(a)?, page(b)?] },
            6 => Edit::RestorePage { page: dossier.deleted.get(a % dossier.deleted.len().max(1))?.id },
            7 => Edit::Straighten { pages: vec![page(a)?], straight: b % 2 == 0 },
            _ => Edit::Turn { pages: vec![page(a)?], degrees: [90, 180, -90][b % 3] },
        })
    }
}

/// Tries an edit; one that makes no sense is refused and changes nothing.
fn attempt(house: &House, code: &str, wild: Wild) -> bool {
    let before = house.station.dossier(code).unwrap();
    let Some(edit) = wild.on(&before) else { return false };
    match house.station.edit(code, &edit) {
        Ok(after) => {
            sound(&after);
            let leaning = |dossier: &view::Dossier| -> Vec<bool> {
                dossier.documents.iter().flat_map(|d| &d.pages).map(|page| page.leaning).collect()
            };
            pages(&after) != pages(&before) || leaning(&after) != leaning(&before) || matches!(edit, Edit::Turn { .. })
        }
        Err(error) => {
            assert_eq!(error.code, Code::NotAllowed, "{error}");
            assert!(!error.hint.is_empty());
            assert_eq!(whole(&house.station.dossier(code).unwrap()), whole(&before));
            false
        }
    }
}

/// Tries many cases, each on a dossier of its own in the same store.
fn on_many<T: std::fmt::Debug>(strategy: impl Strategy<Value = T>, case: impl Fn(&House, &str, T)) {
    let house = House::new();
    let codes = AtomicU32::new(1);
    let config = ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() };
    let one = |value| {
        case(&house, &format!("H05.16-260210-{:04}", codes.fetch_add(1, Ordering::SeqCst)), value);
        Ok(())
    };
    TestRunner::new(config).run(&strategy, one).unwrap();
    assert!(house.station.verify(true).unwrap().ok);
}

#[test]
fn a_page_that_is_gone_is_told_by_the_numbers_printed_on_the_others() {
    let house = House::new();
    let before = house.with(CODE, &[5]);
    let faults = |dossier: &view::Dossier| dossier.documents[0].page_faults.clone();
    assert_eq!(faults(&before), []);
    let delete = Edit::DeletePages { pages: vec![before.documents[0].pages[2].id, before.documents[0].pages[3].id] };
    house.station.edit(CODE, &delete).unwrap();
    let after = house.worked(CODE);
    let bounds = Some([2, 30, 8, 2]);
    assert_eq!(faults(&after), [view::PageFault { fault: "missing".into(), first: 2, last: 3, page: 3, bounds }]);
    // It is told and stops nobody.
    assert_eq!(house.station.confirm(CODE).unwrap().state, "confirmed");
    house.station.undo(CODE).unwrap();
    assert_eq!(faults(&house.worked(CODE)), []);
}

#[test]
fn whatever_was_done_can_be_taken_back_and_done_again() {
    on_many(prop::collection::vec(wild(), 1..14), |house, code, edits| {
        let start = house.with(code, &[3, 1, 4]);
        let done = edits.into_iter().filter(|edit| attempt(house, code, *edit)).count();
        let end = house.worked(code);
        let mut undone = 0;
        while house.station.undo(code).is_ok() {
            undone += 1;
            sound(&house.station.dossier(code).unwrap());
        }
        assert!(undone >= done);
        assert_eq!(whole(&house.worked(code)), whole(&start));
        while house.station.redo(code).is_ok() {
            undone -= 1;
        }
        assert_eq!(undone, 0);
        assert_eq!(whole(&house.worked(code)), whole(&end));
    });
}

#[test]
fn pages_that_arrive_meanwhile_are_never_lost() {
    on_many(prop::collection::vec((0u8..8, wild()), 1..24), |house, code, steps| {
        house.with(code, &[2, 2]);
        let group = house.group(code, "đang quét");
        house.arrive(group);
        let mut count = 5;
        for (step, edit) in steps {
            match step {
                0..3 => {
                    house.arrive(group);
                    count += 1;
                }
                3 => drop(house.station.undo(code)),
                4 => drop(house.station.redo(code)),
                _ => drop(attempt(house, code, edit)),
            }
            let now = house.station.dossier(code).unwrap();
            sound(&now);
            assert_eq!(pages(&now).concat().len() + now.deleted.len(), count);
        }
        house.complete(group);
        let now = house.worked(code);
        assert!(now.documents.iter().all(|d| d.state == "review" && d.sha256.is_some()), "{:?}", now.documents);
    });
}

#[test]
fn a_document_that_is_left_with_pages_of_others_only_is_made_when_its_files_are_in() {
    let house = House::new();
    house.with(CODE, &[2]);
    let group = house.group(CODE, "đang quét");
    house.arrive(group);
    let all = pages(&house.station.dossier(CODE).unwrap());
    // In front of the page that came last, and then that one by itself.
    let (moved, last) = (all[0][0], all[1][0]);
    house.station.edit(CODE, &Edit::MovePages { pages: vec![moved], document: 2, before: Some(last) }).unwrap();
    house.station.edit(CODE, &Edit::Split { page: last }).unwrap();
    house.complete(group);
    let now = house.worked(CODE);
    assert_eq!(pages(&now), [vec![all[0][1]], vec![moved], vec![last]]);
    assert!(now.documents.iter().all(|d| d.state == "review" && d.sha256.is_some()), "{:?}", now.documents);
}

#[test]
fn a_deleted_page_counts_nowhere_until_it_is_brought_back() {
    let house = House::new();
    let dossier = house.with(CODE, &[3, 1]);
    assert_eq!(house.found("trang1"), 1);
    let page = dossier.documents[0].pages[1].id;
    house.station.edit(CODE, &Edit::DeletePages { pages: vec![page] }).unwrap();
    let after = house.worked(CODE);
    assert_eq!((after.documents[0].pages.len(), after.deleted.len(), house.found("trang1")), (2, 1, 0));
    let desk = house.station.desk().unwrap();
    assert_eq!((desk.counts.pages, desk.dossiers[0].pages, desk.dossiers[0].pages_read), (3, 3, 3));

    house.station.edit(CODE, &Edit::RestorePage { page }).unwrap();
    assert_eq!(whole(&house.worked(CODE)), whole(&dossier));
    assert_eq!(house.found("trang1"), 1);

    // The same by undoing; and a document of which nothing is left makes room for the next.
    house.station.edit(CODE, &Edit::DeletePages { pages: pages(&dossier)[0].clone() }).unwrap();
    let after = house.worked(CODE);
    assert_eq!(pages(&after), [pages(&dossier)[1].clone()]);
    assert_eq!(after.documents[0].file, format!("{CODE}.1.pdf"));
    house.station.undo(CODE).unwrap();
    assert_eq!(house.found("trang1"), 1);
    assert_eq!(whole(&house.worked(CODE)), whole(&dossier));
}

#[test]
fn a_page_deleted_while_it_waits_to_be_read_stays_out_of_the_search() {
    let house = House::new();
    let group = house.group(CODE, "a");
    let kept = house.arrive(group);
    let page = house.arrive(group) as u32;
    house.complete(group);
    house.station.edit(CODE, &Edit::DeletePages { pages: vec![page] }).unwrap();
    let after = house.worked(CODE);
    assert_eq!((pages(&after), house.found("trang1")), (vec![vec![kept as u32]], 0));
    assert_eq!(after.deleted[0].state, "done", "so that it can be looked at before it is brought back");
    house.station.undo(CODE).unwrap();
    assert_eq!(house.found("trang1"), 1);
}

#[test]
fn the_clerks_word_stays_with_the_first_page() {
    let house = House::new();
    let dossier = house.with(CODE, &[2, 1]);
    house.station.set_field(CODE, 1, "owner_name", "Dương Thị Đào").unwrap();
    house.station.set_field(CODE, 2, "owner_name", "Trần Văn Hòa").unwrap();
    let owner = |d: &view::Document| d.fields.iter().find(|f| f.name == "owner_name").map(|f| f.value.clone());
    house.station.edit(CODE, &Edit::Split { page: dossier.documents[0].pages[1].id }).unwrap();
    let split = house.worked(CODE);
    assert_eq!(
        split.documents.iter().map(owner).collect::<Vec<_>>(),
        [Some(nfc("Dương Thị Đào")), None, Some(nfc("Trần Văn Hòa"))]
    );
    house.station.edit(CODE, &Edit::MergeWithPrevious { document: 2 }).unwrap();
    house.station.edit(CODE, &Edit::MergeWithPrevious { document: 2 }).unwrap();
    let merged = house.worked(CODE);
    assert_eq!(merged.documents.iter().map(owner).collect::<Vec<_>>(), [Some(nfc("Dương Thị Đào"))]);
    assert_eq!(merged.documents[0].sources.len(), 0, "no file came in this way");
    for _ in 0..3 {
        house.station.undo(CODE).unwrap();
    }
    let back = house.worked(CODE);
    assert_eq!(
        back.documents.iter().map(owner).collect::<Vec<_>>(),
        [Some(nfc("Dương Thị Đào")), Some(nfc("Trần Văn Hòa"))]
    );
}

#[test]
fn a_document_that_is_only_renumbered_stays_confirmed() {
    let house = House::new();
    let dossier = house.with(CODE, &[2, 1]);
    house.station.confirm(CODE).unwrap();
    house.station.edit(CODE, &Edit::Split { page: dossier.documents[0].pages[1].id }).unwrap();
    let after = house.worked(CODE);
    assert_eq!(after.documents.iter().map(|d| &*d.state).collect::<Vec<_>>(), ["review", "review", "confirmed"]);
    assert_eq!(after.documents[2].file, format!("{CODE}.3.pdf"));
    assert_ne!(after.documents[2].sha256, dossier.documents[1].sha256, "its PDF bears its number");
}

#[test]
fn what_was_being_made_of_the_old_layout_is_not_kept() {
    let house = House::new();
    let dossier = house.with(CODE, &[2]);
    let page = dossier.documents[0].pages[1].id;
    house.station.retry_page(page).unwrap();
    let store = &house.station.store;
    let read = store.write(|tx| job::claim(tx)).unwrap().unwrap();
    assert_eq!(read.stage, Stage::Read);
    store
        .write(|tx| {
            job::finish(tx, &read)?;
            tx.execute("UPDATE page SET state = 'done'", []).map(drop).map_err(|e| Error::internal("", e))?;
            crate::stages::next_after_reading(tx, document::get(tx, 1, 1)?.id)
        })
        .unwrap();
    let claim = store.write(|tx| job::claim(tx)).unwrap().unwrap();
    assert_eq!(claim.stage, Stage::Pdf);
    house.station.edit(CODE, &Edit::DeletePages { pages: vec![page] }).unwrap();
    house.station.make_pdf(&claim).unwrap();
    assert_eq!(house.station.dossier(CODE).unwrap().documents[0].sha256, None);
    assert!(house.worked(CODE).documents[0].sha256.is_some());
}

#[test]
fn an_edit_is_whole_or_not_at_all() {
    let house = House::new();
    let dossier = house.with(CODE, &[2, 2]);
    let broken = house.station.store.write(|tx| {
        let row = dossier::get(tx, CODE)?;
        let now = edit::layout(tx, row.id)?;
        let mut then = now.clone();
        rearrange(tx, &mut then, &Edit::Split { page: dossier.documents[1].pages[1].id })?;
        commit(tx, &row, None, "split", &layout(vec![now]), &layout(vec![then]))?;
        Err::<(), _>(Error::new(Code::DiskFull, "đầy"))
    });
    assert_eq!(broken.unwrap_err().code, Code::DiskFull);
    assert_eq!(whole(&house.station.dossier(CODE).unwrap()), whole(&dossier));
    assert_eq!(house.station.undo(CODE).unwrap_err().code, Code::NotAllowed);
}

#[test]
fn after_a_split_what_still_arrives_follows_the_last_page() {
    let house = House::new();
    let group = house.group(CODE, "chồng giấy");
    let (first, second) = (house.arrive(group) as u32, house.arrive(group) as u32);
    house.station.edit(CODE, &Edit::Split { page: second }).unwrap();
    let third = house.arrive(group) as u32;
    let now = house.station.dossier(CODE).unwrap();
    assert_eq!(pages(&now), [vec![first], vec![second, third]]);
    assert!(now.documents.iter().all(|d| d.state == "working"), "more may come");
    // Taking the split back loses nothing of it.
    assert_eq!(pages(&house.station.undo(CODE).unwrap()), [vec![first, second, third]]);
    house.station.edit(CODE, &Edit::DeletePages { pages: vec![first, second, third] }).unwrap();
    let fourth = house.arrive(group) as u32;
    assert_eq!(pages(&house.station.dossier(CODE).unwrap()), [vec![fourth]]);
}

#[test]
fn a_document_goes_to_another_dossier_and_back_from_either_end() {
    let house = House::new();
    let here = house.with(CODE, &[1, 2]);
    let there = house.with(OTHER, &[1]);
    house.station.move_document(CODE, 1, OTHER).unwrap();
    let moved = house.worked(OTHER);
    assert_eq!(pages(&moved), [pages(&there)[0].clone(), pages(&here)[0].clone()]);
    assert_eq!(moved.documents[1].file, format!("{OTHER}.2.pdf"));
    assert_eq!(house.station.dossier(CODE).unwrap().can_undo.as_deref(), Some("move_to_dossier"));

    // The other end moved on: what to do is said.
    house.station.edit(OTHER, &Edit::Turn { pages: pages(&there)[0].clone(), degrees: 90 }).unwrap();
    let refused = house.station.undo(CODE).unwrap_err();
    assert_eq!(refused.code, Code::NotAllowed);
    assert!(refused.message.contains(OTHER) && refused.hint.contains(OTHER), "{refused:?}");
    house.station.undo(OTHER).unwrap();
    house.station.undo(OTHER).unwrap();
    house.worked(CODE);
    assert_eq!(whole(&house.station.dossier(CODE).unwrap()), whole(&here));
    assert_eq!(whole(&house.station.dossier(OTHER).unwrap()), whole(&there));
    house.station.redo(CODE).unwrap();
    assert_eq!(whole(&house.worked(OTHER)), whole(&moved));

    // Sealed is sealed.
    house.station.confirm(OTHER).unwrap();
    house.station.seal(OTHER).unwrap();
    assert_eq!(house.station.undo(OTHER).unwrap_err().code, Code::NotAllowed);
    assert_eq!(house.station.undo(CODE).unwrap_err().code, Code::NotAllowed);
    assert_eq!(house.station.dossier(OTHER).unwrap().can_undo, None);
}

#[test]
fn a_provisional_code_gives_way_to_the_real_one() {
    let house = House::new();
    let start = house.with("X00-260210-0001", &[2]);
    let renamed = house.station.set_code("X00-260210-0001", CODE, false).unwrap();
    assert_eq!((renamed.code.as_str(), pages(&renamed)), (CODE, pages(&start)));
    assert_eq!(house.worked(CODE).documents[0].file, format!("{CODE}.1.pdf"));
    assert!(house.station.dossier("X00-260210-0001").unwrap_err().hint.contains(CODE), "where it is now");
    let back = house.station.undo(CODE).unwrap();
    assert_eq!(back.code, "X00-260210-0001");
    assert_eq!(whole(&house.worked(&back.code)), whole(&start));
    assert_eq!(house.station.set_code(&back.code, "không phải mã", false).unwrap_err().code, Code::InvalidValue);
}

#[test]
fn two_dossiers_that_are_one_become_one_at_the_clerks_word() {
    let house = House::new();
    let real = house.with(CODE, &[1]);
    let found = house.with("X00-260210-0001", &[1, 1]);
    let asked = house.station.set_code("X00-260210-0001", CODE, false).unwrap_err();
    assert_eq!(asked.code, Code::CodeTaken);
    let one = house.station.set_code("X00-260210-0001", CODE, true).unwrap();
    assert_eq!(pages(&one), [pages(&real), pages(&found)].concat());
    assert_eq!(house.station.desk().unwrap().dossiers.len(), 1);
    assert!(house.station.dossier("X00-260210-0001").unwrap_err().message.contains(CODE));
    // What still comes for the one goes into the other.
    let late = house.group("X00-260210-0001", "muộn");
    house.arrive(late);
    assert_eq!(house.station.dossier(CODE).unwrap().documents.len(), 4);

    house.station.undo(CODE).unwrap();
    assert_eq!(house.station.dossier(CODE).unwrap().documents.len(), 2, "what came late stays");
    assert_eq!(whole(&house.worked("X00-260210-0001")), whole(&found));
    house.station.redo("X00-260210-0001").unwrap();
    assert_eq!(house.station.desk().unwrap().dossiers.len(), 1);
}

#[test]
fn something_new_after_undoing_ends_what_could_be_redone() {
    let house = House::new();
    let dossier = house.with(CODE, &[3]);
    let (second, third) = (dossier.documents[0].pages[1].id, dossier.documents[0].pages[2].id);
    house.station.edit(CODE, &Edit::Split { page: second }).unwrap();
    house.station.undo(CODE).unwrap();
    let other = house.station.edit(CODE, &Edit::Split { page: third }).unwrap();
    assert_eq!((other.can_undo.as_deref(), other.can_redo.as_deref()), (Some("split"), None));
    let back = house.station.undo(CODE).unwrap();
    assert_eq!((back.can_undo.as_deref(), back.can_redo.as_deref()), (None, Some("split")));
    assert_eq!(pages(&house.station.redo(CODE).unwrap()), pages(&other));
    // What changes nothing is not remembered.
    let same = house.station.edit(CODE, &Edit::MoveDocument { document: 2, before: None }).unwrap();
    assert_eq!(same.can_undo.as_deref(), Some("split"));
    let fields = house.station.store.read(|db| field::of_document(db, 1)).unwrap();
    assert!(fields.iter().all(|f| f.value.is_empty() || f.page.is_none_or(|p| p > 0)));
}
