//! Sorted set commands.

mod add;
mod algebra;
mod combine;
mod count;
pub mod members;
mod older;
mod pop;
mod query;
mod random;
mod range;
mod rank;
mod remove;
mod scan;
mod score;
mod span;

use crate::engine::Command;

/// The family.
pub const COMMANDS: &[&Command] = &[
    &add::ZADD,
    &add::ZINCRBY,
    &algebra::ZDIFF,
    &algebra::ZDIFFSTORE,
    &algebra::ZINTER,
    &algebra::ZINTERCARD,
    &algebra::ZINTERSTORE,
    &algebra::ZUNION,
    &algebra::ZUNIONSTORE,
    &count::ZCARD,
    &count::ZCOUNT,
    &count::ZLEXCOUNT,
    &older::ZRANGEBYLEX,
    &older::ZRANGEBYSCORE,
    &older::ZREVRANGE,
    &older::ZREVRANGEBYLEX,
    &older::ZREVRANGEBYSCORE,
    &pop::BZMPOP,
    &pop::BZPOPMAX,
    &pop::BZPOPMIN,
    &pop::ZMPOP,
    &pop::ZPOPMAX,
    &pop::ZPOPMIN,
    &random::ZRANDMEMBER,
    &range::ZRANGE,
    &range::ZRANGESTORE,
    &rank::ZRANK,
    &rank::ZREVRANK,
    &remove::ZREM,
    &remove::ZREMRANGEBYLEX,
    &remove::ZREMRANGEBYRANK,
    &remove::ZREMRANGEBYSCORE,
    &scan::ZSCAN,
    &score::ZMSCORE,
    &score::ZSCORE,
];
