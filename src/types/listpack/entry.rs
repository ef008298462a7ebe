//! How one element of a listpack is encoded, as Redis's `listpack.c` does: a head that says
//! what follows, the content, and the length of both again, readable from behind (the
//! "backlen"). All functions look at plain slices; none knows where in a listpack it is.
//!
//! | first byte | element |
//! |---|---|
//! | `0xxxxxxx` | integer 0 to 127 |
//! | `10xxxxxx` | string of up to 63 bytes |
//! | `110xxxxx` + 1 byte | integer of 13 bits |
//! | `1110xxxx` + 1 byte | string of up to 4095 bytes |
//! | `11110000` + 4 bytes | string, length little endian |
//! | `11110001` to `11110100` | integer of 2, 3, 4, 8 bytes, little endian |
//! | `11111111` | end of the listpack |

use std::borrow::Cow;
use std::cmp::Ordering;

use crate::util::number;

/// One element, borrowed from the listpack that holds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Element<'a> {
    /// An element stored as an integer; a client sees its decimal text.
    Int(i64),
    /// An element stored as bytes.
    Bytes(&'a [u8]),
}

impl<'a> Element<'a> {
    /// Appends the element as a client sees it.
    pub fn write_to(&self, out: &mut Vec<u8>) {
        match self {
            Element::Int(value) => number::write_i64(out, *value),
            Element::Bytes(bytes) => out.extend_from_slice(bytes),
        }
    }

    /// How many bytes [`Element::write_to`] appends.
    pub fn len(&self) -> usize {
        match self {
            Element::Int(value) => number::text_len_i64(*value),
            Element::Bytes(bytes) => bytes.len(),
        }
    }

    /// Whether the element is the empty string.
    pub fn is_empty(&self) -> bool {
        matches!(self, Element::Bytes([]))
    }

    /// The element in the form that is the same for all who show a client the same bytes: as
    /// an integer where it spells one. Encodings differ in what they store as an integer.
    pub fn canonical(self) -> Self {
        self.as_int().map_or(self, Element::Int)
    }

    /// How the bytes that a client sees compare.
    pub fn cmp_bytes(&self, other: &Element<'_>) -> Ordering {
        let (mut own, mut others) = (itoa::Buffer::new(), itoa::Buffer::new());
        self.text(&mut own).cmp(other.text(&mut others))
    }

    /// The element as a client sees it; an integer is spelled in `buffer`.
    pub fn text<'b>(&self, buffer: &'b mut itoa::Buffer) -> &'b [u8]
    where
        'a: 'b,
    {
        match self {
            Element::Int(value) => buffer.format(*value).as_bytes(),
            Element::Bytes(bytes) => bytes,
        }
    }

    /// The integer this element spells, however it is stored.
    pub fn as_int(&self) -> Option<i64> {
        match self {
            Element::Int(value) => Some(*value),
            Element::Bytes(bytes) => number::parse_i64(bytes),
        }
    }

    /// Whether a client that sees this element sees `bytes`.
    pub fn eq_bytes(&self, bytes: &[u8]) -> bool {
        match self {
            Element::Int(value) => number::parse_i64(bytes) == Some(*value),
            Element::Bytes(own) => *own == bytes,
        }
    }

    /// The element as a client sees it, without a copy where it is stored that way.
    pub fn to_bytes(&self) -> Cow<'a, [u8]> {
        match self {
            Element::Int(_) => {
                let mut text = Vec::with_capacity(self.len());
                self.write_to(&mut text);
                Cow::Owned(text)
            }
            Element::Bytes(bytes) => Cow::Borrowed(bytes),
        }
    }
}

/// An element ready to be written: head, content, backlen.
pub(super) struct Encoded<'a> {
    head: Short,
    content: &'a [u8],
    backlen: Short,
}

/// At most nine bytes, by value.
#[derive(Clone, Copy)]
struct Short {
    bytes: [u8; 9],
    len: u8,
}

