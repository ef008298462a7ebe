//! Random values, as recipes that can be printed when a test fails.

use proptest::prelude::*;

use crate::types::hash::Hash;
use crate::types::list::List;
use crate::types::set::Set;
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
        }
    }
}
