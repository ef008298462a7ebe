//! The latency monitor: for each kind of event the times at which it took longer than
//! `latency-monitor-threshold` allows, and how long.

use parking_lot::Mutex;
use std::collections::{BTreeMap, VecDeque};

/// Samples of an event that are kept, as in Redis.
const SAMPLES_MAX: usize = 160;

/// The events that this server knows.
pub mod event {
    /// A command.
    pub const COMMAND: &str = "command";
    /// A command that is marked `fast`.
    pub const FAST_COMMAND: &str = "fast-command";
    /// One bite of the reaper: keys that expired, deleted under one lock.
    pub const EXPIRE_CYCLE: &str = "expire-cycle";
}

/// The worst of one second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sample {
    /// Unix time in seconds.
    pub at_s: i64,
    /// How long the event took, in milliseconds.
    pub took_ms: u64,
}

/// What is known of one event.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Series {
    /// The latest samples, the oldest first: one for each second that had any.
    pub samples: VecDeque<Sample>,
    /// The longest it ever took, in milliseconds.
    pub worst_ms: u64,
}

impl Series {
    fn add(&mut self, sample: Sample) {
        self.worst_ms = self.worst_ms.max(sample.took_ms);
        if let Some(last) = self.samples.back_mut().filter(|last| last.at_s == sample.at_s) {
            last.took_ms = last.took_ms.max(sample.took_ms);
            return;
        }
        if self.samples.len() == SAMPLES_MAX {
            self.samples.pop_front();
        }
        self.samples.push_back(sample);
    }
}

/// All events that have samples.
#[derive(Default)]
pub struct LatencyMonitor {
    events: Mutex<BTreeMap<&'static str, Series>>,
}

impl LatencyMonitor {
    /// An event took long.
    pub fn add(&self, event: &'static str, sample: Sample) {
        self.events.lock().entry(event).or_default().add(sample);
    }

    /// What is known of an event.
    pub fn series(&self, event: &[u8]) -> Option<Series> {
        let events = self.events.lock();
        events.iter().find(|(name, _)| name.as_bytes() == event).map(|(_, series)| series.clone())
    }

    /// All events, by name.
    pub fn all(&self) -> Vec<(&'static str, Series)> {
        self.events.lock().iter().map(|(name, series)| (*name, series.clone())).collect()
    }

    /// Forgets the events that `is_wanted` names. Returns how many there were.
    pub fn reset(&self, is_wanted: impl Fn(&str) -> bool) -> usize {
        let mut events = self.events.lock();
        let before = events.len();
        events.retain(|name, _| !is_wanted(name));
        before - events.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_keeps_its_worst_and_a_series_its_latest() {
        let monitor = LatencyMonitor::default();
        for (at_s, took_ms) in [(1, 20), (1, 30), (1, 25), (2, 11)] {
            monitor.add(event::COMMAND, Sample { at_s, took_ms });
        }
        let series = monitor.series(b"command").expect("samples");
        assert_eq!(
            series.samples,
            [Sample { at_s: 1, took_ms: 30 }, Sample { at_s: 2, took_ms: 11 }]
        );
        assert_eq!(series.worst_ms, 30);
        (3..200).for_each(|at_s| monitor.add(event::COMMAND, Sample { at_s, took_ms: 10 }));
        let series = monitor.series(b"command").expect("samples");
        assert_eq!((series.samples.len(), series.samples[0].at_s, series.worst_ms), (160, 40, 30));
    }

    #[test]
    fn events_are_forgotten_by_name() {
        let monitor = LatencyMonitor::default();
        for name in [event::FAST_COMMAND, event::COMMAND, event::EXPIRE_CYCLE] {
            monitor.add(name, Sample { at_s: 1, took_ms: 1 });
        }
        assert_eq!(monitor.reset(|name| name == event::COMMAND || name == "nosuch"), 1);
        let left: Vec<_> = monitor.all().into_iter().map(|(name, _)| name).collect();
        assert_eq!(left, [event::EXPIRE_CYCLE, event::FAST_COMMAND]);
        assert_eq!(monitor.series(b"command"), None);
        assert_eq!(monitor.reset(|_| true), 2);
    }
}
