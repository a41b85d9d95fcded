//! The clock, and times as the law writes them.

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};
use time::{OffsetDateTime, UtcOffset, format_description::well_known::Rfc3339, macros::offset};

use crate::{Code, Error};

/// Vietnam keeps one offset all year (QĐ 121/CP, 1975).
const VIETNAM: UtcOffset = offset!(+7);

/// A moment, to the millisecond. Displays and serialises as RFC 3339 in Vietnam's time, `…+07:00`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Timestamp(pub i64);

/// The one clock of the house.
pub fn now() -> Timestamp {
    Timestamp((OffsetDateTime::now_utc().unix_timestamp_nanos() / 1_000_000) as i64)
}

impl Timestamp {
    pub fn from_system(t: std::time::SystemTime) -> Self {
        Self((OffsetDateTime::from(t).unix_timestamp_nanos() / 1_000_000) as i64)
    }

    /// The moment on a Vietnamese clock.
    pub fn local(self) -> OffsetDateTime {
        OffsetDateTime::from_unix_timestamp_nanos(self.0 as i128 * 1_000_000)
            .unwrap_or(OffsetDateTime::UNIX_EPOCH)
            .to_offset(VIETNAM)
    }

    /// `20260210`-like day stamps, for batch numbers and file names.
    pub fn day(self) -> String {
        let t = self.local();
        format!("{:04}{:02}{:02}", t.year(), t.month() as u8, t.day())
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.local().format(&Rfc3339).map_err(|_| fmt::Error)?)
    }
}

impl FromStr for Timestamp {
    type Err = Error;

    fn from_str(s: &str) -> Result<Self, Error> {
        let t = OffsetDateTime::parse(s, &Rfc3339)
            .map_err(|e| Error::new(Code::Usage, format!("«{s}» không phải thời điểm theo RFC 3339")).source(e))?;
        Ok(Self((t.unix_timestamp_nanos() / 1_000_000) as i64))
    }
}

impl Serialize for Timestamp {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        String::deserialize(d)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn speaks_vietnamese_time() {
        let t: Timestamp = "2026-02-09T22:30:00Z".parse().unwrap();
        assert_eq!(t.to_string(), "2026-02-10T05:30:00+07:00");
        assert_eq!(t.day(), "20260210");
        assert_eq!(t.to_string().parse::<Timestamp>().unwrap(), t);
    }
}
