//! INFO persistence and INFO keyspace: the data set, on disk and in memory.

use super::page::Page;
use crate::commands::prelude::*;
use crate::engine::Engine;
use crate::engine::saving::Work;
use crate::services::config::params;
use crate::store::SHARDS;
use std::sync::atomic::Ordering::Relaxed;

pub fn persistence(ctx: &Ctx<'_>, page: &mut Page) {
    let engine = ctx.engine;
    let state = &engine.persistence;
    page.field("loading", u8::from(state.loading.is_on()));
    page.field("async_loading", 0);
    progress(ctx, page);
    let (figures, running) = (engine.saving.figures(), engine.saving.running());
    let seconds = |work: Work| match running {
        Some(running) if running.work == work => (ctx.now_ms() - running.began_ms) / 1000,
        _ => -1,
    };
    let status = |failed: bool| if failed { "err" } else { "ok" };
    page.field("rdb_changes_since_last_save", engine.stats.unsaved_changes());
    page.field("rdb_bgsave_in_progress", u8::from(seconds(Work::Background) >= 0));
    page.field("rdb_last_save_time", figures.last_save_s);
    page.field("rdb_last_bgsave_status", status(engine.saving.has_failed()));
    page.field("rdb_last_bgsave_time_sec", figures.last_save_took_s.unwrap_or(-1));
    page.field("rdb_current_bgsave_time_sec", seconds(Work::Background));
    page.field("rdb_saves", figures.saves);
    page.field("rdb_last_cow_size", figures.last_save_handed_bytes);
    page.field("rdb_last_load_keys_expired", state.load_expired.load(Relaxed));
    page.field("rdb_last_load_keys_loaded", state.load_keys.load(Relaxed));
    let is_logging = engine.config.get(params::APPENDONLY);
    page.field("aof_enabled", u8::from(is_logging));
    page.field("aof_rewrite_in_progress", u8::from(seconds(Work::Rewrite) >= 0));
    page.field("aof_rewrite_scheduled", u8::from(engine.saving.is_rewrite_scheduled()));
    page.field("aof_last_rewrite_time_sec", figures.last_rewrite_took_s.unwrap_or(-1));
    page.field("aof_current_rewrite_time_sec", seconds(Work::Rewrite));
    page.field("aof_last_bgrewrite_status", status(figures.rewrite_failures > 0));
    page.field("aof_rewrites", figures.rewrites);
    page.field("aof_rewrites_consecutive_failures", figures.rewrite_failures);
    page.field("aof_last_write_status", status(engine.aof.log().failure().is_some()));
    page.field("aof_last_cow_size", figures.last_rewrite_handed_bytes);
    page.zeros(&["module_fork_in_progress", "module_fork_last_cow_size"]);
    if is_logging {
        append_only_file(engine, page);
    }
    if state.loading.is_on() {
        loading(ctx, page);
    }
}

/// How far the loading of files has come.
fn loading(ctx: &Ctx<'_>, page: &mut Page) {
    let progress = ctx.engine.persistence.loading.progress(ctx.now_ms());
    page.field("loading_start_time", progress.began_s);
    page.field("loading_total_bytes", progress.total_bytes);
    page.field("loading_loaded_bytes", progress.loaded_bytes);
    page.percent("loading_loaded_perc", progress.percent);
    page.field("loading_eta_seconds", progress.eta_s);
}

/// The append-only file's sizes, and how far its writing is behind.
fn append_only_file(engine: &Engine, page: &mut Page) {
    let figures = engine.aof.figures();
    page.field("aof_current_size", figures.current_bytes);
    page.field("aof_base_size", figures.base_bytes);
    page.field("aof_pending_rewrite", 0);
    page.field("aof_buffer_length", figures.buffer_bytes);
    page.field("aof_pending_bio_fsync", u8::from(figures.is_syncing));
    page.field("aof_delayed_fsync", figures.delayed_syncs);
}

/// How far a snapshot that is under way has come. What a forked process would have copied are here
/// the old forms of keys, handed over by who changed them.
fn progress(ctx: &Ctx<'_>, page: &mut Page) {
    let snapshot = ctx.engine.keyspace.snapshots.progress().unwrap_or_default();
    page.field("current_cow_peak", snapshot.handed_peak_bytes);
    page.field("current_cow_size", snapshot.handed_bytes);
    page.field("current_cow_size_age", 0);
    let percent = snapshot.keys_done as f64 / snapshot.keys_total.max(1) as f64 * 100.0;
    page.ratio("current_fork_perc", percent);
    page.field("current_save_keys_processed", snapshot.keys_done);
    page.field("current_save_keys_total", snapshot.keys_total);
}

/// One line for each database that has keys.
pub fn keyspace(ctx: &Ctx<'_>, page: &mut Page) {
    let keyspace = &ctx.engine.keyspace;
    for db in 0..keyspace.databases() {
        let keys: usize = (0..SHARDS).map(|shard| ctx.txn.table(db, shard).len()).sum();
        if keys == 0 {
            continue;
        }
        let database = keyspace.database(db);
        page.line(format_args!(
            "db{db}:keys={keys},expires={},avg_ttl={},subexpiry={}",
            database.volatile(),
            database.average_ttl_ms(ctx.now_ms()),
            database.volatile_hashes()
        ));
    }
}
