//! The zipmap: what held small hashes before Redis 2.6.
//!
//! Layout (`src/zipmap.c` of Redis 6.2): count (1 byte, 254 or more when it is not known), then
//! for each pair the field's length, field, value's length, unused bytes (1), value, that many
//! unused bytes; at last 0xFF. A length is 1 byte below 254, or 254 and 4 bytes, little-endian.

use super::{take, take_array};
use crate::types::listpack::Corrupt;

const END: u8 = 0xff;
/// As a length: four bytes follow. As the count: too many to tell.
const BIG: u8 = 254;

/// Reads a zipmap front to back. Every pair is checked as it is reached, the count when the
/// last has been read; after an error there are no more.
pub(in crate::persistence::rdb) struct Zipmap<'a> {
    rest: &'a [u8],
    /// `None` when the header does not say.
    announced: Option<usize>,
    seen: usize,
    finished: bool,
}

/// Field and value.
type Pair<'a> = (&'a [u8], &'a [u8]);

impl<'a> Zipmap<'a> {
    pub(in crate::persistence::rdb) fn new(bytes: &'a [u8]) -> Result<Self, Corrupt> {
        let (&count, rest) = bytes.split_first().ok_or(Corrupt("Zipmap without a header"))?;
        let announced = (count < BIG).then_some(count.into());
        Ok(Zipmap { rest, announced, seen: 0, finished: false })
    }

    fn step(&mut self) -> Result<Option<Pair<'a>>, Corrupt> {
        if self.rest == [END] {
            return match self.announced {
                Some(count) if count != self.seen => {
                    Err(Corrupt("Zipmap whose count is not the one it announces"))
                }
                _ => Ok(None),
            };
        }
        self.seen += 1;
        pair(&mut self.rest).map(Some).ok_or(Corrupt("Zipmap entry beyond the end"))
    }
}

impl<'a> Iterator for Zipmap<'a> {
    type Item = Result<Pair<'a>, Corrupt>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.finished {
            return None;
        }
        let item = self.step().transpose();
        self.finished = !matches!(item, Some(Ok(_)));
        item
    }
}

fn pair<'a>(rest: &mut &'a [u8]) -> Option<Pair<'a>> {
    let field_bytes = length(rest)?;
    let field = take(rest, field_bytes)?;
    let value_bytes = length(rest)?;
    let [unused] = take_array(rest)?;
    let value = take(rest, value_bytes)?;
    take(rest, unused.into())?;
    Some((field, value))
}

fn length(rest: &mut &[u8]) -> Option<usize> {
    match take_array::<1>(rest)? {
        [END] => None,
        [BIG] => Some(u32::from_le_bytes(take_array(rest)?) as usize),
        [short] => Some(short.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> Result<Vec<Pair<'_>>, Corrupt> {
        Zipmap::new(bytes)?.collect()
    }

    #[test]
    fn reads_pairs_and_steps_over_unused_bytes() {
        let pairs = read(b"\x02\x01f\x02\x03vvxxx\x01g\xfe\x01\x00\x00\x00\x00w\xff").unwrap();
        assert_eq!(pairs, [(&b"f"[..], &b"vv"[..]), (b"g", b"w")]);
        assert_eq!(read(b"\x00\xff").unwrap(), []);
        assert_eq!(read(b"\xfe\x01f\x01\x00v\xff").unwrap().len(), 1);
    }

    #[test]
    fn refuses_what_does_not_fit_together() {
        for bytes in [
            &b""[..],
            b"\x00",
            b"\x01\xff",
            b"\x01\x01f\x01\x00v",
            b"\x01\x01f\x09\x00v\xff",
            b"\x01\x01f\x01\x09v\xff",
            b"\x01\xfe\xff\xff\xff\xfff\x01\x00v\xff",
            b"\x02\x01f\x01\x00v\xff",
        ] {
            assert!(read(bytes).is_err(), "{bytes:?}");
        }
    }
}
