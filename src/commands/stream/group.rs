//! XGROUP: consumer groups and their consumers come and go.

use super::id;
use super::lookup::{self, no_group_in};
use crate::commands::prelude::*;
use crate::engine::command::Handler;
use crate::engine::table::unknown_form;
use crate::types::stream::{Group, Stream, StreamId};

pub const XGROUP: Command = Command::container("xgroup", -2)
    .group("stream")
    .since("5.0.0")
    .complexity("Depends on subcommand.")
    .summary("A container for consumer groups commands.")
    .subcommands(&[&CREATE, &CREATECONSUMER, &DELCONSUMER, &DESTROY, &HELP, &SETID]);

const INSERT: &[KeySpec] = &[KeySpec::one(2, access::RW | access::INSERT)];
const UPDATE: &[KeySpec] = &[KeySpec::one(2, access::RW | access::UPDATE)];
const DELETE: &[KeySpec] = &[KeySpec::one(2, access::RW | access::DELETE)];

const fn subcommand(name: &'static str, arity: i32, handler: Handler) -> Command {
    Command::new(name, arity, handler)
        .acl(Acl::STREAM)
        .group("stream")
        .since("5.0.0")
        .complexity("O(1)")
}

const CREATE: Command = subcommand("create", -5, create)
    .flags(WRITE.or(DENYOOM))
    .keys(INSERT)
    .syntax("key group <id|$> [MKSTREAM] [ENTRIESREAD entries-read]")
    .summary("Creates a consumer group.");

fn create(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let (key, name, id) = (args.key()?, args.bytes()?, args.bytes()?);
    let options = Options::parse(args, true)?;
    let stream = lookup::peek(&ctx.txn, key)?;
    if stream.is_none() && !options.make_stream {
        return Err(no_stream());
    }
    let last_id = match id {
        b"$" => stream.map_or(StreamId::MIN, Stream::last_id),
        _ => id::parse(id, 0).ok_or(Error::msg(id::INVALID))?,
    };
    let added = ctx.txn.update(key, true, |stream: &mut Stream| {
        let entries_read = options.entries_read_of(stream);
        let added = stream.add_group(name, Group::new(last_id, entries_read));
        (added, added.then_some(Event::stream("xgroup-create")))
    })?;
    if added == Some(false) {
        return Err(Error::coded("BUSYGROUP Consumer Group name already exists"));
    }
    reply.ok();
    Ok(())
}

const SETID: Command = subcommand("setid", -5, setid)
    .flags(WRITE)
    .keys(UPDATE)
    .syntax("key group <id|$> [ENTRIESREAD entries-read]")
    .summary("Sets the last-delivered ID of a consumer group.");

fn setid(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let (key, name, id) = (args.key()?, args.bytes()?, args.bytes()?);
    let options = Options::parse(args, false)?;
    let last_id = require(&ctx.txn, key, name)?.last_id();
    let last_id = if id == b"$" { last_id } else { id::id_or_extreme(id, 0)? };
    ctx.txn.update(key, false, |stream: &mut Stream| {
        let entries_read = options.entries_read_of(stream);
        if let Some(group) = stream.group_mut(name) {
            group.set_position(last_id, entries_read);
        }
        ((), Some(Event::stream("xgroup-setid")))
    })?;
    reply.ok();
    Ok(())
}

/// What follows the ID in CREATE and SETID.
#[derive(Default)]
struct Options {
    make_stream: bool,
    entries_read: Option<u64>,
}

impl Options {
    fn parse(mut args: Args<'_>, is_create: bool) -> Result<Options> {
        let mut options = Options::default();
        while !args.is_empty() {
            let word = args.keyword();
            match (word.as_str(), args.is_empty()) {
                ("mkstream", _) if is_create => options.make_stream = true,
                ("entriesread", false) => {
                    options.entries_read = match args.int()? {
                        -1 => None,
                        count => Some(u64::try_from(count).map_err(|_| {
                            Error::msg("value for ENTRIESREAD must be positive or -1")
                        })?),
                    };
                }
                _ => {
                    let given = args.argv().get(1).map_or(&b""[..], |arg| arg.bytes());
                    return Err(unknown_form("XGROUP", given));
                }
            }
        }
        Ok(options)
    }

