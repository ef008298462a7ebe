//! The part of a bitmap that BITCOUNT and BITPOS look at.

use crate::commands::prelude::*;
use std::ops::Range;

/// What a range counts in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// `BYTE`, also where nothing is said.
    Byte,
    /// `BIT`.
    Bit,
}

impl Unit {
    /// The unit that the rest of the arguments names.
    pub fn parse(args: &mut Args<'_>) -> Result<Unit> {
        if args.is_empty() || args.word("BYTE") {
            return Ok(Unit::Byte);
        }
        if args.word("BIT") { Ok(Unit::Bit) } else { Err(Error::Syntax) }
    }
}

/// The bits from `start` to `end`, both included, of a string of `len` bytes. Negative ones
/// count from the end; what lies outside of the string is cut off.
pub fn bits_between(start: i64, end: i64, unit: Unit, len: usize) -> Range<usize> {
    let (units, bits) = match unit {
        Unit::Byte => (len, 8),
        Unit::Bit => (len * 8, 1),
    };
    let absolute = |index: i64| match usize::try_from(index) {
        Ok(index) => index,
        Err(_) => units.saturating_sub(usize::try_from(index.unsigned_abs()).unwrap_or(usize::MAX)),
    };
    let (start, end) = (absolute(start), absolute(end).saturating_add(1).min(units));
    if start < end { start * bits..end * bits } else { 0..0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_cut_to_the_string() {
        for (start, end, bytes, bits) in [
            (0, -1, 0..32, 0..32),
            (1, 2, 8..24, 1..3),
            (-2, -1, 16..32, 30..32),
            (2, 1, 0..0, 0..0),
            (4, 4, 0..0, 4..5),
            (32, 40, 0..0, 0..0),
            (0, -100, 0..8, 0..1),
            (-100, 100, 0..32, 0..32),
            (i64::MIN, i64::MAX, 0..32, 0..32),
            (i64::MAX, i64::MIN, 0..0, 0..0),
        ] {
            assert_eq!(bits_between(start, end, Unit::Byte, 4), bytes, "{start} {end}");
            assert_eq!(bits_between(start, end, Unit::Bit, 4), bits, "{start} {end}");
        }
        assert_eq!(bits_between(0, -1, Unit::Bit, 0), 0..0);
    }
}
