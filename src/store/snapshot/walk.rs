//! The walk of a snapshot: table by table, in bites, so that nobody waits for more than one of them.
//! No lock is held while anything is written.

use super::super::database::{Keyspace, Place, SHARDS};
use super::super::entry::Entry;
use super::super::lock::WriteGuard;
use super::super::reclaim::Garbage;
use super::super::scan;
use super::job::{Job, Progress};
use super::pins::Pin;
use super::{Cut, Sink, is_small};
use std::io;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// What the entries of one bite may cost together, in bytes encoded: with compression, some tens
/// of microseconds.
const BITE: usize = 16 * 1024;
/// What each entry costs at least: a bite is some tens of them.
const ENTRY: usize = 512;
/// What an entry costs that has only to be marked.
const MARK: usize = 32;

/// A snapshot that has been taken and is to be written. Dropped before its end it is given up.
pub struct Snapshot<'a> {
    keyspace: &'a Keyspace,
    job: Arc<Job>,
    cut: Cut,
    cursor: Cursor,
    is_written: bool,
}

/// How far the walk has come, in the numbers that databases had at the cut.
#[derive(Clone, Copy, Default)]
struct Cursor {
    db: u16,
    shard: usize,
    /// Within the shard's table, as `scan` has it.
    within: u64,
}

/// What a bite leaves to be done without the lock.
#[derive(Default)]
struct Bite {
    records: Vec<u8>,
    keys: u64,
    /// Large entries: the hashes and names of their keys.
    large: Vec<(u64, Vec<u8>)>,
}

/// Where records go, and of which database the last was.
struct Output<'s> {
    sink: &'s mut dyn Sink,
    job: &'s Job,
    selected: Option<u16>,
}

impl<'a> Snapshot<'a> {
    pub(super) fn new(keyspace: &'a Keyspace, job: Arc<Job>, cut: Cut) -> Snapshot<'a> {
        Snapshot { keyspace, job, cut, cursor: Cursor::default(), is_written: false }
    }

    /// What the keyspace held at the cut.
    pub fn cut(&self) -> &Cut {
        &self.cut
    }

    /// Writes everything as it was at the cut. An error is the sink's. Returns what it took.
    pub fn write(mut self, sink: &mut dyn Sink) -> io::Result<Progress> {
        let job = Arc::clone(&self.job);
        let mut output = Output { sink, job: &job, selected: None };
        while self.skip_empty() {
            let (db, mut bite) = (self.cursor.db, Bite::default());
            self.walk_on(|entry| self.encode_small(entry, &mut bite)).apply(&mut self.cursor);
            output.records(db, bite.keys, &bite.records)?;
            for (hash, name) in &bite.large {
                if let Some(pin) = self.pin(db, *hash, name) {
                    output.entry(db, &pin, self.keyspace)?;
                }
            }
            self.write_beside(&mut output)?;
        }
        // Writers may still be encoding what they have claimed.
        self.keyspace.snapshots.pins.settle();
        self.write_beside(&mut output)?;
        if job.is_abandoned() {
            return Err(io::Error::other("a record could not be made"));
        }
        self.is_written = true;
        Ok(job.progress())
    }

    /// What came to the snapshot otherwise than by the walk: records of writers, flushed tables.
    fn write_beside(&self, output: &mut Output<'_>) -> io::Result<()> {
        for (db, keys, records) in self.job.take_handed().runs {
            output.records(db, keys, &records)?;
        }
        let snapshots = &self.keyspace.snapshots;
        // One by one: what an error leaves is freed with care when this is dropped.
        while let Some((db, table)) = self.job.next_detached() {
            let mut outcome = Ok(());
            // Nobody else reaches these entries: they need no lock, and no pin.
            scan::for_each(&table, |entry| {
                if outcome.is_ok() && snapshots.is_old(entry) {
                    outcome = output.entry(db, entry, self.keyspace);
                }
            });
            // But one of them may have been pinned by a writer before.
            snapshots.pins.settle();
            self.keyspace.reclaimer.free(Garbage::Table(table));
            outcome?;
        }
        let kept = self.job.take_kept();
        if !kept.is_empty() {
            snapshots.pins.settle();
            kept.into_iter().for_each(|e| self.keyspace.reclaimer.free(Garbage::Entry(e)));
        }
        Ok(())
    }

    /// Encodes an entry if it is old and small, and notes it if it is large. Returns what it cost.
    fn encode_small(&self, entry: &Entry, bite: &mut Bite) -> usize {
        let (snapshots, access) = (&self.keyspace.snapshots, &self.keyspace.access);
        if !snapshots.is_old(entry) {
            return MARK;
        }
        if !is_small(entry) {
            bite.large.push((self.keyspace.hash(entry.name()), entry.name().to_vec()));
            return ENTRY;
        }
        let before = bite.records.len();
        if self.job.encoder.encode(entry, access, &mut bite.records).is_err() {
            self.job.abandon();
        }
        snapshots.welcome(entry);
        bite.keys += 1;
        ENTRY + bite.records.len() - before
    }

    /// Pins an entry of a database by its number at the cut, if it is there and old.
    fn pin(&self, db: u16, hash: u64, name: &[u8]) -> Option<Pin<'a>> {
        let shard = self.keyspace.place(db, hash).shard();
        let (_, table) = self.lock(db, shard);
        let (entry, _) = table.get(hash, |(entry, _)| entry.name() == name)?;
        let snapshots = &self.keyspace.snapshots;
        snapshots.is_old(entry).then(|| snapshots.claim(entry))
    }

