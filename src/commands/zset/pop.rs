//! ZPOPMIN, ZPOPMAX, ZMPOP, and BZPOPMIN, BZPOPMAX, BZMPOP, which wait for something to pop.

use super::members::{Member, Scores, reply_members};
use crate::commands::element::reply_element;
use crate::commands::pop_request::PopRequest;
use crate::commands::prelude::*;
use crate::engine::blocking::timeout_seconds;
use crate::types::Type;
use crate::types::zset::SortedSet;

pub const ZPOPMIN: Command = Command::new("zpopmin", -2, zpopmin)
    .flags(WRITE.or(FAST))
    .acl(Acl::SORTED_SET)
    .keys(&[KeySpec::one(1, POPPED)])
    .group("sorted-set")
    .since("5.0.0")
    .complexity(POP_COMPLEXITY)
    .syntax("key [count]")
    .summary(
        "Returns the lowest-scoring members from a sorted set after removing them. Deletes the \
         sorted set if the last member was popped.",
    );

/// What all of them do to their keys.
const POPPED: u16 = access::RW | access::ACCESS | access::DELETE;

const POP_COMPLEXITY: &str = "O(log(N)*M) with N being the number of elements in the sorted set, \
    and M being the number of elements popped.";

fn zpopmin(ctx: &mut Ctx<'_>, args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    pop_counted(ctx, args, End::Min, reply)
}

pub const ZPOPMAX: Command = Command::new("zpopmax", -2, zpopmax)
    .flags(WRITE.or(FAST))
    .acl(Acl::SORTED_SET)
    .keys(&[KeySpec::one(1, POPPED)])
    .group("sorted-set")
    .since("5.0.0")
    .complexity(POP_COMPLEXITY)
    .syntax("key [count]")
    .summary(
        "Returns the highest-scoring members from a sorted set after removing them. Deletes the \
         sorted set if the last member was popped.",
    );

fn zpopmax(ctx: &mut Ctx<'_>, args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    pop_counted(ctx, args, End::Max, reply)
}

/// Without a count RESP3, too, gets the member and its score in one array.
fn pop_counted(ctx: &mut Ctx<'_>, mut args: Args<'_>, end: End, reply: &mut Reply<'_>) -> Result {
    let key = args.key()?;
    let (mut count, mut scores) = (1, Scores::Flat);
    if args.remaining() > 1 {
        return Err(Error::Syntax);
    }
    if !args.is_empty() {
        count = args.nonnegative().map_err(|_| Error::NotPositive)?;
        scores = Scores::with(true, reply);
    }
    let popped = pop(ctx, key, end, count, |len, members| {
        reply_members(reply, scores, len, members);
    })?;
    if !popped {
        reply.array(0);
    }
    Ok(())
}

pub const ZMPOP: Command = Command::new("zmpop", -4, zmpop)
    .flags(WRITE)
    .acl(Acl::SORTED_SET)
    .keys(&[KeySpec::counted(1, 1, POPPED)])
    .group("sorted-set")
    .since("7.0.0")
    .complexity(MPOP_COMPLEXITY)
    .syntax("numkeys key [key ...] <MIN|MAX> [COUNT count]")
    .summary(
        "Returns the highest- or lowest-scoring members from one or more sorted sets after \
         removing them. Deletes the sorted set if the last member was popped.",
    );

const MPOP_COMPLEXITY: &str = "O(K) + O(M*log(N)) where K is the number of provided keys, N being \
    the number of elements in the sorted set, and M being the number of elements popped.";

fn zmpop(ctx: &mut Ctx<'_>, args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let request = Request::parse(args, end)?;
    for &key in &request.keys {
        if pop_nested(ctx, &request, key, reply)? {
            return Ok(());
        }
    }
    reply.null_array();
    Ok(())
}

pub const BZMPOP: Command = Command::new("bzmpop", -5, bzmpop)
    .flags(WRITE.or(BLOCKING))
    .acl(Acl::SORTED_SET)
    .keys(&[KeySpec::counted(2, 1, POPPED)])
    .group("sorted-set")
    .since("7.0.0")
    .complexity(MPOP_COMPLEXITY)
    .syntax("timeout numkeys key [key ...] <MIN|MAX> [COUNT count]")
    .summary(
        "Removes and returns a member by score from one or more sorted sets. Blocks until a \
         member is available otherwise. Deletes the sorted set if the last element was popped.",
    );

/// The timeout comes first and is read last, as in Redis.
fn bzmpop(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let mut timeout = args;
    args.arg()?;
    let request = Request::parse(args, end)?;
    let until_ms = timeout_seconds(&mut timeout, ctx.now_ms())?;
    for &key in &request.keys {
        if ctx.may_take(key) && pop_nested(ctx, &request, key, reply)? {
            return Ok(());
        }
    }
    wait(ctx, request.keys, until_ms, reply)
}

