//! The file put together.

use pdf_writer::types::{CidFontType, FontFlags, OutputIntentSubtype, SystemInfo};
use pdf_writer::{Filter, Finish, Name, Pdf, Rect, Ref, Str, TextStr};
use sohoa_model::{Code, Digest, Error, Result};
use std::collections::BTreeSet;

use crate::content::{Frame, draw};
use crate::metadata::LANGUAGE;
use crate::picture::{self, deflate};
use crate::{Meta, Page, VERSION, font, icc, text};

/// The font's name, with the tag of a subset.
const FONT: &[u8] = b"AAAAAA+SohoaInvisible";

/// Writes a document. Its pages stand 1:1 at their own resolution.
///
/// Errors: `Usage` without pages, `Unreadable` for a picture that PDF/A cannot hold.
pub fn run(pages: &[Page], meta: &Meta) -> Result<Vec<u8>> {
    if pages.is_empty() {
        return Err(Error::new(Code::Usage, "Giấy tờ không có trang nào").hint("Thêm ít nhất một trang rồi thử lại."));
    }
    let mut refs = (1..).map(Ref::new);
    let mut next = || refs.next().expect("numbers do not run out");
    // Room for all pictures at once, so that they are copied once and never moved.
    let mut pdf = Pdf::with_capacity(pages.iter().map(|p| p.image.len() + 16 * 1024).sum());
    pdf.set_version(1, 7);
    // Four bytes above 127, so that the file is taken for binary (ISO 19005-2, 6.1.2).
    pdf.set_binary_marker(&[0xE2, 0xE3, 0xCF, 0xD3]);
    let (catalog, tree, info, xmp, profile) = (next(), next(), next(), next(), next());
    let fonts = Fonts { font: next(), cid: next(), descriptor: next(), file: next(), unicode: next(), map: next() };

    let mut used = BTreeSet::from([0x20]);
    let mut kids = Vec::new();
    for page in pages {
        let (id, content, image) = (next(), next(), next());
        let frame = Frame::of(page, picture::write(&mut pdf, image, page)?)?;
        pdf.stream(content, &deflate(&draw(page, frame, &mut used))).filter(Filter::FlateDecode);
        let mut out = pdf.page(id);
        out.parent(tree).media_box(Rect::new(0.0, 0.0, frame.width, frame.height)).contents(content);
        let mut resources = out.resources();
        resources.x_objects().pair(Name(b"Im"), image);
        resources.fonts().pair(Name(b"F0"), fonts.font);
        resources.finish();
        out.finish();
        kids.push(id);
    }
    pdf.pages(tree).count(kids.len() as i32).kids(kids);
    fonts.write(&mut pdf, &used);

    pdf.icc_profile(profile, &deflate(&icc::srgb())).n(3).filter(Filter::FlateDecode);
    let id = file_id(pages, meta);
    let hex: String = id.iter().map(|b| format!("{b:02x}")).collect();
    pdf.metadata(xmp, meta.xmp(&hex).as_bytes());
    meta.info(&mut pdf, info);
    let mut root = pdf.catalog(catalog);
    root.pages(tree).metadata(xmp).lang(TextStr(LANGUAGE));
    root.viewer_preferences().display_doc_title(true);
    root.output_intents()
        .push()
        .subtype(OutputIntentSubtype::PDFA)
        .output_condition_identifier(TextStr("sRGB IEC61966-2.1"))
        .info(TextStr("sRGB IEC61966-2.1"))
        .dest_output_profile(profile);
    root.finish();
    pdf.set_file_id((id.to_vec(), id.to_vec()));
    Ok(pdf.finish())
}

/// The first half of the digest of all that goes in.
fn file_id(pages: &[Page], meta: &Meta) -> [u8; 16] {
    let mut parts = vec![VERSION.to_be_bytes().to_vec(), meta.xmp("").into_bytes()];
    for page in pages {
        parts.push(Digest::of(page.image).0.to_vec());
        parts.push(format!("{} {} {}", page.dpi, page.turn.degrees(), page.skew).into_bytes());
        for word in page.words {
            parts.push(format!("{} {:?} {}", word.text, word.bounds, word.line).into_bytes());
        }
    }
    let digest = Digest::of_parts(parts.iter().map(Vec::as_slice));
    std::array::from_fn(|i| digest.0[i])
}

/// The objects of the invisible font.
struct Fonts {
    font: Ref,
    cid: Ref,
    descriptor: Ref,
    file: Ref,
    unicode: Ref,
    map: Ref,
}

impl Fonts {
    fn write(&self, pdf: &mut Pdf, used: &BTreeSet<u16>) {
        let name = Name(FONT);
        pdf.type0_font(self.font)
            .base_font(name)
            .encoding_predefined(Name(b"Identity-H"))
            .descendant_font(self.cid)
            .to_unicode(self.unicode);
        let mut cid = pdf.cid_font(self.cid);
        let system = SystemInfo { registry: Str(b"Adobe"), ordering: Str(b"Identity"), supplement: 0 };
        cid.subtype(CidFontType::Type2)
            .base_font(name)
            .system_info(system)
            .font_descriptor(self.descriptor)
            .default_width(500.0);
        cid.cid_to_gid_map_stream(self.map);
        let mut widths = cid.widths();
        for unit in used {
            widths.consecutive(*unit, [font::width(text::char_of(*unit))]);
        }
        widths.finish();
        cid.finish();
        let (ascent, descent) = (f32::from(font::ASCENT), f32::from(font::DESCENT));
        pdf.font_descriptor(self.descriptor)
            .name(name)
            .flags(FontFlags::SYMBOLIC)
            .bbox(Rect::new(0.0, descent, 1000.0, ascent))
            .italic_angle(0.0)
            .ascent(ascent)
            .descent(descent)
            .cap_height(700.0)
            .stem_v(80.0)
            .font_file2(self.file);
        let truetype = font::truetype();
        let packed = deflate(&truetype);
        let mut file = pdf.stream(self.file, &packed);
        file.filter(Filter::FlateDecode).pair(Name(b"Length1"), truetype.len() as i32);
        file.finish();
        pdf.stream(self.unicode, &deflate(&text::to_unicode(used))).filter(Filter::FlateDecode);
        let last = used.last().copied().unwrap_or(0x20);
        let map: Vec<u8> = (0..=last)
            .flat_map(|u| if used.contains(&u) { font::glyph(text::char_of(u)) } else { 0 }.to_be_bytes())
            .collect();
        pdf.stream(self.map, &deflate(&map)).filter(Filter::FlateDecode);
    }
}
