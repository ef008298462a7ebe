//! An entry's memory: one allocation, its layout, and every unsafe step on it.
//!
//! ```text
//! header  8 bytes   access clock (24 bits) and tag, name length, inline value length
//! expiry  0 or 8    deadline, Unix time in milliseconds
//! wide    0 or 8    name length where 16 bits do not hold it
//! value   n bytes   string bytes, an i64, a pointer to a large string, or a collection
//! name    n bytes
//! ```
#![allow(unsafe_code)]

use super::value::{Collection, Str, View};
use crate::types::{Type, hash::Hash, list::List, set::Set, stream::Stream, zset::SortedSet};
use std::alloc::{self, Layout};
use std::mem::{self, ManuallyDrop};
use std::ops::Deref;
use std::ptr::{self, NonNull};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

/// Every allocation's alignment.
const ALIGN: usize = 8;
/// Bytes of the header.
const HEADER: usize = 8;
/// Bytes a collection may take inside of its entry.
const COLLECTION: usize = 16;

/// One key with its value. Exactly one pointer wide.
#[repr(transparent)]
pub struct Entry(NonNull<Header>);

// SAFETY: an entry owns its allocation, and everything in it is Send and Sync: bytes,
// an atomic, an `Arc<Vec<u8>>`, or a collection (each is asserted to be both below).
unsafe impl Send for Entry {}
// SAFETY: as above; through `&Entry` only the atomic access clock changes.
unsafe impl Sync for Entry {}

const _: () = {
    const fn shareable<T: Send + Sync>() {}
    shareable::<List>();
    shareable::<Set>();
    shareable::<SortedSet>();
    shareable::<Hash>();
    shareable::<Stream>();
    assert!(mem::size_of::<List>() <= COLLECTION && mem::align_of::<List>() <= ALIGN);
    assert!(mem::size_of::<Set>() <= COLLECTION && mem::align_of::<Set>() <= ALIGN);
    assert!(mem::size_of::<SortedSet>() <= COLLECTION && mem::align_of::<SortedSet>() <= ALIGN);
    assert!(mem::size_of::<Hash>() <= COLLECTION && mem::align_of::<Hash>() <= ALIGN);
    assert!(mem::size_of::<Stream>() <= COLLECTION && mem::align_of::<Stream>() <= ALIGN);
    assert!(mem::size_of::<Header>() == HEADER);
};

#[repr(C)]
struct Header {
    /// Access clock in the low 24 bits, [`Tag`] in the high 8. Readers renew the clock.
    access: AtomicU32,
    /// The name's length; unused when the tag says wide.
    name_len: u16,
    /// The length of a string kept inline.
    value_len: u16,
}

/// What an entry's payload is, and which optional fields it has.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Tag(u8);

impl Tag {
    const PAYLOAD: u8 = 0x0f;
    const EXPIRES: u8 = 0x10;
    const WIDE: u8 = 0x20;
    const GENERATION: u8 = 0x40;

    pub(super) fn payload(self) -> Payload {
        PAYLOADS[(self.0 & Tag::PAYLOAD) as usize & 15]
    }

    fn with(self, bit: u8, on: bool) -> Tag {
        Tag(if on { self.0 | bit } else { self.0 & !bit })
    }

    fn has(self, bit: u8) -> bool {
        self.0 & bit != 0
    }
}

/// The forms a payload has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Payload {
    /// String bytes, as they were set.
    Bytes,
    /// String bytes that a command edited: never `embstr` again.
    Edited,
    /// A string that is the decimal text of an i64.
    Int,
    /// An `Arc<Vec<u8>>`.
    Shared,
    List,
    Set,
    SortedSet,
    Hash,
    Stream,
}
const PAYLOADS: [Payload; 16] = {
    let mut all = [Payload::Bytes; 16];
    all[Payload::Edited as usize] = Payload::Edited;
    all[Payload::Int as usize] = Payload::Int;
    all[Payload::Shared as usize] = Payload::Shared;
    all[Payload::List as usize] = Payload::List;
    all[Payload::Set as usize] = Payload::Set;
    all[Payload::SortedSet as usize] = Payload::SortedSet;
    all[Payload::Hash as usize] = Payload::Hash;
    all[Payload::Stream as usize] = Payload::Stream;
    all
};

