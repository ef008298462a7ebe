//! The append-only file: every change as a command, in the order in which it happened.
//!
//! It consists of a base, which says what was there at some point in time, and of incremental
//! files, which say what happened since; the manifest names them. The log appends to the last one.
//! A rewrite replaces all by a new base. The form of it all is Redis 7's.

pub mod encode;
mod log;
pub mod manifest;
mod names;
mod open;
pub mod read;
mod rewrite;
#[cfg(test)]
mod tests;
pub mod unit;

pub use self::log::Log;
pub use self::names::{BaseForm, Names};
pub use self::rewrite::Rewrite;

use self::manifest::Manifest;
use self::unit::Unit;
use super::disk::{Disk, RealDisk};
use crate::services::log::Log as ServerLog;
use parking_lot::Mutex;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// The append-only file of a server. Off until [`Aof::open`] or a [`Rewrite`] turns it on.
pub struct Aof {
    disk: Arc<dyn Disk>,
    names: Names,
    log: Log,
    set: Mutex<FileSet>,
    /// Whoever replaces the manifest has it. Taken before `set`.
    changing: Mutex<()>,
    rewriting: AtomicBool,
}

/// The files.
#[derive(Default)]
struct FileSet {
    manifest: Manifest,
    /// Bytes of all files but the current one.
    other_bytes: u64,
    /// Bytes of all files after the last rewrite, or at the start.
    base_bytes: u64,
}

/// How the append-only file is doing: what INFO persistence tells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    /// `aof_current_size`: bytes of all files.
    pub current_bytes: u64,
    /// `aof_base_size`: what that was after the last rewrite, or at the start.
    pub base_bytes: u64,
    /// `aof_buffer_length`: bytes that are not in the file yet.
    pub buffer_bytes: u64,
    /// `aof_pending_bio_fsync`: whether a sync of `everysec` goes on.
    pub is_syncing: bool,
    /// `aof_delayed_fsync`: syncs so slow that writes did not wait for them.
    pub delayed_syncs: u64,
}

impl Default for Aof {
    fn default() -> Self {
        Aof::new(Arc::new(RealDisk), Names::new("appendonlydir", "appendonly.aof"))
    }
}

impl Aof {
    /// An append-only file with these names, on this disk. Nothing is read or written yet.
    pub fn new(disk: Arc<dyn Disk>, names: Names) -> Self {
        Aof {
            disk,
            names,
            log: Log::default(),
            set: Mutex::default(),
            changing: Mutex::default(),
            rewriting: AtomicBool::new(false),
        }
    }

    /// See [`Log::is_on`].
    pub fn is_on(&self) -> bool {
        self.log.is_on()
    }

    /// See [`Log::append`].
    pub fn append(&self, unit: &Unit) -> u64 {
        self.log.append(unit)
    }

    /// See [`Log::settle`].
    pub fn settle(&self, offset: u64) -> io::Result<()> {
        self.log.settle(offset)
    }

    /// The log, for whoever needs more of it than the three above.
    pub fn log(&self) -> &Log {
        &self.log
    }

    /// What the files are called.
    pub fn names(&self) -> &Names {
        &self.names
    }

    /// The disk they are on.
    pub fn disk(&self) -> &dyn Disk {
        &*self.disk
    }

    /// Whether a rewrite is under way.
    pub fn is_rewriting(&self) -> bool {
        self.rewriting.load(Ordering::Acquire)
    }

    /// Turns the log off: what was appended is written and synced first. A rewrite under way is to
    /// be dropped before. The files stay, and the next rewrite makes them history.
    pub fn stop(&self, log: &ServerLog) {
        if let Err(error) = self.log.stop() {
            log.warning(format!("Error writing to the AOF file: {error}"));
        }
        let mut set = self.set.lock();
        (set.other_bytes, set.base_bytes) = (0, 0);
    }

    /// How it is doing.
    pub fn figures(&self) -> Figures {
        let log = self.log.figures();
        let set = self.set.lock();
        Figures {
            current_bytes: set.other_bytes + log.file_bytes,
            base_bytes: set.base_bytes,
            buffer_bytes: log.buffer_bytes,
            is_syncing: log.is_syncing,
            delayed_syncs: log.delayed_syncs,
        }
    }
}
