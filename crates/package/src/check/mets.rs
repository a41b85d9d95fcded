//! The two METS: the MUSTs of E-ARK CSIP and SIP that apply to a dossier, and the fixity of every file they name.

use roxmltree::Node;
use sohoa_model::{Digest, Timestamp};
use std::collections::BTreeSet;

use super::{PACKAGE, Package, REPRESENTATION, child, children};
use crate::mets::RECORD_STATUS;

const METS: &str = "http://www.loc.gov/METS/";
const XLINK: &str = "http://www.w3.org/1999/xlink";
const CSIP: &str = "https://DILCIS.eu/XML/METS/CSIPExtensionMETS";
const XLINK_TYPE: (&str, &str) = (XLINK, "type");
const XLINK_HREF: (&str, &str) = (XLINK, "href");

/// The numbers under which CSIP lists the same demands for a described file and for a file of data.
struct Rules {
    locator: &'static str,
    link: &'static str,
    href: &'static str,
    mime: &'static str,
    size: &'static str,
    created: &'static str,
    checksum: &'static str,
    algorithm: &'static str,
}

const DESCRIPTION: Rules = Rules {
    locator: "CSIP22",
    link: "CSIP23",
    href: "CSIP24",
    mime: "CSIP26",
    size: "CSIP27",
    created: "CSIP28",
    checksum: "CSIP29",
    algorithm: "CSIP30",
};

const FILE: Rules = Rules {
    locator: "CSIP77",
    link: "CSIP78",
    href: "CSIP79",
    mime: "CSIP68",
    size: "CSIP69",
    created: "CSIP70",
    checksum: "CSIP71",
    algorithm: "CSIP72",
};

impl<'a> Package<'a> {
    /// Structure and fixity; gives the package's RECORDSTATUS.
    pub fn structure(&mut self) -> String {
        let mut listed = BTreeSet::from([PACKAGE.to_owned()]);
        let status = self.mets(PACKAGE, &mut listed).unwrap_or_default();
        self.mets(REPRESENTATION, &mut listed);
        for path in self.paths() {
            if !listed.contains(path) {
                self.report("STR-006", path, "CSIP58", format!("Tệp {path} không có trong METS"));
            }
        }
        status
    }

    fn mets(&mut self, path: &str, listed: &mut BTreeSet<String>) -> Option<String> {
        let xml = self.xml(path, "CSIPSTR4")?;
        let mets = xml.root_element();
        if !mets.has_tag_name((METS, "mets")) {
            self.report("STR-004", path, "CSIP1000", "Phần tử gốc không phải mets của METS");
            return None;
        }
        let status = self.head(path, mets);
        self.identifiers(path, mets);
        for section in children(mets, (METS, "dmdSec")) {
            self.demand(section.has_attribute("ID"), path, "CSIP18", "dmdSec thiếu ID");
            self.demand(is_time(section, "CREATED"), path, "CSIP19", "dmdSec thiếu CREATED");
            self.demand(child(section, (METS, "mdRef")).is_some(), path, "CSIP21", "dmdSec thiếu mdRef");
        }
        self.groups(path, mets);
        for node in mets.descendants().filter(Node::is_element) {
            if node.has_tag_name((METS, "mdRef")) {
                self.demand(has(node, "MDTYPE"), path, "CSIP25", "mdRef thiếu MDTYPE");
                listed.extend(self.fixity(path, node, node, &DESCRIPTION));
            } else if node.has_tag_name((METS, "file")) {
                match child(node, (METS, "FLocat")) {
                    Some(place) => listed.extend(self.fixity(path, node, place, &FILE)),
                    None => self.report("STR-004", path, "CSIP76", "file thiếu FLocat"),
                }
            }
        }
        self.map(path, mets);
        Some(status)
    }

