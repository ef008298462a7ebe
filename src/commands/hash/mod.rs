//! Hash commands.

mod all;
mod delete;
mod expire;
mod fields;
mod forms;
mod get;
mod getex;
mod incr;
mod options;
mod random;
mod scan;
mod set;
mod setex;
mod time;
mod ttl;

use crate::engine::Command;

/// The family.
pub const COMMANDS: &[&Command] = &[
    &all::HGETALL,
    &all::HKEYS,
    &all::HVALS,
    &delete::HDEL,
    &expire::HEXPIRE,
    &expire::HEXPIREAT,
    &expire::HPERSIST,
    &expire::HPEXPIRE,
    &expire::HPEXPIREAT,
    &get::HEXISTS,
    &get::HGET,
    &get::HLEN,
    &get::HMGET,
    &get::HSTRLEN,
    &getex::HGETDEL,
    &getex::HGETEX,
    &incr::HINCRBY,
    &incr::HINCRBYFLOAT,
    &random::HRANDFIELD,
    &scan::HSCAN,
    &set::HMSET,
    &set::HSET,
    &set::HSETNX,
    &setex::HSETEX,
    &ttl::HEXPIRETIME,
    &ttl::HPEXPIRETIME,
    &ttl::HPTTL,
    &ttl::HTTL,
];