/// The sizes from which every offset follows.
#[derive(Clone, Copy)]
pub(super) struct Shape {
    tag: Tag,
    name_len: usize,
    pub(super) value_len: usize,
}

impl Shape {
    fn expiry_at(self) -> usize {
        HEADER
    }

    fn wide_at(self) -> usize {
        HEADER + if self.tag.has(Tag::EXPIRES) { 8 } else { 0 }
    }

    fn value_at(self) -> usize {
        self.wide_at() + if self.tag.has(Tag::WIDE) { 8 } else { 0 }
    }

    fn name_at(self) -> usize {
        self.value_at() + self.value_len
    }

    fn layout(self) -> Layout {
        let size = self.name_at() + self.name_len;
        // A name and an inline value were in memory before: their sizes cannot overflow.
        Layout::from_size_align(size, ALIGN).unwrap_or_else(|_| unreachable!())
    }
}

impl Entry {
    /// The key's name.
    pub fn name(&self) -> &[u8] {
        let shape = self.shape();
        // SAFETY: the name's bytes lie there, initialised, for as long as the entry lives.
        unsafe { std::slice::from_raw_parts(self.at(shape.name_at()), shape.name_len) }
    }

    /// The deadline, Unix time in milliseconds, if there is one.
    pub fn expires_at_ms(&self) -> Option<i64> {
        let shape = self.shape();
        shape.tag.has(Tag::EXPIRES).then(|| {
            // SAFETY: the tag says that an aligned i64 lies there.
            unsafe { ptr::read(self.at(shape.expiry_at()).cast::<i64>()) }
        })
    }

    /// The type of the value.
    pub fn kind(&self) -> Type {
        match self.tag().payload() {
            Payload::Bytes | Payload::Edited | Payload::Int | Payload::Shared => Type::String,
            Payload::List => Type::List,
            Payload::Set => Type::Set,
            Payload::SortedSet => Type::SortedSet,
            Payload::Hash => Type::Hash,
            Payload::Stream => Type::Stream,
        }
    }

    /// The value as a collection of type `T`, if it is one.
    pub fn get<T: Collection>(&self) -> Option<&T> {
        // SAFETY: the tag says that a T lies there.
        (self.kind() == T::TYPE).then(|| unsafe { self.payload_ref() })
    }

    /// The value as a collection of type `T` to be changed, if it is one.
    pub fn get_mut<T: Collection>(&mut self) -> Option<&mut T> {
        if self.kind() != T::TYPE {
            return None;
        }
        // SAFETY: the tag says that a T lies there, and `&mut self` makes this the only reference.
        Some(unsafe { &mut *self.at(self.shape().value_at()).cast::<T>() })
    }

    /// Sets or takes away the deadline.
    pub fn set_expiry(&mut self, expires_at_ms: Option<i64>) {
        let shape = self.shape();
        match (shape.tag.has(Tag::EXPIRES), expires_at_ms) {
            (false, None) => {}
            (true, Some(at)) => {
                // SAFETY: the tag says that an aligned i64 lies there.
                unsafe { ptr::write(self.at(shape.expiry_at()).cast::<i64>(), at) };
            }
            _ => self.rebuild(None, expires_at_ms),
        }
    }

    /// The access clock: seconds or a frequency, 24 bits, as `maxmemory-policy` reads it.
    pub fn access(&self) -> u32 {
        self.header().access.load(Ordering::Relaxed) & 0x00ff_ffff
    }

    /// Renews the access clock. Readers race here, and any of their values will do.
    pub fn set_access(&self, clock: u32) {
        let access = &self.header().access;
        let now = access.load(Ordering::Relaxed);
        let renewed = now & 0xff00_0000 | clock & 0x00ff_ffff;
        if renewed != now {
            access.store(renewed, Ordering::Relaxed);
        }
    }

    /// Which of two generations the entry is of, by which a snapshot knows what it has seen
    /// (`store::snapshot`).
    pub(in crate::store) fn generation(&self) -> bool {
        self.tag().has(Tag::GENERATION)
    }

