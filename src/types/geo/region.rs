//! What a search looks for: a circle, a box or a polygon on the map.

use super::cell::Span;
use super::sphere::{
    EARTH_RADIUS_M, distance_along_meridian_m, distance_m, to_degrees, to_radians,
};
use super::{LATITUDES, LONGITUDES, Point};

/// A part of the earth around a centre.
#[derive(Clone, Debug)]
pub struct Region {
    centre: Point,
    shape: Shape,
}

/// How far a region reaches around its centre.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Extent {
    /// Equally far everywhere.
    Circle {
        /// How far, in metres.
        radius_m: f64,
    },
    /// Up to half the width east and west of the centre's meridian, and up to half the height
    /// north and south of the centre.
    Rectangle {
        /// In metres.
        width_m: f64,
        /// In metres.
        height_m: f64,
    },
}

#[derive(Clone, Debug)]
enum Shape {
    Around(Extent),
    Polygon { vertices: Vec<Point>, bounds: Bounds },
}

/// The least box of longitudes and latitudes around a region. They may lie beyond the edges of
/// the map; for a region that reaches over a pole the longitudes make no sense, as in Redis.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bounds {
    pub longitudes: Span,
    pub latitudes: Span,
}

impl Region {
    /// Everything around a centre, up to its extent.
    pub fn around(centre: Point, extent: Extent) -> Region {
        Region { centre, shape: Shape::Around(extent) }
    }

    /// Everything within the polygon with these corners, whose sides are straight on a map of
    /// plain degrees. It does not reach over the antimeridian.
    pub fn polygon(vertices: Vec<Point>) -> Region {
        let bounds = Bounds::of(&vertices);
        Region { centre: centroid(&vertices), shape: Shape::Polygon { vertices, bounds } }
    }

    /// Distances count from here.
    pub(super) fn centre(&self) -> Point {
        self.centre
    }

    /// How far a place is from the centre, in metres, if it is within the region.
    pub fn distance_m(&self, point: Point) -> Option<f64> {
        match &self.shape {
            Shape::Around(Extent::Circle { radius_m }) => {
                let distance_m = distance_m(self.centre, point);
                (distance_m <= *radius_m).then_some(distance_m)
            }
            Shape::Around(Extent::Rectangle { width_m, height_m }) => {
                // The cheaper of the two questions comes first.
                let north_m = distance_along_meridian_m(point.latitude, self.centre.latitude);
                if north_m > height_m / 2.0 {
                    return None;
                }
                let on_meridian = Point { longitude: self.centre.longitude, ..point };
                let east_m = distance_m(point, on_meridian);
                (east_m <= width_m / 2.0).then(|| distance_m(self.centre, point))
            }
            Shape::Polygon { vertices, .. } => {
                encloses(vertices, point).then(|| distance_m(self.centre, point))
            }
        }
    }

    /// No place of it is farther from the centre, in metres.
    pub(super) fn radius_m(&self) -> f64 {
        match &self.shape {
            Shape::Around(Extent::Circle { radius_m }) => *radius_m,
            Shape::Around(Extent::Rectangle { width_m, height_m }) => {
                let (x, y) = (width_m / 2.0, height_m / 2.0);
                (x * x + y * y).sqrt()
            }
            Shape::Polygon { bounds, .. } => {
                let corners = bounds.corners().map(|corner| distance_m(self.centre, corner));
                corners.into_iter().fold(0.0, f64::max)
            }
        }
    }

    /// The box around it.
    pub(super) fn bounds(&self) -> Bounds {
        match &self.shape {
            Shape::Around(Extent::Circle { radius_m }) => {
                Bounds::around(self.centre, *radius_m, *radius_m)
            }
            Shape::Around(Extent::Rectangle { width_m, height_m }) => {
                Bounds::around(self.centre, width_m / 2.0, height_m / 2.0)
            }
            Shape::Polygon { bounds, .. } => *bounds,
        }
    }
}

impl Bounds {
    /// The box around what reaches this far from a centre. Degrees of longitude are shortest at
    /// the end that is nearer to a pole, so that is where they are counted.
    fn around(centre: Point, east_m: f64, north_m: f64) -> Bounds {
        let Point { longitude, latitude } = centre;
        let north = to_degrees(north_m / EARTH_RADIUS_M);
        let end = if latitude < 0.0 { latitude - north } else { latitude + north };
        let east = to_degrees(east_m / EARTH_RADIUS_M / to_radians(end).cos());
        Bounds {
            longitudes: Span { min: longitude - east, max: longitude + east },
            latitudes: Span { min: latitude - north, max: latitude + north },
        }
    }

