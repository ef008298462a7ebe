//! Bitmaps: strings whose single bits are set, counted and combined.

use crate::engine::Command;

/// The family.
pub const COMMANDS: &[&Command] = &[];
