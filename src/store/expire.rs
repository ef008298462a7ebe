//! Exact expiry: each shard keeps a heap of (deadline, hash of the key's name), and the reaper
//! sleeps until the next deadline anywhere. An entry of the heap whose key has meanwhile gone or
//! got another deadline is stale: it is dropped when it surfaces, and all of them are weeded
//! out when they outnumber the live.
//!
//! The fields of a hash may expire too, each at its own time. The hash itself keeps their order
//! (`types::hash`); the heap holds the earliest of them, in an entry like a key's. Which of the
//! two an entry stands for is not said: who takes it looks at the key. So
//!
//! - each key's deadline, and each hash's earliest deadline of a field, has an entry: whatever
//!   is due surfaces;
//! - one entry may stand for both, where they are equal: a key that goes takes its fields along.

use parking_lot::{Condvar, Mutex};
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::time::Duration;

/// "No deadline at all."
pub const NEVER: i64 = i64::MAX;
/// Below this many entries stale ones are not worth weeding out.
const WEED_MIN: usize = 64;

/// The deadlines of one shard. Changed only under the shard's exclusive lock; the mutex
/// inside is never contended.
pub struct Deadlines {
    heap: Mutex<BinaryHeap<Reverse<(i64, u64)>>>,
    /// Entries of the heap, the stale ones with them; read without the lock.
    entries: AtomicUsize,
    /// The earliest deadline in the heap.
    next_ms: AtomicI64,
    /// Keys of the shard that have a deadline.
    volatile: AtomicUsize,
    /// Hashes of the shard with a field that has one.
    hashes: AtomicUsize,
    /// The sum of their deadlines, for the average that INFO shows.
    sum_ms: AtomicI64,
}

impl Default for Deadlines {
    fn default() -> Self {
        Deadlines {
            heap: Mutex::default(),
            entries: AtomicUsize::new(0),
            next_ms: AtomicI64::new(NEVER),
            volatile: AtomicUsize::new(0),
            hashes: AtomicUsize::new(0),
            sum_ms: AtomicI64::new(0),
        }
    }
}

impl Deadlines {
    /// A key got this deadline. Returns whether it is now the shard's earliest.
    pub fn add(&self, at_ms: i64, hash: u64) -> bool {
        self.volatile.fetch_add(1, Ordering::Relaxed);
        self.sum_ms.fetch_add(at_ms, Ordering::Relaxed);
        self.push(at_ms, hash)
    }

    /// This became the earliest deadline of a hash's fields, which had none before. Returns
    /// whether it is now the shard's earliest.
    pub fn add_fields(&self, at_ms: i64, hash: u64) -> bool {
        self.hashes.fetch_add(1, Ordering::Relaxed);
        self.push(at_ms, hash)
    }

    fn push(&self, at_ms: i64, hash: u64) -> bool {
        let mut heap = self.heap.lock();
        let earliest = at_ms < self.next_ms.load(Ordering::Relaxed);
        heap.push(Reverse((at_ms, hash)));
        self.note(&heap);
        earliest
    }

    /// A key lost this deadline: its heap entry is stale from now on. Returns whether the stale
    /// outnumber the live, and [`Deadlines::weed`] is due.
    #[must_use]
    pub fn forget(&self, at_ms: i64) -> bool {
        self.volatile.fetch_sub(1, Ordering::Relaxed);
        self.sum_ms.fetch_sub(at_ms, Ordering::Relaxed);
        self.is_overgrown()
    }

    /// A hash's fields lost their earliest deadline. The heap entry and the answer are as with
    /// [`Deadlines::forget`].
    #[must_use]
    pub fn forget_fields(&self) -> bool {
        self.hashes.fetch_sub(1, Ordering::Relaxed);
        self.is_overgrown()
    }

    fn is_overgrown(&self) -> bool {
        let entries = self.entries.load(Ordering::Relaxed);
        entries > WEED_MIN && entries > 2 * (self.volatile() + self.hashes())
    }

    /// Takes the stale entries out: those that no key has, says `is_live`, and all but one of
    /// those that are equal, left behind by a key that lost a deadline and got it again. What
    /// that costs is shared by the many changes that made them stale.
    pub fn weed(&self, is_live: impl Fn(i64, u64) -> bool) {
        let mut heap = self.heap.lock();
        let mut entries = std::mem::take(&mut *heap).into_vec();
        entries.retain(|Reverse((at_ms, hash))| is_live(*at_ms, *hash));
        entries.sort_unstable();
        entries.dedup();
        entries.shrink_to(2 * entries.len());
        *heap = BinaryHeap::from(entries);
        self.note(&heap);
    }

