//! LATENCY: what took longer than `latency-monitor-threshold` allows, and how long calls take.

mod doctor;
mod graph;
mod histogram;

use crate::commands::prelude::*;
use crate::engine::command::Handler;
use std::collections::BTreeSet;

pub const LATENCY: Command = Command::container("latency", -2)
    .group("server")
    .since("2.8.13")
    .complexity("Depends on subcommand.")
    .summary("A container for latency diagnostics commands.")
    .subcommands(&[
        &doctor::DOCTOR,
        &graph::GRAPH,
        &HELP,
        &histogram::HISTOGRAM,
        &HISTORY,
        &LATEST,
        &RESET,
    ]);

const fn subcommand(name: &'static str, arity: i32, handler: Handler) -> Command {
    Command::new(name, arity, handler)
        .flags(ADMIN.or(NOSCRIPT).or(LOADING).or(STALE))
        .group("server")
        .since("2.8.13")
        .complexity("O(1)")
}

/// Hints for what every node of a cluster tells about itself.
const REPORT_TIPS: &[&str] =
    &["nondeterministic_output", "request_policy:all_nodes", "response_policy:special"];

const LATEST: Command = subcommand("latest", 2, latest)
    .summary("Returns the latest latency samples for all events.")
    .tips(REPORT_TIPS);

fn latest(ctx: &mut Ctx<'_>, _: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let events = ctx.engine.latency.all();
    reply.array(events.len());
    for (name, series) in &events {
        let last = series.samples.back();
        reply.array(4);
        reply.bulk(name);
        reply.int(last.map_or(0, |sample| sample.at_s));
        reply.int(last.map_or(0, |sample| sample.took_ms) as i64);
        reply.int(series.worst_ms as i64);
    }
    Ok(())
}

const HISTORY: Command = subcommand("history", 3, history)
    .syntax("event")
    .summary("Returns timestamp-latency samples for an event.")
    .tips(REPORT_TIPS);

fn history(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let series = ctx.engine.latency.series(args.bytes()?).unwrap_or_default();
    reply.array(series.samples.len());
    for sample in &series.samples {
        reply.array(2);
        reply.int(sample.at_s);
        reply.int(sample.took_ms as i64);
    }
    Ok(())
}

const RESET: Command = subcommand("reset", -2, reset)
    .syntax("[event [event ...]]")
    .summary("Resets the latency data for one or more events.")
    .tips(&["request_policy:all_nodes", "response_policy:agg_sum"]);

fn reset(ctx: &mut Ctx<'_>, args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let names: BTreeSet<&[u8]> = args.map(Arg::bytes).collect();
    let is_wanted = |event: &str| names.is_empty() || names.contains(event.as_bytes());
    reply.count(ctx.engine.latency.reset(is_wanted));
    Ok(())
}

const HELP: Command = subcommand("help", 2, help)
    .flags(LOADING.or(STALE))
    .summary("Returns helpful text about the different subcommands.");

fn help(_: &mut Ctx<'_>, _: Args<'_>, reply: &mut Reply<'_>) -> Result {
    reply.help(
        "LATENCY",
        &[
            "DOCTOR",
            "    Return a human readable latency analysis report.",
            "GRAPH <event>",
            "    Return an ASCII latency graph for the <event> class.",
            "HISTORY <event>",
            "    Return time-latency samples for the <event> class.",
            "LATEST",
            "    Return the latest latency samples for all events.",
            "RESET [<event> ...]",
            "    Reset latency data of one or more <event> classes.",
            "    (default: reset all data for all event classes)",
            "HISTOGRAM [COMMAND ...]",
            "    Return a cumulative distribution of latencies in the format of a histogram for the specified command names.",
            "    If no commands are specified then all histograms are replied.",
        ],
    );
    Ok(())
}
