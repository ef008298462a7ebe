//! The sorted set against a naive model: a vector that is sorted anew after each change.

use std::collections::HashSet;
use std::ops::Bound;

use proptest::prelude::*;
use proptest::sample::Index;

use super::*;

/// Members by name, with their scores.
type Pairs = Vec<(Vec<u8>, f64)>;

#[derive(Default)]
struct Model(Pairs);

impl Model {
    fn insert(&mut self, name: &[u8], score: f64) -> bool {
        let existing = self.0.iter_mut().find(|(own, _)| own == name);
        let added = existing.is_none();
        match existing {
            // Zeros are equal: the sign stays what it was.
            Some((_, own)) if *own != score => *own = score,
            Some(_) => {}
            None => self.0.push((name.to_vec(), score)),
        }
        self.0.sort_by(|a, b| a.1.partial_cmp(&b.1).unwrap().then_with(|| a.0.cmp(&b.0)));
        added
    }

    fn rank(&self, name: &[u8]) -> Option<usize> {
        self.0.iter().position(|(own, _)| own == name)
    }
}

#[derive(Clone, Debug)]
enum Step {
    Insert(u16, f64),
    Remove(u16),
    RemoveRanks(Index, Index),
    PopFirst,
    PopLast,
}

fn score() -> impl Strategy<Value = f64> {
    prop_oneof![
        6 => (-5i32..5).prop_map(f64::from),
        2 => (-100i32..100).prop_map(|score| f64::from(score) / 8.0),
        1 => prop::sample::select(vec![
            f64::INFINITY, f64::NEG_INFINITY, -0.0, 0.0, 1e300, 5e18, 1e-5,
        ]),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        20 => (0u16..600, score()).prop_map(|(name, score)| Step::Insert(name, score)),
        8 => (0u16..600).prop_map(Step::Remove),
        1 => (any::<Index>(), any::<Index>()).prop_map(|(from, to)| Step::RemoveRanks(from, to)),
        1 => Just(Step::PopFirst),
        1 => Just(Step::PopLast),
    ]
}

/// Names of which some are integers to a listpack.
fn name(number: u16) -> Vec<u8> {
    match number % 3 {
        0 => number.to_string().into_bytes(),
        _ => format!("member:{number}").into_bytes(),
    }
}

fn pairs<'a>(members: impl Iterator<Item = (Element<'a>, f64)>) -> Pairs {
    members.map(|(name, score)| (name.to_bytes().into_owned(), score)).collect()
}

fn limits(max_entries: usize) -> Limits {
    Limits { zset_max_listpack_entries: max_entries, ..Limits::default() }
}

/// A large set of members with ascending scores.
fn large(len: u16) -> SortedSet {
    let mut zset = SortedSet::default();
    for number in 0..len {
        zset.insert(&name(number), number.into(), &limits(0));
    }
    zset
}

#[test]
fn is_two_words_wide() {
    assert!(size_of::<SortedSet>() <= 16);
}

#[test]
fn leaves_the_listpack_when_it_must() {
    let limits = Limits::default();
    let mut zset = SortedSet::default();
    for number in 0..128 {
        zset.insert(&name(number), 0.0, &limits);
    }
    assert_eq!(zset.encoding(), "listpack");
    zset.insert(b"one more", 0.0, &limits);
    assert_eq!((zset.encoding(), zset.len()), ("skiplist", 129));
    zset.shrink(&limits);
    assert_eq!(zset.encoding(), "skiplist");
    zset.remove(b"one more");
    zset.shrink(&limits);
    assert_eq!((zset.encoding(), zset.len()), ("listpack", 128));
    zset.insert(&[b'x'; 65], 0.0, &Limits { zset_max_listpack_entries: 1000, ..limits });
    assert_eq!((zset.encoding(), zset.len()), ("skiplist", 129));
}

#[test]
fn update_decides_by_the_present_score() {
    for max_entries in [0, 128] {
        let limits = limits(max_entries);
        let mut zset = SortedSet::default();
        let add = |zset: &mut SortedSet, score| zset.update(b"m", &limits, |_| Ok::<_, ()>(score));
        assert_eq!(add(&mut zset, None), Ok(Update { before: None, after: None }));
        assert_eq!(add(&mut zset, Some(f64::NAN)), Ok(Update { before: None, after: None }));
        let added = add(&mut zset, Some(1.5)).unwrap();
        assert!(added.added() && added.changed());
        let doubled =
            zset.update(b"m", &limits, |score| Ok::<_, ()>(score.map(|score| score * 2.0)));
        assert_eq!(doubled, Ok(Update { before: Some(1.5), after: Some(3.0) }));
        assert_eq!(add(&mut zset, None), Ok(Update { before: Some(3.0), after: Some(3.0) }));
        assert_eq!(zset.update(b"m", &limits, |_| Err("no")), Err("no"));
        assert_eq!(pairs(zset.iter()), [(b"m".to_vec(), 3.0)]);
    }
}

#[test]
fn a_copy_has_its_own_scores() {
    let zset = large(300);
    let mut copy = zset.clone();
    copy.insert(b"member:1", 1e9, &limits(0));
    assert_eq!((zset.score(b"member:1"), copy.score(b"member:1")), (Some(1.0), Some(1e9)));
    assert_eq!((zset.rank(b"member:1"), copy.rank(b"member:1")), (Some(1), Some(299)));
}

#[test]
fn random_members_are_fair() {
    let zset = large(50);
    let mut state = 0u64;
    let mut rng = || {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        state
    };
    let mut drawn = std::collections::HashMap::new();
    for _ in 0..50_000 {
        *drawn.entry(zset.random(&mut rng).unwrap().0.to_bytes()).or_insert(0u32) += 1;
    }
    assert!(drawn.len() == 50 && drawn.values().all(|count| (800..1200).contains(count)));
    assert!(SortedSet::default().random(&mut rng).is_none());
}

