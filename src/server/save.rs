//! A snapshot's file. It is written beside the one it replaces, synced, and renamed over it, so that
//! a crash at any moment leaves one whole file.

use crate::engine::Engine;
use crate::persistence::disk::{Disk, DiskFile, DiskWriter, Open};
use crate::persistence::rdb::{Origin, RecordEncoder, Usage, Version, WriteOptions, Writer};
use crate::services::config::choices::MaxmemoryPolicy;
use crate::services::config::{self, params};
use crate::services::memory;
use crate::store::scan;
use crate::store::snapshot::{Cut, Encoder, Sink};
use crate::store::txn::Mode;
use crate::store::{SHARDS, Txn};
use crate::util::clock;
use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

/// Bytes written to the file at once.
const BUFFER_BYTES: usize = 256 * 1024;
/// `rdb-save-incremental-fsync`: after so many bytes the disk gets them, instead of all at the end.
const SYNC_EVERY_BYTES: u64 = 4 << 20;
/// How long a rest may be before somebody looks whether to go on.
const NAP: Duration = Duration::from_millis(10);

/// Holds every key as it is, shared: nobody writes until this is dropped.
pub fn freeze(engine: &Engine) -> Txn<'_> {
    let keyspace = &engine.keyspace;
    Txn::lock_all(keyspace, Mode::Read, 0..keyspace.databases(), clock::now_ms())
}

/// Saves every key that `frozen` holds: all shards of all databases, shared.
pub fn frozen(engine: &Engine, disk: &dyn Disk, frozen: &Txn<'_>) -> Result<(), String> {
    let cut = Cut::of(frozen);
    to_file(engine, disk, &cut, |sink| {
        let (encoder, access) = (encoder(engine, &cut), &engine.keyspace.access);
        for db in 0..engine.keyspace.databases() {
            sink.select(db)?;
            for shard in 0..SHARDS {
                let mut outcome = Ok(());
                scan::for_each(&frozen.table(db, shard), |entry| {
                    if outcome.is_ok() {
                        outcome = encoder.encode(entry, access, sink);
                    }
                });
                outcome?;
            }
        }
        Ok(())
    })
}

/// Has `write` write everything that was there at the cut, and puts the file in the place of the
/// last one. Says in the log what came of it; an error is that again, or that it was cancelled.
pub fn to_file(
    engine: &Engine,
    disk: &dyn Disk,
    cut: &Cut,
    write: impl FnOnce(&mut RdbSink<'_>) -> io::Result<()>,
) -> Result<(), String> {
    let name = engine.config.string(params::DBFILENAME);
    let temporary = format!("temp-{}.rdb", std::process::id());
    let outcome = write_file(engine, disk, &temporary, cut, write)
        .and_then(|()| put_in_place(disk, &temporary, &name));
    match &outcome {
        Ok(()) => {
            let now_s = clock::now_ms() / 1000;
            engine.saving.change_figures(|figures| figures.last_save_s = now_s);
            engine.saving.set_failed(false);
            engine.log.notice("DB saved on disk");
        }
        Err(error) => {
            // It may not even have been created.
            let _ = disk.remove(Path::new(&temporary));
            if !engine.saving.is_cancelled() {
                engine.log.warning(error.clone());
            }
        }
    }
    outcome
}

fn write_file(
    engine: &Engine,
    disk: &dyn Disk,
    temporary: &str,
    cut: &Cut,
    write: impl FnOnce(&mut RdbSink<'_>) -> io::Result<()>,
) -> Result<(), String> {
    let file = disk.open(Path::new(temporary), Open::Truncate).map_err(|error| {
        format!(
            "Failed opening the temp RDB file {temporary} (in server root dir {}) for saving: {}",
            folder(),
            reason(&error)
        )
    })?;
    let written = RdbSink::begin(engine, file, cut, false).and_then(|mut sink| {
        write(&mut sink)?;
        sink.finish()
    });
    written.map_err(|error| format!("Write error saving DB on disk: {}", reason(&error)))
}

/// Renames a finished file, and makes that durable.
fn put_in_place(disk: &dyn Disk, temporary: &str, name: &str) -> Result<(), String> {
    disk.rename(Path::new(temporary), Path::new(name)).map_err(|error| {
        format!(
            "Error moving temp DB file {temporary} on the final destination {name} (in server \
             root dir {}): {}",
            folder(),
            reason(&error)
        )
    })?;
    disk.sync_folder(Path::new(""))
        .map_err(|error| format!("Failed to fsync directory while saving DB: {}", reason(&error)))
}

/// The working directory, for the log.
fn folder() -> String {
    std::env::current_dir().map_or_else(|_| "unknown".to_owned(), |dir| dir.display().to_string())
}

/// An error in the system's words, as Redis logs it: without its number.
pub fn reason(error: &io::Error) -> String {
    let text = error.to_string();
    text.split(" (os error").next().unwrap_or_default().to_owned()
}

/// What makes the records of a snapshot.
pub fn encoder(engine: &Engine, cut: &Cut) -> RecordEncoder {
    use MaxmemoryPolicy::{AllkeysLfu, AllkeysLru, VolatileLfu, VolatileLru};
    let now_ms = clock::now_ms();
    RecordEncoder {
        version: needed_version(cut),
        compress: engine.config.get(params::RDBCOMPRESSION),
        usage: match engine.config.get(params::MAXMEMORY_POLICY) {
            AllkeysLru | VolatileLru => Usage::Idle(now_ms),
            AllkeysLfu | VolatileLfu => Usage::Frequency(now_ms),
            _ => Usage::Untold,
        },
    }
}

/// The oldest version that can hold every value.
fn needed_version(cut: &Cut) -> Version {
    if cut.fields_expire { Version::V12 } else { Version::V10 }
}

/// Takes records into an RDB file.
pub struct RdbSink<'e> {
    engine: &'e Engine,
    writer: Writer<BufWriter<Synced>>,
    cut: Cut,
    /// Which databases were begun.
    begun: Vec<bool>,
    keys: u64,
}

impl<'e> RdbSink<'e> {
    /// Begins a file. `is_base` is whether an append-only file begins with it.
    pub fn begin(
        engine: &'e Engine,
        file: Arc<dyn DiskFile>,
        cut: &Cut,
        is_base: bool,
    ) -> io::Result<RdbSink<'e>> {
        let options = WriteOptions {
            version: needed_version(cut),
            compress: engine.config.get(params::RDBCOMPRESSION),
            checksum: engine.config.get(params::RDBCHECKSUM),
        };
        let mut writer = Writer::new(buffered(engine, file, is_base), &options)?;
        writer.origin(&Origin {
            redis_version: config::REDIS_VERSION,
            created_at_s: clock::now_ms() / 1000,
            used_memory_bytes: memory::used_bytes(),
            replication: None,
            aof_base: is_base,
        })?;
        for code in engine.persistence.functions.lock().iter() {
            writer.function(code)?;
        }
        let begun = vec![false; cut.databases.len()];
        Ok(RdbSink { engine, writer, cut: cut.clone(), begun, keys: 0 })
    }

    /// Ends the file, and returns when it is on the disk.
    pub fn finish(self) -> io::Result<()> {
        let file = self.writer.finish()?.into_inner().map_err(|error| error.into_error())?;
        file.file.0.sync()
    }
}

