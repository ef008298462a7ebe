//! Asking for memory before it is needed. A lookup waits for three cache lines one after the
//! other: the table's control bytes, the slot, the entry. For the commands of a pipeline
//! these waits overlap: first all control bytes and slots are asked for, then all entries.
//! Nothing here changes what a command sees.
#![allow(unsafe_code)]

use super::database::{Keyspace, Table};
use super::entry::Entry;

/// Bytes of an entry worth asking for: its header, name and a small value.
const LINES: usize = 2;
const LINE_BYTES: usize = 64;

/// Begins to load what lookups of these keys, given as (database, hash), will read.
pub fn warm(keyspace: &Keyspace, keys: impl Iterator<Item = (u16, u64)> + Clone) {
    for_each_table(keyspace, keys.clone(), |table, hash| {
        let index = hash as usize & (table.buckets() - 1);
        let control = table.data_end().as_ptr();
        prefetch(control.cast::<u8>().wrapping_add(index));
        prefetch(control.wrapping_sub(index + 1).cast());
    });
    for_each_table(keyspace, keys, |table, hash| {
        // The first slot whose tag fits is nearly always the one; its entry is not read here.
        table.get(hash, |(entry, _)| {
            let start = Entry::address(entry);
            (0..LINES).for_each(|line| prefetch(start.wrapping_add(line * LINE_BYTES)));
            true
        });
    });
}

/// Calls `f` with each key's table, unless a writer has it just now.
fn for_each_table(
    keyspace: &Keyspace,
    keys: impl Iterator<Item = (u16, u64)>,
    mut f: impl FnMut(&Table, u64),
) {
    for (db, hash) in keys {
        let place = keyspace.place(db, hash);
        if let Some(table) = keyspace.database(db).try_read(place.shard()) {
            f(&table, hash);
        }
    }
}

#[cfg(target_arch = "x86_64")]
fn prefetch(address: *const u8) {
    use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
    // SAFETY: a prefetch reads nothing and cannot fault, whatever the address; SSE is part
    // of every x86-64 processor.
    unsafe { _mm_prefetch::<_MM_HINT_T0>(address.cast()) };
}

#[cfg(not(target_arch = "x86_64"))]
fn prefetch(_: *const u8) {}
