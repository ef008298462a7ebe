//! Commands about the connection itself.

mod ping;

use crate::engine::Command;

/// The family.
pub const COMMANDS: &[&Command] = &[&ping::PING, &ping::ECHO];
