use super::*;
use sohoa_model::{Digest, text::nfc};
use std::io::{Cursor, Write};
use std::process::Command;

const DPI: f32 = 200.0;
const A4: (u32, u32) = (1654, 2339);

fn meta() -> Meta {
    Meta {
        title: "Giấy khai sinh".into(),
        author: "UBND phường <Võ Cường> & Kinh Bắc".into(),
        created: "2026-02-10T08:30:00.250+07:00".parse().unwrap(),
        record_code: "H05.16-260210-0001.1".into(),
    }
}

fn encoded(image: impl Into<image::DynamicImage>, format: image::ImageFormat) -> Vec<u8> {
    let mut out = Cursor::new(Vec::new());
    image.into().write_to(&mut out, format).unwrap();
    out.into_inner()
}

fn jpeg(image: impl Into<image::DynamicImage>) -> Vec<u8> {
    encoded(image, image::ImageFormat::Jpeg)
}

fn page<'a>(image: &'a [u8], format: PageFormat, words: &'a [Word]) -> Page<'a> {
    Page { image, format, dpi: DPI, turn: Turn::None, skew: 0.0, words }
}

const LINES: [&str; 4] = [
    "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
    "Họ, chữ đệm, tên: Nguyễn Thị Quỳnh Như",
    "Số 3 ở phường Võ Cường – Ý Ẵm ữ ỡ",
    "Ẩn số ẵ ặ Ỵ 2.000635 76/NQ-CP H05.16-260210-0001",
];

/// The lines spread over an upright A4 page.
fn words() -> Vec<Word> {
    let mut out = Vec::new();
    for (line, text) in LINES.iter().enumerate() {
        let mut x = 120;
        for word in text.split(' ') {
            let width = 22 * word.chars().count() as u32;
            let bounds = [x, 300 + 500 * line as u32, width, 44];
            out.push(Word { text: word.into(), confidence: 90.0, bounds, line: line as u32, block: 0 });
            x += width + 16;
        }
    }
    out
}

fn written(turn: Turn, skew: f32) -> Vec<u8> {
    let (width, height) = turn.size(A4.0, A4.1);
    let image =
        jpeg(image::RgbImage::from_fn(width, height, |x, y| image::Rgb([240, (x % 251) as u8, (y % 241) as u8])));
    let words = words();
    run(&[Page { turn, skew, ..page(&image, PageFormat::Jpeg, &words) }], &meta()).unwrap()
}

/// A folder with the file in it.
fn kept(pdf: &[u8]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::File::create(folder.path().join("a.pdf")).unwrap().write_all(pdf).unwrap();
    folder
}

/// What a program of poppler or qpdf says, run where the file is `a.pdf`.
fn told(folder: &tempfile::TempDir, command: &str) -> String {
    let mut parts = command.split(' ');
    let program = parts.next().unwrap();
    let out = Command::new(program).args(parts).current_dir(folder.path()).output();
    let out = out.unwrap_or_else(|e| panic!("{program} (apt install poppler-utils qpdf): {e}"));
    let (stdout, stderr) = (String::from_utf8(out.stdout).unwrap(), String::from_utf8_lossy(&out.stderr).into_owned());
    assert!(out.status.success(), "{command}: {stdout}{stderr}");
    stdout
}

/// `name="value"` of each word that `pdftotext -bbox` lists.
fn boxes(listing: &str) -> Vec<[f32; 4]> {
    let value = |line: &str, name: &str| {
        line.split(&format!("{name}=\"")).nth(1).unwrap().split('"').next().unwrap().parse().unwrap()
    };
    let words = listing.lines().filter(|l| l.contains("<word"));
    words.map(|l| ["xMin", "yMin", "xMax", "yMax"].map(|name| value(l, name))).collect()
}

