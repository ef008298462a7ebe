//! Counters. Those on the way of every command are striped, so that threads on different
//! cores do not fight over one cache line; a reader adds the stripes up.

use super::histogram::{Distribution, Histogram};
use crossbeam::utils::CachePadded;
use parking_lot::Mutex;
use std::collections::BTreeMap;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering::Relaxed};

/// The most error codes INFO errorstats keeps, as in Redis.
const ERROR_CODES_MAX: usize = 128;
/// What all others are counted as, as in Redis 8. Scripts can make up any.
const OTHER_ERROR_CODES: &str = "ERRORSTATS_OVERFLOW";

/// What happened to one command.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CommandFigures {
    /// Calls that ran, failed ones included.
    pub calls: u64,
    /// Microseconds they took.
    pub usec: u64,
    /// Calls turned away before they ran.
    pub rejected: u64,
    /// Calls that ran and answered an error.
    pub failed: u64,
}

#[derive(Default)]
struct CommandCell {
    calls: AtomicU64,
    usec: AtomicU64,
    rejected: AtomicU64,
    failed: AtomicU64,
    /// How long calls took, from the first one on that was tracked.
    latencies: OnceLock<Box<Histogram>>,
}

/// One stripe: the counters of a part of the threads.
pub struct Stripe {
    commands: Box<[CommandCell]>,
    /// Commands served.
    pub served: AtomicU64,
    /// Lookups that found a key.
    pub hits: AtomicU64,
    /// Lookups that did not.
    pub misses: AtomicU64,
    /// Bytes read from clients.
    pub bytes_in: AtomicU64,
    /// Bytes written to clients.
    pub bytes_out: AtomicU64,
    /// Reads from sockets.
    pub reads: AtomicU64,
    /// Writes to sockets.
    pub writes: AtomicU64,
    /// Keys that expired.
    pub expired: AtomicU64,
    /// Fields of hashes that expired.
    pub expired_fields: AtomicU64,
    /// Changes to the data set.
    pub changes: AtomicU64,
}

impl Stripe {
    /// A call of command `index` ended.
    pub fn called(&self, index: usize, usec: u64, failed: bool) {
        self.served.fetch_add(1, Relaxed);
        if let Some(cell) = self.commands.get(index) {
            cell.calls.fetch_add(1, Relaxed);
            cell.usec.fetch_add(usec, Relaxed);
            if failed {
                cell.failed.fetch_add(1, Relaxed);
            }
        }
    }

    /// A call of command `index` took so long, as `latency-tracking` wants to know.
    pub fn took(&self, index: usize, usec: u64) {
        if let Some(cell) = self.commands.get(index) {
            cell.latencies.get_or_init(Box::default).record(usec);
        }
    }

    /// A call of command `index` was turned away.
    pub fn rejected(&self, index: usize) {
        if let Some(cell) = self.commands.get(index) {
            cell.rejected.fetch_add(1, Relaxed);
        }
    }
}

/// Totals of the striped counters.
#[derive(Clone, Copy, Debug, Default)]
pub struct Totals {
    /// Commands served.
    pub served: u64,
    /// Lookups that found a key.
    pub hits: u64,
    /// Lookups that did not.
    pub misses: u64,
    /// Bytes read from clients.
    pub bytes_in: u64,
    /// Bytes written to clients.
    pub bytes_out: u64,
    /// Reads from sockets.
    pub reads: u64,
    /// Writes to sockets.
    pub writes: u64,
    /// Keys that expired.
    pub expired: u64,
    /// Fields of hashes that expired.
    pub expired_fields: u64,
    /// Changes to the data set.
    pub changes: u64,
}

/// All counters of the server.
pub struct Stats {
    stripes: Box<[CachePadded<Stripe>]>,
    /// Error replies by their code.
    errors: Mutex<BTreeMap<String, u64>>,
    /// Error replies in all.
    pub error_replies: AtomicU64,
    /// Connections accepted.
    pub connections: AtomicU64,
    /// Connections turned away.
    pub connections_rejected: AtomicU64,
    /// The most milliseconds the reaper was late for a key or a field.
    pub expire_lag_ms: AtomicI64,
    /// Microseconds the reaper was at work.
    pub reaping_us: AtomicU64,
    /// Connections ended since their unfinished request was too large.
    pub query_limit_disconnections: AtomicU64,
    /// Connections ended since they took their output too slowly.
    pub output_limit_disconnections: AtomicU64,
    /// Output buffers that were given back while their client was idle.
    pub output_shrinks: AtomicU64,
    /// Memory used before the data set was loaded, in bytes.
    pub startup_memory_bytes: AtomicU64,
    /// The most memory used so far, in bytes.
    pub peak_memory_bytes: AtomicU64,
    /// Changes that the last save, or the load at startup, holds.
    saved_changes: AtomicU64,
    /// Rates over the last seconds, kept by the server's clock thread.
    pub rates: Rates,
}

/// Per-second rates, as INFO's `instantaneous_*` show them.
#[derive(Default)]
pub struct Rates {
    /// Commands a second.
    pub commands: AtomicU64,
    /// Bytes read a second.
    pub bytes_in: AtomicU64,
    /// Bytes written a second.
    pub bytes_out: AtomicU64,
}

