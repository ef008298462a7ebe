//! The writing end: integers, lengths and strings, into memory or a file. The mirror of
//! `input`; nothing about objects.

use std::convert::Infallible;

use super::format::{Version, length_prefix, string_encoding};
use crate::util::{lzf, number};

/// Where encoded bytes go: into memory, which cannot fail, or to a file, which can.
pub(super) trait Put {
    type Error;

    fn put(&mut self, bytes: &[u8]) -> Result<(), Self::Error>;
}

impl Put for Vec<u8> {
    type Error = Infallible;

    fn put(&mut self, bytes: &[u8]) -> Result<(), Infallible> {
        self.extend_from_slice(bytes);
        Ok(())
    }
}

/// The writer's choices, and what it writes to.
pub(super) struct Output<P> {
    pub(super) to: P,
    pub(super) version: Version,
    /// `rdbcompression`: whether strings are compressed where that saves space.
    pub(super) compress: bool,
}

/// Longer strings are never integers: `-2147483648` has 11 bytes.
const INTEGER_TEXT_BYTES_MAX: usize = 11;
/// Shorter strings are not worth an attempt to compress them.
const COMPRESSIBLE_BYTES_MIN: usize = 21;

impl<P: Put> Output<P> {
    pub(super) fn raw(&mut self, bytes: &[u8]) -> Result<(), P::Error> {
        self.to.put(bytes)
    }

    pub(super) fn byte(&mut self, byte: u8) -> Result<(), P::Error> {
        self.raw(&[byte])
    }

    /// A time in milliseconds, 8 bytes little-endian.
    pub(super) fn millis(&mut self, millis: i64) -> Result<(), P::Error> {
        self.raw(&millis.to_le_bytes())
    }

    /// A number in the variable-size form: 1, 2, 5 or 9 bytes.
    pub(super) fn length(&mut self, length: u64) -> Result<(), P::Error> {
        if let Ok(small) = u8::try_from(length)
            && small & length_prefix::MASK == 0
        {
            return self.byte(length_prefix::BITS_6 | small);
        }
        if let Ok(medium) = u16::try_from(length)
            && medium < 1 << 14
        {
            let [high, low] = medium.to_be_bytes();
            return self.raw(&[length_prefix::BITS_14 | high, low]);
        }
        if let Ok(large) = u32::try_from(length) {
            self.byte(length_prefix::BITS_32)?;
            return self.raw(&large.to_be_bytes());
        }
        self.byte(length_prefix::BITS_64)?;
        self.raw(&length.to_be_bytes())
    }

    /// The number of elements that follow.
    pub(super) fn count(&mut self, count: usize) -> Result<(), P::Error> {
        self.length(count as u64)
    }

    /// A string, in the encoding Redis would choose: a 32-bit integer, compressed, or as is.
    pub(super) fn string(&mut self, bytes: &[u8]) -> Result<(), P::Error> {
        if bytes.len() <= INTEGER_TEXT_BYTES_MAX
            && let Some(integer) =
                number::parse_i64(bytes).and_then(|value| i32::try_from(value).ok())
        {
            return self.integer(integer);
        }
        if self.compress
            && bytes.len() >= COMPRESSIBLE_BYTES_MIN
            && let Some(compressed) = lzf::compress(bytes)
        {
            return self.lzf(&compressed, bytes.len());
        }
        self.count(bytes.len())?;
        self.raw(bytes)
    }

    /// A string that is compressed already, of `len` bytes when it is not.
    pub(super) fn lzf(&mut self, compressed: &[u8], len: usize) -> Result<(), P::Error> {
        self.byte(length_prefix::ENCODED | string_encoding::LZF)?;
        self.count(compressed.len())?;
        self.count(len)?;
        self.raw(compressed)
    }

    fn integer(&mut self, value: i32) -> Result<(), P::Error> {
        if let Ok(value) = i8::try_from(value) {
            self.byte(length_prefix::ENCODED | string_encoding::INT8)?;
            return self.raw(&value.to_le_bytes());
        }
        if let Ok(value) = i16::try_from(value) {
            self.byte(length_prefix::ENCODED | string_encoding::INT16)?;
            return self.raw(&value.to_le_bytes());
        }
        self.byte(length_prefix::ENCODED | string_encoding::INT32)?;
        self.raw(&value.to_le_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::persistence::rdb::input::Input;

    fn written(write: impl FnOnce(&mut Output<Vec<u8>>) -> Result<(), Infallible>) -> Vec<u8> {
        let mut output = Output { to: Vec::new(), version: Version::V10, compress: true };
        let Ok(()) = write(&mut output);
        output.to
    }

    #[test]
    fn a_length_takes_the_fewest_bytes() {
        for (length, size) in [
            (0, 1),
            (63, 1),
            (64, 2),
            (255, 2),
            (256, 2),
            (16_383, 2),
            (16_384, 5),
            (u32::MAX.into(), 5),
            (1 << 32, 9),
        ] {
            let bytes = written(|output| output.length(length));
            assert_eq!(bytes.len(), size, "{length}");
            assert_eq!(Input::new(&bytes[..], false).length().unwrap(), length);
        }
    }

    #[test]
    fn a_string_comes_back_from_every_encoding() {
        let long = b"ab".repeat(500);
        for (text, size) in [
            (&b""[..], 1),
            (b"12", 2),
            (b"-129", 3),
            (b"-2147483648", 5),
            (b"2147483648", 11),
            (b"012", 4),
            (b"+1", 3),
            (b"not compressible", 17),
        ] {
            let bytes = written(|output| output.string(text));
            assert_eq!(bytes.len(), size, "{text:?}");
            assert_eq!(Input::new(&bytes[..], false).string().unwrap(), text);
        }
        let bytes = written(|output| output.string(&long));
        assert!(bytes.len() < 50);
        assert_eq!(Input::new(&bytes[..], false).string().unwrap(), long);
    }
}
