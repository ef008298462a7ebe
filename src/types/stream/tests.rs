//! Streams against a naive model, a vector of entries, and conversations of groups and
//! consumers as Redis has them.

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::sample::Index;

use super::*;
use crate::types::listpack::Element;

type OwnedFields = Vec<(Vec<u8>, Vec<u8>)>;
type OwnedEntry = (StreamId, OwnedFields);

fn owned(entry: Entry<'_>) -> OwnedEntry {
    let bytes = |element: Element<'_>| element.to_bytes().into_owned();
    (entry.id, entry.fields().map(|(name, value)| (bytes(name), bytes(value))).collect())
}

fn append(
    stream: &mut Stream,
    id: StreamId,
    fields: &OwnedFields,
    limits: &Limits,
) -> Result<(), AppendError> {
    stream.append(id, fields.iter().map(|(name, value)| (&name[..], &value[..])), limits)
}

/// A stream with the entries 1-0 to `len`-0, three a node.
fn stream_of(len: u64) -> Stream {
    let limits = Limits { stream_node_max_entries: 3, ..Limits::default() };
    let mut stream = Stream::default();
    for ms in 1..=len {
        let fields = vec![(b"n".to_vec(), ms.to_string().into_bytes())];
        append(&mut stream, id(ms), &fields, &limits).unwrap();
    }
    stream
}

fn id(ms: u64) -> StreamId {
    StreamId::new(ms, 0)
}

/// The milliseconds of all entries.
fn times(stream: &Stream) -> Vec<u64> {
    stream.iter().map(|entry| entry.id.ms).collect()
}

/// A stream with the same nodes, through their serialized form.
fn reread(stream: &Stream) -> Stream {
    let mut copy = Stream::default();
    for (master_id, listpack) in stream.nodes() {
        copy.push_node(master_id, Listpack::from_bytes(listpack.as_bytes()).unwrap()).unwrap();
    }
    copy
}

fn trim(threshold: Threshold) -> Trim {
    Trim { threshold, approximate: false, limit: None, references: References::Keep }
}

fn read<'a>(consumer: &'a [u8], count: usize, now_ms: i64) -> Read<'a> {
    Read { group: b"g", consumer, count, now_ms }
}

fn claim(consumer: &[u8], min_idle_ms: i64, now_ms: i64) -> Claim<'_> {
    Claim {
        group: b"g",
        consumer,
        min_idle_ms,
        now_ms,
        delivered_at_ms: now_ms,
        deliveries: None,
        just_id: false,
        force: false,
    }
}

/// Pending entries of the group `g`: ID, consumer, delivery time, deliveries.
fn pending(stream: &Stream) -> Vec<(u64, String, i64, u64)> {
    let group = stream.group(b"g").unwrap();
    let all = group.pending(StreamId::MIN..=StreamId::MAX);
    all.map(|(id, nack)| {
        let consumer = String::from_utf8(nack.consumer().to_vec()).unwrap();
        (id.ms, consumer, nack.delivered_at_ms(), nack.deliveries())
    })
    .collect()
}

#[test]
fn is_one_word_wide() {
    assert_eq!(size_of::<Stream>(), 8);
}

#[test]
fn ids_only_grow() {
    let mut stream = stream_of(2);
    let fields = vec![(b"f".to_vec(), b"v".to_vec())];
    assert_eq!(
        append(&mut stream, id(2), &fields, &Limits::default()),
        Err(AppendError::IdNotGreater)
    );
    assert_eq!((stream.next_id(1), stream.next_id(3)), (Some(StreamId::new(2, 1)), Some(id(3))));
    assert_eq!(stream.next_id_within(1), None);
    assert_eq!(stream.next_id_within(2), Some(StreamId::new(2, 1)));
    assert_eq!(stream.next_id_within(3), Some(id(3)));
    assert_eq!(Stream::default().next_id_within(0), Some(StreamId::new(0, 1)));
    assert!(!stream.set_last_id(id(1)) && stream.set_last_id(StreamId::MAX));
    assert_eq!((stream.next_id(5), stream.next_id_within(u64::MAX)), (None, None));
}

