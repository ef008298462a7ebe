//! Which clients have which keys in their caches: in parts with a lock each, so that readers of
//! different keys do not meet. Names are the same in every database, as in Redis: a change in
//! one tells those too who read another, which costs them a look, and no more.

use crate::types::table::{Keyed, Table};
use crate::util::random;
use crossbeam::utils::CachePadded;
use parking_lot::RwLock;
use smallvec::SmallVec;
use std::sync::atomic::{AtomicUsize, Ordering};

/// How many parts there are.
const PARTS: usize = 256;

/// Ids of clients, ascending.
pub type Ids = SmallVec<[u64; 2]>;

/// A key that somebody has in a cache.
struct Cached {
    name: Box<[u8]>,
    clients: Ids,
}

impl Keyed for Box<Cached> {
    fn key(&self) -> &[u8] {
        &self.name
    }
}

/// Some of the keys.
#[derive(Default)]
struct Part {
    /// How many keys, read without the lock.
    len: AtomicUsize,
    /// How many clients, summed up over the keys.
    items: AtomicUsize,
    table: RwLock<Table<Box<Cached>>>,
}

/// All keys that somebody has in a cache.
pub struct Keys {
    parts: Box<[CachePadded<Part>]>,
    len: AtomicUsize,
}

impl Default for Keys {
    fn default() -> Self {
        let parts = (0..PARTS).map(|_| CachePadded::default()).collect();
        Keys { parts, len: AtomicUsize::new(0) }
    }
}

impl Keys {
    fn part(&self, hash: u64) -> &Part {
        &self.parts[hash as usize % PARTS]
    }

    /// A client has the key with this name and hash in its cache from now on. Returns whether
    /// nobody had. Where many have it, `weed` is asked now and then to take out the ids of those
    /// that have gone.
    pub fn add(&self, hash: u64, name: &[u8], client: u64, weed: impl FnOnce(&mut Ids)) -> bool {
        let part = self.part(hash);
        // Mostly it is known already, and readers of one key need not wait for each other.
        let known = part.table.read().get(name).map(|cached| cached.clients.binary_search(&client));
        if matches!(known, Some(Ok(_))) {
            return false;
        }
        let mut table = part.table.write();
        let make = || Box::new(Cached { name: name.into(), clients: Ids::new() });
        let is_new = table.get_or_insert(name, make).is_none();
        let Some(cached) = table.get_mut(name) else { return false };
        let before = cached.clients.len();
        cached.add(client, weed);
        part.items.fetch_add(cached.clients.len(), Ordering::Relaxed);
        part.items.fetch_sub(before, Ordering::Relaxed);
        if is_new {
            part.len.store(table.len(), Ordering::Relaxed);
            self.len.fetch_add(1, Ordering::Relaxed);
        }
        is_new
    }

    /// Takes a key out. Returns who had it in a cache. Where nobody has any key of its part, that
    /// takes one load.
    pub fn take(&self, hash: u64, name: &[u8]) -> Option<Ids> {
        let part = self.part(hash);
        if part.len.load(Ordering::Relaxed) == 0 {
            return None;
        }
        let mut table = part.table.write();
        let cached = table.remove(name)?;
        self.forget(part, &cached, table.len());
        Some(cached.clients)
    }

    /// Takes out a key by chance. Returns its name, and who had it in a cache.
    pub fn take_any(&self) -> Option<(Box<[u8]>, Ids)> {
        let start = random::below(PARTS as u64) as usize;
        let (before, after) = self.parts.split_at(start);
        let is_busy = |part: &&CachePadded<Part>| part.len.load(Ordering::Relaxed) > 0;
        let part = after.iter().chain(before).find(is_busy)?;
        let mut table = part.table.write();
        let name = table.random(&mut random::next)?.name.clone();
        let cached = table.remove(&name)?;
        self.forget(part, &cached, table.len());
        Some((name, cached.clients))
    }

