//! Cells of the map: 2^step columns and as many rows, numbered so that what lies together has
//! numbers close to each other: the bits of column and row are interleaved, the column's first.

use std::ops::Range;

use super::{LATITUDES, LONGITUDES, Point};

/// A range of degrees, both ends included.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Span {
    /// The lowest.
    pub min: f64,
    /// The highest.
    pub max: f64,
}

impl Span {
    /// Whether a coordinate is in it.
    pub fn contains(self, degrees: f64) -> bool {
        (self.min..=self.max).contains(&degrees)
    }

    /// What lies in the middle between the ends.
    fn middle(self) -> f64 {
        (self.min + self.max) / 2.0
    }

    /// Which of `count` equal parts a coordinate lies in; `count` itself at the upper end.
    fn part(self, degrees: f64, count: f64) -> u32 {
        ((degrees - self.min) / (self.max - self.min) * count) as u32
    }

    /// The part with this index of `count` equal parts.
    fn nth(self, index: u32, count: f64) -> Span {
        let end = |index: u32| self.min + (f64::from(index) / count) * (self.max - self.min);
        // It wraps only for scores that no place has, and does so in Redis.
        Span { min: end(index), max: end(index.wrapping_add(1)) }
    }
}

/// One cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Cell {
    column: u32,
    row: u32,
    step: u32,
}

impl Cell {
    /// The step at which a cell's number is a score.
    pub const FINEST: u32 = 26;

    /// The cell a place lies in, at a step from 1 to [`Cell::FINEST`].
    pub fn at(point: Point, step: u32) -> Cell {
        Cell::in_map(point, LONGITUDES, LATITUDES, step)
    }

    /// The same in a map with other edges.
    pub fn in_map(point: Point, longitudes: Span, latitudes: Span, step: u32) -> Cell {
        let count = parts(step);
        let column = longitudes.part(point.longitude, count);
        Cell { column, row: latitudes.part(point.latitude, count), step }
    }

    /// The cell that is meant by a score. What is no integer of 64 bits becomes what it does on
    /// the machines that Redis mostly runs on.
    pub fn from_score(score: f64) -> Cell {
        const TOO_LARGE: f64 = u64::MAX as f64;
        let bits = if score < 0.0 {
            score as i64 as u64
        } else if score >= TOO_LARGE {
            0
        } else {
            score as u64
        };
        Cell { column: every_other_bit(bits >> 1), row: every_other_bit(bits), step: Cell::FINEST }
    }

    /// Its number.
    pub fn bits(self) -> u64 {
        spread(self.column) << 1 | spread(self.row)
    }

    /// The scores of the places in it.
    pub fn scores(self) -> Range<f64> {
        let unused_bits = 2 * (Cell::FINEST - self.step);
        let bits = self.bits();
        ((bits << unused_bits) as f64)..((bits + 1) << unused_bits) as f64
    }

    /// The longitudes it reaches over.
    pub fn longitudes(self) -> Span {
        LONGITUDES.nth(self.column, parts(self.step))
    }

    /// The latitudes it reaches over.
    pub fn latitudes(self) -> Span {
        LATITUDES.nth(self.row, parts(self.step))
    }

    /// The place in its middle.
    pub fn middle(self) -> Point {
        Point {
            longitude: self.longitudes().middle().clamp(LONGITUDES.min, LONGITUDES.max),
            latitude: self.latitudes().middle().clamp(LATITUDES.min, LATITUDES.max),
        }
    }

    /// The cell so many columns to the east and rows to the north. The map has no edge: beyond
    /// the last column comes the first, and beyond the last row, oddly but as in Redis, too.
    pub fn moved(self, east: i32, north: i32) -> Cell {
        let last = (1 << self.step) - 1;
        let along = |index: u32, by: i32| match by {
            0 => index,
            _ => index.wrapping_add_signed(by) & last,
        };
        Cell { column: along(self.column, east), row: along(self.row, north), ..self }
    }
}

/// How many columns, and how many rows.
fn parts(step: u32) -> f64 {
    f64::from(1u32 << step)
}

