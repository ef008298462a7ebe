//! Tests of [`Hash`] as a whole: the steps between its encodings, and a model.

use std::collections::{BTreeMap, BTreeSet};

use super::*;
use crate::util::random;
use proptest::prelude::*;

fn limits() -> Limits {
    Limits { hash_max_listpack_entries: 4, hash_max_listpack_value: 8, ..Limits::default() }
}

fn hash(fields: &[(&str, &str)]) -> Hash {
    let mut hash = Hash::default();
    for (name, value) in fields {
        hash.insert(name.as_bytes(), value.as_bytes(), &limits());
    }
    hash
}

type Model = BTreeMap<Vec<u8>, (Vec<u8>, Option<i64>)>;

fn collect<'a>(fields: impl Iterator<Item = Field<'a>>) -> Model {
    fields
        .map(|(name, value, expires_at_ms)| {
            (name.to_bytes().into_owned(), (value.to_bytes().into_owned(), expires_at_ms))
        })
        .collect()
}

/// The elements of the listpack, as text.
fn packed_text(hash: &Hash) -> String {
    let listpack = hash.as_listpack().or(hash.as_listpack_ex()).unwrap();
    let elements: Vec<_> = listpack
        .iter()
        .map(|element| String::from_utf8(element.to_bytes().into_owned()).unwrap())
        .collect();
    elements.join(" ")
}

#[test]
fn is_two_words() {
    assert_eq!(size_of::<Hash>(), 16);
}

#[test]
fn moves_to_the_table_as_redis_does() {
    let small = hash(&[("a", "1"), ("b", "2"), ("c", "3"), ("d", "4")]);
    assert_eq!(small.encoding(), "listpack");
    let inserting = |name: &str, value: &str| {
        let mut hash = small.clone();
        let added = hash.insert(name.as_bytes(), value.as_bytes(), &limits());
        (added, hash.encoding(), hash.len())
    };
    assert_eq!(inserting("a", "12345678"), (false, "listpack", 4));
    assert_eq!(inserting("a", "123456789"), (false, "hashtable", 4));
    assert_eq!(inserting("e", "5"), (true, "hashtable", 5));
    assert_eq!(hash(&[("123456789", "")]).encoding(), "hashtable");

    let mut expecting = Hash::default();
    expecting.expect(4, &limits());
    assert_eq!(expecting.encoding(), "listpack");
    expecting.expect(5, &limits());
    assert_eq!(expecting.encoding(), "hashtable");
}

#[test]
fn packed_fields_are_ordered_by_deadline() {
    let mut hash = hash(&[("a", "1"), ("b", "2"), ("c", "3")]);
    assert!(hash.set_expiry(b"b", None) && !hash.set_expiry(b"x", Some(9)));
    assert_eq!((hash.encoding(), hash.next_expiry()), ("listpack", None));
    assert!(hash.set_expiry(b"c", Some(200)));
    assert_eq!((hash.encoding(), hash.next_expiry()), ("listpackex", Some(200)));
    assert_eq!(packed_text(&hash), "c 3 200 a 1 0 b 2 0");
    hash.set_expiry(b"a", Some(100));
    hash.set_expiry(b"b", Some(200));
    assert_eq!(packed_text(&hash), "a 1 100 c 3 200 b 2 200");
    hash.update(b"a", b"one", &limits());
    assert_eq!(packed_text(&hash), "a one 100 c 3 200 b 2 200");
    hash.insert(b"a", b"uno", &limits());
    assert_eq!(packed_text(&hash), "c 3 200 b 2 200 a uno 0");
    hash.set_expiry(b"c", None);
    assert_eq!(packed_text(&hash), "b 2 200 a uno 0 c 3 0");
    // A time before 1970 is as good as the first millisecond after; 0 would mean never.
    hash.set_expiry(b"c", Some(-5));
    assert_eq!(packed_text(&hash), "c 3 1 b 2 200 a uno 0");
}

