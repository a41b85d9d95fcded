//! The cover sheet (tờ bìa) laid on a pile of papers: which dossier, which paper, how many pages follow.

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

use crate::{Code, DossierCode, Error, text};

/// Longest component in characters: what still makes a QR of 42 mm that an office scanner reads at 150 dpi.
const COMPONENT: usize = 60;
const PAGES: std::ops::RangeInclusive<u32> = 1..=9_999;

/// What a cover sheet says. Its text form is what stands in the QR:
///
/// ```text
/// SOHOA1:dossier code:pages or nothing:component or nothing:CRC-32 of all before it, eight capital hex digits
/// SOHOA1:H05.16-260210-0001:3:Tờ khai đăng ký khai sinh:4BB16A78
/// ```
///
/// Without a component every character is one of QR's alphanumeric set, so the code stays small. A text is a cover
/// only if it is, byte for byte, what this type would have written.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
#[non_exhaustive]
pub struct Cover {
    pub dossier: DossierCode,
    /// The component (thành phần hồ sơ) that follows, as its code or in short words.
    pub component: Option<String>,
    /// How many pages with content follow, as the clerk counted them.
    pub pages: Option<u32>,
}

impl Cover {
    /// The family of the text form, and its version.
    const FAMILY: &str = "SOHOA";
    const PREFIX: &str = "SOHOA1";

    /// Spaces in `component` are tidied; an empty one is none.
    pub fn new(dossier: DossierCode, component: Option<&str>, pages: Option<u32>) -> Result<Self, Error> {
        let component = component.map(|c| text::nfc(c).split_whitespace().collect::<Vec<_>>().join(" "));
        let component = component.filter(|c| !c.is_empty());
        if let Some(c) = &component
            && (c.chars().count() > COMPONENT || c.contains(char::is_control))
        {
            return Err(Error::new(Code::InvalidValue, format!("Tên thành phần hồ sơ «{c}» không in được lên tờ bìa"))
                .hint(format!("Viết gọn lại trong {COMPONENT} ký tự, hoặc dùng mã thành phần.")));
        }
        if pages.is_some_and(|n| !PAGES.contains(&n)) {
            return Err(Error::new(Code::InvalidValue, "Số trang trên tờ bìa không hợp lệ")
                .hint("Ghi số trang có nội dung, từ 1 đến 9999, hoặc bỏ trống."));
        }
        Ok(Self { dossier, component, pages })
    }

    /// Whether the text wants to be a cover, of whatever version and however damaged. Such a text is a cover or
    /// nothing: the dossier code in it counts only if all of it does.
    pub fn is_meant(text: &str) -> bool {
        text.starts_with(Self::FAMILY)
    }
}

impl fmt::Display for Cover {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let pages = self.pages.map(|n| n.to_string()).unwrap_or_default();
        let component = self.component.as_deref().unwrap_or_default();
        let said = format!("{}:{}:{pages}:{component}", Self::PREFIX, self.dossier);
        write!(f, "{said}:{:08X}", crc32(said.as_bytes()))
    }
}

impl FromStr for Cover {
    type Err = Error;

    fn from_str(s: &str) -> Result<Self, Error> {
        let parse = || {
            let (said, _) = s.rsplit_once(':')?;
            let mut parts = said.splitn(4, ':');
            let (prefix, dossier, pages, component) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
            let pages = (!pages.is_empty()).then(|| pages.parse()).transpose().ok()?;
            let cover = Self::new(dossier.parse().ok()?, Some(component), pages).ok()?;
            (prefix == Self::PREFIX && cover.to_string() == s).then_some(cover)
        };
        parse().ok_or_else(|| {
            Error::new(Code::InvalidValue, "Mã này không phải mã tờ bìa của Sohoa")
                .hint("In lại tờ bìa bằng «In tờ bìa» hoặc lệnh sohoa cover.")
        })
    }
}

impl From<Cover> for String {
    fn from(cover: Cover) -> Self {
        cover.to_string()
    }
}

impl TryFrom<String> for Cover {
    type Error = Error;

    fn try_from(text: String) -> Result<Self, Error> {
        text.parse()
    }
}

