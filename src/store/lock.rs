//! One shard's lock, fair to writers. DashMap's lock lets readers pass writers that wait:
//! with a few readers hammering one shard a writer starves for seconds. A writer that
//! finds the lock taken therefore stands in a turnstile and raises a counter; readers that
//! see it raised queue behind the turnstile. The fast path costs one relaxed load.

use super::database::Table;
use dashmap::{RwLock, RwLockReadGuard, RwLockWriteGuard};
use parking_lot::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};

/// Shared access to a shard's table.
pub type ReadGuard<'a> = RwLockReadGuard<'a, Table>;
/// Exclusive access to a shard's table.
pub type WriteGuard<'a> = RwLockWriteGuard<'a, Table>;

/// What stands in front of a shard's lock.
#[derive(Default)]
pub struct Turnstile {
    waiting_writers: AtomicU32,
    queue: Mutex<()>,
}

impl Turnstile {
    /// Locks for reading, behind any writer that already waits. The flag says whether it had to wait.
    pub fn read<'a>(&self, lock: &'a RwLock<Table>) -> (ReadGuard<'a>, bool) {
        if let Some(guard) = self.try_read(lock) {
            return (guard, false);
        }
        if self.waiting_writers.load(Ordering::Relaxed) != 0 {
            // The writer at the head holds this until it has the lock.
            drop(self.queue.lock());
        }
        (lock.read(), true)
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
        drop(head);
        (guard, true)
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
