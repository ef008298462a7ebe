//! One node of a quicklist: many elements in a listpack, or one that is too large for any;
//! and in the middle of a long list possibly compressed.

use std::borrow::Cow;

use super::policy::Policy;
use super::quicklist::End;
use crate::types::compact::Compact;
use crate::types::listpack::{Element, Listpack, Needle, Pos};
use crate::util::lzf;

/// Some consecutive elements of a list, at least one.
#[derive(Clone)]
pub struct Node {
    /// How many elements; beside the content, so that a walk over the nodes touches only them.
    count: u32,
    content: Content,
}

#[derive(Clone)]
enum Content {
    Packed(Listpack),
    Plain(Compact),
    Compressed(Box<Compressed>),
}

#[derive(Clone)]
struct Compressed {
    lzf: Box<[u8]>,
    raw_len: usize,
    plain: bool,
}

/// A node as files hold it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StoredNode<'a> {
    /// Whether the bytes are one element, and not a listpack of them.
    pub plain: bool,
    /// Its bytes; those of the LZF form where there is a `raw_len`.
    pub bytes: &'a [u8],
    /// Of a compressed node: how many bytes it has decompressed.
    pub raw_len: Option<usize>,
}

/// Fewer bytes are not worth compressing.
const MIN_COMPRESS_BYTES: usize = 48;
/// Nor is it worth it to save fewer than these.
const MIN_SAVED_BYTES: usize = 8;
/// Bytes of a listpack without elements.
const LISTPACK_FRAME_BYTES: usize = 7;

impl Node {
    /// A node of one element.
    pub fn new(element: &[u8], policy: Policy) -> Self {
        if policy.is_large(element.len()) {
            return Self::plain(element);
        }
        let mut listpack = Listpack::new();
        listpack.push_back(element);
        Self::packed(listpack)
    }

    /// A node of the elements of a listpack.
    pub fn packed(listpack: Listpack) -> Self {
        // A listpack has less than 2^32 bytes, and an element at least two.
        Node { count: listpack.len() as u32, content: Content::Packed(listpack) }
    }

    /// A node of one element, whatever its size.
    pub fn plain(element: &[u8]) -> Self {
        Node { count: 1, content: Content::Plain(Compact::new(element)) }
    }

    /// How many elements it has.
    pub fn len(&self) -> usize {
        self.count as usize
    }

    /// Bytes of heap it takes.
    pub fn memory_usage(&self) -> usize {
        match &self.content {
            Content::Packed(listpack) => listpack.memory_usage(),
            Content::Plain(element) => element.heap_size(),
            Content::Compressed(compressed) => size_of::<Compressed>() + compressed.lzf.len(),
        }
    }

