//! Text with ink: a typeface bundled with the house, of which a file carries the letters it shows.

use pdf_writer::types::{CidFontType, FontFlags, SystemInfo, UnicodeCmap};
use pdf_writer::{Filter, Finish, Name, Pdf, Rect, Ref, Str};
use skrifa::instance::{LocationRef, Size};
use skrifa::{FontRef, MetadataProvider};
use sohoa_model::{Error, Result};
use std::collections::BTreeMap;
use subsetter::GlyphRemapper;

use crate::picture::deflate;

/// Be Vietnam Pro has every letter of Vietnamese. SIL Open Font License 1.1, `fonts/OFL.txt`.
const REGULAR: &[u8] = include_bytes!("../fonts/BeVietnamPro-Regular.ttf");
const BOLD: &[u8] = include_bytes!("../fonts/BeVietnamPro-Bold.ttf");

/// What stands for a character that the typeface does not have.
const UNKNOWN: char = '?';

pub struct Typeface {
    name: &'static str,
    data: &'static [u8],
    font: FontRef<'static>,
    kept: GlyphRemapper,
    /// New glyph to character and width in thousandths.
    shown: BTreeMap<u16, (char, f32)>,
}

impl Typeface {
    pub fn regular() -> Result<Self> {
        Self::of("SOHOAA+BeVietnamPro-Regular", REGULAR)
    }

    pub fn bold() -> Result<Self> {
        Self::of("SOHOAA+BeVietnamPro-Bold", BOLD)
    }

    fn of(name: &'static str, data: &'static [u8]) -> Result<Self> {
        let font = FontRef::new(data).map_err(broken)?;
        Ok(Self { name, data, font, kept: GlyphRemapper::new(), shown: BTreeMap::new() })
    }

    fn glyph(&self, c: char) -> Option<skrifa::GlyphId> {
        self.font.charmap().map(c)
    }

    /// Width of the text at size 1.
    pub fn width(&self, text: &str) -> f32 {
        let metrics = self.font.glyph_metrics(Size::new(1.0), LocationRef::default());
        let glyphs = text.chars().filter_map(|c| self.glyph(c).or_else(|| self.glyph(UNKNOWN)));
        glyphs.filter_map(|glyph| metrics.advance_width(glyph)).sum()
    }

    /// The text as it is shown in a content stream.
    pub fn set(&mut self, text: &str) -> Vec<u8> {
        let mut out = Vec::new();
        for c in text.chars() {
            let known = self.glyph(c).map(|glyph| (c, glyph));
            let Some((c, glyph)) = known.or_else(|| Some((UNKNOWN, self.glyph(UNKNOWN)?))) else { continue };
            let new = self.kept.remap(glyph.to_u32() as u16);
            let width = self.width(c.encode_utf8(&mut [0; 4])) * 1000.0;
            self.shown.insert(new, (c, width));
            out.extend(new.to_be_bytes());
        }
        out
    }

    /// Writes the font under `id`; `next` gives the numbers of its other objects.
    pub fn write(&self, pdf: &mut Pdf, id: Ref, next: &mut impl FnMut() -> Ref) -> Result<()> {
        let (cid, descriptor, file, unicode) = (next(), next(), next(), next());
        let name = Name(self.name.as_bytes());
        pdf.type0_font(id)
            .base_font(name)
            .encoding_predefined(Name(b"Identity-H"))
            .descendant_font(cid)
            .to_unicode(unicode);
        let system = SystemInfo { registry: Str(b"Adobe"), ordering: Str(b"Identity"), supplement: 0 };
        let mut font = pdf.cid_font(cid);
        font.subtype(CidFontType::Type2)
            .base_font(name)
            .system_info(system)
            .font_descriptor(descriptor)
            .default_width(0.0)
            .cid_to_gid_map_predefined(Name(b"Identity"));
        let mut widths = font.widths();
        for (glyph, (_, width)) in &self.shown {
            widths.consecutive(*glyph, [*width]);
        }
        widths.finish();
        font.finish();
        let metrics = self.font.metrics(Size::new(1000.0), LocationRef::default());
        let bounds = metrics.bounds.unwrap_or_default();
        pdf.font_descriptor(descriptor)
            .name(name)
            .flags(FontFlags::SYMBOLIC)
            .bbox(Rect::new(bounds.x_min, bounds.y_min, bounds.x_max, bounds.y_max))
            .italic_angle(0.0)
            .ascent(metrics.ascent)
            .descent(metrics.descent)
            .cap_height(metrics.cap_height.unwrap_or(metrics.ascent))
            .stem_v(95.0)
            .font_file2(file);
        let subset = subsetter::subset(self.data, 0, &self.kept).map_err(broken)?;
        let packed = deflate(&subset);
        let mut stream = pdf.stream(file, &packed);
        stream.filter(Filter::FlateDecode).pair(Name(b"Length1"), subset.len() as i32);
        stream.finish();
        let mut map = UnicodeCmap::new(Name(b"Adobe-Identity-UCS"), system);
        for (glyph, (c, _)) in &self.shown {
            map.pair(*glyph, *c);
        }
        pdf.stream(unicode, &deflate(&map.finish())).filter(Filter::FlateDecode);
        Ok(())
    }
}

fn broken(e: impl std::error::Error + Send + Sync + 'static) -> Error {
    Error::internal("Phông chữ đi kèm bị hỏng", e)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_vietnamese_letter_has_a_shape() {
        let vowels = "aàáảãạăằắẳẵặâầấẩẫậeèéẻẽẹêềếểễệiìíỉĩịoòóỏõọôồốổỗộơờớởỡợuùúủũụưừứửữựyỳýỷỹỵ";
        let others = "bcdđfghjklmnpqrstvwxz0123456789 .,;:-–«»“”()/?!%&+";
        for face in [Typeface::regular().unwrap(), Typeface::bold().unwrap()] {
            for c in vowels.chars().chain(others.chars()).flat_map(|c| [vec![c], c.to_uppercase().collect()].concat()) {
                let glyph = face.glyph(c).unwrap_or_else(|| panic!("{c} in {}", face.name));
                assert_ne!(glyph.to_u32(), 0, "{c}");
            }
        }
    }

    #[test]
    fn a_letter_that_is_missing_is_shown_as_such() {
        let mut face = Typeface::regular().unwrap();
        assert_eq!(face.set("字"), face.set("?"));
        assert_eq!(face.width("字"), face.width("?"));
    }
}
