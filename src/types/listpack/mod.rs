//! Redis's listpack: a sequence of strings and integers packed into one allocation, which
//! can be walked both ways. The bytes are those Redis writes to RDB files (`listpack.c`):
//! total length in 4 bytes, number of elements in 2 (65535: not known), the elements, and
//! a byte 0xff.
//!
//! What an element means (a field, a score, a stream's entry) is for the types built on
//! this. One walk over a listpack costs what its size says, so they keep it small.

pub(in crate::types) mod buffer;
mod entry;
mod iter;
mod needle;

use std::borrow::Cow;
use std::fmt;

use self::buffer::{Buffer, PREFIX_BYTES};
use self::entry::Encoded;

pub use self::entry::Element;
pub use self::iter::{Iter, IterPos};
pub use self::needle::Needle;

/// A sequence of elements in one allocation. One pointer wide.
#[derive(Clone)]
pub struct Listpack(Buffer);

/// Where an element stands: its offset in bytes. It is good until something changes before
/// or at that element. A method that gets one that is not good may panic or take other bytes
/// for an element, but memory stays sound.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Pos(u32);

/// What is wrong with bytes that claimed to be a packed structure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Corrupt(pub &'static str);

impl fmt::Display for Corrupt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for Corrupt {}

/// Total length, then the number of elements.
const HEADER_BYTES: usize = PREFIX_BYTES + size_of::<u16>();
/// Behind the last element.
const END: u8 = 0xff;
/// The number of elements when it is more than the header can say: walk to know it.
const COUNT_UNKNOWN: u16 = u16::MAX;
/// The shortest element: one byte and its backlen.
const MIN_ELEMENT_BYTES: usize = 2;

/// Making listpacks, and their bytes.
impl Listpack {
    /// Bytes beyond which Redis adds nothing to a listpack; see [`Listpack::has_room_for`].
    pub const MAX_BYTES: usize = 1 << 30;

    /// A listpack without elements.
    pub fn new() -> Self {
        Listpack(Buffer::concat(&[&[0, 0, END]]))
    }

    /// A copy of a serialized listpack, once all of its bytes that steer a walk are checked:
    /// whatever this accepts can be walked and changed from both ends. Takes also what servers
    /// of 2026 write, who shorten some backlens, and brings it into the older form.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Corrupt> {
        let elements = match validate(bytes)? {
            Backlens::AsHere => Cow::Borrowed(&bytes[HEADER_BYTES..]),
            Backlens::SomeShorter => Cow::Owned(lengthen_backlens(bytes)?),
        };
        let count = &bytes[PREFIX_BYTES..HEADER_BYTES];
        Ok(Listpack(Buffer::concat(&[count, &elements])))
    }

    /// The listpack as Redis serializes it.
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_slice()
    }

    /// How many bytes [`Listpack::as_bytes`] has.
    pub fn byte_len(&self) -> usize {
        self.0.len()
    }

    /// Bytes of heap this occupies: [`Listpack::byte_len`] as the allocator rounds it up.
    pub fn memory_usage(&self) -> usize {
        self.0.allocated_bytes()
    }

    /// Whether `bytes` more bytes of elements (see [`Listpack::entry_size`]) keep it within
    /// [`Listpack::MAX_BYTES`]. Whoever adds elements of a client's size asks this first.
    pub fn has_room_for(&self, bytes: usize) -> bool {
        self.byte_len().saturating_add(bytes) <= Self::MAX_BYTES
    }

    /// How many bytes an element takes that a client sees as `bytes`.
    pub fn entry_size(bytes: &[u8]) -> usize {
        Encoded::bytes(bytes).len()
    }
}

impl Default for Listpack {
    fn default() -> Self {
        Listpack::new()
    }
}

impl fmt::Debug for Listpack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

/// Finding elements.
impl Listpack {
    /// How many elements there are. Walks only where there are, or once were, 65535 or more.
    pub fn len(&self) -> usize {
        match self.count() {
            COUNT_UNKNOWN => self.walk_to_count(),
            count => usize::from(count),
        }
    }

