//! A package looked at from outside: safe to open, whole, every file as listed, every field as the circular wants it.
//! What is wrong is named by file and rule, with what to do.
//!
//! A package is foreign bytes: whatever is in it, looking at it ends in problems, never in a panic, and takes no more
//! memory than the package itself. What the schemas of METS ask beyond the rules of E-ARK is left to a validator of
//! XML Schema (`tests/conformance`).

mod described;
mod mets;
mod open;

use roxmltree::{Document as Xml, Node, ParsingOptions};
use serde::{Deserialize, Serialize};
use sohoa_model::Digest;
use std::collections::{BTreeMap, BTreeSet};

const PACKAGE: &str = "METS.xml";
const REPRESENTATION: &str = "representations/rep1/METS.xml";

/// One thing wrong with a package.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// `ZIP-…` the file itself, `STR-…` its structure, `FIX-…` its fixity, `EAD-…` its descriptions, `PDF-…` its data.
    pub code: String,
    /// Within the package; empty for the package itself.
    pub path: String,
    /// Of E-ARK CSIP and SIP (`CSIP71`), or of TT 05/2025/TT-BNV (the field, the article).
    pub rule: String,
    /// What is wrong, in Vietnamese.
    pub message: String,
    /// What to do, in Vietnamese.
    pub fix: String,
}

/// What to do where only the station's software can have gone wrong, or somebody has meddled.
const AGAIN: &str = "Đóng gói lại hồ sơ từ trạm và gửi lại.";

impl Problem {
    fn new(code: &str, path: &str, rule: &str, message: impl Into<String>) -> Self {
        Self { code: code.into(), path: path.into(), rule: rule.into(), message: message.into(), fix: AGAIN.into() }
    }

    fn fix(self, fix: impl Into<String>) -> Self {
        Self { fix: fix.into(), ..self }
    }
}

/// What a sound package says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contents {
    /// `uuid-` and an upper-case UUID: fit for a file name.
    pub objid: String,
    /// Mã hồ sơ.
    pub file_code: String,
    /// `NEW`, `SUPPLEMENT`, `REPLACEMENT`, `TEST`, `OTHER`.
    pub record_status: String,
    /// Digest of `METS.xml`, which nothing inside vouches for.
    pub mets: Digest,
    pub documents: u32,
    pub pages: u32,
}

/// Everything that is wrong with a package; nothing when it is sound.
pub fn check(zip: &[u8]) -> Vec<Problem> {
    read(zip).err().unwrap_or_default()
}

/// What a package holds, or everything that is wrong with it.
pub fn read(zip: &[u8]) -> Result<Contents, Vec<Problem>> {
    let files = open::open(zip).map_err(|problem| vec![problem])?;
    let roots: BTreeSet<&str> = files.keys().filter_map(|name| name.split('/').next()).collect();
    let &[root] = roots.iter().collect::<Vec<_>>().as_slice() else {
        return Err(vec![Problem::new("STR-001", "", "CSIPSTR1", "Gói tin phải có đúng một thư mục gốc")]);
    };
    let mut package = Package { root, files: &files, problems: Vec::new() };
    let record_status = package.structure();
    let (file_code, documents, pages) = package.descriptions();
    if !package.problems.is_empty() {
        return Err(package.problems);
    }
    let mets = Digest::of(package.file(PACKAGE).unwrap_or_default());
    Ok(Contents { objid: root.to_string(), file_code, record_status, mets, documents, pages })
}

struct Package<'a> {
    /// Name of the one root folder.
    root: &'a str,
    /// By name in the ZIP, root and all.
    files: &'a BTreeMap<String, &'a [u8]>,
    problems: Vec<Problem>,
}

impl<'a> Package<'a> {
    fn file(&self, path: &str) -> Option<&'a [u8]> {
        self.files.get(&format!("{}/{path}", self.root)).copied()
    }

    /// Names of all files, from the root.
    fn paths(&self) -> Vec<&'a str> {
        self.files.keys().filter_map(|name| name.strip_prefix(self.root)?.strip_prefix('/')).collect()
    }

    fn report(&mut self, code: &str, path: &str, rule: &str, message: impl Into<String>) {
        self.problems.push(Problem::new(code, path, rule, message));
    }

    fn demand(&mut self, holds: bool, path: &str, rule: &str, message: &str) {
        if !holds {
            self.report("STR-004", path, rule, message);
        }
    }

    /// A file that must be there and be XML. A document type definition is refused: with it come entity bombs.
    fn xml(&mut self, path: &str, rule: &str) -> Option<Xml<'a>> {
        let Some(bytes) = self.file(path) else {
            self.report("STR-003", path, rule, format!("Thiếu tệp {path}"));
            return None;
        };
        let options = ParsingOptions { nodes_limit: 4_000_000, ..ParsingOptions::default() };
        let parsed = std::str::from_utf8(bytes)
            .map_err(|e| e.to_string())
            .and_then(|text| Xml::parse_with_options(text, options).map_err(|e| e.to_string()));
        parsed.map_err(|e| self.report("STR-002", path, "XML 1.0", format!("{path} không phải XML hợp lệ ({e})"))).ok()
    }
}

fn child<'a, 'x>(node: Node<'a, 'x>, name: (&str, &str)) -> Option<Node<'a, 'x>> {
    children(node, name).next()
}

fn children<'a, 'x>(node: Node<'a, 'x>, name: (&str, &str)) -> impl Iterator<Item = Node<'a, 'x>> {
    node.children().filter(move |n| n.has_tag_name(name))
}
