//! HOTKEYS: which keys cost the most time and the most network bytes while a session runs, found
//! by sampling calls. One session at a time; what it found stays until it is thrown away.

mod top;

use super::process::{self, CpuTimes};
use crate::util::random;
use parking_lot::{Mutex, RwLock};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use top::Top;

/// For each key that is asked for so many are counted: the more, the more exact.
const COUNTED_PER_ASKED: usize = 10;

/// What a session is to find out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// The keys that take the most time.
    pub cpu: bool,
    /// The keys that move the most bytes.
    pub net: bool,
    /// How many keys.
    pub count: usize,
    /// For how many milliseconds; until it is stopped without.
    pub duration_ms: Option<i64>,
    /// Of how many calls one is looked at.
    pub sample_ratio: u64,
}

/// What one call cost.
#[derive(Clone, Copy, Debug)]
pub struct Cost {
    /// Microseconds it took.
    pub took_us: u64,
    /// Bytes of its request and its reply.
    pub bytes: u64,
}

/// What a session found.
pub struct Report {
    /// What it was to find out.
    pub options: Options,
    /// Whether it still runs.
    pub is_active: bool,
    /// When it began, Unix time in milliseconds.
    pub began_ms: i64,
    /// How long it has run, in milliseconds.
    pub lasted_ms: i64,
    /// The processor time of the whole process meanwhile.
    pub cpu_times: CpuTimes,
    /// What all calls with keys cost, those that were not looked at too.
    pub all_calls: Cost,
    /// Bytes of the calls that were looked at.
    pub sampled_bytes: u64,
    /// Keys and their microseconds, the most first.
    pub by_cpu: Vec<(Arc<[u8]>, u64)>,
    /// Keys and their bytes, the most first.
    pub by_net: Vec<(Arc<[u8]>, u64)>,
}

/// The session, if there is or was one.
#[derive(Default)]
pub struct HotKeys {
    /// Whether one runs, read without the lock.
    is_on: AtomicBool,
    session: RwLock<Option<Session>>,
}

struct Session {
    options: Options,
    began_ms: i64,
    cpu_before: CpuTimes,
    /// When it ended, Unix time in milliseconds, and the process's times then.
    ended: Option<(i64, CpuTimes)>,
    all_us: AtomicU64,
    all_bytes: AtomicU64,
    tops: Mutex<Tops>,
}

struct Tops {
    cpu: Option<Top>,
    net: Option<Top>,
}

impl HotKeys {
    /// Whether a session runs: one load on the way of every command.
    #[inline]
    pub fn are_tracked(&self) -> bool {
        self.is_on.load(Relaxed)
    }

    /// Begins a session, unless one runs. What an earlier one found is thrown away.
    pub fn start(&self, options: Options, now_ms: i64) -> bool {
        self.end_if_due(now_ms);
        let mut session = self.session.write();
        if session.as_ref().is_some_and(|session| session.ended.is_none()) {
            return false;
        }
        let top = |wanted: bool| wanted.then(|| Top::new(options.count * COUNTED_PER_ASKED));
        *session = Some(Session {
            options,
            began_ms: now_ms,
            cpu_before: process::cpu_times(),
            ended: None,
            all_us: AtomicU64::new(0),
            all_bytes: AtomicU64::new(0),
            tops: Mutex::new(Tops { cpu: top(options.cpu), net: top(options.net) }),
        });
        self.is_on.store(true, Relaxed);
        true
    }

    /// Ends the session. Returns whether one ran.
    pub fn stop(&self, now_ms: i64) -> bool {
        let mut session = self.session.write();
        let running = session.as_mut().filter(|session| session.ended.is_none());
        let Some(running) = running else { return false };
        running.ended = Some((now_ms, process::cpu_times()));
        self.is_on.store(false, Relaxed);
        true
    }

    /// Ends the session if it has run for as long as it was to. To be called now and then.
    pub fn end_if_due(&self, now_ms: i64) {
        if !self.are_tracked() {
            return;
        }
        let end_ms = |session: &Session| session.began_ms.checked_add(session.options.duration_ms?);
        let due_ms = self.session.read().as_ref().and_then(end_ms);
        if let Some(due_ms) = due_ms.filter(|due_ms| *due_ms <= now_ms) {
            self.stop(due_ms);
        }
    }

    /// Throws away what the last session found. Returns whether it did: not while one runs.
    pub fn reset(&self) -> bool {
        let mut session = self.session.write();
        let runs = session.as_ref().is_some_and(|session| session.ended.is_none());
        if !runs {
            *session = None;
        }
        !runs
    }