    /// The root element and the header; gives RECORDSTATUS.
    fn head(&mut self, path: &str, mets: Node) -> String {
        let objid = mets.attribute("OBJID").unwrap_or_default();
        if path == PACKAGE {
            let root = self.root;
            self.demand(objid == root, path, "CSIP1", "OBJID khác tên thư mục gốc");
            self.demand(is_objid(objid), path, "TT 05/2025 PL III", "OBJID phải có dạng uuid-{UUID chữ hoa}");
        } else {
            self.demand(!objid.is_empty(), path, "CSIP1", "Thiếu OBJID");
        }
        self.demand(mets.attribute("TYPE") == Some("Mixed"), path, "CSIP2", "TYPE phải là Mixed");
        let content = mets.attribute((CSIP, "CONTENTINFORMATIONTYPE"));
        self.demand(content == Some("MIXED"), path, "CSIP4", "CONTENTINFORMATIONTYPE phải là MIXED");
        let profile = mets.attribute("PROFILE").unwrap_or_default();
        let known = ["https://earkcsip.dilcis.eu/profile/E-ARK-CSIP", "https://earksip.dilcis.eu/profile/E-ARK-SIP"];
        self.demand(known.iter().any(|p| profile.starts_with(p)), path, "CSIP6", "PROFILE không phải của E-ARK");
        let Some(header) = child(mets, (METS, "metsHdr")) else {
            self.report("STR-004", path, "CSIP117", "Thiếu metsHdr");
            return String::new();
        };
        self.demand(is_time(header, "CREATEDATE"), path, "CSIP7", "metsHdr thiếu CREATEDATE");
        let package = header.attribute((CSIP, "OAISPACKAGETYPE"));
        self.demand(package == Some("SIP"), path, "CSIP9", "OAISPACKAGETYPE phải là SIP");
        let status = header.attribute("RECORDSTATUS").unwrap_or("NEW");
        self.demand(RECORD_STATUS.contains(&status), path, "SIP3", "RECORDSTATUS không có trong danh mục");
        let noted = |agent: Node, kind: &str| {
            children(agent, (METS, "note")).any(|note| note.attribute((CSIP, "NOTETYPE")) == Some(kind))
        };
        let software = children(header, (METS, "agent")).any(|agent| {
            agent.attribute("ROLE") == Some("CREATOR")
                && agent.attribute("TYPE") == Some("OTHER")
                && agent.attribute("OTHERTYPE") == Some("SOFTWARE")
                && child(agent, (METS, "name")).is_some()
                && noted(agent, "SOFTWARE VERSION")
        });
        self.demand(software, path, "CSIP10", "metsHdr thiếu phần mềm tạo gói (agent SOFTWARE) và phiên bản");
        let office = children(header, (METS, "agent"))
            .any(|agent| agent.attribute("TYPE") == Some("ORGANIZATION") && noted(agent, "IDENTIFICATIONCODE"));
        self.demand(office, path, "SIP14", "metsHdr thiếu cơ quan nộp (agent ORGANIZATION) và mã định danh");
        status.to_owned()
    }

    /// Identifiers are there once, and whatever is pointed to exists.
    fn identifiers(&mut self, path: &str, mets: Node) {
        let mut ids = BTreeSet::new();
        for id in mets.descendants().filter_map(|n| n.attribute("ID")) {
            self.demand(ids.insert(id), path, "XML ID", &format!("ID {id} bị trùng"));
        }
        for node in mets.descendants().filter(Node::is_element) {
            for attribute in ["DMDID", "ADMID", "FILEID"] {
                for target in node.attribute(attribute).unwrap_or_default().split_ascii_whitespace() {
                    self.demand(
                        ids.contains(target),
                        path,
                        "XML IDREF",
                        &format!("{attribute} {target} không dẫn đến đâu"),
                    );
                }
            }
        }
    }

    fn groups(&mut self, path: &str, mets: Node) {
        let Some(section) = child(mets, (METS, "fileSec")) else {
            self.report("STR-004", path, "CSIP58", "Thiếu fileSec");
            return;
        };
        self.demand(has(section, "ID"), path, "CSIP59", "fileSec thiếu ID");
        let groups: Vec<Node> = children(section, (METS, "fileGrp")).collect();
        let used = |what: &str| groups.iter().any(|g| g.attribute("USE").is_some_and(|u| u.starts_with(what)));
        if path == PACKAGE {
            self.demand(used("Schemas"), path, "CSIP113", "Thiếu nhóm tệp Schemas");
            self.demand(used("Representations"), path, "CSIP114", "Thiếu nhóm tệp Representations");
        } else {
            self.demand(used("Data"), path, "CSIP66", "Thiếu nhóm tệp Data");
        }
        for group in groups {
            self.demand(has(group, "USE"), path, "CSIP64", "fileGrp thiếu USE");
            self.demand(has(group, "ID"), path, "CSIP65", "fileGrp thiếu ID");
            let files: Vec<Node> = children(group, (METS, "file")).collect();
            self.demand(!files.is_empty(), path, "CSIP66", "fileGrp không có tệp nào");
            self.demand(files.iter().all(|f| has(*f, "ID")), path, "CSIP67", "file thiếu ID");
        }
    }

