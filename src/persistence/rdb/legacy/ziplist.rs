//! The ziplist: what held small lists, hashes and sorted sets before Redis 7.0.
//!
//! Layout (`src/ziplist.c` of Redis 6.2, little-endian): total bytes (4), offset of the last
//! entry (4), count (2, 65535 when it is not known), entries, 0xFF. An entry is the length of
//! the entry before it (1 byte, or 0xFE and 4), an encoding, and its content.

use super::{take, take_array};
use crate::types::listpack::{Corrupt, Element};

const HEADER_BYTES: usize = 10;
const END: u8 = 0xff;
/// An entry before this one of 254 bytes or more has its length in four more bytes.
const LONG_PREVIOUS: u8 = 0xfe;
/// The count's value when there are too many entries to count.
const COUNT_UNKNOWN: u16 = u16::MAX;

/// Reads a ziplist front to back. Every entry is checked as it is reached, and the whole
/// when the last has been read; after an error there are no more.
pub(in crate::persistence::rdb) struct Ziplist<'a> {
    rest: &'a [u8],
    len: usize,
    tail_offset: usize,
    /// `None` when the header does not say.
    announced: Option<usize>,
    seen: usize,
    /// Where the entry read last begins; the header's end at first.
    last_offset: usize,
    last_bytes: usize,
    finished: bool,
}

impl<'a> Ziplist<'a> {
    pub(in crate::persistence::rdb) fn new(bytes: &'a [u8]) -> Result<Self, Corrupt> {
        let mut rest = bytes;
        let header = take_array::<4>(&mut rest)
            .zip(take_array::<4>(&mut rest))
            .zip(take_array::<2>(&mut rest));
        let Some(((total, tail), count)) = header else {
            return Err(Corrupt("Ziplist shorter than its header"));
        };
        let (total, tail) = (u32::from_le_bytes(total), u32::from_le_bytes(tail));
        if total as usize != bytes.len() {
            return Err(Corrupt("Ziplist whose size is not the one it announces"));
        }
        let count = u16::from_le_bytes(count);
        Ok(Ziplist {
            rest,
            len: bytes.len(),
            tail_offset: tail as usize,
            announced: (count != COUNT_UNKNOWN).then_some(count.into()),
            seen: 0,
            last_offset: HEADER_BYTES,
            last_bytes: 0,
            finished: false,
        })
    }

    fn step(&mut self) -> Result<Option<Element<'a>>, Corrupt> {
        if self.rest == [END] {
            return self.check_whole().map(|()| None);
        }
        let offset = self.len - self.rest.len();
        let element = entry(&mut self.rest, self.last_bytes)?;
        self.last_offset = offset;
        self.last_bytes = self.len - self.rest.len() - offset;
        self.seen += 1;
        Ok(Some(element))
    }

    fn check_whole(&self) -> Result<(), Corrupt> {
        if self.announced.is_some_and(|announced| announced != self.seen) {
            return Err(Corrupt("Ziplist whose count is not the one it announces"));
        }
        if self.tail_offset != self.last_offset {
            return Err(Corrupt("Ziplist whose tail offset is not its last entry"));
        }
        Ok(())
    }
}

impl<'a> Iterator for Ziplist<'a> {
    type Item = Result<Element<'a>, Corrupt>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.finished {
            return None;
        }
        let item = self.step().transpose();
        self.finished = !matches!(item, Some(Ok(_)));
        item
    }
}

fn entry<'a>(rest: &mut &'a [u8], previous_bytes: usize) -> Result<Element<'a>, Corrupt> {
    if previous_length(rest) != Some(previous_bytes) {
        return Err(Corrupt("Ziplist entry that misstates the one before it"));
    }
    content(rest).ok_or(Corrupt("Ziplist entry of unknown encoding or beyond the end"))
}

fn previous_length(rest: &mut &[u8]) -> Option<usize> {
    match take_array::<1>(rest)? {
        [END] => None,
        [LONG_PREVIOUS] => Some(u32::from_le_bytes(take_array(rest)?) as usize),
        [short] => Some(short.into()),
    }
}

