use super::*;
use roxmltree::Document;
use sohoa_model::Turn;

fn pages() -> Vec<Reading> {
    let word = |text: &str, x, line, block| Word {
        text: text.into(),
        confidence: 87.5,
        bounds: [x, 100 + 40 * line, 50, 20],
        line,
        block,
    };
    let page = |words| Reading {
        width: 2480,
        height: 3508,
        dpi: 300.0,
        orientation: Turn::None,
        skew: 0.0,
        blank: false,
        plan: "160dpi".into(),
        words,
        rules: Vec::new(),
        unread: vec![[1500, 2400, 300, 120]],
        confidence: 87.5,
    };
    vec![
        page(vec![
            word("Số:", 10, 0, 0),
            word("15<&>\"đ\"", 70, 0, 0),
            word("Đường", 10, 1, 0),
            word("x\u{1}\u{fffe}y", 10, 2, 1),
        ]),
        page(vec![]),
    ]
}

fn all<'a>(document: &'a Document, tag: &str) -> Vec<roxmltree::Node<'a, 'a>> {
    document.descendants().filter(|n| n.tag_name().name() == tag).collect()
}

#[test]
fn alto_is_well_formed_and_keeps_words_lines_and_blocks() {
    let xml = alto(&pages());
    let document = Document::parse(&xml).unwrap();
    assert_eq!(document.root_element().tag_name().namespace(), Some("http://www.loc.gov/standards/alto/ns-v4#"));
    assert_eq!(all(&document, "Page").len(), 2);
    assert_eq!(all(&document, "TextBlock").len(), 2);
    assert_eq!(all(&document, "TextLine").len(), 3);
    let words = all(&document, "String");
    let contents: Vec<_> = words.iter().map(|w| w.attribute("CONTENT").unwrap()).collect();
    assert_eq!(contents, ["Số:", "15<&>\"đ\"", "Đường", "xy"]);
    let at = |name| words[1].attribute(name).unwrap();
    assert_eq!((at("HPOS"), at("VPOS"), at("WIDTH"), at("HEIGHT"), at("WC")), ("70", "100", "50", "20", "0.88"));
    let line = all(&document, "TextLine")[0];
    assert_eq!((line.attribute("HPOS"), line.attribute("WIDTH")), (Some("10"), Some("110")));
    let unread = all(&document, "Illustration");
    assert_eq!(
        (unread.len(), unread[0].attribute("HPOS"), unread[0].attribute("HEIGHT")),
        (2, Some("1500"), Some("120"))
    );
    // xsd:ID: each once in the document.
    let ids: Vec<_> = document.descendants().filter_map(|n| n.attribute("ID")).collect();
    assert_eq!(ids.len(), ids.iter().collect::<std::collections::HashSet<_>>().len());
}

#[test]
fn hocr_is_well_formed_and_says_where_and_how_sure() {
    let xml = hocr(&pages());
    let document = Document::parse(&xml).unwrap();
    let of = |class: &str| document.descendants().filter(|n| n.attribute("class") == Some(class)).collect::<Vec<_>>();
    assert_eq!((of("ocr_page").len(), of("ocr_carea").len(), of("ocr_line").len()), (2, 2, 3));
    let words = of("ocrx_word");
    assert_eq!(words[1].text(), Some("15<&>\"đ\""));
    assert_eq!(words[1].attribute("title"), Some("bbox 70 100 120 120; x_wconf 88"));
    assert_eq!(of("ocr_image")[0].attribute("title"), Some("bbox 1500 2400 1800 2520"));
    assert_eq!(of("ocr_page")[1].attribute("title"), Some("bbox 0 0 2480 3508; ppageno 1"));
    let ids: Vec<_> = document.descendants().filter_map(|n| n.attribute("id")).collect();
    assert_eq!(ids.len(), ids.iter().collect::<std::collections::HashSet<_>>().len());
}

#[test]
fn text_and_tsv_have_a_page_after_the_other() {
    let pages = pages();
    assert!(text(&pages).starts_with("Số: 15<&>\"đ\"\nĐường\n\n"));
    assert_eq!(text(&pages).matches('\u{c}').count(), 1);
    let tsv = tsv(&pages);
    let rows: Vec<Vec<&str>> = tsv.lines().map(|l| l.split('\t').collect()).collect();
    assert!(rows.len() == 5 && rows.iter().all(|r| r.len() == 10));
    assert_eq!(rows[3][1..], ["0", "1", "2", "10", "140", "50", "20", "87.5", "Đường"]);
}
