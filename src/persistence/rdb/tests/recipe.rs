//! Random values, as recipes that can be printed when a test fails.

use proptest::prelude::*;

use crate::types::hash::Hash;
use crate::types::list::List;
use crate::types::set::Set;
use crate::types::stream::{Group, Stream, StreamId};
use crate::types::zset::SortedSet;
use crate::types::{Limits, Value};

/// How to build a value.
#[derive(Clone, Debug)]
pub enum Recipe {
    String(Vec<u8>),
    List(Vec<Vec<u8>>),
    Set(Vec<Vec<u8>>),
    SortedSet(Vec<(Vec<u8>, f64)>),
    /// Field, value, expiry.
    Hash(Vec<(Vec<u8>, Vec<u8>, Option<i64>)>),
    Stream {
        /// How much greater each entry's ID is than the one before, and its fields.
        entries: Vec<(u64, Fields)>,
        /// Which of them are deleted.
        deleted: Vec<prop::sample::Index>,
        groups: Vec<GroupRecipe>,
    },
}

/// Names and values.
type Fields = Vec<(Vec<u8>, Vec<u8>)>;
/// ID, time and number of deliveries.
type Pending = Vec<(u64, i64, u64)>;

/// How to build a consumer group.
#[derive(Clone, Debug)]
pub struct GroupRecipe {
    name: Vec<u8>,
    position: (u64, u64),
    entries_read: Option<u64>,
    /// Name, time seen, and what is pending.
    consumers: Vec<(Vec<u8>, i64, Pending)>,
}

/// Thresholds so low that every encoding turns up.
pub fn limits() -> Limits {
    Limits {
        list_max_listpack_size: 8,
        list_compress_depth: 1,
        hash_max_listpack_entries: 6,
        hash_max_listpack_value: 40,
        set_max_intset_entries: 8,
        set_max_listpack_entries: 6,
        set_max_listpack_value: 40,
        zset_max_listpack_entries: 6,
        zset_max_listpack_value: 40,
        stream_node_max_entries: 4,
        ..Limits::default()
    }
}

/// A value of any type.
pub fn recipe() -> impl Strategy<Value = Recipe> {
    let integer = any::<i16>().prop_map(|integer| integer.to_string().into_bytes());
    prop_oneof![
        text().prop_map(Recipe::String),
        prop::collection::vec(text(), 1..40).prop_map(Recipe::List),
        prop::collection::vec(text(), 1..16).prop_map(Recipe::Set),
        prop::collection::vec(integer, 1..16).prop_map(Recipe::Set),
        prop::collection::vec((text(), score()), 1..16).prop_map(Recipe::SortedSet),
        prop::collection::vec((text(), text(), expiry()), 1..16).prop_map(Recipe::Hash),
        stream(),
    ]
}

/// Integers of every width, short and long strings, compressible ones among them.
pub fn text() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        any::<i64>().prop_map(|number| number.to_string().into_bytes()),
        (-300i64..300).prop_map(|number| number.to_string().into_bytes()),
        prop::collection::vec(any::<u8>(), 0..12),
        (any::<u8>(), 0usize..400).prop_map(|(byte, len)| vec![byte; len]),
    ]
}

/// No negative zero: only the large encoding keeps its sign.
fn score() -> impl Strategy<Value = f64> {
    prop_oneof![
        any::<f64>().prop_filter("a score is a number", |score| !score.is_nan()),
        (-9i32..9).prop_map(f64::from),
        Just(f64::INFINITY),
        Just(f64::NEG_INFINITY),
    ]
    .prop_map(|score| score + 0.0)
}

fn expiry() -> impl Strategy<Value = Option<i64>> {
    prop_oneof![3 => Just(None), 1 => (1i64..1 << 46).prop_map(Some)]
}

fn stream() -> impl Strategy<Value = Recipe> {
    let fields = prop::collection::vec((text(), text()), 1..4);
    let entries = prop::collection::vec((1u64..1 << 40, fields), 0..12);
    let deleted = prop::collection::vec(any::<prop::sample::Index>(), 0..4);
    let groups = prop::collection::vec(group(), 0..3);
    (entries, deleted, groups).prop_map(|(entries, deleted, groups)| Recipe::Stream {
        entries,
        deleted,
        groups,
    })
}

fn group() -> impl Strategy<Value = GroupRecipe> {
    let pending = prop::collection::vec((1u64..50, any::<i64>(), any::<u64>()), 0..4);
    let consumers = prop::collection::vec((text(), any::<i64>(), pending), 0..3);
    (text(), any::<(u64, u64)>(), prop::option::of(0..u64::MAX), consumers).prop_map(
        |(name, position, entries_read, consumers)| GroupRecipe {
            name,
            position,
            entries_read,
            consumers,
        },
    )
}

impl Recipe {
    /// The value.
    pub fn build(&self) -> Value {
        let limits = limits();
        match self {
            Recipe::String(bytes) => Value::String(bytes.clone()),
            Recipe::List(elements) => {
                let mut list = List::default();
                elements.iter().for_each(|element| list.push_back(element, &limits));
                Value::List(list)
            }
            Recipe::Set(members) => {
                let mut set = Set::default();
                for member in members {
                    set.insert(member, &limits);
                }
                Value::Set(set)
            }
            Recipe::SortedSet(members) => {
                let mut zset = SortedSet::default();
                for (member, score) in members {
                    zset.insert(member, *score, &limits);
                }
                Value::SortedSet(zset)
            }
            Recipe::Hash(fields) => {
                let mut hash = Hash::default();
                for (field, value, expires_at_ms) in fields {
                    hash.insert(field, value, &limits);
                    if expires_at_ms.is_some() {
                        hash.set_expiry(field, *expires_at_ms);
                    }
                }
                Value::Hash(hash)
            }
            Recipe::Stream { entries, deleted, groups } => {
                let mut stream = Stream::default();
                let mut ids = Vec::new();
                for (distance, fields) in entries {
                    let id = StreamId::new(stream.last_id().ms + distance, *distance);
                    let fields = fields.iter().map(|(name, value)| (&name[..], &value[..]));
                    stream.append(id, fields, &limits).unwrap();
                    ids.push(id);
                }
                for index in deleted.iter().filter(|_| !ids.is_empty()) {
                    stream.delete(*index.get(&ids));
                }
                for group in groups {
                    stream.add_group(&group.name, group.build());
                }
                Value::Stream(stream)
            }
        }
    }
}

impl GroupRecipe {
    fn build(&self) -> Group {
        let (ms, seq) = self.position;
        let mut group = Group::new(StreamId::new(ms, seq), self.entries_read);
        for (name, seen_at_ms, pending) in &self.consumers {
            group.create_consumer(name, *seen_at_ms);
            for (id, delivered_at_ms, deliveries) in pending {
                group.assign(StreamId::new(*id, 0), name, *delivered_at_ms, *deliveries);
            }
        }
        group
    }
}
