//! COPY and MOVE: the two that reach into another database.

use crate::commands::prelude::*;
use crate::util::number;

const SAME_OBJECT: &str = "source and destination objects are the same";

pub const COPY: Command = Command::new("copy", -3, copy)
    .flags(WRITE.or(DENYOOM))
    .acl(Acl::KEYSPACE)
    .keys(&[
        KeySpec::one(1, access::RO | access::ACCESS),
        KeySpec::one(2, access::OW | access::UPDATE),
    ])
    .locks(Locks::KeysAlsoIn(|argv| {
        let mut args = Args::new(argv, 3, &[], 0);
        CopyOptions::parse(&mut args, |db| db_to_lock(db).ok_or(Error::DbIndex)).ok()?.db
    }))
    .since("6.2.0")
    .complexity(
        "O(N) worst case for collections, where N is the number of nested items. O(1) for string values.",
    )
    .syntax("source destination [DB destination-db] [REPLACE]")
    .summary("Copies the value of a key to a new key.");

fn copy(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let (from, to) = (args.key()?, args.key()?);
    let options = CopyOptions::parse(&mut args, |db| ctx.db_index(db))?;
    let to = options.db.map_or(to, |db| to.in_db(db));
    if (from.db, from.name) == (to.db, to.name) {
        return Err(Error::msg(SAME_OBJECT));
    }
    let free = options.replace || ctx.txn.peek(to).is_none();
    let copied = free && ctx.txn.copy(from, to, Event::generic("copy_to"));
    reply.int(i64::from(copied));
    Ok(())
}

struct CopyOptions {
    /// The database after the last `DB`.
    db: Option<u16>,
    replace: bool,
}

impl CopyOptions {
    /// Reads the options; `db_index` gives a database's number, or refuses it.
    fn parse(args: &mut Args<'_>, db_index: impl Fn(&[u8]) -> Result<u16>) -> Result<CopyOptions> {
        let mut options = CopyOptions { db: None, replace: false };
        while !args.is_empty() {
            match args.keyword().as_str() {
                "db" => options.db = Some(db_index(args.bytes()?)?),
                "replace" => options.replace = true,
                _ => return Err(Error::Syntax),
            }
        }
        Ok(options)
    }
}

pub const MOVE: Command = Command::new("move", 3, move_key)
    .flags(WRITE.or(FAST))
    .acl(Acl::KEYSPACE)
    .keys(&[KeySpec::one(1, access::RW | access::ACCESS | access::UPDATE)])
    .locks(Locks::KeysAlsoIn(|argv| db_to_lock(argv.get(2)?.bytes())))
    .since("1.0.0")
    .complexity("O(1)")
    .syntax("key db")
    .summary("Moves a key to another database.");

fn move_key(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let from = args.key()?;
    let to = from.in_db(ctx.db_index(args.bytes()?)?);
    if from.db == to.db {
        return Err(Error::msg(SAME_OBJECT));
    }
    let events = (Event::generic("move_from"), Event::generic("move_to"));
    let moved = ctx.txn.peek(to).is_none() && ctx.txn.rename(from, to, events);
    reply.int(i64::from(moved));
    Ok(())
}

/// The database to be locked. Where there is none by that number the handler says so.
fn db_to_lock(text: &[u8]) -> Option<u16> {
    u16::try_from(number::parse_i64(text)?).ok()
}
