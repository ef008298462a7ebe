//! Rewriting the append-only file: a snapshot becomes its new base, and what happens meanwhile goes
//! to its next incremental file.

use super::aof::base_form;
use super::save::{self, RdbSink, Synced, reason};
use super::saver::cut;
use crate::engine::Engine;
use crate::engine::saving::{Errand, Outcome};
use crate::persistence::aof::{BaseForm, encode};
use crate::persistence::disk::{DiskFile, Open};
use crate::services::config::params;
use crate::store::Entry;
use crate::store::access::AccessPolicy;
use crate::store::snapshot::{Encoder, Progress, Sink, Snapshot};
use std::io::{self, BufWriter, Write};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Instant;

/// Writes the append-only file anew, or for the first time: then it is on afterwards.
pub fn rewrite(engine: &Engine, errand: &mut Errand) -> Outcome {
    let began = Instant::now();
    engine.saving.change_figures(|figures| figures.rewrites += 1);
    engine.log.notice(format!(
        "Background append only file rewriting started by pid {}",
        std::process::id()
    ));
    let outcome = rewrite_files(engine, errand);
    let took_s = began.elapsed().as_secs() as i64;
    engine.saving.change_figures(|figures| {
        figures.last_rewrite_took_s = Some(took_s);
        match &outcome {
            Ok(progress) => {
                figures.rewrite_failures = 0;
                figures.last_rewrite_handed_bytes = progress.handed_bytes;
            }
            Err(_) if engine.saving.is_cancelled() => {}
            Err(_) => figures.rewrite_failures += 1,
        }
    });
    if let Err(error) = &outcome {
        engine.log.warning(format!("Background AOF rewrite terminated with error: {error}"));
    }
    if engine.aof.is_on() && !engine.config.get(params::APPENDONLY) {
        // BGREWRITEAOF without an append-only file makes one, and leaves it alone.
        engine.aof.stop(&engine.log);
    }
    outcome.map(drop)
}

fn rewrite_files(engine: &Engine, errand: &mut Errand) -> Result<Progress, String> {
    let form = base_form(engine);
    let failed = |error: io::Error| reason(&error);
    let mut rewrite = engine.aof.prepare_rewrite(form, &engine.log).map_err(failed)?;
    let snapshot = cut(engine, errand, |cut| {
        engine.keyspace.wants_names.store(true, Ordering::Relaxed);
        rewrite.cut();
        match form {
            BaseForm::Rdb => Box::new(save::encoder(engine, cut)),
            BaseForm::Aof => Box::new(CommandEncoder),
        }
    })?;
    // Nothing that is logged settles before this.
    rewrite.switch().map_err(failed)?;
    let file = engine.aof.disk().open(rewrite.temp_base(), Open::Truncate).map_err(failed)?;
    let progress = match form {
        BaseForm::Rdb => write_snapshot(engine, snapshot, file),
        BaseForm::Aof => write_commands(engine, snapshot, file),
    };
    let progress = progress.map_err(failed)?;
    let keeps_history = engine.config.get(params::AOF_DISABLE_AUTO_GC);
    rewrite.finish(keeps_history, &engine.log).map_err(failed)?;
    Ok(progress)
}

fn write_snapshot(
    engine: &Engine,
    snapshot: Snapshot<'_>,
    file: Arc<dyn DiskFile>,
) -> io::Result<Progress> {
    let mut sink = RdbSink::begin(engine, file, snapshot.cut(), true)?;
    let progress = snapshot.write(&mut sink)?;
    sink.finish()?;
    Ok(progress)
}

fn write_commands(
    engine: &Engine,
    snapshot: Snapshot<'_>,
    file: Arc<dyn DiskFile>,
) -> io::Result<Progress> {
    let mut sink = CommandSink { engine, file: save::buffered(engine, file, true), keys: 0 };
    for code in engine.persistence.functions.lock().iter() {
        encode::function(&mut sink, code)?;
    }
    let progress = snapshot.write(&mut sink)?;
    // The rewrite's end brings it to the disk.
    sink.flush()?;
    Ok(progress)
}

/// Makes commands of entries.
struct CommandEncoder;

impl Encoder for CommandEncoder {
    fn encode(&self, entry: &Entry, _: &AccessPolicy, into: &mut dyn Write) -> io::Result<()> {
        let at_ms = entry.expires_at_ms();
        entry.with_value(|value| encode::entry(into, entry.name(), value, at_ms))
    }
}

/// Takes commands into a file.
struct CommandSink<'e> {
    engine: &'e Engine,
    file: BufWriter<Synced>,
    keys: u64,
}

impl Write for CommandSink<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        save::go_on(self.engine)?;
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Sink for CommandSink<'_> {
    fn select(&mut self, db: u16) -> io::Result<()> {
        encode::select(self, db)
    }

    fn wrote(&mut self, keys: u64) -> io::Result<()> {
        save::rest(self.engine, &mut self.keys, keys)
    }
}
