//! What a stretch of work took: time, processor time and memory of all the programs started in it. Linux only: it reads
//! `/proc`.

use serde_json::{Value, json};
use std::collections::HashMap;
use std::fs;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::run::Result;

#[derive(Clone, Copy, Debug, Default)]
pub struct Cost {
    pub seconds: f64,
    /// User and system time of every process, seconds.
    pub cpu: f64,
    /// The most that all processes held together at one moment, bytes; pages that two of them share count twice.
    pub memory: u64,
    /// The most that any one process ever held, bytes.
    pub largest: u64,
    /// Runnable processes just before, as a sign of what else the machine did.
    pub load: f64,
}

impl Cost {
    pub fn json(&self) -> Value {
        json!({
            "seconds": self.seconds, "cpu": self.cpu, "memory": self.memory, "largest": self.largest, "load": self.load
        })
    }
}

/// Often enough for work that takes seconds; a look takes less than a millisecond.
const LOOK: Duration = Duration::from_millis(40);

/// Runs `work`, which starts programs and waits for them.
pub fn measure(work: impl FnOnce() -> Result) -> Result<Cost> {
    let stop = AtomicBool::new(false);
    let seen = Mutex::new((0, 0));
    let load = load();
    std::thread::scope(|scope| {
        let looking = scope.spawn(|| {
            let mut family = Family::default();
            while !stop.load(Ordering::Relaxed) {
                let (all, one) = family.memory();
                let mut seen = seen.lock().expect("nobody panics while holding it");
                *seen = (seen.0.max(all), seen.1.max(one));
                drop(seen);
                std::thread::sleep(LOOK);
            }
        });
        let (before, start) = (children_cpu(), Instant::now());
        let result = work();
        let (seconds, cpu) = (start.elapsed().as_secs_f64(), children_cpu() - before);
        stop.store(true, Ordering::Relaxed);
        looking.join().map_err(|_| "the watcher of /proc panicked")?;
        result?;
        let (memory, largest) = *seen.lock().expect("nobody panics while holding it");
        Ok(Cost { seconds, cpu, memory, largest, load })
    })
}

/// The processes that descend from this one.
#[derive(Default)]
struct Family {
    /// Process number to whether it is of the family; asked once each.
    known: HashMap<u32, bool>,
}

impl Family {
    /// Resident bytes of all now, and the highest that any of them has had.
    fn memory(&mut self) -> (u64, u64) {
        let me = std::process::id();
        let mut alive: Vec<u32> = fs::read_dir("/proc")
            .into_iter()
            .flatten()
            .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
            .collect();
        // Parents are older, so they are known when their children are looked at.
        alive.sort_unstable();
        self.known.retain(|pid, _| alive.binary_search(pid).is_ok());
        let (mut all, mut highest) = (0, 0);
        for pid in alive {
            let known = self.known.get(&pid).copied();
            let ours = known.unwrap_or_else(|| {
                parent(pid).is_some_and(|p| p == me || self.known.get(&p).copied().unwrap_or(false))
            });
            self.known.insert(pid, ours);
            if ours && let Ok(status) = fs::read_to_string(format!("/proc/{pid}/status")) {
                all += kib(&status, "VmRSS:") << 10;
                highest = highest.max(kib(&status, "VmHWM:") << 10);
            }
        }
        (all, highest)
    }
}

fn parent(pid: u32) -> Option<u32> {
    after_name(&fs::read_to_string(format!("/proc/{pid}/stat")).ok()?).nth(1)?.parse().ok()
}

/// The fields of a `stat` file from the state on; the name before them may hold anything.
fn after_name(stat: &str) -> impl Iterator<Item = &str> {
    stat.rsplit_once(") ").map_or("", |(_, rest)| rest).split(' ')
}

fn kib(status: &str, name: &str) -> u64 {
    let line = status.lines().find_map(|l| l.strip_prefix(name));
    line.and_then(|l| l.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}

/// Seconds of processor time of all descendants that have been waited for.
fn children_cpu() -> f64 {
    /// Linux counts in hundredths of a second here on every machine.
    const TICKS: f64 = 100.0;
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    after_name(&stat).skip(13).take(2).filter_map(|t| t.parse::<f64>().ok()).sum::<f64>() / TICKS
}

pub fn load() -> f64 {
    let text = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(' ').next().and_then(|n| n.parse().ok()).unwrap_or(0.0)
}

/// The least, the middle and the most.
#[derive(Clone, Copy, Debug, Default)]
pub struct Spread {
    pub min: f64,
    pub median: f64,
    pub max: f64,
}

impl Spread {
    pub fn of(values: impl IntoIterator<Item = f64>) -> Self {
        let mut values: Vec<f64> = values.into_iter().collect();
        values.sort_by(f64::total_cmp);
        let Some(last) = values.len().checked_sub(1) else { return Self::default() };
        let median = (values[last / 2] + values[values.len() / 2]) / 2.0;
        Self { min: values[0], median, max: values[last] }
    }

    pub fn json(&self) -> Value {
        json!({ "min": self.min, "median": self.median, "max": self.max })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_what_children_take() {
        let cost = measure(|| {
            let busy = "i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done";
            crate::run::run(std::process::Command::new("sh").args(["-c", busy]))
        })
        .unwrap();
        assert!(cost.cpu > 0.02 && cost.seconds > 0.02, "{cost:?}");
        assert!(cost.memory > 100_000 && cost.largest <= cost.memory, "{cost:?}");
    }

    #[test]
    fn the_middle_of_an_even_number_lies_between() {
        let spread = Spread::of([4.0, 1.0, 2.0, 8.0]);
        assert_eq!((spread.min, spread.median, spread.max), (1.0, 3.0, 8.0));
    }
}
