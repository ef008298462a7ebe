//! Loading an RDB file. One thread reads the file, checks it and builds the entries; the calling
//! thread puts them into the keyspace meanwhile. What goes from one to the other are batches, so
//! that a key costs neither of them a wait.

use super::delay;
use crate::engine::Engine;
use crate::engine::panics::stop_on_panic;
use crate::persistence::rdb::{self, Attributes, LoadOptions, Sink, Summary};
use crate::services::config::params;
use crate::store::txn::Mode;
use crate::store::{Entry, Txn, prefetch};
use crate::types::Value;
use crate::util::clock;
use anyhow::{Result, anyhow, bail};
use crossbeam::channel::{Receiver, Sender, bounded};
use std::io::Read;
use std::thread::{self, Builder};

/// Entries that travel together.
const BATCH: usize = 256;
/// Batches that may wait to be put in: a thread that was held up finds work when it comes back.
const WAITING: usize = 16;
/// Entries whose places are asked for ahead of use.
const AHEAD: usize = 32;
/// A file's word on how many keys it has is trusted up to one for so many bytes of it.
const KEY_BYTES: u64 = 16;

/// What is done with the keys of a file.
#[derive(Clone, Copy, Debug, Default)]
pub struct Way {
    /// Keys come in though their time has passed: the rest of a log says when they went.
    pub keeps_expired: bool,
    /// A key takes the place of one that is there. Else there must be none.
    pub replaces: bool,
    /// How many bytes the file has.
    pub file_bytes: u64,
}

/// What came of it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Loaded {
    /// What the file held.
    pub summary: Summary,
    /// Keys that came in.
    pub keys: u64,
    /// Keys that had expired.
    pub expired: u64,
}

/// Reads a file from its beginning to the end of its RDB part, and not a byte further.
///
/// # Errors
/// The first thing found wrong. Keys before it may have come in.
pub fn load(engine: &Engine, input: &mut (impl Read + Send), way: Way) -> Result<Loaded> {
    let (sender, receiver) = bounded(WAITING);
    thread::scope(|scope| {
        let reader = Builder::new().name("rdb-reader".to_owned());
        let reader = reader.spawn_scoped(scope, || {
            stop_on_panic(&engine.log, "rdb-reader", || read(engine, input, way, sender))
        })?;
        let taken = put_in(engine, receiver, way.replaces);
        let loaded = reader.join().map_err(|_| anyhow!("the thread that reads the file failed"))?;
        // Where a key is refused, the reader can only complain that nobody takes them any more.
        taken.and(loaded)
    })
}

/// An entry on its way.
struct Incoming {
    db: u16,
    hash: u64,
    entry: Entry,
}

/// Puts entries into the keyspace until no more come.
fn put_in(engine: &Engine, batches: Receiver<Vec<Incoming>>, replaces: bool) -> Result<()> {
    let (keyspace, now_ms) = (&engine.keyspace, clock::now_ms());
    for batch in batches {
        let mut batch = batch.into_iter();
        while !batch.as_slice().is_empty() {
            let ahead = batch.as_slice().iter().take(AHEAD);
            prefetch::warm(keyspace, ahead.map(|incoming| (incoming.db, incoming.hash)));
            for Incoming { db, hash, entry } in batch.by_ref().take(AHEAD) {
                let place = std::iter::once((db, hash));
                let mut txn = Txn::lock(keyspace, Mode::Write, place, now_ms);
                if let Err(entry) = txn.load(db, hash, entry, replaces) {
                    let name = String::from_utf8_lossy(entry.name());
                    bail!("RDB has duplicated key '{name}' in DB {db}");
                }
                txn.finish();
            }
        }
    }
    Ok(())
}

/// Reads the file, and sends on what is in it.
fn read(
    engine: &Engine,
    input: &mut impl Read,
    way: Way,
    sender: Sender<Vec<Incoming>>,
) -> Result<Loaded> {
    let options = LoadOptions {
        limits: engine.config.limits(),
        checksum: engine.config.get(params::RDBCHECKSUM),
    };
    let (now_ms, batch) = (clock::now_ms(), Vec::with_capacity(BATCH));
    let mut building = Building { engine, way, now_ms, sender, batch, loaded: Loaded::default() };
    let summary = rdb::load(input, &mut building, &options)?;
    building.send().map_err(anyhow::Error::msg)?;
    Ok(Loaded { summary, ..building.loaded })
}

