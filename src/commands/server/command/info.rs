//! COMMAND INFO: arity, flags, key places, ACL categories, hints and key specifications.

use super::{UNORDERED, named, reply_words, subcommand};
use crate::commands::prelude::*;
use crate::engine::keyspec::{self, Begin, Find};
use crate::engine::table::{Row, Table};

pub const INFO: Command = subcommand("info", -2, info)
    .since("2.8.13")
    .complexity("O(N) where N is the number of commands to look up")
    .syntax("[command-name [command-name ...]]")
    .summary("Returns information about one, multiple or all commands.")
    .tips(UNORDERED);

fn info(ctx: &mut Ctx<'_>, args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let table = &ctx.engine.table;
    if args.is_empty() {
        describe_all(table, reply);
        return Ok(());
    }
    reply.array(args.remaining());
    for row in named(ctx, args) {
        match row {
            Some(row) => describe(table, row, reply),
            None => reply.null(),
        }
    }
    Ok(())
}

/// The description of every command.
pub fn describe_all(table: &Table, reply: &mut Reply<'_>) {
    reply.array(table.commands().count());
    table.commands().for_each(|row| describe(table, row, reply));
}

/// One command in ten elements, its subcommands the last of them.
fn describe(table: &Table, row: &Row, reply: &mut Reply<'_>) {
    let command = row.command;
    reply.array(10);
    reply.bulk(&*row.full_name);
    reply.int(command.arity.into());
    reply_words(named_bits(command.all_flags(), &Flags::NAMES, Flags::has), reply);
    let range = keyspec::plain_range(command.keys);
    reply.int(range.first);
    reply.int(range.last);
    reply.int(range.step);
    let categories = named_bits(command.categories(), &Acl::NAMES, Acl::has);
    reply_words(categories.map(|name| format!("@{name}")), reply);
    reply.set(command.tips.len());
    command.tips.iter().for_each(|tip| reply.bulk(tip));
    reply.set(command.keys.len());
    command.keys.iter().for_each(|spec| describe_keys(spec, reply));
    reply.array(command.subcommands.len());
    table.subcommands(row).for_each(|row| describe(table, row, reply));
}

/// One key specification.
fn describe_keys(spec: &KeySpec, reply: &mut Reply<'_>) {
    reply.map(3 + usize::from(spec.notes.is_some()));
    if let Some(notes) = spec.notes {
        reply.bulk("notes");
        reply.bulk(notes);
    }
    reply.bulk("flags");
    reply_words(access_names(spec.flags), reply);
    reply.bulk("begin_search");
    match spec.begin {
        Begin::Index(index) => search("index", &[("index", index as i64)], reply),
        Begin::Keyword { word, from } => {
            begin_search("keyword", 2, reply);
            reply.bulk("keyword");
            reply.bulk(word);
            reply.bulk("startfrom");
            reply.int(from.into());
        }
        Begin::Unknown => search("unknown", &[], reply),
    }
    reply.bulk("find_keys");
    match spec.find {
        Find::Range { last, step, limit } => {
            let numbers =
                [("lastkey", last.into()), ("keystep", step as i64), ("limit", limit as i64)];
            search("range", &numbers, reply);
        }
        Find::KeyNum { at, first, step } => {
            let numbers =
                [("keynumidx", at as i64), ("firstkey", first as i64), ("keystep", step as i64)];
            search("keynum", &numbers, reply);
        }
        Find::Unknown | Find::Code(_) => search("unknown", &[], reply),
    }
}

/// A step of the search for keys that is described by numbers.
fn search(kind: &str, numbers: &[(&str, i64)], reply: &mut Reply<'_>) {
    begin_search(kind, numbers.len(), reply);
    for (name, number) in numbers {
        reply.bulk(name);
        reply.int(*number);
    }
}

fn begin_search(kind: &str, parameters: usize, reply: &mut Reply<'_>) {
    reply.map(2);
    reply.bulk("type");
    reply.bulk(kind);
    reply.bulk("spec");
    reply.map(parameters);
}

/// The names of the [`crate::engine::access`] bits that are set.
pub fn access_names(bits: u16) -> impl Iterator<Item = &'static str> {
    named_bits(bits, &access::NAMES, |bits, bit| bits & bit != 0)
}

/// The names of the bits that `set` has.
fn named_bits<B: Copy>(
    set: B,
    names: &'static [(B, &'static str)],
    has: impl Fn(B, B) -> bool,
) -> impl Iterator<Item = &'static str> {
    names.iter().filter(move |(bit, _)| has(set, *bit)).map(|(_, name)| *name)
}
