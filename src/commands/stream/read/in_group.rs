//! XREADGROUP.

use super::{InGroup, Request, Served};
use crate::commands::prelude::*;
use crate::commands::stream::entries::{reply_entry, reply_parts};
use crate::commands::stream::forms::{log_pending, log_position};
use crate::commands::stream::id::{self, reply_id};
use crate::commands::stream::lookup::{peek_group, see_consumer};
use crate::types::Type;
use crate::types::stream::{Entry, Read, Stream, StreamId};
use smallvec::SmallVec;

pub const XREADGROUP: Command = Command::new("xreadgroup", -7, xreadgroup)
    .flags(WRITE.or(BLOCKING))
    .acl(Acl::STREAM)
    .keys(&[KeySpec::half_after("STREAMS", 4, access::RO | access::ACCESS).names("GROUP", 2)])
    .group("stream")
    .since("5.0.0")
    .complexity(
        "For each stream mentioned: O(M) with M being the number of elements returned. If M is \
         constant (e.g. always asking for the first 10 elements with COUNT), you can consider it \
         O(1). On the other side when XREADGROUP blocks, XADD will pay the O(N) time in order to \
         serve the N clients blocked on the stream getting new data.",
    )
    .syntax(
        "GROUP group consumer [COUNT count] [BLOCK milliseconds] [CLAIM min-idle-time] [NOACK] \
         STREAMS key [key ...] id [id ...]",
    )
    .summary(
        "Returns new or historical messages from a stream for a consumer in a group. Blocks until \
         a message is available otherwise.",
    );

