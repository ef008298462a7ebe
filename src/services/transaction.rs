//! A client's transaction before it runs: what it queued since MULTI, and the keys it watches.

use crate::protocol::{Key, Request};
use crate::store::watch::Flag;
use crate::store::{Keyspace, Shard, Txn};
use std::sync::atomic::Ordering;

/// What MULTI began.
#[derive(Default)]
pub struct Queue {
    /// The requests, with their commands' places in the table.
    pub requests: Vec<(usize, Request)>,
    /// Bytes they take.
    pub bytes: usize,
    /// A command was refused: EXEC will refuse all of them.
    pub failed: bool,
}

impl Queue {
    /// Adds a request.
    pub fn push(&mut self, row: usize, request: Request) {
        self.bytes += request.memory_bytes();
        self.requests.push((row, request));
    }
}

/// The keys a client watches.
#[derive(Default)]
pub struct Watches {
    flag: Flag,
    keys: Vec<Watched>,
}

struct Watched {
    db: u16,
    hash: u64,
    name: Box<[u8]>,
    /// Whether the key was there. One that was missing can only appear.
    was_there: bool,
}

impl Watches {
    /// How many keys.
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// Database and hash of each: what EXEC has to lock beside its own keys. Without that, two
    /// clients that each watch what the other writes could both succeed.
    pub fn places(&self) -> impl Iterator<Item = (u16, u64)> + '_ {
        self.keys.iter().map(|watched| (watched.db, watched.hash))
    }

    /// Watches a key, whose shard `txn` holds.
    pub fn add(&mut self, txn: &Txn<'_>, key: Key<'_>) {
        if self.keys.iter().any(|watched| watched.is(key)) {
            return;
        }
        let was_there = txn.peek(key).is_some();
        shard(txn.keyspace(), key.db, key.hash).watchers.add(key.name, &self.flag, was_there);
        let (db, hash, name) = (key.db, key.hash, key.name.into());
        self.keys.push(Watched { db, hash, name, was_there });
    }

    /// Whether a watched key was touched, or its time has come. `txn` holds all their shards.
    pub fn are_broken(&self, txn: &Txn<'_>) -> bool {
        let has_expired = |watched: &Watched| {
            let key = Key { name: &watched.name, hash: watched.hash, db: watched.db };
            watched.was_there && txn.peek(key).is_none()
        };
        self.flag.load(Ordering::Acquire) || self.keys.iter().any(has_expired)
    }

    /// Watches nothing any more.
    pub fn clear(&mut self, keyspace: &Keyspace) {
        for watched in self.keys.drain(..) {
            let shard = shard(keyspace, watched.db, watched.hash);
            shard.watchers.remove(&watched.name, &self.flag);
        }
        self.flag = Flag::default();
    }
}

impl Watched {
    fn is(&self, key: Key<'_>) -> bool {
        self.hash == key.hash && self.db == key.db && *self.name == *key.name
    }
}

fn shard(keyspace: &Keyspace, db: u16, hash: u64) -> &Shard {
    keyspace.shard(keyspace.place(db, hash))
}
