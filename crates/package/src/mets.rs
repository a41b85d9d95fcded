//! METS 1.12 as E-ARK CSIP and TT 05/2025 use it: a header, references to descriptions, files with fixity, a map.

use sohoa_model::{Digest, Timestamp};

use crate::{Dossier, Profile, escaped};

/// `RECORDSTATUS` of TT 05/2025.
pub const RECORD_STATUS: [&str; 5] = ["NEW", "SUPPLEMENT", "REPLACEMENT", "TEST", "OTHER"];

/// A file of the package, by its path from the METS that lists it.
pub struct Listed<'a> {
    pub href: String,
    pub bytes: &'a [u8],
}

/// Upper-case UUIDs that follow from what they name (RFC 9562, version 8), so that the same dossier gives the same.
pub fn uuid(seed: &Digest, what: &str) -> String {
    let mut bytes: [u8; 16] = std::array::from_fn(|i| Digest::of_parts([&seed.0[..], what.as_bytes()]).0[i]);
    bytes[6] = bytes[6] & 0x0F | 0x80;
    bytes[8] = bytes[8] & 0x3F | 0x80;
    let hex: String = bytes.iter().map(|b| format!("{b:02X}")).collect();
    format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}

/// `YYYY-MM-DDThh:mm:ss.s+07:00`.
pub fn time(t: Timestamp) -> String {
    let l = t.local();
    let (y, m, d) = (l.year(), l.month() as u8, l.day());
    format!("{y:04}-{m:02}-{d:02}T{:02}:{:02}:{:02}.{}+07:00", l.hour(), l.minute(), l.second(), l.millisecond() / 100)
}

pub struct Writer<'a> {
    pub dossier: &'a Dossier,
    pub profile: Profile,
    pub seed: Digest,
}

