//! Loading the data set at startup. A file that cannot be read whole ends the process: a
//! server that serves half its data loses the other half at the next save.

use crate::engine::Engine;
use crate::persistence::rdb::{self, Attributes, LoadOptions, Sink};
use crate::protocol::Key;
use crate::services::config::params;
use crate::store::txn::Mode;
use crate::store::{Event, Expiry, Txn};
use crate::types::Value;
use crate::util::clock;
use anyhow::{Context, Result, anyhow};
use std::fs::File;
use std::io::{self, BufReader};
use std::sync::atomic::Ordering;
use std::time::Instant;

/// Bytes read from the file at once.
const BUFFER_BYTES: usize = 256 * 1024;

/// Loads `dir`/`dbfilename` if it is there.
pub fn at_start(engine: &Engine) -> Result<()> {
    let name = engine.config.string(params::DBFILENAME);
    let file = match File::open(&name) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => {
            return Err(error).with_context(|| {
                format!("Fatal error: can't open the RDB file {name} for reading")
            });
        }
    };
    let began = Instant::now();
    engine.persistence.loading.store(true, Ordering::Relaxed);
    let mut sink = Loader { engine, now_ms: clock::now_ms(), loaded: 0, expired: 0 };
    let options = LoadOptions {
        limits: engine.config.limits(),
        checksum: engine.config.get(params::RDBCHECKSUM),
    };
    let summary = rdb::load(BufReader::with_capacity(BUFFER_BYTES, file), &mut sink, &options)
        .map_err(|error| anyhow!("{error}"))
        .with_context(|| format!("Fatal error loading the DB {name}. Exiting."))?;
    let (loaded, expired) = (sink.loaded, sink.expired);
    engine.persistence.load_keys.store(loaded, Ordering::Relaxed);
    engine.persistence.load_expired.store(expired, Ordering::Relaxed);
    engine.persistence.loading.store(false, Ordering::Relaxed);
    engine.stats.all_saved();
    let log = &engine.log;
    if summary.empty_keys > 0 {
        log.notice(format!("Done loading RDB, keys loaded: {loaded}, keys expired: {expired}, empty keys skipped: {}.", summary.empty_keys));
    } else {
        log.notice(format!("Done loading RDB, keys loaded: {loaded}, keys expired: {expired}."));
    }
    log.notice(format!("DB loaded from disk: {:.3} seconds", began.elapsed().as_secs_f64()));
    Ok(())
}

/// Puts what a file holds into the keyspace.
struct Loader<'a> {
    engine: &'a Engine,
    now_ms: i64,
    loaded: u64,
    expired: u64,
}

impl Sink for Loader<'_> {
    fn key(
        &mut self,
        database: u64,
        name: Vec<u8>,
        value: Value,
        attributes: Attributes,
    ) -> Result<(), String> {
        let keyspace = &self.engine.keyspace;
        let db = u16::try_from(database)
            .ok()
            .filter(|db| *db < keyspace.databases())
            .ok_or_else(|| format!("FATAL: Data file was created with a Redis server configured to handle more than {} databases. Exiting", keyspace.databases()))?;
        if attributes.expires_at_ms.is_some_and(|at_ms| at_ms <= self.now_ms) {
            self.expired += 1;
            return Ok(());
        }
        let key = Key { name: &name, hash: keyspace.hash(&name), db };
        let mut txn =
            Txn::lock(keyspace, Mode::Write, std::iter::once((db, key.hash)), self.now_ms);
        if txn.peek(key).is_some() {
            return Err(format!(
                "RDB has duplicated key '{}' in DB {db}",
                String::from_utf8_lossy(&name)
            ));
        }
        let expiry = attributes.expires_at_ms.map_or(Expiry::Clear, Expiry::At);
        txn.set_value(key, value, expiry, Event::generic("loaded"));
        let access = &keyspace.access;
        match (attributes.idle_s, attributes.frequency) {
            (Some(idle_s), _) if !access.is_lfu() => {
                txn.set_access(key, access.from_idle(idle_s, self.now_ms));
            }
            (_, Some(frequency)) if access.is_lfu() => {
                txn.set_access(key, access.from_frequency(frequency, self.now_ms));
            }
            _ => {}
        }
        self.loaded += 1;
        Ok(())
    }

    fn function(&mut self, code: &[u8]) -> Result<(), String> {
        self.engine.persistence.functions.lock().push(code.to_vec());
        Ok(())
    }

    fn aux(&mut self, name: &[u8], value: &[u8]) {
        let value = String::from_utf8_lossy(value);
        let log = &self.engine.log;
        match name {
            b"redis-ver" | b"valkey-ver" => {
                log.notice(format!("Loading RDB produced by version {value}"))
            }
            b"ctime" => {
                let age_s =
                    value.parse().map_or(0, |created_s: i64| self.now_ms / 1000 - created_s);
                log.notice(format!("RDB age {} seconds", age_s.max(0)));
            }
            b"used-mem" => {
                let bytes: f64 = value.parse().unwrap_or(0.0);
                log.notice(format!(
                    "RDB memory usage when created {:.2} Mb",
                    bytes / (1024.0 * 1024.0)
                ));
            }
            _ => {}
        }
    }
}
