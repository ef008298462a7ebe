//! DEBUG: what tests need to look inside of the server and to bring it into rare states.
//! `enable-debug-command` says who may use it. As in Redis its subcommands are no commands of
//! their own to COMMAND: it finds them in a table here.

mod digest;
mod help;
mod object;
mod populate;
mod protocol;
mod reload;
mod sleep;
mod switches;
mod text;

use crate::commands::prelude::*;
use crate::engine::command::Handler;
use crate::engine::table;
use crate::services::config::params;
use smallvec::{SmallVec, smallvec};
use std::ops::RangeInclusive;

pub const DEBUG: Command = Command::new("debug", -2, debug)
    .flags(ADMIN.or(NOSCRIPT).or(LOADING).or(STALE))
    .locks(Locks::Databases(databases))
    .protected_by(params::ENABLE_DEBUG_COMMAND)
    .group("server")
    .since("1.0.0")
    .complexity("Depends on subcommand.")
    .summary("A container for debugging commands.")
    .internal();

/// What one subcommand is.
struct Subcommand {
    /// In lower case.
    name: &'static str,
    /// How many arguments it takes.
    args: RangeInclusive<usize>,
    /// The databases it reads.
    reads: Reads,
    run: Handler,
}

/// The databases that a subcommand reads.
#[derive(Clone, Copy)]
enum Reads {
    None,
    /// The client's.
    Selected,
    All,
}

impl Subcommand {
    const fn new(name: &'static str, args: RangeInclusive<usize>, run: Handler) -> Subcommand {
        Subcommand { name, args, reads: Reads::None, run }
    }

    const fn reads(self, reads: Reads) -> Subcommand {
        Subcommand { reads, ..self }
    }
}

const SUBCOMMANDS: &[Subcommand] = &[
    switches::CHANGE_REPL_ID,
    digest::DIGEST,
    digest::DIGEST_VALUE,
    text::ERROR,
    help::HELP,
    object::LISTPACK,
    reload::LOADAOF,
    text::LOG,
    object::OBJECT,
    switches::PAUSE_CRON,
    populate::POPULATE,
    protocol::PROTOCOL,
    switches::QUICKLIST_PACKED_THRESHOLD,
    reload::RELOAD,
    switches::SET_ACTIVE_EXPIRE,
    switches::SET_DISABLE_DENY_SCRIPTS,
    sleep::SLEEP,
    text::STRINGMATCH_LEN,
];

fn debug(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let name = args.bytes()?;
    match find(args.argv()) {
        Some(subcommand) => (subcommand.run)(ctx, args, reply),
        None => Err(table::unknown_form("DEBUG", name)),
    }
}

/// The subcommand that a request asks for, if the number of arguments is right for it.
fn find(argv: &[Arg<'_>]) -> Option<&'static Subcommand> {
    let [_, name, args @ ..] = argv else { return None };
    let asked = |subcommand: &&Subcommand| name.eq_ignore_ascii_case(subcommand.name.as_bytes());
    SUBCOMMANDS.iter().find(asked).filter(|subcommand| subcommand.args.contains(&args.len()))
}

fn databases(argv: &[Arg<'_>], selected: u16, all: u16) -> SmallVec<[u16; 2]> {
    match find(argv).map_or(Reads::None, |subcommand| subcommand.reads) {
        Reads::None => SmallVec::new(),
        Reads::Selected => smallvec![selected],
        Reads::All => (0..all).collect(),
    }
}

/// The next argument as a key of the selected database.
fn key<'a>(ctx: &Ctx<'_>, args: &mut Args<'a>) -> Result<Key<'a>> {
    let name = args.bytes()?;
    Ok(Key { name, hash: ctx.engine.keyspace.hash(name), db: ctx.session.db })
}
