//! Elements on their way through SORT: copied out of the collection they come from, since the
//! keys that BY and GET name are looked up while they are at hand.

use crate::protocol::{Error, Result};
use crate::store::View;
use crate::types::list::List;
use crate::types::listpack::Element;
use crate::types::set::Set;
use crate::types::zset::SortedSet;
use std::ops::Range;

/// Byte strings in an order, all in one allocation.
#[derive(Default)]
pub struct Elements {
    bytes: Vec<u8>,
    /// Where in `bytes` each is.
    places: Vec<Range<usize>>,
}

impl Elements {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// The element with this index, which must be below the length.
    pub fn get(&self, index: usize) -> &[u8] {
        &self.bytes[self.places[index].clone()]
    }

    /// All, in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &[u8]> {
        self.places.iter().map(|place| &self.bytes[place.clone()])
    }

    /// Only those with these indexes, in the order of these.
    pub fn pick(mut self, indexes: &[usize]) -> Elements {
        self.places = indexes.iter().map(|index| self.places[*index].clone()).collect();
        self
    }

    /// Brings them into the order of their bytes.
    pub fn sort(&mut self) {
        let bytes = &self.bytes;
        self.places.sort_unstable_by_key(|place| &bytes[place.clone()]);
    }

    fn push(&mut self, element: Element<'_>) {
        let start = self.bytes.len();
        element.write_to(&mut self.bytes);
        self.places.push(start..self.bytes.len());
    }
}

/// A collection that can be sorted.
#[derive(Clone, Copy)]
pub enum Source<'t> {
    List(&'t List),
    Set(&'t Set),
    SortedSet(&'t SortedSet),
}

impl<'t> Source<'t> {
    /// Refuses the other types.
    pub fn of(value: View<'t>) -> Result<Source<'t>> {
        match value {
            View::List(list) => Ok(Source::List(list)),
            View::Set(set) => Ok(Source::Set(set)),
            View::SortedSet(set) => Ok(Source::SortedSet(set)),
            _ => Err(Error::WrongType),
        }
    }

    /// How many elements it has.
    pub fn len(self) -> usize {
        match self {
            Source::List(list) => list.len(),
            Source::Set(set) => set.len(),
            Source::SortedSet(set) => set.len(),
        }
    }

    /// Whether it has no order of its own.
    pub fn is_set(self) -> bool {
        matches!(self, Source::Set(_))
    }

    /// The elements within a window of its own order, or of that order turned around, which for
    /// a set makes no difference. Takes time in proportion to the window, except in a set.
    pub fn take(self, window: Range<usize>, reversed: bool) -> Elements {
        let mut elements = Elements::default();
        if window.is_empty() {
            return elements;
        }
        let reversed = reversed && !self.is_set();
        let len = self.len();
        let Range { start, end } =
            if reversed { len - window.end..len - window.start } else { window };
        match self {
            Source::List(list) => {
                list.range(start, end - 1).for_each(|element| elements.push(element));
            }
            Source::Set(set) => {
                set.iter().skip(start).take(end - start).for_each(|member| elements.push(member));
            }
            Source::SortedSet(set) => {
                set.range(start..end).for_each(|(member, _)| elements.push(member));
            }
        }
        if reversed {
            elements.places.reverse();
        }
        elements
    }
}
