//! Tests of the transaction: against a model, from many threads, and of the reaper's work.

mod bank;
mod expiry;
mod fields;
mod model;

use super::{Mode, Txn};
use crate::protocol::Key;
use crate::store::{Event, Keyspace};
use crate::types::stream::Stream;

/// The time at which tests begin, Unix time in milliseconds.
const START_MS: i64 = 1_000_000;

/// The event of changes whose event does not matter.
const CHANGED: Event = Event::generic("changed");

fn key<'a>(keyspace: &Keyspace, db: u16, name: &'a [u8]) -> Key<'a> {
    Key { name, hash: keyspace.hash(name), db }
}

/// A transaction over just these keys.
fn lock<'a>(keyspace: &'a Keyspace, mode: Mode, keys: &[Key<'_>], now_ms: i64) -> Txn<'a> {
    Txn::lock(keyspace, mode, keys.iter().map(|key| (key.db, key.hash)), now_ms)
}

#[test]
fn a_change_that_is_none_makes_no_key() {
    let keyspace = Keyspace::new(1);
    let key = key(&keyspace, 0, b"stream");
    let mut txn = lock(&keyspace, Mode::Write, &[key], START_MS);
    for (event, exists) in [(None, false), (Some(CHANGED), true), (None, true)] {
        let made = txn.update(key, true, |_: &mut Stream| ((), event));
        assert_eq!((made, txn.peek(key).is_some()), (Ok(Some(())), exists));
    }
    assert_eq!(txn.take_changes().0.len(), 1);
}
