//! What keys and tables cost in memory, for MEMORY USAGE and INFO.

use super::database::Table;
use super::entry::{Entry, Str, View};
use std::sync::Arc;

/// Bytes that a key takes with its name, its value and its place in the table. Of a large
/// collection only `samples` elements are looked at, 0 asks for all.
pub fn memory_usage(entry: &Entry, samples: usize) -> usize {
    let value = match entry.value() {
        View::String(Str::Shared(bytes)) => shared_bytes(bytes),
        View::String(Str::Int(_) | Str::Bytes(_)) => 0,
        View::List(list) => list.memory_usage(samples),
        View::Set(set) => set.memory_usage(samples),
        View::SortedSet(set) => set.memory_usage(samples),
        View::Hash(hash) => hash.memory_usage(samples),
        View::Stream(stream) => stream.memory_usage(samples),
    };
    BUCKET + entry.allocated_bytes() + value
}

/// Bytes of a table's own allocation: a slot and a control byte for each bucket, and one
/// more group of control bytes. A table that never held a key has none.
pub fn table_bytes(table: &Table) -> usize {
    const GROUP: usize = 16;
    match table.buckets() {
        0 | 1 => 0,
        buckets => buckets * BUCKET + GROUP,
    }
}

/// Bytes of one bucket.
const BUCKET: usize = size_of::<Entry>() + 1;

/// Bytes of a string that lies in an allocation of its own: the bytes, and the counts and
/// the vector that lead to them.
fn shared_bytes(bytes: &Arc<Vec<u8>>) -> usize {
    bytes.capacity() + size_of::<Vec<u8>>() + 2 * size_of::<usize>()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::NewStr;

    #[test]
    fn a_key_costs_what_is_allocated_for_it() {
        let small = Entry::string(b"k", NewStr::Bytes(b"v"), None);
        let usage = memory_usage(&small, 5);
        assert!((10..64).contains(&usage), "{usage}");
        let bytes = vec![b'x'; 100_000];
        let large = Entry::string(b"k", NewStr::Bytes(&bytes), None);
        let usage = memory_usage(&large, 5);
        assert!((100_000..101_000).contains(&usage), "{usage}");
        assert_eq!(table_bytes(&Table::new()), 0);
        let table = Table::with_capacity(100);
        assert_eq!(table_bytes(&table), 128 * 9 + 16);
    }
}