    /// Takes the next entry whose deadline has passed. It may be stale.
    pub fn pop_due(&self, now_ms: i64) -> Option<(i64, u64)> {
        let mut heap = self.heap.lock();
        let due = heap.peek().is_some_and(|Reverse((at, _))| *at <= now_ms);
        let popped = if due { heap.pop() } else { None };
        if heap.is_empty() && heap.capacity() > WEED_MIN {
            *heap = BinaryHeap::new();
        }
        self.note(&heap);
        popped.map(|Reverse(entry)| entry)
    }

    /// Puts an entry back that was taken too early.
    pub fn put_back(&self, at_ms: i64, hash: u64) {
        self.push(at_ms, hash);
    }

    /// The earliest deadline, [`NEVER`] if there is none.
    pub fn next_ms(&self) -> i64 {
        self.next_ms.load(Ordering::SeqCst)
    }

    /// Keys with a deadline.
    pub fn volatile(&self) -> usize {
        self.volatile.load(Ordering::Relaxed)
    }

    /// Hashes with a field that has a deadline.
    pub fn hashes(&self) -> usize {
        self.hashes.load(Ordering::Relaxed)
    }

    /// The sum of all keys' deadlines, wrapping; with [`Deadlines::volatile`] it gives the average.
    pub fn sum_ms(&self) -> i64 {
        self.sum_ms.load(Ordering::Relaxed)
    }

    /// Exchanges everything with another shard's (SWAPDB, FLUSHALL), both locked by the caller.
    /// The reaper may look just then and find neither's earliest deadline: after a swap it has
    /// to hear of it by [`Alarm::deadline_set`].
    pub fn swap(&self, other: &Deadlines) {
        let (mut heap, mut others) = (self.heap.lock(), other.heap.lock());
        std::mem::swap(&mut *heap, &mut *others);
        self.note(&heap);
        other.note(&others);
        let volatile = self.volatile.swap(other.volatile(), Ordering::Relaxed);
        other.volatile.store(volatile, Ordering::Relaxed);
        let hashes = self.hashes.swap(other.hashes(), Ordering::Relaxed);
        other.hashes.store(hashes, Ordering::Relaxed);
        let sum = self.sum_ms.swap(other.sum_ms(), Ordering::Relaxed);
        other.sum_ms.store(sum, Ordering::Relaxed);
    }

    /// Bytes the heap has allocated.
    pub fn allocated_bytes(&self) -> usize {
        self.heap.lock().capacity() * size_of::<Reverse<(i64, u64)>>()
    }

    /// Keeps what is read without the lock true to the heap.
    fn note(&self, heap: &BinaryHeap<Reverse<(i64, u64)>>) {
        let next_ms = heap.peek().map_or(NEVER, |Reverse((at_ms, _))| *at_ms);
        self.next_ms.store(next_ms, Ordering::SeqCst);
        self.entries.store(heap.len(), Ordering::Relaxed);
    }
}

/// Wakes the reaper when a deadline appears that is earlier than the one it sleeps for.
pub struct Alarm {
    at_ms: AtomicI64,
    lock: Mutex<()>,
    bell: Condvar,
}

impl Default for Alarm {
    fn default() -> Self {
        Alarm { at_ms: AtomicI64::new(NEVER), lock: Mutex::default(), bell: Condvar::new() }
    }
}

impl Alarm {
    /// A deadline was set somewhere.
    pub fn deadline_set(&self, at_ms: i64) {
        if at_ms < self.at_ms.load(Ordering::SeqCst) {
            self.at_ms.fetch_min(at_ms, Ordering::SeqCst);
            self.ring();
        }
    }

    /// Ends the reaper's sleep at once.
    pub fn ring(&self) {
        let _held = self.lock.lock();
        self.bell.notify_all();
    }

    /// From here on every new deadline rings: call it before looking for the next one.
    pub fn arm(&self) {
        self.at_ms.store(NEVER, Ordering::SeqCst);
    }

    /// Sleeps until `next_ms`, an earlier deadline, or a ring; `now_ms` tells the time.
    pub fn sleep(&self, next_ms: i64, longest: Duration, now_ms: impl Fn() -> i64) {
        let mut held = self.lock.lock();
        let at_ms = self.at_ms.fetch_min(next_ms, Ordering::SeqCst).min(next_ms);
        let left_ms = at_ms.saturating_sub(now_ms());
        if left_ms > 0 {
            let left = Duration::from_millis(left_ms as u64);
            self.bell.wait_for(&mut held, left.min(longest));
        }
    }
}
