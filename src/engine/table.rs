//! The table of all commands: found by name in any case, numbered for statistics.

use super::command::Command;
use crate::protocol::{Arg, Error};
use ahash::AHashMap;
use std::borrow::Cow;

/// The longest name of a command, in bytes.
const NAME_MAX: usize = 32;
/// How much of a client's own words an error repeats, in bytes.
const QUOTED_MAX: usize = 128;

/// One command's place in the table.
pub struct Row {
    /// The command.
    pub command: &'static Command,
    /// Its number, under which statistics count it.
    pub index: usize,
    /// Its full name: `config|get` for a subcommand.
    pub full_name: Cow<'static, str>,
    /// Its subcommands.
    subcommands: AHashMap<&'static [u8], usize>,
    /// Whether it stands below a container.
    pub is_subcommand: bool,
}

/// All commands.
pub struct Table {
    rows: Vec<Row>,
    commands: AHashMap<&'static [u8], usize>,
}

impl Table {
    /// The table of these families of commands.
    pub fn new(families: &[&[&'static Command]]) -> Table {
        let mut table = Table { rows: Vec::new(), commands: AHashMap::new() };
        for command in families.iter().copied().flatten().copied() {
            let index = table.add(command, Cow::Borrowed(command.name), false);
            let twice = table.commands.insert(command.name.as_bytes(), index).is_some();
            debug_assert!(!twice, "the command {} is declared twice", command.name);
            for &sub in command.subcommands {
                let full_name = Cow::Owned(format!("{}|{}", command.name, sub.name));
                let sub_index = table.add(sub, full_name, true);
                table.rows[index].subcommands.insert(sub.name.as_bytes(), sub_index);
            }
        }
        table
    }

    fn add(
        &mut self,
        command: &'static Command,
        full_name: Cow<'static, str>,
        is_sub: bool,
    ) -> usize {
        let index = self.rows.len();
        self.rows.push(Row {
            command,
            index,
            full_name,
            subcommands: AHashMap::new(),
            is_subcommand: is_sub,
        });
        index
    }

    /// The command, or subcommand, that a request asks for.
    pub fn find(&self, argv: &[Arg<'_>]) -> Result<&Row, Error> {
        let name = argv.first().map_or(&b""[..], |arg| arg.bytes());
        let Some(row) = self.command(name) else { return Err(unknown_command(argv)) };
        if row.subcommands.is_empty() || argv.len() < 2 {
            return Ok(row);
        }
        match lookup(&row.subcommands, &argv[1]) {
            Some(index) => Ok(&self.rows[index]),
            None if row.command.handler.is_some() => Ok(row),
            None => Err(unknown_subcommand(row.command, &argv[1])),
        }
    }

    /// A command by its name.
    pub fn command(&self, name: &[u8]) -> Option<&Row> {
        Some(&self.rows[lookup(&self.commands, name)?])
    }

    /// A command or subcommand (`container|sub`) by its full name.
    pub fn by_full_name(&self, full_name: &[u8]) -> Option<&Row> {
        match full_name.iter().position(|byte| *byte == b'|') {
            None => self.command(full_name),
            Some(bar) => {
                let container = self.command(&full_name[..bar])?;
                Some(&self.rows[lookup(&container.subcommands, &full_name[bar + 1..])?])
            }
        }
    }

    /// All rows, subcommands right behind their containers.
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// Commands, without subcommands.
    pub fn commands(&self) -> impl Iterator<Item = &Row> {
        self.rows.iter().filter(|row| !row.is_subcommand)
    }

    /// The rows of a command's subcommands.
    pub fn subcommands<'t>(&'t self, row: &'t Row) -> impl Iterator<Item = &'t Row> {
        let first = row.index + 1;
        self.rows[first..first + row.command.subcommands.len()].iter()
    }
}

fn lookup(map: &AHashMap<&'static [u8], usize>, name: &[u8]) -> Option<usize> {
    let mut lower = [0; NAME_MAX];
    let lower = lower.get_mut(..name.len())?;
    lower.copy_from_slice(name);
    lower.make_ascii_lowercase();
    map.get(&*lower).copied()
}

/// The error for a subcommand that a container does not have.
pub fn unknown_subcommand(container: &Command, given: &[u8]) -> Error {
    Error::UnknownSubcommand { container: container.name, given: quote(given) }
}

/// The error for a subcommand in a form that it does not have, by its options or their number.
pub fn unknown_form(container: &str, given: &[u8]) -> Error {
    let given = quote(given);
    Error::msg(format!(
        "unknown subcommand or wrong number of arguments for '{given}'. Try {container} HELP."
    ))
}

fn unknown_command(argv: &[Arg<'_>]) -> Error {
    let name = argv.first().map_or_else(String::new, |arg| quote(arg));
    let mut args = String::new();
    for arg in argv.iter().skip(1) {
        if args.len() >= QUOTED_MAX {
            break;
        }
        let left = QUOTED_MAX - args.len();
        args.push('\'');
        args.push_str(&quote_within(arg, left));
        args.push_str("' ");
    }
    Error::msg(format!("unknown command '{name}', with args beginning with: {args}"))
}

/// What a client wrote, cut and made printable for an error's text.
pub fn quote(bytes: &[u8]) -> String {
    quote_within(bytes, QUOTED_MAX)
}

fn quote_within(bytes: &[u8], most: usize) -> String {
    String::from_utf8_lossy(&bytes[..bytes.len().min(most)]).into_owned()
}
