//! Pages of PDFs: an embedded full-page scan is taken out as it is, any other page is drawn. Runs in a child process.

use hayro::hayro_interpret::InterpreterSettings;
use hayro::hayro_syntax::{DecryptionError, LoadPdfError, Pdf};
use hayro::vello_cpu::color::palette::css::WHITE;
use hayro::{PixmapSettings, RenderCache, RenderSettings};
use image::DynamicImage;
use lopdf::content::{Content, Operation};
use lopdf::{Dictionary, Document, Object, ObjectId};
use sohoa_model::{Code, Error, Result, Turn};

use crate::{
    Captured, CapturedPage, Kind, PageFormat, Params, believable, check_size, raster, too_large, truncated, unreadable,
};

/// Page sides in points: a stamp to a wall map.
const SIDES: std::ops::RangeInclusive<f32> = 10.0..=5000.0;

pub fn run(
    bytes: &[u8],
    name: &str,
    params: &Params,
    sink: &mut dyn FnMut(CapturedPage) -> Result<()>,
) -> Result<Captured> {
    if !bytes[bytes.len().saturating_sub(64 * 1024)..].windows(5).any(|w| w == b"%%EOF") {
        return Err(truncated(name));
    }
    let pdf = Pdf::new(bytes.to_vec()).map_err(|e| refusal(e, name))?;
    let count = pdf.pages().len();
    if count == 0 {
        return Err(unreadable(name).hint("PDF không có trang nào; xuất lại từ phần mềm gốc."));
    }
    if count > params.max_pages {
        return Err(too_large(name));
    }
    // Reads the structure only; where it cannot, pages are drawn instead of taken out.
    let structure = Document::load_mem(bytes).ok().filter(|d| !d.is_encrypted());
    let ids: Vec<ObjectId> = structure.as_ref().map(|d| d.get_pages().into_values().collect()).unwrap_or_default();
    let cache = RenderCache::new();
    for (i, page) in pdf.pages().iter().enumerate() {
        let number = i as u32 + 1;
        let (width, height) = page.render_dimensions();
        if !SIDES.contains(&width) || !SIDES.contains(&height) {
            return Err(too_large(name));
        }
        let scan = structure.as_ref().zip(ids.get(i)).filter(|_| ids.len() == count).and_then(|(d, id)| scan(d, *id));
        let mut dpi = params.render_dpi;
        if let Some(scan) = scan {
            if let Some(jpeg) = scan.jpeg {
                let (w, h) = raster::jpeg_size(jpeg).map_err(|_| unreadable(name))?;
                check_size(w, h, name, params)?;
                let dpi = believable(Some(scan.dpi), w, h);
                let page = CapturedPage {
                    number,
                    format: PageFormat::Jpeg,
                    bytes: jpeg.to_vec(),
                    width: w,
                    height: h,
                    dpi,
                    turn: scan.turn,
                };
                sink(page)?;
                continue;
            }
            // Drawn at its own resolution, pixel for pixel.
            dpi = believable(Some(scan.dpi), 0, 0);
        }
        sink(draw(page, number, dpi, &cache, name, params)?)?;
    }
    let signed = bytes.windows(10).any(|w| w == b"/ByteRange");
    Ok(Captured { kind: Kind::Pdf, pages: count as u32, signed })
}

fn refusal(error: LoadPdfError, name: &str) -> Error {
    match error {
        LoadPdfError::Decryption(DecryptionError::PasswordProtected) => {
            Error::new(Code::PasswordProtected, format!("{name}: PDF có mật khẩu"))
                .hint("Mở bằng mật khẩu, in ra PDF không mật khẩu rồi nhập lại; hoặc quét bản giấy.")
        }
        other => unreadable(name).source(format!("{other:?}")),
    }
}

fn draw<'a>(
    page: &'a hayro::hayro_syntax::page::Page<'a>,
    number: u32,
    dpi: f32,
    cache: &RenderCache<'a>,
    name: &str,
    params: &Params,
) -> Result<CapturedPage> {
    let scale = dpi / 72.0;
    let (width, height) = page.render_dimensions();
    check_size((width * scale) as u32, (height * scale) as u32, name, params)?;
    // The renderer cuts off what is left of a pixel; a scan drawn at its own size must keep its last row.
    let whole = |side: f32| ((side * scale).round() + 0.01) / side;
    let pixels = hayro::render(
        page,
        cache,
        &InterpreterSettings::default(),
        &RenderSettings::default(),
        &PixmapSettings { x_scale: whole(width), y_scale: whole(height), bg_color: WHITE },
    );
    let (width, height) = (u32::from(pixels.width()), u32::from(pixels.height()));
    let rgba: Vec<u8> = pixels.data_as_u8_slice().to_vec();
    let image = image::RgbaImage::from_raw(width, height, rgba)
        .map(DynamicImage::ImageRgba8)
        .ok_or_else(|| unreadable(name))?;
    let bytes = raster::png(&image).map_err(|e| unreadable(name).source(e))?;
    Ok(CapturedPage { number, format: PageFormat::Png, bytes, width, height, dpi, turn: Turn::None })
}