impl Write for RdbSink<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        go_on(self.engine)?;
        self.writer.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.writer.flush()
    }
}

impl Sink for RdbSink<'_> {
    fn select(&mut self, db: u16) -> io::Result<()> {
        let at = usize::from(db);
        let totals = self.cut.databases.get(at).copied().unwrap_or_default();
        if totals.keys == 0 {
            return Ok(());
        }
        match self.begun.get_mut(at) {
            Some(begun) if !*begun => {
                *begun = true;
                self.writer.database(db.into(), totals.keys, totals.volatile)
            }
            _ => self.writer.select(db.into()),
        }
    }

    fn wrote(&mut self, keys: u64) -> io::Result<()> {
        rest(self.engine, &mut self.keys, keys)
    }
}

/// A file that is written in large pieces, and brought to the disk bit by bit if that is wanted.
pub fn buffered(engine: &Engine, file: Arc<dyn DiskFile>, is_base: bool) -> BufWriter<Synced> {
    let is_gradual = match is_base {
        true => params::AOF_REWRITE_INCREMENTAL_FSYNC,
        false => params::RDB_SAVE_INCREMENTAL_FSYNC,
    };
    let every_bytes = engine.config.get(is_gradual).then_some(SYNC_EVERY_BYTES);
    let file = Synced { file: DiskWriter(file), every_bytes, unsynced_bytes: 0 };
    BufWriter::with_capacity(BUFFER_BYTES, file)
}

/// An error when what is being written is wanted no more.
pub fn go_on(engine: &Engine) -> io::Result<()> {
    if engine.saving.is_cancelled() {
        return Err(io::Error::other("cancelled"));
    }
    Ok(())
}

/// `rdb-key-save-delay`: rests after `keys` more keys, for tests of what goes on meanwhile. A
/// negative delay is how many keys share a microsecond.
pub fn rest(engine: &Engine, before: &mut u64, keys: u64) -> io::Result<()> {
    let delay_us = engine.config.get(params::RDB_KEY_SAVE_DELAY);
    let share = delay_us.min(-1).unsigned_abs();
    let began = *before / share;
    *before += keys;
    let micros = match u64::try_from(delay_us) {
        Ok(delay_us) => keys.saturating_mul(delay_us),
        Err(_) => *before / share - began,
    };
    let until = Instant::now() + Duration::from_micros(micros);
    loop {
        go_on(engine)?;
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Ok(());
        }
        thread::sleep(left.min(NAP));
    }
}

