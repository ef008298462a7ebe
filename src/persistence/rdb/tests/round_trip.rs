//! Values of every type and encoding on their way through DUMP and RESTORE, and through a
//! whole file.

use proptest::prelude::*;

use super::recipe::{limits, recipe, text};
use crate::persistence::rdb::{
    Attributes, LoadOptions, Origin, ReplicationOrigin, Sink, Version, WriteOptions, Writer, dump,
    load, restore,
};
use crate::types::digest::{Digest, value_digest};
use crate::types::{Limits, Value, ValueRef};

/// Everything a value says to a client, beyond its digest: when fields expire, and a
/// stream's groups.
fn contents(value: &Value) -> (Digest, Vec<String>) {
    let mut lines = match value {
        Value::Hash(hash) => hash
            .iter()
            .map(|(field, _, expires_at_ms)| format!("{:?} {expires_at_ms:?}", field.to_bytes()))
            .collect(),
        Value::Stream(stream) => {
            vec![format!("{}", dump(ValueRef::Stream(stream), false).escape_ascii())]
        }
        _ => Vec::new(),
    };
    lines.sort_unstable();
    (value_digest(value.as_ref(), false), lines)
}

proptest! {
    #[test]
    fn a_dumped_value_is_restored(recipe in recipe(), compress in any::<bool>()) {
        let value = recipe.build();
        let payload = dump(value.as_ref(), compress);
        for limits in [limits(), Limits::default()] {
            let restored = restore(&payload, &limits).unwrap();
            prop_assert_eq!(restored.kind(), value.kind());
            prop_assert_eq!(contents(&restored), contents(&value));
        }
    }

    #[test]
    fn a_written_file_is_loaded(
        keys in prop::collection::vec((text(), recipe(), attributes()), 0..6),
        version in prop_oneof![Just(Version::V10), Just(Version::V11), Just(Version::V12)],
        compress in any::<bool>(),
        checksum in any::<bool>(),
    ) {
        let options = WriteOptions { version, compress, checksum };
        let mut writer = Writer::new(Vec::new(), &options).unwrap();
        writer.function(b"#!lua name=lib").unwrap();
        writer.database(3, keys.len() as u64, 1).unwrap();
        for (key, recipe, attributes) in &keys {
            writer.key(key, recipe.build().as_ref(), attributes).unwrap();
        }
        let file = writer.finish().unwrap();

        let mut loaded = Collecting::default();
        let summary = load(&file[..], &mut loaded, &LoadOptions { limits: limits(), checksum: true }).unwrap();
        prop_assert_eq!(summary.version, u32::from(version.number()));
        prop_assert_eq!(summary.bytes, file.len() as u64);
        prop_assert_eq!(loaded.functions, [b"#!lua name=lib"]);
        prop_assert_eq!(loaded.size_hint, Some((3, keys.len() as u64, 1)));
        prop_assert_eq!(loaded.keys.len(), keys.len());
        for ((database, key, value, attributes), expected) in loaded.keys.iter().zip(&keys) {
            prop_assert_eq!(*database, 3);
            prop_assert_eq!((key, attributes), (&expected.0, &expected.2));
            prop_assert_eq!(value_digest(value.as_ref(), false), value_digest(expected.1.build().as_ref(), false));
        }
    }
}

/// Keeps all it is given.
#[derive(Default)]
struct Collecting {
    keys: Vec<(u64, Vec<u8>, Value, Attributes)>,
    functions: Vec<Vec<u8>>,
    aux: Vec<(String, String)>,
    size_hint: Option<(u64, u64, u64)>,
}

impl Sink for Collecting {
    fn key(
        &mut self,
        database: u64,
        key: Vec<u8>,
        value: Value,
        attributes: Attributes,
    ) -> Result<(), String> {
        self.keys.push((database, key, value, attributes));
        Ok(())
    }

    fn function(&mut self, code: &[u8]) -> Result<(), String> {
        self.functions.push(code.to_vec());
        Ok(())
    }

    fn size_hint(&mut self, database: u64, keys: u64, expiring: u64) {
        self.size_hint = Some((database, keys, expiring));
    }

    fn aux(&mut self, name: &[u8], value: &[u8]) {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        self.aux.push((text(name), text(value)));
    }
}

fn attributes() -> impl Strategy<Value = Attributes> {
    let idle_s = prop::option::of(0u64..1 << 40);
    (any::<Option<i64>>(), idle_s, any::<Option<u8>>()).prop_map(
        |(expires_at_ms, idle_s, frequency)| Attributes { expires_at_ms, idle_s, frequency },
    )
}

#[test]
fn a_file_says_where_it_comes_from() {
    let options = WriteOptions { version: Version::V10, compress: true, checksum: true };
    let mut writer = Writer::new(Vec::new(), &options).unwrap();
    let origin = Origin {
        redis_version: "8.0.0",
        created_at_s: 1_700_000_000,
        used_memory_bytes: 1_000_000,
        replication: Some(ReplicationOrigin { database: 0, id: "0123456789abcdef", offset: 77 }),
        aof_base: true,
    };
    writer.origin(&origin).unwrap();
    let file = writer.finish().unwrap();
    assert!(file.starts_with(b"REDIS0010\xfa\x09redis-ver\x058.0.0\xfa\x0aredis-bits\xc0\x40"));
    let mut loaded = Collecting::default();
    load(&file[..], &mut loaded, &LoadOptions { limits: limits(), checksum: true }).unwrap();
    let aux: Vec<_> = loaded.aux.iter().map(|(name, value)| format!("{name}={value}")).collect();
    assert_eq!(
        aux.join(" "),
        "redis-ver=8.0.0 redis-bits=64 ctime=1700000000 used-mem=1000000 \
         repl-stream-db=0 repl-id=0123456789abcdef repl-offset=77 aof-base=1"
    );
}

#[test]
fn a_sink_can_refuse() {
    struct OneDatabase;
    impl Sink for OneDatabase {
        fn key(&mut self, _: u64, _: Vec<u8>, _: Value, _: Attributes) -> Result<(), String> {
            Ok(())
        }
        fn function(&mut self, _: &[u8]) -> Result<(), String> {
            Ok(())
        }
        fn select(&mut self, database: u64) -> Result<(), String> {
            if database == 0 { Ok(()) } else { Err("no such database".to_owned()) }
        }
    }
    let options = WriteOptions { version: Version::V10, compress: true, checksum: true };
    let mut writer = Writer::new(Vec::new(), &options).unwrap();
    writer.database(1, 0, 0).unwrap();
    let file = writer.finish().unwrap();
    let error =
        load(&file[..], &mut OneDatabase, &LoadOptions { limits: limits(), checksum: true })
            .unwrap_err();
    assert_eq!(error.to_string(), "no such database (at byte 11)");
}
