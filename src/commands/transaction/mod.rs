//! Transactions: commands that run as one, and only if watched keys stayed as they were.

mod exec;
mod multi;
mod watch;

use crate::engine::Command;

/// The family.
pub const COMMANDS: &[&Command] =
    &[&exec::EXEC, &multi::DISCARD, &multi::MULTI, &watch::UNWATCH, &watch::WATCH];
