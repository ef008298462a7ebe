//! Up to which size values keep their compact encodings.

use super::super::param::*;
use super::{INT_MAX, INT_MIN};

params! {
    after super::security::END;

    /// Fields up to which a hash is a listpack.
    HASH_MAX_LISTPACK_ENTRIES: i64 = int("hash-max-listpack-entries", 512, 0..=i64::MAX)
        .alias("hash-max-ziplist-entries")
        .effect(Effect::Encodings);

    /// Bytes of a field or value up to which a hash is a listpack.
    HASH_MAX_LISTPACK_VALUE: i64 = bytes("hash-max-listpack-value", 64, 0..=i64::MAX)
        .alias("hash-max-ziplist-value")
        .effect(Effect::Encodings);

    /// Elements in a node of a list; -1 to -5 are 4, 8, 16, 32 and 64 KiB instead.
    LIST_MAX_LISTPACK_SIZE: i64 = int("list-max-listpack-size", -2, INT_MIN..=INT_MAX)
        .alias("list-max-ziplist-size")
        .effect(Effect::Encodings);

    /// Nodes at each end of a list that stay uncompressed; 0 compresses none.
    LIST_COMPRESS_DEPTH: i64 =
        int("list-compress-depth", 0, 0..=INT_MAX).effect(Effect::Encodings);

    /// Members up to which a set of integers is an intset.
    SET_MAX_INTSET_ENTRIES: i64 =
        int("set-max-intset-entries", 512, 0..=i64::MAX).effect(Effect::Encodings);

    /// Members up to which a set is a listpack.
    SET_MAX_LISTPACK_ENTRIES: i64 =
        int("set-max-listpack-entries", 128, 0..=i64::MAX).effect(Effect::Encodings);

    /// Bytes of a member up to which a set is a listpack.
    SET_MAX_LISTPACK_VALUE: i64 =
        bytes("set-max-listpack-value", 64, 0..=i64::MAX).effect(Effect::Encodings);

    /// Members up to which a sorted set is a listpack.
    ZSET_MAX_LISTPACK_ENTRIES: i64 = int("zset-max-listpack-entries", 128, 0..=i64::MAX)
        .alias("zset-max-ziplist-entries")
        .effect(Effect::Encodings);

    /// Bytes of a member up to which a sorted set is a listpack.
    ZSET_MAX_LISTPACK_VALUE: i64 = bytes("zset-max-listpack-value", 64, 0..=i64::MAX)
        .alias("zset-max-ziplist-value")
        .effect(Effect::Encodings);

    /// Bytes up to which a HyperLogLog is sparse.
    HLL_SPARSE_MAX_BYTES: i64 = bytes("hll-sparse-max-bytes", 3000, 0..=i64::MAX);

    /// Bytes in a node of a stream; 0 is no limit.
    STREAM_NODE_MAX_BYTES: i64 =
        bytes("stream-node-max-bytes", 4096, 0..=i64::MAX).effect(Effect::Encodings);

    /// Entries in a node of a stream; 0 is no limit.
    STREAM_NODE_MAX_ENTRIES: i64 =
        int("stream-node-max-entries", 100, 0..=i64::MAX).effect(Effect::Encodings);
}