    /// Passes over databases that had no key. Whether anything is left.
    fn skip_empty(&mut self) -> bool {
        let totals = self.cut.databases.iter().skip(usize::from(self.cursor.db));
        let empty = totals.take_while(|totals| totals.keys == 0).count();
        self.cursor.db += empty as u16;
        usize::from(self.cursor.db) < self.cut.databases.len()
    }

    /// Makes whatever is still old current, so that the next snapshot begins with what it must.
    fn give_up(&mut self) {
        self.job.abandon();
        self.cursor = Cursor::default();
        while self.skip_empty() {
            let mark = |entry: &Entry| {
                self.keyspace.snapshots.welcome(entry);
                MARK
            };
            self.walk_on(mark).apply(&mut self.cursor);
        }
    }

    /// One bite: shows `visit`, which says what each has cost, the next entries of a table.
    fn walk_on(&self, mut visit: impl FnMut(&Entry) -> usize) -> Step {
        let Cursor { db, shard, mut within } = self.cursor;
        let (place, table) = self.lock(db, shard);
        let mut cost = 0;
        let more = loop {
            let hash = |entry: &Entry| self.keyspace.hash(entry.name());
            within = scan::scan_block(&table, within, hash, |entry| cost += visit(entry));
            if within == 0 || cost >= BITE {
                break within != 0;
            }
        };
        drop(table);
        if more {
            self.keyspace.shard(place).turnstile.give_way();
            return Step(ControlFlow::Continue(within));
        }
        Step(ControlFlow::Break(()))
    }

    /// Locks a shard of the database that had this number at the cut.
    fn lock(&self, db: u16, shard: usize) -> (Place, WriteGuard<'a>) {
        loop {
            let now = self.job.origins.now(db);
            let (guard, _) = self.keyspace.database(now).write(shard);
            // Once the lock is held it stays what it is.
            if self.job.origins.now(db) == now {
                return (Place::new(now, shard), guard);
            }
        }
    }
}

/// Where a bite leaves the walk: in the middle of a table, or at the next one.
struct Step(ControlFlow<(), u64>);

impl Step {
    fn apply(self, cursor: &mut Cursor) {
        match self.0 {
            ControlFlow::Continue(within) => cursor.within = within,
            ControlFlow::Break(()) if cursor.shard + 1 < SHARDS => {
                *cursor = Cursor { db: cursor.db, shard: cursor.shard + 1, within: 0 };
            }
            ControlFlow::Break(()) => *cursor = Cursor { db: cursor.db + 1, ..Cursor::default() },
        }
    }
}

impl Output<'_> {
    /// Writes whole records.
    fn records(&mut self, db: u16, keys: u64, bytes: &[u8]) -> io::Result<()> {
        if keys == 0 {
            return Ok(());
        }
        self.select(db)?;
        self.sink.write_all(bytes)?;
        self.wrote(keys)
    }

    /// Writes an entry piece by piece.
    fn entry(&mut self, db: u16, entry: &Entry, keyspace: &Keyspace) -> io::Result<()> {
        self.select(db)?;
        self.job.encoder.encode(entry, &keyspace.access, &mut *self.sink)?;
        self.wrote(1)
    }

    fn select(&mut self, db: u16) -> io::Result<()> {
        if self.selected != Some(db) {
            self.sink.select(db)?;
            self.selected = Some(db);
        }
        Ok(())
    }

    fn wrote(&mut self, keys: u64) -> io::Result<()> {
        self.job.wrote(keys);
        self.sink.wrote(keys)
    }
}

impl Drop for Snapshot<'_> {
    fn drop(&mut self) {
        if !self.is_written {
            self.give_up();
        }
        let snapshots = &self.keyspace.snapshots;
        // From here on nothing is old: nobody pins another entry.
        snapshots.pins.settle();
        *snapshots.job.write() = None;
        let tables = self.job.close().into_iter().map(|(_, table)| Garbage::Table(table));
        let kept = self.job.take_kept().into_iter().map(Garbage::Entry);
        tables.chain(kept).for_each(|garbage| self.keyspace.reclaimer.free(garbage));
        snapshots.active.store(false, Ordering::Release);
    }
}
