use super::*;
use unicode_normalization::UnicodeNormalization;

fn words(text: &str) -> Vec<Word> {
    let mut out = Vec::new();
    for (line, row) in text.lines().enumerate() {
        for (i, word) in row.split(' ').enumerate() {
            let bounds = [100 * i as u32, 50 * line as u32, 90, 40];
            out.push(Word { text: word.into(), confidence: 90.0, bounds, line: line as u32, block: 0 });
        }
    }
    out
}

fn library(pages: &[&str]) -> Connection {
    let db = Connection::open_in_memory().unwrap();
    db.execute_batch("CREATE TABLE page (id INTEGER PRIMARY KEY)").unwrap();
    db.execute_batch(SCHEMA).unwrap();
    for (i, text) in pages.iter().enumerate() {
        db.execute("INSERT INTO page VALUES (?1)", [i as i64 + 1]).unwrap();
        index(&db, i as i64 + 1, &words(text)).unwrap();
    }
    db
}

fn pages(db: &Connection, text: &str, typing: bool) -> Vec<i64> {
    query(db, text, &Params { limit: 50, offset: 0, typing }).unwrap().hits.iter().map(|h| h.page).collect()
}

const SHELF: [&str; 8] = [
    "Ông Đường Nguyễn, số 76/NQ-CP",
    "Duong Nguyen OCR mat dau",
    "Bà Dương Nguyên",
    "Nguyễn nằm trước, sau đó mới đến Đường",
    "hồ sơ H05.16-260210-0001\ncủa bà Hoà",
    "Số nhà 5 Đường Nguyễn Trãi",
    "ngành thuỷ sản",
    "Ðà Nẵng ngày 10 tháng 02",
];

#[test]
fn exact_marks_rank_first_and_a_hurried_query_finds_all() {
    let db = library(&SHELF);
    assert_eq!(pages(&db, "Đường Nguyễn", false), [6, 1, 4, 3, 2]);
    let mut all = pages(&db, "duong nguyen", false);
    all.sort();
    assert_eq!(all, [1, 2, 3, 4, 6]);
    let mut half = pages(&db, "đuong nguyen", false);
    half.sort();
    assert_eq!(half, all);
    assert_eq!(pages(&db, "duong", false).len(), 5);
}

