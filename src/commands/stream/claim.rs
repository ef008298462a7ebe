//! XCLAIM, XAUTOCLAIM: a consumer takes over what is pending for others.

use super::entries::{reply_entries, reply_entry};
use super::forms::{log_pending, log_position};
use super::id::{self, reply_id, reply_ids};
use super::lookup::{require_group, see_consumer};
use crate::commands::prelude::*;
use crate::types::stream::{AutoClaimed, Claim, Claimed, Stream, StreamId};
use crate::util::number;
use smallvec::SmallVec;

pub const XCLAIM: Command = Command::new("xclaim", -6, xclaim)
    .flags(WRITE.or(FAST))
    .acl(Acl::STREAM)
    .keys(&[KeySpec::one(1, access::RW | access::UPDATE)])
    .group("stream")
    .since("5.0.0")
    .complexity("O(log N) with N being the number of messages in the PEL of the consumer group.")
    .syntax(
        "key group consumer min-idle-time id [id ...] [IDLE ms] [TIME unix-time-milliseconds] \
         [RETRYCOUNT count] [FORCE] [JUSTID] [LASTID lastid]",
    )
    .summary(
        "Changes, or acquires, ownership of a message in a consumer group, as if the message was \
         delivered to a consumer group member.",
    )
    .tips(&["nondeterministic_output"]);

/// Where there is no group, nothing else is complained about.
fn xclaim(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let (key, group, consumer) = (args.key()?, args.bytes()?, args.bytes()?);
    require_group(&ctx.txn, key, group)?;
    let min_idle_ms = int_or(&mut args, "Invalid min-idle-time argument for XCLAIM")?.max(0);
    let mut ids: SmallVec<[StreamId; 4]> = SmallVec::new();
    while id::comes_next(&args) {
        ids.push(id::id(&mut args)?);
    }
    let now_ms = ctx.now_ms();
    let options = ClaimOptions::parse(args, now_ms)?;
    let claim = Claim {
        group,
        consumer,
        min_idle_ms,
        now_ms,
        delivered_at_ms: options.delivered_at_ms,
        deliveries: options.deliveries,
        just_id: options.just_id,
        force: options.force,
    };
    see_consumer(ctx, key, group, consumer)?;
    let mut advanced = false;
    let mut changed: SmallVec<[StreamId; 4]> = SmallVec::new();
    ctx.txn.update(key, false, |stream: &mut Stream| {
        advanced = advance(stream, group, options.last_id);
        let list = reply.defer();
        let mut count = 0;
        for id in &ids {
            let claimed = stream.claim(*id, &claim);
            if matches!(claimed, Some(Claimed::Yes | Claimed::Gone)) {
                changed.push(*id);
            }
            if claimed != Some(Claimed::Yes) {
                continue;
            }
            match stream.get(*id).filter(|_| !claim.just_id) {
                Some(entry) => reply_entry(reply, entry),
                None => reply_id(reply, *id),
            }
            count += 1;
        }
        reply.end_array(list, count);
        ((), (advanced || !changed.is_empty()).then_some(Event::SILENT))
    })?;
    log_pending(ctx, key, group, &changed);
    if advanced {
        log_position(ctx, key, group);
    }
    Ok(())
}

/// Moves a group on to a later ID. Returns whether it was not as far before.
fn advance(stream: &mut Stream, group: &[u8], to: StreamId) -> bool {
    let Some(group) = stream.group_mut(group).filter(|group| to > group.last_id()) else {
        return false;
    };
    group.set_position(to, group.entries_read());
    true
}

struct ClaimOptions {
    delivered_at_ms: i64,
    deliveries: Option<u64>,
    force: bool,
    just_id: bool,
    last_id: StreamId,
}

