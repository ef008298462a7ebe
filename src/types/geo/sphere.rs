//! Distances on earth, taken for a sphere.

use super::Point;
use std::f64::consts::PI;

/// The quadratic mean of the earth's radii (WGS 84).
pub(super) const EARTH_RADIUS_M: f64 = 6_372_797.560_856;

/// One degree in radians. Dividing by it is not the same as multiplying with its inverse: the
/// last bit may differ, and clients see it.
const DEGREE: f64 = PI / 180.0;

pub(super) fn to_radians(degrees: f64) -> f64 {
    degrees * DEGREE
}

pub(super) fn to_degrees(radians: f64) -> f64 {
    radians / DEGREE
}

/// The haversine formula (<https://en.wikipedia.org/wiki/Haversine_formula>), in metres.
pub(super) fn distance_m(from: Point, to: Point) -> f64 {
    let (from_longitude, to_longitude) = (to_radians(from.longitude), to_radians(to.longitude));
    let v = ((to_longitude - from_longitude) / 2.0).sin();
    if v == 0.0 {
        return distance_along_meridian_m(from.latitude, to.latitude);
    }
    let (from_latitude, to_latitude) = (to_radians(from.latitude), to_radians(to.latitude));
    let u = ((to_latitude - from_latitude) / 2.0).sin();
    let a = u * u + from_latitude.cos() * to_latitude.cos() * v * v;
    // Between places opposite each other rounding may lift it over 1, where there is no arc sine.
    2.0 * EARTH_RADIUS_M * a.min(1.0).sqrt().asin()
}

/// The distance between two latitudes, in metres.
pub(super) fn distance_along_meridian_m(from_latitude: f64, to_latitude: f64) -> f64 {
    EARTH_RADIUS_M * (to_radians(to_latitude) - to_radians(from_latitude)).abs()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn distance(from: (f64, f64), to: (f64, f64)) -> f64 {
        let point = |(longitude, latitude)| Point { longitude, latitude };
        distance_m(point(from), point(to))
    }

    #[test]
    fn known_distances() {
        let half_circle_m = PI * EARTH_RADIUS_M;
        assert_eq!(distance((1.0, 2.0), (1.0, 2.0)), 0.0);
        assert_eq!(
            distance((0.0, -80.0), (0.0, 80.0)).round(),
            (half_circle_m * 8.0 / 9.0).round()
        );
        assert_eq!(distance((-90.0, 0.0), (90.0, 0.0)).round(), half_circle_m.round());
        assert_eq!(distance((179.0, 0.0), (-179.0, 0.0)).round(), (half_circle_m / 90.0).round());
        // Across the pole.
        assert_eq!(distance((0.0, 85.0), (180.0, 85.0)).round(), (half_circle_m / 18.0).round());
    }

    #[test]
    fn places_opposite_each_other_have_a_distance() {
        for tenths in -850..850 {
            let latitude = f64::from(tenths) / 10.0;
            let distance_m = distance((-10.0, latitude), (170.0, -latitude));
            assert!((distance_m - PI * EARTH_RADIUS_M).abs() < 1.0, "{latitude}: {distance_m}");
        }
    }
}
