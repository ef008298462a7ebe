//! Commands on keys whatever they hold, and on whole databases.

mod copy;
mod database;
mod delete;
mod dump;
mod exists;
pub mod expire;
mod list;
mod object;
pub mod page;
mod rename;
mod scan;
mod sort;
mod ttl;

use crate::engine::Command;

/// The family.
pub const COMMANDS: &[&Command] = &[
    &copy::COPY,
    &copy::MOVE,
    &database::DBSIZE,
    &database::FLUSHALL,
    &database::FLUSHDB,
    &database::SWAPDB,
    &delete::DEL,
    &delete::UNLINK,
    &dump::DUMP,
    &dump::RESTORE,
    &exists::EXISTS,
    &exists::TOUCH,
    &exists::TYPE,
    &expire::EXPIRE,
    &expire::EXPIREAT,
    &expire::PERSIST,
    &expire::PEXPIRE,
    &expire::PEXPIREAT,
    &list::KEYS,
    &list::RANDOMKEY,
    &object::OBJECT,
    &rename::RENAME,
    &rename::RENAMENX,
    &scan::SCAN,
    &sort::SORT,
    &sort::SORT_RO,
    &ttl::EXPIRETIME,
    &ttl::PEXPIRETIME,
    &ttl::PTTL,
    &ttl::TTL,
];