#[test]
fn the_words_come_out_again_in_order_and_in_place() {
    for turn in Turn::ALL {
        for skew in [0.0, 0.6, -0.6, 2.5] {
            let pdf = written(turn, skew);
            assert_eq!(check(&pdf).unwrap(), [], "{turn:?} {skew}");
            let folder = kept(&pdf);
            let text = told(&folder, "pdftotext a.pdf -");
            let expected: Vec<&str> = LINES.iter().flat_map(|l| l.split(' ')).collect();
            assert_eq!(text.split_whitespace().collect::<Vec<_>>(), expected, "{turn:?} {skew}");
            assert_eq!(nfc(&text), text);

            let found = boxes(&told(&folder, "pdftotext -bbox a.pdf -"));
            assert_eq!(found.len(), expected.len());
            let lean = if skew.abs() <= 1.0 { skew.to_radians() } else { 0.0 };
            for (word, [left, top, right, bottom]) in words().iter().zip(found) {
                let [x, y, w, h] = word.bounds.map(|v| v as f32);
                // Where the middle of the word lies when it is leant about the middle of the page, y downwards.
                let (dx, dy) = (x + w / 2.0 - A4.0 as f32 / 2.0, y + h / 2.0 - A4.1 as f32 / 2.0);
                let (sin, cos) = lean.sin_cos();
                let middle = (A4.0 as f32 / 2.0 + cos * dx + sin * dy, A4.1 as f32 / 2.0 - sin * dx + cos * dy);
                let k = 72.0 / DPI;
                let off =
                    [(left + right) / 2.0 - middle.0 * k, (top + bottom) / 2.0 - middle.1 * k, right - left - w * k];
                assert!(off.iter().all(|d| d.abs() < 1.0), "{turn:?} {skew} «{}»: {off:?}", word.text);
                if lean == 0.0 {
                    let far = [left - x * k, top - y * k, right - (x + w) * k, bottom - (y + h) * k];
                    assert!(far.iter().all(|d| d.abs() < 0.1), "{turn:?} {skew} «{}»: {far:?}", word.text);
                }
            }
        }
    }
}

#[test]
fn the_picture_is_upright_and_its_bytes_are_untouched() {
    // One dark corner, top left of the upright page.
    let mut upright = image::GrayImage::from_pixel(300, 400, image::Luma([250]));
    image::imageops::replace(&mut upright, &image::GrayImage::new(60, 60), 0, 0);
    for turn in Turn::ALL {
        // As scanned: turned the other way.
        let scanned = match turn {
            Turn::None => upright.clone(),
            Turn::Right => image::imageops::rotate270(&upright),
            Turn::Half => image::imageops::rotate180(&upright),
            Turn::Left => image::imageops::rotate90(&upright),
        };
        let image = jpeg(scanned);
        let pdf = run(&[Page { turn, ..page(&image, PageFormat::Jpeg, &[]) }], &meta()).unwrap();
        let folder = kept(&pdf);
        told(&folder, "pdfimages -all a.pdf i");
        assert_eq!(std::fs::read(folder.path().join("i-000.jpg")).unwrap(), image, "{turn:?}");
        told(&folder, "pdftoppm -r 200 -png -singlefile a.pdf p");
        let drawn = image::open(folder.path().join("p.png")).unwrap().to_luma8();
        assert_eq!(drawn.dimensions(), (300, 400), "{turn:?}");
        assert!(drawn[(30, 30)][0] < 60 && drawn[(270, 370)][0] > 200 && drawn[(270, 30)][0] > 200, "{turn:?}");
    }
}

#[test]
fn a_leaning_picture_is_set_straight_under_level_words() {
    // A bar that leans by three degrees counter-clockwise, as a scan of a level line would.
    let lean = 3f32.to_radians();
    let scan = image::GrayImage::from_fn(900, 900, |x, y| {
        let (dx, dy) = (x as f32 - 450.0, y as f32 - 450.0);
        let across = dx * lean.sin() + dy * lean.cos();
        image::Luma([if across.abs() < 6.0 { 0 } else { 255 }])
    });
    let image = jpeg(scan);
    let pdf = run(&[Page { skew: 3.0, ..page(&image, PageFormat::Jpeg, &[]) }], &meta()).unwrap();
    let folder = kept(&pdf);
    told(&folder, "pdftoppm -r 200 -gray -png -singlefile a.pdf p");
    let drawn = image::open(folder.path().join("p.png")).unwrap().to_luma8();
    for x in [100, 450, 800] {
        assert!(drawn[(x, 450)][0] < 80 && drawn[(x, 430)][0] > 200 && drawn[(x, 470)][0] > 200, "{x}");
    }
}

