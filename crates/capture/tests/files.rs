//! Files of every kind, whole and broken, as they come to the counter.

use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, GrayImage, ImageFormat, Rgb, RgbImage};
use lopdf::{Dictionary, Document, Object, Stream, dictionary};
use sohoa_capture::{CapturedPage, Kind, PageFormat, Params, run};
use sohoa_model::{Code, Error, Turn};
use std::io::Cursor;

fn picture() -> DynamicImage {
    RgbImage::from_fn(
        400,
        560,
        |x, y| if (x / 20 + y / 20) % 2 == 0 { Rgb([250, 245, 240]) } else { Rgb([40, 60, 90]) },
    )
    .into()
}

fn encoded(image: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut out = Cursor::new(Vec::new());
    image.write_to(&mut out, format).unwrap();
    out.into_inner()
}

fn jpeg(dpi: u16) -> Vec<u8> {
    let mut out = Vec::new();
    let mut encoder = JpegEncoder::new_with_quality(&mut out, 90);
    encoder.set_pixel_density(image::codecs::jpeg::PixelDensity::dpi(dpi));
    encoder.encode_image(&picture()).unwrap();
    out
}

fn take(bytes: &[u8], name: &str) -> Result<Vec<CapturedPage>, Error> {
    let mut pages = Vec::new();
    run(bytes, name, &Params::default(), &mut |page| {
        pages.push(page);
        Ok(())
    })?;
    Ok(pages)
}

fn refused(bytes: &[u8], name: &str) -> Code {
    let error = take(bytes, name).unwrap_err();
    assert!(!error.message.is_empty() && !error.hint.is_empty(), "{error:?}");
    error.code
}

#[test]
fn jpeg_and_plain_png_stay_byte_for_byte() {
    let bytes = jpeg(300);
    let page = take(&bytes, "a.jpg").unwrap().remove(0);
    assert_eq!((page.format, page.width, page.height, page.dpi), (PageFormat::Jpeg, 400, 560, 300.0));
    assert_eq!(page.bytes, bytes);
    let bytes = encoded(&picture(), ImageFormat::Png);
    assert_eq!(take(&bytes, "a.png").unwrap()[0].bytes, bytes);
}

#[test]
fn other_kinds_become_png_without_loss() {
    for (format, name) in [(ImageFormat::WebP, "a.webp"), (ImageFormat::Bmp, "a.bmp"), (ImageFormat::Tiff, "a.tif")] {
        let page = take(&encoded(&picture(), format), name).unwrap().remove(0);
        assert_eq!(page.format, PageFormat::Png);
        assert_eq!(image::load_from_memory(&page.bytes).unwrap().to_rgb8(), picture().to_rgb8(), "{name}");
    }
    let mut clear = picture().to_rgba8();
    clear.put_pixel(0, 0, image::Rgba([0, 0, 0, 0]));
    let page = take(&encoded(&clear.into(), ImageFormat::Png), "a.png").unwrap().remove(0);
    assert_eq!(image::load_from_memory(&page.bytes).unwrap().to_rgb8().get_pixel(0, 0), &Rgb([255, 255, 255]));
}

#[test]
fn every_frame_of_a_tiff_is_a_page() {
    let mut bytes = Cursor::new(Vec::new());
    let mut encoder = tiff::encoder::TiffEncoder::new(&mut bytes).unwrap();
    for shade in [10u8, 200] {
        encoder.write_image::<tiff::encoder::colortype::Gray8>(30, 40, &[shade; 1200]).unwrap();
    }
    let pages = take(&bytes.into_inner(), "a.tiff").unwrap();
    let shades: Vec<u8> =
        pages.iter().map(|p| image::load_from_memory(&p.bytes).unwrap().to_luma8()[(0, 0)][0]).collect();
    assert_eq!(shades, [10, 200]);
}

#[test]
fn cut_files_are_refused_whole() {
    for (bytes, name) in [
        (jpeg(300), "a.jpg"),
        (encoded(&picture(), ImageFormat::Png), "a.png"),
        (encoded(&picture(), ImageFormat::Tiff), "a.tif"),
        (scanned_pdf(0), "a.pdf"),
    ] {
        let cut = &bytes[..bytes.len() * 6 / 10];
        let code = refused(cut, name);
        assert!(matches!(code, Code::FileTruncated | Code::Unreadable), "{name}: {code:?}");
    }
    assert_eq!(refused(&jpeg(300)[..4000], "a.jpg"), Code::FileTruncated);
    assert_eq!(refused(&scanned_pdf(0)[..3000], "a.pdf"), Code::FileTruncated);
}

#[test]
fn bombs_are_refused_before_they_unfold() {
    // A header that promises 65,500 × 65,500 pixels.
    let mut bytes = jpeg(300);
    let frame = bytes.windows(2).position(|w| w == [0xFF, 0xC0]).unwrap();
    bytes[frame + 5..frame + 9].copy_from_slice(&[0xFF, 0xDC, 0xFF, 0xDC]);
    assert_eq!(refused(&bytes, "a.jpg"), Code::TooLarge);
    // 225 megapixels of nothing.
    let mut small = Vec::new();
    let mut encoder = png::Encoder::new(&mut small, 15_000, 15_000);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::One);
    encoder.write_header().unwrap().write_image_data(&vec![0; 1875 * 15_000]).unwrap();
    assert!(small.len() < 100_000);
    assert_eq!(refused(&small, "a.png"), Code::TooLarge);
}

