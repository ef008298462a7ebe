//! XACK, XACKDEL.

use super::delete::code;
use super::references::Deletions;
use super::{id, lookup};
use crate::commands::prelude::*;
use crate::types::stream::{Deletion, Stream};

pub const XACK: Command = Command::new("xack", -4, xack)
    .flags(WRITE.or(FAST))
    .acl(Acl::STREAM)
    .keys(&[KeySpec::one(1, access::RW | access::UPDATE)])
    .group("stream")
    .since("5.0.0")
    .complexity("O(1) for each message ID processed.")
    .syntax("key group id [id ...]")
    .summary(
        "Returns the number of messages that were successfully acknowledged by the consumer group \
         member of a stream.",
    );

/// Where there is no group, no ID is looked at.
fn xack(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let (key, group) = (args.key()?, args.bytes()?);
    if lookup::peek_group(&ctx.txn, key, group)?.is_none() {
        reply.int(0);
        return Ok(());
    }
    let ids = id::ids(&mut args)?;
    let acked = ctx.txn.update(key, false, |stream: &mut Stream| {
        let acked = match stream.group_mut(group) {
            Some(group) => ids.iter().filter(|id| group.ack(**id)).count(),
            None => 0,
        };
        (acked, (acked > 0).then_some(Event::SILENT))
    })?;
    reply.count(acked.unwrap_or(0));
    Ok(())
}

pub const XACKDEL: Command = Command::new("xackdel", -6, xackdel)
    .flags(WRITE.or(FAST))
    .acl(Acl::STREAM)
    .keys(&[KeySpec::one(1, access::RW | access::UPDATE | access::DELETE)])
    .group("stream")
    .since("8.2.0")
    .complexity("O(1) for each entry ID processed.")
    .syntax("key group [KEEPREF|DELREF|ACKED] IDS numids id [id ...]")
    .summary(
        "Acknowledges and conditionally deletes one or multiple entries for a stream consumer group.",
    );

fn xackdel(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let (key, group) = (args.key()?, args.bytes()?);
    let Deletions { references, ids } = Deletions::parse(args)?;
    reply.array(ids.len());
    let found = ctx.txn.update(key, false, |stream: &mut Stream| {
        let mut event = None;
        for id in &ids {
            if !stream.group_mut(group).is_some_and(|group| group.ack(*id)) {
                reply.int(code(Deletion::NotFound));
                continue;
            }
            let outcome = stream.delete_with(*id, references);
            match outcome {
                Deletion::Deleted => event = Some(Event::stream("xdel")),
                Deletion::NotFound | Deletion::Referenced => event = event.or(Some(Event::SILENT)),
            }
            // An entry that was gone already counts as deleted: it was pending here.
            reply.int(code(if outcome == Deletion::NotFound {
                Deletion::Deleted
            } else {
                outcome
            }));
        }
        ((), event)
    })?;
    if found.is_none() {
        ids.iter().for_each(|_| reply.int(code(Deletion::NotFound)));
    }
    Ok(())
}
