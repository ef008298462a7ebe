//! Searching a sorted set of places.

use std::ops::Bound;

use super::cover;
use super::{Point, Region};
use crate::types::listpack::Element;
use crate::types::zset::SortedSet;

/// A member within the region that was searched.
#[derive(Clone, Debug)]
pub struct Found<'a> {
    /// Its name.
    pub member: Element<'a>,
    /// Its score.
    pub score: f64,
    /// The place its score stands for.
    pub point: Point,
    /// How far it is from the region's centre, in metres.
    pub distance_m: f64,
}

/// The members within a region, in no order that means something; at most `limit`, if any,
/// and then whichever are met first.
pub fn search<'a>(zset: &'a SortedSet, region: &Region, limit: Option<usize>) -> Vec<Found<'a>> {
    let found = cover::cells(region).into_iter().flat_map(|cell| {
        let scores = cell.scores();
        let ranks = zset.ranks_by_score(Bound::Included(scores.start), Bound::Excluded(scores.end));
        zset.range(ranks).filter_map(|(member, score)| {
            let point = Point::from_score(score);
            let distance_m = region.distance_m(point)?;
            Some(Found { member, score, point, distance_m })
        })
    });
    found.take(limit.unwrap_or(usize::MAX)).collect()
}
