//! INFO clients and INFO threads: who is connected.

use super::page::Page;
use crate::commands::prelude::*;
use crate::services::clients::flags;
use crate::services::config::params;
use crate::store::SHARDS;
use crate::util::clock;
use std::sync::atomic::Ordering::Relaxed;

pub fn clients(ctx: &Ctx<'_>, page: &mut Page) {
    let (clients, keyspace) = (&ctx.engine.clients, &ctx.engine.keyspace);
    let connected = clients.all();
    let blocked = connected.iter().filter(|client| client.has(flags::BLOCKED)).count();
    let now_ms = clock::now_ms();
    clients.note_buffers(now_ms);
    let (input, output) = clients.recent_buffers(now_ms);
    let watched: usize = (0..keyspace.databases())
        .flat_map(|db| (0..SHARDS).map(move |shard| keyspace.database(db).shard(shard)))
        .map(|shard| shard.watchers.watched())
        .sum();
    page.field("connected_clients", connected.len());
    page.field("cluster_connections", 0);
    page.field("maxclients", ctx.engine.config.get(params::MAXCLIENTS));
    page.field("client_recent_max_input_buffer", input);
    page.field("client_recent_max_output_buffer", output);
    page.field("blocked_clients", blocked);
    let subscribed = connected.iter().filter(|client| client.has(flags::PUBSUB)).count();
    let watching = connected.iter().filter(|client| client.watched.load(Relaxed) > 0).count();
    page.field("tracking_clients", ctx.engine.tracking.clients());
    page.field("pubsub_clients", subscribed);
    page.field("watching_clients", watching);
    page.field("clients_in_timeout_table", 0);
    page.field("total_watched_keys", watched);
    let (blocking, on_nokey) = ctx.engine.waiting.counts();
    page.field("total_blocking_keys", blocking);
    page.field("total_blocking_keys_on_nokey", on_nokey);
}

/// Redis 8 tells here what each of its I/O threads did. Here each connection has a thread of
/// its own: one line stands for all of them.
pub fn threads(ctx: &Ctx<'_>, page: &mut Page) {
    let totals = ctx.engine.stats.totals();
    page.line(format_args!(
        "io_thread_0:clients={},reads={},writes={}",
        ctx.engine.clients.len(),
        totals.reads,
        totals.writes
    ));
}
