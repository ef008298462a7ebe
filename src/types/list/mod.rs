//! Lists of byte strings: a short one is a listpack, a long one a quicklist, a queue of
//! listpacks. A list that has become short enough goes back to a listpack.
//!
//! The thresholds and the order of the steps are those of Redis 7.2 and later.

mod iter;
mod node;
mod policy;
mod quicklist;
#[cfg(test)]
mod tests;

use self::node::Node;
use self::policy::Policy;
use self::quicklist::Quicklist;
use super::limits::Limits;
use super::listpack::{Element, Listpack};

pub use self::iter::Iter;
pub use self::node::StoredNode;
pub use self::quicklist::End;

/// A list. The empty one is a listpack.
#[derive(Clone)]
pub struct List(Encoding);

#[derive(Clone)]
enum Encoding {
    Listpack(Listpack),
    Quicklist(Box<Quicklist>),
}

impl Default for List {
    fn default() -> Self {
        List(Encoding::Listpack(Listpack::new()))
    }
}

/// Reading.
impl List {
    /// How many elements there are.
    pub fn len(&self) -> usize {
        match &self.0 {
            Encoding::Listpack(listpack) => listpack.len(),
            Encoding::Quicklist(list) => list.len(),
        }
    }

    /// Whether there is no element.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// `listpack` or `quicklist`.
    pub fn encoding(&self) -> &'static str {
        match &self.0 {
            Encoding::Listpack(_) => "listpack",
            Encoding::Quicklist(_) => "quicklist",
        }
    }

    /// Bytes of heap it takes, estimated from `samples` elements; 0 asks for all.
    pub fn memory_usage(&self, samples: usize) -> usize {
        match &self.0 {
            Encoding::Listpack(listpack) => listpack.memory_usage(),
            Encoding::Quicklist(list) => list.memory_usage(samples),
        }
    }

    /// The listpack itself, where that is the encoding.
    pub fn as_listpack(&self) -> Option<&Listpack> {
        match &self.0 {
            Encoding::Listpack(listpack) => Some(listpack),
            Encoding::Quicklist(_) => None,
        }
    }

    /// The nodes as files hold them, head first. A list that is a listpack has one.
    pub fn stored_nodes(&self) -> impl ExactSizeIterator<Item = StoredNode<'_>> {
        let count = match &self.0 {
            Encoding::Listpack(_) => 1,
            Encoding::Quicklist(list) => list.nodes().len(),
        };
        (0..count).map(|index| match &self.0 {
            Encoding::Listpack(listpack) => {
                StoredNode { plain: false, bytes: listpack.as_bytes(), raw_len: None }
            }
            Encoding::Quicklist(list) => list.nodes()[index].stored(),
        })
    }

    /// What `read` makes of the element at `index`; a negative index counts from the tail,
    /// -1 being the last. None when there is no such element.
    pub fn get<R>(&self, index: i64, read: impl FnOnce(Element<'_>) -> R) -> Option<R> {
        let index = self.resolve(index)?;
        match &self.0 {
            Encoding::Listpack(listpack) => {
                listpack.seek(index as i64).map(|pos| read(listpack.get(pos)))
            }
            Encoding::Quicklist(list) => list.get(index, read),
        }
    }

    /// All elements from the head on.
    pub fn iter(&self) -> Iter<'_> {
        self.range(0, usize::MAX)
    }

    /// All elements from the tail on.
    pub fn iter_rev(&self) -> Iter<'_> {
        self.from_end(End::Back, usize::MAX)
    }

    /// The first `count` elements from an end on, as far as there are so many.
    pub fn from_end(&self, end: End, count: usize) -> Iter<'_> {
        let len = self.len();
        let count = count.min(len);
        match end {
            _ if count == 0 => Iter::empty(),
            End::Front => self.walk(0, count, false),
            End::Back => self.walk(len - 1, count, true),
        }
    }

    /// The elements from index `start` to index `stop`, both included, as far as there are any.
    pub fn range(&self, start: usize, stop: usize) -> Iter<'_> {
        let Some(last) = self.len().checked_sub(1) else {
            return Iter::empty();
        };
        let stop = stop.min(last);
        if start > stop {
            return Iter::empty();
        }
        self.walk(start, stop - start + 1, false)
    }

    fn walk(&self, index: usize, count: usize, backward: bool) -> Iter<'_> {
        match &self.0 {
            Encoding::Listpack(listpack) => Iter::of_listpack(listpack, index, count, backward),
            Encoding::Quicklist(list) => Iter::of_quicklist(list, index, count, backward),
        }
    }

    /// The index from the head that `index` means.
    fn resolve(&self, index: i64) -> Option<usize> {
        let len = self.len();
        let from_head = if index < 0 {
            len.checked_sub(usize::try_from(index.unsigned_abs()).ok()?)?
        } else {
            usize::try_from(index).ok()?
        };
        (from_head < len).then_some(from_head)
    }
}