    /// Takes out all keys.
    pub fn clear(&self) {
        for part in self.parts.iter() {
            let mut table = part.table.write();
            self.len.fetch_sub(table.len(), Ordering::Relaxed);
            part.len.store(0, Ordering::Relaxed);
            part.items.store(0, Ordering::Relaxed);
            let cleared = std::mem::take(&mut *table);
            drop(table);
            drop(cleared);
        }
    }

    /// How many keys there are.
    pub fn len(&self) -> usize {
        self.len.load(Ordering::Relaxed)
    }

    /// How many clients there are, summed up over the keys.
    pub fn items(&self) -> usize {
        self.parts.iter().map(|part| part.items.load(Ordering::Relaxed)).sum()
    }

    /// A key was taken out of a part, which is still locked, and has `left` others.
    fn forget(&self, part: &Part, cached: &Cached, left: usize) {
        part.len.store(left, Ordering::Relaxed);
        part.items.fetch_sub(cached.clients.len(), Ordering::Relaxed);
        self.len.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Cached {
    /// Adds a client. Before the list grows, `weed` takes out those that have gone: so it is
    /// never longer than twice what it has to be, and that costs each addition the same.
    fn add(&mut self, client: u64, weed: impl FnOnce(&mut Ids)) {
        let clients = &mut self.clients;
        if clients.len() == clients.capacity() {
            weed(clients);
            if clients.len() > clients.capacity() / 2 {
                clients.reserve_exact(clients.capacity());
            }
        }
        if let Err(index) = clients.binary_search(&client) {
            clients.insert(index, client);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Adds a client that has not gone.
    fn add(keys: &Keys, hash: u64, client: u64) -> bool {
        keys.add(hash, hash.to_string().as_bytes(), client, |_| {})
    }

    #[test]
    fn each_client_is_remembered_once_and_told_once() {
        let keys = Keys::default();
        assert!(add(&keys, 7, 30));
        assert!(!add(&keys, 7, 10) && !add(&keys, 7, 20) && !add(&keys, 7, 30));
        assert!(add(&keys, 7 + PARTS as u64, 1));
        assert_eq!((keys.len(), keys.items()), (2, 4));
        assert_eq!(keys.take(7, b"7"), Some(Ids::from_slice(&[10, 20, 30])));
        assert_eq!(keys.take(7, b"7"), None);
        assert_eq!((keys.len(), keys.items()), (1, 1));
        keys.clear();
        assert_eq!((keys.len(), keys.items()), (0, 0));
        assert!(keys.take_any().is_none());
    }

    #[test]
    fn any_key_can_be_taken_until_none_is_left() {
        let keys = Keys::default();
        (0..1000).for_each(|hash| assert!(add(&keys, hash, 1)));
        for left in (0..1000).rev() {
            assert!(keys.take_any().is_some());
            assert_eq!((keys.len(), keys.items()), (left, left));
        }
        assert!(keys.take_any().is_none());
    }

    #[test]
    fn those_that_have_gone_do_not_gather() {
        let keys = Keys::default();
        // Of a thousand clients only the last two are still there at any time.
        for client in 0..1000 {
            keys.add(1, b"k", client, |ids| ids.retain(|id| *id + 2 > client));
        }
        assert!(keys.items() < 10, "{}", keys.items());
        let left = keys.take(1, b"k").unwrap_or_default();
        assert!(left.ends_with(&[998, 999]), "{left:?}");
    }

    /// What one thread adds another one's leave-taking must not hide.
    #[test]
    fn who_adds_and_who_takes_may_meet_in_one_part() {
        let keys = Keys::default();
        let work = |hash: u64| {
            (0..200_000).all(|_| {
                add(&keys, hash, 1);
                keys.take(hash, hash.to_string().as_bytes()).is_some()
            })
        };
        std::thread::scope(|scope| {
            let threads: Vec<_> =
                (0..4).map(|n| scope.spawn(move || work(7 + n * PARTS as u64))).collect();
            for thread in threads {
                assert!(thread.join().expect("no panic"), "a key that was added is not found");
            }
        });
        assert_eq!((keys.len(), keys.items()), (0, 0));
    }
}
