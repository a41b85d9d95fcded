//! The dossier code (mã hồ sơ TTHC).

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

use crate::{Code, Error};

/// The code on the receipt, as `H05.16-260210-0001` or the older `000.00.16.H05-250703-0012`.
///
/// Shape: agency identifier, `-`, day of receipt `YYMMDD`, `-`, number of the day (TT 01/2018/TT-VPCP, Điều 19).
/// TT 03/2025/TT-VPCP governs the newer form; both are taken. Dossiers that came without one go by a code of
/// the same shape that the station gives, with `X` groups that no agency bears (see [`DossierCode::provisional`]).
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct DossierCode(String);

impl DossierCode {
    /// A code of the station's own for a dossier whose real code is not known yet: `X00-YYMMDD-NNNN`.
    pub fn provisional(yymmdd: &str, number: u32) -> Self {
        Self(format!("X00-{yymmdd}-{number:04}"))
    }

    pub fn is_provisional(&self) -> bool {
        self.0.starts_with("X00-")
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The first code in running text, such as a folder name or a page, with its byte range.
    pub fn find(text: &str) -> Option<(Self, std::ops::Range<usize>)> {
        let word = |c: char| c.is_ascii_alphanumeric() || c == '.' || c == '-';
        let mut rest = 0;
        while let Some(start) = text[rest..].find(word).map(|i| i + rest) {
            let end = text[start..].find(|c| !word(c)).map_or(text.len(), |i| i + start);
            // A sentence may end in the code, and a file name may go on after it: try shorter and shorter.
            let mut stop = end;
            while stop > start {
                if let Ok(code) = text[start..stop].parse::<Self>() {
                    return Some((code, start..stop));
                }
                match text[start..stop].rfind(['.', '-']) {
                    Some(i) => stop = start + i,
                    None => break,
                }
            }
            rest = end;
        }
        None
    }
}

impl FromStr for DossierCode {
    type Err = Error;

    fn from_str(s: &str) -> Result<Self, Error> {
        let bad = || {
            Error::new(Code::InvalidValue, format!("«{s}» không phải mã hồ sơ"))
                .hint("Mã hồ sơ có dạng H05.16-260210-0001 (mã cơ quan, ngày nhận, số trong ngày).")
        };
        let mut parts = s.rsplitn(3, '-');
        let (number, day, agency) = match (parts.next(), parts.next(), parts.next()) {
            (Some(n), Some(d), Some(a)) => (n, d, a),
            _ => return Err(bad()),
        };
        let digits = |t: &str| !t.is_empty() && t.bytes().all(|b| b.is_ascii_digit());
        let number_ok = digits(number) && (4..=6).contains(&number.len());
        let day_ok = digits(day) && day.len() == 6 && {
            let (month, day): (u8, u8) = (day[2..4].parse().map_err(|_| bad())?, day[4..].parse().map_err(|_| bad())?);
            (1..=12).contains(&month) && (1..=31).contains(&day)
        };
        let province = |g: &str| g.len() == 3 && g.as_bytes()[0].is_ascii_uppercase() && digits(&g[1..]);
        let group = |g: &str| digits(g) && g.len() <= 3;
        let groups: Vec<&str> = agency.split('.').collect();
        let agency_ok = groups.iter().filter(|g| province(g)).count() == 1
            && groups.iter().all(|g| province(g) || group(g))
            && (province(groups[0]) || province(groups[groups.len() - 1]))
            && groups.len() <= 4;
        if number_ok && day_ok && agency_ok { Ok(Self(s.to_owned())) } else { Err(bad()) }
    }
}

impl fmt::Display for DossierCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for DossierCode {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        String::deserialize(d)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_both_forms_and_nothing_else() {
        for good in ["H05.16-260210-0001", "000.00.16.H05-250703-0012", "H05-260210-12345", "X00-261124-0003"] {
            assert_eq!(good.parse::<DossierCode>().unwrap().as_str(), good);
        }
        for bad in [
            "",
            "H05.16",
            "H05.16-261310-0001",
            "H05.16-260210-01",
            "h05.16-260210-0001",
            "76/NQ-CP",
            "1.2.3-260210-0001",
        ] {
            assert!(bad.parse::<DossierCode>().is_err(), "{bad}");
        }
    }

    #[test]
    fn is_found_in_names_and_sentences() {
        for text in [
            "H05.16-260210-0001",
            "hồ sơ H05.16-260210-0001 (khai sinh)",
            "Mã: H05.16-260210-0001.",
            "H05.16-260210-0001-ban-quet",
        ] {
            let (code, range) = DossierCode::find(text).unwrap();
            assert_eq!(code.as_str(), "H05.16-260210-0001");
            assert_eq!(&text[range], code.as_str());
        }
        assert_eq!(DossierCode::find("không có mã 76/NQ-CP"), None);
    }
}
