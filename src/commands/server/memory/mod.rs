//! MEMORY: what keys cost, where memory went, and what the allocator says and does.

mod doctor;
pub mod figures;
mod stats;

use crate::commands::prelude::*;
use crate::engine::command::Handler;
use crate::services::memory;
use crate::store::usage;

pub const MEMORY: Command = Command::container("memory", -2)
    .group("server")
    .since("4.0.0")
    .complexity("Depends on subcommand.")
    .summary("A container for memory diagnostics commands.")
    .subcommands(&[&doctor::DOCTOR, &HELP, &MALLOC_STATS, &PURGE, &stats::STATS, &USAGE]);

const fn subcommand(name: &'static str, arity: i32, handler: Handler) -> Command {
    Command::new(name, arity, handler).group("server").since("4.0.0").complexity("O(1)")
}

/// Hints for what every node of a cluster tells about itself.
const REPORT_TIPS: &[&str] =
    &["nondeterministic_output", "request_policy:all_shards", "response_policy:special"];

const USAGE: Command = subcommand("usage", -3, usage)
    .flags(READONLY)
    .keys(&[KeySpec::one(2, access::RO)])
    .complexity("O(N) where N is the number of samples.")
    .syntax("key [SAMPLES count]")
    .summary("Estimates the memory usage of a key.");

/// Elements of a collection that are looked at when the client does not say how many.
const SAMPLES: usize = 5;

fn usage(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let key = args.key()?;
    let mut samples = SAMPLES;
    while !args.is_empty() {
        if !args.word("samples") {
            return Err(Error::Syntax);
        }
        samples = usize::try_from(args.int()?).map_err(|_| Error::Syntax)?;
    }
    match ctx.txn.peek(key) {
        Some(entry) => reply.count(usage::memory_usage(entry, samples)),
        None => reply.null(),
    }
    Ok(())
}

const PURGE: Command = subcommand("purge", 2, purge)
    .complexity("Depends on how much memory is allocated, could be slow")
    .summary("Asks the allocator to release memory.")
    .tips(&["request_policy:all_shards", "response_policy:all_succeeded"]);

fn purge(_: &mut Ctx<'_>, _: Args<'_>, reply: &mut Reply<'_>) -> Result {
    memory::purge();
    reply.ok();
    Ok(())
}

const MALLOC_STATS: Command = subcommand("malloc-stats", 2, malloc_stats)
    .complexity("Depends on how much memory is allocated, could be slow")
    .summary("Returns the allocator statistics.")
    .tips(REPORT_TIPS);

fn malloc_stats(_: &mut Ctx<'_>, _: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let report = memory::report();
    let text = report.map_err(|_| Error::msg("The allocator's report can't be written"))?;
    reply.verbatim("txt", text);
    Ok(())
}

const HELP: Command = subcommand("help", 2, help)
    .flags(LOADING.or(STALE))
    .summary("Returns helpful text about the different subcommands.");

fn help(_: &mut Ctx<'_>, _: Args<'_>, reply: &mut Reply<'_>) -> Result {
    reply.help(
        "MEMORY",
        &[
            "DOCTOR",
            "    Return memory problems reports.",
            "MALLOC-STATS",
            "    Return internal statistics report from the memory allocator.",
            "PURGE",
            "    Attempt to purge dirty pages for reclamation by the allocator.",
            "STATS",
            "    Return information about the memory usage of the server.",
            "USAGE <key> [SAMPLES <count>]",
            "    Return memory in bytes used by <key> and its value. Nested values are",
            "    sampled up to <count> times (default: 5, 0 means sample all).",
        ],
    );
    Ok(())
}
