//! The thresholds at which a compact encoding becomes a large one. The configuration
//! owns the live values and hands a copy to whoever changes a value; nothing here
//! reads configuration.

/// Thresholds of the compact encodings, with Redis's parameter names and defaults.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// `list-max-listpack-size`: positive is elements a node; -1 to -5 are 4, 8, 16, 32, 64 KiB a node.
    pub list_max_listpack_size: i64,
    /// `list-compress-depth`: nodes at each end that stay uncompressed; 0 compresses nothing.
    pub list_compress_depth: u32,
    /// Bytes from which an element of a list gets a node of its own; 0 leaves it to the size that
    /// nodes may have. No parameter: DEBUG QUICKLIST-PACKED-THRESHOLD sets it.
    pub list_plain_bytes: usize,
    /// `hash-max-listpack-entries`: fields.
    pub hash_max_listpack_entries: usize,
    /// `hash-max-listpack-value`: bytes of a field or value.
    pub hash_max_listpack_value: usize,
    /// `set-max-intset-entries`: members.
    pub set_max_intset_entries: usize,
    /// `set-max-listpack-entries`: members.
    pub set_max_listpack_entries: usize,
    /// `set-max-listpack-value`: bytes of a member.
    pub set_max_listpack_value: usize,
    /// `zset-max-listpack-entries`: members.
    pub zset_max_listpack_entries: usize,
    /// `zset-max-listpack-value`: bytes of a member.
    pub zset_max_listpack_value: usize,
    /// `stream-node-max-bytes`: bytes of one node's listpack; 0 is no limit.
    pub stream_node_max_bytes: usize,
    /// `stream-node-max-entries`: entries of one node; 0 is no limit.
    pub stream_node_max_entries: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            list_max_listpack_size: -2,
            list_compress_depth: 0,
            list_plain_bytes: 0,
            hash_max_listpack_entries: 512,
            hash_max_listpack_value: 64,
            set_max_intset_entries: 512,
            set_max_listpack_entries: 128,
            set_max_listpack_value: 64,
            zset_max_listpack_entries: 128,
            zset_max_listpack_value: 64,
            stream_node_max_bytes: 4096,
            stream_node_max_entries: 100,
        }
    }
}
