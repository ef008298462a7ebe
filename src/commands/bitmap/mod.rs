//! Bitmaps: strings whose single bits are set, counted and combined.

use crate::engine::Command;

mod bit;
mod count;
mod field;
mod offset;
mod operation;
mod position;
mod range;

/// The family.
pub const COMMANDS: &[&Command] = &[
    &bit::GETBIT,
    &bit::SETBIT,
    &count::BITCOUNT,
    &field::BITFIELD,
    &field::BITFIELD_RO,
    &operation::BITOP,
    &position::BITPOS,
];
