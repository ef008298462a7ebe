//! A stream as commands: its entries, what is known of it as a whole, and its groups with what
//! is pending.
//!
//! An entry may be pending that was deleted from the stream, and XCLAIM claims none that is not
//! there. So those are added with the others, claimed, and deleted at the end, which leaves them
//! pending. (Redis loses them here.)

use super::Commands;
use crate::types::stream::{Group, Stream, StreamId};
use std::collections::BTreeSet;
use std::io;
use std::ops::RangeInclusive;

const ANY_ID: RangeInclusive<StreamId> = StreamId::MIN..=StreamId::MAX;

pub(super) fn put(out: &mut Commands<'_>, key: &[u8], stream: &Stream) -> io::Result<()> {
    let deleted = pending_and_deleted(stream);
    put_entries(out, key, stream, &deleted)?;
    put_state(out, key, stream)?;
    for (name, group) in stream.groups() {
        put_group(out, key, name, group)?;
    }
    if deleted.is_empty() {
        return Ok(());
    }
    out.batches("XDEL", key, deleted.iter(), |out, id| _ = out.id(*id))?;
    // Deleting has changed what is known of the stream.
    put_state(out, key, stream)
}

/// What groups wait for, and is not there any more.
fn pending_and_deleted(stream: &Stream) -> BTreeSet<StreamId> {
    let pending = stream.groups().flat_map(|(_, group)| group.pending(ANY_ID));
    let deleted = pending.map(|(id, _)| id).filter(|id| stream.get(*id).is_none());
    // No entry can have the first ID there is.
    deleted.filter(|id| *id > StreamId::MIN).collect()
}

/// The entries, and between them others in the place of the deleted ones.
fn put_entries(
    out: &mut Commands<'_>,
    key: &[u8],
    stream: &Stream,
    deleted: &BTreeSet<StreamId>,
) -> io::Result<()> {
    if stream.is_empty() && deleted.is_empty() {
        // No command makes an empty stream but one that trims at once what it adds.
        let out = out.begin("XADD", key).word("MAXLEN").int(0).word("0-1");
        return out.word("x").word("y").end();
    }
    let mut deleted = deleted.iter().copied().peekable();
    for entry in stream.iter() {
        while let Some(id) = deleted.next_if(|id| *id < entry.id) {
            put_placeholder(out, key, id)?;
        }
        out.begin("XADD", key).id(entry.id);
        for (name, value) in entry.fields() {
            out.element(name).element(value);
        }
        out.end()?;
    }
    deleted.try_for_each(|id| put_placeholder(out, key, id))
}

fn put_placeholder(out: &mut Commands<'_>, key: &[u8], id: StreamId) -> io::Result<()> {
    out.begin("XADD", key).id(id).word("x").word("y").end()
}

fn put_state(out: &mut Commands<'_>, key: &[u8], stream: &Stream) -> io::Result<()> {
    out.begin("XSETID", key).id(stream.last_id());
    out.word("ENTRIESADDED").unsigned(stream.entries_added());
    out.word("MAXDELETEDID").id(stream.max_deleted_id()).end()
}

fn put_group(out: &mut Commands<'_>, key: &[u8], name: &[u8], group: &Group) -> io::Result<()> {
    out.begin("XGROUP", b"CREATE").bytes(key).bytes(name).id(group.last_id()).word("ENTRIESREAD");
    match group.entries_read() {
        Some(entries_read) => out.unsigned(entries_read).end()?,
        None => out.int(-1).end()?,
    }
    for (consumer, _) in group.consumers() {
        out.begin("XGROUP", b"CREATECONSUMER").bytes(key).bytes(name).bytes(consumer).end()?;
        for (id, nack) in group.pending_of(consumer, ANY_ID) {
            out.begin("XCLAIM", key).bytes(name).bytes(consumer).int(0).id(id);
            out.word("TIME").int(nack.delivered_at_ms());
            out.word("RETRYCOUNT")
                .unsigned(nack.deliveries())
                .word("JUSTID")
                .word("FORCE")
                .end()?;
        }
    }
    Ok(())
}

impl Commands<'_> {
    fn id(&mut self, id: StreamId) -> &mut Self {
        let mut text = itoa::Buffer::new();
        let mut bytes = Vec::with_capacity(41);
        bytes.extend_from_slice(text.format(id.ms).as_bytes());
        bytes.push(b'-');
        bytes.extend_from_slice(text.format(id.seq).as_bytes());
        self.bytes(&bytes)
    }
}
