//! COMMAND GETKEYS, GETKEYSANDFLAGS: which arguments of a request are keys.

use super::info::access_names;
use super::{reply_words, subcommand};
use crate::commands::prelude::*;

pub const GETKEYS: Command = subcommand("getkeys", -3, get_keys)
    .since("2.8.13")
    .complexity("O(N) where N is the number of arguments to the command")
    .syntax("command [arg [arg ...]]")
    .summary("Extracts the key names from an arbitrary command.");

fn get_keys(ctx: &mut Ctx<'_>, args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let keys = find_keys(ctx, args)?;
    reply.strings(keys.iter().map(|(key, _)| *key));
    Ok(())
}

pub const GETKEYSANDFLAGS: Command = subcommand("getkeysandflags", -3, get_keys_and_flags)
    .since("7.0.0")
    .complexity("O(N) where N is the number of arguments to the command")
    .syntax("command [arg [arg ...]]")
    .summary("Extracts the key names and access flags for an arbitrary command.");

fn get_keys_and_flags(ctx: &mut Ctx<'_>, args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let keys = find_keys(ctx, args)?;
    reply.array(keys.len());
    for (key, flags) in keys {
        reply.array(2);
        reply.bulk(key);
        reply_words(access_names(flags), reply);
    }
    Ok(())
}

/// The keys of the request that the arguments are, each with what happens to it.
fn find_keys<'a>(ctx: &Ctx<'_>, args: Args<'a>) -> Result<Vec<(&'a [u8], u16)>> {
    let argv = &args.argv()[args.argv().len() - args.remaining()..];
    let row = ctx.engine.table.find(argv);
    let command = row.map_err(|_| Error::msg("Invalid command specified"))?.command;
    if command.keys.iter().all(|spec| spec.flags & access::NOT_KEY != 0) {
        return Err(Error::msg("The command has no key arguments"));
    }
    if !command.accepts(argv.len()) {
        return Err(Error::msg("Invalid number of arguments specified for command"));
    }
    let mut keys = Vec::new();
    let mut consistent = true;
    for spec in command.keys.iter().filter(|spec| spec.flags & access::NOT_KEY == 0) {
        let flags = command.access(spec, argv);
        consistent &= spec.positions(argv, |index| keys.push((argv[index].bytes(), flags)));
    }
    match consistent && !keys.is_empty() {
        true => Ok(keys),
        false if command.flags.has(Flags::NO_MANDATORY_KEYS) => Ok(Vec::new()),
        false => Err(Error::msg("Invalid arguments specified for command")),
    }
}
