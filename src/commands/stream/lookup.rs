//! Finding the stream, the group and the consumer that a command works on, and what is answered
//! where there is none.

use super::forms::log_consumer;
use crate::commands::prelude::*;
use crate::store::Entry;
use crate::types::stream::{Group, Stream};

/// The stream at a key, leaving no trace: for what has to be known before the command does
/// anything.
pub fn peek<'t>(txn: &'t Txn<'_>, key: Key<'_>) -> Result<Option<&'t Stream>> {
    let stream = |entry: &'t Entry| entry.get::<Stream>().ok_or(Error::WrongType);
    txn.peek(key).map(stream).transpose()
}

/// The group `group` of the stream at a key, leaving no trace.
pub fn peek_group<'t>(txn: &'t Txn<'_>, key: Key<'_>, group: &[u8]) -> Result<Option<&'t Group>> {
    Ok(peek(txn, key)?.and_then(|stream| stream.group(group)))
}

/// Fails where there is no such stream or group.
pub fn require_group(txn: &Txn<'_>, key: Key<'_>, group: &[u8]) -> Result {
    peek_group(txn, key, group)?.map(drop).ok_or_else(|| no_group(key, group))
}

/// The error where there is no such stream or group.
pub fn no_group(key: Key<'_>, group: &[u8]) -> Error {
    let (key, group) = (String::from_utf8_lossy(key.name), String::from_utf8_lossy(group));
    Error::coded(format!("NOGROUP No such key '{key}' or consumer group '{group}'"))
}

/// The error where a stream does not have the group.
pub fn no_group_in(key: Key<'_>, group: &[u8]) -> Error {
    let (key, group) = (String::from_utf8_lossy(key.name), String::from_utf8_lossy(group));
    Error::coded(format!("NOGROUP No such consumer group '{group}' for key name '{key}'"))
}

/// A consumer's name shows up in a command: it has been seen now, and is there from now on. The
/// stream and the group must exist.
pub fn see_consumer(ctx: &mut Ctx<'_>, key: Key<'_>, group: &[u8], consumer: &[u8]) -> Result {
    let now_ms = ctx.now_ms();
    let is_new = ctx.txn.update(key, false, |stream: &mut Stream| {
        let group = stream.group_mut(group);
        let is_new = group.is_some_and(|group| group.consumer_seen(consumer, now_ms));
        (is_new, is_new.then_some(Event::stream("xgroup-createconsumer")))
    })?;
    if is_new == Some(true) {
        log_consumer(ctx, key, group, consumer);
    }
    Ok(())
}
