//! Walking a list, over compressed nodes too.

use std::borrow::Cow;
use std::collections::VecDeque;

use super::node::{At, Node, View};
use super::quicklist::Quicklist;
use crate::types::listpack::{self, Element, Listpack};

/// Consecutive elements of a list, from either end.
///
/// Not an [`Iterator`]: a compressed node is unpacked into the walk itself, so an element can
/// be lent only until the next one is asked for.
pub struct Iter<'a> {
    current: Current<'a>,
    /// Elements of the current node that are still to come.
    left_in_node: usize,
    /// The nodes, and of which of them the walk comes next: forward from this index on,
    /// backward below it.
    rest: Option<(&'a VecDeque<Node>, usize)>,
    backward: bool,
    remaining: usize,
}

/// The node at hand.
enum Current<'a> {
    /// A listpack that is walked from its end on: the quick way.
    Whole(listpack::Iter<'a>),
    /// Any other, and its element to come.
    From(View<'a>, Option<At>),
}

impl<'a> Iter<'a> {
    /// No elements.
    pub(super) fn empty() -> Self {
        let current = Current::From(View::Plain(Cow::Borrowed(&[])), None);
        Iter { current, left_in_node: 0, rest: None, backward: false, remaining: 0 }
    }

    /// `count` elements of a listpack from `index` on.
    pub(super) fn of_listpack(
        listpack: &'a Listpack,
        index: usize,
        count: usize,
        backward: bool,
    ) -> Self {
        let view = View::Packed(Cow::Borrowed(listpack));
        let mut iter = Iter { backward, remaining: count, ..Self::empty() };
        iter.enter(view, index, listpack.len());
        iter
    }

    /// `count` elements of a quicklist from `index` on.
    pub(super) fn of_quicklist(
        list: &'a Quicklist,
        index: usize,
        count: usize,
        backward: bool,
    ) -> Self {
        let Some((index, offset)) = list.locate(index) else {
            return Self::empty();
        };
        let node = &list.nodes()[index];
        let rest = Some((list.nodes(), if backward { index } else { index + 1 }));
        let mut iter = Iter { rest, backward, remaining: count, ..Self::empty() };
        iter.enter(node.view(), offset, node.len());
        iter
    }

    /// How many elements are still to come.
    pub fn remaining(&self) -> usize {
        self.remaining
    }

    /// The next element.
    #[expect(clippy::should_implement_trait, reason = "an `Iterator` could not lend its elements")]
    #[inline]
    pub fn next(&mut self) -> Option<Element<'_>> {
        self.remaining = self.remaining.checked_sub(1)?;
        if self.left_in_node == 0 {
            self.next_node()?;
        }
        self.left_in_node -= 1;
        match &mut self.current {
            Current::Whole(elements) if self.backward => elements.next_back(),
            Current::Whole(elements) => elements.next(),
            Current::From(view, next) => {
                let at = (*next)?;
                *next = view.step(at, self.backward);
                view.get(at)
            }
        }
    }

    /// Hands each of the remaining elements to `visit`.
    pub fn for_each(mut self, mut visit: impl FnMut(Element<'_>)) {
        while let Some(element) = self.next() {
            visit(element);
        }
    }

    /// Goes on to the next node.
    fn next_node(&mut self) -> Option<()> {
        let (nodes, next) = self.rest.as_mut()?;
        let node = if self.backward {
            *next = next.checked_sub(1)?;
            nodes.get(*next)?
        } else {
            *next += 1;
            nodes.get(*next - 1)?
        };
        let offset = if self.backward { node.len() - 1 } else { 0 };
        self.enter(node.view(), offset, node.len());
        Some(())
    }

    /// Begins to walk a node of `len` elements at one of them.
    fn enter(&mut self, view: View<'a>, offset: usize, len: usize) {
        self.left_in_node = if self.backward { offset + 1 } else { len - offset };
        self.current = match view {
            View::Packed(Cow::Borrowed(listpack)) if self.left_in_node == len => {
                Current::Whole(listpack.iter())
            }
            view => {
                let at = view.seek(offset);
                Current::From(view, at)
            }
        };
    }
}
