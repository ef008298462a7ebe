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
mod shutdown;
mod slowlog;
mod time;

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
    &shutdown::SHUTDOWN,
    &slowlog::SLOWLOG,
    &time::LASTSAVE,
    &time::TIME,
];
