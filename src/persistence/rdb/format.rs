//! The numbers of the RDB format: object types, opcodes, length prefixes, versions.
//!
//! Source: `src/rdb.h` of Redis 7.4 and, for version 80, of Valkey 9.1. Nothing here reads
//! or writes.

use crate::types::ValueRef;

/// The version a file or a DUMP payload is written in. Every later server reads it too.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Version {
    /// Redis 7.0: listpacks for hashes, sorted sets and lists. Says everything except the
    /// fields' expiry times of a hash and a stream consumer's last active time.
    V10 = 10,
    /// Redis 7.2 and Valkey 7.2: adds set listpacks and the consumers' active time.
    V11 = 11,
    /// Redis 7.4: adds hash fields that expire.
    V12 = 12,
}

impl Version {
    /// The oldest version that loses nothing the client put into `value`.
    pub fn needed_by(value: ValueRef<'_>) -> Version {
        match value {
            ValueRef::Hash(hash) if hash.next_expiry().is_some() => Version::V12,
            _ => Version::V10,
        }
    }

    /// The number in the file's header and the payload's footer.
    pub fn number(self) -> u16 {
        self as u16
    }
}

/// Who wrote what is being read: type 22 means different things to the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dialect {
    /// Versions 1 to 12, which Valkey up to 8.1 writes too.
    Redis,
    /// Version 80.
    Valkey,
}

impl Dialect {
    /// The dialect a version number belongs to; `None` for versions nobody can read here.
    /// Versions 13 to 79 belong to later Redis servers.
    pub(super) fn of(version: u32) -> Option<Dialect> {
        match version {
            1..=NEWEST_REDIS => Some(Dialect::Redis),
            VALKEY => Some(Dialect::Valkey),
            _ => None,
        }
    }
}

/// The newest version with the magic `REDIS` that is read.
const NEWEST_REDIS: u32 = 12;
/// The version with the magic `VALKEY`.
const VALKEY: u32 = 80;
/// From this version on a file ends in a CRC-64.
pub(super) const FIRST_WITH_CHECKSUM: u32 = 5;

/// First byte of a key's record: which object follows, in which encoding.
pub(super) mod object_type {
    pub const STRING: u8 = 0;
    /// Count and elements, up to Redis 3.0.
    pub const LIST: u8 = 1;
    pub const SET: u8 = 2;
    /// Scores as text, up to Redis 3.2.
    pub const ZSET: u8 = 3;
    pub const HASH: u8 = 4;
    /// Scores as binary doubles.
    pub const ZSET_2: u8 = 5;
    /// A module's value before Redis 4.0 was released; nobody reads it.
    pub const MODULE_PRE_GA: u8 = 6;
    pub const MODULE_2: u8 = 7;
    /// Up to Redis 2.4.
    pub const HASH_ZIPMAP: u8 = 9;
    pub const LIST_ZIPLIST: u8 = 10;
    pub const SET_INTSET: u8 = 11;
    pub const ZSET_ZIPLIST: u8 = 12;
    pub const HASH_ZIPLIST: u8 = 13;
    /// Ziplist nodes, Redis 3.2 to 6.2.
    pub const LIST_QUICKLIST: u8 = 14;
    pub const STREAM_LISTPACKS: u8 = 15;
    pub const HASH_LISTPACK: u8 = 16;
    pub const ZSET_LISTPACK: u8 = 17;
    /// Listpack or plain nodes, since Redis 7.0.
    pub const LIST_QUICKLIST_2: u8 = 18;
    /// Adds the first ID, the largest deleted ID and the entries ever added.
    pub const STREAM_LISTPACKS_2: u8 = 19;
    pub const SET_LISTPACK: u8 = 20;
    /// Adds each consumer's active time.
    pub const STREAM_LISTPACKS_3: u8 = 21;
    /// Redis 7.4's release candidates: absolute field expiry times.
    pub const HASH_METADATA_PRE_GA: u8 = 22;
    /// Valkey 9.0's hash with field expiry, by the same number.
    pub const VALKEY_HASH_2: u8 = 22;
    pub const HASH_LISTPACK_EX_PRE_GA: u8 = 23;
    /// Expiry times relative to the earliest, which comes first.
    pub const HASH_METADATA: u8 = 24;
    /// Field, value, expiry triples in a listpack; the earliest expiry comes before it.
    pub const HASH_LISTPACK_EX: u8 = 25;
}