pub const BZPOPMIN: Command = Command::new("bzpopmin", -3, bzpopmin)
    .flags(WRITE.or(BLOCKING).or(FAST))
    .acl(Acl::SORTED_SET)
    .keys(&[KeySpec::range(1, -2, 1, POPPED)])
    .group("sorted-set")
    .since("5.0.0")
    .complexity("O(log(N)) with N being the number of elements in the sorted set.")
    .syntax("key [key ...] timeout")
    .summary(
        "Removes and returns the member with the lowest score from one or more sorted sets. \
         Blocks until a member is available otherwise. Deletes the sorted set if the last element \
         was popped.",
    );

fn bzpopmin(ctx: &mut Ctx<'_>, args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    pop_or_wait(ctx, args, End::Min, reply)
}

pub const BZPOPMAX: Command = Command::new("bzpopmax", -3, bzpopmax)
    .flags(WRITE.or(BLOCKING).or(FAST))
    .acl(Acl::SORTED_SET)
    .keys(&[KeySpec::range(1, -2, 1, POPPED)])
    .group("sorted-set")
    .since("5.0.0")
    .complexity("O(log(N)) with N being the number of elements in the sorted set.")
    .syntax("key [key ...] timeout")
    .summary(
        "Removes and returns the member with the highest score from one or more sorted sets. \
         Blocks until a member is available otherwise. Deletes the sorted set if the last element \
         was popped.",
    );

fn bzpopmax(ctx: &mut Ctx<'_>, args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    pop_or_wait(ctx, args, End::Max, reply)
}

/// Answers with `[key, member, score]`.
fn pop_or_wait(ctx: &mut Ctx<'_>, mut args: Args<'_>, end: End, reply: &mut Reply<'_>) -> Result {
    let keys = args.keys(args.remaining().saturating_sub(1))?;
    let until_ms = timeout_seconds(&mut args, ctx.now_ms())?;
    for &key in &keys {
        let popped = ctx.may_take(key)
            && pop(ctx, key, end, 1, |_, members| {
                for (member, score) in members {
                    reply.array(3);
                    reply.bulk(key.name);
                    reply_element(reply, member);
                    reply.double(score);
                }
            })?;
        if popped {
            ctx.log_as(&[end.pop_name(), key.name]);
            return Ok(());
        }
    }
    wait(ctx, keys, until_ms, reply)
}

fn wait<'a>(
    ctx: &mut Ctx<'_>,
    keys: impl IntoIterator<Item = Key<'a>>,
    until_ms: Option<i64>,
    reply: &mut Reply<'_>,
) -> Result {
    let block = Block::until_filled(Type::SortedSet, keys, until_ms, InVain::NullArray);
    ctx.block(block, reply)
}

/// What ZMPOP and BZMPOP ask for.
type Request<'a> = PopRequest<'a, End>;

/// Answers with `[key, [[member, score], …]]`, if there is such a key.
fn pop_nested(
    ctx: &mut Ctx<'_>,
    request: &Request<'_>,
    key: Key<'_>,
    reply: &mut Reply<'_>,
) -> Result<bool> {
    let mut count = 0;
    let popped = pop(ctx, key, request.end, request.count, |len, members| {
        reply.array(2);
        reply.bulk(key.name);
        reply_members(reply, Scores::Nested, len, members);
        count = len;
    })?;
    if popped {
        let mut digits = itoa::Buffer::new();
        ctx.log_as(&[request.end.pop_name(), key.name, digits.format(count).as_bytes()]);
    }
    Ok(popped)
}

/// Where members are taken from.
#[derive(Clone, Copy)]
enum End {
    Min,
    Max,
}

impl End {
    /// The command that pops from this end, for the log.
    fn pop_name(self) -> &'static [u8] {
        match self {
            End::Min => b"ZPOPMIN",
            End::Max => b"ZPOPMAX",
        }
    }
}

/// Reads `MIN` or `MAX`.
fn end(args: &mut Args<'_>) -> Result<End> {
    match args.keyword().as_str() {
        "min" => Ok(End::Min),
        "max" => Ok(End::Max),
        _ => Err(Error::Syntax),
    }
}

/// Removes up to `count` members from an end, once `answer` has seen how many they are, and
/// which. Returns whether there is such a key.
fn pop(
    ctx: &mut Ctx<'_>,
    key: Key<'_>,
    end: End,
    count: usize,
    answer: impl FnOnce(usize, &mut dyn Iterator<Item = Member<'_>>),
) -> Result<bool> {
    let event = match end {
        End::Min => Event::zset("zpopmin"),
        End::Max => Event::zset("zpopmax"),
    };
    let found = ctx.txn.update(key, false, |zset: &mut SortedSet| {
        let len = zset.len();
        let count = count.min(len);
        let ranks = match end {
            End::Min => 0..count,
            End::Max => len - count..len,
        };
        let mut members = zset.range(ranks.clone());
        match end {
            End::Min => answer(count, &mut members),
            End::Max => answer(count, &mut members.rev()),
        }
        zset.remove_range(ranks);
        ((), (count > 0).then_some(event))
    })?;
    Ok(found.is_some())
}
