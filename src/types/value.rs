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

/// A value where it lies: what is written to a file or a digest needs no copy of it.
#[derive(Clone, Copy)]
pub enum ValueRef<'a> {
    /// The bytes of a string.
    String(&'a [u8]),
    /// See [`Value::List`].
    List(&'a List),
    /// See [`Value::Set`].
    Set(&'a Set),
    /// See [`Value::SortedSet`].
    SortedSet(&'a SortedSet),
    /// See [`Value::Hash`].
    Hash(&'a Hash),
    /// See [`Value::Stream`].
    Stream(&'a Stream),
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
        self.as_ref().kind()
    }

    /// The same value, borrowed.
    pub fn as_ref(&self) -> ValueRef<'_> {
        match self {
            Value::String(bytes) => ValueRef::String(bytes),
            Value::List(list) => ValueRef::List(list),
            Value::Set(set) => ValueRef::Set(set),
            Value::SortedSet(zset) => ValueRef::SortedSet(zset),
            Value::Hash(hash) => ValueRef::Hash(hash),
            Value::Stream(stream) => ValueRef::Stream(stream),
        }
    }
}

impl ValueRef<'_> {
    /// The type of this value.
    pub fn kind(self) -> Type {
        match self {
            ValueRef::String(_) => Type::String,
            ValueRef::List(_) => Type::List,
            ValueRef::Set(_) => Type::Set,
            ValueRef::SortedSet(_) => Type::SortedSet,
            ValueRef::Hash(_) => Type::Hash,
            ValueRef::Stream(_) => Type::Stream,
        }
    }
}
