//! Looking through an RDB file.

use crate::persistence::rdb::{self, Attributes, LoadOptions, Sink, object_type_name};
use crate::types::{Limits, Value, ValueRef};
use std::cell::Cell;
use std::collections::BTreeMap;
use std::io::{self, Read, Write};

/// What a file has, as far as it can be read.
#[derive(Debug, Default)]
pub struct Findings {
    /// Bytes from the file's beginning to the end of the last whole record; of a good file, to
    /// the end of its RDB part.
    pub good_bytes: u64,
    /// Keys up to there.
    pub keys: u64,
    /// Whether all of it is good.
    pub is_good: bool,
}

/// Reads a file to the end of its RDB part, and tells `out` what is found. `now_ms` decides which
/// keys have expired.
///
/// # Errors
/// Those of `out`: a bad file is no error, but what this is for.
pub fn check(
    input: impl Read,
    name: &str,
    now_ms: i64,
    out: &mut impl Write,
) -> io::Result<Findings> {
    let offset_bytes = Cell::new(0);
    writeln!(out, "[offset 0] Checking RDB file {name}")?;
    let mut walk = Walk::new(out, &offset_bytes, now_ms);
    let options = LoadOptions { limits: Limits::default(), checksum: true };
    let outcome = rdb::load(Counted { input, offset_bytes: &offset_bytes }, &mut walk, &options);
    std::mem::replace(&mut walk.told, Ok(()))?;
    match outcome {
        Ok(summary) => {
            writeln!(walk.out, "[offset {}] Checksum OK", summary.bytes)?;
            writeln!(walk.out, "[offset {}] \\o/ RDB looks OK! \\o/", summary.bytes)?;
            walk.tell_totals()?;
            if summary.empty_keys > 0 {
                writeln!(walk.out, "[info] {} empty keys, left out", summary.empty_keys)?;
            }
            Ok(Findings { good_bytes: summary.bytes, keys: walk.keys(), is_good: true })
        }
        Err(error) => {
            writeln!(walk.out, "--- RDB ERROR DETECTED ---")?;
            writeln!(walk.out, "[offset {}] {}", error.offset_bytes, error.reason)?;
            walk.tell_where()?;
            walk.tell_totals()?;
            Ok(Findings { good_bytes: walk.good_bytes, keys: walk.keys(), is_good: false })
        }
    }
}

/// The way through a file.
struct Walk<'a, W> {
    out: &'a mut W,
    /// What came of telling the lines so far.
    told: io::Result<()>,
    offset_bytes: &'a Cell<u64>,
    now_ms: i64,
    /// Where the last whole record ends.
    good_bytes: u64,
    /// The object type and name of the key that is being read.
    reading: Option<(u8, Vec<u8>)>,
    databases: BTreeMap<u64, Database>,
    functions: u64,
    /// The value with the longest record: its length, its name and its type.
    longest: Option<(u64, Vec<u8>, &'static str)>,
}

/// What one database has.
#[derive(Default)]
struct Database {
    keys: u64,
    expires: u64,
    expired: u64,
    types: BTreeMap<&'static str, Tally>,
}

/// Keys of one type.
#[derive(Default)]
struct Tally {
    keys: u64,
    elements: u64,
    bytes: u64,
}

impl<'a, W: Write> Walk<'a, W> {
    fn new(out: &'a mut W, offset_bytes: &'a Cell<u64>, now_ms: i64) -> Walk<'a, W> {
        Walk {
            out,
            told: Ok(()),
            offset_bytes,
            now_ms,
            good_bytes: 0,
            reading: None,
            databases: BTreeMap::new(),
            functions: 0,
            longest: None,
        }
    }

    /// Tells something about what was just read, which is good up to here.
    fn tell(&mut self, what: std::fmt::Arguments<'_>) {
        self.good_bytes = self.offset_bytes.get();
        if self.told.is_ok() {
            self.told = writeln!(self.out, "[offset {}] {what}", self.good_bytes);
        }
    }

    fn keys(&self) -> u64 {
        self.databases.values().map(|database| database.keys).sum()
    }

    /// What was being read when it went wrong.
    fn tell_where(&mut self) -> io::Result<()> {
        let out = &mut self.out;
        let Some((object_type, name)) = &self.reading else {
            return writeln!(out, "[additional info] While doing: read-type");
        };
        writeln!(out, "[additional info] While doing: read-object-value")?;
        writeln!(out, "[additional info] Reading key '{}'", name.escape_ascii())?;
        let type_name = object_type_name(*object_type);
        writeln!(out, "[additional info] Reading type {object_type} ({type_name})")
    }

    fn tell_totals(&mut self) -> io::Result<()> {
        let (keys, out) = (self.keys(), &mut self.out);
        let sum = |of: fn(&Database) -> u64| self.databases.values().map(of).sum::<u64>();
        writeln!(out, "[info] {keys} keys read")?;
        writeln!(out, "[info] {} expires", sum(|database| database.expires))?;
        writeln!(out, "[info] {} already expired", sum(|database| database.expired))?;
        for (number, database) in &self.databases {
            let Database { keys, expires, types, .. } = database;
            writeln!(out, "[info] db{number}: {keys} keys, {expires} expires")?;
            for (kind, Tally { keys, elements, bytes }) in types {
                writeln!(
                    out,
                    "[info] db{number}: {kind}: {keys} keys, {elements} elements, {bytes} bytes"
                )?;
            }
        }
        if self.functions > 0 {
            writeln!(out, "[info] {} function libraries", self.functions)?;
        }
        if let Some((bytes, name, kind)) = &self.longest {
            let name = name.escape_ascii();
            writeln!(out, "[info] the longest record: {kind} '{name}', {bytes} bytes")?;
        }
        Ok(())
    }
}

