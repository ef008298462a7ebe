//! Unions, intersections and differences of sorted sets, and of sets, whose members all have
//! the score 1. Members are borrowed from where they are: no source is copied.

use super::members::Member;
use crate::commands::prelude::*;
use crate::types::listpack::Element;
use crate::types::set::Set;
use crate::types::zset::SortedSet;
use crate::types::{Limits, Type};
use smallvec::SmallVec;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::iter;

/// What is made of the sources.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    Union,
    Inter,
    Diff,
}

/// What becomes of the result, which decides on the options that make sense.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Members are answered, with `WITHSCORES` their scores.
    Answered,
    /// They are stored.
    Stored,
    /// They are counted, with `LIMIT` up to a number.
    Counted,
}

/// What a client asks for.
pub struct Request<'a> {
    operation: Operation,
    keys: SmallVec<[Key<'a>; 2]>,
    /// One for each key, or none where all are 1.
    weights: SmallVec<[f64; 2]>,
    aggregate: Aggregate,
    /// Whether scores are to be answered, too.
    pub with_scores: bool,
    /// How many members are counted at most; 0 is no limit.
    pub limit: usize,
}

/// How the scores become one that a member has in several sources.
#[derive(Clone, Copy)]
enum Aggregate {
    Sum,
    Min,
    Max,
    /// The sum of the weights alone. Redis's, since its version 8.8.
    Count,
}

impl<'a> Request<'a> {
    /// Reads the number of keys and all that follows. As in Redis a key of the wrong type is
    /// found before the options are looked at.
    pub fn parse(
        ctx: &mut Ctx<'_>,
        args: &mut Args<'a>,
        operation: Operation,
        outcome: Outcome,
    ) -> Result<Request<'a>> {
        let count = usize::try_from(args.int()?).ok().filter(|count| *count > 0);
        let count = count.ok_or_else(|| {
            let name = ctx.command().name;
            Error::msg(format!("at least 1 input key is needed for '{name}' command"))
        })?;
        let keys = args.keys(count)?;
        for &key in &keys {
            let kind = ctx.txn.get(key).map(|entry| entry.kind());
            if kind.is_some_and(|kind| !matches!(kind, Type::SortedSet | Type::Set)) {
                return Err(Error::WrongType);
            }
        }
        let mut request = Request {
            operation,
            keys,
            weights: SmallVec::new(),
            aggregate: Aggregate::Sum,
            with_scores: false,
            limit: 0,
        };
        request.read_options(args, outcome)?;
        Ok(request)
    }

    fn read_options(&mut self, args: &mut Args<'a>, outcome: Outcome) -> Result {
        let combines = self.operation != Operation::Diff && outcome != Outcome::Counted;
        while !args.is_empty() {
            match args.keyword().as_str() {
                "weights" if combines && args.remaining() >= self.keys.len() => {
                    let weight =
                        |_| args.float().map_err(|_| Error::msg("weight value is not a float"));
                    self.weights = (0..self.keys.len()).map(weight).collect::<Result<_>>()?;
                }
                "aggregate" if combines && !args.is_empty() => {
                    self.aggregate = match args.keyword().as_str() {
                        "sum" => Aggregate::Sum,
                        "min" => Aggregate::Min,
                        "max" => Aggregate::Max,
                        "count" => Aggregate::Count,
                        _ => return Err(Error::Syntax),
                    };
                }
                "withscores" if outcome == Outcome::Answered => self.with_scores = true,
                "limit" if outcome == Outcome::Counted && !args.is_empty() => {
                    let limit = args.nonnegative();
                    self.limit = limit.map_err(|_| Error::msg("LIMIT can't be negative"))?;
                }
                _ => return Err(Error::Syntax),
            }
        }
        Ok(())
    }

    /// The members of the result, ordered as in a sorted set.
    pub fn members<'t>(&self, txn: &'t Txn<'_>) -> Vec<Member<'t>> {
        let sources = self.sources(txn);
        let mut members: Vec<Member<'t>> = match self.operation {
            Operation::Union => self.union(&sources),
            Operation::Inter => self.intersection(&sources).collect(),
            Operation::Diff => difference(&sources).collect(),
        };
        members.sort_unstable_by(|(name, score), (other_name, other_score)| {
            let by_score = score.partial_cmp(other_score);
            by_score.filter(|order| order.is_ne()).unwrap_or_else(|| name.cmp_bytes(other_name))
        });
        members
    }

    /// The result as a sorted set of its own.
    pub fn sorted_set(&self, txn: &Txn<'_>, limits: &Limits) -> SortedSet {
        let members = self.members(txn);
        let mut zset = SortedSet::default();
        zset.expect(members.len(), limits);
        for (name, score) in members {
            zset.insert(&name.to_bytes(), score, limits);
        }
        zset
    }

    /// How many members an intersection has, up to the limit.
    pub fn count(&self, txn: &Txn<'_>) -> usize {
        let most = if self.limit == 0 { usize::MAX } else { self.limit };
        self.intersection(&self.sources(txn)).take(most).count()
    }

    /// The sources with their weights; those of unions and intersections from the smallest to
    /// the largest, in which order their scores are added up.
    fn sources<'t>(&self, txn: &'t Txn<'_>) -> Vec<Source<'t>> {
        let weights = self.weights.iter().copied().chain(iter::repeat(1.0));
        let mut sources: Vec<Source<'t>> = self
            .keys
            .iter()
            .zip(weights)
            .map(|(key, weight)| Source { members: Members::of(txn, *key), weight })
            .collect();
        if self.operation != Operation::Diff {
            sources.sort_by_key(|source| source.members.len());
        }
        sources
    }

    fn union<'t>(&self, sources: &[Source<'t>]) -> Vec<Member<'t>> {
        let largest = sources.last().map_or(0, |source| source.members.len());
        let mut scores: HashMap<Element<'t>, f64, ahash::RandomState> =
            HashMap::with_capacity_and_hasher(largest, ahash::RandomState::default());
        for source in sources {
            for (name, score) in source.members.iter() {
                let score = or_zero(self.aggregate.weighted(score, source.weight));
                match scores.entry(name.canonical()) {
                    Entry::Vacant(place) => drop(place.insert(score)),
                    Entry::Occupied(mut place) => {
                        let sum = self.aggregate.apply(*place.get(), score);
                        place.insert(sum);
                    }
                }
            }
        }
        scores.into_iter().collect()
    }

    /// The members of the first source that all others have, too.
    fn intersection<'t>(&self, sources: &[Source<'t>]) -> impl Iterator<Item = Member<'t>> {
        let aggregate = self.aggregate;
        let first = sources.first().into_iter();
        first.flat_map(move |first| {
            first.members.iter().filter_map(move |(name, score)| {
                let mut sum = or_zero(aggregate.weighted(score, first.weight));
                for other in &sources[1..] {
                    let score = other.members.score(name)?;
                    sum = aggregate.apply(sum, aggregate.weighted(score, other.weight));
                }
                Some((name, sum))
            })
        })
    }
}

