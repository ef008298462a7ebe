//! What becomes of a search: a reply, or a sorted set of its own.

use super::coordinates::{reply_distance, reply_point};
use super::query::Query;
use crate::commands::prelude::*;
use crate::types::geo::Found;
use crate::types::zset::SortedSet;
use crate::types::{Limits, Value};

/// Answers with what was found: names, or where more is to be shown an array for each member.
pub fn show(found: &[Found<'_>], query: &Query, reply: &mut Reply<'_>) {
    let options = &query.options;
    let details = options.details();
    reply.array(found.len());
    for member in found {
        if details > 0 {
            reply.array(1 + details);
        }
        reply.bulk(member.member.to_bytes());
        if options.with_distance {
            reply_distance(reply, member.distance_m, query.unit_m);
        }
        if options.with_score {
            reply.int(member.score as i64);
        }
        if options.with_coordinates {
            reply_point(reply, member.point);
        }
    }
}

/// What the scores of a stored result are.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Scores {
    /// Those the members had.
    Places,
    /// Distances, in the search's unit.
    Distances,
}

/// What was found as a sorted set.
pub fn collect(found: &[Found<'_>], query: &Query, scores: Scores, limits: &Limits) -> SortedSet {
    let mut zset = SortedSet::default();
    zset.expect(found.len(), limits);
    for member in found {
        let score = match scores {
            Scores::Places => member.score,
            Scores::Distances => member.distance_m / query.unit_m,
        };
        zset.insert(&member.member.to_bytes(), score, limits);
    }
    zset
}

/// Puts a result in place of whatever a key held, nothing where it is empty, and answers with
/// its size.
pub fn store(
    ctx: &mut Ctx<'_>,
    key: Key<'_>,
    result: SortedSet,
    event: Event,
    reply: &mut Reply<'_>,
) {
    reply.count(result.len());
    if result.is_empty() {
        ctx.txn.remove(key, Event::DEL);
    } else {
        ctx.txn.set_value(key, Value::SortedSet(result), Expiry::Clear, event);
    }
}