    fn map(&mut self, path: &str, mets: Node) {
        let maps: Vec<Node> =
            children(mets, (METS, "structMap")).filter(|m| m.attribute("LABEL") == Some("CSIP")).collect();
        let [map] = maps[..] else {
            self.report("STR-004", path, "CSIP82", "Phải có đúng một structMap LABEL=CSIP");
            return;
        };
        self.demand(map.attribute("TYPE") == Some("PHYSICAL"), path, "CSIP81", "structMap phải có TYPE=PHYSICAL");
        self.demand(has(map, "ID"), path, "CSIP83", "structMap thiếu ID");
        let Some(top) = child(map, (METS, "div")) else {
            self.report("STR-004", path, "CSIP84", "structMap thiếu div");
            return;
        };
        self.demand(top.attribute("LABEL") == mets.attribute("OBJID"), path, "CSIP86", "div đầu phải mang tên OBJID");
        let named = |label: &str| children(top, (METS, "div")).find(|d| d.attribute("LABEL") == Some(label));
        let described = named("Metadata").and_then(|d| d.attribute("DMDID")).unwrap_or_default();
        let all = children(mets, (METS, "dmdSec"))
            .filter_map(|s| s.attribute("ID"))
            .all(|id| described.split_ascii_whitespace().any(|d| d == id));
        self.demand(all && !described.is_empty(), path, "CSIP92", "div Metadata phải dẫn đến mọi dmdSec");
        if path == PACKAGE {
            let schemas = named("Schemas").and_then(|d| child(d, (METS, "fptr")));
            self.demand(schemas.is_some(), path, "CSIP99", "Thiếu div Schemas");
            let pointer = named("Representations/rep1").and_then(|d| child(d, (METS, "mptr")));
            let leads = pointer.is_some_and(|p| {
                p.attribute(XLINK_HREF) == Some(REPRESENTATION)
                    && p.attribute(XLINK_TYPE) == Some("simple")
                    && p.attribute("LOCTYPE") == Some("URL")
            });
            self.demand(leads, path, "CSIP109", "div Representations/rep1 phải có mptr dẫn đến METS của rep1");
        } else {
            let data = named("Data").and_then(|d| child(d, (METS, "fptr")));
            self.demand(data.is_some(), path, "CSIP119", "Thiếu div Data");
        }
    }

    /// What a METS says of a file against the file; gives its path.
    fn fixity(&mut self, mets: &str, about: Node, place: Node, rules: &Rules) -> Option<String> {
        self.demand(place.attribute("LOCTYPE") == Some("URL"), mets, rules.locator, "LOCTYPE phải là URL");
        self.demand(place.attribute(XLINK_TYPE) == Some("simple"), mets, rules.link, "xlink:type phải là simple");
        self.demand(has(about, "MIMETYPE"), mets, rules.mime, "Thiếu MIMETYPE");
        self.demand(is_time(about, "CREATED"), mets, rules.created, "Thiếu CREATED");
        let href = place.attribute(XLINK_HREF).unwrap_or_default();
        let Some(path) = resolved(mets, href) else {
            self.report("STR-005", mets, rules.href, format!("Tham chiếu «{href}» không hợp lệ"));
            return None;
        };
        let Some(bytes) = self.file(&path) else {
            self.report("FIX-002", &path, rules.href, format!("Thiếu tệp {path}"));
            return Some(path);
        };
        let size = about.attribute("SIZE").unwrap_or_default();
        if size.parse() != Ok(bytes.len()) {
            let message = format!("{path} dài {} byte, METS ghi {size}", bytes.len());
            self.report("FIX-003", &path, rules.size, message);
        }
        if about.attribute("CHECKSUMTYPE") != Some("SHA-256") {
            self.report("FIX-004", &path, rules.algorithm, format!("{path} không có mã băm SHA-256 trong METS"));
        } else if about.attribute("CHECKSUM").and_then(|c| c.parse::<Digest>().ok()) != Some(Digest::of(bytes)) {
            let message = format!("{path} đã bị thay đổi: mã băm không khớp METS");
            self.report("FIX-001", &path, rules.checksum, message);
        }
        Some(path)
    }
}

fn has(node: Node, attribute: &str) -> bool {
    node.attribute(attribute).is_some_and(|value| !value.is_empty())
}

fn is_time(node: Node, attribute: &str) -> bool {
    node.attribute(attribute).is_some_and(|value| value.parse::<Timestamp>().is_ok())
}

/// `uuid-` and an upper-case UUID.
fn is_objid(text: &str) -> bool {
    let groups: Vec<&str> = text.strip_prefix("uuid-").unwrap_or_default().split('-').collect();
    groups.iter().map(|g| g.len()).eq([8, 4, 4, 4, 12])
        && groups.iter().all(|g| g.bytes().all(|b| matches!(b, b'0'..=b'9' | b'A'..=b'F')))
}

/// A relative reference of `mets` as a path within the package.
fn resolved(mets: &str, href: &str) -> Option<String> {
    let folder = mets.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut parts: Vec<&str> = folder.split('/').filter(|p| !p.is_empty()).collect();
    if href.is_empty() || href.starts_with('/') || href.contains([':', '%', '\\', '?', '#']) {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_stay_inside() {
        assert_eq!(resolved(REPRESENTATION, "data/a.pdf").as_deref(), Some("representations/rep1/data/a.pdf"));
        assert_eq!(resolved(REPRESENTATION, "../../schemas/a.xsd").as_deref(), Some("schemas/a.xsd"));
        for bad in ["", "/etc/passwd", "../x", "file:///x", "a%2Fb", "http://x/"] {
            assert_eq!(resolved(PACKAGE, bad), None, "{bad}");
        }
    }

    #[test]
    fn an_objid_is_fit_for_a_file_name() {
        assert!(is_objid("uuid-CEBF4875-8D2E-427F-B176-261F8B979637"));
        for bad in ["", "uuid-", "uuid-cebf4875-8d2e-427f-b176-261f8b979637", "CEBF4875-8D2E-427F-B176-261F8B979637"] {
            assert!(!is_objid(bad), "{bad}");
        }
    }
}
