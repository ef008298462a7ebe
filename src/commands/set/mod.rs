//! Set commands.

mod add;
mod diff;
mod inter;
mod members;
mod moves;
mod operation;
mod random;
mod remove;
mod scan;
mod union;

use crate::engine::Command;

/// The family.
pub const COMMANDS: &[&Command] = &[
    &add::SADD,
    &diff::SDIFF,
    &diff::SDIFFSTORE,
    &inter::SINTER,
    &inter::SINTERCARD,
    &inter::SINTERSTORE,
    &members::SCARD,
    &members::SISMEMBER,
    &members::SMEMBERS,
    &members::SMISMEMBER,
    &moves::SMOVE,
    &random::SPOP,
    &random::SRANDMEMBER,
    &remove::SREM,
    &scan::SSCAN,
    &union::SUNION,
    &union::SUNIONSTORE,
];
