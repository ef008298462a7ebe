//! What writers do for a snapshot: whoever is about to change an entry that the walk has not reached
//! hands its old form over first.
//!
//! A transaction looks at its keys as soon as it has locked them. What is small is handed over at
//! once; for a large entry, or one that somebody is just encoding, the locks are let go, since
//! others may need the shard ([`Obstacle`]). Keys that were not named beforehand are handed over
//! under the lock, whatever their size, right before they are changed: nothing depends on the
//! first, and nothing slips past the second.

use super::super::access::AccessPolicy;
use super::super::entry::Entry;
use super::job::Job;
use super::pins::{Pin, Pins, address};
use super::{Snapshots, is_small};
use std::sync::Arc;

/// What keeps a transaction from changing an entry soon, and what it does about it without locks.
pub enum Obstacle<'a> {
    /// Somebody is encoding the entry at this address.
    Pinned(&'a Pins, usize),
    /// The entry is large and nobody has encoded it.
    Large(Work<'a>),
}

/// A large entry that is to be encoded.
pub struct Work<'a> {
    pin: Pin<'a>,
    job: Arc<Job>,
    /// The database of its record.
    db: u16,
}

impl Obstacle<'_> {
    /// Removes it. No lock may be held: the entry's is what others wait for.
    pub fn overcome(self, access: &AccessPolicy) {
        match self {
            Obstacle::Pinned(pins, address) => pins.wait(address),
            Obstacle::Large(Work { pin, job, db }) => hand_over(&job, db, &pin, access),
        }
    }
}

impl Snapshots {
    /// Looks at an entry of database `db` that a transaction will change, and hands it over if that
    /// is quickly done. The caller holds its shard exclusively.
    pub(in super::super) fn prepare(
        &self,
        db: u16,
        entry: &Entry,
        access: &AccessPolicy,
    ) -> Option<Obstacle<'_>> {
        if self.is_pinned(entry) {
            return Some(Obstacle::Pinned(&self.pins, address(entry)));
        }
        if !self.is_old(entry) {
            return None;
        }
        let job = self.job()?;
        if job.is_abandoned() || is_small(entry) {
            self.before_change(db, entry, access);
            return None;
        }
        let db = job.origins.of(db);
        Some(Obstacle::Large(Work { pin: self.claim(entry), job, db }))
    }

    /// Hands an entry of database `db` over that is about to be changed or taken out. The caller
    /// holds its shard exclusively.
    pub(in super::super) fn before_change(&self, db: u16, entry: &Entry, access: &AccessPolicy) {
        if self.is_pinned(entry) {
            // Whoever encodes it needs no lock that the caller could hold.
            self.pins.wait(address(entry));
        }
        if !self.is_old(entry) {
            return;
        }
        if let Some(job) = self.job() {
            hand_over(&job, job.origins.of(db), entry, access);
        }
        self.welcome(entry);
    }

    /// Pins an old entry for who is to encode it: to all others it is done with.
    pub(super) fn claim(&self, entry: &Entry) -> Pin<'_> {
        self.welcome(entry);
        self.pins.pin(entry)
    }
}

fn hand_over(job: &Job, db: u16, entry: &Entry, access: &AccessPolicy) {
    if job.is_abandoned() {
        return;
    }
    let mut record = Vec::new();
    match job.encoder.encode(entry, access, &mut record) {
        Ok(()) => job.hand_over(db, &record),
        // Memory takes everything; a snapshot that lacks a key must not be taken for whole.
        Err(_) => job.abandon(),
    }
}
