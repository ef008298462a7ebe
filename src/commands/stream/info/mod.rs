//! XINFO: what a stream, its groups and their consumers are like.

mod full;

use super::entries::reply_entry;
use super::id::reply_id;
use super::lookup::no_group_in;
use crate::commands::prelude::*;
use crate::engine::command::Handler;
use crate::engine::table::unknown_form;
use crate::types::stream::{Entry, Group, Stream, StreamId};

pub const XINFO: Command = Command::container("xinfo", -2)
    .group("stream")
    .since("5.0.0")
    .complexity("Depends on subcommand.")
    .summary("A container for stream introspection commands.")
    .subcommands(&[&CONSUMERS, &GROUPS, &HELP, &STREAM]);

const KEY: &[KeySpec] = &[KeySpec::one(2, access::RO | access::ACCESS)];

const fn subcommand(name: &'static str, arity: i32, handler: Handler) -> Command {
    Command::new(name, arity, handler)
        .flags(READONLY)
        .acl(Acl::STREAM)
        .group("stream")
        .since("5.0.0")
        .complexity("O(1)")
}

const STREAM: Command = subcommand("stream", -3, stream)
    .keys(KEY)
    .syntax("key [FULL [COUNT count]]")
    .summary("Returns information about a stream.");

fn stream(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let stream = ctx.txn.read::<Stream>(args.key()?)?.ok_or(Error::NoSuchKey)?;
    if args.is_empty() {
        reply.map(10);
        reply_counters(reply, stream);
        reply.bulk("groups");
        reply.count(stream.groups().len());
        reply.bulk("first-entry");
        reply_entry_or_null(reply, stream.iter().next());
        reply.bulk("last-entry");
        reply_entry_or_null(reply, stream.iter().next_back());
    } else {
        let count = full_count(args)?;
        reply.map(9);
        reply_counters(reply, stream);
        full::reply_content(reply, stream, count);
    }
    Ok(())
}

/// Reads `FULL [COUNT count]`: how many entries of each list are asked for.
fn full_count(mut args: Args<'_>) -> Result<usize> {
    const DEFAULT: usize = 10;
    let given = args.argv().get(1).map_or(&b""[..], |arg| arg.bytes());
    let is_full = args.word("full");
    match args.remaining() {
        0 if is_full => Ok(DEFAULT),
        2 if is_full && args.word("count") => Ok(match args.int()? {
            0 => usize::MAX,
            count => usize::try_from(count).unwrap_or(DEFAULT),
        }),
        _ => Err(unknown_form("XINFO", given)),
    }
}

/// The seven numbers and IDs that are known of the stream as a whole.
fn reply_counters(reply: &mut Reply<'_>, stream: &Stream) {
    let nodes = stream.nodes().len();
    let first_id = stream.iter().next().map_or(StreamId::MIN, |first| first.id);
    for (name, count) in [
        ("length", stream.len()),
        ("radix-tree-keys", nodes as u64),
        // There is no radix tree; one would have a root beside them.
        ("radix-tree-nodes", nodes as u64 + 1),
    ] {
        reply.bulk(name);
        reply.int(count as i64);
    }
    reply.bulk("last-generated-id");
    reply_id(reply, stream.last_id());
    reply.bulk("max-deleted-entry-id");
    reply_id(reply, stream.max_deleted_id());
    reply.bulk("entries-added");
    reply.int(stream.entries_added() as i64);
    reply.bulk("recorded-first-entry-id");
    reply_id(reply, first_id);
}

fn reply_entry_or_null(reply: &mut Reply<'_>, entry: Option<Entry<'_>>) {
    match entry {
        Some(entry) => reply_entry(reply, entry),
        None => reply.null(),
    }
}

/// How far a group has got.
fn reply_progress(reply: &mut Reply<'_>, stream: &Stream, group: &Group) {
    reply.bulk("last-delivered-id");
    reply_id(reply, group.last_id());
    for (name, count) in [("entries-read", group.entries_read()), ("lag", stream.lag(group))] {
        reply.bulk(name);
        match count {
            Some(count) => reply.int(count as i64),
            None => reply.null(),
        }
    }
}

const GROUPS: Command = subcommand("groups", 3, groups)
    .keys(KEY)
    .syntax("key")
    .summary("Returns a list of the consumer groups of a stream.");

fn groups(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let stream = ctx.txn.read::<Stream>(args.key()?)?.ok_or(Error::NoSuchKey)?;
    let groups = stream.groups();
    reply.array(groups.len());
    for (name, group) in groups {
        reply.map(6);
        reply.bulk("name");
        reply.bulk(name);
        reply.bulk("consumers");
        reply.count(group.consumers().len());
        reply.bulk("pending");
        reply.count(group.pending_len());
        reply_progress(reply, stream, group);
    }
    Ok(())
}

const CONSUMERS: Command = subcommand("consumers", 4, consumers)
    .keys(KEY)
    .syntax("key group")
    .summary("Returns a list of the consumers in a consumer group.")
    .tips(&["nondeterministic_output"]);

fn consumers(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let (key, name) = (args.key()?, args.bytes()?);
    let now_ms = ctx.now_ms();
    let stream = ctx.txn.read::<Stream>(key)?.ok_or(Error::NoSuchKey)?;
    let consumers = stream.group(name).ok_or_else(|| no_group_in(key, name))?.consumers();
    reply.array(consumers.len());
    for (name, consumer) in consumers {
        let since = |at_ms| now_ms.saturating_sub(at_ms).max(0);
        reply.map(4);
        reply.bulk("name");
        reply.bulk(name);
        reply.bulk("pending");
        reply.count(consumer.pending_len());
        reply.bulk("idle");
        reply.int(since(consumer.seen_at_ms()));
        reply.bulk("inactive");
        reply.int(consumer.active_at_ms().map_or(-1, since));
    }
    Ok(())
}

const HELP: Command = subcommand("help", 2, help)
    .flags(LOADING.or(STALE))
    .summary("Returns helpful text about the different subcommands.");

fn help(_: &mut Ctx<'_>, _: Args<'_>, reply: &mut Reply<'_>) -> Result {
    reply.help(
        "XINFO",
        &[
            "CONSUMERS <key> <groupname>",
            "    Show consumers of <groupname>.",
            "GROUPS <key>",
            "    Show the stream consumer groups.",
            "STREAM <key> [FULL [COUNT <count>]",
            "    Show information about the stream.",
        ],
    );
    Ok(())
}
