//! Loading the append-only file: its base, a snapshot or commands, and then what happened since,
//! file by file. Sentences and rules are those of `loadAppendOnlyFiles` in `src/aof.c` of
//! Redis 7.0: a crash may have cut the last file, and no other.

use super::rdb::{self, Way};
use super::{buffered, delay};
use crate::engine::Engine;
use crate::engine::batch::Batch;
use crate::engine::dispatch::Call;
use crate::engine::replay::{Replay, Stuck};
use crate::persistence::aof::manifest::Manifest;
use crate::persistence::aof::read::{Found, Reader, Reason};
use crate::services::config::params;
use crate::services::outbox::delivery;
use crate::util::clock;
use anyhow::{Context, Result, bail};
use std::fs::{self, File, OpenOptions};
use std::io::{BufRead, Read};
use std::path::{Path, PathBuf};
use std::time::Instant;

/// Loads every file of the set. Returns whether there is one.
pub fn load(engine: &Engine, manifest: &Manifest) -> Result<bool> {
    if manifest.is_empty() {
        return Ok(false);
    }
    let names = engine.aof.names();
    let mut total_bytes = 0;
    for part in manifest.parts() {
        let metadata = fs::metadata(names.path(&part.name)).with_context(|| {
            format!("Unable to obtain the AOF file {} length. stat", part.name.display())
        })?;
        total_bytes += metadata.len();
    }
    engine.persistence.loading.expect(total_bytes);
    let count = manifest.parts().count();
    for (index, part) in manifest.parts().enumerate() {
        let began = Instant::now();
        let kind = if manifest.base.as_ref() == Some(part) { "base" } else { "incr" };
        let file = Part {
            path: names.path(&part.name),
            name: part.name.display().to_string(),
            is_last: index + 1 == count,
        };
        if file.load(engine)? {
            engine.log.notice(format!(
                "DB loaded from {kind} file {}: {:.3} seconds",
                file.name,
                began.elapsed().as_secs_f64()
            ));
        }
    }
    Ok(true)
}

/// One file of the set.
struct Part {
    path: PathBuf,
    /// What the log calls it.
    name: String,
    /// Whether none comes after it.
    is_last: bool,
}

/// How far a file goes.
enum Extent {
    /// It ends where a command does.
    Whole,
    /// Its end is missing. It is good up to here.
    Cut {
        /// Where the last whole command or transaction ends.
        good_bytes: u64,
    },
}

impl Part {
    /// Loads it. Returns whether there is anything in it.
    fn load(&self, engine: &Engine) -> Result<bool> {
        let Part { path, name, .. } = self;
        let file = File::open(path).with_context(|| {
            format!("Fatal error: can't open the append log file {name} for reading")
        })?;
        let file_bytes = file.metadata().map_or(0, |metadata| metadata.len());
        let mut input = buffered(file, &engine.persistence.loading);
        let start = input.fill_buf().with_context(|| self.unreadable())?;
        if start.is_empty() {
            return Ok(false);
        }
        let mut offset_bytes = 0;
        if start.starts_with(b"REDIS") || start.starts_with(b"VALKEY") {
            offset_bytes = self.load_snapshot(engine, &mut input, file_bytes)?;
        }
        match self.replay(engine, Reader::new(input, offset_bytes))? {
            Extent::Whole => Ok(true),
            Extent::Cut { good_bytes } => self.cut(engine, good_bytes).map(|()| true),
        }
    }

    /// Loads the snapshot that the file begins with. Returns how many bytes it has: before Redis 7
    /// the rest of the log stood behind it.
    fn load_snapshot(
        &self,
        engine: &Engine,
        input: &mut (impl Read + Send),
        file_bytes: u64,
    ) -> Result<u64> {
        let Part { name, .. } = self;
        let is_old = name == engine.aof.names().single_file();
        let (beginning, part) = match is_old {
            true => ("Reading RDB preamble from AOF file...", "RDB preamble of the AOF file"),
            false => ("Reading RDB base file on AOF loading...", "RDB base file"),
        };
        engine.log.notice(beginning);
        let way = Way { keeps_expired: true, file_bytes, ..Way::default() };
        let loaded = rdb::load(engine, input, way)
            .with_context(|| format!("Error reading the {part} {name}, AOF loading aborted"))?;
        if is_old {
            engine.log.notice("Reading the remaining AOF tail...");
        }
        Ok(loaded.summary.bytes)
    }

