//! The work of every second: rates, the memory peak, idle clients; and what the process
//! owns beside its memory: open files and the pid file.

use crate::engine::Engine;
use crate::services::config::params;
use crate::services::memory;
use crate::util::clock;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use std::fs;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

/// How often the rates are measured.
const TICK: Duration = Duration::from_millis(100);
/// Rates are averages over about this many ticks.
const SMOOTHING: u64 = 16;
/// Open files the server needs beside its clients.
const RESERVED_FILES: u64 = 32;

/// Runs until the server ends.
pub fn run(engine: &Engine) {
    let mut last = engine.stats.totals();
    let mut last_us = clock::now_us();
    let mut tick = 0u64;
    while !engine.shutdown.is_ending() {
        std::thread::sleep(TICK);
        let (now, now_us) = (engine.stats.totals(), clock::now_us());
        let per_second = |new: u64, old: u64| {
            new.saturating_sub(old).saturating_mul(1_000_000) / (now_us - last_us).max(1) as u64
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
        (last, last_us) = (now, now_us);
        if tick.is_multiple_of(10) {
            engine.stats.peak_memory_bytes.fetch_max(memory::used_bytes(), Relaxed);
            end_idle_clients(engine, now_us / 1000);
        }
        tick += 1;
    }
}

/// `timeout`: clients that have been silent for too long are let go.
fn end_idle_clients(engine: &Engine, now_ms: i64) {
    let timeout_ms = engine.config.get(params::TIMEOUT) * 1000;
    if timeout_ms == 0 {
        return;
    }
    for client in engine.clients.all() {
        if now_ms - client.last_active_ms.load(Relaxed) > timeout_ms {
            engine.log.verbose("Closing idle client");
            client.kill();
        }
    }
}

/// Asks the system for as many open files as `maxclients` needs, and lowers `maxclients` to
/// what it grants.
pub fn raise_open_files(engine: &Engine) {
    let wanted = engine.config.get(params::MAXCLIENTS) as u64 + RESERVED_FILES;
    let limit = getrlimit(Resource::Nofile);
    let current = limit.current.unwrap_or(u64::MAX);
    if current >= wanted {
        return;
    }
    let granted = wanted.min(limit.maximum.unwrap_or(u64::MAX));
    let raised = setrlimit(Resource::Nofile, Rlimit { current: Some(granted), maximum: limit.maximum });
    let granted = if raised.is_ok() { granted } else { current };
    if granted < wanted {
        let clients = granted.saturating_sub(RESERVED_FILES).max(1);
        engine.log.warning(format!(
            "You requested maxclients of {} requiring at least {wanted} max file descriptors.",
            engine.config.get(params::MAXCLIENTS)
        ));
        engine.log.warning(format!(
            "Current maximum open files is {granted}. maxclients has been reduced to {clients} to \
             compensate for low ulimit. If you need higher maxclients increase 'ulimit -n'."
        ));
        engine.config.record(params::MAXCLIENTS, clients as i64);
    } else {
        engine.log.notice(format!(
            "Increased maximum number of open files to {granted} (it was originally set to {current})."
        ));
    }
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
