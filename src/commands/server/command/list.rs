//! COMMAND COUNT, LIST: which commands there are.

use super::{UNORDERED, subcommand};
use crate::commands::prelude::*;
use crate::engine::table::Row;
use crate::util::glob;

pub const COUNT: Command = subcommand("count", 2, count)
    .since("2.8.13")
    .complexity("O(1)")
    .summary("Returns a count of commands.");

fn count(ctx: &mut Ctx<'_>, _: Args<'_>, reply: &mut Reply<'_>) -> Result {
    reply.count(ctx.engine.table.commands().count());
    Ok(())
}

pub const LIST: Command = subcommand("list", -2, list)
    .since("7.0.0")
    .complexity("O(N) where N is the total number of commands")
    .syntax("[FILTERBY <MODULE module-name|ACLCAT category|PATTERN pattern>]")
    .summary("Returns a list of command names.")
    .tips(UNORDERED);

/// Without a filter subcommands are left out; a filter looks at them too.
fn list(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let filter = Filter::parse(&mut args)?;
    let rows = ctx.engine.table.rows().iter();
    let passes = |row: &&Row| match &filter {
        None => !row.is_subcommand,
        Some(filter) => filter.passes(row),
    };
    let names: Vec<&str> = rows.filter(passes).map(|row| &*row.full_name).collect();
    reply.strings(names.iter());
    Ok(())
}

enum Filter<'a> {
    /// Commands of a module: there are no modules here.
    Module,
    /// Commands in an ACL category; in none if there is no such category.
    Category(Option<Acl>),
    /// Commands whose full name matches.
    Pattern(&'a [u8]),
}

impl<'a> Filter<'a> {
    fn parse(args: &mut Args<'a>) -> Result<Option<Filter<'a>>> {
        if args.is_empty() {
            return Ok(None);
        }
        if !args.word("filterby") || args.remaining() != 2 {
            return Err(Error::Syntax);
        }
        let kind = args.keyword();
        let value = args.bytes()?;
        Ok(Some(match kind.as_str() {
            "module" => Filter::Module,
            "aclcat" => Filter::Category(category(value)),
            "pattern" => Filter::Pattern(value),
            _ => return Err(Error::Syntax),
        }))
    }

    fn passes(&self, row: &Row) -> bool {
        match self {
            Filter::Module => false,
            Filter::Category(category) => {
                category.is_some_and(|category| row.command.categories().has(category))
            }
            Filter::Pattern(pattern) => glob::matches_nocase(pattern, row.full_name.as_bytes()),
        }
    }
}

fn category(name: &[u8]) -> Option<Acl> {
    let same = |(_, known): &&(Acl, &str)| known.as_bytes().eq_ignore_ascii_case(name);
    Acl::NAMES.iter().find(same).map(|(category, _)| *category)
}
