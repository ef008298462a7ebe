//! Sets of byte strings, in the smallest of three encodings that can hold the members:
//! sorted integers, a listpack, a hash table. A set only ever moves on to a larger one.
//!
//! The thresholds and the order of the steps are those of Redis 7.2 and later.

mod sample;

use super::compact::Compact;
use super::duplicates::has_duplicates;
use super::intset::Intset;
use super::limits::Limits;
use super::listpack::{Corrupt, Element, Listpack};
use super::table::{self, Table, below};
use crate::util::number;

/// A set. The empty one is an intset.
#[derive(Clone)]
pub struct Set(Encoding);

#[derive(Clone)]
enum Encoding {
    Intset(Intset),
    Listpack(Listpack),
    Table(Box<Table<Compact>>),
}

impl Default for Set {
    fn default() -> Self {
        Set(Encoding::Intset(Intset::new()))
    }
}

impl Set {
    /// The set of an intset that was read from a file.
    pub fn from_intset(intset: Intset, limits: &Limits) -> Self {
        let mut set = Set(Encoding::Intset(intset));
        if set.len() > max_intset_entries(limits) {
            set.convert_to_table();
        }
        set
    }

    /// The set of a listpack that was read from a file. Refuses a member that is there twice.
    pub fn from_listpack(listpack: Listpack, limits: &Limits) -> Result<Self, Corrupt> {
        if has_duplicates(&listpack, 1) {
            return Err(Corrupt("a set with a member twice"));
        }
        let mut set = Set(Encoding::Listpack(listpack));
        if set.len() > limits.set_max_listpack_entries {
            set.convert_to_table();
        }
        Ok(set)
    }

    /// How many members it has.
    pub fn len(&self) -> usize {
        match &self.0 {
            Encoding::Intset(intset) => intset.len(),
            Encoding::Listpack(listpack) => listpack.len(),
            Encoding::Table(table) => table.len(),
        }
    }