/// Changing.
impl List {
    /// Adds an element at the head.
    pub fn push_front(&mut self, element: &[u8], limits: &Limits) {
        self.push(End::Front, element, limits);
    }

    /// Adds an element at the tail.
    pub fn push_back(&mut self, element: &[u8], limits: &Limits) {
        self.push(End::Back, element, limits);
    }

    /// Adds an element at an end.
    pub fn push(&mut self, end: End, element: &[u8], limits: &Limits) {
        self.extend(end, std::iter::once(element), limits);
    }

    /// Adds elements at an end, one after another. Whether the list outgrows a listpack is
    /// decided once for all of them, as Redis does for the arguments of one command.
    pub fn extend<'a>(
        &mut self,
        end: End,
        elements: impl DoubleEndedIterator<Item = &'a [u8]> + Clone,
        limits: &Limits,
    ) {
        let policy = Policy::new(limits);
        let (bytes, count) = elements.clone().fold((0usize, 0), |(bytes, count), element| {
            (bytes.saturating_add(element.len()), count + 1)
        });
        self.prepare_to_grow(bytes, count, policy);
        match (&mut self.0, end) {
            (Encoding::Quicklist(list), _) => {
                elements.for_each(|element| list.push(end, element, policy));
            }
            (Encoding::Listpack(listpack), End::Back) => {
                elements.for_each(|element| listpack.push_back(element));
            }
            (Encoding::Listpack(listpack), End::Front) if count == 1 => {
                elements.for_each(|element| listpack.push_front(element));
            }
            (Encoding::Listpack(listpack), End::Front) => {
                // What is there moves once, not with every element.
                let behind = std::mem::take(listpack);
                elements.rev().for_each(|element| listpack.push_back(element));
                listpack.append(&behind);
            }
        }
    }

    /// Takes the element off the head.
    pub fn pop_front(&mut self, limits: &Limits) -> Option<Vec<u8>> {
        self.pop(End::Front, limits)
    }

    /// Takes the element off the tail.
    pub fn pop_back(&mut self, limits: &Limits) -> Option<Vec<u8>> {
        self.pop(End::Back, limits)
    }

    /// Takes the element off an end.
    pub fn pop(&mut self, end: End, limits: &Limits) -> Option<Vec<u8>> {
        let policy = Policy::new(limits);
        let element = self.take(end, policy)?;
        self.shrink(policy.half());
        Some(element)
    }

    /// Takes the element off an end and adds it at one. False when there is none.
    pub fn rotate(&mut self, from: End, to: End, limits: &Limits) -> bool {
        let policy = Policy::new(limits);
        let Some(element) = self.take(from, policy) else { return false };
        self.push(to, &element, limits);
        self.shrink(policy.half());
        true
    }

    /// As [`List::pop`], but leaves the encoding as it is.
    fn take(&mut self, end: End, policy: Policy) -> Option<Vec<u8>> {
        match &mut self.0 {
            Encoding::Listpack(listpack) => {
                let pos = match end {
                    End::Front => listpack.first(),
                    End::Back => listpack.last(),
                }?;
                let element = listpack.get(pos).to_bytes().into_owned();
                listpack.remove(pos, 1);
                Some(element)
            }
            Encoding::Quicklist(list) => list.pop(end, policy),
        }
    }

    /// Removes `count` elements from an end, or as many as there are.
    pub fn drop_elements(&mut self, end: End, count: usize, limits: &Limits) {
        let policy = Policy::new(limits);
        let left = self.len().saturating_sub(count);
        match &mut self.0 {
            _ if left == 0 => *self = List::default(),
            Encoding::Listpack(listpack) => {
                let first = match end {
                    End::Front => listpack.first(),
                    End::Back => listpack.seek(left as i64),
                };
                if let Some(first) = first {
                    listpack.remove(first, count);
                }
            }
            Encoding::Quicklist(list) => list.drop_elements(end, count, policy),
        }
        self.shrink(policy.half());
    }

    /// Puts `element` in place of the one at `index`; a negative index counts from the
    /// tail. False when there is no such element.
    pub fn set(&mut self, index: i64, element: &[u8], limits: &Limits) -> bool {
        let policy = Policy::new(limits);
        let Some(index) = self.resolve(index) else {
            return false;
        };
        self.prepare_to_grow(element.len(), 1, policy);
        match &mut self.0 {
            Encoding::Listpack(listpack) => {
                if let Some(pos) = listpack.seek(index as i64) {
                    listpack.replace(pos, element);
                }
            }
            Encoding::Quicklist(list) => {
                list.set(index, element, policy);
            }
        }
        self.shrink(policy.half());
        true
    }

    /// Inserts `element` before the first one equal to `pivot`. False when there is none.
    pub fn insert_before(&mut self, pivot: &[u8], element: &[u8], limits: &Limits) -> bool {
        self.insert(pivot, false, element, limits)
    }

    /// Inserts `element` after the first one equal to `pivot`. False when there is none.
    pub fn insert_after(&mut self, pivot: &[u8], element: &[u8], limits: &Limits) -> bool {
        self.insert(pivot, true, element, limits)
    }

    fn insert(&mut self, pivot: &[u8], after: bool, element: &[u8], limits: &Limits) -> bool {
        let policy = Policy::new(limits);
        self.prepare_to_grow(element.len(), 1, policy);
        match &mut self.0 {
            Encoding::Listpack(listpack) => {
                let Some(pos) = listpack.find(listpack.first(), pivot, 0) else {
                    return false;
                };
                if after {
                    listpack.insert_after(pos, element);
                } else {
                    listpack.insert_before(pos, element);
                }
                true
            }
            Encoding::Quicklist(list) => list.insert(pivot, after, element, policy),
        }
    }

    /// Removes elements equal to `element` and returns how many: the first `count` of them,
    /// the last `-count` when it is negative, all when it is 0.
    pub fn remove(&mut self, count: i64, element: &[u8], limits: &Limits) -> usize {
        let policy = Policy::new(limits);
        let from = if count < 0 { End::Back } else { End::Front };
        let max = match count {
            0 => usize::MAX,
            _ => usize::try_from(count.unsigned_abs()).unwrap_or(usize::MAX),
        };
        let removed = match &mut self.0 {
            Encoding::Listpack(listpack) => node::remove_equal(listpack, element, max, from),
            Encoding::Quicklist(list) => list.remove(from, element, max, policy),
        };
        if removed > 0 {
            self.shrink(policy.half());
        }
        removed
    }

    /// Removes all but the elements from index `start` to index `stop`, both included; all
    /// of them when there are none there.
    pub fn trim(&mut self, start: usize, stop: usize, limits: &Limits) {
        let behind = self.len().saturating_sub(stop.saturating_add(1));
        if start > stop {
            *self = List::default();
            return;
        }
        self.drop_elements(End::Back, behind, limits);
        self.drop_elements(End::Front, start, limits);
    }

    /// Leaves the listpack if that much more does not fit into it.
    fn prepare_to_grow(&mut self, bytes: usize, elements: usize, policy: Policy) {
        if let Encoding::Listpack(listpack) = &self.0
            && !policy.allows(
                listpack.byte_len().saturating_add(bytes),
                listpack.len().saturating_add(elements),
            )
        {
            self.as_quicklist(policy);
        }
    }

    /// Goes back to a listpack if one within `policy` can hold the list.
    fn shrink(&mut self, policy: Policy) {
        if let Encoding::Quicklist(list) = &mut self.0
            && let Some(listpack) = list.take_listpack(policy)
        {
            self.0 = Encoding::Listpack(listpack);
        }
    }

    /// The list as a quicklist, which it becomes if it is none.
    fn as_quicklist(&mut self, policy: Policy) -> &mut Quicklist {
        if let Encoding::Listpack(listpack) = &mut self.0 {
            let mut list = Box::<Quicklist>::default();
            list.push_node(Node::packed(std::mem::take(listpack)), policy);
            self.0 = Encoding::Quicklist(list);
        }
        match &mut self.0 {
            Encoding::Quicklist(list) => list,
            Encoding::Listpack(_) => unreachable!("has just been converted"),
        }
    }
}

/// Building from what files hold.
impl List {
    /// The list of the elements of a listpack.
    pub fn from_listpack(listpack: Listpack, limits: &Limits) -> Self {
        let mut list = List::default();
        list.append_listpack(listpack, limits);
        list
    }

    /// Adds the elements of a listpack at the tail, as one node.
    pub fn append_listpack(&mut self, listpack: Listpack, limits: &Limits) {
        let policy = Policy::new(limits);
        if self.is_empty() && policy.allows(listpack.byte_len(), listpack.len()) {
            self.0 = Encoding::Listpack(listpack);
            return;
        }
        self.as_quicklist(policy).push_node(Node::packed(listpack), policy);
    }

    /// Adds an element at the tail, as a node of its own.
    pub fn append_plain(&mut self, element: &[u8], limits: &Limits) {
        let policy = Policy::new(limits);
        self.as_quicklist(policy).push_node(Node::plain(element), policy);
    }
}
