//! How members are answered, and how a whole sorted set is stored: what the commands of the
//! family have in common once they know which members.

use crate::commands::element::reply_element;
use crate::commands::prelude::*;
use crate::types::Value;
use crate::types::listpack::Element;
use crate::types::zset::SortedSet;

/// A member and its score.
pub type Member<'a> = (Element<'a>, f64);

/// Whether scores are answered beside the members, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scores {
    /// `[member, member]`
    None,
    /// `[member, score, member, score]`
    Flat,
    /// `[[member, score], [member, score]]`
    Nested,
}

impl Scores {
    /// The form that goes with `WITHSCORES` in the client's protocol.
    pub fn with(scores: bool, reply: &Reply<'_>) -> Scores {
        match (scores, reply.is_resp3()) {
            (false, _) => Scores::None,
            (true, false) => Scores::Flat,
            (true, true) => Scores::Nested,
        }
    }
}

/// Answers with `len` members.
pub fn reply_members<'e>(
    reply: &mut Reply<'_>,
    scores: Scores,
    len: usize,
    members: impl Iterator<Item = Member<'e>>,
) {
    let width = if scores == Scores::Flat { 2 } else { 1 };
    reply.array(len.saturating_mul(width));
    for (name, score) in members {
        if scores == Scores::Nested {
            reply.array(2);
        }
        reply_element(reply, name);
        if scores != Scores::None {
            reply.double(score);
        }
    }
}

/// A score, or null where there is none.
pub fn reply_score(reply: &mut Reply<'_>, score: Option<f64>) {
    match score {
        Some(score) => reply.double(score),
        None => reply.null(),
    }
}

/// Puts a sorted set in place of whatever the key held, or deletes that where it is empty, and
/// answers how many members it has.
pub fn store(
    ctx: &mut Ctx<'_>,
    key: Key<'_>,
    zset: SortedSet,
    event: Event,
    reply: &mut Reply<'_>,
) {
    reply.count(zset.len());
    if zset.is_empty() {
        ctx.txn.remove(key, Event::DEL);
    } else {
        ctx.txn.set_value(key, Value::SortedSet(zset), Expiry::Clear, event);
    }
}
