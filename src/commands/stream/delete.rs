//! XDEL, XDELEX.

use super::references::Deletions;
use super::{id, lookup};
use crate::commands::prelude::*;
use crate::types::stream::{Deletion, References, Stream};

const KEY: &[KeySpec] = &[KeySpec::one(1, access::RW | access::DELETE)];
const EVENT: Event = Event::stream("xdel");

pub const XDEL: Command = Command::new("xdel", -3, xdel)
    .flags(WRITE.or(FAST))
    .acl(Acl::STREAM)
    .keys(KEY)
    .group("stream")
    .since("5.0.0")
    .complexity("O(1) for each single item to delete in the stream, regardless of the stream size.")
    .syntax("key id [id ...]")
    .summary("Returns the number of messages after removing them from a stream.");

/// Where there is no stream, no ID is looked at.
fn xdel(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let key = args.key()?;
    if lookup::peek(&ctx.txn, key)?.is_none() {
        reply.int(0);
        return Ok(());
    }
    let ids = id::ids(&mut args)?;
    let deleted = ctx.txn.update(key, false, |stream: &mut Stream| {
        let deleted = ids.iter().filter(|id| stream.delete(**id)).count();
        (deleted, (deleted > 0).then_some(EVENT))
    })?;
    reply.count(deleted.unwrap_or(0));
    Ok(())
}

pub const XDELEX: Command = Command::new("xdelex", -5, xdelex)
    .flags(WRITE.or(FAST))
    .acl(Acl::STREAM)
    .keys(KEY)
    .group("stream")
    .since("8.2.0")
    .complexity("O(1) for each single item to delete in the stream, regardless of the stream size.")
    .syntax("key [KEEPREF|DELREF|ACKED] IDS numids id [id ...]")
    .summary("Deletes one or multiple entries from the stream.");

fn xdelex(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let key = args.key()?;
    let Deletions { references, ids } = Deletions::parse(args)?;
    reply.array(ids.len());
    let found = ctx.txn.update(key, false, |stream: &mut Stream| {
        let mut deleted = false;
        for id in &ids {
            let outcome = stream.delete_with(*id, references);
            deleted |= outcome == Deletion::Deleted;
            reply.int(code(outcome));
        }
        // What is not there may have been referred to all the same.
        let forgot = references == References::Delete;
        ((), if deleted { Some(EVENT) } else { forgot.then_some(Event::SILENT) })
    })?;
    if found.is_none() {
        ids.iter().for_each(|_| reply.int(code(Deletion::NotFound)));
    }
    Ok(())
}

/// The number that stands for what became of an entry.
pub fn code(outcome: Deletion) -> i64 {
    match outcome {
        Deletion::NotFound => -1,
        Deletion::Deleted => 1,
        Deletion::Referenced => 2,
    }
}
