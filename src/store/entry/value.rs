//! Values as they lie in an entry, and on their way into one.

use super::INLINE_MAX;
use crate::protocol::Arg;
use crate::types::{Type, hash::Hash, list::List, set::Set, stream::Stream, zset::SortedSet};
use crate::util::number;
use std::borrow::Cow;
use std::sync::Arc;

/// A collection that an entry can hold in place.
pub trait Collection: Default + Send + Sync + Sized {
    /// Its type.
    const TYPE: Type;
    /// Whether nothing is in it, so that its key goes (a stream's stays).
    fn vanishes(&self) -> bool;
}

macro_rules! collection {
    ($($kind:ident: $vanishes:expr),*) => {$(
        impl Collection for $kind {
            const TYPE: Type = Type::$kind;
            fn vanishes(&self) -> bool {
                let vanishes: fn(&$kind) -> bool = $vanishes;
                vanishes(self)
            }
        }
    )*};
}

collection!(List: |list| list.is_empty(), Set: |set| set.is_empty(), SortedSet: |set| set.is_empty(),
    Hash: |hash| hash.is_empty(), Stream: |_| false);

/// A string's value as it lies in the entry.
#[derive(Clone, Copy, Debug)]
pub enum Str<'a> {
    /// Kept as a number; its text is the decimal one.
    Int(i64),
    /// Kept as bytes.
    Bytes(&'a [u8]),
    /// Kept in an allocation that can be shared.
    Shared(&'a Arc<Vec<u8>>),
}

impl<'a> Str<'a> {
    /// The string's length in bytes.
    pub fn len(self) -> usize {
        match self {
            Str::Int(value) => itoa::Buffer::new().format(value).len(),
            Str::Bytes(bytes) => bytes.len(),
            Str::Shared(bytes) => bytes.len(),
        }
    }

    /// Whether the string has no bytes.
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// Calls `f` with the bytes.
    pub fn with<R>(self, f: impl FnOnce(&[u8]) -> R) -> R {
        match self {
            Str::Int(value) => f(itoa::Buffer::new().format(value).as_bytes()),
            Str::Bytes(bytes) => f(bytes),
            Str::Shared(bytes) => f(bytes),
        }
    }

    /// The bytes, for as long as the entry is borrowed; a number's text is written first.
    pub fn bytes(self) -> Cow<'a, [u8]> {
        match self {
            Str::Int(_) => Cow::Owned(self.to_vec()),
            Str::Bytes(bytes) => Cow::Borrowed(bytes),
            Str::Shared(bytes) => Cow::Borrowed(bytes),
        }
    }

    /// The bytes, copied.
    pub fn to_vec(self) -> Vec<u8> {
        self.with(<[u8]>::to_vec)
    }

    /// The integer the string is, in the strict form commands accept.
    pub fn as_int(self) -> Option<i64> {
        match self {
            Str::Int(value) => Some(value),
            Str::Bytes(bytes) => number::parse_i64(bytes),
            Str::Shared(_) => None,
        }
    }
}

/// A string on its way into an entry.
#[derive(Clone, Copy)]
pub enum NewStr<'a> {
    /// Bytes to be copied, or kept as a number where they are one.
    Bytes(&'a [u8]),
    /// Bytes to be copied, also where they are a number: Redis keeps INCRBYFLOAT's sums so.
    Text(&'a [u8]),
    /// Bytes to be copied, `raw` from the beginning: what Redis puts together itself.
    Raw(&'a [u8]),
    /// A number.
    Int(i64),
    /// An allocation to be shared instead of copied.
    Shared(&'a Arc<Vec<u8>>),
}

impl<'a> NewStr<'a> {
    /// Bytes that were put together in an allocation of their own, which is kept if they are
    /// too many to be copied.
    pub fn made(bytes: &'a Arc<Vec<u8>>) -> NewStr<'a> {
        if bytes.len() > INLINE_MAX { NewStr::Shared(bytes) } else { NewStr::Raw(bytes) }
    }
}

impl<'a> From<Arg<'a>> for NewStr<'a> {
    fn from(arg: Arg<'a>) -> Self {
        match arg {
            Arg::Slice(bytes) => NewStr::Bytes(bytes),
            Arg::Large(bytes) => NewStr::Shared(bytes),
        }
    }
}

/// A value of any type as it lies in its entry.
#[derive(Clone, Copy)]
pub enum View<'a> {
    /// A string.
    String(Str<'a>),
    /// A list.
    List(&'a List),
    /// A set.
    Set(&'a Set),
    /// A sorted set.
    SortedSet(&'a SortedSet),
    /// A hash.
    Hash(&'a Hash),
    /// A stream.
    Stream(&'a Stream),
}

/// What [`NewStr`] comes to once numbers are recognised and lengths looked at.
pub(super) enum Plan<'a> {
    Int(i64),
    Bytes(&'a [u8]),
    Raw(&'a [u8]),
    Shared(Arc<Vec<u8>>),
}

pub(super) fn plan(value: NewStr<'_>) -> Plan<'_> {
    match value {
        NewStr::Int(int) => Plan::Int(int),
        NewStr::Shared(shared) => Plan::Shared(Arc::clone(shared)),
        NewStr::Bytes(bytes) | NewStr::Text(bytes) | NewStr::Raw(bytes)
            if bytes.len() > INLINE_MAX =>
        {
            Plan::Shared(Arc::new(bytes.to_vec()))
        }
        NewStr::Text(bytes) => Plan::Bytes(bytes),
        NewStr::Raw(bytes) => Plan::Raw(bytes),
        NewStr::Bytes(bytes) => match number::parse_i64(bytes) {
            Some(int) => Plan::Int(int),
            None => Plan::Bytes(bytes),
        },
    }
}