    /// Runs every command, but for those of a transaction that does not end.
    fn replay(&self, engine: &Engine, mut reader: Reader<impl Read>) -> Result<Extent> {
        let mut replay = Replay::begin(engine).context("Can't replay the append only file")?;
        let mut good_bytes = reader.offset_bytes();
        let mut commands = 0;
        loop {
            let count = match reader.advance() {
                Ok(Found::End) => break,
                Ok(Found::Annotation) => continue,
                Ok(Found::Commands(count)) => count,
                Err(error) => match error.reason {
                    Reason::Truncated => return Ok(Extent::Cut { good_bytes }),
                    Reason::Io(error) => return Err(error).with_context(|| self.unreadable()),
                    Reason::Format(_) => {
                        engine.log.warning(format!("AOF {}: {error}", self.name));
                        bail!(self.bad_format());
                    }
                },
            };
            let mut batch = Batch::default();
            (0..count).for_each(|index| batch.push(engine, reader.args(index)));
            let now_ms = clock::now_ms();
            for (index, call) in batch.calls(engine, replay.db()).enumerate() {
                if let Err(stuck) = replay.run(&call, now_ms) {
                    bail!(self.stuck(engine, stuck, &call));
                }
                commands += 1;
                delay(engine, commands);
                if !replay.is_in_transaction() {
                    good_bytes = reader.offset_of(index + 1);
                }
            }
            delivery::deliver();
        }
        if replay.is_in_transaction() {
            engine.log.warning(format!(
                "Revert incomplete MULTI/EXEC transaction in AOF file {}",
                self.name
            ));
            return Ok(Extent::Cut { good_bytes });
        }
        Ok(Extent::Whole)
    }

    /// Why the file cannot be replayed behind this command.
    fn stuck(&self, engine: &Engine, stuck: Stuck, call: &Call<'_>) -> String {
        match stuck {
            Stuck::UnknownCommand => {
                let command = call.argv.first().map_or(&[][..], |name| name.bytes());
                let (command, file) = (String::from_utf8_lossy(command), &self.name);
                format!("Unknown command '{command}' reading the append only file {file}")
            }
            Stuck::NoDatabase => rdb::too_many_databases(engine),
        }
    }

    /// The file's end is missing: cuts off what is left of it, if that is allowed.
    fn cut(&self, engine: &Engine, good_bytes: u64) -> Result<()> {
        let Part { path, name, is_last } = self;
        let log = &engine.log;
        if !engine.config.get(params::AOF_LOAD_TRUNCATED) {
            bail!(
                "Unexpected end of file reading the append only file {name}. You can: 1) Make a \
                 backup of your AOF file, then use ./redis-check-aof --fix <filename.manifest>. \
                 2) Alternatively you can set the 'aof-load-truncated' configuration option to \
                 yes and restart the server."
            );
        }
        log.warning(format!("!!! Warning: short read while loading the AOF file {name}!!!"));
        if !is_last {
            bail!("Fatal error: the truncated file is not the last file");
        }
        log.warning(format!("!!! Truncating the AOF {name} at offset {good_bytes} !!!"));
        truncate(path, good_bytes)
            .with_context(|| format!("Error truncating the AOF file {name}"))?;
        log.warning(format!("AOF {name} loaded anyway because aof-load-truncated is enabled"));
        Ok(())
    }

    fn unreadable(&self) -> String {
        format!("Unrecoverable error reading the append only file {}", self.name)
    }

    fn bad_format(&self) -> String {
        format!(
            "Bad file format reading the append only file {}: make a backup of your AOF file, \
             then use ./redis-check-aof --fix <filename.manifest>",
            self.name
        )
    }
}

/// Cuts a file off, for good.
fn truncate(path: &Path, len_bytes: u64) -> std::io::Result<()> {
    let file = OpenOptions::new().write(true).open(path)?;
    file.set_len(len_bytes)?;
    file.sync_all()
}
