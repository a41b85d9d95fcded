//! The descriptions: 18 fields of the dossier, 21 of each document, held to the circular and to one another.

use std::collections::{BTreeMap, BTreeSet};

use super::{Package, Problem};
use crate::ead::{self, Field};

const DOSSIER: &str = "metadata/descriptive/EAD.xml";
const DOCUMENTS: &str = "representations/rep1/metadata/descriptive/EAD_doc_";
const DATA: &str = "representations/rep1/data/";

type Values = BTreeMap<String, String>;

impl<'a> Package<'a> {
    /// Gives the dossier's code, the number of documents and of pages.
    pub fn descriptions(&mut self) -> (String, u32, u32) {
        let dossier = self.values(DOSSIER, &ead::DOSSIER).unwrap_or_default();
        let code = value(&dossier, "fileCode").to_owned();
        let paths: Vec<&str> = self.paths().into_iter().filter(|p| p.starts_with(DOCUMENTS)).collect();
        let (mut pages, mut codes, mut files) = (0, BTreeSet::new(), BTreeSet::new());
        for path in &paths {
            let Some(document) = self.values(path, &ead::DOCUMENT) else { continue };
            let (id, own) = (value(&document, "docId"), value(&document, "docCode"));
            pages += value(&document, "numberOfPage").parse().unwrap_or(0);
            let number = own.strip_prefix(&code).and_then(|rest| rest.strip_prefix('.'));
            if !number.is_some_and(|n| n.len() == 7 && n.bytes().all(|b| b.is_ascii_digit())) {
                let message = format!("Mã tài liệu «{own}» phải gồm mã hồ sơ {code} và 7 chữ số thứ tự");
                self.report("EAD-005", path, "docCode", message);
            }
            if !codes.insert(own.to_owned()) {
                self.report("EAD-007", path, "docCode", format!("Mã tài liệu «{own}» bị trùng"));
            }
            if *path != format!("{DOCUMENTS}{id}.xml") {
                self.report("EAD-008", path, "docId", format!("Tên tệp mô tả không theo docId «{id}»"));
            }
            files.insert(format!("{DATA}{id}.pdf"));
        }
        self.data(&files);
        for (name, told, found) in [
            ("totalDoc", value(&dossier, "totalDoc"), paths.len() as u32),
            ("numberOfPage", value(&dossier, "numberOfPage"), pages),
        ] {
            if !dossier.is_empty() && told.parse() != Ok(found) {
                self.report("EAD-003", DOSSIER, name, format!("{name} khai {told}, trong gói có {found}"));
            }
        }
        (code, paths.len() as u32, pages)
    }

    /// Each described document has its PDF, and each file of data its description.
    fn data(&mut self, described: &BTreeSet<String>) {
        for path in described {
            match self.file(path) {
                // A METS that lists it has complained already.
                None if self.problems.iter().any(|p| p.path == *path) => {}
                None => self.report("EAD-009", path, "docId", format!("Giấy tờ được mô tả nhưng thiếu tệp {path}")),
                Some(bytes) if !bytes.starts_with(b"%PDF-") => {
                    self.report("PDF-001", path, "TT 05/2025 Điều 8", format!("{path} không phải PDF"))
                }
                Some(_) => {}
            }
        }
        for path in self.paths().into_iter().filter(|p| p.starts_with(DATA) && !described.contains(*p)) {
            self.report("EAD-010", path, "docId", format!("Tệp {path} không có mô tả"));
        }
    }

    /// The fields of a description, each once and by its rule.
    fn values(&mut self, path: &str, fields: &[Field]) -> Option<Values> {
        let xml = self.xml(path, "TT 05/2025 PL III")?;
        let root = xml.root_element();
        if root.tag_name().name() != "simpledc" {
            self.report("EAD-001", path, "simpledc", "Phần tử gốc phải là simpledc");
        }
        let mut values = Values::new();
        for node in root.children().filter(|n| n.is_element()) {
            let name = node.tag_name().name();
            let known = fields.iter().any(|f| f.name == name) && node.children().all(|n| n.is_text());
            if !known || values.insert(name.to_owned(), node.text().unwrap_or_default().to_owned()).is_some() {
                self.report("EAD-001", path, name, format!("Trường {name} lạ hoặc bị lặp"));
            }
        }
        for field in fields {
            match values.get(field.name) {
                None => self.report("EAD-001", path, field.name, format!("Thiếu trường {}", field.name)),
                Some(value) => self.problems.extend(field.fault(value).map(|fault| {
                    Problem::new("EAD-002", path, field.name, fault)
                        .fix(format!("Sửa trường «{}» ở trạm, đóng gói lại và gửi lại.", field.label))
                })),
            }
        }
        Some(values)
    }
}

fn value<'v>(values: &'v Values, name: &str) -> &'v str {
    values.get(name).map(String::as_str).unwrap_or_default()
}
