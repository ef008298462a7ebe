//! COMMAND: what the server tells about its commands. All of it follows from their entries.

mod docs;
mod info;
mod keys;
mod list;

use crate::commands::prelude::*;
use crate::engine::command::Handler;
use crate::engine::{table, table::Row};

pub const COMMAND: Command = Command::new("command", -1, command)
    .flags(LOADING.or(STALE))
    .acl(Acl::CONNECTION)
    .group("server")
    .since("2.8.13")
    .complexity("O(N) where N is the total number of commands")
    .summary("Returns detailed information about all commands.")
    .tips(UNORDERED)
    .subcommands(&[
        &list::COUNT,
        &docs::DOCS,
        &keys::GETKEYS,
        &keys::GETKEYSANDFLAGS,
        &HELP,
        &info::INFO,
        &list::LIST,
    ]);

fn command(ctx: &mut Ctx<'_>, args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    if let Some(unknown) = args.peek() {
        return Err(table::unknown_subcommand(ctx.command(), unknown));
    }
    info::describe_all(&ctx.engine.table, reply);
    Ok(())
}

/// A subcommand that works in every state of the server.
const fn subcommand(name: &'static str, arity: i32, handler: Handler) -> Command {
    Command::new(name, arity, handler).flags(LOADING.or(STALE)).acl(Acl::CONNECTION).group("server")
}

/// The hint that commands may be listed in any order.
const UNORDERED: &[&str] = &["nondeterministic_output_order"];

/// The commands that a client names; unknown ones are `None`.
fn named<'t>(ctx: &'t Ctx<'_>, names: Args<'t>) -> impl Iterator<Item = Option<&'t Row>> {
    names.map(|name| ctx.engine.table.by_full_name(&name))
}

/// A set of words, each a status line.
fn reply_words<W: AsRef<str>>(words: impl Iterator<Item = W>, reply: &mut Reply<'_>) {
    let set = reply.defer();
    let mut count = 0;
    for word in words {
        reply.simple(word.as_ref());
        count += 1;
    }
    reply.end_set(set, count);
}

const HELP: Command = subcommand("help", 2, help)
    .since("5.0.0")
    .complexity("O(1)")
    .summary("Returns helpful text about the different subcommands.");

fn help(_: &mut Ctx<'_>, _: Args<'_>, reply: &mut Reply<'_>) -> Result {
    reply.help(
        "COMMAND",
        &[
            "(no subcommand)",
            "    Return details about all commands.",
            "COUNT",
            "    Return the total number of commands in this server.",
            "LIST",
            "    Return a list of all commands in this server.",
            "INFO [<command-name> ...]",
            "    Return details about multiple commands.",
            "    If no command names are given, documentation details for all",
            "    commands are returned.",
            "DOCS [<command-name> ...]",
            "    Return documentation details about multiple commands.",
            "    If no command names are given, documentation details for all",
            "    commands are returned.",
            "GETKEYS <full-command>",
            "    Return the keys from a full command.",
            "GETKEYSANDFLAGS <full-command>",
            "    Return the keys and the access flags from a full command.",
        ],
    );
    Ok(())
}
