//! The queues of those who wait, one for each key, first come first served.
//!
//! **A key's queue gets longer, and is served, only by who holds the lock of the key's shard.**
//! A blocking command looks at its keys and joins their queues under one lock, and a writer looks
//! at the queue before it lets go of its own: no wake-up is lost. Leaving a queue needs no shard,
//! since a waiter whose wait is over is passed by.

use super::waiter::Waiter;
use crate::store::SHARDS;
use ahash::RandomState;
use crossbeam::utils::CachePadded;
use parking_lot::Mutex;
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

/// A key, as queues know it: its database and the hash of its name. Two keys with one hash would
/// share a queue; a waiter's own arguments say which key it wants.
pub type QueueKey = (u16, u64);

/// Everyone who waits for a key.
pub struct Queues {
    parts: Box<[CachePadded<Part>]>,
    /// The waiters by their clients' IDs.
    clients: Mutex<HashMap<u64, Arc<Waiter>, RandomState>>,
    next_ticket: AtomicU64,
}

/// The queues of some of the keys.
#[derive(Default)]
struct Part {
    /// How many queues there are, read without the lock.
    len: AtomicUsize,
    queues: Mutex<HashMap<QueueKey, Queue, RandomState>>,
}

#[derive(Default)]
struct Queue {
    /// In the order of their tickets.
    waiters: VecDeque<Arc<Waiter>>,
    /// How many of them want to know when the key is gone.
    even_if_gone: usize,
    /// Somebody left with the promise to come back and serve it, holding more shards. Until
    /// then nobody else may take what the key holds ahead of the queue.
    is_promised: bool,
}

impl Default for Queues {
    fn default() -> Self {
        Queues {
            parts: (0..SHARDS).map(|_| CachePadded::default()).collect(),
            clients: Mutex::default(),
            next_ticket: AtomicU64::new(0),
        }
    }
}

impl Queue {
    /// Where the waiter with this ticket stands, or would.
    fn position(&self, ticket: u64) -> Result<usize, usize> {
        self.waiters.binary_search_by_key(&ticket, |waiter| waiter.ticket)
    }
}

impl Queues {
    fn part(&self, key: QueueKey) -> &Part {
        &self.parts[key.1 as usize % SHARDS]
    }

    /// A ticket for a new waiter.
    pub fn ticket(&self) -> u64 {
        self.next_ticket.fetch_add(1, Ordering::Relaxed)
    }

    /// Puts a waiter at the end of its keys' queues, whose shards the caller holds.
    pub fn join(&self, waiter: &Arc<Waiter>) {
        self.clients.lock().insert(waiter.client.id, Arc::clone(waiter));
        for hash in &waiter.wait.keys {
            let key = (waiter.db, *hash);
            let part = self.part(key);
            let mut queues = part.queues.lock();
            let queue = queues.entry(key).or_default();
            // Readers join under a shared lock, so that tickets may come out of order. A key that
            // is named twice is waited for once.
            if let Err(index) = queue.position(waiter.ticket) {
                queue.waiters.insert(index, Arc::clone(waiter));
                queue.even_if_gone += usize::from(waiter.wait.even_if_gone);
            }
            part.len.store(queues.len(), Ordering::Relaxed);
        }
    }

    /// Takes a waiter out of every queue.
    pub fn leave(&self, waiter: &Waiter) {
        self.clients.lock().remove(&waiter.client.id);
        for hash in &waiter.wait.keys {
            self.change((waiter.db, *hash), |queue| {
                if let Ok(index) = queue.position(waiter.ticket) {
                    queue.waiters.remove(index);
                    queue.even_if_gone -= usize::from(waiter.wait.even_if_gone);
                }
            });
        }
    }

    /// Whether anybody waits for `key`.
    pub fn is_awaited(&self, key: QueueKey) -> bool {
        self.look(key, |queue| !queue.waiters.is_empty()).unwrap_or(false)
    }

    /// The next waiter in the queue of `key` behind the one with the ticket `after`. If
    /// `only_if_gone` only who wants to know of a missing key.
    pub fn next(
        &self,
        key: QueueKey,
        after: Option<u64>,
        only_if_gone: bool,
    ) -> Option<Arc<Waiter>> {
        self.look(key, |queue| {
            if only_if_gone && queue.even_if_gone == 0 {
                return None;
            }
            let is_past =
                |waiter: &Arc<Waiter>| after.is_some_and(|ticket| waiter.ticket <= ticket);
            let start = queue.waiters.partition_point(is_past);
            let wanted = |waiter: &&Arc<Waiter>| waiter.wait.even_if_gone || !only_if_gone;
            queue.waiters.range(start..).find(wanted).cloned()
        })?
    }

    /// Promises to come back and serve the queue of `key`, or keeps the promise.
    pub fn promise(&self, key: QueueKey, is_promised: bool) {
        self.change(key, |queue| queue.is_promised = is_promised);
    }

    /// Whether somebody is about to come back and serve the queue of `key`.
    pub fn is_promised(&self, key: QueueKey) -> bool {
        self.look(key, |queue| queue.is_promised).unwrap_or(false)
    }

    /// The waiter of a client.
    pub fn of_client(&self, id: u64) -> Option<Arc<Waiter>> {
        self.clients.lock().get(&id).cloned()
    }

    /// Every key that is waited for.
    pub fn all(&self) -> Vec<QueueKey> {
        let busy = self.parts.iter().filter(|part| part.len.load(Ordering::Relaxed) > 0);
        busy.flat_map(|part| part.queues.lock().keys().copied().collect::<Vec<_>>()).collect()
    }

    /// How many keys are waited for, and by how many of their queues it would be noticed that
    /// the key is gone.
    pub fn counts(&self) -> (usize, usize) {
        let busy = self.parts.iter().filter(|part| part.len.load(Ordering::Relaxed) > 0);
        busy.fold((0, 0), |(keys, on_nokey), part| {
            let queues = part.queues.lock();
            let noticed = queues.values().filter(|queue| queue.even_if_gone > 0).count();
            (keys + queues.len(), on_nokey + noticed)
        })
    }

    /// Looks at a queue, if there is one. Where no key of its part is waited for, that takes
    /// one load.
    fn look<R>(&self, key: QueueKey, look: impl FnOnce(&Queue) -> R) -> Option<R> {
        let part = self.part(key);
        if part.len.load(Ordering::Relaxed) == 0 {
            return None;
        }
        part.queues.lock().get(&key).map(look)
    }

    /// Changes a queue, if there is one; an empty one goes.
    fn change(&self, key: QueueKey, change: impl FnOnce(&mut Queue)) {
        let part = self.part(key);
        let mut queues = part.queues.lock();
        let Some(queue) = queues.get_mut(&key) else { return };
        change(queue);
        if queue.waiters.is_empty() && !queue.is_promised {
            queues.remove(&key);
        }
        part.len.store(queues.len(), Ordering::Relaxed);
    }
}
