//! Walking a listpack from both ends without allocating.

use std::iter::FusedIterator;

use super::{Element, Listpack, Pos, element_at, pos, start_of_element};

/// The elements of a listpack with where they stand; made by [`Listpack::iter_pos`].
#[derive(Clone)]
pub struct IterPos<'a> {
    /// The listpack without its end byte.
    bytes: &'a [u8],
    /// Offset of the next element from the front, and of what is behind the next from the back.
    front: usize,
    back: usize,
}

/// The elements of a listpack; made by [`Listpack::iter`].
#[derive(Clone)]
pub struct Iter<'a>(pub(super) IterPos<'a>);

impl<'a> IterPos<'a> {
    pub(super) fn new(bytes: &'a [u8], front: usize) -> Self {
        IterPos { bytes, front, back: bytes.len() }
    }
}

impl<'a> Iterator for IterPos<'a> {
    type Item = (Pos, Element<'a>);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        if self.front >= self.back {
            return None;
        }
        let at = self.front;
        let (element, next) = element_at(self.bytes, at);
        self.front = next;
        Some((pos(at), element))
    }
}

impl DoubleEndedIterator for IterPos<'_> {
    #[inline]
    fn next_back(&mut self) -> Option<Self::Item> {
        if self.front >= self.back {
            return None;
        }
        self.back = start_of_element(self.bytes, self.back);
        Some((pos(self.back), element_at(self.bytes, self.back).0))
    }
}

impl FusedIterator for IterPos<'_> {}

impl<'a> Iterator for Iter<'a> {
    type Item = Element<'a>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        self.0.next().map(|(_, element)| element)
    }
}

impl DoubleEndedIterator for Iter<'_> {
    #[inline]
    fn next_back(&mut self) -> Option<Self::Item> {
        self.0.next_back().map(|(_, element)| element)
    }
}

impl FusedIterator for Iter<'_> {}

impl<'a> IntoIterator for &'a Listpack {
    type Item = Element<'a>;
    type IntoIter = Iter<'a>;

    fn into_iter(self) -> Iter<'a> {
        self.iter()
    }
}