/// Why keys of a database that this server does not have end the loading.
pub fn too_many_databases(engine: &Engine) -> String {
    let databases = engine.keyspace.databases();
    format!(
        "FATAL: Data file was created with a Redis server configured to handle more than \
         {databases} databases. Exiting"
    )
}

/// Builds entries of what a file holds.
struct Building<'a> {
    engine: &'a Engine,
    way: Way,
    now_ms: i64,
    sender: Sender<Vec<Incoming>>,
    batch: Vec<Incoming>,
    loaded: Loaded,
}

impl Building<'_> {
    fn send(&mut self) -> Result<(), String> {
        let batch = std::mem::replace(&mut self.batch, Vec::with_capacity(BATCH));
        self.sender.send(batch).map_err(|_| "Nobody takes the keys any more".to_owned())
    }

    /// A database that this server has.
    fn database(&self, database: u64) -> Result<u16, String> {
        let databases = self.engine.keyspace.databases();
        let known = u16::try_from(database).ok().filter(|db| *db < databases);
        known.ok_or_else(|| too_many_databases(self.engine))
    }

    /// When the key was used last, as the file says it; else it is just now.
    fn access(&self, attributes: &Attributes) -> u32 {
        let access = &self.engine.keyspace.access;
        match (attributes.idle_s, attributes.frequency) {
            (Some(idle_s), _) if !access.is_lfu() => access.from_idle(idle_s, self.now_ms),
            (_, Some(frequency)) if access.is_lfu() => {
                access.from_frequency(frequency, self.now_ms)
            }
            _ => access.fresh(self.now_ms),
        }
    }
}

impl Sink for Building<'_> {
    fn key(
        &mut self,
        database: u64,
        name: Vec<u8>,
        value: Value,
        attributes: Attributes,
    ) -> Result<(), String> {
        let db = self.database(database)?;
        delay(self.engine, self.loaded.keys + self.loaded.expired);
        let has_expired = attributes.expires_at_ms.is_some_and(|at_ms| at_ms <= self.now_ms);
        if has_expired && !self.way.keeps_expired {
            self.loaded.expired += 1;
            return Ok(());
        }
        self.loaded.keys += 1;
        let entry = Entry::new(&name, value, attributes.expires_at_ms);
        entry.set_access(self.access(&attributes));
        self.batch.push(Incoming { db, hash: self.engine.keyspace.hash(&name), entry });
        if self.batch.len() < BATCH {
            return Ok(());
        }
        self.send()
    }

    fn function(&mut self, code: &[u8]) -> Result<(), String> {
        self.engine.persistence.functions.lock().push(code.to_vec());
        Ok(())
    }

    fn size_hint(&mut self, database: u64, keys: u64, _expiring: u64) {
        let believable = keys.min(self.way.file_bytes / KEY_BYTES);
        if let (Ok(db), Ok(keys)) = (self.database(database), usize::try_from(believable)) {
            self.engine.keyspace.reserve(db, keys);
        }
    }

    fn aux(&mut self, name: &[u8], value: &[u8]) {
        let value = String::from_utf8_lossy(value);
        let log = &self.engine.log;
        match name {
            b"redis-ver" | b"valkey-ver" => {
                log.notice(format!("Loading RDB produced by version {value}"));
            }
            b"ctime" => {
                let created_s = value.parse().unwrap_or(self.now_ms / 1000);
                let age_s = (self.now_ms / 1000).saturating_sub(created_s);
                log.notice(format!("RDB age {} seconds", age_s.max(0)));
            }
            b"used-mem" => {
                let megabytes = value.parse().unwrap_or(0.0) / (1024.0 * 1024.0);
                log.notice(format!("RDB memory usage when created {megabytes:.2} Mb"));
            }
            b"aof-base" if value == "1" => log.notice("RDB is base AOF"),
            b"aof-preamble" if value == "1" => log.notice("RDB has an AOF tail"),
            _ => {}
        }
    }
}
