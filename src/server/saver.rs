//! The saver: the thread that takes snapshots, for files and for new append-only files, one after
//! another, while everybody else goes on. It does what it is asked for (`engine/saving`), and what
//! is due by `save` points or by the growth of the append-only file.

use super::rewrite::rewrite;
use super::{load, save};
use crate::engine::Engine;
use crate::engine::saving::{Errand, Outcome, Work};
use crate::services::config::params;
use crate::store::snapshot::{self, Cut, Encoder, Progress, Snapshot};
use crate::util::clock;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

/// How often the saver looks whether something is due.
const LOOK_EVERY: Duration = Duration::from_millis(100);
/// After a snapshot or a rewrite failed, the next that nobody asks for waits so long, in seconds.
const RETRY_S: i64 = 5;

/// Runs until the server ends.
pub fn run(engine: &Engine) {
    let mut saver = Saver { engine, rewrite_tried_s: 0 };
    while !engine.shutdown.is_ending() {
        if let Some(errand) = engine.saving.next(LOOK_EVERY, clock::now_ms) {
            saver.carry_out(errand);
        }
        saver.begin_what_is_due();
    }
}

struct Saver<'e> {
    engine: &'e Engine,
    /// When the last rewrite began, Unix time in seconds.
    rewrite_tried_s: i64,
}

impl Saver<'_> {
    fn carry_out(&mut self, mut errand: Errand) {
        let engine = self.engine;
        let hold = engine.config.get(params::NO_APPENDFSYNC_ON_REWRITE);
        engine.aof.log().hold_syncs(hold);
        let outcome = match errand.work {
            Work::Save => take_snapshot(engine, &mut errand).map(drop),
            Work::Background => in_background(engine, &mut errand),
            Work::Rewrite => {
                self.rewrite_tried_s = now_s();
                rewrite(engine, &mut errand)
            }
            Work::Reload(how) => {
                load::reload(engine, how, || take_snapshot(engine, &mut errand).map(drop))
            }
            Work::LoadAof => load::reload_aof(engine),
        };
        engine.aof.log().hold_syncs(false);
        engine.saving.ended(errand, outcome);
    }

    /// Begins one thing that is due, if any is.
    fn begin_what_is_due(&self) {
        let engine = self.engine;
        let is_quiet = engine.saving.running().is_none()
            && !engine.persistence.loading.is_on()
            && engine.debug.housekeeping_on.load(Ordering::Relaxed);
        if !is_quiet {
            return;
        }
        if engine.saving.begin_scheduled(clock::now_ms(), self.may_try_again()) {
            return;
        }
        if let Some(work) = self.by_save_point().or_else(|| self.by_growth()) {
            engine.saving.begin_by_itself(work, clock::now_ms());
        }
    }

    /// Whether a `save` point says that it is time.
    fn by_save_point(&self) -> Option<Work> {
        let engine = self.engine;
        let changes = engine.stats.unsaved_changes();
        let seconds = now_s() - engine.saving.figures().last_save_s;
        let points = engine.config.get(params::SAVE).0;
        let reached = points.iter().find(|point| {
            changes >= point.changes && seconds > i64::try_from(point.seconds).unwrap_or(i64::MAX)
        })?;
        if !self.may_try_again() {
            return None;
        }
        engine.log.notice(format!(
            "{} changes in {} seconds. Saving...",
            reached.changes, reached.seconds
        ));
        Some(Work::Background)
    }

    /// A snapshot that failed will mostly fail again: not at once.
    fn may_try_again(&self) -> bool {
        let saving = &self.engine.saving;
        !saving.has_failed() || now_s() - saving.figures().last_try_s > RETRY_S
    }

    /// Whether the append-only file has to be written anew: it has grown, it cannot be trusted any
    /// more, or it was just turned on.
    fn by_growth(&self) -> Option<Work> {
        let (engine, aof) = (self.engine, &self.engine.aof);
        let is_wanted = engine.config.get(params::APPENDONLY);
        if !is_wanted || now_s() - self.rewrite_tried_s <= RETRY_S && self.has_rewrite_failed() {
            return None;
        }
        if !aof.is_on() || aof.log().needs_rewrite() {
            return Some(Work::Rewrite);
        }
        let figures = aof.figures();
        let percent = u64::try_from(engine.config.get(params::AUTO_AOF_REWRITE_PERCENTAGE));
        let percent = percent.ok().filter(|percent| *percent > 0)?;
        let least = u64::try_from(engine.config.get(params::AUTO_AOF_REWRITE_MIN_SIZE));
        if figures.current_bytes <= least.unwrap_or(0) {
            return None;
        }
        let base = figures.base_bytes.max(1);
        let growth = (figures.current_bytes.saturating_mul(100) / base).saturating_sub(100);
        if growth < percent {
            return None;
        }
        engine.log.notice(format!("Starting automatic rewriting of AOF on {growth}% growth"));
        Some(Work::Rewrite)
    }

    fn has_rewrite_failed(&self) -> bool {
        self.engine.saving.figures().rewrite_failures > 0
    }
}

fn now_s() -> i64 {
    clock::now_ms() / 1000
}

/// A snapshot that a client asked for without waiting, or nobody did.
fn in_background(engine: &Engine, errand: &mut Errand) -> Outcome {
    let began = Instant::now();
    engine.saving.change_figures(|figures| figures.last_try_s = now_s());
    engine.log.notice(format!("Background saving started by pid {}", std::process::id()));
    let outcome = take_snapshot(engine, errand);
    let took_s = began.elapsed().as_secs() as i64;
    engine.saving.change_figures(|figures| {
        figures.last_save_took_s = Some(took_s);
        if let Ok(progress) = &outcome {
            figures.last_save_handed_bytes = progress.handed_bytes;
        }
    });
    match &outcome {
        Ok(_) => engine.log.notice("Background saving terminated with success"),
        Err(_) if engine.saving.is_cancelled() => {
            engine.log.warning("Background saving cancelled");
        }
        Err(_) => {
            engine.saving.set_failed(true);
            engine.log.warning("Background saving error");
        }
    }
    outcome.map(drop)
}

/// Takes a snapshot and writes it to `dbfilename`.
fn take_snapshot(engine: &Engine, errand: &mut Errand) -> Result<Progress, String> {
    let mut changes = 0;
    engine.saving.change_figures(|figures| figures.saves += 1);
    let snapshot = cut(engine, errand, |cut| {
        changes = engine.stats.totals().changes;
        Box::new(save::encoder(engine, cut))
    })?;
    let cut = snapshot.cut().clone();
    let mut progress = Progress::default();
    save::to_file(engine, engine.aof.disk(), &cut, |sink| {
        progress = snapshot.write(sink)?;
        Ok(())
    })?;
    engine.stats.saved(changes);
    Ok(progress)
}

/// Takes a snapshot; whoever waits for its moment hears of it.
pub fn cut<'e>(
    engine: &'e Engine,
    errand: &mut Errand,
    at_cut: impl FnOnce(&Cut) -> Box<dyn Encoder>,
) -> Result<Snapshot<'e>, String> {
    let began = Instant::now();
    let snapshot = snapshot::begin(&engine.keyspace, |_, cut| at_cut(cut));
    let took_us = began.elapsed().as_micros() as u64;
    engine.saving.change_figures(|figures| {
        figures.cuts += 1;
        figures.last_cut_us = took_us;
    });
    errand.has_cut();
    snapshot.ok_or_else(|| "another snapshot is being taken".to_owned())
}
