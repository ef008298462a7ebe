//! The periodic work: rates, peaks, idle clients; and what the process owns beside its
//! memory: open files and the pid file.

use crate::engine::Engine;
use crate::services::clients::flags;
use crate::services::config::params;
use crate::services::memory;
use crate::services::outbox::delivery::{self, Deliveries};
use crate::services::process::{RESERVED_FILES, raise_open_files};
use crate::services::stats::Totals;
use crate::util::clock;
use std::fs;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

/// How often the rates are measured, at most.
const SAMPLE: Duration = Duration::from_millis(100);
/// Rates are averages over about this many samples.
const SMOOTHING: u64 = 16;

/// Runs `hz` times a second until the server ends.
pub fn run(engine: &Engine) {
    let mut sample = (engine.stats.totals(), clock::mono_us());
    let mut last_second = 0;
    let _deliveries = Deliveries::begin();
    while !engine.shutdown.is_ending() {
        let hz = u64::try_from(engine.config.get(params::HZ)).unwrap_or(1).max(1);
        std::thread::sleep(Duration::from_micros(1_000_000 / hz));
        if !engine.debug.housekeeping_on.load(Relaxed) {
            continue;
        }
        limit_caches(engine);
        engine.hotkeys.end_if_due(clock::now_ms());
        let now_us = clock::mono_us();
        if u128::from(now_us - sample.1) >= SAMPLE.as_micros() {
            sample = measure_rates(engine, sample, now_us);
        }
        if now_us / 1_000_000 != last_second {
            last_second = now_us / 1_000_000;
            engine.stats.peak_memory_bytes.fetch_max(memory::used_bytes(), Relaxed);
            let now_ms = clock::now_ms();
            engine.clients.note_buffers(now_ms);
            end_idle_clients(engine, now_ms);
            end_slow_clients(engine, now_ms);
        }
    }
}

/// `tracking-table-max-keys` may have been lowered, by more than readers make room for.
fn limit_caches(engine: &Engine) {
    const BITE: usize = 1000;
    let most = usize::try_from(engine.config.get(params::TRACKING_TABLE_MAX_KEYS));
    engine.tracking.limit(most.unwrap_or(usize::MAX), BITE, &engine.clients);
    delivery::deliver();
}

/// Brings the rates up to date with what happened since the last sample. Returns the new one.
fn measure_rates(engine: &Engine, (last, last_us): (Totals, u64), now_us: u64) -> (Totals, u64) {
    let now = engine.stats.totals();
    let per_second = |new: u64, old: u64| {
        new.saturating_sub(old).saturating_mul(1_000_000) / (now_us - last_us).max(1)
    };
    let rates = &engine.stats.rates;
    for (rate, new, old) in [
        (&rates.commands, now.served, last.served),
        (&rates.bytes_in, now.bytes_in, last.bytes_in),
        (&rates.bytes_out, now.bytes_out, last.bytes_out),
    ] {
        let smoothed = (rate.load(Relaxed) * (SMOOTHING - 1) + per_second(new, old)) / SMOOTHING;
        rate.store(smoothed, Relaxed);
    }
    (now, now_us)
}

/// `timeout`: clients that have been silent for too long are let go.
fn end_idle_clients(engine: &Engine, now_ms: i64) {
    let timeout_ms = engine.config.get(params::TIMEOUT) * 1000;
    if timeout_ms == 0 {
        return;
    }
    for client in engine.clients.all() {
        // Whoever waits for the server is not idle.
        let waits =
            [flags::BLOCKED, flags::PUBSUB, flags::MONITOR].iter().any(|bit| client.has(*bit));
        if !waits && now_ms - client.last_active_ms.load(Relaxed) > timeout_ms {
            engine.log.verbose("Closing idle client");
            client.kill();
        }
    }
}

/// `client-output-buffer-limit`: clients that have been over their soft limit for too long are
/// let go.
fn end_slow_clients(engine: &Engine, now_ms: i64) {
    let limits = engine.config.get(params::CLIENT_OUTPUT_BUFFER_LIMIT);
    engine.clients.all().iter().for_each(|client| client.check_soft_output_limit(&limits, now_ms));
}

/// Asks the system for as many open files as `maxclients` needs, and lowers `maxclients` to
/// what it grants.
pub fn make_room_for_clients(engine: &Engine) {
    let wanted = engine.config.get(params::MAXCLIENTS) as u64 + RESERVED_FILES;
    let files = raise_open_files(wanted);
    let (before, now) = (files.before, files.now);
    if now < wanted {
        let clients = files.clients();
        engine.log.warning(format!(
            "You requested maxclients of {} requiring at least {wanted} max file descriptors.",
            engine.config.get(params::MAXCLIENTS)
        ));
        engine.log.warning(format!(
            "Current maximum open files is {now}. maxclients has been reduced to {clients} to \
             compensate for low ulimit. If you need higher maxclients increase 'ulimit -n'."
        ));
        engine.config.record(params::MAXCLIENTS, clients as i64);
        return;
    }
    if now > before {
        engine.log.notice(format!(
            "Increased maximum number of open files to {now} (it was originally set to {before})."
        ));
    }
    // Whoever waits for a key has a bell, which is a file too: enough for all, if there are.
    raise_open_files(wanted.saturating_mul(2));
}

/// The file with the process's id; gone when the server ends.
pub struct PidFile {
    path: String,
}

impl PidFile {
    /// Writes it if `pidfile` names one.
    pub fn write(engine: &Engine) -> Option<PidFile> {
        let path = engine.config.string(params::PIDFILE);
        if path.is_empty() {
            return None;
        }
        if let Err(error) = fs::write(&path, format!("{}\n", std::process::id())) {
            engine.log.warning(format!("Failed to write PID file: {error}"));
            return None;
        }
        Some(PidFile { path })
    }
}

impl Drop for PidFile {
    fn drop(&mut self) {
        // Somebody else may have removed it.
        let _ = fs::remove_file(&self.path);
    }
}

/// Removes what must not stay behind a process that exits.
pub fn remove_files(engine: &Engine) {
    for path in [engine.config.string(params::PIDFILE), engine.config.string(params::UNIXSOCKET)] {
        if !path.is_empty() {
            let _ = fs::remove_file(path);
        }
    }
}
