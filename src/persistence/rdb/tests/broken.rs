//! Files and payloads that someone has damaged: an error each time, never a panic, never
//! memory for what did not arrive.

use proptest::prelude::*;

use super::recipe::{limits, recipe};
use super::with_footer;
use crate::persistence::rdb::{
    Attributes, LoadError, LoadOptions, Reason, RestoreError, Sink, Version, WriteOptions, Writer,
    dump, load, restore,
};
use crate::types::Value;
use crate::types::digest::value_digest;

/// Takes everything, and looks at every element of it.
struct Anything;

impl Sink for Anything {
    fn key(&mut self, _: u64, _: Vec<u8>, value: Value, _: Attributes) -> Result<(), String> {
        value_digest(value.as_ref(), false);
        Ok(())
    }

    fn function(&mut self, _: &[u8]) -> Result<(), String> {
        Ok(())
    }
}

fn load_bytes(bytes: &[u8]) -> Result<(), LoadError> {
    let options = LoadOptions { limits: limits(), checksum: false };
    load(bytes, &mut Anything, &options).map(drop)
}

fn body(payload: &[u8]) -> &[u8] {
    &payload[..payload.len() - 10]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn a_damaged_payload_is_an_error_or_another_value(
        recipe in recipe(),
        compress in any::<bool>(),
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
        cut in any::<prop::sample::Index>(),
    ) {
        let payload = dump(recipe.build().as_ref(), compress);
        let mut damaged = body(&payload).to_vec();
        for (index, byte) in damage {
            let at = index.index(damaged.len());
            damaged[at] = byte;
        }
        for version in [12, 80] {
            if let Ok(value) = restore(&with_footer(&damaged, version), &limits()) {
                value_digest(value.as_ref(), false);
                dump(value.as_ref(), compress);
            }
        }
        let cut = &body(&payload)[..cut.index(payload.len() - 10)];
        let error = restore(&with_footer(cut, 12), &limits()).err();
        prop_assert!(matches!(error, Some(RestoreError::Object(_))));
    }

    #[test]
    fn a_damaged_file_is_an_error_or_another_file(
        recipes in prop::collection::vec(recipe(), 1..4),
        index in any::<prop::sample::Index>(),
        byte in any::<u8>(),
    ) {
        let options = WriteOptions { version: Version::V12, compress: true, checksum: true };
        let mut writer = Writer::new(Vec::new(), &options).unwrap();
        writer.database(0, 3, 0).unwrap();
        for recipe in &recipes {
            writer.key(b"key", recipe.build().as_ref(), &Attributes::default()).unwrap();
        }
        let mut file = writer.finish().unwrap();
        prop_assert!(load_bytes(&file).is_ok());
        let error = load_bytes(&file[..index.index(file.len())]).unwrap_err();
        prop_assert!(matches!(error.reason, Reason::Truncated));
        let at = index.index(file.len());
        file[at] = byte;
        load_bytes(&file).ok();
    }

    #[test]
    fn noise_is_an_error(object_type in 0u8..=26, noise in prop::collection::vec(any::<u8>(), 0..64)) {
        let body = [&[object_type], &noise[..]].concat();
        for version in [10, 80] {
            restore(&with_footer(&body, version), &limits()).ok();
        }
    }
}

#[test]
fn the_footer_is_checked_first() {
    let payload = dump(Value::String(b"12".to_vec()).as_ref(), true);
    // As Redis 7.0 dumps it.
    assert_eq!(payload, b"\x00\xc0\x0c\x0a\x00\x3c\x2a\xf8\x51\x5c\x04\xbc\xd5");
    for at in 0..payload.len() {
        let mut damaged = payload.clone();
        damaged[at] ^= 0x10;
        assert!(matches!(restore(&damaged, &limits()), Err(RestoreError::Footer)));
        assert!(matches!(restore(&payload[..at], &limits()), Err(RestoreError::Footer)));
    }
    for version in [0, 13, 79, 81] {
        let payload = with_footer(body(&payload), version);
        assert!(matches!(restore(&payload, &limits()), Err(RestoreError::Footer)));
    }
    for version in [1, 12, 80] {
        assert!(restore(&with_footer(body(&payload), version), &limits()).is_ok());
    }
}

#[test]
fn a_payload_is_one_whole_value() {
    for body in [&b"\x01\x00"[..], b"\x00\x01ab"] {
        let error = restore(&with_footer(body, 10), &limits()).err().unwrap();
        assert!(matches!(error, RestoreError::Content), "{body:?}");
        assert_eq!(error.to_string(), "Bad data format");
    }
}

#[test]
fn headers_nobody_can_read_are_refused() {
    for (header, reason) in [
        ("REDIS0013", "Can't handle RDB format version 13"),
        ("REDIS0000", "Can't handle RDB format version 0"),
        ("REDIS0080", "Can't handle RDB format version 80"),
        ("VALKEY012", "Can't handle RDB format version 12"),
        ("VALKEY081", "Can't handle RDB format version 81"),
        ("REDISabcd", "Wrong signature trying to load DB from file"),
        ("RIDES0010", "Wrong signature trying to load DB from file"),
    ] {
        let error = load_bytes(header.as_bytes()).unwrap_err();
        assert_eq!(error.to_string(), format!("{reason} (at byte 9)"));
    }
}
