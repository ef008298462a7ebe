//! Sets: one by one, as an intset, or as a listpack.

use std::io::Read;

use super::format::{Version, object_type as kind};
use super::input::{Input, Result};
use super::output::{Output, Put};
use crate::types::intset::Intset;
use crate::types::set::Set;
use crate::types::{Limits, listpack::Listpack};

/// Count, members.
pub(super) fn read_members<R: Read>(input: &mut Input<R>, limits: &Limits) -> Result<Set> {
    let count = input.length()?;
    let mut set = Set::default();
    for _ in 0..count {
        let member = input.string()?;
        if set.is_empty() {
            set.expect(&member, usize::try_from(count).unwrap_or(usize::MAX), limits);
        }
        if !set.insert(&member, limits) {
            return Err(input.corrupt("Duplicate set members detected"));
        }
    }
    Ok(set)
}

/// An intset in a string.
pub(super) fn read_intset<R: Read>(input: &mut Input<R>, limits: &Limits) -> Result<Set> {
    let bytes = input.string()?;
    let intset = input.checked(Intset::from_bytes(&bytes))?;
    Ok(Set::from_intset(intset, limits))
}

/// A listpack in a string.
pub(super) fn read_listpack<R: Read>(input: &mut Input<R>, limits: &Limits) -> Result<Set> {
    let bytes = input.string()?;
    let listpack = input.checked(Listpack::from_bytes(&bytes))?;
    input.checked(Set::from_listpack(listpack, limits))
}

/// The type byte for what [`write`] writes.
pub(super) fn type_of(set: &Set, version: Version) -> u8 {
    if set.as_intset().is_some() {
        kind::SET_INTSET
    } else if packed(set, version).is_some() {
        kind::SET_LISTPACK
    } else {
        kind::SET
    }
}

pub(super) fn write<P: Put>(
    output: &mut Output<P>,
    set: &Set,
) -> std::result::Result<(), P::Error> {
    if let Some(intset) = set.as_intset() {
        return output.string(intset.as_bytes());
    }
    if let Some(listpack) = packed(set, output.version) {
        return output.string(listpack.as_bytes());
    }
    output.count(set.len())?;
    set.iter().try_for_each(|member| output.string(&member.to_bytes()))
}

/// The set's listpack, where it has one and the version knows set listpacks.
fn packed(set: &Set, version: Version) -> Option<&Listpack> {
    set.as_listpack().filter(|_| version >= Version::V11)
}