    /// Whether there are no elements.
    pub fn is_empty(&self) -> bool {
        self.elements().is_empty()
    }

    /// The first element.
    pub fn first(&self) -> Option<Pos> {
        self.pos_before_end(HEADER_BYTES)
    }

    /// The last element.
    pub fn last(&self) -> Option<Pos> {
        self.element_before(self.end())
    }

    /// The element behind the one at `at`.
    pub fn next(&self, at: Pos) -> Option<Pos> {
        self.pos_before_end(self.end_of(at))
    }

    /// The element before the one at `at`.
    pub fn prev(&self, at: Pos) -> Option<Pos> {
        self.element_before(at.0 as usize)
    }

    /// The element with that index; a negative one counts from the end, -1 being the last.
    pub fn seek(&self, index: i64) -> Option<Pos> {
        let from_end = index < 0;
        let wanted = if from_end { -(index + 1) } else { index };
        let wanted = usize::try_from(wanted).ok()?;
        if self.count() == COUNT_UNKNOWN {
            return if from_end { self.walk_back(wanted) } else { self.walk_forward(wanted) };
        }
        let opposite = self.len().checked_sub(wanted)?.checked_sub(1)?;
        // Walk from whichever end is nearer.
        match (from_end, wanted <= opposite) {
            (false, true) => self.walk_forward(wanted),
            (false, false) => self.walk_back(opposite),
            (true, true) => self.walk_back(wanted),
            (true, false) => self.walk_forward(opposite),
        }
    }

    /// The element at `at`.
    #[inline]
    pub fn get(&self, at: Pos) -> Element<'_> {
        element_at(self.walkable(), at.0 as usize).0
    }

    /// All elements, from either end.
    pub fn iter(&self) -> Iter<'_> {
        Iter(self.iter_pos())
    }

    /// All elements and where they stand, from either end.
    pub fn iter_pos(&self) -> IterPos<'_> {
        IterPos::new(self.walkable(), HEADER_BYTES)
    }

    /// The first element a client sees as `needle`, of those at `from` and at every
    /// (`skip` + 1)th place behind it: with `skip` 1, fields but not their values.
    /// Nothing is found from nowhere.
    pub fn find(&self, from: Option<Pos>, needle: &[u8], skip: usize) -> Option<Pos> {
        let needle = Needle::new(needle);
        let bytes = self.walkable();
        let mut at = from?.0 as usize;
        while at < bytes.len() {
            let (element, next) = element_at(bytes, at);
            if needle.is(element) {
                return Some(pos(at));
            }
            at = next;
            for _ in 0..skip {
                if at >= bytes.len() {
                    return None;
                }
                at = end_of_element(bytes, at);
            }
        }
        None
    }
}

/// Changing elements. Bytes that are the canonical spelling of an `i64` are stored as an
/// integer, as Redis does.
///
/// # Panics
/// These methods panic when the listpack would outgrow 4 GiB. No caller lets it come near:
/// see [`Listpack::has_room_for`].
impl Listpack {
    /// Adds an element behind the last.
    pub fn push_back(&mut self, bytes: &[u8]) {
        self.put(self.end(), 0, &Encoded::bytes(bytes));
    }

    /// Adds an element before the first.
    pub fn push_front(&mut self, bytes: &[u8]) {
        self.put(HEADER_BYTES, 0, &Encoded::bytes(bytes));
    }

    /// Adds an integer behind the last element.
    pub fn push_back_int(&mut self, value: i64) {
        self.put(self.end(), 0, &Encoded::int(value));
    }

    /// Adds an element before the one at `at`, and answers where the new one stands.
    pub fn insert_before(&mut self, at: Pos, bytes: &[u8]) -> Pos {
        self.put(at.0 as usize, 0, &Encoded::bytes(bytes));
        at
    }

    /// Adds an element behind the one at `at`, and answers where the new one stands.
    pub fn insert_after(&mut self, at: Pos, bytes: &[u8]) -> Pos {
        let behind = self.end_of(at);
        self.put(behind, 0, &Encoded::bytes(bytes));
        pos(behind)
    }

