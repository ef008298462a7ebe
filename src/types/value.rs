//! A value on its way: what a key holds, taken out of any keyspace. RDB files, DUMP and
//! COPY speak of values in this form; the keyspace has its own, leaner one.

use super::{hash::Hash, list::List, set::Set, stream::Stream, zset::SortedSet};

/// One value of any type.
#[derive(Clone)]
pub enum Value {
    /// A string, whatever its encoding: integers are their decimal text.
    String(Vec<u8>),
    /// A list of at least one element.
    List(List),
    /// A set of at least one member.
    Set(Set),
    /// A sorted set of at least one member.
    SortedSet(SortedSet),
    /// A hash of at least one field.
    Hash(Hash),
    /// A stream, possibly without entries.
    Stream(Stream),
}

/// The types a key can have, in the order of Redis's type numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Type {
    /// `string`
    String = 0,
    /// `list`
    List = 1,
    /// `set`
    Set = 2,
    /// `zset`
    SortedSet = 3,
    /// `hash`
    Hash = 4,
    /// `stream`
    Stream = 6,
}

impl Type {
    /// The name TYPE and SCAN use.
    pub fn name(self) -> &'static str {
        match self {
            Type::String => "string",
            Type::List => "list",
            Type::Set => "set",
            Type::SortedSet => "zset",
            Type::Hash => "hash",
            Type::Stream => "stream",
        }
    }
}

impl Value {
    /// The type of this value.
    pub fn kind(&self) -> Type {
        match self {
            Value::String(_) => Type::String,
            Value::List(_) => Type::List,
            Value::Set(_) => Type::Set,
            Value::SortedSet(_) => Type::SortedSet,
            Value::Hash(_) => Type::Hash,
            Value::Stream(_) => Type::Stream,
        }
    }
}