    /// A call ran that named these keys: its cost is theirs in equal parts.
    pub fn note<'a>(&self, keys: impl ExactSizeIterator<Item = &'a [u8]>, cost: Cost) {
        let session = self.session.read();
        let running = session.as_ref().filter(|session| session.ended.is_none());
        let (Some(running), true) = (running, keys.len() > 0) else { return };
        running.all_us.fetch_add(cost.took_us, Relaxed);
        running.all_bytes.fetch_add(cost.bytes, Relaxed);
        if running.options.sample_ratio > 1 && random::below(running.options.sample_ratio) > 0 {
            return;
        }
        let (us, bytes) = (cost.took_us / keys.len() as u64, cost.bytes / keys.len() as u64);
        let mut tops = running.tops.lock();
        for key in keys {
            tops.cpu.iter_mut().for_each(|top| top.add(key, us));
            tops.net.iter_mut().for_each(|top| top.add(key, bytes));
        }
    }

    /// What the session has found so far; `None` without one.
    pub fn report(&self, now_ms: i64) -> Option<Report> {
        self.end_if_due(now_ms);
        let session = self.session.read();
        let session = session.as_ref()?;
        let (until_ms, cpu_now) = session.ended.unwrap_or_else(|| (now_ms, process::cpu_times()));
        let tops = session.tops.lock();
        let count = session.options.count;
        let heaviest = |top: &Option<Top>| top.as_ref().map(|top| top.heaviest(count));
        Some(Report {
            options: session.options,
            is_active: session.ended.is_none(),
            began_ms: session.began_ms,
            lasted_ms: (until_ms - session.began_ms).max(0),
            cpu_times: CpuTimes {
                user_s: cpu_now.user_s - session.cpu_before.user_s,
                system_s: cpu_now.system_s - session.cpu_before.system_s,
                ..CpuTimes::default()
            },
            all_calls: Cost {
                took_us: session.all_us.load(Relaxed),
                bytes: session.all_bytes.load(Relaxed),
            },
            sampled_bytes: tops.net.as_ref().map_or(0, |top| top.total),
            by_cpu: heaviest(&tops.cpu).unwrap_or_default(),
            by_net: heaviest(&tops.net).unwrap_or_default(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OPTIONS: Options =
        Options { cpu: true, net: false, count: 2, duration_ms: None, sample_ratio: 1 };

    fn note(hot_keys: &HotKeys, keys: &[&[u8]], took_us: u64) {
        hot_keys.note(keys.iter().copied(), Cost { took_us, bytes: 1 });
    }

    #[test]
    fn a_session_runs_until_it_is_stopped_and_keeps_what_it_found() {
        let hot_keys = HotKeys::default();
        assert!(hot_keys.report(0).is_none() && !hot_keys.stop(0) && hot_keys.reset());
        assert!(hot_keys.start(OPTIONS, 1000) && hot_keys.are_tracked());
        assert!(!hot_keys.start(OPTIONS, 1000) && !hot_keys.reset());
        note(&hot_keys, &[b"a"], 10);
        note(&hot_keys, &[b"a", b"b"], 8);
        note(&hot_keys, &[], 100);
        assert!(hot_keys.stop(1500) && !hot_keys.are_tracked());
        note(&hot_keys, &[b"a"], 10);
        let report = hot_keys.report(9000).expect("a session");
        let names: Vec<_> = report.by_cpu.iter().map(|(key, us)| (&**key, *us)).collect();
        assert_eq!(names, [(&b"a"[..], 14), (&b"b"[..], 4)]);
        assert_eq!((report.began_ms, report.lasted_ms, report.is_active), (1000, 500, false));
        assert_eq!((report.all_calls.took_us, report.all_calls.bytes), (18, 2));
        assert!(report.by_net.is_empty());
        assert!(hot_keys.reset() && hot_keys.report(0).is_none());
    }

    #[test]
    fn a_session_ends_when_its_time_is_up() {
        let hot_keys = HotKeys::default();
        hot_keys.start(Options { duration_ms: Some(100), ..OPTIONS }, 1000);
        hot_keys.end_if_due(1099);
        assert!(hot_keys.are_tracked());
        let report = hot_keys.report(5000).expect("a session");
        assert_eq!((report.is_active, report.lasted_ms), (false, 100));
        assert!(hot_keys.start(OPTIONS, 6000));
    }

    #[test]
    fn a_sample_stands_for_all_calls() {
        let hot_keys = HotKeys::default();
        hot_keys.start(Options { sample_ratio: 10, ..OPTIONS }, 0);
        (0..10_000).for_each(|_| note(&hot_keys, &[b"k"], 1));
        let report = hot_keys.report(0).expect("a session");
        assert_eq!(report.all_calls.took_us, 10_000);
        assert!((500..2000).contains(&report.by_cpu[0].1), "{}", report.by_cpu[0].1);
    }
}
