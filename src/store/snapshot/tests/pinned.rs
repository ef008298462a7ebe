//! While a large value is being written its readers and its neighbours go on, its writers wait, and
//! time can take it away.

use super::super::{Sink, begin};
use super::{CHANGED, Collector, Contents, Lines, NOW_MS, contents, key};
use crate::store::scan;
use crate::store::txn::{Mode, Txn};
use crate::store::{Entry, Expiry, Keyspace, NewStr};
use crate::types::Limits;
use crate::types::hash::Hash;
use crossbeam::channel::{Receiver, Sender, bounded};
use std::io::{self, Write};
use std::thread;
use std::time::Duration;

const FIELDS: usize = 1000;

/// A sink that stops at the first piece of a record, and goes on when it is told to.
struct Gate {
    collector: Collector,
    stopped: Sender<()>,
    go_on: Receiver<()>,
}

impl Write for Gate {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if bytes.starts_with(b"large") && !bytes.ends_with(b"\n") {
            let _ = self.stopped.send(());
            let _ = self.go_on.recv();
        }
        self.collector.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Sink for Gate {
    fn select(&mut self, db: u16) -> io::Result<()> {
        self.collector.select(db)
    }

    fn wrote(&mut self, keys: u64) -> io::Result<()> {
        self.collector.wrote(keys)
    }
}

/// A keyspace with a large hash, whose first field expires at `field_at_ms` and itself at `at_ms`.
fn with_large(field_at_ms: Option<i64>, at_ms: Option<i64>) -> Keyspace {
    let keyspace = Keyspace::new(1);
    let large = key(&keyspace, 0, b"large");
    let mut txn = Txn::lock_all(&keyspace, Mode::Write, 0..1, NOW_MS);
    let filled = txn.update(large, true, |hash: &mut Hash| {
        for n in 0..FIELDS {
            hash.insert(n.to_string().as_bytes(), b"value", &Limits::default());
        }
        hash.set_expiry(b"0", field_at_ms);
        ((), Some(CHANGED))
    });
    assert_eq!(filled, Ok(Some(())));
    if at_ms.is_some() {
        txn.set_expiry(large, at_ms, CHANGED);
    }
    for n in 0..2000 {
        let name = format!("small:{n}");
        txn.set_string(key(&keyspace, 0, name.as_bytes()), NewStr::Int(n), Expiry::Clear, CHANGED);
    }
    txn.finish();
    keyspace
}

/// Runs `meanwhile` while the large value is being written. Returns what was to be written, and
/// what was.
fn write_while(keyspace: &Keyspace, meanwhile: impl FnOnce(&dyn Fn())) -> (Contents, Contents) {
    let (stopped, has_stopped) = bounded(1);
    let (tell, go_on) = bounded(1);
    let mut expected = Contents::new();
    let snapshot = begin(keyspace, |txn, _| {
        expected = contents(txn);
        Box::new(Lines)
    });
    let snapshot = snapshot.expect("no other is under way");
    let mut gate = Gate { collector: Collector::default(), stopped, go_on };
    thread::scope(|scope| {
        let writer = scope.spawn(|| snapshot.write(&mut gate).is_ok());
        assert_eq!(has_stopped.recv_timeout(Duration::from_secs(30)), Ok(()));
        let release = || {
            let _ = tell.try_send(());
        };
        meanwhile(&release);
        release();
        assert!(writer.join().expect("no panic"));
    });
    (expected, gate.collector.contents())
}

#[test]
fn only_who_changes_a_large_value_waits_for_it() {
    let keyspace = with_large(None, None);
    let large = key(&keyspace, 0, b"large");
    let place = keyspace.place(0, large.hash);
    let mut neighbours = Vec::new();
    scan::for_each(&keyspace.database(0).read(place.shard()).0, |entry: &Entry| {
        neighbours.extend((entry.name() != b"large").then(|| entry.name().to_vec()));
    });
    assert!(!neighbours.is_empty());
    let (expected, written) = write_while(&keyspace, |release| {
        // The shard is free: another thread changes all neighbours, and reads the value.
        for name in &neighbours {
            let neighbour = key(&keyspace, 0, name);
            let keys = [(0, neighbour.hash)].into_iter();
            let mut txn = Txn::lock(&keyspace, Mode::Write, keys, NOW_MS);
            txn.set_string(neighbour, NewStr::Bytes(b"new"), Expiry::Keep, CHANGED);
            txn.finish();
        }
        let mut txn = Txn::lock(&keyspace, Mode::Read, [(0, large.hash)].into_iter(), NOW_MS);
        assert_eq!(txn.read::<Hash>(large).map(|hash| hash.map(Hash::len)), Ok(Some(FIELDS)));
        txn.finish();
        thread::scope(|scope| {
            let remover = scope.spawn(|| {
                let keys = [(0, large.hash)].into_iter();
                let mut txn = Txn::lock(&keyspace, Mode::Write, keys, NOW_MS);
                assert!(txn.remove(large, CHANGED));
                txn.finish();
            });
            thread::sleep(Duration::from_millis(20));
            assert!(!remover.is_finished(), "the value is gone while it is being written");
            // Nor does who waits hold the shard.
            drop(keyspace.database(0).write(place.shard()));
            release();
        });
    });
    assert_eq!(written, expected);
}

#[test]
fn what_expires_meanwhile_is_kept_until_it_is_written() {
    let keyspace = with_large(None, Some(NOW_MS + 1));
    let place = keyspace.place(0, keyspace.hash(b"large"));
    let (expected, written) = write_while(&keyspace, |_| {
        let mut txn = Txn::lock_place(&keyspace, place, NOW_MS + 2);
        assert_eq!(txn.reap(10).keys, 1);
        txn.finish();
    });
    assert_eq!(written, expected);
}

#[test]
fn fields_that_expire_are_left_for_later() {
    let keyspace = with_large(Some(NOW_MS + 1), None);
    let place = keyspace.place(0, keyspace.hash(b"large"));
    let reap = || {
        let mut txn = Txn::lock_place(&keyspace, place, NOW_MS + 2);
        let reaped = txn.reap(10);
        txn.finish();
        (reaped.fields, reaped.postponed, reaped.more)
    };
    let (expected, written) = write_while(&keyspace, |_| {
        assert_eq!(reap(), (0, true, false));
        assert_eq!(keyspace.next_deadline_ms(), NOW_MS + 1);
    });
    assert_eq!(written, expected);
    assert_eq!(reap(), (1, false, false));
}

#[test]
fn what_is_flushed_meanwhile_is_written() {
    let keyspace = with_large(None, None);
    let (expected, written) = write_while(&keyspace, |_| {
        let mut txn = Txn::lock_all(&keyspace, Mode::Write, 0..1, NOW_MS);
        assert_eq!(txn.flush(None), 2001);
        txn.finish();
    });
    assert_eq!(written, expected);
}
