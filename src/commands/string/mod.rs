//! String commands.

mod expiry;
mod get;
mod set;

use crate::engine::Command;

/// The family.
pub const COMMANDS: &[&Command] = &[&get::GET, &set::SET];
