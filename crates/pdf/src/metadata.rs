//! What the file says of itself: the XMP packet (ISO 16684-1) and the PDF/A identification in it.

use sohoa_model::Timestamp;

/// Dates and names are inputs; nothing is taken from the machine.
#[derive(Clone, Debug)]
pub struct Meta {
    /// What the document is, for the reader's title bar.
    pub title: String,
    /// Whose record it is.
    pub author: String,
    /// When the paper was copied (NĐ 137/2024/NĐ-CP, Điều 4 wants the time of conversion said).
    pub created: Timestamp,
    /// Mã hồ sơ with the document's number.
    pub record_code: String,
}

pub const CREATOR: &str = concat!("Sohoa ", env!("CARGO_PKG_VERSION"));

impl Meta {
    /// That the file was converted from paper, when and by whom, in words.
    pub fn subject(&self) -> String {
        let by = if self.author.is_empty() { String::new() } else { format!(" bởi {}", self.author) };
        format!("Bản số hóa chuyển từ văn bản giấy ngày {}{by}", self.created)
    }

    /// `id` is the file's own, 32 hex digits.
    pub fn xmp(&self, id: &str) -> String {
        let (title, author, subject, code, date) = (
            escaped(&self.title),
            escaped(&self.author),
            escaped(&self.subject()),
            escaped(&self.record_code),
            self.created,
        );
        let creator = if author.is_empty() {
            String::new()
        } else {
            format!("<dc:creator><rdf:Seq><rdf:li>{author}</rdf:li></rdf:Seq></dc:creator>\n")
        };
        format!(
            r#"<?xpacket begin="{bom}" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:pdf="http://ns.adobe.com/pdf/1.3/" xmlns:xmpMM="http://ns.adobe.com/xap/1.0/mm/" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/" xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#" xmlns:sohoa="urn:sohoa:record:1">
<pdfaid:part>2</pdfaid:part><pdfaid:conformance>U</pdfaid:conformance>
<dc:format>application/pdf</dc:format>
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>
{creator}<dc:description><rdf:Alt><rdf:li xml:lang="x-default">{subject}</rdf:li></rdf:Alt></dc:description>
<dc:language><rdf:Bag><rdf:li>vi-VN</rdf:li></rdf:Bag></dc:language>
<xmp:CreateDate>{date}</xmp:CreateDate><xmp:ModifyDate>{date}</xmp:ModifyDate><xmp:MetadataDate>{date}</xmp:MetadataDate>
<xmp:CreatorTool>{CREATOR}</xmp:CreatorTool><pdf:Producer>{CREATOR}</pdf:Producer>
<xmpMM:DocumentID>uuid:{id}</xmpMM:DocumentID><xmpMM:InstanceID>uuid:{id}</xmpMM:InstanceID>
<sohoa:RecordCode>{code}</sohoa:RecordCode>
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource"><pdfaSchema:schema>Record identifiers</pdfaSchema:schema><pdfaSchema:namespaceURI>urn:sohoa:record:1</pdfaSchema:namespaceURI><pdfaSchema:prefix>sohoa</pdfaSchema:prefix><pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource"><pdfaProperty:name>RecordCode</pdfaProperty:name><pdfaProperty:valueType>Text</pdfaProperty:valueType><pdfaProperty:category>external</pdfaProperty:category><pdfaProperty:description>Code of the dossier and number of the document</pdfaProperty:description></rdf:li></rdf:Seq></pdfaSchema:property></rdf:li></rdf:Bag></pdfaExtension:schemas>
</rdf:Description></rdf:RDF></x:xmpmeta>
<?xpacket end="r"?>"#,
            bom = '\u{feff}'
        )
    }

    /// The same moment as a PDF date.
    pub fn date(&self) -> pdf_writer::Date {
        let t = self.created.local();
        pdf_writer::Date::new(t.year() as u16)
            .month(t.month() as u8)
            .day(t.day())
            .hour(t.hour())
            .minute(t.minute())
            .second(t.second())
            .utc_offset_hour(7)
            .utc_offset_minute(0)
    }
}

fn escaped(text: &str) -> String {
    let clean = text.chars().filter(|c| !c.is_control());
    clean.collect::<String>().replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
