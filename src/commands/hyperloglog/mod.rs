//! HyperLogLog: how many different elements there were, in 12 KiB.

use crate::engine::Command;

mod add;
mod count;
mod debug;
mod merge;
mod selftest;
mod stored;

/// The family.
pub const COMMANDS: &[&Command] =
    &[&add::PFADD, &count::PFCOUNT, &debug::PFDEBUG, &merge::PFMERGE, &selftest::PFSELFTEST];
