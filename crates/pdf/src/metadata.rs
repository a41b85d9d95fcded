//! What the file says of itself: the document information and the XMP packet (ISO 16684-1), which say the same.

use pdf_writer::{Finish, Pdf, Ref, TextStr};
use sohoa_model::{DossierCode, Timestamp};
use time::OffsetDateTime;

/// Names and dates are inputs; nothing is taken from the machine.
#[derive(Clone, Debug)]
pub struct Meta {
    /// What the document is, for the reader's title bar.
    pub title: String,
    /// What it is about.
    pub subject: String,
    /// The office whose record it is.
    pub office: String,
    /// The program with which the clerk works.
    pub creator: String,
    /// The program that wrote the file.
    pub producer: String,
    /// When the paper was copied; kept to the second.
    pub created: Timestamp,
    pub dossier_code: DossierCode,
    /// The document's own identifier, which stays the same when the file is made anew.
    pub document_id: String,
    /// Of the text, as `vi-VN`.
    pub language: String,
}

/// The namespace of what Sohoa says beside the standard schemas.
const NAMESPACE: &str = "urn:sohoa:record:1";

impl Meta {
    /// The document information dictionary.
    pub fn info(&self, pdf: &mut Pdf, id: Ref) {
        let mut info = pdf.document_info(id);
        info.title(TextStr(&self.title)).creator(TextStr(&self.creator)).producer(TextStr(&self.producer));
        if !self.subject.is_empty() {
            info.subject(TextStr(&self.subject));
        }
        if !self.office.is_empty() {
            info.author(TextStr(&self.office));
        }
        let t = self.moment();
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
        let date = Timestamp(self.created.0.div_euclid(1000) * 1000);
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
            wrapped("dc:creator", "Seq", "", &self.office),
            wrapped("dc:description", "Alt", default, &self.subject),
            wrapped("dc:language", "Bag", "", &self.language),
            text("xmp:CreateDate", &date.to_string()),
            text("xmp:ModifyDate", &date.to_string()),
            text("xmp:MetadataDate", &date.to_string()),
            text("xmp:CreatorTool", &self.creator),
            text("pdf:Producer", &self.producer),
            text("xmpMM:DocumentID", &self.document_id),
            text("xmpMM:InstanceID", &format!("uuid:{id}")),
            text("sohoa:RecordCode", self.dossier_code.as_str()),
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

    fn moment(&self) -> OffsetDateTime {
        self.created.local()
    }
}

/// Properties outside the standard schemas must be described in the packet itself (ISO 19005-2, 6.6.2.3.3).
fn extension() -> String {
    let property = [
        ("name", "RecordCode"),
        ("valueType", "Text"),
        ("category", "external"),
        ("description", "Code of the dossier whose paper was copied"),
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