/// CRC-32 as in ZIP and PNG.
fn crc32(bytes: &[u8]) -> u32 {
    let byte =
        |crc: u32, b: &u8| (0..8).fold(crc ^ u32::from(*b), |c, _| (c >> 1) ^ (0xEDB8_8320 & (c & 1).wrapping_neg()));
    !bytes.iter().fold(!0, byte)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn cover(component: Option<&str>, pages: Option<u32>) -> Cover {
        Cover::new("H05.16-260210-0001".parse().unwrap(), component, pages).unwrap()
    }

    #[test]
    fn the_text_form_is_fixed_for_good() {
        // Sheets already printed must be read by every later version.
        assert_eq!(crc32(b"123456789"), 0xCBF4_3926);
        assert_eq!(cover(None, None).to_string(), "SOHOA1:H05.16-260210-0001:::0C07D826");
        assert_eq!(
            cover(Some("Tờ khai đăng ký khai sinh"), Some(3)).to_string(),
            "SOHOA1:H05.16-260210-0001:3:Tờ khai đăng ký khai sinh:4BB16A78"
        );
    }

    #[test]
    fn only_what_it_would_write_is_a_cover() {
        let sealed = |said: &str| format!("{said}:{:08X}", crc32(said.as_bytes()));
        let good = sealed("SOHOA1:H05.16-260210-0001:3:Giấy a: bản chính");
        assert_eq!(good.parse::<Cover>().unwrap(), cover(Some("Giấy a: bản chính"), Some(3)));
        for said in [
            "SOHOA2:H05.16-260210-0001:3:",
            "SOHOA1:H05.16-261310-0001:3:",
            "SOHOA1:H05.16-260210-0001:03:",
            "SOHOA1:H05.16-260210-0001:+3:",
            "SOHOA1:H05.16-260210-0001:0:",
            "SOHOA1:H05.16-260210-0001:3: Đơn",
            "SOHOA1:H05.16-260210-0001:3:Đo\u{31b}n",
            "SOHOA1:H05.16-260210-0001:3",
        ] {
            assert!(sealed(said).parse::<Cover>().is_err(), "{said}");
        }
        for foreign in ["", ":", "H05.16-260210-0001", "027194000123||Đỗ Thị Hồng Nhung|02031994", &good.to_lowercase()]
        {
            assert!(foreign.parse::<Cover>().is_err(), "{foreign}");
        }
    }

    #[test]
    fn what_would_not_fit_the_sheet_is_refused() {
        let dossier: DossierCode = "H05.16-260210-0001".parse().unwrap();
        let new = |component: &str, pages| Cover::new(dossier.clone(), Some(component), pages);
        assert_eq!(new("  Đơn \n đề nghị ", None).unwrap().component.as_deref(), Some("Đơn đề nghị"));
        assert_eq!(new(" ", None).unwrap().component, None);
        assert_eq!(new(&"ệ".repeat(61), None).unwrap_err().code, Code::InvalidValue);
        assert_eq!(new("a\0b", None).unwrap_err().code, Code::InvalidValue);
        assert!(new("", Some(0)).is_err() && new("", Some(10_000)).is_err());
    }

    fn covers() -> impl Strategy<Value = Cover> {
        let dossier = ("[A-Z][0-9]{2}(\\.[0-9]{1,3}){0,2}", 0..100u32, 1..=12u32, 1..=31u32, 0..999_999u32)
            .prop_map(|(agency, y, m, d, n)| format!("{agency}-{y:02}{m:02}{d:02}-{n:04}").parse().unwrap());
        let component = prop_oneof![Just(None), "[\\PC\u{300}\u{301}]{0,40}".prop_map(Some)];
        let pages = prop::option::of(PAGES);
        (dossier, component, pages).prop_filter_map("fits", |(dossier, component, pages): (_, Option<String>, _)| {
            Cover::new(dossier, component.as_deref(), pages).ok()
        })
    }

    proptest! {
        #[test]
        fn what_was_written_is_read(cover in covers()) {
            prop_assert_eq!(cover.to_string().parse::<Cover>().unwrap(), cover.clone());
            let json = serde_json::to_string(&cover).unwrap();
            prop_assert_eq!(serde_json::from_str::<Cover>(&json).unwrap(), cover);
        }

        #[test]
        fn one_wrong_character_is_never_a_cover(cover in covers(), at in any::<prop::sample::Index>(), c in any::<char>()) {
            let text: Vec<char> = cover.to_string().chars().collect();
            let mut other = text.clone();
            let at = at.index(text.len());
            other[at] = c;
            prop_assume!(other != text);
            prop_assert!(other.iter().collect::<String>().parse::<Cover>().is_err());
            other.remove(at);
            prop_assert!(other.iter().collect::<String>().parse::<Cover>().is_err());
        }

        #[test]
        fn no_foreign_text_is_a_cover(text in "(SOHOA1:)?\\PC*") {
            prop_assert!(text.parse::<Cover>().is_err());
        }
    }
}
