//! Where a scanner is: what a clerk types in or discovery has found, and the URLs made of it.

use sohoa_model::{Code, Error, Result};
use std::net::Ipv6Addr;

/// The root that all makers but a few give the protocol.
const ROOT: &str = "/eSCL";

/// What follows `escl:` in a device's id. All but the host may be missing.
#[derive(Debug, PartialEq, Eq)]
pub struct Address {
    tls: Option<bool>,
    host: String,
    port: Option<u16>,
    root: String,
    /// Who must answer there.
    pub uuid: Option<String>,
}

/// One door to knock at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Base {
    pub tls: bool,
    /// IPv6 in brackets.
    pub host: String,
    pub port: u16,
    /// Begins with a slash and ends with none.
    pub root: String,
}

impl Address {
    /// Errors: `InvalidValue`.
    pub fn parse(text: &str) -> Result<Self> {
        let wrong = || {
            Error::new(Code::InvalidValue, format!("«{text}» không phải địa chỉ máy quét"))
                .hint("Ghi địa chỉ IP của máy, ví dụ escl:192.168.1.20; xem trong phần mạng trên màn hình của máy.")
        };
        let (rest, uuid) = match text.trim().split_once('#') {
            Some((rest, uuid)) => (rest, Some(uuid.to_owned()).filter(|u| !u.is_empty())),
            None => (text.trim(), None),
        };
        let (tls, rest) = match rest.split_once("://") {
            None => (None, rest),
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("http") => (Some(false), rest),
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("https") => (Some(true), rest),
            Some(_) => return Err(wrong()),
        };
        let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let (host, port) = authority_of(authority).ok_or_else(wrong)?;
        let address = Self { tls, host, port, root: root(path), uuid };
        let fine = |base: &Base| ureq::http::Uri::try_from(base.url("/x")).is_ok();
        if address.candidates().iter().all(fine) { Ok(address) } else { Err(wrong()) }
    }

    /// Where to try, in that order: encrypted first.
    pub fn candidates(&self) -> Vec<Base> {
        let doors: &[(bool, u16)] = match (self.tls, self.port) {
            (Some(tls), Some(port)) => &[(tls, port)],
            (Some(tls), None) => &[(tls, if tls { 443 } else { 80 })],
            (None, Some(port)) if port % 1000 == 443 => &[(true, port), (false, port)],
            (None, Some(port)) => &[(false, port), (true, port)],
            (None, None) => &[(true, 443), (false, 80), (false, 8080)],
        };
        let base = |&(tls, port)| Base { tls, host: self.host.clone(), port, root: self.root.clone() };
        doors.iter().map(base).collect()
    }
}

impl Base {
    pub fn url(&self, path: &str) -> String {
        format!("http{}://{}{path}", if self.tls { "s" } else { "" }, self.authority())
    }

    /// Host and port, also where the port goes without saying.
    pub fn authority(&self) -> String {
        format!("{}:{}", self.host, self.port)
    }

    /// The path of the job that `location` names. Devices do not know their own names: of an absolute URL only the path
    /// counts, whatever stands before it (`http://[fe80/eSCL/ScanJobs/7` was seen).
    pub fn job(&self, location: &str) -> Option<String> {
        let location = location.trim().trim_end_matches('/');
        let path = match location.split_once("://") {
            Some((_, rest)) => &rest[rest.find('/')?..],
            None => location,
        };
        match path.strip_prefix('/') {
            Some("") => None,
            Some(_) => Some(path.to_owned()),
            None if path.is_empty() => None,
            None => {
                Some(format!("{}/{}", self.root, path.strip_prefix(&format!("{}/", &self.root[1..])).unwrap_or(path)))
            }
        }
    }

    /// Where the device sends us instead: another scheme or port of the same host, and the path there. A printer that
    /// names itself as in a network that is not ours is still the one that we have reached.
    pub fn redirected(&self, location: &str) -> Option<(Base, String)> {
        let (scheme, rest) = location.trim().split_once("://")?;
        let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let tls = scheme.eq_ignore_ascii_case("https");
        let port = authority_of(authority).and_then(|(_, port)| port).unwrap_or(if tls { 443 } else { 80 });
        let root = path.strip_suffix("/ScannerCapabilities").unwrap_or(&self.root).to_owned();
        Some((Base { tls, port, root, host: self.host.clone() }, path.to_owned()))
    }
}

/// A root as it stands in a URL or in a service's `rs`, by whatever number of slashes.
pub fn root(path: &str) -> String {
    match path.trim_matches('/') {
        "" => ROOT.to_owned(),
        path => format!("/{path}"),
    }
}

