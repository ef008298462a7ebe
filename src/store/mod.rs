//! The keyspace: databases over `DashMap` shards, and the transaction that locks them.
//! The only folder that names a shard. Nothing here knows a command, a client or a socket.

pub mod access;
pub mod database;
pub mod entry;
pub mod event;
pub mod expire;
pub mod lock;
pub mod prefetch;
pub mod reclaim;
pub mod scan;
pub mod snapshot;
pub mod txn;
pub mod usage;
pub mod walk;
pub mod watch;

pub use database::{Keyspace, SHARDS, Shard};
pub use entry::{Collection, Entry, NewStr, Str, View};
pub use event::{Class, Event};
pub use txn::{Expiry, Txn};
