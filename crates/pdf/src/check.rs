//! Our own look at a PDF/A before it is signed and kept. No validator for PDF/A can be had from the package registries,
//! so what ISO 19005-2 demands of a file like ours is checked here, clause by clause:
//!
//! | clause | demand | kept by |
//! | --- | --- | --- |
//! | 6.1.2 | header `%PDF-1.n`, then a comment of four high bytes | `write::run` |
//! | 6.1.3 | trailer with two-part ID, without Encrypt | `write::run`, `write::file_id` |
//! | 6.1.7.2 | only the filters Flate, DCT, JPX, JBIG2, CCITT; no LZW, no Crypt | `picture`, `picture::deflate` |
//! | 6.1.13 | sides of 3 to 14 400 points, at most 8 388 607 objects | `content::Frame::of` |
//! | 6.2.3 | output intent GTS_PDFA1 with an RGB profile, by which DeviceRGB and DeviceGray are legal | `icc::srgb` |
//! | 6.2.4.3 | no DeviceCMYK under an RGB intent | `picture::jpeg` |
//! | 6.2.8 | no Alternates, OPI, Interpolate true in images | `picture` |
//! | 6.2.9 | no PostScript, OPI or reference XObjects | nothing writes any |
//! | 6.2.11.3.1 | CIDSystemInfo fits the encoding | `write::Fonts` |
//! | 6.2.11.3.2 | CIDToGIDMap in every CIDFontType2 | `write::Fonts` |
//! | 6.2.11.4.1 | every font embedded | `font::truetype` |
//! | 6.2.11.5 | widths in the PDF are those in the font | `font::width`, one table for both |
//! | 6.2.11.7.2 | ToUnicode, never to 0, FEFF or FFFE | `text::to_unicode`, `text::units` |
//! | 6.2.11.8 | .notdef is not shown | `text::units`, `font::glyph` |
//! | 6.3.2, 6.3.3 | annotations print, are not hidden and have an appearance | none here; the signer's |
//! | 6.4.1, 6.4.2 | no NeedAppearances, no XFA | none here; the signer's |
//! | 6.5.1, 6.5.2 | no scripts, launching, media, additional actions | nothing writes any |
//! | 6.6.2.1, 6.6.4 | XMP with part 2 and conformance U | `metadata` |
//! | 6.8 | no embedded files | nothing writes any |

use lopdf::{Dictionary, Document, Object, Stream};
use serde::Serialize;
use sohoa_model::{Code, Error, Result};

/// A rule that a file breaks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Violation {
    /// Of ISO 19005-2, as `6.2.8`.
    pub clause: &'static str,
    /// What is wrong, in Vietnamese.
    pub message: String,
}

/// What of ISO 19005-2 `pdf` breaks; nothing when it may be kept.
///
/// Errors: `Unreadable` when it is no PDF at all.
pub fn check(pdf: &[u8]) -> Result<Vec<Violation>> {
    let document = load(pdf)?;
    let mut look = Look { document: &document, found: Vec::new() };
    look.file(pdf);
    look.catalog();
    look.pages();
    document.objects.values().for_each(|object| look.object(object));
    Ok(look.found)
}

fn load(pdf: &[u8]) -> Result<Document> {
    Document::load_mem(pdf).map_err(|e| {
        Error::new(Code::Unreadable, "Không mở được PDF/A").hint("Tạo lại giấy tờ này từ ảnh gốc.").source(e)
    })
}

struct Look<'a> {
    document: &'a Document,
    found: Vec<Violation>,
}

impl<'a> Look<'a> {
    /// Notes a broken rule, once however often it is broken.
    fn demand(&mut self, holds: bool, clause: &'static str, message: impl Into<String>) {
        let violation = Violation { clause, message: message.into() };
        if !holds && !self.found.contains(&violation) {
            self.found.push(violation);
        }
    }

