//! HyperLogLog: how many different elements there were, in 12 KiB.

use crate::engine::Command;

/// The family.
pub const COMMANDS: &[&Command] = &[];
