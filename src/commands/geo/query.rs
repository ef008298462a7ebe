//! What a search asks for beside its region, and running it.

use super::coordinates::UnitM;
use crate::commands::prelude::*;
use crate::types::geo::{self, Found, Point, Region};
use crate::types::zset::SortedSet;

/// The words that all searches have in common.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// Show how far members are.
    pub with_distance: bool,
    /// Show their scores.
    pub with_score: bool,
    /// Show where they are.
    pub with_coordinates: bool,
    order: Option<Order>,
    count: Option<usize>,
    any: bool,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Order {
    NearestFirst,
    FarthestFirst,
}

impl Options {
    /// Reads all arguments that are left. `own` is given every word that is not one of those in
    /// common, and says whether it is one of the command's.
    pub fn parse<'a>(
        args: &mut Args<'a>,
        mut own: impl FnMut(&str, &mut Args<'a>) -> Result<bool>,
    ) -> Result<Options> {
        let mut options = Options::default();
        while !args.is_empty() {
            match args.keyword().as_str() {
                "withdist" => options.with_distance = true,
                "withhash" => options.with_score = true,
                "withcoord" => options.with_coordinates = true,
                "any" => options.any = true,
                "asc" => options.order = Some(Order::NearestFirst),
                "desc" => options.order = Some(Order::FarthestFirst),
                "count" => {
                    let count = usize::try_from(args.int()?).ok().filter(|count| *count > 0);
                    options.count = Some(count.ok_or(Error::msg("COUNT must be > 0"))?);
                }
                word if own(word, args)? => {}
                _ => return Err(Error::Syntax),
            }
        }
        Ok(options)
    }

    /// Refuses what a command that stores its result does not do. `what` is its name in the
    /// error.
    pub fn only_store(&self, what: &str) -> Result {
        if self.with_distance || self.with_score || self.with_coordinates {
            let text = "is not compatible with WITHDIST, WITHHASH and WITHCOORD options";
            return Err(Error::msg(format!("{what} {text}")));
        }
        Ok(())
    }

    /// The last check of the arguments, after the command's own.
    pub fn finish(&self) -> Result {
        if self.any && self.count.is_none() {
            return Err(Error::msg("the ANY argument requires COUNT argument"));
        }
        Ok(())
    }

    /// What is shown of each member beside its name.
    pub fn details(&self) -> usize {
        [self.with_distance, self.with_score, self.with_coordinates]
            .into_iter()
            .map(usize::from)
            .sum()
    }
}

/// A search that is ready to run.
pub struct Query {
    /// Where to look; none when there is no member to look around, its key being gone.
    pub region: Option<Region>,
    /// The unit of distances.
    pub unit_m: UnitM,
    /// The rest.
    pub options: Options,
}

impl Query {
    /// What the search finds, as it is to be shown; nothing where there is no such key.
    pub fn run<'a>(&self, zset: Option<&'a SortedSet>) -> Vec<Found<'a>> {
        let (Some(zset), Some(region)) = (zset, &self.region) else { return Vec::new() };
        let Options { order, count, any, .. } = self.options;
        let limit = count.filter(|_| any);
        let mut found = geo::search(zset, region, limit);
        // The first few of no order would be of no use.
        let order = order.or_else(|| (count.is_some() && !any).then_some(Order::NearestFirst));
        if let Some(order) = order {
            sort(&mut found, order, count.unwrap_or(usize::MAX));
        }
        found
    }
}

/// Keeps the first `count` of the order.
fn sort(found: &mut Vec<Found<'_>>, order: Order, count: usize) {
    let compare = |a: &Found<'_>, b: &Found<'_>| match order {
        Order::NearestFirst => a.distance_m.total_cmp(&b.distance_m),
        Order::FarthestFirst => b.distance_m.total_cmp(&a.distance_m),
    };
    if count < found.len() {
        found.select_nth_unstable_by(count, compare);
        found.truncate(count);
    }
    found.sort_by(compare);
}

/// The place of the member that a search is around; none when there is no such key, which is
/// no error.
pub fn place_of(zset: Option<&SortedSet>, member: &[u8]) -> Result<Option<Point>> {
    let Some(zset) = zset else { return Ok(None) };
    let score = zset.score(member);
    let unknown = || Error::msg("could not decode requested zset member");
    score.map(|score| Some(Point::from_score(score))).ok_or_else(unknown)
}
