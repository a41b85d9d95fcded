//! A package looked at from outside: safe to open, whole, every file as listed, every field as the circular wants it.
//! What is wrong is named by file and rule, with what to do.

use roxmltree::{Document as Xml, Node};
use serde::{Deserialize, Serialize};
use sohoa_model::Digest;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{Cursor, Read};
use zip::ZipArchive;

use crate::ead;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// `ZIP-…`, `FIX-…`, `STR-…`, `EAD-…`.
    pub code: String,
    /// Within the package.
    pub path: String,
    /// Of E-ARK CSIP or the circular.
    pub rule: String,
    pub message: String,
    pub fix: String,
}

fn problem(code: &str, path: &str, rule: &str, message: impl Into<String>, fix: &str) -> Problem {
    Problem { code: code.into(), path: path.into(), rule: rule.into(), message: message.into(), fix: fix.into() }
}

const AGAIN: &str = "Đóng gói lại hồ sơ từ trạm và gửi lại.";

/// Nothing of a dossier comes near these.
const MAX_FILES: usize = 20_000;
const MAX_BYTES: u64 = 8 << 30;

/// Everything that is wrong with a package; nothing when it is sound.
pub fn check(zip: &[u8]) -> Vec<Problem> {
    let files = match unpack(zip) {
        Ok(files) => files,
        Err(problem) => return vec![problem],
    };
    let roots: BTreeSet<&str> = files.keys().filter_map(|name| name.split('/').next()).collect();
    let [root] = roots.into_iter().collect::<Vec<_>>()[..] else {
        return vec![problem("STR-001", "", "CSIPSTR1", "Gói tin phải có đúng một thư mục gốc", AGAIN)];
    };
    let package = Package { root, files: &files };
    let mut problems = Vec::new();
    package.mets("METS.xml", &mut problems);
    package.mets("representations/rep1/METS.xml", &mut problems);
    package.unlisted(&mut problems);
    package.described(&mut problems);
    problems
}

fn unpack(zip: &[u8]) -> Result<BTreeMap<String, Vec<u8>>, Problem> {
    let broken = |e: &dyn std::fmt::Display| problem("ZIP-001", "", "ZIP", format!("Tệp ZIP hỏng ({e})"), AGAIN);
    let mut archive = ZipArchive::new(Cursor::new(zip)).map_err(|e| broken(&e))?;
    if archive.len() > MAX_FILES {
        return Err(problem("ZIP-003", "", "ZIP", "Quá nhiều tệp trong gói", AGAIN));
    }
    let mut files = BTreeMap::new();
    let mut folded = BTreeSet::new();
    let mut total = 0;
    for i in 0..archive.len() {
        let mut file = archive.by_index(i).map_err(|e| broken(&e))?;
        let name = file.name().map_err(|e| broken(&e))?.into_owned();
        if file.is_dir() {
            continue;
        }
        let parts_ok = name.split('/').all(|p| !p.is_empty() && p != "." && p != "..");
        let safe =
            parts_ok && name.bytes().all(|b| b.is_ascii_graphic() && !matches!(b, b'\\' | b':')) && !file.is_symlink();
        if !safe {
            return Err(problem("ZIP-002", &name, "ZIP", "Tên tệp trong gói không an toàn", AGAIN));
        }
        if !folded.insert(name.to_ascii_lowercase()) {
            return Err(problem("ZIP-004", &name, "ZIP", "Hai tệp trùng tên", AGAIN));
        }
        total += file.size();
        // Packages are stored as they are: one that unfolds to far more than it is was not made by a station.
        if total > MAX_BYTES || total > 200 * zip.len() as u64 + (1 << 20) {
            return Err(problem("ZIP-003", &name, "ZIP", "Gói bung ra quá lớn", AGAIN));
        }
        let mut bytes = Vec::new();
        let limit = file.size();
        file.by_ref()
            .take(limit + 1)
            .read_to_end(&mut bytes)
            .map_err(|_| problem("FIX-001", &name, "CSIP71", "Nội dung tệp không khớp mã kiểm tra trong ZIP", AGAIN))?;
        files.insert(name, bytes);
    }
    Ok(files)
}

struct Package<'a> {
    root: &'a str,
    files: &'a BTreeMap<String, Vec<u8>>,
}

