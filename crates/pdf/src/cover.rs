//! Cover sheets to print: one A4 page each, with what the machine reads and the same for people.
//!
//! The QR code stands at two corners that no one fold reaches, the dossier code as Code 128 beside it for hand readers.
//! The same covers always give the same bytes.

use pdf_writer::{Content, Filter, Finish, Name, Pdf, Rect, Ref, Str, TextStr};
use qrcode::{Color, EcLevel, QrCode};
use sohoa_model::{Code, Cover, Error, Result};

use crate::metadata::LANGUAGE;
use crate::picture::deflate;
use crate::{code128, typeface::Typeface};

const MM: f32 = 72.0 / 25.4;
/// A4, in millimetres like all that follows.
const WIDTH: f32 = 210.0;
const HEIGHT: f32 = 297.0;
/// More than any office printer leaves white.
const MARGIN: f32 = 15.0;
/// Side of the QR code. The longest cover, of 69 modules, still has modules over 0.6 mm: 3.5 pixels at 150 dpi.
const QR: f32 = 42.0;
const MODULE: f32 = 1.2;
/// The quiet zone around it, in modules (ISO/IEC 18004).
const QUIET: f32 = 4.0;
/// A module of the Code 128, and its height.
const BAR: f32 = 0.33;
const BARS: f32 = 16.0;

/// One page for each cover, under the name of the office.
///
/// Errors: `Usage` without covers.
pub fn run(covers: &[Cover], office: &str) -> Result<Vec<u8>> {
    if covers.is_empty() {
        return Err(Error::new(Code::Usage, "Chưa có mã hồ sơ nào để in tờ bìa").hint("Ghi ít nhất một mã hồ sơ."));
    }
    let mut refs = (1..).map(Ref::new);
    let mut next = || refs.next().expect("numbers do not run out");
    let (catalog, tree, info, regular, bold) = (next(), next(), next(), next(), next());
    let mut faces = Faces { regular: Typeface::regular()?, bold: Typeface::bold()? };
    let mut pdf = Pdf::new();
    pdf.set_version(1, 7);
    let mut kids = Vec::new();
    for cover in covers {
        let (id, content) = (next(), next());
        let drawn = Sheet { content: Content::new(), faces: &mut faces }.draw(cover, office)?;
        pdf.stream(content, &deflate(&drawn)).filter(Filter::FlateDecode);
        let mut page = pdf.page(id);
        page.parent(tree).media_box(Rect::new(0.0, 0.0, WIDTH * MM, HEIGHT * MM)).contents(content);
        page.resources().fonts().pair(Name(b"R"), regular).pair(Name(b"B"), bold);
        page.finish();
        kids.push(id);
    }
    pdf.pages(tree).count(kids.len() as i32).kids(kids);
    faces.regular.write(&mut pdf, regular, &mut next)?;
    faces.bold.write(&mut pdf, bold, &mut next)?;
    pdf.document_info(info).title(TextStr("Tờ bìa hồ sơ"));
    let mut root = pdf.catalog(catalog);
    root.pages(tree).lang(TextStr(LANGUAGE));
    root.viewer_preferences().display_doc_title(true);
    root.finish();
    Ok(pdf.finish())
}

struct Faces {
    regular: Typeface,
    bold: Typeface,
}

#[derive(Clone, Copy)]
enum Weight {
    Regular,
    Bold,
}

/// A page being drawn; places are in millimetres from the top left.
struct Sheet<'a> {
    content: Content,
    faces: &'a mut Faces,
}