/// The members of the first source that none of the others has.
fn difference<'t>(sources: &[Source<'t>]) -> impl Iterator<Item = Member<'t>> {
    sources.first().into_iter().flat_map(move |first| {
        let kept = move |(name, _): &Member<'t>| {
            sources[1..].iter().all(|other| other.members.score(*name).is_none())
        };
        first.members.iter().filter(kept)
    })
}

impl Aggregate {
    /// What a score counts for.
    fn weighted(self, score: f64, weight: f64) -> f64 {
        match self {
            Aggregate::Count => weight,
            _ => score * weight,
        }
    }

    fn apply(self, sum: f64, score: f64) -> f64 {
        match self {
            Aggregate::Sum | Aggregate::Count => or_zero(sum + score),
            // Of two zeros the first one stays, whatever its sign.
            Aggregate::Min if score < sum => score,
            Aggregate::Max if score > sum => score,
            Aggregate::Min | Aggregate::Max => sum,
        }
    }
}

/// What is not a number counts as zero: infinity times zero, infinity less infinity.
fn or_zero(score: f64) -> f64 {
    if score.is_nan() { 0.0 } else { score }
}

/// Something to combine.
struct Source<'t> {
    members: Members<'t>,
    weight: f64,
}

/// What a key holds.
#[derive(Clone, Copy)]
enum Members<'t> {
    Missing,
    Sorted(&'t SortedSet),
    Plain(&'t Set),
}

impl<'t> Members<'t> {
    fn of(txn: &'t Txn<'_>, key: Key<'_>) -> Members<'t> {
        let Some(entry) = txn.peek(key) else { return Members::Missing };
        match (entry.get::<SortedSet>(), entry.get::<Set>()) {
            (Some(zset), _) => Members::Sorted(zset),
            (None, Some(set)) => Members::Plain(set),
            (None, None) => Members::Missing,
        }
    }

    fn len(self) -> usize {
        match self {
            Members::Missing => 0,
            Members::Sorted(zset) => zset.len(),
            Members::Plain(set) => set.len(),
        }
    }

    fn iter(self) -> Box<dyn Iterator<Item = Member<'t>> + 't> {
        match self {
            Members::Missing => Box::new(iter::empty()),
            Members::Sorted(zset) => Box::new(zset.iter()),
            Members::Plain(set) => Box::new(set.iter().map(|name| (name, 1.0))),
        }
    }

    /// The score of a member; none if it is not there.
    fn score(self, name: Element<'_>) -> Option<f64> {
        match self {
            Members::Missing => None,
            Members::Sorted(zset) => zset.score(name.text(&mut itoa::Buffer::new())),
            Members::Plain(set) => set.contains_element(name).then_some(1.0),
        }
    }
}
