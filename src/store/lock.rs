//! One shard's lock, fair to writers. DashMap's lock lets readers pass writers that wait:
//! with a few readers hammering one shard a writer starves for seconds. A writer that
//! finds the lock taken therefore stands in a turnstile and raises a counter; readers that
//! see it raised queue behind the turnstile. The fast path costs one relaxed load.
//!
//! Nor does the lock give way to who waits when its holder takes it again at once: whoever works
//! in bites calls [`Turnstile::give_way`] between them.

use super::database::Table;
use dashmap::{RwLock, RwLockReadGuard, RwLockWriteGuard};
use parking_lot::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// Shared access to a shard's table.
pub type ReadGuard<'a> = RwLockReadGuard<'a, Table>;
/// Exclusive access to a shard's table.
pub type WriteGuard<'a> = RwLockWriteGuard<'a, Table>;

/// What stands in front of a shard's lock.
#[derive(Default)]
pub struct Turnstile {
    waiting_writers: AtomicU32,
    waiting_readers: AtomicU32,
    /// How often somebody got the lock after waiting for it; wraps.
    turns: AtomicU32,
    queue: Mutex<()>,
}

impl Turnstile {
    /// Locks for reading, behind any writer that already waits. The flag says whether it had to wait.
    pub fn read<'a>(&self, lock: &'a RwLock<Table>) -> (ReadGuard<'a>, bool) {
        if let Some(guard) = self.try_read(lock) {
            return (guard, false);
        }
        self.waiting_readers.fetch_add(1, Ordering::Relaxed);
        if self.waiting_writers.load(Ordering::Relaxed) != 0 {
            // The writer at the head holds this until it has the lock.
            drop(self.queue.lock());
        }
        let guard = lock.read();
        self.waiting_readers.fetch_sub(1, Ordering::Relaxed);
        self.turns.fetch_add(1, Ordering::Relaxed);
        (guard, true)
    }

    /// Locks for reading if that is possible at once and no writer waits.
    pub fn try_read<'a>(&self, lock: &'a RwLock<Table>) -> Option<ReadGuard<'a>> {
        if self.waiting_writers.load(Ordering::Relaxed) != 0 {
            return None;
        }
        lock.try_read()
    }

    /// Locks for writing. The flag says whether it had to wait.
    pub fn write<'a>(&self, lock: &'a RwLock<Table>) -> (WriteGuard<'a>, bool) {
        if let Some(guard) = lock.try_write() {
            return (guard, false);
        }
        self.waiting_writers.fetch_add(1, Ordering::Relaxed);
        let head = self.queue.lock();
        let guard = lock.write();
        self.waiting_writers.fetch_sub(1, Ordering::Relaxed);
        self.turns.fetch_add(1, Ordering::Relaxed);
        drop(head);
        (guard, true)
    }

    /// Lets somebody who waits for the lock go first; comes back soon in any case. To be called
    /// without the lock.
    pub fn give_way(&self) {
        const NAP: Duration = Duration::from_micros(50);
        const LONGEST: Duration = Duration::from_millis(1);
        let turn = self.turns.load(Ordering::Relaxed);
        let began = Instant::now();
        while self.is_awaited()
            && self.turns.load(Ordering::Relaxed) == turn
            && began.elapsed() < LONGEST
        {
            thread::sleep(NAP);
        }
    }

    fn is_awaited(&self) -> bool {
        self.waiting_readers.load(Ordering::Relaxed) != 0
            || self.waiting_writers.load(Ordering::Relaxed) != 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::AtomicBool;
    use std::time::{Duration, Instant};

    /// The longest of 200 waits of a writer beside readers that never leave the lock free.
    fn worst_wait(read: impl Fn() + Sync, write: impl Fn()) -> Duration {
        let stop = AtomicBool::new(false);
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    while !stop.load(Ordering::Relaxed) {
                        read();
                    }
                });
            }
            std::thread::sleep(Duration::from_millis(20));
            let begin = Instant::now();
            let mut waits: Vec<Duration> = (0..200)
                .map(|_| {
                    let begin = Instant::now();
                    write();
                    begin.elapsed()
                })
                .take_while(|_| begin.elapsed() < Duration::from_secs(20))
                .collect();
            stop.store(true, Ordering::Relaxed);
            waits.sort();
            waits[waits.len() * 99 / 100 - 1]
        })
    }

    /// Without `give_way` the others wait until all bites are done.
    #[test]
    fn who_works_in_bites_lets_others_in_between() {
        const BITES: u32 = 2_000;
        let (turnstile, lock) = (Turnstile::default(), RwLock::new(Table::new()));
        let done = AtomicBool::new(false);
        let waited = std::thread::scope(|scope| {
            scope.spawn(|| {
                for _ in 0..BITES {
                    let guard = turnstile.write(&lock);
                    std::thread::sleep(Duration::from_micros(100));
                    drop(guard);
                    turnstile.give_way();
                }
                done.store(true, Ordering::Relaxed);
            });
            let mut waited = 0;
            while !done.load(Ordering::Relaxed) {
                let (guard, waits) = turnstile.read(&lock);
                drop(guard);
                waited += u32::from(waits);
                let (guard, waits) = turnstile.write(&lock);
                drop(guard);
                waited += u32::from(waits);
            }
            waited
        });
        println!("{waited} waits beside {BITES} bites");
        assert!(waited > BITES / 4, "{waited}");
    }

    #[test]
    fn readers_give_way_to_a_waiting_writer() {
        let (turnstile, lock) = (Turnstile::default(), RwLock::new(Table::new()));
        let hold = || std::thread::sleep(Duration::from_micros(200));
        let p99 = worst_wait(
            || {
                let _guard = turnstile.read(&lock);
                hold();
            },
            || drop(turnstile.write(&lock)),
        );
        println!("p99 wait of a writer beside 8 readers: {p99:?}");
        assert!(p99 < Duration::from_millis(100), "{p99:?}");
    }
}
