//! COMMAND DOCS: what a command is for, and which arguments it takes. redis-cli asks for it
//! when it starts, to hint at arguments while its user types.

use super::{UNORDERED, named, reply_words, subcommand};
use crate::commands::prelude::*;
use crate::engine::syntax::{self, Argument};
use crate::engine::table::{Row, Table};

pub const DOCS: Command = subcommand("docs", -2, docs)
    .since("7.0.0")
    .complexity("O(N) where N is the number of commands to look up")
    .syntax("[command-name [command-name ...]]")
    .summary("Returns documentary information about one, multiple or all commands.")
    .tips(UNORDERED);

fn docs(ctx: &mut Ctx<'_>, args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let table = &ctx.engine.table;
    if args.is_empty() {
        reply.map(table.commands().count());
        table.commands().for_each(|row| entry(table, row, reply));
        return Ok(());
    }
    let known: Vec<&Row> = named(ctx, args).flatten().collect();
    reply.map(known.len());
    known.iter().for_each(|row| entry(table, row, reply));
    Ok(())
}

/// A command's name with what there is to say about it.
fn entry(table: &Table, row: &Row, reply: &mut Reply<'_>) {
    let command = row.command;
    reply.bulk(&*row.full_name);
    let map = reply.defer();
    let texts = [
        ("summary", command.summary),
        ("since", command.since),
        ("group", command.group),
        ("complexity", command.complexity),
    ];
    texts.iter().for_each(|(name, text)| string(name, text, reply));
    let mut pairs = texts.len();
    let doc_flags = [(command.deprecated.is_some(), "deprecated"), (command.internal, "syscmd")];
    pairs += flags("doc_flags", &doc_flags, reply);
    if let Some((since, replaced_by)) = command.deprecated {
        string("deprecated_since", since, reply);
        string("replaced_by", replaced_by, reply);
        pairs += 2;
    }
    let arguments = syntax::arguments(command).unwrap_or_default();
    if !arguments.is_empty() {
        reply.bulk("arguments");
        reply_arguments(&arguments, reply);
        pairs += 1;
    }
    if !command.subcommands.is_empty() {
        reply.bulk("subcommands");
        reply.map(command.subcommands.len());
        table.subcommands(row).for_each(|row| entry(table, row, reply));
        pairs += 1;
    }
    reply.end_map(map, pairs);
}

fn reply_arguments(arguments: &[Argument], reply: &mut Reply<'_>) {
    reply.array(arguments.len());
    arguments.iter().for_each(|argument| reply_argument(argument, reply));
}

fn reply_argument(argument: &Argument, reply: &mut Reply<'_>) {
    let map = reply.defer();
    string("name", &argument.name, reply);
    string("type", argument.kind.name(), reply);
    let mut pairs = 2;
    if let Some(text) = argument.display_text() {
        string("display_text", text, reply);
        pairs += 1;
    }
    if let Some(index) = argument.key_spec {
        reply.bulk("key_spec_index");
        reply.count(index);
        pairs += 1;
    }
    if let Some(token) = argument.token {
        string("token", token.trim_matches('"'), reply);
        pairs += 1;
    }
    let argument_flags = [
        (argument.optional, "optional"),
        (argument.multiple, "multiple"),
        (argument.multiple_token, "multiple_token"),
    ];
    pairs += flags("flags", &argument_flags, reply);
    if !argument.arguments.is_empty() {
        reply.bulk("arguments");
        reply_arguments(&argument.arguments, reply);
        pairs += 1;
    }
    reply.end_map(map, pairs);
}

fn string(name: &str, text: &str, reply: &mut Reply<'_>) {
    reply.bulk(name);
    reply.bulk(text);
}

/// The words that are on, under `name`; nothing if none is. Returns how many pairs it wrote.
fn flags(name: &str, words: &[(bool, &str)], reply: &mut Reply<'_>) -> usize {
    if !words.iter().any(|(on, _)| *on) {
        return 0;
    }
    reply.bulk(name);
    reply_words(words.iter().filter(|(on, _)| *on).map(|(_, word)| *word), reply);
    1
}