/// A client that waits is answered also when a group is gone, so all groups are looked at each
/// time. The consumer is there from the first time on.
fn xreadgroup(ctx: &mut Ctx<'_>, args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let request = Request::parse(args, "xreadgroup", ctx.now_ms())?;
    let group = request.group.unwrap_or_default();
    let mut sources: SmallVec<[(Key<'_>, Source); 2]> = SmallVec::new();
    for (key, id) in request.streams() {
        if !ctx.may_take(key) {
            continue;
        }
        if peek_group(&ctx.txn, key, group.name)?.is_none() {
            return Err(no_group(key, group.name));
        }
        sources.push((key, Source::parse(id)?));
    }
    let mut served = Served::begin(reply);
    for (key, source) in sources {
        see_consumer(ctx, key, group.name, group.consumer)?;
        served.stream(reply, key, |reply| serve(ctx, reply, key, source, group, request.count))?;
    }
    if served.end(reply) {
        return Ok(());
    }
    if !request.blocks {
        reply.null_array();
        return Ok(());
    }
    let again_ms = group.claim_ms.map(|idle_ms| claims_from(ctx, &request, idle_ms));
    let block = Block {
        keys: request.keys.into_iter().collect(),
        kind: Type::Stream,
        even_if_gone: true,
        until_ms: request.until_ms,
        in_vain: InVain::NullArray,
        instead: Vec::new(),
    };
    ctx.block_for_time(block, again_ms, reply)
}

/// When there may be something to claim, Unix time in milliseconds: once what was delivered
/// longest ago has been idle for long enough, and no later than what is delivered from now on
/// will have been. Soon, where not all streams can be looked at now.
fn claims_from(ctx: &Ctx<'_>, request: &Request<'_>, idle_ms: i64) -> i64 {
    /// So often at most it is looked whether there is.
    const LEAST_PAUSE_MS: i64 = 10;
    let now_ms = ctx.now_ms();
    let soon_ms = now_ms.saturating_add(LEAST_PAUSE_MS);
    if !request.keys.iter().all(|key| ctx.may_take(*key)) {
        return soon_ms;
    }
    let name = request.group.unwrap_or_default().name;
    let groups = request.keys.iter().filter_map(|key| peek_group(&ctx.txn, *key, name).ok()?);
    let oldest = groups.filter_map(|group| group.pending_by_time().next());
    let oldest_ms = oldest.map(|(_, nack)| nack.delivered_at_ms()).min().unwrap_or(now_ms);
    oldest_ms.min(now_ms).saturating_add(idle_ms).max(soon_ms)
}

/// Which entries are asked for.
#[derive(Clone, Copy)]
enum Source {
    /// `>`: those that nobody in the group has read yet.
    New,
    /// Those behind an ID that are pending for the consumer.
    Pending(StreamId),
}

impl Source {
    fn parse(id: &[u8]) -> Result<Source> {
        match id {
            b">" => Ok(Source::New),
            b"$" | b"+" => {
                let id = String::from_utf8_lossy(id);
                Err(Error::msg(format!(
                    "The {id} ID is meaningless in the context of XREADGROUP: you want to read the \
                     history of this consumer by specifying a proper ID, or use the > ID to get \
                     new messages. The {id} ID would just return an empty result set."
                )))
            }
            _ => id::parse(id, 0).map(Source::Pending).ok_or(Error::msg(id::INVALID)),
        }
    }
}

/// Writes a stream's entries for the consumer, and delivers them by that. Returns whether the
/// stream has an answer: a consumer's history always is one.
fn serve(
    ctx: &mut Ctx<'_>,
    reply: &mut Reply<'_>,
    key: Key<'_>,
    source: Source,
    group: InGroup<'_>,
    count: usize,
) -> Result<bool> {
    let InGroup { name, consumer, no_ack, claim_ms } = group;
    let read = Read { group: name, consumer, count, now_ms: ctx.now_ms() };
    let mut deliveries = Deliveries { is_logged: ctx.is_logged(), ..Deliveries::default() };
    let answered = ctx.txn.update(key, false, |stream: &mut Stream| {
        let list = reply.defer();
        let (found, event) = match source {
            Source::New => {
                let found = read_new(stream, reply, &read, no_ack, claim_ms, &mut deliveries);
                (found, (found > 0 || deliveries.has_gone).then_some(Event::SILENT))
            }
            Source::Pending(after) => {
                (read_pending(stream, reply, &read, after, &mut deliveries), None)
            }
        };
        reply.end_array(list, found);
        (found > 0 || matches!(source, Source::Pending(_)), event)
    })?;
    log_pending(ctx, key, name, &deliveries.ids);
    if deliveries.has_advanced {
        log_position(ctx, key, name);
    }
    Ok(answered.unwrap_or(false))
}

/// What the log is told of a read.
#[derive(Default)]
struct Deliveries {
    /// Whether it is told anything.
    is_logged: bool,
    /// The entries whose delivery has changed.
    ids: Vec<StreamId>,
    /// Whether entries are no longer pending, as they are gone.
    has_gone: bool,
    /// Whether the group has read on.
    has_advanced: bool,
}

impl Deliveries {
    fn add(&mut self, id: StreamId) {
        if self.is_logged {
            self.ids.push(id);
        }
    }
}

/// Writes what is to be claimed, if any is, and then what is new. Returns how many entries.
fn read_new(
    stream: &mut Stream,
    reply: &mut Reply<'_>,
    read: &Read<'_>,
    no_ack: bool,
    claim_ms: Option<i64>,
    deliveries: &mut Deliveries,
) -> usize {
    let mut claimed = 0;
    if let Some(min_idle_ms) = claim_ms {
        let done = stream.read_idle(read, min_idle_ms, |entry, idle_ms, times| {
            deliveries.add(entry.id);
            reply_claimable(reply, entry, idle_ms, times);
        });
        let done = done.unwrap_or_default();
        deliveries.has_gone = !done.gone.is_empty();
        done.gone.iter().for_each(|id| deliveries.add(*id));
        claimed = done.delivered;
    }
    let rest = Read { count: read.count.saturating_sub(claimed), ..*read };
    let new = stream.read_new(&rest, no_ack, |entry| {
        if !no_ack {
            deliveries.add(entry.id);
        }
        match claim_ms {
            Some(_) => reply_claimable(reply, entry, 0, 0),
            None => reply_entry(reply, entry),
        }
    });
    let new = new.unwrap_or(0);
    deliveries.has_advanced = new > 0;
    claimed + new
}

/// Writes an entry with how long ago it was delivered before, and how often.
fn reply_claimable(reply: &mut Reply<'_>, entry: Entry<'_>, idle_ms: i64, times: u64) {
    reply.array(4);
    reply_parts(reply, entry);
    reply.int(idle_ms);
    reply.int(times as i64);
}

/// Writes the consumer's history; of an entry that is gone, its ID. Returns how many entries.
fn read_pending(
    stream: &mut Stream,
    reply: &mut Reply<'_>,
    read: &Read<'_>,
    after: StreamId,
    deliveries: &mut Deliveries,
) -> usize {
    let found = stream.read_pending(read, after, |id, entry| match entry {
        Some(entry) => {
            deliveries.add(id);
            reply_entry(reply, entry);
        }
        None => {
            reply.array(2);
            reply_id(reply, id);
            reply.null_array();
        }
    });
    found.unwrap_or(0)
}

fn no_group(key: Key<'_>, group: &[u8]) -> Error {
    let (key, group) = (String::from_utf8_lossy(key.name), String::from_utf8_lossy(group));
    Error::coded(format!(
        "NOGROUP No such key '{key}' or consumer group '{group}' in XREADGROUP with GROUP option"
    ))
}
