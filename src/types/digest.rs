//! The digest of a value, a key and a data set, as DEBUG DIGEST and DEBUG DIGEST-VALUE show
//! them: equal for equal data, whatever the encoding and the order of unordered things.
//!
//! Two operations over SHA-1 make it up (`src/debug.c` of Redis): `xor`, which forgets the
//! order of what it is given, and `mix`, which keeps it.

use std::fmt;
use std::ops::BitXorAssign;

use sha1::{Digest as _, Sha1};

use super::ValueRef;
use super::listpack::Element;
use crate::util::number;

/// Twenty bytes; all zero for nothing. Shown as 40 hex digits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Digest([u8; 20]);

/// The digest of a key with its value, to be combined with those of the other keys of its
/// database by `^=`. Whether the key expires is part of it; when, is not.
pub fn key_digest(key: &[u8], value: ValueRef<'_>, expires: bool) -> Digest {
    let mut digest = Digest::default();
    digest.mix(key);
    digest.mix_value(value, expires);
    Digest::of(&digest.0)
}

/// The digest of a value alone.
pub fn value_digest(value: ValueRef<'_>, expires: bool) -> Digest {
    let mut digest = Digest::default();
    digest.mix_value(value, expires);
    digest
}

/// The digest of a data set: of the non-empty databases by ascending index, each with the
/// combined digest of its keys.
pub fn dataset_digest(databases: impl IntoIterator<Item = (u32, Digest)>) -> Digest {
    let mut digest = Digest::default();
    for (index, keys) in databases {
        digest.mix(&index.to_be_bytes());
        digest ^= keys;
    }
    digest
}

impl Digest {
    fn of(bytes: &[u8]) -> Self {
        Digest(Sha1::digest(bytes).into())
    }

    /// Adds one of several things whose order does not matter.
    fn xor(&mut self, bytes: &[u8]) {
        *self ^= Digest::of(bytes);
    }

    /// Adds the next of several things whose order matters.
    fn mix(&mut self, bytes: &[u8]) {
        self.xor(bytes);
        *self = Digest::of(&self.0);
    }

    fn mix_element(&mut self, element: Element<'_>) {
        self.mix(&element.to_bytes());
    }

    fn mix_value(&mut self, value: ValueRef<'_>, expires: bool) {
        self.mix(&(value.kind() as u32).to_be_bytes());
        match value {
            ValueRef::String(bytes) => self.mix(bytes),
            ValueRef::List(list) => list.iter().for_each(|element| self.mix_element(element)),
            ValueRef::Set(set) => set.iter().for_each(|member| self.xor(&member.to_bytes())),
            ValueRef::SortedSet(zset) => {
                for (member, score) in zset.iter() {
                    let mut pair = Digest::default();
                    pair.mix_element(member);
                    pair.mix(score_text(score).as_bytes());
                    self.xor(&pair.0);
                }
            }
            ValueRef::Hash(hash) => {
                for (field, value, expires_at_ms) in hash.iter() {
                    let mut pair = Digest::default();
                    pair.mix_element(field);
                    pair.mix_element(value);
                    if expires_at_ms.is_some() {
                        pair.xor(b"!!hexpire!!");
                    }
                    self.xor(&pair.0);
                }
            }
            ValueRef::Stream(stream) => {
                for entry in stream.iter() {
                    self.mix(format!("{}.{}", entry.id.ms, entry.id.seq).as_bytes());
                    for (field, value) in entry.fields() {
                        self.mix_element(field);
                        self.mix_element(value);
                    }
                }
            }
        }
        if expires {
            self.xor(b"!!expire!!");
        }
    }
}

impl BitXorAssign for Digest {
    fn bitxor_assign(&mut self, other: Digest) {
        for (byte, other) in self.0.iter_mut().zip(other.0) {
            *byte ^= other;
        }
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// A score as the digest has it: laid out by `fpconv` as in replies, but integers too. So one
/// with eight zeros or more at its end gets an exponent, `1e+8`, and zero keeps its sign.
fn score_text(score: f64) -> String {
    if number::exact_i64(score).is_none() {
        return number::format_f64(score).to_string();
    }
    let scientific = format!("{score:e}");
    let Some((mantissa, exponent)) = scientific.split_once('e') else {
        return scientific;
    };
    let exponent: usize = exponent.parse().unwrap_or_default();
    let decimals = mantissa.split_once('.').map_or(0, |(_, decimals)| decimals.len());
    let zeros = exponent.saturating_sub(decimals);
    if zeros >= 8 {
        return format!("{mantissa}e+{exponent}");
    }
    format!("{}{}", mantissa.replace('.', ""), "0".repeat(zeros))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_are_laid_out_as_the_servers_do() {
        for (score, text) in [
            (0.0, "0"),
            (-0.0, "-0"),
            (3.0, "3"),
            (-120.0, "-120"),
            (1.25e9, "1250000000"),
            (1e23, "99999999999999990000000"),
            (-3.19, "-3.19"),
            (1e7, "10000000"),
            (1e8, "1e+8"),
            (123_456_789_012_345_680.0, "123456789012345680"),
            (0.0001, "0.0001"),
            (1.5e-7, "1.5e-7"),
            (1.25e-300, "1.25e-300"),
            (123.456_789_012_345, "123.456789012345"),
            (0.000_012_345_678, "1.2345678e-5"),
            (1e21, "1e+21"),
            (f64::INFINITY, "inf"),
            (f64::NEG_INFINITY, "-inf"),
        ] {
            assert_eq!(score_text(score), text);
        }
    }

    /// As Redis 7.0 answers after `SET a 1`, also with an expiry.
    #[test]
    fn a_string_as_redis_sums_it_up() {
        let value = ValueRef::String(b"1");
        assert_eq!(
            value_digest(value, false).to_string(),
            "b4fc66738120fba0b5aa500ab5c2bf89cea1c5da"
        );
        let dataset = dataset_digest([(0, key_digest(b"a", value, false))]);
        assert_eq!(dataset.to_string(), "943d800368fb9c0e951138f1bc0e313ac769d91f");
        assert_ne!(value_digest(value, true), value_digest(value, false));
    }
}
