//! What came is kept as it came: signed PDFs byte for byte, scans inside PDFs unaltered.

use sohoa_tests::{Station, files, fixture};

/// A PDF of numbered objects, the first of which is its catalog.
fn pdf(objects: &[Vec<u8>]) -> Vec<u8> {
    let mut out = b"%PDF-1.7\n%\xE2\xE3\xCF\xD3\n".to_vec();
    let mut places = Vec::new();
    for (i, object) in objects.iter().enumerate() {
        places.push(out.len());
        out.extend(format!("{} 0 obj\n", i + 1).bytes());
        out.extend(object);
        out.extend(b"\nendobj\n");
    }
    let table = out.len();
    out.extend(format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1).bytes());
    places.iter().for_each(|at| out.extend(format!("{at:010} 00000 n \n").bytes()));
    out.extend(format!("trailer\n<</Size {}/Root 1 0 R>>\n", objects.len() + 1).bytes());
    out.extend(format!("startxref\n{table}\n%%EOF\n").bytes());
    out
}

fn stream(dictionary: &str, bytes: &[u8]) -> Vec<u8> {
    let mut out = format!("<<{dictionary}/Length {}>>\nstream\n", bytes.len()).into_bytes();
    out.extend(bytes);
    out.extend(b"\nendstream");
    out
}

/// Two pages, a scan and one of drawn letters, with a signature field (its contents are of no matter here).
fn signed(jpeg: &[u8], width: u32, height: u32) -> Vec<u8> {
    let scan = b"q 595.2 0 0 841.92 0 0 cm /Im0 Do Q";
    let letters = "BT /F0 20 Tf 60 700 Td (CONG HOA XA HOI) Tj 0 -80 Td (Doc lap Tu do Hanh phuc) Tj 0 -80 Td (So 76 NQ CP) Tj ET";
    pdf(&[
        b"<</Type/Catalog/Pages 2 0 R/AcroForm<</SigFlags 3/Fields[8 0 R]>>>>".to_vec(),
        b"<</Type/Pages/Kids[3 0 R 6 0 R]/Count 2>>".to_vec(),
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595.2 841.92]/Contents 4 0 R/Resources<</XObject<</Im0 5 0 R>>>>>>".to_vec(),
        stream("", scan),
        stream(
            &format!("/Type/XObject/Subtype/Image/Width {width}/Height {height}/ColorSpace/DeviceRGB/BitsPerComponent 8/Filter/DCTDecode"),
            jpeg,
        ),
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595.2 841.92]/Contents 7 0 R/Annots[8 0 R]/Resources<</Font<</F0<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>>>".to_vec(),
        stream("", letters.as_bytes()),
        b"<</Type/Annot/Subtype/Widget/FT/Sig/T(S1)/Rect[0 0 0 0]/P 6 0 R/V 9 0 R>>".to_vec(),
        b"<</Type/Sig/Filter/Adobe.PPKLite/SubFilter/adbe.pkcs7.detached/ByteRange[0 10 20 10]/Contents<00>>>".to_vec(),
    ])
}

/// Width and height by the frame header of a JPEG.
fn size(jpeg: &[u8]) -> (u32, u32) {
    let at = jpeg.windows(2).position(|w| w[0] == 0xFF && matches!(w[1], 0xC0..=0xC2)).unwrap();
    let side = |i: usize| u32::from(u16::from_be_bytes([jpeg[at + i], jpeg[at + i + 1]]));
    (side(7), side(5))
}

#[test]
fn a_signed_pdf_is_kept_byte_for_byte_its_scan_taken_out_and_its_letters_drawn() {
    let station = Station::new();
    let jpeg = std::fs::read(fixture("fixtures/dossiers/H05.16-260209-0007/02 giấy xác nhận.jpg")).unwrap();
    let (width, height) = size(&jpeg);
    let received = signed(&jpeg, width, height);
    let file = station.home.path().join("quyết định.pdf");
    std::fs::write(&file, &received).unwrap();
    let code = "H05.16-260210-0077";
    let imported = station.ok(&["import", file.to_str().unwrap(), "--dossier", code]);
    assert_eq!((&imported["documents"], &imported["pages"]), (&1.into(), &2.into()), "{imported:#}");

    let dossier = station.ok(&["show", code]);
    let document = &dossier["documents"][0];
    assert_eq!((&document["sources"][0]["kind"], &document["sources"][0]["signed"]), (&"pdf".into(), &true.into()));
    let out = station.home.path().join("out");
    station.ok(&["export", code, out.to_str().unwrap(), "--originals"]);
    assert_eq!(std::fs::read(&files(&out)[0]).unwrap(), received);

    // The scan is the very JPEG: taken in by itself it is the same page.
    let alone = station.home.path().join("alone.jpg");
    std::fs::write(&alone, &jpeg).unwrap();
    station.ok(&["import", alone.to_str().unwrap(), "--dossier", "H05.16-260210-0078"]);
    let by_itself = &station.ok(&["show", "H05.16-260210-0078"])["documents"][0]["pages"][0];
    assert_eq!(document["pages"][0]["sha256"], by_itself["sha256"]);
    assert_eq!(document["pages"][1]["width"], 2480, "drawn at 300 dpi: {document:#}");
    assert_eq!(station.ok(&["search", "Hanh phuc"])["total"], 3);
    assert_eq!(station.ok(&["search", "\"Doc lap Tu do Hanh phuc\" So 76 NQ CP"])["total"], 1);
}