/// A file that is synced now and then, so that the end does not wait for all of it.
pub struct Synced {
    file: DiskWriter,
    every_bytes: Option<u64>,
    unsynced_bytes: u64,
}

impl Write for Synced {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.unsynced_bytes += written as u64;
        if self.every_bytes.is_some_and(|every_bytes| self.unsynced_bytes >= every_bytes) {
            self.unsynced_bytes = 0;
            self.file.0.sync()?;
        }
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::super::main;
    use super::*;
    use crate::commands;
    use crate::engine::Table;
    use crate::persistence::disk::faulty::{Crash, Fault, FaultyDisk};
    use crate::persistence::rdb::{self, Attributes, LoadOptions};
    use crate::protocol::Key;
    use crate::store::{Event, Expiry, NewStr, snapshot};
    use crate::types::{Limits, Value};
    use std::collections::BTreeSet;
    use std::ffi::OsString;

    /// So many that the file is written in several pieces.
    const KEYS: usize = 5000;

    fn engine() -> Engine {
        let startup = config::from_args(Vec::<OsString>::new(), &mut io::empty());
        let engine = main::build(startup.expect("defaults"), Table::new(commands::families()));
        engine.log.set_file("/dev/null").expect("a device");
        engine
    }

    /// Sets every key to a long value that no compression makes short.
    fn fill(engine: &Engine, version: u64) {
        let keyspace = &engine.keyspace;
        let mut txn = Txn::lock_all(keyspace, Mode::Write, 0..1, clock::now_ms());
        for n in 0..KEYS {
            let name = format!("key:{n}");
            let key = Key { name: name.as_bytes(), hash: keyspace.hash(name.as_bytes()), db: 0 };
            let value = format!("{version}:{}", crate::util::random::hex(80));
            txn.set_string(key, NewStr::Bytes(value.as_bytes()), Expiry::Clear, Event::SET);
        }
        txn.finish();
    }

    fn save(engine: &Engine, disk: &FaultyDisk) -> Result<(), String> {
        let snapshot = snapshot::begin(&engine.keyspace, |_, cut| Box::new(encoder(engine, cut)));
        let snapshot = snapshot.expect("no other is under way");
        let cut = snapshot.cut().clone();
        to_file(engine, disk, &cut, |sink| snapshot.write(sink).map(drop))
    }

    /// What a file holds: how many keys, and the first letters of their values.
    #[derive(Default)]
    struct Held {
        keys: usize,
        versions: BTreeSet<u8>,
    }

    impl rdb::Sink for Held {
        fn key(&mut self, _: u64, _: Vec<u8>, value: Value, _: Attributes) -> Result<(), String> {
            let Value::String(text) = value else { return Err("no string".to_owned()) };
            self.keys += 1;
            self.versions.extend(text.first());
            Ok(())
        }

        fn function(&mut self, _: &[u8]) -> Result<(), String> {
            Ok(())
        }

        fn aux(&mut self, _: &[u8], _: &[u8]) {}
    }

    /// The version of all keys in the file.
    fn version_on(disk: &FaultyDisk) -> u8 {
        let file = disk.read(Path::new("dump.rdb")).expect("a file");
        let mut held = Held::default();
        let options = LoadOptions { limits: Limits::default(), checksum: true };
        let loaded = rdb::load(&file[..], &mut held, &options);
        assert!(loaded.is_ok(), "{:?}", loaded.err());
        assert_eq!((held.keys, held.versions.len()), (KEYS, 1));
        held.versions.first().copied().unwrap_or_default()
    }

    /// Whatever fails, and wherever: a file is whole, and when all goes well again so does saving.
    #[test]
    fn a_disk_that_fails_leaves_a_whole_file() {
        let engine = engine();
        for fault in [Fault::Broken, Fault::Full, Fault::Sync] {
            let (mut calls, mut failures) = (0, 0);
            loop {
                let disk = FaultyDisk::default();
                fill(&engine, 1);
                assert_eq!(save(&engine, &disk), Ok(()));
                fill(&engine, 2);
                disk.fail_after(calls, fault);
                let outcome = save(&engine, &disk);
                let crashed = disk.after(Crash::Power { percent_kept: 50 });
                let version = version_on(&crashed);
                disk.heal();
                assert_eq!(save(&engine, &disk), Ok(()));
                assert_eq!(version_on(&disk), b'2');
                if outcome.is_ok() {
                    assert_eq!(version, b'2', "saved, and lost by {fault:?} at call {calls}");
                    break;
                }
                failures += 1;
                calls += 1;
            }
            assert!(failures > 2, "{fault:?} showed {failures} times only");
        }
    }
}
