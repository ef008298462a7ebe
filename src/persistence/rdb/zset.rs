//! Sorted sets: members with scores as text or binary, as a ziplist, or as a listpack.

use std::io::Read;

use super::format::object_type as kind;
use super::input::{Input, Result};
use super::legacy::ziplist::Ziplist;
use super::output::{Output, Put};
use crate::types::Limits;
use crate::types::listpack::{Corrupt, Element, Listpack};
use crate::types::zset::SortedSet;
use crate::util::number;

const NO_NUMBER: Corrupt = Corrupt("Sorted set score that is no number");

/// Count, then each member and its score as text (type 3).
pub(super) fn read_text_scores<R: Read>(
    input: &mut Input<R>,
    limits: &Limits,
) -> Result<SortedSet> {
    read_pairs(input, limits, text_score)
}

/// Count, then each member and its score in 8 bytes, little-endian (type 5).
pub(super) fn read_binary_scores<R: Read>(
    input: &mut Input<R>,
    limits: &Limits,
) -> Result<SortedSet> {
    read_pairs(input, limits, |input| input.array().map(f64::from_le_bytes))
}

/// Members and scores in a ziplist in a string.
pub(super) fn read_ziplist<R: Read>(input: &mut Input<R>, limits: &Limits) -> Result<SortedSet> {
    let bytes = input.string()?;
    input.checked(from_ziplist(&bytes, limits))
}

fn from_ziplist(bytes: &[u8], limits: &Limits) -> std::result::Result<SortedSet, Corrupt> {
    let mut elements = Ziplist::new(bytes)?;
    let mut zset = SortedSet::default();
    while let Some(member) = elements.next().transpose()? {
        let score = elements.next().ok_or(Corrupt("Sorted set member without a score"))??;
        let score = element_score(score).ok_or(NO_NUMBER)?;
        insert(&mut zset, &member.to_bytes(), score, limits)?;
    }
    Ok(zset)
}

/// Members and scores in a listpack in a string.
pub(super) fn read_listpack<R: Read>(input: &mut Input<R>, limits: &Limits) -> Result<SortedSet> {
    let bytes = input.string()?;
    let listpack = input.checked(Listpack::from_bytes(&bytes))?;
    input.checked(SortedSet::from_listpack(listpack, limits))
}

fn read_pairs<R: Read>(
    input: &mut Input<R>,
    limits: &Limits,
    read_score: impl Fn(&mut Input<R>) -> Result<f64>,
) -> Result<SortedSet> {
    let count = input.length()?;
    let mut zset = SortedSet::default();
    zset.expect(usize::try_from(count).unwrap_or(usize::MAX), limits);
    for _ in 0..count {
        let member = input.string()?;
        let score = read_score(input)?;
        input.checked(insert(&mut zset, &member, score, limits))?;
    }
    Ok(zset)
}

/// One byte of length and that many of text; three lengths stand for what is no number.
fn text_score<R: Read>(input: &mut Input<R>) -> Result<f64> {
    match input.byte()? {
        255 => Ok(f64::NEG_INFINITY),
        254 => Ok(f64::INFINITY),
        253 => Ok(f64::NAN),
        len => {
            let text = input.bytes(len.into())?;
            input.checked(number::parse_f64(&text).ok_or(NO_NUMBER))
        }
    }
}

fn element_score(element: Element<'_>) -> Option<f64> {
    match element {
        Element::Int(score) => Some(score as f64),
        Element::Bytes(text) => number::parse_f64(text),
    }
}

fn insert(
    zset: &mut SortedSet,
    member: &[u8],
    score: f64,
    limits: &Limits,
) -> std::result::Result<(), Corrupt> {
    if score.is_nan() {
        return Err(Corrupt("Zset with NAN score detected"));
    }
    if !zset.insert(member, score, limits) {
        return Err(Corrupt("Duplicate zset fields detected"));
    }
    Ok(())
}

/// The type byte for what [`write`] writes.
pub(super) fn type_of(zset: &SortedSet) -> u8 {
    match zset.as_listpack() {
        Some(_) => kind::ZSET_LISTPACK,
        None => kind::ZSET_2,
    }
}

pub(super) fn write<P: Put>(
    output: &mut Output<P>,
    zset: &SortedSet,
) -> std::result::Result<(), P::Error> {
    if let Some(listpack) = zset.as_listpack() {
        return output.string(listpack.as_bytes());
    }
    output.count(zset.len())?;
    // From the highest score down, as Redis does, whose readers insert fastest at the front.
    zset.iter().rev().try_for_each(|(member, score)| {
        output.string(&member.to_bytes())?;
        output.raw(&score.to_le_bytes())
    })
}