/// A PNG by hand: header, optional palette and transparency, one IDAT with the rows (each with filter byte 0).
fn png_by_hand(header: [u8; 13], extra: &[(&[u8; 4], &[u8])], rows: &[u8]) -> Vec<u8> {
    let data = picture::deflate(rows);
    let mut out = b"\x89PNG\r\n\x1a\n".to_vec();
    let chunks = [(b"IHDR", &header[..])].into_iter().chain(extra.iter().copied());
    for (name, data) in chunks.chain([(b"IDAT", &data[..]), (b"IEND", &[][..])]) {
        let body = [name, data].concat();
        let mut crc = flate2::Crc::new();
        crc.update(&body);
        out.extend((data.len() as u32).to_be_bytes());
        out.extend(&body);
        out.extend(crc.sum().to_be_bytes());
    }
    out
}

/// The picture of a one-page document as poppler sees it.
fn seen(png: &[u8]) -> image::DynamicImage {
    let pdf = run(&[page(png, PageFormat::Png, &[])], &meta()).unwrap();
    assert_eq!(check(&pdf).unwrap(), []);
    let folder = kept(&pdf);
    told(&folder, "qpdf --check a.pdf");
    told(&folder, "pdfimages -png a.pdf i");
    image::open(folder.path().join("i-000.png")).unwrap()
}

#[test]
fn pngs_go_in_with_their_own_data() {
    let rgb = image::RgbImage::from_fn(200, 300, |x, y| image::Rgb([x as u8, y as u8, 9]));
    let gray = image::DynamicImage::from(rgb.clone()).to_luma8();
    for image in [image::DynamicImage::from(rgb), gray.into()] {
        let png = encoded(image.clone(), image::ImageFormat::Png);
        assert_eq!(seen(&png).to_rgb8(), image.to_rgb8());
        let pdf = run(&[page(&png, PageFormat::Png, &[])], &meta()).unwrap();
        let start = png.windows(4).position(|w| w == b"IDAT").unwrap() + 4;
        assert!(pdf.windows(64).any(|w| w == &png[start..start + 64]), "the stream is the picture's own");
    }
    // One bit per pixel, as black-and-white scanners give: 16 × 16, left half black.
    let rows = [0u8, 0x00, 0xFF].repeat(16);
    let bilevel = png_by_hand([0, 0, 0, 16, 0, 0, 0, 16, 1, 0, 0, 0, 0], &[], &rows);
    let image = seen(&bilevel).to_luma8();
    assert!(image.enumerate_pixels().all(|(x, _, p)| p[0] == if x < 8 { 0 } else { 255 }));
    // Two bits into a palette of three colours.
    let palette = [255, 255, 255, 200, 20, 20, 20, 20, 200];
    let rows = [0u8, 0b0001_1010, 0, 0, 0].repeat(16);
    let indexed = png_by_hand([0, 0, 0, 16, 0, 0, 0, 16, 2, 3, 0, 0, 0], &[(b"PLTE", &palette)], &rows);
    let image = seen(&indexed).to_rgb8();
    assert_eq!([0, 1, 2, 4].map(|x| image[(x, 3)].0), [[255; 3], [200, 20, 20], [20, 20, 200], [255; 3]]);
}

