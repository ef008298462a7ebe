//! What a handler works with: the server's parts, its client's session, and the transaction
//! that holds its keys.

use super::Engine;
use super::blocking::Wait;
use super::command::Command;
use super::propagate::Propagation;
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
    /// Whose turn this is, and whether it may block.
    pub turn: Turn,
    /// What the handler asked for beside its reply.
    pub asked: Asked,
    /// What is logged of what has changed.
    pub propagation: Propagation,
}

/// On which occasion a handler runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// Its client asked for it just now, and may be kept waiting.
    First,
    /// Its client has waited; another thread runs it.
    OnBehalf,
    /// Within a transaction or a script: nothing blocks.
    Only,
}

/// What a handler wants to happen after it returned.
pub enum Asked {
    /// Nothing but its reply.
    Nothing,
    /// That its client waits, and that it is run again.
    ToWait(Wait),
}

impl<'a> Ctx<'a> {
    /// The context of one call.
    pub fn new(
        engine: &'a Engine,
        session: &'a mut Session,
        row: &'a Row,
        txn: Txn<'a>,
        turn: Turn,
    ) -> Ctx<'a> {
        let propagation = Propagation::begin(engine);
        Ctx { engine, session, row, txn, turn, asked: Asked::Nothing, propagation }
    }

    /// The command that runs.
    pub fn command(&self) -> &'static Command {
        self.row.command
    }

    /// The time at which the command happens, Unix time in milliseconds.
    pub fn now_ms(&self) -> i64 {
        self.txn.now_ms()
    }

    /// The time by which keys and fields have expired: now, unless a log is replayed.
    pub fn horizon_ms(&self) -> i64 {
        self.txn.horizon_ms()
    }

    /// Whether the command comes from a log: it has happened once already.
    pub fn is_replayed(&self) -> bool {
        self.txn.horizon_ms() == i64::MIN
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
            return Err(Error::not_within(i32::MIN.into(), i32::MAX.into()));
        }
        u16::try_from(index)
            .ok()
            .filter(|db| *db < self.engine.keyspace.databases())
            .ok_or(Error::DbIndex)
    }
}
