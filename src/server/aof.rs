//! The append-only file's days in a server: it is opened behind what was loaded, looked after by a
//! thread of its own, and brought to the disk at the end. `rewrite` writes it anew.

use super::stop;
use crate::engine::Engine;
use crate::persistence::aof::{Aof, BaseForm, Names};
use crate::persistence::disk::RealDisk;
use crate::persistence::rdb::{Origin, Version, WriteOptions, Writer};
use crate::services::config::{self, Config, params};
use crate::services::memory;
use crate::util::clock;
use anyhow::Result;
use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::thread;
use std::time::Duration;

/// How often its thread looks after it.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// The append-only file with the names that the configuration gives it. It is off.
pub fn new(config: &Config) -> Aof {
    let (folder, file) =
        (config.string(params::APPENDDIRNAME), config.string(params::APPENDFILENAME));
    Aof::new(Arc::new(RealDisk), Names::new(&folder, &file))
}

/// Turns it on at the server's start, if it is to be on: the data set is loaded.
pub fn open(engine: &Engine) -> Result<()> {
    if !engine.config.get(params::APPENDONLY) {
        return Ok(());
    }
    let form = base_form(engine);
    engine.keyspace.wants_names.store(true, Relaxed);
    engine.aof.open(form, |to| write_empty_base(engine, form, to), &engine.log)?;
    if !engine.config.get(params::AOF_DISABLE_AUTO_GC) {
        engine.aof.delete_history(&engine.log);
    }
    Ok(())
}

/// Looks after it until the server ends.
pub fn run(engine: &Engine) {
    stop::until_ending(engine, |engine| {
        engine.aof.log().tick(&engine.log);
        thread::sleep(LOOK_EVERY);
    });
}

/// Brings everything to the disk: the server ends.
pub fn flush(engine: &Engine) {
    if !engine.aof.is_on() {
        return;
    }
    engine.log.notice("Calling fsync() on the AOF file.");
    if let Err(error) = engine.aof.log().flush() {
        engine.log.warning(format!("Fail to fsync the AOF file: {error}"));
    }
}

/// `aof-use-rdb-preamble`: what a new base looks like.
pub fn base_form(engine: &Engine) -> BaseForm {
    match engine.config.get(params::AOF_USE_RDB_PREAMBLE) {
        true => BaseForm::Rdb,
        false => BaseForm::Aof,
    }
}

/// The base of a server that has no keys yet: a snapshot without any, or no command at all.
fn write_empty_base(engine: &Engine, form: BaseForm, to: &mut dyn Write) -> io::Result<()> {
    if form == BaseForm::Aof {
        return Ok(());
    }
    let options = WriteOptions {
        version: Version::V10,
        compress: engine.config.get(params::RDBCOMPRESSION),
        checksum: engine.config.get(params::RDBCHECKSUM),
    };
    let mut writer = Writer::new(to, &options)?;
    writer.origin(&Origin {
        redis_version: config::REDIS_VERSION,
        created_at_s: clock::now_ms() / 1000,
        used_memory_bytes: memory::used_bytes(),
        replication: None,
        aof_base: true,
    })?;
    writer.finish().map(drop)
}