#[test]
fn a_moment_hides_what_has_expired_by_then() {
    let packed = {
        let mut hash = hash(&[("a", "1"), ("b", "2"), ("c", "3")]);
        hash.set_expiry(b"a", Some(100));
        hash.set_expiry(b"b", Some(200));
        hash
    };
    let mut large = packed.clone();
    large.convert_to_table();
    let mut rng = random::next;
    for hash in [packed, large] {
        let names =
            |now_ms| collect(hash.at(now_ms).iter()).into_keys().collect::<Vec<_>>().concat();
        assert_eq!(
            [names(99), names(100), names(199), names(200)],
            [&b"abc"[..], b"bc", b"bc", b"c"]
        );
        let live = hash.at(150);
        assert_eq!((live.len(), hash.len(), live.is_empty()), (2, 3, false));
        assert!(!hash.has_expired(i64::MAX), "c never expires");
        assert_eq!((live.get(b"a"), live.get(b"b").unwrap().as_int()), (None, Some(2)));
        assert_eq!(live.field(b"b").unwrap().2, Some(200));
        assert!(live.contains(b"c") && !live.contains(b"x"));
        for _ in 0..50 {
            assert!(!live.random(&mut rng).unwrap().0.eq_bytes(b"a"));
        }
        let mut scanned = 0;
        assert_eq!(live.scan(0, 10, &mut |_| scanned += 1), 0);
        assert_eq!(scanned, 2);
    }
}

#[test]
fn a_random_field_is_found_among_many_expired_ones() {
    let mut rng = random::next;
    for count in [3u32, 3000] {
        let mut hash = Hash::default();
        for number in 0..count {
            hash.insert(number.to_string().as_bytes(), b"", &Limits::default());
            hash.set_expiry(number.to_string().as_bytes(), Some(5));
        }
        assert!(hash.at(5).random(&mut rng).is_none());
        hash.insert(b"live", b"", &Limits::default());
        assert!(hash.at(5).random(&mut rng).unwrap().0.eq_bytes(b"live"));
    }
}

/// Many fields with one deadline: each is told apart from the others of its bucket.
#[test]
fn a_crowd_expires_in_bites() {
    let mut hash = Hash::default();
    for number in 0..5000u32 {
        hash.insert(&number.to_be_bytes(), b"", &Limits::default());
        hash.set_expiry(&number.to_be_bytes(), Some(5));
    }
    hash.insert(b"lasting", b"", &Limits::default());
    for left in (0..5000).step_by(64).map(|gone| 5000 - gone) {
        assert_eq!((hash.len(), hash.next_expiry(), hash.at(5).len()), (left + 1, Some(5), 1));
        assert_eq!(hash.remove_expired(5, 64, &mut |_| {}), left.min(64));
    }
    assert_eq!((hash.len(), hash.next_expiry()), (1, None));
}

#[test]
fn samples_are_fair_and_distinct() {
    let mut rng = random::next;
    for (fields, expired, count) in [(10u32, 0, 3), (10, 5, 3), (1000, 0, 10), (1000, 900, 10)] {
        let mut hash = Hash::default();
        for number in 0..fields + expired {
            let limits = Limits { hash_max_listpack_entries: 100, ..Limits::default() };
            hash.insert(&number.to_be_bytes(), b"", &limits);
            hash.set_expiry(&number.to_be_bytes(), (number >= fields).then_some(5));
        }
        let mut seen = BTreeMap::new();
        let rounds = 200 * fields as usize / count;
        for _ in 0..rounds {
            let mut sample = BTreeSet::new();
            hash.at(5).sample(count, &mut rng, &mut |(name, ..)| {
                assert!(sample.insert(name.to_bytes().into_owned()), "a field twice");
            });
            assert_eq!(sample.len(), count);
            sample.into_iter().for_each(|name| *seen.entry(name).or_insert(0) += 1);
        }
        // Each is expected 200 times, give or take 14 (a standard deviation).
        assert_eq!(seen.len(), fields as usize);
        assert!(seen.values().all(|times| (110..290).contains(times)), "{seen:?}");
        let mut all = 0;
        hash.at(5).sample(usize::MAX, &mut rng, &mut |_| all += 1);
        assert_eq!(all, fields);
    }
}

#[test]
fn takes_in_what_files_hold() {
    let listpack = |text: &str| {
        let mut listpack = Listpack::new();
        text.split_whitespace().for_each(|word| listpack.push_back(word.as_bytes()));
        listpack
    };
    let pairs = |text| {
        Hash::from_listpack(listpack(text), &limits()).map(|hash| (hash.encoding(), hash.len()))
    };
    assert_eq!(pairs("a 1 b 2 c 3 d 4"), Ok(("listpack", 4)));
    assert_eq!(pairs("a 1 b 2 c 3 d 4 e 5"), Ok(("hashtable", 5)));
    assert!(pairs("a 1 b").is_err() && pairs("a 1 a 2").is_err());

    let triples = |text| Hash::from_listpack_ex(listpack(text), &limits());
    assert_eq!(packed_text(&triples("a 1 5 b 2 7 c 3 0").unwrap()), "a 1 5 b 2 7 c 3 0");
    assert_eq!(packed_text(&triples("c 3 0 b 2 7 a 1 5").unwrap()), "a 1 5 b 2 7 c 3 0");
    for wrong in ["a 1", "a 1 x", "a 1 -1", "a 1 0 a 2 0"] {
        assert!(triples(wrong).is_err(), "{wrong}");
    }
    let large = triples("a 1 5 b 2 7 c 3 0 d 4 0 e 5 0").unwrap();
    assert_eq!((large.encoding(), large.len(), large.next_expiry()), ("hashtable", 5, Some(5)));
}