impl Short {
    fn new(parts: [&[u8]; 2]) -> Self {
        let mut short = Short { bytes: [0; 9], len: 0 };
        for byte in parts.into_iter().flatten() {
            short.bytes[usize::from(short.len)] = *byte;
            short.len += 1;
        }
        short
    }

    fn as_slice(&self) -> &[u8] {
        &self.bytes[..usize::from(self.len)]
    }
}

impl<'a> Encoded<'a> {
    /// Encodes `bytes`, as an integer when they are the canonical spelling of one.
    pub(super) fn bytes(bytes: &'a [u8]) -> Self {
        if let Some(value) = number::parse_i64(bytes) {
            return Encoded::int(value);
        }
        let len = bytes.len();
        let head = match len {
            0..=0x3f => Short::new([&[0x80 | len as u8], &[]]),
            0x40..=0xfff => Short::new([&[0xe0 | (len >> 8) as u8, len as u8], &[]]),
            // The buffer refuses whatever would not fit in 32 bits.
            _ => Short::new([&[0xf0], &(len as u32).to_le_bytes()]),
        };
        Encoded::new(head, bytes)
    }

    /// Encodes `value` in the shortest of the integer encodings.
    pub(super) fn int(value: i64) -> Self {
        let le = value.to_le_bytes();
        let head = match value {
            0..=0x7f => Short::new([&[le[0]], &[]]),
            -0x1000..=0xfff => Short::new([&[0xc0 | (le[1] & 0x1f), le[0]], &[]]),
            -0x8000..=0x7fff => Short::new([&[0xf1], &le[..2]]),
            -0x80_0000..=0x7f_ffff => Short::new([&[0xf2], &le[..3]]),
            -0x8000_0000..=0x7fff_ffff => Short::new([&[0xf3], &le[..4]]),
            _ => Short::new([&[0xf4], &le]),
        };
        Encoded::new(head, &[])
    }

    fn new(head: Short, content: &'a [u8]) -> Self {
        let len = usize::from(head.len) + content.len();
        let backlen = encode_backlen(len, backlen_size(len));
        Encoded { head, content, backlen }
    }

    /// The encoded bytes, in three pieces.
    pub(super) fn parts(&self) -> [&[u8]; 3] {
        [self.head.as_slice(), self.content, self.backlen.as_slice()]
    }

    /// How many bytes the pieces are together.
    pub(super) fn len(&self) -> usize {
        usize::from(self.head.len) + self.content.len() + usize::from(self.backlen.len)
    }
}

/// Reads the element that `entry` begins with; `None` when its bytes are not one. Also
/// answers the length of head and content.
#[inline]
pub(super) fn decode(entry: &[u8]) -> Option<(Element<'_>, usize)> {
    let (&first, rest) = entry.split_first()?;
    let string = |from: usize, len: usize| {
        let end = from.checked_add(len)?;
        Some((Element::Bytes(entry.get(from..end)?), end))
    };
    match first {
        0..=0x7f => Some((Element::Int(i64::from(first)), 1)),
        0x80..=0xbf => string(1, usize::from(first & 0x3f)),
        0xc0..=0xdf => {
            // The sign bit of 13 is shifted to that of 16 and back.
            let bits = u16::from_be_bytes([first, *rest.first()?]);
            Some((Element::Int(i64::from((bits << 3) as i16 >> 3)), 2))
        }
        0xe0..=0xef => string(2, long_len(first, *rest.first()?)),
        0xf0 => string(5, u32::from_le_bytes(*rest.first_chunk()?) as usize),
        0xf1 => Some((Element::Int(i64::from(i16::from_le_bytes(*rest.first_chunk()?))), 3)),
        0xf2 => {
            let [a, b, c] = *rest.first_chunk()?;
            Some((Element::Int(i64::from(i32::from_le_bytes([0, a, b, c]) >> 8)), 4))
        }
        0xf3 => Some((Element::Int(i64::from(i32::from_le_bytes(*rest.first_chunk()?))), 5)),
        0xf4 => Some((Element::Int(i64::from_le_bytes(*rest.first_chunk()?)), 9)),
        _ => None,
    }
}

