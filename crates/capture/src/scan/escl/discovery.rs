//! Scanners that make themselves known in the network (mDNS, DNS-SD), those of ipp-usb on this computer among them.
//! What lies behind a router is not found so: its address is typed in.

use mdns_sd::{ResolvedService, ServiceDaemon, ServiceEvent};
use sohoa_model::{Code, Error, Result};
use std::net::IpAddr;
use std::time::{Duration, Instant};

use super::Device;
use super::address::{self, Base};
use super::client::Pulse;

const SERVICES: [(&str, bool); 2] = [("_uscans._tcp.local.", true), ("_uscan._tcp.local.", false)];

/// One service of a scanner; most have two, one of them encrypted.
#[derive(Clone, Debug)]
pub struct Service {
    /// Empty with a few.
    pub uuid: String,
    name: String,
    /// What mDNS calls it; the same for both services.
    instance: String,
    pub base: Base,
}

/// Whether two spellings are one UUID.
pub fn same(one: &str, other: &str) -> bool {
    let plain = |uuid: &str| {
        let uuid = uuid.to_ascii_lowercase();
        uuid.trim_start_matches("urn:").trim_start_matches("uuid:").replace(|c: char| !c.is_alphanumeric(), "")
    };
    plain(one) == plain(other)
}

/// All services that answer within `window`; with a UUID only until that one has.
pub fn look(window: Duration, wanted: Option<&str>, pulse: Pulse) -> Result<Vec<Service>> {
    let failed = |e: mdns_sd::Error| {
        Error::new(Code::Unreachable, "Không dò được máy quét trong mạng")
            .hint("Ghi thẳng địa chỉ của máy quét, ví dụ escl:192.168.1.20.")
            .source(e)
    };
    let daemon = ServiceDaemon::new().map_err(failed)?;
    let mut found: Vec<Service> = Vec::new();
    let outcome = (|| -> Result<()> {
        let mut searches = Vec::new();
        for (service, tls) in SERVICES {
            searches.push((daemon.browse(service).map_err(failed)?, service, tls));
        }
        let start = Instant::now();
        while start.elapsed() < window {
            pulse()?;
            for (events, service, tls) in &searches {
                while let Ok(event) = events.recv_timeout(Duration::from_millis(20)) {
                    let ServiceEvent::ServiceResolved(resolved) = event else { continue };
                    let Some(new) = Service::of(&resolved, service, *tls) else { continue };
                    // An address may come after the first answer.
                    found.retain(|s| s.instance != new.instance || s.base.tls != new.base.tls);
                    found.push(new);
                }
            }
            if let Some(uuid) = wanted
                && found.iter().any(|s| same(uuid, &s.uuid))
            {
                break;
            }
        }
        Ok(())
    })();
    // Its thread ends by itself.
    let _ = daemon.shutdown();
    outcome?;
    Ok(one_each(found))
}

impl Service {
    fn of(resolved: &ResolvedService, service: &str, tls: bool) -> Option<Self> {
        let property = |key: &str| resolved.get_property_val_str(key).unwrap_or_default().trim().to_owned();
        let full = resolved.get_fullname();
        let instance = full.strip_suffix(service).unwrap_or(full).trim_end_matches('.').to_owned();
        let addresses = resolved.get_addresses().iter().map(|a| a.to_ip_addr());
        let host = reachable(addresses)?;
        let name = property("ty");
        let base = Base { tls, host, port: resolved.get_port(), root: address::root(&property("rs")) };
        Some(Self {
            uuid: property("uuid"),
            name: if name.is_empty() { instance.clone() } else { name },
            instance,
            base,
        })
    }
}

/// The address to use, as in a URL: IPv4 first, an IPv6 that holds only on one wire not at all.
fn reachable(addresses: impl Iterator<Item = IpAddr>) -> Option<String> {
    let mut usable: Vec<IpAddr> = addresses
        .filter(|a| match a {
            IpAddr::V4(ip) => !ip.is_unspecified(),
            IpAddr::V6(ip) => !ip.is_unicast_link_local() && !ip.is_unspecified(),
        })
        .collect();
    usable.sort();
    usable.first().map(|ip| if ip.is_ipv6() { format!("[{ip}]") } else { ip.to_string() })
}

/// One service per scanner, the encrypted one where there are two.
fn one_each(mut services: Vec<Service>) -> Vec<Service> {
    services.sort_by_key(|s| !s.base.tls);
    let mut kept: Vec<Service> = Vec::new();
    for service in services {
        let known = |k: &Service| {
            if k.uuid.is_empty() || service.uuid.is_empty() {
                k.instance == service.instance
            } else {
                same(&k.uuid, &service.uuid)
            }
        };
        if !kept.iter().any(known) {
            kept.push(service);
        }
    }
    kept.sort_by(|a, b| (&a.name, &a.base.host).cmp(&(&b.name, &b.base.host)));
    kept
}

pub fn devices(services: &[Service]) -> Vec<Device> {
    let device = |s: &Service| Device {
        id: match s.uuid.as_str() {
            "" => format!("escl:{}", s.base.url(&s.base.root)),
            uuid => format!("escl:{}#{uuid}", s.base.url(&s.base.root)),
        },
        name: s.name.clone(),
        place: s.base.host.clone(),
    };
    services.iter().map(device).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn service(uuid: &str, name: &str, tls: bool) -> Service {
        let base = Base { tls, host: "10.0.0.9".into(), port: if tls { 443 } else { 80 }, root: "/eSCL".into() };
        Service { uuid: uuid.into(), name: name.into(), instance: name.into(), base }
    }

    #[test]
    fn each_scanner_once_and_encrypted_where_it_can_be() {
        let found = vec![
            service("11-22", "B", false),
            service("33", "A", false),
            service("1122", "B", true),
            service("", "C", true),
            service("", "C", false),
        ];
        let ids: Vec<String> = devices(&one_each(found)).into_iter().map(|d| format!("{} {}", d.name, d.id)).collect();
        let wanted = [
            "A escl:http://10.0.0.9:80/eSCL#33",
            "B escl:https://10.0.0.9:443/eSCL#1122",
            "C escl:https://10.0.0.9:443/eSCL",
        ];
        assert_eq!(ids, wanted);
    }

    #[test]
    fn the_address_that_others_reach_too() {
        let of = |list: &[&str]| reachable(list.iter().map(|a| a.parse().unwrap()));
        assert_eq!(of(&["fe80::1", "fd00::1", "10.0.0.9"]).as_deref(), Some("10.0.0.9"));
        assert_eq!(of(&["fe80::1", "fd00::1"]).as_deref(), Some("[fd00::1]"));
        assert_eq!(of(&["fe80::1"]), None);
    }

    #[test]
    fn one_uuid_in_any_spelling() {
        assert!(same("urn:uuid:4509A320-00A0", "4509a320-00a0"));
        assert!(!same("4509a320", "4509a321"));
    }
}
