//! Forms that only some servers wrote, and that no file at hand has: spelled out byte by byte.

use super::recipe::limits;
use super::with_footer;
use crate::persistence::rdb::{
    Attributes, LoadError, LoadOptions, Sink, Summary, dump, load, restore,
};
use crate::types::listpack::Listpack;
use crate::types::{Limits, Value};

/// Field, value and expiry of every field, by field.
fn fields(object: &[u8], version: u16) -> Vec<(String, String, Option<i64>)> {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let Value::Hash(hash) = restore(&with_footer(object, version), &Limits::default()).unwrap()
    else {
        panic!("not a hash")
    };
    let mut fields: Vec<_> = hash
        .iter()
        .map(|(field, value, at_ms)| (text(&field.to_bytes()), text(&value.to_bytes()), at_ms))
        .collect();
    fields.sort();
    fields
}

/// `f` without an expiry and `g` with one.
fn f_and_g(g_expires_at_ms: i64) -> Vec<(String, String, Option<i64>)> {
    vec![
        ("f".to_owned(), "v".to_owned(), None),
        ("g".to_owned(), "w".to_owned(), Some(g_expires_at_ms)),
    ]
}

/// A listpack with the same two fields, as a string.
fn listpack_of_f_and_g() -> Vec<u8> {
    let mut listpack = Listpack::new();
    for text in [&b"g"[..], b"w", b"1000", b"f", b"v", b"0"] {
        listpack.push_back(text);
    }
    let mut string = vec![listpack.byte_len() as u8];
    string.extend(listpack.as_bytes());
    string
}

#[test]
fn hashes_with_metadata_before_and_after_the_release() {
    let before = b"\x16\x02\x00\x01f\x01v\x43\xe8\x01g\x01w";
    assert_eq!(fields(before, 12), f_and_g(1000));
    let after = b"\x18\xe8\x03\0\0\0\0\0\0\x02\x00\x01f\x01v\x02\x01g\x01w";
    assert_eq!(fields(after, 12), f_and_g(1001));
    let impossible = b"\x18\xff\xff\xff\xff\xff\xff\xff\x7f\x01\x02\x01g\x01w";
    assert!(restore(&with_footer(impossible, 12), &limits()).is_err());
}

#[test]
fn hashes_with_expiry_in_a_listpack_before_and_after_the_release() {
    let before = [&b"\x17"[..], &listpack_of_f_and_g()].concat();
    assert_eq!(fields(&before, 12), f_and_g(1000));
    let after = [&b"\x19\xe8\x03\0\0\0\0\0\0"[..], &listpack_of_f_and_g()].concat();
    assert_eq!(fields(&after, 12), f_and_g(1000));
}

#[test]
fn type_22_is_another_hash_in_valkey() {
    let object =
        b"\x16\x02\x01f\x01v\xff\xff\xff\xff\xff\xff\xff\xff\x01g\x01w\xe8\x03\0\0\0\0\0\0";
    assert_eq!(fields(object, 80), f_and_g(1000));
}

#[test]
fn a_hash_that_could_expire_but_does_not_is_dumped_for_old_servers() {
    let object = [&b"\x17"[..], &listpack_of_f_and_g()].concat();
    let Value::Hash(mut hash) = restore(&with_footer(&object, 12), &Limits::default()).unwrap()
    else {
        panic!("not a hash")
    };
    hash.set_expiry(b"g", None);
    let payload = dump(Value::Hash(hash).as_ref(), true);
    assert_eq!((payload[0], payload[payload.len() - 10]), (4, 10));
}

#[test]
fn what_is_there_twice_is_corrupt() {
    for object in [
        &b"\x02\x02\x01a\x01a"[..],
        b"\x03\x02\x01a\x011\x01a\x012",
        b"\x04\x02\x01f\x01v\x01f\x01w",
        b"\x09\x0b\x02\x01f\x01\x00v\x01f\x01\x00w\xff",
    ] {
        let error = restore(&with_footer(object, 10), &limits()).err().unwrap();
        let cause = std::error::Error::source(&error).unwrap().to_string();
        assert!(cause.contains("Duplicate"), "{object:?}: {cause}");
    }
}

/// Writes down what it is given.
#[derive(Default)]
struct Diary(Vec<String>);

impl Sink for Diary {
    fn key(
        &mut self,
        database: u64,
        key: Vec<u8>,
        _: Value,
        attributes: Attributes,
    ) -> Result<(), String> {
        let Attributes { expires_at_ms, idle_s, frequency } = attributes;
        let key = String::from_utf8_lossy(&key).into_owned();
        self.0.push(format!("{database} {key} {expires_at_ms:?} {idle_s:?} {frequency:?}"));
        Ok(())
    }

    fn function(&mut self, _: &[u8]) -> Result<(), String> {
        Err("no functions here".to_owned())
    }
}

fn load_records(records: &[u8]) -> (Result<Summary, LoadError>, Vec<String>) {
    let file = [b"REDIS0012", records, b"\xff\0\0\0\0\0\0\0\0"].concat();
    let mut diary = Diary::default();
    let options = LoadOptions { limits: limits(), checksum: true };
    (load(&file[..], &mut diary, &options), diary.0)
}

#[test]
fn what_precedes_a_key_belongs_to_that_key_alone() {
    let (result, keys) = load_records(
        b"\xfd\xff\xff\xff\xff\xf8\x05\xf9\x07\x00\x01a\x01x\
          \xfe\x02\xf4\x01\x02\x03\
          \x00\x01b\x01x\
          \xfc\xe8\x03\0\0\0\0\0\0\x01\x01c\x00\
          \x00\x01d\x01x",
    );
    assert_eq!(
        keys,
        ["0 a Some(-1000) Some(5) Some(7)", "2 b None None None", "2 d None None None"]
    );
    assert_eq!(result.unwrap().empty_keys, 1);
}

#[test]
fn records_nobody_can_use_are_refused() {
    for (record, reason) in [
        (&b"\xf6"[..], "Pre-release function format not supported."),
        (b"\xf3\x01j\x00", "Unfinished slot import not supported."),
        (b"\xf5\x01x", "no functions here"),
        (b"\x06\x01k", "Pre-release module format not supported"),
        (b"\x08\x01k", "Unknown RDB encoding type 8"),
        (b"\x1a\x01k", "Unknown RDB encoding type 26"),
        (
            b"\x07\x01k\x00",
            "The RDB file contains module data I can't load: no matching module type 'AAAAAAAAA'",
        ),
        (
            b"\xf7\x00\x02\x00",
            "The RDB file contains AUX module data I can't load: no matching module 'AAAAAAAAA'",
        ),
    ] {
        let error = load_records(record).0.unwrap_err();
        assert_eq!(error.reason.to_string(), reason);
    }
}
