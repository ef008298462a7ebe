//! XPENDING.

use super::id::{self, reply_id};
use super::lookup::no_group;
use crate::commands::prelude::*;
use crate::types::stream::{Group, Nack, Stream, StreamId};
use std::ops::RangeInclusive;

pub const XPENDING: Command = Command::new("xpending", -3, xpending)
    .flags(READONLY)
    .acl(Acl::STREAM)
    .keys(&[KeySpec::one(1, access::RO | access::ACCESS)])
    .group("stream")
    .since("5.0.0")
    .complexity(
        "O(N) with N being the number of elements returned, so asking for a small fixed number of \
         entries per call is O(1). O(M), where M is the total number of entries scanned when used \
         with the IDLE filter. When the command returns just the summary and the list of \
         consumers is small, it runs in O(1) time; otherwise, an additional O(N) time for \
         iterating every consumer.",
    )
    .syntax("key group [[IDLE min-idle-time] start end count [consumer]]")
    .summary(
        "Returns the information and entries from a stream consumer group's pending entries list.",
    )
    .tips(&["nondeterministic_output"]);

fn xpending(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let (key, name) = (args.key()?, args.bytes()?);
    let filters = if args.is_empty() { None } else { Some(Filters::parse(args)?) };
    let now_ms = ctx.now_ms();
    let stream = ctx.txn.read::<Stream>(key)?;
    let group = stream.and_then(|stream| stream.group(name));
    let group = group.ok_or_else(|| no_group(key, name))?;
    match filters {
        None => reply_summary(reply, group),
        Some(filters) => filters.reply_entries(reply, group, now_ms),
    }
    Ok(())
}

/// Which entries are asked for.
struct Filters<'a> {
    min_idle_ms: i64,
    ids: RangeInclusive<StreamId>,
    count: usize,
    consumer: Option<&'a [u8]>,
}

impl<'a> Filters<'a> {
    /// Reads `[IDLE min-idle-time] start end count [consumer]`. As in Redis up to two arguments
    /// more are ignored, one behind `IDLE`, and the count is looked at before the range.
    fn parse(mut args: Args<'a>) -> Result<Filters<'a>> {
        if !(3..=6).contains(&args.remaining()) {
            return Err(Error::Syntax);
        }
        let min_idle_ms = if args.word("idle") { args.int()? } else { 0 };
        if args.remaining() < 3 {
            return Err(Error::Syntax);
        }
        let (start, end) = (args.bytes()?, args.bytes()?);
        let count = usize::try_from(args.int()?).unwrap_or(0);
        let ids = id::range(start, end)?;
        Ok(Filters { min_idle_ms, ids, count, consumer: args.bytes().ok() })
    }

    fn reply_entries(self, reply: &mut Reply<'_>, group: &Group, now_ms: i64) {
        let list = reply.defer();
        let mut count = 0;
        let is_idle =
            |nack: &Nack| self.min_idle_ms == 0 || nack.idle_ms(now_ms) >= self.min_idle_ms;
        let mut emit = |(id, nack): (StreamId, &Nack)| {
            reply.array(4);
            reply_id(reply, id);
            reply.bulk(nack.consumer());
            reply.int(nack.idle_ms(now_ms));
            reply.int(nack.deliveries() as i64);
            count += 1;
        };
        match self.consumer {
            None => {
                let all = group.pending(self.ids).filter(|(_, nack)| is_idle(nack));
                all.take(self.count).for_each(&mut emit);
            }
            Some(consumer) => {
                let own = group.pending_of(consumer, self.ids).filter(|(_, nack)| is_idle(nack));
                own.take(self.count).for_each(&mut emit);
            }
        }
        reply.end_array(list, count);
    }
}

/// How many entries are pending, between which IDs, and how many for whom.
fn reply_summary(reply: &mut Reply<'_>, group: &Group) {
    reply.array(4);
    reply.count(group.pending_len());
    let mut pending = group.pending(StreamId::MIN..=StreamId::MAX);
    let Some((first, _)) = pending.next() else {
        reply.null();
        reply.null();
        reply.null_array();
        return;
    };
    let last = pending.next_back().map_or(first, |(id, _)| id);
    reply_id(reply, first);
    reply_id(reply, last);
    let list = reply.defer();
    let mut count = 0;
    for (name, consumer) in group.consumers().filter(|(_, consumer)| consumer.pending_len() > 0) {
        reply.array(2);
        reply.bulk(name);
        reply.bulk_int(consumer.pending_len() as i64);
        count += 1;
    }
    reply.end_array(list, count);
}
