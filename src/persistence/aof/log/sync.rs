//! Syncing once a second: one thread does it beside those that write. It is what
//! `appendfsync everysec` asks for; under `always` it finds something to do only where syncs were
//! held back before.

use super::Log;
use super::trouble::Trouble;
use crate::services::config::choices::AppendFsync;
use crate::util::clock;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// How long after the beginning of one sync the next begins.
const EVERY_MS: u64 = 1000;
/// A sync that takes longer is told about.
const SLOW_MS: u64 = 2000;

/// The syncs. Times are of the monotonic clock, in milliseconds; 0 is none.
#[derive(Default)]
pub struct Syncs {
    /// When the one that goes on began.
    began_ms: AtomicU64,
    /// When the last one began.
    last_ms: AtomicU64,
    /// Which one was found to be slow: when it began.
    slow_ms: AtomicU64,
    delayed: AtomicU64,
}

impl Syncs {
    /// Whether one goes on.
    pub fn is_one_going_on(&self) -> bool {
        self.began_ms.load(Ordering::Relaxed) != 0
    }

    /// How many were so slow that writes did not wait for them.
    pub fn delayed(&self) -> u64 {
        self.delayed.load(Ordering::Relaxed)
    }
}

impl Log {
    /// Syncs what is written, if a second has passed since this was done. Nobody is kept from
    /// writing meanwhile.
    pub(super) fn sync_if_due(&self) {
        let now_ms = clock::mono_ms().max(1);
        let is_due = self.policy() != AppendFsync::No
            && !self.settings.hold_syncs.load(Ordering::Relaxed)
            && now_ms.saturating_sub(self.syncs.last_ms.load(Ordering::Relaxed)) >= EVERY_MS
            && self.synced_offset() < self.written_offset()
            && !self.needs_rewrite();
        if !is_due {
            return;
        }
        let (file, written) = {
            let sink = self.sink.lock();
            let Some(file) = sink.file() else { return };
            (Arc::clone(file), self.written_offset())
        };
        self.syncs.last_ms.store(now_ms, Ordering::Relaxed);
        self.syncs.began_ms.store(now_ms, Ordering::Relaxed);
        let outcome = file.sync().map_err(Trouble::syncing);
        self.syncs.began_ms.store(0, Ordering::Relaxed);
        if outcome.is_ok() {
            // If another file came meanwhile, this one was synced before it did.
            self.synced.fetch_max(written, Ordering::Release);
        }
        self.note_and_wake(outcome);
    }

    /// Tells, once for each, of a sync that takes long while there is something to write.
    pub(super) fn watch_slow_sync(&self) {
        let began_ms = self.syncs.began_ms.load(Ordering::Relaxed);
        let is_slow = began_ms != 0 && clock::mono_ms().saturating_sub(began_ms) > SLOW_MS;
        if is_slow && self.syncs.slow_ms.swap(began_ms, Ordering::Relaxed) != began_ms {
            self.syncs.delayed.fetch_add(1, Ordering::Relaxed);
            self.tell(
                "Asynchronous AOF fsync is taking too long (disk is busy?). Writing the AOF \
                 buffer without waiting for fsync to complete, this may slow down the server."
                    .to_owned(),
            );
        }
    }
}
