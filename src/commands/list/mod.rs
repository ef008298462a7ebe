//! List commands.

mod ends;
mod index;
mod insert;
mod pop;
mod pop_many;
mod position;
mod push;
mod range;
mod remove;
mod transfer;

use crate::engine::Command;

/// The family.
pub const COMMANDS: &[&Command] = &[
    &index::LINDEX,
    &index::LLEN,
    &index::LSET,
    &insert::LINSERT,
    &pop::BLPOP,
    &pop::BRPOP,
    &pop::LPOP,
    &pop::RPOP,
    &pop_many::BLMPOP,
    &pop_many::LMPOP,
    &position::LPOS,
    &push::LPUSH,
    &push::LPUSHX,
    &push::RPUSH,
    &push::RPUSHX,
    &range::LRANGE,
    &range::LTRIM,
    &remove::LREM,
    &transfer::BLMOVE,
    &transfer::BRPOPLPUSH,
    &transfer::LMOVE,
    &transfer::RPOPLPUSH,
];