    /// Moves the entry to a generation. The caller holds its shard exclusively, or is the only one
    /// who knows the entry: a reader who renews the access clock would undo it.
    pub(in crate::store) fn set_generation(&self, generation: bool) {
        let access = &self.header().access;
        let tag = self.tag().with(Tag::GENERATION, generation);
        let clock = access.load(Ordering::Relaxed) & 0x00ff_ffff;
        access.store(u32::from(tag.0) << 24 | clock, Ordering::Relaxed);
    }

    /// A second reference to the entry, which stays good while tables move the first one about.
    ///
    /// # Safety
    /// As long as the alias lives nobody may change the entry, but for its access clock and its
    /// generation, or free it.
    pub(in crate::store) unsafe fn alias(&self) -> Alias {
        Alias(ManuallyDrop::new(Entry(self.0)))
    }

    /// Where the entry's allocation begins, to be asked for ahead of use.
    pub fn address(&self) -> *const u8 {
        self.0.as_ptr().cast()
    }

    /// Bytes of the entry's own allocation.
    pub fn allocated_bytes(&self) -> usize {
        self.shape().layout().size()
    }

    /// The value.
    pub(super) fn view(&self) -> View<'_> {
        match self.kind() {
            Type::String => View::String(self.str_unchecked()),
            // SAFETY: the tag says that a list lies there.
            Type::List => View::List(unsafe { self.payload_ref() }),
            // SAFETY: the tag says that a set lies there.
            Type::Set => View::Set(unsafe { self.payload_ref() }),
            // SAFETY: the tag says that a sorted set lies there.
            Type::SortedSet => View::SortedSet(unsafe { self.payload_ref() }),
            // SAFETY: the tag says that a hash lies there.
            Type::Hash => View::Hash(unsafe { self.payload_ref() }),
            // SAFETY: the tag says that a stream lies there.
            Type::Stream => View::Stream(unsafe { self.payload_ref() }),
        }
    }

    /// The string in place, if the value is one that is shared by pointer.
    pub(super) fn shared_mut(&mut self) -> Option<&mut Arc<Vec<u8>>> {
        if self.tag().payload() != Payload::Shared {
            return None;
        }
        // SAFETY: the tag says that an Arc lies there, and `&mut self` makes this the only
        // reference to it.
        Some(unsafe { &mut *self.at(self.shape().value_at()).cast::<Arc<Vec<u8>>>() })
    }

    /// The number of a string kept as one.
    pub(super) fn int_mut(&mut self) -> Option<&mut i64> {
        if self.tag().payload() != Payload::Int {
            return None;
        }
        // SAFETY: the tag says that an i64 lies there, and `&mut self` makes this the only
        // reference to it.
        Some(unsafe { &mut *self.at(self.shape().value_at()).cast() })
    }

    pub(super) fn str_unchecked(&self) -> Str<'_> {
        match self.tag().payload() {
            // SAFETY: the tag says that an i64 lies there.
            Payload::Int => Str::Int(unsafe { *self.payload_ref::<i64>() }),
            // SAFETY: the tag says that an Arc lies there.
            Payload::Shared => Str::Shared(unsafe { self.payload_ref::<Arc<Vec<u8>>>() }),
            _ => {
                let shape = self.shape();
                // SAFETY: the value's bytes lie there, initialised, for as long as the entry lives.
                Str::Bytes(unsafe {
                    std::slice::from_raw_parts(self.at(shape.value_at()), shape.value_len)
                })
            }
        }
    }

    /// An entry whose payload is `value` itself, moved into it.
    pub(super) fn with_payload<T>(
        name: &[u8],
        payload: Payload,
        value: T,
        expires_at_ms: Option<i64>,
    ) -> Entry {
        debug_assert_eq!(mem::size_of::<T>(), payload.size(0));
        // SAFETY: `value` is readable for its own size, and is forgotten right after: its
        // bits now live in the entry, which drops them by the tag.
        let entry = unsafe {
            Entry::assemble(
                name,
                payload,
                (&raw const value).cast(),
                mem::size_of::<T>(),
                expires_at_ms,
            )
        };
        mem::forget(value);
        entry
    }

    /// An entry whose payload is the bytes of a string.
    pub(super) fn with_bytes(
        name: &[u8],
        payload: Payload,
        bytes: &[u8],
        expires_at_ms: Option<i64>,
    ) -> Entry {
        // SAFETY: the slice is readable for its length.
        unsafe { Entry::assemble(name, payload, bytes.as_ptr(), bytes.len(), expires_at_ms) }
    }

    /// Allocates an entry and copies `value_len` bytes from `value` into it as its payload.
    ///
    /// # Safety
    /// `value` must be readable for `value_len` bytes, and they must be what `payload` says;
    /// whoever owned what they stand for must forget it.
    unsafe fn assemble(
        name: &[u8],
        payload: Payload,
        value: *const u8,
        value_len: usize,
        expires_at_ms: Option<i64>,
    ) -> Entry {
        let wide = name.len() > usize::from(u16::MAX);
        let tag =
            Tag(payload as u8).with(Tag::EXPIRES, expires_at_ms.is_some()).with(Tag::WIDE, wide);
        let shape = Shape { tag, name_len: name.len(), value_len };
        let layout = shape.layout();
        // SAFETY: the layout is never empty: it has a header. Every write below stays in
        // it, at the offsets that `Shape` gives, which are multiples of 8 for the words.
        unsafe {
            let block = alloc::alloc(layout);
            let Some(block) = NonNull::new(block) else { alloc::handle_alloc_error(layout) };
            let entry = Entry(block.cast());
            ptr::write(
                block.as_ptr().cast::<Header>(),
                Header {
                    access: AtomicU32::new(u32::from(tag.0) << 24),
                    name_len: if wide { 0 } else { name.len() as u16 },
                    value_len: if payload.is_inline() { value_len as u16 } else { 0 },
                },
            );
            if let Some(at) = expires_at_ms {
                ptr::write(entry.at(shape.expiry_at()).cast::<i64>(), at);
            }
            if wide {
                ptr::write(entry.at(shape.wide_at()).cast::<u64>(), name.len() as u64);
            }
            ptr::copy_nonoverlapping(value, entry.at(shape.value_at()), value_len);
            ptr::copy_nonoverlapping(name.as_ptr(), entry.at(shape.name_at()), name.len());
            entry
        }
    }

    /// Moves the payload into a new allocation with another name or deadline.
    pub(super) fn rebuild(&mut self, name: Option<&[u8]>, expires_at_ms: Option<i64>) {
        let shape = self.shape();
        // SAFETY: the payload's bits are readable for `value_len` bytes; the old entry is
        // freed below without dropping what they stand for.
        let new = unsafe {
            Entry::assemble(
                name.unwrap_or(self.name()),
                shape.tag.payload(),
                self.at(shape.value_at()),
                shape.value_len,
                expires_at_ms,
            )
        };
        new.inherit(self);
        let old = mem::replace(self, new);
        // SAFETY: `old` is forgotten here, so its allocation is freed exactly once.
        unsafe { alloc::dealloc(old.0.as_ptr().cast(), shape.layout()) };
        mem::forget(old);
    }

    /// Puts another payload in place of a string's inline one.
    pub(super) fn replace_payload<T>(&mut self, payload: Payload, value: T) {
        let new = Entry::with_payload(self.name(), payload, value, self.expires_at_ms());
        new.inherit(self);
        *self = new;
    }

    /// Makes an inline string at least `len` bytes long, the new ones zero.
    pub(super) fn grow_inline(&mut self, len: usize) {
        let old = self.shape();
        if len <= old.value_len {
            return;
        }
        let new = Shape { value_len: len, ..old };
        // SAFETY: the block was allocated with the old layout; after `realloc` it is as
        // large as the new one. The name moves up before the gap in front of it is zeroed.
        unsafe {
            let block = alloc::realloc(self.0.as_ptr().cast(), old.layout(), new.layout().size());
            let Some(block) = NonNull::new(block) else { alloc::handle_alloc_error(new.layout()) };
            self.0 = block.cast();
            ptr::copy(self.at(old.name_at()), self.at(new.name_at()), old.name_len);
            ptr::write_bytes(self.at(old.name_at()), 0, len - old.value_len);
            (*self.0.as_ptr()).value_len = len as u16;
        }
    }

    /// The bytes of a string kept inline.
    pub(super) fn inline_mut(&mut self) -> &mut [u8] {
        let shape = self.shape();
        debug_assert!(shape.tag.payload().is_inline());
        // SAFETY: the value's bytes lie there, and `&mut self` makes this the only reference.
        unsafe { std::slice::from_raw_parts_mut(self.at(shape.value_at()), shape.value_len) }
    }

    /// Takes over what another block of the same key has beside its value.
    pub(super) fn inherit(&self, old: &Entry) {
        self.set_access(old.access());
        self.set_generation(old.generation());
    }

    pub(super) fn set_payload(&mut self, payload: Payload) {
        let tag = Tag(self.tag().0 & !Tag::PAYLOAD | payload as u8);
        let access = self.access();
        self.header().access.store(u32::from(tag.0) << 24 | access, Ordering::Relaxed);
    }

    fn header(&self) -> &Header {
        // SAFETY: every entry begins with an initialised header.
        unsafe { self.0.as_ref() }
    }

    pub(super) fn tag(&self) -> Tag {
        Tag((self.header().access.load(Ordering::Relaxed) >> 24) as u8)
    }

    pub(super) fn shape(&self) -> Shape {
        let (header, tag) = (self.header(), self.tag());
        let mut shape = Shape {
            tag,
            name_len: usize::from(header.name_len),
            value_len: tag.payload().size(usize::from(header.value_len)),
        };
        if tag.has(Tag::WIDE) {
            // SAFETY: the tag says that an aligned u64 lies there.
            shape.name_len = unsafe { ptr::read(self.at(shape.wide_at()).cast::<u64>()) } as usize;
        }
        shape
    }

    /// # Safety
    /// The tag must say that a `T` lies there.
    unsafe fn payload_ref<T>(&self) -> &T {
        // SAFETY: the caller vouches for the type; the offset is a multiple of 8.
        unsafe { &*self.at(self.shape().value_at()).cast::<T>() }
    }

    fn at(&self, offset: usize) -> *mut u8 {
        // SAFETY: callers give offsets of the entry's own shape, which lie in its allocation.
        unsafe { self.0.as_ptr().cast::<u8>().add(offset) }
    }
}