/// One page that is a JPEG and nothing else, turned by `rotate`.
fn scanned_pdf(rotate: i64) -> Vec<u8> {
    let mut pdf = Document::with_version("1.5");
    let pages = pdf.new_object_id();
    let image = pdf.add_object(Stream::new(
        dictionary! { "Type" => "XObject", "Subtype" => "Image", "Width" => 400, "Height" => 560, "ColorSpace" => "DeviceRGB",
        "BitsPerComponent" => 8, "Filter" => "DCTDecode" },
        jpeg(300),
    ));
    let content = pdf.add_object(Stream::new(
        Dictionary::new(),
        b"q 96 0 0 134.4 0 0 cm /Im0 Do Q BT 3 Tr /F0 10 Tf (text) Tj ET".to_vec(),
    ));
    let page =
        pdf.add_object(dictionary! { "Type" => "Page", "Parent" => pages, "Contents" => content, "Rotate" => rotate,
        "MediaBox" => vec![0.into(), 0.into(), 96.into(), Object::Real(134.4)],
        "Resources" => dictionary! { "XObject" => dictionary! { "Im0" => image } } });
    pdf.objects.insert(
        pages,
        Object::Dictionary(dictionary! { "Type" => "Pages", "Kids" => vec![page.into()], "Count" => 1 }),
    );
    let catalog = pdf.add_object(dictionary! { "Type" => "Catalog", "Pages" => pages });
    pdf.trailer.set("Root", catalog);
    let mut out = Vec::new();
    pdf.save_to(&mut out).unwrap();
    out
}

#[test]
fn a_scan_in_a_pdf_is_taken_out_unaltered() {
    let page = take(&scanned_pdf(90), "a.pdf").unwrap().remove(0);
    assert_eq!((page.format, page.turn, page.dpi.round()), (PageFormat::Jpeg, Turn::Right, 300.0));
    assert_eq!(page.bytes, jpeg(300));
}

#[test]
fn a_page_with_more_on_it_than_a_scan_is_drawn() {
    let mut pdf = Document::load_mem(&scanned_pdf(0)).unwrap();
    let id = pdf.get_pages()[&1];
    pdf.add_to_page_content(
        id,
        lopdf::content::Content {
            operations: lopdf::content::Content::decode(b"0 0 1 rg 10 10 30 30 re f").unwrap().operations,
        },
    )
    .unwrap();
    let mut bytes = Vec::new();
    pdf.save_to(&mut bytes).unwrap();
    let page = take(&bytes, "a.pdf").unwrap().remove(0);
    assert_eq!((page.format, page.width, page.height), (PageFormat::Png, 400, 560));
    let drawn = image::load_from_memory(&page.bytes).unwrap().to_rgb8();
    assert_eq!(drawn.get_pixel(100, 450), &Rgb([0, 0, 255]));
}

#[test]
fn a_document_without_pages_is_refused() {
    let mut pdf = Document::load_mem(&scanned_pdf(0)).unwrap();
    let pages = pdf.catalog().unwrap().get(b"Pages").unwrap().as_reference().unwrap();
    pdf.get_dictionary_mut(pages).unwrap().set("Kids", Vec::<Object>::new());
    pdf.get_dictionary_mut(pages).unwrap().set("Count", 0);
    let mut bytes = Vec::new();
    pdf.save_to(&mut bytes).unwrap();
    assert_eq!(refused(&bytes, "a.pdf"), Code::Unreadable);
}

#[test]
fn codes_are_read_with_their_places_and_kept_as_they_are() {
    // Fields that nobody knows, a letter and its mark apart, a line end: nothing is tidied.
    let text =
        "027204000012|123456789|Nguyễn Thị Đào|02031994|Nữ|Khu 3, Võ Cường, Ba\u{306}\u{301}c Ninh|10052021|| x|\r\n";
    let code = zxingcpp::create(zxingcpp::BarcodeFormat::QRCode).from_str(text).unwrap();
    let drawn = code.to_image_with(&zxingcpp::write().scale(4)).unwrap();
    let size = drawn.width() as u32;
    let qr = GrayImage::from_raw(size, size, drawn.data()).unwrap();
    let mut page = GrayImage::from_pixel(1200, 1600, image::Luma([250]));
    image::imageops::overlay(&mut page, &qr, 700, 300);
    let found = sohoa_capture::codes::read(&page).unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].kind.as_str(), found[0].text.as_str()), ("qr", text));
    let [x, y, w, h] = found[0].bounds;
    assert!(
        x >= 700 && y >= 300 && x + w <= 700 + size && y + h <= 300 + size && w > size / 2,
        "{:?}",
        found[0].bounds
    );
    assert!(sohoa_capture::codes::read(&GrayImage::from_pixel(600, 800, image::Luma([250]))).unwrap().is_empty());
}

#[test]
fn kinds_are_named() {
    assert_eq!(Kind::of(&jpeg(300), "a.jpeg").unwrap(), Kind::Jpeg);
}
