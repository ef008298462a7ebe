//! The checksum at the end of RDB files and DUMP payloads: CRC-64 with the polynomial of
//! David Jones, reflected, starting from zero.

use crc::{CRC_64_REDIS, Crc, Digest, Table};

/// Sixteen bytes a step: a checksum is over every byte of a file.
type Tables = Table<16>;
static CRC: Crc<u64, Tables> = Crc::<u64, Tables>::new(&CRC_64_REDIS);

/// The checksum of `bytes`.
pub fn checksum(bytes: &[u8]) -> u64 {
    CRC.checksum(bytes)
}

/// A checksum of bytes that come in pieces.
#[derive(Clone)]
pub struct Crc64(Digest<'static, u64, Tables>);

impl Crc64 {
    /// The checksum of nothing, which is 0.
    pub fn new() -> Self {
        Crc64(CRC.digest())
    }

    /// Takes in more bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// The checksum of all bytes so far.
    pub fn value(&self) -> u64 {
        self.0.clone().finalize()
    }
}

impl Default for Crc64 {
    fn default() -> Self {
        Crc64::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_checksums() {
        assert_eq!(checksum(b""), 0);
        assert_eq!(checksum(b"123456789"), 0xe9c6_d914_c4b8_d9ca);
        // DUMP of a string `v` by Redis 7.0 (RDB version 10): all but the last 8 bytes.
        assert_eq!(checksum(b"\0\x01v\x0a\0").to_le_bytes(), *b"\x91\x08\xce\xb2\x198\x8a\xce");
    }

    #[test]
    fn pieces_make_the_same_checksum() {
        let bytes: Vec<u8> = (0..=255).collect();
        for split in [0, 1, 15, 16, 17, 100, 256] {
            let mut crc = Crc64::new();
            crc.update(&bytes[..split]);
            assert_eq!(crc.value(), checksum(&bytes[..split]));
            crc.update(&bytes[split..]);
            assert_eq!(crc.value(), checksum(&bytes));
        }
    }
}
