//! A field of a large hash: name, value and deadline in one allocation.

use crate::types::compact::{Compact, varint};
use crate::types::table::Keyed;

/// A field. Its bytes are a varint of twice the name's length, plus one where a deadline
/// follows; the deadline, eight bytes, little endian; the name; the value.
#[derive(Clone)]
pub struct Entry(Compact);

/// Where the parts of an [`Entry`] begin.
struct Parts {
    deadline: Option<usize>,
    name: usize,
    value: usize,
}

const DEADLINE_BYTES: usize = size_of::<i64>();

impl Entry {
    /// A field that expires at the given Unix time, or never.
    pub fn new(name: &[u8], value: &[u8], expires_at_ms: Option<i64>) -> Self {
        let header = varint::Encoded::new(name.len() << 1 | usize::from(expires_at_ms.is_some()));
        let header = header.as_bytes();
        Entry(match expires_at_ms {
            None => Compact::concat(&[header, name, value]),
            Some(deadline) => Compact::concat(&[header, &deadline.to_le_bytes(), name, value]),
        })
    }

    /// Its name.
    pub fn name(&self) -> &[u8] {
        let parts = self.parts();
        &self.0.as_bytes()[parts.name..parts.value]
    }

    /// Its value.
    pub fn value(&self) -> &[u8] {
        &self.0.as_bytes()[self.parts().value..]
    }

    /// When it expires.
    pub fn expires_at_ms(&self) -> Option<i64> {
        let start = self.parts().deadline?;
        let (deadline, _) = self.0.as_bytes()[start..].split_first_chunk()?;
        Some(i64::from_le_bytes(*deadline))
    }

    /// Changes the value; in place where the new one is as long as the old one.
    pub fn set_value(&mut self, value: &[u8]) {
        let start = self.parts().value;
        let old = &mut self.0.as_bytes_mut()[start..];
        if old.len() == value.len() {
            return old.copy_from_slice(value);
        }
        *self = Entry::new(self.name(), value, self.expires_at_ms());
    }

    /// Changes when it expires.
    pub fn set_expiry(&mut self, expires_at_ms: Option<i64>) {
        if self.expires_at_ms() != expires_at_ms {
            *self = Entry::new(self.name(), self.value(), expires_at_ms);
        }
    }

    /// Bytes of heap it takes.
    pub fn heap_size(&self) -> usize {
        self.0.heap_size()
    }

    fn parts(&self) -> Parts {
        let bytes = self.0.as_bytes();
        let (header, header_len) = varint::decode(|at| bytes[at]);
        let deadline = (header & 1 == 1).then_some(header_len);
        let name = header_len + if deadline.is_some() { DEADLINE_BYTES } else { 0 };
        Parts { deadline, name, value: name + (header >> 1) }
    }
}

impl Keyed for Entry {
    fn key(&self) -> &[u8] {
        self.name()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_come_back_and_change() {
        for name in [&b""[..], b"name", &[b'n'; 63], &[b'n'; 64], &[0; 70_000]] {
            for expires_at_ms in [None, Some(1), Some(i64::MAX)] {
                let mut entry = Entry::new(name, b"value", expires_at_ms);
                let parts = |entry: &Entry| {
                    (entry.name().to_vec(), entry.value().to_vec(), entry.expires_at_ms())
                };
                assert_eq!(parts(&entry), (name.to_vec(), b"value".to_vec(), expires_at_ms));
                entry.set_value(b"other");
                assert_eq!(parts(&entry), (name.to_vec(), b"other".to_vec(), expires_at_ms));
                entry.set_value(b"");
                assert_eq!(parts(&entry), (name.to_vec(), b"".to_vec(), expires_at_ms));
                entry.set_expiry(Some(7));
                assert_eq!(parts(&entry), (name.to_vec(), b"".to_vec(), Some(7)));
                entry.set_expiry(None);
                assert_eq!(parts(&entry), (name.to_vec(), b"".to_vec(), None));
            }
        }
    }

    #[test]
    fn costs_two_bytes_beside_name_and_value() {
        assert_eq!(Entry::new(&[1; 16], &[2; 30], None).heap_size(), 48);
    }
}
