//! INFO stats: what happened since the start, or since CONFIG RESETSTAT.

use super::page::Page;
use crate::commands::prelude::*;
use crate::services::pubsub::Kind;
use std::sync::atomic::Ordering::Relaxed;

pub fn stats(ctx: &Ctx<'_>, page: &mut Page) {
    traffic(ctx, page);
    keys(ctx, page);
    background(ctx, page);
    replies(ctx, page);
}

/// Connections and bytes.
fn traffic(ctx: &Ctx<'_>, page: &mut Page) {
    let (stats, totals) = (&ctx.engine.stats, ctx.engine.stats.totals());
    let kilobytes = |rate: u64| rate as f64 / 1024.0;
    page.field("total_connections_received", stats.connections.load(Relaxed));
    page.field("total_commands_processed", totals.served);
    page.field("instantaneous_ops_per_sec", stats.rates.commands.load(Relaxed));
    page.field("total_net_input_bytes", totals.bytes_in);
    page.field("total_net_output_bytes", totals.bytes_out);
    page.zeros(&["total_net_repl_input_bytes", "total_net_repl_output_bytes"]);
    page.ratio("instantaneous_input_kbps", kilobytes(stats.rates.bytes_in.load(Relaxed)));
    page.ratio("instantaneous_output_kbps", kilobytes(stats.rates.bytes_out.load(Relaxed)));
    page.ratio("instantaneous_input_repl_kbps", 0.0);
    page.ratio("instantaneous_output_repl_kbps", 0.0);
    page.field("rejected_connections", stats.connections_rejected.load(Relaxed));
    page.zeros(&["sync_full", "sync_partial_ok", "sync_partial_err"]);
}

/// What became of keys. Expiry is exact: no share of them is expired and still there.
fn keys(ctx: &Ctx<'_>, page: &mut Page) {
    let (stats, totals) = (&ctx.engine.stats, ctx.engine.stats.totals());
    page.field("expired_subkeys", totals.expired_fields);
    page.field("expired_keys", totals.expired);
    page.ratio("expired_stale_perc", 0.0);
    page.field("expired_time_cap_reached_count", 0);
    page.field("expire_cycle_cpu_milliseconds", stats.reaping_us.load(Relaxed) / 1000);
    page.field("expire_worst_lag_milliseconds", stats.expire_lag_ms.load(Relaxed));
    page.zeros(&["evicted_keys", "evicted_clients", "evicted_scripts"]);
    page.zeros(&["total_eviction_exceeded_time", "current_eviction_exceeded_time"]);
    page.field("keyspace_hits", totals.hits);
    page.field("keyspace_misses", totals.misses);
}

/// Subscriptions and tracking; defragmentation, which does not happen here. What a fork is to
/// Redis is a cut here: everything is locked for a moment.
fn background(ctx: &Ctx<'_>, page: &mut Page) {
    let pubsub = &ctx.engine.pubsub;
    page.field("pubsub_channels", pubsub.count(Kind::Channel));
    page.field("pubsub_patterns", pubsub.count(Kind::Pattern));
    page.field("pubsubshard_channels", pubsub.count(Kind::ShardChannel));
    let figures = ctx.engine.saving.figures();
    page.field("latest_fork_usec", figures.last_cut_us);
    page.field("total_forks", figures.cuts);
    page.zeros(&["migrate_cached_sockets", "slave_expires_tracked_keys"]);
    page.zeros(&["active_defrag_hits", "active_defrag_misses"]);
    page.zeros(&["active_defrag_key_hits", "active_defrag_key_misses"]);
    page.zeros(&["total_active_defrag_time", "current_active_defrag_time"]);
    let tracking = &ctx.engine.tracking;
    page.field("tracking_total_keys", tracking.keys());
    page.field("tracking_total_items", tracking.items());
    page.field("tracking_total_prefixes", tracking.prefixes());
}

/// Replies and the sockets they went through.
fn replies(ctx: &Ctx<'_>, page: &mut Page) {
    let (stats, totals) = (&ctx.engine.stats, ctx.engine.stats.totals());
    let denied = stats.errors().get("WRONGPASS").copied().unwrap_or(0);
    page.field("unexpected_error_replies", 0);
    page.field("total_error_replies", stats.error_replies.load(Relaxed));
    page.field("dump_payload_sanitizations", 0);
    page.field("total_reads_processed", totals.reads);
    page.field("total_writes_processed", totals.writes);
    page.zeros(&["io_threaded_reads_processed", "io_threaded_writes_processed"]);
    let query_limit = stats.query_limit_disconnections.load(Relaxed);
    page.field("client_query_buffer_limit_disconnections", query_limit);
    let output_limit = stats.output_limit_disconnections.load(Relaxed);
    page.field("client_output_buffer_limit_disconnections", output_limit);
    page.field("reply_buffer_shrinks", stats.output_shrinks.load(Relaxed));
    page.field("reply_buffer_expands", 0);
    page.zeros(&["eventloop_cycles", "eventloop_duration_sum", "eventloop_duration_cmd_sum"]);
    page.field("instantaneous_eventloop_cycles_per_sec", 0);
    page.field("instantaneous_eventloop_duration_usec", 0);
    page.field("acl_access_denied_auth", denied);
    page.zeros(&["acl_access_denied_cmd", "acl_access_denied_key", "acl_access_denied_channel"]);
}
