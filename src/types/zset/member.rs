//! A member of a large sorted set with its score, one pointer wide, shared by the tree
//! that orders the members and the table that finds them.
//!
//! This is the one file of the sorted set with `unsafe`: it handles the memory and the
//! count of holders, as `Arc` does. An `Arc<(f64, Box<[u8]>)>` would take a second
//! allocation and 24 bytes more for each of what may be a million members.
#![allow(unsafe_code)]

use std::alloc::{self, Layout};
use std::fmt;
use std::process;
use std::ptr::NonNull;
use std::sync::atomic::{self, AtomicU8, AtomicU64, Ordering};

use crate::types::compact::varint;
use crate::types::table::Keyed;

/// A handle to a member. Cloning it makes another handle to the same member; the memory
/// is freed with the last of them.
///
/// The allocation holds the bits of the score (8 bytes), the number of handles (1 byte),
/// the length of the name as a varint, and the name.
pub struct Member(NonNull<u8>);

/// Where the number of handles lies.
const HOLDERS: usize = size_of::<AtomicU64>();
/// Where the varint begins.
const LENGTH: usize = HOLDERS + size_of::<AtomicU8>();
/// Handles to one member at a time. A table makes one, and a tree one for each of its levels
/// at most, so that more are a defect; stopping well before the count wraps keeps it harmless.
const MAX_HOLDERS: u8 = 128;

// SAFETY: handles share the member as `Arc`s do: name and length never change, score and
// count are atomic, and the last handle frees, ordered after all uses.
unsafe impl Send for Member {}
// SAFETY: as above.
unsafe impl Sync for Member {}

impl Member {
    /// A member with the first handle to it.
    pub fn new(name: &[u8], score: f64) -> Self {
        let length = varint::Encoded::new(name.len());
        let length = length.as_bytes();
        let layout = Self::layout(length.len(), name.len());
        // SAFETY: the layout has at least `LENGTH` bytes, so it is not empty.
        let start = unsafe { alloc::alloc(layout) };
        let Some(start) = NonNull::new(start) else { alloc::handle_alloc_error(layout) };
        // SAFETY: the layout has room for all four parts, one behind the other, and is
        // aligned for the atomic that it begins with; nothing else points here yet.
        unsafe {
            start.cast().write(AtomicU64::new(score.to_bits()));
            start.add(HOLDERS).cast().write(AtomicU8::new(1));
            let to = start.add(LENGTH).as_ptr();
            to.copy_from_nonoverlapping(length.as_ptr(), length.len());
            to.add(length.len()).copy_from_nonoverlapping(name.as_ptr(), name.len());
        }
        Member(start)
    }

    /// The name.
    #[inline]
    pub fn name(&self) -> &[u8] {
        let (len, length_bytes) = self.length();
        // SAFETY: `new` wrote `len` bytes behind the varint, and nobody changes them while
        // a handle lives.
        unsafe { std::slice::from_raw_parts(self.0.as_ptr().add(LENGTH + length_bytes), len) }
    }

    /// The score.
    #[inline]
    pub fn score(&self) -> f64 {
        f64::from_bits(self.score_bits().load(Ordering::Relaxed))
    }

    /// Changes the score, for all handles.
    pub fn set_score(&self, score: f64) {
        self.score_bits().store(score.to_bits(), Ordering::Relaxed);
    }

    /// Whether both are handles to one member.
    pub fn is_same(&self, other: &Member) -> bool {
        self.0 == other.0
    }

    /// Bytes of heap the member takes.
    pub fn heap_size(&self) -> usize {
        let (len, length_bytes) = self.length();
        LENGTH + length_bytes + len
    }

    /// The length of the name, and of the varint that holds it.
    #[inline]
    fn length(&self) -> (usize, usize) {
        // SAFETY: a whole varint lies at `LENGTH`, and `decode` asks for no byte after its last.
        varint::decode(|at| unsafe { *self.0.as_ptr().add(LENGTH + at) })
    }

    #[inline]
    fn score_bits(&self) -> &AtomicU64 {
        // SAFETY: `new` put an `AtomicU64` there, aligned, and it lives as long as a handle.
        unsafe { self.0.cast().as_ref() }
    }

    fn holders(&self) -> &AtomicU8 {
        // SAFETY: `new` put an `AtomicU8` there, and it lives as long as a handle.
        unsafe { self.0.add(HOLDERS).cast().as_ref() }
    }

    fn layout(length_bytes: usize, len: usize) -> Layout {
        len.checked_add(LENGTH + length_bytes)
            .and_then(|size| Layout::from_size_align(size, align_of::<AtomicU64>()).ok())
            .expect("the name lies in memory")
    }
}

impl Clone for Member {
    fn clone(&self) -> Self {
        // A handle is made from a handle, so the member cannot be freed meanwhile.
        if self.holders().fetch_add(1, Ordering::Relaxed) >= MAX_HOLDERS {
            process::abort();
        }
        Member(self.0)
    }
}

impl Drop for Member {
    fn drop(&mut self) {
        if self.holders().fetch_sub(1, Ordering::Release) > 1 {
            return;
        }
        // What other handles did before they were dropped happens before the memory is freed.
        atomic::fence(Ordering::Acquire);
        let (len, length_bytes) = self.length();
        // SAFETY: this was the last handle, and `new` allocated with this same layout.
        unsafe { alloc::dealloc(self.0.as_ptr(), Self::layout(length_bytes, len)) };
    }
}

impl Keyed for Member {
    fn key(&self) -> &[u8] {
        self.name()
    }
}

impl fmt::Debug for Member {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\" {}", self.name().escape_ascii(), self.score())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn costs_ten_bytes_beside_name_and_pointer() {
        assert_eq!(size_of::<Option<Member>>(), 8);
        assert_eq!(Member::new(&[b'm'; 22], 1.0).heap_size(), 32);
    }

    #[test]
    fn keeps_names_of_any_length() {
        for len in [0, 1, 127, 128, 70_000] {
            let name = vec![b'n'; len];
            let member = Member::new(&name, -0.5);
            assert_eq!((member.name(), member.score()), (&name[..], -0.5));
        }
    }

    #[test]
    fn handles_see_one_score_and_outlive_each_other() {
        let first = Member::new(b"member", 1.0);
        let second = first.clone();
        first.set_score(f64::INFINITY);
        drop(first);
        let third = second.clone();
        assert_eq!((third.name(), third.score()), (&b"member"[..], f64::INFINITY));
    }

    #[test]
    fn the_last_handle_may_be_dropped_by_another_thread() {
        let members: Vec<_> = (0..1000).map(|i| Member::new(&[i as u8], 0.0)).collect();
        let others = members.clone();
        let thread = std::thread::spawn(move || drop(others));
        drop(members);
        thread.join().unwrap();
    }
}