/// A page that is one picture and nothing else to be seen.
struct Scan<'a> {
    /// The picture's own bytes where a PDF/A can take them as they are.
    jpeg: Option<&'a [u8]>,
    dpi: f32,
    turn: Turn,
}

/// Follows the page's drawing and gives its picture if that fills at least 95 % of the page, upright, alone but for
/// text that is not painted (a recognised layer).
fn scan(document: &Document, id: ObjectId) -> Option<Scan<'_>> {
    let page = document.get_dictionary(id).ok()?;
    let frame =
        rectangle(document, inherited(document, page, b"CropBox").or_else(|| inherited(document, page, b"MediaBox"))?)?;
    let content = Content::decode(&document.get_page_content(id)).ok()?;
    let (name, matrix) = only_picture(&content.operations)?;
    let [a, b, c, d, e, f] = matrix;
    let level = b.abs() < 0.01 && c.abs() < 0.01 && a > 0.0 && d > 0.0;
    let covered = overlap((e, e + a), (frame[0], frame[2])) * overlap((f, f + d), (frame[1], frame[3]));
    if !level || covered < 0.95 {
        return None;
    }
    let images = document.get_page_images(id).ok()?;
    let picture = picture(document, page, name)?;
    let image = images.into_iter().find(|i| i.id == picture)?;
    let soft = [b"SMask".as_slice(), b"Mask", b"Decode", b"ImageMask"].iter().any(|key| image.origin_dict.has(key));
    let only_jpeg = image.filters.as_deref() == Some(&["DCTDecode".to_owned()]);
    let jpeg =
        (only_jpeg && !soft && matches!(raster::components(image.content), Some(1 | 3))).then_some(image.content);
    let turn = inherited(document, page, b"Rotate").and_then(|r| r.as_i64().ok()).unwrap_or(0);
    Some(Scan { jpeg, dpi: image.width as f32 / (a / 72.0), turn: Turn::from_degrees(turn as i32) })
}

/// The name of the one picture that the operations paint, with the matrix under which they do.
fn only_picture(operations: &[Operation]) -> Option<(&[u8], [f32; 6])> {
    let mut matrix = [1.0, 0.0, 0.0, 1.0, 0.0, 0.0];
    let mut saved = Vec::new();
    let mut mode = 0;
    let mut found = None;
    for operation in operations {
        match operation.operator.as_str() {
            "q" => saved.push((matrix, mode)),
            "Q" => (matrix, mode) = saved.pop()?,
            "cm" => {
                let m: Vec<f32> = operation.operands.iter().filter_map(|o| o.as_float().ok()).collect();
                matrix = multiply(m.try_into().ok()?, matrix);
            }
            "Tr" => mode = operation.operands.first()?.as_i64().ok()?,
            "Do" if found.is_none() => found = Some((operation.operands.first()?.as_name().ok()?, matrix)),
            "Tj" | "TJ" | "'" | "\"" if mode == 3 => {}
            "Do" | "Tj" | "TJ" | "'" | "\"" | "f" | "F" | "f*" | "S" | "s" | "B" | "B*" | "b" | "b*" | "sh" | "BI"
            | "EI" => return None,
            _ => {}
        }
    }
    found
}

fn multiply([a, b, c, d, e, f]: [f32; 6], [a2, b2, c2, d2, e2, f2]: [f32; 6]) -> [f32; 6] {
    [a * a2 + b * c2, a * b2 + b * d2, c * a2 + d * c2, c * b2 + d * d2, e * a2 + f * c2 + e2, e * b2 + f * d2 + f2]
}

/// Which share of `frame` lies within `span`.
fn overlap(span: (f32, f32), frame: (f32, f32)) -> f32 {
    ((span.1.min(frame.1) - span.0.max(frame.0)) / (frame.1 - frame.0)).max(0.0)
}

/// The XObject of this name among the page's resources.
fn picture(document: &Document, page: &Dictionary, name: &[u8]) -> Option<ObjectId> {
    let resources = document.dereference(inherited(document, page, b"Resources")?).ok()?.1.as_dict().ok()?;
    let objects = document.dereference(resources.get(b"XObject").ok()?).ok()?.1.as_dict().ok()?;
    objects.get(name).ok()?.as_reference().ok()
}

/// An attribute of the page or of the nodes above it.
fn inherited<'a>(document: &'a Document, page: &'a Dictionary, key: &[u8]) -> Option<&'a Object> {
    let mut node = page;
    // A malicious file may point in circles.
    for _ in 0..64 {
        if let Ok(value) = node.get(key) {
            return document.dereference(value).ok().map(|(_, object)| object);
        }
        node = document.get_dictionary(node.get(b"Parent").ok()?.as_reference().ok()?).ok()?;
    }
    None
}

fn rectangle(document: &Document, object: &Object) -> Option<[f32; 4]> {
    let numbers = object.as_array().ok()?.iter().map(|o| document.dereference(o).ok()?.1.as_float().ok());
    let [x0, y0, x1, y1]: [f32; 4] = numbers.collect::<Option<Vec<_>>>()?.try_into().ok()?;
    (x0 != x1 && y0 != y1).then_some([x0.min(x1), y0.min(y1), x0.max(x1), y0.max(y1)])
}
