//! Locking a set of shards, and finding a key's table among them.
//!
//! One shard is locked behind the writers that wait for it (`lock::Turnstile`). Several are
//! tried all at once: a thread that finds one taken lets go of the others before it waits.
//! Waiting while holding would make those wait who need a shard that nobody works on, and
//! with more threads than cores such convoys feed on themselves. After some rounds the set
//! is locked in the order of its [`Place`]s, which always comes to an end.

use super::super::database::{Database, Keyspace, Place, SHARDS, Table};
use super::super::entry::Entry;
use super::super::event::Class;
use super::super::lock::{ReadGuard, WriteGuard};
use super::Txn;
use crate::protocol::Key;
use crate::util::clock;
use smallvec::SmallVec;
use std::ops::{Deref, DerefMut};
use std::slice;
use std::sync::atomic::Ordering;

/// Rounds of trying before a set of shards is locked in order.
const ROUNDS: usize = 8;
/// Larger sets are locked in order at once: they would hardly ever be free together.
const TRIED_MAX: usize = 64;

/// How a command needs its shards.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Shared: other readers go on.
    Read,
    /// Exclusive.
    Write,
}

/// A shard's table for a moment: one the transaction holds, or locked just for this.
pub enum TableRef<'t> {
    /// Held by the transaction.
    Held(&'t Table),
    /// Locked for the moment.
    Locked(ReadGuard<'t>),
}

impl std::ops::Deref for TableRef<'_> {
    type Target = Table;

    fn deref(&self) -> &Table {
        match self {
            TableRef::Held(table) => table,
            TableRef::Locked(guard) => guard,
        }
    }
}

pub(super) struct Held<'a> {
    pub(super) place: Place,
    pub(super) guard: Guard<'a>,
}

