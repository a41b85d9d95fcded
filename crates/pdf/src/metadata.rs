//! What the file says of itself: the document information and the XMP packet (ISO 16684-1), which say the same.

use pdf_writer::{Finish, Pdf, Ref, TextStr};
use sohoa_model::Timestamp;

/// Dates and names are inputs; nothing is taken from the machine.
#[derive(Clone, Debug)]
pub struct Meta {
    /// What the document is, for the reader's title bar.
    pub title: String,
    /// Whose record it is: the office.
    pub author: String,
    /// When the paper was copied (NĐ 137/2024/NĐ-CP, Điều 4 wants the time of conversion said); kept to the second.
    pub created: Timestamp,
    /// Mã hồ sơ with the document's number.
    pub record_code: String,
}

/// The program with which the clerk works.
const CREATOR: &str = "Sohoa";

/// The writer. It carries the stage's version and not the house's, whose releases must not change a file's bytes.
fn producer() -> String {
    format!("sohoa-pdf {}", crate::VERSION)
}

/// Of all that the house reads.
pub const LANGUAGE: &str = "vi-VN";

/// The namespace of what Sohoa says beside the standard schemas.
const NAMESPACE: &str = "urn:sohoa:record:1";

impl Meta {
    /// That the file was converted from paper, when and by whom, in words.
    fn subject(&self) -> String {
        let by = if self.author.is_empty() { String::new() } else { format!(" bởi {}", self.author) };
        format!("Bản số hóa chuyển từ văn bản giấy ngày {}{by}", self.second())
    }

    fn second(&self) -> Timestamp {
        Timestamp(self.created.0.div_euclid(1000) * 1000)
    }

    /// The document information dictionary.
    pub fn info(&self, pdf: &mut Pdf, id: Ref) {
        let mut info = pdf.document_info(id);
        info.title(TextStr(&self.title))
            .subject(TextStr(&self.subject()))
            .creator(TextStr(CREATOR))
            .producer(TextStr(&producer()));
        if !self.author.is_empty() {
            info.author(TextStr(&self.author));
        }
        let t = self.created.local();
        let date = pdf_writer::Date::new(t.year() as u16)
            .month(t.month() as u8)
            .day(t.day())
            .hour(t.hour())
            .minute(t.minute())
            .second(t.second())
            .utc_offset_hour(t.offset().whole_hours())
            .utc_offset_minute(0);
        info.creation_date(date).modified_date(date);
        info.finish();
    }

    /// The XMP packet; `id` is the file's own, 32 hex digits.
    pub fn xmp(&self, id: &str) -> String {
        let date = self.second();
        let text = |element: &str, value: &str| match value {
            "" => String::new(),
            value => format!("<{element}>{}</{element}>\n", escaped(value)),
        };
        let wrapped = |element: &str, list: &str, attribute: &str, value: &str| match value {
            "" => String::new(),
            value => format!(
                "<{element}><rdf:{list}><rdf:li{attribute}>{}</rdf:li></rdf:{list}></{element}>\n",
                escaped(value)
            ),
        };
        let default = r#" xml:lang="x-default""#;
        let properties = [
            // ISO 19005-2, 6.6.4.
            text("pdfaid:part", "2"),
            text("pdfaid:conformance", "U"),
            text("dc:format", "application/pdf"),
            wrapped("dc:title", "Alt", default, &self.title),
            wrapped("dc:creator", "Seq", "", &self.author),
            wrapped("dc:description", "Alt", default, &self.subject()),
            wrapped("dc:language", "Bag", "", LANGUAGE),
            text("xmp:CreateDate", &date.to_string()),
            text("xmp:ModifyDate", &date.to_string()),
            text("xmp:MetadataDate", &date.to_string()),
            text("xmp:CreatorTool", CREATOR),
            text("pdf:Producer", &producer()),
            text("xmpMM:DocumentID", &format!("urn:sohoa:{}", self.record_code)),
            text("xmpMM:InstanceID", &format!("uuid:{id}")),
            text("sohoa:RecordCode", &self.record_code),
            extension(),
        ]
        .concat();
        let namespaces = [
            ("dc", "http://purl.org/dc/elements/1.1/"),
            ("xmp", "http://ns.adobe.com/xap/1.0/"),
            ("pdf", "http://ns.adobe.com/pdf/1.3/"),
            ("xmpMM", "http://ns.adobe.com/xap/1.0/mm/"),
            ("pdfaid", "http://www.aiim.org/pdfa/ns/id/"),
            ("pdfaExtension", "http://www.aiim.org/pdfa/ns/extension/"),
            ("pdfaSchema", "http://www.aiim.org/pdfa/ns/schema#"),
            ("pdfaProperty", "http://www.aiim.org/pdfa/ns/property#"),
            ("sohoa", NAMESPACE),
        ]
        .map(|(prefix, uri)| format!("\n  xmlns:{prefix}=\"{uri}\""))
        .concat();
        // The packet's header opens with a byte order mark (ISO 16684-1, 7.3.2).
        format!(
            "<?xpacket begin=\"\u{feff}\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n\
             <x:xmpmeta xmlns:x=\"adobe:ns:meta/\">\n\
             <rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">\n\
             <rdf:Description rdf:about=\"\"{namespaces}>\n{properties}</rdf:Description>\n</rdf:RDF>\n</x:xmpmeta>\n\
             <?xpacket end=\"r\"?>"
        )
    }
}

/// Properties outside the standard schemas must be described in the packet itself (ISO 19005-2, 6.6.2.3.3).
fn extension() -> String {
    let property = [
        ("name", "RecordCode"),
        ("valueType", "Text"),
        ("category", "external"),
        ("description", "Code of the dossier and number of the document"),
    ]
    .map(|(key, value)| format!("<pdfaProperty:{key}>{value}</pdfaProperty:{key}>"))
    .concat();
    format!(
        "<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType=\"Resource\">\
         <pdfaSchema:schema>Record identifiers</pdfaSchema:schema>\
         <pdfaSchema:namespaceURI>{NAMESPACE}</pdfaSchema:namespaceURI>\
         <pdfaSchema:prefix>sohoa</pdfaSchema:prefix>\
         <pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType=\"Resource\">{property}</rdf:li></rdf:Seq></pdfaSchema:property>\
         </rdf:li></rdf:Bag></pdfaExtension:schemas>\n"
    )
}

fn escaped(text: &str) -> String {
    let clean = text.chars().filter(|c| !c.is_control() && !matches!(c, '\u{fffe}' | '\u{ffff}'));
    clean.collect::<String>().replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
