//! DBSIZE, FLUSHALL, FLUSHDB, SWAPDB: whole databases.

use crate::commands::prelude::*;
use crate::store::walk;
use crate::util::number;
use smallvec::smallvec;

pub const DBSIZE: Command = Command::new("dbsize", 1, dbsize)
    .locks(Locks::WALK_ONE)
    .flags(READONLY.or(FAST))
    .acl(Acl::KEYSPACE)
    .group("server")
    .since("1.0.0")
    .complexity("O(1)")
    .summary("Returns the number of keys in the database.")
    .tips(&["request_policy:all_shards", "response_policy:agg_sum"]);

fn dbsize(ctx: &mut Ctx<'_>, _: Args<'_>, reply: &mut Reply<'_>) -> Result {
    reply.count(walk::len(&ctx.txn, ctx.session.db));
    Ok(())
}

pub const FLUSHALL: Command = Command::new("flushall", -1, flushall)
    .flags(WRITE)
    .acl(Acl::KEYSPACE.or(Acl::DANGEROUS))
    .locks(Locks::Databases(|_, _, databases| (0..databases).collect()))
    .group("server")
    .since("1.0.0")
    .complexity("O(N) where N is the total number of keys in all databases")
    .syntax("[ASYNC|SYNC]")
    .summary("Removes all keys from all databases.")
    .tips(&["request_policy:all_shards", "response_policy:all_succeeded"]);

fn flushall(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    parse_flush_mode(&mut args)?;
    ctx.txn.flush(None);
    reply.ok();
    Ok(())
}

pub const FLUSHDB: Command = Command::new("flushdb", -1, flushdb)
    .flags(WRITE)
    .acl(Acl::KEYSPACE.or(Acl::DANGEROUS))
    .locks(Locks::Databases(|_, db, _| smallvec![db]))
    .group("server")
    .since("1.0.0")
    .complexity("O(N) where N is the number of keys in the selected database")
    .syntax("[ASYNC|SYNC]")
    .summary("Removes all keys from the current database.")
    .tips(&["request_policy:all_shards", "response_policy:all_succeeded"]);

fn flushdb(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    parse_flush_mode(&mut args)?;
    ctx.txn.flush(Some(ctx.session.db));
    reply.ok();
    Ok(())
}

/// Both modes are one here: the tables are exchanged for empty ones, and the reclaimer's
/// thread frees them.
fn parse_flush_mode(args: &mut Args<'_>) -> Result {
    if !matches!(args.keyword().as_str(), "async" | "sync") && args.argv().len() > 1 {
        return Err(Error::Syntax);
    }
    args.finish()
}

pub const SWAPDB: Command = Command::new("swapdb", 3, swapdb)
    .flags(WRITE.or(FAST))
    .acl(Acl::KEYSPACE.or(Acl::DANGEROUS))
    .locks(Locks::Databases(|argv, _, _| {
        let numbers = argv.iter().skip(1).filter_map(|arg| number::parse_i64(arg));
        numbers.filter_map(|db| u16::try_from(db).ok()).collect()
    }))
    .group("server")
    .since("4.0.0")
    .complexity(
        "O(N) where N is the count of clients watching or blocking on keys from both databases.",
    )
    .syntax("index1 index2")
    .summary("Swaps two Redis databases.");

fn swapdb(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let (first, second) = (args.bytes()?, args.bytes()?);
    let first_db = ctx.db_index(first);
    let second_db = ctx.db_index(second);
    // Whether both are numbers comes before whether there are databases by these numbers.
    for (db, unreadable) in
        [(&first_db, "invalid first DB index"), (&second_db, "invalid second DB index")]
    {
        if !matches!(db, Ok(_) | Err(Error::DbIndex)) {
            return Err(Error::msg(unreadable));
        }
    }
    ctx.txn.swap_databases(first_db?, second_db?);
    reply.ok();
    Ok(())
}