    /// Its bytes as they are, for a file.
    pub fn stored(&self) -> StoredNode<'_> {
        match &self.content {
            Content::Packed(listpack) => {
                StoredNode { plain: false, bytes: listpack.as_bytes(), raw_len: None }
            }
            Content::Plain(element) => {
                StoredNode { plain: true, bytes: element.as_bytes(), raw_len: None }
            }
            Content::Compressed(compressed) => StoredNode {
                plain: compressed.plain,
                bytes: &compressed.lzf,
                raw_len: Some(compressed.raw_len),
            },
        }
    }

    /// Its elements, decompressed into a copy where that is needed.
    pub fn view(&self) -> View<'_> {
        match &self.content {
            Content::Packed(listpack) => View::Packed(Cow::Borrowed(listpack)),
            Content::Plain(element) => View::Plain(Cow::Borrowed(element.as_bytes())),
            Content::Compressed(compressed) => compressed.view(),
        }
    }

    /// Whether one more element may join this node.
    pub fn accepts(&self, element: &[u8], policy: Policy) -> bool {
        let StoredNode { plain, bytes, raw_len } = self.stored();
        !plain && policy.allows_one_more(raw_len.unwrap_or(bytes.len()), self.len(), element.len())
    }

    /// Whether the elements of `next` may join this node.
    pub fn accepts_all(&self, next: &Node, policy: Policy) -> bool {
        let (own, next_stored) = (self.stored(), next.stored());
        let bytes = [own, next_stored].map(|stored| stored.raw_len.unwrap_or(stored.bytes.len()));
        let merged_bytes = bytes[0].saturating_add(bytes[1]).saturating_sub(LISTPACK_FRAME_BYTES);
        !own.plain && !next_stored.plain && policy.allows(merged_bytes, self.len() + next.len())
    }

    /// Inserts an element, which is the one at `offset` then. The node
    /// [`accepts`](Node::accepts) it.
    pub fn insert(&mut self, offset: usize, element: &[u8]) {
        let Some(listpack) = self.listpack_mut() else { return };
        match listpack.seek(offset as i64) {
            Some(_) if offset == 0 => listpack.push_front(element),
            Some(pos) => {
                listpack.insert_before(pos, element);
            }
            None => listpack.push_back(element),
        }
        self.count += 1;
    }

    /// Puts `element` in place of the one at `offset`, if both are of the kind that this node
    /// holds. False, and nothing has changed, if not.
    pub fn replace(&mut self, offset: usize, element: &[u8], policy: Policy) -> bool {
        let large = policy.is_large(element.len());
        if large && self.len() == 1 {
            self.content = Content::Plain(Compact::new(element));
            return true;
        }
        let Some(listpack) = self.listpack_mut() else { return false };
        // As in Redis the node may outgrow its limit: it is split when an element is inserted.
        match listpack.seek(offset as i64) {
            Some(pos) if !large && listpack.has_room_for(Listpack::entry_size(element)) => {
                listpack.replace(pos, element);
                true
            }
            _ => false,
        }
    }

    /// Removes up to `count` elements from `offset` on. May leave the node empty: then it has
    /// to go.
    pub fn remove(&mut self, offset: usize, count: usize) {
        let count = count.min(self.len().saturating_sub(offset));
        if let Some(listpack) = self.listpack_mut()
            && let Some(pos) = listpack.seek(offset as i64)
        {
            listpack.remove(pos, count);
        }
        self.count -= count as u32;
    }

    /// Removes up to `max` elements equal to `element`, beginning at an end, and returns how
    /// many. May leave the node empty: then it has to go.
    pub fn remove_equal(&mut self, element: &[u8], max: usize, from: End) -> usize {
        let removed = match self.listpack_mut() {
            Some(listpack) => remove_equal(listpack, element, max, from),
            None => usize::from(self.view().position(element).is_some() && max > 0),
        };
        self.count -= removed as u32;
        removed
    }

    /// Takes off the elements from `offset` on, which is neither 0 nor the length.
    pub fn split_off(&mut self, offset: usize) -> Option<Node> {
        let tail = Node::packed(self.listpack_mut()?.split_off(offset));
        self.count -= tail.count;
        Some(tail)
    }

    /// Adds the elements of the next node, which this node [`accepts`](Node::accepts_all).
    pub fn append(&mut self, next: &Node) {
        if let View::Packed(elements) = next.view()
            && let Some(listpack) = self.listpack_mut()
        {
            listpack.append(&elements);
            self.count += next.count;
        }
    }

    /// Compresses it, unless that is not worth it.
    pub fn compress(&mut self) {
        let StoredNode { plain, bytes, raw_len: None } = self.stored() else { return };
        let raw_len = bytes.len();
        if raw_len < MIN_COMPRESS_BYTES {
            return;
        }
        if let Some(lzf) = lzf::compress(bytes)
            && lzf.len() + MIN_SAVED_BYTES < raw_len
        {
            self.content =
                Content::Compressed(Box::new(Compressed { lzf: lzf.into(), raw_len, plain }));
        }
    }

    /// Undoes [`Node::compress`].
    pub fn decompress(&mut self) {
        let Content::Compressed(compressed) = &self.content else { return };
        self.content = match compressed.view() {
            View::Packed(listpack) => Content::Packed(listpack.into_owned()),
            View::Plain(element) => Content::Plain(Compact::new(&element)),
        };
    }

    /// The listpack that is all of this node; none when the node is one large element.
    pub fn into_listpack(mut self) -> Option<Listpack> {
        self.decompress();
        match self.content {
            Content::Packed(listpack) => Some(listpack),
            _ => None,
        }
    }

    fn listpack_mut(&mut self) -> Option<&mut Listpack> {
        self.decompress();
        match &mut self.content {
            Content::Packed(listpack) => Some(listpack),
            _ => None,
        }
    }
}

