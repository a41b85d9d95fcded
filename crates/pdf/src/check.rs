//! Our own look at a PDF/A before it is signed and kept. No validator for PDF/A can be had from the package registries,
//! so what ISO 19005-2 demands of a file like ours is checked here, clause by clause:
//!
//! | clause | demand | kept by |
//! | --- | --- | --- |
//! | 6.1.2 | header `%PDF-1.n`, then a comment of four high bytes | `write` |
//! | 6.1.3 | trailer with ID, without Encrypt | `write` |
//! | 6.1.7 | no LZW, no Crypt | `picture`, `deflate` |
//! | 6.2.3 | output intent GTS_PDFA1 with an RGB profile, which also covers DeviceGray | `icc` |
//! | 6.2.8 | no Alternates, OPI, Interpolate true in images | `picture` |
//! | 6.2.11 | every font embedded, with ToUnicode and CIDToGIDMap | `font`, `text` |
//! | 6.5.1, 6.6.1 | no JavaScript, Launch, other actions | nothing writes any |
//! | 6.6.2 | XMP with part 2, conformance U | `metadata` |

use lopdf::{Dictionary, Document, Object};
use sohoa_model::{Code, Error, Result};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    pub clause: &'static str,
    pub message: &'static str,
}

/// Errors: `Unreadable` when it is no PDF at all.
pub fn check(pdf: &[u8]) -> Result<Vec<Violation>> {
    let document = Document::load_mem(pdf).map_err(|e| {
        Error::new(Code::Unreadable, "Không mở được PDF/A").hint("Tạo lại giấy tờ này từ ảnh gốc.").source(e)
    })?;
    let mut found = Vec::new();
    let mut demand = |holds: bool, clause: &'static str, message: &'static str| {
        if !holds {
            found.push(Violation { clause, message });
        }
    };
    let marked = pdf.starts_with(b"%PDF-1.")
        && pdf.get(9) == Some(&b'%')
        && pdf.get(10..14).is_some_and(|b| b.iter().all(|b| *b > 127));
    demand(marked, "6.1.2", "header without the binary comment");
    demand(document.trailer.has(b"ID"), "6.1.3", "trailer without ID");
    demand(!document.trailer.has(b"Encrypt") && !document.is_encrypted(), "6.1.3", "encrypted");
    let catalog = document.catalog().ok();
    demand(catalog.is_some_and(|c| intent(&document, c).is_some()), "6.2.3", "no output intent with an RGB profile");
    let xmp = catalog.and_then(|c| metadata(&document, c)).unwrap_or_default();
    let says = |what: &str| xmp.contains(what);
    demand(
        says("<pdfaid:part>2</pdfaid:part>") && says("<pdfaid:conformance>U<"),
        "6.6.2",
        "XMP does not say PDF/A-2u",
    );
    for object in document.objects.values() {
        let dictionary = match object {
            Object::Dictionary(d) => d,
            Object::Stream(s) => &s.dict,
            _ => continue,
        };
        let named = |key: &[u8], value: &[u8]| dictionary.get(key).and_then(Object::as_name).is_ok_and(|n| n == value);
        let filter = |name: &[u8]| match dictionary.get(b"Filter") {
            Ok(Object::Name(n)) => n == name,
            Ok(Object::Array(a)) => a.iter().any(|n| n.as_name().is_ok_and(|n| n == name)),
            _ => false,
        };
        demand(!filter(b"LZWDecode") && !filter(b"Crypt"), "6.1.7", "a forbidden filter");
        if named(b"Subtype", b"Image") {
            let smooth = dictionary.get(b"Interpolate").and_then(Object::as_bool).unwrap_or(false);
            demand(!smooth, "6.2.8", "an image with Interpolate");
            demand(!dictionary.has(b"Alternates") && !dictionary.has(b"OPI"), "6.2.8", "an image with alternates");
        }
        if named(b"Subtype", b"Type0") {
            demand(dictionary.has(b"ToUnicode"), "6.2.11.7", "a font without ToUnicode");
        }
        if named(b"Subtype", b"CIDFontType2") {
            demand(dictionary.has(b"CIDToGIDMap"), "6.2.11.3", "a font without CIDToGIDMap");
        }
        if named(b"Type", b"FontDescriptor") {
            demand(dictionary.has(b"FontFile2"), "6.2.11.4", "a font that is not embedded");
        }
        for (key, value) in
            [(&b"S"[..], &b"JavaScript"[..]), (b"S", b"Launch"), (b"S", b"ImportData"), (b"S", b"ResetForm")]
        {
            demand(!named(key, value), "6.5.1", "a forbidden action");
        }
        demand(!dictionary.has(b"AA") && !dictionary.has(b"JS"), "6.5.2", "an additional action or script");
    }
    Ok(found)
}

fn intent<'a>(document: &'a Document, catalog: &'a Dictionary) -> Option<&'a Object> {
    let intents = document.dereference(catalog.get(b"OutputIntents").ok()?).ok()?.1.as_array().ok()?;
    intents.iter().find(|intent| {
        let intent = document.dereference(intent).ok().and_then(|(_, o)| o.as_dict().ok());
        intent.is_some_and(|intent| {
            let kind = intent.get(b"S").and_then(Object::as_name).is_ok_and(|n| n == b"GTS_PDFA1");
            let profile = intent
                .get(b"DestOutputProfile")
                .ok()
                .and_then(|p| document.dereference(p).ok())
                .and_then(|(_, o)| o.as_stream().ok());
            kind && profile.is_some_and(|p| p.dict.get(b"N").and_then(Object::as_i64).is_ok_and(|n| n == 3))
        })
    })
}

fn metadata(document: &Document, catalog: &Dictionary) -> Option<String> {
    let stream = document.dereference(catalog.get(b"Metadata").ok()?).ok()?.1.as_stream().ok()?;
    String::from_utf8(stream.content.clone()).ok()
}
