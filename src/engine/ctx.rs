//! What a handler works with: the server's parts, its client's session, and the transaction
//! that holds its keys.

use super::Engine;
use super::command::Command;
use super::table::Row;
use crate::protocol::{Error, Result};
use crate::services::session::Session;
use crate::store::Txn;
use crate::types::Limits;
use crate::util::number;
use std::sync::atomic::Ordering;

/// The context of one call.
pub struct Ctx<'a> {
    /// The server's parts.
    pub engine: &'a Engine,
    /// The client's own state.
    pub session: &'a mut Session,
    /// The command's place in the table.
    pub row: &'a Row,
    /// The locked shards of the command's keys.
    pub txn: Txn<'a>,
}

impl Ctx<'_> {
    /// The command that runs.
    pub fn command(&self) -> &'static Command {
        self.row.command
    }

    /// The time at which the command happens, Unix time in milliseconds.
    pub fn now_ms(&self) -> i64 {
        self.txn.now_ms()
    }

    /// The thresholds of the compact encodings.
    pub fn limits(&self) -> Limits {
        let list_plain_bytes = self.engine.debug.list_plain_bytes.load(Ordering::Relaxed);
        Limits { list_plain_bytes, ..self.engine.config.limits() }
    }

    /// A database's number from its text.
    pub fn db_index(&self, text: &[u8]) -> Result<u16> {
        let index = number::parse_i64(text).ok_or(Error::NotInteger)?;
        if i32::try_from(index).is_err() {
            let text = "value is out of range, value must between -2147483648 and 2147483647";
            return Err(Error::msg(text));
        }
        u16::try_from(index)
            .ok()
            .filter(|db| *db < self.engine.keyspace.databases())
            .ok_or(Error::DbIndex)
    }
}