#[test]
fn nodes_are_laid_out_as_in_redis() {
    let mut stream = Stream::default();
    let fields = |names: &[&str]| {
        names.iter().map(|name| (name.as_bytes().to_vec(), b"v".to_vec())).collect()
    };
    append(&mut stream, StreamId::new(5, 7), &fields(&["f", "g"]), &Limits::default()).unwrap();
    append(&mut stream, StreamId::new(6, 0), &fields(&["f", "g"]), &Limits::default()).unwrap();
    append(&mut stream, StreamId::new(6, 1), &fields(&["h"]), &Limits::default()).unwrap();
    stream.delete(StreamId::new(6, 0));
    let (master_id, listpack) = stream.nodes().next().unwrap();
    let elements: Vec<_> = listpack
        .iter()
        .map(|element| String::from_utf8(element.to_bytes().into()).unwrap())
        .collect();
    assert_eq!(master_id, StreamId::new(5, 7));
    assert_eq!(elements.join(" "), "2 1 2 f g 0 2 0 0 v v 5 3 1 -7 v v 5 0 1 -6 1 h v 6");
}

#[test]
fn nodes_end_at_their_limits() {
    let count = |max_entries, max_bytes| {
        let limits = Limits {
            stream_node_max_entries: max_entries,
            stream_node_max_bytes: max_bytes,
            ..Limits::default()
        };
        let mut stream = Stream::default();
        for ms in 1..=100 {
            append(&mut stream, id(ms), &vec![(b"f".to_vec(), vec![b'v'; 100])], &limits).unwrap();
        }
        stream.nodes().len()
    };
    assert_eq!((count(0, 0), count(10, 0), count(0, 1), count(0, 4096)), (1, 10, 100, 3));
}

#[test]
fn nodes_from_a_file_are_in_order() {
    let stream = stream_of(6);
    let nodes: Vec<_> = stream.nodes().map(|(id, listpack)| (id, listpack.clone())).collect();
    let mut copy = Stream::default();
    assert!(copy.push_node(nodes[1].0, nodes[1].1.clone()).is_ok());
    assert!(copy.push_node(nodes[0].0, nodes[0].1.clone()).is_err());
    assert!(copy.push_node(nodes[1].0, nodes[1].1.clone()).is_err());
    assert!(copy.push_node(id(9), Listpack::new()).is_err());
    assert_eq!((copy.len(), copy.last_id()), (3, id(6)));
}

#[test]
fn setting_the_last_id_back_keeps_the_order() {
    let mut stream = stream_of(5);
    stream.delete(id(5));
    assert!(stream.set_last_id(id(4)));
    let fields = vec![(b"n".to_vec(), b"again".to_vec())];
    append(&mut stream, StreamId::new(4, 1), &fields, &Limits::default()).unwrap();
    assert_eq!(times(&stream), [1, 2, 3, 4, 4]);
    assert_eq!(times(&reread(&stream)), [1, 2, 3, 4, 4]);
    assert!(stream.delete(StreamId::new(4, 1)) && !stream.delete(id(5)));
}

#[test]
fn approximate_trimming_takes_whole_nodes() {
    let approximately = |threshold, limit| Trim { approximate: true, limit, ..trim(threshold) };
    let mut stream = stream_of(10);
    assert_eq!(stream.trim(&approximately(Threshold::MaxLen(8), None)), 0);
    assert_eq!(stream.trim(&approximately(Threshold::MaxLen(5), None)), 3);
    assert_eq!(stream.trim(&approximately(Threshold::MinId(id(9)), Some(2))), 0);
    assert_eq!(stream.trim(&approximately(Threshold::MinId(id(9)), Some(3))), 3);
    assert_eq!(times(&stream), [7, 8, 9, 10]);
    assert_eq!((stream.entries_added(), stream.max_deleted_id()), (10, StreamId::MIN));
}

#[test]
fn trimming_heeds_references() {
    let with_group = || {
        let mut stream = stream_of(10);
        stream.add_group(b"g", Group::new(StreamId::MIN, None));
        stream.read_new(&read(b"c", 8, 0), false, |_| {});
        for ms in [1, 3, 4, 5, 6, 8] {
            stream.group_mut(b"g").unwrap().ack(id(ms));
        }
        stream
    };
    // 2 and 7 are pending, 9 and 10 are yet to be read.
    let trim = |references| Trim { references, ..trim(Threshold::MaxLen(3)) };
    let mut stream = with_group();
    assert_eq!(stream.trim(&trim(References::Acked)), 6);
    assert_eq!(times(&stream), [2, 7, 9, 10]);
    let mut stream = with_group();
    assert_eq!(stream.trim(&trim(References::Delete)), 7);
    assert_eq!((times(&stream), pending(&stream).len()), (vec![8, 9, 10], 0));
    let mut stream = with_group();
    assert_eq!(stream.trim(&trim(References::Keep)), 7);
    assert_eq!((times(&stream), pending(&stream).len()), (vec![8, 9, 10], 2));

    let mut stream = with_group();
    assert_eq!(stream.delete_with(id(2), References::Acked), Deletion::Referenced);
    assert_eq!(stream.delete_with(id(9), References::Acked), Deletion::Referenced);
    assert_eq!(stream.delete_with(id(1), References::Acked), Deletion::Deleted);
    assert_eq!(stream.delete_with(id(2), References::Keep), Deletion::Deleted);
    assert_eq!(stream.delete_with(id(2), References::Keep), Deletion::NotFound);
    assert_eq!(pending(&stream).len(), 2);
    assert_eq!(stream.delete_with(id(2), References::Delete), Deletion::NotFound);
    assert_eq!(pending(&stream).len(), 1);
}

