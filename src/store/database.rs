//! Databases: 256 shards each over one `DashMap`, and what stands beside every shard.

use super::access::AccessPolicy;
use super::entry::Entry;
#[cfg(doc)]
use super::event::Class;
use super::expire::{Alarm, Deadlines, NEVER};
use super::lock::{ReadGuard, Turnstile, WriteGuard};
use super::reclaim::Reclaimer;
use super::snapshot::Snapshots;
use super::watch::Watchers;
use ahash::RandomState;
use crossbeam::utils::CachePadded;
use dashmap::{DashMap, RwLock, SharedValue};
use std::hash::{Hash, Hasher};
use std::sync::atomic::{AtomicBool, AtomicU32};

/// Shards of one database.
pub const SHARDS: usize = 256;

/// One shard's hash table, as `DashMap` has it.
pub type Table = hashbrown::raw::RawTable<(Entry, SharedValue<()>)>;

/// All databases of the server, and what they share.
pub struct Keyspace {
    databases: Box<[Database]>,
    hasher: RandomState,
    /// How accesses are recorded.
    pub access: AccessPolicy,
    /// Frees large values.
    pub reclaimer: Reclaimer,
    /// Wakes the reaper.
    pub alarm: Alarm,
    /// The snapshot that is under way.
    pub snapshots: Snapshots,
    /// What `notify-keyspace-events` asks for: classes of events, and channels for them.
    pub wanted_events: AtomicU32,
    /// Whether the names of fields that expire are to be recorded: changes are logged.
    pub wants_names: AtomicBool,
}

/// One database.
pub struct Database {
    map: DashMap<Entry, (), RandomState>,
    shards: Box<[CachePadded<Shard>]>,
}

/// What stands beside a shard's table.
#[derive(Default)]
pub struct Shard {
    /// Makes the table's lock fair to writers.
    pub turnstile: Turnstile,
    /// The deadlines of its volatile keys, and of the fields of its hashes.
    pub deadlines: Deadlines,
    /// Clients that watch keys of it.
    pub watchers: Watchers,
}

/// The number of one shard of one database: locks are taken in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place(u32);

impl Place {
    /// Shard `shard` of database `db`.
    pub fn new(db: u16, shard: usize) -> Place {
        Place(u32::from(db) * SHARDS as u32 + shard as u32)
    }

    /// The database's number.
    pub fn db(self) -> u16 {
        (self.0 / SHARDS as u32) as u16
    }

    /// The shard's number within its database.
    pub fn shard(self) -> usize {
        self.0 as usize % SHARDS
    }
}

impl Keyspace {
    /// Empty databases. The hash's seed is random for each process.
    pub fn new(databases: u16) -> Keyspace {
        let hasher = RandomState::new();
        Keyspace {
            databases: (0..databases).map(|_| Database::new(&hasher)).collect(),
            hasher,
            access: AccessPolicy::default(),
            reclaimer: Reclaimer::default(),
            alarm: Alarm::default(),
            snapshots: Snapshots::default(),
            wanted_events: AtomicU32::new(0),
            wants_names: AtomicBool::new(false),
        }
    }

    /// The hash of a key's name: computed once for each command, and carried.
    pub fn hash(&self, name: &[u8]) -> u64 {
        self.hasher.hash_one(name)
    }

    /// How many databases there are.
    pub fn databases(&self) -> u16 {
        self.databases.len() as u16
    }

    /// A database by its number, which the caller has checked.
    pub fn database(&self, db: u16) -> &Database {
        &self.databases[usize::from(db)]
    }

    /// The place of the key with this hash.
    pub fn place(&self, db: u16, hash: u64) -> Place {
        Place::new(db, self.database(db).map.determine_shard(hash as usize))
    }

    /// What stands beside the table of a place.
    pub fn shard(&self, place: Place) -> &Shard {
        self.database(place.db()).shard(place.shard())
    }

    /// The earliest deadline of all keys and fields, [`NEVER`] if there is none.
    pub fn next_deadline_ms(&self) -> i64 {
        let shards = self.databases.iter().flat_map(|db| db.shards.iter());
        shards.map(|shard| shard.deadlines.next_ms()).min().unwrap_or(NEVER)
    }

    /// Places with a deadline that has passed.
    pub fn due_places(&self, now_ms: i64) -> impl Iterator<Item = Place> + '_ {
        self.databases.iter().enumerate().flat_map(move |(db, database)| {
            let shards = database.shards.iter().enumerate();
            shards
                .filter(move |(_, shard)| shard.deadlines.next_ms() <= now_ms)
                .map(move |(shard, _)| Place::new(db as u16, shard))
        })
    }
}

impl Database {
    fn new(hasher: &RandomState) -> Database {
        Database {
            map: DashMap::with_capacity_and_hasher_and_shard_amount(0, hasher.clone(), SHARDS),
            shards: (0..SHARDS).map(|_| CachePadded::default()).collect(),
        }
    }

    /// What stands beside shard `shard`.
    pub fn shard(&self, shard: usize) -> &Shard {
        &self.shards[shard]
    }

    /// Locks one shard for reading. The flag says whether it had to wait.
    pub fn read(&self, shard: usize) -> (ReadGuard<'_>, bool) {
        self.shards[shard].turnstile.read(self.lock(shard))
    }

    /// Locks one shard for reading if that is possible at once.
    pub fn try_read(&self, shard: usize) -> Option<ReadGuard<'_>> {
        self.shards[shard].turnstile.try_read(self.lock(shard))
    }

    /// Locks one shard for writing if that is possible at once.
    pub fn try_write(&self, shard: usize) -> Option<WriteGuard<'_>> {
        self.lock(shard).try_write()
    }

    /// Locks one shard for writing. The flag says whether it had to wait.
    pub fn write(&self, shard: usize) -> (WriteGuard<'_>, bool) {
        self.shards[shard].turnstile.write(self.lock(shard))
    }

    /// Keys that have a deadline.
    pub fn volatile(&self) -> usize {
        self.shards.iter().map(|shard| shard.deadlines.volatile()).sum()
    }

    /// Hashes with a field that has a deadline.
    pub fn volatile_hashes(&self) -> usize {
        self.shards.iter().map(|shard| shard.deadlines.hashes()).sum()
    }

    /// The average time to live of keys that have one, in milliseconds.
    pub fn average_ttl_ms(&self, now_ms: i64) -> i64 {
        let (mut count, mut sum_ms) = (0i64, 0i128);
        for shard in &self.shards {
            count += shard.deadlines.volatile() as i64;
            sum_ms += i128::from(shard.deadlines.sum_ms());
        }
        if count == 0 {
            return 0;
        }
        let average = sum_ms / i128::from(count) - i128::from(now_ms);
        i64::try_from(average.max(0)).unwrap_or(i64::MAX)
    }

    fn lock(&self, shard: usize) -> &RwLock<Table> {
        &self.map.shards()[shard]
    }
}

impl Hash for Entry {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.name().hash(state);
    }
}

impl PartialEq for Entry {
    fn eq(&self, other: &Entry) -> bool {
        self.name() == other.name()
    }
}

impl Eq for Entry {}
