//! XSETID.

use super::{id, lookup};
use crate::commands::prelude::*;
use crate::types::stream::{Stream, StreamId};

pub const XSETID: Command = Command::new("xsetid", -3, xsetid)
    .flags(WRITE.or(DENYOOM).or(FAST))
    .acl(Acl::STREAM)
    .keys(&[KeySpec::one(1, access::RW | access::UPDATE)])
    .group("stream")
    .since("5.0.0")
    .complexity("O(1)")
    .syntax("key last-id [ENTRIESADDED entries-added] [MAXDELETEDID max-deleted-id]")
    .summary("An internal command for replicating stream values.");

fn xsetid(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let key = args.key()?;
    let new = Counters::parse(args)?;
    let stream = lookup::peek(&ctx.txn, key)?.ok_or(Error::NoSuchKey)?;
    new.check(stream)?;
    ctx.txn.update(key, false, |stream: &mut Stream| {
        new.apply(stream);
        ((), Some(Event::stream("xsetid")))
    })?;
    reply.ok();
    Ok(())
}

/// What is to be set.
struct Counters {
    last_id: StreamId,
    entries_added: Option<u64>,
    /// None, or 0-0, leaves it as it is.
    max_deleted_id: Option<StreamId>,
}

impl Counters {
    fn parse(mut args: Args<'_>) -> Result<Counters> {
        let last_id = id::id(&mut args)?;
        let mut new = Counters { last_id, entries_added: None, max_deleted_id: None };
        while !args.is_empty() {
            match args.keyword().as_str() {
                "entriesadded" => {
                    let count = u64::try_from(args.int()?);
                    let count = count.map_err(|_| Error::msg("entries_added must be positive"))?;
                    new.entries_added = Some(count);
                }
                "maxdeletedid" => {
                    let id = id::id(&mut args)?;
                    if last_id < id {
                        return Err(smaller_than("the provided max_deleted_entry_id"));
                    }
                    new.max_deleted_id = Some(id).filter(|id| *id > StreamId::MIN);
                }
                _ => return Err(Error::Syntax),
            }
        }
        Ok(new)
    }

    /// Fails where they contradict the stream.
    fn check(&self, stream: &Stream) -> Result {
        if self.last_id < stream.max_deleted_id() {
            return Err(smaller_than("current max_deleted_entry_id"));
        }
        if stream.iter().next_back().is_some_and(|last| self.last_id < last.id) {
            return Err(smaller_than("the target stream top item"));
        }
        if self.entries_added.is_some_and(|count| count < stream.len()) {
            return Err(Error::msg(
                "The entries_added specified in XSETID is smaller than the target stream length",
            ));
        }
        Ok(())
    }

    fn apply(&self, stream: &mut Stream) {
        stream.set_last_id(self.last_id);
        if let Some(count) = self.entries_added {
            stream.set_entries_added(count);
        }
        if let Some(id) = self.max_deleted_id {
            stream.set_max_deleted_id(id);
        }
    }
}

fn smaller_than(what: &str) -> Error {
    Error::msg(format!("The ID specified in XSETID is smaller than {what}"))
}
