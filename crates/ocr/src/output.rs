//! Readings in the formats that other programs take: plain text, Tesseract's TSV, hOCR 1.2, ALTO 4. The last two also say
//! where there is something that was not read.

use sohoa_model::{Box4, Reading, Word};
use std::fmt::Write;

use crate::bounds;

pub fn text(pages: &[Reading]) -> String {
    pages.iter().map(|p| p.text() + "\n").collect::<Vec<_>>().join("\u{c}\n")
}

/// One line per word: page, block, line, word, left, top, width, height, confidence, text.
pub fn tsv(pages: &[Reading]) -> String {
    let mut out = "page\tblock\tline\tword\tleft\ttop\twidth\theight\tconf\ttext\n".to_owned();
    for (page, reading) in pages.iter().enumerate() {
        for (number, word) in reading.words.iter().enumerate() {
            let [x, y, w, h] = word.bounds;
            let Word { block, line, confidence, text, .. } = word;
            // Writing to a string cannot fail.
            let _ =
                writeln!(out, "{}\t{block}\t{line}\t{number}\t{x}\t{y}\t{w}\t{h}\t{confidence:.1}\t{text}", page + 1);
        }
    }
    out
}

/// <https://kba.github.io/hocr-spec/1.2/>
pub fn hocr(pages: &[Reading]) -> String {
    let mut out = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<html xmlns=\"http://www.w3.org/1999/xhtml\" xml:lang=\"vi\" lang=\"vi\">\n<head>\n\
         <title></title>\n<meta http-equiv=\"Content-Type\" content=\"text/html;charset=utf-8\"/>\n\
         <meta name=\"ocr-system\" content=\"sohoa\"/>\n<meta name=\"ocr-capabilities\" content=\"ocr_page ocr_carea ocr_line ocrx_word ocr_image\"/>\n</head>\n<body>\n",
    );
    for (i, page) in pages.iter().enumerate() {
        let n = i + 1;
        let _ = writeln!(
            out,
            "<div class=\"ocr_page\" id=\"page_{n}\" title=\"bbox 0 0 {} {}; ppageno {i}\">",
            page.width, page.height
        );
        for (b, block) in page.words.chunk_by(|a, b| a.block == b.block).enumerate() {
            let _ = writeln!(out, "<div class=\"ocr_carea\" id=\"block_{n}_{b}\" title=\"bbox {}\">", corners(block));
            for line in block.chunk_by(|a, b| a.line == b.line) {
                let _ = write!(
                    out,
                    "<span class=\"ocr_line\" id=\"line_{n}_{}\" title=\"bbox {}\">",
                    line[0].line,
                    corners(line)
                );
                for word in line {
                    let at = corners(std::slice::from_ref(word));
                    let _ = write!(
                        out,
                        "<span class=\"ocrx_word\" title=\"bbox {at}; x_wconf {:.0}\">{}</span> ",
                        word.confidence,
                        escaped(&word.text)
                    );
                }
                out.push_str("</span>\n");
            }
            out.push_str("</div>\n");
        }
        for [x, y, w, h] in &page.unread {
            let _ = writeln!(out, "<div class=\"ocr_image\" title=\"bbox {x} {y} {} {}\"></div>", x + w, y + h);
        }
        out.push_str("</div>\n");
    }
    out + "</body>\n</html>\n"
}

/// <https://www.loc.gov/standards/alto/v4/>
pub fn alto(pages: &[Reading]) -> String {
    let mut out = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<alto xmlns=\"http://www.loc.gov/standards/alto/ns-v4#\">\n\
         <Description><MeasurementUnit>pixel</MeasurementUnit></Description>\n<Layout>\n",
    );
    for (i, page) in pages.iter().enumerate() {
        let n = i + 1;
        let (w, h) = (page.width, page.height);
        let _ = writeln!(
            out,
            "<Page ID=\"page_{n}\" PHYSICAL_IMG_NR=\"{n}\" WIDTH=\"{w}\" HEIGHT=\"{h}\"><PrintSpace HPOS=\"0\" VPOS=\"0\" WIDTH=\"{w}\" HEIGHT=\"{h}\">"
        );
        for (b, block) in page.words.chunk_by(|a, b| a.block == b.block).enumerate() {
            let _ = writeln!(out, "<TextBlock ID=\"block_{n}_{b}\" {}>", place(block));
            for line in block.chunk_by(|a, b| a.line == b.line) {
                let _ = write!(out, "<TextLine {}>", place(line));
                for (k, word) in line.iter().enumerate() {
                    if k > 0 {
                        out.push_str("<SP/>");
                    }
                    let at = place(std::slice::from_ref(word));
                    let _ = write!(
                        out,
                        "<String {at} WC=\"{:.2}\" CONTENT=\"{}\"/>",
                        word.confidence / 100.0,
                        escaped(&word.text)
                    );
                }
                out.push_str("</TextLine>\n");
            }
            out.push_str("</TextBlock>\n");
        }
        for (b, area) in page.unread.iter().enumerate() {
            let _ = writeln!(out, "<Illustration ID=\"unread_{n}_{b}\" {}/>", edges(*area));
        }
        out.push_str("</PrintSpace></Page>\n");
    }
    out + "</Layout>\n</alto>\n"
}

fn corners(words: &[Word]) -> String {
    let [x, y, w, h] = bounds(words);
    format!("{x} {y} {} {}", x + w, y + h)
}

fn place(words: &[Word]) -> String {
    edges(bounds(words))
}

fn edges([x, y, w, h]: Box4) -> String {
    format!("HPOS=\"{x}\" VPOS=\"{y}\" WIDTH=\"{w}\" HEIGHT=\"{h}\"")
}

/// For XML 1.0, which cannot hold every character even when escaped.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\0'..'\t' | '\u{b}' | '\u{c}' | '\u{e}'..' ' | '\u{fffe}' | '\u{ffff}' => {}
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
#[path = "output_tests.rs"]
mod tests;