    /// Whether it has no member.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// `intset`, `listpack` or `hashtable`.
    pub fn encoding(&self) -> &'static str {
        match &self.0 {
            Encoding::Intset(_) => "intset",
            Encoding::Listpack(_) => "listpack",
            Encoding::Table(_) => "hashtable",
        }
    }

    /// Bytes of heap it takes, estimated from `samples` members; 0 asks for all.
    pub fn memory_usage(&self, samples: usize) -> usize {
        match &self.0 {
            Encoding::Intset(intset) => intset.memory_usage(),
            Encoding::Listpack(listpack) => listpack.memory_usage(),
            Encoding::Table(table) => table.memory_usage(samples, Compact::heap_size),
        }
    }

    /// The intset itself, where that is the encoding.
    pub fn as_intset(&self) -> Option<&Intset> {
        match &self.0 {
            Encoding::Intset(intset) => Some(intset),
            _ => None,
        }
    }

    /// The listpack itself, where that is the encoding.
    pub fn as_listpack(&self) -> Option<&Listpack> {
        match &self.0 {
            Encoding::Listpack(listpack) => Some(listpack),
            _ => None,
        }
    }

    /// Whether `member` is in the set.
    pub fn contains(&self, member: &[u8]) -> bool {
        match &self.0 {
            Encoding::Intset(intset) => {
                number::parse_i64(member).is_some_and(|number| intset.contains(number))
            }
            Encoding::Listpack(listpack) => listpack.find(listpack.first(), member, 0).is_some(),
            Encoding::Table(table) => table.get(member).is_some(),
        }
    }

    /// Whether the member of another set is in this one.
    pub fn contains_element(&self, member: Element<'_>) -> bool {
        match (&self.0, member) {
            (_, Element::Bytes(bytes)) => self.contains(bytes),
            (Encoding::Intset(intset), Element::Int(number)) => intset.contains(number),
            (_, Element::Int(number)) => {
                self.contains(itoa::Buffer::new().format(number).as_bytes())
            }
        }
    }

    /// Adds a member. False when it was there already.
    pub fn insert(&mut self, member: &[u8], limits: &Limits) -> bool {
        match &mut self.0 {
            Encoding::Intset(intset) => {
                let Some(number) = number::parse_i64(member) else {
                    self.convert_from_intset(member, limits);
                    return self.insert(member, limits);
                };
                let added = intset.insert(number);
                if added && intset.len() > max_intset_entries(limits) {
                    self.convert_to_table();
                }
                added
            }
            Encoding::Listpack(listpack) => {
                if listpack.find(listpack.first(), member, 0).is_some() {
                    return false;
                }
                let room = listpack.has_room_for(Listpack::entry_size(member));
                if !room || !fits_listpack(listpack.len(), member, limits) {
                    self.convert_to_table();
                    return self.insert(member, limits);
                }
                listpack.push_back(member);
                true
            }
            Encoding::Table(table) => {
                table.get_or_insert(member, || Compact::new(member)).is_none()
            }
        }
    }

    /// Prepares for `count` insertions that begin with `first`: where that many different
    /// members would outgrow the encoding, moves on at once, as Redis does.
    pub fn expect(&mut self, first: &[u8], count: usize, limits: &Limits) {
        let fits_intset = count <= limits.set_max_intset_entries;
        let fits_listpack = count <= limits.set_max_listpack_entries;
        match &self.0 {
            Encoding::Intset(intset) if intset.is_empty() => {
                if fits_intset && number::parse_i64(first).is_some() {
                    return;
                }
                self.0 = if fits_listpack {
                    Encoding::Listpack(Listpack::new())
                } else {
                    Encoding::Table(Box::default())
                };
            }
            Encoding::Intset(_) if !fits_intset => self.convert_to_table(),
            Encoding::Listpack(_) if !fits_listpack => self.convert_to_table(),
            _ => {}
        }
    }

    /// Removes a member. False when it was not there.
    pub fn remove(&mut self, member: &[u8]) -> bool {
        match &mut self.0 {
            Encoding::Intset(intset) => {
                number::parse_i64(member).is_some_and(|number| intset.remove(number))
            }
            Encoding::Listpack(listpack) => match listpack.find(listpack.first(), member, 0) {
                Some(pos) => {
                    listpack.remove(pos, 1);
                    true
                }
                None => false,
            },
            Encoding::Table(table) => table.remove(member).is_some(),
        }
    }

    /// A member, each with the same probability; `rng` yields every `u64` with the same.
    pub fn random(&self, rng: &mut impl FnMut() -> u64) -> Option<Element<'_>> {
        if self.is_empty() {
            return None;
        }
        match &self.0 {
            Encoding::Intset(intset) => intset.get(below(rng(), intset.len())).map(Element::Int),
            Encoding::Listpack(listpack) => {
                let pos = listpack.seek(below(rng(), listpack.len()) as i64)?;
                Some(listpack.get(pos))
            }
            Encoding::Table(table) => table.random(rng).map(as_element),
        }
    }

    /// Removes a member, each with the same probability, and returns it.
    pub fn pop_random(&mut self, rng: &mut impl FnMut() -> u64) -> Option<Vec<u8>> {
        let member = self.random(rng)?.to_bytes().into_owned();
        self.remove(&member);
        Some(member)
    }

    /// The members: an intset's in ascending order, the others in no order.
    pub fn iter(&self) -> Iter<'_> {
        Iter(match &self.0 {
            Encoding::Intset(intset) => Members::Intset(intset, 0),
            Encoding::Listpack(listpack) => Members::Listpack(listpack.iter()),
            Encoding::Table(table) => Members::Table(table.iter()),
        })
    }

    /// Emits about `count` members from `cursor` on and returns the next cursor, as
    /// [`Table::scan`] does; the two small encodings emit all their members at once.
    pub fn scan(&self, cursor: u64, count: usize, emit: &mut dyn FnMut(Element<'_>)) -> u64 {
        match &self.0 {
            Encoding::Table(table) => table.scan(cursor, count, |member| emit(as_element(member))),
            _ => {
                self.iter().for_each(emit);
                0
            }
        }
    }

    /// From an intset to what can hold a `member` that is not an integer.
    fn convert_from_intset(&mut self, member: &[u8], limits: &Limits) {
        let Encoding::Intset(intset) = &self.0 else { return };
        // The longest number is the first or the last.
        let longest = [0, intset.len().wrapping_sub(1)]
            .into_iter()
            .filter_map(|index| intset.get(index))
            .map(|number| Element::Int(number).len())
            .max();
        let short = longest.is_none_or(|len| len <= limits.set_max_listpack_value);
        if !short || intset.len() > MAX_UNPACKED || !fits_listpack(intset.len(), member, limits) {
            return self.convert_to_table();
        }
        let mut listpack = Listpack::new();
        for index in 0..intset.len() {
            if let Some(number) = intset.get(index) {
                listpack.push_back_int(number);
            }
        }
        self.0 = Encoding::Listpack(listpack);
    }

    fn convert_to_table(&mut self) {
        let mut table = Box::<Table<Compact>>::default();
        for member in self.iter() {
            let member = member.to_bytes();
            table.get_or_insert(&member, || Compact::new(&member));
        }
        self.0 = Encoding::Table(table);
    }
}

