//! Places on earth, kept in sorted sets: a place's score is the number of the geohash cell it
//! lies in, and all places of one cell are a range of scores.
//!
//! Every number here is one that clients see or that decides what a search finds, so each
//! follows the order of Redis's operations on doubles (`geohash.c`, `geohash_helper.c`).

mod cell;
mod cover;
mod region;
mod search;
mod sphere;
#[cfg(test)]
mod tests;

use self::cell::Cell;

pub use self::cell::Span;
pub use self::region::{Extent, Region};
pub use self::search::{Found, search};

/// Longitudes that a place may have, in degrees.
pub const LONGITUDES: Span = Span { min: -180.0, max: 180.0 };
/// Latitudes that a place may have, in degrees: those of the square Mercator map (EPSG:900913).
pub const LATITUDES: Span = Span { min: -85.051_128_78, max: 85.051_128_78 };

/// A place, in degrees.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// East is positive.
    pub longitude: f64,
    /// North is positive.
    pub latitude: f64,
}

impl Point {
    /// The place with these coordinates; none outside of [`LONGITUDES`] and [`LATITUDES`].
    pub fn new(longitude: f64, latitude: f64) -> Option<Point> {
        let inside = LONGITUDES.contains(longitude) && LATITUDES.contains(latitude);
        inside.then_some(Point { longitude, latitude })
    }

    /// The score under which a sorted set keeps the place: its cell's 52 bits. On the eastern and
    /// northern edge of the map there is a bit more, as in Redis.
    pub fn score(self) -> f64 {
        Cell::at(self, Cell::FINEST).bits() as f64
    }

    /// The middle of the cell with this score, less than a metre from what [`Point::score`] was
    /// told. Any score has one: a sorted set may have come from elsewhere than GEOADD.
    pub fn from_score(score: f64) -> Point {
        Cell::from_score(score).middle()
    }

    /// The standard geohash (of latitudes up to the poles), 11 characters. Fifty of the 52 bits
    /// are in it; the last character is always `0`, as in Redis.
    pub fn geohash(self) -> [u8; 11] {
        const ALPHABET: &[u8; 32] = b"0123456789bcdefghjkmnpqrstuvwxyz";
        const POLE_TO_POLE: Span = Span { min: -90.0, max: 90.0 };
        let bits = Cell::in_map(self, LONGITUDES, POLE_TO_POLE, Cell::FINEST).bits();
        let mut text = [ALPHABET[0]; 11];
        for (character, shift) in text.iter_mut().zip((2..=47).rev().step_by(5)) {
            *character = ALPHABET[(bits >> shift & 0x1f) as usize];
        }
        text
    }

    /// The distance on a sphere, in metres.
    pub fn distance_m(self, other: Point) -> f64 {
        sphere::distance_m(self, other)
    }
}
