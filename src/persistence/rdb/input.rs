//! The reading end: exact reads with an offset and a running checksum. Knows integers,
//! lengths and strings; nothing about objects.
//!
//! It never reads past what it returns, so that a file may go on behind its RDB part (an
//! append-only file with an RDB preamble). Hand it a buffered reader.

use std::io::{self, Read};

use super::error::{LoadError, Reason};
use super::format::{length_prefix, string_encoding};
use crate::types::listpack::Corrupt;
use crate::util::{crc64::Crc64, lzf, number};

/// No allocation is made ahead of the bytes beyond this; a longer string grows as it arrives.
const TRUSTED_BYTES: u64 = 64 * 1024;

pub(super) type Result<T> = std::result::Result<T, LoadError>;

/// A reader that knows how far it is.
pub(super) struct Input<R> {
    reader: R,
    /// `None` when nobody will ask for it.
    crc: Option<Crc64>,
    offset_bytes: u64,
}

impl<R: Read> Input<R> {
    pub(super) fn new(reader: R, checksum: bool) -> Self {
        Input { reader, crc: checksum.then(Crc64::new), offset_bytes: 0 }
    }

    pub(super) fn offset_bytes(&self) -> u64 {
        self.offset_bytes
    }

    /// CRC-64 of everything read so far, when it is being computed.
    pub(super) fn checksum(&self) -> Option<u64> {
        self.crc.as_ref().map(Crc64::value)
    }

    /// The data read last contradicts itself.
    pub(super) fn corrupt(&self, what: &'static str) -> LoadError {
        self.error(Reason::Corrupt(what))
    }

    /// What came of the data read last, or the error that it contradicts itself.
    pub(super) fn checked<T>(&self, outcome: std::result::Result<T, Corrupt>) -> Result<T> {
        outcome.map_err(|corrupt| self.corrupt(corrupt.0))
    }

    pub(super) fn error(&self, reason: Reason) -> LoadError {
        LoadError { offset_bytes: self.offset_bytes, reason }
    }

    pub(super) fn array<const N: usize>(&mut self) -> Result<[u8; N]> {
        let mut bytes = [0; N];
        self.reader.read_exact(&mut bytes).map_err(|error| self.io_error(error))?;
        self.passed(&bytes);
        Ok(bytes)
    }

    pub(super) fn byte(&mut self) -> Result<u8> {
        self.array::<1>().map(|[byte]| byte)
    }

    /// Exactly `len` bytes. Memory grows with what arrives, never with what is announced.
    pub(super) fn bytes(&mut self, len: u64) -> Result<Vec<u8>> {
        let mut bytes = vec![0; len.min(TRUSTED_BYTES) as usize];
        let mut arrived = 0;
        loop {
            let piece = &mut bytes[arrived..];
            self.reader.read_exact(piece).map_err(|error| self.io_error(error))?;
            arrived = bytes.len();
            let missing = len - arrived as u64;
            if missing == 0 {
                break;
            }
            // At most as much again as has come, so that the announcement is never trusted.
            let more = missing.min(arrived as u64) as usize;
            bytes.reserve_exact(more);
            bytes.resize(arrived + more, 0);
        }
        self.passed(&bytes);
        Ok(bytes)
    }

    /// A time in milliseconds, 8 bytes little-endian.
    pub(super) fn millis(&mut self) -> Result<i64> {
        self.array().map(i64::from_le_bytes)
    }

    /// A length, count, or other unsigned number in the variable-size form.
    pub(super) fn length(&mut self) -> Result<u64> {
        match self.length_or_encoding()? {
            LengthOrEncoding::Length(length) => Ok(length),
            LengthOrEncoding::Encoding(_) => {
                Err(self.corrupt("Encoded string where a length belongs"))
            }
        }
    }

    /// A string, whatever its encoding.
    pub(super) fn string(&mut self) -> Result<Vec<u8>> {
        match self.length_or_encoding()? {
            LengthOrEncoding::Length(len) => self.bytes(len),
            LengthOrEncoding::Encoding(string_encoding::INT8) => {
                self.array().map(|bytes| decimal(i8::from_le_bytes(bytes).into()))
            }
            LengthOrEncoding::Encoding(string_encoding::INT16) => {
                self.array().map(|bytes| decimal(i16::from_le_bytes(bytes).into()))
            }
            LengthOrEncoding::Encoding(string_encoding::INT32) => {
                self.array().map(|bytes| decimal(i32::from_le_bytes(bytes).into()))
            }
            LengthOrEncoding::Encoding(string_encoding::LZF) => self.compressed_string(),
            LengthOrEncoding::Encoding(_) => Err(self.corrupt("Unknown RDB string encoding type")),
        }
    }

