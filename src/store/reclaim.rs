//! Freeing what was deleted. A large value takes milliseconds to free; that happens on
//! the reclaimer's thread, after the guards are released, for DEL, UNLINK, expiry,
//! overwriting and flushing alike.

use super::database::Table;
use super::entry::Entry;
use crossbeam::channel::{Receiver, Sender, unbounded};
use std::sync::atomic::{AtomicU64, Ordering};

/// The most things that wait: when clients delete faster than one thread can free, each
/// frees its own. All shards of sixteen databases fit in twice.
const QUEUE_MAX: usize = 8192;

/// Something to be freed.
pub enum Garbage {
    /// One key with its value.
    Entry(Entry),
    /// A flushed shard.
    Table(Table),
}

impl Garbage {
    /// How many keys it is, as `lazyfreed_objects` counts.
    fn objects(&self) -> u64 {
        match self {
            Garbage::Entry(_) => 1,
            Garbage::Table(table) => table.len() as u64,
        }
    }
}

/// The queue to the thread that frees.
pub struct Reclaimer {
    sender: Sender<Garbage>,
    receiver: Receiver<Garbage>,
    pending: AtomicU64,
    freed: AtomicU64,
}

impl Default for Reclaimer {
    fn default() -> Self {
        let (sender, receiver) = unbounded();
        Reclaimer { sender, receiver, pending: AtomicU64::new(0), freed: AtomicU64::new(0) }
    }
}

impl Reclaimer {
    /// Frees small things here and hands large ones over. No guard may be held.
    pub fn free(&self, garbage: Garbage) {
        let heavy = match &garbage {
            Garbage::Entry(entry) => entry.is_heavy(),
            Garbage::Table(table) => table.buckets() > 1,
        };
        if !heavy || self.sender.len() >= QUEUE_MAX {
            return drop(garbage);
        }
        self.pending.fetch_add(garbage.objects(), Ordering::Relaxed);
        // The receiver lives as long as the sender does: sending cannot fail.
        let _ = self.sender.send(garbage);
    }

    /// Frees one thing, waiting for it. The reclaimer's thread calls this for ever.
    pub fn free_next(&self) {
        let Ok(garbage) = self.receiver.recv() else { return };
        let objects = garbage.objects();
        drop(garbage);
        self.pending.fetch_sub(objects, Ordering::Relaxed);
        self.freed.fetch_add(objects, Ordering::Relaxed);
    }

    /// Objects that wait to be freed.
    pub fn pending(&self) -> u64 {
        self.pending.load(Ordering::Relaxed)
    }

    /// Objects freed by the reclaimer so far.
    pub fn freed(&self) -> u64 {
        self.freed.load(Ordering::Relaxed)
    }

    /// Sets the count of freed objects back to zero.
    pub fn reset_stats(&self) {
        self.freed.store(0, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_waits_is_bounded() {
        let reclaimer = Reclaimer::default();
        for _ in 0..QUEUE_MAX + 5 {
            reclaimer.free(Garbage::Table(Table::with_capacity(4)));
        }
        assert_eq!(reclaimer.receiver.len(), QUEUE_MAX);
        (0..QUEUE_MAX).for_each(|_| reclaimer.free_next());
        assert_eq!((reclaimer.receiver.len(), reclaimer.pending()), (0, 0));
    }
}