    /// The number of entries that the group is to have read: no more than there were.
    fn entries_read_of(&self, stream: &Stream) -> Option<u64> {
        Some(self.entries_read?.min(stream.entries_added()))
    }
}

const DESTROY: Command = subcommand("destroy", 4, destroy)
    .flags(WRITE)
    .keys(DELETE)
    .complexity("O(N) where N is the number of entries in the group's pending entries list (PEL).")
    .syntax("key group")
    .summary("Destroys a consumer group.");

fn destroy(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let (key, name) = (args.key()?, args.bytes()?);
    let destroyed = ctx.txn.update(key, false, |stream: &mut Stream| {
        let destroyed = stream.destroy_group(name).is_some();
        (destroyed, destroyed.then_some(Event::stream("xgroup-destroy")))
    })?;
    reply.int(destroyed.ok_or_else(no_stream)?.into());
    Ok(())
}

const CREATECONSUMER: Command = subcommand("createconsumer", 5, createconsumer)
    .flags(WRITE.or(DENYOOM))
    .keys(INSERT)
    .since("6.2.0")
    .syntax("key group consumer")
    .summary("Creates a consumer in a consumer group.");

fn createconsumer(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let (key, name, consumer) = (args.key()?, args.bytes()?, args.bytes()?);
    let now_ms = ctx.now_ms();
    require(&ctx.txn, key, name)?;
    let created = ctx.txn.update(key, false, |stream: &mut Stream| {
        let group = stream.group_mut(name);
        let created = group.is_some_and(|group| group.create_consumer(consumer, now_ms));
        (created, created.then_some(Event::stream("xgroup-createconsumer")))
    })?;
    reply.int(created.unwrap_or(false).into());
    Ok(())
}

const DELCONSUMER: Command = subcommand("delconsumer", 5, delconsumer)
    .flags(WRITE)
    .keys(DELETE)
    .syntax("key group consumer")
    .summary("Deletes a consumer from a consumer group.");

fn delconsumer(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let (key, name, consumer) = (args.key()?, args.bytes()?, args.bytes()?);
    require(&ctx.txn, key, name)?;
    let pending = ctx.txn.update(key, false, |stream: &mut Stream| {
        let pending = stream.group_mut(name).and_then(|group| group.delete_consumer(consumer));
        (pending, pending.map(|_| Event::stream("xgroup-delconsumer")))
    })?;
    reply.count(pending.flatten().unwrap_or(0));
    Ok(())
}

/// The stream at a key, which must have the group `name`.
fn require<'t>(txn: &'t Txn<'_>, key: Key<'_>, name: &[u8]) -> Result<&'t Stream> {
    let stream = lookup::peek(txn, key)?.ok_or_else(no_stream)?;
    stream.group(name).map(|_| stream).ok_or_else(|| no_group_in(key, name))
}

fn no_stream() -> Error {
    Error::msg(
        "The XGROUP subcommand requires the key to exist. Note that for CREATE you may want to \
         use the MKSTREAM option to create an empty stream automatically.",
    )
}

const HELP: Command = subcommand("help", 2, help)
    .flags(LOADING.or(STALE))
    .summary("Returns helpful text about the different subcommands.");

fn help(_: &mut Ctx<'_>, _: Args<'_>, reply: &mut Reply<'_>) -> Result {
    reply.help(
        "XGROUP",
        &[
            "CREATE <key> <groupname> <id|$> [option]",
            "    Create a new consumer group. Options are:",
            "    * MKSTREAM",
            "      Create the empty stream if it does not exist.",
            "    * ENTRIESREAD entries_read",
            "      Set the group's entries_read counter (internal use).",
            "CREATECONSUMER <key> <groupname> <consumer>",
            "    Create a new consumer in the specified group.",
            "DELCONSUMER <key> <groupname> <consumer>",
            "    Remove the specified consumer.",
            "DESTROY <key> <groupname>",
            "    Remove the specified group.",
            "SETID <key> <groupname> <id|$> [ENTRIESREAD entries_read]",
            "    Set the current group ID and entries_read counter.",
        ],
    );
    Ok(())
}