#[test]
fn a_png_that_cannot_go_in_as_it_is_goes_in_as_pixels() {
    // Half clear red over paper; two numbers of 16 bits; a clear colour in a palette.
    let clear = image::RgbaImage::from_pixel(16, 16, image::Rgba([255, 0, 0, 128]));
    let image = seen(&encoded(clear, image::ImageFormat::Png)).to_rgb8();
    assert_eq!(image[(5, 5)].0, [255, 127, 127]);
    let deep = image::ImageBuffer::<image::Luma<u16>, _>::from_fn(16, 16, |x, _| image::Luma([x as u16 * 0x1000]));
    let image = seen(&encoded(deep, image::ImageFormat::Png)).to_luma8();
    assert_eq!(image[(8, 2)][0], 0x80);
    let extra: [(&[u8; 4], &[u8]); 2] = [(b"PLTE", &[9, 9, 9, 0, 0, 0]), (b"tRNS", &[255, 0])];
    let rows = [0u8, 0x00, 0xFF].repeat(16);
    let image = seen(&png_by_hand([0, 0, 0, 16, 0, 0, 0, 16, 1, 3, 0, 0, 0], &extra, &rows)).to_rgb8();
    assert_eq!((image[(0, 0)].0, image[(15, 0)].0), ([9; 3], [255; 3]));
}

#[test]
fn what_pdf_a_cannot_hold_is_refused() {
    let good = jpeg(image::GrayImage::new(100, 100));
    let refused = |image: &[u8], format| {
        let e = run(&[page(image, format, &[])], &meta()).map(drop).unwrap_err();
        assert_eq!(e.code, sohoa_model::Code::Unreadable);
        assert!(!e.hint.is_empty());
        e.to_string()
    };
    assert!(run(&[page(&good, PageFormat::Jpeg, &[])], &meta()).is_ok());
    // Four components in the frame header.
    let mut cmyk = good.clone();
    let at = cmyk.windows(2).position(|w| w == [0xFF, 0xC0]).unwrap();
    cmyk[at + 9] = 4;
    assert!(refused(&cmyk, PageFormat::Jpeg).contains("4 components"));
    refused(&good, PageFormat::Png);
    refused(b"", PageFormat::Jpeg);
    refused(&good[..at + 5], PageFormat::Jpeg);
    let png = encoded(image::GrayImage::new(100, 100), image::ImageFormat::Png);
    for cut in [0, 7, 20, 40, png.len() - 9] {
        refused(&png[..cut], PageFormat::Png);
    }
    for dpi in [0.0, -1.0, f32::NAN, f32::INFINITY, 0.1, 1e6] {
        assert!(run(&[Page { dpi, ..page(&good, PageFormat::Jpeg, &[]) }], &meta()).is_err(), "{dpi}");
    }
    assert!(run(&[], &meta()).is_err());
}

#[test]
fn the_same_document_always_has_the_same_bytes() {
    assert_eq!(written(Turn::Right, 0.6), written(Turn::Right, 0.6));
    assert_ne!(written(Turn::Right, 0.6), written(Turn::Right, 0.5));
    // A picture written by hand, so that only this crate and its compressor decide the bytes. When they change on
    // purpose, have the new file looked at by a PDF/A validator, raise VERSION, then write the new digest here.
    let png = png_by_hand([0, 0, 0, 16, 0, 0, 0, 16, 1, 0, 0, 0, 0], &[], &[0u8, 0x00, 0xFF].repeat(16));
    let words = words();
    let pdf = run(&[page(&png, PageFormat::Png, &words)], &meta()).unwrap();
    assert_eq!(Digest::of(&pdf).to_string(), "88f55ca1ceb4ad24e143a1711f9c46cca7ef5427b49a6cbdfa63b8bef43e4d2f");
}

#[test]
fn independent_programs_find_the_file_sound() {
    let folder = kept(&written(Turn::None, 0.0));
    assert!(told(&folder, "qpdf --check a.pdf").contains("No syntax or stream encoding errors found"));
    let fonts = told(&folder, "pdffonts a.pdf");
    let font = fonts.lines().nth(2).unwrap();
    assert!(font.contains("SohoaInvisible") && font.contains("yes yes yes"), "{fonts}");
    let info = told(&folder, "pdfinfo -isodates a.pdf");
    for line in [
        "Title:           Giấy khai sinh",
        "Subject:         Bản số hóa chuyển từ văn bản giấy ngày 2026-02-10T08:30:00+07:00 bởi UBND phường",
        "Author:          UBND phường <Võ Cường> & Kinh Bắc",
        "CreationDate:    2026-02-10T08:30:00+07",
        "Page size:       595.44 x 842.04 pts (A4)",
    ] {
        assert!(info.contains(line), "{line} in\n{info}");
    }
    let packet = told(&folder, "pdfinfo -meta a.pdf");
    let xmp = roxmltree::Document::parse(packet.trim_start_matches('\u{feff}').trim()).unwrap();
    let says = |name: &str| xmp.descendants().find(|n| n.tag_name().name() == name).unwrap().text();
    assert_eq!((says("part"), says("conformance")), (Some("2"), Some("U")));
    assert_eq!(says("RecordCode"), Some("H05.16-260210-0001.1"));
    assert_eq!(says("DocumentID"), Some("urn:sohoa:H05.16-260210-0001.1"));
    assert_eq!(says("CreateDate"), Some("2026-02-10T08:30:00+07:00"));
}