/// The members of a [`Set`].
pub struct Iter<'a>(Members<'a>);

enum Members<'a> {
    Intset(&'a Intset, usize),
    Listpack(super::listpack::Iter<'a>),
    Table(table::Iter<'a, Compact>),
}

impl<'a> Iterator for Iter<'a> {
    type Item = Element<'a>;

    fn next(&mut self) -> Option<Element<'a>> {
        match &mut self.0 {
            Members::Intset(intset, index) => {
                let number = intset.get(*index)?;
                *index += 1;
                Some(Element::Int(number))
            }
            Members::Listpack(elements) => elements.next(),
            Members::Table(items) => items.next().map(as_element),
        }
    }
}

fn as_element(member: &Compact) -> Element<'_> {
    Element::Bytes(member.as_bytes())
}

/// Integers that surely fit into a listpack, where none takes more than ten bytes.
const MAX_UNPACKED: usize = Listpack::MAX_BYTES / 16;

/// Members an intset may have: beyond a gigabyte of them no limit allows more.
fn max_intset_entries(limits: &Limits) -> usize {
    limits.set_max_intset_entries.min(1 << 30)
}

/// Whether a `member` can join others in a listpack.
fn fits_listpack(members: usize, member: &[u8], limits: &Limits) -> bool {
    members < limits.set_max_listpack_entries && member.len() <= limits.set_max_listpack_value
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    fn limits() -> Limits {
        Limits { set_max_intset_entries: 8, set_max_listpack_entries: 12, ..Limits::default() }
    }

    fn set(members: &[&str]) -> Set {
        let mut set = Set::default();
        for member in members {
            set.insert(member.as_bytes(), &limits());
        }
        set
    }

    fn sorted(set: &Set) -> Vec<Vec<u8>> {
        let mut members: Vec<_> = set.iter().map(|member| member.to_bytes().into_owned()).collect();
        members.sort();
        members
    }

    #[test]
    fn is_two_words() {
        assert_eq!(size_of::<Set>(), 16);
    }

    #[test]
    fn moves_to_larger_encodings_as_redis_does() {
        let numbers = |count: usize| {
            let mut set = Set::default();
            (0..count)
                .for_each(|number| assert!(set.insert(number.to_string().as_bytes(), &limits())));
            set
        };
        assert_eq!(numbers(8).encoding(), "intset");
        assert_eq!(numbers(9).encoding(), "hashtable");
        // Text in an intset.
        let with_text = |mut set: Set, text: &str| {
            assert!(set.insert(text.as_bytes(), &limits()));
            set.encoding()
        };
        assert_eq!(with_text(numbers(8), "a"), "listpack");
        assert_eq!(with_text(numbers(8), &"a".repeat(64)), "listpack");
        assert_eq!(with_text(numbers(8), &"a".repeat(65)), "hashtable");
        assert_eq!(with_text(Set::default(), &"a".repeat(65)), "hashtable");
        let narrow = Limits { set_max_listpack_value: 3, ..limits() };
        let mut long_number = set(&["1", "-1000"]);
        long_number.insert(b"a", &narrow);
        assert_eq!(long_number.encoding(), "hashtable");
        // Members in a listpack.
        let mut letters = set(&["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l"]);
        assert_eq!((letters.encoding(), letters.len()), ("listpack", 12));
        assert!(!letters.insert(b"a", &limits()));
        assert_eq!(letters.encoding(), "listpack");
        assert!(letters.insert(b"m", &limits()));
        assert_eq!((letters.encoding(), letters.len()), ("hashtable", 13));
    }

    #[test]
    fn expects_what_is_announced() {
        let expecting = |first: &str, count| {
            let mut set = Set::default();
            set.expect(first.as_bytes(), count, &limits());
            set.encoding()
        };
        assert_eq!(expecting("1", 8), "intset");
        assert_eq!(expecting("1", 9), "listpack");
        assert_eq!(expecting("a", 12), "listpack");
        assert_eq!(expecting("a", 13), "hashtable");
        let mut letters = set(&["a"]);
        letters.expect(b"b", 13, &limits());
        assert_eq!((letters.encoding(), letters.len()), ("hashtable", 1));
    }

    #[test]
    fn takes_in_what_files_hold() {
        let mut intset = Intset::new();
        (0..9).for_each(|number| assert!(intset.insert(number)));
        assert_eq!(Set::from_intset(intset.clone(), &Limits::default()).encoding(), "intset");
        assert_eq!(Set::from_intset(intset, &limits()).encoding(), "hashtable");

        let mut listpack = Listpack::new();
        (0..13).for_each(|number| listpack.push_back_int(number));
        let loaded =
            |listpack: &Listpack, limits: Limits| Set::from_listpack(listpack.clone(), &limits);
        assert_eq!(loaded(&listpack, Limits::default()).unwrap().encoding(), "listpack");
        assert_eq!(loaded(&listpack, limits()).unwrap().encoding(), "hashtable");
        listpack.push_back(b"3");
        assert!(loaded(&listpack, Limits::default()).is_err());
    }

    #[test]
    fn random_members_are_fair_in_every_encoding() {
        let mut rng = crate::util::random::next;
        for set in [
            set(&["1", "2", "3", "4"]),
            set(&["1", "2", "3", "b"]),
            set(&["1", "2", "3", &"b".repeat(99)]),
        ] {
            let mut drawn = std::collections::HashMap::new();
            for _ in 0..4000 {
                *drawn.entry(set.random(&mut rng).unwrap().to_bytes().into_owned()).or_insert(0) +=
                    1;
            }
            assert!(
                drawn.len() == 4 && drawn.values().all(|count| (800..1200).contains(count)),
                "{drawn:?}"
            );
            let mut left = set.clone();
            let mut popped: Vec<_> = std::iter::from_fn(|| left.pop_random(&mut rng)).collect();
            popped.sort();
            assert_eq!(
                (popped, left.len(), left.random(&mut rng).is_none()),
                (sorted(&set), 0, true)
            );
        }
    }

    fn member() -> impl Strategy<Value = String> {
        prop_oneof![
            4 => (-30i64..30).prop_map(|number| number.to_string()),
            1 => any::<i64>().prop_map(|number| number.to_string()),
            2 => "[ab]{0,3}",
            1 => "[0-]{1,2}1",
            1 => "c{60,70}",
        ]
    }

    proptest! {
        #[test]
        fn holds_what_a_set_holds(
            steps in prop::collection::vec((0..4u8, member()), 0..150),
            intset in 0usize..40, listpack in 0usize..40,
        ) {
            let limits = Limits {
                set_max_intset_entries: intset,
                set_max_listpack_entries: listpack,
                ..limits()
            };
            let mut set = Set::default();
            let mut model = BTreeSet::new();
            for (step, member) in steps {
                let member = member.into_bytes();
                match step {
                    0 => prop_assert_eq!(set.remove(&member), model.remove(&member)),
                    _ => prop_assert_eq!(set.insert(&member, &limits), model.insert(member.clone())),
                }
                prop_assert_eq!(set.contains(&member), step != 0);
                prop_assert_eq!((set.len(), set.is_empty()), (model.len(), model.is_empty()));
            }
            prop_assert_eq!(sorted(&set), model.iter().cloned().collect::<Vec<_>>());
            let other = set.clone();
            for member in set.iter() {
                prop_assert!(other.contains_element(member));
            }
            let mut scanned = BTreeSet::new();
            let mut cursor = 0;
            loop {
                cursor = set.scan(cursor, 3, &mut |member| {
                    scanned.insert(member.to_bytes().into_owned());
                });
                if cursor == 0 { break }
            }
            prop_assert_eq!(scanned, model);
        }
    }
}