/// Host and port. IPv6 may come without its brackets.
fn authority_of(text: &str) -> Option<(String, Option<u16>)> {
    if let Ok(ip) = text.parse::<Ipv6Addr>() {
        return Some((format!("[{ip}]"), None));
    }
    let (host, port) = match text.strip_prefix('[') {
        Some(rest) => {
            let (ip, rest) = rest.split_once(']')?;
            (format!("[{}]", ip.parse::<Ipv6Addr>().ok()?), rest.strip_prefix(':').or(rest.is_empty().then_some(""))?)
        }
        None => match text.split_once(':') {
            Some((host, port)) => (host.to_ascii_lowercase(), port),
            None => (text.to_ascii_lowercase(), ""),
        },
    };
    let named = |c: char| c.is_ascii_alphanumeric() || "-._".contains(c);
    if host.is_empty() || !(host.starts_with('[') || host.chars().all(named)) {
        return None;
    }
    let port = if port.is_empty() { None } else { Some(port.parse().ok().filter(|p| *p > 0)?) };
    Some((host, port))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn urls(text: &str) -> Vec<String> {
        let address = Address::parse(text).unwrap();
        address.candidates().iter().map(|b| b.url(&b.root)).collect()
    }

    #[test]
    fn however_it_is_written_it_is_the_same_device() {
        let door = ["http://192.168.1.20:8080/eSCL"];
        for text in [
            "http://192.168.1.20:8080",
            "http://192.168.1.20:8080/",
            "http://192.168.1.20:8080/eSCL",
            "HTTP://192.168.1.20:8080//eSCL/",
        ] {
            assert_eq!(urls(text), door, "{text}");
        }
        let doors = ["https://192.168.1.20:443/eSCL", "http://192.168.1.20:80/eSCL", "http://192.168.1.20:8080/eSCL"];
        for text in ["192.168.1.20", " 192.168.1.20/eSCL ", "192.168.1.20/"] {
            assert_eq!(urls(text), doors, "{text}");
        }
        assert_eq!(urls("https://May-Quet.local/airscan"), ["https://may-quet.local:443/airscan"]);
        assert_eq!(urls("fd00::20")[0], "https://[fd00::20]:443/eSCL");
        assert_eq!(urls("http://[fd00::20]:60000"), ["http://[fd00::20]:60000/eSCL"]);
        assert_eq!(urls("scan:8443")[0], "https://scan:8443/eSCL");
        assert_eq!(urls("scan:8090")[0], "http://scan:8090/eSCL");
    }

    #[test]
    fn a_uuid_goes_along() {
        let address = Address::parse("https://192.168.1.20:443/eSCL#4509a320-00a0").unwrap();
        assert_eq!(address.uuid.as_deref(), Some("4509a320-00a0"));
        assert_eq!(address.candidates()[0].url("/eSCL"), "https://192.168.1.20:443/eSCL");
        assert_eq!(Address::parse("192.168.1.20#").unwrap().uuid, None);
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for text in ["", "ftp://a", "http://", "a b", "user@host", "host:0", "host:99999", "[fe80", "//eSCL", "máy"] {
            assert_eq!(Address::parse(text).unwrap_err().code, Code::InvalidValue, "{text}");
        }
    }

    #[test]
    fn a_job_is_where_we_reached_the_device_whatever_it_calls_itself() {
        let base = Address::parse("http://192.168.1.20:8080").unwrap().candidates().remove(0);
        for location in [
            "/eSCL/ScanJobs/7",
            "/eSCL/ScanJobs/7/",
            "http://192.168.1.20:8080/eSCL/ScanJobs/7",
            "https://BRN001122.local./eSCL/ScanJobs/7/",
            "http://[fe80/eSCL/ScanJobs/7",
            "http://fe80::1%25eth0:80/eSCL/ScanJobs/7",
            "ScanJobs/7",
            "eSCL/ScanJobs/7",
        ] {
            assert_eq!(base.job(location).as_deref(), Some("/eSCL/ScanJobs/7"), "{location}");
        }
        for location in ["", "/", "http://host"] {
            assert_eq!(base.job(location), None, "{location}");
        }
    }

    #[test]
    fn sent_to_another_door_of_the_same_house() {
        let base = Address::parse("http://192.168.1.20").unwrap().candidates().remove(0);
        let (to, path) = base.redirected("https://BRN001122/eSCL/ScannerCapabilities").unwrap();
        assert_eq!(
            (to.url(&path), to.root.as_str()),
            ("https://192.168.1.20:443/eSCL/ScannerCapabilities".into(), "/eSCL")
        );
        assert_eq!(base.redirected("/login"), None);
    }
}
