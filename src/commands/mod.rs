//! The commands, one file for each small family: the table entry, and the handler directly
//! below it. A family's `mod.rs` lists its commands; nothing else knows them.

use crate::engine::Command;

mod bitmap;
mod connection;
mod element;
mod forms;
mod geo;
mod hash;
mod hyperloglog;
mod keys;
mod list;
mod picks;
mod pop_request;
mod pubsub;
mod server;
mod set;
mod stream;
mod string;
#[cfg(test)]
mod tests;
mod transaction;
mod zset;

pub use connection::describe_client;

/// Every command, by family.
pub fn families() -> &'static [&'static [&'static Command]] {
    &[
        connection::COMMANDS,
        string::COMMANDS,
        list::COMMANDS,
        hash::COMMANDS,
        set::COMMANDS,
        zset::COMMANDS,
        stream::COMMANDS,
        bitmap::COMMANDS,
        hyperloglog::COMMANDS,
        geo::COMMANDS,
        keys::COMMANDS,
        pubsub::COMMANDS,
        transaction::COMMANDS,
        server::COMMANDS,
    ]
}

/// What family files need all the time.
mod prelude {
    pub use crate::engine::blocking::{Block, InVain};
    pub use crate::engine::{Acl, Command, Ctx, Flags, KeySpec, Locks, access};
    pub use crate::protocol::{Arg, Args, Error, Key, Reply, Result};
    pub use crate::store::{Event, Expiry, NewStr, Str, Txn};

    // Flags by their bare names, so that an entry reads like its documentation.
    pub const WRITE: Flags = Flags::WRITE;
    pub const READONLY: Flags = Flags::READONLY;
    pub const DENYOOM: Flags = Flags::DENYOOM;
    pub const FAST: Flags = Flags::FAST;
    pub const ADMIN: Flags = Flags::ADMIN;
    pub const BLOCKING: Flags = Flags::BLOCKING;
    pub const NOSCRIPT: Flags = Flags::NOSCRIPT;
    pub const LOADING: Flags = Flags::LOADING;
    pub const STALE: Flags = Flags::STALE;
    pub const NO_AUTH: Flags = Flags::NO_AUTH;
}