#[test]
fn a_group_reads_and_acknowledges() {
    let mut stream = stream_of(5);
    assert_eq!(stream.read_new(&read(b"a", 9, 0), false, |_| {}), None);
    assert!(stream.add_group(b"g", Group::new(StreamId::MIN, None)));
    assert!(!stream.add_group(b"g", Group::default()));
    let mut seen = Vec::new();
    assert_eq!(
        stream.read_new(&read(b"a", 2, 100), false, |entry| seen.push(entry.id.ms)),
        Some(2)
    );
    assert_eq!(stream.read_new(&read(b"b", 2, 110), true, |entry| seen.push(entry.id.ms)), Some(2));
    assert_eq!(seen, [1, 2, 3, 4]);
    assert_eq!(pending(&stream), [(1, "a".into(), 100, 1), (2, "a".into(), 100, 1)]);
    let group = stream.group(b"g").unwrap();
    assert_eq!(
        (group.last_id(), group.entries_read(), stream.lag(group)),
        (id(4), Some(4), Some(1))
    );
    let b = group.consumer(b"b").unwrap();
    assert_eq!((b.seen_at_ms(), b.active_at_ms(), b.pending_len()), (110, None, 0));

    stream.delete(id(1));
    let mut seen = Vec::new();
    let history = read(b"a", 9, 200);
    assert_eq!(
        stream
            .read_pending(&history, StreamId::MIN, |id, entry| seen.push((id.ms, entry.is_some()))),
        Some(2)
    );
    assert_eq!(seen, [(1, false), (2, true)]);
    assert_eq!(pending(&stream), [(1, "a".into(), 100, 1), (2, "a".into(), 200, 2)]);
    assert_eq!(stream.read_pending(&history, id(2), |_, _| {}), Some(0));

    // Set back, the group delivers again what is pending.
    stream.group_mut(b"g").unwrap().set_position(StreamId::MIN, None);
    assert_eq!(stream.read_new(&read(b"b", 1, 300), false, |_| {}), Some(1));
    assert_eq!(pending(&stream), [(1, "a".into(), 100, 1), (2, "b".into(), 300, 1)]);
    assert_eq!(stream.destroy_group(b"g").map(|group| group.pending_len()), Some(2));
}

#[test]
fn consumers_claim() {
    let mut stream = stream_of(4);
    stream.add_group(b"g", Group::new(StreamId::MIN, None));
    stream.read_new(&read(b"a", 3, 100), false, |_| {});
    stream.group_mut(b"g").unwrap().consumer_seen(b"b", 150);

    assert_eq!(stream.claim(id(1), &claim(b"b", 60, 150)), Some(Claimed::No));
    assert_eq!(stream.claim(id(1), &claim(b"b", 50, 150)), Some(Claimed::Yes));
    assert_eq!(
        stream.claim(id(2), &Claim { just_id: true, ..claim(b"b", 0, 160) }),
        Some(Claimed::Yes)
    );
    assert_eq!(stream.claim(id(4), &claim(b"b", 0, 160)), Some(Claimed::No));
    assert_eq!(
        stream.claim(id(4), &Claim { force: true, ..claim(b"b", 0, 160) }),
        Some(Claimed::Yes)
    );
    assert_eq!(
        stream.claim(id(9), &Claim { force: true, ..claim(b"b", 0, 160) }),
        Some(Claimed::No)
    );
    assert_eq!(stream.claim(id(1), &claim(b"nobody", 0, 160)), Some(Claimed::No));
    let expected = [(1, "b", 150, 2), (2, "b", 160, 1), (3, "a", 100, 1), (4, "b", 160, 2)];
    assert_eq!(
        pending(&stream),
        expected.map(|(id, name, at, count)| (id, name.to_owned(), at, count))
    );

    let with_count = Claim { deliveries: Some(7), delivered_at_ms: 90, ..claim(b"b", 0, 160) };
    assert_eq!(stream.claim(id(3), &with_count), Some(Claimed::Yes));
    assert_eq!(pending(&stream)[2], (3, "b".to_owned(), 90, 7));
    stream.delete(id(3));
    assert_eq!(stream.claim(id(3), &claim(b"b", 0, 160)), Some(Claimed::Gone));
    assert_eq!(pending(&stream).len(), 3);
}

