//! The server itself: configuration, what it tells about itself, its end.

mod command;
mod config;
mod debug;
mod info;
mod lolwut;
mod memory;
mod role;
mod shutdown;
mod time;

use crate::engine::Command;

/// The family.
pub const COMMANDS: &[&Command] = &[
    &command::COMMAND,
    &config::CONFIG,
    &debug::DEBUG,
    &info::INFO,
    &lolwut::LOLWUT,
    &memory::MEMORY,
    &role::ROLE,
    &shutdown::SHUTDOWN,
    &time::LASTSAVE,
    &time::TIME,
];
