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
    Ok(match object_type {
        kind::STRING => Some(Value::String(input.string()?)),

        kind::LIST => list::read_elements(input, limits)?.map(Value::List),
        kind::LIST_ZIPLIST => list::read_ziplist(input, limits)?.map(Value::List),
        kind::LIST_QUICKLIST => list::read_quicklist(input, limits)?.map(Value::List),
        kind::LIST_QUICKLIST_2 => list::read_quicklist_2(input, limits)?.map(Value::List),

        kind::SET => set::read_members(input, limits)?.map(Value::Set),
        kind::SET_INTSET => set::read_intset(input, limits)?.map(Value::Set),
        kind::SET_LISTPACK => set::read_listpack(input, limits)?.map(Value::Set),

        kind::ZSET => zset::read_text_scores(input, limits)?.map(Value::SortedSet),
        kind::ZSET_2 => zset::read_binary_scores(input, limits)?.map(Value::SortedSet),
        kind::ZSET_ZIPLIST => zset::read_ziplist(input, limits)?.map(Value::SortedSet),
        kind::ZSET_LISTPACK => zset::read_listpack(input, limits)?.map(Value::SortedSet),

        kind::HASH => hash::read_pairs(input, limits)?.map(Value::Hash),
        kind::HASH_ZIPMAP => hash::read_zipmap(input, limits)?.map(Value::Hash),
        kind::HASH_ZIPLIST => hash::read_ziplist(input, limits)?.map(Value::Hash),
        kind::HASH_LISTPACK => hash::read_listpack(input, limits)?.map(Value::Hash),
        kind::VALKEY_HASH_2 if dialect == Dialect::Valkey => {
            hash::read_valkey_triples(input, limits)?.map(Value::Hash)
        }
        kind::HASH_METADATA_PRE_GA | kind::HASH_METADATA => {
            let has_earliest = object_type == kind::HASH_METADATA;
            hash::read_metadata(input, has_earliest, limits)?.map(Value::Hash)
        }
        kind::HASH_LISTPACK_EX_PRE_GA | kind::HASH_LISTPACK_EX => {
            let has_earliest = object_type == kind::HASH_LISTPACK_EX;
            hash::read_listpack_ex(input, has_earliest, limits)?.map(Value::Hash)
        }

        kind::STREAM_LISTPACKS => Some(Value::Stream(stream::read(input, stream::Form::First)?)),
        kind::STREAM_LISTPACKS_2 => Some(Value::Stream(stream::read(input, stream::Form::Second)?)),
        kind::STREAM_LISTPACKS_3 => Some(Value::Stream(stream::read(input, stream::Form::Third)?)),

        kind::MODULE_PRE_GA => return Err(input.corrupt("Pre-release module format not supported")),
        kind::MODULE_2 => {
            let id = input.length()?;
            return Err(input.error(Reason::Module(module::name(id))));
        }
        unknown => return Err(input.error(Reason::UnknownType(unknown))),
    })
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