#[test]
fn scan_emits_all() {
    for max_entries in [0, usize::MAX] {
        let mut zset = SortedSet::default();
        for number in 0..500 {
            zset.insert(&name(number), 1.0, &limits(max_entries));
        }
        let (mut cursor, mut seen) = (0, HashSet::new());
        loop {
            cursor = zset.scan(cursor, 10, &mut |name, _| {
                seen.insert(name.to_bytes().into_owned());
            });
            if cursor == 0 {
                break;
            }
        }
        assert_eq!(seen.len(), 500);
    }
}

#[test]
fn bounds_by_name_may_be_anything() {
    for max_entries in [0, 128] {
        let mut zset = SortedSet::default();
        for name in ["a", "b", "c", "10"] {
            zset.insert(name.as_bytes(), 0.0, &limits(max_entries));
        }
        use LexBound::{Excluded, Included, Max, Min};
        assert_eq!(zset.ranks_by_lex(Min, Max), 0..4);
        assert_eq!(zset.ranks_by_lex(Max, Min).len(), 0);
        assert_eq!(zset.ranks_by_lex(Included(b"a"), Excluded(b"c")), 1..3);
        assert_eq!(zset.ranks_by_lex(Excluded(b"a"), Included(b"c")), 2..4);
        assert_eq!(zset.ranks_by_lex(Included(b"c"), Included(b"a")).len(), 0);
        assert_eq!(zset.ranks_by_lex(Excluded(b""), Included(b"1")), 0..0);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn holds_what_the_model_holds(
        steps in prop::collection::vec(step(), 0..900),
        max_entries in prop::sample::select(vec![0usize, 16, 128, 10_000]),
    ) {
        let limits = limits(max_entries);
        let mut zset = SortedSet::default();
        let mut model = Model::default();
        for step in steps {
            match step {
                Step::Insert(number, score) => {
                    let name = name(number);
                    prop_assert_eq!(zset.insert(&name, score, &limits), model.insert(&name, score));
                }
                Step::Remove(number) => {
                    let name = name(number);
                    let rank = model.rank(&name);
                    prop_assert_eq!(zset.remove(&name), rank.is_some());
                    rank.map(|rank| model.0.remove(rank));
                }
                Step::RemoveRanks(from, to) => {
                    let from = from.index(model.0.len() + 1);
                    let to = (from + to.index(60)).min(model.0.len());
                    prop_assert_eq!(zset.remove_range(from..to), to - from);
                    model.0.drain(from..to);
                }
                Step::PopFirst => {
                    let first = (!model.0.is_empty()).then(|| model.0.remove(0));
                    prop_assert_eq!(zset.pop_first(), first);
                }
                Step::PopLast => prop_assert_eq!(zset.pop_last(), model.0.pop()),
            }
            prop_assert_eq!(zset.len(), model.0.len());
        }
        prop_assert_eq!(pairs(zset.iter()), &model.0[..]);
        let mut backwards = pairs(zset.iter().rev());
        backwards.reverse();
        prop_assert_eq!(backwards, &model.0[..]);
        prop_assert_eq!(pairs(zset.clone().iter()), &model.0[..]);
        for number in 0..600 {
            let name = name(number);
            let rank = model.rank(&name);
            prop_assert_eq!(zset.rank(&name), rank);
            prop_assert_eq!(zset.score(&name), rank.map(|rank| model.0[rank].1));
        }
        if let Some(listpack) = zset.as_listpack() {
            let reread = SortedSet::from_listpack(listpack.clone(), &limits).unwrap();
            prop_assert_eq!(pairs(reread.iter()), &model.0[..]);
        }
    }

    #[test]
    fn finds_ranges_by_score(
        scores in prop::collection::vec(score(), 0..300),
        bounds in prop::collection::vec((score(), any::<bool>(), score(), any::<bool>()), 20),
        max_entries in prop::sample::select(vec![0usize, 10_000]),
    ) {
        let mut zset = SortedSet::default();
        for (number, score) in scores.iter().enumerate() {
            zset.insert(&name(number as u16), *score, &limits(max_entries));
        }
        for (min, min_excluded, max, max_excluded) in bounds {
            let within = |score: f64| {
                (if min_excluded { score > min } else { score >= min })
                    && (if max_excluded { score < max } else { score <= max })
            };
            let bound = |score, excluded| match excluded {
                true => Bound::Excluded(score),
                false => Bound::Included(score),
            };
            let ranks = zset.ranks_by_score(bound(min, min_excluded), bound(max, max_excluded));
            prop_assert_eq!(ranks.len(), scores.iter().filter(|score| within(**score)).count());
            prop_assert!(zset.range(ranks).all(|(_, score)| within(score)));
        }
    }

    #[test]
    fn both_ends_of_an_iterator_meet(
        len in 0u16..400,
        ranks in (0usize..450, 0usize..450),
        from_back in prop::collection::vec(any::<bool>(), 500),
    ) {
        let zset = large(len);
        let mut members = zset.range(ranks.0..ranks.1);
        let (mut front, mut back) = (Vec::new(), Vec::new());
        for from_back in from_back {
            if from_back { back.extend(members.next_back()) } else { front.extend(members.next()) }
        }
        back.reverse();
        front.append(&mut back);
        let scores: Vec<_> = front.iter().map(|(_, score)| *score as usize).collect();
        let expected: Vec<_> = (0..usize::from(len)).collect();
        let end = ranks.1.min(expected.len());
        prop_assert_eq!(scores, &expected[ranks.0.min(end)..end]);
    }
}
