//! Hashes: field by field with or without expiry times, as a zipmap, a ziplist, or a listpack
//! of pairs or triples.

use std::io::Read;

use super::format::object_type as kind;
use super::input::{Input, Result};
use super::legacy::{ziplist::Ziplist, zipmap::Zipmap};
use super::output::{Output, Put};
use crate::types::Limits;
use crate::types::hash::Hash;
use crate::types::listpack::{Corrupt, Listpack};

/// In the metadata form: the field never expires.
const NEVER: u64 = 0;
/// In Valkey's form: the field never expires.
const VALKEY_NEVER_MS: i64 = -1;
/// What Redis has room for: 48 bits.
const EXPIRES_AT_MS_MAX: i64 = (1 << 48) - 1;

const BAD_EXPIRY: Corrupt = Corrupt("Hash field with an impossible expiry time");

/// Count, then each field and its value (type 4).
pub(super) fn read_pairs<R: Read>(input: &mut Input<R>, limits: &Limits) -> Result<Hash> {
    let count = input.length()?;
    let mut hash = expecting(count, limits);
    for _ in 0..count {
        let (field, value) = (input.string()?, input.string()?);
        input.checked(insert(&mut hash, &field, &value, None, limits))?;
    }
    Ok(hash)
}

/// Count, then each field, its value, and its expiry in 8 bytes (Valkey's type 22).
pub(super) fn read_valkey_triples<R: Read>(input: &mut Input<R>, limits: &Limits) -> Result<Hash> {
    let count = input.length()?;
    let mut hash = expecting(count, limits);
    for _ in 0..count {
        let (field, value, expiry) = (input.string()?, input.string()?, input.millis()?);
        let expires_at_ms = (expiry != VALKEY_NEVER_MS).then_some(expiry);
        input.checked(insert(&mut hash, &field, &value, expires_at_ms, limits))?;
    }
    Ok(hash)
}

/// Count, then each field's expiry as a length, the field, and its value (types 22 and 24).
/// The expiry is absolute, or, where the hash begins with the earliest, one more than the
/// distance to that.
pub(super) fn read_metadata<R: Read>(
    input: &mut Input<R>,
    has_earliest: bool,
    limits: &Limits,
) -> Result<Hash> {
    let base_ms = if has_earliest { input.millis()?.checked_sub(1) } else { Some(0) };
    let count = input.length()?;
    let mut hash = expecting(count, limits);
    for _ in 0..count {
        let (distance, field, value) = (input.length()?, input.string()?, input.string()?);
        let expires_at_ms = match distance {
            NEVER => None,
            _ => {
                let at_ms = base_ms.and_then(|base_ms| base_ms.checked_add_unsigned(distance));
                Some(input.checked(at_ms.ok_or(BAD_EXPIRY))?)
            }
        };
        input.checked(insert(&mut hash, &field, &value, expires_at_ms, limits))?;
    }
    Ok(hash)
}

/// A zipmap in a string.
pub(super) fn read_zipmap<R: Read>(input: &mut Input<R>, limits: &Limits) -> Result<Hash> {
    let bytes = input.string()?;
    input.checked(from_zipmap(&bytes, limits))
}

fn from_zipmap(bytes: &[u8], limits: &Limits) -> std::result::Result<Hash, Corrupt> {
    let mut hash = Hash::default();
    for pair in Zipmap::new(bytes)? {
        let (field, value) = pair?;
        insert(&mut hash, field, value, None, limits)?;
    }
    Ok(hash)
}

/// Fields and values in a ziplist in a string.
pub(super) fn read_ziplist<R: Read>(input: &mut Input<R>, limits: &Limits) -> Result<Hash> {
    let bytes = input.string()?;
    input.checked(from_ziplist(&bytes, limits))
}

fn from_ziplist(bytes: &[u8], limits: &Limits) -> std::result::Result<Hash, Corrupt> {
    let mut elements = Ziplist::new(bytes)?;
    let mut hash = Hash::default();
    while let Some(field) = elements.next().transpose()? {
        let value = elements.next().ok_or(Corrupt("Hash field without a value"))??;
        insert(&mut hash, &field.to_bytes(), &value.to_bytes(), None, limits)?;
    }
    Ok(hash)
}

/// Fields and values in a listpack in a string.
pub(super) fn read_listpack<R: Read>(input: &mut Input<R>, limits: &Limits) -> Result<Hash> {
    let bytes = input.string()?;
    let listpack = input.checked(Listpack::from_bytes(&bytes))?;
    input.checked(Hash::from_listpack(listpack, limits))
}

/// Fields, values and expiry times in a listpack in a string (types 23 and 25), where the
/// earliest expiry may come first: the listpack, being in order, begins with it anyway.
pub(super) fn read_listpack_ex<R: Read>(
    input: &mut Input<R>,
    has_earliest: bool,
    limits: &Limits,
) -> Result<Hash> {
    if has_earliest {
        input.millis()?;
    }
    let bytes = input.string()?;
    let listpack = input.checked(Listpack::from_bytes(&bytes))?;
    input.checked(Hash::from_listpack_ex(listpack, limits))
}

/// A hash in the encoding that so many fields will ask for. Nothing is allocated for them yet.
fn expecting(count: u64, limits: &Limits) -> Hash {
    let mut hash = Hash::default();
    hash.expect(usize::try_from(count).unwrap_or(usize::MAX), limits);
    hash
}

fn insert(
    hash: &mut Hash,
    field: &[u8],
    value: &[u8],
    expires_at_ms: Option<i64>,
    limits: &Limits,
) -> std::result::Result<(), Corrupt> {
    if !hash.insert(field, value, limits) {
        return Err(Corrupt("Duplicate hash fields detected"));
    }
    if let Some(expires_at_ms) = expires_at_ms {
        if !(1..=EXPIRES_AT_MS_MAX).contains(&expires_at_ms) {
            return Err(BAD_EXPIRY);
        }
        hash.set_expiry(field, Some(expires_at_ms));
    }
    Ok(())
}

/// What [`write`] writes: the type byte tells the reader.
pub(super) fn type_of(hash: &Hash) -> u8 {
    match (hash.next_expiry(), packed(hash)) {
        (None, Some(_)) => kind::HASH_LISTPACK,
        (None, None) => kind::HASH,
        (Some(_), Some(_)) => kind::HASH_LISTPACK_EX,
        (Some(_), None) => kind::HASH_METADATA,
    }
}

pub(super) fn write<P: Put>(
    output: &mut Output<P>,
    hash: &Hash,
) -> std::result::Result<(), P::Error> {
    let earliest_ms = hash.next_expiry();
    if let Some(earliest_ms) = earliest_ms {
        output.millis(earliest_ms)?;
    }
    if let Some(listpack) = packed(hash) {
        return output.string(listpack.as_bytes());
    }
    output.count(hash.len())?;
    for (field, value, expires_at_ms) in hash.iter() {
        if let Some(earliest_ms) = earliest_ms {
            output.length(expires_at_ms.map_or(NEVER, |at_ms| at_ms.abs_diff(earliest_ms) + 1))?;
        }
        output.string(&field.to_bytes())?;
        output.string(&value.to_bytes())?;
    }
    Ok(())
}

/// The listpack that can be written as it is. One with room for expiry times but none of
/// them set is not: old readers would not know it.
fn packed(hash: &Hash) -> Option<&Listpack> {
    match hash.next_expiry() {
        None => hash.as_listpack(),
        Some(_) => hash.as_listpack_ex(),
    }
}