impl Package<'_> {
    fn file(&self, path: &str) -> Option<&[u8]> {
        self.files.get(&format!("{}/{path}", self.root)).map(Vec::as_slice)
    }

    fn xml<'x>(&self, path: &str, text: &'x str, problems: &mut Vec<Problem>) -> Option<Xml<'x>> {
        match Xml::parse(text) {
            Ok(xml) => Some(xml),
            Err(e) => {
                problems.push(problem("STR-002", path, "XML", format!("Không phải XML hợp lệ ({e})"), AGAIN));
                None
            }
        }
    }

    fn text(&self, path: &str, problems: &mut Vec<Problem>) -> Option<&str> {
        let found = self.file(path).and_then(|bytes| std::str::from_utf8(bytes).ok());
        if found.is_none() {
            problems.push(problem("STR-003", path, "CSIPSTR4", format!("Thiếu tệp {path}"), AGAIN));
        }
        found
    }

    /// Structure and fixity of one METS.
    fn mets(&self, path: &str, problems: &mut Vec<Problem>) {
        let Some(text) = self.text(path, problems) else { return };
        let Some(xml) = self.xml(path, text, problems) else { return };
        let mets = xml.root_element();
        let mut demand = |holds: bool, rule: &str, message: &str| {
            if !holds {
                problems.push(problem("STR-004", path, rule, message, AGAIN));
            }
        };
        let objid = mets.attribute("OBJID").unwrap_or_default();
        demand(mets.tag_name().name() == "mets", "CSIP1", "Phần tử gốc không phải mets");
        demand(path != "METS.xml" || objid == self.root, "CSIP1", "OBJID khác tên thư mục gốc");
        demand(mets.attribute("TYPE").is_some(), "CSIP2", "Thiếu TYPE");
        demand(mets.attribute("PROFILE").is_some(), "CSIP6", "Thiếu PROFILE");
        let header = child(mets, "metsHdr");
        demand(header.is_some_and(|h| h.attribute("CREATEDATE").is_some()), "CSIP7", "Thiếu CREATEDATE");
        let package = header.and_then(|h| h.attributes().find(|a| a.name() == "OAISPACKAGETYPE"));
        demand(package.is_some_and(|a| a.value() == "SIP"), "CSIP9", "OAISPACKAGETYPE phải là SIP");
        let map = mets.children().find(|n| n.has_tag_name("structMap") || n.tag_name().name() == "structMap");
        demand(map.is_some_and(|m| m.attribute("LABEL") == Some("CSIP")), "CSIP82", "Thiếu structMap LABEL=CSIP");
        for node in mets.descendants().filter(|n| matches!(n.tag_name().name(), "mdRef" | "file")) {
            self.fixity(path, node, problems);
        }
    }

    fn fixity(&self, mets: &str, node: Node, problems: &mut Vec<Problem>) {
        let place = if node.tag_name().name() == "file" { child(node, "FLocat") } else { Some(node) };
        let href =
            place.and_then(|n| n.attributes().find(|a| a.name() == "href")).map(|a| a.value()).unwrap_or_default();
        let Some(path) = resolved(mets, href) else {
            problems.push(problem("STR-005", mets, "CSIP78", format!("Tham chiếu «{href}» không hợp lệ"), AGAIN));
            return;
        };
        let Some(bytes) = self.file(&path) else {
            problems.push(problem("FIX-002", &path, "CSIP78", format!("Thiếu tệp {path}"), AGAIN));
            return;
        };
        if node.attribute("SIZE") != Some(&*bytes.len().to_string()) {
            problems.push(problem("FIX-003", &path, "CSIP69", format!("Kích thước {path} không khớp METS"), AGAIN));
        }
        let declared = node.attribute("CHECKSUM").unwrap_or_default();
        let ours = Digest::of(bytes).to_string();
        if node.attribute("CHECKSUMTYPE") != Some("SHA-256") || !declared.eq_ignore_ascii_case(&ours) {
            problems.push(problem(
                "FIX-001",
                &path,
                "CSIP71",
                format!("Mã băm {path} không khớp METS: tệp đã bị thay đổi"),
                AGAIN,
            ));
        }
        if path.ends_with(".pdf") && !bytes.starts_with(b"%PDF-") {
            problems.push(problem("EAD-006", &path, "TT 05/2025 Điều 8", format!("{path} không phải PDF"), AGAIN));
        }
    }

    /// Every file is listed in a METS, but for the METS of the package itself.
    fn unlisted(&self, problems: &mut Vec<Problem>) {
        let mut listed = BTreeSet::from(["METS.xml".to_owned()]);
        for mets in ["METS.xml", "representations/rep1/METS.xml"] {
            let text = self.file(mets).and_then(|b| std::str::from_utf8(b).ok()).unwrap_or_default();
            let Ok(xml) = Xml::parse(text) else { continue };
            listed.extend(
                xml.descendants().filter_map(|n| {
                    n.attributes().find(|a| a.name() == "href").and_then(|a| resolved(mets, a.value()))
                }),
            );
        }
        for name in self.files.keys() {
            let path = name.strip_prefix(&format!("{}/", self.root)).unwrap_or(name);
            if !listed.contains(path) {
                problems.push(problem("STR-006", path, "CSIP60", format!("Tệp {path} không có trong METS"), AGAIN));
            }
        }
    }

    /// The 18 and 21 fields.
    fn described(&self, problems: &mut Vec<Problem>) {
        let path = "metadata/descriptive/EAD.xml";
        let Some(dossier) = self.fields(path, &ead::DOSSIER, problems) else { return };
        let folder = format!("{}/representations/rep1/metadata/descriptive/", self.root);
        let documents: Vec<&String> = self.files.keys().filter(|name| name.starts_with(&folder)).collect();
        if dossier.get("totalDoc").map(String::as_str) != Some(&*documents.len().to_string()) {
            let told = dossier.get("totalDoc").cloned().unwrap_or_default();
            problems.push(problem(
                "EAD-003",
                path,
                "totalDoc",
                format!("Khai {told} tài liệu, trong gói có {}", documents.len()),
                AGAIN,
            ));
        }
        let code = dossier.get("fileCode").cloned().unwrap_or_default();
        if code.is_empty() {
            problems.push(problem("EAD-004", path, "fileCode", "Thiếu mã hồ sơ", AGAIN));
        }
        for name in documents {
            let path = &name[self.root.len() + 1..];
            let Some(fields) = self.fields(path, &ead::DOCUMENT, problems) else { continue };
            let value = |field: &str| fields.get(field).map(String::as_str).unwrap_or_default();
            if !value("docCode").starts_with(&code) {
                problems.push(problem("EAD-005", path, "docCode", "Mã tài liệu không bắt đầu bằng mã hồ sơ", AGAIN));
            }
            if !value("typeName").parse::<u8>().is_ok_and(|n| (1..=32).contains(&n)) {
                problems.push(problem(
                    "EAD-002",
                    path,
                    "typeName",
                    format!("Loại tài liệu «{}» không có trong danh mục", value("typeName")),
                    "Chọn lại loại giấy tờ rồi gửi lại.",
                ));
            }
            let issued = value("issuedDate");
            if !issued.is_empty() && !is_date(issued) {
                problems.push(problem(
                    "EAD-002",
                    path,
                    "issuedDate",
                    format!("Ngày «{issued}» không hợp lệ"),
                    "Sửa ngày ban hành rồi gửi lại.",
                ));
            }
        }
    }

    fn fields(&self, path: &str, expected: &[&str], problems: &mut Vec<Problem>) -> Option<BTreeMap<String, String>> {
        let text = self.text(path, problems)?;
        let xml = self.xml(path, text, problems)?;
        let fields: BTreeMap<String, String> = xml
            .root_element()
            .children()
            .filter(Node::is_element)
            .map(|n| (n.tag_name().name().to_owned(), n.text().unwrap_or_default().to_owned()))
            .collect();
        for name in expected {
            match fields.get(*name) {
                None => problems.push(problem("EAD-001", path, name, format!("Thiếu trường {name}"), AGAIN)),
                Some(value) => {
                    let list = ead::LISTS.iter().find(|(list, _)| list == name);
                    if list.is_some_and(|(_, values)| !values.contains(&value.as_str())) {
                        problems.push(problem(
                            "EAD-002",
                            path,
                            name,
                            format!("Giá trị «{value}» của {name} không có trong danh mục"),
                            AGAIN,
                        ));
                    }
                }
            }
        }
        Some(fields)
    }
}

fn child<'a, 'x>(node: Node<'a, 'x>, name: &str) -> Option<Node<'a, 'x>> {
    node.children().find(|n| n.tag_name().name() == name)
}

/// A relative reference of `mets` as a path within the package.
fn resolved(mets: &str, href: &str) -> Option<String> {
    let folder = mets.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut parts: Vec<&str> = folder.split('/').filter(|p| !p.is_empty()).collect();
    if href.is_empty() || href.starts_with('/') || href.contains(':') {
        return None;
    }
    for part in href.split('/') {
        match part {
            ".." => drop(parts.pop()?),
            "." | "" => {}
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// `DD/MM/YYYY`.
fn is_date(text: &str) -> bool {
    let parts: Vec<Option<u32>> = text.split('/').map(|p| p.parse().ok()).collect();
    matches!(parts[..], [Some(day), Some(month), Some(year)] if (1..=31).contains(&day) && (1..=12).contains(&month) && (1800..=2200).contains(&year))
}
