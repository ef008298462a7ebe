//! Loading a file: entries come in that were built elsewhere, many of them.

use super::super::database::{Keyspace, SHARDS};
use super::super::entry::Entry;
use super::super::reclaim::Garbage;
use super::Txn;
use super::locking::find;
use crate::protocol::Key;

impl Txn<'_> {
    /// Puts an entry in that was built elsewhere; `hash` is that of its name. Returns it if there
    /// is one of this name already, and `replaces` is false. Nothing is recorded.
    pub fn load(&mut self, db: u16, hash: u64, entry: Entry, replaces: bool) -> Result<(), Entry> {
        let key = Key { name: entry.name(), hash, db };
        if find(&self.guards, self.keyspace.place(db, hash), key).is_some() {
            if !replaces {
                return Err(entry);
            }
            let old = self.extract(key);
            self.garbage.extend(old.map(Garbage::Entry));
        }
        // The name is the entry's own from here on.
        self.insert_moved(Key { name: &[], hash, db }, entry);
        Ok(())
    }
}

impl Keyspace {
    /// Makes room for so many keys in a database. Its tables need not grow step by step then,
    /// which would move all their keys each time.
    pub fn reserve(&self, db: u16, keys: usize) {
        for shard in 0..SHARDS {
            let (mut table, _) = self.database(db).write(shard);
            table.reserve(keys / SHARDS, |(entry, _)| self.hash(entry.name()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::entry::NewStr;
    use super::super::{Expiry, Mode};
    use super::*;
    use crate::store::Event;

    fn entry(value: &str, expires_at_ms: Option<i64>) -> Entry {
        Entry::string(b"k", NewStr::Bytes(value.as_bytes()), expires_at_ms)
    }

    #[test]
    fn an_entry_comes_in_once_or_takes_the_place_of_another() {
        let keyspace = Keyspace::new(2);
        keyspace.reserve(1, 1000);
        let (db, hash) = (1, keyspace.hash(b"k"));
        let mut txn = Txn::lock(&keyspace, Mode::Write, std::iter::once((db, hash)), 10);
        assert!(txn.load(db, hash, entry("one", Some(5)), false).is_ok());
        // Its time has come, but nobody has taken it away yet.
        let refused = txn.load(db, hash, entry("two", None), false);
        assert_eq!(refused.err().map(|entry| entry.name().to_vec()), Some(b"k".to_vec()));
        assert!(txn.load(db, hash, entry("three", Some(50)), true).is_ok());
        assert!(!txn.is_dirty());
        let key = Key { name: b"k", hash, db };
        assert_eq!(txn.string(key).unwrap().map(|text| text.to_vec()), Some(b"three".to_vec()));
        txn.set_string(key, NewStr::Bytes(b"four"), Expiry::Keep, Event::SET);
        txn.finish();
        assert_eq!(keyspace.database(db).volatile(), 1);
        assert_eq!(keyspace.next_deadline_ms(), 5, "a stale deadline surfaces, and does no harm");
    }
}