#[test]
fn what_is_idle_for_longest_is_read_first() {
    let mut stream = stream_of(5);
    stream.add_group(b"g", Group::new(StreamId::MIN, None));
    for (ms, at_ms) in [(1, 130), (2, 100), (3, 120), (4, 110)] {
        stream.group_mut(b"g").unwrap().consumer_seen(b"a", at_ms);
        stream.claim(id(ms), &Claim { force: true, just_id: true, ..claim(b"a", 0, at_ms) });
    }
    stream.delete(id(4));
    let mut seen = Vec::new();
    let mut read_idle = |stream: &mut Stream, count, min_idle_ms, now_ms| {
        let read = read(b"b", count, now_ms);
        stream.read_idle(&read, min_idle_ms, |entry, idle_ms, deliveries| {
            seen.push((entry.id.ms, idle_ms, deliveries));
        })
    };
    let done = |delivered, gone: &[StreamId]| Some(ReadIdle { delivered, gone: gone.to_vec() });
    assert_eq!(read_idle(&mut stream, 9, 101, 200), done(0, &[]));
    assert_eq!(read_idle(&mut stream, 2, 80, 200), done(2, &[id(4)]));
    assert_eq!(read_idle(&mut stream, 9, 0, 210), done(3, &[]));
    assert_eq!(seen, [(2, 100, 1), (3, 80, 1), (1, 80, 1), (2, 10, 2), (3, 10, 2)]);
    assert_eq!(pending(&stream).len(), 3);
    assert!(
        pending(&stream).iter().all(|(_, consumer, at_ms, _)| consumer == "b" && *at_ms == 210)
    );
    assert_eq!(stream.group(b"g").unwrap().consumer(b"b").unwrap().active_at_ms(), Some(210));
}

#[test]
fn auto_claim_goes_on_where_it_ended() {
    let mut stream = stream_of(6);
    stream.add_group(b"g", Group::new(StreamId::MIN, None));
    stream.read_new(&read(b"a", 6, 100), false, |_| {});
    stream.group_mut(b"g").unwrap().consumer_seen(b"b", 100);
    stream.claim(id(1), &claim(b"b", 0, 190));
    stream.delete(id(3));

    let claim = claim(b"b", 50, 200);
    let first = stream.auto_claim(StreamId::MIN, 2, &claim).unwrap();
    assert_eq!(first, AutoClaimed { next: id(4), claimed: vec![id(2)], gone: vec![id(3)] });
    let second = stream.auto_claim(first.next, 9, &claim).unwrap();
    assert_eq!(
        second,
        AutoClaimed { next: StreamId::MIN, claimed: vec![id(4), id(5), id(6)], gone: vec![] }
    );
    assert_eq!(pending(&stream).len(), 5);
    assert!(
        pending(&stream)
            .iter()
            .all(|(_, consumer, _, deliveries)| consumer == "b" && *deliveries == 2)
    );
}

#[test]
fn lag_is_unknown_behind_a_gap() {
    let mut stream = stream_of(5);
    let lag_at = |stream: &Stream, ms| stream.lag(&Group::new(id(ms), None));
    assert_eq!(
        (lag_at(&stream, 0), lag_at(&stream, 1), lag_at(&stream, 5)),
        (Some(5), Some(4), Some(0))
    );
    assert_eq!((lag_at(&stream, 3), stream.lag(&Group::new(id(3), Some(3)))), (None, Some(2)));
    stream.delete(id(4));
    assert_eq!((lag_at(&stream, 0), stream.lag(&Group::new(id(3), Some(3)))), (None, None));
    assert_eq!((lag_at(&stream, 5), stream.lag(&Group::new(id(5), Some(5)))), (Some(0), Some(0)));
    stream.trim(&trim(Threshold::MaxLen(1)));
    assert_eq!((lag_at(&stream, 0), lag_at(&stream, 2)), (Some(1), Some(1)));
    stream.trim(&trim(Threshold::MaxLen(0)));
    assert_eq!((lag_at(&stream, 0), lag_at(&Stream::default(), 0)), (Some(0), Some(0)));
    assert_eq!(stream.entries_added_up_to(id(5)), Some(5));
}

