//! Real files of every age, in `../shared/rdb` beside the repository: what each holds, as its
//! README says a real server reports after loading it.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::PathBuf;

use crate::persistence::rdb::{Attributes, LoadError, LoadOptions, Sink, Summary, load};
use crate::types::digest::{Digest, dataset_digest, key_digest};
use crate::types::{Limits, Value};

/// File, keys by database, DEBUG DIGEST of the whole data set.
type Expected = (&'static str, &'static [(u64, u64)], &'static str);

#[rustfmt::skip]
const LOADED: &[Expected] = &[
    ("corrupt_empty_keys.rdb", &[], "0000000000000000000000000000000000000000"),
    ("dictionary.rdb", &[(0, 1)], "3cf7733fb52117e2d13f6e59b71132ea9a99296a"),
    ("easily_compressible_string_key.rdb", &[(0, 1)], "4d3597714ae6491fa658064ac852cf16f6227595"),
    ("empty_database.rdb", &[], "0000000000000000000000000000000000000000"),
    ("encodings.rdb", &[(0, 13)], "e9abcce40e69c9faa766aba4e264e823edff741d"),
    ("hash-ziplist.rdb", &[(0, 1)], "3ca39ed0cb3b979b5b125ae0d1e54f2c40b7c5e6"),
    ("hash-zipmap.rdb", &[(0, 1)], "3ca39ed0cb3b979b5b125ae0d1e54f2c40b7c5e6"),
    ("hash_as_ziplist.rdb", &[(0, 1)], "38af0cafe15230d0b25c76d4a1a8b3a93f4479f2"),
    ("integer_keys.rdb", &[(0, 6)], "a7ca00384af6df2a86a963017a7bf293124ab1ac"),
    ("intset_16.rdb", &[(0, 1)], "9521aa8c185e04f1325a62115d6757ea010f5531"),
    ("intset_32.rdb", &[(0, 1)], "466efd62781af547ef404fae32be05e9305ec53f"),
    ("intset_64.rdb", &[(0, 1)], "97cee65bf4f77cacae29b8eef5408627b12cb3f1"),
    ("keys_with_expiry.rdb", &[], "0000000000000000000000000000000000000000"),
    ("linkedlist.rdb", &[(0, 1)], "245c74086b8d752d67a3518b5e8eb30dc3476732"),
    ("list-quicklist.rdb", &[(0, 2)], "3d77c75a5b6cc5319b4ecf6e95101ed07ddd139e"),
    ("multiple_databases.rdb", &[(0, 1), (2, 1)], "9feeb800a19865f80d47990266391fe33f1d9ae4"),
    ("non_ascii_values.rdb", &[(0, 6)], "63afe9c76c6438dfec1170207faa72076a2aaabe"),
    ("parser_filters.rdb", &[(0, 43)], "d89c8ad590bf9cbdf32f7de73a027f7454636142"),
    ("rdb_version_5_with_checksum.rdb", &[(0, 6)], "82456b18b53ae459ea9e26d8b11d0ca1b2dd9138"),
    ("rdb_version_8_with_64b_length_and_scores.rdb", &[(0, 2)], "6525d5bfb901b6cd1ff685e124315d1e97ed2408"),
    ("redis-7.0.15.rdb", &[(0, 304), (3, 1), (9, 1)], "dde3033f484214b9a6c893b606d35b05e2fce584"),
    ("redis-7.4.1.rdb", &[(0, 306), (3, 1), (9, 1)], "71ffa85196ac8014898afe8eb54d0051894f631a"),
    ("redis_50_with_streams.rdb", &[(0, 14)], "6baf2bf94357399d2be9166aa5a7efa8a92a124e"),
    ("regular_set.rdb", &[(0, 1)], "3cd0311ddcd6ca425fd492fc2e45e4194b56699d"),
    ("regular_sorted_set.rdb", &[(0, 1)], "f578d6fb6850c195461e44690dbf52ec650f6af0"),
    ("scriptbackup.rdb", &[], "0000000000000000000000000000000000000000"),
    ("sorted_set_as_ziplist.rdb", &[(0, 1)], "74db7715295d77269563a627eef86d70ecf1f052"),
    ("uncompressible_string_keys.rdb", &[(0, 3)], "4ed97536688ce3ba2a56f236d4958fb39bb8fa6c"),
    ("valkey-9.1.2.rdb", &[(0, 306), (3, 1), (9, 1)], "bad0d5f9cdb73df93bbae4b0886bdc27d2592c6a"),
    ("ziplist_that_compresses_easily.rdb", &[(0, 1)], "e40ff91bc02a9b15e0be51a64214f79890b82751"),
    ("ziplist_that_doesnt_compress.rdb", &[(0, 1)], "915a3bc99c685296d0a9ba0f4f08a5470706eb4d"),
    ("ziplist_with_integers.rdb", &[(0, 1)], "0b86ad860805f70992873a80191c1fa85cd879a6"),
    ("zipmap_that_compresses_easily.rdb", &[(0, 1)], "38af0cafe15230d0b25c76d4a1a8b3a93f4479f2"),
    ("zipmap_that_doesnt_compress.rdb", &[(0, 1)], "8fc21e215a68c31cb19da3fa0e6edce2c2f98e19"),
    ("zipmap_with_big_values.rdb", &[(0, 1)], "47a498ed5fc39361b2dc2110c6b98daf67266227"),
    ("zset-ziplist.rdb", &[(0, 1)], "fa1ca919dcef4dea3e3e609298a9e329d3bb7c61"),];

const MODULE_DATA: &str = "no matching module";

const REFUSED: &[(&str, &str)] = &[
    ("corrupt_ziplist.rdb", "Ziplist"),
    ("redis_40_with_module.rdb", MODULE_DATA),
    ("redis_60_with_module_aux.rdb", MODULE_DATA),
];

/// A moment after the expiry in `keys_with_expiry.rdb` and before all others.
const NOW_MS: i64 = 1_767_225_600_000;

/// Counts keys and sums up their digests.
#[derive(Default)]
struct Digesting {
    keys: BTreeMap<u64, u64>,
    digests: BTreeMap<u64, Digest>,
    functions: Vec<Vec<u8>>,
    /// Valkey's digest does not tell whether a field of a hash expires.
    as_valkey: bool,
}

impl Sink for Digesting {
    fn key(
        &mut self,
        database: u64,
        key: Vec<u8>,
        mut value: Value,
        attributes: Attributes,
    ) -> Result<(), String> {
        if let Value::Hash(hash) = &mut value
            && self.as_valkey
        {
            let fields: Vec<_> = hash.iter().map(|field| field.0.to_bytes().into_owned()).collect();
            fields.iter().for_each(|field| assert!(hash.set_expiry(field, None)));
        }
        if attributes.expires_at_ms.is_some_and(|at_ms| at_ms < NOW_MS) {
            return Ok(());
        }
        *self.keys.entry(database).or_default() += 1;
        let digest = key_digest(&key, value.as_ref(), attributes.expires_at_ms.is_some());
        *self.digests.entry(database).or_default() ^= digest;
        Ok(())
    }

    fn function(&mut self, code: &[u8]) -> Result<(), String> {
        self.functions.push(code.to_vec());
        Ok(())
    }
}

impl Digesting {
    fn digest(&self) -> String {
        let databases = self.digests.iter().map(|(&index, &digest)| (index as u32, digest));
        dataset_digest(databases).to_string()
    }
}

/// The folder with the files, or a visible word that it is not there.
fn folder() -> Option<PathBuf> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/rdb");
    if !folder.is_dir() {
        eprintln!("SKIPPED: no RDB files to load in {}", folder.display());
        return None;
    }
    Some(folder)
}