impl<W: Write> Sink for Walk<'_, W> {
    fn key(
        &mut self,
        database: u64,
        name: Vec<u8>,
        value: Value,
        attributes: Attributes,
    ) -> Result<(), String> {
        let bytes = self.offset_bytes.get() - self.good_bytes;
        self.good_bytes += bytes;
        self.reading = None;
        let kind = value.kind().name();
        let database = self.databases.entry(database).or_default();
        database.keys += 1;
        database.expires += u64::from(attributes.expires_at_ms.is_some());
        let has_expired = attributes.expires_at_ms.is_some_and(|at_ms| at_ms <= self.now_ms);
        database.expired += u64::from(has_expired);
        let tally = database.types.entry(kind).or_default();
        tally.keys += 1;
        tally.elements += elements(value.as_ref());
        tally.bytes += bytes;
        if self.longest.as_ref().is_none_or(|(longest, ..)| *longest < bytes) {
            self.longest = Some((bytes, name, kind));
        }
        Ok(())
    }

    fn version(&mut self, version: u32) {
        self.tell(format_args!("RDB version {version}"));
    }

    fn begin_key(&mut self, object_type: u8, key: &[u8]) {
        self.reading = Some((object_type, key.to_vec()));
    }

    fn function(&mut self, _code: &[u8]) -> Result<(), String> {
        self.functions += 1;
        self.good_bytes = self.offset_bytes.get();
        Ok(())
    }

    fn select(&mut self, database: u64) -> Result<(), String> {
        self.tell(format_args!("Selecting DB ID {database}"));
        Ok(())
    }

    fn size_hint(&mut self, _database: u64, _keys: u64, _expiring: u64) {
        self.good_bytes = self.offset_bytes.get();
    }

    fn aux(&mut self, name: &[u8], value: &[u8]) {
        let (name, value) = (name.escape_ascii(), value.escape_ascii());
        self.tell(format_args!("AUX FIELD {name} = '{value}'"));
    }
}

fn elements(value: ValueRef<'_>) -> u64 {
    match value {
        ValueRef::String(_) => 1,
        ValueRef::List(list) => list.len() as u64,
        ValueRef::Set(set) => set.len() as u64,
        ValueRef::SortedSet(zset) => zset.len() as u64,
        ValueRef::Hash(hash) => hash.len() as u64,
        ValueRef::Stream(stream) => stream.len(),
    }
}

/// Counts what is read.
struct Counted<'a, R> {
    input: R,
    offset_bytes: &'a Cell<u64>,
}

impl<R: Read> Read for Counted<'_, R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let count = self.input.read(buf)?;
        self.offset_bytes.set(self.offset_bytes.get() + count as u64);
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Version 11, an AUX field, a string, one that expires, and a list, as Redis 7.2 writes them.
    const FILE: &[u8] = b"REDIS0011\xfa\x01a\x01b\xfe\x00\xfb\x03\x01\x00\x01k\x01v\
        \xfc\x10\x00\x00\x00\x00\x00\x00\x00\x00\x01e\x01w\x00\x02kk\xc0\x05\xff\0\0\0\0\0\0\0\0";

    fn told(file: &[u8]) -> (String, Findings) {
        let mut out = Vec::new();
        let findings = check(file, "f", 1000, &mut out).expect("memory takes everything");
        (String::from_utf8(out).expect("text"), findings)
    }

    #[test]
    fn a_good_file_is_told_in_full() {
        let (text, findings) = told(FILE);
        assert!(findings.is_good);
        assert_eq!((findings.good_bytes, findings.keys), (FILE.len() as u64, 3));
        for line in [
            "[offset 0] Checking RDB file f",
            "[offset 9] RDB version 11",
            "[offset 14] AUX FIELD a = 'b'",
            "[offset 16] Selecting DB ID 0",
            "\\o/ RDB looks OK! \\o/",
            "[info] 3 keys read",
            "[info] 1 already expired",
            "[info] db0: string: 3 keys, 3 elements, 25 bytes",
            "[info] the longest record: string 'e', 14 bytes",
        ] {
            assert!(text.contains(line), "no {line:?} in\n{text}");
        }
    }

    #[test]
    fn every_cut_says_what_is_good_before_it() {
        let mut last = 0;
        for cut in 0..FILE.len() {
            let (text, findings) = told(&FILE[..cut]);
            assert!(!findings.is_good && text.contains("--- RDB ERROR DETECTED ---"), "{cut}");
            assert!(findings.good_bytes <= cut as u64 && findings.good_bytes >= last, "{cut}");
            last = findings.good_bytes;
        }
        let (text, findings) = told(&FILE[..37]);
        assert_eq!((findings.good_bytes, findings.keys), (24, 1));
        assert!(text.contains("Reading key 'e'") && text.contains("Reading type 0 (string)"));
    }
}
