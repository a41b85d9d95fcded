//! `kill -9` at any moment of an import of the bundled dossiers, then `sohoa work`: exactly what an undisturbed run gives.
//!
//! Every kill falls into an import of all bundled dossiers. A station is not made anew for each: it is killed again and
//! again on its way, the next instant counted from its last start, until it is done; then it is held against the
//! undisturbed one and another is begun, until fifty blows have fallen. So they fall into taking in, reading, writing
//! PDF/A and extracting, and into recoveries from earlier blows, and the whole costs a few imports' time.

use sohoa_tests::{Station, fingerprint, fixture};
use std::process::Stdio;
use std::time::{Duration, Instant};

const INSTANTS: u32 = 50;

#[test]
fn fifty_kills_leave_no_trace() {
    let undisturbed = Station::new();
    let dossiers = fixture("fixtures/dossiers");
    let start = Instant::now();
    undisturbed.ok(&["import", dossiers.to_str().unwrap()]);
    let whole = start.elapsed();
    let expected = fingerprint(&undisturbed);
    assert!(!expected.is_empty());

    let found = undisturbed.ok(&["search", "cộng hòa"])["total"].clone();
    let mut random = Random(0x5eed);
    let mut left = INSTANTS;
    while left > 0 {
        let station = Station::new();
        let mut killed = Vec::new();
        let mut arguments = vec!["import", dossiers.to_str().unwrap()];
        while left > 0 {
            // A tenth of the whole run on average.
            let wait = Duration::from_secs_f64(whole.as_secs_f64() * random.unit() * 0.2);
            let mut child =
                station.sohoa().args(&arguments).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
            std::thread::sleep(wait);
            if child.try_wait().unwrap().is_some() {
                break; // it was faster than the blow
            }
            child.kill().unwrap();
            child.wait().unwrap();
            killed.push(wait);
            left -= 1;
            // Once the request is written down, carrying on is all it takes; before that, nothing was promised.
            let list = station.ok(&["list"]);
            if list["work"]["running"] == true || !sohoa_tests::list(&list["dossiers"]).is_empty() {
                arguments = vec!["work"];
            }
        }
        let _ = station.ok(&arguments);
        assert_eq!(fingerprint(&station), expected, "after kills at {killed:?}");
        assert_eq!(station.ok(&["search", "cộng hòa"])["total"], found, "after kills at {killed:?}");
        let verified = station.ok(&["verify"]);
        assert_eq!(verified["ok"], true, "after kills at {killed:?}: {verified:#}");
    }
}

/// A small generator, so that a failure can be had again.
struct Random(u64);

impl Random {
    fn unit(&mut self) -> f64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as f64 / (1u64 << 53) as f64
    }
}