impl ClaimOptions {
    fn parse(mut args: Args<'_>, now_ms: i64) -> Result<ClaimOptions> {
        let mut options = ClaimOptions {
            delivered_at_ms: now_ms,
            deliveries: None,
            force: false,
            just_id: false,
            last_id: StreamId::MIN,
        };
        while let Some(given) = args.peek() {
            let word = args.keyword();
            match (word.as_str(), args.is_empty()) {
                ("force", _) => options.force = true,
                ("justid", _) => options.just_id = true,
                ("idle", false) => {
                    let idle_ms = int_or(&mut args, "Invalid IDLE option argument for XCLAIM")?;
                    options.delivered_at_ms = now_ms.saturating_sub(idle_ms);
                }
                ("time", false) => {
                    let at_ms = int_or(&mut args, "Invalid TIME option argument for XCLAIM")?;
                    options.delivered_at_ms = at_ms;
                }
                ("retrycount", false) => {
                    let count = int_or(&mut args, "Invalid RETRYCOUNT option argument for XCLAIM")?;
                    options.deliveries = u64::try_from(count).ok();
                }
                ("lastid", false) => options.last_id = id::id(&mut args)?,
                _ => {
                    let given = String::from_utf8_lossy(given);
                    return Err(Error::msg(format!("Unrecognized XCLAIM option '{given}'")));
                }
            }
        }
        // A client's clock may be off. That is no reason to refuse what it asks for.
        if !(0..=now_ms).contains(&options.delivered_at_ms) {
            options.delivered_at_ms = now_ms;
        }
        Ok(options)
    }
}

pub const XAUTOCLAIM: Command = Command::new("xautoclaim", -6, xautoclaim)
    .flags(WRITE.or(FAST))
    .acl(Acl::STREAM)
    .keys(&[KeySpec::one(1, access::RW | access::DELETE)])
    .group("stream")
    .since("6.2.0")
    .complexity("O(1) if COUNT is small.")
    .syntax("key group consumer min-idle-time start [COUNT count] [JUSTID]")
    .summary(
        "Changes, or acquires, ownership of messages in a consumer group, as if the messages were \
         delivered to a consumer group member.",
    )
    .tips(&["nondeterministic_output"]);

fn xautoclaim(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let (key, group, consumer) = (args.key()?, args.bytes()?, args.bytes()?);
    let min_idle_ms = int_or(&mut args, "Invalid min-idle-time argument for XAUTOCLAIM")?.max(0);
    let start = id::range_start(args.bytes()?)?;
    let (mut count, mut just_id) = (100, false);
    while !args.is_empty() {
        match args.keyword().as_str() {
            "count" => count = auto_count(&mut args)?,
            "justid" => just_id = true,
            _ => return Err(Error::Syntax),
        }
    }
    require_group(&ctx.txn, key, group)?;
    see_consumer(ctx, key, group, consumer)?;
    let now_ms = ctx.now_ms();
    let claim = Claim {
        group,
        consumer,
        min_idle_ms,
        now_ms,
        delivered_at_ms: now_ms,
        deliveries: None,
        just_id,
        force: false,
    };
    let done = ctx.txn.update(key, false, |stream: &mut Stream| {
        let done = stream.auto_claim(start, count, &claim).unwrap_or_default();
        reply_auto_claimed(reply, stream, &done, just_id);
        let changed = !done.claimed.is_empty() || !done.gone.is_empty();
        (done, changed.then_some(Event::SILENT))
    })?;
    let done = done.unwrap_or_default();
    log_pending(ctx, key, group, &done.claimed);
    log_pending(ctx, key, group, &done.gone);
    Ok(())
}

fn reply_auto_claimed(reply: &mut Reply<'_>, stream: &Stream, done: &AutoClaimed, just_id: bool) {
    reply.array(3);
    reply_id(reply, done.next);
    if just_id {
        reply_ids(reply, &done.claimed);
    } else {
        reply_entries(reply, done.claimed.iter().filter_map(|id| stream.get(*id)));
    }
    reply_ids(reply, &done.gone);
}

/// Reads how many entries XAUTOCLAIM may claim.
fn auto_count(args: &mut Args<'_>) -> Result<usize> {
    /// Redis's limit: so many IDs have to fit into its memory.
    const MOST: usize = i64::MAX as usize / size_of::<StreamId>();
    const COMPLAINT: &str = "COUNT must be > 0";
    let count = args.positive(COMPLAINT)?;
    if count <= MOST { Ok(count) } else { Err(Error::msg(COMPLAINT)) }
}

/// The next argument as an integer; anything else fails with `complaint`.
fn int_or(args: &mut Args<'_>, complaint: &'static str) -> Result<i64> {
    number::parse_i64(args.bytes()?).ok_or(Error::msg(complaint))
}
