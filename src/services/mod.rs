//! What the server knows beside the keys: configuration, clients, sessions, statistics,
//! the log. Nothing here knows a command.

pub mod bell;
pub mod clients;
pub mod commandlog;
pub mod config;
pub mod histogram;
pub mod hotkeys;
pub mod latency;
pub mod log;
pub mod memory;
pub mod monitors;
pub mod outbox;
pub mod pause;
pub mod process;
pub mod pubsub;
pub mod session;
pub mod stats;
pub mod stream;
pub mod tracking;
pub mod transaction;
