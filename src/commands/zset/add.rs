//! ZADD, ZINCRBY: members and their scores.

use super::members::reply_score;
use crate::commands::prelude::*;
use crate::types::zset::SortedSet;
use smallvec::SmallVec;

pub const ZADD: Command = Command::new("zadd", -4, zadd)
    .flags(WRITE.or(DENYOOM).or(FAST))
    .acl(Acl::SORTED_SET)
    .keys(&[KeySpec::one(1, access::RW | access::UPDATE)])
    .group("sorted-set")
    .since("1.2.0")
    .complexity(
        "O(log(N)) for each item added, where N is the number of elements in the sorted set.",
    )
    .syntax("key [NX|XX] [GT|LT] [CH] [INCR] score member [score member ...]")
    .summary(
        "Adds one or more members to a sorted set, or updates their scores. Creates the key if it \
         doesn't exist.",
    );

fn zadd(ctx: &mut Ctx<'_>, args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    add(ctx, args, Options::default(), reply)
}

pub const ZINCRBY: Command = Command::new("zincrby", 4, zincrby)
    .flags(WRITE.or(DENYOOM).or(FAST))
    .acl(Acl::SORTED_SET)
    .keys(&[KeySpec::one(1, access::RW | access::ACCESS | access::UPDATE)])
    .group("sorted-set")
    .since("1.2.0")
    .complexity("O(log(N)) where N is the number of elements in the sorted set.")
    .syntax("key increment member")
    .summary("Increments the score of a member in a sorted set.");

/// It is ZADD with `INCR` from beginning to end: as in Redis an option where the increment should
/// be is no wrong number, but one argument too few.
fn zincrby(ctx: &mut Ctx<'_>, args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    add(ctx, args, Options { incr: true, ..Options::default() }, reply)
}

/// Gives members their scores, and answers how many are new (with `CH`, or have changed), or the
/// score of the only one with `INCR`.
fn add(
    ctx: &mut Ctx<'_>,
    mut args: Args<'_>,
    mut options: Options,
    reply: &mut Reply<'_>,
) -> Result {
    let key = args.key()?;
    options.read(&mut args);
    if args.is_empty() || !args.remaining().is_multiple_of(2) {
        return Err(Error::Syntax);
    }
    options.check(args.remaining() / 2)?;
    // One is what most clients send.
    let mut members: SmallVec<[(f64, &[u8]); 1]> = SmallVec::new();
    while !args.is_empty() {
        members.push((args.float()?, args.bytes()?));
    }
    let limits = ctx.limits();
    let name = if options.incr { "zincr" } else { "zadd" };
    let outcome = ctx.txn.update(key, !options.xx, |zset: &mut SortedSet| {
        zset.expect(members.len(), &limits);
        let mut outcome = Outcome::default();
        for (given, member) in &members {
            let update = zset.update(member, &limits, |before| {
                outcome.score = options.decide(before, *given)?;
                Ok(outcome.score)
            });
            match update {
                Ok(update) => {
                    outcome.added += usize::from(update.added());
                    outcome.changed += usize::from(update.changed());
                }
                Err(error) => return (Err(error), None),
            }
        }
        (Ok(outcome), (outcome.changed > 0).then_some(Event::zset(name)))
    })?;
    // Without a key XX leaves nothing to do.
    let outcome = outcome.unwrap_or(Ok(Outcome::default()))?;
    match options {
        Options { incr: true, .. } => reply_score(reply, outcome.score),
        Options { ch: true, .. } => reply.count(outcome.changed),
        _ => reply.count(outcome.added),
    }
    Ok(())
}

/// What came of it.
#[derive(Clone, Copy, Default)]
struct Outcome {
    added: usize,
    /// Members added, and members whose score is another.
    changed: usize,
    /// The last member's score, none if the options forbade to touch it.
    score: Option<f64>,
}

#[derive(Clone, Copy, Default)]
struct Options {
    nx: bool,
    xx: bool,
    gt: bool,
    lt: bool,
    ch: bool,
    incr: bool,
}

impl Options {
    /// Reads options up to the first score.
    fn read(&mut self, args: &mut Args<'_>) {
        // Of all scores only the infinite ones begin with a letter.
        while args.peek().is_some_and(|word| word.first().is_some_and(u8::is_ascii_alphabetic)) {
            let mut ahead = *args;
            match ahead.keyword().as_str() {
                "nx" => self.nx = true,
                "xx" => self.xx = true,
                "gt" => self.gt = true,
                "lt" => self.lt = true,
                "ch" => self.ch = true,
                "incr" => self.incr = true,
                _ => break,
            }
            *args = ahead;
        }
    }

    /// Whether they go together, and with so many members.
    fn check(&self, members: usize) -> Result {
        let Options { nx, xx, gt, lt, .. } = *self;
        if nx && xx {
            return Err(Error::msg("XX and NX options at the same time are not compatible"));
        }
        if (nx && (gt || lt)) || (gt && lt) {
            let text = "GT, LT, and/or NX options at the same time are not compatible";
            return Err(Error::msg(text));
        }
        if self.incr && members > 1 {
            return Err(Error::msg("INCR option supports a single increment-element pair"));
        }
        Ok(())
    }

    /// The score of a member that had the score `before`, for which `given` is given; none if
    /// the options forbid to touch it.
    fn decide(&self, before: Option<f64>, given: f64) -> Result<Option<f64>> {
        let Some(before) = before else {
            return Ok((!self.xx).then_some(given));
        };
        if self.nx {
            return Ok(None);
        }
        let score = if self.incr { before + given } else { given };
        if score.is_nan() {
            return Err(Error::msg("resulting score is not a number (NaN)"));
        }
        let forbidden = (self.gt && score <= before) || (self.lt && score >= before);
        Ok((!forbidden).then_some(score))
    }
}