impl Sheet<'_> {
    fn draw(mut self, cover: &Cover, office: &str) -> Result<Vec<u8>> {
        let qr = QrCode::with_error_correction_level(cover.to_string(), EcLevel::Q)
            .map_err(|e| Error::internal("Không tạo được mã QR cho tờ bìa", e))?;
        let module = (QR / qr.width() as f32).min(MODULE);
        let (side, quiet) = (qr.width() as f32 * module, QUIET * module);
        self.qr(&qr, module, WIDTH - MARGIN - side, MARGIN);
        self.qr(&qr, module, MARGIN, HEIGHT - MARGIN - side);

        let beside = WIDTH - 2.0 * MARGIN - side - quiet;
        let whole = WIDTH - 2.0 * MARGIN;
        let code = cover.dossier.as_str();
        let end = self.text(Weight::Regular, 12.0, MARGIN, MARGIN + 4.0, beside, office);
        self.text(Weight::Bold, 30.0, MARGIN, end + 14.0, beside, "TỜ BÌA HỒ SƠ");
        let mut y = 82.0;
        let mut field = |name: &str, size: f32, value: &str| {
            self.text(Weight::Regular, 13.0, MARGIN, y, whole, name);
            y = self.text(Weight::Bold, size, MARGIN, y + 5.0 + size * 0.3, whole, value) + 16.0;
        };
        field("Mã hồ sơ", 40.0, code);
        if let Some(component) = &cover.component {
            field("Thành phần hồ sơ", 26.0, component);
        }
        if let Some(pages) = cover.pages {
            field("Số trang có nội dung", 26.0, &format!("{pages} trang"));
        }
        let order = "Đặt tờ này lên trên giấy tờ; máy sẽ bỏ tờ này ra.";
        self.text(Weight::Bold, 15.0, MARGIN, HEIGHT - MARGIN - side - quiet - 8.0, whole, order);

        let widths =
            code128::widths(code).ok_or_else(|| Error::internal("Mã hồ sơ không in được thành mã vạch", code))?;
        let long = widths.iter().map(|w| f32::from(*w)).sum::<f32>() * BAR;
        let (left, top) = (WIDTH - MARGIN - long, HEIGHT - MARGIN - BARS - 6.0);
        let mut x = left;
        for (i, width) in widths.iter().map(|w| f32::from(*w) * BAR).enumerate() {
            if i % 2 == 0 {
                self.bar(x, top, width, BARS);
            }
            x += width;
        }
        self.content.fill_nonzero();
        self.text(Weight::Regular, 11.0, left, HEIGHT - MARGIN, long, code);
        Ok(self.content.finish().to_vec())
    }

    /// Rows of modules, those that touch in one piece.
    fn qr(&mut self, qr: &QrCode, module: f32, left: f32, top: f32) {
        let colors = qr.to_colors();
        for (row, y) in colors.chunks(qr.width()).zip(0..) {
            let mut x = 0;
            for run in row.chunk_by(|a, b| a == b) {
                if run[0] == Color::Dark {
                    let (x, y) = (left + x as f32 * module, top + y as f32 * module);
                    self.bar(x, y, run.len() as f32 * module, module);
                }
                x += run.len();
            }
        }
        self.content.fill_nonzero();
    }

    fn bar(&mut self, x: f32, y: f32, width: f32, height: f32) {
        let [x, y, width, height] = [x, HEIGHT - y - height, width, height].map(points);
        self.content.rect(x, y, width, height);
    }

    /// Sets text from the baseline `y` down, in lines no wider than `room`; a word that is wider makes all of it
    /// smaller. Gives the last baseline.
    fn text(&mut self, weight: Weight, size: f32, x: f32, mut y: f32, room: f32, text: &str) -> f32 {
        let (name, face) = match weight {
            Weight::Regular => (Name(b"R"), &mut self.faces.regular),
            Weight::Bold => (Name(b"B"), &mut self.faces.bold),
        };
        let longest = text.split_whitespace().map(|word| face.width(word)).fold(0.0, f32::max);
        let size = size.min(room * MM / longest.max(0.01));
        let mut lines: Vec<String> = Vec::new();
        for word in text.split_whitespace() {
            match lines.last_mut().map(|line| (format!("{line} {word}"), line)) {
                Some((longer, line)) if face.width(&longer) * size <= room * MM => *line = longer,
                _ => lines.push(word.to_owned()),
            }
        }
        for (i, line) in lines.iter().enumerate() {
            if i > 0 {
                y += 1.35 * size / MM;
            }
            self.content.begin_text().set_font(name, points(size / MM));
            self.content.next_line(points(x), points(HEIGHT - y)).show(Str(&face.set(line))).end_text();
        }
        y
    }
}

/// To a hundredth of a point: short in the file, and finer than any printer.
fn points(mm: f32) -> f32 {
    (mm * MM * 100.0).round() / 100.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cover(dossier: &str, component: &str, pages: Option<u32>) -> Cover {
        Cover::new(dossier.parse().unwrap(), Some(component), pages).unwrap()
    }

    #[test]
    fn the_same_covers_give_the_same_bytes() {
        let covers = [cover("H05.16-260210-0001", "Tờ khai", Some(3)), cover("000.00.16.H05-250703-0012", "", None)];
        let pdf = run(&covers, "UBND phường Võ Cường").unwrap();
        assert_eq!(pdf, run(&covers, "UBND phường Võ Cường").unwrap());
        assert!(pdf.len() < 60_000, "{} bytes: only the letters used are in it", pdf.len());
        let read = lopdf::Document::load_mem(&pdf).unwrap();
        assert_eq!(read.get_pages().len(), 2);
        assert_eq!(run(&[], "").unwrap_err().code, Code::Usage);
    }

    #[test]
    fn the_text_can_be_copied_out() {
        let pdf = run(&[cover("H05.16-260210-0001", "Giấy chứng nhận kết hôn", Some(12))], "UBND xã Đại Đồng").unwrap();
        let text = lopdf::Document::load_mem(&pdf).unwrap().extract_text(&[1]).unwrap();
        for part in ["UBND xã Đại Đồng", "TỜ BÌA HỒ SƠ", "H05.16-260210-0001", "Giấy chứng nhận kết hôn", "12 trang"]
        {
            assert!(text.contains(part), "{part}: {text}");
        }
    }

    #[test]
    fn the_longest_cover_still_has_modules_that_are_read_at_150_dpi() {
        let longest = cover("000.00.16.H05-250703-001234", &"ệ".repeat(60), Some(9999));
        let qr = QrCode::with_error_correction_level(longest.to_string(), EcLevel::Q).unwrap();
        assert!(QR / qr.width() as f32 >= 0.6, "{} modules", qr.width());
        run(&[longest], &"Văn phòng đăng ký ".repeat(8)).unwrap();
    }
}
