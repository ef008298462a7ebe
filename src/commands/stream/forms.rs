//! The forms in which deliveries are logged: not who asked for entries, but to whom which entry
//! went, when, and how often; as in Redis, in the words of XCLAIM and XGROUP.

use super::id;
use super::lookup::peek_group;
use crate::commands::prelude::*;
use crate::engine::propagate::Propagation;
use crate::types::stream::{Group, Nack, StreamId};

/// So many entries at most are in one command.
const MOST: usize = 1024;

/// What is pending of these entries of a group, as it is now: for whom, since when, and how often
/// they were delivered. Those that are no longer pending are acknowledged.
pub fn log_pending(ctx: &mut Ctx<'_>, key: Key<'_>, group_name: &[u8], ids: &[StreamId]) {
    if !ctx.is_logged() || ids.is_empty() {
        return;
    }
    let (txn, propagation) = (&ctx.txn, &mut ctx.propagation);
    let Ok(Some(group)) = peek_group(txn, key, group_name) else { return };
    let log = Log { propagation, key, group_name, group };
    log.pending(ids);
}

/// How far a group has read.
pub fn log_position(ctx: &mut Ctx<'_>, key: Key<'_>, group_name: &[u8]) {
    if !ctx.is_logged() {
        return;
    }
    let (txn, propagation) = (&ctx.txn, &mut ctx.propagation);
    let Ok(Some(group)) = peek_group(txn, key, group_name) else { return };
    let mut digits = itoa::Buffer::new();
    let entries_read: &[u8] = match group.entries_read() {
        Some(count) => digits.format(count).as_bytes(),
        None => b"-1",
    };
    let last_id = id::text(group.last_id());
    let argv: [&[u8]; 7] =
        [b"XGROUP", b"SETID", key.name, group_name, &last_id, b"ENTRIESREAD", entries_read];
    propagation.log_as(key.db, &argv);
}

/// A consumer has come to be.
pub fn log_consumer(ctx: &mut Ctx<'_>, key: Key<'_>, group_name: &[u8], consumer: &[u8]) {
    ctx.log_as(&[b"XGROUP", b"CREATECONSUMER", key.name, group_name, consumer]);
}

/// What the commands of one call have in common.
struct Log<'a> {
    propagation: &'a mut Propagation,
    key: Key<'a>,
    group_name: &'a [u8],
    group: &'a Group,
}

impl Log<'_> {
    fn pending(mut self, ids: &[StreamId]) {
        let group = self.group;
        let alike = |one: &StreamId, other: &StreamId| group.nack(*one) == group.nack(*other);
        for ids in ids.chunks(MOST).flat_map(|ids| ids.chunk_by(alike)) {
            let texts: Vec<_> = ids.iter().map(|id| id::text(*id)).collect();
            let texts: Vec<&[u8]> = texts.iter().map(|text| text.as_slice()).collect();
            match ids.first().and_then(|id| group.nack(*id)) {
                Some(nack) => self.claimed(nack, &texts),
                None => self.acknowledged(&texts),
            }
        }
    }

    /// Entries that were delivered together.
    fn claimed(&mut self, nack: &Nack, ids: &[&[u8]]) {
        let (mut time, mut count) = (itoa::Buffer::new(), itoa::Buffer::new());
        let last_id = id::text(self.group.last_id());
        let head: [&[u8]; 5] = [b"XCLAIM", self.key.name, self.group_name, nack.consumer(), b"0"];
        let tail: [&[u8]; 8] = [
            b"TIME",
            time.format(nack.delivered_at_ms()).as_bytes(),
            b"RETRYCOUNT",
            count.format(nack.deliveries()).as_bytes(),
            b"FORCE",
            b"JUSTID",
            b"LASTID",
            &last_id,
        ];
        self.propagation.log_as(self.key.db, &[&head, ids, &tail].concat());
    }

    fn acknowledged(&mut self, ids: &[&[u8]]) {
        let head: [&[u8]; 3] = [b"XACK", self.key.name, self.group_name];
        self.propagation.log_as(self.key.db, &[&head, ids].concat());
    }
}
