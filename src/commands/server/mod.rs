//! The server itself: configuration, what it tells about itself, its end.

mod command;
mod commandlog;
mod config;
mod debug;
mod hotkeys;
mod info;
mod latency;
mod lolwut;
mod memory;
mod monitor;
mod role;
mod save;
mod shutdown;
mod slowlog;
mod time;
mod waitaof;

use crate::engine::Command;

/// The family.
pub const COMMANDS: &[&Command] = &[
    &command::COMMAND,
    &commandlog::COMMANDLOG,
    &config::CONFIG,
    &debug::DEBUG,
    &hotkeys::HOTKEYS,
    &info::INFO,
    &latency::LATENCY,
    &lolwut::LOLWUT,
    &memory::MEMORY,
    &monitor::MONITOR,
    &role::ROLE,
    &save::BGREWRITEAOF,
    &save::BGSAVE,
    &save::SAVE,
    &shutdown::SHUTDOWN,
    &slowlog::SLOWLOG,
    &time::LASTSAVE,
    &time::TIME,
    &waitaof::WAITAOF,
];
