//! Scores and texts against a server's, and searches against looking at every member.

use proptest::prelude::*;

use super::*;
use crate::types::Limits;
use crate::types::zset::SortedSet;

fn point(longitude: f64, latitude: f64) -> Point {
    Point { longitude, latitude }
}

#[test]
fn scores_and_geohashes_are_a_servers() {
    for (longitude, latitude, score, geohash) in [
        (13.361389, 38.115556, 3479099956230698.0, b"sqc8b49rny0"),
        (15.087269, 37.502669, 3479447370796909.0, b"sqdtr74hyu0"),
        (2.2944692, 48.8584625, 3663832614298053.0, b"u09tunqv1j0"),
        (-122.27652, 37.805186, 1367952638197536.0, b"9q9p1d0znt0"),
        (0.0, 0.0, 3377699720527872.0, b"s0000000000"),
        (-180.0, -85.05112878, 0.0, b"00bh0hbj200"),
        (180.0, 85.05112878, 13510798882111488.0, b"bp05b5048p0"),
    ] {
        let scored = point(longitude, latitude).score();
        assert_eq!(scored, score, "{longitude} {latitude}");
        let text = Point::from_score(scored).geohash();
        assert_eq!(&text, geohash, "{}", text.escape_ascii());
    }
}

#[test]
fn places_off_the_map_are_none() {
    assert!(Point::new(180.0, 85.05112878).is_some());
    assert!(Point::new(-180.0, -85.05112878).is_some());
    for (longitude, latitude) in [
        (180.000001, 0.0),
        (-180.000001, 0.0),
        (0.0, 85.0511288),
        (0.0, -85.0511288),
        (f64::INFINITY, 0.0),
        (0.0, f64::NAN),
    ] {
        assert_eq!(Point::new(longitude, latitude), None, "{longitude} {latitude}");
    }
}

#[test]
fn any_score_is_a_place() {
    for score in [-1.0, -1e300, 1e300, f64::INFINITY, f64::NEG_INFINITY, 0.5, 9.1e18, 1.8e19] {
        let Point { longitude, latitude } = Point::from_score(score);
        assert!(Point::new(longitude, latitude).is_some(), "{score}: {longitude} {latitude}");
    }
}

/// A sorted set of these places, named by their index, packed or not.
fn zset(places: &[Point], packed: bool) -> SortedSet {
    let zset_max_listpack_entries = if packed { usize::MAX } else { 0 };
    let limits = Limits { zset_max_listpack_entries, ..Limits::default() };
    let mut zset = SortedSet::default();
    for (index, place) in places.iter().enumerate() {
        zset.insert(format!("place {index}").as_bytes(), place.score(), &limits);
    }
    zset
}

type Names = Vec<Vec<u8>>;

fn searched(zset: &SortedSet, region: &Region) -> Names {
    let mut names: Names = search(zset, region, None)
        .iter()
        .map(|found| found.member.to_bytes().into_owned())
        .collect();
    names.sort();
    names
}

fn naive(zset: &SortedSet, region: &Region) -> Names {
    let mut names: Names = zset
        .iter()
        .filter(|(_, score)| region.distance_m(Point::from_score(*score)).is_some())
        .map(|(member, _)| member.to_bytes().into_owned())
        .collect();
    names.sort();
    names
}

/// Places of a whole map, many of them close together.
fn places(latitudes: std::ops::Range<f64>) -> impl Strategy<Value = Vec<Point>> {
    let anywhere = (-180.0..180.0f64, latitudes);
    let near = (anywhere.clone(), prop::collection::vec((-1.0..1.0f64, -1.0..1.0f64), 1..8));
    prop::collection::vec((near, -4..1i32), 1..12).prop_map(|clusters| {
        let around = |(((longitude, latitude), offsets), scale): ((_, Vec<(f64, f64)>), i32)| {
            let scale = 10f64.powi(scale);
            let (longitude, latitude): (f64, f64) = (longitude, latitude);
            offsets.into_iter().map(move |(x, y)| {
                let longitude = (longitude + x * scale).clamp(-180.0, 179.9999);
                point(longitude, (latitude + y * scale).clamp(-85.0, 85.0))
            })
        };
        clusters.into_iter().flat_map(around).collect()
    })
}

fn radius_m() -> impl Strategy<Value = f64> {
    (0.0..6.3f64).prop_map(|magnitude| 10f64.powf(magnitude))
}

proptest! {
    #[test]
    fn a_score_tells_the_place(longitude in -180.0..=180.0f64, latitude in -85.0511..=85.0511f64) {
        let place = point(longitude, latitude);
        let decoded = Point::from_score(place.score());
        prop_assert!((decoded.longitude - longitude).abs() <= 360.0 / f64::from(1 << 26));
        prop_assert!((decoded.latitude - latitude).abs() <= 171.0 / f64::from(1 << 26));
        prop_assert!(place.distance_m(decoded) < 1.0);
        // The score of the decoded place is the same: there and back again changes nothing.
        prop_assert!(longitude > 179.99999 || decoded.score() == place.score());
    }

    #[test]
    fn a_circle_holds_what_is_near(
        places in places(-60.0..60.0),
        centre in (-180.0..180.0f64, -60.0..60.0f64),
        at_place: Option<prop::sample::Index>,
        radius_m in radius_m(),
        packed: bool,
    ) {
        let centre = at_place.map_or(point(centre.0, centre.1), |index| *index.get(&places));
        let zset = zset(&places, packed);
        let region = Region::around(centre, Extent::Circle { radius_m });
        prop_assert_eq!(searched(&zset, &region), naive(&zset, &region));
    }

    #[test]
    fn a_box_holds_what_is_in_it(
        places in places(-60.0..60.0),
        centre in prop::sample::select(vec![0.0, 0.25, 0.5, 0.75]),
        width_m in radius_m(),
        height_m in radius_m(),
        packed: bool,
    ) {
        let centre = places[(centre * places.len() as f64) as usize];
        let zset = zset(&places, packed);
        let region = Region::around(centre, Extent::Rectangle { width_m, height_m });
        prop_assert_eq!(searched(&zset, &region), naive(&zset, &region));
    }

    #[test]
    fn a_polygon_holds_what_is_in_it(
        places in places(-60.0..60.0),
        corners in prop::collection::vec((-60.0..60.0f64, -60.0..60.0f64), 3..9),
        scale in prop::sample::select(vec![1.0, 0.1, 0.01]),
        packed: bool,
    ) {
        let centre = places[0];
        let corner = |(x, y): &(f64, f64)| point(
            (centre.longitude + x * scale).clamp(-180.0, 180.0),
            (centre.latitude + y * scale).clamp(-60.0, 60.0),
        );
        let zset = zset(&places, packed);
        let region = Region::polygon(corners.iter().map(corner).collect());
        prop_assert_eq!(searched(&zset, &region), naive(&zset, &region));
    }

    /// Near the poles Redis overlooks some, but it shows none that is too far.
    #[test]
    fn near_the_poles_nothing_is_made_up(
        places in places(-85.0..85.0),
        centre: prop::sample::Index,
        radius_m in radius_m(),
        limit in 0usize..10,
    ) {
        let zset = zset(&places, true);
        let region = Region::around(*centre.get(&places), Extent::Circle { radius_m });
        let (found, near) = (searched(&zset, &region), naive(&zset, &region));
        prop_assert!(found.iter().all(|name| near.contains(name)));
        prop_assert!(found.windows(2).all(|pair| pair[0] != pair[1]));
        let limited = search(&zset, &region, Some(limit));
        prop_assert_eq!(limited.len(), found.len().min(limit));
    }
}
