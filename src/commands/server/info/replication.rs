//! INFO replication and INFO cluster: this server among others.

use super::page::Page;
use crate::commands::prelude::*;
use crate::services::config::params;

pub fn replication(ctx: &Ctx<'_>, page: &mut Page) {
    page.field("role", "master");
    page.field("connected_slaves", 0);
    page.field("master_failover_state", "no-failover");
    page.field("master_replid", &*ctx.engine.identity.replication_id.lock());
    // There is no history before the present one.
    page.line(format_args!("master_replid2:{:040}", 0));
    page.field("master_repl_offset", 0);
    page.field("second_repl_offset", -1);
    page.field("repl_backlog_active", 0);
    page.field("repl_backlog_size", ctx.engine.config.get(params::REPL_BACKLOG_SIZE));
    page.zeros(&["repl_backlog_first_byte_offset", "repl_backlog_histlen"]);
}

pub fn cluster(_: &Ctx<'_>, page: &mut Page) {
    page.field("cluster_enabled", 0);
}