#[test]
fn what_has_no_place_in_the_layer_is_left_out() {
    let word =
        |text: &str, x| Word { text: text.into(), confidence: 90.0, bounds: [x, 100, 200, 40], line: 0, block: 0 };
    // Decomposed, with a control, private use, a replacement mark; an emoji alone; ideographs beyond the basic plane.
    let words = [word("Ha\u{300} N\u{7}o\u{323}\u{302}i\u{e000}\u{fffd}", 50), word("😀", 300), word("𠀋a", 600)];
    let png = png_by_hand([0, 0, 4, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0], &[], &[0u8; 129].repeat(256));
    let pdf = run(&[page(&png, PageFormat::Png, &words)], &meta()).unwrap();
    assert_eq!(check(&pdf).unwrap(), []);
    let text = told(&kept(&pdf), "pdftotext a.pdf -");
    assert_eq!(text.split_whitespace().collect::<Vec<_>>(), ["Hà", "Nội", "a"]);
}

#[test]
fn file_names_follow_the_circular() {
    let code = "H05.16-260210-0001".parse().unwrap();
    assert_eq!(file_name(&code, 2), "H05.16-260210-0001.2.pdf");
}

mod spoiled {
    //! What breaks the rules is found.

    use super::*;
    use lopdf::{Dictionary, Document, Object, Stream, dictionary};

    fn each(document: &mut Document, change: impl Fn(&mut Dictionary)) {
        for object in document.objects.values_mut() {
            match object {
                Object::Dictionary(d) => change(d),
                Object::Stream(s) => change(&mut s.dict),
                _ => {}
            }
        }
    }

    fn images(document: &mut Document, change: impl Fn(&mut Dictionary)) {
        each(document, |d| {
            if d.has(b"Height") {
                change(d)
            }
        });
    }

    /// The stream that some dictionary names so, at any depth.
    fn stream(document: &mut Document, key: &[u8], content: &[u8]) {
        fn find(object: &Object, key: &[u8]) -> Option<lopdf::ObjectId> {
            match object {
                Object::Dictionary(d) => match d.get(key) {
                    Ok(Object::Reference(id)) => Some(*id),
                    _ => d.iter().find_map(|(_, o)| find(o, key)),
                },
                Object::Array(a) => a.iter().find_map(|o| find(o, key)),
                _ => None,
            }
        }
        let id = document.objects.values().find_map(|o| find(o, key)).unwrap();
        document.get_object_mut(id).unwrap().as_stream_mut().unwrap().set_plain_content(content.to_vec());
    }

    fn add(document: &mut Document, object: impl Into<Object>) {
        document.add_object(object);
    }

    fn catalog(document: &mut Document) -> &mut Dictionary {
        document.catalog_mut().unwrap()
    }