    /// Puts `bytes` in place of the element at `at`, which stays where it stands.
    pub fn replace(&mut self, at: Pos, bytes: &[u8]) {
        self.put(at.0 as usize, self.end_of(at) - at.0 as usize, &Encoded::bytes(bytes));
    }

    /// Puts an integer in place of the element at `at`, which stays where it stands.
    pub fn replace_int(&mut self, at: Pos, value: i64) {
        self.put(at.0 as usize, self.end_of(at) - at.0 as usize, &Encoded::int(value));
    }

    /// Removes the element at `at` and those behind it, `count` in all or as many as there
    /// are. Answers the element that stands there now.
    pub fn remove(&mut self, at: Pos, count: usize) -> Option<Pos> {
        let start = at.0 as usize;
        let bytes = self.walkable();
        let (mut end, mut removed) = (start, 0);
        while removed < count && end < bytes.len() {
            end = end_of_element(bytes, end);
            removed += 1;
        }
        self.0.splice(start, end - start, &[]);
        self.count_removed(removed);
        self.pos_before_end(start)
    }

    /// Takes off the elements from `index` on; none when there are not that many.
    pub fn split_off(&mut self, index: usize) -> Listpack {
        let at = i64::try_from(index).ok().and_then(|index| self.seek(index));
        let Some(Pos(at)) = at else {
            return Listpack::new();
        };
        let (start, end) = (at as usize, self.end());
        let mut tail = Listpack(Buffer::concat(&[&[0, 0], &self.as_bytes()[start..]]));
        tail.set_count(self.len() - index);
        self.0.splice(start, end - start, &[]);
        self.set_count(index);
        tail
    }

    /// Adds all elements of `other` behind the last.
    pub fn append(&mut self, other: &Listpack) {
        let len = self.len() + other.len();
        self.0.splice(self.end(), 0, &[other.elements()]);
        self.set_count(len);
    }

    /// Puts an element where `replaced` bytes from `at` on were: one element's, or none.
    fn put(&mut self, at: usize, replaced: usize, element: &Encoded<'_>) {
        self.0.splice(at, replaced, &element.parts());
        if replaced == 0 {
            // Once unknown it stays so, as 65534 + 1 makes it.
            self.write_count(self.count().saturating_add(1));
        }
    }
}

/// Counting and walking.
impl Listpack {
    fn count(&self) -> u16 {
        let bytes = self.as_bytes();
        u16::from_le_bytes([bytes[PREFIX_BYTES], bytes[PREFIX_BYTES + 1]])
    }

    fn write_count(&mut self, count: u16) {
        self.0.after_prefix_mut()[..size_of::<u16>()].copy_from_slice(&count.to_le_bytes());
    }

    fn set_count(&mut self, len: usize) {
        self.write_count(u16::try_from(len).unwrap_or(COUNT_UNKNOWN));
    }

    fn count_removed(&mut self, removed: usize) {
        match self.count() {
            COUNT_UNKNOWN => {
                // Once the bytes alone say that the count fits again, one walk settles it.
                if self.elements().len() / MIN_ELEMENT_BYTES < usize::from(COUNT_UNKNOWN) {
                    self.set_count(self.walk_to_count());
                }
            }
            count => self.set_count(usize::from(count) - removed),
        }
    }

    fn walk_to_count(&self) -> usize {
        self.iter_pos().count()
    }

    /// Where the end byte stands.
    fn end(&self) -> usize {
        self.byte_len() - 1
    }

    /// Everything but the end byte, so that offsets in it are positions.
    fn walkable(&self) -> &[u8] {
        let bytes = self.as_bytes();
        &bytes[..bytes.len() - 1]
    }

    /// The encoded elements alone.
    fn elements(&self) -> &[u8] {
        &self.walkable()[HEADER_BYTES..]
    }

    fn pos_before_end(&self, at: usize) -> Option<Pos> {
        (at < self.end()).then(|| pos(at))
    }

    fn end_of(&self, at: Pos) -> usize {
        end_of_element(self.walkable(), at.0 as usize)
    }