fn content<'a>(rest: &mut &'a [u8]) -> Option<Element<'a>> {
    let [encoding] = take_array(rest)?;
    let low_bits = encoding & 0x3f;
    let len = match encoding {
        0x00..=0x3f => low_bits.into(),
        0x40..=0x7f => {
            let [low] = take_array(rest)?;
            u16::from_be_bytes([low_bits, low]).into()
        }
        0x80..=0xbf => u32::from_be_bytes(take_array(rest)?) as usize,
        0xc0..=0xff => return integer(encoding, rest).map(Element::Int),
    };
    take(rest, len).map(Element::Bytes)
}

fn integer(encoding: u8, rest: &mut &[u8]) -> Option<i64> {
    Some(match encoding {
        0xc0 => i16::from_le_bytes(take_array(rest)?).into(),
        0xd0 => i32::from_le_bytes(take_array(rest)?).into(),
        0xe0 => i64::from_le_bytes(take_array(rest)?),
        0xf0 => {
            // Sign-extended by filling the upper three bytes and shifting down.
            let [a, b, c] = take_array(rest)?;
            (i32::from_le_bytes([0, a, b, c]) >> 8).into()
        }
        0xfe => i8::from_le_bytes(take_array(rest)?).into(),
        0xf1..=0xfd => i64::from(encoding & 0x0f) - 1,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIXED: &[&[u8]] = &[
        b"\x00\xf4",
        b"\x02\x02hi",
        b"\x04\xfe\xff",
        b"\x03\xf0\x00\x00\xff",
        b"\x05\xd0\xff\xff\xff\x7f",
        b"\x06\xe0\x00\x00\x00\x00\x00\x01\x00\x00",
        b"\x0a\xc0\x00\x80",
    ];
    const MIXED_TAIL: u32 = 40;

    fn read(bytes: &[u8]) -> Result<Vec<Element<'_>>, Corrupt> {
        Ziplist::new(bytes)?.collect()
    }

    fn with_header(entries: &[u8], tail: u32, count: u16) -> Vec<u8> {
        let total = (HEADER_BYTES + entries.len() + 1) as u32;
        let mut bytes = total.to_le_bytes().to_vec();
        bytes.extend(tail.to_le_bytes());
        bytes.extend(count.to_le_bytes());
        bytes.extend(entries);
        bytes.push(END);
        bytes
    }

    #[test]
    fn reads_every_kind_of_entry() {
        let bytes = with_header(&MIXED.concat(), MIXED_TAIL, 7);
        let expected = [
            Element::Int(3),
            Element::Bytes(b"hi"),
            Element::Int(-1),
            Element::Int(-65_536),
            Element::Int(i32::MAX.into()),
            Element::Int(1 << 40),
            Element::Int(i16::MIN.into()),
        ];
        assert_eq!(read(&bytes).unwrap(), expected);
    }

    #[test]
    fn long_strings_and_the_lengths_before_and_after_them() {
        let long = [b'x'; 300];
        let entries =
            [&b"\x00\x41\x2c"[..], &long, b"\xfe\x2f\x01\x00\x00\x80\x00\x00\x00\x01y"].concat();
        let bytes = with_header(&entries, 10 + 303, 2);
        assert_eq!(read(&bytes).unwrap(), [Element::Bytes(&long), Element::Bytes(b"y")]);
    }

    #[test]
    fn an_unknown_count_is_counted() {
        assert_eq!(read(&with_header(b"\x00\xf1\x02\xf2", 12, COUNT_UNKNOWN)).unwrap().len(), 2);
        assert_eq!(read(&with_header(b"", 10, 0)).unwrap(), []);
    }

    #[test]
    fn refuses_what_does_not_fit_together() {
        for bytes in [
            &b""[..],
            b"\x0a\x00\x00\x00\x0a\x00\x00\x00\x00\x00",
            &with_header(b"\x00\xf1", 10, 2),
            &with_header(b"\x00\xf1", 11, 1),
            &with_header(b"\x01\xf1", 10, 1),
            &with_header(b"\x00\xff", 10, 1),
            &with_header(b"\x00\x05ab", 10, 1),
            &with_header(b"\x00\x80\xff\xff\xff\xff", 10, 1),
        ] {
            assert!(read(bytes).is_err(), "{bytes:?}");
        }
    }
}
