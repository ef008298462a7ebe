//! skein: a Redis server. One blocking thread for each connection, one sharded `DashMap` for
//! each database.
//!
//! Each folder uses only folders to its left:
//! `util, protocol, types` · `store` · `services` · `persistence, replication` · `engine` ·
//! `scripting` · `commands` · `server`.

pub mod commands;
pub mod engine;
pub mod persistence;
pub mod protocol;
pub mod server;
pub mod services;
pub mod store;
pub mod types;
pub mod util;
