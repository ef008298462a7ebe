//! The RDB format: snapshots of the whole keyspace, and single values for DUMP and RESTORE.
//!
//! [`load`] reads every version Redis has written (1 to 12) and Valkey's (80), and hands what
//! it finds to a [`Sink`]; [`Writer`] writes files that Redis 7.0 and later load. Both see
//! values as `types::Value`: this folder knows no keyspace, no clock and no files.
//!
//! From the bottom up: `format` has the numbers, `input` and `output` move integers and
//! strings, one file for each type reads and writes its objects (`legacy` unpacks the
//! encodings nobody writes any more), `object` chooses among them.

mod dump;
mod error;
mod format;
mod hash;
mod input;
mod legacy;
mod list;
mod load;
mod module;
mod object;
mod output;
mod record;
mod set;
mod stream;
mod write;
mod zset;

#[cfg(test)]
mod tests;

pub use dump::{RestoreError, dump, restore, serialized_len};
pub use error::{LoadError, Reason};
pub use format::{Version, object_type_name};
pub use load::{LoadOptions, Sink, Summary, load};
pub use record::{RecordEncoder, Usage};
pub use write::{Origin, ReplicationOrigin, WriteOptions, Writer};

/// What a key has beside its value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Attributes {
    /// When the key expires, Unix time in milliseconds; possibly in the past.
    pub expires_at_ms: Option<i64>,
    /// How long the key has not been used, for eviction by age.
    pub idle_s: Option<u64>,
    /// The key's logarithmic access counter, for eviction by frequency.
    pub frequency: Option<u8>,
}
