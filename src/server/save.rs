//! Writing the whole keyspace to `dir`/`dbfilename`: to a temporary file, synced, then
//! renamed over the old one, so that a crash at any moment leaves one whole file.

use crate::engine::Engine;
use crate::persistence::rdb::{Attributes, Origin, Version, WriteOptions, Writer};
use crate::services::config::{self, params};
use crate::store::scan::for_each;
use crate::store::txn::Mode;
use crate::store::{SHARDS, Txn};
use crate::util::clock;
use anyhow::{Context, Result};
use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::Path;
use std::sync::atomic::Ordering;

/// Bytes written to the file at once.
const BUFFER_BYTES: usize = 256 * 1024;

/// Saves every key that `frozen` holds: all shards of all databases, shared.
pub fn to_file(engine: &Engine, frozen: &Txn<'_>) -> Result<()> {
    let name = engine.config.string(params::DBFILENAME);
    let temporary = format!("temp-{}.rdb", std::process::id());
    let outcome = write(engine, frozen, &temporary)
        .and_then(|()| fs::rename(&temporary, &name).with_context(|| format!("renaming to {name}")))
        .and_then(|()| sync_folder());
    engine.persistence.last_save_failed.store(outcome.is_err(), Ordering::Relaxed);
    if outcome.is_err() {
        // It may not even have been created.
        let _ = fs::remove_file(&temporary);
        return outcome;
    }
    engine.persistence.last_save_s.store(clock::now_ms() / 1000, Ordering::Relaxed);
    engine.persistence.saves.fetch_add(1, Ordering::Relaxed);
    engine.stats.all_saved();
    engine.log.notice("DB saved on disk");
    Ok(())
}

/// Holds every key as it is, shared: nobody writes until this is dropped.
pub fn freeze(engine: &Engine) -> Txn<'_> {
    let keyspace = &engine.keyspace;
    Txn::lock_all(keyspace, Mode::Read, 0..keyspace.databases(), clock::now_ms())
}

/// Makes the rename itself durable.
fn sync_folder() -> Result<()> {
    File::open(Path::new(".")).and_then(|dir| dir.sync_all()).context("syncing the folder")
}

fn write(engine: &Engine, frozen: &Txn<'_>, path: &str) -> Result<()> {
    let now_ms = clock::now_ms();
    let file = File::create(path)
        .with_context(|| format!("Failed opening the temp RDB file {path} for saving"))?;
    let options = WriteOptions {
        version: needed_version(frozen),
        compress: engine.config.get(params::RDBCOMPRESSION),
        checksum: engine.config.get(params::RDBCHECKSUM),
    };
    let mut writer = Writer::new(BufWriter::with_capacity(BUFFER_BYTES, file), &options)?;
    writer.origin(&Origin {
        redis_version: config::REDIS_VERSION,
        created_at_s: now_ms / 1000,
        used_memory_bytes: crate::services::memory::used_bytes(),
        replication: None,
        aof_base: false,
    })?;
    for code in engine.persistence.functions.lock().iter() {
        writer.function(code)?;
    }
    for db in 0..engine.keyspace.databases() {
        write_database(frozen, db, &mut writer, now_ms)?;
    }
    let file = writer.finish()?.into_inner().map_err(|error| error.into_error())?;
    file.sync_all().context("syncing the RDB file")
}

/// The oldest version that can hold every value.
fn needed_version(txn: &Txn<'_>) -> Version {
    let mut needed = Version::V10;
    for db in 0..txn.keyspace().databases() {
        for shard in 0..SHARDS {
            for_each(&txn.table(db, shard), |entry| {
                needed = needed.max(entry.with_value(Version::needed_by));
            });
        }
    }
    needed
}

fn write_database(
    txn: &Txn<'_>,
    db: u16,
    writer: &mut Writer<impl Write>,
    now_ms: i64,
) -> Result<()> {
    let keys: usize = (0..SHARDS).map(|shard| txn.table(db, shard).len()).sum();
    if keys == 0 {
        return Ok(());
    }
    let volatile = txn.keyspace().database(db).volatile();
    writer.database(u64::from(db), keys as u64, volatile as u64)?;
    let access = &txn.keyspace().access;
    let mut outcome = Ok(());
    for shard in 0..SHARDS {
        for_each(&txn.table(db, shard), |entry| {
            if outcome.is_err() {
                return;
            }
            let attributes = Attributes {
                expires_at_ms: entry.expires_at_ms(),
                idle_s: None,
                frequency: access.is_lfu().then(|| access.frequency(entry.access(), now_ms) as u8),
            };
            outcome = entry.with_value(|value| writer.key(entry.name(), value, &attributes));
        });
    }
    Ok(outcome?)
}