impl Compressed {
    fn view<'a>(&self) -> View<'a> {
        let raw =
            lzf::decompress(&self.lzf, self.raw_len).expect("bytes that this process compressed");
        if self.plain {
            return View::Plain(Cow::Owned(raw));
        }
        View::Packed(Cow::Owned(
            Listpack::from_bytes(&raw).expect("a listpack that this process compressed"),
        ))
    }
}

/// Removes up to `max` elements equal to `element` from a listpack, beginning at an end, and
/// returns how many.
pub fn remove_equal(listpack: &mut Listpack, element: &[u8], max: usize, from: End) -> usize {
    let mut removed = 0;
    let mut found = match from {
        End::Front => listpack.find(listpack.first(), element, 0),
        End::Back => find_backward(listpack, listpack.last(), element),
    };
    while removed < max
        && let Some(pos) = found
    {
        found = match from {
            End::Front => {
                let behind = listpack.remove(pos, 1);
                listpack.find(behind, element, 0)
            }
            End::Back => {
                let before = listpack.prev(pos);
                listpack.remove(pos, 1);
                find_backward(listpack, before, element)
            }
        };
        removed += 1;
    }
    removed
}

fn find_backward(listpack: &Listpack, from: Option<Pos>, element: &[u8]) -> Option<Pos> {
    let needle = Needle::new(element);
    std::iter::successors(from, |&pos| listpack.prev(pos)).find(|&pos| needle.is(listpack.get(pos)))
}

/// The elements of a node, to be read.
pub enum View<'a> {
    /// Elements in a listpack.
    Packed(Cow<'a, Listpack>),
    /// One large element.
    Plain(Cow<'a, [u8]>),
}

/// Where an element of a [`View`] stands.
#[derive(Clone, Copy)]
pub enum At {
    /// In its listpack.
    Packed(Pos),
    /// It is the only one.
    Plain,
}

impl View<'_> {
    /// The element at an offset from the first.
    pub fn seek(&self, offset: usize) -> Option<At> {
        match self {
            View::Packed(listpack) => listpack.seek(offset as i64).map(At::Packed),
            View::Plain(_) => (offset == 0).then_some(At::Plain),
        }
    }

    /// The element after another, or before it.
    #[inline]
    pub fn step(&self, at: At, backward: bool) -> Option<At> {
        match (self, at) {
            (View::Packed(listpack), At::Packed(pos)) if backward => {
                listpack.prev(pos).map(At::Packed)
            }
            (View::Packed(listpack), At::Packed(pos)) => listpack.next(pos).map(At::Packed),
            _ => None,
        }
    }

    /// The element itself.
    #[inline]
    pub fn get(&self, at: At) -> Option<Element<'_>> {
        match (self, at) {
            (View::Packed(listpack), At::Packed(pos)) => Some(listpack.get(pos)),
            (View::Plain(element), At::Plain) => Some(Element::Bytes(element)),
            _ => None,
        }
    }

    /// The offset of the first element equal to this one.
    pub fn position(&self, element: &[u8]) -> Option<usize> {
        match self {
            View::Packed(listpack) => {
                let needle = Needle::new(element);
                listpack.iter().position(|other| needle.is(other))
            }
            View::Plain(other) => (**other == *element).then_some(0),
        }
    }
}