    /// The box around some places.
    fn of(points: &[Point]) -> Bounds {
        let around = |coordinate: fn(&Point) -> f64, all: Span| {
            let coordinates = || points.iter().map(coordinate);
            Span {
                min: coordinates().fold(all.max, f64::min),
                max: coordinates().fold(all.min, f64::max),
            }
        };
        Bounds {
            longitudes: around(|point| point.longitude, LONGITUDES),
            latitudes: around(|point| point.latitude, LATITUDES),
        }
    }

    fn corners(&self) -> [Point; 4] {
        let Bounds { longitudes, latitudes } = *self;
        let corner = |longitude, latitude| Point { longitude, latitude };
        [
            corner(longitudes.min, latitudes.max),
            corner(longitudes.max, latitudes.max),
            corner(longitudes.min, latitudes.min),
            corner(longitudes.max, latitudes.min),
        ]
    }
}

/// The place above the mean of some places in space.
fn centroid(points: &[Point]) -> Point {
    let mut sum = [0.0; 3];
    for point in points {
        let (longitude, latitude) = (to_radians(point.longitude), to_radians(point.latitude));
        sum[0] += EARTH_RADIUS_M * latitude.cos() * longitude.cos();
        sum[1] += EARTH_RADIUS_M * latitude.cos() * longitude.sin();
        sum[2] += EARTH_RADIUS_M * latitude.sin();
    }
    let [x, y, z] = sum.map(|sum| sum / points.len() as f64);
    Point {
        longitude: to_degrees(y.atan2(x)),
        latitude: to_degrees(z.atan2((x * x + y * y).sqrt())),
    }
}

/// Whether a place is within a polygon: whether a ray to the east crosses an odd number of its
/// sides (W. Randolph Franklin, "PNPOLY").
fn encloses(vertices: &[Point], point: Point) -> bool {
    let Some(last) = vertices.last() else { return false };
    let sides = vertices.iter().zip(std::iter::once(last).chain(vertices));
    let is_crossed = |(a, b): &(&Point, &Point)| {
        let spans = (a.latitude > point.latitude) != (b.latitude > point.latitude);
        let run = (b.longitude - a.longitude) * (point.latitude - a.latitude);
        spans && point.longitude < run / (b.latitude - a.latitude) + a.longitude
    };
    sides.filter(is_crossed).count() % 2 == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn points(coordinates: &[(f64, f64)]) -> Vec<Point> {
        coordinates.iter().map(|&(longitude, latitude)| Point { longitude, latitude }).collect()
    }

    #[test]
    fn a_box_is_measured_along_both_axes() {
        let centre = Point { longitude: 10.0, latitude: 0.0 };
        let degree_m = to_radians(1.0) * EARTH_RADIUS_M;
        let (width_m, height_m) = (4.0 * degree_m, 2.0 * degree_m);
        let region = Region::around(centre, Extent::Rectangle { width_m, height_m });
        let inside = |longitude, latitude| region.distance_m(Point { longitude, latitude });
        assert!(inside(11.99, 0.99).is_some_and(|distance_m| distance_m > 2.0 * degree_m));
        assert!(inside(8.01, -0.99).is_some());
        assert!(inside(12.01, 0.0).is_none());
        assert!(inside(10.0, 1.01).is_none());
    }

    #[test]
    fn a_polygon_may_be_hollow() {
        let horseshoe = points(&[
            (0., 0.),
            (9., 0.),
            (9., 9.),
            (6., 9.),
            (6., 3.),
            (3., 3.),
            (3., 9.),
            (0., 9.),
        ]);
        let region = Region::polygon(horseshoe);
        let inside =
            |longitude, latitude| region.distance_m(Point { longitude, latitude }).is_some();
        assert!(inside(1.0, 8.0) && inside(8.0, 8.0) && inside(4.5, 1.0));
        assert!(!inside(4.5, 8.0) && !inside(-1.0, 1.0) && !inside(10.0, 1.0));
    }

    #[test]
    fn the_centre_of_a_polygon_is_among_its_corners() {
        let region = Region::polygon(points(&[(12., 37.), (16., 37.), (16., 39.), (12., 39.)]));
        let centre = region.centre();
        assert!((centre.longitude - 14.0).abs() < 1e-9, "{centre:?}");
        assert!((centre.latitude - 38.0).abs() < 0.1, "{centre:?}");
    }
}
