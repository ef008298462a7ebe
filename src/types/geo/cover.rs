//! Which cells a search has to look into: the one of its centre and some of its eight
//! neighbours, at a step where they are just large enough.

use smallvec::SmallVec;

use super::cell::Cell;
use super::region::{Bounds, Region};
use super::{LATITUDES, LONGITUDES, Point};

/// A centre's cell and its neighbours, as columns to the east and rows to the north, in Redis's
/// order: a search that stops early (COUNT with ANY), or does not sort, shows it.
const AROUND: [(i32, i32); 9] =
    [(0, 0), (0, 1), (0, -1), (1, 0), (-1, 0), (1, 1), (-1, 1), (1, -1), (-1, -1)];

/// The cells that cover a region, each once, in the order they are searched.
///
/// As in Redis, a region that reaches around a pole may be covered in part only: its bounds say
/// nothing there about the longitudes on the far side.
pub(super) fn cells(region: &Region) -> SmallVec<[Cell; 9]> {
    let bounds = region.bounds();
    let centre = on_map(region.centre());
    let mut step = step_for(region.radius_m(), centre.latitude);
    if step > 1 && !reach(Cell::at(centre, step), &bounds) {
        step -= 1;
    }
    let middle = Cell::at(centre, step);
    let mut cells = SmallVec::new();
    for (east, north) in AROUND {
        let cell = middle.moved(east, north);
        // In the coarsest map east and west are one and the same.
        let is_new = !cells.contains(&cell);
        if is_new && (step == 1 || !is_useless(middle, east, north, &bounds)) {
            cells.push(cell);
        }
    }
    cells
}

/// The step at which a circle is mostly covered by nine cells: each halving of the cells makes it
/// one more. Towards the poles cells become narrow, so they must be larger.
fn step_for(radius_m: f64, latitude: f64) -> u32 {
    /// Half the earth's girth on the Mercator map.
    const MERCATOR_MAX_M: f64 = 20_037_726.37;
    if radius_m == 0.0 {
        return Cell::FINEST;
    }
    let mut step = -1;
    let mut reach_m = radius_m;
    while reach_m < MERCATOR_MAX_M {
        reach_m *= 2.0;
        step += 1;
    }
    step -= i32::from(latitude.abs() > 66.0) + i32::from(latitude.abs() > 80.0);
    step.clamp(1, Cell::FINEST as i32) as u32
}

/// Whether a cell's neighbours reach to the bounds on all four sides.
fn reach(middle: Cell, bounds: &Bounds) -> bool {
    let falls_short = middle.moved(0, 1).latitudes().max < bounds.latitudes.max
        || middle.moved(0, -1).latitudes().min > bounds.latitudes.min
        || middle.moved(1, 0).longitudes().max < bounds.longitudes.max
        || middle.moved(-1, 0).longitudes().min > bounds.longitudes.min;
    !falls_short
}

/// Whether a neighbour lies on a side where the cell itself reaches beyond the bounds.
fn is_useless(middle: Cell, east: i32, north: i32, bounds: &Bounds) -> bool {
    let (longitudes, latitudes) = (middle.longitudes(), middle.latitudes());
    (north < 0 && latitudes.min < bounds.latitudes.min)
        || (north > 0 && latitudes.max > bounds.latitudes.max)
        || (east < 0 && longitudes.min < bounds.longitudes.min)
        || (east > 0 && longitudes.max > bounds.longitudes.max)
}

/// The centre of a polygon around a pole lies on no map: the nearest place that does.
fn on_map(point: Point) -> Point {
    Point {
        longitude: point.longitude.clamp(LONGITUDES.min, LONGITUDES.max),
        latitude: point.latitude.clamp(LATITUDES.min, LATITUDES.max),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::geo::Extent;

    fn cells_of_circle(longitude: f64, latitude: f64, radius_m: f64) -> usize {
        let centre = Point { longitude, latitude };
        cells(&Region::around(centre, Extent::Circle { radius_m })).len()
    }

    #[test]
    fn wider_circles_take_coarser_steps() {
        assert_eq!(step_for(0.0, 0.0), 26);
        assert_eq!(step_for(f64::MIN_POSITIVE, 0.0), 26);
        assert_eq!(step_for(1.0, 0.0), 24);
        assert_eq!(step_for(1.0, -70.0), 23);
        assert_eq!(step_for(1.0, 81.0), 22);
        assert_eq!(step_for(200_000.0, 37.0), 6);
        for radius_m in [1e7, 1e9, f64::INFINITY] {
            assert_eq!(step_for(radius_m, 0.0), 1, "{radius_m}");
        }
    }

    #[test]
    fn useless_neighbours_are_left_out() {
        assert_eq!(cells_of_circle(15.0, 37.0, 0.0), 1);
        assert!(cells_of_circle(15.0, 37.0, 100_000.0) < 9);
        assert_eq!(cells_of_circle(0.0, 0.0, 100_000.0), 4);
    }

    #[test]
    fn the_coarsest_map_has_four_cells() {
        for radius_m in [1e7, 3e7, 1e300, f64::INFINITY] {
            assert_eq!(cells_of_circle(15.0, 37.0, radius_m), 4, "{radius_m}");
        }
    }
}
