//! XTRIM, and the options that XADD shares with it.

use super::{id, references};
use crate::commands::prelude::*;
use crate::store::Entry;
use crate::types::stream::{References, Stream, Threshold, Trim};
use smallvec::SmallVec;

pub const XTRIM: Command = Command::new("xtrim", -4, xtrim)
    .flags(WRITE)
    .acl(Acl::STREAM)
    .keys(&[KeySpec::one(1, access::RW | access::DELETE)])
    .group("stream")
    .since("5.0.0")
    .complexity(
        "O(N), with N being the number of evicted entries. Constant times are very small however, \
         since entries are organized in macro nodes containing multiple entries that can be \
         released with a single deallocation.",
    )
    .syntax("key <<MAXLEN|MINID> [=|~] threshold [LIMIT count]> [KEEPREF|DELREF|ACKED]")
    .summary("Deletes messages from the beginning of a stream.")
    .tips(&["nondeterministic_output"]);

fn xtrim(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let key = args.key()?;
    let mut options = TrimOptions::default();
    while !args.is_empty() {
        if !options.read(&mut args)? {
            return Err(Error::Syntax);
        }
    }
    let trim = options.settle(ctx)?.ok_or(Error::msg(
        "syntax error, XTRIM must be called with at least one trimming strategy",
    ))?;
    let removed = apply(ctx, key, &trim)?;
    if removed > 0 && trim.approximate {
        let mut digits = itoa::Buffer::new();
        let left = what_is_left(ctx, key, &trim, &mut digits);
        ctx.log_as(&[&[b"XTRIM", key.name], &*left].concat());
    }
    reply.int(removed as i64);
    Ok(())
}

/// Trims the stream at a key. Returns how many entries went.
pub fn apply(ctx: &mut Ctx<'_>, key: Key<'_>, trim: &Trim) -> Result<u64> {
    let removed = ctx.txn.update(key, false, |stream: &mut Stream| {
        let removed = stream.trim(trim);
        (removed, (removed > 0).then_some(Event::stream("xtrim")))
    })?;
    Ok(removed.unwrap_or(0))
}

/// What an approximate trim of the stream at a key has left, as the arguments of an exact one.
/// Those that went are the oldest that might go, whatever the threshold was: their number says
/// which.
pub fn what_is_left<'d>(
    ctx: &Ctx<'_>,
    key: Key<'_>,
    trim: &Trim,
    digits: &'d mut itoa::Buffer,
) -> SmallVec<[&'d [u8]; 4]> {
    let stream = ctx.txn.peek(key).and_then(Entry::get::<Stream>);
    let len = digits.format(stream.map_or(0, Stream::len)).as_bytes();
    let threshold: [&[u8]; 3] = [b"MAXLEN", b"=", len];
    threshold.into_iter().chain(references::keyword(trim.references)).collect()
}

/// `MAXLEN`, `MINID`, `LIMIT`, and what references mean, as far as they were read.
#[derive(Default)]
pub struct TrimOptions {
    threshold: Option<Threshold>,
    approximate: bool,
    limit: Option<u64>,
    references: Option<References>,
}

impl TrimOptions {
    /// Reads the next option, if it is one of these. Without an argument behind it `MAXLEN` is
    /// none: it might be the ID that XADD takes, and is refused as that.
    pub fn read(&mut self, args: &mut Args<'_>) -> Result<bool> {
        let mut after = *args;
        let word = after.keyword();
        match (word.as_str(), after.is_empty()) {
            ("maxlen", false) => {
                self.begin_threshold(&mut after)?;
                let max = u64::try_from(after.int()?);
                let max = max.map_err(|_| Error::msg("The MAXLEN argument must be >= 0."))?;
                self.threshold = Some(Threshold::MaxLen(max));
            }
            ("minid", false) => {
                self.begin_threshold(&mut after)?;
                self.threshold = Some(Threshold::MinId(id::id(&mut after)?));
            }
            ("limit", false) => {
                let limit = u64::try_from(after.int()?);
                self.limit =
                    Some(limit.map_err(|_| Error::msg("The LIMIT argument must be >= 0."))?);
            }
            (word, _) => match references::from_keyword(word) {
                Some(_) if self.references.is_some() => return Err(Error::Syntax),
                Some(given) => self.references = Some(given),
                None => return Ok(false),
            },
        }
        *args = after;
        Ok(true)
    }

    /// Reads what may stand between `MAXLEN` or `MINID` and its threshold.
    fn begin_threshold(&mut self, args: &mut Args<'_>) -> Result {
        if self.threshold.is_some() {
            return Err(Error::msg(
                "syntax error, MAXLEN and MINID options at the same time are not compatible",
            ));
        }
        let has_operator = args.remaining() >= 2;
        self.approximate = has_operator && args.word("~");
        if has_operator && !self.approximate {
            args.word("=");
        }
        Ok(())
    }

    /// What they come to; none where there is nothing to trim. An approximate trim without a
    /// limit of its own gets one, so that it does not take long. What comes from a log has no
    /// limit: there the threshold is what was left, and Redis leaves a `LIMIT` standing behind it.
    pub fn settle(mut self, ctx: &Ctx<'_>) -> Result<Option<Trim>> {
        const NODES: u64 = 100;
        const MOST: u64 = 1_000_000;
        const WITHOUT_NODE_LIMIT: u64 = 10_000;
        if ctx.is_replayed() {
            self.limit = self.limit.filter(|_| self.approximate);
        }
        let Some(threshold) = self.threshold.filter(|_| self.approximate || self.limit.is_none())
        else {
            return match (self.threshold, self.limit) {
                (None, None) => Ok(None),
                (None, Some(1..)) => Err(Error::msg(
                    "syntax error, LIMIT cannot be used without specifying a trimming strategy",
                )),
                _ => Err(Error::msg(
                    "syntax error, LIMIT cannot be used without the special ~ option",
                )),
            };
        };
        let default = match ctx.limits().stream_node_max_entries as u64 {
            0 => WITHOUT_NODE_LIMIT,
            entries => entries.saturating_mul(NODES).min(MOST),
        };
        Ok(Some(Trim {
            threshold,
            approximate: self.approximate,
            limit: self.approximate.then_some(self.limit.unwrap_or(default)).filter(|max| *max > 0),
            references: self.references.unwrap_or_default(),
        }))
    }
}
