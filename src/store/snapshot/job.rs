//! What belongs to one snapshot: its encoder, what was handed over and not yet written, tables that
//! were flushed, and where its databases are now.

use super::super::database::Table;
use super::super::entry::Entry;
use super::Encoder;
use parking_lot::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU16, AtomicU64, Ordering};

/// One snapshot, shared by the walk and by writers.
pub struct Job {
    pub encoder: Box<dyn Encoder>,
    pub origins: Origins,
    handed: Mutex<Handed>,
    /// Flushed tables, each with the database it belonged to at the cut; `None` when the job is
    /// over.
    detached: Mutex<Option<Vec<(u16, Table)>>>,
    /// Entries that were deleted while they were pinned.
    kept: Mutex<Vec<Entry>>,
    /// Nothing is to be encoded any more.
    abandoned: AtomicBool,
    keys_total: u64,
    keys_done: AtomicU64,
    handed_bytes: AtomicU64,
    handed_peak_bytes: AtomicU64,
}

/// How far a snapshot has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Keys at the cut.
    pub keys_total: u64,
    /// Keys that are written.
    pub keys_done: u64,
    /// Bytes that writers have handed over so far.
    pub handed_bytes: u64,
    /// The most bytes of these that were in memory together.
    pub handed_peak_bytes: u64,
}

/// Records that writers handed over.
#[derive(Default)]
pub struct Handed {
    /// Runs of records that belong to one database: its number, how many they are, their bytes.
    pub runs: Vec<(u16, u64, Vec<u8>)>,
    bytes: u64,
}

impl Job {
    pub fn new(encoder: Box<dyn Encoder>, databases: u16, keys_total: u64) -> Job {
        Job {
            encoder,
            origins: Origins::new(databases),
            handed: Mutex::default(),
            detached: Mutex::new(Some(Vec::new())),
            kept: Mutex::default(),
            abandoned: AtomicBool::new(false),
            keys_total,
            keys_done: AtomicU64::new(0),
            handed_bytes: AtomicU64::new(0),
            handed_peak_bytes: AtomicU64::new(0),
        }
    }

    /// Takes the encoded form of an entry that was in the database with this number at the cut.
    pub fn hand_over(&self, db: u16, record: &[u8]) {
        let len = record.len() as u64;
        let mut handed = self.handed.lock();
        match handed.runs.last_mut() {
            Some((last, keys, bytes)) if *last == db => {
                *keys += 1;
                bytes.extend_from_slice(record);
            }
            _ => handed.runs.push((db, 1, record.to_vec())),
        }
        handed.bytes += len;
        self.handed_bytes.fetch_add(len, Ordering::Relaxed);
        self.handed_peak_bytes.fetch_max(handed.bytes, Ordering::Relaxed);
    }

    /// What was handed over since this was last asked.
    pub fn take_handed(&self) -> Handed {
        std::mem::take(&mut self.handed.lock())
    }

    /// Takes a table that was flushed out of database `db`, by its present number; gives it back
    /// when the job is over.
    pub fn detach(&self, db: u16, table: Table) -> Option<Table> {
        match &mut *self.detached.lock() {
            Some(tables) => tables.push((self.origins.of(db), table)),
            None => return Some(table),
        }
        None
    }

    /// One of the flushed tables.
    pub fn next_detached(&self) -> Option<(u16, Table)> {
        self.detached.lock().as_mut()?.pop()
    }

    /// No more tables are taken. Returns those that nobody has asked for.
    pub fn close(&self) -> Vec<(u16, Table)> {
        self.detached.lock().take().unwrap_or_default()
    }

    /// Keeps a deleted entry for as long as it is pinned.
    pub fn keep(&self, entry: Entry) {
        self.kept.lock().push(entry);
    }

    /// The entries that were kept since this was last asked.
    pub fn take_kept(&self) -> Vec<Entry> {
        std::mem::take(&mut self.kept.lock())
    }

    /// Nothing is to be encoded any more.
    pub fn abandon(&self) {
        self.abandoned.store(true, Ordering::Relaxed);
    }

    pub fn is_abandoned(&self) -> bool {
        self.abandoned.load(Ordering::Relaxed)
    }

    /// So many keys more are written.
    pub fn wrote(&self, keys: u64) {
        self.keys_done.fetch_add(keys, Ordering::Relaxed);
    }

    pub fn progress(&self) -> Progress {
        Progress {
            keys_total: self.keys_total,
            keys_done: self.keys_done.load(Ordering::Relaxed),
            handed_bytes: self.handed_bytes.load(Ordering::Relaxed),
            handed_peak_bytes: self.handed_peak_bytes.load(Ordering::Relaxed),
        }
    }
}

/// Which database is which: what SWAPDB has done since the cut. Changed only under all locks of the
/// two databases, so that whoever holds a shard of one knows what it is.
pub struct Origins {
    /// The number that each database has now.
    now: Box<[AtomicU16]>,
    /// The number that each had at the cut.
    then: Box<[AtomicU16]>,
}

impl Origins {
    fn new(databases: u16) -> Origins {
        let same = || (0..databases).map(AtomicU16::new).collect();
        Origins { now: same(), then: same() }
    }

    /// The number that the database which is `db` now had at the cut.
    pub fn of(&self, db: u16) -> u16 {
        self.then[usize::from(db)].load(Ordering::Acquire)
    }

    /// The number now of the database that was `db` at the cut.
    pub fn now(&self, db: u16) -> u16 {
        self.now[usize::from(db)].load(Ordering::Acquire)
    }

    pub fn swap(&self, a: u16, b: u16) {
        let (of_a, of_b) = (self.of(a), self.of(b));
        self.then[usize::from(a)].store(of_b, Ordering::Release);
        self.then[usize::from(b)].store(of_a, Ordering::Release);
        self.now[usize::from(of_a)].store(b, Ordering::Release);
        self.now[usize::from(of_b)].store(a, Ordering::Release);
    }
}