/// The length of head and content of the element that `entry` begins with, without looking
/// at the content: [`decode`], for whoever steps over elements.
#[inline]
pub(super) fn encoded_len(entry: &[u8]) -> Option<usize> {
    let (&first, rest) = entry.split_first()?;
    Some(match first {
        0..=0x7f => 1,
        0x80..=0xbf => 1 + usize::from(first & 0x3f),
        0xc0..=0xdf => 2,
        0xe0..=0xef => 2 + long_len(first, *rest.first()?),
        0xf0 => 5 + u32::from_le_bytes(*rest.first_chunk()?) as usize,
        0xf1 => 3,
        0xf2 => 4,
        0xf3 => 5,
        0xf4 => 9,
        _ => return None,
    })
}

/// The length in the two bytes that head a string of 64 to 4095 bytes.
fn long_len(first: u8, second: u8) -> usize {
    usize::from(u16::from_be_bytes([first & 0x0f, second]))
}

/// How many bytes the backlen of an element of `len` bytes takes.
///
/// The borders are one below what seven bits a byte would allow; they are part of the format.
/// (In 2026 Redis and Valkey raised them by one. What they wrote until then, and what all
/// older versions read, has these; see [`leading_backlen`].)
#[inline]
pub(super) fn backlen_size(len: usize) -> usize {
    match len {
        0..=127 => 1,
        128..16_383 => 2,
        16_383..2_097_151 => 3,
        2_097_151..268_435_455 => 4,
        _ => 5,
    }
}

/// The size of the backlen that `bytes` begin with, if it is that of an element of `len`
/// bytes: [`backlen_size`], or one less where newer servers can do with less.
pub(super) fn leading_backlen(bytes: &[u8], len: usize) -> Option<usize> {
    let size = backlen_size(len);
    let least = if matches!(len, 16_383 | 2_097_151 | 268_435_455) { size - 1 } else { size };
    (least..=size).rev().find(|size| bytes.starts_with(encode_backlen(len, *size).as_slice()))
}

/// Appends an element of which `element` are head and content.
pub(super) fn write_with_backlen(out: &mut Vec<u8>, element: &[u8]) {
    out.extend_from_slice(element);
    out.extend_from_slice(encode_backlen(element.len(), backlen_size(element.len())).as_slice());
}

/// Reads the backlen that `bytes` end with: the length of the element before it, and how
/// many bytes the backlen itself takes. `None` when there is none.
#[inline]
pub(super) fn decode_backlen(bytes: &[u8]) -> Option<(usize, usize)> {
    let mut len = 0;
    for (index, byte) in bytes.iter().rev().take(5).enumerate() {
        len |= usize::from(byte & 0x7f) << (7 * index);
        if byte & 0x80 == 0 {
            return Some((len, index + 1));
        }
    }
    None
}

