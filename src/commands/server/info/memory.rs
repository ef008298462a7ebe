//! INFO memory: where memory went.

use super::page::Page;
use crate::commands::prelude::*;
use crate::commands::server::memory::figures::{Figures, excess, ratio};
use crate::services::config::params;
use crate::services::{memory as allocator, process};

pub fn memory(ctx: &Ctx<'_>, page: &mut Page) {
    let figures = Figures::take(ctx);
    usage(&figures, page);
    scripts(page);
    limit(ctx, page);
    fragmentation(&figures, page);
    buffers(ctx, &figures, page);
}

fn usage(figures: &Figures, page: &mut Page) {
    page.bytes("used_memory", figures.used());
    page.bytes("used_memory_rss", figures.rss);
    page.bytes("used_memory_peak", figures.peak);
    page.percent("used_memory_peak_perc", 100.0 * ratio(figures.used(), figures.peak));
    page.field("used_memory_overhead", figures.overhead());
    page.field("used_memory_startup", figures.startup);
    page.field("used_memory_dataset", figures.dataset());
    page.percent("used_memory_dataset_perc", figures.dataset_percent());
    page.field("allocator_allocated", figures.allocator.allocated);
    page.field("allocator_active", figures.allocator.active);
    page.field("allocator_resident", figures.allocator.resident);
    page.field("allocator_muzzy", figures.allocator.muzzy);
    page.bytes("total_system_memory", process::machine_bytes());
}

/// Scripts and functions: none run here yet.
fn scripts(page: &mut Page) {
    page.zeros(&["used_memory_lua", "used_memory_vm_eval"]);
    page.field("used_memory_lua_human", "0B");
    page.zeros(&["used_memory_scripts_eval", "number_of_cached_scripts"]);
    page.zeros(&["number_of_functions", "number_of_libraries", "used_memory_vm_functions"]);
    page.bytes("used_memory_vm_total", 0);
    page.field("used_memory_functions", 0);
    page.bytes("used_memory_scripts", 0);
}

fn limit(ctx: &Ctx<'_>, page: &mut Page) {
    let config = &ctx.engine.config;
    page.bytes("maxmemory", config.size(params::MAXMEMORY) as u64);
    let policy = config.lookup(&[b"maxmemory-policy"]).pop().map(|(_, value)| value);
    page.field("maxmemory_policy", String::from_utf8_lossy(&policy.unwrap_or_default()));
}

fn fragmentation(figures: &Figures, page: &mut Page) {
    let allocator = &figures.allocator;
    for (ratio_name, bytes_name, part, whole) in [
        ("allocator_frag_ratio", "allocator_frag_bytes", allocator.active, allocator.allocated),
        ("allocator_rss_ratio", "allocator_rss_bytes", allocator.resident, allocator.active),
        ("rss_overhead_ratio", "rss_overhead_bytes", figures.rss, allocator.resident),
        ("mem_fragmentation_ratio", "mem_fragmentation_bytes", figures.rss, figures.used()),
    ] {
        page.ratio(ratio_name, ratio(part, whole));
        page.field(bytes_name, excess(part, whole));
    }
}

fn buffers(ctx: &Ctx<'_>, figures: &Figures, page: &mut Page) {
    let reclaimer = &ctx.engine.keyspace.reclaimer;
    page.zeros(&["mem_not_counted_for_evict", "mem_replication_backlog"]);
    page.zeros(&["mem_total_replication_buffers", "mem_clients_slaves"]);
    page.field("mem_clients_normal", figures.clients);
    page.zeros(&["mem_cluster_links", "mem_aof_buffer"]);
    page.field("mem_allocator", allocator::allocator_name());
    page.zeros(&["mem_overhead_db_hashtable_rehashing", "active_defrag_running"]);
    page.field("lazyfree_pending_objects", reclaimer.pending());
    page.field("lazyfreed_objects", reclaimer.freed());
}
