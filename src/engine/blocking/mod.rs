//! Clients that wait for keys: BLPOP and its kin.
//!
//! A blocking command's handler first tries to do its work, on keys that [`Ctx::may_take`]
//! allows. Where there is nothing to do it hands [`Ctx::block`] a [`Block`] and returns. What
//! happens then is not its business: its client's request waits in the queues of the keys, and
//! whoever changes one of them runs the handler again on that request's behalf, until it no
//! longer asks to wait.

mod park;
mod queues;
mod serve;
mod waiter;

pub use park::{join, park};
pub use queues::{QueueKey, Queues};
pub use serve::conclude;
pub use waiter::{State, Waiter};

use super::ctx::{Asked, Ctx, Turn};
use crate::protocol::{Args, Error, Key, Reply, Result};
use crate::types::Type;
use crate::util::number;
use smallvec::SmallVec;

/// What a client waits for.
pub struct Block<'a> {
    /// The keys, any of which may end the wait.
    pub keys: SmallVec<[Key<'a>; 1]>,
    /// What one of them has to hold for the handler to be run again.
    pub kind: Type,
    /// Whether it is run again too when a key is gone, or holds something else.
    pub even_if_gone: bool,
    /// When the wait ends in vain, Unix time in milliseconds. The answer then is a null array,
    /// in RESP3 a null.
    pub until_ms: Option<i64>,
    /// What is answered instead of waiting where nothing may block.
    pub in_vain: InVain,
    /// Arguments that the next run is to find in place of what the client sent: positions, the
    /// command's name being 0, and bytes. XREAD's `$` is the last ID at the time of the wait's
    /// beginning.
    pub instead: Vec<(usize, Vec<u8>)>,
}

impl<'a> Block<'a> {
    /// Waits until one of `keys` holds a value of this kind.
    pub fn until_filled(
        kind: Type,
        keys: impl IntoIterator<Item = Key<'a>>,
        until_ms: Option<i64>,
        in_vain: InVain,
    ) -> Block<'a> {
        let keys = keys.into_iter().collect();
        Block { keys, kind, even_if_gone: false, until_ms, in_vain, instead: Vec::new() }
    }
}

/// The answer in place of a wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InVain {
    /// A null array, in RESP3 a null.
    NullArray,
    /// A null.
    Null,
}

impl InVain {
    /// Writes it.
    pub fn answer(self, reply: &mut Reply<'_>) {
        match self {
            InVain::NullArray => reply.null_array(),
            InVain::Null => reply.null(),
        }
    }
}

/// What a handler asked to wait for, by the hashes of the keys: it outlives the arguments.
pub struct Wait {
    /// As in [`Block`], and so are the others.
    pub keys: SmallVec<[u64; 2]>,
    /// What a key has to hold.
    pub kind: Type,
    /// Whether its absence counts too.
    pub even_if_gone: bool,
    /// The end.
    pub until_ms: Option<i64>,
    /// When the handler is run again though no key has changed.
    pub again_ms: Option<i64>,
    /// Replaced arguments.
    pub instead: Vec<(usize, Vec<u8>)>,
}

impl Ctx<'_> {
    /// Whether a blocking command may look at `key` now. It may not where older waiters are
    /// about to be served from it, nor, when it is run on a waiter's behalf, where it is not
    /// locked.
    pub fn may_take(&self, key: Key<'_>) -> bool {
        match self.turn {
            Turn::OnBehalf => self.txn.holds(key.db, key.hash),
            Turn::First | Turn::Only => !self.engine.waiting.is_promised((key.db, key.hash)),
        }
    }

    /// There is nothing to do yet: the client is to wait. Where nothing may block, in a
    /// transaction or a script, it is answered at once.
    pub fn block(&mut self, block: Block<'_>, reply: &mut Reply<'_>) -> Result {
        self.block_for_time(block, None, reply)
    }

    /// As [`Ctx::block`], but time alone may bring what the client waits for: the handler is run
    /// again also at `again_ms`, Unix time in milliseconds.
    pub fn block_for_time(
        &mut self,
        block: Block<'_>,
        again_ms: Option<i64>,
        reply: &mut Reply<'_>,
    ) -> Result {
        if self.turn == Turn::Only {
            block.in_vain.answer(reply);
            return Ok(());
        }
        self.asked = Asked::ToWait(Wait {
            keys: block.keys.iter().map(|key| key.hash).collect(),
            kind: block.kind,
            even_if_gone: block.even_if_gone,
            until_ms: block.until_ms,
            again_ms,
            instead: block.instead,
        });
        Ok(())
    }
}

/// Reads a timeout in seconds, with fractions; 0 is forever. Returns when it ends, Unix time in
/// milliseconds.
pub fn timeout_seconds(args: &mut Args<'_>, now_ms: i64) -> Result<Option<i64>> {
    const MOST_MS: f64 = i64::MAX as f64;
    let seconds = number::parse_f64(args.bytes()?);
    let seconds = seconds.ok_or(Error::msg("timeout is not a float or out of range"))?;
    let millis = (seconds * 1000.0).ceil();
    if millis >= MOST_MS {
        return Err(Error::msg("timeout is out of range"));
    }
    ends_at(millis as i64, now_ms)
}

/// Reads a timeout in milliseconds; 0 is forever. Returns when it ends, Unix time in
/// milliseconds.
pub fn timeout_milliseconds(args: &mut Args<'_>, now_ms: i64) -> Result<Option<i64>> {
    let millis = number::parse_i64(args.bytes()?);
    ends_at(millis.ok_or(Error::msg("timeout is not an integer or out of range"))?, now_ms)
}

fn ends_at(millis: i64, now_ms: i64) -> Result<Option<i64>> {
    match millis {
        0 => Ok(None),
        ..0 => Err(Error::msg("timeout is negative")),
        _ => {
            // The present millisecond has begun already: no wait is to end too early.
            let until_ms = millis.checked_add(now_ms).and_then(|until_ms| until_ms.checked_add(1));
            until_ms.map(Some).ok_or(Error::msg("timeout is out of range"))
        }
    }
}