    /// Compressed size, original size, LZF data.
    fn compressed_string(&mut self) -> Result<Vec<u8>> {
        let compressed_len = self.length()?;
        let len = self.length()?;
        let compressed = self.bytes(compressed_len)?;
        usize::try_from(len)
            .ok()
            .and_then(|len| lzf::decompress(&compressed, len).ok())
            .ok_or_else(|| self.corrupt("Invalid LZF compressed string"))
    }

    fn length_or_encoding(&mut self) -> Result<LengthOrEncoding> {
        let first = self.byte()?;
        let low_bits = first & !length_prefix::MASK;
        Ok(match (first & length_prefix::MASK, first) {
            (length_prefix::BITS_6, _) => LengthOrEncoding::Length(low_bits.into()),
            (length_prefix::BITS_14, _) => {
                LengthOrEncoding::Length(u16::from_be_bytes([low_bits, self.byte()?]).into())
            }
            (_, length_prefix::BITS_32) => {
                LengthOrEncoding::Length(u32::from_be_bytes(self.array()?).into())
            }
            (_, length_prefix::BITS_64) => {
                LengthOrEncoding::Length(u64::from_be_bytes(self.array()?))
            }
            (length_prefix::ENCODED, _) => LengthOrEncoding::Encoding(low_bits),
            _ => return Err(self.corrupt("Unknown length encoding")),
        })
    }

    fn passed(&mut self, bytes: &[u8]) {
        self.offset_bytes += bytes.len() as u64;
        if let Some(crc) = &mut self.crc {
            crc.update(bytes);
        }
    }

    fn io_error(&self, error: io::Error) -> LoadError {
        self.error(match error.kind() {
            io::ErrorKind::UnexpectedEof => Reason::Truncated,
            _ => Reason::Io(error),
        })
    }
}

enum LengthOrEncoding {
    Length(u64),
    Encoding(u8),
}

fn decimal(value: i64) -> Vec<u8> {
    let mut text = Vec::new();
    number::write_i64(&mut text, value);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn string(bytes: &[u8]) -> Result<Vec<u8>> {
        Input::new(bytes, false).string()
    }

    #[test]
    fn every_width_of_a_length() {
        for (bytes, length) in [
            (&b"\x3f"[..], 63),
            (b"\x40\x40", 64),
            (b"\x7f\xff", 16_383),
            (b"\x80\x00\x00\x40\x00", 16_384),
            (b"\x81\x00\x00\x00\x01\x00\x00\x00\x00", 1 << 32),
        ] {
            assert_eq!(Input::new(bytes, false).length().unwrap(), length);
        }
        assert!(Input::new(&b"\xc0\x01"[..], false).length().is_err());
        assert!(Input::new(&b"\x82\x01"[..], false).length().is_err());
    }

    #[test]
    fn every_encoding_of_a_string() {
        assert_eq!(string(b"\x02hi").unwrap(), b"hi");
        assert_eq!(string(b"\xc0\xff").unwrap(), b"-1");
        assert_eq!(string(b"\xc1\x00\x80").unwrap(), b"-32768");
        assert_eq!(string(b"\xc2\xff\xff\xff\x7f").unwrap(), b"2147483647");
        assert_eq!(string(b"\xc3\x04\x0b\x01aa\xe0\x00\x00").unwrap_err().offset_bytes, 7);
        assert!(string(b"\xc4\x00").is_err());
    }

    #[test]
    fn announced_but_absent_bytes_are_an_error_where_they_begin() {
        let error = string(b"\x81\x7f\xff\xff\xff\xff\xff\xff\xffabc").unwrap_err();
        assert!(matches!(error.reason, Reason::Truncated));
        assert_eq!(error.offset_bytes, 9);
    }

    #[test]
    fn reads_nothing_beyond_what_it_returns() {
        let mut rest = &b"\x02hitail"[..];
        Input::new(&mut rest, false).string().unwrap();
        assert_eq!(rest, b"tail");
    }
}
