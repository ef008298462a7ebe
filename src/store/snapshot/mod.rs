//! A point in time without fork: everything as it was at one moment, the *cut*, written out while
//! clients go on changing it.
//!
//! Every entry is of one of two generations. The cut locks all shards, for microseconds, and turns
//! the current generation over: what is there is old from then on, what comes is current. A walk
//! goes through the tables and encodes each old entry, which is current afterwards (`walk`).
//! Whoever is about to change an old entry hands its encoded form over first (`handover`). So each
//! entry is encoded once, as it was at the cut, and what is changed meanwhile is the only memory a
//! snapshot costs.
//!
//! - A small entry is encoded under its shard's lock. A large one is *pinned* (`pins`): the lock is
//!   let go, and until its encoding has ended nobody changes the entry or frees it. Readers of it,
//!   and writers of its neighbours, do not wait.
//! - A flushed table goes to the walk, and a swap of databases is remembered (`job`): records belong
//!   to the database in which their key was at the cut.
//! - When no snapshot is under way all entries are current, and it all costs a write one relaxed load.
//!
//! What is written where is not known here: an [`Encoder`] makes records, a [`Sink`] takes them.

mod handover;
mod job;
mod pins;
#[cfg(test)]
mod tests;
mod walk;

pub use handover::Obstacle;
pub use job::Progress;
pub use walk::Snapshot;

use super::access::AccessPolicy;
use super::database::{Keyspace, Table};
use super::entry::{Entry, View};
use super::txn::{Mode, Txn};
use super::{usage, walk as keys};
use crate::util::clock;
use job::Job;
use parking_lot::RwLock;
use pins::Pins;
use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// What an entry may take in memory to be encoded under its shard's lock.
const SMALL_BYTES: usize = 4 * 1024;
/// How many elements it may have.
const SMALL_ELEMENTS: usize = 128;

/// Makes records of entries. Any thread that changes a key may call it.
pub trait Encoder: Send + Sync {
    /// Writes one key with all that belongs to it. The only errors are those of `into`.
    fn encode(&self, entry: &Entry, access: &AccessPolicy, into: &mut dyn Write) -> io::Result<()>;
}

/// Takes the records: whole ones, or of a large entry the pieces. It is called without any lock of
/// the keyspace.
pub trait Sink: Write {
    /// What is written from here on belongs to this database. It may come again.
    fn select(&mut self, db: u16) -> io::Result<()>;

    /// So many keys have been written since this was last called. The place to rest; an error ends
    /// the snapshot.
    fn wrote(&mut self, keys: u64) -> io::Result<()>;
}

/// What the keyspace held at the cut.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cut {
    /// Each database, by its number.
    pub databases: Vec<Totals>,
    /// Whether a hash had fields with deadlines.
    pub fields_expire: bool,
}

/// What one database held at the cut.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Its keys.
    pub keys: u64,
    /// Those with a deadline.
    pub volatile: u64,
}

impl Cut {
    /// What the keyspace holds now; `txn` has all of it locked.
    pub fn of(txn: &Txn<'_>) -> Cut {
        let keyspace = txn.keyspace();
        let totals = |db| Totals {
            keys: keys::len(txn, db) as u64,
            volatile: keyspace.database(db).volatile() as u64,
        };
        let mut dbs = 0..keyspace.databases();
        Cut {
            databases: dbs.clone().map(totals).collect(),
            fields_expire: dbs.any(|db| keyspace.database(db).volatile_hashes() > 0),
        }
    }
}

/// What the keyspace knows of the snapshot that is under way.
#[derive(Default)]
pub struct Snapshots {
    /// The generation of what comes into the tables. Changed under all locks.
    generation: AtomicBool,
    /// Whether there may be old entries.
    active: AtomicBool,
    job: RwLock<Option<Arc<Job>>>,
    pins: Pins,
}

