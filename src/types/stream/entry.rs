//! An entry of a stream where it lies, with its fields.

use std::iter::FusedIterator;

use super::StreamId;
use crate::types::listpack::{Element, Listpack, Pos};

/// An entry, borrowed from its stream.
#[derive(Clone, Copy)]
pub struct Entry<'a> {
    /// Its ID.
    pub id: StreamId,
    fields: Fields<'a>,
}

/// The fields of an entry with their values, in the order in which they were given.
#[derive(Clone, Copy)]
pub struct Fields<'a> {
    listpack: &'a Listpack,
    names: Names,
    /// The next name, where the entry has its own, else the next value.
    at: Option<Pos>,
    remaining: usize,
}

/// Where the names of an entry's fields are.
#[derive(Clone, Copy)]
pub(super) enum Names {
    /// Each before its value.
    Own,
    /// In the master entry, from there on.
    Master(Option<Pos>),
}

impl<'a> Entry<'a> {
    pub(super) fn new(
        id: StreamId,
        listpack: &'a Listpack,
        names: Names,
        content: Pos,
        fields: usize,
    ) -> Self {
        let fields = Fields { listpack, names, at: Some(content), remaining: fields };
        Entry { id, fields }
    }

    /// Its fields with their values.
    pub fn fields(&self) -> Fields<'a> {
        self.fields
    }
}

impl<'a> Fields<'a> {
    /// The element at `at`, which then is the one behind it.
    fn step(listpack: &'a Listpack, at: &mut Option<Pos>) -> Option<Element<'a>> {
        let here = (*at)?;
        *at = listpack.next(here);
        Some(listpack.get(here))
    }
}

impl<'a> Iterator for Fields<'a> {
    type Item = (Element<'a>, Element<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        self.remaining = self.remaining.checked_sub(1)?;
        let name = match &mut self.names {
            Names::Own => Self::step(self.listpack, &mut self.at)?,
            Names::Master(names) => Self::step(self.listpack, names)?,
        };
        Some((name, Self::step(self.listpack, &mut self.at)?))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.remaining, Some(self.remaining))
    }
}

impl ExactSizeIterator for Fields<'_> {}
impl FusedIterator for Fields<'_> {}