#[derive(Clone, Debug)]
enum Step {
    Insert(Vec<u8>, Vec<u8>),
    Update(Vec<u8>, Vec<u8>),
    Remove(Vec<u8>),
    Expire(Vec<u8>, Option<i64>),
    RemoveExpired(i64, usize),
}

fn step() -> impl Strategy<Value = Step> {
    let name =
        || prop_oneof!["[a-f]", "[0-9]{1,2}", "long [a-c]{2,7}"].prop_map(String::into_bytes);
    let value = || prop_oneof!["-?[0-9]{0,3}", "[a-z]{0,10}"].prop_map(String::into_bytes);
    prop_oneof![
        6 => (name(), value()).prop_map(|(name, value)| Step::Insert(name, value)),
        2 => (name(), value()).prop_map(|(name, value)| Step::Update(name, value)),
        2 => name().prop_map(Step::Remove),
        5 => (name(), prop::option::weighted(0.8, 1i64..100)).prop_map(|(name, at)| Step::Expire(name, at)),
        1 => (0i64..60, 0usize..5).prop_map(|(now, max)| Step::RemoveExpired(now, max)),
    ]
}

proptest! {
    #[test]
    fn holds_what_a_map_holds(steps in prop::collection::vec(step(), 0..120), entries in 0usize..20) {
        let limits = Limits { hash_max_listpack_entries: entries, ..limits() };
        let mut hash = Hash::default();
        let mut model = Model::new();
        for step in steps {
            match step {
                Step::Insert(name, value) => {
                    let added = hash.insert(&name, &value, &limits);
                    prop_assert_eq!(added, model.insert(name, (value, None)).is_none());
                }
                Step::Update(name, value) => {
                    let added = hash.update(&name, &value, &limits);
                    let expires_at_ms = model.get(&name).and_then(|(_, expires_at_ms)| *expires_at_ms);
                    prop_assert_eq!(added, model.insert(name, (value, expires_at_ms)).is_none());
                }
                Step::Remove(name) => prop_assert_eq!(hash.remove(&name), model.remove(&name).is_some()),
                Step::Expire(name, at) => {
                    let exists = model.get_mut(&name).map(|(_, expires_at_ms)| *expires_at_ms = at).is_some();
                    prop_assert_eq!(hash.set_expiry(&name, at), exists);
                }
                Step::RemoveExpired(now_ms, max) => {
                    let mut removed = BTreeSet::new();
                    let count = hash.remove_expired(now_ms, max, &mut |name| {
                        removed.insert(name.to_bytes().into_owned());
                    });
                    let mut deadlines: Vec<i64> = model.values().filter_map(|(_, at)| *at).collect();
                    deadlines.sort();
                    let expired = deadlines.partition_point(|&at| at <= now_ms);
                    prop_assert_eq!((count, removed.len()), (expired.min(max), expired.min(max)));
                    let latest = deadlines.get(count.wrapping_sub(1)).copied().unwrap_or_default();
                    for name in removed {
                        let (_, at) = model.remove(&name).unwrap();
                        prop_assert!(at.unwrap() <= latest);
                    }
                }
            }
            prop_assert_eq!(hash.len(), model.len());
            let earliest = model.values().filter_map(|(_, at)| *at).min();
            prop_assert_eq!(hash.next_expiry(), earliest);
            let live = model.values().filter(|(_, at)| at.is_none_or(|at| at > 50)).count();
            prop_assert_eq!(hash.at(50).len(), live);
            prop_assert_eq!(hash.has_expired(50), live == 0 && !model.is_empty());
        }
        prop_assert_eq!(&collect(hash.iter()), &model);
        for (name, (value, expires_at_ms)) in &model {
            let (_, own_value, own_expiry) = hash.at(0).field(name).unwrap();
            prop_assert!(own_value.eq_bytes(value) && own_expiry == *expires_at_ms);
        }
    }
}
