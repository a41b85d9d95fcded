//! Writes a small invented dossier as a package of each profile, for validators that are not ours to look at:
//! `cargo run -p sohoa-package --example sample -- FOLDER`.

use sohoa_package::{Document, Dossier, Params, Profile, check, run};
use std::{error::Error, fs, path::Path};

/// The least that opens as a PDF of one empty page.
const PDF: &[u8] = b"%PDF-1.7\n\
    1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n\
    2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n\
    3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\n\
    xref\n0 4\n0000000000 65535 f \n0000000009 00000 n \n0000000052 00000 n \n0000000101 00000 n \n\
    trailer<</Size 4/Root 1 0 R>>\nstartxref\n164\n%%EOF\n";

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args().nth(1).ok_or("usage: sample FOLDER")?;
    let dossier = Dossier {
        code: "H05.16-260210-0001".into(),
        title: "Hồ sơ đăng ký khai sinh & nhận cha, mẹ, con: «Trần Thị Bưởi»".into(),
        start: "01/02/2026".into(),
        end: "10/02/2026".into(),
        keyword: "khai sinh; nhận cha, mẹ, con".into(),
        paper_code: "H05.K1.G2.H3.0001".into(),
        description: "Người lập hồ sơ: Nguyễn Văn Cán".into(),
        office: "UBND phường Võ Cường".into(),
        office_code: "H05.16".into(),
        fonds: "H05.16".into(),
        station: "st-7c1e".into(),
        software: "0.1.0".into(),
        created: "2026-02-10T08:30:00+07:00".parse()?,
        status: "NEW".into(),
    };
    let documents = [
        ("32", "12", "TLKS", "Giấy khai sinh"),
        ("02", "76", "QĐ-UBND", "Về việc nhận cha, mẹ, con"),
        ("32", "", "", "Tờ khai"),
    ]
    .into_iter()
    .zip(1..)
    .map(|((kind, number, symbol, subject), n)| Document {
        number: n,
        kind: kind.into(),
        code_number: number.into(),
        code_notation: symbol.into(),
        issued: if number.is_empty() { String::new() } else { "09/02/2026".into() },
        agency: "UBND phường Võ Cường".into(),
        subject: subject.into(),
        pages: 1,
        pdf: PDF,
    });
    let documents: Vec<Document> = documents.collect();
    for (name, profile) in [("tt05", Profile::Tt05), ("eark", Profile::Eark)] {
        let sip = run(&dossier, &documents, &Params { profile })?;
        let problems = check(&sip.zip);
        if !problems.is_empty() {
            return Err(format!("{name}: {problems:#?}").into());
        }
        let path = Path::new(&folder).join(format!("{name}.zip"));
        fs::write(&path, &sip.zip)?;
        println!("{} {} {}", path.display(), sip.objid, sip.digest);
    }
    Ok(())
}