#[test]
fn normal_forms_and_spellings_are_one() {
    let nfd: Vec<String> = SHELF.iter().map(|t| t.nfd().collect()).collect();
    let db = library(&nfd.iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!(pages(&db, "Nguyễn Trãi", false), [6]);
    assert_eq!(pages(&db, &"Nguyễn Trãi".nfd().collect::<String>(), false), [6]);
    assert_eq!(pages(&db, "hòa", false), [5]);
    assert_eq!(pages(&db, "thủy", false), [7]);
    assert_eq!(pages(&db, "Đà Nẵng", false), [8]);
}

#[test]
fn either_spelling_of_the_tone_finds_the_other_and_the_text_keeps_its_own() {
    let db = library(&["xã HÒA PHƯỚC", "Hoà Bình", "uỷ ban", "Ủy ban"]);
    for text in ["hòa", "hoà", "hoa"] {
        assert_eq!(pages(&db, text, false), [2, 1], "{text}");
    }
    assert_eq!(pages(&db, "\"uỷ ban\"", false), pages(&db, "\"ủy ban\"", false));
    let found = query(&db, "hòa bình", &Params { limit: 1, offset: 0, typing: false }).unwrap();
    assert_eq!(found.hits[0].snippet, "\u{2068}Hoà Bình\u{2069}");
}

/// A mark that was misread costs a page its place, not its being found.
#[test]
fn a_word_with_a_broken_mark_is_found_by_the_right_one() {
    let db = library(&["Quốc tịch: Viêt Nam", "Quốc tịch: Việt Nam"]);
    assert_eq!(pages(&db, "Việt Nam", false), [2, 1]);
}

#[test]
fn codes_are_found_whole_and_in_part() {
    let db = library(&SHELF);
    for text in ["76/NQ-CP", "nq-cp", "76/nq"] {
        assert_eq!(pages(&db, text, false), [1], "{text}");
    }
    for text in ["H05.16-260210-0001", "260210-0001", "H05.16", "0210-00", "60210"] {
        assert_eq!(pages(&db, text, false), [5], "{text}");
    }
    assert_eq!(pages(&db, "H05.16-2602", true), [5]);
    let found = query(&db, "0210-00", &Params { limit: 5, offset: 0, typing: false }).unwrap();
    assert_eq!(found.hits[0].boxes, [[200, 0, 90, 40]]);
}

#[test]
fn the_last_word_may_be_half_typed_and_only_while_typing() {
    let db = library(&SHELF);
    assert_eq!(pages(&db, "đường nguyễn tr", true)[0], 6);
    assert_eq!(pages(&db, "thu", true), [7]);
    assert!(pages(&db, "thu", false).is_empty());
}

#[test]
fn whole_words_come_before_beginnings_and_a_space_or_a_quote_ends_a_word() {
    let db = library(&["thu hồi", "thuế đất", "thu nhập", "thư tay"]);
    assert_eq!(pages(&db, "thu", true), [3, 1, 4, 2]);
    assert_eq!(pages(&db, "thu ", true), [3, 1, 4]);
    assert_eq!(pages(&db, "\"thu\"", true), [3, 1, 4]);
    let found = query(&db, "thu", &Params { limit: 2, offset: 2, typing: true }).unwrap();
    assert_eq!((found.total, found.hits[1].page), (4, 2));
    assert!(found.hits[0].score > found.hits[1].score);
}

#[test]
fn quoted_words_stand_together() {
    let db = library(&SHELF);
    assert_eq!(pages(&db, "\"đường nguyễn\"", false)[..2], [6, 1]);
    assert!(!pages(&db, "\"duong nguyen\"", false).contains(&4));
    assert!(pages(&db, "duong nguyen", false).contains(&4));
}

#[test]
fn a_snippet_shows_the_original_and_boxes_are_of_the_words_that_matched() {
    let db = library(&SHELF);
    let found = query(&db, "duong nguyen", &Params { limit: 50, offset: 0, typing: false }).unwrap();
    let hit = found.hits.iter().find(|h| h.page == 1).unwrap();
    assert_eq!(hit.snippet, "Ông \u{2068}Đường Nguyễn\u{2069}, số 76/NQ-CP");
    assert_eq!(hit.boxes, [[100, 0, 90, 40], [200, 0, 90, 40]]);
    let code = &query(&db, "76/nq-cp", &Params { limit: 1, offset: 0, typing: false }).unwrap().hits[0];
    assert_eq!(code.snippet, "Ông Đường Nguyễn, số \u{2068}76/NQ-CP\u{2069}");
}

#[test]
fn a_long_page_is_cut_round_the_match() {
    let text = format!("{} mốc {}", "trước ".repeat(100).trim_end(), "sau ".repeat(100).trim_end());
    let db = library(&[&text]);
    let hit = &query(&db, "mốc", &Params { limit: 1, offset: 0, typing: false }).unwrap().hits[0];
    assert!(hit.snippet.starts_with('…') && hit.snippet.ends_with('…') && hit.snippet.len() < 300, "{}", hit.snippet);
    assert!(hit.snippet.contains("trước \u{2068}mốc\u{2069} sau"));
}

#[test]
fn paging_walks_one_stable_order_and_the_total_is_whole() {
    let texts: Vec<String> = (0..30).map(|i| format!("Nguyễn Văn {i}")).collect();
    let db = library(&texts.iter().map(String::as_str).collect::<Vec<_>>());
    let all = pages(&db, "nguyễn", false);
    let mut paged = Vec::new();
    for offset in (0..30).step_by(7) {
        let found = query(&db, "nguyễn", &Params { limit: 7, offset, typing: false }).unwrap();
        assert_eq!(found.total, 30);
        paged.extend(found.hits.iter().map(|h| h.page));
    }
    assert_eq!(paged, all);
}

#[test]
fn no_query_breaks_it() {
    let db = library(&SHELF);
    let long = "a ".repeat(5000);
    for text in
        ["", "   ", "\"", "\" OR *", "NEAR(a b)", "a\"b", "-", "*", "exact : x", "😀", "AND", ") OR (", "%_", &long]
    {
        query(&db, text, &Params { limit: 5, offset: 0, typing: true }).unwrap();
    }
    assert_eq!(query(&db, "…", &Params { limit: 5, offset: 0, typing: false }).unwrap(), Found::default());
}

#[test]
fn indexing_again_replaces_and_removing_removes() {
    let db = library(&SHELF);
    index(&db, 7, &words("ngành lâm nghiệp")).unwrap();
    assert!(pages(&db, "thủy", false).is_empty());
    assert_eq!(pages(&db, "lâm nghiệp", false), [7]);
    remove(&db, 5).unwrap();
    assert!(pages(&db, "H05.16-260210-0001", false).is_empty());
}