impl Stats {
    /// Counters for `commands` commands.
    pub fn new(commands: usize) -> Stats {
        let cores = std::thread::available_parallelism().map_or(1, |n| n.get());
        let stripe = || {
            CachePadded::new(Stripe {
                commands: (0..commands).map(|_| CommandCell::default()).collect(),
                served: AtomicU64::new(0),
                hits: AtomicU64::new(0),
                misses: AtomicU64::new(0),
                bytes_in: AtomicU64::new(0),
                bytes_out: AtomicU64::new(0),
                reads: AtomicU64::new(0),
                writes: AtomicU64::new(0),
                expired: AtomicU64::new(0),
                expired_fields: AtomicU64::new(0),
                changes: AtomicU64::new(0),
            })
        };
        Stats {
            stripes: (0..(cores * 2).next_power_of_two().min(64)).map(|_| stripe()).collect(),
            errors: Mutex::default(),
            error_replies: AtomicU64::new(0),
            connections: AtomicU64::new(0),
            connections_rejected: AtomicU64::new(0),
            expire_lag_ms: AtomicI64::new(0),
            reaping_us: AtomicU64::new(0),
            query_limit_disconnections: AtomicU64::new(0),
            output_limit_disconnections: AtomicU64::new(0),
            output_shrinks: AtomicU64::new(0),
            startup_memory_bytes: AtomicU64::new(0),
            peak_memory_bytes: AtomicU64::new(0),
            saved_changes: AtomicU64::new(0),
            rates: Rates::default(),
        }
    }

    /// The stripe of the client with this id.
    pub fn stripe(&self, client: u64) -> &Stripe {
        &self.stripes[client as usize % self.stripes.len()]
    }

    /// Changes since the last save.
    pub fn unsaved_changes(&self) -> u64 {
        self.totals().changes.saturating_sub(self.saved_changes.load(Relaxed))
    }

    /// Everything changed so far is in a file.
    pub fn all_saved(&self) {
        self.saved(self.totals().changes);
    }

    /// What had changed when this was the number of all changes is in a file.
    pub fn saved(&self, changes: u64) {
        self.saved_changes.store(changes, Relaxed);
    }

    /// Counts an error reply.
    pub fn error(&self, code: &str) {
        self.error_replies.fetch_add(1, Relaxed);
        let mut errors = self.errors.lock();
        if let Some(count) = errors.get_mut(code) {
            *count += 1;
        } else {
            let code = if errors.len() < ERROR_CODES_MAX { code } else { OTHER_ERROR_CODES };
            *errors.entry(code.to_owned()).or_default() += 1;
        }
    }

    /// Error replies by their code.
    pub fn errors(&self) -> BTreeMap<String, u64> {
        self.errors.lock().clone()
    }

    /// The figures of command `index`.
    pub fn command(&self, index: usize) -> CommandFigures {
        let mut sum = CommandFigures::default();
        for cell in self.stripes.iter().filter_map(|stripe| stripe.commands.get(index)) {
            sum.calls += cell.calls.load(Relaxed);
            sum.usec += cell.usec.load(Relaxed);
            sum.rejected += cell.rejected.load(Relaxed);
            sum.failed += cell.failed.load(Relaxed);
        }
        sum
    }

    /// How long calls of command `index` took; `None` if none was tracked.
    pub fn latencies(&self, index: usize) -> Option<Distribution> {
        let cells = self.stripes.iter().filter_map(|stripe| stripe.commands.get(index));
        let mut sum = Distribution::default();
        cells.filter_map(|cell| cell.latencies.get()).for_each(|histogram| sum.add(histogram));
        (sum.calls > 0).then_some(sum)
    }

    /// The striped counters, added up.
    pub fn totals(&self) -> Totals {
        let mut sum = Totals::default();
        for stripe in &self.stripes {
            sum.served += stripe.served.load(Relaxed);
            sum.hits += stripe.hits.load(Relaxed);
            sum.misses += stripe.misses.load(Relaxed);
            sum.bytes_in += stripe.bytes_in.load(Relaxed);
            sum.bytes_out += stripe.bytes_out.load(Relaxed);
            sum.reads += stripe.reads.load(Relaxed);
            sum.writes += stripe.writes.load(Relaxed);
            sum.expired += stripe.expired.load(Relaxed);
            sum.expired_fields += stripe.expired_fields.load(Relaxed);
            sum.changes += stripe.changes.load(Relaxed);
        }
        sum
    }

    /// CONFIG RESETSTAT: everything but what describes the present goes back to zero.
    pub fn reset(&self) {
        for stripe in &self.stripes {
            for cell in &stripe.commands {
                cell.calls.store(0, Relaxed);
                cell.usec.store(0, Relaxed);
                cell.rejected.store(0, Relaxed);
                cell.failed.store(0, Relaxed);
                if let Some(latencies) = cell.latencies.get() {
                    latencies.reset();
                }
            }
            let counters = [
                &stripe.served,
                &stripe.hits,
                &stripe.misses,
                &stripe.bytes_in,
                &stripe.bytes_out,
                &stripe.reads,
                &stripe.writes,
                &stripe.expired,
                &stripe.expired_fields,
            ];
            counters.iter().for_each(|counter| counter.store(0, Relaxed));
        }
        self.errors.lock().clear();
        let counters = [
            &self.error_replies,
            &self.connections,
            &self.connections_rejected,
            &self.reaping_us,
            &self.query_limit_disconnections,
            &self.output_limit_disconnections,
            &self.output_shrinks,
            &self.rates.commands,
            &self.rates.bytes_in,
            &self.rates.bytes_out,
        ];
        counters.iter().for_each(|counter| counter.store(0, Relaxed));
        self.expire_lag_ms.store(0, Relaxed);
    }
}