pub(super) enum Guard<'a> {
    Read(ReadGuard<'a>),
    Write(WriteGuard<'a>),
}

impl<'a> Txn<'a> {
    /// Locks the places of all `keys`, given as (database, hash), in order. `now_ms` is when the
    /// command began; the clock is read again if a lock had to be waited for.
    pub fn lock(
        keyspace: &'a Keyspace,
        mode: Mode,
        keys: impl Iterator<Item = (u16, u64)> + Clone,
        now_ms: i64,
    ) -> Txn<'a> {
        let mut places: SmallVec<[Place; 4]> =
            keys.clone().map(|(db, hash)| keyspace.place(db, hash)).collect();
        if places.len() > 1 {
            places.sort_unstable();
            places.dedup();
        }
        Txn::lock_for(keyspace, mode, &places, keys, now_ms)
    }

    /// Locks every shard of the given databases (in ascending order), exclusively or shared.
    pub fn lock_all(
        keyspace: &'a Keyspace,
        mode: Mode,
        dbs: impl Iterator<Item = u16>,
        now_ms: i64,
    ) -> Txn<'a> {
        let shards = |db| (0..SHARDS).map(move |shard| Place::new(db, shard));
        let places: Vec<Place> = dbs.flat_map(shards).collect();
        Txn::lock_places(keyspace, mode, &places, now_ms)
    }

    /// Locks the places of all `keys`, given as (database, hash), and every shard of `dbs`.
    pub fn lock_keys_and_databases(
        keyspace: &'a Keyspace,
        mode: Mode,
        keys: impl Iterator<Item = (u16, u64)> + Clone,
        dbs: &[u16],
        now_ms: i64,
    ) -> Txn<'a> {
        let mut places: Vec<Place> =
            keys.clone().map(|(db, hash)| keyspace.place(db, hash)).collect();
        let shards = |db: &u16| (0..SHARDS).map(|shard| Place::new(*db, shard)).collect::<Vec<_>>();
        places.extend(dbs.iter().flat_map(shards));
        places.sort_unstable();
        places.dedup();
        Txn::lock_for(keyspace, mode, &places, keys, now_ms)
    }

    /// Locks one shard exclusively: the reaper's way.
    pub fn lock_place(keyspace: &'a Keyspace, place: Place, now_ms: i64) -> Txn<'a> {
        Txn::lock_places(keyspace, Mode::Write, &[place], now_ms)
    }

    /// Locks places for the sake of these keys. What a snapshot has to have of them before they are
    /// changed it gets now; what takes long, while the locks are free for others.
    fn lock_for(
        keyspace: &'a Keyspace,
        mode: Mode,
        places: &[Place],
        keys: impl Iterator<Item = (u16, u64)> + Clone,
        mut now_ms: i64,
    ) -> Txn<'a> {
        loop {
            let txn = Txn::lock_places(keyspace, mode, places, now_ms);
            if mode == Mode::Read || !keyspace.snapshots.is_active() {
                return txn;
            }
            let mut entries =
                keys.clone().filter_map(|(db, hash)| Some((db, txn.by_hash(db, hash)?)));
            let obstacle = entries
                .find_map(|(db, entry)| keyspace.snapshots.prepare(db, entry, &keyspace.access));
            drop(entries);
            let Some(obstacle) = obstacle else { return txn };
            drop(txn);
            obstacle.overcome(&keyspace.access);
            now_ms = clock::now_ms();
        }
    }

    fn lock_places(keyspace: &'a Keyspace, mode: Mode, places: &[Place], now_ms: i64) -> Txn<'a> {
        let (guards, waited) = match places {
            [] => (Guards::None, false),
            [only] => {
                let (held, waited) = wait_for(keyspace, mode, *only);
                (Guards::One(held), waited)
            }
            several => lock_set(keyspace, mode, several),
        };
        let now_ms = if waited { clock::now_ms() } else { now_ms };
        Txn {
            keyspace,
            guards,
            mode,
            now_ms,
            horizon_ms: now_ms,
            touches: true,
            wanted: Class(keyspace.wanted_events.load(Ordering::Relaxed)),
            wants_names: keyspace.wants_names.load(Ordering::Relaxed),
            changes: SmallVec::new(),
            seen: 0,
            logged: (0, 0),
            whole_changes: 0,
            expired_fields: 0,
            garbage: SmallVec::new(),
            hits: 0,
            misses: 0,
        }
    }

    /// One shard's table: the one held here, or locked for the moment when none is held.
    pub fn table(&self, db: u16, shard: usize) -> TableRef<'_> {
        let place = Place::new(db, shard);
        match self.guards.binary_search_by_key(&place, |held| held.place) {
            Ok(index) => TableRef::Held(self.guards[index].table()),
            Err(_) => {
                debug_assert!(self.guards.is_empty(), "a shard locked out of order");
                TableRef::Locked(self.keyspace.database(db).read(shard).0)
            }
        }
    }

    /// The exclusively locked table a key belongs to.
    pub(super) fn table_mut(&mut self, key: Key<'_>) -> Option<&mut Table> {
        let place = self.keyspace.place(key.db, key.hash);
        let held = held_mut(&mut self.guards, place);
        debug_assert!(held.is_some(), "a key outside of the transaction's shards");
        match &mut held?.guard {
            Guard::Write(table) => Some(table),
            Guard::Read(_) => {
                debug_assert!(false, "a write under a shared lock");
                None
            }
        }
    }
}