    fn get(&self, dictionary: &'a Dictionary, key: &[u8]) -> Option<&'a Object> {
        self.document.dereference(dictionary.get(key).ok()?).ok().map(|(_, object)| object)
    }

    fn file(&mut self, pdf: &[u8]) {
        let marked = pdf.starts_with(b"%PDF-1.")
            && pdf.get(7).is_some_and(|b| (b'0'..=b'7').contains(b))
            && pdf.get(8..14).is_some_and(|b| b[..2] == *b"\n%" && b[2..].iter().all(|b| *b > 127));
        self.demand(marked, "6.1.2", "phần đầu tệp không đúng %PDF-1.n và bốn byte nhị phân");
        let id = self.get(&self.document.trailer, b"ID").and_then(|id| id.as_array().ok());
        let two =
            id.is_some_and(|id| id.len() == 2 && id.iter().all(|half| half.as_str().is_ok_and(|s| !s.is_empty())));
        self.demand(two, "6.1.3", "thiếu định danh tệp (ID)");
        let encrypted = self.document.is_encrypted() || self.document.was_encrypted();
        self.demand(!encrypted, "6.1.3", "tệp bị mã hóa");
        self.demand(self.document.objects.len() <= 8_388_607, "6.1.13", "quá nhiều đối tượng");
    }

    fn catalog(&mut self) {
        let Ok(catalog) = self.document.catalog() else {
            return self.demand(false, "6.1.3", "thiếu danh mục gốc (Root)");
        };
        let intent = self.get(catalog, b"OutputIntents").and_then(|i| i.as_array().ok()).and_then(|intents| {
            intents.iter().find_map(|intent| {
                let intent = self.document.dereference(intent).ok()?.1.as_dict().ok()?;
                let profile = self.get(intent, b"DestOutputProfile")?.as_stream().ok()?;
                (intent.get(b"S").and_then(Object::as_name).is_ok_and(|s| s == b"GTS_PDFA1") && is_rgb(profile))
                    .then_some(())
            })
        });
        self.demand(intent.is_some(), "6.2.3", "thiếu OutputIntent GTS_PDFA1 với hồ sơ màu RGB");

        let xmp = self.get(catalog, b"Metadata").and_then(|m| m.as_stream().ok()).map(|m| m.content.clone());
        let xmp = xmp.and_then(|bytes| String::from_utf8(bytes).ok());
        self.demand(xmp.is_some(), "6.6.2.1", "thiếu siêu dữ liệu XMP");
        let says = |element: &str, value: &str| {
            let wanted = [format!("<{element}>{value}</{element}>"), format!("{element}=\"{value}\"")];
            xmp.as_ref().is_some_and(|x| wanted.iter().any(|w| x.contains(w.as_str())))
        };
        let level = says("pdfaid:part", "2") && says("pdfaid:conformance", "U");
        self.demand(level, "6.6.4", "XMP không ghi là PDF/A-2u");

        if let Some(form) = self.get(catalog, b"AcroForm").and_then(|f| f.as_dict().ok()) {
            let needs = form.get(b"NeedAppearances").and_then(Object::as_bool).unwrap_or(false);
            self.demand(!needs, "6.4.1", "biểu mẫu đòi dựng lại hình thức (NeedAppearances)");
            self.demand(!form.has(b"XFA"), "6.4.2", "có biểu mẫu XFA");
        }
        self.demand(!catalog.has(b"NeedsRendering"), "6.4.2", "có biểu mẫu XFA động");
        let names = self.get(catalog, b"Names").and_then(|n| n.as_dict().ok());
        self.demand(!names.is_some_and(|n| n.has(b"JavaScript")), "6.5.1", "có JavaScript");
        self.demand(!names.is_some_and(|n| n.has(b"EmbeddedFiles")), "6.8", "có tệp đính kèm");
        self.demand(!catalog.has(b"OpenAction") || self.quiet_opening(catalog), "6.5.1", "mở tệp thì chạy hành động");
    }

    /// Opening at a place in the file is harmless.
    fn quiet_opening(&self, catalog: &'a Dictionary) -> bool {
        match self.get(catalog, b"OpenAction") {
            Some(Object::Array(_)) => true,
            Some(Object::Dictionary(action)) => {
                action.get(b"S").and_then(Object::as_name).is_ok_and(|s| matches!(s, b"GoTo" | b"Named"))
            }
            _ => false,
        }
    }

    fn pages(&mut self) {
        let pages = self.document.get_pages();
        self.demand(!pages.is_empty(), "6.1.13", "tệp không có trang nào");
        for (number, id) in pages {
            let Ok(page) = self.document.get_dictionary(id) else { continue };
            let Some((width, height)) = self.sides(page) else {
                self.demand(false, "6.1.13", format!("trang {number} không có khổ (MediaBox)"));
                continue;
            };
            let fits = |side: f32| (3.0..=14_400.0).contains(&side);
            self.demand(fits(width) && fits(height), "6.1.13", format!("khổ trang {number} ngoài 3–14400 điểm"));
        }
    }

    /// Width and height in points.
    fn sides(&self, page: &'a Dictionary) -> Option<(f32, f32)> {
        let corners = self.get(page, b"MediaBox")?.as_array().ok()?;
        let corners: Vec<f32> = corners.iter().filter_map(|v| v.as_float().ok()).collect();
        let [left, bottom, right, top] = corners[..] else { return None };
        Some(((right - left).abs(), (top - bottom).abs()))
    }

    /// An object and all that is written into it.
    fn object(&mut self, object: &'a Object) {
        let inside = match object {
            Object::Array(items) => return items.iter().for_each(|item| self.object(item)),
            Object::Dictionary(dictionary) => dictionary,
            Object::Stream(stream) => {
                self.stream(stream);
                &stream.dict
            }
            _ => return,
        };
        self.dictionary(inside);
        inside.iter().for_each(|(_, object)| self.object(object));
    }

    fn stream(&mut self, stream: &'a Stream) {
        let filters: Vec<&[u8]> = match self.get(&stream.dict, b"Filter") {
            None => Vec::new(),
            Some(Object::Array(names)) => names.iter().filter_map(|n| n.as_name().ok()).collect(),
            Some(name) => vec![name.as_name().unwrap_or(b"")],
        };
        const LEGAL: [&[u8]; 8] = [
            b"FlateDecode",
            b"DCTDecode",
            b"JPXDecode",
            b"JBIG2Decode",
            b"CCITTFaxDecode",
            b"ASCIIHexDecode",
            b"ASCII85Decode",
            b"RunLengthDecode",
        ];
        self.demand(filters.iter().all(|f| LEGAL.contains(f)), "6.1.7.2", "dùng bộ nén không được phép (LZW, Crypt)");
        self.demand(!stream.dict.has(b"F"), "6.1.7.1", "dữ liệu nằm ngoài tệp");
    }

    fn dictionary(&mut self, d: &'a Dictionary) {
        let name = |key: &[u8]| d.get(key).and_then(Object::as_name).unwrap_or(b"");
        match name(b"Subtype") {
            b"Image" => {
                let smooth = d.get(b"Interpolate").and_then(Object::as_bool).unwrap_or(false);
                self.demand(!smooth, "6.2.8", "ảnh bật nội suy (Interpolate)");
                self.demand(!d.has(b"Alternates") && !d.has(b"OPI"), "6.2.8", "ảnh có bản thay thế");
                self.demand(name(b"ColorSpace") != b"DeviceCMYK", "6.2.4.3", "ảnh CMYK dưới hồ sơ màu RGB");
            }
            b"PS" => self.demand(false, "6.2.9", "có PostScript"),
            b"Form" => {
                let foreign = d.has(b"OPI") || d.has(b"PS") || d.has(b"Ref");
                self.demand(!foreign, "6.2.9", "có XObject tham chiếu hoặc PostScript");
            }
            b"Type0" => self.font(d),
            b"CIDFontType2" => {
                self.demand(d.has(b"CIDToGIDMap"), "6.2.11.3.2", "phông thiếu CIDToGIDMap");
            }
            _ => {}
        }
        if name(b"Type") == b"FontDescriptor" {
            let embedded = [&b"FontFile"[..], b"FontFile2", b"FontFile3"].iter().any(|key| d.has(key));
            self.demand(embedded, "6.2.11.4.1", "phông không được nhúng");
        }
        if name(b"Type") == b"Annot" || d.has(b"FT") && d.has(b"Rect") {
            self.annotation(d);
        }
        if name(b"Type") == b"EmbeddedFile" {
            self.demand(false, "6.8", "có tệp đính kèm");
        }
        const FORBIDDEN: [&[u8]; 11] = [
            b"JavaScript",
            b"Launch",
            b"Sound",
            b"Movie",
            b"ResetForm",
            b"ImportData",
            b"Hide",
            b"SetOCGState",
            b"Rendition",
            b"Trans",
            b"GoTo3DView",
        ];
        // `S` names an action only beside no other sense of it: structure and transparency groups have theirs.
        let action = !d.has(b"CS") && FORBIDDEN.contains(&name(b"S"));
        self.demand(!action && !d.has(b"JS"), "6.5.1", "có JavaScript hoặc hành động bị cấm");
        self.demand(!d.has(b"AA"), "6.5.2", "có hành động kèm theo (AA)");
    }

    fn font(&mut self, d: &'a Dictionary) {
        let map = self.get(d, b"ToUnicode").and_then(|m| m.as_stream().ok());
        let map = map.and_then(|m| m.get_plain_content().ok()).unwrap_or_default();
        self.demand(!map.is_empty(), "6.2.11.7.2", "phông thiếu bảng ToUnicode");
        let map = String::from_utf8_lossy(&map).to_uppercase();
        let bad = ["> <0000>", "> <FEFF>", "> <FFFE>"].iter().any(|target| map.contains(target));
        self.demand(!bad, "6.2.11.7.2", "bảng ToUnicode dẫn tới ký tự không hợp lệ");
        let cid = self.get(d, b"DescendantFonts").and_then(|f| f.as_array().ok()).and_then(|f| f.first());
        let cid = cid.and_then(|f| self.document.dereference(f).ok()).and_then(|(_, f)| f.as_dict().ok());
        let Some(cid) = cid else {
            return self.demand(false, "6.2.11.3.1", "phông thiếu phần CID");
        };
        let glyphs = self.get(cid, b"CIDToGIDMap").and_then(|m| m.as_stream().ok());
        let Some(glyphs) = glyphs.and_then(|m| m.get_plain_content().ok()) else { return };
        // Each character that the text may show has a glyph of its own, not .notdef.
        let mut shown = map.lines().filter_map(|l| l.strip_prefix('<')?.split_once("> <")).filter_map(|(from, to)| {
            // The code space range `<0000> <FFFF>` is no character.
            if (from, to) == ("0000", "FFFF>") { None } else { usize::from_str_radix(from, 16).ok() }
        });
        let ink = |cid: usize| glyphs.get(2 * cid..2 * cid + 2).is_some_and(|g| g != [0, 0]);
        let all = shown.all(ink);
        self.demand(all, "6.2.11.8", "lớp chữ dùng ký hiệu .notdef");
    }

    fn annotation(&mut self, d: &'a Dictionary) {
        let subtype = d.get(b"Subtype").and_then(Object::as_name).unwrap_or(b"");
        let media = [&b"3D"[..], b"Sound", b"Screen", b"Movie", b"FileAttachment"].contains(&subtype);
        self.demand(!media, "6.3.1", "có chú thích âm thanh, phim hoặc tệp");
        let flags = d.get(b"F").and_then(Object::as_i64).unwrap_or(0);
        // Print, and neither Invisible, Hidden, NoView nor ToggleNoView.
        let printed = subtype == b"Popup" || flags & 0b1_0010_0111 == 0b100;
        self.demand(printed, "6.3.2", "chú thích bị ẩn hoặc không in");
        let rect: Vec<f32> = match self.get(d, b"Rect") {
            Some(Object::Array(r)) => r.iter().filter_map(|v| v.as_float().ok()).collect(),
            _ => Vec::new(),
        };
        let area = matches!(rect[..], [a, b, c, d] if a != c || b != d);
        self.demand(!area || subtype == b"Link" || d.has(b"AP"), "6.3.3", "chú thích không có hình thức");
    }
}

/// An ICC profile of RGB data, by the header (ISO 15076-1, 7.2).
fn is_rgb(profile: &Stream) -> bool {
    let three = profile.dict.get(b"N").and_then(Object::as_i64).is_ok_and(|n| n == 3);
    three
        && profile.get_plain_content().is_ok_and(|icc| {
            icc.get(36..40) == Some(b"acsp")
                && icc.get(16..20) == Some(b"RGB ")
                && icc.first_chunk().is_some_and(|size| u32::from_be_bytes(*size) as usize == icc.len())
        })
}
