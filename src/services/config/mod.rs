//! The configuration: one table of parameters (`params`), their current values (`Config`),
//! and the ways to set them: CONFIG SET, a configuration file, flags at startup.
//!
//! It knows nothing of the server. A row names the `Effect` of a change, and whoever calls
//! `Config::set` brings the effects about. Files and flags only fill in values: the server
//! reads them when it starts.
//!
//! ```text
//! let startup = config::from_args(args, &mut io::stdin())?;
//! startup.config.get(params::PORT)              // i64
//! startup.config.get(params::APPENDFSYNC)       // AppendFsync
//! startup.config.get(params::SAVE)              // SavePoints
//! ```

mod checks;
pub mod choices;
mod error;
mod file;
mod include;
mod param;
pub mod params;
mod quote;
mod rewrite;
mod set;
pub mod special;
mod startup;
mod stored;
mod units;
mod value;

pub use error::{FileError, Line, REDIS_VERSION, os_text};
pub use file::{Directive, Startup};
pub use param::{Effect, Id, Kind, Param, Text, Unit};
pub use quote::quoted;
pub use set::Caller;
pub use startup::from_args;
pub use stored::Stored;
pub use units::parse_bytes;
pub use value::Value;

use crate::types::Limits;
use crate::util::glob;
use parking_lot::Mutex;
use special::Directory;
use std::collections::HashSet;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use stored::Slot;

/// The current values of all parameters. Shared by all threads: numbers, flags and choices are
/// read with one relaxed load.
pub struct Config {
    /// In the order of the table.
    slots: Box<[Slot]>,
    /// Held while values change, so that two CONFIG SETs do not mix.
    changing: Mutex<()>,
    /// The configuration file, absolute; `None` where the server runs without one.
    file: Option<PathBuf>,
}

impl Default for Config {
    fn default() -> Self {
        Config::new()
    }
}

impl Config {
    /// Every parameter at its default.
    pub fn new() -> Config {
        let slots = params::TABLE.iter().map(Slot::new).collect();
        let config = Config { slots, changing: Mutex::new(()), file: None };
        config.record(params::DIR, Directory(std::env::current_dir().unwrap_or_default()));
        config
    }

    /// The value of `id`.
    #[inline]
    pub fn get<T: Stored>(&self, id: Id<T>) -> T {
        T::read(&self.slots[id.index()])
    }

    /// The value of an integer that is never negative.
    #[inline]
    pub fn size(&self, id: Id<i64>) -> usize {
        usize::try_from(self.get(id)).unwrap_or(0)
    }

    /// The value of a text that names a file, relative to the working directory; `None` where
    /// it is empty.
    pub fn path(&self, id: Id<Text>) -> Option<PathBuf> {
        let text = self.get(id);
        (!text.is_empty()).then(|| PathBuf::from(OsStr::from_bytes(&text)))
    }

    /// The value of a text for showing: what is not UTF-8 is replaced.
    pub fn string(&self, id: Id<Text>) -> String {
        String::from_utf8_lossy(&self.get(id)).into_owned()
    }

    /// Notes a change that the server made by itself, such as REPLICAOF. No effect follows, and
    /// no row forbids it.
    pub fn record<T: Stored>(&self, id: Id<T>, value: T) {
        self.slots[id.index()].set(&value.to_value());
    }

    /// The configuration file, absolute; `None` where the server runs without one.
    pub fn file(&self) -> Option<&Path> {
        self.file.as_deref()
    }

    /// Whether values of the parameter `name` must be kept out of logs.
    pub fn is_sensitive(name: &[u8]) -> bool {
        params::find(name).is_some_and(|found| found.row.is_sensitive())
    }

