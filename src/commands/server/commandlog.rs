//! COMMANDLOG: the calls that took long, and those with large requests or replies. Valkey's
//! widening of SLOWLOG.

use crate::commands::prelude::*;
use crate::engine::command::Handler;
use crate::services::commandlog::{Entry, Kind};
use std::sync::Arc;

pub const COMMANDLOG: Command = Command::container("commandlog", -2)
    .group("server")
    .since("8.1.0")
    .complexity("Depends on subcommand.")
    .summary("A container for command log commands.")
    .subcommands(&[&GET, &HELP, &LEN, &RESET]);

const fn subcommand(name: &'static str, arity: i32, handler: Handler) -> Command {
    Command::new(name, arity, handler)
        .flags(ADMIN.or(LOADING).or(STALE))
        .group("server")
        .since("8.1.0")
}

const GET: Command = subcommand("get", 4, get)
    .complexity("O(N) where N is the number of entries returned")
    .syntax("count <SLOW|LARGE-REQUEST|LARGE-REPLY>")
    .summary("Returns the specified command log's entries.")
    .tips(&["request_policy:all_nodes", "nondeterministic_output"]);

fn get(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let count = parse_count(&mut args);
    let kind = parse_kind(&mut args)?;
    reply_entries(&newest(ctx, kind, count?), reply);
    Ok(())
}

const LEN: Command = subcommand("len", 3, len)
    .complexity("O(1)")
    .syntax("<SLOW|LARGE-REQUEST|LARGE-REPLY>")
    .summary("Returns the number of entries in the specified type of command log.")
    .tips(&["request_policy:all_nodes", "response_policy:agg_sum", "nondeterministic_output"]);

fn len(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let kind = parse_kind(&mut args)?;
    reply.count(ctx.engine.commandlog.len(kind));
    Ok(())
}

const RESET: Command = subcommand("reset", 3, reset)
    .complexity("O(N) where N is the number of entries in the commandlog")
    .syntax("<SLOW|LARGE-REQUEST|LARGE-REPLY>")
    .summary("Clears all entries from the specified type of command log.")
    .tips(&["request_policy:all_nodes", "response_policy:all_succeeded"]);

fn reset(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let kind = parse_kind(&mut args)?;
    ctx.engine.commandlog.reset(kind);
    reply.ok();
    Ok(())
}

/// How many entries are asked for; -1 is all.
pub fn parse_count(args: &mut Args<'_>) -> Result<usize> {
    match args.int() {
        Ok(-1) => Ok(usize::MAX),
        Ok(count @ 0..) => Ok(usize::try_from(count).unwrap_or(usize::MAX)),
        _ => Err(Error::msg("count should be greater than or equal to -1")),
    }
}

fn parse_kind(args: &mut Args<'_>) -> Result<Kind> {
    match args.keyword().as_str() {
        "slow" => Ok(Kind::Slow),
        "large-request" => Ok(Kind::LargeRequest),
        "large-reply" => Ok(Kind::LargeReply),
        _ => {
            Err(Error::msg("type should be one of the following: slow, large-request, large-reply"))
        }
    }
}

/// The newest entries of a log.
pub fn newest(ctx: &Ctx<'_>, kind: Kind, count: usize) -> Vec<Arc<Entry>> {
    ctx.engine.commandlog.newest(kind, count)
}

/// Entries: number, time, amount, arguments, the client's address and name.
pub fn reply_entries(entries: &[Arc<Entry>], reply: &mut Reply<'_>) {
    let int = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    reply.array(entries.len());
    for entry in entries {
        reply.array(6);
        reply.int(int(entry.id));
        reply.int(entry.ended_s);
        reply.int(int(entry.amount));
        reply.strings(entry.args.iter());
        reply.bulk(&entry.addr);
        reply.bulk(&entry.name);
    }
}

const HELP: Command = subcommand("help", 2, help)
    .flags(LOADING.or(STALE))
    .complexity("O(1)")
    .summary("Shows helpful text about the different subcommands.");

fn help(_: &mut Ctx<'_>, _: Args<'_>, reply: &mut Reply<'_>) -> Result {
    reply.help(
        "COMMANDLOG",
        &[
            "GET <count> <type>",
            "    Return top <count> entries of the specified <type> from the commandlog (-1 mean all).",
            "    Entries are made of:",
            "    id, timestamp,",
            "        time in microseconds for type of slow,",
            "        or size in bytes for type of large-request,",
            "        or size in bytes for type of large-reply",
            "    arguments array, client IP and port,",
            "    client name",
            "LEN <type>",
            "    Return the length of the specified type of commandlog.",
            "RESET <type>",
            "    Reset the specified type of commandlog.",
        ],
    );
    Ok(())
}
