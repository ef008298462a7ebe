//! SDIFF, SDIFFSTORE.

use super::operation::{self, Members};
use crate::commands::prelude::*;
use crate::types::listpack::Element;
use crate::types::set::Set;
use ahash::RandomState;
use std::cmp::Reverse;
use std::collections::HashSet;
use std::ptr;

pub const SDIFF: Command = Command::new("sdiff", -2, sdiff)
    .flags(READONLY)
    .acl(Acl::SET)
    .keys(&[KeySpec::range(1, -1, 1, access::RO | access::ACCESS)])
    .group("set")
    .since("1.0.0")
    .complexity("O(N) where N is the total number of elements in all given sets.")
    .syntax("key [key ...]")
    .summary("Returns the difference of multiple sets.")
    .tips(&["nondeterministic_output_order"]);

fn sdiff(ctx: &mut Ctx<'_>, args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    operation::answer(ctx, args, reply, difference)
}

pub const SDIFFSTORE: Command = Command::new("sdiffstore", -3, sdiffstore)
    .flags(WRITE.or(DENYOOM))
    .acl(Acl::SET)
    .keys(&[
        KeySpec::one(1, access::OW | access::UPDATE),
        KeySpec::range(2, -1, 1, access::RO | access::ACCESS),
    ])
    .group("set")
    .since("1.0.0")
    .complexity("O(N) where N is the total number of elements in all given sets.")
    .syntax("destination key [key ...]")
    .summary("Stores the difference of multiple sets in a key.");

fn sdiffstore(ctx: &mut Ctx<'_>, args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    operation::store(ctx, args, reply, difference, Event::set("sdiffstore"))
}

/// The first set's members that no other set has.
///
/// Either each of them is looked for in the other sets, which takes the first's length times
/// their number, or each member of the others is taken out of the first's, which takes the sum
/// of all lengths. As in Redis the first way counts as half as dear, since it needs no memory
/// and stops at the first set that has the member.
fn difference<'s>(sets: &[Option<&'s Set>]) -> Members<'s> {
    let (Some(Some(first)), others) = (sets.first().copied(), sets.iter().skip(1)) else {
        return Box::new(std::iter::empty());
    };
    let mut others: Vec<&Set> = others.copied().flatten().collect();
    if others.iter().any(|other| ptr::eq(*other, first)) {
        return Box::new(std::iter::empty());
    }
    let all_lens = others.iter().fold(first.len(), |sum, set| sum.saturating_add(set.len()));
    let lookups = first.len().saturating_mul(others.len() + 1);
    if lookups / 2 > all_lens {
        return Box::new(subtract(first, &others).into_iter());
    }
    // The largest is the most likely to have a member.
    others.sort_by_key(|set| Reverse(set.len()));
    let is_only_in_first =
        move |member: &_| !others.iter().any(|set| set.contains_element(*member));
    Box::new(first.iter().filter(is_only_in_first))
}

/// The members left of the first set when those of the others are taken out.
fn subtract<'s>(first: &'s Set, others: &[&'s Set]) -> HashSet<Element<'s>, RandomState> {
    let mut left: HashSet<Element<'_>, RandomState> =
        first.iter().map(Element::canonical).collect();
    for other in others {
        if left.is_empty() {
            break;
        }
        for member in other.iter() {
            left.remove(&member.canonical());
        }
    }
    left
}
