//! The allocation under a listpack, and under an intset: a pointer to bytes whose first four
//! hold how many there are. It knows that length prefix and nothing else of either format; it
//! is the only file of both with `unsafe`.
#![allow(unsafe_code)]

use std::alloc::{self, Layout};
use std::ptr::{self, NonNull};

/// Bytes that begin with their own total length, little endian in four bytes.
///
/// The length lives only there, so a `Buffer` is one pointer wide. What is allocated is a
/// function of the length too (see [`allocated_bytes`]), so no capacity is kept either.
pub(in crate::types) struct Buffer(NonNull<u8>);

/// Size of the length prefix.
pub(in crate::types) const PREFIX_BYTES: usize = size_of::<u32>();

// SAFETY: a `Buffer` owns its allocation alone and hands out plain borrows of it.
unsafe impl Send for Buffer {}
// SAFETY: as above; nothing changes behind a shared borrow.
unsafe impl Sync for Buffer {}

impl Buffer {
    /// The length prefix followed by `parts`.
    ///
    /// # Panics
    /// When the whole would be longer than `u32::MAX`.
    pub(in crate::types) fn concat(parts: &[&[u8]]) -> Self {
        let len = PREFIX_BYTES + parts.iter().map(|part| part.len()).sum::<usize>();
        let prefix = prefix(len);
        let layout = layout(len);
        // SAFETY: the layout has at least `PREFIX_BYTES` bytes, so it is not empty.
        let start = unsafe { alloc::alloc(layout) };
        let Some(start) = NonNull::new(start) else { alloc::handle_alloc_error(layout) };
        // SAFETY: the allocation has room for `len` bytes: the prefix, then all the parts.
        unsafe {
            write(start, &prefix);
            write_all(start.add(PREFIX_BYTES), parts);
        }
        Buffer(start)
    }

    /// How many bytes there are, the prefix included.
    pub(in crate::types) fn len(&self) -> usize {
        // SAFETY: every `Buffer` begins with an initialized prefix.
        let prefix = unsafe { self.0.cast::<[u8; PREFIX_BYTES]>().read() };
        u32::from_le_bytes(prefix) as usize
    }

    /// All bytes, the prefix included.
    pub(in crate::types) fn as_slice(&self) -> &[u8] {
        // SAFETY: `len` bytes are allocated and initialized, and borrowed with `self`.
        unsafe { std::slice::from_raw_parts(self.0.as_ptr(), self.len()) }
    }

    /// The bytes behind the prefix. The prefix itself is not handed out: whoever changed it
    /// would change what this type believes it has allocated.
    pub(in crate::types) fn after_prefix_mut(&mut self) -> &mut [u8] {
        let len = self.len() - PREFIX_BYTES;
        // SAFETY: that many initialized bytes follow the prefix, borrowed with `self`.
        unsafe { std::slice::from_raw_parts_mut(self.0.add(PREFIX_BYTES).as_ptr(), len) }
    }

    /// Bytes of heap this occupies.
    pub(in crate::types) fn allocated_bytes(&self) -> usize {
        allocated_bytes(self.len())
    }

    /// Puts `parts`, one behind the other, where `removed` bytes from `at` on were.
    ///
    /// # Panics
    /// When the range is not within the bytes behind the prefix, or the result would be
    /// longer than `u32::MAX`.
    pub(in crate::types) fn splice(&mut self, at: usize, removed: usize, parts: &[&[u8]]) {
        let old_len = self.len();
        assert!(
            at >= PREFIX_BYTES && at <= old_len && removed <= old_len - at,
            "range within the bytes"
        );
        let added = parts.iter().map(|part| part.len()).sum::<usize>();
        let new_len = old_len - removed + added;
        let prefix = prefix(new_len);

        if new_len > old_len {
            self.reallocate(old_len, new_len);
        }
        if added != removed {
            let tail_bytes = old_len - at - removed;
            // SAFETY: the allocation holds `max(old_len, new_len)` bytes. The tail is read
            // from below `old_len` and lands below `new_len`; `ptr::copy` allows overlap.
            unsafe {
                let tail = self.0.add(at + removed).as_ptr();
                ptr::copy(tail, self.0.add(at + added).as_ptr(), tail_bytes);
            }
        }
        // SAFETY: the gap at `at` is `added` bytes wide, just what the parts fill; after
        // it, and with the prefix, all bytes below `new_len` are initialized. The parts
        // cannot overlap the buffer: it is borrowed exclusively.
        unsafe {
            write_all(self.0.add(at), parts);
            write(self.0, &prefix);
        }
        if new_len < old_len {
            self.reallocate(old_len, new_len);
        }
    }