/// What tools call an object type: the names of `redis-check-rdb` where it has one.
pub fn object_type_name(object_type: u8) -> &'static str {
    match object_type {
        object_type::STRING => "string",
        object_type::LIST => "list-linked",
        object_type::SET => "set-hashtable",
        object_type::ZSET => "zset-v1",
        object_type::HASH => "hash-hashtable",
        object_type::ZSET_2 => "zset-v2",
        object_type::MODULE_PRE_GA => "module-pre-release",
        object_type::MODULE_2 => "module-value",
        object_type::HASH_ZIPMAP => "hash-zipmap",
        object_type::LIST_ZIPLIST => "list-ziplist",
        object_type::SET_INTSET => "set-intset",
        object_type::ZSET_ZIPLIST => "zset-ziplist",
        object_type::HASH_ZIPLIST => "hash-ziplist",
        object_type::LIST_QUICKLIST => "quicklist",
        object_type::STREAM_LISTPACKS => "stream",
        object_type::HASH_LISTPACK => "hash-listpack",
        object_type::ZSET_LISTPACK => "zset-listpack",
        object_type::LIST_QUICKLIST_2 => "quicklist-v2",
        object_type::STREAM_LISTPACKS_2 => "stream-v2",
        object_type::SET_LISTPACK => "set-listpack",
        object_type::STREAM_LISTPACKS_3 => "stream-v3",
        object_type::HASH_METADATA_PRE_GA => "hash-hashtable-md-pre-release",
        object_type::HASH_LISTPACK_EX_PRE_GA => "hash-listpack-md-pre-release",
        object_type::HASH_METADATA => "hash-hashtable-md",
        object_type::HASH_LISTPACK_EX => "hash-listpack-md",
        _ => "unknown",
    }
}

/// First byte of a record that is not a key.
pub(super) mod opcode {
    /// Valkey 9.0: an unfinished import of cluster slots.
    pub const SLOT_IMPORT: u8 = 243;
    /// Redis 7.4 cluster: a slot's size hints.
    pub const SLOT_INFO: u8 = 244;
    pub const FUNCTION_2: u8 = 245;
    /// Function libraries of Redis 7.0's release candidates.
    pub const FUNCTION_PRE_GA: u8 = 246;
    pub const MODULE_AUX: u8 = 247;
    /// The next key's idle time in seconds, as a length.
    pub const IDLE: u8 = 248;
    /// The next key's access frequency, one byte.
    pub const FREQ: u8 = 249;
    pub const AUX: u8 = 250;
    pub const RESIZE_DB: u8 = 251;
    /// The next key's expiry, 8 bytes, milliseconds.
    pub const EXPIRE_TIME_MS: u8 = 252;
    /// The next key's expiry, 4 bytes, seconds.
    pub const EXPIRE_TIME: u8 = 253;
    pub const SELECT_DB: u8 = 254;
    pub const EOF: u8 = 255;
}

/// The first byte of a length: its two highest bits, or the whole byte.
pub(super) mod length_prefix {
    pub const MASK: u8 = 0b1100_0000;
    pub const BITS_6: u8 = 0b0000_0000;
    pub const BITS_14: u8 = 0b0100_0000;
    /// Four bytes follow, big-endian.
    pub const BITS_32: u8 = 0x80;
    /// Eight bytes follow, big-endian.
    pub const BITS_64: u8 = 0x81;
    /// Not a length: the low six bits name a string's special encoding.
    pub const ENCODED: u8 = 0b1100_0000;
}

/// The special encodings of strings, in the low six bits after `length_prefix::ENCODED`.
pub(super) mod string_encoding {
    pub const INT8: u8 = 0;
    pub const INT16: u8 = 1;
    pub const INT32: u8 = 2;
    pub const LZF: u8 = 3;
}

/// How a `LIST_QUICKLIST_2` node holds its elements (`src/quicklist.h`).
pub(super) mod quicklist_container {
    /// The node is one element.
    pub const PLAIN: u64 = 1;
    /// The node is a listpack.
    pub const PACKED: u64 = 2;
}