impl Writer<'_> {
    pub fn id(&self, what: &str) -> String {
        format!("uuid-{}", uuid(&self.seed, what))
    }

    fn file_id(&self, what: &str) -> String {
        format!("ID-{}", uuid(&self.seed, what))
    }

    /// The METS of the whole package; `descriptions`, `schemas` and the representation's METS are listed.
    pub fn package(&self, objid: &str, description: &Listed, schemas: &[Listed], representation: &Listed) -> String {
        let (described, all_schemas, rep) = (self.id("dmd"), self.id("grp schemas"), self.id("grp rep1"));
        let mut out = self.head(objid, &self.dossier.title, "");
        out += &self.described(&described, description);
        out += &format!("<fileSec ID=\"{}\">\n<fileGrp ID=\"{all_schemas}\" USE=\"Schemas\">\n", self.id("files"));
        schemas.iter().for_each(|s| out += &self.file(s));
        out += &format!(
            "</fileGrp>\n<fileGrp ID=\"{rep}\" USE=\"Representations/rep1\" csip:CONTENTINFORMATIONTYPE=\"MIXED\">\n{}</fileGrp>\n</fileSec>\n",
            self.file(representation)
        );
        out += &format!(
            "<structMap ID=\"{}\" TYPE=\"PHYSICAL\" LABEL=\"CSIP\"><div ID=\"{}\" LABEL=\"{objid}\">\n",
            self.id("map"),
            self.id("div")
        );
        out += &format!("<div ID=\"{}\" LABEL=\"Metadata\" DMDID=\"{described}\"/>\n", self.id("div metadata"));
        out += &format!(
            "<div ID=\"{}\" LABEL=\"Schemas\"><fptr FILEID=\"{all_schemas}\"/></div>\n",
            self.id("div schemas")
        );
        out += &format!(
            "<div ID=\"{}\" LABEL=\"Representations/rep1\"><mptr LOCTYPE=\"URL\" xlink:type=\"simple\" xlink:href=\"{}\" xlink:title=\"{rep}\"/></div>\n",
            self.id("div rep1"),
            representation.href
        );
        out + "</div></structMap>\n</mets>\n"
    }

    /// The METS of the representation: each description with its file.
    pub fn representation(&self, documents: &[(Listed, Listed)]) -> String {
        let mut out = self.head("rep1", "rep1", "../../");
        let ids: Vec<String> = documents.iter().map(|(d, _)| self.id(&format!("dmd {}", d.href))).collect();
        for ((description, _), id) in documents.iter().zip(&ids) {
            out += &self.described(id, description);
        }
        let group = self.id("grp data");
        out += &format!("<fileSec ID=\"{}\"><fileGrp ID=\"{group}\" USE=\"Data\">\n", self.id("rep files"));
        documents.iter().for_each(|(_, file)| out += &self.file(file));
        out += "</fileGrp></fileSec>\n";
        let links: String = documents
            .iter()
            .zip(&ids)
            .map(|((_, file), id)| {
                let (div, file) = (self.id(&format!("link {}", file.href)), self.file_id(&file.href));
                format!(
                    "<div ID=\"{div}\" LABEL=\"MetadataLink/File\" DMDID=\"{id}\"><fptr FILEID=\"{file}\"/></div>\n"
                )
            })
            .collect();
        let links = format!("<div ID=\"{}\" LABEL=\"MetadataLink\">\n{links}</div>\n", self.id("div link"));
        let (inside, after) = match self.profile {
            Profile::Tt05 => (links, String::new()),
            // CSIP107 takes every label of the physical map for a folder.
            Profile::Eark => (
                String::new(),
                format!(
                    "<structMap ID=\"{}\" TYPE=\"LOGICAL\" LABEL=\"MetadataLink\">{links}</structMap>\n",
                    self.id("map link")
                ),
            ),
        };
        out += &format!(
            "<structMap ID=\"{}\" TYPE=\"PHYSICAL\" LABEL=\"CSIP\"><div ID=\"{}\" LABEL=\"rep1\" TYPE=\"ORIGINAL\">\n",
            self.id("rep map"),
            self.id("rep div")
        );
        out +=
            &format!("<div ID=\"{}\" LABEL=\"Metadata\" DMDID=\"{}\"/>\n", self.id("rep div metadata"), ids.join(" "));
        out += &format!(
            "<div ID=\"{}\" LABEL=\"Data\"><fptr FILEID=\"{group}\"/></div>\n{inside}</div></structMap>\n{after}",
            self.id("rep div data")
        );
        out + "</mets>\n"
    }

    fn head(&self, objid: &str, label: &str, up: &str) -> String {
        let d = self.dossier;
        let profile = match self.profile {
            Profile::Tt05 => "https://earkcsip.dilcis.eu/profile/E-ARK-CSIP.xml",
            Profile::Eark => "https://earksip.dilcis.eu/profile/E-ARK-SIP.xml",
        };
        let schemas: String = [
            ("http://www.loc.gov/METS/", "mets1_12.xsd"),
            ("http://www.w3.org/1999/xlink", "xlink.xsd"),
            ("https://DILCIS.eu/XML/METS/CSIPExtensionMETS", "DILCISExtensionMETS.xsd"),
            ("https://DILCIS.eu/XML/METS/SIPExtensionMETS", "DILCISExtensionSIPMETS.xsd"),
        ]
        .map(|(space, file)| format!("{space} {up}schemas/{file}"))
        .join(" ");
        let agent = |role: &str, kind: &str, name: &str, note: &str, code: &str| {
            format!(
                "<agent ROLE=\"{role}\" {kind}><name>{}</name><note csip:NOTETYPE=\"{note}\">{}</note></agent>\n",
                escaped(name),
                escaped(code)
            )
        };
        let created = time(d.created);
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
             <mets xmlns=\"http://www.loc.gov/METS/\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xmlns:xlink=\"http://www.w3.org/1999/xlink\" \
             xmlns:csip=\"https://DILCIS.eu/XML/METS/CSIPExtensionMETS\" xmlns:sip=\"https://DILCIS.eu/XML/METS/SIPExtensionMETS\" \
             OBJID=\"{objid}\" LABEL=\"{label}\" TYPE=\"Mixed\" csip:CONTENTINFORMATIONTYPE=\"MIXED\" PROFILE=\"{profile}\" xsi:schemaLocation=\"{schemas}\">\n\
             <metsHdr CREATEDATE=\"{created}\" LASTMODDATE=\"{created}\" RECORDSTATUS=\"{status}\" csip:OAISPACKAGETYPE=\"SIP\">\n\
             {software}{archivist}{creator}</metsHdr>\n",
            label = escaped(label),
            status = escaped(&d.status),
            software =
                agent("CREATOR", "TYPE=\"OTHER\" OTHERTYPE=\"SOFTWARE\"", "Sohoa", "SOFTWARE VERSION", &d.software),
            archivist = agent(
                "ARCHIVIST",
                "TYPE=\"ORGANIZATION\"",
                &format!("Phông {}", d.office),
                "IDENTIFICATIONCODE",
                &d.fonds
            ),
            creator = agent("CREATOR", "TYPE=\"ORGANIZATION\"", &d.office, "IDENTIFICATIONCODE", &d.office_code),
        )
    }

    fn described(&self, id: &str, listed: &Listed) -> String {
        let created = time(self.dossier.created);
        format!(
            "<dmdSec ID=\"{id}\" CREATED=\"{created}\" STATUS=\"CURRENT\"><mdRef LOCTYPE=\"URL\" MDTYPE=\"DC\" MDTYPEVERSION=\"1.0\" xlink:type=\"simple\" xlink:href=\"{}\" {}/></dmdSec>\n",
            listed.href,
            self.fixity(listed)
        )
    }

    fn file(&self, listed: &Listed) -> String {
        let (id, href) = (self.file_id(&listed.href), &listed.href);
        format!(
            "<file ID=\"{id}\" {}><FLocat LOCTYPE=\"URL\" xlink:type=\"simple\" xlink:href=\"{href}\"/></file>\n",
            self.fixity(listed)
        )
    }

    fn fixity(&self, listed: &Listed) -> String {
        let kind = if listed.href.ends_with(".pdf") { "application/pdf" } else { "application/xml" };
        let (size, created) = (listed.bytes.len(), time(self.dossier.created));
        let digest = Digest::of(listed.bytes).to_string().to_uppercase();
        format!(
            "MIMETYPE=\"{kind}\" SIZE=\"{size}\" CREATED=\"{created}\" CHECKSUM=\"{digest}\" CHECKSUMTYPE=\"SHA-256\""
        )
    }
}