/// Guards in the order of their places. (A `SmallVec` would tie a transaction to exactly the
/// lifetime it began with.)
pub(super) enum Guards<'a> {
    None,
    One(Held<'a>),
    Several(Vec<Held<'a>>),
}

impl<'a> Deref for Guards<'a> {
    type Target = [Held<'a>];

    fn deref(&self) -> &[Held<'a>] {
        match self {
            Guards::None => &[],
            Guards::One(held) => slice::from_ref(held),
            Guards::Several(held) => held,
        }
    }
}

impl DerefMut for Guards<'_> {
    fn deref_mut(&mut self) -> &mut Self::Target {
        match self {
            Guards::None => &mut [],
            Guards::One(held) => slice::from_mut(held),
            Guards::Several(held) => held,
        }
    }
}

/// Locks several shards, given in order. The flag says whether it had to wait.
fn lock_set<'a>(keyspace: &'a Keyspace, mode: Mode, places: &[Place]) -> (Guards<'a>, bool) {
    if places.len() > TRIED_MAX {
        return lock_in_order(keyspace, mode, places);
    }
    let mut taken = match try_all(keyspace, mode, places, None) {
        Ok(guards) => return (guards, false),
        Err(taken) => taken,
    };
    for _ in 0..ROUNDS {
        // Nothing is held while waiting for the one that was taken.
        let (held, _) = wait_for(keyspace, mode, places[taken]);
        match try_all(keyspace, mode, places, Some((taken, held))) {
            Ok(guards) => return (guards, true),
            Err(other) => taken = other,
        }
    }
    let (guards, _) = lock_in_order(keyspace, mode, places);
    (guards, true)
}

/// Locks all places that are free at once, `held` being locked already; or none, and says
/// which one was taken.
fn try_all<'a>(
    keyspace: &'a Keyspace,
    mode: Mode,
    places: &[Place],
    mut held: Option<(usize, Held<'a>)>,
) -> Result<Guards<'a>, usize> {
    let mut guards = Vec::with_capacity(places.len());
    for (index, place) in places.iter().enumerate() {
        let guard = match held.take_if(|(already, _)| *already == index) {
            Some((_, held)) => held,
            None => try_one(keyspace, mode, *place).ok_or(index)?,
        };
        guards.push(guard);
    }
    Ok(Guards::Several(guards))
}

fn lock_in_order<'a>(keyspace: &'a Keyspace, mode: Mode, places: &[Place]) -> (Guards<'a>, bool) {
    let mut waited = false;
    let lock = |place: &Place| {
        let (held, slow) = wait_for(keyspace, mode, *place);
        waited |= slow;
        held
    };
    let guards = Guards::Several(places.iter().map(lock).collect());
    (guards, waited)
}

/// Locks one shard. The flag says whether it had to wait.
fn wait_for(keyspace: &Keyspace, mode: Mode, place: Place) -> (Held<'_>, bool) {
    let database: &Database = keyspace.database(place.db());
    let (guard, waited) = match mode {
        Mode::Read => {
            let (guard, waited) = database.read(place.shard());
            (Guard::Read(guard), waited)
        }
        Mode::Write => {
            let (guard, waited) = database.write(place.shard());
            (Guard::Write(guard), waited)
        }
    };
    (Held { place, guard }, waited)
}

/// Locks one shard if it is free.
fn try_one(keyspace: &Keyspace, mode: Mode, place: Place) -> Option<Held<'_>> {
    let database = keyspace.database(place.db());
    let guard = match mode {
        Mode::Read => Guard::Read(database.try_read(place.shard())?),
        Mode::Write => Guard::Write(database.try_write(place.shard())?),
    };
    Some(Held { place, guard })
}

impl Held<'_> {
    pub(super) fn table(&self) -> &Table {
        match &self.guard {
            Guard::Read(guard) => guard,
            Guard::Write(guard) => guard,
        }
    }
}

pub(super) fn find<'t>(guards: &'t [Held<'_>], place: Place, key: Key<'_>) -> Option<&'t Entry> {
    let held = match guards {
        [only] if only.place == place => only,
        _ => &guards[guards.binary_search_by_key(&place, |held| held.place).ok()?],
    };
    let slot = held.table().get(key.hash, |(entry, _)| entry.name() == key.name)?;
    Some(&slot.0)
}

fn held_mut<'g, 'a>(guards: &'g mut [Held<'a>], place: Place) -> Option<&'g mut Held<'a>> {
    let index = match guards {
        [only] if only.place == place => 0,
        _ => guards.binary_search_by_key(&place, |held| held.place).ok()?,
    };
    guards.get_mut(index)
}