    /// Moves to an allocation for `new_len` bytes where one for `old_len` was.
    fn reallocate(&mut self, old_len: usize, new_len: usize) {
        let (old, new) = (layout(old_len), layout(new_len));
        if old.size() == new.size() {
            return;
        }
        // SAFETY: `old` is the layout of the present allocation, and `new` is not empty.
        let start = unsafe { alloc::realloc(self.0.as_ptr(), old, new.size()) };
        let Some(start) = NonNull::new(start) else { alloc::handle_alloc_error(new) };
        self.0 = start;
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        // SAFETY: the allocation was made with the layout that belongs to its length.
        unsafe { alloc::dealloc(self.0.as_ptr(), layout(self.len())) }
    }
}

impl Clone for Buffer {
    fn clone(&self) -> Self {
        Buffer::concat(&[&self.as_slice()[PREFIX_BYTES..]])
    }
}

/// What is allocated for `len` bytes: `len` rounded up to jemalloc's size classes (four for
/// each doubling). The allocator would round up all the same; asking for it openly saves a
/// call to it for most small edits.
fn allocated_bytes(len: usize) -> usize {
    match len {
        0..=8 => 8,
        9..=128 => len.next_multiple_of(16),
        _ => len.next_multiple_of(1 << ((len - 1).ilog2() - 2)),
    }
}

fn layout(len: usize) -> Layout {
    Layout::array::<u8>(allocated_bytes(len)).expect("lengths below 4 GiB")
}

fn prefix(len: usize) -> [u8; PREFIX_BYTES] {
    u32::try_from(len).expect("a listpack below 4 GiB").to_le_bytes()
}

/// Copies all of `parts` to `to`, one behind the other.
///
/// # Safety
/// `to` must be valid for writes of all their bytes, and overlap none of them.
unsafe fn write_all(mut to: NonNull<u8>, parts: &[&[u8]]) {
    for part in parts {
        // SAFETY: the caller's promise, for this part and then for those that follow it.
        unsafe {
            write(to, part);
            to = to.add(part.len());
        }
    }
}

/// Copies `bytes` to `to`.
///
/// # Safety
/// `to` must be valid for writes of `bytes.len()` bytes, and not overlap them.
unsafe fn write(to: NonNull<u8>, bytes: &[u8]) {
    // SAFETY: the caller's promise.
    unsafe { ptr::copy_nonoverlapping(bytes.as_ptr(), to.as_ptr(), bytes.len()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn allocations_follow_the_allocators_size_classes() {
        let classes = [(7, 8), (9, 16), (17, 32), (128, 128), (129, 160), (257, 320), (4097, 5120)];
        for (len, class) in classes {
            assert_eq!(allocated_bytes(len), class, "{len}");
        }
    }

    #[test]
    #[should_panic(expected = "range within")]
    fn the_prefix_cannot_be_spliced() {
        Buffer::concat(&[b"abc"]).splice(2, 1, &[]);
    }

    proptest! {
        #[test]
        fn splice_does_what_vec_splice_does(
            start in prop::collection::vec(any::<u8>(), 0..300),
            edits in prop::collection::vec(
                (any::<prop::sample::Index>(), any::<prop::sample::Index>(),
                 prop::collection::vec(any::<u8>(), 0..100)),
                0..20,
            ),
        ) {
            let mut buffer = Buffer::concat(&[&start]);
            let mut model = start;
            for (at, removed, new) in edits {
                let at = at.index(model.len() + 1);
                let removed = removed.index(model.len() - at + 1);
                let (front, back) = new.split_at(new.len() / 2);
                buffer.splice(PREFIX_BYTES + at, removed, &[front, back]);
                model.splice(at..at + removed, new.iter().copied());
                prop_assert_eq!(buffer.after_prefix_mut(), &model[..]);
                prop_assert_eq!(buffer.len(), PREFIX_BYTES + model.len());
            }
        }
    }
}