/// Takes a snapshot: from here on everything is kept as it is now, until it is written.
/// `at_cut` runs while all is locked; what it returns makes the records. `None` if a snapshot is
/// under way already.
pub fn begin(
    keyspace: &Keyspace,
    at_cut: impl FnOnce(&Txn<'_>, &Cut) -> Box<dyn Encoder>,
) -> Option<Snapshot<'_>> {
    let snapshots = &keyspace.snapshots;
    let dbs = 0..keyspace.databases();
    let txn = Txn::lock_all(keyspace, Mode::Write, dbs, clock::now_ms());
    if snapshots.active.load(Ordering::Acquire) {
        return None;
    }
    let cut = Cut::of(&txn);
    let keys_total = cut.databases.iter().map(|totals| totals.keys).sum();
    let job = Arc::new(Job::new(at_cut(&txn, &cut), keyspace.databases(), keys_total));
    *snapshots.job.write() = Some(Arc::clone(&job));
    snapshots.generation.fetch_not(Ordering::Relaxed);
    snapshots.active.store(true, Ordering::Relaxed);
    Some(Snapshot::new(keyspace, job, cut))
}

impl Snapshots {
    /// Whether a snapshot is under way. Whoever holds a shard's lock sees the truth; who sees more
    /// snapshots than there are finds nothing old.
    pub(super) fn is_active(&self) -> bool {
        self.active.load(Ordering::Relaxed)
    }

    /// How far the snapshot that is under way has come.
    pub fn progress(&self) -> Option<Progress> {
        self.job().map(|job| job.progress())
    }

    /// An entry comes into a table, whose lock the caller holds: no snapshot has to see it.
    pub(super) fn welcome(&self, entry: &Entry) {
        entry.set_generation(self.generation());
    }

    /// Two databases, all of whose shards the caller has locked, are exchanged.
    pub(super) fn swapped(&self, a: u16, b: u16) {
        if let Some(job) = self.job() {
            job.origins.swap(a, b);
        }
    }

    /// A table that was flushed out of database `db`, which the caller holds: the snapshot that is
    /// under way takes it. Without one it comes back.
    pub(super) fn detach(&self, db: u16, table: Table) -> Option<Table> {
        match self.job() {
            Some(job) => job.detach(db, table),
            None => Some(table),
        }
    }

    /// An entry that was taken out of its table, unchanged and without asking: if it is just being
    /// encoded it is kept until that has ended. Else it comes back.
    pub(super) fn keep_if_pinned(&self, entry: Entry) -> Option<Entry> {
        if !self.is_pinned(&entry) {
            return Some(entry);
        }
        match self.job() {
            Some(job) => job.keep(entry),
            // The job outlives all pins: this one has just ended.
            None => return Some(entry),
        }
        None
    }

    /// Whether the entry is just being encoded, and must not be changed. The caller holds its
    /// shard, so that this does not become true meanwhile.
    pub(super) fn is_pinned(&self, entry: &Entry) -> bool {
        self.pins.holds(entry)
    }

    fn is_old(&self, entry: &Entry) -> bool {
        entry.generation() != self.generation()
    }

    fn generation(&self) -> bool {
        self.generation.load(Ordering::Relaxed)
    }

    fn job(&self) -> Option<Arc<Job>> {
        self.is_active().then(|| self.job.read().clone()).flatten()
    }
}

/// Whether an entry is encoded so quickly that others can wait for it. What has few elements is
/// measured exactly.
fn is_small(entry: &Entry) -> bool {
    let elements = match entry.value() {
        View::String(_) => 1,
        View::List(list) => list.len(),
        View::Set(set) => set.len(),
        View::SortedSet(set) => set.len(),
        View::Hash(hash) => hash.len(),
        // What its groups hold does not show in its length.
        View::Stream(stream) if stream.groups().next().is_some() => return false,
        View::Stream(stream) => usize::try_from(stream.len()).unwrap_or(usize::MAX),
    };
    elements <= SMALL_ELEMENTS && usage::memory_usage(entry, 0) <= SMALL_BYTES
}
