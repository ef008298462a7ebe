//! Geospatial commands: places on earth, kept in sorted sets whose scores are geohashes.

use crate::engine::Command;

/// The family.
pub const COMMANDS: &[&Command] = &[];
