//! SUNION, SUNIONSTORE.

use super::operation::{self, Members};
use crate::commands::prelude::*;
use crate::types::set::Set;
use ahash::RandomState;
use std::collections::HashSet;

pub const SUNION: Command = Command::new("sunion", -2, sunion)
    .flags(READONLY)
    .acl(Acl::SET)
    .keys(&[KeySpec::range(1, -1, 1, access::RO | access::ACCESS)])
    .group("set")
    .since("1.0.0")
    .complexity("O(N) where N is the total number of elements in all given sets.")
    .syntax("key [key ...]")
    .summary("Returns the union of multiple sets.")
    .tips(&["nondeterministic_output_order"]);

fn sunion(ctx: &mut Ctx<'_>, args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    operation::answer(ctx, args, reply, union)
}

pub const SUNIONSTORE: Command = Command::new("sunionstore", -3, sunionstore)
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
    .summary("Stores the union of multiple sets in a key.");

/// The new set itself finds out which members come twice.
fn sunionstore(ctx: &mut Ctx<'_>, args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    operation::store(ctx, args, reply, all_members, Event::set("sunionstore"))
}

/// The members of all sets, those of several as often.
fn all_members<'s>(sets: &[Option<&'s Set>]) -> Members<'s> {
    let sets: Vec<&Set> = sets.iter().copied().flatten().collect();
    Box::new(sets.into_iter().flat_map(Set::iter))
}

/// The members of all sets, each once. The largest set needs no memory of what was there
/// already: it can be asked.
fn union<'s>(sets: &[Option<&'s Set>]) -> Members<'s> {
    let mut sets: Vec<&Set> = sets.iter().copied().flatten().collect();
    let Some((largest_at, largest)) =
        sets.iter().copied().enumerate().max_by_key(|(_, set)| set.len())
    else {
        return Box::new(std::iter::empty());
    };
    sets.swap_remove(largest_at);
    let several = sets.len() > 1;
    let mut seen = HashSet::<_, RandomState>::default();
    let more = sets.into_iter().flat_map(Set::iter).filter(move |member| {
        !largest.contains_element(*member) && (!several || seen.insert(member.canonical()))
    });
    Box::new(largest.iter().chain(more))
}
