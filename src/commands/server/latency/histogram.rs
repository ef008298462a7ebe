//! LATENCY HISTOGRAM: how many calls of each command ended within 1, 2, 4 … microseconds.

use super::{REPORT_TIPS, subcommand};
use crate::commands::prelude::*;
use crate::engine::table::Row;
use crate::services::histogram::Distribution;

pub const HISTOGRAM: Command = subcommand("histogram", -2, histogram)
    .since("7.0.0")
    .complexity("O(N) where N is the number of commands with latency information being retrieved.")
    .syntax("[command [command ...]]")
    .summary("Returns the cumulative distribution of latencies of a subset or all commands.")
    .tips(REPORT_TIPS);

/// A container stands for its subcommands. A name that no command has is left out, and so is a
/// command that was never called.
fn histogram(ctx: &mut Ctx<'_>, args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let table = &ctx.engine.table;
    let rows: Vec<&Row> = if args.is_empty() {
        table.rows().iter().collect()
    } else {
        let named = args.filter_map(|name| table.by_full_name(&name));
        named.flat_map(|row| std::iter::once(row).chain(table.subcommands(row))).collect()
    };
    let called: Vec<(&str, Distribution)> = rows
        .into_iter()
        .filter_map(|row| Some((&*row.full_name, ctx.engine.stats.latencies(row.index)?)))
        .collect();
    reply.map(called.len());
    for (name, latencies) in &called {
        let counts = latencies.cumulative();
        reply.bulk(name);
        reply.map(2);
        reply.bulk("calls");
        reply.int(latencies.calls as i64);
        reply.bulk("histogram_usec");
        reply.map(counts.len());
        for (most_us, calls) in counts {
            reply.int(most_us as i64);
            reply.int(calls as i64);
        }
    }
    Ok(())
}