/// `len` in `size` bytes, seven bits each, the highest first. All but the first byte carry the
/// top bit, so that whoever reads from behind knows when to stop.
fn encode_backlen(len: usize, size: usize) -> Short {
    let mut backlen = Short { bytes: [0; 9], len: size as u8 };
    for (index, byte) in backlen.bytes[..size].iter_mut().enumerate() {
        let bits = (len >> (7 * (size - 1 - index))) as u8 & 0x7f;
        *byte = if index == 0 { bits } else { bits | 0x80 };
    }
    backlen
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encode_int(value: i64) -> Vec<u8> {
        Encoded::int(value).parts().concat()
    }

    #[test]
    fn the_same_bytes_are_the_same_element_however_they_are_stored() {
        assert_eq!(Element::Bytes(b"17").canonical(), Element::Int(17));
        assert_eq!(Element::Bytes(b"017").canonical(), Element::Bytes(b"017"));
        let ascending = [Element::Int(-1), Element::Int(10), Element::Bytes(b"9"), Element::Int(9)];
        let order: Vec<_> = ascending.windows(2).map(|pair| pair[0].cmp_bytes(&pair[1])).collect();
        assert_eq!(order, [Ordering::Less, Ordering::Less, Ordering::Equal]);
    }

    #[test]
    fn integers_take_the_shortest_encoding() {
        assert_eq!(encode_int(0), [0x00, 1]);
        assert_eq!(encode_int(127), [0x7f, 1]);
        assert_eq!(encode_int(128), [0xc0, 0x80, 2]);
        assert_eq!(encode_int(-1), [0xdf, 0xff, 2]);
        assert_eq!(encode_int(4095), [0xcf, 0xff, 2]);
        assert_eq!(encode_int(-4096), [0xd0, 0x00, 2]);
        assert_eq!(encode_int(4096), [0xf1, 0x00, 0x10, 3]);
        assert_eq!(encode_int(-4097), [0xf1, 0xff, 0xef, 3]);
        assert_eq!(encode_int(32768), [0xf2, 0x00, 0x80, 0x00, 4]);
        assert_eq!(encode_int(-32769), [0xf2, 0xff, 0x7f, 0xff, 4]);
        assert_eq!(encode_int(1 << 23), [0xf3, 0, 0, 0x80, 0, 5]);
        assert_eq!(encode_int(1 << 31), [0xf4, 0, 0, 0, 0x80, 0, 0, 0, 0, 9]);
    }

    #[test]
    fn integers_come_back() {
        let borders = (0..63).flat_map(|bit| [-2, -1, 0, 1].map(|near| (1i64 << bit) + near));
        for value in borders.chain([i64::MAX, i64::MIN]) {
            for value in [value, value.wrapping_neg()] {
                let encoded = encode_int(value);
                let len = encoded.len() - 1;
                assert_eq!(decode(&encoded), Some((Element::Int(value), len)));
                assert_eq!(encoded_len(&encoded), Some(len));
            }
        }
    }

    #[test]
    fn strings_come_back_with_a_head_that_fits() {
        for (len, head) in [(0, 1), (63, 1), (64, 2), (4095, 2), (4096, 5), (70_000, 5)] {
            let text = vec![b'x'; len];
            let encoded = Encoded::bytes(&text).parts().concat();
            assert_eq!(decode(&encoded), Some((Element::Bytes(&text), head + len)));
            assert_eq!(encoded_len(&encoded), Some(head + len));
            assert_eq!(Encoded::bytes(&text).len(), encoded.len());
        }
    }

    #[test]
    fn backlens_keep_the_formats_borders() {
        let sizes = [(127, 1), (128, 2), (16_382, 2), (16_383, 3), (2_097_150, 3), (2_097_151, 4)];
        for (len, size) in
            sizes.into_iter().chain([(268_435_454, 4), (268_435_455, 5), (1 << 30, 5)])
        {
            let backlen = encode_backlen(len, backlen_size(len));
            assert_eq!(backlen.as_slice().len(), size, "{len}");
            assert_eq!(decode_backlen(backlen.as_slice()), Some((len, size)));
        }
        assert_eq!(encode_backlen(16_382, 2).as_slice(), [0x7f, 0xfe]);
        assert_eq!(leading_backlen(&[0x7f, 0xfe, 9], 16_382), Some(2));
        assert_eq!(leading_backlen(&[0x00, 0xff, 0xff], 16_383), Some(3));
        assert_eq!(leading_backlen(&[0x7f, 0xff, 0xff], 16_383), Some(2));
        assert_eq!(leading_backlen(&[0x00, 0xff], 16_383), None);
        assert_eq!(leading_backlen(&[0x85], 5), None);
    }

    #[test]
    fn what_is_cut_short_or_unknown_is_no_element() {
        for bytes in [
            &b""[..],
            &[0x83, b'a'],
            &[0xc0],
            &[0xe1],
            &[0xf0, 9, 0, 0],
            &[0xf2, 1, 2],
            &[0xf5],
            &[0xff],
        ] {
            assert_eq!(decode(bytes), None, "{bytes:x?}");
        }
        assert_eq!(decode_backlen(&[0xff; 9]), None);
    }
}
