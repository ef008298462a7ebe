//! The argument cursor: handlers read their arguments top-down with `?`, and every
//! failure is Redis's own error text.

use super::error::{Error, Result};
use crate::util::number;
use smallvec::SmallVec;
use std::ops::Deref;
use std::sync::Arc;

/// One argument: bytes inside the read buffer, or a large value in its own allocation
/// that a handler may keep without copying it.
#[derive(Clone, Copy, Debug)]
pub enum Arg<'a> {
    /// Bytes that live as long as the request.
    Slice(&'a [u8]),
    /// A value of more than [`super::parse::LARGE_BULK`] bytes.
    Large(&'a Arc<Vec<u8>>),
}

impl<'a> Arg<'a> {
    /// The bytes, for as long as the request lives.
    pub fn bytes(self) -> &'a [u8] {
        match self {
            Arg::Slice(bytes) => bytes,
            Arg::Large(bytes) => bytes,
        }
    }
}

impl Deref for Arg<'_> {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        self.bytes()
    }
}

impl AsRef<[u8]> for Arg<'_> {
    fn as_ref(&self) -> &[u8] {
        self.bytes()
    }
}

impl<'a> From<&'a [u8]> for Arg<'a> {
    fn from(bytes: &'a [u8]) -> Self {
        Arg::Slice(bytes)
    }
}

/// A key's name with its hash, computed once, and the database it is meant in.
#[derive(Clone, Copy, Debug)]
pub struct Key<'a> {
    /// The name.
    pub name: &'a [u8],
    /// The keyspace's hash of the name.
    pub hash: u64,
    /// The database's number.
    pub db: u16,
}

impl<'a> Key<'a> {
    /// The same name in another database.
    pub fn in_db(self, db: u16) -> Key<'a> {
        Key { db, ..self }
    }
}

/// A key among the arguments of a command, as its key specification found it.
#[derive(Clone, Copy, Debug)]
pub struct KeySlot {
    /// Position among the arguments; the command's name is 0.
    pub index: u32,
    /// The keyspace's hash of the name.
    pub hash: u64,
}

/// A cursor over the arguments that follow the command's name (and its subcommand's).
#[derive(Clone, Copy)]
pub struct Args<'a> {
    argv: &'a [Arg<'a>],
    next: usize,
    keys: &'a [KeySlot],
    db: u16,
}

impl<'a> Args<'a> {
    /// A cursor at `argv[first]`; `keys` are in ascending order of their positions.
    pub fn new(argv: &'a [Arg<'a>], first: usize, keys: &'a [KeySlot], db: u16) -> Self {
        Args { argv, next: first, keys, db }
    }

    /// All arguments, the command's name first.
    pub fn argv(&self) -> &'a [Arg<'a>] {
        self.argv
    }

    /// Arguments not read yet.
    pub fn remaining(&self) -> usize {
        self.argv.len().saturating_sub(self.next)
    }

    /// Whether every argument has been read.
    pub fn is_empty(&self) -> bool {
        self.remaining() == 0
    }

    /// The next argument. A missing one is a syntax error: the arity was checked before.
    pub fn arg(&mut self) -> Result<Arg<'a>> {
        let arg = *self.argv.get(self.next).ok_or(Error::Syntax)?;
        self.next += 1;
        Ok(arg)
    }

    /// The next argument's bytes.
    pub fn bytes(&mut self) -> Result<&'a [u8]> {
        Ok(self.arg()?.bytes())
    }

    /// The next argument without moving on.
    pub fn peek(&self) -> Option<&'a [u8]> {
        self.argv.get(self.next).map(|arg| arg.bytes())
    }

    /// The next argument as a key. Its hash was computed when the shards were locked.
    pub fn key(&mut self) -> Result<Key<'a>> {
        let index = self.next as u32;
        let name = self.bytes()?;
        while self.keys.first().is_some_and(|slot| slot.index < index) {
            self.keys = &self.keys[1..];
        }
        let slot = self.keys.first().filter(|slot| slot.index == index);
        debug_assert!(slot.is_some(), "argument {index} is no key by the specification");
        let hash = slot.ok_or(Error::Syntax)?.hash;
        Ok(Key { name, hash, db: self.db })
    }

    /// All arguments that are left, which are read by that.
    pub fn rest(&mut self) -> &'a [Arg<'a>] {
        let rest = self.argv.get(self.next..).unwrap_or_default();
        self.next = self.argv.len();
        rest
    }

    /// The next `count` arguments as keys. Fewer are a syntax error.
    pub fn keys(&mut self, count: usize) -> Result<SmallVec<[Key<'a>; 2]>> {
        if count > self.remaining() {
            return Err(Error::Syntax);
        }
        (0..count).map(|_| self.key()).collect()
    }

    /// The next argument as an integer.
    pub fn int(&mut self) -> Result<i64> {
        number::parse_i64(self.bytes()?).ok_or(Error::NotInteger)
    }

    /// The next argument as an integer whose sign says from which side to count: any but the
    /// one without a counterpart.
    pub fn signed_count(&mut self) -> Result<i64> {
        match self.int()? {
            i64::MIN => Err(Error::not_within(-i64::MAX, i64::MAX)),
            count => Ok(count),
        }
    }

    /// The next argument as an integer that is not negative. Redis says the same of what is
    /// none and of what is no integer.
    pub fn nonnegative(&mut self) -> Result<usize> {
        let int = number::parse_i64(self.bytes()?).and_then(|int| usize::try_from(int).ok());
        int.ok_or(Error::NotPositive)
    }

    /// The next argument as an integer above zero; anything else fails with `complaint`.
    pub fn positive(&mut self, complaint: &'static str) -> Result<usize> {
        let int = number::parse_i64(self.bytes()?).and_then(|int| usize::try_from(int).ok());
        int.filter(|int| *int > 0).ok_or(Error::msg(complaint))
    }

    /// The next argument as a floating point number.
    pub fn float(&mut self) -> Result<f64> {
        number::parse_f64(self.bytes()?).ok_or(Error::NotFloat)
    }

    /// Moves past the next argument if it is `word`, in any case.
    pub fn word(&mut self, word: &str) -> bool {
        let found = self.peek().is_some_and(|arg| arg.eq_ignore_ascii_case(word.as_bytes()));
        self.next += usize::from(found);
        found
    }

    /// The next argument in lower case, to `match` on; empty when none is left, and for
    /// one too long to be a keyword.
    pub fn keyword(&mut self) -> Keyword {
        let mut word = Keyword { text: [0; Keyword::MAX], len: 0 };
        let Some(arg) = self.peek() else { return word };
        self.next += 1;
        if arg.len() <= Keyword::MAX {
            word.text[..arg.len()].copy_from_slice(arg);
            word.len = arg.len();
            word.text[..arg.len()].make_ascii_lowercase();
        }
        word
    }

    /// Fails when arguments are left over.
    pub fn finish(&self) -> Result {
        if self.is_empty() { Ok(()) } else { Err(Error::Syntax) }
    }
}

impl<'a> Iterator for Args<'a> {
    type Item = Arg<'a>;

    fn next(&mut self) -> Option<Arg<'a>> {
        self.arg().ok()
    }
}

/// A short argument in lower case.
pub struct Keyword {
    text: [u8; Keyword::MAX],
    len: usize,
}

impl Keyword {
    const MAX: usize = 24;

    /// The word; empty if it was not text.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.text[..self.len]).unwrap_or("")
    }
}
