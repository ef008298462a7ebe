//! Loading the data set: at startup, and when DEBUG asks for it. A file that cannot be read whole
//! ends the process: a server that serves half its data loses the other half at the next save.

mod aof;
mod rdb;

use crate::engine::Engine;
use crate::engine::blocking::conclude;
use crate::engine::loading::Loading;
use crate::engine::propagate::Propagation;
use crate::engine::saving::{Outcome, Reload};
use crate::persistence::aof::manifest::Manifest;
use crate::services::config::params;
use crate::store::Txn;
use crate::store::txn::Mode;
use crate::util::clock;
use anyhow::{Context, Result};
use rdb::Way;
use std::fs::File;
use std::io::{self, BufReader, Read};
use std::sync::atomic::Ordering::Relaxed;
use std::thread;
use std::time::{Duration, Instant};

/// Bytes read from a file at once.
const BUFFER_BYTES: usize = 256 * 1024;

/// Loads what the last run left: the append-only file, if this one writes it too, else the
/// snapshot. Neither need be there.
pub fn at_start(engine: &Engine) -> Result<()> {
    let began = Instant::now();
    if engine.config.get(params::APPENDONLY) {
        if aof::load(engine, &engine.aof.find(&engine.log)?)? {
            let seconds = began.elapsed().as_secs_f64();
            engine.log.notice(format!("DB loaded from append only file: {seconds:.3} seconds"));
        }
    } else if snapshot(engine, false)? {
        let seconds = began.elapsed().as_secs_f64();
        engine.log.notice(format!("DB loaded from disk: {seconds:.3} seconds"));
    }
    engine.stats.all_saved();
    Ok(())
}

/// DEBUG RELOAD: reads the snapshot, which `save` takes, back in place of what is in memory, or
/// into it. Whoever comes meanwhile is told to come back later: nothing changes between.
pub fn reload(engine: &Engine, how: Reload, save: impl FnOnce() -> Outcome) -> Outcome {
    let _under_way = engine.persistence.loading.begin(clock::now_ms());
    if !how.no_save {
        save()?;
    }
    if !how.no_flush {
        flush(engine);
    }
    let loaded = snapshot(engine, how.merge);
    told(engine, loaded, "DB reloaded by DEBUG RELOAD")
}

/// DEBUG LOADAOF: reads the append-only file in place of what is in memory. All that was appended
/// is in it.
pub fn reload_aof(engine: &Engine) -> Outcome {
    let _under_way = engine.persistence.loading.begin(clock::now_ms());
    let aof = &engine.aof;
    aof.settle(aof.log().appended_offset()).map_err(|error| error.to_string())?;
    flush(engine);
    let manifest = Manifest::load(aof.disk(), aof.names()).map_err(anyhow::Error::from);
    let loaded = manifest.and_then(|manifest| aof::load(engine, &manifest));
    told(engine, loaded, "Append Only File loaded by DEBUG LOADAOF")
}

/// Tells the log what came of reading files back.
fn told(engine: &Engine, loaded: Result<bool>, sentence: &str) -> Outcome {
    engine.stats.all_saved();
    let why = match loaded {
        Ok(true) => {
            engine.log.warning(sentence);
            return Ok(());
        }
        Ok(false) => "There is no file to load".to_owned(),
        Err(error) => format!("{error:#}"),
    };
    engine.log.warning(&why);
    Err(why)
}

/// Empties every database. The log does not hear of it: what comes next is what it says.
fn flush(engine: &Engine) {
    let keyspace = &engine.keyspace;
    let mut txn = Txn::lock_all(keyspace, Mode::Write, 0..keyspace.databases(), clock::now_ms());
    txn.flush(None);
    engine.persistence.functions.lock().clear();
    conclude(engine, 0, txn, Propagation::off());
}

/// Loads `dir`/`dbfilename`. Keys that are there already are replaced, or must not be there.
/// Returns whether there was a file.
fn snapshot(engine: &Engine, replaces: bool) -> Result<bool> {
    let name = engine.config.string(params::DBFILENAME);
    let file = match File::open(&name) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        Err(error) => {
            return Err(error).with_context(|| {
                format!("Fatal error: can't open the RDB file {name} for reading")
            });
        }
    };
    let file_bytes = file.metadata().map_or(0, |metadata| metadata.len());
    let state = &engine.persistence;
    state.loading.expect(file_bytes);
    let mut input = buffered(file, &state.loading);
    let way = Way { file_bytes, replaces, keeps_expired: false };
    let loaded = rdb::load(engine, &mut input, way)
        .with_context(|| format!("Fatal error loading the DB {name}. Exiting."))?;
    state.load_keys.store(loaded.keys, Relaxed);
    state.load_expired.store(loaded.expired, Relaxed);
    let empty = match loaded.summary.empty_keys {
        0 => String::new(),
        keys => format!(", empty keys skipped: {keys}"),
    };
    engine.log.notice(format!(
        "Done loading RDB, keys loaded: {}, keys expired: {}{empty}.",
        loaded.keys, loaded.expired
    ));
    Ok(true)
}

/// A file that is read in large pieces, each of which counts as progress.
fn buffered(file: File, loading: &Loading) -> BufReader<Counted<'_>> {
    BufReader::with_capacity(BUFFER_BYTES, Counted { file, loading })
}

struct Counted<'a> {
    file: File,
    loading: &'a Loading,
}

impl Read for Counted<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let count = self.file.read(buf)?;
        self.loading.advance(count as u64);
        Ok(count)
    }
}

/// `key-load-delay`: waits before the next key or command, for tests of what goes on meanwhile.
/// `before` is how many there were.
fn delay(engine: &Engine, before: u64) {
    let delay_us = engine.config.get(params::KEY_LOAD_DELAY);
    match u64::try_from(delay_us) {
        Ok(0) => {}
        Ok(delay_us) => thread::sleep(Duration::from_micros(delay_us)),
        // So many of them share a microsecond.
        Err(_) if before.is_multiple_of(delay_us.unsigned_abs()) => {
            thread::sleep(Duration::from_micros(1));
        }
        Err(_) => {}
    }
}
