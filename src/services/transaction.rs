//! A client's transaction before it runs: what it queued since MULTI, and the keys it watches.

use crate::protocol::{Key, Request};
use crate::store::watch::Flag;
use crate::store::{Keyspace, Shard, Txn};
use ahash::RandomState;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
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
    /// By database and name.
    keys: HashMap<(u16, Box<[u8]>), Watched, RandomState>,
}

struct Watched {
    hash: u64,
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
        self.keys.iter().map(|((db, _), watched)| (*db, watched.hash))
    }

    /// Watches a key, whose shard `txn` holds.
    pub fn add(&mut self, txn: &Txn<'_>, key: Key<'_>) {
        let Entry::Vacant(place) = self.keys.entry((key.db, key.name.into())) else { return };
        let was_there = txn.peek(key).is_some();
        shard(txn.keyspace(), key.db, key.hash).watchers.add(key.name, &self.flag, was_there);
        place.insert(Watched { hash: key.hash, was_there });
    }

    /// Whether a watched key was touched, or its time has come. `txn` holds all their shards.
    pub fn are_broken(&self, txn: &Txn<'_>) -> bool {
        let has_expired = |((db, name), watched): (&(u16, Box<[u8]>), &Watched)| {
            let key = Key { name, hash: watched.hash, db: *db };
            watched.was_there && txn.peek(key).is_none()
        };
        self.flag.load(Ordering::Acquire) || self.keys.iter().any(has_expired)
    }

    /// Watches nothing any more.
    pub fn clear(&mut self, keyspace: &Keyspace) {
        for ((db, name), watched) in std::mem::take(&mut self.keys) {
            shard(keyspace, db, watched.hash).watchers.remove(&name, &self.flag);
        }
        self.flag = Flag::default();
    }
}

fn shard(keyspace: &Keyspace, db: u16, hash: u64) -> &Shard {
    keyspace.shard(keyspace.place(db, hash))
}
