//! SLOWLOG: the calls that took long.

use super::commandlog::{newest, parse_count, reply_entries};
use crate::commands::prelude::*;
use crate::engine::command::Handler;
use crate::engine::table::unknown_form;
use crate::services::commandlog::Kind;

pub const SLOWLOG: Command = Command::container("slowlog", -2)
    .group("server")
    .since("2.2.12")
    .complexity("Depends on subcommand.")
    .summary("A container for slow log commands.")
    .subcommands(&[&GET, &HELP, &LEN, &RESET]);

const fn subcommand(name: &'static str, arity: i32, handler: Handler) -> Command {
    Command::new(name, arity, handler)
        .flags(ADMIN.or(LOADING).or(STALE))
        .group("server")
        .since("2.2.12")
}

const GET: Command = subcommand("get", -2, get)
    .complexity("O(N) where N is the number of entries returned")
    .syntax("[count]")
    .summary("Returns the slow log's entries.")
    .tips(&["request_policy:all_nodes", "nondeterministic_output"]);

/// Entries that GET answers with when its client does not say how many.
const COUNT: usize = 10;

fn get(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    if args.remaining() > 1 {
        return Err(unknown_form("SLOWLOG", &args.argv()[1]));
    }
    let count = if args.is_empty() { COUNT } else { parse_count(&mut args)? };
    reply_entries(&newest(ctx, Kind::Slow, count), reply);
    Ok(())
}

const LEN: Command = subcommand("len", 2, len)
    .complexity("O(1)")
    .summary("Returns the number of entries in the slow log.")
    .tips(&["request_policy:all_nodes", "response_policy:agg_sum", "nondeterministic_output"]);

fn len(ctx: &mut Ctx<'_>, _: Args<'_>, reply: &mut Reply<'_>) -> Result {
    reply.count(ctx.engine.commandlog.len(Kind::Slow));
    Ok(())
}

const RESET: Command = subcommand("reset", 2, reset)
    .complexity("O(N) where N is the number of entries in the slowlog")
    .summary("Clears all entries from the slow log.")
    .tips(&["request_policy:all_nodes", "response_policy:all_succeeded"]);

fn reset(ctx: &mut Ctx<'_>, _: Args<'_>, reply: &mut Reply<'_>) -> Result {
    ctx.engine.commandlog.reset(Kind::Slow);
    reply.ok();
    Ok(())
}

const HELP: Command = subcommand("help", 2, help)
    .flags(LOADING.or(STALE))
    .since("6.2.0")
    .complexity("O(1)")
    .summary("Shows helpful text about the different subcommands.");

fn help(_: &mut Ctx<'_>, _: Args<'_>, reply: &mut Reply<'_>) -> Result {
    reply.help(
        "SLOWLOG",
        &[
            "GET [<count>]",
            "    Return top <count> entries from the slowlog (default: 10, -1 mean all).",
            "    Entries are made of:",
            "    id, timestamp, time in microseconds, arguments array, client IP and port,",
            "    client name",
            "LEN",
            "    Return the length of the slowlog.",
            "RESET",
            "    Reset the slowlog.",
        ],
    );
    Ok(())
}
