//! Byte strings one pointer wide. A set of a million members holds a million of them, so
//! neither a length nor a capacity stands beside the pointer: the length leads the bytes.
//!
//! The raw memory is handled here and nowhere else; what the bytes mean is for the callers.
#![allow(unsafe_code)]

use std::alloc::{self, Layout};
use std::fmt;
use std::ptr::NonNull;

/// An owned byte string in one allocation: its length as a [`varint`], then its bytes.
///
/// Eight bytes wide, and so is `Option<Compact>`. A string of up to 127 bytes costs one byte
/// more than its content.
pub struct Compact(NonNull<u8>);

// SAFETY: a `Compact` owns its allocation alone and hands out references only through its
// own borrows, as `Box<[u8]>` does.
unsafe impl Send for Compact {}
// SAFETY: as above; `&Compact` only ever reads.
unsafe impl Sync for Compact {}

impl Compact {
    /// A copy of `bytes`.
    pub fn new(bytes: &[u8]) -> Self {
        Self::concat(&[bytes])
    }

    /// The parts one after another.
    pub fn concat(parts: &[&[u8]]) -> Self {
        let len: usize = parts.iter().map(|part| part.len()).sum();
        let header = varint::Encoded::new(len);
        let layout = Self::layout(header.as_bytes().len(), len);
        // SAFETY: the layout's size is not 0, as a header has at least one byte.
        let start = unsafe { alloc::alloc(layout) };
        let Some(start) = NonNull::new(start) else { alloc::handle_alloc_error(layout) };
        let mut at = 0;
        for part in std::iter::once(&header.as_bytes()).chain(parts) {
            // SAFETY: header and parts sum up to the layout's size, so `at + part.len()` stays
            // within the new allocation, which nothing else can overlap.
            unsafe {
                start.add(at).copy_from_nonoverlapping(NonNull::from(*part).cast(), part.len())
            };
            at += part.len();
        }
        Compact(start)
    }

    /// The bytes.
    #[inline]
    pub fn as_bytes(&self) -> &[u8] {
        let (len, header_len) = self.header();
        // SAFETY: `concat` wrote `len` bytes after the header.
        unsafe { std::slice::from_raw_parts(self.0.as_ptr().add(header_len), len) }
    }

    /// The bytes, for changing them in place.
    pub fn as_bytes_mut(&mut self) -> &mut [u8] {
        let (len, header_len) = self.header();
        // SAFETY: as in `as_bytes`; the borrow is exclusive.
        unsafe { std::slice::from_raw_parts_mut(self.0.as_ptr().add(header_len), len) }
    }

    /// Bytes of heap it takes: allocators hand out small blocks in steps of 16 bytes.
    pub fn heap_size(&self) -> usize {
        let (len, header_len) = self.header();
        (header_len + len).next_multiple_of(16)
    }

    /// The length of the content and that of the header.
    #[inline]
    fn header(&self) -> (usize, usize) {
        // SAFETY: the allocation begins with a whole varint, and `decode` asks for no byte
        // after its last.
        varint::decode(|at| unsafe { *self.0.as_ptr().add(at) })
    }

    fn layout(header_len: usize, len: usize) -> Layout {
        let size = header_len.checked_add(len).expect("the parts lie in memory");
        Layout::array::<u8>(size).expect("the parts lie in memory")
    }
}

impl Drop for Compact {
    fn drop(&mut self) {
        let (len, header_len) = self.header();
        // SAFETY: allocated by `concat` with this same layout.
        unsafe { alloc::dealloc(self.0.as_ptr(), Self::layout(header_len, len)) };
    }
}

impl Clone for Compact {
    fn clone(&self) -> Self {
        Self::new(self.as_bytes())
    }
}

impl fmt::Debug for Compact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\"", self.as_bytes().escape_ascii())
    }
}

/// Lengths in as few bytes as they need: seven bits a byte, the low ones first, the top bit
/// set in all but the last (LEB128).
pub(super) mod varint {
    const BITS: u32 = 7;
    const MORE: u8 = 1 << BITS;
    const MAX_BYTES: usize = usize::BITS.div_ceil(BITS) as usize;

    /// An encoded number.
    pub struct Encoded {
        bytes: [u8; MAX_BYTES],
        len: usize,
    }

    impl Encoded {
        /// Encodes `number`.
        pub fn new(mut number: usize) -> Self {
            let mut bytes = [0; MAX_BYTES];
            let mut len = 1;
            while number >= MORE as usize {
                bytes[len - 1] = number as u8 | MORE;
                number >>= BITS;
                len += 1;
            }
            bytes[len - 1] = number as u8;
            Encoded { bytes, len }
        }

        /// Its one to ten bytes.
        pub fn as_bytes(&self) -> &[u8] {
            &self.bytes[..self.len]
        }
    }

    /// The number whose bytes `byte_at` yields, and how many bytes it takes. Asks for them in
    /// order and for none after the last.
    #[inline]
    pub fn decode(byte_at: impl Fn(usize) -> u8) -> (usize, usize) {
        let mut number = 0;
        let mut len = 0;
        loop {
            let byte = byte_at(len);
            number |= ((byte & !MORE) as usize) << (BITS * len as u32);
            len += 1;
            if byte & MORE == 0 || len == MAX_BYTES {
                return (number, len);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_one_pointer_wide() {
        assert_eq!(size_of::<Option<Compact>>(), 8);
    }

    #[test]
    fn keeps_bytes_of_any_length() {
        for len in [0, 1, 127, 128, 16_383, 16_384, 300_000] {
            let bytes: Vec<u8> = (0..len).map(|i| i as u8).collect();
            let compact = Compact::new(&bytes);
            assert_eq!(compact.as_bytes(), bytes);
            assert_eq!(compact.clone().as_bytes(), bytes);
        }
    }

    #[test]
    fn costs_one_byte_more_than_a_short_string() {
        assert_eq!(Compact::new(&[7; 15]).heap_size(), 16);
        assert_eq!(Compact::new(&[7; 127]).heap_size(), 128);
    }

    #[test]
    fn joins_its_parts() {
        let mut compact = Compact::concat(&[b"ab", b"", b"cde"]);
        assert_eq!(compact.as_bytes(), b"abcde");
        compact.as_bytes_mut()[0] = b'x';
        assert_eq!(format!("{compact:?}"), "\"xbcde\"");
    }

    #[test]
    fn varints_come_back() {
        for number in [0, 1, 127, 128, 300, u32::MAX as usize, usize::MAX] {
            let encoded = varint::Encoded::new(number);
            let bytes = encoded.as_bytes();
            assert_eq!(varint::decode(|at| bytes[at]), (number, bytes.len()));
        }
    }
}