/// An entry that somebody reads while its first owner keeps it ([`Entry::alias`]).
pub struct Alias(ManuallyDrop<Entry>);

impl Deref for Alias {
    type Target = Entry;

    fn deref(&self) -> &Entry {
        &self.0
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        let shape = self.shape();
        let value = self.at(shape.value_at());
        // SAFETY: the tag says what lies there; it is dropped once, and the block freed once
        // with the layout it was allocated with.
        unsafe {
            match shape.tag.payload() {
                Payload::Bytes | Payload::Edited | Payload::Int => {}
                Payload::Shared => ptr::drop_in_place(value.cast::<Arc<Vec<u8>>>()),
                Payload::List => ptr::drop_in_place(value.cast::<List>()),
                Payload::Set => ptr::drop_in_place(value.cast::<Set>()),
                Payload::SortedSet => ptr::drop_in_place(value.cast::<SortedSet>()),
                Payload::Hash => ptr::drop_in_place(value.cast::<Hash>()),
                Payload::Stream => ptr::drop_in_place(value.cast::<Stream>()),
            }
            alloc::dealloc(self.0.as_ptr().cast(), shape.layout());
        }
    }
}

impl Payload {
    /// Whether the payload is the string's own bytes.
    pub(super) fn is_inline(self) -> bool {
        matches!(self, Payload::Bytes | Payload::Edited)
    }

    /// Bytes of the payload; `inline` are those of a string kept in place.
    fn size(self, inline: usize) -> usize {
        match self {
            Payload::Bytes | Payload::Edited => inline,
            Payload::Int => mem::size_of::<i64>(),
            Payload::Shared => mem::size_of::<Arc<Vec<u8>>>(),
            Payload::List => mem::size_of::<List>(),
            Payload::Set => mem::size_of::<Set>(),
            Payload::SortedSet => mem::size_of::<SortedSet>(),
            Payload::Hash => mem::size_of::<Hash>(),
            Payload::Stream => mem::size_of::<Stream>(),
        }
    }
}

pub(super) fn payload_of(kind: Type) -> Payload {
    match kind {
        Type::String => Payload::Bytes,
        Type::List => Payload::List,
        Type::Set => Payload::Set,
        Type::SortedSet => Payload::SortedSet,
        Type::Hash => Payload::Hash,
        Type::Stream => Payload::Stream,
    }
}
