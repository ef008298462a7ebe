//! The conditions under which SET, MSETEX and DELEX do something: whether the key is there,
//! and what it holds.

use super::digest::{DIGEST_LEN, digest_of};
use crate::commands::prelude::*;
use crate::store::Entry;

/// A condition on what a key holds now.
#[derive(Clone, Copy)]
pub enum Condition<'a> {
    /// `NX`: the key is not there.
    Missing,
    /// `XX`: the key is there.
    Present,
    /// `IFEQ`: it holds this string.
    Equal(&'a [u8]),
    /// `IFNE`: it does not hold this string, or is not there.
    NotEqual(&'a [u8]),
    /// `IFDEQ`: it holds a string with this digest.
    DigestEqual(&'a [u8]),
    /// `IFDNE`: it does not hold a string with this digest, or is not there.
    DigestNotEqual(&'a [u8]),
}

impl<'a> Condition<'a> {
    /// The condition on existence that the keyword `word` stands for, if it is one.
    pub fn on_existence(word: &str) -> Option<Condition<'a>> {
        match word {
            "nx" => Some(Condition::Missing),
            "xx" => Some(Condition::Present),
            _ => None,
        }
    }

    /// The condition on the value that the keyword `word` stands for, if it is one, about
    /// the argument that comes next.
    pub fn on_value(word: &str, args: &mut Args<'a>) -> Result<Option<Condition<'a>>> {
        let condition = match word {
            "ifeq" => Condition::Equal,
            "ifne" => Condition::NotEqual,
            "ifdeq" => Condition::DigestEqual,
            "ifdne" => Condition::DigestNotEqual,
            _ => return Ok(None),
        };
        Ok(Some(condition(args.bytes()?)))
    }

    /// Whether it is true of a key with this entry. Fails for a value that cannot be compared;
    /// a digest is not even looked at before there is a value to compare it with.
    pub fn holds(self, entry: Option<&Entry>) -> Result<bool> {
        let value = || match entry.map(Entry::as_str) {
            Some(None) => Err(Error::WrongType),
            value => Ok(value.flatten()),
        };
        let equals = |text: &[u8]| Ok(value()?.is_some_and(|value| value.with(|v| v == text)));
        let has_digest = |digest: &[u8]| match value()? {
            None => Ok(false),
            Some(_) if digest.len() != DIGEST_LEN => {
                Err(Error::msg("must be exactly 16 hexadecimal characters"))
            }
            Some(value) => Ok(value.with(digest_of).as_bytes().eq_ignore_ascii_case(digest)),
        };
        match self {
            Condition::Missing => Ok(entry.is_none()),
            Condition::Present => Ok(entry.is_some()),
            Condition::Equal(text) => equals(text),
            Condition::NotEqual(text) => equals(text).map(|equal| !equal),
            Condition::DigestEqual(digest) => has_digest(digest),
            Condition::DigestNotEqual(digest) => has_digest(digest).map(|equal| !equal),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HELLO_DIGEST: &[u8] = b"9555e8555c62dcfd";

    #[test]
    fn a_missing_key_equals_nothing() {
        for (condition, holds) in [
            (Condition::Missing, true),
            (Condition::Present, false),
            (Condition::Equal(b""), false),
            (Condition::NotEqual(b""), true),
            (Condition::DigestEqual(b"too short"), false),
            (Condition::DigestNotEqual(b"too short"), true),
        ] {
            assert_eq!(condition.holds(None), Ok(holds));
        }
    }

    #[test]
    fn values_and_digests_are_compared() {
        let hello = Entry::string(b"k", NewStr::Bytes(b"hello"), None);
        let number = Entry::string(b"k", NewStr::Int(-12), None);
        let upper = HELLO_DIGEST.to_ascii_uppercase();
        for (condition, entry, holds) in [
            (Condition::Missing, &hello, false),
            (Condition::Present, &hello, true),
            (Condition::Equal(b"hello"), &hello, true),
            (Condition::NotEqual(b"hello"), &hello, false),
            (Condition::Equal(b"-12"), &number, true),
            (Condition::NotEqual(b"-012"), &number, true),
            (Condition::DigestEqual(HELLO_DIGEST), &hello, true),
            (Condition::DigestEqual(&upper), &hello, true),
            (Condition::DigestNotEqual(&upper), &hello, false),
            (Condition::DigestNotEqual(b"not hexadecimal!"), &hello, true),
        ] {
            assert_eq!(condition.holds(Some(entry)), Ok(holds));
        }
        assert!(Condition::DigestEqual(&HELLO_DIGEST[1..]).holds(Some(&hello)).is_err());
    }
}