    /// CONFIG GET: names and values. A name without a wildcard is answered as it was asked for,
    /// alias or not; a pattern is answered in the table's order, aliases after their names.
    pub fn lookup(&self, patterns: &[&[u8]]) -> Vec<(Vec<u8>, Vec<u8>)> {
        let mut seen = HashSet::new();
        let mut answer = Vec::new();
        let mut add = |name: &[u8], index: usize, row: &Param| {
            if seen.insert(name.to_ascii_lowercase()) {
                answer.push((name.to_vec(), row.print(&self.slots[index].get())));
            }
        };
        for pattern in patterns {
            if !pattern.iter().any(|byte| matches!(byte, b'*' | b'?' | b'[')) {
                if let Some(found) = params::find(pattern) {
                    add(pattern, found.index, found.row);
                }
                continue;
            }
            for (index, row) in params::TABLE.iter().enumerate().filter(|(_, row)| !row.is_hidden())
            {
                let names = [Some(row.name), row.alias].into_iter().flatten();
                for name in names.filter(|name| glob::matches_nocase(pattern, name.as_bytes())) {
                    add(name.as_bytes(), index, row);
                }
            }
        }
        answer
    }

    /// The thresholds of the compact encodings, as far as parameters say.
    pub fn limits(&self) -> Limits {
        Limits {
            list_max_listpack_size: self.get(params::LIST_MAX_LISTPACK_SIZE),
            list_compress_depth: u32::try_from(self.get(params::LIST_COMPRESS_DEPTH)).unwrap_or(0),
            hash_max_listpack_entries: self.size(params::HASH_MAX_LISTPACK_ENTRIES),
            hash_max_listpack_value: self.size(params::HASH_MAX_LISTPACK_VALUE),
            set_max_intset_entries: self.size(params::SET_MAX_INTSET_ENTRIES),
            set_max_listpack_entries: self.size(params::SET_MAX_LISTPACK_ENTRIES),
            set_max_listpack_value: self.size(params::SET_MAX_LISTPACK_VALUE),
            zset_max_listpack_entries: self.size(params::ZSET_MAX_LISTPACK_ENTRIES),
            zset_max_listpack_value: self.size(params::ZSET_MAX_LISTPACK_VALUE),
            stream_node_max_bytes: self.size(params::STREAM_NODE_MAX_BYTES),
            stream_node_max_entries: self.size(params::STREAM_NODE_MAX_ENTRIES),
            ..Limits::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn get(config: &Config, patterns: &[&str]) -> Vec<String> {
        let patterns: Vec<&[u8]> = patterns.iter().map(|pattern| pattern.as_bytes()).collect();
        let pairs = config.lookup(&patterns).into_iter();
        pairs.map(|(name, value)| String::from_utf8([name, value].join(&b' ')).unwrap()).collect()
    }

    #[test]
    fn defaults_are_typed() {
        let config = Config::new();
        assert_eq!(config.get(params::PORT), 6379);
        assert!(config.get(params::RDBCHECKSUM));
        assert_eq!(config.get(params::MAXMEMORY_POLICY), choices::MaxmemoryPolicy::NoEviction);
        assert_eq!(config.get(params::SAVE).0.len(), 3);
        assert_eq!(config.string(params::DBFILENAME), "dump.rdb");
        assert_eq!(config.path(params::ACLFILE), None);
        assert_eq!(config.limits(), Limits::default());
        assert_eq!(config.get(params::DIR).0, std::env::current_dir().unwrap());
    }

    #[test]
    fn names_are_answered_as_asked() {
        let config = Config::new();
        assert_eq!(get(&config, &["LOGLEVEL", "loglevel"]), ["LOGLEVEL notice"]);
        assert_eq!(get(&config, &["slaveof", "replicaof"]), ["slaveof ", "replicaof "]);
        assert_eq!(get(&config, &["nothing", ""]), [""; 0]);
        assert_eq!(
            get(&config, &["*-priority", "p?rt"]),
            ["replica-priority 100", "slave-priority 100", "port 6379"]
        );
        assert_eq!(get(&config, &["[p]ort", "PORT"]), ["port 6379"]);
    }

    #[test]
    fn hidden_ones_must_be_named() {
        let config = Config::new();
        assert_eq!(get(&config, &["watchdog-*"]), [""; 0]);
        assert_eq!(get(&config, &["watchdog-period"]), ["watchdog-period 0"]);
    }

    #[test]
    fn what_the_server_records_is_shown() {
        let config = Config::new();
        config.record(params::REPLICAOF, special::Primary(Some(("h".into(), 7))));
        assert_eq!(get(&config, &["replicaof"]), ["replicaof h 7"]);
        assert!(Config::is_sensitive(b"RequirePass") && !Config::is_sensitive(b"port"));
    }
}
