//! From a type byte to the type's own reader and back.

use std::io::Read;

use super::error::Reason;
use super::format::{Dialect, Version, object_type as kind};
use super::input::{Input, Result};
use super::output::{Output, Put};
use super::{hash, list, module, set, stream, zset};
use crate::types::{Limits, Value, ValueRef};

/// Whether some server writes objects under this type byte.
pub(super) fn is_known(object_type: u8) -> bool {
    matches!(object_type, kind::STRING..=kind::MODULE_2 | kind::HASH_ZIPMAP..=kind::HASH_LISTPACK_EX)
}

/// Reads the object behind a type byte (and key). `None` is an empty collection: old servers
/// could leave those behind, and no server keeps them.
pub(super) fn read<R: Read>(
    input: &mut Input<R>,
    object_type: u8,
    dialect: Dialect,
    limits: &Limits,
) -> Result<Option<Value>> {
    let value = match object_type {
        kind::STRING => Value::String(input.string()?),

        kind::LIST => Value::List(list::read_elements(input, limits)?),
        kind::LIST_ZIPLIST => Value::List(list::read_ziplist(input, limits)?),
        kind::LIST_QUICKLIST => Value::List(list::read_quicklist(input, limits)?),
        kind::LIST_QUICKLIST_2 => Value::List(list::read_quicklist_2(input, limits)?),

        kind::SET => Value::Set(set::read_members(input, limits)?),
        kind::SET_INTSET => Value::Set(set::read_intset(input, limits)?),
        kind::SET_LISTPACK => Value::Set(set::read_listpack(input, limits)?),

        kind::ZSET => Value::SortedSet(zset::read_text_scores(input, limits)?),
        kind::ZSET_2 => Value::SortedSet(zset::read_binary_scores(input, limits)?),
        kind::ZSET_ZIPLIST => Value::SortedSet(zset::read_ziplist(input, limits)?),
        kind::ZSET_LISTPACK => Value::SortedSet(zset::read_listpack(input, limits)?),

        kind::HASH => Value::Hash(hash::read_pairs(input, limits)?),
        kind::HASH_ZIPMAP => Value::Hash(hash::read_zipmap(input, limits)?),
        kind::HASH_ZIPLIST => Value::Hash(hash::read_ziplist(input, limits)?),
        kind::HASH_LISTPACK => Value::Hash(hash::read_listpack(input, limits)?),
        kind::VALKEY_HASH_2 if dialect == Dialect::Valkey => {
            Value::Hash(hash::read_valkey_triples(input, limits)?)
        }
        kind::HASH_METADATA_PRE_GA | kind::HASH_METADATA => {
            let has_earliest = object_type == kind::HASH_METADATA;
            Value::Hash(hash::read_metadata(input, has_earliest, limits)?)
        }
        kind::HASH_LISTPACK_EX_PRE_GA | kind::HASH_LISTPACK_EX => {
            let has_earliest = object_type == kind::HASH_LISTPACK_EX;
            Value::Hash(hash::read_listpack_ex(input, has_earliest, limits)?)
        }

        kind::STREAM_LISTPACKS => Value::Stream(stream::read(input, stream::Form::First)?),
        kind::STREAM_LISTPACKS_2 => Value::Stream(stream::read(input, stream::Form::Second)?),
        kind::STREAM_LISTPACKS_3 => Value::Stream(stream::read(input, stream::Form::Third)?),

        kind::MODULE_PRE_GA => return Err(input.corrupt("Pre-release module format not supported")),
        kind::MODULE_2 => {
            let id = input.length()?;
            return Err(input.error(Reason::Module(module::name(id))));
        }
        unknown => return Err(input.error(Reason::UnknownType(unknown))),
    };
    Ok((!is_empty_collection(&value)).then_some(value))
}

fn is_empty_collection(value: &Value) -> bool {
    match value {
        Value::List(list) => list.is_empty(),
        Value::Set(set) => set.is_empty(),
        Value::SortedSet(zset) => zset.is_empty(),
        Value::Hash(hash) => hash.is_empty(),
        Value::String(_) | Value::Stream(_) => false,
    }
}

/// The type byte `write` needs before it.
pub(super) fn type_of(value: ValueRef<'_>, version: Version) -> u8 {
    match value {
        ValueRef::String(_) => kind::STRING,
        ValueRef::List(_) => kind::LIST_QUICKLIST_2,
        ValueRef::Set(set) => set::type_of(set, version),
        ValueRef::SortedSet(zset) => zset::type_of(zset),
        ValueRef::Hash(hash) => hash::type_of(hash),
        ValueRef::Stream(_) => stream::type_of(version),
    }
}

/// Writes an object, without its type byte.
pub(super) fn write<P: Put>(
    output: &mut Output<P>,
    value: ValueRef<'_>,
) -> std::result::Result<(), P::Error> {
    match value {
        ValueRef::String(bytes) => output.string(bytes),
        ValueRef::List(list) => list::write(output, list),
        ValueRef::Set(set) => set::write(output, set),
        ValueRef::SortedSet(zset) => zset::write(output, zset),
        ValueRef::Hash(hash) => hash::write(output, hash),
        ValueRef::Stream(stream) => stream::write(output, stream),
    }
}
