//! Whether the disk allows writes. What cannot be saved must not be accepted: clients would take it
//! for safe.

use super::Engine;
use super::command::{Command, Flags};
use crate::protocol::{Error, Result};
use crate::services::config::params;

/// Refuses a command that writes while snapshots or the append-only file cannot be written. PING is
/// refused too, so that whoever watches over the server hears of it.
pub fn check(engine: &Engine, command: &Command, flags: Flags) -> Result {
    if !flags.has(Flags::WRITE) && command.name != "ping" {
        return Ok(());
    }
    if engine.saving.has_failed()
        && engine.config.get(params::STOP_WRITES_ON_BGSAVE_ERROR)
        && !engine.config.get(params::SAVE).0.is_empty()
    {
        return Err(Error::coded(NOT_SAVED));
    }
    if let Some(reason) = engine.aof.log().failure() {
        return Err(Error::coded(format!("MISCONF Errors writing to the AOF file: {reason}")));
    }
    Ok(())
}

const NOT_SAVED: &str = "MISCONF Redis is configured to save RDB snapshots, but it's currently \
    unable to persist to disk. Commands that may modify the data set are disabled, because this \
    instance is configured to report errors during writes if RDB snapshotting fails \
    (stop-writes-on-bgsave-error option). Please check the Redis logs for details about the RDB \
    error.";
