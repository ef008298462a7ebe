//! Tests over the whole table of commands: what every entry has to say, and that what it says
//! holds together.

use crate::engine::keyspec::{Begin, KeySpec};
use crate::engine::syntax::{self, Argument, Kind};
use crate::engine::table::Row;
use crate::engine::{Command, Flags, Table, access};
use std::collections::BTreeSet;

/// The groups of Redis's documentation.
const GROUPS: &[&str] = &[
    "bitmap",
    "cluster",
    "connection",
    "generic",
    "geo",
    "hash",
    "hyperloglog",
    "list",
    "pubsub",
    "scripting",
    "sentinel",
    "server",
    "set",
    "sorted-set",
    "stream",
    "string",
    "transactions",
];

/// Commands whose number of arguments is not what their syntax says: QUIT ignores what is
/// given to it, CLIENT KILL needs one of its filters, GEOSEARCH a centre or three corners, and
/// HOTKEYS START has an error of its own for the metrics that it lacks.
const LOOSE_SYNTAX: &[&str] =
    &["client|kill", "geosearch", "geosearchstore", "hotkeys|start", "quit"];

/// Calls `check` with every command and subcommand; what it complains about is gathered.
fn check_all(check: impl Fn(&Row) -> Result<(), String>) {
    let table = Table::new(super::families());
    let complaints: Vec<String> = table
        .rows()
        .iter()
        .filter_map(|row| Some(format!("{}: {}", row.full_name, check(row).err()?)))
        .collect();
    assert!(complaints.is_empty(), "\n{}", complaints.join("\n"));
}

fn ensure(holds: bool, complaint: &str) -> Result<(), String> {
    if holds { Ok(()) } else { Err(complaint.to_owned()) }
}

fn arguments(command: &Command) -> Vec<Argument> {
    syntax::arguments(command).unwrap_or_default()
}

/// Calls `visit` with every argument of a tree.
fn walk<'a>(arguments: &'a [Argument], visit: &mut dyn FnMut(&'a Argument)) {
    for argument in arguments {
        visit(argument);
        walk(&argument.arguments, visit);
    }
}

#[test]
fn names_are_unique_and_in_lower_case() {
    let mut seen = BTreeSet::new();
    for command in super::families().iter().copied().flatten() {
        assert!(seen.insert(command.name.to_owned()), "{} is there twice", command.name);
        for sub in command.subcommands {
            let name = format!("{}|{}", command.name, sub.name);
            assert!(seen.insert(name.clone()), "{name} is there twice");
            assert!(sub.subcommands.is_empty(), "{name} has subcommands of its own");
        }
    }
    let spelt_well = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_|".contains(c);
    assert!(seen.iter().all(|name| name.chars().all(spelt_well)));
}

#[test]
fn every_name_is_found() {
    let table = Table::new(super::families());
    for row in table.rows() {
        let name = row.full_name.to_uppercase();
        let found = table.by_full_name(name.as_bytes()).map(|row| row.index);
        assert_eq!(found, Some(row.index), "{name}");
    }
}

#[test]
fn documentation_is_complete() {
    check_all(|row| {
        let command = row.command;
        ensure(!command.summary.is_empty(), "no summary")?;
        ensure(!command.complexity.is_empty(), "no complexity")?;
        ensure(GROUPS.contains(&command.group), "an unknown group")?;
        let numbers: Vec<_> = command.since.split('.').map(str::parse::<u8>).collect();
        ensure(numbers.len() == 3 && numbers.iter().all(Result::is_ok), "no version")?;
        ensure(syntax::arguments(command).is_some(), "its syntax is malformed")
    });
}

#[test]
fn arity_follows_from_the_syntax() {
    check_all(|row| {
        let command = row.command;
        let loose = LOOSE_SYNTAX.contains(&&*row.full_name);
        if loose || command.internal || !command.subcommands.is_empty() {
            return Ok(());
        }
        let arguments = arguments(command);
        let words: usize = arguments.iter().map(Argument::least_words).sum();
        let least = 1 + usize::from(row.is_subcommand) + words;
        let varies = arguments.iter().any(Argument::varies);
        let arity = command.arity;
        let declared = arity.unsigned_abs() as usize;
        ensure(declared == least, &format!("its syntax has {least} words at least"))?;
        ensure((arity < 0) == varies, "its arity contradicts its optional arguments")
    });
}

#[test]
fn keys_have_specifications_and_specifications_keys() {
    check_all(|row| {
        let command = row.command;
        let arguments = arguments(command);
        let mut specs = BTreeSet::new();
        let mut unspecified = None;
        walk(&arguments, &mut |argument| match argument.key_spec {
            Some(index) => drop(specs.insert(index)),
            None if argument.kind == Kind::Key => unspecified = Some(&argument.name),
            None => {}
        });
        if let Some(name) = unspecified {
            return Err(format!("no specification finds `{name}`"));
        }
        let named = |(index, spec): (usize, &KeySpec)| {
            let is_key = spec.flags & access::NOT_KEY == 0;
            !is_key || specs.contains(&index) || spec.begin == Begin::Unknown
        };
        ensure(command.keys.iter().enumerate().all(named), "a specification finds no argument")
    });
}

#[test]
fn key_specifications_hold_together() {
    check_all(|row| {
        let command = row.command;
        let first = 1 + usize::from(row.is_subcommand);
        for spec in command.keys {
            if let Begin::Index(index) = spec.begin {
                ensure(index >= first, "a key before the arguments")?;
            }
            let kinds = [access::RW, access::RO, access::OW, access::RM];
            let kinds = kinds.iter().filter(|kind| spec.flags & **kind != 0).count();
            let no_key = spec.flags & access::NOT_KEY != 0;
            ensure(kinds == usize::from(!no_key), "read, written or removed?")?;
            let changes = spec.flags & access::RO == 0 && !no_key;
            let may_change = command.flags.has(Flags::WRITE) || command.flags.has(Flags::KEEPS);
            ensure(!changes || may_change, "a write without its flag")?;
        }
        let decides = command.keys.iter().any(|spec| spec.flags & access::VARIABLE_FLAGS != 0);
        ensure(decides == command.key_access.is_some(), "who decides what happens to its keys?")
    });
}

#[test]
fn flags_hold_together() {
    check_all(|row| {
        let (command, flags) = (row.command, row.command.flags);
        let both = flags.has(Flags::WRITE) && flags.has(Flags::READONLY);
        ensure(!both, "it both writes and only reads")?;
        let plain = !flags.has(Flags::WRITE) && !flags.has(Flags::READONLY);
        let has_keys = command.keys.iter().any(|spec| spec.flags & access::NOT_KEY == 0);
        // WATCH says neither: it only looks whether its keys are there.
        let says_nothing = plain && has_keys && command.name != "watch";
        ensure(!says_nothing, "it has keys but neither reads nor writes")?;
        let denied = flags.has(Flags::DENYOOM) && !flags.has(Flags::WRITE);
        ensure(!denied, "it needs memory but does not write")?;
        ensure(command.handler.is_some() || !command.subcommands.is_empty(), "it does nothing")
    });
}
