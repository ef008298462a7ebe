//! Tests of snapshots: what is written is what was there at the cut, whoever changes what.

mod exact;
mod pinned;

use super::{Cut, Encoder, Sink, Snapshot, begin};
use crate::protocol::Key;
use crate::store::access::AccessPolicy;
use crate::store::txn::Txn;
use crate::store::{Entry, Event, Keyspace, SHARDS, scan};
use crate::types::digest::value_digest;
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::thread;

/// The time at which everything happens, Unix time in milliseconds.
const NOW_MS: i64 = 1_000_000;
/// The event of changes whose event does not matter.
const CHANGED: Event = Event::generic("changed");

/// What a keyspace holds: of each key in each database its deadline and its value's digest.
type Contents = BTreeMap<(u16, Vec<u8>), (Option<i64>, String)>;

fn key<'a>(keyspace: &Keyspace, db: u16, name: &'a [u8]) -> Key<'a> {
    Key { name, hash: keyspace.hash(name), db }
}

fn digest(entry: &Entry) -> String {
    entry.with_value(|value| value_digest(value, false)).to_string()
}

fn contents(txn: &Txn<'_>) -> Contents {
    let mut contents = Contents::new();
    for db in 0..txn.keyspace().databases() {
        for shard in 0..SHARDS {
            scan::for_each(&txn.table(db, shard), |entry| {
                let value = (entry.expires_at_ms(), digest(entry));
                contents.insert((db, entry.name().to_vec()), value);
            });
        }
    }
    contents
}

/// A record is a line: name, deadline (0 is none), digest. It is written in pieces, for others to
/// come in between.
struct Lines;

impl Encoder for Lines {
    fn encode(&self, entry: &Entry, _: &AccessPolicy, into: &mut dyn Write) -> io::Result<()> {
        into.write_all(entry.name())?;
        write!(into, " {} ", entry.expires_at_ms().unwrap_or(0))?;
        thread::yield_now();
        writeln!(into, "{}", digest(entry))
    }
}

/// Collects lines.
#[derive(Default)]
struct Collector {
    db: u16,
    text: BTreeMap<u16, Vec<u8>>,
    keys: u64,
    /// After so many keys it fails.
    fails_after: Option<u64>,
}

impl Write for Collector {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.text.entry(self.db).or_default().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Sink for Collector {
    fn select(&mut self, db: u16) -> io::Result<()> {
        self.db = db;
        Ok(())
    }

    fn wrote(&mut self, keys: u64) -> io::Result<()> {
        self.keys += keys;
        match self.fails_after {
            Some(most) if self.keys > most => Err(io::ErrorKind::StorageFull.into()),
            _ => Ok(()),
        }
    }
}

impl Collector {
    /// What was collected. No key may be there twice.
    fn contents(&self) -> Contents {
        let mut contents = Contents::new();
        for (db, text) in &self.text {
            for line in String::from_utf8_lossy(text).lines() {
                let parts: Vec<&str> = line.split(' ').collect();
                let [name, at_ms, digest] = parts[..] else { panic!("half a record: {line}") };
                let at_ms = at_ms.parse().ok().filter(|at_ms| *at_ms > 0);
                let known = contents.insert((*db, name.into()), (at_ms, digest.to_owned()));
                assert_eq!(known, None, "{name} of database {db} is there twice");
            }
        }
        contents
    }
}

/// Begins a snapshot, and says what it has to write.
fn begin_lines(keyspace: &Keyspace) -> (Snapshot<'_>, Contents) {
    let mut expected = Contents::new();
    let snapshot = begin(keyspace, |txn: &Txn<'_>, _: &Cut| {
        expected = contents(txn);
        Box::new(Lines)
    });
    (snapshot.expect("no other is under way"), expected)
}