/// How far apart neighbouring bits are moved, step by step, and what is in use afterwards.
const SPREADING: [(u32, u64); 5] = [
    (16, 0x0000_ffff_0000_ffff),
    (8, 0x00ff_00ff_00ff_00ff),
    (4, 0x0f0f_0f0f_0f0f_0f0f),
    (2, 0x3333_3333_3333_3333),
    (1, 0x5555_5555_5555_5555),
];

/// The bits at every other place, from the lowest on.
fn spread(value: u32) -> u64 {
    SPREADING.iter().fold(u64::from(value), |bits, (shift, mask)| (bits | bits << shift) & mask)
}

/// What was [`spread`], whatever is between.
fn every_other_bit(bits: u64) -> u32 {
    let joined = |bits: u64, (shift, mask): &(u32, u64)| {
        let bits = bits & mask;
        bits | bits >> shift
    };
    SPREADING.iter().rev().fold(bits, joined) as u32
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn cell(column: u32, row: u32, step: u32) -> Cell {
        Cell { column, row, step }
    }

    #[test]
    fn quarters_are_numbered_south_to_north_then_west_to_east() {
        let corner = |longitude, latitude| Cell::at(Point { longitude, latitude }, 1).bits();
        assert_eq!(corner(-100.0, -50.0), 0);
        assert_eq!(corner(-100.0, 50.0), 1);
        assert_eq!(corner(100.0, -50.0), 2);
        assert_eq!(corner(100.0, 50.0), 3);
    }

    #[test]
    fn a_cell_is_a_range_of_scores() {
        assert_eq!(cell(0, 0, 1).scores(), 0.0..(1u64 << 50) as f64);
        assert_eq!(cell(1, 1, 1).scores(), (3u64 << 50) as f64..(1u64 << 52) as f64);
        assert_eq!(cell(0, 1, 26).scores(), 1.0..2.0);
    }

    #[test]
    fn beyond_the_edge_is_the_other_side() {
        assert_eq!(cell(3, 0, 2).moved(1, -1), cell(0, 3, 2));
        assert_eq!(cell(0, 3, 2).moved(-1, 1), cell(3, 0, 2));
        assert_eq!(cell(1, 1, 2).moved(0, 1), cell(1, 2, 2));
        // A place at 180 degrees east is in a column of its own.
        assert_eq!(cell(4, 0, 2).moved(1, 0), cell(1, 0, 2));
        assert_eq!(cell(4, 0, 2).moved(0, 1), cell(4, 1, 2));
    }

    #[test]
    fn any_score_has_a_cell() {
        for (score, bits) in [
            (-1.0, u64::MAX),
            (-0.0, 0),
            (0.5, 0),
            (-f64::INFINITY, 1 << 63),
            (f64::INFINITY, 0),
            (1e300, 0),
            (-1e300, 1 << 63),
            ((1u64 << 63) as f64, 1 << 63),
        ] {
            assert_eq!(Cell::from_score(score).bits(), bits, "{score}");
        }
    }

    proptest! {
        #[test]
        fn numbers_are_interleaved_bit_by_bit(column: u32, row: u32) {
            let naive = (0..32).fold(0u64, |bits, i| {
                let bit = |value: u32| u64::from(value >> i & 1);
                bits | bit(column) << (2 * i + 1) | bit(row) << (2 * i)
            });
            let bits = cell(column, row, 26).bits();
            prop_assert_eq!(bits, naive);
            prop_assert_eq!(every_other_bit(bits), row);
            prop_assert_eq!(every_other_bit(bits >> 1), column);
        }

        #[test]
        fn a_cell_reaches_around_its_places(
            longitude in -180.0..180.0f64,
            latitude in -85.05..85.05f64,
            step in 1u32..=26,
        ) {
            const ROUNDING: f64 = 1e-12;
            let cell = Cell::at(Point { longitude, latitude }, step);
            let (columns, rows) = (cell.longitudes(), cell.latitudes());
            prop_assert!(columns.min <= longitude + ROUNDING && longitude < columns.max + ROUNDING);
            prop_assert!(rows.min <= latitude + ROUNDING && latitude < rows.max + ROUNDING);
        }
    }
}