    fn element_before(&self, at: usize) -> Option<Pos> {
        (at > HEADER_BYTES).then(|| pos(start_of_element(self.as_bytes(), at)))
    }

    fn walk_forward(&self, steps: usize) -> Option<Pos> {
        (0..steps).try_fold(self.first()?, |at, _| self.next(at))
    }

    fn walk_back(&self, steps: usize) -> Option<Pos> {
        (0..steps).try_fold(self.last()?, |at, _| self.prev(at))
    }
}

/// Offsets are below the total length, which has 32 bits.
fn pos(at: usize) -> Pos {
    Pos(at as u32)
}

/// The element at `at`, and the offset behind it.
#[inline]
fn element_at(bytes: &[u8], at: usize) -> (Element<'_>, usize) {
    let (element, len) = entry::decode(&bytes[at..]).expect("the position of an element");
    (element, at + len + entry::backlen_size(len))
}

/// The offset behind the element at `at`.
#[inline]
fn end_of_element(bytes: &[u8], at: usize) -> usize {
    let len = entry::encoded_len(&bytes[at..]).expect("the position of an element");
    at + len + entry::backlen_size(len)
}

/// The offset of the element that ends where `end` is.
#[inline]
fn start_of_element(bytes: &[u8], end: usize) -> usize {
    let (len, backlen_bytes) = entry::decode_backlen(&bytes[..end]).expect("the end of an element");
    end - backlen_bytes - len
}

/// Which of the two forms backlens have; see [`entry::leading_backlen`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Backlens {
    AsHere,
    SomeShorter,
}

/// Checks that `bytes` are a listpack: the header tells their length and the number of
/// elements, elements fill just what is between header and end byte, and each can be read
/// from both sides.
fn validate(bytes: &[u8]) -> Result<Backlens, Corrupt> {
    let Some((header, rest)) = bytes.split_first_chunk::<HEADER_BYTES>() else {
        return Err(Corrupt("listpack shorter than its header"));
    };
    let [len @ .., count_low, count_high] = *header;
    if u32::from_le_bytes(len) as usize != bytes.len() {
        return Err(Corrupt("listpack of another length than its header says"));
    }
    let [elements @ .., END] = rest else {
        return Err(Corrupt("listpack without end byte"));
    };

    let (mut rest, mut count) = (elements, 0usize);
    let mut backlens = Backlens::AsHere;
    while !rest.is_empty() {
        let (element, behind) = split_element(rest)?;
        if rest.len() - behind.len() != element.len() + entry::backlen_size(element.len()) {
            backlens = Backlens::SomeShorter;
        }
        rest = behind;
        count += 1;
    }

    match u16::from_le_bytes([count_low, count_high]) {
        COUNT_UNKNOWN => Ok(backlens),
        known if usize::from(known) == count => Ok(backlens),
        _ => Err(Corrupt("listpack with another number of elements than its header says")),
    }
}

/// Head and content of the element that `rest` begins with, and what follows its backlen.
fn split_element(rest: &[u8]) -> Result<(&[u8], &[u8]), Corrupt> {
    let (_, len) =
        entry::decode(rest).ok_or(Corrupt("listpack element cut short or of no known encoding"))?;
    let (element, behind) = rest.split_at(len);
    let backlen = entry::leading_backlen(behind, len)
        .ok_or(Corrupt("listpack element with a wrong backlen"))?;
    Ok((element, &behind[backlen..]))
}

/// The elements and the end byte of a valid listpack, with backlens as everywhere here.
fn lengthen_backlens(bytes: &[u8]) -> Result<Vec<u8>, Corrupt> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut rest = &bytes[HEADER_BYTES..bytes.len() - 1];
    while !rest.is_empty() {
        let (element, behind) = split_element(rest)?;
        entry::write_with_backlen(&mut out, element);
        rest = behind;
    }
    out.push(END);
    match u32::try_from(HEADER_BYTES + out.len()) {
        Ok(_) => Ok(out),
        Err(_) => Err(Corrupt("listpack of 4 GiB")),
    }
}

#[cfg(test)]
mod tests;