#[derive(Clone, Debug)]
enum Step {
    Append(u64, u64, OwnedFields),
    Delete(Index),
    MaxLen(Index),
    MinId(Index),
}

fn step() -> impl Strategy<Value = Step> {
    let name = prop::sample::select(vec!["f", "g", "12"]).prop_map(|name| name.as_bytes().to_vec());
    let value = prop_oneof![
        (-9i64..5000).prop_map(|value| value.to_string().into_bytes()),
        prop::collection::vec(any::<u8>(), 0..80),
    ];
    let fields = prop::collection::vec((name, value), 1..4);
    prop_oneof![
        20 => (0u64..3, 0u64..3, fields)
            .prop_map(|(ms, seq, fields)| Step::Append(ms, seq, fields)),
        6 => any::<Index>().prop_map(Step::Delete),
        1 => any::<Index>().prop_map(Step::MaxLen),
        1 => any::<Index>().prop_map(Step::MinId),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn holds_what_the_model_holds(
        steps in prop::collection::vec(step(), 0..200),
        max_entries in 0usize..12,
        bounds in prop::collection::vec((any::<Index>(), any::<Index>(), -1i64..2), 10),
    ) {
        let limits = Limits {
            stream_node_max_entries: max_entries,
            stream_node_max_bytes: 512,
            ..Limits::default()
        };
        let mut stream = Stream::default();
        let mut model: Vec<OwnedEntry> = Vec::new();
        let mut last_id = StreamId::MIN;
        for step in steps {
            match step {
                Step::Append(ms, seq, fields) => {
                    let id = if ms == 0 {
                        StreamId::new(last_id.ms, last_id.seq + seq)
                    } else {
                        StreamId::new(last_id.ms + ms, seq)
                    };
                    let appended = append(&mut stream, id, &fields, &limits);
                    prop_assert_eq!(appended.is_ok(), id > last_id);
                    if appended.is_ok() {
                        model.push((id, fields));
                        last_id = id;
                    }
                }
                Step::Delete(index) => {
                    prop_assert!(!stream.delete(StreamId::MIN));
                    if !model.is_empty() {
                        let (id, _) = model.remove(index.index(model.len()));
                        prop_assert!(stream.delete(id) && !stream.delete(id));
                    }
                }
                Step::MaxLen(index) => {
                    let max = index.index(model.len() + 3);
                    let excess = model.len().saturating_sub(max);
                    model.drain(..excess);
                    let trim = trim(Threshold::MaxLen(max as u64));
                    prop_assert_eq!(stream.trim(&trim), excess as u64);
                }
                Step::MinId(index) => {
                    let first = model.get(index.index(model.len() + 1));
                    let min = first.map_or(last_id, |(id, _)| *id);
                    let excess = model.partition_point(|(id, _)| *id < min);
                    model.drain(..excess);
                    prop_assert_eq!(stream.trim(&trim(Threshold::MinId(min))), excess as u64);
                }
            }
            prop_assert_eq!((stream.len(), stream.last_id()), (model.len() as u64, last_id));
        }
        for stream in [&stream, &reread(&stream), &stream.clone()] {
            prop_assert_eq!(stream.iter().map(owned).collect::<Vec<_>>(), &model[..]);
            prop_assert_eq!(stream.len(), model.len() as u64);
        }
        for (from, to, nudge) in bounds {
            let at = |index: Index| {
                let entry = model.get(index.index(model.len() + 1));
                entry.map_or(StreamId::MAX, |(id, _)| *id)
            };
            let (from, to) = (at(from), at(to));
            let from = StreamId::new(from.ms.saturating_add_signed(nudge), from.seq);
            let within = |entry: &&OwnedEntry| (from..=to).contains(&entry.0);
            let expected: Vec<_> = model.iter().filter(within).cloned().collect();
            prop_assert_eq!(stream.range(from, to).map(owned).collect::<Vec<_>>(), &expected[..]);
            let mut backwards: Vec<_> = stream.range(from, to).rev().map(owned).collect();
            backwards.reverse();
            prop_assert_eq!(&backwards, &expected);
            let mut entries = stream.range(from, to);
            let (mut front, mut back) = (Vec::new(), Vec::new());
            while let Some(entry) = entries.next() {
                front.push(owned(entry));
                back.extend(entries.next_back().map(owned));
            }
            back.reverse();
            front.append(&mut back);
            prop_assert_eq!(front, expected);
        }
    }

    #[test]
    fn hostile_nodes_are_refused_or_harmless(
        len in 1u64..8,
        damage in prop::collection::vec(
            (any::<Index>(), prop_oneof![-1i64..2, 2i64..9, Just(i64::MAX)]), 1..4),
    ) {
        let limits = Limits::default();
        let mut stream = Stream::default();
        for ms in 1..=len {
            let name = if ms % 3 == 0 { "other" } else { "name" };
            append(&mut stream, id(ms), &vec![(name.into(), b"value".to_vec())], &limits).unwrap();
        }
        stream.delete(id(2));
        let (master_id, listpack) = stream.nodes().next().unwrap();
        let mut listpack = listpack.clone();
        for (index, value) in damage {
            let at = listpack.seek(index.index(listpack.len()) as i64).unwrap();
            listpack.replace_int(at, value);
        }
        let mut stream = Stream::default();
        if stream.push_node(master_id, listpack).is_ok() {
            let entries = stream.iter().count() as u64;
            prop_assert_eq!((stream.len(), stream.iter().rev().count() as u64), (entries, entries));
            let ids: Vec<_> = stream.iter().map(|entry| entry.id).collect();
            for id in ids {
                prop_assert!(stream.delete(id));
            }
            prop_assert!(stream.is_empty());
        }
    }

    #[test]
    fn pending_lists_agree_whatever_happens(
        steps in prop::collection::vec((0u8..6, 0u64..12, 0usize..3, 1usize..5), 0..80),
    ) {
        let mut stream = stream_of(12);
        stream.add_group(b"g", Group::new(StreamId::MIN, None));
        let mut model: BTreeMap<u64, usize> = BTreeMap::new();
        let consumers = ["a", "b", "c"];
        for (step, ms, consumer, count) in steps {
            let name = consumers[consumer].as_bytes();
            match step {
                0 => {
                    stream.read_new(&read(name, count, 0), false, |entry| {
                        model.insert(entry.id.ms, consumer);
                    });
                }
                1 => {
                    let acked = stream.group_mut(b"g").unwrap().ack(id(ms));
                    prop_assert_eq!(acked, model.remove(&ms).is_some());
                }
                2 => {
                    stream.group_mut(b"g").unwrap().consumer_seen(name, 0);
                    match stream.claim(id(ms), &claim(name, 0, 0)).unwrap() {
                        Claimed::Yes => prop_assert!(model.insert(ms, consumer).is_some()),
                        Claimed::No => prop_assert!(!model.contains_key(&ms)),
                        Claimed::Gone => { model.remove(&ms); }
                    }
                }
                3 => {
                    stream.group_mut(b"g").unwrap().consumer_seen(name, 0);
                    let done = stream.auto_claim(id(ms), count, &claim(name, 0, 0)).unwrap();
                    done.claimed.iter().for_each(|id| { model.insert(id.ms, consumer); });
                    done.gone.iter().for_each(|id| { model.remove(&id.ms); });
                }
                4 => {
                    let had = model.values().filter(|owner| **owner == consumer).count();
                    model.retain(|_, owner| *owner != consumer);
                    let deleted = stream.group_mut(b"g").unwrap().delete_consumer(name);
                    prop_assert_eq!(deleted.unwrap_or(0), had);
                }
                _ => { stream.delete(id(ms)); }
            }
            let group = stream.group(b"g").unwrap();
            prop_assert_eq!(group.pending_len(), model.len());
            prop_assert_eq!(group.pending_by_time().count(), model.len());
            for (owner, name) in consumers.iter().enumerate() {
                let own = group.pending_of(name.as_bytes(), StreamId::MIN..=StreamId::MAX);
                let own: Vec<_> = own.map(|(id, nack)| (id.ms, nack.consumer())).collect();
                let expected = model.iter().filter(|(_, other)| **other == owner);
                let expected: Vec<_> = expected.map(|(ms, _)| (*ms, name.as_bytes())).collect();
                prop_assert_eq!(&own, &expected);
                let listed = group.consumer(name.as_bytes()).map_or(0, Consumer::pending_len);
                prop_assert_eq!(listed, own.len());
            }
        }
    }
}
