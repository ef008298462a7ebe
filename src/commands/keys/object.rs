//! OBJECT: looking at how a value is kept, without using it.

use crate::commands::prelude::*;
use crate::engine::command::Handler;
use crate::store::Entry;

pub const OBJECT: Command = Command::container("object", -2)
    .since("2.2.3")
    .complexity("Depends on subcommand.")
    .summary("A container for object introspection commands.")
    .subcommands(&[&ENCODING, &FREQ, &HELP, &IDLETIME, &REFCOUNT]);

const KEY: &[KeySpec] = &[KeySpec::one(2, access::RO)];

const fn subcommand(name: &'static str, handler: Handler) -> Command {
    Command::new(name, 3, handler)
        .flags(READONLY)
        .acl(Acl::KEYSPACE)
        .keys(KEY)
        .since("2.2.3")
        .complexity("O(1)")
        .syntax("key")
        .tips(&["nondeterministic_output"])
}

const ENCODING: Command =
    subcommand("encoding", encoding).summary("Returns the internal encoding of a Redis object.");

fn encoding(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    reply.bulk_or_null(ctx.txn.peek(args.key()?).map(Entry::encoding));
    Ok(())
}

const FREQ: Command = subcommand("freq", freq)
    .since("4.0.0")
    .summary("Returns the logarithmic access frequency counter of a Redis object.");

fn freq(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let policy = &ctx.engine.keyspace.access;
    let Some(entry) = ctx.txn.peek(args.key()?) else {
        reply.null();
        return Ok(());
    };
    if !policy.is_lfu() {
        return Err(Error::msg(
            "An LFU maxmemory policy is not selected, access frequency not tracked. Please note \
             that when switching between policies at runtime LRU and LFU data will take some \
             time to adjust.",
        ));
    }
    reply.int(policy.frequency(entry.access(), ctx.now_ms()).into());
    Ok(())
}

const IDLETIME: Command = subcommand("idletime", idletime)
    .summary("Returns the time since the last access to a Redis object.");

fn idletime(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let policy = &ctx.engine.keyspace.access;
    let Some(entry) = ctx.txn.peek(args.key()?) else {
        reply.null();
        return Ok(());
    };
    if policy.is_lfu() {
        return Err(Error::msg(
            "An LFU maxmemory policy is selected, idle time not tracked. Please note that when \
             switching between policies at runtime LRU and LFU data will take some time to adjust.",
        ));
    }
    reply.int(policy.idle_seconds(entry.access(), ctx.now_ms()).into());
    Ok(())
}

const REFCOUNT: Command =
    subcommand("refcount", refcount).summary("Returns the reference count of a value of a key.");

/// No two keys share a value in a way that a client could tell.
fn refcount(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    match ctx.txn.peek(args.key()?) {
        Some(_) => reply.int(1),
        None => reply.null(),
    }
    Ok(())
}

const HELP: Command = Command::new("help", 2, help)
    .flags(LOADING.or(STALE))
    .acl(Acl::KEYSPACE)
    .since("6.2.0")
    .complexity("O(1)")
    .summary("Returns helpful text about the different subcommands.");

fn help(_: &mut Ctx<'_>, _: Args<'_>, reply: &mut Reply<'_>) -> Result {
    reply.help(
        "OBJECT",
        &[
            "ENCODING <key>",
            "    Return the kind of internal representation used in order to store the value",
            "    associated with a <key>.",
            "FREQ <key>",
            "    Return the access frequency index of the <key>. The returned integer is",
            "    proportional to the logarithm of the recent access frequency of the key.",
            "IDLETIME <key>",
            "    Return the idle time of the <key>, that is the approximated number of",
            "    seconds elapsed since the last access to the key.",
            "REFCOUNT <key>",
            "    Return the number of references of the value associated with the specified",
            "    <key>.",
        ],
    );
    Ok(())
}
