//! Stream commands.

mod ack;
mod add;
mod claim;
mod delete;
mod entries;
mod forms;
mod group;
mod id;
mod info;
mod lookup;
mod pending;
mod range;
mod read;
mod references;
mod setid;
mod trim;

use crate::engine::Command;

/// The family.
pub const COMMANDS: &[&Command] = &[
    &ack::XACK,
    &ack::XACKDEL,
    &add::XADD,
    &claim::XAUTOCLAIM,
    &claim::XCLAIM,
    &delete::XDEL,
    &delete::XDELEX,
    &group::XGROUP,
    &info::XINFO,
    &pending::XPENDING,
    &range::XLEN,
    &range::XRANGE,
    &range::XREVRANGE,
    &read::XREAD,
    &read::XREADGROUP,
    &setid::XSETID,
    &trim::XTRIM,
];