    #[test]
    fn each_rule_has_a_file_that_breaks_it() {
        type Spoil = (&'static str, fn(&mut Document));
        let spoil: [Spoil; 26] = [
            ("6.1.3", |d| drop(d.trailer.remove(b"ID"))),
            ("6.1.7.2", |d| images(d, |i| i.set("Filter", "LZWDecode"))),
            ("6.1.13", |d| {
                let page = d.get_pages()[&1];
                d.get_dictionary_mut(page).unwrap().set("MediaBox", vec![0.into(), 0.into(), 2.into(), 20_000.into()]);
            }),
            ("6.2.3", |d| drop(catalog(d).remove(b"OutputIntents"))),
            ("6.2.3", |d| stream(d, b"DestOutputProfile", b"no profile")),
            ("6.2.4.3", |d| images(d, |i| i.set("ColorSpace", "DeviceCMYK"))),
            ("6.2.8", |d| images(d, |i| i.set("Interpolate", true))),
            ("6.2.8", |d| images(d, |i| i.set("Alternates", Vec::<Object>::new()))),
            ("6.2.9", |d| add(d, Stream::new(dictionary! { "Subtype" => "PS" }, Vec::new()))),
            ("6.2.11.3.2", |d| each(d, |o| drop(o.remove(b"CIDToGIDMap")))),
            ("6.2.11.4.1", |d| each(d, |o| drop(o.remove(b"FontFile2")))),
            ("6.2.11.7.2", |d| each(d, |o| drop(o.remove(b"ToUnicode")))),
            ("6.2.11.7.2", |d| stream(d, b"ToUnicode", b"1 beginbfchar\n<0041> <FEFF>\nendbfchar")),
            ("6.2.11.8", |d| stream(d, b"CIDToGIDMap", &[0; 20_000])),
            ("6.3.2", |d| add(d, dictionary! { "Type" => "Annot", "Subtype" => "Text", "F" => 2 })),
            ("6.3.3", |d| {
                let rect: Vec<Object> = vec![0.into(), 0.into(), 9.into(), 9.into()];
                add(d, dictionary! { "Type" => "Annot", "Subtype" => "Text", "F" => 4, "Rect" => rect })
            }),
            ("6.4.1", |d| catalog(d).set("AcroForm", dictionary! { "NeedAppearances" => true })),
            ("6.4.2", |d| catalog(d).set("AcroForm", dictionary! { "XFA" => Vec::<Object>::new() })),
            ("6.5.1", |d| add(d, dictionary! { "S" => "JavaScript" })),
            ("6.5.1", |d| catalog(d).set("OpenAction", dictionary! { "S" => "Launch" })),
            ("6.5.1", |d| {
                let next = dictionary! { "S" => "JavaScript" };
                catalog(d).set("OpenAction", dictionary! { "S" => "GoTo", "Next" => next })
            }),
            ("6.5.1", |d| catalog(d).set("Names", dictionary! { "JavaScript" => dictionary! {} })),
            ("6.5.2", |d| catalog(d).set("AA", dictionary! {})),
            ("6.6.2.1", |d| drop(catalog(d).remove(b"Metadata"))),
            ("6.6.4", |d| stream(d, b"Metadata", b"<x/>")),
            ("6.8", |d| catalog(d).set("Names", dictionary! { "EmbeddedFiles" => dictionary! {} })),
        ];
        let sound = written(Turn::None, 0.0);
        for (n, (clause, change)) in spoil.into_iter().enumerate() {
            let mut document = Document::load_mem(&sound).unwrap();
            // lopdf itself keeps the file sound.
            let mut bytes = Vec::new();
            if n == 0 {
                document.clone().save_to(&mut bytes).unwrap();
                assert_eq!(check(&bytes).unwrap(), []);
                bytes.clear();
            }
            change(&mut document);
            document.save_to(&mut bytes).unwrap();
            let found = check(&bytes).unwrap();
            assert!(found.iter().any(|v| v.clause == clause), "{n}: {clause} not in {found:?}");
        }
    }

    #[test]
    fn an_encrypted_file_and_a_bare_header_are_found() {
        let folder = kept(&written(Turn::None, 0.0));
        told(&folder, "qpdf --encrypt  owner 256 -- a.pdf b.pdf");
        let encrypted = check(&std::fs::read(folder.path().join("b.pdf")).unwrap()).unwrap();
        assert!(encrypted.iter().any(|v| v.clause == "6.1.3"), "{encrypted:?}");
        let mut bare = written(Turn::None, 0.0);
        bare[10] = b'x';
        assert!(check(&bare).unwrap().iter().any(|v| v.clause == "6.1.2"));
        assert!(check(b"%PDF-1.7 nothing").is_err());
    }
}
