//! Values as the commands that make them.

use super::*;
use crate::types::stream::{Group, Stream, StreamId};
use crate::types::{Limits, Value, hash::Hash, list::List, set::Set, zset::SortedSet};

/// The commands for a value under the key `k`, one a line.
fn commands(value: Value, expires_at_ms: Option<i64>) -> String {
    let mut bytes = Vec::new();
    entry(&mut bytes, b"k", value.as_ref(), expires_at_ms).unwrap();
    lines(&bytes)
}

fn lines(bytes: &[u8]) -> String {
    let text = String::from_utf8(bytes.to_vec()).unwrap();
    let mut lines = Vec::new();
    let mut words = text.split("\r\n");
    while let Some(count) = words.next().and_then(|word| word.strip_prefix('*')) {
        let args: Vec<&str> = (0..count.parse().unwrap())
            .map(|_| {
                let length = words.next().unwrap().strip_prefix('$').unwrap().parse::<usize>();
                let arg = words.next().unwrap();
                assert_eq!(length, Ok(arg.len()));
                arg
            })
            .collect();
        lines.push(args.join(" "));
    }
    lines.join("\n")
}

#[test]
fn strings_and_when_they_expire() {
    assert_eq!(commands(Value::String(b"v".to_vec()), None), "SET k v");
    assert_eq!(commands(Value::String(vec![]), Some(7)), "SET k \nPEXPIREAT k 7");
}

#[test]
fn databases_and_functions() {
    let mut bytes = Vec::new();
    select(&mut bytes, 12).unwrap();
    function(&mut bytes, b"#!lua name=l").unwrap();
    assert_eq!(lines(&bytes), "SELECT 12\nFUNCTION LOAD #!lua name=l");
}

#[test]
fn collections_in_commands_of_64_elements() {
    let limits = Limits::default();
    let (mut list, mut set) = (List::default(), Set::default());
    let (mut zset, mut hash) = (SortedSet::default(), Hash::default());
    for i in 0..130 {
        let name = i.to_string();
        list.push_back(name.as_bytes(), &limits);
        set.insert(name.as_bytes(), &limits);
        zset.insert(name.as_bytes(), f64::from(i) / 4.0, &limits);
        hash.insert(name.as_bytes(), b"v", &limits);
    }
    let arguments = |value: Value| -> Vec<usize> {
        commands(value, None).lines().map(|line| line.split(' ').count() - 2).collect()
    };
    assert_eq!(arguments(Value::List(list.clone())), [64, 64, 2]);
    assert_eq!(arguments(Value::Set(set)), [64, 64, 2]);
    assert_eq!(arguments(Value::SortedSet(zset.clone())), [128, 128, 4]);
    assert_eq!(arguments(Value::Hash(hash)), [128, 128, 4]);
    assert!(commands(Value::List(list), None).ends_with("RPUSH k 128 129"));
    assert!(commands(Value::SortedSet(zset), None).ends_with("ZADD k 32 128 32.25 129"));
}

#[test]
fn infinite_scores_and_fields_that_expire() {
    let limits = Limits::default();
    let mut zset = SortedSet::default();
    zset.insert(b"low", f64::NEG_INFINITY, &limits);
    zset.insert(b"x", 0.1, &limits);
    zset.insert(b"high", f64::INFINITY, &limits);
    assert_eq!(commands(Value::SortedSet(zset), None), "ZADD k -inf low 0.1 x inf high");
    let mut hash = Hash::default();
    hash.insert(b"a", b"1", &limits);
    hash.insert(b"b", b"2", &limits);
    hash.set_expiry(b"b", Some(99));
    let text = commands(Value::Hash(hash), Some(100));
    assert!(text.starts_with("HSET k "));
    assert!(text.ends_with("\nHPEXPIREAT k 99 FIELDS 1 b\nPEXPIREAT k 100"));
}

#[test]
fn a_stream_with_all_it_knows() {
    let limits = Limits::default();
    let id = |ms| StreamId::new(ms, 0);
    let mut stream = Stream::default();
    assert_eq!(
        commands(Value::Stream(stream.clone()), None),
        "XADD k MAXLEN 0 0-1 x y\nXSETID k 0-0 ENTRIESADDED 0 MAXDELETEDID 0-0"
    );
    for ms in 1..=4 {
        stream.append(id(ms), [(&b"f"[..], &b"v"[..])].into_iter(), &limits).unwrap();
    }
    let mut group = Group::new(id(3), Some(3));
    group.create_consumer(b"idle", 5);
    group.create_consumer(b"c", 5);
    group.assign(id(2), b"c", 50, 1);
    group.assign(id(3), b"c", 60, 2);
    stream.add_group(b"g", group);
    stream.add_group(b"h", Group::new(StreamId::MIN, None));
    stream.delete(id(2));
    assert_eq!(
        commands(Value::Stream(stream), None).lines().collect::<Vec<_>>(),
        [
            "XADD k 1-0 f v",
            "XADD k 2-0 x y",
            "XADD k 3-0 f v",
            "XADD k 4-0 f v",
            "XSETID k 4-0 ENTRIESADDED 4 MAXDELETEDID 2-0",
            "XGROUP CREATE k g 3-0 ENTRIESREAD 3",
            "XGROUP CREATECONSUMER k g c",
            "XCLAIM k g c 0 2-0 TIME 50 RETRYCOUNT 1 JUSTID FORCE",
            "XCLAIM k g c 0 3-0 TIME 60 RETRYCOUNT 2 JUSTID FORCE",
            "XGROUP CREATECONSUMER k g idle",
            "XGROUP CREATE k h 0-0 ENTRIESREAD -1",
            "XDEL k 2-0",
            "XSETID k 4-0 ENTRIESADDED 4 MAXDELETEDID 2-0",
        ]
    );
}
