//! INFO persistence and INFO keyspace: the data set, on disk and in memory.

use super::page::Page;
use crate::commands::prelude::*;
use crate::store::SHARDS;
use std::sync::atomic::Ordering::Relaxed;

pub fn persistence(ctx: &Ctx<'_>, page: &mut Page) {
    let state = &ctx.engine.persistence;
    let status = if state.last_save_failed.load(Relaxed) { "err" } else { "ok" };
    page.field("loading", u8::from(state.loading.load(Relaxed)));
    page.zeros(&["async_loading", "current_cow_peak", "current_cow_size", "current_cow_size_age"]);
    page.ratio("current_fork_perc", 0.0);
    page.zeros(&["current_save_keys_processed", "current_save_keys_total"]);
    page.field("rdb_changes_since_last_save", ctx.engine.stats.unsaved_changes());
    page.field("rdb_bgsave_in_progress", 0);
    page.field("rdb_last_save_time", state.last_save_s.load(Relaxed));
    page.field("rdb_last_bgsave_status", status);
    page.field("rdb_last_bgsave_time_sec", -1);
    page.field("rdb_current_bgsave_time_sec", -1);
    page.field("rdb_saves", state.saves.load(Relaxed));
    page.field("rdb_last_cow_size", 0);
    page.field("rdb_last_load_keys_expired", state.load_expired.load(Relaxed));
    page.field("rdb_last_load_keys_loaded", state.load_keys.load(Relaxed));
    page.zeros(&["aof_enabled", "aof_rewrite_in_progress", "aof_rewrite_scheduled"]);
    page.field("aof_last_rewrite_time_sec", -1);
    page.field("aof_current_rewrite_time_sec", -1);
    page.field("aof_last_bgrewrite_status", "ok");
    page.zeros(&["aof_rewrites", "aof_rewrites_consecutive_failures"]);
    page.field("aof_last_write_status", "ok");
    page.zeros(&["aof_last_cow_size", "module_fork_in_progress", "module_fork_last_cow_size"]);
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