fn load_from(reader: impl Read) -> (Result<Summary, LoadError>, Digesting) {
    load_into(Digesting::default(), reader)
}

fn load_into(mut sink: Digesting, reader: impl Read) -> (Result<Summary, LoadError>, Digesting) {
    let options = LoadOptions { limits: Limits::default(), checksum: true };
    let result = load(reader, &mut sink, &options);
    (result, sink)
}

fn load_file(path: PathBuf) -> (Result<Summary, LoadError>, Digesting) {
    let file = File::open(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let as_valkey = path.ends_with("valkey-9.1.2.rdb");
    load_into(Digesting { as_valkey, ..Digesting::default() }, BufReader::new(file))
}

#[test]
fn every_file_holds_what_a_real_server_found() {
    let Some(folder) = folder() else { return };
    for &(name, keys, digest) in LOADED {
        let (result, sink) = load_file(folder.join(name));
        let summary = result.unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(sink.keys.iter().map(|(&db, &n)| (db, n)).collect::<Vec<_>>(), keys, "{name}");
        assert_eq!(sink.digest(), digest, "{name}");
        assert_eq!(summary.bytes, folder.join(name).metadata().unwrap().len(), "{name}");
    }
}

#[test]
fn broken_files_and_modules_are_refused_with_a_reason() {
    let Some(folder) = folder() else { return };
    for &(name, reason) in REFUSED {
        let (result, _) = load_file(folder.join(name));
        let error = result.expect_err(name).to_string();
        assert!(error.contains(reason), "{name}: {error}");
    }
}

#[test]
fn empty_collections_are_left_out_and_counted() {
    let Some(folder) = folder() else { return };
    let (result, _) = load_file(folder.join("corrupt_empty_keys.rdb"));
    assert_eq!(result.unwrap().empty_keys, 9);
}

#[test]
fn function_libraries_come_as_code() {
    let Some(folder) = folder() else { return };
    let (_, sink) = load_file(folder.join("scriptbackup.rdb"));
    assert!(sink.functions.iter().all(|code| code.starts_with(b"#!lua")));
    let (_, sink) = load_file(folder.join("redis-7.0.15.rdb"));
    assert_eq!(sink.functions.len(), 1);
}

#[test]
fn stops_where_the_append_only_file_goes_on() {
    let Some(folder) = folder() else { return };
    let file = std::fs::read(folder.join("rdb-preamble.aof")).unwrap();
    let mut rest = &file[..];
    let (result, _) = load_from(&mut rest);
    let summary = result.unwrap();
    assert_eq!(rest.len() as u64, file.len() as u64 - summary.bytes);
    assert!(rest.starts_with(b"*"), "{:?}", rest.escape_ascii());
}

#[test]
fn a_wrong_checksum_is_refused_and_zero_is_not_checked() {
    let Some(folder) = folder() else { return };
    let mut file = std::fs::read(folder.join("redis-7.0.15.rdb")).unwrap();
    let checksum = file.len() - 8;
    file[checksum] ^= 1;
    let error = load_from(&file[..]).0.unwrap_err().to_string();
    assert!(error.starts_with("Wrong RDB checksum expected"), "{error}");
    file[checksum..].fill(0);
    assert!(load_from(&file[..]).0.is_ok());
}
